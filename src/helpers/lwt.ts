// Helpers: lightweight tunnels.

import type { HelperRow } from './prototype.js';
import { ANYTHING, CTX, helper, RDONLY_MEM, SIZE } from './row.js';

export const LWT_HELPERS: readonly HelperRow[] = [
  helper({
    id: 73,
    declaration: 'long bpf_lwt_push_encap(struct sk_buff *skb, u32 type, void *hdr, u32 len)',
    args: [CTX, ANYTHING, RDONLY_MEM, SIZE],
    returns: 'integer',
    changesPacket: true,
    programTypes: ['lwt_in', 'lwt_xmit'],
    since: '4.18',
    meaning: 'encapsulates the packet in an outer header',
  }),
  helper({
    id: 74,
    declaration: 'long bpf_lwt_seg6_store_bytes(struct sk_buff *skb, u32 offset, const void *from, u32 len)',
    args: [CTX, ANYTHING, RDONLY_MEM, SIZE],
    returns: 'integer',
    changesPacket: true,
    programTypes: ['lwt_seg6local'],
    since: '4.18',
    meaning: 'writes into the outermost segment routing header',
  }),
  helper({
    id: 75,
    declaration: 'long bpf_lwt_seg6_adjust_srh(struct sk_buff *skb, u32 offset, s32 delta)',
    args: [CTX, ANYTHING, ANYTHING],
    returns: 'integer',
    changesPacket: true,
    programTypes: ['lwt_seg6local'],
    since: '4.18',
    meaning: 'lengthens or shortens the outermost segment routing header',
  }),
  helper({
    id: 76,
    declaration: 'long bpf_lwt_seg6_action(struct sk_buff *skb, u32 action, void *param, u32 param_len)',
    args: [CTX, ANYTHING, RDONLY_MEM, SIZE],
    returns: 'integer',
    changesPacket: true,
    programTypes: ['lwt_seg6local'],
    since: '4.18',
    meaning: 'performs a segment routing action',
  }),
];
