// Packets for the tests of the application decoders: what is usual, what is rare, and what is wrong, of every protocol.

import type { NamedPacket } from '../print/corpus.js';
import type { Part } from '../support/packets.js';
import {
  ascii,
  bytes,
  checksum,
  ethernet,
  ieee8023,
  ip4,
  ip6,
  ipv4,
  ipv6,
  tcp,
  u16,
  u32,
  udp,
  zeros,
} from '../support/packets.js';

const LINK_ETHERNET = 1;

/** The packets; each name begins with its protocol. */
export const corpus: NamedPacket[] = [];

function add(name: string, data: Uint8Array, originalLength?: number): void {
  corpus.push({ name, linkType: LINK_ETHERNET, data, ...(originalLength === undefined ? {} : { originalLength }) });
}

/** The same packet, cut by the capture to leave out its last `missing` bytes. */
function addCut(name: string, data: Uint8Array, missing: number): void {
  add(name, data.slice(0, data.length - missing), data.length);
}

function overUdp(port: number, payload: Uint8Array): Uint8Array {
  return ethernet(ipv4(udp(payload, { destinationPort: port })));
}

function overUdp6(port: number, payload: Uint8Array): Uint8Array {
  return ethernet(ipv6(udp(payload, { destinationPort: port })), { type: 0x86dd });
}

function overTcp(port: number, payload: Uint8Array): Uint8Array {
  return ethernet(ipv4(tcp(payload, { destinationPort: port, flags: 'PA' }), { protocol: 6 }));
}

/** Tag or type, length, value. */
function counted(length: number, value: Part): Uint8Array {
  return length === 1 ? bytes([bytes(value).length], value) : bytes(u16(bytes(value).length), value);
}

// ---------------------------------------------------------------------------------------------------------------------
// DNS

/** A domain name in labels. */
function domain(name: string): Uint8Array {
  return bytes(...name.split('.').map(label => bytes(label.length, ascii(label))), ...(name === '' ? [] : [0]));
}
const EXAMPLE = domain('example.com');
const POINTER_TO_QUESTION = 'c00c';

interface DnsFields {
  readonly flags?: number;
  readonly counts?: readonly [number, number, number, number];
}

function dns(fields: DnsFields, ...body: readonly Part[]): Uint8Array {
  const { flags = 0x0100, counts = [1, 0, 0, 0] } = fields;
  return bytes(u16(12345), u16(flags), ...counts.map(u16), ...body);
}

function question(type: number, name: Part = EXAMPLE, questionClass = 1): Uint8Array {
  return bytes(name, u16(type), u16(questionClass));
}

function record(type: number, data: Part, name: Part = POINTER_TO_QUESTION, recordClass = 1, ttl = 93784): Uint8Array {
  return bytes(name, u16(type), u16(recordClass), u32(ttl), counted(2, data));
}

function answer(...records: readonly Uint8Array[]): Uint8Array {
  return dns({ flags: 0x8180, counts: [1, records.length, 0, 0] }, question(1), ...records);
}

const port53 = (name: string, message: Uint8Array): void => add(`dns: ${name}`, overUdp(53, message));

port53('a question', dns({}, question(1)));
for (const [type, name] of [
  [28, 'AAAA'],
  [15, 'MX'],
  [65, 'a type without a name'],
  [255, 'ANY'],
  [252, 'AXFR'],
] as const)
  port53(`a question for ${name}`, dns({}, question(type)));
port53('a question of class CHAOS', dns({}, question(16, domain('version.bind'), 3)));
port53('a question of an unknown class', dns({}, question(1, EXAMPLE, 77)));
port53('a question about the root', dns({}, question(2, [0])));
port53('two questions', dns({ counts: [2, 0, 0, 0] }, question(1), question(28, POINTER_TO_QUESTION)));
port53('no question', dns({ counts: [0, 0, 0, 0] }));
port53('checking disabled', dns({ flags: 0x0110 }, question(1)));
port53('bits of an answer in a question', dns({ flags: 0x06cf }, question(1)));
port53('an inverse query', dns({ flags: 0x0800, counts: [0, 1, 0, 0] }, record(1, ip4('192.0.2.1'), EXAMPLE)));
port53('an inverse query with a question', dns({ flags: 0x0800, counts: [1, 2, 0, 0] }, question(1)));
port53('status', dns({ flags: 0x1000 }, question(1)));
port53(
  'notify',
  dns({ flags: 0x2000, counts: [1, 1, 0, 0] }, question(6), record(6, bytes(domain('a'), domain('b'), zeros(20)))),
);
port53('update', dns({ flags: 0x2800, counts: [1, 0, 1, 0] }, question(6), record(1, ip4('192.0.2.1'))));
port53('zone refresh', dns({ flags: 0x7800 }, question(6)));

port53('an answer', answer(record(1, ip4('192.0.2.1'))));
port53('no answer', dns({ flags: 0x8180, counts: [1, 0, 0, 0] }, question(1)));
port53('authoritative, truncated, authentic, no recursion', dns({ flags: 0x8720, counts: [1, 0, 0, 0] }, question(1)));
for (let code = 1; code < 16; code++)
  port53(`response code ${code}`, dns({ flags: 0x8180 | code, counts: [1, 0, 0, 0] }, question(1)));
for (const code of [...Array.from({ length: 10 }, (_, i) => 16 + i), 4095]) {
  const opt = record(41, [], [0], 1232, ((code >> 4) << 24) >>> 0);
  port53(
    `extended response code ${code}`,
    dns({ flags: 0x8180 | (code & 15), counts: [1, 0, 0, 1] }, question(1), opt),
  );
}
port53(
  'an answer without its question',
  dns({ flags: 0x8180, counts: [0, 1, 0, 0] }, record(1, ip4('192.0.2.1'), EXAMPLE)),
);
port53('two questions answered', dns({ flags: 0x8180, counts: [2, 0, 0, 0] }, question(1), question(28)));
port53(
  'all three sections',
  dns(
    { flags: 0x8580, counts: [1, 2, 2, 2] },
    question(1),
    record(1, ip4('192.0.2.1')),
    record(1, ip4('192.0.2.2')),
    record(2, domain('ns1')),
    record(2, bytes('02 6e73', POINTER_TO_QUESTION)),
    record(1, ip4('192.0.2.53'), domain('ns1')),
    record(41, [], [0], 4096, 0x8000),
  ),
);
for (const [name, type, data] of [
  ['NS', 2, domain('ns.example.net')],
  ['CNAME', 5, bytes('03 777777', POINTER_TO_QUESTION)],
  ['SOA', 6, bytes(domain('ns'), domain('root'), u32(1), u32(2), u32(3), u32(4), u32(4294967295))],
  ['SOA cut short', 6, bytes(domain('ns'), domain('root'), u32(1))],
  ['PTR', 12, domain('host')],
  ['HINFO', 13, bytes('03', ascii('x86'), '05', ascii('Linux'))],
  ['MX', 15, bytes(u16(10), domain('mail'))],
  ['MX without a name', 15, u16(10)],
  ['TXT', 16, bytes('05', ascii('hello'), '00', '02 0aff')],
  ['TXT longer than its record', 16, bytes('7f', ascii('hello'))],
  ['AAAA', 28, ip6('2001:db8::1')],
  ['AAAA too short', 28, zeros(3)],
  ['A too short', 1, zeros(2)],
  ['SRV', 33, bytes(u16(1), u16(2), u16(443), domain('web'))],
  ['NAPTR', 35, bytes(u16(1), u16(2), 0, 0, 0, 0)],
  ['A6 with a whole address', 38, bytes(0, ip6('2001:db8::1'))],
  ['A6 with a prefix', 38, bytes(64, zeros(7), 1, domain('prefix'))],
  ['A6 with a name only', 38, bytes(128, domain('prefix'))],
  ['A6 with a bad prefix length', 38, bytes(200)],
  ['DNAME', 39, domain('other')],
  ['RRSIG', 46, zeros(18)],
  ['UNSPECA', 104, ascii('one long string')],
  ['TSIG', 250, bytes(domain('hmac'), zeros(6), u16(300), u16(2), 'abcd', u16(12345), u16(0), u16(0))],
  ['TSIG cut short', 250, bytes(domain('hmac'), zeros(6), u16(300))],
  ['URI', 256, bytes(u16(10), u16(1), ascii('https://example.com/'))],
  ['URI too short', 256, u16(10)],
  ['a type without a name', 65280, '0102'],
] as const)
  port53(`an answer of type ${name}`, answer(record(type, data)));
port53('an answer of class HS', answer(record(1, ip4('192.0.2.1'), POINTER_TO_QUESTION, 4)));
port53('an answer with a long time to live', answer(record(1, ip4('192.0.2.1'), POINTER_TO_QUESTION, 1, 0xffffffff)));
port53('an answer with no time to live', answer(record(1, ip4('192.0.2.1'), POINTER_TO_QUESTION, 1, 0)));
port53(
  'an answer longer than the packet',
  answer(bytes(POINTER_TO_QUESTION, u16(1), u16(1), u32(1), u16(400), ip4('192.0.2.1'))),
);
port53(
  'fewer answers than announced',
  dns({ flags: 0x8180, counts: [1, 5, 0, 0] }, question(1), record(1, ip4('192.0.2.1'))),
);
port53('fewer questions than announced', dns({ counts: [3, 0, 0, 0] }, question(1)));
port53(
  'a record cut in its head',
  dns({ flags: 0x8180, counts: [1, 1, 0, 0] }, question(1), POINTER_TO_QUESTION, '0001'),
);

/** An EDNS option. */
function option(code: number, data: Part): Uint8Array {
  return bytes(u16(code), counted(2, data));
}
for (const [name, options] of [
  ['no options', bytes()],
  ['LLQ', option(1, '0102')],
  ['NSID', option(3, ascii('ns1'))],
  ['an empty NSID', option(3, bytes())],
  ['algorithms', bytes(option(5, [1, 3, 5, 13, 99]), option(6, [1, 2, 3, 4, 5]), option(7, [1, 2]))],
  ['client subnet', option(8, bytes(u16(1), 24, 0, '0a0001'))],
  ['client subnet IPv6', option(8, bytes(u16(2), 56, 48, '20010db8000100'))],
  ['client subnet of an unknown family', option(8, bytes(u16(3), 24, 0, '0a0001'))],
  ['client subnet too long', option(8, bytes(u16(1), 40, 0, '0a00010203'))],
  ['client subnet too short', option(8, bytes(u16(1), 24))],
  ['client subnet with a wrong length', option(8, bytes(u16(1), 16, 0, '0a0001'))],
  ['expire', bytes(option(9, u32(86400)), option(9, u16(1)))],
  ['cookies', bytes(option(10, zeros(8)), option(10, bytes(zeros(8), ascii('abcdefgh'))), option(10, zeros(3)))],
  ['keepalive', bytes(option(11, u16(123)), option(11, [1]))],
  ['padding', option(12, zeros(20))],
  ['chain', option(13, domain('example.org'))],
  ['key tags', bytes(option(14, bytes(u16(1), u16(65535))), option(14, [1]))],
  ['tags of client and server', bytes(option(16, u16(1)), option(17, u16(2)))],
  ['an unknown option', option(65001, 'cafe')],
  ['an option longer than the record', bytes(u16(3), u16(99), 'ff')],
] as const)
  port53(`EDNS: ${name}`, dns({ counts: [1, 0, 0, 1] }, question(1), record(41, options, [0], 1232, 0x8000)));

const name53 = (name: string, encoded: Part): void => port53(`name: ${name}`, dns({}, question(1, encoded)));
name53('control and high characters', bytes(4, 1, 0x7f, 0xff, 0x2e, 0));
name53('a pointer to itself', 'c00c');
name53('a pointer forward', 'c020');
name53('a pointer into the header', 'c004');
name53('two pointers that turn round', bytes('01 61', 'c010', 'c00c'));
name53('a label of a reserved type', bytes('01 61', '80 61'));
name53('an unknown extended label', bytes('01 61', '42 61'));
name53('a label of bits', bytes('41 0c abcd', domain('rev')));
name53('labels of 3, 6 and 256 bits', bytes('41 03 a0', '41 06 fc', '41 00', zeros(32), 0));
name53('63 characters', domain('a'.repeat(63)));
name53('256 characters', bytes(...[1, 2, 3, 4].map(() => bytes(63, ascii('b'.repeat(63)))), 0));
name53('300 characters', bytes(...[1, 2, 3, 4, 5].map(() => bytes(59, ascii('c'.repeat(59)))), 0));
name53('a label beyond the packet', bytes(40, ascii('short')));
name53('no end', bytes(3, ascii('abc')));
port53('shorter than its header', dns({}).slice(0, 11));
addCut('dns: header cut', overUdp(53, dns({}, question(1))), 20);
addCut('dns: question cut in its name', overUdp(53, dns({}, question(1))), 8);
addCut('dns: question cut in its type', overUdp(53, dns({}, question(1))), 3);
addCut('dns: answer cut', overUdp(53, answer(record(1, ip4('192.0.2.1')))), 2);

const overTcp53 = (name: string, payload: Uint8Array): void => add(`dns: over TCP: ${name}`, overTcp(53, payload));
overTcp53('a question', counted(2, dns({}, question(1))));
overTcp53('one byte', bytes(0));
overTcp53('a part of a message', bytes(u16(500), dns({}, question(1))));
overTcp53('an empty message', u16(0).length === 2 ? bytes(u16(0)) : bytes());

const port5353 = (name: string, message: Uint8Array): void => add(`mdns: ${name}`, overUdp(5353, message));
port5353('a question', dns({ flags: 0 }, question(255, domain('hive.local'))));
port5353('a question that wishes a unicast answer', dns({ flags: 0 }, question(255, domain('hive.local'), 0x8001)));
port5353('a question of another class', dns({ flags: 0 }, question(255, domain('hive.local'), 0x8003)));
port5353('an answer', dns({ flags: 0x8400, counts: [0, 1, 0, 0] }, record(1, ip4('192.0.2.1'), domain('hive.local'))));
port5353(
  'an answer that flushes',
  dns({ flags: 0x8400, counts: [0, 1, 0, 0] }, record(28, ip6('fe80::1'), domain('hive.local'), 0x8001)),
);

// ---------------------------------------------------------------------------------------------------------------------
// DHCP

interface DhcpFields {
  readonly operation?: number;
  readonly hardware?: readonly [type: number, length: number];
  readonly hops?: number;
  readonly transaction?: number;
  readonly seconds?: number;
  readonly flags?: number;
  readonly addresses?: readonly string[];
  readonly serverName?: string;
  readonly file?: string;
  readonly magic?: Part;
}

/** Text in a field of `size` bytes. */
function field(text: string, size: number): Uint8Array {
  return bytes(ascii(text), zeros(Math.max(0, size - text.length))).slice(0, size);
}

function dhcp(fields: DhcpFields, ...options: readonly Part[]): Uint8Array {
  const { operation = 1, hardware = [1, 6], hops = 0, transaction = 0x12345678, seconds = 0, flags = 0 } = fields;
  const addresses = fields.addresses ?? ['0.0.0.0', '0.0.0.0', '0.0.0.0', '0.0.0.0'];
  return bytes(
    [operation, hardware[0], hardware[1], hops],
    u32(transaction),
    u16(seconds),
    u16(flags),
    ...addresses.map(ip4),
    '020000000001',
    zeros(10),
    field(fields.serverName ?? '', 64),
    field(fields.file ?? '', 128),
    fields.magic ?? '63825363',
    ...options,
  );
}

const port67 = (name: string, message: Uint8Array): void => add(`dhcp: ${name}`, overUdp(67, message));
/** An option. */
const tlv = (code: number, data: Part): Uint8Array => bytes(code, counted(1, data));

port67('a request with nothing in it', dhcp({}, 255));
port67(
  'a reply with everything',
  dhcp(
    {
      operation: 2,
      hops: 3,
      seconds: 9,
      flags: 0x8000,
      addresses: ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'],
      serverName: 'boot.example.com',
      file: '/boot/img',
    },
    255,
  ),
);
port67('an unknown operation', dhcp({ operation: 7, flags: 0x1234 }));
port67('other hardware', dhcp({ hardware: [6, 16], transaction: 0 }));
port67('an Ethernet address of another length', dhcp({ hardware: [1, 5] }));
port67('a server name without an end', dhcp({ serverName: 's'.repeat(64) }));
port67('a file name without an end', dhcp({ file: 'f'.repeat(128) }));
port67('an unknown magic number', dhcp({ magic: '01020304' }));
port67('magic number 0', dhcp({ magic: '00000000' }));
port67(
  'the vendor area of CMU',
  dhcp({ magic: '434d5500' }, [1, 0, 0, 0], ip4('255.255.255.0'), ip4('10.0.0.1'), ip4('10.0.0.2'), zeros(20)),
);
port67(
  'the vendor area of CMU with other flags',
  dhcp({ magic: '434d5500' }, [6, 0, 0, 0], ip4('255.0.0.0'), zeros(12), ip4('10.0.0.9'), zeros(12)),
);
port67('the vendor area of CMU cut short', dhcp({ magic: '434d5500' }, [0, 0, 0, 0], zeros(6)));
for (let type = 1; type < 16; type++) port67(`message type ${type}`, dhcp({}, tlv(53, [type]), 255));
port67('a message type of two bytes', dhcp({}, tlv(53, [1, 2]), 255));
port67('padding', dhcp({}, 0, 0, 0, tlv(12, ascii('host')), 0, 255, 0, 0));
for (const [name, data] of [
  ['subnet mask', tlv(1, ip4('255.255.255.0'))],
  ['time zone', bytes(tlv(2, u32(3600)), tlv(2, u32(0xfffff1f0)))],
  ['routers', tlv(3, bytes(ip4('10.0.0.1'), ip4('10.0.0.2')))],
  ['routers and a byte', tlv(3, bytes(ip4('10.0.0.1'), 9))],
  ['boot size', tlv(13, u16(512))],
  ['booleans', tlv(19, [0, 1, 2])],
  ['address pairs', tlv(33, bytes(ip4('10.1.0.0'), ip4('10.0.0.1'), ip4('10.2.0.0'), ip4('10.0.0.2')))],
  ['half an address pair', tlv(33, ip4('10.1.0.0'))],
  ['vendor options', tlv(43, [1, 2, 3])],
  ['node type', bytes(tlv(46, [8]), tlv(46, [3]), tlv(46, []), tlv(46, [1, 2]))],
  ['overload', bytes(tlv(52, [1]), tlv(52, [2]), tlv(52, [3]), tlv(52, [9]))],
  ['lease times', bytes(tlv(51, u32(3600)), tlv(58, u32(1800)), tlv(59, u32(3150)))],
  ['a parameter list', tlv(55, [1, 3, 6, 15, 26, 28, 121, 250])],
  ['text with control characters', tlv(12, bytes(ascii('ho'), 7, 0xe9))],
  ['an empty text', tlv(12, [])],
  ['client identifier: Ethernet', tlv(61, '01 020000000001')],
  ['client identifier: another type', tlv(61, 'ff 0102')],
  ['client identifier: a name', tlv(61, bytes(0, ascii('me')))],
  ['client identifier: empty', tlv(61, [])],
  ['user classes', tlv(77, bytes(4, ascii('skep'), 4, ascii('hive')))],
  ['user classes: empty', tlv(77, bytes(0, 0))],
  ['user classes: too long', tlv(77, bytes(9, ascii('skep')))],
  ['user classes: one byte', tlv(77, [1])],
  ['client name', tlv(81, bytes(5, 0, 0, ascii('host.example.com')))],
  ['client name with codes', tlv(81, bytes(0x3a, 1, 2, ascii('host')))],
  ['client name: too short', tlv(81, [1, 2])],
  ['agent information', tlv(82, bytes(1, 4, ascii('eth0'), 2, 2, 1, 2, 6, 1, 65, 9, 2, 0xca, 0xfe))],
  ['agent information: too long', tlv(82, bytes(1, 40, ascii('eth0')))],
  ['agent information: one byte left', tlv(82, bytes(1, 1, 65, 7))],
  ['last transaction', tlv(91, u32(0xffffffff))],
  ['client architecture', tlv(93, u16(7))],
  ['routes', tlv(121, bytes(16, 10, 9, ip4('10.0.0.1'), 0, ip4('10.0.0.2'), 32, ip4('192.0.2.1'), ip4('10.0.0.3')))],
  ['routes: too short', tlv(121, [8, 10])],
  ['routes: mask too long', tlv(121, bytes(33, zeros(8)))],
  ['routes: cut', tlv(121, bytes(24, 10, 0, 0, ip4('10.0.0.1'), 24, 10))],
  ['routes of Microsoft', tlv(249, bytes(8, 10, ip4('10.0.0.1')))],
  ['unknown, 1 byte', tlv(200, [1])],
  ['unknown, 2 bytes', tlv(200, u16(258))],
  ['unknown, 4 bytes', tlv(200, u32(16909060))],
  ['unknown, 6 bytes', tlv(200, zeros(6))],
  ['longer than the packet', bytes(12, 40, ascii('host'))],
  ['only its code', bytes(12)],
] as const)
  port67(`option: ${name}`, dhcp({}, tlv(53, [1]), data, ...(/packet|only/.test(name) ? [] : [255])));
for (const missing of [10, 60, 230, 240])
  addCut(`dhcp: cut by ${missing}`, overUdp(67, dhcp({ file: 'x', serverName: 'y' }, tlv(53, [1]), 255)), missing);

// ---------------------------------------------------------------------------------------------------------------------
// DHCPv6

const port547 = (name: string, message: Uint8Array): void => add(`dhcpv6: ${name}`, overUdp6(547, message));
const solicit = (...options: readonly Part[]): Uint8Array => bytes(1, '123456', ...options);
/** An option. */
const wide = (code: number, data: Part): Uint8Array => bytes(u16(code), counted(2, data));
const ADDRESS = ip6('2001:db8::1');

for (const type of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 14, 15, 99])
  port547(`message ${type}`, bytes(type, '00abcd'));
port547('shorter than its header', bytes(1, 2));
for (const [name, data] of [
  ['identifier: link-layer and time', wide(1, bytes(u16(1), u16(1), u32(1000), '020000000001'))],
  ['identifier: link-layer and time, short', wide(1, bytes(u16(1), u16(1)))],
  ['identifier: enterprise', wide(2, bytes(u16(2), u32(9), u32(1)))],
  ['identifier: enterprise, short', wide(2, u16(2))],
  ['identifier: link-layer', wide(1, bytes(u16(3), u16(1), '020000000001'))],
  ['identifier: link-layer, short', wide(1, u16(3))],
  ['identifier: universal', wide(1, bytes(u16(4), zeros(16)))],
  ['identifier: one byte', wide(1, [1])],
  ['association', wide(3, bytes(u32(1), u32(2), u32(3), wide(5, bytes(ADDRESS, u32(60), u32(120), wide(13, u16(0))))))],
  ['association, short', wide(3, u32(1))],
  ['temporary association', wide(4, bytes(u32(1), wide(13, bytes(u16(2), ascii('none')))))],
  ['temporary association, short', wide(4, [1])],
  ['address, short', wide(5, ADDRESS)],
  ['requested options', wide(6, bytes(u16(23), u16(24), u16(999)))],
  ['requested options, odd', wide(6, [1])],
  ['preference and elapsed time', bytes(wide(7, [255]), wide(8, u16(100)))],
  ['preference and elapsed time, wrong', bytes(wide(7, []), wide(8, [1]))],
  ['authentication: delayed', wide(11, bytes(2, 1, 0, zeros(8), 'cafe', u32(7), zeros(16)))],
  ['authentication: delayed, no data', wide(11, bytes(2, 1, 0, zeros(8)))],
  ['authentication: delayed, short', wide(11, bytes(2, 1, 0, zeros(8), 1))],
  ['authentication: reconfigure', wide(11, bytes(3, 9, 5, zeros(8), 1, zeros(16)))],
  ['authentication: reconfigure digest', wide(11, bytes(3, 1, 0, zeros(8), 2, zeros(16)))],
  ['authentication: reconfigure other', wide(11, bytes(3, 1, 0, zeros(8), 9, zeros(16)))],
  ['authentication: reconfigure, short', wide(11, bytes(3, 1, 0, zeros(8), 9))],
  ['authentication: unknown', wide(11, bytes(9, 1, 0, zeros(8)))],
  ['authentication, short', wide(11, zeros(4))],
  ['status codes', bytes(wide(13, u16(6)), wide(13, u16(77)), wide(13, u16(300)), wide(13, [1]))],
  ['no data', bytes(wide(14, []), wide(20, []), wide(12, ADDRESS), wide(16, zeros(6)))],
  [
    'identifiers in hex',
    bytes(wide(18, ascii('eth0')), wide(38, zeros(20)), wide(37, bytes(u32(9), zeros(12))), wide(37, [1])),
  ],
  ['reconfigure messages', bytes(wide(19, [5]), wide(19, [11]), wide(19, [0xab]), wide(19, []))],
  ['addresses', bytes(wide(23, bytes(ADDRESS, ADDRESS)), wide(31, ADDRESS), wide(23, zeros(5)))],
  ['names', wide(24, bytes(EXAMPLE, domain('org')))],
  ['a name without an end', wide(24, bytes(9, ascii('abc')))],
  [
    'prefix delegation',
    wide(25, bytes(u32(1), u32(2), u32(3), wide(26, bytes(u32(60), u32(120), 56, ip6('2001:db8::'))))),
  ],
  ['a prefix, short', wide(26, zeros(24))],
  ['a prefix with a status', wide(26, bytes(u32(60), u32(120), 56, ADDRESS, wide(13, u16(1))))],
  ['times', bytes(wide(32, u32(86400)), wide(46, u32(7)), wide(32, u16(1)))],
  ['time zones', bytes(wide(41, ascii('EST5EDT4')), wide(42, ascii('Europe/Zurich')), wide(41, [65]))],
  [
    'lease queries',
    bytes(
      wide(44, bytes(1, ADDRESS)),
      wide(44, bytes(2, ADDRESS, wide(6, u16(23)))),
      wide(44, bytes(9, ADDRESS)),
      wide(44, []),
    ),
  ],
  [
    'data of a lease query',
    bytes(
      wide(45, wide(1, bytes(u16(3), u16(1), '02'))),
      wide(45, []),
      wide(47, bytes(ADDRESS, zeros(12))),
      wide(47, [1]),
      wide(48, ADDRESS),
    ),
  ],
  [
    'time servers',
    wide(56, bytes(wide(1, ADDRESS), wide(2, ADDRESS), wide(3, domain('ntp')), wide(9, []), wide(1, [1]))),
  ],
  ['time servers, short', wide(56, [1])],
  ['time servers, too long', wide(56, bytes(u16(1), u16(60), zeros(4)))],
  ['a tunnel', wide(64, bytes(domain('aftr.example')))],
  ['a tunnel with a bad name', wide(64, bytes(20, ascii('aftr')))],
  ['a tunnel, short', wide(64, [1])],
  ['a description', bytes(wide(112, ascii('https://example.com/mud')), wide(112, [1]))],
  ['unknown', wide(4242, '0102')],
  ['longer than the packet', bytes(u16(23), u16(64), ADDRESS)],
  ['cut in its head', bytes(0, 23)],
] as const)
  port547(`option: ${name}`, solicit(data));
port547('relayed', bytes(12, 1, ADDRESS, ip6('fe80::1'), wide(9, solicit(wide(8, u16(0)))), wide(18, ascii('ge-0'))));
port547(
  'relayed twice',
  bytes(13, 1, ADDRESS, ADDRESS, wide(9, bytes(13, 0, ADDRESS, ADDRESS, wide(9, bytes(7, '000001'))))),
);
addCut('dhcpv6: relay cut', overUdp6(547, bytes(12, 1, ADDRESS, ADDRESS)), 10);
addCut('dhcpv6: option cut', overUdp6(547, solicit(wide(23, ADDRESS))), 5);

// ---------------------------------------------------------------------------------------------------------------------
// NTP

const port123 = (name: string, message: Uint8Array): void => add(`ntp: ${name}`, overUdp(123, message));
interface NtpFields {
  readonly first?: number;
  readonly stratum?: number;
  readonly poll?: number;
  readonly reference?: Part;
  readonly times?: readonly (readonly [number, number])[];
}
function ntp(fields: NtpFields = {}, ...rest: readonly Part[]): Uint8Array {
  const { first = 0x23, stratum = 2, poll = 6, reference = ip4('192.0.2.1') } = fields;
  const times = fields.times ?? [
    [3900000000, 0],
    [3900000001, 0x80000000],
    [3900000002, 0x40000000],
    [3900000003, 1],
  ];
  const stamps = times.flatMap(([seconds, fraction]) => [u32(seconds), u32(fraction)]);
  return bytes(first, stratum, poll, 0xe9, '00012345', '0000ffff', reference, ...stamps, ...rest);
}
for (let mode = 0; mode < 8; mode++) port123(`mode ${mode}`, ntp({ first: 0x20 | mode }));
for (const leap of [0x40, 0x80, 0xc0]) port123(`leap indicator ${leap >> 6}`, ntp({ first: 0x1b | leap }));
for (const stratum of [0, 1, 2, 15, 16, 62, 63, 255])
  port123(`stratum ${stratum}`, ntp({ stratum, reference: ascii('GPS\0') }));
for (const poll of [0, 17, 31, 32, 0xff, 0xe1, 0xe0]) port123(`poll ${poll}`, ntp({ poll }));
port123(
  'times not set',
  ntp({
    times: [
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 5],
    ],
  }),
);
port123(
  'times that go back',
  ntp({
    times: [
      [1, 0],
      [3900000005, 0x10000000],
      [3900000004, 0xf0000000],
      [3900000005, 0x20000000],
    ],
  }),
);
port123(
  'equal times',
  ntp({
    times: [
      [1, 2],
      [3, 4],
      [3, 4],
      [2, 5],
    ],
  }),
);
port123('with a key', ntp({}, u32(42)));
port123('with MD5', ntp({}, u32(42), zeros(16)));
port123('with SHA-1', ntp({}, u32(42), ascii('01234567890123456789')));
port123('with something else', ntp({}, zeros(7)));
port123('too short', ntp().slice(0, 40));
port123('one byte', bytes(0x1b));
for (const missing of [4, 12, 30, 38, 44, 46]) addCut(`ntp: cut by ${missing}`, overUdp(123, ntp()), missing);
addCut('ntp: digest cut', overUdp(123, ntp({}, u32(1), zeros(16))), 3);
const control = (flags: number, count: number, data: Part): Uint8Array =>
  bytes(0x16, flags, u16(1), u16(0), u16(2), u16(3), u16(count), data);
port123('control', control(0x02, 0, []));
port123('control answer', bytes(0x16, 0xe2, u16(1), u16(0x0628), u16(2), u16(0), u16(4), ascii('a=1,')));
port123('control with less than announced', control(0x82, 20, ascii('a=1')));
port123('control too short', control(0x02, 0, []).slice(0, 8));
addCut('ntp: control cut', overUdp(123, control(0x82, 4, ascii('a=1,'))), 2);

// ---------------------------------------------------------------------------------------------------------------------
// Lines of text

const text80 = (name: string, text: string, port = 80): void => add(`text: ${name}`, overTcp(port, ascii(text)));
text80('HTTP request', 'GET / HTTP/1.1\r\nHost: example.com\r\nAccept: */*\r\n\r\n');
text80('HTTP request in small letters', 'get / http/1.0\r\n\r\n');
text80('HTTP response', 'HTTP/1.1 200 OK\r\nServer: skep\r\n\r\n<p>');
text80('HTTP response with a body that is not text', 'HTTP/1.1 404 Not Found\r\n\r\n\u0001\u0002');
text80('HTTP body', '<p>A straw beehive.</p>\r\n');
text80('HTTP request without an end of line', 'POST /form HTTP/1.1');
text80('HTTP line feeds only', 'PUT /a HTTP/1.0\nA: b\n\n');
text80('HTTP carriage return only', 'GET /\rHost: x\r\n');
text80('HTTP carriage return last', 'GET / HTTP/1.1\r');
text80('HTTP tabs', 'GET\t/\tHTTP/1.1\r\nA:\tb\r\n');
text80('HTTP blanks before the status', 'HTTP/1.1    301    Moved\r\n');
text80('HTTP four digits', 'HTTP/1.1 2000 OK\r\n');
text80('HTTP a longer word', `${'G'.repeat(128)} 200\r\n`);
text80('HTTP too long a word', `${'G'.repeat(129)} 200\r\n`);
text80('HTTP control character', 'GET /\u0007 HTTP/1.1\r\n');
text80('HTTP high character first', '\u00e9GET / HTTP/1.1\r\n');
text80('HTTP WebDAV', 'VERSION-CONTROL / HTTP/1.1\r\n');
text80('HTTP on port 8080', 'HEAD / HTTP/1.1\r\n', 8080);
text80('FTP', '220 ready\r\n', 21);
text80('FTP not text', '\u0000\u0001', 21);
text80('SMTP', 'EHLO client.example.com\r\n', 25);
text80('WHOIS', 'example.com\r\n', 43);
text80('RTSP', 'DESCRIBE rtsp://example.com/ RTSP/1.0\r\nCSeq: 1\r\n\r\n', 554);
text80('RTSP response', 'RTSP/1.0 200 OK\r\n', 8554);
text80('RTSP something else', 'GET / HTTP/1.1\r\n', 554);
addCut('text: HTTP cut', overTcp(80, ascii('GET /long HTTP/1.1\r\nHost: example.com\r\n\r\n')), 30);
addCut('text: HTTP cut in the second line', overTcp(80, ascii('GET / HTTP/1.1\r\nHost: example.com\r\n\r\n')), 10);
add('text: SIP', overUdp(5060, ascii('INVITE sip:a@example.com SIP/2.0\r\nVia: x\r\n\r\n')));
add('text: SIP response', overUdp(5060, ascii('SIP/2.0 180 Ringing\r\n')));
add('text: SIP something else', overUdp(5060, ascii('hello\r\n')));

// ---------------------------------------------------------------------------------------------------------------------
// TFTP and syslog

const port69 = (name: string, message: Uint8Array): void => add(`tftp: ${name}`, overUdp(69, message));
port69('read', bytes(u16(1), ascii('boot.img\0octet\0')));
port69('write with options', bytes(u16(2), ascii('a\0netascii\0blksize\x001428\0tsize\x000\0')));
port69('read without a mode', bytes(u16(1), ascii('boot.img\0')));
port69('read without an end', bytes(u16(1), ascii('boot.img')));
port69('read of nothing', bytes(u16(1)));
port69('read with a mode without an end', bytes(u16(1), ascii('boot.img\0oct')));
port69('option without an end', bytes(u16(2), ascii('a\0octet\0tsize')));
port69('empty options', bytes(u16(1), ascii('a\0octet\0\0\0')));
port69('data', bytes(u16(3), u16(1), zeros(512)));
port69('acknowledgment', bytes(u16(4), u16(65535)));
port69('acknowledgment without a block', bytes(u16(4), 1));
for (const code of [0, 1, 7, 8]) port69(`error ${code}`, bytes(u16(5), u16(code), ascii('no\0')));
port69('error without a message', bytes(u16(5), u16(1)));
port69('error without a code', bytes(u16(5), 1));
port69('error without an end', bytes(u16(5), u16(2), ascii('no')));
port69('options', bytes(u16(6), ascii('blksize\x001428\0')));
port69('unknown', bytes(u16(9), ascii('x\0')));
port69('one byte', bytes(0));
port69('nothing', bytes());
addCut('tftp: cut', overUdp(69, bytes(u16(1), ascii('boot.img\0octet\0'))), 10);

const port514 = (name: string, message: Uint8Array): void => add(`syslog: ${name}`, overUdp(514, message));
for (const priority of ['0', '13', '165', '191', '192', '999'])
  port514(`priority ${priority}`, ascii(`<${priority}>Jan  1 00:00:00 host skep: the bees are home`));
port514('four digits', ascii('<1234>x'));
port514('no digits', ascii('<>x'));
port514('no priority', ascii('hello'));
port514('no end of the priority', ascii('<13'));
port514('no message', ascii('<13>'));
port514('control characters', ascii('<13>a\tb\nc\u00e9'));
addCut('syslog: cut', overUdp(514, ascii('<13>the bees are home')), 6);

// ---------------------------------------------------------------------------------------------------------------------
// SNMP

const port161 = (name: string, message: Uint8Array): void => add(`snmp: ${name}`, overUdp(161, message));
/** An element of a basic encoding. */
function element(tag: number, ...content: readonly Part[]): Uint8Array {
  const data = bytes(...content);
  return data.length < 128 ? bytes(tag, data.length, data) : bytes(tag, 0x82, u16(data.length), data);
}
const integer = (...content: number[]): Uint8Array => element(2, content);
const octets = (text: string): Uint8Array => element(4, ascii(text));
const SYS_NAME = element(6, '2b06010201010500');
const NOTHING = element(5);
const binding = (value: Uint8Array, object = SYS_NAME): Uint8Array => element(0x30, object, value);
function pdu(type: number, status: number, index: number, ...bindings: readonly Uint8Array[]): Uint8Array {
  return element(0xa0 | type, integer(0x12, 0x34), integer(status), integer(index), element(0x30, ...bindings));
}
const snmp = (version: number, community: string, ...rest: readonly Part[]): Uint8Array =>
  element(0x30, integer(version), octets(community), ...rest);
for (let type = 0; type < 9; type++) port161(`message ${type}`, snmp(1, 'public', pdu(type, 0, 0, binding(NOTHING))));
for (const type of [4, 5, 8])
  port161(`message ${type} of version 1`, snmp(0, 'public', pdu(type, 0, 0, binding(NOTHING))));
port161('another community', snmp(0, 'secret', pdu(0, 0, 0, binding(NOTHING))));
port161('a community that is not text', snmp(0, 'a\u0001', pdu(0, 0, 0, binding(NOTHING))));
port161('errors of a response', snmp(1, 'public', pdu(2, 2, 1, binding(NOTHING))));
port161('an error without an index', snmp(1, 'public', pdu(2, 18, 0, binding(NOTHING))));
port161('an index without an error', snmp(1, 'public', pdu(2, 0, 3, binding(NOTHING))));
port161('unknown errors', snmp(1, 'public', pdu(2, 0x7f, 1, binding(NOTHING))));
port161('negative errors', snmp(1, 'public', pdu(2, 0xff, 0xff, binding(NOTHING))));
port161('errors of a request', snmp(1, 'public', pdu(0, 1, 1, binding(NOTHING))));
port161('bulk', snmp(1, 'public', pdu(5, 1, 10, binding(NOTHING))));
port161('a question with a value', snmp(1, 'public', pdu(0, 0, 0, binding(integer(1)))));
for (const [name, value] of [
  ['integer', integer(0x7f, 0xff, 0xff, 0xff)],
  ['negative integer', integer(0xfe)],
  ['long integer', integer(1, 2, 3, 4, 5, 6)],
  ['empty integer', element(2)],
  ['text', octets('hive')],
  ['octets', element(4, '00ff10')],
  ['object', element(6, '2b060104010a3c')],
  ['object of the experiments', element(6, '2b06010301')],
  ['object of SNMP modules', element(6, '2b060106030101')],
  ['object elsewhere', element(6, '2a03')],
  ['object with large numbers', element(6, '2b8100 ffffffff7f 8f7f')],
  ['object of class 2', element(6, '883703')],
  ['empty object', element(6)],
  ['address', element(0x40, ip4('192.0.2.1'))],
  ['short address', element(0x40, '0a00')],
  ['counter', element(0x41, 'ffffffff')],
  ['gauge', element(0x42, '0102')],
  ['ticks', element(0x43, '00')],
  ['opaque', element(0x44, 'cafe')],
  ['counter of 64 bits', element(0x46, 'ffffffffffffffff')],
  ['short counter of 64 bits', element(0x46, '0100')],
  ['counter of 64 bits in seven bytes', element(0x46, 'ffffffffffffff')],
  ['counter of 64 bits in nine bytes', element(0x46, '01ffffffffffffffff')],
  ['no such object', element(0x80)],
  ['no such instance', element(0x81)],
  ['end of view', element(0x82)],
  ['exception 3', element(0x83)],
  ['boolean', element(1, '01')],
  ['set', element(0x31)],
  ['sequence', element(0x30)],
  ['private', element(0xc0, '01')],
  ['private constructed', element(0xe0)],
  ['application constructed', element(0x61)],
  ['an extended tag', bytes(0x1f, 0x81, 0x01, 0)],
  ['an unknown tag', bytes(0x5a, 0)],
  ['a length beyond the message', bytes(4, 100, 1)],
  ['a length of lengths beyond the message', bytes(4, 0x85, 1)],
  ['no length', bytes(4)],
  ['nothing', bytes()],
] as const)
  port161(`value: ${name}`, snmp(1, 'public', pdu(2, 0, 0, binding(value))));
port161(
  'two bindings',
  snmp(1, 'public', pdu(2, 0, 0, binding(integer(1)), binding(octets('x'), element(6, '2b06010201020201030c')))),
);
port161('an object that is none', snmp(1, 'public', pdu(2, 0, 0, element(0x30, integer(1), integer(2)))));
port161('a binding that is none', snmp(1, 'public', pdu(2, 0, 0, integer(1))));
port161('bindings that are none', snmp(1, 'public', element(0xa2, integer(1), integer(0), integer(0), integer(9))));
port161(
  'bytes after everything',
  bytes(snmp(1, 'public', element(0xa2, integer(1), integer(0), integer(0), element(0x30), 1), 2, 3), 4),
);
for (const [name, body] of [
  ['request', element(0xa0, octets('x'))],
  ['status', element(0xa0, integer(1), octets('x'))],
  ['index', element(0xa0, integer(1), integer(0), octets('x'))],
  ['message', octets('x')],
] as const)
  port161(`a ${name} that is none`, snmp(1, 'public', body));
const trap = (generic: number, specific: number, time = element(0x43, '0102')): Uint8Array =>
  element(
    0xa4,
    element(6, '2b060104010a'),
    element(0x40, ip4('192.0.2.1')),
    integer(generic),
    integer(specific),
    time,
    element(0x30, binding(integer(1))),
  );
for (const generic of [0, 3, 6, 9]) port161(`trap ${generic}`, snmp(0, 'public', trap(generic, generic === 0 ? 0 : 7)));
port161('trap with a wrong time', snmp(0, 'public', trap(0, 0, integer(1))));
port161('trap with a wrong enterprise', snmp(0, 'public', element(0xa4, integer(1))));
port161('trap with a wrong agent', snmp(0, 'public', element(0xa4, element(6, '2b06'), integer(1))));
port161('version 4', snmp(4, 'public'));
port161('a version that is none', element(0x30, octets('x')));
port161('a community that is none', element(0x30, integer(0), integer(1)));
port161('a message that is none', integer(1));
port161('nothing at all', bytes());
interface Version3Fields {
  readonly flags?: Part;
  readonly model?: number;
  readonly scoped?: Uint8Array;
  readonly extra?: Part;
}
function version3(fields: Version3Fields = {}): Uint8Array {
  const { flags = [7], model = 3, extra = [] } = fields;
  const security = element(
    0x30,
    octets('\u0080engine'),
    integer(5),
    integer(0x10, 0),
    octets('user'),
    octets(''),
    octets(''),
  );
  const scoped = fields.scoped ?? element(0x30, octets('\u0080en'), octets('context'), pdu(0, 0, 0, binding(NOTHING)));
  const header = element(0x30, integer(1), integer(5, 0xdc), element(4, flags), integer(model), extra);
  return element(0x30, integer(3), header, element(4, security), scoped);
}
port161('version 3', version3());
for (const flags of [0, 1, 2, 3, 4, 5]) port161(`version 3, flags ${flags}`, version3({ flags: [flags] }));
port161('version 3, two bytes of flags', version3({ flags: [0, 0] }));
port161('version 3, another security model', version3({ model: 2 }));
port161('version 3, encrypted', version3({ scoped: octets('\u0001\u0002') }));
port161('version 3, bytes after the header', version3({ extra: zeros(9) }));
addCut('snmp: cut', overUdp(161, snmp(1, 'public', pdu(2, 0, 0, binding(octets('server.example.com'))))), 8);
addCut(
  'snmp: cut in the header',
  overUdp(161, snmp(1, 'public', pdu(2, 0, 0, binding(octets('server.example.com'))))),
  47,
);

// ---------------------------------------------------------------------------------------------------------------------
// IGMP

function igmp(name: string, type: number, code: number, body: Part, correct = true): void {
  const sum = checksum(type, code, 0, 0, body);
  const message = bytes(type, code, u16(correct ? sum : sum ^ 1), body);
  add(`igmp: ${name}`, ethernet(ipv4(message, { protocol: 2, destination: '224.0.0.1', ttl: 1 })));
}
const GROUP = ip4('239.1.2.3');
igmp('query of version 1', 0x11, 0, zeros(4));
igmp('query of version 1 for a group', 0x11, 0, GROUP);
igmp('query of version 2', 0x11, 100, zeros(4));
igmp('query of version 2, another time, for a group', 0x11, 10, GROUP);
igmp('query of ten bytes', 0x11, 10, bytes(GROUP, 0, 0));
igmp('query of version 3', 0x11, 100, zeros(8));
for (const code of [1, 127, 128, 200, 255]) igmp(`query of version 3, code ${code}`, 0x11, code, zeros(8));
igmp('query of version 3 for a group', 0x11, 100, bytes(GROUP, 2, 125, u16(0)));
igmp('query of version 3 for sources', 0x11, 100, bytes(GROUP, 2, 125, u16(2), ip4('10.0.0.1'), ip4('10.0.0.2')));
igmp('query of version 3 with too few sources', 0x11, 100, bytes(GROUP, 2, 125, u16(9), ip4('10.0.0.1')));
igmp('query of version 3 with an odd length', 0x11, 100, zeros(9));
igmp('report of version 1', 0x12, 0, GROUP);
igmp('long report of version 1', 0x12, 0, bytes(GROUP, zeros(4)));
igmp('report of version 2', 0x16, 0, GROUP);
igmp('leave', 0x17, 0, GROUP);
igmp('a wrong checksum', 0x17, 0, GROUP, false);
const group = (type: number, ...sources: string[]): Uint8Array =>
  bytes(type, 0, u16(sources.length), GROUP, ...sources.map(ip4));
igmp('report of version 3', 0x22, 0, bytes(u16(0), u16(2), group(4), group(3, '10.0.0.1', '10.0.0.2')));
for (const type of [1, 2, 5, 6, 7])
  igmp(`report of version 3, record type ${type}`, 0x22, 0, bytes(u16(0), u16(1), group(type)));
igmp('report of version 3 with too few groups', 0x22, 0, bytes(u16(0), u16(9), group(4)));
igmp('report of version 3 with too few sources', 0x22, 0, bytes(u16(0), u16(1), 1, 0, u16(9), GROUP));
igmp('report of version 3, short', 0x22, 0, bytes(u16(0), u16(0)));
igmp('report of version 3, odd', 0x22, 0, bytes(u16(0), u16(1), group(4), 0));
const traceBody = bytes(zeros(4), ip4('10.0.0.1'), ip4('10.0.0.2'), ip4('224.0.0.9'), 32, '010203');
igmp('trace', 0x1f, 0, traceBody);
igmp('trace answer', 0x1e, 0, bytes(zeros(4), ip4('10.0.0.1'), ip4('10.0.0.2'), ip4('10.0.0.9'), 32, '010203'));
igmp('trace, short', 0x1f, 0, zeros(8));
igmp('another type', 0x99, 0, zeros(4));
addCut('igmp: cut', ethernet(ipv4(bytes(0x16, 0, 0, 0, GROUP), { protocol: 2 })), 2);

// ---------------------------------------------------------------------------------------------------------------------
// Spanning tree

function stp(name: string, message: Uint8Array, missing = 0): void {
  addCut(`stp: ${name}`, ieee8023(bytes('424203', message), { destination: '01:80:c2:00:00:00' }), missing);
}
interface StpFields {
  readonly version?: number;
  readonly type?: number;
  readonly flags?: number;
  readonly timers?: readonly number[];
}
function bpdu(fields: StpFields = {}, ...rest: readonly Part[]): Uint8Array {
  const { version = 0, type = 0, flags = 0, timers = [0x0100, 0x1400, 0x0200, 0x0f00] } = fields;
  return bytes(
    u16(0),
    version,
    type,
    flags,
    '8000020000000001',
    u32(4),
    '9001020000000002',
    u16(0x8002),
    ...timers.map(u16),
    ...rest,
  );
}
stp('configuration', bpdu());
for (const flags of [0x01, 0x80, 0x81]) stp(`configuration, flags ${flags}`, bpdu({ flags }));
stp('timers between hundredths', bpdu({ timers: [0x0020, 0x0060, 0x00a0, 0x00e1] }));
stp('topology change', bytes(u16(0), 0, 0x80));
stp('rapid', bpdu({ version: 2, type: 2, flags: 0x7e }, 0));
for (const role of [0, 4, 8, 12]) stp(`rapid, role ${role >> 2}`, bpdu({ version: 2, type: 2, flags: role }, 0));
stp('rapid, too short', bpdu({ version: 2, type: 2 }));
stp('rapid message of version 0', bpdu({ version: 0, type: 2 }, 0));
stp('another type', bpdu({ type: 9 }));
stp('another version', bpdu({ version: 9 }));
stp('another protocol', bytes(u16(1), zeros(40)));
stp('configuration, too short', bpdu().slice(0, 30));
stp('three bytes', bytes(0, 0, 0));
const instance = (id: number): Uint8Array => bytes(0x7c, u16(0x8000 | id), '020000000009', u32(20000), 0x80, 0x80, 19);
function multiple(version: number, ...instances: readonly Uint8Array[]): Uint8Array {
  const name = field('region', 32);
  const digest = bytes(...[1, 2, 3, 4].map(n => u32(n * 0x11111111)));
  const length = 64 + 16 * instances.length;
  return bpdu(
    { version, type: 2, flags: 0x7c },
    0,
    u16(length),
    0,
    name,
    u16(7),
    digest,
    u32(200),
    '7000020000000003',
    20,
    ...instances,
  );
}
stp('multiple', multiple(3));
stp('multiple with instances', multiple(3, instance(1), instance(2)));
stp('multiple, too short', multiple(3).slice(0, 90));
stp('multiple, wrong version 3 length', multiple(3, instance(1)).slice(0, 110));
stp('multiple with a version 1 length', bytes(multiple(3).slice(0, 35), 1, multiple(3).slice(36)));
const path = bytes(
  u16(85),
  0,
  field('aux', 32),
  u16(3),
  zeros(16),
  0xb8,
  0,
  0x12,
  0x34,
  u16(5),
  zeros(8),
  ...[1, 2, 3, 4, 5].map(u32),
);
stp('shortest path', bytes(multiple(4), path));
stp('shortest path, too short', bytes(multiple(4), u16(10), zeros(10)));
for (const missing of [1, 12, 20, 30]) stp(`configuration cut by ${missing}`, bpdu(), missing);
for (const missing of [5, 20, 50, 70, 100]) stp(`multiple cut by ${missing}`, multiple(3, instance(1)), missing);
for (const missing of [10, 30, 60, 85]) stp(`shortest path cut by ${missing}`, bytes(multiple(4), path), missing);

// ---------------------------------------------------------------------------------------------------------------------
// LLDP

const lldpValue = (type: number, data: Part): Uint8Array => bytes(u16((type << 9) | bytes(data).length), data);
const MANDATORY = bytes(lldpValue(1, '04020000000001'), lldpValue(2, bytes(5, ascii('eth0'))), lldpValue(3, u16(120)));
function lldp(name: string, ...values: readonly Uint8Array[]): void {
  add(
    `lldp: ${name}`,
    ethernet(bytes(MANDATORY, ...values, u16(0)), { type: 0x88cc, destination: '01:80:c2:00:00:0e' }),
  );
}
lldp('the least');
lldp(
  'the usual',
  lldpValue(4, ascii('port')),
  lldpValue(5, ascii('host')),
  lldpValue(6, ascii('a station')),
  lldpValue(7, '0014 0010'),
);
for (const subtype of [1, 2, 3, 5, 6, 7, 9]) {
  lldp(`chassis identifier ${subtype}`, lldpValue(1, bytes(subtype, 1, ip4('10.0.0.1'))));
  lldp(`port identifier ${subtype}`, lldpValue(2, bytes(subtype, '020000000001')));
}
lldp(
  'identifiers as IPv6 and as MAC address',
  lldpValue(1, bytes(5, 2, ADDRESS)),
  lldpValue(2, bytes(4, 6, '020000000001')),
);
lldp('an identifier of an unknown family', lldpValue(1, bytes(5, 99, zeros(8))));
for (const [type, data] of [
  [1, '04'],
  [1, '040102'],
  [1, '0501'],
  [1, bytes(5, 2, zeros(4))],
  [1, bytes(5, 6, zeros(2))],
  [2, '03'],
  [2, '0301'],
  [2, '0401'],
  [3, '01'],
  [7, '0001'],
  [8, '09'],
  [8, bytes(0)],
  [8, bytes(5, 1, ip4('10.0.0.1'), 2, 0)],
  [8, bytes(5, 1, ip4('10.0.0.1'), 2, u32(1), 9)],
  [127, '0012'],
] as const)
  lldp(`too short: type ${type}, ${bytes(data).length} bytes`, lldpValue(type, data));
lldp('management address', lldpValue(8, bytes(5, 1, ip4('10.0.0.1'), 2, u32(3), 0)));
lldp('management address with an object', lldpValue(8, bytes(17, 2, ADDRESS, 3, u32(3), 3, ascii('oid'))));
lldp('management address, unknown', lldpValue(8, bytes(3, 99, 1, 2, 9, u32(3))));
lldp('an unknown type', lldpValue(42, '0102030405'));
lldp('an empty value', lldpValue(5, bytes()));
for (const [oui, organization, cases] of [
  [
    '0080c2',
    '802.1',
    {
      '1': '000a',
      '2': '06 000a',
      '3': '000a 04 6e616d65',
      '3s': '000a 09 6e616d65',
      '3t': '000a',
      '4': '03 888e01',
      '4s': '09 01',
      '7': '03 00000001',
      '8': 'a5 5a',
      '8s': '01',
      '9': 'c5 01234567 0102030405060708 0001020304050607',
      '9s': '00',
      '10': '00 01234567 6400000000000000 0000000000000002',
      '10s': '00',
      '11': 'd8 0f',
      '11s': '00',
      '12': '00 690cbc 2a89e0',
      '12s': '00',
      '12t': '00 1234',
      '13': '0f 0f ff 7f ff',
      '13s': '00',
      '14': '88 00 0123 001002 003004',
      '14s': '88 00 0123 0010',
      '14t': '88',
      '99': '0102',
      '1s': '00',
      '2s': '00',
      '4t': '',
      '7s': '00',
    },
  ],
  [
    '00120f',
    '802.3',
    {
      '1': '03 6c11 001e',
      '1s': '03',
      '1t': '00 8000 00ff',
      '2': '0f 02 04',
      '2s': '0f',
      '2t': '00 09 09',
      '3': '01 00000002',
      '3s': '01',
      '4': '05f2',
      '4s': '05',
      '99': '01',
    },
  ],
  ['00005e', 'IANA', { '1': '68747470733a2f2f6578616d706c652e636f6d', '1s': '6874', '9': '01020304' }],
  [
    '0012bb',
    'MED',
    {
      '1': '003f 04',
      '1s': '00',
      '1t': '0000 09',
      '2': '01 43e96e',
      '2s': '01',
      '2t': '99 e00000',
      '3': '03 3132333435',
      '3s': '',
      '3t': '09 0102',
      '3u': '01 68 61b69d73 5c 04671de6 17 4000 7578 01',
      '3v': '01 68',
      '3w': '02 0f 02 4742 01 03 616263 03 04 43697479',
      '3x': '02 09 01 4742 00 03 61626364',
      '3y': '02 02 01',
      '3z': '02 20 02 4742',
      '4': '52 0032',
      '4s': '52',
      '4t': '00 0400',
      '5': '31',
      '6': '32',
      '7': '33',
      '8': '34',
      '9': '6d61',
      '10': '6d6f',
      '11': '6173',
      '99': '00',
    },
  ],
  [
    '001b21',
    'DCBX',
    {
      '1': '0102',
      '2': '020a 00 01 00000001 00000002 0411 00 00 e0 00 01234567 6400000000000000 08 0606 00 00 a0 00 0f 08 0810 00 00 80 00 8906 40 1b21 08 0cbc 00 1b21 10',
      '2s': '0203 000000',
      '2t': '0e02 0102',
      '2u': '0000',
      '9': '',
      '2v': '020a 0001',
    },
  ],
  ['334455', 'unknown', { '1': '0102' }],
] as const)
  for (const [subtype, data] of Object.entries(cases))
    lldp(`${organization}, subtype ${subtype}`, lldpValue(127, bytes(oui, Number.parseInt(subtype, 10), data)));
lldp('only an organization', lldpValue(127, '0080c2'));
add('lldp: no end', ethernet(MANDATORY, { type: 0x88cc }));
add('lldp: nothing', ethernet(bytes(), { type: 0x88cc }));
add('lldp: a value beyond the frame', ethernet(bytes(MANDATORY, u16((5 << 9) | 90), ascii('host')), { type: 0x88cc }));
for (const missing of [1, 3, 9, 20])
  addCut(
    `lldp: cut by ${missing}`,
    ethernet(bytes(MANDATORY, lldpValue(5, ascii('host')), u16(0)), { type: 0x88cc }),
    missing,
  );

// ---------------------------------------------------------------------------------------------------------------------
// VXLAN and Geneve

const INNER = ethernet(ipv4(udp(ascii('inside'))));
const port4789 = (name: string, message: Uint8Array): void => add(`vxlan: ${name}`, overUdp(4789, message));
port4789('a frame', bytes('08000000 00002a00', INNER));
port4789('without an identifier', bytes('00000000 00002a00', INNER));
port4789('other flags', bytes('ff000000 ffffff01', INNER));
port4789('too short', zeros(7));
port4789('empty', bytes('08000000 00002a00'));
port4789('in itself', bytes('08000000 00002a00', overUdp(4789, bytes('08000000 00000100', INNER))));
for (const missing of [1, 40, 50, 52, 56])
  addCut(`vxlan: cut by ${missing}`, overUdp(4789, bytes('08000000 00002a00', INNER)), missing);

const port6081 = (name: string, message: Uint8Array): void => add(`geneve: ${name}`, overUdp(6081, message));
port6081('a frame', bytes('00006558 00002a00', INNER));
port6081('IPv4', bytes('0000 0800 00002a00', INNER.slice(14)));
port6081('IPv6', bytes('0000 86dd 00002a00', ipv6(udp(ascii('inside')))));
port6081('another protocol', bytes('00001234 00002a00', zeros(8)));
port6081('all flags', bytes('00ff6558 00002a07', INNER));
port6081('version 1', bytes('40006558 00002a00', INNER));
for (const [name, options] of [
  ['standard', '0001 01 00'],
  ['Linux', '0100 81 01 cafebabe'],
  ['several', '0101 02 01 00000001 0102 03 00 0103 04 00 0104 05 02 0000000100000002'],
  ['experimental and unknown', 'fff0 06 00 4321 07 00'],
  ['too long', '0100 01 1f 00000000'],
] as const) {
  const data = bytes(options);
  port6081(`options: ${name}`, bytes(data.length / 4, '006558 00002a00', data, INNER));
}
port6081('more options than bytes', bytes('3f006558 00002a00', zeros(8)));
port6081('too short', zeros(7));
for (const missing of [1, 48, 54, 60])
  addCut(`geneve: cut by ${missing}`, overUdp(6081, bytes('01006558 00002a00', '00010100', INNER)), missing);
