// The protocol numbers of the filter language, by name and by number, one table for each numbering.
// Facts: IEEE 802 EtherTypes, RFC 1340's LLC SAPs, IANA protocol numbers, RFC 1661's PPP numbers, RFC 1201, ISO/IEC TR 9577.

import type { ProtocolName } from '../ast.js';

export const ETHERTYPE = {
  NS: 0x0600,
  IP: 0x0800,
  ARP: 0x0806,
  MOPDL: 0x6001,
  MOPRC: 0x6002,
  DECNET: 0x6003,
  LAT: 0x6004,
  SCA: 0x6007,
  TRANSPARENT_BRIDGING: 0x6558,
  RARP: 0x8035,
  ATALK: 0x809b,
  AARP: 0x80f3,
  VLAN: 0x8100,
  IPX: 0x8137,
  IP6: 0x86dd,
  MPLS: 0x8847,
  PPPOED: 0x8863,
  PPPOES: 0x8864,
  PROVIDER_VLAN: 0x88a8,
  QINQ_VLAN: 0x9100,
} as const;

/** The largest value of an Ethernet type field that is a length; at most this, a protocol number is an LLC SAP. */
export const LARGEST_LENGTH = 1500;

export const SAP = { IP: 0x06, STP: 0x42, SNAP: 0xaa, IPX: 0xe0, NETBEUI: 0xf0, OSI: 0xfe } as const;

export const IP_PROTOCOL = {
  HOP_BY_HOP: 0,
  ICMP: 1,
  TCP: 6,
  UDP: 17,
  ROUTING: 43,
  FRAGMENT: 44,
  AH: 51,
  ICMP6: 58,
  NO_NEXT_HEADER: 59,
  DESTINATION_OPTIONS: 60,
  SCTP: 132,
  MOBILITY: 135,
  HIP: 139,
  SHIM6: 140,
} as const;

/** Network-layer protocol identifiers. */
export const NLPID = { CLNP: 0x81, ESIS: 0x82, ISIS: 0x83, IP6: 0x8e, IP: 0xcc } as const;

/** Protocols that have an EtherType. */
export const ETHERTYPE_OF: Partial<Record<ProtocolName, number>> = {
  ip: ETHERTYPE.IP,
  ip6: ETHERTYPE.IP6,
  arp: ETHERTYPE.ARP,
  rarp: ETHERTYPE.RARP,
  atalk: ETHERTYPE.ATALK,
  aarp: ETHERTYPE.AARP,
  decnet: ETHERTYPE.DECNET,
  sca: ETHERTYPE.SCA,
  lat: ETHERTYPE.LAT,
  mopdl: ETHERTYPE.MOPDL,
  moprc: ETHERTYPE.MOPRC,
};

/** Protocols that have an LLC service access point. */
export const SAP_OF: Partial<Record<ProtocolName, number>> = {
  iso: SAP.OSI,
  stp: SAP.STP,
  ipx: SAP.IPX,
  netbeui: SAP.NETBEUI,
};

/** Protocols over IP: their number, and over which versions the name alone stands for. */
export const IP_PROTOCOL_OF: Partial<
  Record<ProtocolName, { readonly number: number; readonly over: 'ip' | 'ip6' | 'both' }>
> = {
  tcp: { number: 6, over: 'both' },
  udp: { number: 17, over: 'both' },
  sctp: { number: 132, over: 'both' },
  ah: { number: 51, over: 'both' },
  esp: { number: 50, over: 'both' },
  pim: { number: 103, over: 'both' },
  icmp: { number: 1, over: 'ip' },
  igmp: { number: 2, over: 'ip' },
  igrp: { number: 9, over: 'ip' },
  vrrp: { number: 112, over: 'ip' },
  carp: { number: 112, over: 'ip' },
  icmp6: { number: 58, over: 'ip6' },
};

/** OSI protocols: their NLPID. */
export const NLPID_OF: Partial<Record<ProtocolName, number>> = {
  clnp: NLPID.CLNP,
  esis: NLPID.ESIS,
  isis: NLPID.ISIS,
};

const LINK_PROTOCOL_WORDS: ReadonlyMap<number, string> = new Map([
  [ETHERTYPE.IP, 'IPv4'],
  [ETHERTYPE.IP6, 'IPv6'],
  [ETHERTYPE.ARP, 'ARP'],
  [ETHERTYPE.RARP, 'RARP'],
  [ETHERTYPE.ATALK, 'AppleTalk'],
  [ETHERTYPE.AARP, 'AppleTalk ARP'],
  [ETHERTYPE.DECNET, 'DECnet'],
  [ETHERTYPE.LAT, 'DEC LAT'],
  [ETHERTYPE.SCA, 'DEC SCA'],
  [ETHERTYPE.MOPDL, 'DEC MOP dump/load'],
  [ETHERTYPE.MOPRC, 'DEC MOP remote console'],
  [ETHERTYPE.VLAN, 'an 802.1Q VLAN tag'],
  [ETHERTYPE.PROVIDER_VLAN, 'an 802.1ad VLAN tag'],
  [ETHERTYPE.QINQ_VLAN, 'a VLAN tag of the older QinQ kind'],
  [ETHERTYPE.MPLS, 'MPLS'],
  [ETHERTYPE.PPPOED, 'PPPoE discovery'],
  [ETHERTYPE.PPPOES, 'a PPPoE session'],
  [ETHERTYPE.IPX, 'IPX'],
  [ETHERTYPE.TRANSPARENT_BRIDGING, 'bridged Ethernet'],
  [SAP.IP, 'IP over LLC'],
  [SAP.STP, 'spanning tree'],
  [SAP.IPX, 'IPX'],
  [SAP.NETBEUI, 'NetBEUI'],
  [SAP.OSI, 'OSI'],
]);

export function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}

/** A link-layer protocol number in words, with the number: `IPv4 (0x0800)`. */
export function linkProtocolWords(protocol: number): string {
  const number = hex(protocol, protocol <= LARGEST_LENGTH ? 2 : 4);
  const words = LINK_PROTOCOL_WORDS.get(protocol);
  return words ? `${words} (${number})` : number;
}

const IP_PROTOCOL_WORDS: ReadonlyMap<number, string> = new Map([
  [0, 'hop-by-hop options'],
  [1, 'ICMP'],
  [2, 'IGMP'],
  [4, 'IPv4 in IP'],
  [6, 'TCP'],
  [9, 'IGRP'],
  [17, 'UDP'],
  [41, 'IPv6 in IP'],
  [43, 'a routing header'],
  [44, 'a fragment header'],
  [47, 'GRE'],
  [50, 'ESP'],
  [51, 'AH'],
  [58, 'ICMPv6'],
  [59, 'no next header'],
  [60, 'destination options'],
  [89, 'OSPF'],
  [103, 'PIM'],
  [112, 'VRRP or CARP'],
  [132, 'SCTP'],
]);

/** `TCP (6)`. */
export function ipProtocolWords(protocol: number): string {
  const words = IP_PROTOCOL_WORDS.get(protocol);
  return words ? `${words} (${protocol})` : String(protocol);
}

const NLPID_WORDS: ReadonlyMap<number, string> = new Map([
  [NLPID.CLNP, 'CLNP'],
  [NLPID.ESIS, 'ES-IS'],
  [NLPID.ISIS, 'IS-IS'],
  [NLPID.IP, 'IPv4'],
  [NLPID.IP6, 'IPv6'],
]);

/** `IS-IS (0x83)`. */
export function nlpidWords(identifier: number): string {
  const words = NLPID_WORDS.get(identifier);
  return words ? `${words} (${hex(identifier, 2)})` : hex(identifier, 2);
}

/** PPP's numbers of the protocols that have another number elsewhere (IANA, "PPP DLL Protocol Numbers"). */
export const PPP_OF: ReadonlyMap<number, number> = new Map<number, number>([
  [ETHERTYPE.IP, 0x0021],
  [SAP.OSI, 0x0023],
  [ETHERTYPE.NS, 0x0025],
  [ETHERTYPE.DECNET, 0x0027],
  [ETHERTYPE.ATALK, 0x0029],
  [SAP.IPX, 0x002b],
  [SAP.STP, 0x0031],
  [ETHERTYPE.IP6, 0x0057],
]);

/** Van Jacobson's compressed and uncompressed TCP/IP in PPP. */
export const PPP_VJ_COMPRESSED = 0x002d;
export const PPP_VJ_UNCOMPRESSED = 0x002f;

/** ARCnet system codes of RFC 1201 and ANSI/ATA 878.1. */
export const ARCNET_OF: ReadonlyMap<number, number> = new Map<number, number>([
  [ETHERTYPE.IP6, 0xc4],
  [ETHERTYPE.IP, 212],
  [ETHERTYPE.ARP, 213],
  [ETHERTYPE.RARP, 214],
  [ETHERTYPE.ATALK, 221],
]);
