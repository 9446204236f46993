// The packets of the verdict cases, by name.

import { bytes, zeros } from '../support/packets.js';

export interface NamedPacket {
  readonly data: Uint8Array;
  readonly wireLength: number;
  /** Default Ethernet. */
  readonly linkType?: string;
}

const MACS = '001122334455 0200000000a1';
const whole = (data: Uint8Array, linkType?: string): NamedPacket => ({
  data,
  wireLength: data.length,
  ...(linkType ? { linkType } : {}),
});

/** 10.0.0.1 to 10.0.0.2. */
const ip4 = (protocol: number, payload: Uint8Array, fragment = '0000'): Uint8Array =>
  bytes('4500', [0, 20 + payload.length], '0001', fragment, '40', protocol, '0000 0a000001 0a000002', payload);
/** 2001:db8::1 to 2001:db8::2. */
const ip6 = (next: number, payload: Uint8Array): Uint8Array =>
  bytes(
    '60000000',
    [0, payload.length],
    next,
    '40',
    '20010db8 00000000 00000000 00000001',
    '20010db8 00000000 00000000 00000002',
    payload,
  );
const tcp = (source: number, destination: number, flags: number): Uint8Array =>
  bytes(
    [source >> 8, source & 255, destination >> 8, destination & 255],
    '00000001 00000000 50',
    flags,
    'ffff 0000 0000',
  );
const udp = (source: number, destination: number, payload: Uint8Array = zeros(4)): Uint8Array =>
  bytes([source >> 8, source & 255, destination >> 8, destination & 255], [0, 8 + payload.length], '0000', payload);

const http = bytes(MACS, '0800', ip4(6, tcp(54321, 80, 0x02)));

export const PACKETS: Readonly<Record<string, NamedPacket>> = {
  /** TCP SYN 10.0.0.1:54321 to 10.0.0.2:80. */
  http: whole(http),
  /** The same, of which 32 bytes were captured. */
  cut: { data: http.subarray(0, 32), wireLength: http.length },
  arp: whole(bytes(MACS, '0806 0001 0800 06 04 0001 0200000000a1 0a000001 000000000000 0a000002')),
  dns: whole(bytes(MACS, '0800', ip4(17, udp(40000, 53)))),
  dns6: whole(bytes(MACS, '86dd', ip6(17, udp(40000, 53)))),
  ping: whole(bytes(MACS, '0800', ip4(1, bytes('0800 0000 0001 0001')))),
  /** The second fragment of a UDP packet. */
  fragment: whole(bytes(MACS, '0800', ip4(17, zeros(24), '00b9'))),
  /** TCP behind a hop-by-hop header. */
  extension: whole(bytes(MACS, '86dd', ip6(0, bytes('0600000000000000', tcp(54321, 80, 0x02))))),
  vlan: whole(bytes(MACS, '8100 0005 0800', ip4(6, tcp(54321, 80, 0x10)))),
  stp: whole(bytes('0180c2000000 0200000000a1 0026 42 42 03', zeros(35))),
  empty: whole(new Uint8Array(0)),
  raw: whole(ip4(6, tcp(54321, 80, 0x12)), 'RAW'),
  /** A data frame to an access point, IPv4 inside. */
  wlan: whole(
    bytes('0801 0000 0000000000b1 0200000000a1 001122334455 0000 aaaa03 000000 0800', ip4(17, udp(40000, 53))),
    'IEEE802_11',
  ),
  beacon: whole(bytes('8000 0000 ffffffffffff 0200000000a1 0200000000a1 0000', zeros(12)), 'IEEE802_11'),
  radiotap: whole(
    bytes('0000 0800 00000000 8000 0000 ffffffffffff 0200000000a1 0200000000a1 0000', zeros(12)),
    'IEEE802_11_RADIO',
  ),
};
