// Helpers: sockets (net/core/filter.c, net/core/sock_map.c). Sockets are those of the simulated network.

import type { HelperFunction, Machine } from '../engine/index.js';
import { ERRNO } from '../maps/index.js';
import { hostOf, type SocketView } from './host.js';
import { partOf, type SocketSlots } from './map-parts.js';
import { allBut, BTF_TRACING, TC } from './program-types.js';
import type { HelperRow } from './prototype.js';
import {
  ANYTHING64,
  BTF_SOCK_COMMON,
  BTF_SOCK_COMMON_RELEASE,
  btf,
  CONST_MAP_PTR,
  CTX,
  CTX_OR_NULL,
  helper,
  MAP_KEY,
  RDONLY_MEM,
  SIZE,
  SIZE_OR_ZERO,
  SOCK_COMMON,
} from './row.js';
import { hasOtherFlags, needed, wideResult } from './support.js';

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const IPPROTO_TCP = 6;
const IPPROTO_UDP = 17;
const SOCK_DGRAM = 2;
const TCP_ESTABLISHED = 1;
const TCP_TIME_WAIT = 6;
const TCP_LISTEN = 10;
const TCP_NEW_SYN_RECV = 12;
const ENETUNREACH = 101;
const EPROTOTYPE = 91;
const ESOCKTNOSUPPORT = 94;
const EAFNOSUPPORT = 97;
const BPF_SK_LOOKUP_F_REPLACE = 1;
const BPF_SK_LOOKUP_F_NO_REUSEPORT = 2;
/** BPF_F_CURRENT_NETNS as 32 bits of both halves. */
const CURRENT_NETNS = -1;
/** struct bpf_sock_tuple for IPv4 and IPv6: source, destination, two ports. */
const TUPLE4_BYTES = 12;
const TUPLE6_BYTES = 36;
/** The user that a packet without a socket is taken to be of: overflowuid. */
const OVERFLOW_UID = 65534;

const socketOf = (machine: Machine, address: number): SocketView | undefined => hostOf(machine).socketAt?.(address);

/** The socket that a context or a pointer stands for. */
function contextSocket(machine: Machine, address: number): SocketView | undefined {
  const host = hostOf(machine);
  return host.packet?.socket ?? host.socket ?? host.socketAt?.(address);
}

function find(
  machine: Machine,
  tuple: number,
  tupleBytes: number,
  namespace: number,
  flags: number,
  protocol: 'tcp' | 'udp',
): SocketView | undefined {
  const family = tupleBytes === TUPLE4_BYTES ? 4 : tupleBytes === TUPLE6_BYTES ? 6 : undefined;
  if (family === undefined || (flags | machine.high[5]!) !== 0) return undefined;
  const [low, high] = [namespace | 0, machine.high[4]!];
  const current = low === CURRENT_NETNS && (high === CURRENT_NETNS || high === 0);
  if (!current && (low < 0 || high !== 0)) return undefined;
  const host = hostOf(machine);
  const network = needed(host.network, 'bpf_sk_lookup', 'network');
  const { bytes, view } = machine.space;
  const length = family === 4 ? 4 : 16;
  const socket = network.findSocket({
    protocol,
    family,
    remoteAddress: bytes.slice(tuple, tuple + length),
    localAddress: bytes.slice(tuple + length, tuple + 2 * length),
    remotePort: view.getUint16(tuple + 2 * length),
    localPort: view.getUint16(tuple + 2 * length + 2),
    ifindex: host.packet?.ifindex || host.packet?.ingressIfindex || 0,
    ...(!current && { namespaceId: low }),
  });
  return socket;
}

/** The reference is given back by bpf_sk_release. */
const lookup =
  (protocol: 'tcp' | 'udp', full: boolean): HelperFunction =>
  (machine, _context, tuple, tupleBytes, namespace, flags) => {
    const found = find(machine, tuple, tupleBytes, namespace, flags, protocol);
    if (!found) return 0;
    const socket = full && !found.full ? found.listener : found;
    socket?.acquire?.();
    return socket?.address ?? 0;
  };

const skLookupTcp = lookup('tcp', true);
const skLookupUdp = lookup('udp', true);
const skcLookupTcp = lookup('tcp', false);

const skRelease: HelperFunction = (machine, address) => {
  socketOf(machine, address)?.release?.();
  return 0;
};

const skFullsock: HelperFunction = (machine, address) => {
  const socket = socketOf(machine, address);
  return socket?.full ? socket.address : 0;
};

const tcpSock: HelperFunction = (machine, address) => {
  const socket = socketOf(machine, address);
  return socket?.full && socket.protocol === IPPROTO_TCP ? (socket.tcpAddress ?? 0) : 0;
};

const getListenerSock: HelperFunction = (machine, address) => {
  const listener = socketOf(machine, address)?.listener;
  return listener?.state === TCP_LISTEN ? listener.address : 0;
};

const getSocketCookie: HelperFunction = (machine, address) =>
  wideResult(machine, contextSocket(machine, address)?.cookie ?? 0n);

const getSocketUid: HelperFunction = machine => {
  const socket = hostOf(machine).packet?.socket;
  return socket?.full ? socket.uid : OVERFLOW_UID;
};

const getNetnsCookie: HelperFunction = (machine, address) => {
  const host = hostOf(machine);
  const socket = address === 0 ? undefined : contextSocket(machine, address);
  const network = needed(host.network, 'bpf_get_netns_cookie', 'network');
  return wideResult(machine, socket?.namespaceCookie ?? network.cookie);
};

const isConnectedTcp = ({ protocol, state }: SocketView): boolean =>
  protocol === IPPROTO_TCP && state !== TCP_LISTEN && state === TCP_ESTABLISHED;

const skAssign: HelperFunction = (machine, _context, address, flags) => {
  const host = hostOf(machine);
  const socket = address === 0 ? undefined : socketOf(machine, address);
  if (host.packet) {
    // Traffic control: the packet is this socket's from here on.
    if ((flags | machine.high[3]!) !== 0) return -ERRNO.EINVAL;
    if (!socket) return -ERRNO.EINVAL;
    if (!host.packet.atIngress) return -ERRNO.EOPNOTSUPP;
    if (host.network && socket.namespaceCookie !== host.network.cookie) return -ENETUNREACH;
    host.packet.socket = socket;
    host.packet.changed();
    return 0;
  }
  // sk_lookup: the socket that answers, or (null) what was chosen is taken back.
  if (hasOtherFlags(machine, 3, flags, BPF_SK_LOOKUP_F_REPLACE | BPF_SK_LOOKUP_F_NO_REUSEPORT)) return -ERRNO.EINVAL;
  if (socket && isConnectedTcp(socket)) return -ESOCKTNOSUPPORT;
  const wanted = host.socket;
  if (socket && wanted) {
    if (socket.protocol !== wanted.protocol) return -EPROTOTYPE;
    if (socket.family !== wanted.family && (socket.family === AF_INET || socket.v6only)) return -EAFNOSUPPORT;
  }
  if (host.assignedSocket && (flags & BPF_SK_LOOKUP_F_REPLACE) === 0) return -ERRNO.EEXIST;
  host.assignedSocket = socket;
  return 0;
};

const skSelectReuseport: HelperFunction = (machine, _context, handle, key, flags) => {
  if ((flags | machine.high[4]!) !== 0) return -ERRNO.EINVAL;
  const map = partOf<SocketSlots>(machine, handle);
  const isHash = map.definition.type === 'sockhash';
  const found = map.socket(isHash ? key : machine.space.view.getUint32(key, true));
  if (!found) return -ERRNO.ENOENT;
  const socket = socketOf(machine, found.address);
  if (!socket?.reuseport) return -ERRNO.EINVAL;
  hostOf(machine).assignedSocket = socket;
  return 0;
};

/** The socket of a sock_ops program goes into the map; only TCP that is connected or listens may. */
const put =
  (isHash: boolean): HelperFunction =>
  (machine, _context, handle, key, flags) => {
    if (machine.high[4] !== 0) return -ERRNO.EINVAL;
    const socket = needed(hostOf(machine).socket, 'bpf_sock_map_update', 'socket');
    if (socket.protocol === IPPROTO_TCP && socket.state !== TCP_ESTABLISHED && socket.state !== TCP_LISTEN) {
      return -ERRNO.EOPNOTSUPP;
    }
    const { address, cookie } = socket;
    const under = isHash ? key : machine.space.view.getUint32(key, true);
    return partOf<SocketSlots>(machine, handle).set(under, { id: Number(cookie), cookie, address }, flags);
  };

const sockMapUpdate = put(false);
const sockHashUpdate = put(true);

const bind: HelperFunction = (machine, _context, address, addressBytes) => {
  const { view, bytes } = machine.space;
  const socket = needed(hostOf(machine).socket, 'bpf_bind', 'socket');
  if (addressBytes < 2) return -ERRNO.EINVAL;
  const family = view.getUint16(address, true);
  // struct sockaddr_in: family, port, address. struct sockaddr_in6: family, port, flow label, address, scope.
  if (family === AF_INET && addressBytes >= 16) {
    return needed(socket.bind, 'bpf_bind', 'address to bind to').call(
      socket,
      bytes.slice(address + 4, address + 8),
      view.getUint16(address + 2),
    );
  }
  if (family === AF_INET6 && addressBytes >= 24) {
    return needed(socket.bind, 'bpf_bind', 'address to bind to').call(
      socket,
      bytes.slice(address + 8, address + 24),
      view.getUint16(address + 2),
    );
  }
  return family === AF_INET || family === AF_INET6 ? -ERRNO.EINVAL : -EAFNOSUPPORT;
};

/** Casts: the pointer itself when the socket is of that kind, else null. */
const cast =
  (is: (socket: SocketView) => boolean): HelperFunction =>
  (machine, address) => {
    const socket = address === 0 ? undefined : socketOf(machine, address);
    return socket && is(socket) ? address : 0;
  };

const isTcp = ({ protocol }: SocketView): boolean => protocol === IPPROTO_TCP;

const skcToTcpSock = cast(socket => isTcp(socket) && socket.full);
const skcToTcp6Sock = cast(socket => isTcp(socket) && socket.full && socket.family === AF_INET6);
const skcToTcpTimewaitSock = cast(socket => isTcp(socket) && socket.state === TCP_TIME_WAIT);
const skcToTcpRequestSock = cast(socket => isTcp(socket) && socket.state === TCP_NEW_SYN_RECV);
const skcToUdp6Sock = cast(
  ({ family, type, protocol }) => family === AF_INET6 && type === SOCK_DGRAM && protocol === IPPROTO_UDP,
);
const skcToUnixSock = cast(({ family }) => family === AF_UNIX);
const skcToMptcpSock = cast(({ isMptcp }) => isMptcp === true);

export const SOCK_HELPERS: readonly HelperRow[] = [
  helper({
    id: 46,
    declaration: 'u64 bpf_get_socket_cookie(struct sock *sk)',
    args: [CTX],
    returns: 'integer',
    programTypes: [
      ...BTF_TRACING,
      ...TC,
      'socket_filter',
      'cgroup_skb',
      'cgroup_sock',
      'sock_ops',
      'sk_skb',
      'cgroup_sock_addr',
      'sk_reuseport',
    ],
    since: '4.12',
    meaning: 'a number that stays with the socket for its life',
    run: getSocketCookie,
  }),
  helper({
    id: 47,
    declaration: 'u32 bpf_get_socket_uid(struct sk_buff *skb)',
    args: [CTX],
    returns: 'integer',
    programTypes: [...TC, 'socket_filter', 'cgroup_skb', 'sk_skb'],
    since: '4.12',
    meaning: "user id of the packet's socket",
    run: getSocketUid,
  }),
  helper({
    id: 53,
    declaration: 'long bpf_sock_map_update(struct bpf_sock_ops *skops, struct bpf_map *map, void *key, u64 flags)',
    args: [CTX, CONST_MAP_PTR, MAP_KEY, ANYTHING64],
    returns: 'integer',
    takesPacketPointers: true,
    programTypes: ['sock_ops'],
    since: '4.14',
    meaning: 'puts the socket of a sock_ops program into a sockmap',
    run: sockMapUpdate,
  }),
  helper({
    id: 64,
    declaration: 'long bpf_bind(struct bpf_sock_addr *ctx, struct sockaddr *addr, int addr_len)',
    args: [CTX, RDONLY_MEM, SIZE],
    returns: 'integer',
    programTypes: ['cgroup_sock_addr'],
    since: '4.17',
    meaning: 'binds the socket to an address before it connects',
    run: bind,
  }),
  helper({
    id: 70,
    declaration: 'long bpf_sock_hash_update(struct bpf_sock_ops *skops, struct bpf_map *map, void *key, u64 flags)',
    args: [CTX, CONST_MAP_PTR, MAP_KEY, ANYTHING64],
    returns: 'integer',
    takesPacketPointers: true,
    programTypes: ['sock_ops'],
    since: '4.18',
    meaning: 'puts the socket of a sock_ops program into a sockhash',
    run: sockHashUpdate,
  }),
  helper({
    id: 82,
    declaration:
      'long bpf_sk_select_reuseport(struct sk_reuseport_md *reuse, struct bpf_map *map, void *key, u64 flags)',
    args: [CTX, CONST_MAP_PTR, MAP_KEY, ANYTHING64],
    returns: 'integer',
    programTypes: ['sk_reuseport'],
    since: '4.19',
    meaning: 'chooses the socket of a reuseport group that gets the packet',
    run: skSelectReuseport,
  }),
  helper({
    id: 84,
    declaration:
      'struct bpf_sock *bpf_sk_lookup_tcp(void *ctx, struct bpf_sock_tuple *tuple, u32 tuple_size, u64 netns, u64 flags)',
    args: [CTX, RDONLY_MEM, SIZE_OR_ZERO, ANYTHING64, ANYTHING64],
    returns: 'ptr_to_socket_or_null',
    takesPacketPointers: true,
    programTypes: [...TC, 'xdp', 'cgroup_skb', 'sk_skb', 'cgroup_sock_addr'],
    since: '4.20',
    meaning: 'finds a TCP socket, with a reference to give back',
    run: skLookupTcp,
  }),
  helper({
    id: 85,
    declaration:
      'struct bpf_sock *bpf_sk_lookup_udp(void *ctx, struct bpf_sock_tuple *tuple, u32 tuple_size, u64 netns, u64 flags)',
    args: [CTX, RDONLY_MEM, SIZE_OR_ZERO, ANYTHING64, ANYTHING64],
    returns: 'ptr_to_socket_or_null',
    takesPacketPointers: true,
    programTypes: [...TC, 'xdp', 'cgroup_skb', 'sk_skb', 'cgroup_sock_addr'],
    since: '4.20',
    meaning: 'finds a UDP socket, with a reference to give back',
    run: skLookupUdp,
  }),
  helper({
    id: 86,
    declaration: 'long bpf_sk_release(void *sock)',
    args: [BTF_SOCK_COMMON_RELEASE],
    returns: 'integer',
    programTypes: [...TC, 'xdp', 'cgroup_skb', 'sk_skb', 'cgroup_sock_addr', 'sk_lookup'],
    since: '4.20',
    meaning: 'gives the reference to a socket back',
    run: skRelease,
  }),
  helper({
    id: 95,
    declaration: 'struct bpf_sock *bpf_sk_fullsock(struct bpf_sock *sk)',
    args: [SOCK_COMMON],
    returns: 'ptr_to_socket_or_null',
    programTypes: [...TC, 'cgroup_skb'],
    since: '5.1',
    meaning: 'the full socket of a socket, or null',
    run: skFullsock,
  }),
  helper({
    id: 96,
    declaration: 'struct bpf_tcp_sock *bpf_tcp_sock(struct bpf_sock *sk)',
    args: [SOCK_COMMON],
    returns: 'ptr_to_tcp_sock_or_null',
    programTypes: [...TC, 'cgroup_skb', 'sock_ops', 'cgroup_sockopt'],
    since: '5.1',
    meaning: 'the TCP fields of a socket, or null',
    run: tcpSock,
  }),
  helper({
    id: 98,
    declaration: 'struct bpf_sock *bpf_get_listener_sock(struct bpf_sock *sk)',
    args: [SOCK_COMMON],
    returns: 'ptr_to_socket_or_null',
    programTypes: [...TC, 'cgroup_skb'],
    since: '5.1',
    meaning: 'the listening socket of a socket, or null',
    run: getListenerSock,
  }),
  helper({
    id: 99,
    declaration:
      'struct bpf_sock *bpf_skc_lookup_tcp(void *ctx, struct bpf_sock_tuple *tuple, u32 tuple_size, u64 netns, u64 flags)',
    args: [CTX, RDONLY_MEM, SIZE_OR_ZERO, ANYTHING64, ANYTHING64],
    returns: 'ptr_to_sock_common_or_null',
    takesPacketPointers: true,
    programTypes: [...TC, 'xdp', 'cgroup_skb', 'sk_skb', 'cgroup_sock_addr'],
    since: '5.2',
    meaning: 'finds a TCP socket, also one that is not full yet',
    run: skcLookupTcp,
  }),
  helper({
    id: 122,
    declaration: 'u64 bpf_get_netns_cookie(void *ctx)',
    args: [CTX_OR_NULL],
    returns: 'integer',
    programTypes: [
      ...TC,
      'socket_filter',
      'cgroup_skb',
      'cgroup_sock',
      'sock_ops',
      'sk_msg',
      'cgroup_sock_addr',
      'cgroup_sockopt',
    ],
    since: '5.7',
    meaning: 'a number that stays with the network namespace for its life',
    run: getNetnsCookie,
  }),
  helper({
    id: 124,
    declaration: 'long bpf_sk_assign(struct bpf_sk_lookup *ctx, struct bpf_sock *sk, u64 flags)',
    args: [CTX, BTF_SOCK_COMMON, ANYTHING64],
    returns: 'integer',
    programTypes: [...TC, 'sk_lookup'],
    since: '5.7',
    meaning: 'directs the packet or lookup to a socket',
    run: skAssign,
  }),
  helper({
    id: 136,
    declaration: 'struct tcp6_sock *bpf_skc_to_tcp6_sock(void *sk)',
    args: [BTF_SOCK_COMMON],
    returns: 'ptr_to_btf_id_or_null',
    returnsBtfType: 'tcp6_sock',
    programTypes: allBut(
      'kprobe',
      'tracepoint',
      'perf_event',
      'cgroup_sock',
      'cgroup_device',
      'raw_tracepoint',
      'lirc_mode2',
      'sk_reuseport',
      'cgroup_sysctl',
      'raw_tracepoint_writable',
      'cgroup_sockopt',
      'struct_ops',
      'netfilter',
    ),
    since: '5.9',
    meaning: 'casts a socket to tcp6_sock, or null',
    run: skcToTcp6Sock,
  }),
  helper({
    id: 137,
    declaration: 'struct tcp_sock *bpf_skc_to_tcp_sock(void *sk)',
    args: [BTF_SOCK_COMMON],
    returns: 'ptr_to_btf_id_or_null',
    returnsBtfType: 'tcp_sock',
    programTypes: allBut(
      'kprobe',
      'tracepoint',
      'perf_event',
      'cgroup_sock',
      'cgroup_device',
      'raw_tracepoint',
      'lirc_mode2',
      'sk_reuseport',
      'cgroup_sysctl',
      'raw_tracepoint_writable',
      'cgroup_sockopt',
      'struct_ops',
      'netfilter',
    ),
    since: '5.9',
    meaning: 'casts a socket to tcp_sock, or null',
    run: skcToTcpSock,
  }),
  helper({
    id: 138,
    declaration: 'struct tcp_timewait_sock *bpf_skc_to_tcp_timewait_sock(void *sk)',
    args: [BTF_SOCK_COMMON],
    returns: 'ptr_to_btf_id_or_null',
    returnsBtfType: 'tcp_timewait_sock',
    programTypes: allBut(
      'kprobe',
      'tracepoint',
      'perf_event',
      'cgroup_sock',
      'cgroup_device',
      'raw_tracepoint',
      'lirc_mode2',
      'sk_reuseport',
      'cgroup_sysctl',
      'raw_tracepoint_writable',
      'cgroup_sockopt',
      'struct_ops',
      'netfilter',
    ),
    since: '5.9',
    meaning: 'casts a socket to tcp_timewait_sock, or null',
    run: skcToTcpTimewaitSock,
  }),
  helper({
    id: 139,
    declaration: 'struct tcp_request_sock *bpf_skc_to_tcp_request_sock(void *sk)',
    args: [BTF_SOCK_COMMON],
    returns: 'ptr_to_btf_id_or_null',
    returnsBtfType: 'tcp_request_sock',
    programTypes: allBut(
      'kprobe',
      'tracepoint',
      'perf_event',
      'cgroup_sock',
      'cgroup_device',
      'raw_tracepoint',
      'lirc_mode2',
      'sk_reuseport',
      'cgroup_sysctl',
      'raw_tracepoint_writable',
      'cgroup_sockopt',
      'struct_ops',
      'netfilter',
    ),
    since: '5.9',
    meaning: 'casts a socket to tcp_request_sock, or null',
    run: skcToTcpRequestSock,
  }),
  helper({
    id: 140,
    declaration: 'struct udp6_sock *bpf_skc_to_udp6_sock(void *sk)',
    args: [BTF_SOCK_COMMON],
    returns: 'ptr_to_btf_id_or_null',
    returnsBtfType: 'udp6_sock',
    programTypes: allBut(
      'kprobe',
      'tracepoint',
      'perf_event',
      'cgroup_sock',
      'cgroup_device',
      'raw_tracepoint',
      'lirc_mode2',
      'sk_reuseport',
      'cgroup_sysctl',
      'raw_tracepoint_writable',
      'cgroup_sockopt',
      'struct_ops',
      'netfilter',
    ),
    since: '5.9',
    meaning: 'casts a socket to udp6_sock, or null',
    run: skcToUdp6Sock,
  }),
  helper({
    id: 162,
    declaration: 'struct socket *bpf_sock_from_file(struct file *file)',
    args: [btf('file')],
    returns: 'ptr_to_btf_id_or_null',
    returnsBtfType: 'socket',
    programTypes: BTF_TRACING,
    since: '5.11',
    meaning: 'the socket of a file, or null',
  }),
  helper({
    id: 178,
    declaration: 'struct unix_sock *bpf_skc_to_unix_sock(void *sk)',
    args: [BTF_SOCK_COMMON],
    returns: 'ptr_to_btf_id_or_null',
    returnsBtfType: 'unix_sock',
    programTypes: allBut(
      'kprobe',
      'tracepoint',
      'perf_event',
      'cgroup_sock',
      'cgroup_device',
      'raw_tracepoint',
      'lirc_mode2',
      'sk_reuseport',
      'cgroup_sysctl',
      'raw_tracepoint_writable',
      'cgroup_sockopt',
      'struct_ops',
      'netfilter',
    ),
    since: '5.16',
    meaning: 'casts a socket to unix_sock, or null',
    run: skcToUnixSock,
  }),
  helper({
    id: 196,
    declaration: 'struct mptcp_sock *bpf_skc_to_mptcp_sock(void *sk)',
    args: [SOCK_COMMON],
    returns: 'ptr_to_btf_id_or_null',
    returnsBtfType: 'mptcp_sock',
    programTypes: allBut(
      'kprobe',
      'tracepoint',
      'perf_event',
      'cgroup_sock',
      'cgroup_device',
      'raw_tracepoint',
      'lirc_mode2',
      'sk_reuseport',
      'cgroup_sysctl',
      'raw_tracepoint_writable',
      'cgroup_sockopt',
      'struct_ops',
      'netfilter',
    ),
    since: '5.19',
    meaning: 'casts a socket to mptcp_sock, or null',
    run: skcToMptcpSock,
  }),
];
