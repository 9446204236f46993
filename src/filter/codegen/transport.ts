// Ports, port ranges and protocol numbers over IPv4 and IPv6.
//
// The order of tests is that of libpcap 1.10 (IPv6 before IPv4 for ports, SCTP before TCP before UDP): its optimizer's
// listings, which people compare with, come of it. The protocols of a port without qualifier are tested together, as 1.11
// does, because the rest of the tests is the same for all three.

import type { Direction, ProtocolName } from '../ast.js';
import type { Condition } from '../condition.js';
import { all, any } from './build.js';
import { fail, failQualifier, requireAtMost } from './errors.js';
import { type Ip6Upper, ip6Upper } from './ip6-extensions.js';
import { linkProtocol } from './link-layer.js';
import { compare, equals, field, IP6_HEADER_LENGTH, noBitSet } from './load.js';
import { eitherWay } from './mac.js';
import { ETHERTYPE, IP_PROTOCOL, IP_PROTOCOL_OF, ipProtocolWords } from './protocols.js';
import type { State } from './state.js';

/** Offset of the protocol field in the IPv4 header, of the next header field in IPv6's. */
const IP4_PROTOCOL = 9;
const IP6_NEXT_HEADER = 6;
const IP4_FRAGMENT = 6;
const IP4_FRAGMENT_OFFSET_MASK = 0x1fff;

const PORT_OFFSETS = { source: 0, destination: 2 } as const;

/** The IPv4 protocol field is `protocol`; the link layer was tested. */
export function ip4ProtocolIs(state: State, protocol: number): Condition {
  return equals(
    state,
    field('network header', IP4_PROTOCOL, 1),
    protocol,
    () => `IPv4 protocol is ${ipProtocolWords(protocol)}`,
  );
}

/** The IPv6 header's next header field is `protocol`. */
export function ip6NextHeaderIs(state: State, protocol: number): Condition {
  return equals(
    state,
    field('network header', IP6_NEXT_HEADER, 1),
    protocol,
    () => `IPv6 next header is ${ipProtocolWords(protocol)}`,
  );
}

/** Not an IPv4 fragment other than the first. */
export function firstIp4Fragment(state: State): Condition {
  return noBitSet(
    state,
    field('network header', IP4_FRAGMENT, 2),
    IP4_FRAGMENT_OFFSET_MASK,
    'not a later IPv4 fragment',
  );
}

/** `ip proto 6`. */
export function ip4Protocol(state: State, protocol: number): Condition {
  requireAtMost('protocol number', protocol, 0xff, state.span);
  return all([linkProtocol(state, ETHERTYPE.IP), ip4ProtocolIs(state, protocol)]);
}

/** `ip6 proto 6`: the next header, also behind one fragment header (or, asked for, behind any extension headers). */
export function ip6Protocol(state: State, protocol: number): Condition {
  requireAtMost('protocol number', protocol, 0xff, state.span);
  const version = linkProtocol(state, ETHERTYPE.IP6);
  if (state.options.ip6Extensions) {
    const upper = ip6Upper(state);
    return all([version, upper.walk, any([ip6NextHeaderIs(state, protocol), upper.protocolIs(protocol)])]);
  }
  return all([
    version,
    any([
      ip6NextHeaderIs(state, protocol),
      all([
        ip6NextHeaderIs(state, IP_PROTOCOL.FRAGMENT),
        equals(
          state,
          field('network header', IP6_HEADER_LENGTH, 1),
          protocol,
          () => `the fragment header's next header is ${ipProtocolWords(protocol)}`,
        ),
      ]),
    ]),
  ]);
}

/** `proto 6`: over IPv4 or IPv6. */
export function ipProtocol(state: State, protocol: number, over: 'ip' | 'ip6' | 'both'): Condition {
  if (over === 'ip') return ip4Protocol(state, protocol);
  if (over === 'ip6') return ip6Protocol(state, protocol);
  return any([ip4Protocol(state, protocol), ip6Protocol(state, protocol)]);
}

/** The transports whose headers begin with the two ports, in the order of their tests. */
const WITH_PORTS = ['sctp', 'tcp', 'udp'] as const;

export type PortProtocol = (typeof WITH_PORTS)[number];

/** The protocol qualifier of `port` and `portrange`; undefined: all of them. */
export function portProtocol(
  state: State,
  protocol: ProtocolName | undefined,
  keyword: string,
): PortProtocol | undefined {
  if (protocol === undefined) return undefined;
  const found = WITH_PORTS.find(name => name === protocol);
  if (!found) failQualifier(protocol, `'${keyword}'`, state.span, ['ports go with tcp, udp, sctp or no protocol']);
  return found;
}

/** A port, or the ports from `first` to `last`. */
export interface Ports {
  readonly first: number;
  readonly last: number;
}

/** `port 80`, `tcp dst portrange 1-1023`. */
export function ports(
  state: State,
  range: Ports,
  protocol: PortProtocol | undefined,
  direction: Direction | undefined,
  keyword: string,
): Condition {
  requirePortDirection(state, direction, keyword);
  return any([ip6Ports(state, range, protocol, direction), ip4Ports(state, range, protocol, direction)]);
}

function requirePortDirection(state: State, direction: Direction | undefined, keyword: string): void {
  if (direction !== undefined && !direction.startsWith('src') && direction !== 'dst') {
    fail('SKEP1103', `'${direction}' does not go with '${keyword}'`, state.span, {
      notes: ['ports have src, dst, src or dst, src and dst'],
    });
  }
}

function protocolNumbers(protocol: PortProtocol | undefined): number[] {
  return (protocol ? [protocol] : WITH_PORTS).map(name => IP_PROTOCOL_OF[name]!.number);
}

/** The IPv4 half. */
export function ip4Ports(
  state: State,
  range: Ports,
  protocol: PortProtocol | undefined,
  direction: Direction | undefined,
): Condition {
  return all([
    linkProtocol(state, ETHERTYPE.IP),
    any(protocolNumbers(protocol).map(number => ip4ProtocolIs(state, number))),
    firstIp4Fragment(state),
    eitherWay(direction, way => portIn(state, 'IPv4 payload', way, range)),
  ]);
}

/** The IPv6 half. */
export function ip6Ports(
  state: State,
  range: Ports,
  protocol: PortProtocol | undefined,
  direction: Direction | undefined,
): Condition {
  const version = linkProtocol(state, ETHERTYPE.IP6);
  const numbers = protocolNumbers(protocol);
  if (state.options.ip6Extensions) {
    const upper = ip6Upper(state);
    return all([
      version,
      upper.walk,
      any(numbers.map(number => upper.protocolIs(number))),
      upper.firstFragment(),
      eitherWay(direction, way => upperPortIn(upper, way, range)),
    ]);
  }
  return all([
    version,
    any(numbers.map(number => ip6NextHeaderIs(state, number))),
    eitherWay(direction, way => portIn(state, 'IPv6 payload', way, range)),
  ]);
}

function portIn(
  state: State,
  base: 'IPv4 payload' | 'IPv6 payload',
  way: keyof typeof PORT_OFFSETS,
  { first, last }: Ports,
): Condition {
  const port = field(base, PORT_OFFSETS[way], 2);
  if (first === last) return equals(state, port, first, () => `${way} port is ${first}`);
  return all([
    compare(state, port, '>=', first, () => `${way} port is at least ${first}`),
    compare(state, port, '<=', last, () => `${way} port is at most ${last}`),
  ]);
}

function upperPortIn(upper: Ip6Upper, way: keyof typeof PORT_OFFSETS, { first, last }: Ports): Condition {
  const compareTo = (comparison: '=' | '>=' | '<=', value: number, words: string): Condition =>
    upper.compare(PORT_OFFSETS[way], 2, comparison, value, () => `${way} port is ${words}${value}`);
  if (first === last) return compareTo('=', first, '');
  return all([compareTo('>=', first, 'at least '), compareTo('<=', last, 'at most ')]);
}
