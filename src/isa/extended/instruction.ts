// One slot of an extended BPF program: `struct bpf_insn`, 8 bytes (RFC 9669, section 3).
//
//     0         8    12   16              32                             64
//     +---------+----+----+---------------+-------------------------------+
//     |  opcode | dst| src|     offset    |              imm              |
//     +---------+----+----+---------------+-------------------------------+
//
// dst is the low nibble on a little-endian machine and the high one on a big-endian machine. A 64-bit immediate load takes two
// slots: the upper half of the constant stands in the second one's imm, whose other fields are 0.

/** One slot. `opcode` is unsigned 8 bits, `dst` and `src` 4, `offset` signed 16, `imm` signed 32. */
export interface Instruction {
  readonly opcode: number;
  readonly dst: number;
  readonly src: number;
  readonly offset: number;
  readonly imm: number;
}

/** Slots, in order; a value, as a classic program is. Jumps and calls count slots. */
export type Program = readonly Instruction[];

/** Makes a slot, fields cut to their width. */
export function insn(opcode: number, dst = 0, src = 0, offset = 0, imm = 0): Instruction {
  return { opcode: opcode & 0xff, dst: dst & 15, src: src & 15, offset: (offset << 16) >> 16, imm: imm | 0 };
}

/** The two slots of a 64-bit immediate load: `dst = value`. */
export function lddw(dst: number, src: number, low: number, high: number): [Instruction, Instruction] {
  return [insn(LDDW_OPCODE, dst, src, 0, low), insn(0, 0, 0, 0, high)];
}

/** LD | DW | IMM: the one instruction that is two slots long. */
export const LDDW_OPCODE = 0x18;
