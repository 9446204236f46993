// `decnet host AREA.NODE`: DECnet Phase IV routing headers, long and short, with or without one byte of padding
// (DECnet Routing Layer Functional Specification 2.0.0, 8.3). Other packets of DECnet have no such addresses.

import type { Direction } from '../ast.js';
import type { Condition } from '../condition.js';
import { all, any } from './build.js';
import { linkProtocol } from './link-layer.js';
import { equals, field } from './load.js';
import { eitherWay } from './mac.js';
import { ETHERTYPE } from './protocols.js';
import type { State } from './state.js';

/** From the network header: 2 bytes of length come first. */
const HEADER = 2;
const LARGEST_AREA = 63;
const LARGEST_NODE = 1023;

/** From the flags byte, for each header. */
const OFFSETS = {
  destination: { long: 7, short: 1 },
  source: { long: 15, short: 3 },
} as const;

/** 16 bits from `area.node`; undefined if that is no address. */
export function decnetAddress(parts: readonly number[]): number | undefined {
  const [area, node] = parts;
  if (parts.length !== 2 || area! > LARGEST_AREA || node! > LARGEST_NODE) return undefined;
  return (area! << 10) | node!;
}

export function decnetHost(state: State, address: number, direction: Direction | undefined): Condition {
  return all([
    linkProtocol(state, ETHERTYPE.DECNET),
    eitherWay(direction, way => inRoutingHeader(state, address, way)),
  ]);
}

function inRoutingHeader(state: State, address: number, way: 'source' | 'destination'): Condition {
  const { long, short } = OFFSETS[way];
  // Addresses are little-endian in the packet.
  const swapped = ((address & 0xff) << 8) | (address >>> 8);
  const words = `DECnet ${way} is ${address >> 10}.${address & LARGEST_NODE}`;
  const at = (offset: number): Condition => equals(state, field('network header', HEADER + offset, 2), swapped, words);
  const flags = (size: 1 | 2, value: number, mask: number, text: string): Condition =>
    equals(state, field('network header', HEADER, size, mask), value, text);
  const padded = (kind: number, text: string): Condition => flags(2, 0x8100 | kind, 0xff07, text);
  const bare = (kind: number, text: string): Condition => flags(1, kind, 0x07, text);

  // The destination stands so near to the flags in a short header that one word holds both.
  const shortHeader =
    way === 'destination'
      ? [
          equals(
            state,
            field('network header', HEADER, 4, 0x07ffff00),
            (0x02000000 | (swapped << 8)) >>> 0,
            `${words}, short header`,
          ),
          equals(
            state,
            field('network header', HEADER, 4, 0xff07ffff),
            (0x81020000 | swapped) >>> 0,
            `${words}, short header behind padding`,
          ),
        ]
      : [
          all([bare(2, 'DECnet short header'), at(short)]),
          all([padded(2, 'DECnet short header behind padding'), at(1 + short)]),
        ];
  return any([
    ...shortHeader,
    all([bare(6, 'DECnet long header'), at(long)]),
    all([padded(6, 'DECnet long header behind padding'), at(1 + long)]),
  ]);
}
