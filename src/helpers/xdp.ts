// Helpers: packets of XDP.

import { BTF_TRACING, TC } from './program-types.js';
import type { HelperRow } from './prototype.js';
import { ANYTHING, ANYTHING64, CTX, helper, INOUT_U32, RDONLY_MEM, SIZE, UNINIT_MEM } from './row.js';

export const XDP_HELPERS: readonly HelperRow[] = [
  helper({
    id: 44,
    declaration: 'long bpf_xdp_adjust_head(struct xdp_buff *xdp_md, int delta)',
    args: [CTX, ANYTHING],
    returns: 'integer',
    changesPacket: true,
    programTypes: ['xdp'],
    since: '4.10',
    meaning: 'moves the beginning of the packet',
  }),
  helper({
    id: 54,
    declaration: 'long bpf_xdp_adjust_meta(struct xdp_buff *xdp_md, int delta)',
    args: [CTX, ANYTHING],
    returns: 'integer',
    changesPacket: true,
    programTypes: ['xdp'],
    since: '4.15',
    meaning: 'moves the beginning of the metadata in front of the packet',
  }),
  helper({
    id: 65,
    declaration: 'long bpf_xdp_adjust_tail(struct xdp_buff *xdp_md, int delta)',
    args: [CTX, ANYTHING],
    returns: 'integer',
    changesPacket: true,
    programTypes: ['xdp'],
    since: '4.18',
    meaning: 'moves the end of the packet',
  }),
  helper({
    id: 163,
    declaration: 'long bpf_check_mtu(void *ctx, u32 ifindex, u32 *mtu_len, s32 len_diff, u64 flags)',
    args: [CTX, ANYTHING, INOUT_U32, ANYTHING, ANYTHING64],
    returns: 'integer',
    gplOnly: true,
    programTypes: [...TC, 'xdp'],
    since: '5.12',
    meaning: 'whether the packet fits the MTU of an interface',
  }),
  helper({
    id: 188,
    declaration: 'u64 bpf_xdp_get_buff_len(struct xdp_buff *xdp_md)',
    args: [CTX],
    returns: 'integer',
    programTypes: [...BTF_TRACING, 'xdp'],
    since: '5.18',
    meaning: 'length of the packet with all of its fragments',
  }),
  helper({
    id: 189,
    declaration: 'long bpf_xdp_load_bytes(struct xdp_buff *xdp_md, u32 offset, void *buf, u32 len)',
    args: [CTX, ANYTHING, UNINIT_MEM, SIZE],
    returns: 'integer',
    programTypes: ['xdp'],
    since: '5.18',
    meaning: 'copies bytes out of the packet and its fragments',
  }),
  helper({
    id: 190,
    declaration: 'long bpf_xdp_store_bytes(struct xdp_buff *xdp_md, u32 offset, void *buf, u32 len)',
    args: [CTX, ANYTHING, RDONLY_MEM, SIZE],
    returns: 'integer',
    programTypes: ['xdp'],
    since: '5.18',
    meaning: 'writes bytes into the packet and its fragments',
  }),
];
