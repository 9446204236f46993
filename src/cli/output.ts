// Standard output for commands that print much: text is gathered and written in blocks, synchronously, so that order, errors
// and back pressure are simple. A reader that goes away ends the program quietly, as `head` expects.

import { writeSync } from 'node:fs';
import { EXIT_OK } from './terminal.js';

/** FACTS of pipes: 64 KiB is what one holds; larger writes only wait. */
const BLOCK_CHARACTERS = 65536;

/** Waits without spinning, for a pipe that is full and does not block. */
const pause = new Int32Array(new SharedArrayBuffer(4));

/** Writes all bytes to a descriptor. */
export function writeAll(fd: number, bytes: Uint8Array): void {
  let at = 0;
  while (at < bytes.length) {
    try {
      at += writeSync(fd, bytes, at, bytes.length - at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EAGAIN') Atomics.wait(pause, 0, 0, 5);
      else if (code === 'EPIPE' && fd === 1) process.exit(EXIT_OK);
      else throw error;
    }
  }
}

/** Lines to standard output. */
export class LineOutput {
  #text = '';
  readonly #eachLine: boolean;
  readonly #encoder = new TextEncoder();

  /** `eachLine`: write every line at once (-l, and terminals). */
  constructor(eachLine = process.stdout.isTTY === true) {
    this.#eachLine = eachLine;
  }

  line(text: string): void {
    this.#text += text;
    this.#text += '\n';
    if (this.#eachLine || this.#text.length >= BLOCK_CHARACTERS) this.flush();
  }

  flush(): void {
    if (this.#text === '') return;
    const bytes = this.#encoder.encode(this.#text);
    this.#text = '';
    writeAll(1, bytes);
  }
}
