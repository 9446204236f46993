// `broadcast` and `multicast`, of the link layer, IPv4 and IPv6.

import type { BroadcastPrimitive } from '../ast.js';
import type { Condition } from '../condition.js';
import { all, any } from './build.js';
import { fail, failQualifier, failUnsupported } from './errors.js';
import { insideEthernet } from './inner-ethernet.js';
import { linkProtocol } from './link-layer.js';
import { anyBitSet, equals, field } from './load.js';
import { macHost, shortHost } from './mac.js';
import { ETHERTYPE } from './protocols.js';
import type { State } from './state.js';
import { destinationAddress } from './wlan.js';

const IP4_DESTINATION = 16;
const IP6_DESTINATION = 24;
const MAC_BROADCAST = new Uint8Array(6).fill(0xff);

export function broadcastOrMulticast(state: State, primitive: BroadcastPrimitive): Condition {
  const { kind, protocol } = primitive;
  if (protocol === undefined || protocol === 'link') {
    return kind === 'broadcast' ? linkBroadcast(state) : linkMulticast(state);
  }
  if (protocol === 'ip') return kind === 'broadcast' ? ip4Broadcast(state) : ip4Multicast(state);
  if (protocol === 'ip6' && kind === 'multicast') return ip6Multicast(state);
  return failQualifier(protocol, `'${kind}'`, state.span, [
    kind === 'broadcast' ? "'broadcast' goes with link and ip" : "'multicast' goes with link, ip and ip6",
  ]);
}

function linkBroadcast(state: State): Condition {
  const short = state.layout.shortAddress;
  if (short) return shortHost(state, short.broadcast, 'dst', 'broadcast');
  return macHost(state, MAC_BROADCAST, 'dst', 'broadcast');
}

function linkMulticast(state: State): Condition {
  const { mac, shortAddress, demultiplexing } = state.layout;
  if (shortAddress?.multicast !== undefined) return shortHost(state, shortAddress.multicast, 'dst', 'multicast');
  if (!mac) failUnsupported('multicast', state);
  const group = (offset: number): Condition =>
    anyBitSet(state, field('link header', offset, 1), 0x01, 'the destination MAC address is a group address');
  if (mac === 'wlan') return destinationAddress(state, group);
  return all([...(demultiplexing === 'ethernet' ? [insideEthernet(state)] : []), group(mac.destination)]);
}

/** All bits of the host part are 0 or 1, which takes the netmask to know. */
function ip4Broadcast(state: State): Condition {
  const { netmask } = state.options;
  if (netmask === undefined) {
    fail('SKEP1113', "the netmask is not known, so 'ip broadcast' cannot be tested", state.span, {
      notes: ['a capture file does not hold it; give the netmask, or write the address: ip dst host 10.0.0.255'],
    });
  }
  const hostMask = ~netmask >>> 0;
  const destination = field('network header', IP4_DESTINATION, 4, hostMask);
  return all([
    linkProtocol(state, ETHERTYPE.IP),
    any([
      equals(state, destination, 0, "the destination address's host bits are all 0"),
      equals(state, destination, hostMask, "the destination address's host bits are all 1"),
    ]),
  ]);
}

function ip4Multicast(state: State): Condition {
  return all([
    linkProtocol(state, ETHERTYPE.IP),
    equals(state, field('network header', IP4_DESTINATION, 1, 0xf0), 0xe0, 'the destination address is in 224.0.0.0/4'),
  ]);
}

function ip6Multicast(state: State): Condition {
  return all([
    linkProtocol(state, ETHERTYPE.IP6),
    equals(state, field('network header', IP6_DESTINATION, 1), 0xff, 'the destination address is in ff00::/8'),
  ]);
}
