// How many bytes a packet may have. A length in a file that is larger is damage, not a packet.
// Source of the numbers: libpcap, pcap-int.h (MAXIMUM_SNAPLEN) and max_snaplen_for_dlt.

import type { CaptureInterface } from './types.js';

/** Captured bytes a packet of most link types may have. */
export const MAXIMUM_PACKET_BYTES = 262_144;

/** LINKTYPE_ values whose packets may be longer. */
const LARGER_LINK_TYPES: ReadonlyMap<number, number> = new Map([
  [231, 128 * 1024 * 1024], // D-Bus messages
  [249, 1024 * 1024], // USBPcap
  [279, 8 * 1024 * 1024], // Elektrobit high speed capture and replay
]);

/** Room that a pcapng block has for its options, beside the largest packet. */
const MAXIMUM_OPTIONS_BYTES = 131_072;

/** A pcapng block of any type may have so many bytes even when no packet could. */
const MAXIMUM_BLOCK_BYTES = 16 * 1024 * 1024;

/** Most captured bytes of a packet of this link type. */
export function maximumPacketBytes(linkType: number): number {
  return LARGER_LINK_TYPES.get(linkType) ?? MAXIMUM_PACKET_BYTES;
}

/** Most bytes of a pcapng block in a section whose interfaces have link types up to this size of packet. */
export function maximumBlockBytes(linkType: number): number {
  return Math.max(MAXIMUM_BLOCK_BYTES, maximumPacketBytes(linkType) + MAXIMUM_OPTIONS_BYTES + 32);
}

/**
 * Bytes that packets of the interface were cut to: its snap length, or the link type's maximum where that is 0 or
 * beyond 2^31 - 1, which no capturing program means.
 */
export function effectiveSnapLength(iface: Pick<CaptureInterface, 'snapLength' | 'linkType'>): number {
  const { snapLength, linkType } = iface;
  return snapLength === 0 || snapLength > 0x7fffffff ? maximumPacketBytes(linkType) : snapLength;
}
