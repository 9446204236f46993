// What the three ways of writing extended BPF have in common: a dialect turns one instruction into text; everything that a
// reader may want named (helpers, maps, jump targets) it asks of the caller.

import type { Instruction, Program } from '../instruction.js';
import { LDDW_OPCODE } from '../instruction.js';
import { type InstructionRow, rowOf } from '../table.js';

/** Names for what instructions refer to by number. Every function may be missing or answer undefined: the number is printed. */
export interface InstructionNames {
  /** Name of a helper: 1 -> `bpf_map_lookup_elem`. */
  helper?(id: number): string | undefined;
  /** Name of a kernel function by BTF id and module offset. */
  kfunc?(btfId: number, offset: number): string | undefined;
  /** Name of the map that the 64-bit load at `slot` refers to. */
  map?(slot: number): string | undefined;
  /** Label of a jump or call target, in slots. */
  label?(slot: number): string | undefined;
}

/** One instruction where it stands. */
export interface Located {
  readonly instruction: Instruction;
  readonly row: InstructionRow;
  readonly slot: number;
  /** The second slot's imm, of a 64-bit load. */
  readonly next: number;
}

/** One instruction as text, without its number. */
export type Dialect = (at: Located, names: InstructionNames) => string;

/** The 64-bit constant of a 64-bit load: 16 digits at most, without leading zeros. */
export function wideHex(low: number, high: number): string {
  const upper = high >>> 0;
  const lower = (low >>> 0).toString(16);
  return upper === 0 ? `0x${lower}` : `0x${upper.toString(16)}${lower.padStart(8, '0')}`;
}

/** `+5`, `-3`, `+0`. */
export const signed = (value: number): string => (value < 0 ? String(value) : `+${value}`);

/** Slots that a jump or local call leads to; undefined for the others. */
export function target({ instruction, row, slot }: Pick<Located, 'instruction' | 'row' | 'slot'>): number | undefined {
  switch (row.kind) {
    case 'goto':
      return slot + 1 + (row.uses.includes('imm') ? instruction.imm : instruction.offset);
    case 'jump':
    case 'may-goto':
      return slot + 1 + instruction.offset;
    case 'call':
      return row.mnemonic === 'call_local' ? slot + 1 + instruction.imm : undefined;
    case 'lddw':
      return row.mnemonic === 'lddw_func' ? slot + 1 + instruction.imm : undefined;
    default:
      return undefined;
  }
}

/** What each slot of a listing says. `text` of a slot that no row fits is `undefined`. */
export interface ListedInstruction {
  readonly slot: number;
  readonly text: string | undefined;
  readonly instruction: Instruction;
}

/** Prints a program in a dialect, one entry an instruction (a 64-bit load is one). */
export function list(program: Program, dialect: Dialect, names: InstructionNames = {}): ListedInstruction[] {
  const listed: ListedInstruction[] = [];
  for (let slot = 0; slot < program.length; slot++) {
    const instruction = program[slot]!;
    const row = rowOf(instruction);
    const wide = instruction.opcode === LDDW_OPCODE && slot + 1 < program.length;
    const next = wide ? program[slot + 1]!.imm : 0;
    listed.push({ slot, instruction, text: row && dialect({ instruction, row, slot, next }, names) });
    if (row && wide) slot++;
  }
  return listed;
}
