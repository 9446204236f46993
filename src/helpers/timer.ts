// Helpers: timers.

import { BASE } from './program-types.js';
import type { HelperRow } from './prototype.js';
import { ANYTHING64, CONST_MAP_PTR, FUNC, helper, TIMER } from './row.js';

export const TIMER_HELPERS: readonly HelperRow[] = [
  helper({
    id: 169,
    declaration: 'long bpf_timer_init(struct bpf_timer *timer, struct bpf_map *map, u64 flags)',
    args: [TIMER, CONST_MAP_PTR, ANYTHING64],
    returns: 'integer',
    gplOnly: true,
    programTypes: BASE,
    since: '5.15',
    meaning: 'makes a timer in a map value ready',
  }),
  helper({
    id: 170,
    declaration: 'long bpf_timer_set_callback(struct bpf_timer *timer, void *callback_fn)',
    args: [TIMER, FUNC],
    returns: 'integer',
    gplOnly: true,
    programTypes: BASE,
    since: '5.15',
    meaning: 'sets the function that a timer calls',
  }),
  helper({
    id: 171,
    declaration: 'long bpf_timer_start(struct bpf_timer *timer, u64 nsecs, u64 flags)',
    args: [TIMER, ANYTHING64, ANYTHING64],
    returns: 'integer',
    gplOnly: true,
    programTypes: BASE,
    since: '5.15',
    meaning: 'starts a timer',
  }),
  helper({
    id: 172,
    declaration: 'long bpf_timer_cancel(struct bpf_timer *timer)',
    args: [TIMER],
    returns: 'integer',
    gplOnly: true,
    programTypes: BASE,
    since: '5.15',
    meaning: 'stops a timer',
  }),
];
