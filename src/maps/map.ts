// What every map type implements (one file each in types/; the table is in table.ts). Keys and values are addresses of the
// kernel's one address space, so that programs and user space share an implementation: user space copies its bytes in first.
//
// Results are those of the kernel's own operations (include/linux/bpf.h, struct bpf_map_ops): an address or 0, 0 or -errno.

import type { AddressSpace, Executable, FunctionBuilder, Machine, ModuleBuilder } from '../engine/index.js';
import type { ArrayLayout } from './array-layout.js';
import type { HashLayout } from './hash-layout.js';

/** What a map is created from: struct bpf_attr's fields for BPF_MAP_CREATE. */
export interface MapDefinition {
  /** Name of a row of the table of map types: `hash`, `percpu_array`. */
  readonly type: string;
  readonly name: string;
  readonly keySizeBytes: number;
  readonly valueSizeBytes: number;
  readonly maxEntries: number;
  readonly flags: number;
  readonly mapExtra?: bigint;
  readonly inner?: MapDefinition;
  /** NUMA node, with the flag NUMA_NODE. Changes nothing here. */
  readonly numaNode?: number;
  /** Fields of the value that user space neither reads nor writes (struct btf_record), in order of offsets. */
  readonly fields?: readonly SpecialField[];
  /** Whether BTF types of key and value were given; local storage requires them. */
  readonly hasTypes?: boolean;
}

/** A field that only helpers touch: copies leave it out, and user space reads zeros in its place. */
export interface SpecialField {
  readonly kind:
    | 'spin_lock'
    | 'timer'
    | 'workqueue'
    | 'kptr'
    | 'list_head'
    | 'list_node'
    | 'rb_root'
    | 'rb_node'
    | 'refcount';
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

/** What user space puts into a map by number (a file descriptor with Linux): programs, maps, sockets... */
export interface MapObjects {
  map: KernelMap;
  program: MapProgram;
  socket: MapSocket;
  /** By the address that programs have of it instead of a number. */
  'socket-at': MapSocket;
  'xdp-socket': MapSocket;
  'perf-event': MapPerfEvent;
  cgroup: MapOwner;
  inode: MapOwner;
  /** A socket as the owner of storage. */
  'socket-owner': MapOwner;
  task: MapOwner;
}

export type MapObjectKind = keyof MapObjects;

/** A program in a prog_array, devmap or cpumap. */
export interface MapProgram {
  readonly id: number;
  /** Row of the table of program types: a prog_array holds programs of one type. */
  readonly type: string;
  readonly executable: Executable;
}

/** A socket in a sockmap, sockhash, xskmap or reuseport_sockarray. */
export interface MapSocket {
  readonly id: number;
  /** SO_COOKIE; what a lookup from user space with 8-byte values gives. */
  readonly cookie: bigint;
  /** What programs see of it: struct bpf_sock; 0: nothing. */
  readonly address: number;
}

/** What a perf_event_array's element is: one CPU's buffer. */
export interface MapPerfEvent {
  readonly id: number;
  /** Appends a sample. 0, or -ENOSPC when there is no room (it is counted as lost), -EOPNOTSUPP for another CPU's event. */
  output(cpu: number, data: Uint8Array): number;
  /** The event's counter, for bpf_perf_event_read. */
  read?(): bigint;
}

/** Something that storage can hang on: a socket, task, inode or cgroup. The object itself is the key. */
export interface MapOwner {
  readonly id: number;
}

/** What maps need of the kernel that has them. */
export interface MapHost {
  readonly space: AddressSpace;
  readonly cpuCount: number;
  /** Monotonic nanoseconds since boot, injected. */
  now(): bigint;
  /** Uniform u32, injected: reproducible runs. */
  random(): number;
  /**
   * What a number that user space passes stands for; undefined: nothing (EBADF). Absent: maps of objects stay empty. A kernel that
   * has no file descriptors uses the objects' ids, so that what was put in is what comes out.
   */
  readonly objectOf?: <K extends MapObjectKind>(kind: K, number: number) => MapObjects[K] | undefined;
  /** Whether a network device of that index exists (devmap). Absent: all do. */
  readonly hasDevice?: (ifindex: number) => boolean;
  /** Special fields of an element that is deleted or replaced are to be let go: timers stop, kptrs are released. */
  readonly releaseFields?: (map: KernelMap, value: number) => void;
  /** Whether the caller is privileged; default true. ZERO_SEED asks for it. */
  readonly privileged?: boolean;
}

/** A map in a kernel. Methods that a type does not have answer -ENOTSUPP (-524), -EOPNOTSUPP or -EINVAL as the kernel's does. */
export interface KernelMap {
  readonly definition: MapDefinition;
  /** Number of the map, unique in its address space, from 1 on: what a map in map gives user space. */
  readonly id: number;
  /** Address that stands for the map in programs (the kernel's struct bpf_map pointer): readable by nobody. */
  readonly handle: number;
  /** Bytes user space passes for one value: for per-CPU maps the rounded value size times the number of CPUs. */
  readonly userValueSizeBytes: number;

  /** bpf_map_lookup_elem: address of the value, or 0. */
  lookup(machine: Machine, key: number): number;
  /** bpf_map_lookup_percpu_elem: address of one CPU's value, or 0. */
  lookupOnCpu?(machine: Machine, key: number, cpu: number): number;
  /** bpf_map_update_elem: 0 or -errno. */
  update(machine: Machine, key: number, value: number, flags: number): number;
  /** bpf_map_delete_elem: 0 or -errno. */
  delete(machine: Machine, key: number): number;
  /** bpf_map_push_elem, bpf_map_pop_elem, bpf_map_peek_elem. */
  push?(machine: Machine, value: number, flags: number): number;
  pop?(machine: Machine, value: number): number;
  peek?(machine: Machine, value: number): number;
  /**
   * bpf_for_each_map_elem: calls `visit` with the addresses of each key and value until it answers true. How many
   * elements were visited.
   */
  forEach?(machine: Machine, visit: (key: number, value: number) => boolean): number;

  /** BPF_MAP_LOOKUP_ELEM of bpf(2): copies the value(s) to `out` (userValueSizeBytes of it). 0 or -errno. */
  userLookup(key: number, out: number, flags: number): number;
  userUpdate(key: number, value: number, flags: number): number;
  userDelete(key: number): number;
  /** BPF_MAP_GET_NEXT_KEY; `key` 0 asks for the first. 0 or -errno (ENOENT behind the last). */
  nextKey(key: number, out: number): number;
  userLookupAndDelete?(key: number, out: number, flags: number): number;

  /** Which of the batch commands it has, and whose cursor they use: a key (generic) or a bucket number (hash). */
  readonly batch?: BatchSupport;

  /** Address of the first value, where the type has values in a row (array: BPF_PSEUDO_MAP_VALUE, mmap). */
  readonly valuesAddress?: number;
  /** Bytes that user space may map from `valuesAddress` on; with MMAPABLE only. */
  readonly mappableBytes?: number;
  /** Where lookups may be compiled to code: the layout of a hash or an array. */
  readonly hashLayout?: HashLayout;
  readonly arrayLayout?: ArrayLayout;
  /** Of a hash: addHashLookup of lookup-wasm.ts, for the JIT. */
  addLookup?(module: ModuleBuilder, name: string): FunctionBuilder;
  /** Whether `other` may stand in a map whose inner map was made as `this` (map_meta_equal). */
  mayReplace(other: KernelMap): boolean;
  /** One more holder: a map in which it stands, a program that uses it. Each holder calls `close`. */
  retain(): void;
  /** Lets it go; its memory goes with the last holder. */
  close(): void;
}

export interface BatchSupport {
  readonly lookup: boolean;
  readonly lookupAndDelete: boolean;
  readonly update: boolean;
  readonly delete: boolean;
  /** Of maps with buckets: the addresses of one bucket's keys; undefined behind the last bucket. Absent: the cursor is a key. */
  readonly bucket?: (index: number) => readonly number[] | undefined;
}
