// Link-layer addresses at fixed places: 48 bits in IEEE 802 headers, 8 bits in ARCnet and MS/TP.

import type { Direction } from '../ast.js';
import type { Condition } from '../condition.js';
import { all, any } from './build.js';
import { failUnsupported } from './errors.js';
import { insideEthernet } from './inner-ethernet.js';
import { bytesEqual, equals, field } from './load.js';
import { hex } from './protocols.js';
import { requirePlainDirection } from './qualifiers.js';
import type { State } from './state.js';
import { wlanHost } from './wlan.js';

export function macWords(address: Uint8Array): string {
  return Array.from(address, byte => byte.toString(16).padStart(2, '0')).join(':');
}

/** Source, destination, both or either: `matches` once or twice, in libpcap's order. */
export function eitherWay(
  direction: Direction | undefined,
  matches: (way: 'source' | 'destination') => Condition,
): Condition {
  if (direction === 'src') return matches('source');
  if (direction === 'dst') return matches('destination');
  const ways = [matches('source'), matches('destination')];
  return direction === 'src and dst' ? all(ways) : any(ways);
}

/** The link type has 48-bit addresses that can be filtered on; else refuses `keyword`. */
export function requireMac(state: State, keyword: string): void {
  if (!state.layout.mac) {
    failUnsupported(keyword, state, [
      'MAC addresses are known of Ethernet, FDDI, token ring, 802.11, ATM LAN emulation and IP over Fibre Channel',
    ]);
  }
}

/** `ether host 1:2:3:4:5:6`, with the directions that the link type has. */
export function macHost(
  state: State,
  address: Uint8Array,
  direction: Direction | undefined,
  keyword: string,
): Condition {
  requireMac(state, keyword);
  const offsets = state.layout.mac!;
  if (offsets === 'wlan') return wlanHost(state, address, direction, macWords(address));
  requirePlainDirection(state, direction);
  const inside = state.layout.demultiplexing === 'ethernet' ? [insideEthernet(state)] : [];
  return all([
    ...inside,
    eitherWay(direction, way =>
      all(bytesEqual(state, 'link header', offsets[way], address, () => `${way} MAC address is ${macWords(address)}`)),
    ),
  ]);
}

/** `link host $5`. */
export function shortHost(state: State, address: number, direction: Direction | undefined, keyword: string): Condition {
  const offsets = state.layout.shortAddress;
  if (!offsets) {
    failUnsupported(keyword, state, ['8-bit addresses are known of ARCnet and BACnet MS/TP']);
  }
  return eitherWay(direction, way =>
    equals(state, field('link header', offsets[way], 1), address, () => `${way} address is ${hex(address, 2)}`),
  );
}
