// The table of kernel functions (kfuncs) that programs use, by name: their numbers are BTF ids of the kernel that runs.

import { closestName } from '../../diagnostics/index.js';
import { CPUMASK_KFUNCS } from './cpumask.js';
import { DYNPTR_KFUNCS } from './dynptr.js';
import { ITERATOR_KFUNCS } from './iterators.js';
import { KERNEL_OBJECT_KFUNCS } from './kernel-objects.js';
import { OBJECT_KFUNCS } from './objects.js';
import type { KfuncRow } from './row.js';
import { STRING_KFUNCS } from './strings.js';
import { WORKQUEUE_KFUNCS } from './workqueue.js';

export type { KfuncFlag, KfuncRow } from './row.js';

export const KFUNCS: readonly KfuncRow[] = [
  ...DYNPTR_KFUNCS,
  ...ITERATOR_KFUNCS,
  ...OBJECT_KFUNCS,
  ...CPUMASK_KFUNCS,
  ...KERNEL_OBJECT_KFUNCS,
  ...STRING_KFUNCS,
  ...WORKQUEUE_KFUNCS,
];

const BY_NAME = new Map(KFUNCS.map(row => [row.name, row]));

/** The row of a kernel function; a suffix `___x` of the object file's flavour is left out of the name. */
export function kfuncNamed(name: string): KfuncRow | undefined {
  return BY_NAME.get(name) ?? BY_NAME.get(name.replace(/___.*$/, ''));
}

/** The name that someone who wrote `name` may have meant. */
export function nearestKfunc(name: string): string | undefined {
  return closestName(name, BY_NAME.keys());
}
