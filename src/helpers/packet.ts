// What the helpers of packets share: the packet of the running program, its headers, and its checksum kept right.

import type { Machine } from '../engine/index.js';
import { ERRNO } from '../maps/index.js';
import { hostOf, type PacketBuffer } from './host.js';
import { addSums, subtractSums, sumAtOffset, sumOf } from './internet-checksum.js';
import { needed } from './support.js';

export const ETH_P_IP = 0x0800;
export const ETH_P_IPV6 = 0x86dd;
export const ETH_P_8021Q = 0x8100;
export const ETH_P_8021AD = 0x88a8;
export const ETH_HEADER_BYTES = 14;
export const VLAN_HEADER_BYTES = 4;

/** The packet of the running program. */
export const packetOf = (machine: Machine, helper: string): PacketBuffer =>
  needed(hostOf(machine).packet, helper, 'packet');

/** 16 bits of network order as a number, and back. */
export const swap16 = (value: number): number => ((value & 0xff) << 8) | ((value >>> 8) & 0xff);

export const isVlan = (protocol: number): boolean => protocol === ETH_P_8021Q || protocol === ETH_P_8021AD;

/** Takes [offset, offset + sizeBytes) out of a complete checksum (__skb_postpull_rcsum). */
export function forgetBytes(machine: Machine, packet: PacketBuffer, offset: number, sizeBytes: number): void {
  const { checksum, address } = packet;
  if (checksum.kind !== 'complete') return;
  const sum = sumOf(machine.space.bytes, address + offset, address + offset + sizeBytes);
  checksum.value = subtractSums(checksum.value, sumAtOffset(sum, offset));
}

/** Puts them in again (__skb_postpush_rcsum). */
export function countBytes(machine: Machine, packet: PacketBuffer, offset: number, sizeBytes: number): void {
  const { checksum, address } = packet;
  if (checksum.kind !== 'complete') return;
  const sum = sumOf(machine.space.bytes, address + offset, address + offset + sizeBytes);
  checksum.value = addSums(checksum.value, sumAtOffset(sum, offset));
}

/** Inserts zero bytes at an offset; what lies in front of it moves (bpf_skb_generic_push). 0 or -ENOMEM. */
export function insertBytes(machine: Machine, packet: PacketBuffer, offset: number, sizeBytes: number): number {
  if (!packet.move(-sizeBytes, 0)) return -ERRNO.ENOMEM;
  const { address } = packet;
  const { bytes } = machine.space;
  bytes.copyWithin(address, address + sizeBytes, address + sizeBytes + offset);
  bytes.fill(0, address + offset, address + offset + sizeBytes);
  return 0;
}

/** Takes bytes out at an offset; what lies in front of them moves (bpf_skb_generic_pop). 0 or -ENOMEM. */
export function removeBytes(machine: Machine, packet: PacketBuffer, offset: number, sizeBytes: number): number {
  if (offset + sizeBytes > packet.lengthBytes) return -ERRNO.ENOMEM;
  forgetBytes(machine, packet, offset, sizeBytes);
  const { address } = packet;
  machine.space.bytes.copyWithin(address + sizeBytes, address, address + offset);
  packet.move(sizeBytes, 0);
  return 0;
}

/** What was known of verified checksums does not hold any more (__skb_reset_checksum_unnecessary). */
export function resetChecksum({ checksum }: PacketBuffer): void {
  if (checksum.kind !== 'unnecessary') return;
  checksum.kind = 'none';
  checksum.level = 0;
}

/** The flow hash is to be computed anew. */
export function clearHash(packet: PacketBuffer): void {
  packet.hash = 0;
  packet.hashIsSet = false;
}
