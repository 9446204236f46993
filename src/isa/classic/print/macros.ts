// C source with the macros of the BPF headers: BPF_STMT(code, k) and BPF_JUMP(code, k, jt, jf).

import { ancillaryAt } from '../ancillary.js';
import { isConditionalJump } from '../flow.js';
import type { ClassicInstruction, ClassicProgram } from '../instruction.js';
import { type InstructionRow, instructionRow } from '../table.js';

/** One macro call a line, each with a comma: the body of an array of struct sock_filter. */
export function printMacros(program: ClassicProgram): string {
  return program.map(insn => `${macroCall(insn)},\n`).join('');
}

function macroCall(insn: ClassicInstruction): string {
  const row = instructionRow(insn.code);
  const code = row ? row.macros.join('+') : `0x${insn.code.toString(16)}`;
  const k = macroConstant(insn.k, row);
  // BPF_STMT has no place for jt and jf, so an instruction that carries them needlessly is a BPF_JUMP too.
  if (isConditionalJump(insn.code) || insn.jt !== 0 || insn.jf !== 0) {
    return `BPF_JUMP(${code}, ${k}, ${insn.jt}, ${insn.jf})`;
  }
  return `BPF_STMT(${code}, ${k})`;
}

function macroConstant(k: number, row: InstructionRow | undefined): string {
  const ancillary = row?.operand === 'abs' ? ancillaryAt(k) : undefined;
  if (ancillary) return `SKF_AD_OFF+${ancillary.macro}`;
  return row?.radix === 16 || k > 0x7fffffff ? `0x${k.toString(16)}` : String(k);
}
