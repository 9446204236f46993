// A balanced search for the segment that a value lies in: comparisons halve the list, and each leaf of the tree is a short
// chain of tests for equality (Knuth, TAOCP 6.2.1; for packet filters: the `jgt` trees that BPF+ left to the hand).
//
// In a chain, networks come after hosts and wider ones after narrower ones, so that each mask is applied to what the mask before
// it left over, and nothing is loaded twice.

import { BPF_AND } from '../../isa/index.js';
import type { Origin } from '../condition.js';
import type { Block, Graph } from './cfg.js';
import { equals, GREATER } from './predicate.js';
import type { Value } from './values.js';

export interface SearchOptions {
  /** How many tests in a row before the list is halved. */
  readonly chainLength: number;
  /** The tests must stay although facts decide them. */
  readonly pinned?: boolean;
}

const NO_ORIGINS: readonly Origin[] = [];

interface Item {
  readonly low: number;
  high: number;
  readonly target: Block;
  readonly origins: readonly Origin[];
}

/**
 * Goes to `targets[i]` where the value lies in segment i: from `starts[i]` up to the next start.
 * Size: linear in the number of segments; longest path: logarithmic, plus a chain.
 */
export function buildSearch(
  graph: Graph,
  value: Value,
  starts: readonly number[],
  targets: readonly Block[],
  origins: readonly (Origin | undefined)[],
  options: SearchOptions,
): Block {
  const { values } = graph;
  const bottom = values.low[value]!;
  const top = values.high[value]!;

  // What the value can reach, neighbours with the same target joined.
  const segments: Item[] = [];
  for (let i = 0; i < starts.length; i++) {
    const low = Math.max(starts[i]!, bottom);
    const high = Math.min(i + 1 < starts.length ? starts[i + 1]! - 1 : 0xffffffff, top);
    if (low > high) continue;
    const origin = origins[i];
    const last = segments[segments.length - 1];
    if (last && last.target === targets[i]) last.high = high;
    else segments.push({ low, high, target: targets[i]!, origins: origin ? [origin] : NO_ORIGINS });
  }
  if (segments.length === 1) return segments[0]!.target;

  // Where most values go needs no test of its own.
  let widest = segments[0]!;
  for (const segment of segments) if (segment.high - segment.low > widest.high - widest.low) widest = segment;
  const otherwise = widest.target;
  const items = segments.filter(segment => segment.target !== otherwise);

  const search = new Search(graph, value, otherwise, options);
  return search.tree(items, 0, items.length, bottom, top);
}

class Search {
  readonly #graph: Graph;
  readonly #value: Value;
  readonly #otherwise: Block;
  readonly #options: SearchOptions;

  constructor(graph: Graph, value: Value, otherwise: Block, options: SearchOptions) {
    this.#graph = graph;
    this.#value = value;
    this.#otherwise = otherwise;
    this.#options = options;
  }

  /** Items `from` to `to` (exclusive), the value being known to lie between `low` and `high`. */
  tree(items: readonly Item[], from: number, to: number, low: number, high: number): Block {
    if (to - from <= this.#options.chainLength) return this.#chain(items.slice(from, to), low, high);
    // As few chains as there can be, of equal length, half of them on each side.
    const chains = Math.ceil((to - from) / this.#options.chainLength);
    const middle = from + Math.round(((to - from) * (chains >> 1)) / chains);
    const left = items[middle - 1]!;
    const right = items[middle]!;
    // Cut at the edge of a range where there is one: that edge need not be tested again.
    const last = left.high > left.low || right.low === right.high ? left.high : right.low - 1;
    return this.#exceeds(
      last,
      this.tree(items, middle, to, last + 1, high),
      this.tree(items, from, middle, low, last),
      [],
    );
  }

  #chain(items: readonly Item[], low: number, high: number): Block {
    if (items.every(item => item.low === item.high)) {
      let next = this.#otherwise;
      for (let i = items.length - 1; i >= 0; i--) next = this.#point(items[i]!, next);
      return next;
    }
    const wide = this.#graph.values.high[this.#value]! > 0xffff;
    const widths = new Map<number, number>();
    for (const item of items) {
      const size = item.high - item.low + 1;
      widths.set(size, (widths.get(size) ?? 0) + 1);
    }
    const ranges: Item[] = [];
    const points: Item[] = [];
    const networks: Item[] = [];
    for (const item of items) {
      const size = item.high - item.low + 1;
      const atEdge = item.low === low || item.high === high;
      if (size === 1) points.push(item);
      else if (!atEdge && isAligned(item.low, size) && (wide || widths.get(size)! > 1)) networks.push(item);
      else ranges.push(item);
    }
    networks.sort((a, b) => a.high - a.low - (b.high - b.low) || a.low - b.low);

    let next = this.#otherwise;
    for (let i = networks.length - 1; i >= 0; i--) next = this.#network(networks[i]!, next);
    for (let i = points.length - 1; i >= 0; i--) next = this.#point(points[i]!, next);
    for (let i = ranges.length - 1; i >= 0; i--) next = this.#range(ranges[i]!, low, high, next);
    return next;
  }

  #range(item: Item, low: number, high: number, next: Block): Block {
    const below = item.high === high ? item.target : this.#exceeds(item.high, next, item.target, item.origins);
    return item.low === low ? below : this.#exceeds(item.low - 1, below, next, item.origins);
  }

  #point(item: Item, next: Block): Block {
    return this.#equals(this.#value, item.low, item.target, next, item.origins);
  }

  #network(item: Item, next: Block): Block {
    const { values } = this.#graph;
    const mask = ~(item.high - item.low) >>> 0;
    const masked = values.binary(BPF_AND, this.#value, values.constant(mask));
    return this.#equals(masked, item.low, item.target, next, item.origins);
  }

  #equals(value: Value, k: number, whenTrue: Block, whenFalse: Block, origins: readonly Origin[]): Block {
    const asked = equals(this.#graph.values, value, k, true);
    if (asked.kind === 'constant') return asked.value ? whenTrue : whenFalse;
    if (asked.kind === 'failure') return this.#graph.return(0);
    return asked.positive
      ? this.#question(asked.relation, asked.a, asked.b, asked.k, whenTrue, whenFalse, origins)
      : this.#question(asked.relation, asked.a, asked.b, asked.k, whenFalse, whenTrue, origins);
  }

  #exceeds(k: number, whenTrue: Block, whenFalse: Block, origins: readonly Origin[]): Block {
    return this.#question(GREATER, this.#value, -1, k, whenTrue, whenFalse, origins);
  }

  #question(
    relation: number,
    a: Value,
    b: Value,
    k: number,
    whenTrue: Block,
    whenFalse: Block,
    origins: readonly Origin[],
  ): Block {
    if (!this.#options.pinned || whenTrue === whenFalse) {
      return this.#graph.question(relation, a, b, k, whenTrue, whenFalse, origins);
    }
    const block = this.#graph.block('question');
    block.relation = relation;
    block.a = a;
    block.b = b;
    block.k = k;
    block.whenTrue = whenTrue;
    block.whenFalse = whenFalse;
    block.origins = origins;
    block.pinned = true;
    return block;
  }
}

/** A block of addresses that a mask selects. */
function isAligned(low: number, size: number): boolean {
  return Number.isInteger(Math.log2(size)) && low % size === 0;
}
