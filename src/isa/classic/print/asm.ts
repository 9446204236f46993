// bpf_asm text (tools/bpf in the Linux source; Documentation/networking/filter.rst), which assembles to the same program.
//
//           ldh [12]
//           jneq #0x800, L5
//           ldb [23]
//           jeq #6, L4, L5
//
// What bpf_asm has no words for (unknown opcodes, fields that the instruction does not use, jumps out of the program)
// is written as `.insn code, jt, jf, k`, which only skep's assembler reads.

import { ancillaryAt } from '../ancillary.js';
import { successors } from '../flow.js';
import type { ClassicInstruction, ClassicProgram } from '../instruction.js';
import { BPF_MEMWORDS } from '../opcodes.js';
import { type InstructionRow, instructionRow, usedFields } from '../table.js';

/** The program as text, one instruction a line, a label at each jump target. */
export function printAsm(program: ClassicProgram): string {
  const plain = program.map((insn, pc) => isWritable(insn, pc, program.length));
  const labelled = new Set<number>();
  program.forEach((insn, pc) => {
    if (!plain[pc] || !isJump(insn)) return;
    const [taken, otherwise] = successors(insn, pc) as [number, number?];
    // A target that is the next instruction needs no label in `jeq #1, L5` and `jneq #1, L5`.
    if (!isNegated(insn, instructionRow(insn.code)!)) labelled.add(taken);
    if (otherwise !== undefined && insn.jf !== 0) labelled.add(otherwise);
  });
  const margin = labelled.size === 0 ? '  ' : ' '.repeat(`L${program.length}: `.length);
  return program
    .map((insn, pc) => {
      const start = labelled.has(pc) ? `L${pc}:`.padEnd(margin.length) : margin;
      return `${start}${plain[pc] ? asmText(insn, pc) : rawText(insn)}\n`;
    })
    .join('');
}

/** One instruction as bpf_asm writes it; jumps name their targets `L` + index. */
export function asmText(insn: ClassicInstruction, pc: number): string {
  const row = instructionRow(insn.code);
  if (!row) return rawText(insn);
  switch (row.operand) {
    case 'goto':
      return `${row.mnemonic} L${pc + 1 + (insn.k | 0)}`;
    case 'cond-k':
    case 'cond-x': {
      const operand = row.operand === 'cond-x' ? 'x' : `#${constant(insn.k, row)}`;
      if (isNegated(insn, row)) return `${row.negated} ${operand}, L${pc + 1 + insn.jf}`;
      const otherwise = insn.jf === 0 ? '' : `, L${pc + 1 + insn.jf}`;
      return `${row.mnemonic} ${operand}, L${pc + 1 + insn.jt}${otherwise}`;
    }
    default: {
      const operand = asmOperand(insn, row);
      return operand === '' ? row.mnemonic : `${row.mnemonic} ${operand}`;
    }
  }
}

function asmOperand(insn: ClassicInstruction, row: InstructionRow): string {
  const { k } = insn;
  switch (row.operand) {
    case 'imm':
      return `#${constant(k, row)}`;
    case 'abs': {
      const name = ancillaryAt(k)?.asmNames[0];
      return name ? `#${name}` : `[${constant(k, row)}]`;
    }
    case 'ind':
      return `[x + ${constant(k, row)}]`;
    case 'msh':
      return `4*([${constant(k, row)}]&0xf)`;
    case 'mem':
      return `M[${k}]`;
    case 'len':
      return '#len';
    case 'a':
    case 'x':
      return row.operand;
    default:
      return '';
  }
}

/** The fields as they are. A comment says what instruction it is, where only its unused fields are unusual. */
function rawText({ code, jt, jf, k }: ClassicInstruction): string {
  const row = instructionRow(code);
  const text = `.insn 0x${code.toString(16).padStart(2, '0')}, ${jt}, ${jf}, 0x${k.toString(16)}`;
  return row ? `${text}  ; ${row.meaning}` : text;
}

/** bpf_asm reads decimals as signed 32-bit numbers. */
function constant(k: number, row: InstructionRow): string {
  return row.radix === 16 || k > 0x7fffffff ? `0x${k.toString(16)}` : String(k);
}

/** Whether the jump is written with the opposite mnemonic and one label. */
function isNegated(insn: ClassicInstruction, row: InstructionRow): boolean {
  return row.negated !== undefined && insn.jt === 0 && insn.jf !== 0;
}

function isJump(insn: ClassicInstruction): boolean {
  const form = instructionRow(insn.code)?.operand;
  return form === 'goto' || form === 'cond-k' || form === 'cond-x';
}

/** Whether the mnemonic form says everything the instruction holds. */
function isWritable(insn: ClassicInstruction, pc: number, length: number): boolean {
  const row = instructionRow(insn.code);
  if (!row) return false;
  const used = usedFields(row.operand);
  if (!used.k && insn.k !== 0) return false;
  if (!used.jumps && (insn.jt !== 0 || insn.jf !== 0)) return false;
  // The assembler refuses words of scratch memory that do not exist.
  if (row.operand === 'mem' && insn.k >= BPF_MEMWORDS) return false;
  return !isJump(insn) || successors(insn, pc).every(target => target >= 0 && target < length);
}
