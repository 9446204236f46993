// All engines give the interpreter's results: on written cases, on random programs, on tcpdump's filters.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { type Ancillary, isAccepted } from '../../src/classic/index.js';
import { assemble, formatProgram } from '../../src/isa/index.js';
import { KERNEL_ANCILLARY, openKernelFilter } from '../support/kernel-filter.js';
import { expectAgreement, type Sample } from './engines.js';
import { randomNumbers, randomPacket, randomProgram } from './random-programs.js';

const kernel = await openKernelFilter("the engines' results compared with the Linux kernel's");
afterAll(() => kernel?.close());

interface Case {
  readonly name: string;
  readonly program: readonly string[];
  readonly dialect?: 'libpcap' | 'linux' | 'seccomp';
  readonly packets: readonly {
    readonly bytes: string;
    readonly wireLength?: number;
    readonly result: number;
    readonly ancillary?: Ancillary;
  }[];
}

const cases = JSON.parse(readFileSync(new URL('cases/programs.json', import.meta.url), 'utf8')) as Case[];
const fromHex = (text: string): Uint8Array =>
  Uint8Array.from(text.match(/[0-9a-f]{2}/g) ?? [], hex => Number.parseInt(hex, 16));

describe('cases', () => {
  it.each(cases)('$name', ({ program, dialect = 'libpcap', packets }) => {
    const samples = packets.map(({ bytes, result, ...sample }) => ({ ...sample, bytes: fromHex(bytes) }));
    const { results } = expectAgreement(program.join('\n'), samples, { dialect });
    expect(results).toEqual(packets.map(({ result }) => result));
  });
});

describe('random programs', () => {
  it('agree in the libpcap dialect', () => {
    const random = randomNumbers(1);
    let different = 0;
    for (let n = 0; n < 1500; n++) {
      const program = randomProgram(random, { libpcapOnly: n % 2 === 0, loops: n % 5 === 0 });
      const samples: Sample[] = Array.from({ length: 12 }, () => {
        const bytes = randomPacket(random);
        return { bytes, wireLength: bytes.length + random(3) * 700 };
      });
      const { results } = expectAgreement(program, samples, { stepBudget: 2000 });
      if (new Set(results).size > 1) different++;
    }
    // Programs that tell packets apart, or the comparison proves little.
    expect(different).toBeGreaterThan(400);
  });

  it('agree in the linux dialect, with the kernel', () => {
    const random = randomNumbers(2);
    let asked = 0;
    for (let n = 0; n < 1500; n++) {
      const program = randomProgram(random, { ancillary: n % 3 === 0 });
      // What the kernel makes up itself: the processor's number, random numbers.
      const foreseeable = !program.some(
        ({ code, k }) => code < 0x60 && (k === 0xfffff000 + 36 || k === 0xfffff000 + 56),
      );
      const ancillary =
        foreseeable && n % 4 !== 3 ? KERNEL_ANCILLARY : { cpu: 3, random: 77, linkOffset: 2, interfaceIndex: 9 };
      const samples = Array.from({ length: 12 }, () => ({ bytes: randomPacket(random), ancillary }));
      const { skipped } = expectAgreement(program, samples, { dialect: 'linux' }, kernel);
      const reason = skipped.find(({ engine }) => engine === 'kernel')?.reason;
      if (!reason) asked++;
      else if (!/no kernel|other ancillary/.test(reason))
        throw new Error(`${reason}\n${formatProgram(program, 'tcpdump')}`);
      // Without ancillary data batch and walk take part.
      expectAgreement(
        program,
        samples.map(({ bytes }) => ({ bytes })),
        { dialect: 'linux' },
      );
    }
    if (kernel) expect(asked).toBeGreaterThan(900);
  });

  it('agree in the seccomp dialect, in both byte orders', () => {
    const random = randomNumbers(3);
    for (let n = 0; n < 100; n++) {
      const program = assemble(
        [
          ...Array.from(
            { length: 1 + random(6) },
            (_, at) =>
              `ld [${4 * random(16)}]\njeq #${[0x3b000000, 59, 0, 0xc000003e][random(4)]}, end${at}\nadd #1\nend${at}: st M[0]`,
          ),
          'ret a',
        ].join('\n'),
      );
      expect(isAccepted(program, 'seccomp')).toBe(true);
      const samples = Array.from({ length: 8 }, () => {
        const bytes = new Uint8Array(64);
        for (let at = 0; at < 64; at++) bytes[at] = random(3) === 0 ? 59 : 0;
        return { bytes };
      });
      for (const byteOrder of ['little', 'big'] as const) {
        expectAgreement(program, samples, { dialect: 'seccomp', byteOrder });
      }
    }
  });
});

describe("tcpdump's filters", () => {
  const expressions = readFileSync(new URL('cases/expressions.txt', import.meta.url), 'utf8')
    .trim()
    .split('\n');
  const hasTcpdump = spawnSync('tcpdump', ['--version']).status === 0;
  if (!hasTcpdump) console.warn('SKIPPED: engines compared on the filters of tcpdump: there is no tcpdump');
  const random = randomNumbers(4);

  it.skipIf(!hasTcpdump).each(expressions)('%s', expression => {
    for (const optimized of [true, false]) {
      const { stdout, stderr } = spawnSync('tcpdump', [
        '-y',
        'EN10MB',
        ...(optimized ? [] : ['-O']),
        '-ddd',
        expression,
      ]);
      expect(stdout.length, stderr.toString()).toBeGreaterThan(0);
      const program = assemble(stdout.toString());
      const samples = Array.from({ length: 60 }, () => ({ bytes: randomFrame(random) }));
      expectAgreement(program, samples);
      if (isAccepted(program, 'linux')) {
        const linux = samples.map(sample => ({ ...sample, ancillary: KERNEL_ANCILLARY }));
        expectAgreement(program, linux, { dialect: 'linux' }, kernel);
      }
    }
  });
});

/** Something like an Ethernet frame, cut anywhere. */
function randomFrame(random: (below: number) => number): Uint8Array {
  const frame = new Uint8Array(100);
  for (let at = 0; at < frame.length; at++) frame[at] = random(4) === 0 ? random(256) : random(3);
  const type = [0x0800, 0x0800, 0x0800, 0x86dd, 0x86dd, 0x0806, 0x8100, 0x8847, 0x8864][random(9)]!;
  let at = 12;
  frame[at] = type >> 8;
  frame[at + 1] = type & 255;
  at += 2;
  if (type === 0x8100) {
    frame.set([0, 5, 8, 0], at);
    at += 4;
  }
  frame[at] = type === 0x86dd ? 0x60 : 0x45 + random(3);
  frame.set([10, 1, 0, random(4)], at + 12);
  frame.set([10, 1, 0, random(4)], at + 16);
  frame[at + 9] = [1, 6, 17, 51][random(4)]!;
  frame[at + 6] = type === 0x86dd ? [6, 17, 0, 60, 51, 58][random(6)]! : random(3) === 0 ? 0x20 : 0;
  if (type === 0x86dd) frame[at + 40] = [6, 17, 0, 60][random(4)]!;
  for (const port of [at + 20, at + 22, at + 40, at + 42]) {
    frame[port] = 0;
    frame[port + 1] = [80, 53, 22, 25][random(4)]!;
  }
  return frame.slice(0, random(3) === 0 ? 1 + random(99) : 60 + random(40));
}
