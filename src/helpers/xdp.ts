// Helpers: packets of XDP (net/core/filter.c). Packets have one fragment here.

import type { HelperFunction } from '../engine/index.js';
import { ERRNO } from '../maps/index.js';
import { hostOf } from './host.js';
import { ETH_HEADER_BYTES, packetOf } from './packet.js';
import { BTF_TRACING, TC } from './program-types.js';
import type { HelperRow } from './prototype.js';
import { ANYTHING, ANYTHING64, CTX, helper, INOUT_U32, RDONLY_MEM, SIZE, UNINIT_MEM } from './row.js';
import { numberResult } from './support.js';

/** skb_shared_info keeps the length of the metadata in a byte. */
const MAXIMUM_META_BYTES = 255;
const LARGEST_OFFSET = 0xffff;
const BPF_MTU_CHK_SEGS = 1;
const BPF_MTU_CHK_RET_SUCCESS = 0;
const BPF_MTU_CHK_RET_FRAG_NEEDED = 1;
const BPF_MTU_CHK_RET_SEGS_TOOBIG = 2;

const xdpAdjustHead: HelperFunction = (machine, _xdp, delta) => {
  const packet = packetOf(machine, 'bpf_xdp_adjust_head');
  const offset = delta | 0;
  if (-offset > packet.headroomBytes || packet.lengthBytes - offset < ETH_HEADER_BYTES) return -ERRNO.EINVAL;
  return packet.move(offset, 0) ? 0 : -ERRNO.EINVAL;
};

const xdpAdjustTail: HelperFunction = (machine, _xdp, delta) => {
  const packet = packetOf(machine, 'bpf_xdp_adjust_tail');
  const offset = delta | 0;
  if (offset > packet.tailroomBytes || packet.lengthBytes + offset < ETH_HEADER_BYTES) return -ERRNO.EINVAL;
  return packet.move(0, offset) ? 0 : -ERRNO.EINVAL;
};

const xdpAdjustMeta: HelperFunction = (machine, _xdp, delta) => {
  const packet = packetOf(machine, 'bpf_xdp_adjust_meta');
  const offset = delta | 0;
  const metaBytes = packet.metaBytes - offset;
  if (-offset > packet.headroomBytes || metaBytes < 0) return -ERRNO.EINVAL;
  if ((metaBytes & 3) !== 0 || metaBytes > MAXIMUM_META_BYTES) return -ERRNO.EACCES;
  return packet.setMeta(metaBytes) ? 0 : -ERRNO.EINVAL;
};

const xdpGetBuffLen: HelperFunction = machine =>
  numberResult(machine, packetOf(machine, 'bpf_xdp_get_buff_len').lengthBytes);

const xdpLoadBytes: HelperFunction = (machine, _xdp, offset, to, sizeBytes) => {
  const { address, lengthBytes } = packetOf(machine, 'bpf_xdp_load_bytes');
  if (offset > LARGEST_OFFSET || sizeBytes > LARGEST_OFFSET) return -ERRNO.EFAULT;
  if (offset + sizeBytes > lengthBytes) return -ERRNO.EINVAL;
  machine.space.bytes.copyWithin(to, address + offset, address + offset + sizeBytes);
  return 0;
};

const xdpStoreBytes: HelperFunction = (machine, _xdp, offset, from, sizeBytes) => {
  const { address, lengthBytes } = packetOf(machine, 'bpf_xdp_store_bytes');
  if (offset > LARGEST_OFFSET || sizeBytes > LARGEST_OFFSET) return -ERRNO.EFAULT;
  if (offset + sizeBytes > lengthBytes) return -ERRNO.EINVAL;
  machine.space.bytes.copyWithin(address + offset, from, from + sizeBytes);
  return 0;
};

/** Lengths count from the network header on, as an MTU does; one that the program passes in replaces the packet's. */
const checkMtu: HelperFunction = (machine, _context, ifindex, mtuAddress, difference, flags) => {
  const packet = packetOf(machine, 'bpf_check_mtu');
  const isXdp = packet.kind === 'xdp';
  if (machine.high[5] !== 0 || (flags & ~(isXdp ? 0 : BPF_MTU_CHK_SEGS)) !== 0) return -ERRNO.EINVAL;
  const { view } = machine.space;
  const given = view.getUint32(mtuAddress, true);
  const delta = difference | 0;
  if ((flags & BPF_MTU_CHK_SEGS) !== 0 && (delta !== 0 || given !== 0)) return -ERRNO.EINVAL;
  const index = ifindex === 0 ? packet.ifindex || packet.ingressIfindex : ifindex;
  const device = hostOf(machine).network?.interfaceAt(index);
  if (!device) return -ERRNO.ENODEV;
  view.setUint32(mtuAddress, device.mtu, true);
  const length = given !== 0 ? given + ETH_HEADER_BYTES : packet.lengthBytes;
  const largest = device.mtu + ETH_HEADER_BYTES;
  if (length + delta <= largest) return BPF_MTU_CHK_RET_SUCCESS;
  if (packet.gsoSizeBytes > 0) {
    if ((flags & BPF_MTU_CHK_SEGS) === 0) return BPF_MTU_CHK_RET_SUCCESS;
    return packet.gsoSizeBytes + packet.transportOffset - packet.networkOffset > device.mtu
      ? BPF_MTU_CHK_RET_SEGS_TOOBIG
      : BPF_MTU_CHK_RET_SUCCESS;
  }
  return BPF_MTU_CHK_RET_FRAG_NEEDED;
};

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
    run: xdpAdjustHead,
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
    run: xdpAdjustMeta,
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
    run: xdpAdjustTail,
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
    run: checkMtu,
  }),
  helper({
    id: 188,
    declaration: 'u64 bpf_xdp_get_buff_len(struct xdp_buff *xdp_md)',
    args: [CTX],
    returns: 'integer',
    programTypes: [...BTF_TRACING, 'xdp'],
    since: '5.18',
    meaning: 'length of the packet with all of its fragments',
    run: xdpGetBuffLen,
  }),
  helper({
    id: 189,
    declaration: 'long bpf_xdp_load_bytes(struct xdp_buff *xdp_md, u32 offset, void *buf, u32 len)',
    args: [CTX, ANYTHING, UNINIT_MEM, SIZE],
    returns: 'integer',
    programTypes: ['xdp'],
    since: '5.18',
    meaning: 'copies bytes out of the packet and its fragments',
    run: xdpLoadBytes,
  }),
  helper({
    id: 190,
    declaration: 'long bpf_xdp_store_bytes(struct xdp_buff *xdp_md, u32 offset, void *buf, u32 len)',
    args: [CTX, ANYTHING, RDONLY_MEM, SIZE],
    returns: 'integer',
    programTypes: ['xdp'],
    since: '5.18',
    meaning: 'writes bytes into the packet and its fragments',
    run: xdpStoreBytes,
  }),
];
