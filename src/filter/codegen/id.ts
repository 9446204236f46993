// Primitives with an id: `tcp src port 80`, `net 10/8`, `gateway router`, `$5`. Which kind of id goes with which qualifiers,
// and what the id stands for; the tests themselves are made elsewhere.

import type { AddressType, Id, IdPrimitive, ProtocolName, Qualifiers } from '../ast.js';
import type { Condition } from '../condition.js';
import { formatIpv6 } from '../id-checks.js';
import { failUnknownName, type NameKind, type NameResolver, type PortTransport, resolvePort } from '../names.js';
import { all, any } from './build.js';
import { decnetAddress, decnetHost } from './decnet.js';
import { fail, failQualifier, requireAtMost } from './errors.js';
import { isisPdu, isoProtocol } from './iso.js';
import { linkProtocol } from './link-layer.js';
import { macHost, requireMac, shortHost } from './mac.js';
import { type Ip4Net, type Ip6Net, ip4Hosts, ip4Words, ip6Hosts } from './network.js';
import { protocolChain } from './protochain.js';
import { requirePlainDirection } from './qualifiers.js';
import type { State } from './state.js';
import { ipProtocol, type PortProtocol, type Ports, portProtocol, ports } from './transport.js';

export function idPrimitive(state: State, primitive: IdPrimitive): Condition {
  const { qualifiers, id } = primitive;
  if (qualifiers.protocol === 'decnet') return decnet(state, primitive);
  switch (id.type) {
    case 'name':
      return name(state, primitive, id.text);
    case 'number':
      return number(state, primitive, id.value);
    case 'ipv4':
      return ipv4(state, primitive, id);
    case 'ipv6':
      return ipv6(state, primitive, id);
    case 'mac':
      return mac(state, qualifiers, id);
    case 'arcnet':
      return arcnet(state, qualifiers, id);
  }
}

/** `tcp port`, for messages. */
function qualifierWords({ protocol, type }: Qualifiers): string {
  return [protocol, type].filter(Boolean).join(' ') || 'host';
}

function resolver(state: State): NameResolver {
  return state.options.resolver;
}

function unknown(state: State, kind: NameKind, primitive: IdPrimitive, text: string): never {
  return failUnknownName(kind, text, primitive.idSpan, resolver(state));
}

// --- names

function name(state: State, primitive: IdPrimitive, text: string): Condition {
  const { protocol, direction, type } = primitive.qualifiers;
  switch (type) {
    case undefined:
    case 'host':
      if (protocol === 'link') {
        requireMac(state, 'link host NAME');
        return macHost(state, etherAddress(state, primitive, text), direction, 'link host NAME');
      }
      return hostByName(state, primitive, text, protocol, 'both', false);
    case 'net': {
      const network = resolver(state).network(text);
      if (!network) unknown(state, 'network', primitive, text);
      return ip4Hosts(state, [leftJustified(network)], { protocol, direction, what: "'net'" });
    }
    case 'port':
      return portByName(state, primitive, text);
    case 'portrange':
      return portRange(state, primitive, text);
    case 'gateway':
      return gateway(state, primitive, text);
    case 'proto':
    case 'protochain':
      return protocolNumber(state, primitive, type, protocolByName(state, primitive, text));
  }
}

/** `gateway`'s and `host`'s names: the addresses of the versions that are wanted. */
function hostByName(
  state: State,
  primitive: IdPrimitive,
  text: string,
  protocol: ProtocolName | undefined,
  versions: 'both' | 'ip',
  negate: boolean,
): Condition {
  const addresses = resolver(state).host(text);
  if (!addresses || addresses.length === 0) unknown(state, 'host', primitive, text);
  const options = {
    protocol,
    direction: negate ? ('src or dst' as const) : primitive.qualifiers.direction,
    negate,
    what: "'host'",
  };
  // A protocol that names one version leaves the addresses of the other out.
  const wanted4 = protocol !== 'ip6';
  const wanted6 = versions === 'both' && protocol !== 'ip' && protocol !== 'arp' && protocol !== 'rarp';
  const found4 = wanted4 ? sorted(addresses.filter(address => address.length === 4)) : [];
  const found6 = wanted6 ? sorted(addresses.filter(address => address.length === 16)) : [];
  if (found4.length + found6.length === 0) {
    fail('SKEP1060', `host "${text}" has no address that goes with '${protocol ?? 'ip'}'`, primitive.idSpan);
  }
  const terms: Condition[] = [];
  if (found4.length > 0) {
    const nets = found4.map(bytes => ({ address: word(bytes), mask: 0xffffffff }));
    terms.push(ip4Hosts(state, nets, options));
  }
  if (found6.length > 0) {
    terms.push(
      ip6Hosts(
        state,
        found6.map(address => ({ address, prefixLength: 128 })),
        options,
      ),
    );
  }
  return any(terms);
}

/** In the order of their bytes, so that a filter does not depend on the order of the answers. */
function sorted(addresses: readonly Uint8Array[]): Uint8Array[] {
  return [...addresses].sort((a, b) => {
    for (let i = 0; i < a.length; i++) {
      const difference = a[i]! - b[i]!;
      if (difference !== 0) return difference;
    }
    return 0;
  });
}

/** Up to four octets as one number, the first the most significant. */
function word(octets: ArrayLike<number>): number {
  let value = 0;
  for (let i = 0; i < octets.length; i++) value = (value << 8) | octets[i]!;
  return value >>> 0;
}

function etherAddress(state: State, primitive: IdPrimitive, text: string): Uint8Array {
  return resolver(state).etherHost(text) ?? unknown(state, 'ether host', primitive, text);
}

/** `gateway NAME`: the frame goes through NAME's Ethernet address, the packet is neither from nor to it. */
function gateway(state: State, primitive: IdPrimitive, text: string): Condition {
  const { protocol } = primitive.qualifiers;
  if (protocol !== undefined && protocol !== 'ip' && protocol !== 'arp' && protocol !== 'rarp') {
    failQualifier(protocol, "'gateway'", state.span, ["'gateway' goes with ip, arp, rarp or no protocol"]);
  }
  if (state.mplsDepth > 0) fail('SKEP1112', "'gateway' cannot be used behind 'mpls'", state.span);
  if (state.tunnelled) fail('SKEP1112', "'gateway' cannot be used inside 'geneve' or 'vxlan'", state.span);
  requireMac(state, 'gateway');
  return all([
    macHost(state, etherAddress(state, primitive, text), 'src or dst', 'gateway'),
    hostByName(state, primitive, text, protocol, 'ip', true),
  ]);
}

function portByName(state: State, primitive: IdPrimitive, text: string): Condition {
  const { protocol, direction } = primitive.qualifiers;
  const wanted = portProtocol(state, protocol, 'port');
  const { port, transport } = lookUpPort(state, primitive, text, wanted);
  return ports(state, { first: port, last: port }, transport, direction, 'port');
}

function lookUpPort(
  state: State,
  primitive: IdPrimitive,
  text: string,
  wanted: PortProtocol | undefined,
): { port: number; transport: PortTransport | undefined } {
  const number = parseNumber(text);
  if (number !== undefined && number <= 0xffff) return { port: number, transport: wanted };
  const bound = resolvePort(resolver(state), text, wanted);
  if (bound) return { port: bound.port, transport: wanted ?? bound.transport };
  const any = resolvePort(resolver(state), text);
  if (!any) unknown(state, 'service', primitive, text);
  if (wanted && any.transport) failTransport(primitive, text, any.transport);
  return { port: any.port, transport: wanted ?? any.transport };
}

function failTransport(primitive: IdPrimitive, text: string, transport: PortTransport): never {
  return fail('SKEP1117', `port "${text}" is of ${transport}`, primitive.idSpan, {
    notes: [`write \`${transport} port ${text}\`, or the port's number`],
  });
}

/** `portrange 1-1023`, `portrange ftp-data-80`: two ports, each a number or a name, with one hyphen. */
function portRange(state: State, primitive: IdPrimitive, text: string): Condition {
  const { protocol, direction } = primitive.qualifiers;
  const wanted = portProtocol(state, protocol, 'portrange');
  const parts = text.split('-');
  if (parts.length !== 2 || parts[0] === '' || parts[1] === '') {
    fail('SKEP1116', `"${text}" is not a port range: FIRST-LAST`, primitive.idSpan, {
      notes: ['port names that have a hyphen themselves cannot be written in a range: use their numbers'],
    });
  }
  const ends = parts.map(part => endOfRange(state, primitive, part));
  const [a, b] = ends as [RangeEnd, RangeEnd];
  // Two names of different transports, or a name and a number: any transport.
  const transport = a.transport === b.transport ? a.transport : undefined;
  if (wanted && transport && transport !== wanted) failTransport(primitive, text, transport);
  for (const { port } of [a, b]) requireAtMost('port number', port, 0xffff, primitive.idSpan);
  const range: Ports = { first: Math.min(a.port, b.port), last: Math.max(a.port, b.port) };
  return ports(state, range, wanted ?? transport, direction, 'portrange');
}

interface RangeEnd {
  readonly port: number;
  readonly transport: PortTransport | undefined;
}

function endOfRange(state: State, primitive: IdPrimitive, text: string): RangeEnd {
  const number = parseNumber(text);
  if (number !== undefined) {
    if (number > 0xffffffff) fail('SKEP1105', `number ${text} does not fit in 32 bits`, primitive.idSpan);
    return { port: number, transport: undefined };
  }
  const found = resolvePort(resolver(state), text);
  if (!found) unknown(state, 'service', primitive, text);
  return { port: found.port, transport: found.transport };
}

/** Decimal, 0x hexadecimal or 0 octal, as everywhere in the language. */
function parseNumber(text: string): number | undefined {
  if (/^0[xX][0-9a-fA-F]*$/.test(text)) return text.length === 2 ? 0 : Number.parseInt(text, 16);
  if (/^0[0-7]*$/.test(text)) return Number.parseInt(text, 8);
  if (/^[1-9][0-9]*$/.test(text)) return Number.parseInt(text, 10);
  return undefined;
}

function protocolByName(state: State, primitive: IdPrimitive, text: string): number {
  const names = resolver(state);
  switch (primitive.qualifiers.protocol) {
    case undefined:
    case 'ip':
    case 'ip6':
      return names.protocol(text) ?? unknown(state, 'protocol', primitive, text);
    case 'link':
      return names.etherProtocol(text) ?? names.llcProtocol(text) ?? unknown(state, 'ether protocol', primitive, text);
    case 'iso':
      return names.isoProtocol(text) ?? unknown(state, 'ISO protocol', primitive, text);
    default:
      return failQualifier(
        qualifierWords(primitive.qualifiers),
        `a protocol's name`,
        state.span,
        primitive.qualifiers.protocol === 'isis' ? ["'isis proto' takes a PDU type's number"] : PROTO_NOTES,
      );
  }
}

const PROTO_NOTES = ["'proto' goes with ip, ip6, link, iso, isis or no protocol"];

function protocolNumber(
  state: State,
  { qualifiers }: IdPrimitive,
  type: 'proto' | 'protochain',
  value: number,
): Condition {
  const { protocol } = qualifiers;
  if (type === 'protochain') return protocolChain(state, value, protocol);
  switch (protocol) {
    case undefined:
      return ipProtocol(state, value, 'both');
    case 'ip':
    case 'ip6':
      return ipProtocol(state, value, protocol);
    case 'link':
      return linkProtocol(state, value);
    case 'iso':
      return isoProtocol(state, value);
    case 'isis':
      return isisPdu(state, value);
    default:
      return failQualifier(protocol, "'proto'", state.span, PROTO_NOTES);
  }
}

// --- numbers

function number(state: State, primitive: IdPrimitive, value: number): Condition {
  const { protocol, direction, type } = primitive.qualifiers;
  switch (type) {
    case undefined:
    case 'host':
    case 'net': {
      if (protocol === 'link') failLinkAddress(state, String(value));
      const net = type === 'net' ? leftJustified(value) : { address: value >>> 0, mask: 0xffffffff };
      return ip4Hosts(state, [net], { protocol, direction, what: `'${type ?? 'host'}'` });
    }
    case 'port':
    case 'portrange': {
      const transport = portProtocol(state, protocol, type);
      requireAtMost('port number', value, 0xffff, primitive.idSpan);
      return ports(state, { first: value, last: value }, transport, direction, type);
    }
    case 'proto':
    case 'protochain':
      return protocolNumber(state, primitive, type, value);
    case 'gateway':
      return failType(state, type, String(value), [
        "'gateway' takes a name, which has both an Ethernet and an IP address",
      ]);
  }
}

function failLinkAddress(state: State, text: string): never {
  return fail('SKEP1104', `${text} is not a link-layer address`, state.span, {
    notes: ['such are aa:bb:cc:dd:ee:ff and, on ARCnet and MS/TP, $ab'],
  });
}

function failType(state: State, type: AddressType | undefined, text: string, notes: readonly string[] = []): never {
  return fail('SKEP1104', `'${type ?? 'host'}' does not go with ${text}`, state.span, { notes });
}

/** `net 10` is 10.0.0.0/8: the octets that are there count, from the left. */
function leftJustified(value: number): Ip4Net {
  let address = value >>> 0;
  let mask = 0xffffffff;
  while (address !== 0 && address <= 0xffffff) {
    address = (address << 8) >>> 0;
    mask = (mask << 8) >>> 0;
  }
  return { address, mask };
}

// --- addresses

/** 1 to 4 octets as the leading ones of an address. */
function octetsToNet({ idSpan }: IdPrimitive, octets: readonly number[]): Ip4Net {
  const wrong = octets.find(octet => octet > 255);
  if (wrong !== undefined || octets.length > 4) {
    fail('SKEP1106', `${octets.join('.')} is not an IPv4 address: ${wrong ?? octets.length} is too large`, idSpan);
  }
  const missing = 8 * (4 - octets.length);
  const mask = missing === 32 ? 0 : (0xffffffff << missing) >>> 0;
  return { address: missing === 0 ? word(octets) : (word(octets) << missing) >>> 0, mask };
}

const NOT_WITH_ADDRESSES: ReadonlySet<AddressType | undefined> = new Set([
  'port',
  'portrange',
  'proto',
  'protochain',
  'gateway',
]);

function ipv4(state: State, primitive: IdPrimitive, id: Extract<Id, { type: 'ipv4' }>): Condition {
  const { protocol, direction, type } = primitive.qualifiers;
  const text = id.octets.join('.');
  if (NOT_WITH_ADDRESSES.has(type)) failType(state, type, `an IPv4 address (${text})`);
  const written = octetsToNet(primitive, id.octets);
  if (id.prefixLength === undefined && id.mask === undefined) {
    if (protocol === 'link') failLinkAddress(state, text);
    return ip4Hosts(state, [written], { protocol, direction, what: `'${type ?? 'host'}'` });
  }

  const mask = id.mask ? octetsToNet(primitive, id.mask).address : prefixMask(primitive, id.prefixLength!);
  const { address } = written;
  const suffix = id.mask ? ` mask ${id.mask.join('.')}` : `/${id.prefixLength}`;
  if ((address & ~mask) !== 0) {
    const network = `${ip4Words((address & mask) >>> 0)}${suffix}`;
    fail('SKEP1107', `${text}${suffix} has bits set outside of the mask`, primitive.idSpan, {
      fix: { description: `did you mean \`${network}\`?`, span: primitive.idSpan, replacement: network },
    });
  }
  if (type !== 'net') {
    failType(state, type, `a network (${text}${suffix})`, [`write \`net ${text}${suffix}\``]);
  }
  return ip4Hosts(state, [{ address, mask }], { protocol, direction, what: "'net'" });
}

function prefixMask({ idSpan }: IdPrimitive, length: number): number {
  if (length > 32) fail('SKEP1108', `an IPv4 address has 32 bits: no prefix of ${length}`, idSpan);
  return length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0;
}

function ipv6(state: State, primitive: IdPrimitive, id: Extract<Id, { type: 'ipv6' }>): Condition {
  const { protocol, direction, type } = primitive.qualifiers;
  const text = `${formatIpv6(id.bytes)}${id.prefixLength === undefined ? '' : `/${id.prefixLength}`}`;
  if (NOT_WITH_ADDRESSES.has(type)) failType(state, type, `an IPv6 address (${text})`);
  const prefixLength = id.prefixLength ?? 128;
  if (prefixLength > 128)
    fail('SKEP1108', `an IPv6 address has 128 bits: no prefix of ${prefixLength}`, primitive.idSpan);
  const network = id.bytes.map((byte, i) => byte & (0xff00 >> Math.min(8, Math.max(0, prefixLength - 8 * i))));
  if (network.some((byte, i) => byte !== id.bytes[i])) {
    const replacement = `${formatIpv6(network)}/${prefixLength}`;
    fail('SKEP1107', `${text} has bits set outside of the prefix`, primitive.idSpan, {
      fix: { description: `did you mean \`${replacement}\`?`, span: primitive.idSpan, replacement },
    });
  }
  if (type !== 'net' && prefixLength !== 128) failType(state, type, `a network (${text})`, [`write \`net ${text}\``]);
  const net: Ip6Net = { address: id.bytes, prefixLength };
  return ip6Hosts(state, [net], { protocol, direction, what: `'${type ?? 'host'}'` });
}

function mac(state: State, { protocol, direction, type }: Qualifiers, id: Extract<Id, { type: 'mac' }>): Condition {
  if (protocol !== 'link' || (type !== undefined && type !== 'host')) {
    fail(
      'SKEP1104',
      'an Ethernet address goes with a link-layer qualifier: ether host, ether src, wlan addr1...',
      state.span,
    );
  }
  return macHost(state, id.bytes, direction, 'link host');
}

function arcnet(
  state: State,
  { protocol, direction, type }: Qualifiers,
  id: Extract<Id, { type: 'arcnet' }>,
): Condition {
  requirePlainDirection(state, direction);
  if (type !== undefined && type !== 'host') failType(state, type, 'an 8-bit address ($xx)');
  if (protocol !== 'link') {
    fail('SKEP1102', "an 8-bit address ($xx) goes with 'link' only: link host $xx", state.span);
  }
  return shortHost(state, id.value, direction, 'link host $xx');
}

// --- DECnet

function decnet(state: State, { qualifiers, id, idSpan }: IdPrimitive): Condition {
  const { direction, type } = qualifiers;
  if (id.type === 'mac' || id.type === 'arcnet' || id.type === 'ipv6' || id.type === 'name') {
    fail('SKEP1118', 'a DECnet host is written AREA.NODE, as 1.23', idSpan);
  }
  if (type !== undefined && type !== 'host') {
    failQualifier('decnet', `'${type}'`, state.span, ["'decnet' goes with host"]);
  }
  requirePlainDirection(state, direction);
  const plain = id.type === 'ipv4' && id.prefixLength === undefined && id.mask === undefined;
  const address = plain ? decnetAddress(id.octets) : undefined;
  if (address === undefined) {
    fail('SKEP1118', 'not a DECnet address: AREA.NODE, the area at most 63, the node at most 1023', idSpan);
  }
  return decnetHost(state, address, direction);
}
