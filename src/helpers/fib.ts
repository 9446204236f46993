// Helpers: routing.

import { TC } from './program-types.js';
import type { HelperRow } from './prototype.js';
import { ANYTHING, CTX, helper, MEM, SIZE } from './row.js';

export const FIB_HELPERS: readonly HelperRow[] = [
  helper({
    id: 69,
    declaration: 'long bpf_fib_lookup(void *ctx, struct bpf_fib_lookup *params, int plen, u32 flags)',
    args: [CTX, MEM, SIZE, ANYTHING],
    returns: 'integer',
    gplOnly: true,
    programTypes: [...TC, 'xdp'],
    since: '4.18',
    meaning: 'looks the next hop of a packet up in the routing tables',
  }),
];
