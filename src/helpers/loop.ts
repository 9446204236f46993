// Helpers: loops over callbacks.

import { BASE } from './program-types.js';
import type { HelperRow } from './prototype.js';
import { ANYTHING64, CONST_MAP_PTR, FUNC, helper, SCALAR, STACK_OR_NULL } from './row.js';

export const LOOP_HELPERS: readonly HelperRow[] = [
  helper({
    id: 164,
    declaration: 'long bpf_for_each_map_elem(struct bpf_map *map, void *callback_fn, void *callback_ctx, u64 flags)',
    args: [CONST_MAP_PTR, FUNC, STACK_OR_NULL, ANYTHING64],
    returns: 'integer',
    programTypes: BASE,
    since: '5.13',
    meaning: 'calls a function for every element of a map',
  }),
  helper({
    id: 181,
    declaration: 'long bpf_loop(u32 nr_loops, void *callback_fn, void *callback_ctx, u64 flags)',
    args: [SCALAR, FUNC, STACK_OR_NULL, ANYTHING64],
    returns: 'integer',
    programTypes: BASE,
    since: '5.17',
    meaning: 'calls a function a number of times',
  }),
];
