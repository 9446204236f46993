// The programs of ../engine-ebpf/cases/programs.txt: the same results and faults, with the same words, as the interpreter's.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ExecutionError } from '../../src/engine/index.js';
import { agree, dispatching, type Setup, type Targets, wasm } from './both.js';

const wide = { count: 5, wideMask: 0x1f } as const;
const TARGETS: Targets = (id, kind) => {
  if (kind === 'kfunc') return undefined;
  switch (id) {
    case 1:
      return {
        name: 'add',
        signature: { ...wide, result: 'u64' },
        call: (machine, r1, r2) => {
          const { high } = machine;
          const low = r1 + r2;
          high[0] = high[1]! + high[2]! + (low >= 2 ** 32 ? 1 : 0);
          return low >>> 0;
        },
      };
    case 2:
      return { name: 'minus_one', signature: { ...wide, result: 's32' }, call: () => -1 };
    case 3:
      return { name: 'all_ones', signature: { ...wide, result: 'u32' }, call: () => 0xffffffff };
    case 4:
      return { name: 'nothing', signature: { ...wide, result: 'void' }, call: () => 5 };
    case 5:
      return {
        name: 'something',
        signature: { ...wide, result: 'u32' },
        call: () => {
          throw new ExecutionError('not-simulated', 'bpf_something needs a real kernel', -1);
        },
      };
    default:
      return undefined;
  }
};

const bytesOf = (text: string): Uint8Array =>
  Uint8Array.from(text.split(/\s+/).filter(Boolean), byte => Number(`0x${byte}`));

interface Case {
  readonly name: string;
  readonly setup: Setup;
  readonly program: string;
  readonly expected: readonly string[];
}

function readCases(): Case[] {
  const text = readFileSync(new URL('../engine-ebpf/cases/programs.txt', import.meta.url), 'utf8');
  return text
    .split(/\n\s*\n/)
    .map(block => block.split('\n').filter(line => line && !line.startsWith('#')))
    .filter(lines => lines.length > 0)
    .map(([name, ...lines]) => {
      const program: string[] = [];
      const expected: string[] = [];
      const options = new Map<string, string>();
      for (const line of lines) {
        const option = /^(context|readonly|packet|budget|unchecked)\b\s*(.*)$/.exec(line);
        if (option) options.set(option[1]!, option[2]!);
        else if (line.startsWith('=>')) expected.push(line.slice(2).trim());
        else program.push(line);
      }
      const budget = options.get('budget');
      const packet = options.get('packet');
      const setup: Setup = {
        context: bytesOf(options.get('context') ?? options.get('readonly') ?? ''),
        contextAccess: options.has('readonly') ? 'read' : 'read-write',
        ...(packet !== undefined && { packet: bytesOf(packet) }),
        targets: TARGETS,
        options: { checked: !options.has('unchecked'), ...(budget && { budgetInstructions: Number(budget) }) },
        runs: expected.filter(line => !line.startsWith('context')).length || 1,
      };
      return { name: name!, setup, program: program.join('\n'), expected };
    });
}

describe.each(readCases())('$name', ({ setup, program, expected }) => {
  it('on the JIT', () => {
    const { results, context } = agree(program, setup, wasm);
    const wanted = expected.filter(line => !line.startsWith('context'));
    wanted.forEach((line, n) => {
      const [what, value = ''] = line.split(' ');
      if (what === 'r0') expect(results[n]).toBe(BigInt(value).toString(16).padStart(16, '0'));
      else expect(results[n]).toContain(what);
    });
    const after = expected.find(line => line.startsWith('context'));
    if (after) expect(`context ${context}`).toBe(after);
  });

  it('in a loop around a switch', () => {
    agree(program, setup, dispatching);
  });
});
