// Helpers: TCP events and header options.

import type { HelperRow } from './prototype.js';
import { ANYTHING, ANYTHING64, btf, CTX, helper, RDONLY_MEM, SIZE, WRITE_MEM } from './row.js';

export const SOCK_OPS_HELPERS: readonly HelperRow[] = [
  helper({
    id: 59,
    declaration: 'long bpf_sock_ops_cb_flags_set(struct bpf_sock_ops *bpf_sock, int argval)',
    args: [CTX, ANYTHING],
    returns: 'integer',
    programTypes: ['sock_ops'],
    since: '4.16',
    meaning: 'chooses the events that the program is called for',
  }),
  helper({
    id: 116,
    declaration: 'long bpf_tcp_send_ack(void *tp, u32 rcv_nxt)',
    args: [btf('tcp_sock'), ANYTHING],
    returns: 'integer',
    programTypes: ['struct_ops'],
    since: '5.6',
    meaning: 'sends an ACK, from a congestion control program',
  }),
  helper({
    id: 142,
    declaration: 'long bpf_load_hdr_opt(struct bpf_sock_ops *skops, void *searchby_res, u32 len, u64 flags)',
    args: [CTX, WRITE_MEM, SIZE, ANYTHING64],
    returns: 'integer',
    programTypes: ['sock_ops'],
    since: '5.10',
    meaning: 'finds a TCP header option',
  }),
  helper({
    id: 143,
    declaration: 'long bpf_store_hdr_opt(struct bpf_sock_ops *skops, const void *from, u32 len, u64 flags)',
    args: [CTX, RDONLY_MEM, SIZE, ANYTHING64],
    returns: 'integer',
    changesPacket: true,
    programTypes: ['sock_ops'],
    since: '5.10',
    meaning: 'writes a TCP header option',
  }),
  helper({
    id: 144,
    declaration: 'long bpf_reserve_hdr_opt(struct bpf_sock_ops *skops, u32 len, u64 flags)',
    args: [CTX, ANYTHING, ANYTHING64],
    returns: 'integer',
    programTypes: ['sock_ops'],
    since: '5.10',
    meaning: 'reserves room for TCP header options',
  }),
];
