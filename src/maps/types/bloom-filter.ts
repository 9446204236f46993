// bloom_filter: kernel/bpf/bloom_filter.c (Bloom, 1970). A set of values that answers "no" or "perhaps". map_extra is the number of
// hash functions, 5 unless said. The bits are as many as the kernel takes: entries * hashes * 7 / 5 (that is 1 / ln 2), rounded up
// to a power of two; the functions are hashKey with a seed each, so other values collide than in the kernel.

import type { Machine } from '../../engine/index.js';
import { BaseMap } from '../base-map.js';
import { ERRNO } from '../errno.js';
import { CREATE_FLAGS } from '../flags.js';
import { hashKey } from '../hash-layout.js';
import { roundUpToPowerOfTwo } from '../heap.js';
import type { MapDefinition, MapHost } from '../map.js';

const DEFAULT_HASHES = 5;
/** The kernel's limit on bits: 2^32, where its indices end; here what JavaScript's arrays bear. */
const MOST_BITS = 2 ** 32;

export class BloomFilterMap extends BaseMap {
  readonly #bits: number;
  readonly #mask: number;
  readonly #hashes: number;
  readonly #seed: number;

  constructor(host: MapHost, definition: MapDefinition) {
    super(host, definition);
    this.#hashes = Number((definition.mapExtra ?? 0n) & 0xfn) || DEFAULT_HASHES;
    const wanted = Math.floor((definition.maxEntries * this.#hashes * 7) / 5);
    const bits = wanted > 2 ** 31 ? MOST_BITS : Math.max(64, roundUpToPowerOfTwo(wanted));
    this.#bits = this.allocate(bits / 8, `bits of map ${definition.name}`, 'none').address;
    this.#mask = bits - 1;
    this.#seed = (definition.flags & CREATE_FLAGS.ZERO_SEED) !== 0 ? 0 : host.random() | 0;
  }

  push(_machine: Machine, value: number, flags: number): number {
    return this.userUpdate(0, value, flags);
  }

  /** 0: perhaps; -ENOENT: no. */
  peek(_machine: Machine, value: number): number {
    this.heap.renew();
    for (let n = 0; n < this.#hashes; n++) {
      const bit = this.#bit(value, n);
      if ((this.heap.u8[this.#bits + Math.floor(bit / 8)]! & (1 << (bit & 7))) === 0) return -ERRNO.ENOENT;
    }
    return 0;
  }

  pop(): number {
    return -ERRNO.EOPNOTSUPP;
  }

  override update(): number {
    return -ERRNO.EINVAL;
  }

  override userUpdate(_key: number, value: number, flags: number): number {
    if (flags !== 0) return -ERRNO.EINVAL;
    this.heap.renew();
    for (let n = 0; n < this.#hashes; n++) {
      const bit = this.#bit(value, n);
      this.heap.u8[this.#bits + Math.floor(bit / 8)]! |= 1 << (bit & 7);
    }
    return 0;
  }

  /** Here the value is passed in: whether it is in the set. */
  override userLookup(_key: number, value: number, _flags: number): number {
    return this.peek(undefined as unknown as Machine, value);
  }

  #bit(value: number, n: number): number {
    return (hashKey(this.heap, value, this.definition.valueSizeBytes, this.#seed + n) & this.#mask) >>> 0;
  }
}
