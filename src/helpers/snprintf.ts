// Helpers: formatting into memory.

import { BASE } from './program-types.js';
import type { HelperRow } from './prototype.js';
import { CONST_STR, helper, MEM_OR_NULL, RDONLY_MEM_OR_NULL, SIZE_OR_ZERO } from './row.js';

export const SNPRINTF_HELPERS: readonly HelperRow[] = [
  helper({
    id: 165,
    declaration: 'long bpf_snprintf(char *str, u32 str_size, const char *fmt, u64 *data, u32 data_len)',
    args: [MEM_OR_NULL, SIZE_OR_ZERO, CONST_STR, RDONLY_MEM_OR_NULL, SIZE_OR_ZERO],
    returns: 'integer',
    gplOnly: true,
    programTypes: BASE,
    since: '5.13',
    meaning: 'formats text into a buffer',
  }),
];
