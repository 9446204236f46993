// Random changes of packets, repeatable by their seed.

import type { NamedPacket } from '../print/corpus.js';

/** Numbers from 0 to below a limit (xorshift32, Marsaglia 2003). */
export function randomNumbers(seed: number): (limit: number) => number {
  let state = (seed * 0x9e3779b9) >>> 0 || 1;
  return limit => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % limit;
  };
}

const ETHERNET_HEADER = 14;
/** Length of what is before an application's bytes, by IP protocol. */
const TRANSPORT_HEADERS: ReadonlyMap<number, number> = new Map([
  [2, 0],
  [6, 20],
  [17, 8],
]);

/** Where the application protocol of a packet of the corpus begins. */
function payloadOffset(data: Uint8Array): number {
  const type = (data[12]! << 8) | data[13]!;
  if (type === 0x0800) return ETHERNET_HEADER + 20 + (TRANSPORT_HEADERS.get(data[23]!) ?? 0);
  if (type === 0x86dd) return ETHERNET_HEADER + 40 + (TRANSPORT_HEADERS.get(data[20]!) ?? 0);
  return type <= 1500 ? ETHERNET_HEADER + 3 : ETHERNET_HEADER;
}

/** The packet with one to three bytes of its application changed, most of them near the beginning, and one in four cut short. */
export function mutate(packet: NamedPacket, next: (limit: number) => number): NamedPacket {
  const data = packet.data.slice();
  const start = payloadOffset(data);
  const room = data.length - start;
  if (room <= 0) return packet;
  for (let changes = 1 + next(3); changes > 0; changes--) {
    const at = start + next(next(2) === 0 ? Math.min(room, 64) : room);
    const before = data[at]!;
    data[at] = [next(256), before ^ (1 << next(8)), 0, before + next(3) - 1][next(4)]! & 255;
  }
  const length = next(4) === 0 ? start + next(room) : data.length;
  return { ...packet, data: data.slice(0, length), originalLength: packet.originalLength ?? packet.data.length };
}
