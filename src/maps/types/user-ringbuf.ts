// user_ringbuf: the ring buffer the other way, from user space to programs (kernel/bpf/ringbuf.c). Records are laid out as in
// ringbuf.ts; user space reserves and submits them, bpf_user_ringbuf_drain reads them.

import { BaseMap } from '../base-map.js';
import { ERRNO } from '../errno.js';
import { KERNEL_LIMITS } from '../flags.js';
import { roundUp8 } from '../heap.js';
import type { MapDefinition, MapHost } from '../map.js';
import { RINGBUF_BUSY, RINGBUF_DISCARD, RINGBUF_HEADER_BYTES, RINGBUF_LENGTH_MASK } from './ringbuf.js';

/** A record that user space fills in: `bytes` is the record itself, good until memory grows. */
export interface UserRecord {
  readonly bytes: Uint8Array;
  submit(): void;
  discard(): void;
}

export class UserRingBufferMap extends BaseMap {
  readonly #data: number;
  readonly #sizeBytes: number;
  #consumer = 0;
  #producer = 0;

  constructor(host: MapHost, definition: MapDefinition) {
    super(host, definition);
    this.#sizeBytes = definition.maxEntries;
    const what = `user ring buffer ${definition.name}`;
    this.#data = this.allocate(2 * this.#sizeBytes, what, 'none', KERNEL_LIMITS.pageBytes).address;
  }

  protected override get unsupported(): number {
    return -ERRNO.ENOTSUPP;
  }

  /** user_ring_buffer__reserve: undefined when there is no room. */
  reserve(sizeBytes: number): UserRecord | undefined {
    const total = roundUp8(sizeBytes + RINGBUF_HEADER_BYTES);
    if (!(sizeBytes >= 0) || total > this.#sizeBytes - (this.#producer - this.#consumer)) return undefined;
    const { space } = this.host;
    const header = this.#place(this.#producer);
    space.view.setUint32(header, (sizeBytes | RINGBUF_BUSY) >>> 0, true);
    space.view.setUint32(header + 4, 0, true);
    this.#producer += total;
    const start = header + RINGBUF_HEADER_BYTES;
    space.bytes.fill(0, start, start + sizeBytes);
    return {
      bytes: space.bytes.subarray(start, start + sizeBytes),
      submit: () => space.view.setUint32(header, sizeBytes, true),
      discard: () => space.view.setUint32(header, (sizeBytes | RINGBUF_DISCARD) >>> 0, true),
    };
  }

  /** Writes one record; false when there is no room. */
  write(record: Uint8Array): boolean {
    const reserved = this.reserve(record.length);
    reserved?.bytes.set(record);
    reserved?.submit();
    return reserved !== undefined;
  }

  /**
   * The next record, for bpf_user_ringbuf_drain: its address and size; programs may read it until `consumeSample`. -ENODATA: there
   * is none that is ready; -EAGAIN: the next one was discarded, and has been skipped.
   */
  peekSample(): { readonly address: number; readonly sizeBytes: number } | number {
    if (this.#consumer >= this.#producer) return -ERRNO.ENODATA;
    const header = this.#place(this.#consumer);
    const length = this.host.space.view.getUint32(header, true);
    if ((length & RINGBUF_BUSY) !== 0) return -ERRNO.ENODATA;
    if ((length & RINGBUF_DISCARD) !== 0) {
      this.#advance(length);
      return -ERRNO.EAGAIN;
    }
    const address = header + RINGBUF_HEADER_BYTES;
    this.host.space.setAccess(address, length, 'read');
    return { address, sizeBytes: length };
  }

  /** Lets the record that `peekSample` gave go. */
  consumeSample(): void {
    const header = this.#place(this.#consumer);
    const length = this.host.space.view.getUint32(header, true);
    this.host.space.setAccess(header + RINGBUF_HEADER_BYTES, length & RINGBUF_LENGTH_MASK, 'none');
    this.#advance(length);
  }

  #advance(length: number): void {
    this.#consumer += roundUp8((length & RINGBUF_LENGTH_MASK) + RINGBUF_HEADER_BYTES);
  }

  #place(position: number): number {
    return this.#data + (position % this.#sizeBytes);
  }
}
