// What the kernel knows of a packet beside its bytes, and the loads that ask for it.
// net/core/filter.c: convert_bpf_extensions(), bpf_skb_get_nlattr(), bpf_internal_load_pointer_neg_helper().

import { SKF_LL_OFF, SKF_NET_OFF } from '../isa/index.js';

/**
 * Ancillary data of one packet, unsigned 32-bit numbers. A load of something that is not given ends the program with 0; a
 * load of the interface's index or type ends it with what A holds, which is what the kernel does for a packet without one.
 */
export interface Ancillary {
  /** EtherType, host order (`ld #proto`). */
  readonly protocol?: number;
  /** PACKET_HOST 0, BROADCAST 1, MULTICAST 2, OTHERHOST 3, OUTGOING 4 (`ld #type`). */
  readonly packetType?: number;
  /** Missing: the packet has no interface (`ld #ifidx`). */
  readonly interfaceIndex?: number;
  readonly mark?: number;
  readonly queue?: number;
  /** ARPHRD_ value: 1 for Ethernet. Missing: no interface (`ld #hatype`). */
  readonly hardwareType?: number;
  readonly rxHash?: number;
  readonly cpu?: number;
  /** Tag control information of the VLAN tag that was taken out of the packet. */
  readonly vlanTag?: number;
  readonly vlanTagPresent?: boolean;
  /** The tag's own EtherType: 0x8100, 0x88a8. */
  readonly vlanProtocol?: number;
  /** Where the payload begins (`ld #poff`). */
  readonly payloadOffset?: number;
  /** What the next `ld #rand` loads; a function is called at each. */
  readonly random?: number | (() => number);
  /** Where the network header is in the packet: what SKF_NET_OFF is relative to. */
  readonly networkOffset?: number;
  /** Where the link-layer header is, usually 0: what SKF_LL_OFF is relative to. */
  readonly linkOffset?: number;
}

/** Values are unsigned; this says that there is none and the program ends. */
export const ABSENT = -1;

/** How each ancillary load that is a value of the record is read, by SKF_AD_ offset. */
const FIELDS: Readonly<Record<number, (data: Ancillary) => number | undefined>> = {
  0: data => data.protocol,
  4: data => data.packetType,
  8: data => data.interfaceIndex,
  20: data => data.mark,
  24: data => data.queue,
  28: data => data.hardwareType,
  32: data => data.rxHash,
  36: data => data.cpu,
  44: data => data.vlanTag,
  48: data => (data.vlanTagPresent === undefined ? undefined : Number(data.vlanTagPresent)),
  52: data => data.payloadOffset,
  56: data => (typeof data.random === 'function' ? data.random() : data.random),
  60: data => data.vlanProtocol,
};

/** SKF_AD_NLATTR, SKF_AD_NLATTR_NEST and SKF_AD_ALU_XOR_X compute from the registers. */
export const AD_NLATTR = 12;
export const AD_NLATTR_NEST = 16;
export const AD_ALU_XOR_X = 40;

const AD_IFINDEX = 8;
const AD_HATYPE = 28;

/**
 * The result of a program that ends because an ancillary load gave ABSENT. The kernel's translation of the two loads that
 * look at the interface leaves the program when there is none, with the accumulator as its result.
 */
export function absentResult(offset: number, a: number): number {
  return offset === AD_IFINDEX || offset === AD_HATYPE ? a >>> 0 : 0;
}

/**
 * What the ancillary load at SKF_AD_OFF + `offset` puts into A, or ABSENT.
 * `a` and `x` are the registers; the packet is `length` bytes of `bytes` from `start`.
 */
export function loadAncillary(
  offset: number,
  data: Ancillary | undefined,
  a: number,
  x: number,
  bytes: Uint8Array,
  start: number,
  length: number,
): number {
  switch (offset) {
    case AD_NLATTR:
      return findAttribute(bytes, start, length, a >>> 0, length - (a >>> 0), x);
    case AD_NLATTR_NEST:
      return findNestedAttribute(bytes, start, length, a >>> 0, x);
    case AD_ALU_XOR_X:
      return (a ^ x) >>> 0;
  }
  const value = data && FIELDS[offset]?.(data);
  return value === undefined ? ABSENT : value >>> 0;
}

const NLATTR_HEADER = 4;
/** NLA_TYPE_MASK: the two upper bits of a type are flags. */
const NLATTR_TYPE_MASK = 0x3fff;

/** nla_find(): the offset of the first attribute of type `wanted` among `remaining` bytes at `at`; 0 for none. Netlink is little endian here. */
function findAttribute(
  bytes: Uint8Array,
  start: number,
  length: number,
  at: number,
  remaining: number,
  wanted: number,
): number {
  if (length < NLATTR_HEADER || at > length - NLATTR_HEADER) return 0;
  while (remaining >= NLATTR_HEADER && at + NLATTR_HEADER <= length) {
    const size = bytes[start + at]! | (bytes[start + at + 1]! << 8);
    if (size < NLATTR_HEADER || size > remaining) return 0;
    const type = (bytes[start + at + 2]! | (bytes[start + at + 3]! << 8)) & NLATTR_TYPE_MASK;
    if (type === wanted >>> 0) return at;
    const aligned = (size + 3) & ~3;
    at += aligned;
    remaining -= aligned;
  }
  return 0;
}

/** nla_find_nested(): the same among the attributes inside the attribute at `at`. */
function findNestedAttribute(bytes: Uint8Array, start: number, length: number, at: number, wanted: number): number {
  if (length < NLATTR_HEADER || at > length - NLATTR_HEADER) return 0;
  const size = bytes[start + at]! | (bytes[start + at + 1]! << 8);
  if (size > length - at) return 0;
  return findAttribute(bytes, start, length, at + NLATTR_HEADER, size - NLATTR_HEADER, wanted);
}

/** Where a load at the negative offset `k` (as unsigned) reads in the packet, or ABSENT when that header is not known. */
export function headerOffset(k: number, data: Ancillary | undefined): number {
  const offset = k >>> 0;
  if (offset >= SKF_NET_OFF) {
    return data?.networkOffset === undefined ? ABSENT : data.networkOffset + (offset - SKF_NET_OFF);
  }
  if (offset >= SKF_LL_OFF) {
    return data?.linkOffset === undefined ? ABSENT : data.linkOffset + (offset - SKF_LL_OFF);
  }
  return ABSENT;
}
