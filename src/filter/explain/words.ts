// What a primitive tests, in words, and what it takes for granted without saying so.
//
// The words follow the syntax tree and the manual (docs/filter.md), not the code that is generated.

import type {
  Arithmetic,
  Direction,
  IdPrimitive,
  Primitive,
  ProtocolName,
  RelationalOperator,
  RelationPrimitive,
} from '../ast.js';
import { IP_PROTOCOL_OF, ipProtocolWords, linkProtocolWords, nlpidWords } from '../codegen/protocols.js';
import { formatArithmetic, formatId, formatMac } from '../format.js';
import { formatIpv6 } from '../id-checks.js';
import { NAMED_CONSTANTS } from '../keywords.js';
import { type NameResolver, resolvePort } from '../names.js';

/** What the words depend on beside the expression. */
export interface WordsContext {
  readonly resolver: NameResolver;
  readonly ip6Extensions: boolean;
  readonly transportOverIp6: boolean;
}

export interface PrimitiveWords {
  readonly text: string;
  /** What is implied, a clause each. */
  readonly implies: readonly string[];
}

const NAMES: Readonly<Record<ProtocolName, string>> = {
  link: 'link layer',
  ip: 'IPv4',
  ip6: 'IPv6',
  arp: 'ARP',
  rarp: 'RARP',
  tcp: 'TCP',
  udp: 'UDP',
  sctp: 'SCTP',
  icmp: 'ICMP',
  icmp6: 'ICMPv6',
  igmp: 'IGMP',
  igrp: 'IGRP',
  pim: 'PIM',
  vrrp: 'VRRP',
  carp: 'CARP',
  ah: 'AH',
  esp: 'ESP',
  atalk: 'AppleTalk',
  aarp: 'AppleTalk ARP',
  decnet: 'DECnet',
  lat: 'LAT',
  sca: 'SCA',
  moprc: 'MOP remote console',
  mopdl: 'MOP dump and load',
  iso: 'OSI',
  esis: 'ES-IS',
  isis: 'IS-IS',
  clnp: 'CLNP',
  stp: 'spanning tree',
  ipx: 'IPX',
  netbeui: 'NetBEUI',
  l1: 'IS-IS level 1',
  l2: 'IS-IS level 2',
  iih: 'IS-IS hello',
  snp: 'IS-IS sequence numbers',
  csnp: 'IS-IS complete sequence numbers',
  psnp: 'IS-IS partial sequence numbers',
  lsp: 'IS-IS link state',
  radio: 'radio header',
};

const NO_LATER_FRAGMENT = 'of a fragmented IPv4 packet only the first fragment';
const NO_EXTENSIONS = 'IPv6 only without extension headers before it';
const ONE_FRAGMENT_HEADER = 'IPv6 with at most a fragment header before it';

/** The words of one primitive. */
export function primitiveWords(node: Primitive, context: WordsContext): PrimitiveWords {
  switch (node.kind) {
    case 'id':
      return idWords(node, context);
    case 'protocol':
      return protocolWords(node.protocol, context);
    case 'relation':
      return relationWords(node, context);
    default:
      return { text: otherWords(node), implies: otherImplies(node) };
  }
}

// --- protocols

function overWords(protocol: ProtocolName): string {
  const over = IP_PROTOCOL_OF[protocol]?.over;
  return over === 'both' ? ' over IPv4 or IPv6' : over === 'ip' ? ' over IPv4' : over === 'ip6' ? ' over IPv6' : '';
}

function protocolWords(protocol: ProtocolName, context: WordsContext): PrimitiveWords {
  const over = IP_PROTOCOL_OF[protocol]?.over;
  const implies = over && over !== 'ip' && !context.ip6Extensions ? [ONE_FRAGMENT_HEADER] : [];
  return { text: `${NAMES[protocol]}${overWords(protocol)}`, implies };
}

// --- ids

const DIRECTIONS: Readonly<Record<Direction, string>> = {
  src: 'source',
  dst: 'destination',
  'src or dst': 'source or destination',
  'src and dst': 'source and destination',
  addr1: '802.11 address 1',
  addr2: '802.11 address 2',
  addr3: '802.11 address 3',
  addr4: '802.11 address 4',
  ra: '802.11 receiver',
  ta: '802.11 transmitter',
};

function sides(direction: Direction | undefined, what: string): string {
  if (direction === 'src and dst') return `source and destination ${what} both are`;
  const words = DIRECTIONS[direction ?? 'src or dst'];
  return /address \d$/.test(words) ? `${words} is` : `${words} ${what} is`;
}

function idWords(node: IdPrimitive, context: WordsContext): PrimitiveWords {
  const { protocol, direction, type } = node.qualifiers;
  switch (type) {
    case 'port':
    case 'portrange':
      return portWords(node, context);
    case 'proto':
      return protoWords(node, context);
    case 'protochain':
      return {
        text: `${protocol ? NAMES[protocol] : 'IPv4 or IPv6'} whose chain of headers leads to ${protocolNumberWords(node, context)}`,
        implies: ['the chain is walked in a loop, which kernels do not take: such a filter runs in the program'],
      };
    case 'gateway':
      return {
        text: `sent from or to the Ethernet address of ${formatId(node.id)}, but neither from nor to its IPv4 address`,
        implies: [],
      };
    default:
  }
  if (node.id.type === 'mac' || (protocol === 'link' && node.id.type === 'name')) {
    const address =
      node.id.type === 'mac'
        ? formatMac(node.id.bytes)
        : etherWords(node.id.type === 'name' ? node.id.text : '', context);
    return { text: `${sides(direction, 'MAC address')} ${address}`, implies: [] };
  }
  if (node.id.type === 'arcnet')
    return { text: `${sides(direction, '8-bit address')} ${formatId(node.id)}`, implies: [] };
  if (protocol === 'decnet') return { text: `DECnet: ${sides(direction, 'node')} ${formatId(node.id)}`, implies: [] };
  return addressWords(node, context);
}

function etherWords(name: string, { resolver }: WordsContext): string {
  const bytes = resolver.etherHost(name);
  return bytes ? `that of ${name} (${formatMac(bytes)})` : `that of ${name}`;
}

function addressWords(node: IdPrimitive, context: WordsContext): PrimitiveWords {
  const { protocol, direction, type } = node.qualifiers;
  const { id } = node;
  const versions =
    protocol !== undefined
      ? NAMES[protocol]
      : id.type === 'ipv6'
        ? 'IPv6'
        : id.type === 'name' && type !== 'net'
          ? hostVersions(id.text, context)
          : 'IPv4, ARP or RARP';
  const side =
    protocol === 'arp' || protocol === 'rarp'
      ? sides(direction, 'address').replaceAll('source', 'sender').replaceAll('destination', 'target')
      : sides(direction, 'address');
  const { address, isNetwork } = addressText(node, context);
  return { text: `${versions}: ${side} ${isNetwork ? 'in ' : ''}${address}`, implies: [] };
}

function hostVersions(name: string, { resolver }: WordsContext): string {
  const addresses = resolver.host(name) ?? [];
  const has4 = addresses.length === 0 || addresses.some(address => address.length === 4);
  const has6 = addresses.length === 0 || addresses.some(address => address.length === 16);
  return [...(has4 ? ['IPv4, ARP, RARP'] : []), ...(has6 ? ['IPv6'] : [])].join(' or ');
}

function dotted(octets: readonly number[]): string {
  return [0, 1, 2, 3].map(i => octets[i] ?? 0).join('.');
}

function addressText(node: IdPrimitive, { resolver }: WordsContext): { address: string; isNetwork: boolean } {
  const { id } = node;
  switch (id.type) {
    case 'ipv4': {
      if (id.mask) return { address: `${dotted(id.octets)} mask ${dotted(id.mask)}`, isNetwork: true };
      const length = id.prefixLength ?? 8 * id.octets.length;
      const isNetwork = length < 32 || id.prefixLength !== undefined;
      return { address: isNetwork ? `${dotted(id.octets)}/${length}` : dotted(id.octets), isNetwork };
    }
    case 'ipv6': {
      const isNetwork = id.prefixLength !== undefined;
      return { address: `${formatIpv6(id.bytes)}${isNetwork ? `/${id.prefixLength}` : ''}`, isNetwork };
    }
    case 'number':
      return numberAddress(id.value, node.qualifiers.type === 'net');
    case 'name': {
      if (node.qualifiers.type === 'net') {
        const number = resolver.network(id.text);
        if (!number) return { address: `the network ${id.text}`, isNetwork: true };
        return { address: `${numberAddress(number, true).address} (${id.text})`, isNetwork: true };
      }
      const addresses = resolver.host(id.text) ?? [];
      const shown = addresses.map(bytes => (bytes.length === 4 ? [...bytes].join('.') : formatIpv6(bytes)));
      return {
        address: shown.length > 0 ? `one of ${id.text} (${shown.join(', ')})` : `one of ${id.text}`,
        isNetwork: false,
      };
    }
    default:
      return { address: formatId(id), isNetwork: false };
  }
}

/** A number as an address; as a network, its octets count from the left. */
function numberAddress(value: number, isNet: boolean): { address: string; isNetwork: boolean } {
  let address = value;
  let length = 32;
  while (isNet && address !== 0 && address <= 0xffffff) {
    address *= 256;
    length -= 8;
  }
  const octets = [24, 16, 8, 0].map(shift => (address >>> shift) & 255).join('.');
  return { address: length < 32 ? `${octets}/${length}` : octets, isNetwork: length < 32 };
}

function portWords(node: IdPrimitive, context: WordsContext): PrimitiveWords {
  const { protocol, direction, type } = node.qualifiers;
  const { id } = node;
  const port = id.type === 'name' && type === 'port' ? resolvePort(context.resolver, id.text) : undefined;
  const transport = protocol ?? port?.transport;
  const transports = transport ? NAMES[transport] : 'TCP, UDP or SCTP';
  const known = id.type === 'number' ? serviceName(id.value, context.resolver) : undefined;
  const value =
    type === 'portrange' && id.type === 'name'
      ? id.text.replace('-', ' to ')
      : id.type === 'name'
        ? `${port?.port ?? '?'} (${id.text})`
        : known
          ? `${formatId(id)} (${known})`
          : formatId(id);
  return {
    text: `${transports} over IPv4 or IPv6: ${sides(direction, 'port')} ${value}`,
    implies: [NO_LATER_FRAGMENT, ...(context.ip6Extensions ? [] : [NO_EXTENSIONS])],
  };
}

/** The first name that a port has; only tables that are at hand are asked, once for each resolver. */
const serviceNames = new WeakMap<NameResolver, Map<number, string>>();

function serviceName(port: number, resolver: NameResolver): string | undefined {
  let names = serviceNames.get(resolver);
  if (!names) {
    names = new Map();
    for (const name of resolver.names('service')) {
      const ports = resolver.service(name);
      const number = ports?.tcp ?? ports?.udp ?? ports?.sctp;
      if (number !== undefined && !names.has(number)) names.set(number, name);
    }
    serviceNames.set(resolver, names);
  }
  return names.get(port);
}

function protocolNumberWords({ id, qualifiers }: IdPrimitive, { resolver }: WordsContext): string {
  const number =
    id.type === 'number'
      ? id.value
      : id.type !== 'name'
        ? undefined
        : qualifiers.protocol === 'link'
          ? (resolver.etherProtocol(id.text) ?? resolver.llcProtocol(id.text))
          : qualifiers.protocol === 'iso'
            ? resolver.isoProtocol(id.text)
            : resolver.protocol(id.text);
  if (number === undefined) return formatId(id);
  switch (qualifiers.protocol) {
    case 'link':
      return linkProtocolWords(number);
    case 'iso':
      return nlpidWords(number);
    case 'isis':
      return String(number);
    default:
      return ipProtocolWords(number);
  }
}

function protoWords(node: IdPrimitive, context: WordsContext): PrimitiveWords {
  const { protocol } = node.qualifiers;
  const number = protocolNumberWords(node, context);
  switch (protocol) {
    case 'link':
      return { text: `the link-layer protocol is ${number}`, implies: [] };
    case 'iso':
      return { text: `OSI: the network-layer protocol is ${number}`, implies: [] };
    case 'isis':
      return { text: `IS-IS: the PDU type is ${number}`, implies: [] };
    default:
      return {
        text: `${protocol ? NAMES[protocol] : 'IPv4 or IPv6'} carrying ${number}`,
        implies: protocol === 'ip' || context.ip6Extensions ? [] : [ONE_FRAGMENT_HEADER],
      };
  }
}

// --- comparisons

/** Fields that people load by offset and size: `protocol[offset:size]`. */
const FIELDS: Readonly<Record<string, string>> = {
  'ip[0:1]': 'IPv4 version and header length',
  'ip[1:1]': 'IPv4 type of service',
  'ip[2:2]': 'IPv4 total length',
  'ip[4:2]': 'IPv4 identification',
  'ip[6:2]': 'IPv4 flags and fragment offset',
  'ip[8:1]': 'IPv4 time to live',
  'ip[9:1]': 'IPv4 protocol',
  'ip[12:4]': 'IPv4 source address',
  'ip[16:4]': 'IPv4 destination address',
  'ip6[4:2]': 'IPv6 payload length',
  'ip6[6:1]': 'IPv6 next header',
  'ip6[7:1]': 'IPv6 hop limit',
  'tcp[0:2]': 'TCP source port',
  'tcp[2:2]': 'TCP destination port',
  'tcp[4:4]': 'TCP sequence number',
  'tcp[8:4]': 'TCP acknowledgement number',
  'tcp[12:1]': 'TCP data offset',
  'tcp[13:1]': 'TCP flags',
  'tcp[14:2]': 'TCP window',
  'udp[0:2]': 'UDP source port',
  'udp[2:2]': 'UDP destination port',
  'udp[4:2]': 'UDP length',
  'icmp[0:1]': 'ICMP type',
  'icmp[1:1]': 'ICMP code',
  'icmp6[0:1]': 'ICMPv6 type',
  'icmp6[1:1]': 'ICMPv6 code',
  'igmp[0:1]': 'IGMP type',
  'arp[6:2]': 'ARP operation',
};

const OPERATORS: Readonly<Record<RelationalOperator, string>> = {
  '=': 'is',
  '!=': 'is not',
  '<': 'is less than',
  '<=': 'is at most',
  '>': 'is greater than',
  '>=': 'is at least',
};

function relationWords(node: RelationPrimitive, context: WordsContext): PrimitiveWords {
  const loads = loadsOf(node);
  return {
    text:
      flagWords(node) ??
      typeWords(node) ??
      `${arithmeticWords(node.left)} ${OPERATORS[node.operator]} ${arithmeticWords(node.right)}`,
    implies: [...new Set(loads.flatMap(load => loadImplies(load.protocol, context)))],
  };
}

function loadImplies(protocol: ProtocolName, context: WordsContext): string[] {
  const over = IP_PROTOCOL_OF[protocol]?.over;
  if (protocol === 'link' || protocol === 'radio') return [];
  if (!over) return [`only ${NAMES[protocol]} packets`];
  if (over === 'ip6') return [`only ${NAMES[protocol]} over IPv6`, NO_EXTENSIONS];
  if (context.transportOverIp6) return [`only ${NAMES[protocol]} over IPv4 or IPv6`, NO_LATER_FRAGMENT];
  return [`only ${NAMES[protocol]} over IPv4`, NO_LATER_FRAGMENT];
}

function loadsOf(node: RelationPrimitive): Extract<Arithmetic, { kind: 'load' }>[] {
  const loads: Extract<Arithmetic, { kind: 'load' }>[] = [];
  const work: Arithmetic[] = [node.right, node.left];
  for (let top = work.pop(); top; top = work.pop()) {
    if (top.kind === 'load') {
      loads.push(top);
      work.push(top.offset);
    } else if (top.kind === 'binary') work.push(top.right, top.left);
    else if (top.kind === 'negate') work.push(top.operand);
  }
  return loads;
}

function isLoad(node: Arithmetic, name: string): boolean {
  return node.kind === 'load' && formatArithmetic({ ...node }) === name.replace(':1]', ']');
}

/** `tcp[13] & 18 != 0`, `tcp[13] = 2`. */
function flagWords({ left, operator, right }: RelationPrimitive): string | undefined {
  const value = constantOf(right);
  if (value === undefined || (operator !== '=' && operator !== '!=')) return undefined;
  if (isLoad(left, 'tcp[13:1]')) {
    const flags = flagNames(value);
    return flags && `the TCP flags are ${operator === '!=' ? 'not ' : ''}exactly ${flags.join(' and ') || 'none'}`;
  }
  if (left.kind !== 'binary' || left.operator !== '&' || !isLoad(left.left, 'tcp[13:1]')) return undefined;
  const mask = constantOf(left.right);
  const flags = mask === undefined ? undefined : flagNames(mask);
  if (!flags || flags.length === 0) return undefined;
  if (value === 0) {
    const some = flags.length === 1 ? flags[0]! : `one of ${flags.join(', ')}`;
    return operator === '!='
      ? `TCP flags: ${some} is set`
      : `TCP flags: ${flags.length === 1 ? `${some} is not set` : `none of ${flags.join(', ')} is set`}`;
  }
  const wanted = flagNames(value);
  if (!wanted) return undefined;
  if (value === mask) {
    const all = flags.join(' and ');
    return operator === '='
      ? `TCP flags: ${all} ${flags.length === 1 ? 'is' : 'are'} set`
      : `TCP flags: not all of ${flags.join(', ')} are set`;
  }
  return `TCP flags: of ${flags.join(', ')}, ${operator === '=' ? '' : 'not '}exactly ${wanted.join(' and ')} set`;
}

const FLAGS = [...NAMED_CONSTANTS.values()].filter(constant => constant.is === 'flag');

function flagNames(bits: number): string[] | undefined {
  if (bits > 0xff) return undefined;
  return FLAGS.filter(flag => bits & flag.value).map(flag => flag.name.slice(4).toUpperCase());
}

/** `icmp[0] = 8`. */
function typeWords({ left, operator, right }: RelationPrimitive): string | undefined {
  const value = constantOf(right);
  const of = isLoad(left, 'icmp[0:1]') ? 'icmp' : isLoad(left, 'icmp6[0:1]') ? 'icmp6' : undefined;
  if (value === undefined || of === undefined) return undefined;
  const known = [...NAMED_CONSTANTS.values()].find(row => row.of === of && row.is === 'type' && row.value === value);
  return known && `${NAMES[of]} type ${OPERATORS[operator]} ${value} (${known.name})`;
}

function constantOf(node: Arithmetic): number | undefined {
  if (node.kind === 'number') return node.value;
  if (node.kind !== 'binary' || node.operator !== '|') return undefined;
  const left = constantOf(node.left);
  const right = constantOf(node.right);
  return left === undefined || right === undefined ? undefined : (left | right) >>> 0;
}

/** An arithmetic expression in words: fields by their names, the rest as it is written. */
function arithmeticWords(node: Arithmetic): string {
  switch (node.kind) {
    case 'number':
      return node.value < 0x10000 ? String(node.value) : `${node.value} (0x${node.value.toString(16)})`;
    case 'length':
      return "the packet's length";
    case 'negate':
      return `-(${arithmeticWords(node.operand)})`;
    case 'binary':
      return `${operandWords(node.left)} ${node.operator} ${operandWords(node.right)}`;
    case 'load': {
      const { protocol, offset, size } = node;
      if (offset.kind === 'number') {
        const name = FIELDS[`${protocol}[${offset.value}:${size}]`];
        if (name) return `the ${name}`;
        const bytes = size === 1 ? `byte ${offset.value}` : `bytes ${offset.value}-${offset.value + size - 1}`;
        return `${bytes} of the ${headerWords(protocol)}`;
      }
      const bytes = size === 1 ? 'the byte' : `the ${size} bytes`;
      return `${bytes} at offset (${arithmeticWords(offset)}) of the ${headerWords(protocol)}`;
    }
  }
}

function operandWords(node: Arithmetic): string {
  return node.kind === 'binary' ? `(${arithmeticWords(node)})` : arithmeticWords(node);
}

function headerWords(protocol: ProtocolName): string {
  return protocol === 'link'
    ? 'link-layer header'
    : protocol === 'radio'
      ? 'radio header'
      : `${NAMES[protocol]} header`;
}

// --- the rest

type Other = Exclude<Primitive, { kind: 'id' | 'protocol' | 'relation' }>;

const ATM_WORDS: Readonly<Record<Extract<Primitive, { kind: 'atm' }>['type'], string>> = {
  lane: 'ATM LAN emulation',
  metac: 'ATM metasignalling circuit',
  bcc: 'ATM broadcast signalling circuit',
  oamf4sc: 'ATM segment OAM F4 flow',
  oamf4ec: 'ATM end-to-end OAM F4 flow',
  sc: 'ATM signalling circuit',
  ilmic: 'ATM ILMI circuit',
  oam: 'ATM OAM cells',
  oamf4: 'ATM OAM F4 flow, segment or end-to-end',
  connectmsg: 'ATM signalling: a message that sets up or clears a connection',
  metaconnect: 'ATM metasignalling: a message that sets up or clears a connection',
};

const MTP2_WORDS: Readonly<Record<Extract<Primitive, { kind: 'mtp2' }>['type'], string>> = {
  fisu: 'SS7 fill-in signal unit',
  lssu: 'SS7 link status signal unit',
  msu: 'SS7 message signal unit',
  hfisu: 'SS7 fill-in signal unit (high-speed link)',
  hlssu: 'SS7 link status signal unit (high-speed link)',
  hmsu: 'SS7 message signal unit (high-speed link)',
};

const MTP3_WORDS: Readonly<Record<string, string>> = {
  sio: 'service information octet',
  opc: 'originating point code',
  dpc: 'destination point code',
  sls: 'signalling link selection',
};

const LLC_WORDS: Readonly<Record<string, string>> = {
  i: 'an information frame',
  s: 'a supervisory frame',
  u: 'an unnumbered frame',
};

const TUNNEL_NUMBER: Readonly<Record<string, string>> = {
  vlan: 'a VLAN tag',
  mpls: 'an MPLS label',
  pppoes: 'a PPPoE session packet',
  geneve: 'Geneve',
  vxlan: 'VXLAN',
};

const VALUE_WORDS: Readonly<Record<string, string>> = {
  vlan: 'VLAN id',
  mpls: 'label',
  pppoes: 'session id',
  geneve: 'network identifier',
  vxlan: 'network identifier',
};

const WLAN_DIRECTION_WORDS = [
  'not to or from a distribution system',
  'to a distribution system',
  'from a distribution system',
  'between distribution systems',
];

function otherWords(node: Other): string {
  switch (node.kind) {
    case 'broadcast':
    case 'multicast': {
      if (node.protocol === 'ip') return `IPv4 ${node.kind}: by the destination address`;
      if (node.protocol === 'ip6') return `IPv6 ${node.kind}: by the destination address`;
      return `link-layer ${node.kind}: by the destination MAC address`;
    }
    case 'less':
      return `the packet's length is at most ${node.value} bytes`;
    case 'greater':
      return `the packet's length is at least ${node.value} bytes`;
    case 'byte': {
      const place = `byte ${node.offset} of the link-layer header`;
      if (node.operator === '&' || node.operator === '|') return `${place} ${node.operator} ${node.value} is not 0`;
      return `${place} ${OPERATORS[node.operator]} ${node.value}`;
    }
    case 'inbound':
      return 'received, not sent';
    case 'outbound':
      return 'sent, not received';
    case 'ifindex':
      return `captured on the interface with index ${node.value}`;
    case 'pppoed':
      return 'PPPoE discovery';
    case 'vlan':
    case 'mpls':
    case 'pppoes':
    case 'geneve':
    case 'vxlan': {
      const number = node.value === undefined ? '' : ` with ${VALUE_WORDS[node.kind]} ${node.value}`;
      return `${TUNNEL_NUMBER[node.kind]}${number}`;
    }
    case 'pflog':
      return node.field === 'ifname'
        ? `logged by pf on interface ${node.value}`
        : `logged by pf: ${node.field} is ${node.value}`;
    case 'wlan-type': {
      const type = ['management', 'control', 'data', 'extension'][(node.value >> 2) & 3];
      return node.mask & 0xf0 ? `802.11 ${type} frame of subtype ${node.value >> 4}` : `802.11 ${type} frame`;
    }
    case 'wlan-dir':
      return `802.11 frame ${WLAN_DIRECTION_WORDS[node.value & 3]}`;
    case 'llc':
      if (!node.type) return 'has an LLC header';
      return `LLC: ${LLC_WORDS[node.type] ?? `a frame of type ${node.type.toUpperCase()}`}`;
    case 'atm':
      return ATM_WORDS[node.type];
    case 'atm-field':
      return `ATM ${node.field.toUpperCase()} ${OPERATORS[node.operator]} ${node.value}`;
    case 'mtp2':
      return MTP2_WORDS[node.type];
    case 'mtp3-field': {
      const fast = node.field.startsWith('h');
      const words = MTP3_WORDS[fast ? node.field.slice(1) : node.field];
      return `SS7 ${words}${fast ? ' (high-speed link)' : ''} ${OPERATORS[node.operator]} ${node.value}`;
    }
  }
}

function otherImplies(node: Other): string[] {
  switch (node.kind) {
    case 'vlan':
      return ['what stands to its right is looked for behind the tag'];
    case 'mpls':
      return ['what stands to its right is looked for behind the label'];
    case 'pppoes':
      return ['what stands to its right is looked for in the PPP packet inside'];
    case 'geneve':
    case 'vxlan':
      return [
        `over UDP port ${node.kind === 'vxlan' ? 4789 : 6081}`,
        'what stands to its right is looked for inside the tunnel',
      ];
    case 'broadcast':
      return node.protocol === 'ip' ? ["needs the network's mask"] : [];
    case 'atm':
      return node.type === 'lane' ? ['what stands to its right is looked for in the emulated Ethernet frame'] : [];
    default:
      return [];
  }
}
