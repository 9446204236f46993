// Where a program checks how long its packets are.
//
// Bounds are checked once for several loads. Every block exists in up to two versions. The quick one checks at a block's
// beginning for more than the block itself needs (the furthest constant offset that lies ahead, within reason), so what
// follows needs no check. A packet too short for that is not lost: it goes on in the precise version of the same block,
// which checks for exactly what the block loads and rejects where the machine would. The precise version goes back to the
// quick one as soon as that relies on nothing that has not been checked.

import type { ClassicProgram } from '../../isa/index.js';
import { type Blocks, writesOf, X } from './blocks.js';
import type { Loads } from './loads.js';

/** Constant offsets below this may be checked together, ahead of time: Ethernet, IPv4 and TCP without options. */
const HOIST_BYTES = 54;
/** An index check may reach this much further than its own block: from source port to destination port and beyond. */
const HOIST_INDEX_BYTES = 4;

/** Two numbers of bytes for each block: captured at all, and captured behind X. */
export class Bounds {
  readonly bytes: Float64Array;
  readonly index: Float64Array;

  constructor(count: number, value = 0) {
    this.bytes = new Float64Array(count).fill(value);
    this.index = new Float64Array(count).fill(value);
  }

  /** Lowers to the least that is known on all ways to a block. */
  meet(block: number, bytes: number, index: number): void {
    this.bytes[block] = Math.min(this.bytes[block]!, bytes);
    this.index[block] = Math.min(this.index[block]!, index);
  }
}

export interface Checks {
  /** What the loads of each block need. What is needed behind X is needed at all, too. */
  readonly own: Bounds;
  /** Blocks that end by changing X: what was known behind it is not known of the new one. */
  readonly changesX: Uint8Array;
  /** What is known at the beginning of each block's quick version. */
  readonly known: Bounds;
  /** What the quick version checks for at its beginning; 0: nothing. */
  readonly quick: Bounds;
  /** What the quick version needs to be known already. */
  readonly relies: Bounds;
}

const successorsOf = ({ taken, otherwise }: Blocks, block: number): number[] =>
  [taken[block]!, otherwise[block]!].filter(next => next !== -1);

export function planChecks(program: ClassicProgram, blocks: Blocks, loads: Loads): Checks {
  const { count, order, place } = blocks;
  const { own, ahead, changesX } = findNeeds(program, blocks, loads);

  // Forwards: the checks, and what is known. Nothing is, where a backward jump leads.
  const known = new Bounds(count, Number.POSITIVE_INFINITY);
  const quick = new Bounds(count);
  known.meet(0, 0, 0);
  for (const block of order) {
    for (const next of successorsOf(blocks, block)) if (place[next]! <= place[block]!) known.meet(next, 0, 0);
  }
  for (const block of order) {
    let bytes = known.bytes[block]!;
    let index = known.index[block]!;
    if (bytes < own.bytes[block]!) {
      bytes = Math.max(own.bytes[block]!, ahead.bytes[block]!);
      quick.bytes[block] = bytes;
    }
    if (index < own.index[block]!) {
      index = Math.max(own.index[block]!, Math.min(ahead.index[block]!, bytes));
      quick.index[block] = index;
    }
    if (changesX[block]) index = 0;
    for (const next of successorsOf(blocks, block)) known.meet(next, bytes, index);
  }

  // Backwards: what is relied on.
  const relies = new Bounds(count);
  for (let at = order.length - 1; at >= 0; at--) {
    const block = order[at]!;
    // The check of an index subtracts what it asks for from what was captured.
    let bytes = Math.max(own.bytes[block]!, quick.index[block]!);
    let index = own.index[block]!;
    for (const next of successorsOf(blocks, block)) {
      if (place[next]! <= at) continue;
      bytes = Math.max(bytes, relies.bytes[next]!);
      if (!changesX[block]) index = Math.max(index, relies.index[next]!);
    }
    relies.bytes[block] = quick.bytes[block]! > 0 ? 0 : bytes;
    relies.index[block] = quick.index[block]! > 0 ? 0 : index;
  }
  return { own, changesX, known, quick, relies };
}

/** How much of the packet each block's loads need, and what lies ahead of it within reason. */
function findNeeds(program: ClassicProgram, blocks: Blocks, loads: Loads) {
  const { count, order, place } = blocks;
  const own = new Bounds(count);
  const ahead = new Bounds(count);
  const changesX = new Uint8Array(count);
  for (let at = order.length - 1; at >= 0; at--) {
    const block = order[at]!;
    let bytes = 0;
    let index = 0;
    for (let pc = blocks.start[block]!; pc < blocks.end[block]!; pc++) {
      const { k } = program[pc]!;
      switch (loads.kind(pc)) {
        case 'constant':
          bytes = Math.max(bytes, k + loads.bytes(pc));
          break;
        case 'index':
          index = Math.max(index, k + loads.bytes(pc));
          break;
        case 'address':
        case 'wrapping':
          bytes = Math.max(bytes, loads.bytes(pc));
          break;
      }
      if (writesOf(program, pc) & X) changesX[block] = 1;
    }
    bytes = Math.max(bytes, index);
    own.bytes[block] = bytes;
    own.index[block] = index;
    let furthest = bytes <= HOIST_BYTES ? bytes : 0;
    let furthestIndex = index;
    for (const next of successorsOf(blocks, block)) {
      if (place[next]! <= at) continue;
      furthest = Math.max(furthest, ahead.bytes[next]!);
      const nextIndex = ahead.index[next]!;
      if (!changesX[block] && nextIndex <= index + HOIST_INDEX_BYTES)
        furthestIndex = Math.max(furthestIndex, nextIndex);
    }
    ahead.bytes[block] = furthest;
    ahead.index[block] = furthestIndex;
  }
  return { own, ahead, changesX };
}
