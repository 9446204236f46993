// Small builders of statements and conditions, with the folding that libpcap 1.11 does: a Boolean constant swallows the
// other side of `and` and `or` (or vanishes), so that what the other side would have loaded is never loaded.

import {
  BPF_ABS,
  BPF_ADD,
  BPF_ALU,
  BPF_B,
  BPF_H,
  BPF_IMM,
  BPF_IND,
  BPF_JMP,
  BPF_K,
  BPF_LD,
  BPF_LDX,
  BPF_LEN,
  BPF_MEM,
  BPF_MISC,
  BPF_MSH,
  BPF_ST,
  BPF_STX,
  BPF_TAX,
  BPF_TXA,
  BPF_W,
  BPF_X,
} from '../../isa/index.js';
import type { Condition, Origin, Statement } from '../condition.js';

/** Bytes of a packet load. */
export type Size = 1 | 2 | 4;

const SIZE_CODES: Readonly<Record<Size, number>> = { 1: BPF_B, 2: BPF_H, 4: BPF_W };

export function instruct(code: number, k = 0): Statement {
  return { kind: 'instruction', code, k: k >>> 0 };
}

/** A = packet[k], big-endian. */
export const loadAbsolute = (size: Size, k: number): Statement => instruct(BPF_LD | BPF_ABS | SIZE_CODES[size], k);
/** A = packet[X + k]. */
export const loadIndexed = (size: Size, k: number): Statement => instruct(BPF_LD | BPF_IND | SIZE_CODES[size], k);
export const loadImmediate = (k: number): Statement => instruct(BPF_LD | BPF_IMM, k);
export const loadLength = (): Statement => instruct(BPF_LD | BPF_W | BPF_LEN);
export const loadMemory = (register: number): Statement => instruct(BPF_LD | BPF_MEM, register);
export const loadXImmediate = (k: number): Statement => instruct(BPF_LDX | BPF_IMM, k);
export const loadXMemory = (register: number): Statement => instruct(BPF_LDX | BPF_MEM, register);
/** X = 4 * (packet[k] & 0xf): the length of an IPv4 header. */
export const loadXHeaderLength = (k: number): Statement => instruct(BPF_LDX | BPF_MSH | BPF_B, k);
export const store = (register: number): Statement => instruct(BPF_ST, register);
export const storeX = (register: number): Statement => instruct(BPF_STX, register);
export const alu = (operation: number, k: number): Statement => instruct(BPF_ALU | operation | BPF_K, k);
export const aluX = (operation: number): Statement => instruct(BPF_ALU | operation | BPF_X);
export const add = (k: number): Statement => alu(BPF_ADD, k);
export const addX = (): Statement => aluX(BPF_ADD);
export const tax = (): Statement => instruct(BPF_MISC | BPF_TAX);
export const txa = (): Statement => instruct(BPF_MISC | BPF_TXA);

/** `if (A <jump> k) then else otherwise`. */
export function branch(
  jump: number,
  k: number,
  then: readonly Statement[],
  otherwise: readonly Statement[] = [],
): Statement {
  return { kind: 'if', jump: BPF_JMP | jump | BPF_K, k: k >>> 0, then, else: otherwise };
}

/** A leaf: run the statements, then the condition is `A <jump> k`. */
export function test(statements: readonly Statement[], jump: number, k: number, origin: Origin): Condition {
  return { kind: 'test', statements, jump: BPF_JMP | jump | BPF_K, k: k >>> 0, origin };
}

/** The same against X. */
export function testX(statements: readonly Statement[], jump: number, origin: Origin): Condition {
  return { kind: 'test', statements, jump: BPF_JMP | jump | BPF_X, k: 0, origin };
}

export function constant(value: boolean, origin?: Origin): Condition {
  return origin ? { kind: 'constant', value, origin } : { kind: 'constant', value };
}

/** `not`: a constant turns over, two `not`s cancel unless the inner one has words of its own. */
export function not(term: Condition, origin?: Origin): Condition {
  if (term.kind === 'constant') return constant(!term.value, origin ?? term.origin);
  if (term.kind === 'not' && !origin && !term.origin) return term.term;
  return origin ? { kind: 'not', term, origin } : { kind: 'not', term };
}

/** All of the terms, tested from left to right. */
export function all(terms: readonly Condition[], origin?: Origin): Condition {
  return join('and', terms, origin);
}

/** Any of the terms, tested from left to right. */
export function any(terms: readonly Condition[], origin?: Origin): Condition {
  return join('or', terms, origin);
}

function join(kind: 'and' | 'or', terms: readonly Condition[], origin: Origin | undefined): Condition {
  // The constant that decides alone; the other one is left out.
  const deciding = kind === 'or';
  const kept: Condition[] = [];
  let neutral: Condition | undefined;
  for (const term of terms) {
    if (term.kind === 'constant') {
      if (term.value === deciding) return origin ? { ...term, origin } : term;
      if (term.origin) neutral = term;
    } else if (term.kind === kind && !term.origin) {
      kept.push(...term.terms);
    } else {
      kept.push(term);
    }
  }
  if (kept.length === 0) return constant(!deciding, origin ?? neutral?.origin);
  if (kept.length === 1) return kept[0]!;
  return origin ? { kind, terms: kept, origin } : { kind, terms: kept };
}
