// Helpers: Internet checksums (net/core/filter.c; RFC 1624 for updates).

import type { HelperFunction } from '../engine/index.js';
import { ERRNO } from '../maps/index.js';
import {
  addSums,
  checksumOf,
  foldSum,
  replaceByDifference,
  replaceField,
  replaceField16,
  subtractSums,
  sumOf,
} from './internet-checksum.js';
import { packetOf } from './packet.js';
import { LWT, TC } from './program-types.js';
import type { HelperRow } from './prototype.js';
import { ANYTHING, ANYTHING64, CTX, helper, RDONLY_MEM_OR_NULL, SIZE_OR_ZERO } from './row.js';
import { hasOtherFlags, numberResult } from './support.js';

/** Bytes of the field that changed, in the low bits of the flags; 0: the difference is given. */
const FIELD_SIZE_MASK = 0x0f;
const BPF_F_PSEUDO_HDR = 1 << 4;
const BPF_F_MARK_MANGLED_0 = 1 << 5;
const BPF_F_MARK_ENFORCE = 1 << 6;
const BPF_F_IPV6 = 1 << 7;
const L4_FLAGS = FIELD_SIZE_MASK | BPF_F_PSEUDO_HDR | BPF_F_MARK_MANGLED_0 | BPF_F_MARK_ENFORCE | BPF_F_IPV6;
/** What a UDP checksum of zero is sent as. */
const MANGLED_ZERO = 0xffff;
const LARGEST_OFFSET = 0xffff;

const LEVEL_QUERY = 0;
const LEVEL_INC = 1;
const LEVEL_DEC = 2;
const LEVEL_RESET = 3;
/** SKB_MAX_CSUM_LEVEL. */
const MAXIMUM_LEVEL = 3;

const l3CsumReplace: HelperFunction = (machine, _skb, offset, from, to, flags) => {
  if (hasOtherFlags(machine, 5, flags, FIELD_SIZE_MASK)) return -ERRNO.EINVAL;
  const packet = packetOf(machine, 'bpf_l3_csum_replace');
  if (offset > LARGEST_OFFSET || (offset & 1) !== 0 || offset + 2 > packet.lengthBytes) return -ERRNO.EFAULT;
  const { view } = machine.space;
  const at = packet.address + offset;
  const old = view.getUint16(at, true);
  switch (flags) {
    case 0:
      if (from !== 0 || machine.high[3] !== 0) return -ERRNO.EINVAL;
      view.setUint16(at, replaceByDifference(old, to), true);
      return 0;
    case 2:
      view.setUint16(at, replaceField16(old, from & 0xffff, to & 0xffff), true);
      return 0;
    case 4:
      view.setUint16(at, replaceField(old, from, to), true);
      return 0;
    default:
      return -ERRNO.EINVAL;
  }
};

const l4CsumReplace: HelperFunction = (machine, _skb, offset, from, to, flags) => {
  if (hasOtherFlags(machine, 5, flags, L4_FLAGS)) return -ERRNO.EINVAL;
  const packet = packetOf(machine, 'bpf_l4_csum_replace');
  if (offset > LARGEST_OFFSET || (offset & 1) !== 0 || offset + 2 > packet.lengthBytes) return -ERRNO.EFAULT;
  const at = packet.address + offset;
  const pseudo = (flags & BPF_F_PSEUDO_HDR) !== 0;
  const marksZero = (flags & BPF_F_MARK_MANGLED_0) !== 0;
  const old = machine.space.view.getUint16(at, true);
  if (marksZero && (flags & BPF_F_MARK_ENFORCE) === 0 && old === 0) return 0;
  const { checksum } = packet;
  const size = flags & FIELD_SIZE_MASK;
  const [before, after] = size === 2 ? [from & 0xffff, to & 0xffff] : [from, to];
  let result = old;
  if (size === 0) {
    if (from !== 0 || machine.high[3] !== 0) return -ERRNO.EINVAL;
    if (checksum.kind !== 'partial') {
      result = replaceByDifference(old, to);
      // The sum of an IPv6 packet does not change: address and checksum make up for each other, there is no header checksum.
      if (checksum.kind === 'complete' && pseudo && (flags & BPF_F_IPV6) === 0) {
        checksum.value = ~subtractSums(to, checksum.value) >>> 0;
      }
    } else if (pseudo) result = ~checksumOf(addSums(to, old)) & 0xffff;
  } else if (size === 2 || size === 4) {
    if (checksum.kind !== 'partial') {
      result = replaceField(old, before, after);
      if (checksum.kind === 'complete' && pseudo) {
        checksum.value = ~addSums(subtractSums(~checksum.value >>> 0, before), after) >>> 0;
      }
    } else if (pseudo) result = ~checksumOf(addSums(subtractSums(old, before), after)) & 0xffff;
  } else {
    return -ERRNO.EINVAL;
  }
  if (marksZero && result === 0) result = MANGLED_ZERO;
  machine.space.view.setUint16(at, result, true);
  return 0;
};

/** Folded to 16 bits, as since Linux 6.13 on every processor. */
const csumDiff: HelperFunction = (machine, from, fromBytes, to, toBytes, seed) => {
  if (((fromBytes | toBytes) & 3) !== 0) return numberResult(machine, -ERRNO.EINVAL);
  const { bytes } = machine.space;
  let sum = seed;
  if (fromBytes > 0) sum = subtractSums(sum, sumOf(bytes, from, from + fromBytes));
  if (toBytes > 0) sum = sumOf(bytes, to, to + toBytes, sum);
  return numberResult(machine, foldSum(sum));
};

const csumUpdate: HelperFunction = (machine, _skb, sum) => {
  const { checksum } = packetOf(machine, 'bpf_csum_update');
  if (checksum.kind !== 'complete') return numberResult(machine, -ERRNO.ENOTSUPP);
  checksum.value = addSums(checksum.value, sum);
  return numberResult(machine, checksum.value);
};

const csumLevel: HelperFunction = (machine, _skb, level) => {
  const { checksum } = packetOf(machine, 'bpf_csum_level');
  if (machine.high[2] !== 0) return -ERRNO.EINVAL;
  switch (level) {
    case LEVEL_INC:
      if (checksum.kind === 'unnecessary') checksum.level = Math.min(checksum.level + 1, MAXIMUM_LEVEL);
      else if (checksum.kind === 'none') {
        checksum.kind = 'unnecessary';
        checksum.level = 0;
      }
      return 0;
    case LEVEL_DEC:
      if (checksum.kind !== 'unnecessary') return 0;
      if (checksum.level === 0) checksum.kind = 'none';
      else checksum.level--;
      return 0;
    case LEVEL_RESET:
      if (checksum.kind === 'unnecessary') {
        checksum.kind = 'none';
        checksum.level = 0;
      }
      return 0;
    case LEVEL_QUERY:
      return checksum.kind === 'unnecessary' ? checksum.level : -ERRNO.EACCES;
    default:
      return -ERRNO.EINVAL;
  }
};

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
    run: l3CsumReplace,
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
    run: l4CsumReplace,
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
    run: csumDiff,
  }),
  helper({
    id: 40,
    declaration: 's64 bpf_csum_update(struct sk_buff *skb, __wsum csum)',
    args: [CTX, ANYTHING],
    returns: 'integer',
    programTypes: [...TC, 'lwt_xmit'],
    since: '4.9',
    meaning: 'adds to the checksum of a packet whose checksum is complete',
    run: csumUpdate,
  }),
  helper({
    id: 135,
    declaration: 'long bpf_csum_level(struct sk_buff *skb, u64 level)',
    args: [CTX, ANYTHING64],
    returns: 'integer',
    programTypes: [...TC, 'lwt_xmit'],
    since: '5.8',
    meaning: 'changes or asks how many checksums of the packet are verified',
    run: csumLevel,
  }),
];
