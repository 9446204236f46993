// The listing of `tcpdump -d`, byte for byte as libpcap's bpf_image() prints it.
//
//     (000) ldh      [12]
//     (001) jeq      #0x800           jt 2	jf 5

import { ancillaryAt } from '../ancillary.js';
import { isConditionalJump } from '../flow.js';
import type { ClassicInstruction, ClassicProgram } from '../instruction.js';
import { BPF_LDX, BPF_LEN } from '../opcodes.js';
import { type InstructionRow, instructionRow } from '../table.js';

export interface TcpdumpPrintOptions {
  /**
   * Whose listing. 1.10 (Debian's tcpdump 4.99) pads a mnemonic without operand with spaces and does not know
   * `ldx #pktlen`; 1.11 mended both. Default '1.10'.
   */
  readonly libpcap?: '1.10' | '1.11';
}

/** The listing of a program, each line ended by a newline. */
export function printTcpdump(program: ClassicProgram, options: TcpdumpPrintOptions = {}): string {
  return program.map((insn, pc) => `${tcpdumpLine(insn, pc, options)}\n`).join('');
}

/** One line of the listing: the instruction at index `pc`. */
export function tcpdumpLine(
  insn: ClassicInstruction,
  pc: number,
  { libpcap = '1.10' }: TcpdumpPrintOptions = {},
): string {
  let row = instructionRow(insn.code);
  // `ret x` has a name, but not in tcpdump.
  if (row?.mnemonic === 'ret' && row.operand === 'x') row = undefined;
  if (libpcap === '1.10' && insn.code === (BPF_LDX | BPF_LEN)) row = undefined;

  const mnemonic = row?.mnemonic ?? 'unimp';
  const operand = row ? tcpdumpOperand(insn, row, pc) : `0x${insn.code.toString(16)}`;
  const start = `(${String(pc).padStart(3, '0')}) `;
  if (isConditionalJump(insn.code)) {
    const targets = `jt ${pc + 1 + insn.jt}\tjf ${pc + 1 + insn.jf}`;
    return `${start}${mnemonic.padEnd(8)} ${operand.padEnd(16)} ${targets}`;
  }
  if (operand === '' && libpcap !== '1.10') return start + mnemonic;
  return `${start}${mnemonic.padEnd(8)} ${operand}`;
}

function tcpdumpOperand(insn: ClassicInstruction, row: InstructionRow, pc: number): string {
  // %d in C: a signed number.
  const signed = insn.k | 0;
  switch (row.operand) {
    case 'none':
    case 'a':
      return '';
    case 'imm':
    case 'cond-k':
      return row.radix === 16 ? `#0x${insn.k.toString(16)}` : `#${signed}`;
    case 'abs':
      return `[${ancillaryAt(insn.k)?.tcpdumpName ?? signed}]`;
    case 'ind':
      return `[x + ${signed}]`;
    case 'msh':
      return `4*([${signed}]&0xf)`;
    case 'mem':
      return `M[${signed}]`;
    case 'len':
      return '#pktlen';
    case 'goto':
      return String((pc + 1 + insn.k) | 0);
    case 'x':
    case 'cond-x':
      return 'x';
  }
}
