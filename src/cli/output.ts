// Standard output and standard error, written synchronously and past Node's streams: order, errors and back pressure are simple,
// and `process.stdout` alone takes 7 ms to make. A reader that goes away ends the program quietly, as `head` expects.

import { fstatSync, statSync, writeSync } from 'node:fs';

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
      else if (code === 'EPIPE' && fd === 1) process.exit(0);
      else throw error;
    }
  }
}

const encoder = new TextEncoder();

/** Writes text to standard output. */
export function writeOut(text: string): void {
  writeAll(1, encoder.encode(text));
}

/** Writes text to standard error. */
export function writeError(text: string): void {
  writeAll(2, encoder.encode(text));
}

/**
 * Whether a standard stream is a terminal: a character device that is not /dev/null. Node's own answer (`process.stdout.isTTY`) loads
 * half of its network code first.
 */
export function isTerminal(fd: 0 | 1 | 2): boolean {
  if (process.platform === 'win32') return [process.stdin, process.stdout, process.stderr][fd]!.isTTY === true;
  try {
    const stat = fstatSync(fd);
    return stat.isCharacterDevice() && stat.rdev !== statSync('/dev/null').rdev;
  } catch {
    return false; // closed
  }
}

/** Lines to standard output. */
export class LineOutput {
  #text = '';
  readonly #eachLine: boolean;

  /** `eachLine`: write every line at once (-l, and terminals). */
  constructor(eachLine = isTerminal(1)) {
    this.#eachLine = eachLine;
  }

  line(text: string): void {
    this.#text += text;
    this.#text += '\n';
    if (this.#eachLine || this.#text.length >= BLOCK_CHARACTERS) this.flush();
  }

  flush(): void {
    if (this.#text === '') return;
    const text = this.#text;
    this.#text = '';
    writeOut(text);
  }
}
