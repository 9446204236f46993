// Packets for the tests of the printer: at least one of everything it decodes, well formed and not.

import type { Part } from '../support/packets.js';
import {
  arp,
  ascii,
  bytes,
  checksum,
  ethernet,
  icmp,
  icmpv6,
  ieee8023,
  ip4,
  ip6,
  ipv4,
  ipv6,
  mac,
  tcp,
  u16,
  u32,
  udp,
  vlanTag,
  zeros,
} from '../support/packets.js';

/** A packet with a name that says what it is there for. */
export interface NamedPacket {
  readonly name: string;
  readonly linkType: number;
  readonly data: Uint8Array;
  /** Length on the wire, where the capture cut the packet. */
  readonly originalLength?: number;
}

const LINK_NULL = 0;
const LINK_ETHERNET = 1;
const LINK_PPP = 9;
const LINK_PPP_HDLC = 50;
const LINK_PPP_ETHER = 51;
const LINK_RAW = 101;
const LINK_C_HDLC = 104;
const LINK_LOOP = 108;
const LINK_SLL = 113;
const LINK_PPP_PPPD = 166;
const LINK_IPV4 = 228;
const LINK_IPV6 = 229;
const LINK_SLL2 = 276;
const LINK_UNSUPPORTED = 147;

const list: NamedPacket[] = [];

function add(name: string, data: Uint8Array, linkType = LINK_ETHERNET): void {
  list.push({ name, linkType, data });
}

/** The packet cut to `length` bytes by the capture. */
function addCut(name: string, data: Uint8Array, length: number, linkType = LINK_ETHERNET): void {
  list.push({ name, linkType, data: data.slice(0, length), originalLength: data.length });
}

const data = ascii('hello, world: 0123456789');
const empty = zeros(0);

function option(kind: number, ...parts: readonly Part[]): Uint8Array {
  const body = bytes(...parts);
  return bytes(kind, body.length + 2, body);
}

// IPv4 and its header line.

const datagram = udp(data);
add('ipv4: udp', ethernet(ipv4(datagram)));
add('ipv4: tos, ecn', ethernet(ipv4(datagram, { tos: 0xb9 })));
add('ipv4: ect(0)', ethernet(ipv4(datagram, { tos: 0x02 })));
add('ipv4: ce', ethernet(ipv4(datagram, { tos: 0x03 })));
add('ipv4: ttl 0', ethernet(ipv4(datagram, { ttl: 0 })));
add('ipv4: all flags', ethernet(ipv4(datagram, { dontFragment: true, moreFragments: true, reservedFlag: true })));
add('ipv4: bad header checksum', ethernet(ipv4(datagram, { checksum: 0x1234 })));
add('ipv4: first fragment', ethernet(ipv4(udp(data, { length: 3000 }), { moreFragments: true, id: 77 })));
add('ipv4: middle fragment', ethernet(ipv4(data, { moreFragments: true, fragmentOffset: 1480, id: 77 })));
add('ipv4: last fragment', ethernet(ipv4(data, { fragmentOffset: 2960, id: 77 })));
add('ipv4: fragment of tcp', ethernet(ipv4(data, { fragmentOffset: 8, protocol: 6 })));
add('ipv4: fragment of a protocol without a name', ethernet(ipv4(data, { fragmentOffset: 8, protocol: 200 })));
add('ipv4: unknown protocol', ethernet(ipv4(data, { protocol: 200 })));
add('ipv4: reserved protocol', ethernet(ipv4(data, { protocol: 255 })));
add('ipv4: protocol without a decoder', ethernet(ipv4(data, { protocol: 73 })));
add('ipv4: wrong version', ethernet(ipv4(datagram, { version: 5 })));
add('ipv4: version 6 under an IPv4 type', ethernet(ipv4(datagram, { version: 6 })));
add('ipv4: header too short', ethernet(ipv4(datagram, { headerWords: 4 })));
add('ipv4: total length less than header', ethernet(ipv4(datagram, { totalLength: 15 })));
add('ipv4: total length 0 (segmentation offload)', ethernet(ipv4(datagram, { totalLength: 0 })));
add('ipv4: total length beyond the frame', ethernet(ipv4(datagram, { totalLength: 500 })));
add('ipv4: padding after the datagram', ethernet(bytes(ipv4(udp(ascii('x'))), zeros(17))));
add('ipv4: header words beyond the datagram', ethernet(ipv4(udp(empty), { headerWords: 15 })));
add('ipv4: frame ends in the header', ethernet(ipv4(datagram).slice(0, 12)));
addCut('ipv4: capture ends in the header', ethernet(ipv4(datagram)), 14 + 12);
addCut('ipv4: capture ends in the options', ethernet(ipv4(datagram, { options: zeros(8) })), 14 + 24);
add(
  'ipv4: record route',
  ethernet(ipv4(datagram, { options: option(7, 8, ip4('192.0.2.1'), ip4('0.0.0.0'), ip4('0.0.0.0')) })),
);
add(
  'ipv4: loose source route',
  ethernet(ipv4(datagram, { options: bytes(1, option(131, 4, ip4('192.0.2.1'), ip4('198.51.100.7'))) })),
);
add(
  'ipv4: strict source route',
  ethernet(ipv4(tcp(empty), { protocol: 6, options: option(137, 12, ip4('192.0.2.9'), ip4('192.0.2.10')) })),
);
add('ipv4: source route, bad pointer', ethernet(ipv4(datagram, { options: option(131, 3, ip4('192.0.2.1')) })));
add('ipv4: source route, bad length', ethernet(ipv4(datagram, { options: option(131, 4, ip4('192.0.2.1'), 1) })));
add('ipv4: source route too short', ethernet(ipv4(datagram, { options: bytes(131, 2, 0, 0) })));
add('ipv4: timestamps', ethernet(ipv4(datagram, { options: option(68, 13, 0x00, u32(1000), u32(2000), u32(0)) })));
add(
  'ipv4: timestamps with addresses',
  ethernet(ipv4(datagram, { options: option(68, 13, 0x21, ip4('192.0.2.1'), u32(1000), ip4('192.0.2.2'), u32(0)) })),
);
add(
  'ipv4: timestamps, prespecified',
  ethernet(ipv4(datagram, { options: option(68, 5, 0x03, ip4('192.0.2.1'), u32(0)) })),
);
add('ipv4: timestamps, bad type and pointer', ethernet(ipv4(datagram, { options: option(68, 2, 0x02, u32(5)) })));
add('ipv4: timestamps too short', ethernet(ipv4(datagram, { options: bytes(68, 3, 5, 0) })));
add('ipv4: router alert', ethernet(ipv4(datagram, { options: option(148, u16(0)) })));
add('ipv4: router alert with a value', ethernet(ipv4(datagram, { options: option(148, u16(7)) })));
add('ipv4: router alert too short', ethernet(ipv4(datagram, { options: bytes(148, 3, 0, 0) })));
add(
  'ipv4: security, traceroute, unknown',
  ethernet(ipv4(datagram, { options: bytes(option(130, zeros(9)), option(82, zeros(10)), option(99, 1, 2)) })),
);
add('ipv4: option with length 1', ethernet(ipv4(datagram, { options: bytes(7, 1, 0, 0) })));
add('ipv4: option longer than the header', ethernet(ipv4(datagram, { options: bytes(1, 7, 40, 4) })));
add('ipv4: end of options', ethernet(ipv4(datagram, { options: bytes(0, 7, 7, 7) })));
addCut(
  'ipv4: record route cut by the capture',
  ethernet(ipv4(datagram, { options: option(7, 8, zeros(12)) })),
  14 + 30,
);

// UDP.

add('udp: empty', ethernet(ipv4(udp(empty))));
add(
  'udp: no checksum',
  ethernet(ipv4(bytes(udp(data).slice(0, 6), 0, 0, data), { fragmentOffset: 0, options: zeros(0), protocol: 17 })),
);
add('udp: bad checksum', ethernet(ipv4(udp(data, { checksum: 0xdead }))));
add('udp: service names', ethernet(ipv4(udp(data, { sourcePort: 13, destinationPort: 19 }))));
add('udp: length too long', ethernet(ipv4(udp(data, { length: 100 }))));
add('udp: length too short', ethernet(ipv4(udp(data, { length: 12 }))));
add('udp: length below the header', ethernet(ipv4(udp(data, { length: 5 }))));
add('udp: datagram below the header', ethernet(ipv4(udp(empty).slice(0, 6))));
addCut('udp: capture ends in the ports', ethernet(ipv4(datagram)), 14 + 22);
addCut('udp: capture ends after the ports', ethernet(ipv4(datagram)), 14 + 24);
addCut('udp: capture ends in the payload', ethernet(ipv4(datagram)), 14 + 30);
add('udp: over ipv6', ethernet(ipv6(datagram), { type: 0x86dd }));
add('udp: over ipv6, bad checksum', ethernet(ipv6(udp(data, { checksum: 1 })), { type: 0x86dd }));

// TCP: a conversation with relative numbers, flags, options, bad headers.

const mss = option(2, u16(1460));
const synOptions = bytes(mss, option(4), option(8, u32(100), u32(0)), 1, option(3, 7));
const stamps = bytes(1, 1, option(8, u32(101), u32(100)));
const client = { sourcePort: 40000, destinationPort: 7777 };
const server = { sourcePort: 7777, destinationPort: 40000 };
const back = { source: '10.0.0.2', destination: '10.0.0.1', protocol: 6 };
add(
  'tcp: syn',
  ethernet(ipv4(tcp(empty, { ...client, flags: 'S', options: synOptions }), { protocol: 6, dontFragment: true })),
);
add(
  'tcp: syn ack',
  ethernet(
    ipv4(tcp(empty, { ...server, flags: 'SA', sequence: 0xfffffff0, acknowledgment: 1001, options: synOptions }), back),
  ),
);
add(
  'tcp: ack',
  ethernet(
    ipv4(tcp(empty, { ...client, sequence: 1001, acknowledgment: 0xfffffff1, options: stamps }), { protocol: 6 }),
  ),
);
add(
  'tcp: data',
  ethernet(
    ipv4(tcp(data, { ...client, flags: 'PA', sequence: 1001, acknowledgment: 0xfffffff1, options: stamps }), {
      protocol: 6,
    }),
  ),
);
add(
  'tcp: answer, sequence wraps',
  ethernet(ipv4(tcp(data, { ...server, flags: 'PA', sequence: 0xfffffff1, acknowledgment: 1025 }), back)),
);
add(
  'tcp: selective acknowledgment',
  ethernet(
    ipv4(
      tcp(empty, {
        ...client,
        sequence: 1025,
        acknowledgment: 9,
        options: bytes(1, 1, option(5, u32(20), u32(40), u32(60), u32(80))),
      }),
      { protocol: 6 },
    ),
  ),
);
add(
  'tcp: selective acknowledgment of the server',
  ethernet(
    ipv4(
      tcp(empty, {
        ...server,
        sequence: 9,
        acknowledgment: 1025,
        options: bytes(1, 1, option(5, u32(1030), u32(1040))),
      }),
      back,
    ),
  ),
);
add(
  'tcp: bad selective acknowledgment',
  ethernet(ipv4(tcp(empty, { ...client, options: bytes(option(5, u32(20), u16(40))) }), { protocol: 6 })),
);
add(
  'tcp: fin',
  ethernet(ipv4(tcp(empty, { ...client, flags: 'FA', sequence: 1025, acknowledgment: 9 }), { protocol: 6 })),
);
add('tcp: reset', ethernet(ipv4(tcp(empty, { ...server, flags: 'R', sequence: 9 }), back)));
add(
  'tcp: reset with a reason',
  ethernet(
    ipv4(
      tcp(ascii('no such service \x01\x80 here, go away please'), {
        ...server,
        flags: 'RA',
        sequence: 9,
        acknowledgment: 1025,
      }),
      back,
    ),
  ),
);
addCut(
  'tcp: reset with a reason, cut',
  ethernet(ipv4(tcp(ascii('no such service'), { ...server, flags: 'RA' }), back)),
  14 + 20 + 20 + 6,
);
add('tcp: all flags', ethernet(ipv4(tcp(data, { flags: 'FSRPAUEC', urgent: 9 }), { protocol: 6 })));
add('tcp: no flags', ethernet(ipv4(tcp(empty, { flags: '' }), { protocol: 6 })));
add('tcp: urgent', ethernet(ipv4(tcp(data, { flags: 'PAU', urgent: 3 }), { protocol: 6 })));
add(
  'tcp: equal ports, lower address',
  ethernet(
    ipv4(tcp(data, { sourcePort: 1790, destinationPort: 1790, sequence: 50, acknowledgment: 70 }).slice(), {
      protocol: 6,
      source: '10.0.0.9',
      destination: '10.0.0.3',
    }),
  ),
);
add('tcp: service names', ethernet(ipv4(tcp(empty, { sourcePort: 443, destinationPort: 993 }), { protocol: 6 })));
add('tcp: bad checksum', ethernet(ipv4(tcp(data, { checksum: 0xbeef }), { protocol: 6 })));
add('tcp: header too short', ethernet(ipv4(tcp(data, { headerWords: 4 }), { protocol: 6 })));
add('tcp: header too long', ethernet(ipv4(tcp(empty, { headerWords: 15 }), { protocol: 6 })));
addCut('tcp: capture ends in the ports', ethernet(ipv4(tcp(data), { protocol: 6 })), 14 + 23);
addCut('tcp: capture ends in the header', ethernet(ipv4(tcp(data), { protocol: 6 })), 14 + 32);
addCut(
  'tcp: capture ends in the options',
  ethernet(ipv4(tcp(data, { options: synOptions }), { protocol: 6 })),
  14 + 48,
);
addCut(
  "tcp: capture ends before an option's length",
  ethernet(ipv4(tcp(data, { options: synOptions }), { protocol: 6 })),
  14 + 41,
);
addCut('tcp: capture ends in the payload', ethernet(ipv4(tcp(data), { protocol: 6 })), 14 + 50);
const tcpOptions: readonly (readonly [string, Uint8Array])[] = [
  ['echo and echo reply', bytes(option(6, u32(7)), option(7, u32(8)))],
  ['cc, ccnew, ccecho', bytes(option(11, u32(1)), option(12, u32(2)), option(13, u32(3)))],
  ['md5', option(19, '00112233445566778899aabbccddeeff')],
  ['scps', option(20, 0xab, 7)],
  ['user timeout', bytes(option(28, u16(0x8003)), option(28, u16(0x0010)))],
  ['authentication', option(29, 1, 2, '0102030405060708')],
  ['authentication without a code', option(29, 1, 2)],
  ['authentication too short', option(29, 1)],
  ['fast open request', option(34)],
  ['fast open cookie', option(34, '0011223344556677')],
  ['fast open, bad cookie', option(34, '001122')],
  ['experimental fast open', option(254, 'f989', '00112233')],
  ['experimental fast open request', option(254, 'f989')],
  ['experiment unknown', option(254, '1234', '55')],
  ['experiment too short', option(254, 1)],
  ['unknown with data', option(77, 1, 2, 3)],
  ['unknown without data', option(77)],
  ['length 1', bytes(2, 1, 5, 180)],
  ['length beyond the header', bytes(2, 10, 5, 180)],
  ['segment size of three bytes', bytes(option(2, 5, 180, 1), 0)],
  ['window scale of two bytes', bytes(option(3, 7, 7))],
  ['end, then more', bytes(1, 0, 2, 4)],
  ['mptcp capable', option(30, 0x01, 0x81, '0102030405060708')],
  ['mptcp capable of an unknown version', option(30, 0x05, 0x81, '0102030405060708')],
  ['mptcp join', option(30, 0x11, 5, u32(0xabcdef01), u32(0x11223344))],
  ['mptcp add address', option(30, 0x34, 3, ip4('192.0.2.5'), u16(8000))],
  ['mptcp add ipv6 address', option(30, 0x30, 3, ip6('2001:db8::9'), '0102030405060708')],
  ['mptcp remove address', option(30, 0x40, 3, 4)],
  ['mptcp priority', option(30, 0x51, 9)],
  ['mptcp priority without id', bytes(option(30, 0x50), 0)],
  ['mptcp fail', option(30, 0x60, 0, '0000000100000002')],
  ['mptcp fast close', option(30, 0x70, 0, 'ff00000100000002')],
  ['mptcp unknown', option(30, 0x90, 0, 1)],
  ['mptcp too short', option(30)],
];
for (const [name, options] of tcpOptions) {
  add(`tcp option: ${name}`, ethernet(ipv4(tcp(data, { flags: 'S', options }), { protocol: 6 })));
}
const mptcpSegments: readonly (readonly [string, string, Uint8Array])[] = [
  ['capable, both keys', 'A', option(30, 0x00, 0x01, '0102030405060708', '1112131415161718')],
  ['capable of a wrong length', 'A', option(30, 0x00, 0x01, '01020304')],
  ['join of syn ack', 'SA', option(30, 0x10, 5, '0102030405060708', u32(5))],
  ['join of ack', 'A', option(30, 0x10, 0, zeros(20))],
  ['dss ack', 'A', option(30, 0x20, 0x01, u32(77))],
  [
    'dss everything',
    'PA',
    option(30, 0x20, 0x1f, '0000000000000007', '8000000000000009', u32(1), u16(24), u16(0xbeef)),
  ],
  ['dss with bytes left', 'A', option(30, 0x20, 0x01, u32(77), 1)],
  ['dss in a syn', 'S', option(30, 0x20, 0x01, u32(77))],
];
for (const [name, flags, options] of mptcpSegments) {
  add(`mptcp: ${name}`, ethernet(ipv4(tcp(data, { flags, options, sequence: 5 }), { protocol: 6 })));
}
add(
  'tcp: over ipv6, syn',
  ethernet(ipv6(tcp(empty, { ...client, flags: 'S', options: synOptions }), { nextHeader: 6 }), { type: 0x86dd }),
);
add(
  'tcp: over ipv6, syn ack',
  ethernet(
    ipv6(tcp(empty, { ...server, flags: 'SA', sequence: 500, acknowledgment: 1001 }), {
      nextHeader: 6,
      source: '2001:db8::2',
      destination: '2001:db8::1',
    }),
    { type: 0x86dd },
  ),
);
add(
  'tcp: over ipv6, data',
  ethernet(ipv6(tcp(data, { ...client, flags: 'PA', sequence: 1001, acknowledgment: 501 }), { nextHeader: 6 }), {
    type: 0x86dd,
  }),
);
add(
  'tcp: over ipv6, equal ports',
  ethernet(
    ipv6(tcp(data, { sourcePort: 5, destinationPort: 5, sequence: 9, acknowledgment: 4 }), {
      nextHeader: 6,
      source: '2001:db8::7',
    }),
    { type: 0x86dd },
  ),
);
addCut('tcp: over ipv6, cut in the ports', ethernet(ipv6(tcp(data), { nextHeader: 6 }), { type: 0x86dd }), 14 + 43);

// ICMP.

const echo = bytes(u16(0x1234), u16(7));
const quotedUdp = ipv4(udp(data, { destinationPort: 5300, sourcePort: 1024 }), {
  source: '10.0.0.2',
  destination: '192.0.2.3',
}).slice(0, 28);
const quotedTcp = ipv4(tcp(empty, { destinationPort: 8000 }), { protocol: 6, destination: '192.0.2.3' });
function addIcmp(name: string, message: Uint8Array): void {
  add(`icmp: ${name}`, ethernet(ipv4(message, { protocol: 1 })));
}
addIcmp('echo request', icmp(8, 0, echo, data));
addIcmp('echo reply', icmp(0, 0, echo, data));
addIcmp('echo with a wrong checksum', icmp(8, 0, echo, data, 0x1111));
for (let code = 0; code <= 16; code++) addIcmp(`unreachable, code ${code}`, icmp(3, code, u32(0), quotedUdp));
addIcmp('unreachable, tcp port', icmp(3, 3, u32(0), quotedTcp));
addIcmp('unreachable, port of another protocol', icmp(3, 3, u32(0), ipv4(data, { protocol: 132 })));
addIcmp('need to fragment with an mtu', icmp(3, 4, u32(1400), quotedUdp));
addIcmp('unreachable, nothing quoted', icmp(3, 1, u32(0)));
addIcmp('unreachable, port, nothing quoted', icmp(3, 3, u32(0)));
addIcmp('source quench', icmp(4, 0, u32(0), quotedUdp));
for (let code = 0; code <= 4; code++) addIcmp(`redirect, code ${code}`, icmp(5, code, ip4('10.0.0.254'), quotedUdp));
addIcmp(
  'router advertisement',
  icmp(9, 0, bytes(2, 2, u16(1800)), bytes(ip4('10.0.0.1'), u32(0), ip4('10.0.0.2'), u32(0x80000000))),
);
addIcmp('router advertisement, short lifetime', icmp(9, 0, bytes(0, 2, u16(30))));
addIcmp('router advertisement, long lifetime', icmp(9, 0, bytes(0, 2, u16(9000))));
addIcmp('router advertisement, wrong size', icmp(9, 0, bytes(1, 3, u16(30)), zeros(12)));
addIcmp('router advertisement, cut', icmp(9, 0, bytes(3, 2, u16(30)), zeros(8)));
addIcmp('router solicitation', icmp(10, 0, u32(0)));
addIcmp('time exceeded in transit', icmp(11, 0, u32(0), quotedUdp));
addIcmp('time exceeded in reassembly', icmp(11, 1, u32(0), quotedUdp));
addIcmp('time exceeded, unknown code', icmp(11, 5, u32(0), quotedTcp));
addIcmp('time exceeded, nothing quoted', icmp(11, 0, u32(0)));
addIcmp('parameter problem', icmp(12, 0, bytes(20, 0, 0, 0), quotedUdp));
addIcmp('parameter problem, code', icmp(12, 1, u32(0), quotedUdp));
addIcmp('time stamp', icmp(13, 0, echo, bytes(u32(3723004), u32(0), u32(0))));
addIcmp('time stamp reply', icmp(14, 0, echo, bytes(u32(3723004), u32(86399999), u32(0xffffffff))));
addIcmp('time stamp reply, cut', icmp(14, 0, echo, bytes(u32(3723004))));
addIcmp('information request', icmp(15, 0, echo));
addIcmp('information reply', icmp(16, 0, echo));
addIcmp('address mask request', icmp(17, 0, echo, u32(0)));
addIcmp('address mask reply', icmp(18, 0, echo, u32(0xffffff00)));
addIcmp('unknown type', icmp(42, 3, u32(0)));
addIcmp('type alone', bytes(8));
addIcmp('empty', empty);
add('icmp: first fragment', ethernet(ipv4(icmp(8, 0, echo, data, 0), { protocol: 1, moreFragments: true })));
add('icmp: over ipv6', ethernet(ipv6(icmp(8, 0, echo), { nextHeader: 1 }), { type: 0x86dd }));
const icmpPadding = zeros(128 - quotedUdp.length);
function extended(objects: Uint8Array, words = 32, version = 0x20): Uint8Array {
  const sum = checksum(version, 0, 0, 0, objects);
  return icmp(11, 0, bytes(0, words, 0, 0), bytes(quotedUdp, icmpPadding, version, 0, u16(sum), objects));
}
const labelObject = bytes(u16(8), 1, 1, u32((16010 << 12) | 0x140 | 1));
addIcmp('extension: mpls label', extended(labelObject));
addIcmp('extension: no length, right checksum', extended(labelObject, 0));
addIcmp('extension: interface and unknown objects', extended(bytes(u16(8), 2, 3, u32(5), u16(6), 9, 1, u16(7), 0, 0)));
addIcmp('extension: wrong version', extended(labelObject, 32, 0x10));
addIcmp('extension: object too short', extended(bytes(u16(2), 1, 1, u32(0), u32(0))));
addIcmp(
  'no extension: zeros after the quoted packet',
  icmp(11, 0, u32(0), bytes(quotedUdp, icmpPadding, zeros(20), 1)),
);

// IPv6 and its chain of headers.

function addIpv6(name: string, packet: Uint8Array): void {
  add(`ipv6: ${name}`, ethernet(packet, { type: 0x86dd }));
}
/** An option of an IPv6 extension header: its length does not count its first two bytes. */
function option6(kind: number, ...parts: readonly Part[]): Uint8Array {
  const body = bytes(...parts);
  return bytes(kind, body.length, body);
}
function optionsHeader(next: number, ...options: readonly Part[]): Uint8Array {
  const body = bytes(next, 0, ...options);
  const padded = bytes(body, zeros((8 - (body.length % 8)) % 8));
  padded[1] = padded.length / 8 - 1;
  return padded;
}
addIpv6('traffic class and flow label', ipv6(datagram, { trafficClass: 0xb8, flowLabel: 0xabcde }));
addIpv6('addresses with runs of zeros', ipv6(datagram, { source: '::', destination: '2001:0:0:1::1' }));
addIpv6('ipv4-mapped address', ipv6(datagram, { source: '::ffff:c000:201', destination: '::c000:201' }));
addIpv6('wrong version', ipv6(datagram, { version: 7 }));
addIpv6('frame below the header', ipv6(datagram).slice(0, 30));
addIpv6('payload length beyond the frame', ipv6(datagram, { payloadLength: 300 }));
addIpv6('payload length 0', ipv6(datagram, { payloadLength: 0 }));
addIpv6('no next header', ipv6(data, { nextHeader: 59 }));
addIpv6('unknown next header', ipv6(data, { nextHeader: 200 }));
addIpv6('next header without payload', ipv6(empty, { nextHeader: 6 }));
addIpv6(
  'hop-by-hop with router alert',
  ipv6(datagram, { nextHeader: 0, protocol: 17, extensions: optionsHeader(17, option6(5, u16(0)), option6(1)) }),
);
addIpv6(
  'hop-by-hop with padding',
  ipv6(datagram, { nextHeader: 0, protocol: 17, extensions: optionsHeader(17, 0, 0, option6(1, 0, 0)) }),
);
addIpv6(
  'hop-by-hop with an unknown option',
  ipv6(datagram, { nextHeader: 0, protocol: 17, extensions: optionsHeader(17, option6(0x3e, 1, 2, 3)) }),
);
addIpv6(
  'hop-by-hop, option too long',
  ipv6(datagram, { nextHeader: 0, protocol: 17, extensions: bytes(17, 0, 5, 30, 0, 0, 0, 0) }),
);
addIpv6(
  'hop-by-hop, router alert of a wrong length',
  ipv6(datagram, { nextHeader: 0, protocol: 17, extensions: bytes(17, 0, 5, 1, 0, 0, 0, 0) }),
);
addIpv6(
  'hop-by-hop twice',
  ipv6(datagram, {
    nextHeader: 0,
    protocol: 17,
    extensions: bytes(optionsHeader(0, option6(1, zeros(4))), optionsHeader(17, option6(1, zeros(4)))),
  }),
);
addIpv6(
  'hop-by-hop not first',
  ipv6(datagram, {
    nextHeader: 60,
    protocol: 17,
    extensions: bytes(optionsHeader(0, option6(1, zeros(4))), optionsHeader(17, option6(1, zeros(4)))),
  }),
);
addIpv6(
  'hop-by-hop without a jumbo option, payload length 0',
  ipv6(datagram, {
    nextHeader: 0,
    protocol: 17,
    payloadLength: 0,
    extensions: optionsHeader(17, option6(1, zeros(4))),
  }),
);
addIpv6(
  'jumbo payload',
  ipv6(datagram, {
    nextHeader: 0,
    protocol: 17,
    payloadLength: 0,
    extensions: optionsHeader(17, option6(0xc2, u32(70000))),
  }),
);
addIpv6(
  'jumbo payload too small',
  ipv6(datagram, {
    nextHeader: 0,
    protocol: 17,
    payloadLength: 0,
    extensions: optionsHeader(17, option6(0xc2, u32(700))),
  }),
);
addIpv6(
  'jumbo payload with a payload length',
  ipv6(datagram, { nextHeader: 0, protocol: 17, extensions: optionsHeader(17, option6(0xc2, u32(70000))) }),
);
addIpv6(
  'destination options with a home address',
  ipv6(datagram, {
    nextHeader: 60,
    protocol: 17,
    extensions: optionsHeader(17, option6(0xc9, ip6('2001:db8::7')), option6(1, 0, 0)),
  }),
);
addIpv6(
  'destination options, jumbo',
  ipv6(datagram, { nextHeader: 60, protocol: 17, extensions: optionsHeader(17, option6(0xc2, u32(70000))) }),
);
addIpv6(
  'routing header, type 0',
  ipv6(datagram, {
    nextHeader: 43,
    protocol: 17,
    finalDestination: '2001:db8::9',
    extensions: bytes(17, 2, 0, 1, u32(0), ip6('2001:db8::9')),
  }),
);
addIpv6(
  'routing header, type 2',
  ipv6(tcp(data), {
    nextHeader: 43,
    protocol: 6,
    finalDestination: '2001:db8::9',
    extensions: bytes(6, 2, 2, 1, u32(5), ip6('2001:db8::9')),
  }),
);
addIpv6(
  'segment routing header',
  ipv6(datagram, {
    nextHeader: 43,
    protocol: 17,
    finalDestination: '2001:db8::a',
    extensions: bytes(17, 4, 4, 1, 1, 0, u16(0xab), ip6('2001:db8::a'), ip6('2001:db8::b')),
  }),
);
addIpv6(
  'segment routing header with flags',
  ipv6(datagram, { nextHeader: 43, protocol: 17, extensions: bytes(17, 0, 4, 0, 0, 8, u16(0)) }),
);
addIpv6(
  'routing header, odd length',
  ipv6(datagram, { nextHeader: 43, protocol: 17, extensions: bytes(17, 1, 0, 0, zeros(12)) }),
);
addIpv6(
  'routing header, unknown type',
  ipv6(datagram, { nextHeader: 43, protocol: 17, extensions: bytes(17, 0, 9, 0, zeros(4)) }),
);
addIpv6(
  'first fragment',
  ipv6(udp(data, { length: 2000 }), { nextHeader: 44, protocol: 200, extensions: bytes(17, 0, u16(1), u32(0xcafe)) }),
);
addIpv6(
  'later fragment',
  ipv6(data, { nextHeader: 44, protocol: 200, extensions: bytes(17, 0, u16(1448), u32(0xcafe)) }),
);
addIpv6(
  'atomic fragment of tcp',
  ipv6(tcp(data), { nextHeader: 44, protocol: 6, extensions: bytes(6, 0, u16(0), u32(7)) }),
);
addIpv6('fragment without payload', ipv6(empty, { nextHeader: 44, extensions: bytes(6, 0, u16(0), u32(7)) }));
addIpv6(
  'authentication header',
  ipv6(datagram, { nextHeader: 51, protocol: 17, extensions: bytes(17, 4, u16(0), u32(0x100), u32(1), zeros(12)) }),
);
addIpv6('mobility: binding refresh', ipv6(bytes(59, 0, 0, 0, u16(0), u16(0)), { nextHeader: 135 }));
addIpv6('mobility: home test init', ipv6(bytes(59, 1, 1, 0, u16(0), u16(0), '0102030405060708'), { nextHeader: 135 }));
addIpv6(
  'mobility: care-of test',
  ipv6(bytes(59, 2, 4, 0, u16(0), u16(9), '0102030405060708', '1112131415161718'), { nextHeader: 135 }),
);
addIpv6(
  'mobility: binding update',
  ipv6(bytes(59, 3, 5, 0, u16(0), u16(10), u16(0xf000), u16(20), 1, 2, 0, 0, 3, 16, ip6('2001:db8::3'), 0, 0), {
    nextHeader: 135,
  }),
);
addIpv6(
  'mobility: binding acknowledgement',
  ipv6(bytes(59, 1, 6, 0, u16(0), 0, 0x80, u16(10), u16(20), 1, 2, 0, 0), { nextHeader: 135 }),
);
addIpv6('mobility: binding error', ipv6(bytes(59, 2, 7, 0, u16(0), 1, 0, ip6('2001:db8::4')), { nextHeader: 135 }));
addIpv6('mobility: too short', ipv6(bytes(59, 0, 7, 0, u16(0), 1, 0), { nextHeader: 135 }));
addIpv6('mobility: unknown type', ipv6(bytes(59, 0, 99, 0, u16(0), 1, 0), { nextHeader: 135 }));
addCut('ipv6: capture ends in the header', ethernet(ipv6(datagram), { type: 0x86dd }), 14 + 30);
addCut(
  'ipv6: capture ends in the extension header',
  ethernet(ipv6(datagram, { nextHeader: 0, protocol: 17, extensions: optionsHeader(17, option6(1, zeros(12))) }), {
    type: 0x86dd,
  }),
  14 + 44,
);

// ICMPv6.

function addIcmpv6(name: string, message: Uint8Array): void {
  add(`icmpv6: ${name}`, ethernet(ipv6(message, { nextHeader: 58, hopLimit: 255 }), { type: 0x86dd }));
}
function neighbourOption(type: number, ...parts: readonly Part[]): Uint8Array {
  const body = bytes(type, 0, ...parts);
  const padded = bytes(body, zeros((8 - (body.length % 8)) % 8));
  padded[1] = padded.length / 8;
  return padded;
}
const quoted6 = ipv6(udp(data, { destinationPort: 5300 }), { source: '2001:db8::2', destination: '2001:db8::3' });
const linkOption = neighbourOption(1, mac('02:00:00:00:00:01'));
addIcmpv6('echo request', icmpv6(128, 0, bytes(echo, data)));
addIcmpv6('echo reply', icmpv6(129, 0, bytes(echo, data)));
addIcmpv6('echo with a wrong checksum', bytes(128, 0, 0x12, 0x34, echo, data));
for (let code = 0; code <= 5; code++) addIcmpv6(`unreachable, code ${code}`, icmpv6(1, code, bytes(u32(0), quoted6)));
addIcmpv6(
  'unreachable, tcp port behind extension headers',
  icmpv6(
    1,
    4,
    bytes(
      u32(0),
      ipv6(tcp(empty), {
        nextHeader: 60,
        protocol: 6,
        extensions: bytes(optionsHeader(44, option6(1, zeros(4))), 51, 0, u16(0), u32(1), 6, 1, zeros(10)),
      }),
    ),
  ),
);
addIcmpv6('unreachable, port of another protocol', icmpv6(1, 4, bytes(u32(0), ipv6(data, { nextHeader: 132 }))));
addIcmpv6('unreachable, nothing quoted', icmpv6(1, 4, u32(0)));
addIcmpv6('packet too big', icmpv6(2, 0, bytes(u32(1280), quoted6)));
for (let code = 0; code <= 2; code++) addIcmpv6(`time exceeded, code ${code}`, icmpv6(3, code, bytes(u32(0), quoted6)));
for (let code = 0; code <= 4; code++)
  addIcmpv6(`parameter problem, code ${code}`, icmpv6(4, code, bytes(u32(40), quoted6)));
addIcmpv6('parameter problem, nothing quoted', icmpv6(4, 0, bytes(u32(40))));
addIcmpv6('router solicitation', icmpv6(133, 0, bytes(u32(0), linkOption)));
addIcmpv6(
  'router advertisement',
  icmpv6(
    134,
    0,
    bytes(
      64,
      0xc8,
      u16(1800),
      u32(30000),
      u32(1000),
      linkOption,
      neighbourOption(5, u16(0), u32(1500)),
      neighbourOption(3, 64, 0xe0, u32(86400), u32(0xffffffff), u32(0), ip6('2001:db8::')),
    ),
  ),
);
addIcmpv6(
  'router advertisement, route, dns, search list',
  icmpv6(
    134,
    0,
    bytes(
      0,
      0x1a,
      u16(0),
      u32(0),
      u32(0),
      neighbourOption(24, 48, 0x08, u32(600), '20010db800010000'),
      neighbourOption(24, 0, 0x18, u32(0xffffffff)),
      neighbourOption(25, u16(0), u32(300), ip6('2001:db8::53'), ip6('2001:db8::54')),
      neighbourOption(31, u16(0), u32(300), 7, ascii('example'), 3, ascii('org'), 0, 4, ascii('corp'), 0),
    ),
  ),
);
addIcmpv6(
  'router advertisement, mobile ip options',
  icmpv6(
    134,
    0,
    bytes(
      0,
      0x20,
      u16(0),
      u32(0),
      u32(0),
      neighbourOption(7, u16(0), u32(5000)),
      neighbourOption(8, u16(0), u16(1), u16(60)),
    ),
  ),
);
addIcmpv6(
  'router advertisement, options of wrong lengths',
  icmpv6(134, 0, bytes(0, 0, u16(0), u32(0), u32(0), bytes(5, 2, zeros(14)), bytes(3, 5, zeros(38)))),
);
addIcmpv6(
  'router advertisement, unknown option',
  icmpv6(134, 0, bytes(0, 0, u16(0), u32(0), u32(0), neighbourOption(99, 1, 2, 3, 4, 5, 6), linkOption)),
);
addIcmpv6(
  'router advertisement, option of length 0',
  icmpv6(134, 0, bytes(0, 0, u16(0), u32(0), u32(0), 1, 0, zeros(6))),
);
addIcmpv6(
  'router advertisement, option beyond the packet',
  icmpv6(134, 0, bytes(0, 0, u16(0), u32(0), u32(0), 1, 9, zeros(6))),
);
addIcmpv6('neighbour solicitation', icmpv6(135, 0, bytes(u32(0), ip6('2001:db8::2'), linkOption)));
addIcmpv6(
  'neighbour advertisement',
  icmpv6(136, 0, bytes(u32(0xe0000000), ip6('2001:db8::2'), neighbourOption(2, mac('02:00:00:00:00:02')))),
);
addIcmpv6('neighbour advertisement without flags', icmpv6(136, 0, bytes(u32(0), ip6('2001:db8::2'))));
addIcmpv6(
  'redirect',
  icmpv6(
    137,
    0,
    bytes(
      u32(0),
      ip6('2001:db8::9'),
      ip6('2001:db8::3'),
      neighbourOption(2, mac('02:00:00:00:00:09')),
      neighbourOption(4, zeros(6), quoted6),
    ),
  ),
);
addIcmpv6(
  'router renumbering command',
  icmpv6(
    138,
    0,
    bytes(
      u32(9),
      1,
      0xf8,
      u16(1000),
      u32(0),
      1,
      7,
      3,
      48,
      0,
      64,
      u16(0),
      ip6('2001:db8::'),
      16,
      16,
      0xc0,
      0xc0,
      u32(3600),
      u32(0xffffffff),
      u32(0xc0000000),
      ip6('2001:db8:1::'),
    ),
  ),
);
addIcmpv6('router renumbering result', icmpv6(138, 1, bytes(u32(9), 1, 0, u16(1000), u32(5))));
addIcmpv6('router renumbering reset', icmpv6(138, 255, bytes(u32(9), 1, 0, u16(1000), u32(0))));
addIcmpv6('node information, name query', icmpv6(139, 1, bytes(u16(2), u16(0), zeros(8), 4, ascii('host'), 0, 0)));
addIcmpv6('node information, address query', icmpv6(139, 0, bytes(u16(3), u16(0x2e), zeros(8), ip6('2001:db8::5'))));
addIcmpv6('node information, noop', icmpv6(139, 0, bytes(u16(0), u16(0), zeros(8))));
addIcmpv6('node information, supported types', icmpv6(139, 0, bytes(u16(1), u16(1), zeros(8))));
addIcmpv6('node information, ipv4 subject', icmpv6(139, 2, bytes(u16(4), u16(0), zeros(8), ip4('192.0.2.1'))));
addIcmpv6('who are you', icmpv6(139, 0, zeros(8)));
addIcmpv6(
  'node information, name reply',
  icmpv6(140, 0, bytes(u16(2), u16(1), zeros(8), u32(60), 4, ascii('host'), 3, ascii('lan'), 0)),
);
addIcmpv6(
  'node information, name reply of the old draft',
  icmpv6(140, 0, bytes(u16(2), u16(0), zeros(8), u32(60), 4, ascii('host'))),
);
addIcmpv6(
  'node information, addresses',
  icmpv6(140, 0, bytes(u16(3), u16(0x7f), zeros(8), u32(60), ip6('2001:db8::5'), u32(70), ip6('fe80::1'))),
);
addIcmpv6('node information refused', icmpv6(140, 1, bytes(u16(2), u16(0), zeros(8), 1)));
addIcmpv6('node information unknown', icmpv6(140, 2, bytes(u16(9), u16(0), zeros(8))));
addIcmpv6('inverse solicitation', icmpv6(141, 0, zeros(4)));
addIcmpv6('home agent request', icmpv6(144, 0, bytes(u16(0xab), u16(0))));
addIcmpv6('home agent reply', icmpv6(145, 0, bytes(u16(0xab), u16(0), ip6('2001:db8::1'), ip6('2001:db8::2'))));
addIcmpv6('prefix solicitation', icmpv6(146, 0, bytes(u16(0xab), u16(0))));
addIcmpv6(
  'prefix advertisement',
  icmpv6(
    147,
    0,
    bytes(u16(0xab), u16(0xc000), neighbourOption(3, 64, 0xc0, u32(1), u32(2), u32(0), ip6('2001:db8::'))),
  ),
);
addIcmpv6('rpl information solicitation', icmpv6(155, 0, u32(0)));
addIcmpv6(
  'rpl information object',
  icmpv6(155, 1, bytes(30, 2, u16(256), 0x88, 240, 0, 0, ip6('2001:db8::1'), 0, 1, 2, 0, 0, 4, 3, 1, 2, 3)),
);
addIcmpv6('rpl advertisement', icmpv6(155, 2, bytes(30, 0xc0, 0, 5, ip6('2001:db8::1'), 5, 2, 0, 0)));
addIcmpv6('rpl acknowledgment', icmpv6(155, 3, bytes(30, 0, 5, 0)));
addIcmpv6('rpl secure', icmpv6(155, 0x81, zeros(8)));
addIcmpv6('rpl unknown', icmpv6(155, 0x11, zeros(8)));
addIcmpv6('unknown type', icmpv6(99, 0, data));
addIcmpv6('mtrace', icmpv6(201, 0, data));
addIcmpv6('empty', empty);
addIcmpv6('three bytes', bytes(128, 0, 0));
addIcmpv6('mld query', icmpv6(130, 0, bytes(u16(10000), u16(0), ip6('ff02::1:3'))));
addIcmpv6('mld report', icmpv6(131, 0, bytes(u16(0), u16(0), ip6('ff02::1:3'))));
addIcmpv6('mld done', icmpv6(132, 0, bytes(u16(0), u16(0), ip6('ff02::1:3'))));
addIcmpv6('mld query of an unknown length', icmpv6(130, 0, bytes(u16(0), u16(0), ip6('ff02::1:3'), 0, 0)));
addIcmpv6('mldv2 query', icmpv6(130, 0, bytes(u16(0x8123), u16(0), ip6('::'), 0x0a, 0x95, u16(0))));
addIcmpv6(
  'mldv2 query with sources',
  icmpv6(130, 0, bytes(u16(1000), u16(0), ip6('ff02::1:3'), 0x02, 125, u16(2), ip6('2001:db8::1'), ip6('2001:db8::2'))),
);
addIcmpv6(
  'mldv2 query, too many sources',
  icmpv6(130, 0, bytes(u16(1000), u16(0), ip6('ff02::1:3'), 0, 125, u16(3), ip6('2001:db8::1'))),
);
addIcmpv6(
  'mldv2 report',
  icmpv6(
    143,
    0,
    bytes(
      u16(0),
      u16(3),
      4,
      0,
      u16(0),
      ip6('ff02::1:3'),
      1,
      0,
      u16(1),
      ip6('ff02::5'),
      ip6('2001:db8::1'),
      9,
      0,
      u16(0),
      ip6('ff02::6'),
    ),
  ),
);
addIcmpv6('mldv2 report, too many groups', icmpv6(143, 0, bytes(u16(0), u16(3), 4, 0, u16(0), ip6('ff02::1:3'))));
addIcmpv6('mldv2 report, too many sources', icmpv6(143, 0, bytes(u16(0), u16(1), 4, 0, u16(9), ip6('ff02::1:3'))));
addIcmpv6('mldv2 report, short', icmpv6(143, 0, u16(0)));
add('icmpv6: over ipv4', ethernet(ipv4(icmpv6(128, 0, echo), { protocol: 58 })));

// Tunnels and security.

add('ip in ip', ethernet(ipv4(ipv4(datagram, { source: '192.0.2.1' }), { protocol: 4 })));
add('ipv6 in ipv4', ethernet(ipv4(ipv6(datagram), { protocol: 41 })));
add('ipv4 in ipv6', ethernet(ipv6(ipv4(datagram), { nextHeader: 4 }), { type: 0x86dd }));
add('ethernet in ipv6', ethernet(ipv6(ethernet(ipv4(datagram)), { nextHeader: 143 }), { type: 0x86dd }));
add('ethernet in ipv4', ethernet(ipv4(ethernet(ipv4(datagram)), { protocol: 143 })));
function addGre(name: string, packet: Uint8Array): void {
  add(`gre: ${name}`, ethernet(ipv4(packet, { protocol: 47 })));
}
addGre('ipv4', bytes(u16(0), u16(0x0800), ipv4(datagram)));
addGre('ipv6 with key and sequence', bytes(u16(0x3000), u16(0x86dd), u32(0xbeef), u32(5), ipv6(datagram)));
addGre('checksum', bytes(u16(0x8000), u16(0x0800), u16(0x1234), u16(0), ipv4(datagram)));
addGre(
  'source routes',
  bytes(
    u16(0x4000),
    u16(0x0800),
    u16(0),
    u16(0),
    u16(0x0800),
    4,
    8,
    ip4('192.0.2.1'),
    ip4('192.0.2.2'),
    u16(0xfffe),
    0,
    4,
    u16(1),
    u16(2),
    u16(0x55),
    0,
    2,
    u16(1),
    u16(0),
    0,
    0,
    ipv4(datagram),
  ),
);
addGre(
  'bad source routes',
  bytes(
    u16(0x4000),
    u16(0x0800),
    u16(0),
    u16(0),
    u16(0x0800),
    1,
    4,
    ip4('192.0.2.1'),
    u16(0x0800),
    0,
    3,
    '010203',
    u16(0x0800),
    8,
    4,
    ip4('192.0.2.1'),
    u16(0),
    0,
    0,
    ipv4(datagram),
  ),
);
addGre('ethernet', bytes(u16(0), u16(0x6558), ethernet(arp(), { type: 0x0806 })));
addGre('mpls', bytes(u16(0), u16(0x8847), u32((16 << 12) | 0x100 | 9), ipv4(datagram)));
addGre('unknown payload', bytes(u16(0), u16(0x1234), data));
addGre('unknown version', bytes(u16(5), u16(0x0800), data));
addGre('cut', bytes(u16(0x2000), u16(0x0800), 1));
addGre('one byte', bytes(0));
addGre('pptp', bytes(u16(0x3081), u16(0x880b), u32(0x00200007), u32(9), u32(8), 0xff, 3, 0, 0x21, ipv4(datagram)));
addGre('pptp acknowledgment', bytes(u16(0x2081), u16(0x880b), u32(0x00000007), u32(8)));
addGre('pptp unknown payload', bytes(u16(0x3001), u16(0x1234), u32(0x00200007), u32(9), data));
add(
  'ah',
  ethernet(ipv4(bytes(17, 4, u16(0), u32(0x100), u32(1), '00112233445566778899aabb', udp(data)), { protocol: 51 })),
);
add('ah: reserved bits', ethernet(ipv4(bytes(59, 1, u16(5), u32(0x100), u32(1)), { protocol: 51 })));
add('ah: cut', ethernet(ipv4(bytes(17, 4, u16(0), u32(0x100)), { protocol: 51 })));
add('esp', ethernet(ipv4(bytes(u32(0xdeadbeef), u32(17), zeros(40)), { protocol: 50 })));
add('esp: cut', ethernet(ipv4(bytes(u32(0xdeadbeef), u32(17)), { protocol: 50 })));
add('esp: over ipv6', ethernet(ipv6(bytes(u32(1), u32(2), zeros(20)), { nextHeader: 50 }), { type: 0x86dd }));
add('ipcomp', ethernet(ipv4(bytes(17, 0, u16(0xabcd), data), { protocol: 108 })));
add('disk protocol', ethernet(ipv4(data, { protocol: 77 })));

// SCTP.

function chunk(type: number, flags: number, ...parts: readonly Part[]): Uint8Array {
  const body = bytes(...parts);
  return bytes(type, flags, u16(body.length + 4), body, zeros((4 - (body.length % 4)) % 4));
}
function addSctp(name: string, ...chunks: readonly Uint8Array[]): void {
  const packet = bytes(u16(5000), u16(6000), u32(0xabc), u32(0x1234), ...chunks);
  add(`sctp: ${name}`, ethernet(ipv4(packet, { protocol: 132 })));
}
addSctp('init', chunk(1, 0, u32(1), u32(65536), u16(10), u16(20), u32(77), u16(12), u16(6), u16(5), u16(0)));
addSctp('init ack', chunk(2, 0, u32(1), u32(65536), u16(10), u16(20), u32(77)));
addSctp('init too short', chunk(1, 0, u32(1)));
addSctp('data', chunk(0, 3, u32(100), u16(1), u16(2), u32(0), data));
addSctp('data, unordered, with a known payload', chunk(0, 7, u32(100), u16(1), u16(2), u32(18), data));
addSctp('data, middle piece', chunk(0, 0, u32(100), u16(1), u16(2), u32(46), data));
addSctp('data without payload', chunk(0, 3, u32(100), u16(1), u16(2), u32(0)));
addSctp('data too short', chunk(0, 3, u32(100)));
addSctp('sack', chunk(3, 0, u32(0xfffffff0), u32(5000), u16(2), u16(1), u16(2), u16(3), u16(0x20), u16(0x30), u32(9)));
addSctp('sack, missing blocks', chunk(3, 0, u32(5), u32(5000), u16(3), u16(0), u16(2), u16(3)));
addSctp(
  'several chunks',
  chunk(11, 0),
  chunk(0, 3, u32(100), u16(1), u16(2), u32(0), ascii('abc')),
  chunk(4, 0, u16(1), u16(6), u16(7)),
);
addSctp(
  'cookie, shutdown, abort, error',
  chunk(10, 0, data),
  chunk(7, 0, u32(1)),
  chunk(6, 1),
  chunk(9, 0, u16(1), u16(8), u32(0)),
);
addSctp('unknown chunk', chunk(0x55, 0, data), chunk(0xc1, 0));
addSctp('bad chunk length', bytes(0, 3, u16(2)));
addSctp('chunk cut off', bytes(4, 0));
addSctp('chunk beyond the packet', bytes(4, 0, u16(100), zeros(8)));
add('sctp: header cut', ethernet(ipv4(zeros(7), { protocol: 132 })));
add(
  'sctp: over ipv6',
  ethernet(ipv6(bytes(u16(6704), u16(6705), u32(1), u32(2), chunk(14, 0)), { nextHeader: 132 }), { type: 0x86dd }),
);

// ARP and its kin.

function addArp(name: string, packet: Uint8Array, type = 0x0806): void {
  add(`arp: ${name}`, ethernet(bytes(packet, zeros(Math.max(0, 46 - packet.length))), { type }));
}
addArp('request', arp());
addArp('request with a target address', arp({ targetHardware: '02:00:00:00:00:07' }));
addArp('reply', arp({ operation: 2, targetHardware: '02:00:00:00:00:02' }));
addArp('reverse request', arp({ operation: 3 }), 0x8035);
addArp('reverse reply', arp({ operation: 4, targetHardware: '02:00:00:00:00:02' }), 0x8035);
addArp('inverse request', arp({ operation: 8 }));
addArp('inverse reply', arp({ operation: 9 }));
addArp('unknown operation', arp({ operation: 25 }));
addArp('unknown hardware', arp({ hardwareType: 99 }));
addArp('token ring', arp({ hardwareType: 6, operation: 2 }));
addArp('unknown protocol', arp({ protocolType: 0x1234 }));
addArp('known protocol other than ip', arp({ protocolType: 0x86dd }));
addArp(
  'eight byte hardware address',
  arp({ operation: 2, senderHardware: '02:00:00:00:00:01:02:03', targetHardware: '00:00:00:00:00:00:00:00' }),
);
addArp('no hardware address', bytes(u16(1), u16(0x0800), 0, 4, u16(1), ip4('10.0.0.1'), ip4('10.0.0.2')));
addArp('six byte protocol address', bytes(u16(1), u16(0x0800), 6, 6, u16(1), zeros(24)));
addArp('frame relay', bytes(u16(15), u16(0x0800), 2, 4, u16(9), 0x18, 0x41, ip4('10.0.0.1'), 0, 0, ip4('10.0.0.2')));
addArp(
  'atm',
  bytes(
    u16(19),
    u16(0x0800),
    4,
    2,
    u16(1),
    4,
    4,
    0,
    4,
    u32(0x01020304),
    u16(0x0506),
    ip4('10.0.0.1'),
    u32(0x0708090a),
    ip4('10.0.0.2'),
  ),
);
addArp(
  'atm reply',
  bytes(u16(19), u16(0x0800), 4, 0, u16(2), 4, 0, 0, 4, u32(0x01020304), ip4('10.0.0.1'), ip4('10.0.0.2')),
);
addArp(
  'atm inverse',
  bytes(
    u16(19),
    u16(0x0800),
    4,
    0,
    u16(8),
    4,
    4,
    0,
    4,
    u32(0x01020304),
    ip4('10.0.0.1'),
    u32(0x01020305),
    ip4('10.0.0.2'),
  ),
);
addArp('atm refusal', bytes(u16(19), u16(0x0800), 0, 0, u16(10), 4, 0, 0, 4, ip4('10.0.0.1'), ip4('10.0.0.2')));
add('arp: cut', ethernet(arp().slice(0, 20), { type: 0x0806 }));
add('arp: header cut', ethernet(arp().slice(0, 5), { type: 0x0806 }));

// Ethernet, tags, LLC and SNAP.

add('vlan', ethernet(vlanTag(10, 0x0800, ipv4(datagram), 3), { type: 0x8100 }));
add('vlan: drop eligible', ethernet(vlanTag(10, 0x0800, ipv4(datagram), 0, true), { type: 0x8100 }));
add('vlan: twice (802.1ad)', ethernet(vlanTag(100, 0x8100, vlanTag(200, 0x86dd, ipv6(datagram), 5)), { type: 0x88a8 }));
add('vlan: 0x9100 and 0x9200', ethernet(vlanTag(1, 0x9200, vlanTag(2, 0x0806, arp())), { type: 0x9100 }));
add('vlan: tag cut', ethernet(bytes(0, 1, 8), { type: 0x8100 }));
add('vlan: 802.3 inside', ethernet(vlanTag(5, 20, bytes(0x42, 0x40, 0x7f, zeros(17))), { type: 0x8100 }));
add('ethernet: unknown type', ethernet(data, { type: 0x1234 }));
add('ethernet: known type without a decoder', ethernet(data, { type: 0x6004 }));
add(
  'ethernet: to everybody',
  ethernet(ipv4(datagram), { destination: 'ff:ff:ff:ff:ff:ff', source: '00:00:0c:01:02:03' }),
);
add('ethernet: header cut', zeros(9));
add('ethernet: header only', ethernet(empty));
add('ethernet: jumbo llc', ethernet(bytes(0xaa, 0xaa, 3, '000000', u16(0x0800), ipv4(datagram)), { type: 0x8870 }));
add('ethernet: loopback test', ethernet(bytes(0, 0, 1, 0, 7, 0, zeros(40)), { type: 0x9000 }));
add(
  'ethernet: loopback test, forward',
  ethernet(bytes(0, 0, 2, 0, mac('02:00:00:00:00:07'), 1, 0, 9, 0, zeros(30)), { type: 0x9000 }),
);
add('ethernet: loopback test, bogus skip', ethernet(bytes(3, 0, zeros(44)), { type: 0x9000 }));
add(
  'ethernet: novell type',
  ethernet(
    bytes(
      u16(0xffff),
      u16(34),
      0,
      17,
      u32(1),
      mac('02:00:00:00:00:02'),
      u16(0x451),
      u32(2),
      mac('02:00:00:00:00:01'),
      u16(0x4001),
      zeros(4),
    ),
    { type: 0x8137 },
  ),
);
function addLlc(name: string, ...parts: readonly Part[]): void {
  add(`llc: ${name}`, ieee8023(bytes(...parts)));
}
addLlc('snap, ipv4', 0xaa, 0xaa, 3, '000000', u16(0x0800), ipv4(datagram));
addLlc('snap, unknown type', 0xaa, 0xaa, 3, '000000', u16(0x1234), data);
addLlc('snap, cisco unknown', 0xaa, 0xaa, 3, '00000c', u16(0x1234), data);
addLlc('snap, unknown organization', 0xaa, 0xaa, 3, '123456', u16(0x0001), data);
addLlc('snap, bridged ethernet', 0xaa, 0xaa, 3, '0080c2', u16(0x0007), 0, 0, ethernet(ipv4(datagram)));
addLlc('snap, bridged, pad cut', 0xaa, 0xaa, 3, '0080c2', u16(0x0007));
addLlc('snap, bridged token bus', 0xaa, 0xaa, 3, '0080c2', u16(0x0002), data);
addLlc('snap, appletalk organization', 0xaa, 0xaa, 3, '080007', u16(0x1234), data);
addLlc('snap cut', 0xaa, 0xaa, 3, '0000');
addLlc('ip', 6, 6, 3, ipv4(datagram));
addLlc('test', 0x00, 0x01, 0xe3, data);
addLlc('test command with poll', 0x04, 0x04, 0xf3, data);
addLlc('xid', 0x04, 0x05, 0xbf, 0x81, 1, 2);
addLlc('xid without payload', 0x04, 0x04, 0xaf);
addLlc('xid, short', 0x04, 0x04, 0xaf, 0x81);
addLlc('unnumbered, other access points', 0x08, 0x10, 0x03, data);
addLlc('disconnect', 0x04, 0x08, 0x53);
addLlc('unnumbered, unknown command', 0x04, 0x04, 0x23);
addLlc('receiver ready', 0x04, 0x04, 0x01, 0x0a);
addLlc('receiver not ready, final', 0x04, 0x05, 0x05, 0x0b);
addLlc('reject', 0x04, 0x04, 0x09, 0x0a);
addLlc('supervisory unknown', 0x04, 0x04, 0x0d, 0x0a);
addLlc('information', 0x04, 0x04, 0x06, 0x0a, data);
addLlc('group address', 0x05, 0x04, 0x03, data);
addLlc(
  'novell raw 802.3',
  u16(0xffff),
  u16(34),
  0,
  17,
  u32(1),
  mac('02:00:00:00:00:02'),
  u16(0x455),
  u32(2),
  mac('02:00:00:00:00:01'),
  u16(0x4001),
  zeros(4),
);
addLlc(
  'novell, access point of its own',
  0xe0,
  0xe0,
  3,
  u16(0xffff),
  u16(34),
  0,
  17,
  u32(1),
  mac('02:00:00:00:00:02'),
  u16(0x4003),
  u32(2),
  mac('02:00:00:00:00:01'),
  u16(0x4001),
  zeros(4),
);
addLlc('two bytes', 0xaa, 0xaa);
addLlc('information cut', 0x04, 0x04, 0x06);
add('llc: length shorter than the frame', ethernet(bytes(0x42, 0x40, 0x01, 0x0a, zeros(40)), { type: 4 }));
add(
  'llc: length longer than the frame',
  ethernet(bytes(0xaa, 0xaa, 3, '000000', u16(0x0800), ipv4(datagram)), { type: 900 }),
);

// MPLS.

function label(value: number, bottom: boolean, ttl = 64, trafficClass = 0): number[] {
  return u32(((value << 12) | (trafficClass << 9) | (bottom ? 0x100 : 0) | ttl) >>> 0);
}
function addMpls(name: string, packet: Uint8Array, type = 0x8847): void {
  add(`mpls: ${name}`, ethernet(packet, { type }));
}
addMpls('one label, ipv4', bytes(label(100, true), ipv4(datagram)));
addMpls('two labels, ipv6', bytes(label(100, false, 63, 5), label(1048575, true), ipv6(datagram)));
addMpls('ipv4 explicit null', bytes(label(0, true), ipv4(datagram)));
addMpls('ipv6 explicit null', bytes(label(2, true), ipv6(datagram)));
addMpls('router alert', bytes(label(1, false), label(100, true), ipv4(datagram)));
addMpls('reserved label', bytes(label(9, true), ipv4(datagram)));
addMpls('unknown payload', bytes(label(100, true), data));
addMpls('no payload', bytes(label(100, true)));
addMpls('stack cut', bytes(label(100, false), 1, 2));
addMpls('multicast', bytes(label(100, true), ipv4(datagram)), 0x8848);

// PPP and PPPoE.

function addPppoe(
  name: string,
  code: number,
  payload: Uint8Array,
  session = 0,
  length = payload.length,
  first = 0x11,
): void {
  const type = code === 0 ? 0x8864 : 0x8863;
  add(`pppoe: ${name}`, ethernet(bytes(first, code, u16(session), u16(length), payload), { type }));
}
function tag(type: number, ...parts: readonly Part[]): Uint8Array {
  const body = bytes(...parts);
  return bytes(u16(type), u16(body.length), body);
}
addPppoe('initiation', 0x09, bytes(tag(0x0101), tag(0x0103, '0102030405')));
addPppoe(
  'offer',
  0x07,
  bytes(tag(0x0102, ascii('access.example')), tag(0x0101, ascii('internet')), tag(0x0104, 'a1b2c3d4')),
);
addPppoe(
  'session confirmation',
  0x65,
  bytes(tag(0x0101), tag(0x0120, u16(1500)), tag(0x7777, ascii('text with \x01'))),
  5,
);
addPppoe('termination', 0xa7, bytes(tag(0x0203, ascii('x'.repeat(100))), tag(0), tag(0x0101)), 5);
addPppoe('unknown code', 0x33, empty);
addPppoe('length too long', 0x19, tag(0x0101), 0, 100);
addPppoe('wrong version and type', 0x09, tag(0x0101), 0, 4, 0x23);
addPppoe('tag cut', 0x09, bytes(u16(0x0101), u16(50), 1));
addPppoe('ipv4', 0, bytes(0x00, 0x21, ipv4(datagram)), 17);
addPppoe('ipv6, compressed protocol', 0, bytes(0x57, ipv6(datagram)), 17);
addPppoe('lcp', 0, bytes(0xc0, 0x21, 9, 1, u16(8), u32(0x1234)), 17);
add('pppoe: header cut', ethernet(bytes(0x11, 9, 0), { type: 0x8863 }));
add('pppoe: link type', bytes(0x11, 0, u16(7), u16(54), 0x00, 0x21, ipv4(datagram)), LINK_PPP_ETHER);
add('pppoe: capture ends in the header', ethernet(bytes(0x11, 9, 0, 0, 0, 0), { type: 0x8863 }).slice(0, 17));
function addPpp(name: string, packet: Uint8Array, linkType = LINK_PPP): void {
  add(`ppp: ${name}`, packet, linkType);
}
addPpp('ipv4', bytes(0xff, 3, u16(0x0021), ipv4(datagram)));
addPpp('ipv6 without address and control', bytes(u16(0x0057), ipv6(datagram)));
addPpp('unknown protocol', bytes(0xff, 3, u16(0x4444), data));
addPpp('known protocol without a decoder', bytes(0xff, 3, u16(0x0031), data));
addPpp('mpls', bytes(0xff, 3, u16(0x0281), label(100, true), ipv4(datagram)));
addPpp('compressed', bytes(0xff, 3, u16(0x00fd), data));
addPpp('multilink', bytes(0xff, 3, u16(0x003d), 0xc0, 5, data));
addPpp('multilink middle', bytes(0xff, 3, u16(0x003d), 0x00, 6, data));
addPpp('three bytes', bytes(0xff, 3, 0));
addPpp('received', bytes(0x00, 3, u16(0x0021), ipv4(datagram)), LINK_PPP_PPPD);
addPpp('sent', bytes(0x01, 3, u16(0x0021), ipv4(datagram)), LINK_PPP_PPPD);
addPpp('hdlc link type', bytes(0xff, 3, u16(0x0021), ipv4(datagram)), LINK_PPP_HDLC);
addPpp('hdlc link type, unknown address', bytes(0x33, 3, u16(0x0021), ipv4(datagram)), LINK_PPP_HDLC);
const stuffed = Array.from(bytes(0x21, ipv4(datagram))).flatMap(byte =>
  byte === 0x7d || byte === 0x7e || byte < 0x20 ? [0x7d, byte ^ 0x20] : [byte],
);
addPpp('byte stuffing', bytes(0xff, 3, 0x7e, stuffed));
function control(
  protocol: number,
  code: number,
  body: readonly number[] | Uint8Array,
  length = body.length + 4,
): Uint8Array {
  return bytes(0xff, 3, u16(protocol), code, 1, u16(length), body);
}
const LCP = 0xc021;
addPpp(
  'lcp request',
  control(
    LCP,
    1,
    bytes(
      option(1, u16(1492)),
      option(2, u32(0xa0000)),
      option(3, u16(0xc223), 5),
      option(5, u32(0xcafebabe)),
      option(7),
      option(8),
    ),
  ),
);
addPpp(
  'lcp ack',
  control(
    LCP,
    2,
    bytes(
      option(3, u16(0xc023)),
      option(4, u16(0xc025), u32(10)),
      option(13, 6),
      option(17, u16(1500)),
      option(18),
      option(23, u16(7)),
    ),
  ),
);
addPpp(
  'lcp endpoints',
  control(
    LCP,
    3,
    bytes(
      option(19, 0),
      option(19, 1, 5),
      option(19, 2, ip4('192.0.2.1')),
      option(19, 3, mac('02:00:00:00:00:01')),
      option(19, 4, 1),
      option(19, 5),
      option(19, 9),
    ),
  ),
);
addPpp(
  'lcp reject',
  control(LCP, 4, bytes(option(0, '00000c', 1), option(9, 7), option(77, 1), option(3, u16(0x9999)))),
);
addPpp('lcp bogus lengths', control(LCP, 1, bytes(option(1, 1), option(2, 1), option(3, 1), option(0, 1))));
addPpp('lcp bogus magic number', control(LCP, 1, bytes(option(5, 1))));
addPpp('lcp option of length 1', control(LCP, 1, bytes(1, 1, 0, 0)));
addPpp('lcp option beyond the packet', control(LCP, 1, bytes(1, 90, 0, 0)));
addPpp('lcp last option too long', control(LCP, 1, bytes(option(7), 5, 8, 0, 0, 0, 0)));
addPpp('lcp terminate', control(LCP, 5, data));
addPpp('lcp code reject', control(LCP, 7, data));
addPpp('lcp protocol reject', control(LCP, 8, bytes(u16(0x8057), data)));
addPpp('lcp echo request', control(LCP, 9, u32(0x1234)));
addPpp('lcp echo reply with data', control(LCP, 10, bytes(u32(0x1234), data)));
addPpp('lcp identification', control(LCP, 12, bytes(u32(0x1234), ascii('MSRASV5.20'))));
addPpp('lcp time remaining', control(LCP, 13, bytes(u32(0x1234), u32(60))));
addPpp('lcp vendor', control(LCP, 0, bytes(u32(0x1234), '00000c', 1, 2)));
addPpp('lcp unknown code', control(LCP, 44, data));
addPpp('lcp length too small', control(LCP, 1, data, 2));
addPpp('lcp length too large', control(LCP, 1, data, 200));
addPpp('lcp without options', control(LCP, 1, empty));
addPpp('lcp cut', bytes(0xff, 3, u16(LCP), 1, 1));
addPpp(
  'ipcp',
  control(
    0x8021,
    1,
    bytes(
      option(3, ip4('192.0.2.1')),
      option(129, ip4('192.0.2.53')),
      option(2, u16(0x002d), 15, 0),
      option(1, ip4('192.0.2.1'), ip4('192.0.2.2')),
    ),
  ),
);
addPpp(
  'ipcp header compression',
  control(0x8021, 1, bytes(option(2, u16(0x61), u16(1), u16(2), u16(3), u16(4), u16(5), 1, 2, 2, 9), option(99, 1))),
);
addPpp('ipcp bogus', control(0x8021, 1, bytes(option(3, 1))));
addPpp('ip6cp', control(0x8057, 1, bytes(option(1, '0123456789abcdef'), option(2, 1))));
addPpp(
  'ccp',
  control(0x80fd, 1, bytes(option(21, 0x2f), option(24, 0xe5, 7), option(26, 0x78, 0x00), option(18, u32(1)))),
);
addPpp('ccp reset', control(0x80fd, 14, empty));
addPpp('bacp', control(0xc02b, 1, bytes(option(1, u32(7)))));
addPpp('osicp', control(0x8023, 1, bytes(option(1, u32(7)))));
addPpp('chap challenge', bytes(0xff, 3, u16(0xc223), 1, 7, u16(15), 4, '01020304', ascii('server')));
addPpp('chap success', bytes(0xff, 3, u16(0xc223), 3, 7, u16(11), ascii('welcome')));
addPpp('chap unknown', bytes(0xff, 3, u16(0xc223), 9, 7, u16(4)));
addPpp('chap, value beyond the packet', bytes(0xff, 3, u16(0xc223), 1, 7, u16(20), 40, 1, 2));
addPpp('chap cut', bytes(0xff, 3, u16(0xc223), 1, 7));
addPpp('pap request', bytes(0xff, 3, u16(0xc023), 1, 7, u16(14), 4, ascii('user'), 4, ascii('word')));
addPpp('pap ack', bytes(0xff, 3, u16(0xc023), 2, 7, u16(7), 2, ascii('ok')));
addPpp('pap nack, length beyond the packet', bytes(0xff, 3, u16(0xc023), 3, 7, u16(70), 2, ascii('no')));
addPpp('pap, short', bytes(0xff, 3, u16(0xc023), 1, 7, u16(5), 0));
addPpp('pap, length below the header', bytes(0xff, 3, u16(0xc023), 1, 7, u16(2), 0));
add('ppp: ethernet type', ethernet(bytes(0x00, 0x21, ipv4(datagram)), { type: 0x880b }));

// Other link types.

function cooked(payload: Uint8Array, protocol: number, packetType = 0, addressLength = 6): Uint8Array {
  return bytes(u16(packetType), u16(1), u16(addressLength), mac('02:00:00:00:00:01'), 0, 0, u16(protocol), payload);
}
function cooked2(payload: Uint8Array, protocol: number, packetType = 0, index = 1, addressLength = 6): Uint8Array {
  const head = bytes(u16(protocol), u16(0), u32(index), u16(1), packetType, addressLength);
  return bytes(head, mac('02:00:00:00:00:01'), 0, 0, payload);
}
for (let packetType = 0; packetType <= 5; packetType++) {
  add(`sll: packet type ${packetType}`, cooked(ipv4(datagram), 0x0800, packetType), LINK_SLL);
  add(`sll2: packet type ${packetType}`, cooked2(ipv4(datagram), 0x0800, packetType), LINK_SLL2);
}
for (const [name, link, wrap] of [
  ['sll', LINK_SLL, cooked],
  ['sll2', LINK_SLL2, cooked2],
] as const) {
  add(`${name}: ipv6, sent`, wrap(ipv6(datagram), 0x86dd, 4), link);
  add(`${name}: arp`, wrap(arp(), 0x0806, 1), link);
  add(`${name}: unknown type`, wrap(data, 0x1234), link);
  add(`${name}: 802.2`, wrap(bytes(0xaa, 0xaa, 3, '000000', u16(0x0800), ipv4(datagram)), 4), link);
  add(`${name}: 802.2, unknown`, wrap(bytes(0x04, 0x04, 0xf3, data), 4), link);
  add(`${name}: 802.2, two access points`, wrap(bytes(0x04, 0x08, 0xf3, data), 4), link);
  add(`${name}: 802.3`, wrap(bytes(u16(0xffff), u16(34), zeros(30)), 1), link);
  add(`${name}: protocol below the types`, wrap(data, 0x00f6), link);
  add(`${name}: vlan`, wrap(vlanTag(12, 0x0800, ipv4(datagram), 2), 0x8100), link);
  add(`${name}: vlan with a length`, wrap(vlanTag(12, 20, bytes(0x04, 0x04, 0xf3, data)), 0x8100), link);
  add(`${name}: vlan cut`, wrap(bytes(0, 1), 0x8100), link);
  add(`${name}: header cut`, wrap(empty, 0x0800).slice(0, 12), link);
}
add('sll: no address', cooked(ipv4(datagram), 0x0800, 0, 0), LINK_SLL);
add('sll2: no address, unknown interface', cooked2(ipv4(datagram), 0x0800, 0, 99999, 0), LINK_SLL2);
add('null: ipv4', bytes(2, 0, 0, 0, ipv4(datagram)), LINK_NULL);
add('null: ipv4, other byte order', bytes(0, 0, 0, 2, ipv4(datagram)), LINK_NULL);
add('null: ipv6', bytes(30, 0, 0, 0, ipv6(datagram)), LINK_NULL);
add('null: ipv6 of netbsd', bytes(24, 0, 0, 0, ipv6(datagram)), LINK_NULL);
add('null: unknown family', bytes(99, 0, 0, 0, data), LINK_NULL);
add('null: header cut', bytes(2, 0), LINK_NULL);
add('loop: ipv4', bytes(0, 0, 0, 2, ipv4(datagram)), LINK_LOOP);
add('loop: ipv6 of freebsd', bytes(0, 0, 0, 28, ipv6(datagram)), LINK_LOOP);
add('raw: ipv4', ipv4(datagram), LINK_RAW);
add('raw: ipv6', ipv6(datagram), LINK_RAW);
add('raw: unknown version', bytes(0x90, data), LINK_RAW);
add('ipv4 link type', ipv4(datagram), LINK_IPV4);
add('ipv6 link type', ipv6(tcp(data, { sourcePort: 40001 }), { nextHeader: 6 }), LINK_IPV6);
add('unsupported link type', data, LINK_UNSUPPORTED);

// Cisco HDLC, VRRP, EAPOL, SSH.

function addHdlc(name: string, type: number, payload: Uint8Array, address = 0x0f, linkType = LINK_C_HDLC): void {
  add(`chdlc: ${name}`, bytes(address, 0, u16(type), payload), linkType);
}
addHdlc('ipv4', 0x0800, ipv4(datagram));
addHdlc('ipv6, broadcast', 0x86dd, ipv6(datagram), 0x8f);
addHdlc('mpls', 0x8847, bytes(label(100, true), ipv4(datagram)));
addHdlc('unknown type, unknown address', 0x1234, data, 0x33);
addHdlc('slarp request', 0x8035, bytes(u32(0), zeros(10)));
addHdlc('slarp reply', 0x8035, bytes(u32(1), ip4('192.0.2.1'), ip4('255.255.255.0'), u16(0xffff)));
addHdlc('slarp keepalive', 0x8035, bytes(u32(2), u32(7), u32(6), u16(0xffff)));
addHdlc(
  'slarp keepalive with uptime and junk',
  0x8035,
  bytes(u32(2), u32(7), u32(6), u16(0xffff), u32(4000000000), 1, 2, 3),
);
addHdlc('slarp unknown', 0x8035, bytes(u32(9), zeros(12)));
addHdlc('slarp cut', 0x8035, bytes(u32(2), u32(7)));
addHdlc('in a PPP link', 0x0800, ipv4(datagram), 0x0f, LINK_PPP_HDLC);
function addVrrp(name: string, message: Uint8Array, ttl = 255): void {
  add(`vrrp: ${name}`, ethernet(ipv4(message, { protocol: 112, ttl })));
}
const vrrpHead = bytes(0x21, 5, 100, 2, 0, 1);
const vrrpAddresses = bytes(ip4('192.0.2.1'), ip4('192.0.2.2'), zeros(8));
addVrrp('version 2', bytes(vrrpHead, u16(checksum(vrrpHead, 0, 0, vrrpAddresses)), vrrpAddresses));
addVrrp('version 2, wrong checksum, low ttl', bytes(vrrpHead, u16(1), vrrpAddresses), 64);
addVrrp('version 2, password', bytes(0x21, 5, 100, 1, 1, 1, u16(1), ip4('192.0.2.1'), ascii('secret'), 0, 0));
addVrrp('version 2, unknown authentication', bytes(0x21, 5, 100, 0, 9, 1, u16(1)));
addVrrp('version 3', bytes(0x31, 5, 100, 1, 0x03, 0xe8, u16(1), ip4('192.0.2.1')));
addVrrp('version 4', bytes(0x41, 5));
addVrrp('unknown type', bytes(0x25, 5));
add(
  'vrrp: over ipv6',
  ethernet(ipv6(bytes(0x31, 5, 100, 1, 0x00, 0x64, u16(1), ip6('fe80::1')), { nextHeader: 112, hopLimit: 255 }), {
    type: 0x86dd,
  }),
);
function addEapol(name: string, type: number, body: Uint8Array, length = body.length): void {
  add(`eapol: ${name}`, ethernet(bytes(2, type, u16(length), body), { type: 0x888e }));
}
function eap(code: number, ...parts: readonly Part[]): Uint8Array {
  const body = bytes(...parts);
  return bytes(code, 7, u16(body.length + 4), body);
}
addEapol('start', 1, empty);
addEapol('logoff', 2, empty);
addEapol('key', 3, zeros(95));
addEapol('unknown', 9, empty);
addEapol('empty packet', 0, empty);
addEapol('identity request', 0, eap(1, 1));
addEapol('identity', 0, eap(2, 1, ascii('bee@hive')));
addEapol('notification', 0, eap(1, 2, ascii('hello')));
addEapol('notification too short', 0, eap(1, 2));
addEapol('nak', 0, eap(2, 3, 13, 21, 99));
addEapol('md5', 0, eap(1, 4, 16, zeros(16)));
addEapol('tls start', 0, eap(1, 13, 0x20));
addEapol('tls with length', 0, eap(2, 13, 0xc0, u32(2000), 1, 2));
addEapol('tls, length missing', 0, eap(2, 13, 0x80, 1));
addEapol('ttls', 0, eap(1, 21, 0x21));
addEapol('fast', 0, eap(1, 43, 0x81, u32(9)));
addEapol('aka', 0, eap(1, 23, 1, 0, 0));
addEapol('sim', 0, eap(2, 18, 77));
addEapol('success', 0, eap(3));
addEapol('request without a method', 0, eap(1));
addEapol('fragment', 0, eap(1, 1), 90);
addEapol('length below the header', 0, bytes(1, 7, u16(2), 0), 2);
function addSsh(name: string, payload: Uint8Array): void {
  add(`ssh: ${name}`, ethernet(ipv4(tcp(payload, { destinationPort: 22, sourcePort: 50022 }), { protocol: 6 })));
}
addSsh('identification', ascii('SSH-2.0-OpenSSH_9.2\r\nmore'));
addSsh('identification, line feed alone', ascii('SSH-2.0-x\n'));
addSsh('identification without an end', ascii('SSH-2.0-x'));
addSsh('identification with a lone carriage return', ascii('SSH-2.0-x\ry\n'));
addSsh('carriage return at the end', ascii('SSH-2.0-x\r'));
addSsh('encrypted', bytes(0, 0, 5, 0x53, 0x53));

/** Every packet, in the order they are printed (connections build up). */
export const corpus: readonly NamedPacket[] = list;

/** The flag sets every packet is printed with. */
export const flagSets: readonly string[] = [
  '',
  '-n',
  '-n -e',
  '-e',
  '-n -v',
  '-n -v -e',
  '-n -vv',
  '-n -vvv -e',
  '-n -q',
  '-n -q -e',
  '-n -qq',
  '-n -S',
  '-n -v -K',
  '-n -vv -K',
  '-n -x',
  '-n -xx',
  '-n -X',
  '-n -XX',
  '-n -A',
  '-n -AA',
  '-n -vv -x -e',
  '-v',
];
