// One question to a value, in one form: `a = k`, `a > k`, `a = b`, `a > b`. The machine's other comparisons are these turned
// over, and each is brought to the simplest value it can be asked of.

import { BPF_ADD, BPF_AND, BPF_JEQ, BPF_JGE, BPF_JGT, BPF_JSET, BPF_LSH, BPF_SUB, BPF_XOR } from '../../isa/index.js';
import { BINARY, CONSTANT, FAILURE, isPrefixMask, NEGATE, type Value, type Values, valueText } from './values.js';

export const EQUAL = 0;
export const GREATER = 1;

/** A question, or its answer. */
export type Predicate =
  | { readonly kind: 'constant'; readonly value: boolean }
  /** Asking rejects the packet: a division by the constant 0. */
  | { readonly kind: 'failure' }
  | {
      readonly kind: 'question';
      /** `EQUAL` or `GREATER`. */
      readonly relation: number;
      readonly a: Value;
      /** -1: compare with `k`. */
      readonly b: Value;
      readonly k: number;
      /** False: the condition holds where the answer is no. */
      readonly positive: boolean;
    };

const TRUE: Predicate = { kind: 'constant', value: true };
const FALSE: Predicate = { kind: 'constant', value: false };

/** `A <jump> k`, or `A <jump> X` where `b` is not -1; `jump` is BPF_JEQ, BPF_JGT, BPF_JGE or BPF_JSET. */
export function predicate(values: Values, jump: number, a: Value, b: Value, k: number): Predicate {
  if (values.kind[a] === FAILURE || (b !== -1 && values.kind[b] === FAILURE)) return { kind: 'failure' };
  if (b !== -1 && values.kind[b] === CONSTANT) {
    k = values.k[b]!;
    b = -1;
  }
  if (b === -1) {
    switch (jump) {
      case BPF_JEQ:
        return equals(values, a, k, true);
      case BPF_JGT:
        return exceeds(values, a, k, true);
      case BPF_JGE:
        return k === 0 ? TRUE : exceeds(values, a, k - 1, true);
      case BPF_JSET:
        return equals(values, values.binary(BPF_AND, a, values.constant(k)), 0, false);
    }
  } else {
    switch (jump) {
      case BPF_JEQ:
        return equalValues(values, a, b, true);
      case BPF_JGT:
        return exceedsValue(values, a, b, true);
      case BPF_JGE:
        return exceedsValue(values, b, a, false);
      case BPF_JSET:
        return equals(values, values.binary(BPF_AND, a, b), 0, false);
    }
  }
  throw new RangeError(`not a conditional jump: ${jump}`);
}

/** `a = k`, `a > k`, `a = b` or `a > b`, once more from the parts of a question. */
export function ask(values: Values, relation: number, a: Value, b: Value, k: number): Predicate {
  return predicate(values, relation === EQUAL ? BPF_JEQ : BPF_JGT, a, b, k);
}

function answer(value: boolean, positive: boolean): Predicate {
  return value === positive ? TRUE : FALSE;
}

/** `a = k`. */
export function equals(values: Values, a: Value, k: number, positive: boolean): Predicate {
  if (k < values.low[a]! || k > values.high[a]!) return answer(false, positive);
  if (values.low[a] === values.high[a]) return answer(true, positive);
  if (values.kind[a] === NEGATE) return equals(values, values.left[a]!, -k >>> 0, positive);
  if (values.kind[a] === BINARY) {
    const left = values.left[a]!;
    const right = values.right[a]!;
    const constant = values.kind[right] === CONSTANT ? values.k[right]! : -1;
    switch (values.operation[a]) {
      case BPF_ADD:
        if (constant !== -1) return equals(values, left, (k - constant) >>> 0, positive);
        break;
      case BPF_XOR:
        if (constant !== -1) return equals(values, left, (k ^ constant) >>> 0, positive);
        if (k === 0) return equalValues(values, left, right, positive);
        break;
      case BPF_SUB:
        if (k === 0) return equalValues(values, left, right, positive);
        break;
      case BPF_AND:
        if (constant !== -1 && (k & ~constant) !== 0) return answer(false, positive);
        break;
      case BPF_LSH:
        // No bit falls out: the shift can be taken from the constant instead.
        if (constant !== -1 && values.high[left]! * 2 ** constant <= 0xffffffff) {
          if (((k >>> constant) << constant) >>> 0 !== k) return answer(false, positive);
          return equals(values, left, k >>> constant, positive);
        }
        break;
    }
  }
  return { kind: 'question', relation: EQUAL, a, b: -1, k, positive };
}

/** `a > k`. */
export function exceeds(values: Values, a: Value, k: number, positive: boolean): Predicate {
  if (values.high[a]! <= k) return answer(false, positive);
  if (values.low[a]! > k) return answer(true, positive);
  const mask = values.constantOperand(a, BPF_AND);
  if (mask !== -1 && isPrefixMask(mask)) {
    // The first masked value above k, less one, divides the unmasked values likewise.
    const next = ((k & mask) >>> 0) + ((~mask >>> 0) + 1);
    return next > 0xffffffff ? answer(false, positive) : exceeds(values, values.left[a]!, next - 1, positive);
  }
  const shift = values.constantOperand(a, BPF_LSH);
  if (shift !== -1 && values.high[values.left[a]!]! * 2 ** shift <= 0xffffffff) {
    return exceeds(values, values.left[a]!, k >>> shift, positive);
  }
  return { kind: 'question', relation: GREATER, a, b: -1, k, positive };
}

function equalValues(values: Values, a: Value, b: Value, positive: boolean): Predicate {
  if (values.kind[a] === FAILURE || values.kind[b] === FAILURE) return { kind: 'failure' };
  if (values.kind[b] === CONSTANT) return equals(values, a, values.k[b]!, positive);
  if (values.kind[a] === CONSTANT) return equals(values, b, values.k[a]!, positive);
  if (a === b) return answer(true, positive);
  if (values.high[a]! < values.low[b]! || values.high[b]! < values.low[a]!) return answer(false, positive);
  return { kind: 'question', relation: EQUAL, a: Math.min(a, b), b: Math.max(a, b), k: 0, positive };
}

/** `a > b`. */
function exceedsValue(values: Values, a: Value, b: Value, positive: boolean): Predicate {
  if (values.kind[b] === CONSTANT) return exceeds(values, a, values.k[b]!, positive);
  // k > b is not (b > k - 1).
  if (values.kind[a] === CONSTANT) {
    return values.k[a] === 0 ? answer(false, positive) : exceeds(values, b, values.k[a]! - 1, !positive);
  }
  if (a === b || values.high[a]! <= values.low[b]!) return answer(false, positive);
  if (values.low[a]! > values.high[b]!) return answer(true, positive);
  return { kind: 'question', relation: GREATER, a, b, k: 0, positive };
}

/** `u16[12] == 0x800`. */
export function questionText(values: Values, relation: number, a: Value, b: Value, k: number): string {
  const right = b === -1 ? (k < 10 ? String(k) : `0x${k.toString(16)}`) : valueText(values, b);
  return `${valueText(values, a)} ${relation === EQUAL ? '==' : '>'} ${right}`;
}
