// Definitions of maps for tests.

import type { MapDefinition } from '../../src/maps/index.js';

/** A definition of each type that is right. */
export function rightDefinition(type: string): MapDefinition {
  const sizes: Record<string, readonly [key: number, value: number, entries: number, flags?: number]> = {
    hash: [4, 8, 16],
    percpu_hash: [4, 8, 16],
    // The kernel evicts in batches long before a map of 16 is full.
    lru_hash: [4, 8, 1000],
    lru_percpu_hash: [4, 8, 1000],
    array: [4, 8, 16],
    percpu_array: [4, 8, 16],
    stack_trace: [4, 80, 16],
    lpm_trie: [8, 8, 16, 1],
    hash_of_maps: [8, 4, 16],
    sockhash: [8, 4, 16],
    cgroup_storage: [16, 8, 0],
    percpu_cgroup_storage: [16, 8, 0],
    queue: [0, 8, 16],
    stack: [0, 8, 16],
    bloom_filter: [0, 8, 16],
    ringbuf: [0, 0, 4096],
    user_ringbuf: [0, 0, 4096],
    sk_storage: [4, 4, 0, 1],
    inode_storage: [4, 4, 0, 1],
    task_storage: [4, 4, 0, 1],
    cgrp_storage: [4, 4, 0, 1],
    arena: [0, 0, 16, 1 << 10],
  };
  const [keySizeBytes, valueSizeBytes, maxEntries, flags = 0] = sizes[type] ?? [4, 4, 16];
  const inner = /_of_maps$/.test(type) ? { inner: rightDefinition('array') } : {};
  const hasTypes = /^(sk|inode|task|cgrp)_storage$/.test(type);
  return { type, name: 'skep_test', keySizeBytes, valueSizeBytes, maxEntries, flags, hasTypes, ...inner };
}
