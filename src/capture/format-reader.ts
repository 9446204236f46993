// What the readers of the two formats have in common: the parser drives either through this.

import type { CaptureHeader, CaptureInterface, CaptureItem } from './types.js';

export interface FormatReader {
  readonly header: CaptureHeader | undefined;
  /** Those described so far. */
  readonly interfaces: readonly CaptureInterface[];
  /** After `next` returned undefined: how many bytes it wants from the front of the queue, and what they are. */
  readonly wantedBytes: number;
  readonly wantedWhat: string;
  /**
   * Whether records can be taken as they stand in the file: the captured length first, nothing in them in another byte
   * order than packets are handed out in. What does not hold for one interface of pcapng does not count.
   */
  readonly plainRecords: boolean;
  /** The next item; undefined when more bytes are wanted. Throws SkepError at damage. */
  next(): CaptureItem | undefined;
}
