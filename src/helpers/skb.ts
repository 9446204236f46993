// Helpers: packets of the network stack (net/core/filter.c, net/core/skbuff.c). Packets have one piece here.

import type { HelperFunction, Machine } from '../engine/index.js';
import { ERRNO } from '../maps/index.js';
import { flowHash } from './flow-hash.js';
import type { PacketBuffer } from './host.js';
import { replaceField16 } from './internet-checksum.js';
import {
  clearHash,
  countBytes,
  ETH_HEADER_BYTES,
  ETH_P_8021Q,
  ETH_P_IP,
  ETH_P_IPV6,
  forgetBytes,
  insertBytes,
  isVlan,
  packetOf,
  removeBytes,
  resetChecksum,
  swap16,
  VLAN_HEADER_BYTES,
} from './packet.js';
import { LWT, TC } from './program-types.js';
import type { HelperRow } from './prototype.js';
import { ANYTHING, ANYTHING64, CTX, helper, RDONLY_MEM, SIZE, UNINIT_MEM } from './row.js';
import { hasOtherFlags, wideArgument } from './support.js';

const BPF_F_RECOMPUTE_CSUM = 1;
const BPF_F_INVALIDATE_HASH = 2;
const BPF_HDR_START_MAC = 0;
const BPF_HDR_START_NET = 1;
const PACKET_OTHERHOST = 3;
const IPV4_HEADER_BYTES = 20;
const IPV6_HEADER_BYTES = 40;
/** BPF_SKB_MAX_LEN: the largest packet that a helper makes. */
const MAXIMUM_BYTES = 0x10000 - 1;

const skbStoreBytes: HelperFunction = (machine, _skb, offset, from, sizeBytes, flags) => {
  if (hasOtherFlags(machine, 5, flags, BPF_F_RECOMPUTE_CSUM | BPF_F_INVALIDATE_HASH)) return -ERRNO.EINVAL;
  const packet = packetOf(machine, 'bpf_skb_store_bytes');
  if (offset + sizeBytes > packet.lengthBytes) return -ERRNO.EFAULT;
  const recompute = (flags & BPF_F_RECOMPUTE_CSUM) !== 0;
  if (recompute) forgetBytes(machine, packet, offset, sizeBytes);
  machine.space.bytes.copyWithin(packet.address + offset, from, from + sizeBytes);
  if (recompute) countBytes(machine, packet, offset, sizeBytes);
  if ((flags & BPF_F_INVALIDATE_HASH) !== 0) {
    clearHash(packet);
    packet.changed();
  }
  return 0;
};

/** Copies out, or clears the buffer: -EFAULT. `start` counts from the packet's beginning. */
function load(machine: Machine, packet: PacketBuffer, start: number, to: number, sizeBytes: number): number {
  const { bytes } = machine.space;
  if (start + sizeBytes > packet.lengthBytes || (start < 0 && -start > packet.headroomBytes)) {
    bytes.fill(0, to, to + sizeBytes);
    return -ERRNO.EFAULT;
  }
  bytes.copyWithin(to, packet.address + start, packet.address + start + sizeBytes);
  return 0;
}

const skbLoadBytes: HelperFunction = (machine, _skb, offset, to, sizeBytes) =>
  load(machine, packetOf(machine, 'bpf_skb_load_bytes'), offset, to, sizeBytes);

const skbLoadBytesRelative: HelperFunction = (machine, _skb, offset, to, sizeBytes, header) => {
  const packet = packetOf(machine, 'bpf_skb_load_bytes_relative');
  if (offset > 0xffff || (header !== BPF_HDR_START_MAC && header !== BPF_HDR_START_NET)) {
    machine.space.bytes.fill(0, to, to + sizeBytes);
    return -ERRNO.EFAULT;
  }
  const start = header === BPF_HDR_START_MAC ? packet.macOffset : packet.networkOffset;
  return load(machine, packet, start + offset, to, sizeBytes);
};

const skbPullData: HelperFunction = (machine, _skb, sizeBytes) =>
  sizeBytes > packetOf(machine, 'bpf_skb_pull_data').lengthBytes ? -ERRNO.ENOMEM : 0;

/** Writes the hardware tag into the packet behind the MAC addresses, or takes one out there. Offsets of headers stay or move by 4. */
function insertTag(machine: Machine, packet: PacketBuffer, protocol: number, tci: number): number {
  const at = packet.macOffset + ETH_HEADER_BYTES - 2;
  const error = insertBytes(machine, packet, at, VLAN_HEADER_BYTES);
  if (error !== 0) return error;
  const { view } = machine.space;
  view.setUint16(packet.address + at, protocol);
  view.setUint16(packet.address + at + 2, tci);
  countBytes(machine, packet, at, VLAN_HEADER_BYTES);
  packet.networkOffset += VLAN_HEADER_BYTES;
  packet.transportOffset += VLAN_HEADER_BYTES;
  packet.protocol = protocol;
  return 0;
}

function takeTag(machine: Machine, packet: PacketBuffer): number {
  const at = packet.macOffset + ETH_HEADER_BYTES - 2;
  if (at + VLAN_HEADER_BYTES + 2 > packet.lengthBytes) return -ERRNO.ENOMEM;
  const { view } = machine.space;
  const tci = view.getUint16(packet.address + at + 2);
  const next = view.getUint16(packet.address + at + VLAN_HEADER_BYTES);
  removeBytes(machine, packet, at, VLAN_HEADER_BYTES);
  packet.networkOffset = Math.max(packet.macOffset + ETH_HEADER_BYTES, packet.networkOffset - VLAN_HEADER_BYTES);
  packet.transportOffset = Math.max(packet.networkOffset, packet.transportOffset - VLAN_HEADER_BYTES);
  // ETH_P_802_3_MIN: below it the field is a length, and what follows is 802.2.
  packet.protocol = next >= 0x0600 ? next : 0x0004;
  return tci;
}

const skbVlanPush: HelperFunction = (machine, _skb, protocolBe, tci) => {
  const packet = packetOf(machine, 'bpf_skb_vlan_push');
  const wanted = swap16(protocolBe & 0xffff);
  const protocol = isVlan(wanted) ? wanted : ETH_P_8021Q;
  if (packet.vlan) {
    const error = insertTag(machine, packet, packet.vlan.protocol, packet.vlan.tci);
    if (error !== 0) return error;
  }
  packet.vlan = { protocol, tci: tci & 0xffff };
  packet.changed();
  return 0;
};

const skbVlanPop: HelperFunction = (machine, _skb) => {
  const packet = packetOf(machine, 'bpf_skb_vlan_pop');
  if (packet.vlan) packet.vlan = undefined;
  else {
    if (!isVlan(packet.protocol)) return 0;
    const tci = takeTag(machine, packet);
    if (tci < 0) return tci;
  }
  // The next tag takes the place of the hardware one.
  if (isVlan(packet.protocol)) {
    const protocol = packet.protocol;
    const tci = takeTag(machine, packet);
    if (tci < 0) return tci;
    packet.vlan = { protocol, tci };
  }
  packet.changed();
  return 0;
};

const networkHeaderBytes = ({ protocol }: { readonly protocol: number }): number =>
  protocol === ETH_P_IP ? IPV4_HEADER_BYTES : protocol === ETH_P_IPV6 ? IPV6_HEADER_BYTES : -1;

const skbChangeProto: HelperFunction = (machine, _skb, protocolBe, flags) => {
  if ((flags | machine.high[3]!) !== 0) return -ERRNO.EINVAL;
  const packet = packetOf(machine, 'bpf_skb_change_proto');
  const protocol = swap16(protocolBe & 0xffff);
  const from = networkHeaderBytes(packet);
  const to = networkHeaderBytes({ protocol });
  if (from < 0 || to < 0 || from === to) return -ERRNO.ENOTSUPP;
  if (packet.gsoSizeBytes > 0 && packet.gsoType !== (from < to ? 'tcpv4' : 'tcpv6')) return -ERRNO.ENOTSUPP;
  const at = packet.networkOffset;
  const error = to > from ? insertBytes(machine, packet, at, to - from) : removeBytes(machine, packet, at, from - to);
  if (error !== 0) return error;
  packet.transportOffset += to - from;
  if (packet.gsoSizeBytes > 0) {
    // Segments grow or shrink with their header, and so their payload does the reverse.
    packet.gsoType = to > from ? 'tcpv6' : 'tcpv4';
    packet.gsoSizeBytes -= to - from;
    packet.gsoSegments = 0;
  }
  packet.protocol = protocol;
  clearHash(packet);
  packet.changed();
  return 0;
};

const skbChangeType: HelperFunction = (machine, _skb, type) => {
  const packet = packetOf(machine, 'bpf_skb_change_type');
  if (packet.packetType > PACKET_OTHERHOST || type > PACKET_OTHERHOST) return -ERRNO.EINVAL;
  packet.packetType = type;
  packet.changed();
  return 0;
};

const skbChangeTail: HelperFunction = (machine, _skb, lengthBytes, flags) => {
  const packet = packetOf(machine, 'bpf_skb_change_tail');
  const least = Math.max(0, packet.networkOffset, packet.transportOffset);
  if ((flags | machine.high[3]!) !== 0 || lengthBytes > MAXIMUM_BYTES || lengthBytes < least) return -ERRNO.EINVAL;
  const delta = lengthBytes - packet.lengthBytes;
  if (delta < 0) forgetBytes(machine, packet, lengthBytes, -delta);
  if (!packet.move(0, delta)) return -ERRNO.ENOMEM;
  packet.gsoSizeBytes = 0;
  packet.gsoSegments = 0;
  packet.gsoType = 'none';
  packet.changed();
  return 0;
};

const skbChangeHead: HelperFunction = (machine, _skb, headroomBytes, flags) => {
  const packet = packetOf(machine, 'bpf_skb_change_head');
  const lengthBytes = packet.lengthBytes + headroomBytes;
  if ((flags | machine.high[3]!) !== 0 || lengthBytes > 0xffffffff) return -ERRNO.EINVAL;
  if (packet.gsoSizeBytes === 0 && lengthBytes > MAXIMUM_BYTES) return -ERRNO.EINVAL;
  const error = insertBytes(machine, packet, 0, headroomBytes);
  if (error !== 0) return error;
  packet.macOffset = 0;
  packet.networkOffset += headroomBytes;
  packet.transportOffset += headroomBytes;
  packet.changed();
  return 0;
};

const BPF_ADJ_ROOM_NET = 0;
const BPF_ADJ_ROOM_MAC = 1;
const ROOM = {
  fixedGso: 1 << 0,
  encapL3Ipv4: 1 << 1,
  encapL3Ipv6: 1 << 2,
  encapL4Gre: 1 << 3,
  encapL4Udp: 1 << 4,
  noCsumReset: 1 << 5,
  encapL2Eth: 1 << 6,
  decapL3Ipv4: 1 << 7,
  decapL3Ipv6: 1 << 8,
} as const;
const ENCAP_L3 = ROOM.encapL3Ipv4 | ROOM.encapL3Ipv6;
const ENCAP_L4 = ROOM.encapL4Gre | ROOM.encapL4Udp;
const DECAP_L3 = ROOM.decapL3Ipv4 | ROOM.decapL3Ipv6;
const ROOM_FLAGS = ENCAP_L3 | ENCAP_L4 | DECAP_L3 | ROOM.fixedGso | ROOM.noCsumReset | ROOM.encapL2Eth;
const LARGEST_ROOM_BYTES = 0xfff;
const EALREADY = 114;

const skbAdjustRoom: HelperFunction = (machine, _skb, difference, mode, flags) => {
  const packet = packetOf(machine, 'bpf_skb_adjust_room');
  // The top byte of the flags is the length of an inner link-layer header.
  if (((machine.high[4]! & 0x00ffffff) | (flags & ~ROOM_FLAGS)) !== 0) return -ERRNO.EINVAL;
  const innerMacBytes = machine.high[4]! >>> 24;
  const delta = difference | 0;
  const amount = Math.abs(delta);
  if (amount > LARGEST_ROOM_BYTES) return -ERRNO.EFAULT;
  let least = networkHeaderBytes(packet);
  if (least < 0) return -ERRNO.ENOTSUPP;
  let at = packet.networkOffset;
  if (mode === BPF_ADJ_ROOM_NET) at += least;
  else if (mode !== BPF_ADJ_ROOM_MAC) return -ERRNO.ENOTSUPP;
  if ((flags & DECAP_L3) !== 0) {
    if (delta >= 0 || (flags & DECAP_L3) === DECAP_L3) return -ERRNO.EINVAL;
    least = (flags & ROOM.decapL3Ipv4) !== 0 ? IPV4_HEADER_BYTES : IPV6_HEADER_BYTES;
  }
  const behindMac = packet.lengthBytes - packet.networkOffset;
  if (delta < 0 ? amount >= behindMac || behindMac - amount < least : false) return -ERRNO.ENOTSUPP;
  if (delta >= 0 && packet.lengthBytes + amount > MAXIMUM_BYTES && packet.gsoSizeBytes === 0) return -ERRNO.ENOTSUPP;
  const error =
    delta < 0
      ? shrinkRoom(machine, packet, at, amount, flags)
      : growRoom(machine, packet, at, amount, flags, innerMacBytes);
  if (error !== 0) return error;
  if ((flags & ROOM.noCsumReset) === 0) resetChecksum(packet);
  packet.changed();
  return 0;
};

function shrinkRoom(machine: Machine, packet: PacketBuffer, at: number, amount: number, flags: number): number {
  if ((flags & (ENCAP_L3 | ENCAP_L4 | ROOM.encapL2Eth)) !== 0) return -ERRNO.EINVAL;
  const error = removeBytes(machine, packet, at, amount);
  if (error !== 0) return error;
  packet.transportOffset = Math.max(packet.networkOffset, packet.transportOffset - amount);
  if ((flags & ROOM.decapL3Ipv4) !== 0) packet.protocol = ETH_P_IP;
  if ((flags & ROOM.decapL3Ipv6) !== 0) packet.protocol = ETH_P_IPV6;
  if (packet.gsoSizeBytes > 0 && (flags & ROOM.fixedGso) === 0) packet.gsoSizeBytes += amount;
  return 0;
}

function growRoom(
  machine: Machine,
  packet: PacketBuffer,
  at: number,
  amount: number,
  flags: number,
  innerMacBytes: number,
): number {
  const encapsulates = (flags & (ENCAP_L3 | ENCAP_L4)) !== 0;
  if (packet.gsoSizeBytes > 0 && packet.gsoType !== 'tcpv4' && packet.gsoType !== 'tcpv6') {
    if (packet.gsoType !== 'udp' || !(flags & ENCAP_L4) || !(flags & ROOM.fixedGso)) return -ERRNO.ENOTSUPP;
  }
  if (encapsulates) {
    if ((flags & ENCAP_L3) === ENCAP_L3 || (flags & ENCAP_L4) === ENCAP_L4) return -ERRNO.EINVAL;
    if ((flags & ROOM.encapL2Eth) !== 0 && innerMacBytes < ETH_HEADER_BYTES) return -ERRNO.EINVAL;
    if (ENCAPSULATED.has(packet)) return -EALREADY;
  }
  const error = insertBytes(machine, packet, at, amount);
  if (error !== 0) return error;
  if (encapsulates) {
    ENCAPSULATED.add(packet);
    if ((flags & ROOM.encapL3Ipv4) !== 0) packet.protocol = ETH_P_IP;
    if ((flags & ROOM.encapL3Ipv6) !== 0) packet.protocol = ETH_P_IPV6;
    packet.transportOffset = packet.networkOffset + networkHeaderBytes(packet);
  } else packet.transportOffset += amount;
  if (packet.gsoSizeBytes > 0 && (flags & ROOM.fixedGso) === 0) packet.gsoSizeBytes -= amount;
  return 0;
}

/** skb->encapsulation: an encapsulation is possible once. */
const ENCAPSULATED = new WeakSet<PacketBuffer>();

const getHashRecalc: HelperFunction = machine => {
  const packet = packetOf(machine, 'bpf_get_hash_recalc');
  if (!packet.hashIsSet && packet.hash === 0) {
    packet.hash = flowHash(machine, packet);
    packet.changed();
  }
  return packet.hash;
};

const setHashInvalid: HelperFunction = machine => {
  const packet = packetOf(machine, 'bpf_set_hash_invalid');
  clearHash(packet);
  packet.changed();
  return 0;
};

const setHash: HelperFunction = (machine, _skb, hash) => {
  const packet = packetOf(machine, 'bpf_set_hash');
  packet.hash = hash;
  packet.hashIsSet = true;
  packet.changed();
  return 0;
};

const getRouteRealm: HelperFunction = machine => packetOf(machine, 'bpf_get_route_realm').routeRealm;

const ECN_MASK = 3;
const ECN_CE = 3;
const ECN_NOT_ECT = 0;

/** 1 when it is set now (or was), 0 when the sender does not know ECN, or the packet is no IP. */
const skbEcnSetCe: HelperFunction = machine => {
  const packet = packetOf(machine, 'bpf_skb_ecn_set_ce');
  const at = packet.address + packet.networkOffset;
  const { view } = machine.space;
  const header = networkHeaderBytes(packet);
  if (header < 0 || packet.networkOffset + header > packet.lengthBytes) return 0;
  if (packet.protocol === ETH_P_IP) {
    const tos = view.getUint8(at + 1);
    if ((tos & ECN_MASK) === ECN_NOT_ECT) return 0;
    const before = view.getUint16(at, true);
    view.setUint8(at + 1, tos | ECN_CE);
    view.setUint16(at + 10, replaceField16(view.getUint16(at + 10, true), before, view.getUint16(at, true)), true);
    return 1;
  }
  const word = view.getUint16(at);
  const ecn = (word >>> 4) & ECN_MASK;
  if (ecn === ECN_NOT_ECT) return 0;
  forgetBytes(machine, packet, packet.networkOffset, 2);
  view.setUint16(at, word | (ECN_CE << 4));
  countBytes(machine, packet, packet.networkOffset, 2);
  return 1;
};

const SKB_CLOCK_REALTIME = 0;
const SKB_CLOCK_TAI = 2;

const skbSetTstamp: HelperFunction = (machine, _skb, timestamp, type) => {
  const packet = packetOf(machine, 'bpf_skb_set_tstamp');
  if (networkHeaderBytes(packet) < 0) return -ERRNO.EOPNOTSUPP;
  const value = wideArgument(machine, 2, timestamp);
  if (type > SKB_CLOCK_TAI || (type !== SKB_CLOCK_REALTIME && value === 0n)) return -ERRNO.EINVAL;
  packet.timestampNs = value;
  packet.timestampType = type;
  packet.changed();
  return 0;
};

export const SKB_HELPERS: readonly HelperRow[] = [
  helper({
    id: 9,
    declaration: 'long bpf_skb_store_bytes(struct sk_buff *skb, u32 offset, const void *from, u32 len, u64 flags)',
    args: [CTX, ANYTHING, RDONLY_MEM, SIZE, ANYTHING64],
    returns: 'integer',
    changesPacket: true,
    programTypes: [...TC, 'lwt_xmit', 'sk_skb'],
    since: '4.1',
    meaning: 'writes bytes into the packet',
    run: skbStoreBytes,
  }),
  helper({
    id: 18,
    declaration: 'long bpf_skb_vlan_push(struct sk_buff *skb, __be16 vlan_proto, u16 vlan_tci)',
    args: [CTX, ANYTHING, ANYTHING],
    returns: 'integer',
    changesPacket: true,
    programTypes: TC,
    since: '4.3',
    meaning: 'pushes a VLAN tag',
    run: skbVlanPush,
  }),
  helper({
    id: 19,
    declaration: 'long bpf_skb_vlan_pop(struct sk_buff *skb)',
    args: [CTX],
    returns: 'integer',
    changesPacket: true,
    programTypes: TC,
    since: '4.3',
    meaning: 'pops a VLAN tag',
    run: skbVlanPop,
  }),
  helper({
    id: 24,
    declaration: 'u32 bpf_get_route_realm(struct sk_buff *skb)',
    args: [CTX],
    returns: 'integer',
    programTypes: [...LWT, ...TC],
    since: '4.4',
    meaning: "realm of the packet's route",
    run: getRouteRealm,
  }),
  helper({
    id: 26,
    declaration: 'long bpf_skb_load_bytes(const void *skb, u32 offset, void *to, u32 len)',
    args: [CTX, ANYTHING, UNINIT_MEM, SIZE],
    returns: 'integer',
    programTypes: [...LWT, ...TC, 'socket_filter', 'cgroup_skb', 'sk_skb', 'sk_reuseport', 'flow_dissector'],
    since: '4.5',
    meaning: 'copies bytes out of the packet',
    run: skbLoadBytes,
  }),
  helper({
    id: 31,
    declaration: 'long bpf_skb_change_proto(struct sk_buff *skb, __be16 proto, u64 flags)',
    args: [CTX, ANYTHING, ANYTHING64],
    returns: 'integer',
    changesPacket: true,
    programTypes: TC,
    since: '4.8',
    meaning: 'turns an IPv4 packet into an IPv6 one in size, or the reverse',
    run: skbChangeProto,
  }),
  helper({
    id: 32,
    declaration: 'long bpf_skb_change_type(struct sk_buff *skb, u32 type)',
    args: [CTX, ANYTHING],
    returns: 'integer',
    programTypes: TC,
    since: '4.8',
    meaning: "sets the packet's type: for this host, broadcast, multicast, other host",
    run: skbChangeType,
  }),
  helper({
    id: 34,
    declaration: 'u32 bpf_get_hash_recalc(struct sk_buff *skb)',
    args: [CTX],
    returns: 'integer',
    programTypes: [...LWT, ...TC],
    since: '4.8',
    meaning: 'flow hash of the packet, computed if it has none',
    run: getHashRecalc,
  }),
  helper({
    id: 38,
    declaration: 'long bpf_skb_change_tail(struct sk_buff *skb, u32 len, u64 flags)',
    args: [CTX, ANYTHING, ANYTHING64],
    returns: 'integer',
    changesPacket: true,
    programTypes: [...TC, 'lwt_xmit', 'sk_skb'],
    since: '4.9',
    meaning: 'trims or lengthens the packet at its end',
    run: skbChangeTail,
  }),
  helper({
    id: 39,
    declaration: 'long bpf_skb_pull_data(struct sk_buff *skb, u32 len)',
    args: [CTX, ANYTHING],
    returns: 'integer',
    changesPacket: true,
    programTypes: [...LWT, ...TC, 'sk_skb'],
    since: '4.9',
    meaning: 'makes the first bytes of the packet accessible directly',
    run: skbPullData,
  }),
  helper({
    id: 41,
    declaration: 'void bpf_set_hash_invalid(struct sk_buff *skb)',
    args: [CTX],
    returns: 'integer',
    programTypes: [...TC, 'lwt_xmit'],
    since: '4.9',
    meaning: "forgets the packet's flow hash",
    run: setHashInvalid,
  }),
  helper({
    id: 43,
    declaration: 'long bpf_skb_change_head(struct sk_buff *skb, u32 len, u64 flags)',
    args: [CTX, ANYTHING, ANYTHING64],
    returns: 'integer',
    changesPacket: true,
    programTypes: [...TC, 'lwt_xmit', 'sk_skb'],
    since: '4.10',
    meaning: 'makes room in front of the packet',
    run: skbChangeHead,
  }),
  helper({
    id: 48,
    declaration: 'long bpf_set_hash(struct sk_buff *skb, u32 hash)',
    args: [CTX, ANYTHING],
    returns: 'integer',
    programTypes: TC,
    since: '4.13',
    meaning: "sets the packet's flow hash",
    run: setHash,
  }),
  helper({
    id: 50,
    declaration: 'long bpf_skb_adjust_room(struct sk_buff *skb, s32 len_diff, u32 mode, u64 flags)',
    args: [CTX, ANYTHING, ANYTHING, ANYTHING64],
    returns: 'integer',
    changesPacket: true,
    programTypes: [...TC, 'sk_skb'],
    since: '4.13',
    meaning: 'makes or takes room behind the link-layer or network header',
    run: skbAdjustRoom,
  }),
  helper({
    id: 68,
    declaration: 'long bpf_skb_load_bytes_relative(const void *skb, u32 offset, void *to, u32 len, u32 start_header)',
    args: [CTX, ANYTHING, UNINIT_MEM, SIZE, ANYTHING],
    returns: 'integer',
    programTypes: [...TC, 'socket_filter', 'cgroup_skb', 'sk_reuseport'],
    since: '4.18',
    meaning: 'copies bytes out of the packet, counted from its link-layer or network header',
    run: skbLoadBytesRelative,
  }),
  helper({
    id: 97,
    declaration: 'long bpf_skb_ecn_set_ce(struct sk_buff *skb)',
    args: [CTX],
    returns: 'integer',
    programTypes: [...TC, 'cgroup_skb'],
    since: '5.1',
    meaning: 'sets congestion encountered in the IP header, where the sender knows ECN',
    run: skbEcnSetCe,
  }),
  helper({
    id: 192,
    declaration: 'long bpf_skb_set_tstamp(struct sk_buff *skb, u64 tstamp, u32 tstamp_type)',
    args: [CTX, ANYTHING64, ANYTHING],
    returns: 'integer',
    programTypes: TC,
    since: '5.18',
    meaning: 'sets the delivery or receive time of the packet',
    run: skbSetTstamp,
  }),
];
