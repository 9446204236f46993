// struct bpf_dynptr as it lies on the program's stack (struct bpf_dynptr_kern of include/linux/bpf.h): u64 data, u32 size with the type and a
// read-only mark in its high bits, u32 offset. A null dynptr is all zeros.

import type { Machine } from '../engine/index.js';
import { ERRNO } from '../maps/index.js';
import { hostOf } from './host.js';
import { clearHash, countBytes, forgetBytes } from './packet.js';

export const DYNPTR_BYTES = 16;
/** The largest size of a dynptr. */
export const DYNPTR_MAXIMUM_BYTES = (1 << 24) - 1;

const TYPES = ['invalid', 'local', 'ringbuf', 'skb', 'xdp'] as const;
export type DynptrType = (typeof TYPES)[number];
const TYPE_SHIFT = 28;
const READ_ONLY = 1 << 31;

export interface Dynptr {
  readonly type: DynptrType;
  /** Address of its memory; of the context for packets. 0: null. */
  readonly data: number;
  readonly sizeBytes: number;
  readonly offsetBytes: number;
  readonly readOnly: boolean;
}

export function readDynptr(machine: Machine, address: number): Dynptr {
  const { view } = machine.space;
  const size = view.getUint32(address + 8, true);
  return {
    type: TYPES[(size >>> TYPE_SHIFT) & 7] ?? 'invalid',
    data: view.getUint32(address, true),
    sizeBytes: size & DYNPTR_MAXIMUM_BYTES,
    offsetBytes: view.getUint32(address + 12, true),
    readOnly: (size & READ_ONLY) !== 0,
  };
}

export function writeDynptr(machine: Machine, address: number, dynptr: Dynptr): void {
  const { view } = machine.space;
  view.setUint32(address, dynptr.data, true);
  view.setUint32(address + 4, 0, true);
  const type = TYPES.indexOf(dynptr.type) << TYPE_SHIFT;
  view.setInt32(address + 8, dynptr.sizeBytes | type | (dynptr.readOnly ? READ_ONLY : 0), true);
  view.setUint32(address + 12, dynptr.offsetBytes, true);
}

export function nullDynptr(machine: Machine, address: number): void {
  machine.space.bytes.fill(0, address, address + DYNPTR_BYTES);
}

/** Whether [offset, offset + length) is outside of a dynptr: -E2BIG. */
export const beyond = ({ sizeBytes }: Dynptr, offset: number, length: number): boolean =>
  length > sizeBytes || offset > sizeBytes - length;

/** Where a stretch of it lies; packets lie in a row, too. The caller has looked at `beyond`. 0: the packet has become shorter. */
export function dynptrAddress(machine: Machine, dynptr: Dynptr, offset: number, length: number): number {
  const start = dynptr.offsetBytes + offset;
  if (dynptr.type !== 'skb' && dynptr.type !== 'xdp') return dynptr.data + start;
  const packet = hostOf(machine).packet;
  return packet && start + length <= packet.lengthBytes ? packet.address + start : 0;
}

export function readFrom(machine: Machine, dynptr: Dynptr, to: number, length: number, offset: number): number {
  if (dynptr.data === 0) return -ERRNO.EINVAL;
  if (beyond(dynptr, offset, length)) return -ERRNO.E2BIG;
  const from = dynptrAddress(machine, dynptr, offset, length);
  if (from === 0) return dynptr.type === 'skb' ? -ERRNO.EFAULT : -ERRNO.EINVAL;
  machine.space.bytes.copyWithin(to, from, from + length);
  return 0;
}

const BPF_F_RECOMPUTE_CSUM = 1;
const BPF_F_INVALIDATE_HASH = 2;

/** `flags` as a whole: those of bpf_skb_store_bytes for an skb, else 0. */
export function writeTo(
  machine: Machine,
  dynptr: Dynptr,
  offset: number,
  from: number,
  length: number,
  flags: number,
): number {
  if (dynptr.data === 0 || dynptr.readOnly) return -ERRNO.EINVAL;
  if (beyond(dynptr, offset, length)) return -ERRNO.E2BIG;
  const isSkb = dynptr.type === 'skb';
  if ((flags & ~(isSkb ? BPF_F_RECOMPUTE_CSUM | BPF_F_INVALIDATE_HASH : 0)) !== 0) return -ERRNO.EINVAL;
  const to = dynptrAddress(machine, dynptr, offset, length);
  if (to === 0) return isSkb ? -ERRNO.EFAULT : -ERRNO.EINVAL;
  const packet = isSkb ? hostOf(machine).packet : undefined;
  const recompute = packet && (flags & BPF_F_RECOMPUTE_CSUM) !== 0;
  if (recompute) forgetBytes(machine, packet, to - packet.address, length);
  machine.space.bytes.copyWithin(to, from, from + length);
  if (recompute) countBytes(machine, packet, to - packet.address, length);
  if (packet && (flags & BPF_F_INVALIDATE_HASH) !== 0) {
    clearHash(packet);
    packet.changed();
  }
  return 0;
}
