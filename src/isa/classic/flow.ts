// Where control goes after an instruction.

import type { ClassicInstruction } from './instruction.js';
import { BPF_JA, BPF_JMP, BPF_RET } from './opcodes.js';

/** Whether the instruction is of class JMP and conditional (also one without a name). */
export function isConditionalJump(code: number): boolean {
  return (code & 7) === BPF_JMP && (code & 0xf0) !== BPF_JA;
}

/** Whether the instruction is `ja`. Its k is a signed distance: libpcap's `protochain` jumps backwards with it. */
export function isAlwaysJump(code: number): boolean {
  return (code & 7) === BPF_JMP && (code & 0xf0) === BPF_JA;
}

/** Where control can go from `insn` at index `pc`: one index, two (taken first), or none after a return. Not range checked. */
export function successors(insn: ClassicInstruction, pc: number): readonly number[] {
  if (isConditionalJump(insn.code)) return [pc + 1 + insn.jt, pc + 1 + insn.jf];
  if (isAlwaysJump(insn.code)) return [pc + 1 + (insn.k | 0)];
  if ((insn.code & 7) === BPF_RET) return [];
  return [pc + 1];
}
