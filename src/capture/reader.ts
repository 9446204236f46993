// Reading captures: the parser, and a source of bytes that it pulls from.

import { CaptureParser } from './parser.js';
import { type CaptureSource, type ChunkIterator, chunkIterator } from './source.js';
import type { CapturedPacket, CaptureHeader, CaptureInterface, CaptureItem } from './types.js';

/** Items that are handed over at a time, at most. */
const BATCH_ITEMS = 1024;

/**
 * A capture that is being read, once, from its beginning to its end. Iterating gives its packets:
 *
 *     for await (const packet of readCapture(file.stream())) console.log(packet.timeSeconds, packet.data.length);
 *
 * When the file is damaged, everything before the damage comes first, then the iteration throws a SkepError that names the
 * byte. Leaving the loop early cancels the source.
 */
export interface CaptureReader extends AsyncIterable<CapturedPacket> {
  /** The interfaces described so far, over all sections. A pcap file's only one is there once `header()` is. */
  readonly interfaces: readonly CaptureInterface[];
  /** Bytes taken from the source so far. */
  readonly bytesRead: number;
  /** What the beginning of the file says. Reads only as far as it must; may be called before or while iterating. */
  header(): Promise<CaptureHeader>;
  /** Packets and everything else, in file order. */
  items(): AsyncGenerator<CaptureItem, void, undefined>;
  /** The same, many at a time: one `await` for up to 1024 of them. */
  batches(): AsyncGenerator<CaptureItem[], void, undefined>;
  /** Stops reading and lets the source go. */
  close(): Promise<void>;
}

/**
 * Reads a pcap or pcapng file, gzipped or not, from bytes or a stream of bytes. Nothing is read before it is asked for, and
 * no more is held than the chunk at hand and the unfinished record.
 */
export function readCapture(source: CaptureSource): CaptureReader {
  return new StreamReader(source);
}

class StreamReader implements CaptureReader {
  readonly #parser = new CaptureParser();
  readonly #chunks: ChunkIterator;
  #waiting: CaptureItem[] = [];
  #ended = false;
  #closed = false;
  bytesRead = 0;

  constructor(source: CaptureSource) {
    this.#chunks = chunkIterator(source);
  }

  get interfaces(): readonly CaptureInterface[] {
    return this.#parser.interfaces;
  }

  async header(): Promise<CaptureHeader> {
    while (this.#parser.header === undefined) {
      const batch = await this.#nextBatch();
      if (batch === undefined) break;
      this.#waiting.push(...batch);
    }
    return this.#parser.header!;
  }

  async *batches(): AsyncGenerator<CaptureItem[], void, undefined> {
    let finished = false;
    try {
      for (;;) {
        let batch: CaptureItem[] | undefined = this.#waiting;
        if (batch.length > 0) this.#waiting = [];
        else batch = await this.#nextBatch();
        if (batch === undefined) break;
        yield batch;
      }
      finished = true;
    } finally {
      if (!finished) await this.close();
    }
  }

  async *items(): AsyncGenerator<CaptureItem, void, undefined> {
    for await (const batch of this.batches()) yield* batch;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<CapturedPacket, void, undefined> {
    for await (const batch of this.batches()) {
      for (const item of batch) if (item.kind === 'packet') yield item;
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#chunks.return?.();
  }

  /** Items, at least one; undefined at the end. Throws at damage, after the items before it were given. */
  async #nextBatch(): Promise<CaptureItem[] | undefined> {
    while (!this.#closed) {
      const batch = takeBatch(this.#parser);
      if (batch.length > 0) return batch;
      if (this.#ended) return undefined;
      const { done, value } = await this.#chunks.next();
      if (done) {
        this.#ended = true;
        this.#parser.end();
      } else {
        this.bytesRead += value.length;
        this.#parser.feed(value);
      }
    }
    return undefined;
  }
}

/** The items that are complete. Damage behind them is thrown at the next call: the parser remembers it. */
function takeBatch(parser: CaptureParser): CaptureItem[] {
  const batch: CaptureItem[] = [];
  try {
    while (batch.length < BATCH_ITEMS) {
      const item = parser.next();
      if (item === undefined) break;
      batch.push(item);
    }
  } catch (error) {
    if (batch.length === 0) throw error;
  }
  return batch;
}

/** A capture whose bytes are at hand; see `readCaptureSync`. */
export interface SyncCaptureReader extends Iterable<CapturedPacket> {
  /** The interfaces described so far, over all sections. */
  readonly interfaces: readonly CaptureInterface[];
  /** What the beginning of the file says. Throws SkepError when it is no capture file. */
  readonly header: CaptureHeader;
  /** Packets and everything else, in file order. */
  items(): Generator<CaptureItem, void, undefined>;
  /** Lets the source go before its end. */
  close(): void;
}

/**
 * Reads a capture whose bytes are at hand, without promises. Like `readCapture` in everything else:
 *
 *     for (const packet of readCaptureSync(bytes)) ...
 */
export function readCaptureSync(source: Uint8Array | Iterable<Uint8Array>): SyncCaptureReader {
  return new SyncReader(source instanceof Uint8Array ? [source] : source);
}

class SyncReader implements SyncCaptureReader {
  readonly #parser = new CaptureParser();
  readonly #chunks: Iterator<Uint8Array>;
  readonly #waiting: CaptureItem[] = [];
  #ended = false;

  constructor(chunks: Iterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.iterator]();
  }

  get interfaces(): readonly CaptureInterface[] {
    return this.#parser.interfaces;
  }

  get header(): CaptureHeader {
    while (this.#parser.header === undefined) {
      const item = this.#next();
      if (item === undefined) break;
      this.#waiting.push(item);
    }
    return this.#parser.header!;
  }

  *items(): Generator<CaptureItem, void, undefined> {
    let finished = false;
    try {
      for (;;) {
        const item = this.#waiting.shift() ?? this.#next();
        if (item === undefined) break;
        yield item;
      }
      finished = true;
    } finally {
      if (!finished) this.close();
    }
  }

  *[Symbol.iterator](): Generator<CapturedPacket, void, undefined> {
    for (const item of this.items()) if (item.kind === 'packet') yield item;
  }

  close(): void {
    this.#ended = true;
    this.#chunks.return?.();
  }

  #next(): CaptureItem | undefined {
    for (;;) {
      const item = this.#parser.next();
      if (item !== undefined || this.#ended) return item;
      const { done, value } = this.#chunks.next();
      if (done) {
        this.#ended = true;
        this.#parser.end();
      } else this.#parser.feed(value);
    }
  }
}
