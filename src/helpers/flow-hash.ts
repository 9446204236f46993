// The flow hash of a packet: what skb_get_hash() of the kernel gives in kind (the same for both directions of a flow), not in number, as
// the kernel's key is random.

import type { Machine } from '../engine/index.js';
import type { PacketBuffer } from './host.js';
import { ETH_P_IP, ETH_P_IPV6 } from './packet.js';

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const TCP = 6;
const UDP = 17;
const SCTP = 132;

/** Not zero: zero stands for "no hash". */
export function flowHash(machine: Machine, packet: PacketBuffer): number {
  const { bytes } = machine.space;
  const end = packet.address + packet.lengthBytes;
  const network = packet.address + packet.networkOffset;
  const ip4 = packet.protocol === ETH_P_IP && network + 20 <= end;
  const ip6 = packet.protocol === ETH_P_IPV6 && network + 40 <= end;
  if (!ip4 && !ip6) return hashOf([bytes.slice(packet.address, Math.min(end, packet.address + 14))]);
  const addresses = ip4 ? network + 12 : network + 8;
  const length = ip4 ? 4 : 16;
  const protocol = bytes[network + (ip4 ? 9 : 6)]!;
  const transport = network + (ip4 ? (bytes[network]! & 15) * 4 : 40);
  const fragment = ip4 && ((bytes[network + 6]! & 0x3f) | bytes[network + 7]!) !== 0;
  const hasPorts = !fragment && (protocol === TCP || protocol === UDP || protocol === SCTP) && transport + 4 <= end;
  const ends = [0, 1].map(side => [
    ...bytes.subarray(addresses + side * length, addresses + (side + 1) * length),
    ...(hasPorts ? bytes.subarray(transport + side * 2, transport + side * 2 + 2) : []),
  ]);
  ends.sort(compare);
  return hashOf([...ends, [protocol]]);
}

function hashOf(parts: readonly Iterable<number>[]): number {
  let hash = FNV_OFFSET;
  for (const part of parts) for (const byte of part) hash = Math.imul(hash ^ byte, FNV_PRIME);
  hash ^= hash >>> 15;
  return hash >>> 0 || 1;
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return a[at]! - b[at]!;
  return 0;
}
