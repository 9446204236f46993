// queue, stack: kernel/bpf/queue_stack_maps.c. Values without keys, first in first out or last in first out.

import type { Machine } from '../../engine/index.js';
import { BaseMap } from '../base-map.js';
import { ERRNO } from '../errno.js';
import { BPF_EXIST, BPF_NOEXIST } from '../flags.js';
import { roundUp8 } from '../heap.js';
import type { MapDefinition, MapHost } from '../map.js';

export class QueueStackMap extends BaseMap {
  readonly #stack: boolean;
  readonly #values: number;
  readonly #slotBytes: number;
  /** Slot of the oldest value, and how many there are. */
  #first = 0;
  #count = 0;

  constructor(host: MapHost, definition: MapDefinition, order: 'fifo' | 'lifo') {
    super(host, definition);
    this.#stack = order === 'lifo';
    this.#slotBytes = roundUp8(definition.valueSizeBytes);
    const sizeBytes = definition.maxEntries * this.#slotBytes;
    this.#values = this.allocate(sizeBytes, `values of map ${definition.name}`, 'none').address;
  }

  /** BPF_EXIST: when it is full the oldest value goes. */
  push(_machine: Machine, value: number, flags: number): number {
    return this.userUpdate(0, value, flags);
  }

  pop(_machine: Machine, value: number): number {
    return this.#take(value, true);
  }

  peek(_machine: Machine, value: number): number {
    return this.#take(value, false);
  }

  override update(): number {
    return -ERRNO.EINVAL;
  }

  override delete(): number {
    return -ERRNO.EINVAL;
  }

  override userUpdate(_key: number, value: number, flags: number): number {
    if ((flags & BPF_NOEXIST) !== 0 || flags > BPF_EXIST) return -ERRNO.EINVAL;
    const { maxEntries, valueSizeBytes } = this.definition;
    if (this.#count === maxEntries) {
      if ((flags & BPF_EXIST) === 0) return -ERRNO.E2BIG;
      this.#first = (this.#first + 1) % maxEntries;
      this.#count--;
    }
    this.heap.renew();
    this.heap.copy(this.#slot(this.#count++), value, valueSizeBytes);
    return 0;
  }

  override userLookup(_key: number, out: number, _flags: number): number {
    return this.#take(out, false);
  }

  override userDelete(): number {
    return -ERRNO.EINVAL;
  }

  override nextKey(): number {
    return -ERRNO.EINVAL;
  }

  userLookupAndDelete(_key: number, out: number, _flags: number): number {
    return this.#take(out, true);
  }

  /** Address of the nth oldest value. */
  #slot(n: number): number {
    return this.#values + ((this.#first + n) % this.definition.maxEntries) * this.#slotBytes;
  }

  #take(out: number, remove: boolean): number {
    const { heap } = this;
    heap.renew();
    const { valueSizeBytes, maxEntries } = this.definition;
    if (this.#count === 0) {
      heap.zero(out, valueSizeBytes);
      return -ERRNO.ENOENT;
    }
    heap.copy(out, this.#slot(this.#stack ? this.#count - 1 : 0), valueSizeBytes);
    if (remove) {
      this.#count--;
      if (!this.#stack) this.#first = (this.#first + 1) % maxEntries;
    }
    return 0;
  }
}
