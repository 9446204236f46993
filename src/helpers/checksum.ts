// Helpers: Internet checksums.

import { LWT, TC } from './program-types.js';
import type { HelperRow } from './prototype.js';
import { ANYTHING, ANYTHING64, CTX, helper, RDONLY_MEM_OR_NULL, SIZE_OR_ZERO } from './row.js';

export const CHECKSUM_HELPERS: readonly HelperRow[] = [
  helper({
    id: 10,
    declaration: 'long bpf_l3_csum_replace(struct sk_buff *skb, u32 offset, u64 from, u64 to, u64 size)',
    args: [CTX, ANYTHING, ANYTHING64, ANYTHING64, ANYTHING64],
    returns: 'integer',
    changesPacket: true,
    programTypes: [...TC, 'lwt_xmit'],
    since: '4.1',
    meaning: 'mends the IPv4 header checksum for a field that changed',
  }),
  helper({
    id: 11,
    declaration: 'long bpf_l4_csum_replace(struct sk_buff *skb, u32 offset, u64 from, u64 to, u64 flags)',
    args: [CTX, ANYTHING, ANYTHING64, ANYTHING64, ANYTHING64],
    returns: 'integer',
    changesPacket: true,
    programTypes: [...TC, 'lwt_xmit'],
    since: '4.1',
    meaning: 'mends the TCP or UDP checksum for a field that changed',
  }),
  helper({
    id: 28,
    declaration: 's64 bpf_csum_diff(__be32 *from, u32 from_size, __be32 *to, u32 to_size, __wsum seed)',
    args: [RDONLY_MEM_OR_NULL, SIZE_OR_ZERO, RDONLY_MEM_OR_NULL, SIZE_OR_ZERO, ANYTHING],
    returns: 'integer',
    takesPacketPointers: true,
    programTypes: [...LWT, ...TC, 'xdp'],
    since: '4.6',
    meaning: 'difference of the Internet checksums of two buffers',
  }),
  helper({
    id: 40,
    declaration: 's64 bpf_csum_update(struct sk_buff *skb, __wsum csum)',
    args: [CTX, ANYTHING],
    returns: 'integer',
    programTypes: [...TC, 'lwt_xmit'],
    since: '4.9',
    meaning: 'adds to the checksum of a packet whose checksum is complete',
  }),
  helper({
    id: 135,
    declaration: 'long bpf_csum_level(struct sk_buff *skb, u64 level)',
    args: [CTX, ANYTHING64],
    returns: 'integer',
    programTypes: [...TC, 'lwt_xmit'],
    since: '5.8',
    meaning: 'changes or asks how many checksums of the packet are verified',
  }),
];
