// Flags of maps (include/uapi/linux/bpf.h): what BPF_MAP_CREATE takes, and what an update takes. One row each.

/** Flags of BPF_MAP_CREATE, without their BPF_F_. */
export const CREATE_FLAGS = {
  NO_PREALLOC: 1 << 0,
  NO_COMMON_LRU: 1 << 1,
  NUMA_NODE: 1 << 2,
  RDONLY: 1 << 3,
  WRONLY: 1 << 4,
  STACK_BUILD_ID: 1 << 5,
  ZERO_SEED: 1 << 6,
  RDONLY_PROG: 1 << 7,
  WRONLY_PROG: 1 << 8,
  CLONE: 1 << 9,
  MMAPABLE: 1 << 10,
  PRESERVE_ELEMS: 1 << 11,
  INNER_MAP: 1 << 12,
  LINK: 1 << 13,
  VTYPE_BTF_OBJ_FD: 1 << 15,
  TOKEN_FD: 1 << 16,
  SEGV_ON_FAULT: 1 << 17,
  NO_USER_CONV: 1 << 18,
} as const;

export type CreateFlag = keyof typeof CREATE_FLAGS;

/** The bits of several flags. */
export const flagMask = (...names: readonly CreateFlag[]): number =>
  names.reduce((mask, name) => mask | CREATE_FLAGS[name], 0);

/** BPF_F_ACCESS_MASK: who may read and write, user space and programs. */
export const ACCESS_FLAGS = flagMask('RDONLY', 'WRONLY', 'RDONLY_PROG', 'WRONLY_PROG');

/** The names in a flags word, in order of bits; what has no name comes last, in hexadecimal. */
export function createFlagNames(flags: number): string[] {
  const names: string[] = [];
  let rest = flags >>> 0;
  for (const [name, bit] of Object.entries(CREATE_FLAGS)) {
    if ((rest & bit) === 0) continue;
    names.push(name);
    rest = (rest & ~bit) >>> 0;
  }
  return rest === 0 ? names : [...names, `0x${rest.toString(16)}`];
}

/** Update an element or make it; only make it; only update it. */
export const BPF_ANY = 0;
export const BPF_NOEXIST = 1;
export const BPF_EXIST = 2;
/** Hold the value's bpf_spin_lock while it is copied: the value changes in place. */
export const BPF_F_LOCK = 4;

/** bpf_ringbuf_submit and its kin. */
export const BPF_RB_NO_WAKEUP = 1;
export const BPF_RB_FORCE_WAKEUP = 2;

/** bpf_sk_storage_get and its kin: make the storage when there is none. */
export const BPF_LOCAL_STORAGE_GET_F_CREATE = 1;

/** Limits of Linux on x86-64 that maps' checks mention. */
export const KERNEL_LIMITS = {
  /** KMALLOC_MAX_SIZE. */
  allocationBytes: 4 * 1024 * 1024,
  /** PCPU_MIN_UNIT_SIZE: the largest value of a per-CPU map, rounded up to 8. */
  perCpuBytes: 32 * 1024,
  /** MAX_BPF_STACK. */
  stackBytes: 512,
  pageBytes: 4096,
  /** NR_CPUS of most distributions' kernels is more; what a CPU map may have. */
  cpus: 256,
  /** kernel.perf_event_max_stack. */
  stackFrames: 127,
} as const;
