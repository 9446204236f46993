// A queue of chunks, read from the front in contiguous windows. Records lie in the chunks as they came; only a record
// that straddles chunks is copied together, once, when all of it is there: a length that a file claims is never
// allocated before that many bytes have really arrived.

/** Chunks shorter than this are collected, so that a stream of single bytes does not cost an object for each. */
const SMALL_CHUNK_BYTES = 4096;
const SMALLEST_COLLECTOR_BYTES = 256;
const LARGEST_COLLECTOR_BYTES = 65536;

const EMPTY = new Uint8Array(0);

export class ByteQueue {
  /** The current window: bytes [start, end) of `bytes` are the front of the queue. */
  bytes: Uint8Array = EMPTY;
  view: DataView = new DataView(EMPTY.buffer);
  start = 0;
  end = 0;
  /** Offset of `start` in the whole stream. */
  offsetBytes = 0;
  /** Bytes in the queue, the window included. */
  availableBytes = 0;

  #chunks: Uint8Array[] = [];
  #head = 0;
  /** The last chunk, where it is a collector with room behind it. */
  #collector: Uint8Array | undefined;

  /** Appends a chunk. It must not be changed afterwards. */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.availableBytes += chunk.length;
    // A plain Uint8Array, so that what is cut from it is one too (Node's Buffer cuts Buffers).
    if (chunk.constructor !== Uint8Array) chunk = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (chunk.length < SMALL_CHUNK_BYTES && this.end > this.start) {
      this.#collect(chunk);
      return;
    }
    this.#collector = undefined;
    if (this.start === this.end) this.#setWindow(chunk);
    else this.#chunks.push(chunk);
  }

  /** Whether `count` bytes can be read contiguously from `start`; makes it so where they are there but scattered. */
  ensure(count: number): boolean {
    if (this.end - this.start >= count) return true;
    if (this.availableBytes < count) return false;
    if (this.start === this.end && this.#head < this.#chunks.length) {
      this.#setWindow(this.#shift());
      if (this.end >= count) return true;
    }
    const joined = new Uint8Array(count);
    joined.set(this.bytes.subarray(this.start, this.end));
    let filled = this.end - this.start;
    while (filled < count) {
      const chunk = this.#shift();
      const used = Math.min(chunk.length, count - filled);
      joined.set(used === chunk.length ? chunk : chunk.subarray(0, used), filled);
      filled += used;
      if (used < chunk.length) this.#unshift(chunk.subarray(used));
    }
    this.#setWindow(joined);
    return true;
  }

  /** Drops `count` bytes, which must be in the window. */
  skip(count: number): void {
    this.start += count;
    this.offsetBytes += count;
    this.availableBytes -= count;
    if (this.start === this.end && this.#head < this.#chunks.length) this.#setWindow(this.#shift());
  }

  /** Begins anew: the queue holds bytes [start, end) of `bytes`, and `start` is at `offsetBytes` of the stream. */
  reset(bytes: Uint8Array, start: number, end: number, offsetBytes: number): void {
    this.#chunks = [];
    this.#head = 0;
    this.#collector = undefined;
    if (this.bytes !== bytes) this.#setWindow(bytes);
    this.start = start;
    this.end = end;
    this.offsetBytes = offsetBytes;
    this.availableBytes = end - start;
  }

  /** Takes everything out, in order. */
  drain(): Uint8Array[] {
    const all = [this.bytes.subarray(this.start, this.end), ...this.#chunks.slice(this.#head)];
    this.#chunks = [];
    this.#head = 0;
    this.#collector = undefined;
    this.availableBytes = 0;
    this.#setWindow(EMPTY);
    return all;
  }

  #setWindow(chunk: Uint8Array): void {
    this.bytes = chunk;
    this.view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.start = 0;
    this.end = chunk.length;
  }

  #shift(): Uint8Array {
    const chunk = this.#chunks[this.#head]!;
    this.#chunks[this.#head++] = EMPTY;
    if (this.#head === this.#chunks.length) {
      this.#chunks.length = 0;
      this.#head = 0;
      this.#collector = undefined;
    } else if (this.#head > 1024) {
      this.#chunks.splice(0, this.#head);
      this.#head = 0;
    }
    return chunk;
  }

  #unshift(chunk: Uint8Array): void {
    if (this.#head > 0) this.#chunks[--this.#head] = chunk;
    else this.#chunks.unshift(chunk);
  }

  #collect(chunk: Uint8Array): void {
    const last = this.#collector;
    if (last) {
      const room = last.buffer.byteLength - last.byteOffset - last.byteLength;
      if (room >= chunk.length) {
        const grown = new Uint8Array(last.buffer, last.byteOffset, last.byteLength + chunk.length);
        grown.set(chunk, last.length);
        this.#chunks[this.#chunks.length - 1] = grown;
        this.#collector = grown;
        return;
      }
    }
    const size = last ? Math.min(last.buffer.byteLength * 2, LARGEST_COLLECTOR_BYTES) : SMALLEST_COLLECTOR_BYTES;
    const collector = new Uint8Array(new ArrayBuffer(Math.max(size, chunk.length)), 0, chunk.length);
    collector.set(chunk);
    this.#chunks.push(collector);
    this.#collector = collector;
  }
}
