// What programs must be besides short and right: constants, loops and their unrolled form, registers, graphs for people.

import { describe, expect, it } from 'vitest';
import { isAccepted } from '../../src/classic/index.js';
import { SkepError } from '../../src/diagnostics/index.js';
import type { Condition } from '../../src/filter/condition.js';
import { compileCondition, flowGraphToDot, flowGraphToJson, optimizeProgram } from '../../src/filter/optimize/index.js';
import { formatProgram, instruction } from '../../src/isa/index.js';
import { randomNumbers, randomProgram } from '../engines/random-programs.js';
import { Random } from '../filter-codegen/random.js';
import { agreement, caseFile, caseRows, compile, prepared } from './support.js';

const listing = (expression: string): string => formatProgram(compile(expression).program, 'tcpdump');

describe('constants', () => {
  it.each(['1 = 1', 'ip or not ip', 'len >= 0', '1/2=1/3&&1>4/5&&1>6/7', 'not (tcp and arp)'])(
    '%s accepts at once',
    expression => {
      expect(listing(expression)).toBe('(000) ret      #262144\n');
    },
  );

  it.each(['1 = 2', 'ip and not ip', 'ip and ip6', 'ip[0] > 255', 'tcp and udp and ip', 'ip[0] & 0xf0 = 1'])(
    '%s rejects at once',
    expression => {
      expect(listing(expression)).toBe('(000) ret      #0\n');
    },
  );

  it('the empty condition keeps what it is told to keep', () => {
    const condition: Condition = { kind: 'constant', value: true };
    expect(compileCondition(condition, { snapLength: 68 }).program).toEqual([instruction(0x06, 68)]);
    expect(compileCondition(condition, { snapLength: 68, optimize: false }).program).toEqual([instruction(0x06, 68)]);
  });
});

describe('what the optimizer may answer otherwise', () => {
  // A packet that is cut short fails where something is loaded that is not there. What is not loaded does not fail.
  it.each(
    caseRows('differences.txt').map(([why, expression, packet, plain, optimized]) => ({
      why,
      expression,
      packet,
      plain,
      optimized,
    })),
  )('$why: $expression', ({ expression, packet, plain, optimized }) => {
    const bytes = Uint8Array.from(packet!.match(/../g) ?? [], byte => Number.parseInt(byte, 16));
    const verdict = (optimize: boolean): string => {
      const { run } = prepared(compile(expression!, 'EN10MB', { optimize }).program);
      return run(bytes, bytes.length) === 0 ? 'reject' : 'accept';
    };
    expect([verdict(false), verdict(true)]).toEqual([plain, optimized]);
    // The same packet with more behind it is no matter of dispute.
    const long = new Uint8Array(bytes.length + 200);
    long.set(bytes);
    const [one, other] = [true, false].map(optimize => prepared(compile(expression!, 'EN10MB', { optimize }).program));
    expect(one!.run(long, long.length)).toBe(other!.run(long, long.length));
  });
});

describe('protochain', () => {
  const chain = (...headers: number[]): Uint8Array => {
    // IPv6, then hop-by-hop options, routing... of 8 bytes each.
    const [first, ...rest] = headers;
    const body = rest.flatMap(next => [next, 0, 0, 0, 0, 0, 0, 0]);
    return Uint8Array.from([
      ...new Array(12).fill(2),
      0x86,
      0xdd,
      0x60,
      0,
      0,
      0,
      0,
      40,
      first!,
      64,
      ...new Array(32).fill(1),
      ...body,
      ...new Array(20).fill(0),
    ]);
  };
  const CHAINS = [
    [6],
    [0, 6],
    [0, 43, 6],
    [0, 43, 60, 6],
    [60, 60, 60, 60, 60, 6],
    [0, 17],
    [59],
    [0, 59],
    [43, 0, 17],
  ];

  it('loops: jumps back as libpcap does', () => {
    const { program } = compile('ip6 protochain 6');
    expect(program.some(({ code, k }) => code === 0x05 && k > 0x7fffffff)).toBe(true);
    const { run } = prepared(program);
    for (const headers of CHAINS) expect(run(chain(...headers), 100) > 0, String(headers)).toBe(headers.at(-1) === 6);
  });

  it.each(['ip6 protochain 6', 'ip protochain 17', 'protochain 6', 'tcp or ip6 protochain 6 and len > 60'])(
    'is the same with and without the optimizer: %s',
    expression => {
      const [one, other] = [true, false].map(optimize => prepared(compile(expression, 'EN10MB', { optimize }).program));
      for (const headers of CHAINS) {
        const packet = chain(...headers);
        for (let length = 10; length <= packet.length; length++) {
          expect(agreement(one!, other!, packet.slice(0, length))).not.toBe('different');
        }
      }
    },
  );

  it.each([1, 2, 3, 6])('unrolled %i times Linux takes it, and it is the same as far as it looks', times => {
    const { program } = compile('ip6 protochain 6', 'EN10MB', { unroll: times });
    expect(isAccepted(program, 'linux')).toBe(true);
    expect(isAccepted(compile('ip6 protochain 6').program, 'linux')).toBe(false);
    const [short, loop] = [program, compile('ip6 protochain 6').program].map(prepared);
    for (const headers of CHAINS) {
      if (headers.length > times + 1) continue;
      const packet = chain(...headers);
      expect(short!.run(packet, packet.length), String(headers)).toBe(loop!.run(packet, packet.length));
    }
  });
});

describe('scratch memory', () => {
  it('is used by arithmetic that needs it, whatever the depth', () => {
    const nested = Array.from({ length: 60 }, (_, index) => `(tcp[${index % 60}] / `).join('');
    const { program, optimized } = compile(`${nested}1${')'.repeat(60)} > 5`);
    expect(optimized).toBe(true);
    expect(isAccepted(program, 'linux')).toBe(true);
  });

  it('runs out where more than sixteen words are needed at once', () => {
    // Seventeen registers that are read after all of them were written.
    const registers = Array.from({ length: 17 }, (_, index) => index);
    const condition: Condition = {
      kind: 'and',
      terms: [
        {
          kind: 'test',
          statements: [
            {
              kind: 'loop',
              body: [
                ...registers.flatMap(k => [
                  { kind: 'instruction', code: 0x30, k } as const,
                  { kind: 'instruction', code: 0x02, k } as const,
                ]),
                ...registers.flatMap(k => [
                  { kind: 'instruction', code: 0x61, k } as const,
                  { kind: 'instruction', code: 0x0c, k: 0 } as const,
                ]),
                { kind: 'break' },
              ],
            },
          ],
          jump: 0x15,
          k: 1,
        },
      ],
    };
    expect(() => compileCondition(condition)).toThrow(SkepError);
    try {
      compileCondition(condition);
    } catch (error) {
      expect((error as SkepError).code).toBe('SKEP1200');
    }
  });
});

describe('lifted programs', () => {
  it('do the same and get no longer', () => {
    const numbers = randomNumbers(3);
    const random = new Random(3);
    let shorter = 0;
    for (let i = 0; i < 1_500; i++) {
      const program = randomProgram(numbers, { maxLength: 24 });
      const optimized = optimizeProgram(program);
      expect(optimized.length).toBeLessThanOrEqual(program.length);
      if (optimized.length < program.length) shorter++;
      const [one, other] = [optimized, program].map(prepared);
      for (let j = 0; j < 12; j++) {
        const packet = random.bytes(random.below(80));
        const result = agreement(one!, other!, packet);
        if (result === 'different')
          throw new Error(`${formatProgram(program, 'tcpdump')}\n${formatProgram(optimized, 'tcpdump')}\n${packet}`);
      }
    }
    expect(shorter).toBeGreaterThan(500);
  });

  it('with jumps backwards come back as they are', () => {
    const { program } = compile('ip6 protochain 6');
    expect(optimizeProgram(program)).toBe(program);
  });
});

describe('graphs', () => {
  it('are printed for Graphviz, the tests in words', () => {
    const { flowGraph } = compile('tcp port 80 or arp');
    expect(flowGraphToDot(flowGraph, { title: 'tcp port 80 or arp' })).toBe(caseFile('tcp-port-80-or-arp.dot'));
  });

  it('are data', () => {
    const { flowGraph } = compile('udp and not port 53');
    expect(JSON.parse(JSON.stringify(flowGraphToJson(flowGraph)))).toEqual(
      JSON.parse(caseFile('udp-and-not-port-53.json')),
    );
  });

  it('have every instruction in one block, and ways to blocks that are there', () => {
    for (const expression of [
      'tcp port 80',
      'ip6 protochain 6',
      'geneve and host 10.0.0.1',
      'port (1 or 3 or 5 or 7 or 9 or 11 or 13 or 15 or 17 or 19)',
    ]) {
      const { program, flowGraph } = compile(expression);
      expect(
        flowGraph.blocks.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, i) => start + i)),
      ).toEqual(program.map((_, index) => index));
      for (const { whenTrue, whenFalse, next } of flowGraph.blocks) {
        for (const way of [whenTrue, whenFalse, next])
          if (way !== undefined) expect(flowGraph.blocks[way]).toBeDefined();
      }
      // Every test says what it is for, but for those that halve a list.
      const silent = flowGraph.blocks.filter(({ kind, origins }) => kind === 'test' && origins.length === 0);
      expect(silent.every(({ end }) => program[end - 1]!.code === 0x25)).toBe(true);
    }
  });
});
