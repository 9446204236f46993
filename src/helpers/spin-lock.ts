// Helpers: spin locks in map values. One program runs at a time, so a lock that is taken twice would wait for ever: the kernel's
// verifier refuses such programs, and here they end with an error.

import { ExecutionError, type HelperFunction } from '../engine/index.js';
import { BASE } from './program-types.js';
import type { HelperRow } from './prototype.js';
import { helper, SPIN_LOCK } from './row.js';

const spinLock: HelperFunction = (machine, lock) => {
  const { view } = machine.space;
  if (view.getUint32(lock, true) !== 0) {
    throw new ExecutionError('wild-access', 'bpf_spin_lock: the lock is held already', -1, lock);
  }
  view.setUint32(lock, 1, true);
  return 0;
};

const spinUnlock: HelperFunction = (machine, lock) => {
  machine.space.view.setUint32(lock, 0, true);
  return 0;
};

export const SPIN_LOCK_HELPERS: readonly HelperRow[] = [
  helper({
    id: 93,
    declaration: 'long bpf_spin_lock(struct bpf_spin_lock *lock)',
    args: [SPIN_LOCK],
    returns: 'void',
    programTypes: BASE,
    since: '5.1',
    meaning: 'locks a spin lock in a map value',
    run: spinLock,
  }),
  helper({
    id: 94,
    declaration: 'long bpf_spin_unlock(struct bpf_spin_lock *lock)',
    args: [SPIN_LOCK],
    returns: 'void',
    programTypes: BASE,
    since: '5.1',
    meaning: 'unlocks a spin lock in a map value',
    run: spinUnlock,
  }),
];
