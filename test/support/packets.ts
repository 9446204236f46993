// Builders for packets in tests: each takes fields and a payload and returns bytes, with lengths and checksums filled in.

/** What `bytes` puts together: single bytes, lists of them, "0a 0b" in hex, other byte arrays. */
export type Part = number | string | Uint8Array | readonly number[];

/** Concatenates parts. A string is hex with optional blanks. */
export function bytes(...parts: readonly Part[]): Uint8Array {
  const out: number[] = [];
  for (const part of parts) {
    if (typeof part === 'number') out.push(part & 0xff);
    else if (typeof part === 'string') {
      const digits = part.replace(/[\s:]/g, '');
      for (let i = 0; i < digits.length; i += 2) out.push(Number.parseInt(digits.slice(i, i + 2), 16));
    } else for (const byte of part) out.push(byte & 0xff);
  }
  return Uint8Array.from(out);
}

/** The bytes of an ASCII text. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, character => character.charCodeAt(0) & 0xff);
}

export function u16(value: number): number[] {
  return [(value >> 8) & 255, value & 255];
}

export function u32(value: number): number[] {
  return [(value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

export function zeros(length: number): Uint8Array {
  return new Uint8Array(length);
}

export function toHex(data: Uint8Array): string {
  return Array.from(data, byte => byte.toString(16).padStart(2, '0')).join('');
}

export function fromHex(text: string): Uint8Array {
  return bytes(text);
}

/** "02:00:00:00:00:01" as bytes. */
export function mac(address: string): Uint8Array {
  return bytes(address);
}

/** "10.0.0.1" as bytes. */
export function ip4(address: string): Uint8Array {
  return Uint8Array.from(address.split('.'), Number);
}

/** "2001:db8::1" as bytes. */
export function ip6(address: string): Uint8Array {
  const [head = '', tail] = address.split('::');
  const groups = (text: string): number[] =>
    text === '' ? [] : text.split(':').map(group => Number.parseInt(group, 16));
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const middle = new Array<number>(8 - before.length - after.length).fill(0);
  return bytes(...[...before, ...middle, ...after].map(u16));
}

/** The Internet checksum of some bytes. */
export function checksum(...parts: readonly Part[]): number {
  const data = bytes(...parts);
  let sum = 0;
  for (let i = 0; i < data.length; i += 2) sum += (data[i]! << 8) | (data[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}

export interface EthernetFields {
  readonly source?: string;
  readonly destination?: string;
  /** EtherType, or a length up to 1500. */
  readonly type?: number;
}

export function ethernet(payload: Uint8Array, fields: EthernetFields = {}): Uint8Array {
  const { source = '02:00:00:00:00:01', destination = '02:00:00:00:00:02', type = 0x0800 } = fields;
  return bytes(mac(destination), mac(source), u16(type), payload);
}

/** An 802.3 frame: its type field is the payload's length. */
export function ieee8023(payload: Uint8Array, fields: EthernetFields = {}): Uint8Array {
  return ethernet(payload, { ...fields, type: payload.length });
}

/** A tag to stand before a payload of EtherType `type`: goes into a frame of type 0x8100 (or 0x88a8). */
export function vlanTag(id: number, type: number, payload: Uint8Array, priority = 0, dropEligible = false): Uint8Array {
  return bytes(u16((priority << 13) | (dropEligible ? 0x1000 : 0) | id), u16(type), payload);
}

export interface Ipv4Fields {
  readonly source?: string;
  readonly destination?: string;
  readonly protocol?: number;
  readonly ttl?: number;
  readonly tos?: number;
  readonly id?: number;
  readonly dontFragment?: boolean;
  readonly moreFragments?: boolean;
  readonly reservedFlag?: boolean;
  /** In bytes. */
  readonly fragmentOffset?: number;
  /** Padded to four bytes with zeros. */
  readonly options?: Uint8Array;
  readonly version?: number;
  /** Header length in words, where it shall be wrong. */
  readonly headerWords?: number;
  readonly totalLength?: number;
  readonly checksum?: number;
}

/** Fills in the checksum of a transport that has none yet (0), with its pseudo header. */
function withTransportChecksum(payload: Uint8Array, pseudo: Uint8Array, protocol: number): Uint8Array {
  const at = protocol === 6 ? 16 : protocol === 17 ? 6 : protocol === 58 ? 2 : -1;
  if (at < 0 || payload.length < at + 2 || payload[at] !== 0 || payload[at + 1] !== 0) return payload;
  const sum = checksum(pseudo, payload);
  const out = payload.slice();
  const stored = sum === 0 && protocol === 17 ? 0xffff : sum;
  out[at] = stored >> 8;
  out[at + 1] = stored & 255;
  return out;
}

export function ipv4(payload: Uint8Array, fields: Ipv4Fields = {}): Uint8Array {
  const { source = '10.0.0.1', destination = '10.0.0.2', protocol = 17, ttl = 64, tos = 0, id = 1 } = fields;
  const options = fields.options ?? zeros(0);
  const padded = bytes(options, zeros((4 - (options.length % 4)) % 4));
  const headerWords = fields.headerWords ?? 5 + padded.length / 4;
  const isFragment = (fields.fragmentOffset ?? 0) !== 0 || fields.moreFragments === true;
  const pseudo = bytes(ip4(source), ip4(destination), 0, protocol, u16(payload.length));
  const body = isFragment ? payload : withTransportChecksum(payload, pseudo, protocol);
  const totalLength = fields.totalLength ?? 20 + padded.length + body.length;
  const flags =
    (fields.reservedFlag === true ? 0x8000 : 0) |
    (fields.dontFragment === true ? 0x4000 : 0) |
    (fields.moreFragments === true ? 0x2000 : 0) |
    ((fields.fragmentOffset ?? 0) >> 3);
  const first = ((fields.version ?? 4) << 4) | headerWords;
  const head = [first, tos, u16(totalLength), u16(id), u16(flags), ttl, protocol] as const;
  const addresses = bytes(ip4(source), ip4(destination), padded);
  const sum = fields.checksum ?? checksum(...head, 0, 0, addresses);
  return bytes(...head, u16(sum), addresses, body);
}

export interface Ipv6Fields {
  readonly source?: string;
  readonly destination?: string;
  readonly nextHeader?: number;
  readonly hopLimit?: number;
  readonly trafficClass?: number;
  readonly flowLabel?: number;
  readonly payloadLength?: number;
  readonly version?: number;
  /** Extension headers between header and payload; `nextHeader` is that of the first of them. */
  readonly extensions?: Uint8Array;
  /** The payload's protocol, where there are extensions. */
  readonly protocol?: number;
  /** Destination the checksum counts, where a routing header changes it. */
  readonly finalDestination?: string;
}

export function ipv6(payload: Uint8Array, fields: Ipv6Fields = {}): Uint8Array {
  const { source = '2001:db8::1', destination = '2001:db8::2', nextHeader = 17, hopLimit = 64 } = fields;
  const extensions = fields.extensions ?? zeros(0);
  const protocol = fields.protocol ?? nextHeader;
  const pseudo = bytes(ip6(source), ip6(fields.finalDestination ?? destination), u32(payload.length), u32(protocol));
  const body = withTransportChecksum(payload, pseudo, protocol);
  const first = ((fields.version ?? 6) << 28) | ((fields.trafficClass ?? 0) << 20) | (fields.flowLabel ?? 0);
  const length = fields.payloadLength ?? extensions.length + body.length;
  return bytes(u32(first), u16(length), nextHeader, hopLimit, ip6(source), ip6(destination), extensions, body);
}

export interface TcpFields {
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  readonly sequence?: number;
  readonly acknowledgment?: number;
  /** Letters of the flags that are set: F S R P A U E C. */
  readonly flags?: string;
  readonly window?: number;
  readonly urgent?: number;
  readonly options?: Uint8Array;
  /** Left 0, the IP builders fill it in. */
  readonly checksum?: number;
  /** Header length in words, where it shall be wrong. */
  readonly headerWords?: number;
}

export function tcp(payload: Uint8Array, fields: TcpFields = {}): Uint8Array {
  const { sourcePort = 40000, destinationPort = 7777, sequence = 1000, acknowledgment = 0, window = 512 } = fields;
  const options = fields.options ?? zeros(0);
  const padded = bytes(options, zeros((4 - (options.length % 4)) % 4));
  let flags = 0;
  for (const letter of fields.flags ?? 'A') flags |= 1 << 'FSRPAUEC'.indexOf(letter);
  const words = fields.headerWords ?? 5 + padded.length / 4;
  return bytes(
    u16(sourcePort),
    u16(destinationPort),
    u32(sequence),
    u32(acknowledgment),
    words << 4,
    flags,
    u16(window),
    u16(fields.checksum ?? 0),
    u16(fields.urgent ?? 0),
    padded,
    payload,
  );
}

export interface UdpFields {
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  readonly length?: number;
  /** Left 0, the IP builders fill it in. */
  readonly checksum?: number;
}

export function udp(payload: Uint8Array, fields: UdpFields = {}): Uint8Array {
  const { sourcePort = 40000, destinationPort = 7777 } = fields;
  const length = fields.length ?? payload.length + 8;
  return bytes(u16(sourcePort), u16(destinationPort), u16(length), u16(fields.checksum ?? 0), payload);
}

/** An ICMP message: four bytes after the checksum, then data. */
export function icmp(type: number, code: number, rest: Part, data: Part = zeros(0), sum?: number): Uint8Array {
  const value = sum ?? checksum(type, code, 0, 0, rest, data);
  return bytes(type, code, u16(value), rest, data);
}

/** An ICMPv6 message; the IPv6 builder fills in the checksum. */
export function icmpv6(type: number, code: number, body: Part): Uint8Array {
  return bytes(type, code, 0, 0, body);
}

export interface ArpFields {
  readonly operation?: number;
  readonly senderHardware?: string;
  readonly senderProtocol?: string;
  readonly targetHardware?: string;
  readonly targetProtocol?: string;
  readonly hardwareType?: number;
  readonly protocolType?: number;
}

export function arp(fields: ArpFields = {}): Uint8Array {
  const { operation = 1, hardwareType = 1, protocolType = 0x0800 } = fields;
  const { senderHardware = '02:00:00:00:00:01', senderProtocol = '10.0.0.1' } = fields;
  const { targetHardware = '00:00:00:00:00:00', targetProtocol = '10.0.0.2' } = fields;
  return bytes(
    u16(hardwareType),
    u16(protocolType),
    mac(senderHardware).length,
    4,
    u16(operation),
    mac(senderHardware),
    ip4(senderProtocol),
    mac(targetHardware),
    ip4(targetProtocol),
  );
}

/** A packet of a capture file. */
export interface FilePacket {
  readonly data: Uint8Array;
  /** Length on the wire; that of the data when missing. */
  readonly originalLength?: number;
  readonly timeSeconds?: number;
  readonly timeNanoseconds?: number;
}

/** A pcap file, microseconds or nanoseconds, little-endian. `linkType` is a LINKTYPE_ number. */
export function pcapFile(linkType: number, packets: readonly FilePacket[], nanoseconds = false): Uint8Array {
  const size = packets.reduce((sum, packet) => sum + 16 + packet.data.length, 24);
  const out = new Uint8Array(size);
  const view = new DataView(out.buffer);
  view.setUint32(0, nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, 262144, true);
  view.setUint32(20, linkType, true);
  let at = 24;
  for (const packet of packets) {
    const fraction = packet.timeNanoseconds ?? 0;
    view.setUint32(at, packet.timeSeconds ?? 0, true);
    view.setUint32(at + 4, nanoseconds ? fraction : Math.floor(fraction / 1000), true);
    view.setUint32(at + 8, packet.data.length, true);
    view.setUint32(at + 12, packet.originalLength ?? packet.data.length, true);
    out.set(packet.data, at + 16);
    at += 16 + packet.data.length;
  }
  return out;
}
