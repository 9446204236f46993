// The variants of pcap by magic number: what their headers look like and what unit their time stamps have.
// Sources: libpcap sf-pcap.c, pcap-savefile(5), draft-ietf-opsawg-pcap; Wireshark's wiretap/libpcap.c for Ixia's.

import { MICROSECONDS, NANOSECONDS } from '../timestamps.js';
import type { PcapVariant, TimestampResolution } from '../types.js';

export interface VariantRow {
  readonly magic: number;
  readonly variant: PcapVariant;
  readonly resolution: TimestampResolution;
  /** 24 and, for Ixia's, 4 more: the size of all records. */
  readonly fileHeaderBytes: number;
  /** 16 and, for Kuznetzov's, 8 more: interface index (i32), protocol (u16), packet type (u8), padding. */
  readonly recordHeaderBytes: 16 | 24;
}

export const VARIANTS: readonly VariantRow[] = [
  { magic: 0xa1b2c3d4, variant: 'standard', resolution: MICROSECONDS, fileHeaderBytes: 24, recordHeaderBytes: 16 },
  { magic: 0xa1b23c4d, variant: 'nanosecond', resolution: NANOSECONDS, fileHeaderBytes: 24, recordHeaderBytes: 16 },
  { magic: 0xa1b2cd34, variant: 'kuznetzov', resolution: MICROSECONDS, fileHeaderBytes: 24, recordHeaderBytes: 24 },
  { magic: 0x1c0001ac, variant: 'ixia-hardware', resolution: NANOSECONDS, fileHeaderBytes: 28, recordHeaderBytes: 16 },
  { magic: 0x1c0001ab, variant: 'ixia-software', resolution: MICROSECONDS, fileHeaderBytes: 28, recordHeaderBytes: 16 },
];

/** The variant whose file begins with these four bytes, and in which byte order; undefined for none. */
export function variantOf(bytes: Uint8Array, at = 0): { row: VariantRow; littleEndian: boolean } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 4);
  for (const littleEndian of [true, false]) {
    const magic = view.getUint32(0, littleEndian);
    const row = VARIANTS.find(one => one.magic === magic);
    if (row) return { row, littleEndian };
  }
  return undefined;
}

/** The fields of the link type word of a file header. Source: draft-ietf-opsawg-pcap, section 4. */
export const LINK_TYPE_MASK = 0x0000ffff;
export const LINK_TYPE_RESERVED_MASK = 0x03ff0000;
export const FCS_PRESENT = 0x04000000;
/** The length of the frame check sequence stands in the four top bits, in units of 16 bits. */
export const FCS_SHIFT = 28;
