// ringbuf: kernel/bpf/ringbuf.c. One ring for all CPUs. A record is an 8-byte header and its data, rounded up to 8:
//
//     u32   length of the data; bit 31 "busy": reserved and not handed over yet; bit 30 "discard": to be skipped
//     u32   the kernel's page offset; here the ring's map, by its handle
//
// Positions only ever grow; a position's place is its low bits. The kernel maps its pages twice in a row so that a record may run
// over the end; here there is twice the room behind the same place, and a record lies where it begins, in one piece.
// Nothing is ever overwritten: when there is no room, the newest record is the one that is lost.

import type { Machine } from '../../engine/index.js';
import { BaseMap } from '../base-map.js';
import { ERRNO } from '../errno.js';
import { BPF_RB_FORCE_WAKEUP, BPF_RB_NO_WAKEUP, KERNEL_LIMITS } from '../flags.js';
import { roundUp8 } from '../heap.js';
import type { MapDefinition, MapHost } from '../map.js';

export const RINGBUF_HEADER_BYTES = 8;
export const RINGBUF_BUSY = 0x80000000;
export const RINGBUF_DISCARD = 0x40000000;
/** What is left of the header's first word: the length. */
export const RINGBUF_LENGTH_MASK = 0x3fffffff;
const LARGEST_RECORD_BYTES = 0xffffffff / 4;

export class RingBufferMap extends BaseMap {
  readonly #data: number;
  readonly #sizeBytes: number;
  /** Bytes ever read, ever reserved, and where the oldest record that is still busy begins. */
  #consumer = 0;
  #producer = 0;
  #pending = 0;
  readonly #waiting = new Set<() => void>();

  constructor(host: MapHost, definition: MapDefinition) {
    super(host, definition);
    this.#sizeBytes = definition.maxEntries;
    const what = `ring buffer ${definition.name}`;
    this.#data = this.allocate(2 * this.#sizeBytes, what, 'none', KERNEL_LIMITS.pageBytes).address;
  }

  protected override get unsupported(): number {
    return -ERRNO.ENOTSUPP;
  }

  /** bpf_ringbuf_reserve: address of the record's data, 0 when there is no room. */
  reserve(_machine: Machine, sizeBytes: number): number {
    if (sizeBytes > LARGEST_RECORD_BYTES) return 0;
    const total = roundUp8(sizeBytes + RINGBUF_HEADER_BYTES);
    if (total > this.#sizeBytes) return 0;
    this.heap.renew();
    const mask = this.#sizeBytes - 1;
    while (this.#pending < this.#producer) {
      const length = this.#word(this.#pending);
      if ((length & RINGBUF_BUSY) !== 0) break;
      this.#pending += roundUp8((length & RINGBUF_LENGTH_MASK) + RINGBUF_HEADER_BYTES);
    }
    const end = this.#producer + total;
    if (end - this.#consumer > mask || end - this.#pending > mask) return 0;
    const header = this.#place(this.#producer);
    this.heap.view.setUint32(header, (sizeBytes | RINGBUF_BUSY) >>> 0, true);
    this.heap.view.setUint32(header + 4, this.handle, true);
    this.#producer = end;
    const sample = header + RINGBUF_HEADER_BYTES;
    this.host.space.setAccess(sample, sizeBytes, 'read-write');
    return sample;
  }

  /** bpf_ringbuf_submit and bpf_ringbuf_discard, of what `reserve` gave. */
  commit(_machine: Machine, sample: number, flags: number, discard: boolean): void {
    this.heap.renew();
    const header = sample - RINGBUF_HEADER_BYTES;
    const { view } = this.heap;
    const length = view.getUint32(header, true) & RINGBUF_LENGTH_MASK;
    view.setUint32(header, discard ? (length | RINGBUF_DISCARD) >>> 0 : length, true);
    this.host.space.setAccess(sample, length, 'none');
    const isNext = header === this.#place(this.#consumer);
    if ((flags & BPF_RB_FORCE_WAKEUP) !== 0 || (isNext && (flags & BPF_RB_NO_WAKEUP) === 0)) this.#wake();
  }

  /** bpf_ringbuf_output: 0, -EINVAL for unknown flags, -EAGAIN when there is no room. */
  output(machine: Machine, data: number, sizeBytes: number, flags: number): number {
    if ((flags & ~(BPF_RB_NO_WAKEUP | BPF_RB_FORCE_WAKEUP)) !== 0) return -ERRNO.EINVAL;
    const sample = this.reserve(machine, sizeBytes);
    if (sample === 0) return -ERRNO.EAGAIN;
    this.heap.copy(sample, data, sizeBytes);
    this.commit(machine, sample, flags, false);
    return 0;
  }

  /** bpf_ringbuf_query: BPF_RB_AVAIL_DATA 0, RING_SIZE 1, CONS_POS 2, PROD_POS 3; 0 for anything else. */
  query(what: number): number {
    return [this.#producer - this.#consumer, this.#sizeBytes, this.#consumer, this.#producer][what] ?? 0;
  }

  /** The map that a reserved record belongs to: its handle. */
  static handleOf(view: DataView, sample: number): number {
    return view.getUint32(sample - 4, true);
  }

  /**
   * Hands every record that is ready to `visit`, oldest first, and lets it go; stops before one that is busy, or after `visit` answered
   * false. The bytes are a view that is good during the call. How many records were handed over (discarded ones do not count).
   */
  drain(visit: (record: Uint8Array) => unknown, limit = Infinity): number {
    let count = 0;
    while (this.#consumer < this.#producer && count < limit) {
      const length = this.#word(this.#consumer);
      if ((length & RINGBUF_BUSY) !== 0) break;
      const size = length & RINGBUF_LENGTH_MASK;
      const at = this.#place(this.#consumer) + RINGBUF_HEADER_BYTES;
      // A visitor that throws has had its record: it must not come again.
      const next = this.#consumer + roundUp8(size + RINGBUF_HEADER_BYTES);
      let goOn: unknown = true;
      try {
        if ((length & RINGBUF_DISCARD) === 0) {
          count++;
          goOn = visit(this.host.space.bytes.subarray(at, at + size));
        }
      } finally {
        this.#consumer = next;
      }
      if (goOn === false) break;
    }
    return count;
  }

  /** Calls back at each wakeup (what makes the map's descriptor readable). The function that comes back ends it. */
  onWakeup(callback: () => void): () => void {
    this.#waiting.add(callback);
    return () => this.#waiting.delete(callback);
  }

  /** Records as they come, copied; waits for wakeups, and ends when the map closes. */
  async *[Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array<ArrayBuffer>> {
    const records: Uint8Array<ArrayBuffer>[] = [];
    let wake = (): void => {};
    const stop = this.onWakeup(() => wake());
    try {
      for (;;) {
        this.drain(record => records.push(record.slice()));
        yield* records.splice(0);
        if (this.#closed) return;
        // Whatever came while the records were taken is already there.
        if (this.#hasReady()) continue;
        await new Promise<void>(resolve => {
          wake = resolve;
        });
      }
    } finally {
      stop();
    }
  }

  #closed = false;

  protected override letGo(): void {
    this.drain(() => {});
    this.#closed = true;
    this.#wake();
  }

  #hasReady(): boolean {
    return this.#consumer < this.#producer && (this.#word(this.#consumer) & RINGBUF_BUSY) === 0;
  }

  #wake(): void {
    for (const callback of [...this.#waiting]) callback();
  }

  #place(position: number): number {
    return this.#data + (position % this.#sizeBytes);
  }

  #word(position: number): number {
    return this.host.space.view.getUint32(this.#place(position), true);
  }
}
