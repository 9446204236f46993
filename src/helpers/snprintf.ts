// Helpers: formatting into memory. The format language is in format.ts.

import type { HelperFunction } from '../engine/index.js';
import { ERRNO } from '../maps/index.js';
import { argumentsAt, formatAt } from './printk.js';
import { BASE } from './program-types.js';
import type { HelperRow } from './prototype.js';
import { CONST_STR, helper, MEM_OR_NULL, RDONLY_MEM_OR_NULL, SIZE_OR_ZERO } from './row.js';
import { putText } from './support.js';

const snprintf: HelperFunction = (machine, to, sizeBytes, format, data, dataBytes) => {
  const args = argumentsAt(machine, data, dataBytes);
  if (!args) return -ERRNO.EINVAL;
  const formatted = formatAt(machine, format, 0xffffffff, args, sizeBytes);
  if (typeof formatted === 'number') return formatted;
  putText(machine, to, sizeBytes, formatted.bytes);
  return formatted.lengthBytes + 1;
};

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
    run: snprintf,
  }),
];
