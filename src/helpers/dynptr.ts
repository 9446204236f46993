// Helpers: dynamic pointers.

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

export const DYNPTR_HELPERS: readonly HelperRow[] = [
  helper({
    id: 197,
    declaration: 'long bpf_dynptr_from_mem(void *data, u32 size, u64 flags, struct bpf_dynptr *ptr)',
    args: [UNINIT_MEM, SIZE_OR_ZERO, ANYTHING64, NEW_LOCAL_DYNPTR],
    returns: 'integer',
    programTypes: BASE,
    since: '5.19',
    meaning: "makes a dynptr of a map value's memory",
  }),
  helper({
    id: 201,
    declaration: 'long bpf_dynptr_read(void *dst, u32 len, const struct bpf_dynptr *src, u32 offset, u64 flags)',
    args: [UNINIT_MEM, SIZE_OR_ZERO, DYNPTR, ANYTHING, ANYTHING64],
    returns: 'integer',
    programTypes: BASE,
    since: '5.19',
    meaning: 'copies bytes out of a dynptr',
  }),
  helper({
    id: 202,
    declaration: 'long bpf_dynptr_write(const struct bpf_dynptr *dst, u32 offset, void *src, u32 len, u64 flags)',
    args: [DYNPTR, ANYTHING, RDONLY_MEM, SIZE_OR_ZERO, ANYTHING64],
    returns: 'integer',
    programTypes: BASE,
    since: '5.19',
    meaning: 'copies bytes into a dynptr',
  }),
  helper({
    id: 203,
    declaration: 'void *bpf_dynptr_data(const struct bpf_dynptr *ptr, u32 offset, u32 len)',
    args: [DYNPTR, ANYTHING, ALLOC_SIZE],
    returns: 'ptr_to_dynptr_mem_or_null',
    programTypes: BASE,
    since: '5.19',
    meaning: 'address of a stretch of a dynptr, or null',
  }),
];
