// Packets of every link type, with headers that make sense often enough for filters to look deep, then damaged sometimes.

import { type LinkType, linkTypeByName } from '../../src/filter/link-types.js';
import * as pools from './pools.js';
import type { Random } from './random.js';

type Bytes = readonly number[];

const be16 = (value: number): Bytes => [(value >>> 8) & 0xff, value & 0xff];
const be32 = (value: number): Bytes => [...be16(value >>> 16), ...be16(value)];
const le16 = (value: number): Bytes => [value & 0xff, (value >>> 8) & 0xff];
const le32 = (value: number): Bytes => [...le16(value), ...le16(value >>> 16)];
const zeros = (length: number): Bytes => new Array<number>(length).fill(0);
const some = (random: Random, length: number): Bytes => [...random.bytes(length)];

function ip4Bytes(text: string): Bytes {
  return text.split('.').map(Number);
}

function ip6Bytes(text: string): Bytes {
  const [head = '', tail] = text.split('::');
  const groups = (part: string): number[] =>
    part
      .split(':')
      .filter(Boolean)
      .flatMap(group => be16(Number.parseInt(group, 16)));
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  return [...left, ...zeros(16 - left.length - right.length), ...right];
}

function macBytes(text: string): Bytes {
  return text.split(':').map(byte => Number.parseInt(byte, 16));
}

/** A network-layer packet and how link layers name it: an EtherType, or an LLC SAP up to 1500. */
interface Payload {
  readonly protocol: number;
  readonly bytes: Bytes;
}

const mac = (random: Random): Bytes => macBytes(random.pick(pools.MAC));

function transport(random: Random, protocol: number, depth: number): Bytes {
  const ports = [...be16(random.pick(pools.PORTS)), ...be16(random.pick(pools.PORTS))];
  switch (protocol) {
    case 6:
      return [...ports, ...some(random, 8), 0x50, random.below(64), ...some(random, 6), ...some(random, 4)];
    case 132:
      return [...ports, ...some(random, 12)];
    case 17: {
      const tunnel = depth < 2 && random.chance(0.4) ? random.pick([4789, 6081]) : 0;
      if (tunnel === 0) return [...ports, ...be16(20), ...be16(0), ...some(random, 16)];
      const vni = [...be32(random.pick(pools.VNIS) << 8)];
      const header = [...be16(random.pick(pools.PORTS)), ...be16(tunnel), ...be16(0), ...be16(0)];
      if (tunnel === 4789) {
        return [...header, random.chance(0.9) ? 8 : 0, 0, 0, 0, ...vni, ...ethernet(random, depth + 1)];
      }
      const options = random.below(3);
      const inner = random.chance(0.6)
        ? { protocol: 0x6558, bytes: ethernet(random, depth + 1) }
        : network(random, depth + 1);
      return [
        ...header,
        (random.chance(0.9) ? 0 : 0x40) | options,
        0,
        ...be16(inner.protocol),
        ...vni,
        ...some(random, 4 * options),
        ...inner.bytes,
      ];
    }
    case 51:
      // AH: next header, length in words minus 2.
      return [random.pick(pools.IP_PROTOCOLS), random.below(4), ...some(random, 30)];
    default:
      return some(random, 12 + random.below(16));
  }
}

function ip4(random: Random, depth: number): Payload {
  const protocol = random.chance(0.7) ? random.pick([6, 17, 132]) : random.pick(pools.IP_PROTOCOLS);
  const words = random.chance(0.8) ? 5 : random.below(16);
  const fragment = random.chance(0.8) ? random.pick([0, 0x4000, 0x2000]) : random.below(0x10000);
  const version = random.chance(0.97) ? 4 : random.below(16);
  return {
    protocol: 0x0800,
    bytes: [
      (version << 4) | words,
      random.below(256),
      ...be16(60),
      ...be16(random.below(65536)),
      ...be16(fragment),
      64,
      protocol,
      ...be16(0),
      ...ip4Bytes(random.pick(pools.IP4)),
      ...ip4Bytes(random.pick(pools.IP4)),
      ...some(random, Math.max(0, 4 * words - 20)),
      ...transport(random, protocol, depth),
    ],
  };
}

function ip6(random: Random, depth: number): Payload {
  let protocol = random.chance(0.7) ? random.pick([6, 17, 58, 132]) : random.pick(pools.IP_PROTOCOLS);
  let rest = transport(random, protocol, depth);
  for (let extensions = random.chance(0.6) ? 0 : random.below(4); extensions > 0; extensions--) {
    const header = random.pick([0, 43, 44, 51, 60]);
    const length = header === 44 ? 0 : random.below(2);
    const size = header === 51 ? (length + 2) * 4 : header === 44 ? 8 : (length + 1) * 8;
    const offset = header === 44 ? [...be16(random.pick([0, 1, 0x0008])), ...zeros(4)] : zeros(size - 2);
    rest = [protocol, header === 51 ? length : header === 44 ? 0 : length, ...offset, ...rest];
    protocol = header;
  }
  return {
    protocol: 0x86dd,
    bytes: [
      random.chance(0.97) ? 0x60 : random.below(256),
      ...zeros(3),
      ...be16(rest.length),
      protocol,
      64,
      ...ip6Bytes(random.pick(pools.IP6)),
      ...ip6Bytes(random.pick(pools.IP6)),
      ...rest,
    ],
  };
}

function arp(random: Random): Payload {
  const addresses = [
    ...mac(random),
    ...ip4Bytes(random.pick(pools.IP4)),
    ...mac(random),
    ...ip4Bytes(random.pick(pools.IP4)),
  ];
  return {
    protocol: random.pick([0x0806, 0x0806, 0x8035]),
    bytes: [...be16(1), ...be16(0x0800), 6, 4, ...be16(1 + random.below(4)), ...addresses],
  };
}

function mpls(random: Random, depth: number): Payload {
  const labels = 1 + random.below(3);
  const entries: number[] = [];
  for (let i = 0; i < labels; i++) {
    const bottom = i === labels - 1 ? random.chance(0.9) : random.chance(0.1);
    entries.push(...be32(((random.pick(pools.LABELS) << 12) | (bottom ? 0x100 : 0) | 64) >>> 0));
  }
  return { protocol: 0x8847, bytes: [...entries, ...(random.chance(0.5) ? ip4 : ip6)(random, depth).bytes] };
}

const PPP_NUMBERS = new Map([
  [0x0800, 0x0021],
  [0x86dd, 0x0057],
  [0x6003, 0x0027],
  [0x809b, 0x0029],
  [0xfe, 0x0023],
  [0xe0, 0x002b],
  [0x42, 0x0031],
  [0x8847, 0x0281],
]);

function pppNumber(random: Random, protocol: number): number {
  return PPP_NUMBERS.get(protocol) ?? random.pick([0xc021, 0x002d, 0x002f, protocol & 0xffff]);
}

function pppoe(random: Random, depth: number): Payload {
  const inner = network(random, depth + 1);
  return {
    protocol: random.pick([0x8864, 0x8864, 0x8863]),
    bytes: [
      0x11,
      0,
      ...be16(random.pick(pools.SESSIONS)),
      ...be16(inner.bytes.length + 2),
      ...be16(pppNumber(random, inner.protocol)),
      ...inner.bytes,
    ],
  };
}

function decnet(random: Random): Payload {
  const address = (): Bytes => {
    const [area, node] = random.pick(pools.DECNET);
    return le16((area << 10) | node);
  };
  const padding = random.chance(0.4) ? [0x81] : [];
  const header = random.chance(0.5)
    ? [0x02, ...address(), ...address(), 0]
    : [0x06, 0, 0, ...zeros(4), ...address(), ...zeros(6), ...address(), 0];
  return { protocol: 0x6003, bytes: [...le16(20), ...padding, ...header, ...some(random, 8)] };
}

function osi(random: Random): Payload {
  const identifier = random.pick([0x81, 0x82, 0x83, 0x83, 0x83]);
  const pdu = random.pick([15, 16, 17, 18, 20, 24, 25, 26, 27, 31]) | random.pick([0, 0, 0x80]);
  const fudge = random.chance(0.3) ? [0] : [];
  return { protocol: 0xfe, bytes: [...fudge, identifier, 27, 1, 0, pdu, 1, 0, ...some(random, 12)] };
}

/** A network-layer packet of any kind. */
function network(random: Random, depth: number): Payload {
  const kind = random.below(20);
  if (kind < 8) return ip4(random, depth);
  if (kind < 13) return ip6(random, depth);
  if (kind < 14) return arp(random);
  if (kind < 15) return osi(random);
  if (kind < 16) return decnet(random);
  if (kind < 17 && depth < 2) return mpls(random, depth);
  if (kind < 18 && depth < 2) return pppoe(random, depth);
  return { protocol: random.pick([...pools.ETHERTYPES, ...pools.SAPS]), bytes: some(random, 8 + random.below(40)) };
}

/** The LLC header (or SNAP) and what follows it. */
function llc(random: Random, payload: Payload): Bytes {
  const { protocol, bytes } = payload;
  if (protocol > 1500) {
    const organization = protocol === 0x809b && random.chance(0.7) ? [0x08, 0x00, 0x07] : [0, 0, 0];
    const first = random.chance(0.95) ? [0xaa, 0xaa, 0x03] : some(random, 3);
    return [...first, ...organization, ...be16(protocol), ...bytes];
  }
  const control = random.pick([
    0x00,
    0x01,
    0x03,
    0x05,
    0x09,
    0x63,
    0x43,
    0x0f,
    0x6f,
    0xe3,
    0xaf,
    0x87,
    0x13,
    random.below(256),
  ]);
  const sap = random.chance(0.9) ? [protocol, protocol] : [protocol, random.below(256)];
  return [...sap, control, ...bytes];
}

/** From the type or length field on. */
function typeAndPayload(random: Random, depth: number): Bytes {
  const tags: number[] = [];
  const tagCount = random.chance(0.7) ? 0 : 1 + random.below(2);
  for (let i = 0; i < tagCount; i++) {
    tags.push(
      ...be16(random.pick([0x8100, 0x8100, 0x88a8, 0x9100])),
      ...be16((random.below(8) << 13) | random.pick(pools.VLANS)),
    );
  }
  const payload = network(random, depth);
  if (payload.protocol > 1500 && random.chance(0.85)) return [...tags, ...be16(payload.protocol), ...payload.bytes];
  if (random.chance(0.05)) return [...tags, ...be16(64), 0xff, 0xff, ...some(random, 30)];
  const rest = llc(random, payload);
  return [...tags, ...be16(random.chance(0.95) ? Math.min(1500, rest.length) : 1501), ...rest];
}

function ethernet(random: Random, depth = 0): Bytes {
  return [...mac(random), ...mac(random), ...typeAndPayload(random, depth)];
}

function wlan(random: Random): Bytes {
  const type = random.pick([0x00, 0x04, 0x08, 0x08, 0x08, 0x0c]);
  const subtype = random.below(16) << 4;
  const ds = random.below(4);
  const header = [
    type | subtype,
    ds | random.pick([0, 0x40]),
    0,
    0,
    ...mac(random),
    ...mac(random),
    ...mac(random),
    ...be16(0),
  ];
  const qos = type === 0x08 && (subtype & 0x80) !== 0 ? [0, 0] : [];
  // libpcap does not know of a fourth address before the payload; sometimes there is one.
  const fourth = ds === 3 && random.chance(0.5) ? mac(random) : [];
  const padding = random.chance(0.2) ? zeros(2) : [];
  return [...header, ...fourth, ...qos, ...padding, ...llc(random, network(random, 0))];
}

function radiotap(random: Random): Bytes {
  const present = random.pick([0, 2, 3, 1, 2 | 0x80000000, random.next()]);
  const fields = some(random, random.pick([0, 1, 4, 9, 16]));
  return [0, 0, ...le16(8 + fields.length), ...le32(present >>> 0), ...fields];
}

function avs(random: Random): Bytes {
  const length = random.pick([8, 64, 64, 20]);
  return [...be32(0x80211000 | random.below(3)), ...be32(length), ...some(random, length - 8)];
}

function ppi(random: Random): Bytes {
  const fields = some(random, random.pick([0, 4, 24]));
  return [0, 0, ...le16(8 + fields.length), ...le32(random.chance(0.9) ? 105 : 1), ...fields];
}

function addressFamily(random: Random, protocol: number): number {
  if (protocol === 0x0800) return 2;
  if (protocol === 0x86dd) return random.pick([24, 28, 30, 10]);
  return random.below(40);
}

/** The header of each link type in front of a payload; the rest of the types are random bytes. */
function frame(random: Random, { name, layout }: LinkType): Bytes {
  const payload = (): Payload => network(random, 0);
  const ipOnly = (): Payload => (random.chance(0.5) ? ip4(random, 0) : ip6(random, 0));
  switch (layout?.demultiplexing) {
    case 'ethernet': {
      const header = some(random, layout.header ?? 0);
      const tag = name.startsWith('DSA')
        ? [random.pick([0x00, 0x20, 0x40, 0x80, 0xc0, random.below(256)]), ...some(random, 3)]
        : [];
      return [...header, ...mac(random), ...mac(random), ...tag, ...typeAndPayload(random, 0)];
    }
    case 'llc': {
      const before = some(random, layout.payload!);
      const addresses = layout.mac;
      if (addresses && addresses !== 'wlan') {
        const header = [...before];
        header.splice(addresses.destination, 6, ...mac(random));
        header.splice(addresses.source, 6, ...mac(random));
        return [...header.slice(0, layout.payload!), ...llc(random, payload())];
      }
      return [...before, ...llc(random, payload())];
    }
    case 'wlan': {
      const prefix = { radiotap, avs, ppi, prism: (r: Random) => (r.chance(0.5) ? avs(r) : some(r, 144)) };
      return [...(layout.prefix ? prefix[layout.prefix](random) : []), ...wlan(random)];
    }
    case 'sunatm': {
      const type = random.pick([1, 1, 2, 2, 5, 6]);
      const channel = [random.pick([0, 0, 1, 255]), ...be16(random.pick([1, 2, 3, 4, 5, 16, 100]))];
      const head = [type | random.pick([0, 0x80]), ...channel];
      if (type === 1) return [...head, ...be16(random.pick([0, 1, 0xff00])), ...ethernet(random)];
      if (type === 2) return [...head, ...llc(random, payload())];
      return [
        ...head,
        9,
        3,
        ...some(random, 3),
        random.pick([0x02, 0x05, 0x07, 0x0f, 0x4d, 0x5a, 0x46]),
        ...some(random, 12),
      ];
    }
    case 'linux-sll': {
      const { protocol, bytes } = payload();
      const head = [...be16(random.below(5)), ...be16(1), ...be16(6), ...mac(random), 0, 0];
      if (protocol > 1500 && random.chance(0.9)) return [...head, ...be16(protocol), ...bytes];
      const kind = random.pick([4, 4, 1]);
      return [...head, ...be16(kind), ...(kind === 4 ? llc(random, { protocol, bytes }) : bytes)];
    }
    case 'ethertype': {
      const { protocol, bytes } = payload();
      const header = some(random, layout.payload!).slice();
      const changed = [...header];
      changed.splice(layout.type!, 2, ...be16(protocol));
      if (name === 'LINUX_SLL2') {
        changed.splice(4, 4, ...be32(random.pick([1, 2, 3])));
        changed[10] = random.below(5);
      }
      return [...changed, ...bytes];
    }
    case 'hdlc': {
      const { protocol, bytes } = payload();
      return [0x0f, 0, ...be16(protocol === 0xfe ? 0xfefe : protocol), ...bytes];
    }
    case 'ppp':
    case 'ppp-bsdos': {
      const { protocol, bytes } = payload();
      const header = [...some(random, layout.payload!)];
      if (name === 'PPP_PPPD') header[0] = random.below(3);
      header.splice(layout.type!, 2, ...be16(pppNumber(random, protocol)));
      return [...header, ...bytes];
    }
    case 'family-host-order':
    case 'family-big-endian': {
      const { protocol, bytes } = payload();
      const family = addressFamily(random, protocol);
      return [...(random.chance(0.5) ? be32(family) : le32(family)), ...zeros(layout.payload! - 4), ...bytes];
    }
    case 'family-byte': {
      const { protocol, bytes } = payload();
      const length = random.pick([61, 64, 100]);
      const header = [length, addressFamily(random, protocol), random.below(11), random.below(15)];
      const names = [...random.pick(['eth0', 'em1', 'en']), '\0\0\0\0\0\0\0\0\0\0\0\0']
        .join('')
        .padEnd(16, '\0')
        .slice(0, 16);
      const text = [...names].map(c => c.charCodeAt(0));
      const rest = [
        ...text,
        ...text,
        ...be32(random.below(4)),
        ...be32(random.below(4)),
        ...zeros(16),
        1 + random.below(2),
        0,
        0,
        0,
      ];
      return [...header, ...rest, ...zeros(100)].slice(0, Math.ceil(length / 4) * 4).concat(bytes);
    }
    case 'ip-version':
    case 'ipv4-only':
    case 'ipv6-only': {
      const header = [...some(random, layout.payload!)];
      if (name === 'SLIP') header[0] = random.below(3);
      else if (header.length > 0 && random.chance(0.7)) header[0] = random.pick([0x45, 0x60]);
      const own = name === 'IPV4' ? ip4(random, 0) : name === 'IPV6' ? ip6(random, 0) : ipOnly();
      return [...header, ...own.bytes];
    }
    case 'arcnet': {
      const { protocol, bytes } = payload();
      const codes = new Map([
        [0x0800, 212],
        [0x86dd, 0xc4],
        [0x0806, 213],
        [0x8035, 214],
        [0x809b, 221],
      ]);
      const header = [...some(random, layout.payload!)];
      header[0] = random.pick([0, 5, 0xab]);
      header[1] = random.pick([0, 5, 0xab]);
      header[layout.type!] = codes.get(protocol) ?? random.pick([240, 241, 250, 0]);
      return [...header, ...bytes];
    }
    case 'frame-relay': {
      const { protocol, bytes } = payload();
      const identifier =
        protocol === 0x0800 ? 0xcc : protocol === 0x86dd ? 0x8e : random.pick([0x81, 0x82, 0x83, 0x80]);
      return [...some(random, 2), random.chance(0.9) ? 0x03 : 0, identifier, ...bytes];
    }
    case 'juniper': {
      const header = [...some(random, Math.min(64, (layout.payload ?? 20) + (layout.network ?? 0)))];
      header.splice(0, 4, 0x4d, 0x47, random.chance(0.9) ? 0x43 : 0, random.below(4));
      return [...header, ...payload().bytes];
    }
    case 'ipnet': {
      const { protocol, bytes } = payload();
      const family = protocol === 0x0800 ? 2 : protocol === 0x86dd ? 26 : random.below(30);
      return [1, family, ...be16(random.below(4)), ...zeros(20), ...bytes];
    }
    default: {
      const packet = [...some(random, 40 + random.below(30))];
      const at = layout?.signalling;
      if (at) {
        packet[at.lengthIndicator] = random.pick([0, 1, 2, 3, 0x3f, 0x40, 0x80]);
        packet.splice(at.lengthIndicatorHsl, 2, ...be16(random.pick([0, 0x80, 0x100, 0x180, 0x7f, 0xff80])));
        packet[at.sio + random.pick([0, 3])] = random.pick([0, 1, 0x83]);
        const label = le32(
          (random.pick([0, 1, 100, 0x3fff]) | (random.pick([0, 1, 100, 0x3fff]) << 14) | (random.below(16) << 28)) >>>
            0,
        );
        packet.splice(at.routingLabel + random.pick([0, 3]), 4, ...label);
      } else if (layout?.shortAddress) {
        packet[3] = random.pick([0, 5, 0xab, 0xff]);
        packet[4] = random.pick([0, 5, 0xab, 0xff]);
      } else if (layout && random.chance(0.5)) {
        return [...packet.slice(0, layout.payload ?? 0), ...zeros(layout.network ?? 0), ...ipOnly().bytes];
      }
      return packet;
    }
  }
}

/** One packet of a link type: whole, cut short, or with some bytes changed. */
export function generatePacket(random: Random, link: LinkType): Uint8Array {
  if (random.chance(0.04)) return random.bytes(random.below(80));
  const packet = Uint8Array.from(frame(random, link));
  if (random.chance(0.25)) return packet.slice(0, random.below(packet.length + 1));
  if (random.chance(0.1)) {
    for (let i = 1 + random.below(4); i > 0 && packet.length > 0; i--)
      packet[random.below(packet.length)] = random.below(256);
  }
  return packet;
}

/** An Ethernet packet, as a kernel would hand it to a filter. */
export function generateEthernet(random: Random): Uint8Array {
  return generatePacket(random, linkTypeByName('EN10MB')!);
}
