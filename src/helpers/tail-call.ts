// Helpers: tail calls.

import type { HelperRow } from './prototype.js';
import { ANYTHING, CONST_MAP_PTR, CTX, helper } from './row.js';

export const TAIL_CALL_HELPERS: readonly HelperRow[] = [
  helper({
    id: 12,
    declaration: 'long bpf_tail_call(void *ctx, struct bpf_map *prog_array_map, u32 index)',
    args: [CTX, CONST_MAP_PTR, ANYTHING],
    returns: 'void',
    changesPacket: true,
    programTypes: '*',
    since: '4.2',
    meaning: 'runs another program of a program array in place of this one',
  }),
];
