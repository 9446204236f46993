// Whether two filters say the same about every packet of a varied pool.

import type { Filter } from '../../src/filter/index.js';
import { bytes, zeros } from '../support/packets.js';
import { PACKETS } from './packets.js';

/** Packets that differ in what the manual's examples look at. */
function* pool(): Generator<Uint8Array> {
  for (const { data } of Object.values(PACKETS)) yield data;
  for (let length = 0; length < 200; length++) yield zeros(length);
  const macs = ['001122aabbcc 020000000001', '020000000001 001122aabbcc', '020000000001 020000000002'];
  const addresses = ['0a000001', '0a000002', '0a010203', 'c0a80105', 'ac100001', 'ac200001', '08080808'];
  for (const protocol of [1, 6, 17, 132]) {
    for (const [i, source] of addresses.entries()) {
      const target = addresses[(i * 3 + protocol) % addresses.length]!;
      for (const [a, b] of [
        [80, 40000],
        [443, 53],
        [8080, 443],
        [40000, 80],
        [85, 90],
        [53, 53],
        [90, 1],
        [80, 443],
        [443, 80],
        [8080, 80],
      ] as const) {
        const payload = bytes([a >> 8, a & 255, b >> 8, b & 255], zeros(16));
        const mac = macs[(a + i) % macs.length]!;
        yield bytes(
          mac,
          '0800 4500 0028 0001 0000 40',
          protocol,
          '0000',
          source,
          target,
          payload,
          zeros((a * 7 + i) % 90),
        );
      }
    }
  }
}

export function matchesSame(one: Filter, other: Filter): boolean {
  let both = 0;
  for (const packet of pool()) {
    const matches = one.matches(packet);
    if (matches !== other.matches(packet)) return false;
    if (matches) both++;
  }
  // Two filters that match nothing are the same by accident.
  return both > 0;
}
