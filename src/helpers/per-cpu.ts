// Helpers: per-CPU variables of the kernel.

import type { HelperFunction } from '../engine/index.js';
import { hostOf } from './host.js';
import { BASE } from './program-types.js';
import type { HelperRow } from './prototype.js';
import { ANYTHING, helper, PERCPU_BTF } from './row.js';
import { needed } from './support.js';

const perCpuPtr: HelperFunction = (machine, address, cpu) => {
  const host = hostOf(machine);
  if (cpu >= host.cpuCount) return 0;
  return needed(host.perCpuAddress, 'bpf_per_cpu_ptr', 'per-CPU variable').call(host, address, cpu);
};

const thisCpuPtr: HelperFunction = (machine, address) => {
  const host = hostOf(machine);
  return needed(host.perCpuAddress, 'bpf_this_cpu_ptr', 'per-CPU variable').call(host, address, machine.cpu);
};

export const PER_CPU_HELPERS: readonly HelperRow[] = [
  helper({
    id: 153,
    declaration: 'void *bpf_per_cpu_ptr(const void *percpu_ptr, u32 cpu)',
    args: [PERCPU_BTF, ANYTHING],
    returns: 'ptr_to_mem_or_btf_id_or_null',
    programTypes: BASE,
    since: '5.10',
    meaning: "address of a CPU's copy of a per-CPU variable, or null",
    run: perCpuPtr,
  }),
  helper({
    id: 154,
    declaration: 'void *bpf_this_cpu_ptr(const void *percpu_ptr)',
    args: [PERCPU_BTF],
    returns: 'ptr_to_mem_or_btf_id',
    programTypes: BASE,
    since: '5.10',
    meaning: "address of this CPU's copy of a per-CPU variable",
    run: thisCpuPtr,
  }),
];
