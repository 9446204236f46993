// Which file a packet goes into when files are rotated, by size, by time or both: tcpdump's -C, -W and -G.
// Source of the rules: tcpdump(1) and tcpdump.c (MakeFilename, dump_packet_and_trunc).

import { captureError } from '../errors.js';
import { strftime } from './strftime.js';

export interface RotationOptions {
  /** -C, in bytes: a new file before a packet when the current one is larger than this. */
  readonly maximumBytes?: number;
  /** -W: with -C, how many names are used, over and over; with -G alone, how many files are written at all. */
  readonly fileCount?: number;
  /** -G: a new file when so many seconds have passed; the name is a strftime format. */
  readonly seconds?: number;
}

/** Digits that numbers below `fileCount` are padded to. */
function countDigits(fileCount: number | undefined): number {
  return fileCount === undefined || fileCount <= 1 ? 0 : String(fileCount - 1).length;
}

/**
 * The name of a rotated file: the given name, by strftime when files are rotated by time; behind it, when they are
 * rotated by size, the count: none for the first file, unless -W is given, which also pads it with zeros.
 */
export function rotatedName(path: string, options: RotationOptions, count: number, startedMs: number): string {
  const named = options.seconds === undefined ? path : strftime(path, new Date(startedMs));
  const digits = options.maximumBytes === undefined ? 0 : countDigits(options.fileCount);
  return count === 0 && digits === 0 ? named : `${named}${String(count).padStart(digits, '0')}`;
}

/** What to do before a packet is written. */
export type Rotation = 'stay' | 'next' | 'stop';

/** Keeps count of the files. */
export class RotationClock {
  readonly #path: string;
  readonly #options: RotationOptions;
  #startedMs: number;
  #count = 0;
  #intervals = 0;

  constructor(path: string, options: RotationOptions, nowMs: number) {
    const { maximumBytes, fileCount, seconds } = options;
    for (const [what, value] of Object.entries({ maximumBytes, fileCount, seconds })) {
      if (value !== undefined && !(Number.isInteger(value) && value > 0)) {
        throw captureError(
          'SKEP3014',
          `files cannot be rotated with ${what} ${value}: it must be a whole number from 1`,
        );
      }
    }
    this.#path = path;
    this.#options = options;
    this.#startedMs = nowMs;
  }

  /** Name of the current file. */
  get name(): string {
    return rotatedName(this.#path, this.#options, this.#count, this.#startedMs);
  }

  /** Called before each packet with the bytes in the current file. `stop`: -W files have been written. */
  before(fileBytes: number, nowMs: number): Rotation {
    const { maximumBytes, fileCount, seconds } = this.#options;
    // Whole seconds, as time(2) counts them.
    if (seconds !== undefined && Math.floor(nowMs / 1000) - Math.floor(this.#startedMs / 1000) >= seconds) {
      this.#startedMs = nowMs;
      this.#intervals++;
      if (maximumBytes === undefined && fileCount !== undefined && this.#intervals >= fileCount) return 'stop';
      this.#count = 0;
      return 'next';
    }
    if (maximumBytes !== undefined && fileBytes > maximumBytes) {
      this.#count++;
      if (fileCount !== undefined && this.#count >= fileCount) this.#count = 0;
      return 'next';
    }
    return 'stay';
  }
}
