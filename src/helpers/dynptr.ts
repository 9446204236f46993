// Helpers: dynamic pointers (kernel/bpf/helpers.c). Their layout is in dynptr-memory.ts.

import type { HelperFunction } from '../engine/index.js';
import { ERRNO } from '../maps/index.js';
import {
  beyond,
  DYNPTR_MAXIMUM_BYTES,
  nullDynptr,
  readDynptr,
  readFrom,
  writeDynptr,
  writeTo,
} from './dynptr-memory.js';
import { BASE } from './program-types.js';
import type { HelperRow } from './prototype.js';
import {
  ALLOC_SIZE,
  ANYTHING,
  ANYTHING64,
  DYNPTR,
  helper,
  NEW_LOCAL_DYNPTR,
  RDONLY_MEM,
  SIZE_OR_ZERO,
  UNINIT_MEM,
} from './row.js';

const dynptrFromMem: HelperFunction = (machine, data, sizeBytes, flags, dynptr) => {
  nullDynptr(machine, dynptr);
  if (sizeBytes > DYNPTR_MAXIMUM_BYTES) return -ERRNO.E2BIG;
  if ((flags | machine.high[3]!) !== 0) return -ERRNO.EINVAL;
  writeDynptr(machine, dynptr, { type: 'local', data, sizeBytes, offsetBytes: 0, readOnly: false });
  return 0;
};

const dynptrRead: HelperFunction = (machine, to, length, dynptr, offset, flags) =>
  (flags | machine.high[5]!) !== 0 ? -ERRNO.EINVAL : readFrom(machine, readDynptr(machine, dynptr), to, length, offset);

const dynptrWrite: HelperFunction = (machine, dynptr, offset, from, length, flags) =>
  machine.high[5] !== 0 ? -ERRNO.EINVAL : writeTo(machine, readDynptr(machine, dynptr), offset, from, length, flags);

const dynptrData: HelperFunction = (machine, dynptr, offset, length) => {
  const pointer = readDynptr(machine, dynptr);
  if (pointer.data === 0 || pointer.readOnly || beyond(pointer, offset, length)) return 0;
  return pointer.type === 'local' || pointer.type === 'ringbuf' ? pointer.data + pointer.offsetBytes + offset : 0;
};

export const DYNPTR_HELPERS: readonly HelperRow[] = [
  helper({
    id: 197,
    declaration: 'long bpf_dynptr_from_mem(void *data, u32 size, u64 flags, struct bpf_dynptr *ptr)',
    args: [UNINIT_MEM, SIZE_OR_ZERO, ANYTHING64, NEW_LOCAL_DYNPTR],
    returns: 'integer',
    programTypes: BASE,
    since: '5.19',
    meaning: "makes a dynptr of a map value's memory",
    run: dynptrFromMem,
  }),
  helper({
    id: 201,
    declaration: 'long bpf_dynptr_read(void *dst, u32 len, const struct bpf_dynptr *src, u32 offset, u64 flags)',
    args: [UNINIT_MEM, SIZE_OR_ZERO, DYNPTR, ANYTHING, ANYTHING64],
    returns: 'integer',
    programTypes: BASE,
    since: '5.19',
    meaning: 'copies bytes out of a dynptr',
    run: dynptrRead,
  }),
  helper({
    id: 202,
    declaration: 'long bpf_dynptr_write(const struct bpf_dynptr *dst, u32 offset, void *src, u32 len, u64 flags)',
    args: [DYNPTR, ANYTHING, RDONLY_MEM, SIZE_OR_ZERO, ANYTHING64],
    returns: 'integer',
    programTypes: BASE,
    since: '5.19',
    meaning: 'copies bytes into a dynptr',
    run: dynptrWrite,
  }),
  helper({
    id: 203,
    declaration: 'void *bpf_dynptr_data(const struct bpf_dynptr *ptr, u32 offset, u32 len)',
    args: [DYNPTR, ANYTHING, ALLOC_SIZE],
    returns: 'ptr_to_dynptr_mem_or_null',
    programTypes: BASE,
    since: '5.19',
    meaning: 'address of a stretch of a dynptr, or null',
    run: dynptrData,
  }),
];
