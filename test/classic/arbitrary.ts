// Random classic programs for property tests: sound ones that run, and wild ones that checkers must judge.

import fc from 'fast-check';
import { ANCILLARY, type ClassicInstruction, INSTRUCTIONS, instruction, SKF_AD_OFF } from '../../src/isa/index.js';

const interestingK = fc.oneof(
  fc.nat(70),
  fc.constantFrom(0, 1, 4, 15, 16, 31, 32, 33, 60, 64, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff),
  fc.constantFrom(...ANCILLARY.map(row => SKF_AD_OFF + row.offset)),
  fc.constantFrom(0xfffff001, 0xfffff040, 0xfff00000, 0xfff00009, 0xffe00000, 0xffe0000c, 0xffdfffff),
  fc.nat(0xffffffff),
);

/** Any 8 bytes, mostly near something meaningful. */
export const wildInstruction: fc.Arbitrary<ClassicInstruction> = fc
  .tuple(
    fc.oneof(
      { weight: 40, arbitrary: fc.constantFrom(...INSTRUCTIONS.map(row => row.code)) },
      { weight: 1, arbitrary: fc.nat(0xff) },
      { weight: 1, arbitrary: fc.nat(0xffff) },
    ),
    interestingK,
    fc.oneof(fc.nat(3), fc.nat(255)),
    fc.oneof(fc.nat(3), fc.nat(255)),
  )
  .map(([code, k, jt, jf]) => instruction(code, k, jt, jf));

export const wildProgram = fc.array(wildInstruction, { minLength: 0, maxLength: 20 });

export interface SoundOptions {
  /** Opcodes that may appear. Default: all but `ret x`. */
  readonly codes?: readonly number[];
  readonly maxLength?: number;
}

/** Programs whose jumps, scratch words and divisors are in order and that end in a return; everything runs them. */
export function soundProgram({ codes, maxLength = 24 }: SoundOptions = {}): fc.Arbitrary<ClassicInstruction[]> {
  const rows = INSTRUCTIONS.filter(row => row.acceptedBy.includes('linux') && (!codes || codes.includes(row.code)));
  const one = fc.tuple(fc.constantFrom(...rows), interestingK, fc.nat(6), fc.nat(6));
  return fc
    .tuple(fc.array(one, { minLength: 1, maxLength }), fc.boolean(), fc.nat(0xffffffff))
    .map(([body, returnsA, k]) => {
      const program = body.map(([row, value, jt, jf], pc) => {
        // The return at the end is instruction body.length, so a jump may skip this many.
        const room = body.length - pc - 1;
        switch (row.operand) {
          case 'goto':
            return instruction(row.code, Math.min(value % 7, room));
          case 'cond-k':
            return instruction(row.code, value, Math.min(jt, room), Math.min(jf, room));
          case 'cond-x':
            return instruction(row.code, 0, Math.min(jt, room), Math.min(jf, room));
          case 'mem':
            return instruction(row.code, value % 16);
          case 'imm': {
            if (row.mnemonic === 'lsh' || row.mnemonic === 'rsh') return instruction(row.code, value % 32);
            if (row.mnemonic === 'div' || row.mnemonic === 'mod') return instruction(row.code, value || 1);
            return instruction(row.code, value);
          }
          case 'abs':
          case 'ind':
          case 'msh':
            return instruction(row.code, value);
          default:
            return instruction(row.code);
        }
      });
      return [...program, returnsA ? instruction(0x16) : instruction(0x06, k)];
    });
}

export const packetBytes = fc.uint8Array({ minLength: 0, maxLength: 96 });
