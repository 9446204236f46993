// The classic BPF instruction set: one row an opcode. Printers, assembler, validators, interpreter and docs iterate this table.
//
// Sources: McCanne and Jacobson, "The BSD Packet Filter" (1993), table 1; linux/filter.h and linux/bpf_common.h;
// Documentation/networking/filter.rst (mnemonics); pcap/bpf.h. What each validator accepts: bpf_validate() of libpcap,
// bpf_check_classic() in net/core/filter.c, seccomp_check_filter() in kernel/seccomp.c.

import {
  BPF_A,
  BPF_ABS,
  BPF_ADD,
  BPF_ALU,
  BPF_AND,
  BPF_B,
  BPF_DIV,
  BPF_H,
  BPF_IMM,
  BPF_IND,
  BPF_JA,
  BPF_JEQ,
  BPF_JGE,
  BPF_JGT,
  BPF_JMP,
  BPF_JSET,
  BPF_K,
  BPF_LD,
  BPF_LDX,
  BPF_LEN,
  BPF_LSH,
  BPF_MEM,
  BPF_MISC,
  BPF_MOD,
  BPF_MSH,
  BPF_MUL,
  BPF_NEG,
  BPF_OR,
  BPF_RET,
  BPF_RSH,
  BPF_ST,
  BPF_STX,
  BPF_SUB,
  BPF_TAX,
  BPF_TXA,
  BPF_W,
  BPF_X,
  BPF_XOR,
} from './opcodes.js';

/**
 * How an instruction is written after its mnemonic.
 *
 * | form   | text            | fields used |
 * |--------|-----------------|-------------|
 * | none   |                 |             |
 * | imm    | `#k`            | k           |
 * | abs    | `[k]`           | k           |
 * | ind    | `[x + k]`       | k           |
 * | msh    | `4*([k]&0xf)`   | k           |
 * | mem    | `M[k]`          | k           |
 * | len    | `#len`          |             |
 * | a, x   | `a`, `x`        |             |
 * | goto   | `label`         | k           |
 * | cond-k | `#k, lt, lf`    | k, jt, jf   |
 * | cond-x | `x, lt, lf`     | jt, jf      |
 */
export type OperandForm =
  | 'none'
  | 'imm'
  | 'abs'
  | 'ind'
  | 'msh'
  | 'mem'
  | 'len'
  | 'a'
  | 'x'
  | 'goto'
  | 'cond-k'
  | 'cond-x';

/** Who may refuse a program: libpcap and the BSDs, Linux's socket layer, Linux's seccomp. */
export type ValidatorName = 'bsd' | 'linux' | 'seccomp';

export type InstructionClass = 'ld' | 'ldx' | 'st' | 'stx' | 'alu' | 'jmp' | 'ret' | 'misc';

export interface InstructionRow {
  readonly code: number;
  /** The mnemonic of the 1993 paper, tcpdump and bpf_asm. */
  readonly mnemonic: string;
  readonly operand: OperandForm;
  /** The mnemonic that jumps to its only label when this one would not: `jneq` is `jeq` with the targets exchanged. */
  readonly negated?: string;
  /** How listings write the constant: tcpdump has addresses, masks and comparisons in hexadecimal, counts in decimal. */
  readonly radix: 10 | 16;
  readonly class: InstructionClass;
  /** The macros whose sum is the code, in the order C programs write them. */
  readonly macros: readonly string[];
  /** What it does, in C. */
  readonly meaning: string;
  /** Which validators let the opcode through (its operand may still be refused). */
  readonly acceptedBy: readonly ValidatorName[];
}

const EVERYONE: readonly ValidatorName[] = ['bsd', 'linux', 'seccomp'];
const NOT_SECCOMP: readonly ValidatorName[] = ['bsd', 'linux'];
const ONLY_BSD: readonly ValidatorName[] = ['bsd'];

const NEGATED: Readonly<Record<string, string>> = { jeq: 'jneq', jge: 'jlt', jgt: 'jle' };

const CLASSES: readonly InstructionClass[] = ['ld', 'ldx', 'st', 'stx', 'alu', 'jmp', 'ret', 'misc'];

function row(
  code: number,
  mnemonic: string,
  operand: OperandForm,
  radix: 10 | 16,
  macros: string,
  meaning: string,
  acceptedBy = EVERYONE,
): InstructionRow {
  return {
    code,
    mnemonic,
    operand,
    ...(mnemonic in NEGATED && { negated: NEGATED[mnemonic]! }),
    radix,
    class: CLASSES[code & 7]!,
    macros: macros.split(' '),
    meaning,
    acceptedBy,
  };
}

/** Every instruction that has a name. P is the packet, `P[i:n]` its n bytes at i as a big-endian number. */
export const INSTRUCTIONS: readonly InstructionRow[] = [
  row(BPF_LD | BPF_W | BPF_ABS, 'ld', 'abs', 10, 'BPF_LD BPF_W BPF_ABS', 'A = P[k:4]'),
  row(BPF_LD | BPF_H | BPF_ABS, 'ldh', 'abs', 10, 'BPF_LD BPF_H BPF_ABS', 'A = P[k:2]', NOT_SECCOMP),
  row(BPF_LD | BPF_B | BPF_ABS, 'ldb', 'abs', 10, 'BPF_LD BPF_B BPF_ABS', 'A = P[k:1]', NOT_SECCOMP),
  row(BPF_LD | BPF_W | BPF_IND, 'ld', 'ind', 10, 'BPF_LD BPF_W BPF_IND', 'A = P[X + k:4]', NOT_SECCOMP),
  row(BPF_LD | BPF_H | BPF_IND, 'ldh', 'ind', 10, 'BPF_LD BPF_H BPF_IND', 'A = P[X + k:2]', NOT_SECCOMP),
  row(BPF_LD | BPF_B | BPF_IND, 'ldb', 'ind', 10, 'BPF_LD BPF_B BPF_IND', 'A = P[X + k:1]', NOT_SECCOMP),
  row(BPF_LD | BPF_IMM, 'ld', 'imm', 16, 'BPF_LD BPF_IMM', 'A = k'),
  row(BPF_LD | BPF_MEM, 'ld', 'mem', 10, 'BPF_LD BPF_MEM', 'A = M[k]'),
  row(BPF_LD | BPF_W | BPF_LEN, 'ld', 'len', 10, 'BPF_LD BPF_W BPF_LEN', 'A = length of the packet'),

  row(BPF_LDX | BPF_IMM, 'ldx', 'imm', 16, 'BPF_LDX BPF_IMM', 'X = k'),
  row(BPF_LDX | BPF_MEM, 'ldx', 'mem', 10, 'BPF_LDX BPF_MEM', 'X = M[k]'),
  row(BPF_LDX | BPF_W | BPF_LEN, 'ldx', 'len', 10, 'BPF_LDX BPF_W BPF_LEN', 'X = length of the packet'),
  row(BPF_LDX | BPF_B | BPF_MSH, 'ldxb', 'msh', 10, 'BPF_LDX BPF_B BPF_MSH', 'X = 4 * (P[k:1] & 0xf)', NOT_SECCOMP),

  row(BPF_ST, 'st', 'mem', 10, 'BPF_ST', 'M[k] = A'),
  row(BPF_STX, 'stx', 'mem', 10, 'BPF_STX', 'M[k] = X'),

  row(BPF_ALU | BPF_ADD | BPF_K, 'add', 'imm', 10, 'BPF_ALU BPF_ADD BPF_K', 'A += k'),
  row(BPF_ALU | BPF_SUB | BPF_K, 'sub', 'imm', 10, 'BPF_ALU BPF_SUB BPF_K', 'A -= k'),
  row(BPF_ALU | BPF_MUL | BPF_K, 'mul', 'imm', 10, 'BPF_ALU BPF_MUL BPF_K', 'A *= k'),
  row(BPF_ALU | BPF_DIV | BPF_K, 'div', 'imm', 10, 'BPF_ALU BPF_DIV BPF_K', 'A /= k'),
  row(BPF_ALU | BPF_MOD | BPF_K, 'mod', 'imm', 10, 'BPF_ALU BPF_MOD BPF_K', 'A %= k', NOT_SECCOMP),
  row(BPF_ALU | BPF_AND | BPF_K, 'and', 'imm', 16, 'BPF_ALU BPF_AND BPF_K', 'A &= k'),
  row(BPF_ALU | BPF_OR | BPF_K, 'or', 'imm', 16, 'BPF_ALU BPF_OR BPF_K', 'A |= k'),
  row(BPF_ALU | BPF_XOR | BPF_K, 'xor', 'imm', 16, 'BPF_ALU BPF_XOR BPF_K', 'A ^= k'),
  row(BPF_ALU | BPF_LSH | BPF_K, 'lsh', 'imm', 10, 'BPF_ALU BPF_LSH BPF_K', 'A <<= k'),
  row(BPF_ALU | BPF_RSH | BPF_K, 'rsh', 'imm', 10, 'BPF_ALU BPF_RSH BPF_K', 'A >>= k'),
  row(BPF_ALU | BPF_ADD | BPF_X, 'add', 'x', 10, 'BPF_ALU BPF_ADD BPF_X', 'A += X'),
  row(BPF_ALU | BPF_SUB | BPF_X, 'sub', 'x', 10, 'BPF_ALU BPF_SUB BPF_X', 'A -= X'),
  row(BPF_ALU | BPF_MUL | BPF_X, 'mul', 'x', 10, 'BPF_ALU BPF_MUL BPF_X', 'A *= X'),
  row(BPF_ALU | BPF_DIV | BPF_X, 'div', 'x', 10, 'BPF_ALU BPF_DIV BPF_X', 'A /= X; returns 0 if X is 0'),
  row(BPF_ALU | BPF_MOD | BPF_X, 'mod', 'x', 10, 'BPF_ALU BPF_MOD BPF_X', 'A %= X; returns 0 if X is 0', NOT_SECCOMP),
  row(BPF_ALU | BPF_AND | BPF_X, 'and', 'x', 16, 'BPF_ALU BPF_AND BPF_X', 'A &= X'),
  row(BPF_ALU | BPF_OR | BPF_X, 'or', 'x', 16, 'BPF_ALU BPF_OR BPF_X', 'A |= X'),
  row(BPF_ALU | BPF_XOR | BPF_X, 'xor', 'x', 16, 'BPF_ALU BPF_XOR BPF_X', 'A ^= X'),
  row(BPF_ALU | BPF_LSH | BPF_X, 'lsh', 'x', 10, 'BPF_ALU BPF_LSH BPF_X', 'A <<= X'),
  row(BPF_ALU | BPF_RSH | BPF_X, 'rsh', 'x', 10, 'BPF_ALU BPF_RSH BPF_X', 'A >>= X'),
  row(BPF_ALU | BPF_NEG, 'neg', 'none', 10, 'BPF_ALU BPF_NEG', 'A = -A'),

  row(BPF_JMP | BPF_JA, 'ja', 'goto', 10, 'BPF_JMP BPF_JA', 'pc += k'),
  row(BPF_JMP | BPF_JEQ | BPF_K, 'jeq', 'cond-k', 16, 'BPF_JMP BPF_JEQ BPF_K', 'pc += A == k ? jt : jf'),
  row(BPF_JMP | BPF_JGT | BPF_K, 'jgt', 'cond-k', 16, 'BPF_JMP BPF_JGT BPF_K', 'pc += A > k ? jt : jf'),
  row(BPF_JMP | BPF_JGE | BPF_K, 'jge', 'cond-k', 16, 'BPF_JMP BPF_JGE BPF_K', 'pc += A >= k ? jt : jf'),
  row(BPF_JMP | BPF_JSET | BPF_K, 'jset', 'cond-k', 16, 'BPF_JMP BPF_JSET BPF_K', 'pc += A & k ? jt : jf'),
  row(BPF_JMP | BPF_JEQ | BPF_X, 'jeq', 'cond-x', 16, 'BPF_JMP BPF_JEQ BPF_X', 'pc += A == X ? jt : jf'),
  row(BPF_JMP | BPF_JGT | BPF_X, 'jgt', 'cond-x', 16, 'BPF_JMP BPF_JGT BPF_X', 'pc += A > X ? jt : jf'),
  row(BPF_JMP | BPF_JGE | BPF_X, 'jge', 'cond-x', 16, 'BPF_JMP BPF_JGE BPF_X', 'pc += A >= X ? jt : jf'),
  row(BPF_JMP | BPF_JSET | BPF_X, 'jset', 'cond-x', 16, 'BPF_JMP BPF_JSET BPF_X', 'pc += A & X ? jt : jf'),

  row(BPF_RET | BPF_K, 'ret', 'imm', 10, 'BPF_RET BPF_K', 'return k'),
  row(BPF_RET | BPF_A, 'ret', 'a', 10, 'BPF_RET BPF_A', 'return A'),
  // In the paper and in bpf_asm, but no interpreter implements it: only the BSD check, which looks at the class, passes it.
  row(BPF_RET | BPF_X, 'ret', 'x', 10, 'BPF_RET BPF_X', 'return X', ONLY_BSD),

  row(BPF_MISC | BPF_TAX, 'tax', 'none', 10, 'BPF_MISC BPF_TAX', 'X = A'),
  row(BPF_MISC | BPF_TXA, 'txa', 'none', 10, 'BPF_MISC BPF_TXA', 'A = X'),
];

const BY_CODE = new Map(INSTRUCTIONS.map(entry => [entry.code, entry]));

/** The row of an opcode, undefined for one that has no name. */
export function instructionRow(code: number): InstructionRow | undefined {
  return BY_CODE.get(code);
}

/** Which fields beside `code` an operand form uses; the others are zero in an instruction that a person can write. */
export function usedFields(form: OperandForm): { readonly k: boolean; readonly jumps: boolean } {
  const jumps = form === 'cond-k' || form === 'cond-x';
  const k = !(form === 'none' || form === 'len' || form === 'a' || form === 'x' || form === 'cond-x');
  return { k, jumps };
}
