// Helpers: redirection (net/core/filter.c, net/core/sock_map.c). The helper notes where the packet is to go; the kernel acts on it when the
// program ends with the action that the helper returned.

import type { HelperFunction, Machine } from '../engine/index.js';
import { ERRNO } from '../maps/index.js';
import { hostOf, type SocketView } from './host.js';
import { type CpuSlots, type DeviceSlots, partOf, type SocketInMap, type SocketSlots } from './map-parts.js';
import { packetOf } from './packet.js';
import { TC } from './program-types.js';
import type { HelperRow } from './prototype.js';
import { ANYTHING, ANYTHING64, CONST_MAP_PTR, CTX, helper, MAP_KEY, RDONLY_MEM_OR_NULL, SIZE_OR_ZERO } from './row.js';
import { hasOtherFlags, mapOf, needed } from './support.js';

const BPF_F_INGRESS = 1;
const TC_ACT_SHOT = 2;
const TC_ACT_REDIRECT = 7;
const XDP_ABORTED = 0;
const XDP_REDIRECT = 4;
/** The action that bpf_redirect_map returns for a key that is not there: XDP_ABORTED, DROP, PASS or TX. */
const XDP_ACTION_MASK = 3;
const BPF_F_BROADCAST = 1 << 3;
const BPF_F_EXCLUDE_INGRESS = 1 << 4;
const SK_DROP = 0;
const SK_PASS = 1;
const AF_INET = 2;
/** sizeof(struct bpf_redir_neigh): u32 family, 16 bytes of address. */
const NEIGHBOUR_BYTES = 20;

const redirect: HelperFunction = (machine, ifindex, flags) => {
  const host = hostOf(machine);
  if (host.packet?.kind === 'xdp') {
    if ((flags | machine.high[2]!) !== 0) return XDP_ABORTED;
    host.redirect = { kind: 'interface', ifindex, ingress: false };
    return XDP_REDIRECT;
  }
  if (hasOtherFlags(machine, 2, flags, BPF_F_INGRESS)) return TC_ACT_SHOT;
  host.redirect = { kind: 'interface', ifindex, ingress: (flags & BPF_F_INGRESS) !== 0 };
  return TC_ACT_REDIRECT;
};

const redirectPeer: HelperFunction = (machine, ifindex, flags) => {
  if ((flags | machine.high[2]!) !== 0) return TC_ACT_SHOT;
  hostOf(machine).redirect = { kind: 'peer', ifindex };
  return TC_ACT_REDIRECT;
};

const redirectNeigh: HelperFunction = (machine, ifindex, params, paramsBytes, flags) => {
  if ((flags | machine.high[4]!) !== 0 || (paramsBytes !== 0 && paramsBytes < NEIGHBOUR_BYTES)) return TC_ACT_SHOT;
  const { view, bytes } = machine.space;
  if (paramsBytes === 0) hostOf(machine).redirect = { kind: 'neighbour', ifindex };
  else {
    const family = view.getUint32(params, true) === AF_INET ? 4 : 6;
    const address = bytes.slice(params + 4, params + 4 + (family === 4 ? 4 : 16));
    hostOf(machine).redirect = { kind: 'neighbour', ifindex, nextHop: { family, address } };
  }
  return TC_ACT_REDIRECT;
};

const cloneRedirect: HelperFunction = (machine, _skb, ifindex, flags) => {
  if (hasOtherFlags(machine, 3, flags, BPF_F_INGRESS)) return -ERRNO.EINVAL;
  const packet = packetOf(machine, 'bpf_clone_redirect');
  const network = needed(hostOf(machine).network, 'bpf_clone_redirect', 'network');
  if (!network.interfaceAt(ifindex)) return -ERRNO.EINVAL;
  const copy = machine.space.bytes.slice(packet.address, packet.address + packet.lengthBytes);
  return network.transmit(ifindex, copy, (flags & BPF_F_INGRESS) !== 0);
};

/** What a devmap, cpumap or xskmap has under a key; undefined: nothing. */
function targetOf(machine: Machine, handle: number, key: number): number | undefined {
  const { type } = mapOf(machine, handle).definition;
  if (type === 'cpumap') return partOf<CpuSlots>(machine, handle).cpu(key) ? key : undefined;
  if (type === 'xskmap') return partOf<SocketSlots>(machine, handle).socket(key)?.id;
  return partOf<DeviceSlots>(machine, handle).device(key)?.ifindex;
}

const redirectMap: HelperFunction = (machine, handle, key, flags) => {
  const map = mapOf(machine, handle);
  const isDeviceMap = map.definition.type.startsWith('devmap');
  const known = XDP_ACTION_MASK | (isDeviceMap ? BPF_F_BROADCAST | BPF_F_EXCLUDE_INGRESS : 0);
  if (hasOtherFlags(machine, 3, flags, known)) return XDP_ABORTED;
  const host = hostOf(machine);
  const value = targetOf(machine, handle, key);
  if (value === undefined && (flags & BPF_F_BROADCAST) === 0) {
    host.redirect = undefined;
    return flags & XDP_ACTION_MASK;
  }
  host.redirect = { kind: 'map', map, key, value: value ?? 0, flags };
  return XDP_REDIRECT;
};

/** Sends the packet or message to a socket of a map; only TCP that is connected, UDP and Unix sockets take part. */
function toSocket(machine: Machine, found: SocketInMap | undefined, flags: number): number {
  if (hasOtherFlags(machine, 4, flags, BPF_F_INGRESS)) return SK_DROP;
  const host = hostOf(machine);
  const socket: SocketView | undefined = found && host.socketAt?.(found.address);
  if (!socket) return SK_DROP;
  host.redirect = { kind: 'socket', socket, ingress: (flags & BPF_F_INGRESS) !== 0 };
  return SK_PASS;
}

/** By index: sockmap. By the address of a key: sockhash. */
const toSocketUnder: HelperFunction = (machine, _context, map, key, flags) =>
  toSocket(machine, partOf<SocketSlots>(machine, map).socket(key), flags);

const skRedirectMap = toSocketUnder;
const skRedirectHash = toSocketUnder;
const msgRedirectMap = toSocketUnder;
const msgRedirectHash = toSocketUnder;

export const REDIRECT_HELPERS: readonly HelperRow[] = [
  helper({
    id: 13,
    declaration: 'long bpf_clone_redirect(struct sk_buff *skb, u32 ifindex, u64 flags)',
    args: [CTX, ANYTHING, ANYTHING64],
    returns: 'integer',
    changesPacket: true,
    programTypes: [...TC, 'lwt_xmit'],
    since: '4.2',
    meaning: 'sends a copy of the packet to an interface',
    run: cloneRedirect,
  }),
  helper({
    id: 23,
    declaration: 'long bpf_redirect(u32 ifindex, u64 flags)',
    args: [ANYTHING, ANYTHING64],
    returns: 'integer',
    programTypes: [...TC, 'xdp', 'lwt_xmit'],
    since: '4.4',
    meaning: 'sends the packet to an interface when the program returns',
    run: redirect,
  }),
  helper({
    id: 51,
    declaration: 'long bpf_redirect_map(struct bpf_map *map, u64 key, u64 flags)',
    args: [CONST_MAP_PTR, ANYTHING64, ANYTHING64],
    returns: 'integer',
    programTypes: ['xdp'],
    since: '4.14',
    meaning: 'sends the packet to what a devmap, cpumap or xskmap has under a key',
    run: redirectMap,
  }),
  helper({
    id: 52,
    declaration: 'long bpf_sk_redirect_map(struct sk_buff *skb, struct bpf_map *map, u32 key, u64 flags)',
    args: [CTX, CONST_MAP_PTR, ANYTHING, ANYTHING64],
    returns: 'integer',
    programTypes: ['sk_skb'],
    since: '4.14',
    meaning: 'sends the packet to a socket of a sockmap',
    run: skRedirectMap,
  }),
  helper({
    id: 60,
    declaration: 'long bpf_msg_redirect_map(struct sk_msg_buff *msg, struct bpf_map *map, u32 key, u64 flags)',
    args: [CTX, CONST_MAP_PTR, ANYTHING, ANYTHING64],
    returns: 'integer',
    programTypes: ['sk_msg'],
    since: '4.17',
    meaning: 'sends the message to a socket of a sockmap',
    run: msgRedirectMap,
  }),
  helper({
    id: 71,
    declaration: 'long bpf_msg_redirect_hash(struct sk_msg_buff *msg, struct bpf_map *map, void *key, u64 flags)',
    args: [CTX, CONST_MAP_PTR, MAP_KEY, ANYTHING64],
    returns: 'integer',
    programTypes: ['sk_msg'],
    since: '4.18',
    meaning: 'sends the message to a socket of a sockhash',
    run: msgRedirectHash,
  }),
  helper({
    id: 72,
    declaration: 'long bpf_sk_redirect_hash(struct sk_buff *skb, struct bpf_map *map, void *key, u64 flags)',
    args: [CTX, CONST_MAP_PTR, MAP_KEY, ANYTHING64],
    returns: 'integer',
    programTypes: ['sk_skb'],
    since: '4.18',
    meaning: 'sends the packet to a socket of a sockhash',
    run: skRedirectHash,
  }),
  helper({
    id: 152,
    declaration: 'long bpf_redirect_neigh(u32 ifindex, struct bpf_redir_neigh *params, int plen, u64 flags)',
    args: [ANYTHING, RDONLY_MEM_OR_NULL, SIZE_OR_ZERO, ANYTHING64],
    returns: 'integer',
    programTypes: TC,
    since: '5.10',
    meaning: 'sends the packet to an interface and fills in the link-layer header from the neighbour table',
    run: redirectNeigh,
  }),
  helper({
    id: 155,
    declaration: 'long bpf_redirect_peer(u32 ifindex, u64 flags)',
    args: [ANYTHING, ANYTHING64],
    returns: 'integer',
    programTypes: TC,
    since: '5.10',
    meaning: 'sends the packet to the peer of an interface, in its namespace',
    run: redirectPeer,
  }),
];
