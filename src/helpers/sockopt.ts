// Helpers: socket options.

import type { HelperRow } from './prototype.js';
import { ANYTHING, CTX, helper, RDONLY_MEM, SIZE, UNINIT_MEM } from './row.js';

export const SOCKOPT_HELPERS: readonly HelperRow[] = [
  helper({
    id: 49,
    declaration: 'long bpf_setsockopt(void *bpf_socket, int level, int optname, void *optval, int optlen)',
    args: [CTX, ANYTHING, ANYTHING, RDONLY_MEM, SIZE],
    returns: 'integer',
    programTypes: ['sock_ops', 'cgroup_sock_addr', 'cgroup_sockopt', 'struct_ops', 'lsm'],
    since: '4.13',
    meaning: 'sets an option of a socket',
  }),
  helper({
    id: 57,
    declaration: 'long bpf_getsockopt(void *bpf_socket, int level, int optname, void *optval, int optlen)',
    args: [CTX, ANYTHING, ANYTHING, UNINIT_MEM, SIZE],
    returns: 'integer',
    programTypes: ['sock_ops', 'cgroup_sock_addr', 'cgroup_sockopt', 'struct_ops', 'lsm'],
    since: '4.15',
    meaning: 'reads an option of a socket',
  }),
];
