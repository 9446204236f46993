// Helpers: tunnel metadata (net/core/filter.c). struct bpf_tunnel_key:
//
//     0 u32 tunnel_id  4 remote (4 or 16)  20 tos  21 ttl  22 u16 tunnel_ext or tunnel_flags  24 u32 tunnel_label  28 local (4 or 16)

import type { HelperFunction } from '../engine/index.js';
import { ERRNO } from '../maps/index.js';
import type { TunnelKey } from './host.js';
import { packetOf } from './packet.js';
import { TC } from './program-types.js';
import type { HelperRow } from './prototype.js';
import { ANYTHING, ANYTHING64, CTX, helper, RDONLY_MEM, SIZE, UNINIT_MEM } from './row.js';
import { hasOtherFlags } from './support.js';

const BPF_F_TUNINFO_IPV6 = 1;
const BPF_F_TUNINFO_FLAGS = 1 << 4;
const SET_FLAGS = 0x3f;
const KEY_BYTES = 44;
/** Lengths of the struct in older kernels: up to tunnel_ext's end, remote's end, label. */
const KEY_LENGTHS = [8, 22, 24, 28, KEY_BYTES];
const EPROTO = 71;
const LARGEST_LABEL = 0xfffff;
/** IP_TUNNEL_OPTS_MAX. */
const LARGEST_OPTIONS_BYTES = 255;

const skbGetTunnelKey: HelperFunction = (machine, _skb, to, sizeBytes, flags) => {
  const { tunnel } = packetOf(machine, 'bpf_skb_get_tunnel_key');
  const { bytes } = machine.space;
  const refuse = (errno: number): number => {
    bytes.fill(0, to, to + sizeBytes);
    return -errno;
  };
  if (!tunnel || hasOtherFlags(machine, 4, flags, BPF_F_TUNINFO_IPV6 | BPF_F_TUNINFO_FLAGS))
    return refuse(ERRNO.EINVAL);
  const wantsIpv6 = (flags & BPF_F_TUNINFO_IPV6) !== 0;
  if (wantsIpv6 !== (tunnel.remote.length === 16)) return refuse(EPROTO);
  if (sizeBytes !== KEY_BYTES && (!KEY_LENGTHS.includes(sizeBytes) || wantsIpv6)) return refuse(ERRNO.EINVAL);
  const key = new Uint8Array(KEY_BYTES);
  const keyView = new DataView(key.buffer);
  keyView.setUint32(0, Number(tunnel.id & 0xffffffffn), true);
  // IPv4 addresses are numbers of host order here, IPv6 ones bytes in wire order.
  key.set(wantsIpv6 ? tunnel.remote : [...tunnel.remote].reverse(), 4);
  key[20] = tunnel.tos;
  key[21] = tunnel.ttl;
  if ((flags & BPF_F_TUNINFO_FLAGS) !== 0) keyView.setUint16(22, tunnel.flags, true);
  keyView.setUint32(24, wantsIpv6 ? tunnel.label : 0, true);
  key.set(wantsIpv6 ? tunnel.local : [...tunnel.local].reverse(), 28);
  bytes.set(key.subarray(0, sizeBytes), to);
  return 0;
};

const skbSetTunnelKey: HelperFunction = (machine, _skb, from, sizeBytes, flags) => {
  const packet = packetOf(machine, 'bpf_skb_set_tunnel_key');
  if (hasOtherFlags(machine, 4, flags, SET_FLAGS)) return -ERRNO.EINVAL;
  if (!KEY_LENGTHS.includes(sizeBytes)) return -ERRNO.EINVAL;
  const key = new Uint8Array(KEY_BYTES);
  key.set(machine.space.bytes.subarray(from, from + sizeBytes));
  const view = new DataView(key.buffer);
  const ipv6 = (flags & BPF_F_TUNINFO_IPV6) !== 0;
  const label = view.getUint32(24, true);
  if ((!ipv6 && label !== 0) || label > LARGEST_LABEL || view.getUint16(22, true) !== 0) return -ERRNO.EINVAL;
  const address = (offset: number): Uint8Array =>
    ipv6 ? key.slice(offset, offset + 16) : key.slice(offset, offset + 4).reverse();
  const tunnel: TunnelKey = {
    id: BigInt(view.getUint32(0, true)),
    remote: address(4),
    local: address(28),
    tos: key[20]!,
    ttl: key[21]!,
    label,
    flags,
  };
  packet.tunnel = tunnel;
  packet.changed();
  return 0;
};

const skbGetTunnelOpt: HelperFunction = (machine, _skb, to, sizeBytes) => {
  const { tunnel } = packetOf(machine, 'bpf_skb_get_tunnel_opt');
  const { bytes } = machine.space;
  bytes.fill(0, to, to + sizeBytes);
  const options = tunnel?.options;
  if (!options || options.length === 0) return -ERRNO.ENOENT;
  if (sizeBytes < options.length) return -ERRNO.ENOMEM;
  bytes.set(options, to);
  return options.length;
};

const skbSetTunnelOpt: HelperFunction = (machine, _skb, from, sizeBytes) => {
  const packet = packetOf(machine, 'bpf_skb_set_tunnel_opt');
  // Options belong to a key that was set before; they are words.
  if (!packet.tunnel || (sizeBytes & 3) !== 0) return -ERRNO.EINVAL;
  if (sizeBytes > LARGEST_OPTIONS_BYTES) return -ERRNO.ENOMEM;
  packet.tunnel.options = machine.space.bytes.slice(from, from + sizeBytes);
  packet.changed();
  return 0;
};

export const TUNNEL_HELPERS: readonly HelperRow[] = [
  helper({
    id: 20,
    declaration: 'long bpf_skb_get_tunnel_key(struct sk_buff *skb, struct bpf_tunnel_key *key, u32 size, u64 flags)',
    args: [CTX, UNINIT_MEM, SIZE, ANYTHING64],
    returns: 'integer',
    programTypes: [...TC, 'lwt_xmit'],
    since: '4.3',
    meaning: 'reads the tunnel metadata the packet came with',
    run: skbGetTunnelKey,
  }),
  helper({
    id: 21,
    declaration: 'long bpf_skb_set_tunnel_key(struct sk_buff *skb, struct bpf_tunnel_key *key, u32 size, u64 flags)',
    args: [CTX, RDONLY_MEM, SIZE, ANYTHING64],
    returns: 'integer',
    programTypes: [...TC, 'lwt_xmit'],
    since: '4.3',
    meaning: 'sets the tunnel metadata that the packet will be sent with',
    run: skbSetTunnelKey,
  }),
  helper({
    id: 29,
    declaration: 'long bpf_skb_get_tunnel_opt(struct sk_buff *skb, void *opt, u32 size)',
    args: [CTX, UNINIT_MEM, SIZE],
    returns: 'integer',
    programTypes: [...TC, 'lwt_xmit'],
    since: '4.6',
    meaning: 'reads the options of the tunnel metadata',
    run: skbGetTunnelOpt,
  }),
  helper({
    id: 30,
    declaration: 'long bpf_skb_set_tunnel_opt(struct sk_buff *skb, void *opt, u32 size)',
    args: [CTX, RDONLY_MEM, SIZE],
    returns: 'integer',
    programTypes: [...TC, 'lwt_xmit'],
    since: '4.6',
    meaning: 'sets the options of the tunnel metadata',
    run: skbSetTunnelOpt,
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
