// The push parser under everything that reads captures: bytes are fed as they come, items are taken as they are complete.
// It does no I/O and holds no more than the unfinished record. The format is told by the first four bytes; gzip around it
// is taken off on the way.

import { ByteQueue } from './byte-queue.js';
import { checkEnd, detectReader, MAGIC_BYTES } from './detect.js';
import type { FormatReader } from './format-reader.js';
import { Gunzip, looksLikeGzip } from './gzip/gunzip.js';
import type { CaptureHeader, CaptureInterface, CaptureItem } from './types.js';

/**
 * Parses a capture file that arrives in pieces.
 *
 *     parser.feed(chunk);
 *     for (let item = parser.next(); item; item = parser.next()) ...
 *     // and at the end of the input:
 *     parser.end();
 *     for (let item = parser.next(); item; item = parser.next()) ...
 *
 * Chunks must not be changed after they were fed: packets are views of them.
 */
export class CaptureParser {
  readonly #queue = new ByteQueue();
  #reader: FormatReader | undefined = undefined;
  #gunzip: Gunzip | undefined = undefined;
  #ended = false;
  #damage: unknown = undefined;

  /** What the beginning of the file says; undefined until it has arrived. */
  get header(): CaptureHeader | undefined {
    return this.#reader?.header;
  }

  /** The interfaces described so far, over all sections. */
  get interfaces(): readonly CaptureInterface[] {
    return this.#reader?.interfaces ?? [];
  }

  /** Whether the file is compressed; undefined until its beginning has arrived. Offsets count decompressed bytes. */
  get compression(): 'gzip' | 'none' | undefined {
    return this.#gunzip ? 'gzip' : this.#reader ? 'none' : undefined;
  }

  /** Offset of the first byte that belongs to no item yet. */
  get offsetBytes(): number {
    return this.#queue.offsetBytes;
  }

  /** Takes a chunk of any size. */
  feed(chunk: Uint8Array): void {
    if (this.#gunzip) this.#gunzip.feed(chunk);
    else this.#queue.push(chunk);
  }

  /**
   * The next item; undefined when it has not all arrived, or, after `end`, when there is none.
   * Throws SkepError at damage, with the byte offset, and again at every later call: nothing behind it can be trusted.
   */
  next(): CaptureItem | undefined {
    if (this.#damage !== undefined) throw this.#damage;
    try {
      for (;;) {
        const item = (this.#reader ??= this.#detect())?.next();
        if (item !== undefined) return item;
        const more = this.#gunzip?.next();
        if (more === undefined) break;
        this.#queue.push(more);
      }
      if (this.#ended) checkEnd(this.#queue, this.#reader);
      return undefined;
    } catch (error) {
      this.#damage = error;
      throw error;
    }
  }

  /** Says that no more bytes come. What `next` still gives, and the error for what is unfinished, come after it. */
  end(): void {
    this.#ended = true;
    this.#gunzip?.end();
  }

  #detect(): FormatReader | undefined {
    const queue = this.#queue;
    if (this.#gunzip === undefined && queue.ensure(2) && looksLikeGzip(queue.bytes, queue.start)) {
      this.#beginGzip();
      return undefined;
    }
    return queue.ensure(MAGIC_BYTES) ? detectReader(queue) : undefined;
  }

  /** Hands what has arrived over to the decompressor; the queue holds what comes out of it from now on. */
  #beginGzip(): void {
    this.#gunzip = new Gunzip();
    for (const chunk of this.#queue.drain()) this.#gunzip.feed(chunk);
    if (this.#ended) this.#gunzip.end();
  }
}
