// The bit fields of a classic BPF opcode (linux/bpf_common.h, linux/filter.h).
//
//     7       5 4   3 2       0
//     +--------+-----+---------+
//     |  mode  | size|  class  |   LD, LDX (and ST, STX: class alone)
//     +--------+-----+---------+
//     |   operation  |s|  class |   ALU, JMP: s is the source, K or X
//     +--------------+-+--------+

export const BPF_LD = 0x00;
export const BPF_LDX = 0x01;
export const BPF_ST = 0x02;
export const BPF_STX = 0x03;
export const BPF_ALU = 0x04;
export const BPF_JMP = 0x05;
export const BPF_RET = 0x06;
export const BPF_MISC = 0x07;

export const BPF_W = 0x00;
export const BPF_H = 0x08;
export const BPF_B = 0x10;

export const BPF_IMM = 0x00;
export const BPF_ABS = 0x20;
export const BPF_IND = 0x40;
export const BPF_MEM = 0x60;
export const BPF_LEN = 0x80;
export const BPF_MSH = 0xa0;

export const BPF_ADD = 0x00;
export const BPF_SUB = 0x10;
export const BPF_MUL = 0x20;
export const BPF_DIV = 0x30;
export const BPF_OR = 0x40;
export const BPF_AND = 0x50;
export const BPF_LSH = 0x60;
export const BPF_RSH = 0x70;
export const BPF_NEG = 0x80;
export const BPF_MOD = 0x90;
export const BPF_XOR = 0xa0;

export const BPF_JA = 0x00;
export const BPF_JEQ = 0x10;
export const BPF_JGT = 0x20;
export const BPF_JGE = 0x30;
export const BPF_JSET = 0x40;

export const BPF_K = 0x00;
export const BPF_X = 0x08;
export const BPF_A = 0x10;

export const BPF_TAX = 0x00;
export const BPF_TXA = 0x80;

/** Words of scratch memory, M[0] to M[15]. */
export const BPF_MEMWORDS = 16;

/** A load at SKF_AD_OFF + n reads not the packet but what the kernel knows of it (linux/filter.h). */
export const SKF_AD_OFF = 0xfffff000;
/** A load at SKF_NET_OFF + n is relative to the network header. */
export const SKF_NET_OFF = 0xfff00000;
/** A load at SKF_LL_OFF + n is relative to the link-layer header. */
export const SKF_LL_OFF = 0xffe00000;
