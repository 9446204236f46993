// Room for values of one size, given out one by one: what maps that do not lay out all their values beforehand keep them in.
// A slot that was given back is only ever taken again by the same map.

import type { Access, AddressSpace, Region } from '../engine/index.js';
import { ERRNO } from './errno.js';
import { roundUp8 } from './heap.js';

const FIRST_SLOTS = 16;
const LARGEST_PIECE_BYTES = 1 << 20;
/** Between two values, so that running over the end of one is seen. */
const GAP_BYTES = 8;

export class ValueSlots {
  readonly #space: AddressSpace;
  readonly #allocate: (sizeBytes: number) => Region;
  readonly #valueBytes: number;
  readonly #strideBytes: number;
  readonly #access: Access;
  readonly #free: number[] = [];
  #next = 0;
  #end = 0;
  #slots = FIRST_SLOTS;

  constructor(space: AddressSpace, valueBytes: number, access: Access, allocate: (sizeBytes: number) => Region) {
    this.#space = space;
    this.#allocate = allocate;
    this.#valueBytes = valueBytes;
    this.#strideBytes = roundUp8(valueBytes) + GAP_BYTES;
    this.#access = access;
  }

  /** Address of a zeroed value, or -ENOMEM. */
  take(): number {
    const old = this.#free.pop();
    if (old !== undefined) {
      this.#space.bytes.fill(0, old, old + this.#valueBytes);
      return old;
    }
    if (this.#next === this.#end) {
      try {
        const region = this.#allocate(this.#slots * this.#strideBytes);
        this.#next = region.address;
        this.#end = region.address + this.#slots * this.#strideBytes;
      } catch {
        return -ERRNO.ENOMEM;
      }
      this.#slots = Math.max(1, Math.min(this.#slots * 2, Math.floor(LARGEST_PIECE_BYTES / this.#strideBytes)));
    }
    const value = this.#next;
    this.#next += this.#strideBytes;
    this.#space.setAccess(value, this.#valueBytes, this.#access);
    return value;
  }

  give(value: number): void {
    this.#free.push(value);
  }
}
