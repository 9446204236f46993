// Lists as switches: the terms of a long `or` that ask the same value first are put together, and the value is looked up once.
//
// `(ip and src a) or (arp and ...) or (ip and src b) or ...` becomes: by EtherType, for IPv4 `src a or src b or ...`, for ARP
// ...; and inside, by source address, the set {a, b, ...}. It is the decision tree of pattern-match compilers (Augustsson 1985,
// Maranget 2008), never splitting a term in two unless ranges overlap. `and` is done as `not (or of nots)`.
//
// Terms change their order: what stood further right may be asked earlier. That changes no verdict but for packets that are
// cut short of something the filter looks at.

import { BPF_AND } from '../../isa/index.js';
import type { Origin } from '../condition.js';
import { EQUAL } from './predicate.js';
import { FALSE, type Reference, type Terms, TRUE } from './terms.js';
import { bitsUpTo, isPrefixMask, type Value } from './values.js';

const MAX = 0xffffffff;
/** Deeper nesting than any list has is left as it is, so that nothing overflows the stack. */
const MOST_DEPTH = 100;

/** Where `value` lies in `low`...`high`, the term is `rest`. */
interface Range {
  readonly low: number;
  readonly high: number;
  readonly rest: Reference;
  readonly origin: Origin | undefined;
  /** Place among the list's terms. */
  readonly order: number;
}

/** What a term asks first, and what is left for each answer. */
interface Split {
  readonly value: Value;
  readonly ranges: readonly Range[];
}

/** The same condition, lists grouped. */
export function groupTerms(terms: Terms, root: Reference): Reference {
  return new Grouping(terms).group(root, 0);
}

class Grouping {
  readonly #terms: Terms;
  readonly #memo = new Map<number, Reference>();

  constructor(terms: Terms) {
    this.#terms = terms;
  }

  group(reference: Reference, depth: number): Reference {
    const index = reference >> 1;
    const node = this.#terms.nodes[index]!;
    if (node.kind !== 'or' || depth > MOST_DEPTH) return reference;
    let grouped = this.#memo.get(index);
    if (grouped === undefined) {
      grouped = this.#or(node.children, depth);
      this.#memo.set(index, grouped);
    }
    return grouped ^ (reference & 1);
  }

  #or(children: readonly Reference[], depth: number): Reference {
    const terms = this.#terms;
    const result: Reference[] = [];
    let buckets = new Map<Value, { readonly splits: Split[]; readonly members: Reference[] }>();
    let order: { readonly splits: Split[]; readonly members: Reference[] }[] = [];

    const flush = (): void => {
      for (const { splits, members } of order) {
        const together = splits.length > 1 ? this.#switch(splits, depth) : undefined;
        if (together !== undefined) result.push(together);
        else for (const member of members) result.push(this.group(member, depth + 1));
      }
      buckets = new Map();
      order = [];
    };

    for (let i = 0; i < children.length; i++) {
      const child = children[i]!;
      if (terms.barrier(child)) {
        // What it stores, others read: nothing passes it.
        flush();
        result.push(this.group(child, depth + 1));
        continue;
      }
      const split = this.#split(child, i, depth);
      let bucket = split && buckets.get(split.value);
      if (!bucket) {
        bucket = { splits: [], members: [] };
        if (split) buckets.set(split.value, bucket);
        order.push(bucket);
      }
      if (split) bucket.splits.push(split);
      bucket.members.push(child);
    }
    flush();
    return terms.or(result);
  }

  /** What the term asks first. */
  #split(reference: Reference, order: number, depth: number): Split | undefined {
    const terms = this.#terms;
    const node = terms.node(reference);
    if (node.kind === 'question') return this.#question(reference, TRUE, order);
    if (node.kind === 'switch') return this.#segments(reference, TRUE, order);
    if (node.kind !== 'or') return undefined;
    if (reference & 1) {
      // An `and`: its first operand decides, the others are the rest.
      const first = node.children[0]! ^ 1;
      const rest = (): Reference => terms.or(node.children.slice(1)) ^ 1;
      if (terms.node(first).kind === 'question' && !this.#sameValue(node.children)) {
        return this.#question(first, rest, order);
      }
      const grouped = this.group(reference, depth + 1);
      const { kind } = terms.node(grouped);
      if (kind === 'question') return this.#question(grouped, TRUE, order);
      if (kind === 'switch') return this.#segments(grouped, TRUE, order);
      const head = this.group(first, depth + 1);
      return terms.node(head).kind === 'switch' ? this.#segments(head, rest(), order) : undefined;
    }
    const grouped = this.group(reference, depth + 1);
    if (terms.node(grouped).kind === 'question') return this.#question(grouped, TRUE, order);
    if (terms.node(grouped).kind === 'switch') return this.#segments(grouped, TRUE, order);
    return undefined;
  }

  /** All of them are questions to one value. */
  #sameValue(references: readonly Reference[]): boolean {
    let value = -1;
    for (const reference of references) {
      const node = this.#terms.node(reference);
      if (node.kind !== 'question' || node.b !== -1 || (value !== -1 && node.a !== value)) return false;
      value = node.a;
    }
    return true;
  }

  /** A comparison with a constant as ranges of the value. */
  #question(reference: Reference, rest: Reference | (() => Reference), order: number): Split | undefined {
    const node = this.#terms.node(reference);
    if (node.kind !== 'question' || node.b !== -1) return undefined;
    const { values } = this.#terms;
    let value = node.a;
    let low = node.k;
    let high = node.k;
    if (node.relation === EQUAL) {
      const mask = values.constantOperand(value, BPF_AND);
      if (mask !== -1) {
        const base = values.left[value]!;
        const unused = ~bitsUpTo(values.high[base]!);
        if (isPrefixMask((mask | unused) >>> 0)) {
          value = base;
          high = (low | ~(mask | unused)) >>> 0;
        }
      }
    } else {
      low = node.k + 1;
      high = MAX;
    }
    const left = typeof rest === 'number' ? rest : rest();
    const { origin } = node;
    if ((reference & 1) === 0) return { value, ranges: [{ low, high, rest: left, origin, order }] };
    const ranges: Range[] = [];
    if (low > 0) ranges.push({ low: 0, high: low - 1, rest: left, origin, order });
    if (high < MAX) ranges.push({ low: high + 1, high: MAX, rest: left, origin, order });
    return { value, ranges };
  }

  #segments(reference: Reference, rest: Reference, order: number): Split {
    const node = this.#terms.node(reference);
    if (node.kind !== 'switch') throw new Error('not a switch');
    const ranges: Range[] = [];
    for (let i = 0; i < node.starts.length; i++) {
      const part = node.references[i]! ^ (reference & 1);
      const left = rest === TRUE ? part : this.#terms.and([part, rest]);
      if (left === FALSE) continue;
      const high = i + 1 < node.starts.length ? node.starts[i + 1]! - 1 : MAX;
      ranges.push({ low: node.starts[i]!, high, rest: left, origin: node.origins[i], order });
    }
    return { value: node.value, ranges };
  }

  /** The switch of several terms; undefined where ranges overlap so much that it would be larger than they are. */
  #switch(splits: readonly Split[], depth: number): Reference | undefined {
    const terms = this.#terms;
    const ranges: Range[] = [];
    for (const split of splits) for (const range of split.ranges) ranges.push(range);
    ranges.sort((a, b) => a.low - b.low || a.order - b.order);

    // A sweep from 0 upwards: at each place where ranges begin or end, which of them are open?
    const starts: number[] = [];
    const references: Reference[] = [];
    const origins: (Origin | undefined)[] = [];
    let active: Range[] = [];
    let next = 0;
    let work = 0;
    const most = ranges.length * 8 + 1024;
    for (let at = 0; at <= MAX; ) {
      while (next < ranges.length && ranges[next]!.low === at) active.push(ranges[next++]!);
      work += active.length;
      if (work > most) return undefined;
      starts.push(at);
      origins.push(active[0]?.origin);
      references.push(this.#alternatives(active, depth));
      let end = next < ranges.length ? ranges[next]!.low : MAX + 1;
      for (const range of active) if (range.high < end) end = range.high + 1;
      at = end;
      if (active.length > 0) active = active.filter(range => range.high >= end);
    }
    return terms.switch(splits[0]!.value, starts, references, origins);
  }

  /** Any of what the ranges leave. */
  #alternatives(ranges: readonly Range[], depth: number): Reference {
    if (ranges.length === 0) return FALSE;
    if (ranges.length === 1) return this.group(ranges[0]!.rest, depth + 1);
    if (ranges.some(range => range.rest === TRUE)) return TRUE;
    const ordered = [...ranges].sort((a, b) => a.order - b.order).map(range => range.rest);
    return this.group(
      this.#terms.or(ordered.filter((one, index) => index === 0 || one !== ordered[index - 1])),
      depth + 1,
    );
  }
}
