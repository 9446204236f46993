// Helpers: spin locks.

import { BASE } from './program-types.js';
import type { HelperRow } from './prototype.js';
import { helper, SPIN_LOCK } from './row.js';

export const SPIN_LOCK_HELPERS: readonly HelperRow[] = [
  helper({
    id: 93,
    declaration: 'long bpf_spin_lock(struct bpf_spin_lock *lock)',
    args: [SPIN_LOCK],
    returns: 'void',
    programTypes: BASE,
    since: '5.1',
    meaning: 'locks a spin lock in a map value',
  }),
  helper({
    id: 94,
    declaration: 'long bpf_spin_unlock(struct bpf_spin_lock *lock)',
    args: [SPIN_LOCK],
    returns: 'void',
    programTypes: BASE,
    since: '5.1',
    meaning: 'unlocks a spin lock in a map value',
  }),
];
