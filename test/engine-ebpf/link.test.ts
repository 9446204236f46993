// Linking: references become constants, functions are found.

import { describe, expect, it } from 'vitest';
import { SkepError } from '../../src/diagnostics/index.js';
import { linkProgram, type Resolution } from '../../src/engine/link.js';
import { assemble } from '../../src/isa/extended/assemble.js';
import { insn, lddw, type Program } from '../../src/isa/extended/instruction.js';

const link = (instructions: Program, resolutions: [number, Resolution][] = []) =>
  linkProgram({ name: 'test', instructions, resolutions: new Map(resolutions) });
const EXIT = insn(0x95);

describe('linking', () => {
  it.each([1, 2, 3, 5, 6])('puts a constant into a 64-bit load with source %i', src => {
    const { instructions } = link([...lddw(3, src, 7, 9), EXIT], [[0, { value: 0x1_8000_0001n }]]);
    expect(instructions).toEqual([insn(0x18, 3, 0, 0, 0x80000001 | 0), insn(0, 0, 0, 0, 1), EXIT]);
  });

  it('puts in numbers as well, and negative ones', () => {
    expect(link([...lddw(1, 1, 0, 0), EXIT], [[0, { value: 0xfffffff0 }]]).instructions[1]!.imm).toBe(0);
    expect(link([...lddw(1, 1, 0, 0), EXIT], [[0, { value: -1 }]]).instructions[1]!.imm).toBe(-1);
  });

  it('puts in functions and kernel functions', () => {
    const { instructions, functionStarts } = link(
      [insn(0x85, 0, 2, 0, 0), ...lddw(2, 0, 0, 0), EXIT, EXIT],
      [
        [0, { kfuncId: 4711 }],
        [1, { functionSlot: 4 }],
      ],
    );
    expect(instructions[0]).toEqual(insn(0x85, 0, 2, 0, 4711));
    expect(instructions[1]).toEqual(insn(0x18, 2, 4, 0, 2));
    expect(functionStarts).toEqual([0, 4]);
  });

  it('finds the functions that are called', () => {
    expect(link(assemble('call f\ncall g\nexit\ng: exit\nf: exit')).functionStarts).toEqual([0, 3, 4]);
  });

  it('leaves calls to nowhere to the engines', () => {
    expect(link(assemble('call +100\nexit')).functionStarts).toEqual([0]);
  });

  it.each([
    ['a load that refers to something still', [...lddw(1, 1, 3, 0), EXIT], []],
    ['a constant for what is no load', [EXIT], [[0, { value: 1 }]]],
    ['a kernel function for a local call', [insn(0x85, 0, 1, 0, 0), EXIT], [[0, { kfuncId: 1 }]]],
    ['a slot that is not there', [EXIT], [[9, { value: 1 }]]],
    ['a load that is cut off', [insn(0x18, 1, 1)], [[0, { value: 1 }]]],
  ] satisfies [string, Program, [number, Resolution][]][])('refuses %s', (_, instructions, resolutions) => {
    expect(() => link(instructions, resolutions)).toThrow(SkepError);
  });
});
