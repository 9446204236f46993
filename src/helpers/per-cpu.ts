// Helpers: per-CPU variables.

import { BASE } from './program-types.js';
import type { HelperRow } from './prototype.js';
import { ANYTHING, helper, PERCPU_BTF } from './row.js';

export const PER_CPU_HELPERS: readonly HelperRow[] = [
  helper({
    id: 153,
    declaration: 'void *bpf_per_cpu_ptr(const void *percpu_ptr, u32 cpu)',
    args: [PERCPU_BTF, ANYTHING],
    returns: 'ptr_to_mem_or_btf_id_or_null',
    programTypes: BASE,
    since: '5.10',
    meaning: "address of a CPU's copy of a per-CPU variable, or null",
  }),
  helper({
    id: 154,
    declaration: 'void *bpf_this_cpu_ptr(const void *percpu_ptr)',
    args: [PERCPU_BTF],
    returns: 'ptr_to_mem_or_btf_id',
    programTypes: BASE,
    since: '5.10',
    meaning: "address of this CPU's copy of a per-CPU variable",
  }),
];
