// Kfuncs: dynamic pointers (kernel/bpf/helpers.c, net/core/filter.c).

import type { HelperFunction, Machine } from '../../engine/index.js';
import { ERRNO } from '../../maps/index.js';
import { beyond, type Dynptr, dynptrAddress, nullDynptr, readDynptr, writeDynptr } from '../dynptr-memory.js';
import { packetOf } from '../packet.js';
import { type KfuncRow, kfunc } from './row.js';

const fromPacket =
  (type: 'skb' | 'xdp'): HelperFunction =>
  (machine, context, flags, to) => {
    nullDynptr(machine, to);
    if ((flags | machine.high[2]!) !== 0) return -ERRNO.EINVAL;
    const { lengthBytes } = packetOf(machine, `bpf_dynptr_from_${type}`);
    writeDynptr(machine, to, { type, data: context, sizeBytes: lengthBytes, offsetBytes: 0, readOnly: false });
    return 0;
  };

/** Packets lie in a row, so that the program's buffer is never needed. */
const slice =
  (writes: boolean): HelperFunction =>
  (machine, address, offset, _buffer, sizeBytes) => {
    const dynptr = readDynptr(machine, address);
    if (dynptr.data === 0 || (writes && dynptr.readOnly) || beyond(dynptr, offset, sizeBytes)) return 0;
    return dynptrAddress(machine, dynptr, offset, sizeBytes);
  };

const adjust: HelperFunction = (machine, address, start, end) => {
  const dynptr = readDynptr(machine, address);
  if (dynptr.data === 0 || start > end) return -ERRNO.EINVAL;
  if (start > dynptr.sizeBytes || end > dynptr.sizeBytes) return -ERRNO.ERANGE;
  writeDynptr(machine, address, { ...dynptr, offsetBytes: dynptr.offsetBytes + start, sizeBytes: end - start });
  return 0;
};

const clone: HelperFunction = (machine, from, to) => {
  if (readDynptr(machine, from).data === 0) {
    nullDynptr(machine, to);
    return -ERRNO.EINVAL;
  }
  machine.space.bytes.copyWithin(to, from, from + 16);
  return 0;
};

/** A stretch that may be written (or read) as a whole, or -errno. */
function stretch(machine: Machine, dynptr: Dynptr, offset: number, sizeBytes: number, writes: boolean): number {
  if (dynptr.data === 0 || (writes && dynptr.readOnly)) return -ERRNO.EINVAL;
  if (beyond(dynptr, offset, sizeBytes)) return -ERRNO.E2BIG;
  return dynptrAddress(machine, dynptr, offset, sizeBytes) || -ERRNO.EINVAL;
}

const copy: HelperFunction = (machine, to, toOffset, from, fromOffset, sizeBytes) => {
  const source = stretch(machine, readDynptr(machine, from), fromOffset, sizeBytes, false);
  if (source < 0) return source;
  const target = stretch(machine, readDynptr(machine, to), toOffset, sizeBytes, true);
  if (target < 0) return target;
  machine.space.bytes.copyWithin(target, source, source + sizeBytes);
  return 0;
};

const memset: HelperFunction = (machine, to, offset, sizeBytes, value) => {
  const target = stretch(machine, readDynptr(machine, to), offset, sizeBytes, true);
  if (target < 0) return target;
  machine.space.bytes.fill(value & 0xff, target, target + sizeBytes);
  return 0;
};

export const DYNPTR_KFUNCS: readonly KfuncRow[] = [
  kfunc({
    declaration: 'int bpf_dynptr_from_skb(struct __sk_buff *s, u64 flags, struct bpf_dynptr *ptr__uninit)',
    flags: ['trusted_args'],
    since: '6.4',
    meaning: 'makes a dynptr of the packet',
    run: fromPacket('skb'),
  }),
  kfunc({
    declaration: 'int bpf_dynptr_from_xdp(struct xdp_md *x, u64 flags, struct bpf_dynptr *ptr__uninit)',
    flags: [],
    since: '6.4',
    meaning: 'makes a dynptr of the packet',
    run: fromPacket('xdp'),
  }),
  kfunc({
    declaration: 'void *bpf_dynptr_slice(const struct bpf_dynptr *p, u32 offset, void *buffer__opt, u32 buffer__szk)',
    flags: ['ret_null'],
    since: '6.4',
    meaning: 'address of a stretch to read, copied to the buffer if it lies in pieces',
    run: slice(false),
  }),
  kfunc({
    declaration:
      'void *bpf_dynptr_slice_rdwr(const struct bpf_dynptr *p, u32 offset, void *buffer__opt, u32 buffer__szk)',
    flags: ['ret_null'],
    since: '6.4',
    meaning: 'address of a stretch to read and write',
    run: slice(true),
  }),
  kfunc({
    declaration: 'int bpf_dynptr_adjust(const struct bpf_dynptr *p, u32 start, u32 end)',
    flags: [],
    since: '6.5',
    meaning: 'narrows a dynptr to a part of it',
    run: adjust,
  }),
  kfunc({
    declaration: 'bool bpf_dynptr_is_null(const struct bpf_dynptr *p)',
    flags: [],
    since: '6.5',
    meaning: 'whether a dynptr is null',
    run: (machine, address) => (readDynptr(machine, address).data === 0 ? 1 : 0),
  }),
  kfunc({
    declaration: 'bool bpf_dynptr_is_rdonly(const struct bpf_dynptr *p)',
    flags: [],
    since: '6.5',
    meaning: 'whether a dynptr may only be read',
    run: (machine, address) => {
      const { data, readOnly } = readDynptr(machine, address);
      return data !== 0 && readOnly ? 1 : 0;
    },
  }),
  kfunc({
    declaration: 'u32 bpf_dynptr_size(const struct bpf_dynptr *p)',
    flags: [],
    since: '6.5',
    meaning: 'size of a dynptr; of a null one -EINVAL',
    run: (machine, address) => {
      const { data, sizeBytes } = readDynptr(machine, address);
      return data === 0 ? -ERRNO.EINVAL : sizeBytes;
    },
  }),
  kfunc({
    declaration: 'int bpf_dynptr_clone(const struct bpf_dynptr *p, struct bpf_dynptr *clone__uninit)',
    flags: [],
    since: '6.5',
    meaning: 'makes a second dynptr of the same memory',
    run: clone,
  }),
  kfunc({
    declaration:
      'int bpf_dynptr_copy(struct bpf_dynptr *dst_ptr, u32 dst_off, struct bpf_dynptr *src_ptr, u32 src_off, u32 size)',
    flags: [],
    since: '6.16',
    meaning: 'copies from one dynptr to another',
    run: copy,
  }),
  kfunc({
    declaration: 'int bpf_dynptr_memset(struct bpf_dynptr *p, u32 offset, u32 size, u8 val)',
    flags: [],
    since: '6.17',
    meaning: 'fills a stretch of a dynptr with a byte',
    run: memset,
  }),
];
