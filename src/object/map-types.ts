// The numbers of map types in object files (enum bpf_map_type of include/uapi/linux/bpf.h), under the names that the table of map
// types uses.

/** By number. */
export const MAP_TYPE_NAMES = [
  'unspec',
  'hash',
  'array',
  'prog_array',
  'perf_event_array',
  'percpu_hash',
  'percpu_array',
  'stack_trace',
  'cgroup_array',
  'lru_hash',
  'lru_percpu_hash',
  'lpm_trie',
  'array_of_maps',
  'hash_of_maps',
  'devmap',
  'sockmap',
  'cpumap',
  'xskmap',
  'sockhash',
  'cgroup_storage',
  'reuseport_sockarray',
  'percpu_cgroup_storage',
  'queue',
  'stack',
  'sk_storage',
  'devmap_hash',
  'struct_ops',
  'ringbuf',
  'inode_storage',
  'task_storage',
  'bloom_filter',
  'user_ringbuf',
  'cgrp_storage',
  'arena',
  'insn_array',
] as const;

/** map_flags that sections' maps have. */
export const MAP_FLAGS = {
  /** BPF_F_RDONLY_PROG: programs only read it. */
  readOnlyForPrograms: 1 << 7,
  /** BPF_F_MMAPABLE. */
  mmapable: 1 << 10,
  /** BPF_F_LINK, of a struct_ops map that is attached by a link. */
  link: 1 << 13,
} as const;
