// stack_trace: call stacks by number (kernel/bpf/stackmap.c). bpf_get_stackid puts a stack into the bucket that its hash chooses;
// user space reads it by that number.

import { BaseMap } from '../base-map.js';
import { ERRNO } from '../errno.js';
import type { MapDefinition, MapHost } from '../map.js';
import { nextIndexOf } from './sparse.js';

/** Flags of bpf_get_stackid that concern the map: compare by hash only; let a new stack take the place of another one. */
export const BPF_F_FAST_STACK_CMP = 1 << 9;
export const BPF_F_REUSE_STACKID = 1 << 10;

export class StackTraceMap extends BaseMap {
  readonly #buckets = new Map<number, { readonly hash: number; readonly bytes: Uint8Array }>();
  readonly #bucketCount: number;

  constructor(host: MapHost, definition: MapDefinition) {
    super(host, definition);
    this.#bucketCount = 2 ** Math.ceil(Math.log2(definition.maxEntries));
  }

  /**
   * What bpf_get_stackid does once it has the stack, innermost frame first: the number of the stack, or -EEXIST when another one
   * has its bucket.
   */
  store(addresses: readonly bigint[], flags: number): number {
    const frames = addresses.slice(0, this.definition.valueSizeBytes / 8);
    const bytes = new Uint8Array(frames.length * 8);
    const view = new DataView(bytes.buffer);
    for (const [at, address] of frames.entries()) view.setBigUint64(at * 8, address, true);
    // FNV-1a, with its high bits brought down.
    let hash = 0x811c9dc5;
    for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
    hash = (hash ^ (hash >>> 15)) >>> 0;
    const number = hash % this.#bucketCount;
    const old = this.#buckets.get(number);
    if (old && old.hash === hash) {
      if ((flags & BPF_F_FAST_STACK_CMP) !== 0) return number;
      if (old.bytes.length === bytes.length && old.bytes.every((byte, at) => byte === bytes[at])) return number;
    }
    if (old && (flags & BPF_F_REUSE_STACKID) === 0) return -ERRNO.EEXIST;
    this.#buckets.set(number, { hash, bytes });
    return number;
  }

  override userLookup(key: number, out: number, _flags: number): number {
    const bucket = this.#buckets.get(this.host.space.view.getUint32(key, true));
    if (!bucket) return -ERRNO.ENOENT;
    this.host.space.bytes.fill(0, out, out + this.definition.valueSizeBytes);
    this.host.space.bytes.set(bucket.bytes, out);
    return 0;
  }

  userLookupAndDelete(key: number, out: number, flags: number): number {
    return this.userLookup(key, out, flags) || this.userDelete(key);
  }

  override userUpdate(): number {
    return -ERRNO.EINVAL;
  }

  override userDelete(key: number): number {
    const number = this.host.space.view.getUint32(key, true);
    if (number >= this.#bucketCount) return -ERRNO.E2BIG;
    return this.#buckets.delete(number) ? 0 : -ERRNO.ENOENT;
  }

  override nextKey(key: number, out: number): number {
    return nextIndexOf(this.host.space.view, this.#buckets, key, out, this.#bucketCount);
  }
}
