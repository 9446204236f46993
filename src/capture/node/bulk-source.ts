// The bytes of a capture file for the bulk filter, put where they are wanted: from the file itself, or out of gzip.

import type { Gunzip } from '../gzip/gunzip.js';
import type { InputFile } from './input.js';

export interface ByteSource {
  /** Puts up to `length` bytes at `target[at...]` and returns how many; 0 at the end. */
  read(target: Uint8Array, at: number, length: number): number;
  /** Bytes of the file (compressed ones) taken so far. */
  readonly bytesRead: number;
}

/** RFC 1952, section 2.3.1. */
const GZIP_MAGIC = [0x1f, 0x8b] as const;
const GZIP_CHUNK_BYTES = 65536;

class PlainSource implements ByteSource {
  bytesRead = 0;
  readonly #file: InputFile;
  #ahead: Uint8Array;

  /** `ahead` was read already. */
  constructor(file: InputFile, ahead: Uint8Array) {
    this.#file = file;
    this.#ahead = ahead;
  }

  read(target: Uint8Array, at: number, length: number): number {
    const ahead = this.#ahead.length;
    const count = ahead > 0 ? Math.min(ahead, length) : this.#file.read(target, at, length);
    if (ahead > 0) {
      target.set(this.#ahead.subarray(0, count), at);
      this.#ahead = this.#ahead.subarray(count);
    }
    this.bytesRead += count;
    return count;
  }
}

class GzipSource implements ByteSource {
  bytesRead = 0;
  readonly #source: ByteSource;
  readonly #gunzip: Gunzip;
  #piece: Uint8Array = new Uint8Array(0);
  #ended = false;

  constructor(source: ByteSource, gunzip: Gunzip) {
    this.#source = source;
    this.#gunzip = gunzip;
  }

  read(target: Uint8Array, at: number, length: number): number {
    while (this.#piece.length === 0) {
      const piece = this.#gunzip.next();
      if (piece !== undefined) this.#piece = piece;
      else if (this.#ended) return 0;
      else this.#feed();
    }
    const count = Math.min(this.#piece.length, length);
    target.set(count === this.#piece.length ? this.#piece : this.#piece.subarray(0, count), at);
    this.#piece = this.#piece.subarray(count);
    return count;
  }

  #feed(): void {
    const chunk = new Uint8Array(GZIP_CHUNK_BYTES);
    const length = this.#source.read(chunk, 0, chunk.length);
    this.bytesRead = this.#source.bytesRead;
    if (length > 0) this.#gunzip.feed(chunk.subarray(0, length));
    else {
      this.#ended = true;
      this.#gunzip.end();
    }
  }
}

/** The bytes of the file, decompressed where it is gzip. What decompresses is loaded only then. */
export async function byteSource(file: InputFile): Promise<ByteSource> {
  const first = new Uint8Array(2);
  let length = 0;
  while (length < 2) {
    const count = file.read(first, length, 2 - length);
    if (count === 0) break;
    length += count;
  }
  const source = new PlainSource(file, first.subarray(0, length));
  if (length < 2 || first[0] !== GZIP_MAGIC[0] || first[1] !== GZIP_MAGIC[1]) return source;
  const { Gunzip } = await import('../gzip/gunzip.js');
  return new GzipSource(source, new Gunzip());
}
