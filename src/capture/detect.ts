// Which format a file has, told by its first four bytes.

import type { ByteQueue } from './byte-queue.js';
import { captureError, truncatedError } from './errors.js';
import type { FormatReader } from './format-reader.js';
import { otherFormatNote } from './other-formats.js';
import { PcapReader } from './pcap/reader.js';
import { variantOf } from './pcap/variants.js';
import { BLOCK_SECTION_HEADER } from './pcapng/blocks.js';
import { PcapngReader } from './pcapng/reader.js';

/** Bytes that `detectReader` looks at. */
export const MAGIC_BYTES = 4;

/**
 * The reader for what begins in the queue, which holds at least four bytes.
 * Throws SkepError (SKEP3001), with a hint where one is known, when that is no capture file.
 */
export function detectReader(queue: ByteQueue): PcapReader | PcapngReader {
  if (variantOf(queue.bytes, queue.start)) return new PcapReader(queue);
  if (queue.view.getUint32(queue.start, true) === BLOCK_SECTION_HEADER) return new PcapngReader(queue);
  const first = queue.bytes.subarray(queue.start, queue.start + MAGIC_BYTES);
  const note = otherFormatNote(first);
  const hex = Array.from(first, byte => byte.toString(16).padStart(2, '0')).join(' ');
  throw captureError(
    'SKEP3001',
    `the file is not a capture file: it begins with ${hex}`,
    0,
    MAGIC_BYTES,
    note === undefined ? undefined : [note],
  );
}

/** Checks what is left in the queue when the file is over: nothing, or SkepError. */
export function checkEnd(queue: ByteQueue, reader: FormatReader | undefined): void {
  const left = queue.availableBytes;
  if (reader === undefined) {
    if (left === 0) throw captureError('SKEP3002', 'the file is empty', 0, 0);
    throw captureError('SKEP3001', `the file is not a capture file: it has only ${left} bytes`, 0, left);
  }
  if (left > 0 || reader.header === undefined) {
    throw truncatedError(reader.wantedWhat, queue.offsetBytes, reader.wantedBytes, left);
  }
}
