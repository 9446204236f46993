// "Is the next protocol X?", once for each way in which link layers say it. X is an EtherType, or, up to 1500, an LLC SAP:
// the numbering of pcap-filter's `ether proto`, which each link layer maps to its own.

import type { Condition } from '../condition.js';
import type { Demultiplexing } from '../link-types.js';
import { SUNATM_LLC, sunAtmType } from './atm.js';
import { all, any, constant } from './build.js';
import { describeLinkType, fail, requireAtMost } from './errors.js';
import { insideEthernet } from './inner-ethernet.js';
import { anyBitSet, bytesEqual, compare, equals, field } from './load.js';
import {
  ARCNET_OF,
  ETHERTYPE,
  hex,
  LARGEST_LENGTH,
  linkProtocolWords,
  NLPID,
  nlpidWords,
  PPP_OF,
  PPP_VJ_COMPRESSED,
  PPP_VJ_UNCOMPRESSED,
  SAP,
} from './protocols.js';
import type { State } from './state.js';
import { isDataFrame } from './wlan.js';

/** The packet's next protocol (at the current place: behind a VLAN tag after `vlan`) is `protocol`. */
export function linkProtocol(state: State, protocol: number): Condition {
  if (state.mplsDepth > 0) return behindMpls(state, protocol);
  return DEMULTIPLEX[state.layout.demultiplexing](state, protocol);
}

const DEMULTIPLEX: Readonly<Record<Demultiplexing, (state: State, protocol: number) => Condition>> = {
  // LANE's control frames are no Ethernet; a tunnel's inner EtherType stands there whether Ethernet is inside or not.
  ethernet: (state, protocol) =>
    all([state.tunnelled ? constant(true) : insideEthernet(state), ethernet(state, protocol)]),
  llc,
  wlan: (state, protocol) => all([isDataFrame(state), llc(state, protocol)]),
  sunatm: (state, protocol) => all([sunAtmType(state, SUNATM_LLC), llc(state, protocol)]),
  'linux-sll': linuxCooked,
  ethertype(state, protocol) {
    requireAtMost('EtherType', protocol, 0xffff, state.span);
    return typeField(state, protocol);
  },
  hdlc(state, protocol) {
    requireAtMost('HDLC protocol', protocol, 0xffff, state.span);
    return typeField(state, protocol === SAP.OSI ? (SAP.OSI << 8) | SAP.OSI : protocol, 'HDLC protocol');
  },
  ppp: (state, protocol) => ppp(state, protocol),
  'ppp-bsdos'(state, protocol) {
    if (protocol !== ETHERTYPE.IP) return ppp(state, protocol);
    return any([
      pppField(state, PPP_OF.get(ETHERTYPE.IP)!, 'IPv4'),
      pppField(state, PPP_VJ_COMPRESSED, 'compressed TCP/IP'),
      pppField(state, PPP_VJ_UNCOMPRESSED, 'uncompressed TCP/IP'),
    ]);
  },
  'family-host-order'(state, protocol) {
    const families = addressFamilies(state, protocol);
    if (state.target === 'linux') return anyFamily(state, families.map(swap32), 0, 4);
    // The file may come from a machine of either byte order.
    return any([anyFamily(state, families, 0, 4), anyFamily(state, families.map(swap32), 0, 4)]);
  },
  'family-big-endian': (state, protocol) => anyFamily(state, addressFamilies(state, protocol), 0, 4),
  'family-byte': (state, protocol) => anyFamily(state, addressFamilies(state, protocol), 1, 1),
  'ip-version'(state, protocol) {
    if (protocol === ETHERTYPE.IP) return ipVersion(state, 'link header', 4);
    if (protocol === ETHERTYPE.IP6) return ipVersion(state, 'link header', 6);
    return never(state, protocol);
  },
  'ipv4-only': (state, protocol) => only(state, ETHERTYPE.IP, protocol),
  'ipv6-only': (state, protocol) => only(state, ETHERTYPE.IP6, protocol),
  'appletalk-only': (state, protocol) => only(state, ETHERTYPE.ATALK, protocol),
  arcnet(state, protocol) {
    const code = ARCNET_OF.get(protocol);
    if (code === undefined) return never(state, protocol);
    return equals(
      state,
      field('type', 0, 1),
      code,
      () => `ARCnet system code is ${code}, ${linkProtocolWords(protocol)}`,
    );
  },
  'frame-relay'(state, protocol) {
    if (protocol === ETHERTYPE.IP) return frameRelay(state, NLPID.IP);
    if (protocol === ETHERTYPE.IP6) return frameRelay(state, NLPID.IP6);
    if (protocol === SAP.OSI) return any([NLPID.CLNP, NLPID.ESIS, NLPID.ISIS].map(id => frameRelay(state, id)));
    return never(state, protocol);
  },
  juniper: state =>
    equals(state, field('link header', 0, 4, 0xffffff00), 0x4d474300, "the header begins with Juniper's magic number"),
  ipnet(state, protocol) {
    const family = protocol === ETHERTYPE.IP ? 2 : protocol === ETHERTYPE.IP6 ? 26 : undefined;
    if (family === undefined) return never(state, protocol);
    return equals(
      state,
      field('type', 0, 1),
      family,
      () => `address family is ${family}, ${linkProtocolWords(protocol)}`,
    );
  },
  none: state =>
    fail(
      'SKEP1115',
      `link type ${describeLinkType(state.link)} has no protocol field that a filter can test`,
      state.span,
      {
        notes: ['what works on every link type: link[n], len, less, greater'],
      },
    ),
};

/** Constant false: this link layer cannot carry the protocol. */
function never(state: State, protocol: number): Condition {
  return constant(false, state.origin(`${state.link.name} never carries ${linkProtocolWords(protocol)}`));
}

function only(state: State, carried: number, protocol: number): Condition {
  if (protocol !== carried) return never(state, protocol);
  return constant(true, state.origin(`${state.link.name} carries nothing but ${linkProtocolWords(protocol)}`));
}

function typeField(state: State, value: number, name = 'EtherType'): Condition {
  return equals(state, field('type', 0, 2), value, () => `${name} is ${linkProtocolWords(value)}`);
}

function isLength(state: State): Condition {
  return compare(state, field('type', 0, 2), '<=', LARGEST_LENGTH, 'the type field is a length: 802.3 with LLC');
}

/** DSAP and SSAP are both `sap`. */
function bothSaps(state: State, sap: number): Condition {
  return equals(
    state,
    field('payload', 0, 2),
    ((sap << 8) | sap) >>> 0,
    () => `LLC DSAP and SSAP are ${linkProtocolWords(sap)}`,
  );
}

function dsap(state: State, sap: number): Condition {
  return equals(state, field('payload', 0, 1), sap, () => `LLC DSAP is ${linkProtocolWords(sap)}`);
}

/** An LLC header with SNAP: AA AA 03, the organization's code, its protocol number. */
function snap(state: State, organization: number, protocol: number): Condition {
  const header = Uint8Array.of(
    ...[SAP.SNAP, SAP.SNAP, 0x03],
    ...[organization >> 16, organization >> 8, organization],
    ...[protocol >> 8, protocol],
  );
  return all(bytesEqual(state, 'payload', 0, header, () => `SNAP header of ${linkProtocolWords(protocol)}`));
}

const APPLE = 0x080007;
const ENCAPSULATED_ETHERNET = 0x000000;

/** SAPs for which both ends of the LLC header are compared. */
const BOTH_SAPS: ReadonlySet<number> = new Set([SAP.OSI, SAP.IP, SAP.NETBEUI]);
const APPLETALK: ReadonlySet<number> = new Set([ETHERTYPE.ATALK, ETHERTYPE.AARP]);

function appleSnap(state: State, protocol: number): Condition {
  return snap(state, protocol === ETHERTYPE.ATALK ? APPLE : ENCAPSULATED_ETHERNET, protocol);
}

function ethernet(state: State, protocol: number): Condition {
  if (BOTH_SAPS.has(protocol)) return all([isLength(state), bothSaps(state, protocol)]);
  if (protocol === SAP.IPX) {
    // Four framings: Ethernet II, SNAP, 802.2, and Novell's bare 802.3, which has FFFF where LLC would be.
    return any([
      typeField(state, ETHERTYPE.IPX),
      all([
        isLength(state),
        any([
          snap(state, ENCAPSULATED_ETHERNET, ETHERTYPE.IPX),
          dsap(state, SAP.IPX),
          equals(state, field('payload', 0, 2), 0xffff, "Novell's 802.3: the payload begins with 0xffff"),
        ]),
      ]),
    ]);
  }
  if (APPLETALK.has(protocol)) {
    return any([typeField(state, protocol), all([isLength(state), appleSnap(state, protocol)])]);
  }
  if (protocol <= LARGEST_LENGTH) {
    requireAtMost('LLC DSAP', protocol, 0xff, state.span);
    return all([
      isLength(state),
      equals(state, field('type', 2, 1), protocol, () => `LLC DSAP is ${linkProtocolWords(protocol)}`),
    ]);
  }
  requireAtMost('EtherType', protocol, 0xffff, state.span);
  return typeField(state, protocol);
}

/** Link layers that always have an LLC header; an EtherType is looked for where SNAP has it, without checking for SNAP. */
function llc(state: State, protocol: number): Condition {
  if (BOTH_SAPS.has(protocol)) return bothSaps(state, protocol);
  if (protocol === ETHERTYPE.ATALK) return snap(state, APPLE, protocol);
  if (protocol <= LARGEST_LENGTH) {
    requireAtMost('LLC DSAP', protocol, 0xff, state.span);
    return dsap(state, protocol);
  }
  requireAtMost('EtherType', protocol, 0xffff, state.span);
  return equals(state, field('payload', 6, 2), protocol, () => `SNAP EtherType is ${linkProtocolWords(protocol)}`);
}

/** Linux's numbers in the protocol field of a cooked capture (linux/if_ether.h). */
const ETH_P_802_3 = 0x0001;
const ETH_P_802_2 = 0x0004;

function linuxCooked(state: State, protocol: number): Condition {
  const is8022 = (): Condition => equals(state, field('type', 0, 2), ETH_P_802_2, 'the protocol field says 802.2 LLC');
  if (BOTH_SAPS.has(protocol)) return all([is8022(), bothSaps(state, protocol)]);
  if (protocol === SAP.IPX) {
    return any([
      typeField(state, ETHERTYPE.IPX),
      equals(state, field('type', 0, 2), ETH_P_802_3, "the protocol field says Novell's 802.3"),
      all([is8022(), any([dsap(state, SAP.IPX), snap(state, ENCAPSULATED_ETHERNET, ETHERTYPE.IPX)])]),
    ]);
  }
  if (APPLETALK.has(protocol)) return any([typeField(state, protocol), all([is8022(), appleSnap(state, protocol)])]);
  if (protocol <= LARGEST_LENGTH) {
    requireAtMost('LLC DSAP', protocol, 0xff, state.span);
    const payload = field('link header', state.linkPayload.constant, 1);
    return all([is8022(), equals(state, payload, protocol, () => `LLC DSAP is ${linkProtocolWords(protocol)}`)]);
  }
  requireAtMost('EtherType', protocol, 0xffff, state.span);
  return typeField(state, protocol);
}

function pppField(state: State, value: number, words: string): Condition {
  return equals(state, field('type', 0, 2), value, () => `PPP protocol is ${words} (${hex(value, 4)})`);
}

function ppp(state: State, protocol: number): Condition {
  const number = PPP_OF.get(protocol);
  if (number !== undefined) return pppField(state, number, linkProtocolWords(protocol).replace(/ \(0x.*/, ''));
  requireAtMost('PPP protocol', protocol, 0xffff, state.span);
  return equals(state, field('type', 0, 2), protocol, () => `PPP protocol is ${hex(protocol, 4)}`);
}

/** AF_INET everywhere; AF_INET6 of NetBSD and OpenBSD, FreeBSD, macOS; and Linux's. */
const AF_INET = 2;
const AF_INET6_OF_THE_BSDS = [30, 24, 28] as const;
const AF_INET6_OF_LINUX = 10;

function addressFamilies(state: State, protocol: number): readonly number[] {
  if (protocol === ETHERTYPE.IP) return [AF_INET];
  if (protocol !== ETHERTYPE.IP6) return [];
  return state.target === 'linux' ? [AF_INET6_OF_LINUX] : AF_INET6_OF_THE_BSDS;
}

function anyFamily(state: State, families: readonly number[], offset: number, size: 1 | 4): Condition {
  if (families.length === 0) {
    return constant(false, state.origin(`${state.link.name} never carries it: its families are IPv4 and IPv6`));
  }
  return any(
    families.map(family =>
      equals(state, field('link header', offset, size), family, () => `address family is ${familyWords(family)}`),
    ),
  );
}

function familyWords(family: number): string {
  const plain = family > 0xffff ? swap32(family) : family;
  return `${plain === AF_INET ? 'IPv4' : 'IPv6'} (${plain})${family > 0xffff ? ', little-endian' : ''}`;
}

function swap32(value: number): number {
  return ((value >>> 24) | ((value >>> 8) & 0xff00) | ((value & 0xff00) << 8) | ((value & 0xff) << 24)) >>> 0;
}

function ipVersion(state: State, base: 'link header' | 'network header', version: 4 | 6): Condition {
  return equals(state, field(base, 0, 1, 0xf0), version << 4, () => `IP version is ${version}`);
}

/** Control field UI and the NLPID, after a 2-byte Q.922 address. */
export function frameRelay(state: State, identifier: number): Condition {
  return equals(
    state,
    field('link header', 2, 2),
    (0x03 << 8) | identifier,
    () => `Frame Relay NLPID is ${nlpidWords(identifier)}`,
  );
}

/** After `mpls` the type is not said anywhere: the last label must be the bottom of the stack, then the IP version tells. */
function behindMpls(state: State, protocol: number): Condition {
  const version = protocol === ETHERTYPE.IP ? 4 : protocol === ETHERTYPE.IP6 ? 6 : undefined;
  if (version === undefined) {
    fail(
      'SKEP1112',
      `behind 'mpls' only IPv4 and IPv6 can be recognized, not ${linkProtocolWords(protocol)}`,
      state.span,
      {
        notes: ['an MPLS label stack does not say what it carries'],
      },
    );
  }
  return all([bottomOfStack(state), ipVersion(state, 'network header', version)]);
}

/** The label before the current place has its bottom-of-stack bit set (RFC 3032, 2.1). */
export function bottomOfStack(state: State): Condition {
  return anyBitSet(state, field('network header', -2, 1), 0x01, 'the MPLS label is the bottom of the stack');
}
