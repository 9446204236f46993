// Deterministic packets and capture files for tests: the same call gives the same bytes.

import { createInterface, encodeCapture, type WritableItem, type WritablePacket } from '../../src/capture/index.js';

/** A 32-bit generator (Marsaglia's xorshift): integers from 0 to below - 1. */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed | 0 || 1;
  return below => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return Math.floor(((state >>> 0) / 4294967296) * below);
  };
}

export interface SegmentOptions {
  readonly protocol?: 6 | 17;
  readonly source?: string;
  readonly destination?: string;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  readonly payload?: Uint8Array;
}

const ipv4 = (text: string): number[] => text.split('.').map(Number);

function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += (bytes[i]! << 8) | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** An IPv4 packet with TCP or UDP, its IP checksum right. */
export function ipv4Packet(options: SegmentOptions = {}): Uint8Array {
  const { protocol = 17, source = '10.0.0.1', destination = '10.0.0.2', payload = new Uint8Array(0) } = options;
  const { sourcePort = 40000, destinationPort = 53 } = options;
  const transport = protocol === 6 ? 20 : 8;
  const bytes = new Uint8Array(20 + transport + payload.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x45, 0, 0, 0, 0x12, 0x34, 0x40, 0, 64, protocol, 0, 0, ...ipv4(source), ...ipv4(destination)]);
  view.setUint16(2, bytes.length);
  view.setUint16(10, checksum(bytes.subarray(0, 20)));
  view.setUint16(20, sourcePort);
  view.setUint16(22, destinationPort);
  if (protocol === 6) {
    view.setUint32(24, 1000);
    bytes.set([0x50, 0x10, 0xff, 0xff], 32);
  } else view.setUint16(24, 8 + payload.length);
  bytes.set(payload, 20 + transport);
  return bytes;
}

/** The same on Ethernet. */
export function ethernetPacket(options: SegmentOptions = {}): Uint8Array {
  const packet = ipv4Packet(options);
  const bytes = new Uint8Array(14 + packet.length);
  bytes.set([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0]);
  bytes.set(packet, 14);
  return bytes;
}

/** `count` packets of mixed protocols, ports and sizes, a few microseconds apart. */
export function mixedPackets(count: number, seed = 1): WritablePacket[] {
  const random = randomNumbers(seed);
  const ports = [80, 443, 53, 22, 8080];
  return Array.from({ length: count }, (_, i) => {
    const data = ethernetPacket({
      protocol: random(3) === 0 ? 17 : 6,
      source: `10.0.${random(4)}.${random(250)}`,
      destination: `10.1.${random(4)}.${random(250)}`,
      sourcePort: 1024 + random(60000),
      destinationPort: ports[random(ports.length)]!,
      payload: Uint8Array.from({ length: random(4) === 0 ? random(1400) : random(60) }, () => random(256)),
    });
    return { data, timeSeconds: 1_700_000_000 + Math.floor(i / 100), timeNanoseconds: (i % 100) * 1_000_000 + 1000 };
  });
}

/** A pcapng file with an Ethernet, a raw IP and a Linux loopback (NULL) interface whose packets alternate. */
export function mixedLinkTypes(count: number, seed = 1): WritableItem[] {
  const random = randomNumbers(seed);
  const interfaces = [1, 101, 0].map((linkType, index) =>
    createInterface({ index, indexInSection: index, linkType, name: `if${index}` }),
  );
  const prefix = [[2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0], [], [2, 0, 0, 0]];
  const items: WritableItem[] = interfaces.map(iface => ({ kind: 'interface', offsetBytes: 0, interface: iface }));
  for (let i = 0; i < count; i++) {
    const which = random(3);
    const packet = ipv4Packet({ protocol: random(2) ? 6 : 17, destinationPort: random(2) ? 80 : 53 });
    const data = Uint8Array.from([...prefix[which]!, ...packet]);
    items.push({ data, timeSeconds: 1_700_000_000 + i, timeNanoseconds: 0, interface: interfaces[which]! });
  }
  return items;
}

/** A pcap file of mixed packets. */
export const pcapFile = (count: number, seed = 1): Uint8Array =>
  encodeCapture(mixedPackets(count, seed), { format: 'pcap', linkType: 1, snapLength: 262144 });

/** A pcapng file of mixed packets. */
export const pcapngFile = (count: number, seed = 1): Uint8Array =>
  encodeCapture(mixedPackets(count, seed), { linkType: 1 });
