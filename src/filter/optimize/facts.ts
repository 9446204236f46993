// What is known of values on a path: bounds, and numbers they are not. Facts are added while a tree of paths is walked down and
// taken back on the way up.

import { BPF_AND, BPF_RSH } from '../../isa/index.js';
import { boundsOf } from './path-facts.js';
import { EQUAL } from './predicate.js';
import { BINARY, isPrefixMask, NEGATE, type Value, type Values } from './values.js';

/** How deep an expression is looked into. */
const MOST_DEPTH = 6;

const UNKNOWN = 0;
const NO = 1;
const YES = 2;

export class Facts {
  readonly #values: Values;
  readonly #low: number[];
  readonly #high: number[];
  /** "value is not k", as value * 2^32 + k. */
  readonly #not = new Set<number>();
  /** Answers to comparisons of two values: key -> YES or NO. */
  readonly #compared = new Map<number, number>();
  /** How many values have exclusions at all; most have none. */
  readonly #excluded: number[] = [];

  // The log to take back: kind, what, old.
  readonly #log: number[] = [];
  readonly #derive: boolean;

  /** With `derive`, what is known of a value tells of expressions made of it and of what it is made of. */
  constructor(values: Values, derive: boolean) {
    this.#values = values;
    this.#derive = derive;
    this.#low = values.low.slice();
    this.#high = values.high.slice();
  }

  /** Hand it to `undo` to forget what was learnt since. */
  get checkpoint(): number {
    return this.#log.length;
  }

  undo(checkpoint: number): void {
    const log = this.#log;
    while (log.length > checkpoint) {
      const old = log.pop()!;
      const what = log.pop()!;
      switch (log.pop()) {
        case 0:
          this.#low[what] = old;
          break;
        case 1:
          this.#high[what] = old;
          break;
        case 2:
          this.#not.delete(what);
          this.#excluded[old] = this.#excluded[old]! - 1;
          break;
        case 3:
          if (old === UNKNOWN) this.#compared.delete(what);
          else this.#compared.set(what, old);
          break;
      }
    }
  }

  /** The answer to a question on this path, or undefined. */
  decide(relation: number, a: Value, b: Value, k: number): boolean | undefined {
    const [low, high] = this.#bounds(a, MOST_DEPTH);
    if (b === -1) {
      if (relation === EQUAL) {
        if (k < low || k > high) return false;
        if (low === high) return true;
        return (this.#excluded[a] ?? 0) > 0 && this.#not.has(a * 0x100000000 + k) ? false : undefined;
      }
      return low > k ? true : high <= k ? false : undefined;
    }
    const [otherLow, otherHigh] = this.#bounds(b, MOST_DEPTH);
    if (relation === EQUAL) {
      if (high < otherLow || otherHigh < low) return false;
      if (low === high && otherLow === otherHigh) return true;
    } else {
      if (low > otherHigh) return true;
      if (high <= otherLow) return false;
    }
    const known = this.#compared.get(compareKey(relation, a, b)) ?? UNKNOWN;
    return known === UNKNOWN ? undefined : known === YES;
  }

  /** From here on the question's answer is known. */
  learn(relation: number, a: Value, b: Value, k: number, answer: boolean): void {
    if (b === -1) {
      if (relation === EQUAL) {
        if (answer) this.#between(a, k, k);
        else this.#exclude(a, k);
      } else if (answer) {
        this.#between(a, k + 1, this.#high[a]!);
      } else {
        this.#between(a, this.#low[a]!, k);
      }
      return;
    }
    this.#compare(relation, a, b, answer);
    if (relation === EQUAL) {
      if (!answer) return;
      // Neither is greater.
      this.#compare(1, a, b, false);
      this.#compare(1, b, a, false);
      const low = Math.max(this.#low[a]!, this.#low[b]!);
      const high = Math.min(this.#high[a]!, this.#high[b]!);
      this.#between(a, low, high);
      this.#between(b, low, high);
    } else if (answer) {
      this.#compare(EQUAL, Math.min(a, b), Math.max(a, b), false);
      this.#compare(1, b, a, false);
    }
  }

  #compare(relation: number, a: Value, b: Value, answer: boolean): void {
    const key = compareKey(relation, a, b);
    this.#log.push(3, key, this.#compared.get(key) ?? UNKNOWN);
    this.#compared.set(key, answer ? YES : NO);
  }

  #between(value: Value, low: number, high: number): void {
    if (low > this.#low[value]!) {
      this.#log.push(0, value, this.#low[value]!);
      this.#low[value] = low;
    }
    if (high < this.#high[value]!) {
      this.#log.push(1, value, this.#high[value]!);
      this.#high[value] = high;
    }
    if (!this.#derive) return;
    // What is known of the upper bits bounds the whole.
    const values = this.#values;
    const mask = values.constantOperand(value, BPF_AND);
    if (mask !== -1 && isPrefixMask(mask)) {
      this.#between(
        values.left[value]!,
        low,
        Math.min(0xffffffff, (high & mask) >>> 0 === high ? high + (~mask >>> 0) : 0xffffffff),
      );
      return;
    }
    const shift = values.constantOperand(value, BPF_RSH);
    if (shift !== -1) {
      this.#between(values.left[value]!, low * 2 ** shift, Math.min(0xffffffff, (high + 1) * 2 ** shift - 1));
    }
  }

  #exclude(value: Value, k: number): void {
    if (k === this.#low[value] && k < this.#high[value]!) {
      this.#between(value, k + 1, this.#high[value]!);
      return;
    }
    if (k === this.#high[value] && k > this.#low[value]!) {
      this.#between(value, this.#low[value]!, k - 1);
      return;
    }
    const key = value * 0x100000000 + k;
    if (this.#not.has(key)) return;
    this.#not.add(key);
    this.#excluded[value] = (this.#excluded[value] ?? 0) + 1;
    this.#log.push(2, key, value);
  }

  /** Bounds from what is known of the value and of its parts. */
  #bounds(value: Value, depth: number): readonly [number, number] {
    const low = this.#low[value]!;
    const high = this.#high[value]!;
    const values = this.#values;
    if (low === high || depth === 0 || !this.#derive || values.kind[value] !== BINARY) {
      if (values.kind[value] === NEGATE && depth > 0 && this.#derive) {
        const [from, to] = this.#bounds(values.left[value]!, depth - 1);
        if (from === to) return [-from >>> 0, -from >>> 0];
      }
      return [low, high];
    }
    const [leftLow, leftHigh] = this.#bounds(values.left[value]!, depth - 1);
    const [rightLow, rightHigh] = this.#bounds(values.right[value]!, depth - 1);
    const [from, to] = boundsOf(values.operation[value]!, leftLow, leftHigh, rightLow, rightHigh);
    return [Math.max(low, from), Math.min(high, to)];
  }
}

function compareKey(relation: number, a: Value, b: Value): number {
  return (relation * 0x200000 + a) * 0x200000 + b;
}
