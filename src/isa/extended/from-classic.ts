// Classic program -> extended program with the same result for every packet, as the kernel translates those that are attached to sockets
// (net/core/filter.c: bpf_convert_filter(), convert_bpf_extensions()) and those of seccomp (kernel/seccomp.c: seccomp_check_filter()).
//
//     A  r0       X  r7       context  r6       M[k]  *(u32 *)(r10 - 64 + 4 * k)       r2, r8  scratch
//
// The kernel's own translation reads struct sk_buff; this one is a program as people load them, and the verifier takes it: packet bytes by
// LD_ABS and LD_IND, the rest from struct __sk_buff and by helpers. What neither shows is refused. Two things are
// said that the kernel's translation need not say: scratch words that are read begin as 0, and instructions that nothing
// reaches are left out.

import { type Diagnostic, SkepError } from '../../diagnostics/index.js';
import { ancillaryAt } from '../classic/ancillary.js';
import { isConditionalJump } from '../classic/flow.js';
import type { ClassicInstruction, ClassicProgram } from '../classic/instruction.js';
import {
  BPF_A,
  BPF_ABS,
  BPF_ALU,
  BPF_AND,
  BPF_B,
  BPF_DIV,
  BPF_IMM,
  BPF_IND,
  BPF_JA,
  BPF_JEQ,
  BPF_JGE,
  BPF_JGT,
  BPF_JMP,
  BPF_K,
  BPF_LD,
  BPF_LDX,
  BPF_LEN,
  BPF_LSH,
  BPF_MEM,
  BPF_MEMWORDS,
  BPF_MOD,
  BPF_MSH,
  BPF_NEG,
  BPF_RET,
  BPF_RSH,
  BPF_ST,
  BPF_STX,
  BPF_TXA,
  BPF_W,
  BPF_X,
  BPF_XOR,
  SKF_AD_OFF,
} from '../classic/opcodes.js';
import { SECCOMP_DATA_BYTES } from '../classic/seccomp/data.js';
import { instructionRow } from '../classic/table.js';
import { type Instruction, insn, type Program } from './instruction.js';
import {
  BPF_ALU64,
  BPF_CALL,
  BPF_END,
  BPF_EXIT,
  BPF_JLE,
  BPF_JLT,
  BPF_JMP32,
  BPF_JNE,
  BPF_MOV,
  BPF_TO_BE,
  FRAME_POINTER,
} from './opcodes.js';

/** What the program runs on: a packet (struct __sk_buff), or a system call (struct seccomp_data). */
export type ClassicFlavour = 'socket' | 'seccomp';

export interface FromClassicOptions {
  /** Default socket. */
  readonly flavour?: ClassicFlavour;
}

/** An extended program and where each classic instruction went. */
export interface TranslatedProgram {
  readonly instructions: Program;
  /** First slot of each classic instruction; -1: nothing reaches it, and it was left out. */
  readonly slots: readonly number[];
}

const A = 0;
const X = 7;
const CONTEXT = 6;
const SCRATCH = 2;
const SAVED_A = 8;

/** Helpers, by number. */
const GET_PRANDOM_U32 = 7;
const GET_SMP_PROCESSOR_ID = 8;

/** Offsets of struct __sk_buff (include/uapi/linux/bpf.h). */
const SKB = {
  len: 0,
  pktType: 4,
  mark: 8,
  queueMapping: 12,
  protocol: 16,
  vlanPresent: 20,
  vlanTci: 24,
  vlanProto: 28,
  ifindex: 40,
  hash: 68,
} as const;

const EXIT = insn(BPF_JMP | BPF_EXIT);
const move = (dst: number, src: number): Instruction => insn(BPF_ALU | BPF_X | BPF_MOV, dst, src);
const constant = (dst: number, value: number): Instruction => insn(BPF_ALU | BPF_K | BPF_MOV, dst, 0, 0, value);
const field = (dst: number, offset: number): Instruction => insn(BPF_LDX | BPF_W | BPF_MEM, dst, CONTEXT, offset);
const call = (helper: number): Instruction => insn(BPF_JMP | BPF_CALL, 0, 0, 0, helper);
/** Network to host order of the low 16 bits. */
const ntohs = (register: number): Instruction => insn(BPF_ALU | BPF_END | BPF_TO_BE, register, 0, 0, 16);
const wordOffset = (k: number): number => 4 * k - 4 * BPF_MEMWORDS;

/** How each ancillary load that a program can make is made, by SKF_AD_ offset. */
const ANCILLARY_LOADS: Readonly<Record<string, readonly Instruction[]>> = {
  SKF_AD_PROTOCOL: [field(A, SKB.protocol), ntohs(A)],
  SKF_AD_PKTTYPE: [field(A, SKB.pktType)],
  // Without an interface the index reads as 0; the classic program then ends with what A holds.
  SKF_AD_IFINDEX: [
    field(SCRATCH, SKB.ifindex),
    insn(BPF_JMP32 | BPF_K | BPF_JNE, SCRATCH, 0, 1, 0),
    EXIT,
    move(A, SCRATCH),
  ],
  SKF_AD_MARK: [field(A, SKB.mark)],
  SKF_AD_QUEUE: [field(A, SKB.queueMapping)],
  SKF_AD_RXHASH: [field(A, SKB.hash)],
  SKF_AD_CPU: [call(GET_SMP_PROCESSOR_ID)],
  SKF_AD_ALU_XOR_X: [insn(BPF_ALU | BPF_X | BPF_XOR, A, X)],
  SKF_AD_VLAN_TAG: [field(A, SKB.vlanTci)],
  SKF_AD_VLAN_TAG_PRESENT: [field(A, SKB.vlanPresent)],
  SKF_AD_RANDOM: [call(GET_PRANDOM_U32)],
  SKF_AD_VLAN_TPID: [field(A, SKB.vlanProto), ntohs(A)],
};

/** The jump that is taken when the other is not. BPF_JSET has none. */
const OPPOSITE: Readonly<Record<number, number>> = { [BPF_JEQ]: BPF_JNE, [BPF_JGT]: BPF_JLE, [BPF_JGE]: BPF_JLT };

/**
 * Translates a classic program. Throws SkepError (SKEP2511; spans are instruction numbers) for what cannot be translated: what the
 * kernel's own check of that flavour refuses and no extended program says (a jump backwards or out of the program, a division by the
 * constant 0, a shift by 32 or more, an unknown instruction), and loads of what programs are not shown (`ld poff`, `ld hatype`,
 * netlink attributes).
 */
export function fromClassic(
  program: ClassicProgram,
  { flavour = 'socket' }: FromClassicOptions = {},
): TranslatedProgram {
  const reached = reachable(program);
  const errors: Diagnostic[] = [];
  const slots = program.map(() => -1);
  const code: Instruction[] = [];
  const jumps: { readonly at: number; readonly target: number }[] = [];

  code.push(insn(BPF_ALU64 | BPF_X | BPF_MOV, CONTEXT, 1), constant(A, 0), constant(X, 0));
  const read = new Set(program.filter(({ code: opcode }, pc) => reached[pc] && isMemoryRead(opcode)).map(({ k }) => k));
  for (const k of [...read].sort((a, b) => a - b)) {
    if (k < BPF_MEMWORDS) code.push(insn(BPF_ST | BPF_W | BPF_MEM, FRAME_POINTER, 0, wordOffset(k), 0));
  }

  if (program.length === 0) errors.push(refusal(0, 'a program has at least one instruction'));
  for (const [pc, instruction] of program.entries()) {
    if (!reached[pc]) continue;
    slots[pc] = code.length;
    const emitted = flavour === 'seccomp' ? seccomp(instruction) : socket(instruction);
    if (typeof emitted === 'string') {
      errors.push(refusal(pc, emitted));
      continue;
    }
    const { jt, jf, k } = instruction;
    if (emitted) {
      code.push(...emitted);
      if ((instruction.code & 7) !== BPF_RET && pc + 1 >= program.length) {
        errors.push(refusal(pc, 'the program ends without a return'));
      }
      continue;
    }
    const targets = isConditionalJump(instruction.code) ? [pc + 1 + jt, pc + 1 + jf] : [pc + 1 + k];
    if (targets.some(target => target >= program.length)) {
      errors.push(refusal(pc, 'the jump leads out of the program'));
      continue;
    }
    for (const [jump, target] of jumpsOf(instruction, pc)) jumps.push({ at: code.push(jump) - 1, target });
  }
  if (errors.length > 0) throw new SkepError(errors);
  for (const { at, target } of jumps) {
    const distance = slots[target]! - at - 1;
    const jump = code[at]!;
    // Only an unconditional jump can be too long: conditional ones skip at most 255 classic instructions.
    code[at] =
      jump.opcode === (BPF_JMP | BPF_JA) && distance > 0x7fff
        ? insn(BPF_JMP32 | BPF_JA, 0, 0, 0, distance)
        : { ...jump, offset: distance };
  }
  return { instructions: code, slots };
}

const refusal = (pc: number, message: string): Diagnostic => ({
  code: 'SKEP2511',
  severity: 'error',
  message: `instruction ${pc}: ${message}`,
  span: { start: pc, end: pc + 1 },
});

const isMemoryRead = (opcode: number): boolean => opcode === (BPF_LD | BPF_MEM) || opcode === (BPF_LDX | BPF_MEM);

/** Which instructions can be reached; jumps go forward only, so one pass tells. */
function reachable(program: ClassicProgram): boolean[] {
  const reached = program.map((_, pc) => pc === 0);
  for (const [pc, instruction] of program.entries()) {
    if (!reached[pc]) continue;
    const { code, jt, jf, k } = instruction;
    if ((code & 7) === BPF_RET) continue;
    const next = isConditionalJump(code) ? [jt, jf] : code === (BPF_JMP | BPF_JA) ? [k] : [0];
    for (const distance of next) if (pc + 1 + distance < program.length) reached[pc + 1 + distance] = true;
  }
  return reached;
}

/** A jump as one or two extended ones, each with the classic instruction that it leads to. */
function* jumpsOf(instruction: ClassicInstruction, pc: number): Generator<[Instruction, number]> {
  const { code, jt, jf, k } = instruction;
  const always = insn(BPF_JMP | BPF_JA);
  if (!isConditionalJump(instruction.code)) {
    yield [always, pc + 1 + k];
    return;
  }
  const operation = code & 0xf0;
  const compare = (other: number): Instruction =>
    insn(BPF_JMP32 | (code & BPF_X) | other, A, code & BPF_X ? X : 0, 0, code & BPF_X ? 0 : k);
  const opposite = OPPOSITE[operation];
  if (jt === jf) yield [always, pc + 1 + jt];
  else if (jt === 0 && opposite !== undefined) yield [compare(opposite), pc + 1 + jf];
  else {
    yield [compare(operation), pc + 1 + jt];
    if (jf !== 0) yield [always, pc + 1 + jf];
  }
}

/** What stands for an instruction; undefined for a jump, whose targets are yet to be known; a string says why nothing does. */
type Emitted = readonly Instruction[] | string | undefined;

/** What both flavours share. */
function common({ code, k }: ClassicInstruction): Emitted {
  const row = instructionRow(code);
  if (!row) return `there is no classic instruction 0x${code.toString(16)}`;
  switch (code & 7) {
    case BPF_LD:
    case BPF_LDX: {
      const register = (code & 7) === BPF_LD ? A : X;
      if ((code & 0xe0) === BPF_IMM) return [constant(register, k)];
      if (k >= BPF_MEMWORDS) return `there is no scratch word ${k}`;
      return [insn(BPF_LDX | BPF_W | BPF_MEM, register, FRAME_POINTER, wordOffset(k))];
    }
    case BPF_ST:
    case BPF_STX:
      if (k >= BPF_MEMWORDS) return `there is no scratch word ${k}`;
      return [insn(BPF_STX | BPF_W | BPF_MEM, FRAME_POINTER, (code & 7) === BPF_ST ? A : X, wordOffset(k))];
    case BPF_ALU:
      return arithmetic(code, k);
    case BPF_JMP:
      return undefined;
    case BPF_RET: {
      const source = code & 0x18;
      return source === BPF_A ? [EXIT] : source === BPF_X ? [move(A, X), EXIT] : [constant(A, k), EXIT];
    }
    default:
      return [code & BPF_TXA ? move(A, X) : move(X, A)];
  }
}

/** The 32-bit operations have the same opcodes in both sets; what differs is what happens with 0 and 32. */
function arithmetic(code: number, k: number): readonly Instruction[] | string {
  const operation = code & 0xf0;
  if (operation === BPF_NEG) return [insn(BPF_ALU | BPF_NEG, A)];
  const divides = operation === BPF_DIV || operation === BPF_MOD;
  if (!(code & BPF_X)) {
    if (divides && k === 0) return 'a division by the constant 0';
    if ((operation === BPF_LSH || operation === BPF_RSH) && k >= 32) return `a shift by ${k} is not within 0 to 31`;
    return [insn(code, A, 0, 0, k)];
  }
  const compute = insn(code, A, X);
  // A division by an X of 0 ends the program with 0.
  return divides ? [insn(BPF_JMP32 | BPF_K | BPF_JNE, X, 0, 2, 0), constant(A, 0), EXIT, compute] : [compute];
}

function socket(instruction: ClassicInstruction): Emitted {
  const { code, k } = instruction;
  const mode = code & 0xe0;
  const size = code & 0x18;
  const opcodeClass = code & 7;
  if (instructionRow(code) && (opcodeClass === BPF_LD || opcodeClass === BPF_LDX)) {
    if (mode === BPF_LEN) return [field(opcodeClass === BPF_LD ? A : X, SKB.len)];
    if (mode === BPF_MSH) {
      return [
        move(SAVED_A, A),
        insn(BPF_LD | BPF_B | BPF_ABS, 0, 0, 0, k),
        insn(BPF_ALU | BPF_K | BPF_AND, A, 0, 0, 0xf),
        insn(BPF_ALU | BPF_K | BPF_LSH, A, 0, 0, 2),
        move(X, A),
        move(A, SAVED_A),
      ];
    }
    if (mode === BPF_IND) return [insn(BPF_LD | size | BPF_IND, 0, X, 0, k)];
    if (mode === BPF_ABS) {
      const ancillary = ancillaryAt(k);
      if (ancillary) {
        return (
          ANCILLARY_LOADS[ancillary.macro] ?? `extended programs are not shown ${ancillary.macro}: ${ancillary.meaning}`
        );
      }
      if (k >= SKF_AD_OFF) return `there is no ancillary data at SKF_AD_OFF + ${k - SKF_AD_OFF}`;
      return [insn(code, 0, 0, 0, k)];
    }
  }
  return common(instruction);
}

function seccomp(instruction: ClassicInstruction): Emitted {
  const { code, k } = instruction;
  const mode = code & 0xe0;
  const opcodeClass = code & 7;
  const row = instructionRow(code);
  if (row && (opcodeClass === BPF_LD || opcodeClass === BPF_LDX)) {
    if (mode === BPF_LEN) return [constant(opcodeClass === BPF_LD ? A : X, SECCOMP_DATA_BYTES)];
    if (mode === BPF_ABS && (code & 0x18) === BPF_W) {
      if (k % 4 !== 0 || k >= SECCOMP_DATA_BYTES) return `struct seccomp_data has no word at ${k}`;
      return [field(A, k)];
    }
    if (mode !== BPF_IMM && mode !== BPF_MEM) return `seccomp filters have no ${row.mnemonic}`;
  }
  if (opcodeClass === BPF_ALU && (code & 0xf0) === BPF_MOD) return 'seccomp filters have no mod';
  if (opcodeClass === BPF_RET && (code & 0x18) === BPF_X) return 'seccomp filters have no ret x';
  return common(instruction);
}
