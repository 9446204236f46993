// Helpers: tunnel metadata.

import { TC } from './program-types.js';
import type { HelperRow } from './prototype.js';
import { ANYTHING, ANYTHING64, CTX, helper, RDONLY_MEM, SIZE, UNINIT_MEM } from './row.js';

export const TUNNEL_HELPERS: readonly HelperRow[] = [
  helper({
    id: 20,
    declaration: 'long bpf_skb_get_tunnel_key(struct sk_buff *skb, struct bpf_tunnel_key *key, u32 size, u64 flags)',
    args: [CTX, UNINIT_MEM, SIZE, ANYTHING64],
    returns: 'integer',
    programTypes: [...TC, 'lwt_xmit'],
    since: '4.3',
    meaning: 'reads the tunnel metadata the packet came with',
  }),
  helper({
    id: 21,
    declaration: 'long bpf_skb_set_tunnel_key(struct sk_buff *skb, struct bpf_tunnel_key *key, u32 size, u64 flags)',
    args: [CTX, RDONLY_MEM, SIZE, ANYTHING64],
    returns: 'integer',
    programTypes: [...TC, 'lwt_xmit'],
    since: '4.3',
    meaning: 'sets the tunnel metadata that the packet will be sent with',
  }),
  helper({
    id: 29,
    declaration: 'long bpf_skb_get_tunnel_opt(struct sk_buff *skb, void *opt, u32 size)',
    args: [CTX, UNINIT_MEM, SIZE],
    returns: 'integer',
    programTypes: [...TC, 'lwt_xmit'],
    since: '4.6',
    meaning: 'reads the options of the tunnel metadata',
  }),
  helper({
    id: 30,
    declaration: 'long bpf_skb_set_tunnel_opt(struct sk_buff *skb, void *opt, u32 size)',
    args: [CTX, RDONLY_MEM, SIZE],
    returns: 'integer',
    programTypes: [...TC, 'lwt_xmit'],
    since: '4.6',
    meaning: 'sets the options of the tunnel metadata',
  }),
  helper({
    id: 66,
    declaration:
      'long bpf_skb_get_xfrm_state(struct sk_buff *skb, u32 index, struct bpf_xfrm_state *xfrm_state, u32 size, u64 flags)',
    args: [CTX, ANYTHING, UNINIT_MEM, SIZE, ANYTHING64],
    returns: 'integer',
    programTypes: TC,
    since: '4.18',
    meaning: "reads a state of the packet's IPsec security path",
  }),
];
