// What is known of values on a way through the graph, as a value of its own that ways which meet can be joined of: where two
// ways meet, a value is one of what it was on either (abstract interpretation over sets of ranges; Cousot and Cousot, 1977).

import { BPF_AND, BPF_RSH } from '../../isa/index.js';
import { EQUAL, GREATER } from './predicate.js';
import { between, contains, type Ranges, union, without } from './ranges.js';
import { BINARY, isPrefixMask, NEGATE, rangeOf, type Value, type Values } from './values.js';

const NOTHING_COMPARED: ReadonlyMap<number, boolean> = new Map();

/** How deep an expression is looked into. */
const MOST_DEPTH = 6;

export class PathFacts {
  readonly #values: Values;
  /** What is known of values tells of expressions made of them, and of what they are made of. */
  readonly #derive: boolean;
  // What is known of `#known[i]` is `#ranges[i]`. Few values are asked on a way: lists are quicker than maps, above all to copy.
  readonly #known: Value[];
  readonly #ranges: Ranges[];
  /** Answers to comparisons of two values. */
  readonly #compared: ReadonlyMap<number, boolean>;

  constructor(
    values: Values,
    derive: boolean,
    known: Value[] = [],
    ranges: Ranges[] = [],
    compared: ReadonlyMap<number, boolean> = NOTHING_COMPARED,
  ) {
    this.#values = values;
    this.#derive = derive;
    this.#known = known;
    this.#ranges = ranges;
    this.#compared = compared;
  }

  /** What both know: where their ways meet. */
  meet(other: PathFacts): PathFacts {
    if (other === this) return this;
    const known: Value[] = [];
    const ranges: Ranges[] = [];
    for (let i = 0; i < this.#known.length; i++) {
      const value = this.#known[i]!;
      const theirs = other.#known.indexOf(value);
      if (theirs === -1) continue;
      const both = union(this.#ranges[i]!, other.#ranges[theirs]!);
      if (both.length === 2 && both[0] === this.#values.low[value] && both[1] === this.#values.high[value]) continue;
      known.push(value);
      ranges.push(both);
    }
    let compared = this.#compared;
    if (compared !== other.#compared) {
      compared = new Map([...compared].filter(([key, answer]) => other.#compared.get(key) === answer));
    }
    return new PathFacts(this.#values, this.#derive, known, ranges, compared);
  }

  /** The same, and the answer to a question. */
  learn(relation: number, a: Value, b: Value, k: number, answer: boolean): PathFacts {
    const compared = b === -1 ? this.#compared : new Map(this.#compared);
    const learnt = new PathFacts(this.#values, this.#derive, this.#known.slice(), this.#ranges.slice(), compared);
    if (b === -1) {
      if (relation === EQUAL && !answer) learnt.#set(a, without(this.#rangesOf(a), k));
      else if (relation === EQUAL) learnt.#narrow(a, k, k);
      else if (answer) learnt.#narrow(a, k + 1, 0xffffffff);
      else learnt.#narrow(a, 0, k);
      return learnt;
    }
    const answers = compared as Map<number, boolean>;
    answers.set(keyOf(relation, a, b), answer);
    if (!answer) return learnt;
    // Of two equal ones none is greater; of one that is greater the other is not, and they are not equal.
    answers.set(keyOf(GREATER, b, a), false);
    answers.set(relation === EQUAL ? keyOf(GREATER, a, b) : keyOf(EQUAL, Math.min(a, b), Math.max(a, b)), false);
    if (relation === EQUAL) {
      const [aLow, aHigh] = this.#bounds(a, MOST_DEPTH);
      const [bLow, bHigh] = this.#bounds(b, MOST_DEPTH);
      learnt.#narrow(a, bLow, bHigh);
      learnt.#narrow(b, aLow, aHigh);
    }
    return learnt;
  }

  /** The answer to a question on this way, or undefined. */
  decide(relation: number, a: Value, b: Value, k: number): boolean | undefined {
    const [low, high] = this.#bounds(a, MOST_DEPTH);
    if (b === -1) {
      if (relation === GREATER) return low > k ? true : high <= k ? false : undefined;
      if (k < low || k > high) return false;
      if (low === high) return true;
      const index = this.#known.indexOf(a);
      return index !== -1 && !contains(this.#ranges[index]!, k) ? false : undefined;
    }
    const [otherLow, otherHigh] = this.#bounds(b, MOST_DEPTH);
    if (relation === EQUAL) {
      if (high < otherLow || otherHigh < low) return false;
      if (low === high && otherLow === otherHigh) return true;
    } else {
      if (low > otherHigh) return true;
      if (high <= otherLow) return false;
    }
    return this.#compared.get(keyOf(relation, a, b));
  }

  #rangesOf(value: Value): Ranges {
    const index = this.#known.indexOf(value);
    return index === -1 ? [this.#values.low[value]!, this.#values.high[value]!] : this.#ranges[index]!;
  }

  #set(value: Value, ranges: Ranges): void {
    // Nothing left: no packet comes this way; what is said of it does not matter, but must not be empty.
    if (ranges.length === 0) return;
    const index = this.#known.indexOf(value);
    if (index === -1) {
      this.#known.push(value);
      this.#ranges.push(ranges);
    } else {
      this.#ranges[index] = ranges;
    }
  }

  #narrow(value: Value, low: number, high: number): void {
    const values = this.#values;
    const narrowed = between(this.#rangesOf(value), low, high);
    this.#set(value, narrowed);
    if (!this.#derive || narrowed.length === 0) return;
    const from = narrowed[0]!;
    const to = narrowed[narrowed.length - 1]!;
    const mask = values.constantOperand(value, BPF_AND);
    if (mask !== -1 && isPrefixMask(mask)) {
      // What is known of the upper bits bounds the whole.
      this.#narrow(values.left[value]!, from, (to & mask) >>> 0 === to ? to + (~mask >>> 0) : 0xffffffff);
      return;
    }
    const shift = values.constantOperand(value, BPF_RSH);
    if (shift !== -1) {
      this.#narrow(values.left[value]!, from * 2 ** shift, Math.min(0xffffffff, (to + 1) * 2 ** shift - 1));
    }
  }

  /** Bounds from what is known of the value and of its parts. */
  #bounds(value: Value, depth: number): readonly [number, number] {
    const values = this.#values;
    const index = this.#known.indexOf(value);
    const known = index === -1 ? undefined : this.#ranges[index]!;
    const low = known ? known[0]! : values.low[value]!;
    const high = known ? known[known.length - 1]! : values.high[value]!;
    if (low === high || depth === 0 || !this.#derive) return [low, high];
    if (values.kind[value] === NEGATE) {
      const [from, to] = this.#bounds(values.left[value]!, depth - 1);
      return from === to ? [-from >>> 0, -from >>> 0] : [low, high];
    }
    if (values.kind[value] !== BINARY) return [low, high];
    const [leftLow, leftHigh] = this.#bounds(values.left[value]!, depth - 1);
    const [rightLow, rightHigh] = this.#bounds(values.right[value]!, depth - 1);
    const [from, to] = boundsOf(values.operation[value]!, leftLow, leftHigh, rightLow, rightHigh);
    return [Math.max(low, from), Math.min(high, to)];
  }
}

/** As `rangeOf`, and exact for masks of what is known. */
export function boundsOf(
  operation: number,
  leftLow: number,
  leftHigh: number,
  rightLow: number,
  rightHigh: number,
): readonly [number, number] {
  if (operation === BPF_AND && rightLow === rightHigh && (leftLow === leftHigh || isPrefixMask(rightLow))) {
    return [(leftLow & rightLow) >>> 0, (leftHigh & rightLow) >>> 0];
  }
  return rangeOf(operation, leftLow, leftHigh, rightLow, rightHigh);
}

function keyOf(relation: number, a: Value, b: Value): number {
  return (relation * 0x200000 + a) * 0x200000 + b;
}
