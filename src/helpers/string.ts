// Helpers: text.

import { BASE } from './program-types.js';
import type { HelperRow } from './prototype.js';
import { ANYTHING64, CONST_STR, helper, RDONLY_MEM, RESULT_MEM, SIZE } from './row.js';

export const STRING_HELPERS: readonly HelperRow[] = [
  helper({
    id: 105,
    declaration: 'long bpf_strtol(const char *buf, size_t buf_len, u64 flags, long *res)',
    args: [RDONLY_MEM, SIZE, ANYTHING64, RESULT_MEM],
    returns: 'integer',
    programTypes: BASE,
    since: '5.2',
    meaning: 'converts text to a signed number',
  }),
  helper({
    id: 106,
    declaration: 'long bpf_strtoul(const char *buf, size_t buf_len, u64 flags, unsigned long *res)',
    args: [RDONLY_MEM, SIZE, ANYTHING64, RESULT_MEM],
    returns: 'integer',
    programTypes: BASE,
    since: '5.2',
    meaning: 'converts text to an unsigned number',
  }),
  helper({
    id: 182,
    declaration: 'long bpf_strncmp(const char *s1, u32 s1_sz, const char *s2)',
    args: [RDONLY_MEM, SIZE, CONST_STR],
    returns: 'integer',
    programTypes: BASE,
    since: '5.17',
    meaning: 'compares two strings',
  }),
];
