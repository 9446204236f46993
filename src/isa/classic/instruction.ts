// One classic BPF instruction: `struct sock_filter` / `struct bpf_insn`, 8 bytes.
//
//     0               16      24      32                              64
//     +---------------+-------+-------+-------------------------------+
//     |     code      |  jt   |  jf   |               k               |
//     +---------------+-------+-------+-------------------------------+
//
// McCanne and Jacobson, "The BSD Packet Filter", USENIX 1993, section 3; linux/filter.h.

/** One instruction. All fields are unsigned: `code` 16 bits, `jt` and `jf` 8, `k` 32. */
export interface ClassicInstruction {
  readonly code: number;
  /** Instructions to skip when a conditional jump is taken. */
  readonly jt: number;
  /** Instructions to skip when it is not. */
  readonly jf: number;
  readonly k: number;
}

/** A program is a value: nothing changes it after it was made. */
export type ClassicProgram = readonly ClassicInstruction[];

/** Makes an instruction, fields cut to their width. */
export function instruction(code: number, k = 0, jt = 0, jf = 0): ClassicInstruction {
  return { code: code & 0xffff, jt: jt & 0xff, jf: jf & 0xff, k: k >>> 0 };
}
