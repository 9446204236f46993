// Writing captures to files: one file, or a row of rotated ones.

import type { CaptureWriter, WritableItem, WriteOptions } from '../format-writer.js';
import { writeCapture } from '../writer.js';
import type { InputFile } from './input.js';
import { OutputFile } from './output.js';
import { RotationClock, type RotationOptions } from './rotation.js';

/** Bytes that come together before they are written. */
const BUFFER_BYTES = 65536;

export interface CaptureFileOptions extends WriteOptions, RotationOptions {
  /** -U: every packet is in the file when `write` returns. */
  readonly packetBuffered?: boolean;
  /** Files being read, which must not be written to. */
  readonly inputs?: readonly InputFile[];
  /** Milliseconds since 1970, for rotation by time. Default: the machine's clock. */
  readonly now?: () => number;
  /** Called with the name of each file that is complete (tcpdump's -z runs a command on it). */
  readonly onFileComplete?: (path: string) => void;
}

/**
 * Writes packets to a file, or to a row of files that are rotated by size (`maximumBytes`), time (`seconds`) or both.
 * A name that ends in `.gz` is compressed; `-` is standard output. Each file is a whole capture file, with the interfaces
 * its packets need.
 */
export class CaptureFileWriter {
  readonly #options: CaptureFileOptions;
  readonly #clock: RotationClock;
  readonly #now: () => number;
  #file: OutputFile;
  #writer: CaptureWriter;
  #stopped = false;
  #closed = false;
  #omitted = 0;

  /** Opens the (first) file. Throws SkepError (SKEP3016) when that fails. */
  constructor(path: string, options: CaptureFileOptions = {}) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#clock = new RotationClock(path, options, this.#now());
    this.#file = new OutputFile(this.#clock.name, options.inputs);
    this.#writer = writeCapture(options);
  }

  /** Name of the file being written. */
  get path(): string {
    return this.#file.path;
  }

  /** What the format could not hold: see CaptureWriter. */
  get omitted(): number {
    return this.#omitted + this.#writer.omitted;
  }

  /** Whether `fileCount` files have been written (rotation by time alone): `write` does nothing any more. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** Writes an item. Returns false, and writes nothing, once rotation has come to its end. */
  write(item: WritableItem): boolean {
    if (this.#stopped) return false;
    if ((item.kind === undefined || item.kind === 'packet') && !this.#rotate()) return false;
    this.#writer.write(item);
    if (this.#options.packetBuffered || this.#writer.pendingBytes >= BUFFER_BYTES) this.flush();
    return true;
  }

  /** Brings everything written so far into the file. */
  flush(): void {
    if (this.#writer.pendingBytes > 0) this.#file.write(this.#writer.take());
    if (this.#options.packetBuffered) this.#file.flush();
  }

  /** Finishes and closes the file: what a reader needs (a header, at least) is there even without packets. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (!this.#stopped) this.#finishFile();
  }

  #rotate(): boolean {
    const { maximumBytes, seconds } = this.#options;
    if (maximumBytes === undefined && seconds === undefined) return true;
    const rotation = this.#clock.before(this.#file.bytesWritten + this.#writer.pendingBytes, this.#now());
    if (rotation === 'stay') return true;
    this.#finishFile();
    if (rotation === 'stop') {
      this.#stopped = true;
      return false;
    }
    this.#omitted += this.#writer.omitted;
    this.#file = new OutputFile(this.#clock.name, this.#options.inputs);
    this.#writer = writeCapture(this.#options);
    return true;
  }

  #finishFile(): void {
    try {
      this.#file.write(this.#writer.finish());
    } finally {
      this.#file.close();
    }
    this.#options.onFileComplete?.(this.#file.path);
  }
}
