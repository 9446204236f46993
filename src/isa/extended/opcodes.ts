// The numbers of the extended instruction set (RFC 9669; include/uapi/linux/bpf.h for what came after it).
// Classes, sizes and most operations share their numbers with the classic set: those are in ../classic/opcodes.ts.
//
//     opcode of LD, LDX, ST, STX            opcode of ALU, ALU64, JMP, JMP32
//     7       5 4   3 2       0             7       4  3  2       0
//     +--------+-----+---------+            +--------+---+---------+
//     |  mode  | size|  class  |            |  code  | s |  class  |
//     +--------+-----+---------+            +--------+---+---------+

/** Replaces RET of the classic set: jumps that compare the low 32 bits. */
export const BPF_JMP32 = 0x06;
/** Replaces MISC of the classic set: arithmetic on 64 bits. */
export const BPF_ALU64 = 0x07;

/** 64-bit size, beside BPF_W, BPF_H and BPF_B. */
export const BPF_DW = 0x18;

/** Load modes beside BPF_IMM, BPF_ABS, BPF_IND and BPF_MEM. */
export const BPF_MEMSX = 0x80;
export const BPF_ATOMIC = 0xc0;

export const BPF_MOV = 0xb0;
export const BPF_ARSH = 0xc0;
export const BPF_END = 0xd0;

/** The source bit of BPF_END says which order is wanted. */
export const BPF_TO_LE = 0x00;
export const BPF_TO_BE = 0x08;

export const BPF_JNE = 0x50;
export const BPF_JSGT = 0x60;
export const BPF_JSGE = 0x70;
export const BPF_CALL = 0x80;
export const BPF_EXIT = 0x90;
export const BPF_JLT = 0xa0;
export const BPF_JLE = 0xb0;
export const BPF_JSLT = 0xc0;
export const BPF_JSLE = 0xd0;
/** may_goto (Linux 6.9): a jump that is taken once a budget is spent. */
export const BPF_JCOND = 0xe0;

/** In `imm` of an atomic instruction, with the ALU operation's number. */
export const BPF_FETCH = 0x01;
export const BPF_XCHG = 0xe0 | BPF_FETCH;
export const BPF_CMPXCHG = 0xf0 | BPF_FETCH;
export const BPF_LOAD_ACQ = 0x100;
export const BPF_STORE_REL = 0x110;

/** Values of `src` in the 64-bit immediate load: what the constant stands for (RFC 9669, section 5.4). */
export const BPF_PSEUDO_MAP_FD = 1;
export const BPF_PSEUDO_MAP_VALUE = 2;
export const BPF_PSEUDO_BTF_ID = 3;
export const BPF_PSEUDO_FUNC = 4;
export const BPF_PSEUDO_MAP_IDX = 5;
export const BPF_PSEUDO_MAP_IDX_VALUE = 6;

/** Values of `src` in a call. */
export const BPF_PSEUDO_CALL = 1;
export const BPF_PSEUDO_KFUNC_CALL = 2;

/** `offset` of a register move: what kind of move. */
export const BPF_ADDR_SPACE_CAST = 1;
export const BPF_ADDR_PERCPU = -1;

/** Registers: r0 result, r1-r5 arguments, r6-r9 kept over calls, r10 the frame pointer (read only). */
export const REGISTER_COUNT = 11;
export const FRAME_POINTER = 10;
/** Bytes of stack a function has. */
export const STACK_BYTES = 512;
