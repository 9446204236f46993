// The programs of cases/programs.txt, on every engine.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Engine, ExecutionError } from '../../src/engine/engine.js';
import { bench, compile, enginesHere, type Helpers, runWide, target } from './run.js';

const HELPERS: Helpers = {
  1: target(
    'add',
    (machine, r1, r2) => {
      const wide = (low: number, index: number): bigint => (BigInt(machine.high[index]! >>> 0) << 32n) | BigInt(low);
      const sum = BigInt.asUintN(64, wide(r1, 1) + wide(r2, 2));
      machine.high[0] = Number(BigInt.asIntN(32, sum >> 32n));
      return Number(sum & 0xffffffffn);
    },
    'u64',
  ),
  2: target('minus_one', () => -1, 's32'),
  3: target('all_ones', () => 0xffffffff, 'u32'),
  4: target('nothing', () => 5, 'void'),
  5: target('something', () => {
    throw new ExecutionError('not-simulated', 'bpf_something needs a real kernel', -1);
  }),
};

interface Case {
  readonly name: string;
  readonly options: ReadonlyMap<string, string>;
  readonly program: string;
  readonly expected: readonly string[];
}

const OPTION = /^(context|readonly|packet|budget|unchecked|only)\b\s*(.*)$/;

function readCases(): Case[] {
  const text = readFileSync(new URL('cases/programs.txt', import.meta.url), 'utf8');
  const blocks = text.split(/\n\s*\n/).map(block => block.split('\n').filter(line => line && !line.startsWith('#')));
  return blocks
    .filter(lines => lines.length > 0)
    .map(([name, ...lines]) => ({
      name: name!,
      options: new Map(
        lines.flatMap(line => (OPTION.test(line) ? [OPTION.exec(line)!.slice(1) as [string, string]] : [])),
      ),
      program: lines.filter(line => !OPTION.test(line) && !line.startsWith('=>')).join('\n'),
      expected: lines.filter(line => line.startsWith('=>')).map(line => line.slice(2).trim()),
    }));
}

const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from(hex.split(/\s+/).filter(Boolean), byte => Number(`0x${byte}`));
const hexOf = (bytes: Uint8Array): string => Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join(' ');

function runCase({ options, program, expected }: Case, engine: Engine, coverage = false): void {
  const { space, machine } = bench();
  const bytes = bytesOf(options.get('context') ?? options.get('readonly') ?? '');
  const context = space.allocate(bytes.length, 'context', options.has('readonly') ? 'read' : 'read-write');
  space.bytes.set(bytes, context.address);
  const packet = options.get('packet');
  if (packet !== undefined) {
    const data = bytesOf(packet);
    machine.loadPacket = (_, offset, sizeBytes) => {
      if (offset < 0 || offset + sizeBytes > data.length) return -1;
      return data.subarray(offset, offset + sizeBytes).reduce((value, byte) => value * 256 + byte, 0);
    };
  }
  const budget = options.get('budget');
  const executable = compile(
    program,
    HELPERS,
    {
      checked: !options.has('unchecked'),
      coverage,
      ...(budget === undefined ? {} : { budgetInstructions: Number(budget) }),
    },
    engine,
  );
  expect(expected.length).toBeGreaterThan(0);
  for (const expectation of expected) {
    const [what, value = '', ...rest] = expectation.split(' ');
    let result: bigint | ExecutionError;
    try {
      result = runWide(executable, machine, context.address);
    } catch (error) {
      if (!(error instanceof ExecutionError)) throw error;
      result = error;
    }
    if (what === 'r0') expect(result).toBe(BigInt(value));
    else if (what === 'context') {
      expect(result).toBeTypeOf('bigint');
      const after = space.bytes.subarray(context.address, context.address + bytes.length);
      expect(hexOf(after)).toBe([value, ...rest].join(' '));
    } else {
      expect(result).toBeInstanceOf(ExecutionError);
      const { fault, slot, message } = result as ExecutionError;
      expect({ fault, slot }).toEqual({ fault: what, slot: Number(value) });
      expect(message).toContain(rest.join(' '));
    }
  }
  // However it ended, the machine is as it was.
  expect(machine.current).toBeUndefined();
  expect(machine.words[6]).toBe(0);
}

const engines = await enginesHere();
const cases = readCases();

describe.each(engines.map(engine => [engine.name, engine] as const))('programs on %s', (_, engine) => {
  const own = cases.filter(({ options }) => options.get('only')?.includes(engine.name) ?? true);
  it.each(own.map(one => [one.name, one] as const))('%s', (_name, one) => runCase(one, engine));

  it('do the same while executions are counted', () => {
    for (const one of own) runCase(one, engine, true);
  });
});
