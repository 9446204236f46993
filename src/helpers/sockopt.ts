// Helpers: socket options (net/core/filter.c, __bpf_setsockopt). Which options a program may touch is the kernel's list; their values are
// the simulated socket's.

import type { HelperFunction, Machine } from '../engine/index.js';
import { ERRNO } from '../maps/index.js';
import { hostOf, type SocketView } from './host.js';
import type { HelperRow } from './prototype.js';
import { ANYTHING, CTX, helper, RDONLY_MEM, SIZE, UNINIT_MEM } from './row.js';
import { needed } from './support.js';

const SOL_SOCKET = 1;
const SOL_IP = 0;
const SOL_TCP = 6;
const SOL_IPV6 = 41;
/** SO_REUSEADDR, SO_SNDBUF, RCVBUF, KEEPALIVE, PRIORITY, REUSEPORT, RCVLOWAT, MARK, MAX_PACING_RATE, BINDTOIFINDEX, TXREHASH, BINDTODEVICE. */
const SOCKET_OPTIONS = [2, 7, 8, 9, 12, 15, 18, 36, 47, 62, 74, 25];
/** IP_TOS. */
const IP_OPTIONS = [1];
/** IPV6_TCLASS, IPV6_AUTOFLOWLABEL. */
const IPV6_OPTIONS = [67, 70];
/**
 * TCP_NODELAY, MAXSEG, KEEPIDLE, KEEPINTVL, KEEPCNT, SYNCNT, WINDOW_CLAMP, CONGESTION, THIN_LINEAR_TIMEOUTS, USER_TIMEOUT,
 * NOTSENT_LOWAT, SAVE_SYN, and those of BPF alone from TCP_BPF_IW on.
 */
const TCP_OPTIONS = [1, 2, 4, 5, 6, 7, 10, 13, 16, 18, 25, 27, 28, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008];
const OPTIONS: Readonly<Record<number, readonly number[]>> = {
  [SOL_SOCKET]: SOCKET_OPTIONS,
  [SOL_IP]: IP_OPTIONS,
  [SOL_IPV6]: IPV6_OPTIONS,
  [SOL_TCP]: TCP_OPTIONS,
};
const IPPROTO_TCP = 6;
const AF_INET = 2;
const AF_INET6 = 10;

/** The socket of the context, or the one that the argument points to. */
function socketOf(machine: Machine, address: number, helper: string): SocketView {
  const host = hostOf(machine);
  return needed(host.socketAt?.(address) ?? host.socket, helper, 'socket');
}

/** Whether the option is one that programs may touch on this socket; else the kernel's -EINVAL. */
function allowed(socket: SocketView, level: number, name: number): boolean {
  if (!socket.full || !OPTIONS[level]?.includes(name)) return false;
  if (level === SOL_TCP) return socket.protocol === IPPROTO_TCP;
  if (level === SOL_IP) return socket.family === AF_INET;
  return level !== SOL_IPV6 || socket.family === AF_INET6;
}

const setsockopt: HelperFunction = (machine, address, level, name, value, valueBytes) => {
  const socket = socketOf(machine, address, 'bpf_setsockopt');
  if (!allowed(socket, level, name)) return -ERRNO.EINVAL;
  const copy = machine.space.bytes.slice(value, value + valueBytes);
  return needed(socket.setOption, 'bpf_setsockopt', 'option of this socket').call(socket, level, name, copy);
};

const getsockopt: HelperFunction = (machine, address, level, name, value, valueBytes) => {
  const socket = socketOf(machine, address, 'bpf_getsockopt');
  const { bytes } = machine.space;
  const found = allowed(socket, level, name)
    ? needed(socket.getOption, 'bpf_getsockopt', 'option of this socket').call(socket, level, name, valueBytes)
    : -ERRNO.EINVAL;
  bytes.fill(0, value, value + valueBytes);
  if (typeof found === 'number') return found;
  bytes.set(found.subarray(0, valueBytes), value);
  return 0;
};

export const SOCKOPT_HELPERS: readonly HelperRow[] = [
  helper({
    id: 49,
    declaration: 'long bpf_setsockopt(void *bpf_socket, int level, int optname, void *optval, int optlen)',
    args: [CTX, ANYTHING, ANYTHING, RDONLY_MEM, SIZE],
    returns: 'integer',
    programTypes: ['sock_ops', 'cgroup_sock_addr', 'cgroup_sockopt', 'struct_ops', 'lsm'],
    since: '4.13',
    meaning: 'sets an option of a socket',
    run: setsockopt,
  }),
  helper({
    id: 57,
    declaration: 'long bpf_getsockopt(void *bpf_socket, int level, int optname, void *optval, int optlen)',
    args: [CTX, ANYTHING, ANYTHING, UNINIT_MEM, SIZE],
    returns: 'integer',
    programTypes: ['sock_ops', 'cgroup_sock_addr', 'cgroup_sockopt', 'struct_ops', 'lsm'],
    since: '4.15',
    meaning: 'reads an option of a socket',
    run: getsockopt,
  }),
];
