// Hosts and networks of IPv4, ARP, RARP and IPv6.

import type { Direction, ProtocolName } from '../ast.js';
import type { Condition } from '../condition.js';
import { formatIpv6 } from '../id-checks.js';
import { all, any, not } from './build.js';
import { failQualifier } from './errors.js';
import { linkProtocol } from './link-layer.js';
import { equals, field } from './load.js';
import { eitherWay } from './mac.js';
import { ETHERTYPE } from './protocols.js';
import { requirePlainDirection } from './qualifiers.js';
import type { State } from './state.js';

/** An IPv4 address and mask, 32 bits each. */
export interface Ip4Net {
  readonly address: number;
  readonly mask: number;
}

/** 16 bytes and how many leading bits of them count. */
export interface Ip6Net {
  readonly address: Uint8Array;
  readonly prefixLength: number;
}

/** Where the two addresses stand in the network header, and what they are called there. */
const IP4_HEADERS = {
  ip: { ethertype: ETHERTYPE.IP, source: 12, destination: 16, words: ['source address', 'destination address'] },
  arp: { ethertype: ETHERTYPE.ARP, source: 14, destination: 24, words: ['ARP sender address', 'ARP target address'] },
  rarp: {
    ethertype: ETHERTYPE.RARP,
    source: 14,
    destination: 24,
    words: ['RARP sender address', 'RARP target address'],
  },
} as const;

const IP6_SOURCE = 8;
const IP6_DESTINATION = 24;

type Ip4Header = keyof typeof IP4_HEADERS;

export function ip4Words(address: number): string {
  return [24, 16, 8, 0].map(shift => (address >>> shift) & 0xff).join('.');
}

function ip4NetWords({ address, mask }: Ip4Net): string {
  if (mask === 0xffffffff) return ip4Words(address);
  const length = Math.clz32(~mask);
  const isPrefix = (~mask & (~mask + 1)) === 0;
  return `${ip4Words(address)}${isPrefix ? `/${length}` : ` mask ${ip4Words(mask)}`}`;
}

export interface HostOptions {
  readonly protocol: ProtocolName | undefined;
  readonly direction: Direction | undefined;
  /** Neither of the addresses: what `gateway` needs. */
  readonly negate?: boolean;
  /** How the primitive is called in an error: `host ADDRESS`. */
  readonly what: string;
}

/** Any of the addresses, in IPv4 and, without a protocol, also in ARP and RARP (but not behind MPLS). */
export function ip4Hosts(state: State, nets: readonly Ip4Net[], options: HostOptions): Condition {
  const { protocol, direction } = options;
  requirePlainDirection(state, direction);
  if (protocol === undefined) {
    const headers: Ip4Header[] = state.mplsDepth > 0 ? ['ip'] : ['ip', 'arp', 'rarp'];
    return any(headers.map(header => inHeader(state, header, nets, options)));
  }
  if (!(protocol in IP4_HEADERS)) failQualifier(protocol, options.what, state.span, IP4_NOTES);
  return inHeader(state, protocol as Ip4Header, nets, options);
}

const IP4_NOTES = ['an IPv4 address goes with ip, arp, rarp or no protocol'];

function inHeader(state: State, header: Ip4Header, nets: readonly Ip4Net[], options: HostOptions): Condition {
  const place = IP4_HEADERS[header];
  const protocol = linkProtocol(state, place.ethertype);
  if (protocol.kind === 'constant' && !protocol.value) return protocol;
  const hosts = any(
    nets.map(net =>
      eitherWay(options.direction, way =>
        equals(
          state,
          maskedWord(place[way], net.mask),
          net.address,
          () =>
            `${place.words[way === 'source' ? 0 : 1]} is ${net.mask === 0xffffffff ? '' : 'in '}${ip4NetWords(net)}`,
        ),
      ),
    ),
  );
  return all([protocol, options.negate ? not(hosts) : hosts]);
}

function maskedWord(offset: number, mask: number): ReturnType<typeof field> {
  return field('network header', offset, 4, mask === 0xffffffff ? undefined : mask);
}

/** Any of the addresses in IPv6. */
export function ip6Hosts(state: State, nets: readonly Ip6Net[], options: HostOptions): Condition {
  const { protocol, direction, negate, what } = options;
  requirePlainDirection(state, direction);
  if (protocol !== undefined && protocol !== 'ip6') {
    failQualifier(protocol, what, state.span, ['an IPv6 address goes with ip6 or no protocol']);
  }
  const version = linkProtocol(state, ETHERTYPE.IP6);
  const hosts = any(nets.map(net => eitherWay(direction, way => ip6Address(state, net, way))));
  return all([version, negate ? not(hosts) : hosts]);
}

function ip6Address(state: State, { address, prefixLength }: Ip6Net, way: 'source' | 'destination'): Condition {
  const offset = way === 'source' ? IP6_SOURCE : IP6_DESTINATION;
  const whole = prefixLength === 128;
  const words = (): string =>
    `${way} address is ${whole ? '' : 'in '}${formatIpv6(address)}${whole ? '' : `/${prefixLength}`}`;
  const tests: Condition[] = [];
  for (let word = 0; word < 4; word++) {
    const bits = Math.min(32, Math.max(0, prefixLength - 32 * word));
    const mask = bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
    let value = 0;
    for (let i = 0; i < 4; i++) value = (value << 8) | address[4 * word + i]!;
    tests.push(equals(state, maskedWord(offset + 4 * word, mask), value >>> 0, () => `${words()} (word ${word + 1})`));
  }
  return all(tests);
}
