// What every map type implements (one file each beside this one; the table is in table.ts). Keys and values are addresses of the
// kernel's one address space, so that programs and user space share an implementation: user space copies its bytes in first.
//
// Results are those of the kernel's own operations (include/linux/bpf.h, struct bpf_map_ops): an address or 0, 0 or -errno.

import type { AddressSpace, Machine } from '../engine/index.js';

/** What a map is created from: struct bpf_attr's fields for BPF_MAP_CREATE. */
export interface MapDefinition {
  readonly type: string;
  readonly name: string;
  readonly keySizeBytes: number;
  readonly valueSizeBytes: number;
  readonly maxEntries: number;
  readonly flags: number;
  readonly mapExtra?: bigint;
  readonly inner?: MapDefinition;
}

/** What maps need of the kernel that has them. */
export interface MapHost {
  readonly space: AddressSpace;
  readonly cpuCount: number;
  /** Monotonic nanoseconds since boot, injected. */
  now(): bigint;
  /** Uniform u32, injected: reproducible runs. */
  random(): number;
}

/** A map in a kernel. Methods that a type does not have answer -ENOTSUPP (-524) or -EINVAL as the kernel's does. */
export interface KernelMap {
  readonly definition: MapDefinition;
  /** Address that stands for the map in programs (the kernel's struct bpf_map pointer): readable by nobody. */
  readonly handle: number;
  /** Bytes user space passes for one value: for per-CPU maps the rounded value size times the number of CPUs. */
  readonly userValueSizeBytes: number;

  /** bpf_map_lookup_elem: address of the value, or 0. */
  lookup(machine: Machine, key: number): number;
  /** bpf_map_update_elem: 0 or -errno. */
  update(machine: Machine, key: number, value: number, flags: number): number;
  /** bpf_map_delete_elem: 0 or -errno. */
  delete(machine: Machine, key: number): number;
  /** bpf_map_push_elem, bpf_map_pop_elem, bpf_map_peek_elem. */
  push?(machine: Machine, value: number, flags: number): number;
  pop?(machine: Machine, value: number): number;
  peek?(machine: Machine, value: number): number;

  /** BPF_MAP_LOOKUP_ELEM of bpf(2): copies the value(s) to `out` (userValueSizeBytes of it). 0 or -errno. */
  userLookup(key: number, out: number, flags: number): number;
  userUpdate(key: number, value: number, flags: number): number;
  userDelete(key: number): number;
  /** BPF_MAP_GET_NEXT_KEY; `key` 0 asks for the first. 0 or -errno (ENOENT behind the last). */
  nextKey(key: number, out: number): number;
  userLookupAndDelete?(key: number, out: number, flags: number): number;

  /** Address of the first value, where the type has values in a row (array: BPF_PSEUDO_MAP_VALUE, mmap). */
  readonly valuesAddress?: number;
  /** Lets its memory go. */
  close(): void;
}
