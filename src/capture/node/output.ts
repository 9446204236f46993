// Files that captures are written to: by name, or standard output as `-`; compressed where the name ends in `.gz`.

import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { captureError } from '../errors.js';
import { fileError, withFile } from './errors.js';
import { type InputFile, STANDARD_STREAM } from './input.js';

/** Uncompressed bytes of one gzip member. Members stand one behind the other (RFC 1952, section 2.2). */
const MEMBER_BYTES = 1024 * 1024;

const NEVER = new Int32Array(new SharedArrayBuffer(4));

/** Whether writing to a file of this name compresses. */
export function isGzipName(path: string): boolean {
  return path.endsWith('.gz');
}

/** Opens a file and empties it, unless it is one of `inputs`. */
function openForWriting(path: string, inputs: readonly InputFile[]): number {
  // Opened without emptying it first, to see what it is.
  const fd = withFile(path, 'write', () => openSync(path, 'a'));
  const mine = withFile(path, 'write', () => fstatSync(fd));
  if (!mine.isFile()) return fd;
  const same = inputs.some(input => {
    const other = fstatSync(input.fd);
    return other.isFile() && other.dev === mine.dev && other.ino === mine.ino;
  });
  closeSync(fd);
  if (same) {
    throw captureError('SKEP3016', `${path} is being read: writing to it would destroy it`, undefined, undefined, [
      'write to another file, then rename that',
    ]);
  }
  return withFile(path, 'write', () => openSync(path, 'w'));
}

/**
 * A file that is being written. Everything handed to `write` is in the file when `close` (or, for uncompressed files,
 * `write` itself) returns; what the system refuses (a full disk) is thrown as SkepError (SKEP3016), by whichever call met it.
 */
export class OutputFile {
  readonly path: string;
  /** Bytes handed to `write`, before compression. */
  bytesWritten = 0;
  readonly #fd: number;
  readonly #compressed: boolean;
  #member: Uint8Array | undefined = undefined;
  #memberLength = 0;
  #open = true;

  /**
   * Creates or empties the file. `inputs` are files being read: writing to one of these would destroy what is still to be
   * read, and is refused.
   */
  constructor(path: string, inputs: readonly InputFile[] = []) {
    if (path === '') throw captureError('SKEP3016', 'an empty string is not a file name');
    this.path = path;
    this.#fd = path === STANDARD_STREAM ? 1 : openForWriting(path, inputs);
    this.#compressed = isGzipName(path);
  }

  /** The file descriptor: writing to it directly goes past compression and `bytesWritten`. */
  get fd(): number {
    return this.#fd;
  }

  /** Writes all of the bytes. */
  write(bytes: Uint8Array): void {
    this.bytesWritten += bytes.length;
    if (!this.#compressed) {
      this.#writeAll(bytes);
      return;
    }
    for (let at = 0; at < bytes.length; ) {
      this.#member ??= new Uint8Array(MEMBER_BYTES);
      const count = Math.min(bytes.length - at, MEMBER_BYTES - this.#memberLength);
      this.#member.set(bytes.subarray(at, at + count), this.#memberLength);
      this.#memberLength += count;
      at += count;
      if (this.#memberLength === MEMBER_BYTES) this.flush();
    }
  }

  /** Brings everything written so far into the file: ends the gzip member, if there is one. */
  flush(): void {
    if (this.#memberLength === 0) return;
    const compressed = gzipSync(this.#member!.subarray(0, this.#memberLength));
    this.#memberLength = 0;
    this.#writeAll(compressed);
  }

  /** Flushes and closes; standard output stays open. May be called again. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    try {
      this.flush();
    } finally {
      if (this.#fd !== 1) withFile(this.path, 'write', () => closeSync(this.#fd));
    }
  }

  #writeAll(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      try {
        at += writeSync(this.#fd, bytes, at, bytes.length - at);
      } catch (error) {
        // A pipe may be non-blocking: wait for its reader.
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw fileError(this.path, 'write', error);
        Atomics.wait(NEVER, 0, 0, 1);
      }
    }
  }
}
