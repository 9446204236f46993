// Expressions from pcap-filter's grammar, with the primitives that a link type is likely to take more often than others.

import type { LinkType } from '../../src/filter/link-types.js';
import * as pools from './pools.js';
import type { Random } from './random.js';

type Maker = (random: Random) => string;

const words =
  (text: string): Maker =>
  random =>
    random.pick(text.split(' '));

const DIRECTIONS = ['', '', 'src ', 'dst ', 'src or dst ', 'src and dst '];

function number(random: Random, value: number): string {
  return random.chance(0.8) ? String(value) : `0x${value.toString(16)}`;
}

const ip4Net: Maker = random => {
  const address = random.pick(pools.IP4).split('.').map(Number);
  const length = random.pick([0, 4, 8, 12, 16, 20, 24, 31, 32, 33]);
  const mask = length >= 32 ? 0xffffffff : length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0;
  const value = address.reduce((sum, octet) => ((sum << 8) | octet) >>> 0, 0);
  const masked = random.chance(0.95) ? (value & mask) >>> 0 : value;
  const dotted = (v: number): string => [24, 16, 8, 0].map(shift => (v >>> shift) & 0xff).join('.');
  const form = random.below(5);
  if (form === 0) return address.slice(0, 2).join('.');
  if (form === 1) return address.slice(0, 3).join('.');
  if (form === 2) return `${dotted(masked)} mask ${dotted(mask)}`;
  if (form === 3) return String(random.pick([10, 192, 0xc0a8, 0xe0000005]));
  return `${dotted(masked)}/${length}`;
};

const ip6Net: Maker = random =>
  random.pick([
    '2001:db8::/32',
    '2001:db8::/33',
    'fe80::/10',
    'ff00::/8',
    '::/0',
    '2001:db8::1/128',
    '::1/127',
    '2001:db8::/129',
  ]);

const ip: Maker = random => random.pick(['', '', '', 'ip ', 'arp ', 'rarp ', 'ip6 ', 'tcp ', 'link ']);

const host: Maker = random => {
  const six = random.chance(0.35);
  const protocol = random.chance(0.85)
    ? random.pick(six ? ['', 'ip6 '] : ['', '', 'ip ', 'arp ', 'rarp '])
    : ip(random);
  return `${protocol}${random.pick(DIRECTIONS)}host ${random.pick(six ? pools.IP6 : pools.IP4)}`;
};

const net: Maker = random => {
  const six = random.chance(0.35);
  const protocol = random.chance(0.85)
    ? random.pick(six ? ['', 'ip6 '] : ['', '', 'ip ', 'arp ', 'rarp '])
    : ip(random);
  return `${protocol}${random.pick(DIRECTIONS)}net ${six ? ip6Net(random) : ip4Net(random)}`;
};

const port: Maker = random =>
  `${random.pick(['', '', 'tcp ', 'udp ', 'sctp ', 'tcp '])}${random.pick(DIRECTIONS)}port ${random.pick([...pools.PORTS, ...pools.PORTS, 65536])}`;

const portrange: Maker = random =>
  `${random.pick(['', 'tcp ', 'udp ', 'sctp '])}${random.pick(DIRECTIONS)}portrange ${random.pick(pools.PORTS)}-${random.pick(pools.PORTS)}`;

const proto: Maker = random => {
  const kind = random.pick(['', 'ip ', 'ip6 ', 'link ', 'iso ', 'isis ']);
  if (kind === 'link ')
    return `${kind}proto ${number(random, random.pick([...pools.ETHERTYPES, ...pools.SAPS, 0x100, 1500, 1501, 0x10000]))}`;
  if (kind === 'iso ') return `${kind}proto ${random.pick([0x81, 0x82, 0x83, '\\clnp', '\\esis', '\\isis', 256])}`;
  if (kind === 'isis ') return `${kind}proto ${random.pick([15, 16, 17, 18, 20, 31, 32])}`;
  return `${kind}proto ${random.chance(0.95) ? random.pick(pools.IP_PROTOCOLS) : 256}`;
};

const protochain: Maker = random =>
  `${random.pick(['', 'ip ', 'ip6 '])}protochain ${random.pick([0, 6, 17, 50, 51, 58, 59, 44])}`;

const NAMES = words(
  'ip ip6 arp rarp tcp udp sctp icmp icmp6 igmp igrp pim ah esp vrrp carp ip ip6 tcp udp atalk aarp decnet lat sca moprc mopdl stp ipx netbeui iso clnp esis isis l1 l2 iih lsp snp csnp psnp',
);

const macHost: Maker = random =>
  `${random.pick(['ether ', 'link ', 'wlan '])}${random.chance(0.8) ? random.pick(DIRECTIONS) : random.pick(['addr1 ', 'addr2 ', 'addr3 ', 'addr4 ', 'ra ', 'ta '])}host ${random.pick(pools.MAC)}`;

const shortHost: Maker = random => `link ${random.pick(DIRECTIONS)}host $${random.pick(['0', '5', 'ab', 'ff'])}`;

const decnetHost: Maker = random =>
  `decnet ${random.pick(DIRECTIONS)}host ${random.pick([...pools.DECNET.map(p => p.join('.')), '64.1', '1.1024'])}`;

const cast: Maker = random =>
  `${random.pick(['', 'ether ', 'ip ', 'ip6 ', 'link ', 'tcp '])}${random.pick(['multicast', 'broadcast'])}`;

const length: Maker = random => `${random.pick(['less', 'greater'])} ${random.pick([0, 14, 40, 60, 64, 100, 200])}`;

const byte: Maker = random =>
  `byte ${random.below(30)} ${random.pick(['=', '<', '>', '&', '|'])} ${random.pick([0, 1, 2, 8, 0x40, 255, 256])}`;

const direction: Maker = random => random.pick(['inbound', 'outbound', 'ifindex 1', 'ifindex 2']);

const encapsulation: Maker = random => {
  const kind = random.pick(['vlan', 'vlan', 'mpls', 'mpls', 'pppoes', 'pppoes', 'pppoed', 'geneve', 'vxlan']);
  if (kind === 'pppoed' || random.chance(0.5)) return kind;
  const values = { vlan: [...pools.VLANS, 4096], mpls: [...pools.LABELS, 1048576], pppoes: [...pools.SESSIONS, 65536] };
  const tunnels = [...pools.VNIS, 0x1000000];
  return `${kind} ${random.pick(values[kind as keyof typeof values] ?? tunnels)}`;
};

const pf: Maker = random =>
  random.pick([
    ...['ifname eth0', 'on em1', 'ifname e', 'ruleset eth0', 'rset en', 'rulenum 0', 'rnr 1', 'subrulenum 2', 'srnr 3'],
    ...[
      'reason match',
      'reason 3',
      'reason memory',
      'action pass',
      'action block',
      'action nat',
      'ifname abcdefghijklmnop',
    ],
  ]);

const wlanFrame: Maker = random =>
  random.pick([
    ...[
      'type mgt',
      'type ctl',
      'type data',
      'wlan type mgt subtype beacon',
      'type data subtype qos-data',
      'subtype ack',
    ],
    ...[
      'subtype beacon',
      'type ctl subtype cts',
      'dir nods',
      'dir tods',
      'dir fromds',
      'dir dstods',
      'dir 3',
      'type 4',
    ],
  ]);

const llcFrame: Maker = random =>
  random.pick([
    'llc',
    'llc i',
    'llc s',
    'llc u',
    'llc rr',
    'llc rnr',
    'llc rej',
    'llc ui',
    'llc ua',
    'llc disc',
    'llc dm',
    'llc sabme',
    'llc test',
    'llc xid',
    'llc frmr',
  ]);

const COMPARISONS = ['', '= ', '> ', '>= ', '< ', '<= ', '!= '];

const atm: Maker = random =>
  random.pick([
    ...[
      'lane',
      'lane',
      'metac',
      'bcc',
      'oamf4sc',
      'oamf4ec',
      'sc',
      'ilmic',
      'oam',
      'oamf4',
      'connectmsg',
      'metaconnect',
    ],
    `vpi ${random.pick(COMPARISONS)}${random.pick([0, 1, 255, 256])}`,
    `vci ${random.pick(COMPARISONS)}${random.pick([1, 5, 16, 100, 65536])}`,
    `vci (1 or 5)`,
  ]);

const signalling: Maker = random => {
  if (random.chance(0.4)) return random.pick(['fisu', 'lssu', 'msu', 'hfisu', 'hlssu', 'hmsu', 'lsu']);
  const field = random.pick(['sio', 'opc', 'dpc', 'sls', 'hsio', 'hopc', 'hdpc', 'hsls']);
  const limits = { sio: [0, 1, 0x83, 255, 256], sls: [0, 3, 15, 16] } as Record<string, number[]>;
  const values = limits[field.replace('h', '')] ?? [0, 1, 100, 16383, 16384];
  return `${field} ${random.chance(0.9) ? `${random.pick(COMPARISONS)}${random.pick(values)}` : `(${values[0]} or ${values[1]})`}`;
};

const LOADABLE = words(
  'link link ip ip ip6 arp rarp tcp tcp udp udp sctp icmp icmp6 igmp igrp pim vrrp carp atalk decnet lat sca moprc mopdl radio',
);

/** Arithmetic that libpcap takes: no division by, or shift over, what begins with a constant that it refuses by mistake. */
function arithmetic(random: Random, depth: number, constants = false): string {
  const kind = random.below(depth > 0 ? 10 : 5);
  if (kind < 2)
    return constants || random.chance(0.7)
      ? number(random, random.pick([0, 1, 2, 3, 4, 6, 8, 12, 13, 14, 15, 20, 0x45, 255, 0x1fff]))
      : 'len';
  if (kind < 5) {
    const offset = random.chance(0.75) ? String(random.below(24)) : arithmetic(random, depth - 1);
    return `${LOADABLE(random)}[${offset}${random.pick(['', '', ':1', ':2', ':4'])}]`;
  }
  if (kind === 5) return `-${atom(random, depth - 1)}`;
  const operator = random.pick(['+', '-', '*', '&', '|', '^', '&', '+', '<<', '>>', '/', '%']);
  const right =
    operator === '/' || operator === '%'
      ? String(random.pick([1, 2, 3, 7, 256]))
      : operator === '<<' || operator === '>>'
        ? String(random.below(32))
        : atom(random, depth - 1);
  return `${atom(random, depth - 1)} ${operator} ${right}`;
}

function atom(random: Random, depth: number): string {
  const text = arithmetic(random, Math.max(0, depth));
  return /^[\w]+(\[[^\]]*\])?$/.test(text) ? text : `(${text})`;
}

const relation: Maker = random =>
  `${arithmetic(random, 2)} ${random.pick(['=', '==', '!=', '>', '>=', '<', '<='])} ${random.chance(0.7) ? number(random, random.pick([0, 1, 2, 4, 6, 17, 64, 80, 255])) : arithmetic(random, 2)}`;

const tcpIdioms: Maker = random =>
  random.pick([
    'tcp[tcpflags] & (tcp-syn|tcp-fin) != 0',
    'tcp[13] & 2 != 0',
    'ip[0] & 0xf != 5',
    'ip[6:2] & 0x1fff = 0',
    'icmp[icmptype] != icmp-echo and icmp[icmptype] != icmp-echoreply',
    'icmp6[icmp6type] = icmp6-echo',
    'ether[0] & 1 = 0 and ip[16] >= 224',
    'tcp[((tcp[12:1] & 0xf0) >> 2):4] = 0x47455420',
    'tcp port 80 and (((ip[2:2] - ((ip[0]&0xf)<<2)) - ((tcp[12]&0xf0)>>2)) != 0)',
  ]);

const EVERYWHERE: readonly Maker[] = [
  host,
  host,
  net,
  port,
  port,
  portrange,
  proto,
  NAMES,
  NAMES,
  NAMES,
  relation,
  relation,
  length,
];
const SOMETIMES: readonly Maker[] = [
  protochain,
  macHost,
  decnetHost,
  cast,
  byte,
  encapsulation,
  encapsulation,
  tcpIdioms,
  direction,
];
const SELDOM: readonly Maker[] = [shortHost, pf, wlanFrame, llcFrame, atm, signalling];

function makersFor({ layout }: LinkType): readonly Maker[] {
  const own: Maker[] = [];
  if (!layout) return [relation, length, byte, NAMES, host];
  if (layout.mac) own.push(macHost, macHost, cast);
  if (layout.mac === 'wlan') own.push(wlanFrame, wlanFrame, macHost);
  if (layout.shortAddress) own.push(shortHost, shortHost, cast, relation);
  if (layout.llc) own.push(llcFrame, llcFrame);
  if (layout.demultiplexing === 'sunatm') own.push(atm, atm, atm, atm, encapsulation);
  if (layout.signalling)
    own.push(signalling, signalling, signalling, signalling, signalling, signalling, relation, length);
  if (layout.demultiplexing === 'family-byte') own.push(pf, pf, pf);
  if (layout.direction) own.push(direction);
  if (layout.vlan || layout.mpls) own.push(encapsulation, encapsulation);
  return [...own, ...own];
}

/** An expression of up to a handful of primitives. */
export function generateExpression(random: Random, link: LinkType): string {
  const own = makersFor(link);
  const primitive = (): string => {
    const roll = random.below(20);
    const makers = own.length > 0 && roll < 9 ? own : roll < 15 ? EVERYWHERE : roll < 19 ? SOMETIMES : SELDOM;
    const text = random.pick(makers)(random);
    return random.chance(0.1) ? `not ${/ /.test(text) ? `(${text})` : text}` : text;
  };
  const build = (depth: number): string => {
    if (depth === 0 || random.chance(0.4)) return primitive();
    const operator = random.pick(['and', 'or', '&&', '||', 'and']);
    const left = build(depth - 1);
    const right = build(depth - 1);
    return random.chance(0.5) ? `(${left}) ${operator} (${right})` : `${left} ${operator} (${right})`;
  };
  return build(random.pick([0, 0, 1, 1, 2, 3]));
}
