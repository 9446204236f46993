// What helpers use of map types beyond KernelMap: the classes of src/maps/types have these, and a map of another type does not reach the
// helper (check_map_func_compatibility of kernel/bpf/verifier.c says which helper takes which type of map).

import type { Executable, Machine } from '../engine/index.js';
import type { KernelMap } from '../maps/index.js';
import { hostOf } from './host.js';
import { mapOf } from './support.js';

/** prog_array. */
export interface ProgramSlots extends KernelMap {
  at(index: number): { readonly executable: Executable } | undefined;
}

/** cgroup_array: what stands at an index; its id is the cgroup's address. */
export interface CgroupSlots extends KernelMap {
  at(index: number): { readonly id: number } | undefined;
}

/** perf_event_array. */
export interface PerfEventSlots extends KernelMap {
  at(index: number): { read?(): bigint } | undefined;
  output(cpu: number, index: number, data: Uint8Array): number;
}

/** stack_trace: its number for a stack, innermost frame first, or -errno. */
export interface StackTraces extends KernelMap {
  store(frames: readonly bigint[], flags: number): number;
}

/** A socket in a map: its address is that of its struct bpf_sock. */
export interface SocketInMap {
  readonly id: number;
  readonly cookie: bigint;
  readonly address: number;
}

/** sockmap, xskmap, reuseport_sockarray by index; sockhash by the address of a key. */
export interface SocketSlots extends KernelMap {
  socket(key: number): SocketInMap | undefined;
  set(key: number, socket: SocketInMap, flags: number): number;
}

/** devmap, devmap_hash. */
export interface DeviceSlots extends KernelMap {
  device(key: number): { readonly ifindex: number } | undefined;
}

/** cpumap. */
export interface CpuSlots extends KernelMap {
  cpu(key: number): object | undefined;
}

/** ringbuf. */
export interface RingBuffer extends KernelMap {
  /** Address of a record; 0: no room for it. */
  reserve(machine: Machine, sizeBytes: number): number;
  /** Hands a record over, or away. */
  commit(machine: Machine, sample: number, flags: number, discard: boolean): void;
  output(machine: Machine, data: number, sizeBytes: number, flags: number): number;
  /** BPF_RB_AVAIL_DATA 0, RING_SIZE 1, CONS_POS 2, PROD_POS 3. */
  query(what: number): number;
}

/** user_ringbuf. */
export interface UserRingBuffer extends KernelMap {
  /** The next sample, or -ENODATA, -EAGAIN (thrown away by user space: skipped), -EINVAL, -E2BIG. */
  peekSample(): { readonly address: number; readonly sizeBytes: number } | number;
  consumeSample(): void;
}

/** sk_storage, inode_storage, task_storage, cgrp_storage. */
export interface LocalStorage extends KernelMap {
  /** Value of an owner; made (from `initial` if not 0) when `create` is set. 0: there is none. */
  storage(owner: object, create: boolean, initial: number): number;
  deleteStorage(owner: object): number;
}

/** A map argument as the type that the helper takes. */
export function partOf<T extends KernelMap>(machine: Machine, handle: number): T {
  return mapOf(machine, handle) as T;
}

/** The element that an address lies in: the address of its key (0 when it is unknown) and of its value. */
export function elementOf(machine: Machine, handle: number, address: number): { key: number; value: number } {
  const map = hostOf(machine).mapAt(handle);
  const size = map?.definition.valueSizeBytes ?? 0;
  let found = { key: 0, value: address };
  map?.forEach?.(machine, (key, value) => {
    if (address < value || address >= value + size) return false;
    found = { key, value };
    return true;
  });
  return found;
}
