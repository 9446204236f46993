// Takes gzip (RFC 1952) off a capture, in pieces. The web's DecompressionStream is not enough here: it throws away what it had
// decompressed when it meets damage, and refuses files of several members, as `cat a.gz b.gz` and rotating loggers make
// them. So this drives zlib's own interface (pako is zlib in JavaScript): all that stands before the damage comes out first.
//
// Input is fed, output is taken: `next` returns at most OUTPUT_BYTES, so a small file that expands to a huge one takes no memory.

import {
  Z_BUF_ERROR,
  Z_NO_FLUSH,
  Z_OK,
  Z_STREAM_END,
  ZStream,
  zlibInflate,
  zlibInflateInit2,
  zlibInflateReset,
} from 'pako';
import { captureError } from '../errors.js';

const OUTPUT_BYTES = 131072;
/** The rest of an output area is used too, down to this. */
const LEAST_OUTPUT_BYTES = 4096;

/** zlib's windowBits for "gzip, any window". */
const GZIP_WINDOW_BITS = 31;

/** Whether these bytes begin a gzip member. Needs two of them. */
export function looksLikeGzip(bytes: Uint8Array, at = 0): boolean {
  return bytes[at] === 0x1f && bytes[at + 1] === 0x8b;
}

/** Where the stream stands: inside a member, or between two of them, where zeros may pad. */
type Place = 'member' | 'between';

export class Gunzip {
  readonly #zlib = new ZStream();
  readonly #queue: Uint8Array[] = [];
  #place: Place = 'between';
  #members = 0;
  #ended = false;
  /** Compressed bytes before the chunk in work. */
  #inputOffset = 0;
  /** Bytes that came out before the output area in hand. */
  #produced = 0;
  #damage: unknown = undefined;

  constructor() {
    zlibInflateInit2(this.#zlib, GZIP_WINDOW_BITS);
    this.#zlib.input = new Uint8Array(0);
  }

  /** Takes a chunk of the compressed file. It must not be changed before it is used up. */
  feed(chunk: Uint8Array): void {
    if (chunk.length > 0) this.#queue.push(chunk);
  }

  /** Says that no more comes. */
  end(): void {
    this.#ended = true;
  }

  /**
   * The next piece of output, of 1 to 128 KiB; undefined when more input is needed or, after `end`, when that was all.
   * Throws SkepError (SKEP3010) at damage, after everything before it has been handed out, and again at every later call.
   */
  next(): Uint8Array | undefined {
    if (this.#damage !== undefined) throw this.#damage;
    const zlib = this.#zlib;
    if (zlib.avail_out < LEAST_OUTPUT_BYTES) {
      this.#produced += zlib.next_out;
      zlib.output = new Uint8Array(OUTPUT_BYTES);
      zlib.next_out = 0;
      zlib.avail_out = OUTPUT_BYTES;
    }
    const start = zlib.next_out;
    try {
      while (zlib.avail_out > 0 && this.#step());
    } catch (error) {
      this.#damage = error;
    }
    if (zlib.next_out > start) return zlib.output.subarray(start, zlib.next_out);
    if (this.#damage !== undefined) throw this.#damage;
    return undefined;
  }

  /** Works on the chunk in hand; false when nothing is left to do until more comes. */
  #step(): boolean {
    const zlib = this.#zlib;
    if (zlib.avail_in === 0 && !this.#nextChunk()) {
      if (this.#place === 'between') return false;
      // zlib may hold output that did not fit the piece before.
      const before = zlib.next_out;
      this.#inflate();
      if (zlib.next_out > before || !this.#ended) return false;
      const at = this.#offset;
      throw captureError('SKEP3010', `truncated gzip data: the compressed file ends at byte ${at}, in the middle`, at);
    }
    return this.#place === 'between' ? this.#beginMember() : this.#inflate();
  }

  #nextChunk(): boolean {
    const zlib = this.#zlib;
    const chunk = this.#queue.shift();
    if (chunk === undefined) return false;
    this.#inputOffset = this.#offset;
    zlib.input = chunk;
    zlib.next_in = 0;
    zlib.avail_in = chunk.length;
    return true;
  }

  /** Of the first compressed byte that is not used up. */
  get #offset(): number {
    return this.#inputOffset + this.#zlib.next_in;
  }

  /** Zeros pad the end of some files (tapes, block devices); anything else must be another member. */
  #beginMember(): boolean {
    const zlib = this.#zlib;
    if (this.#members > 0) {
      while (zlib.avail_in > 0 && zlib.input[zlib.next_in] === 0) {
        zlib.next_in++;
        zlib.avail_in--;
      }
      if (zlib.avail_in === 0) return true;
      zlibInflateReset(zlib);
    }
    this.#members++;
    this.#place = 'member';
    return true;
  }

  #inflate(): boolean {
    const zlib = this.#zlib;
    const status = zlibInflate(zlib, Z_NO_FLUSH);
    if (status === Z_STREAM_END) this.#place = 'between';
    else if (status !== Z_OK && status !== Z_BUF_ERROR) {
      // Where the output ends is exact; how far into its input zlib had looked depends on the chunks.
      const at = this.#produced + zlib.next_out;
      const why = zlib.msg || 'not readable';
      throw captureError('SKEP3010', `damaged gzip data behind byte ${at} of the decompressed file: ${why}`, at);
    }
    // No progress is possible: more input is needed.
    return status !== Z_BUF_ERROR;
  }
}
