// The map types: one row each. createMap, docs/maps.md, reports and tests iterate it.
//
// Names are bpftool's; numbers enum bpf_map_type of include/uapi/linux/bpf.h. The kernel's checks when a map is created are its
// map_alloc_check and map_alloc functions, in the file that each type's own names; `check` answers 0 or -errno as they do.

import { ERRNO } from './errno.js';
import { ACCESS_FLAGS, CREATE_FLAGS, flagMask, KERNEL_LIMITS } from './flags.js';
import { roundUp8 } from './heap.js';
import type { KernelMap, MapDefinition, MapHost } from './map.js';
import { ArenaMap } from './types/arena.js';
import { ArrayMap } from './types/array.js';
import { BloomFilterMap } from './types/bloom-filter.js';
import { CgroupArray } from './types/cgroup-array.js';
import { CgroupStorageMap } from './types/cgroup-storage.js';
import { CpuMap } from './types/cpumap.js';
import { DeviceHashMap, DeviceMap } from './types/devmap.js';
import { HashMap } from './types/hash.js';
import { LocalStorageMap, type StorageOwnerKind } from './types/local-storage.js';
import { LpmTrieMap } from './types/lpm-trie.js';
import { LruHashMap } from './types/lru-hash.js';
import { ArrayOfMaps, HashOfMaps } from './types/map-in-map.js';
import { PerfEventArray } from './types/perf-event-array.js';
import { ProgramArray } from './types/prog-array.js';
import { QueueStackMap } from './types/queue-stack.js';
import { RingBufferMap } from './types/ringbuf.js';
import { SOCKET_MAP_KINDS, SocketArrayMap, SocketHashMap } from './types/sockets.js';
import { StackTraceMap } from './types/stack-trace.js';
import { StructOpsMap } from './types/struct-ops.js';
import { UserRingBufferMap } from './types/user-ringbuf.js';

/** What programs (through helpers) and user space (through bpf(2)) can do with a type's elements. */
export type MapOperation = 'lookup' | 'update' | 'delete' | 'next' | 'lookup-and-delete' | 'batch' | 'for-each';

export interface MapTypeRow {
  /** As in bpftool: `percpu_hash`. */
  readonly name: string;
  /** enum bpf_map_type. */
  readonly number: number;
  /** Kernel that brought it: `4.6`. */
  readonly since: string;
  /** One line. */
  readonly meaning: string;
  /** What user space may do with it. */
  readonly user: readonly MapOperation[];
  /** The helpers that programs use with it, without `bpf_`. */
  readonly helpers: readonly string[];
  /** Where the simulated map differs from the kernel's, if it does. */
  readonly differs?: string;
  /** 0, or -errno for a definition that cannot be. */
  readonly check: (definition: MapDefinition, host: MapHost) => number;
  readonly make: (host: MapHost, definition: MapDefinition) => KernelMap;
}

const { EINVAL, E2BIG, EPERM, ENOTSUPP, EBADF, ERANGE } = ERRNO;
const { allocationBytes, perCpuBytes, pageBytes, stackBytes, stackFrames } = KERNEL_LIMITS;

const has = (definition: MapDefinition, flag: keyof typeof CREATE_FLAGS): boolean =>
  (definition.flags & CREATE_FLAGS[flag]) !== 0;

/** Whether there are flags beyond those, or both of RDONLY_PROG and WRONLY_PROG. */
const badFlags = (definition: MapDefinition, mask: number): boolean =>
  (definition.flags & ~mask) !== 0 || (has(definition, 'RDONLY_PROG') && has(definition, 'WRONLY_PROG'));

const ARRAY_FLAGS = flagMask('NUMA_NODE', 'MMAPABLE', 'PRESERVE_ELEMS', 'INNER_MAP') | ACCESS_FLAGS;
const HASH_FLAGS = flagMask('NO_PREALLOC', 'NO_COMMON_LRU', 'NUMA_NODE', 'ZERO_SEED') | ACCESS_FLAGS;
const SIDE_FLAGS = flagMask('NUMA_NODE', 'RDONLY', 'WRONLY');
/** struct htab_elem without key and value. */
const HASH_ELEMENT_BYTES = 48;
/** The kernel's buckets are a power of two with 16 bytes each, and take no more than a u32 counts. */
const MOST_BUCKETS = 2 ** 27;
/** struct bpf_stack_build_id. */
const BUILD_ID_BYTES = 32;
/** Largest data of an LPM key, struct lpm_trie_node. */
const LPM = { dataBytes: 256, nodeBytes: 24 } as const;
/** BPF_LOCAL_STORAGE_MAX_VALUE_SIZE: what a u16 holds, without struct bpf_local_storage_elem. */
const STORAGE_BYTES = 0xffff - 128;

function checkArray(definition: MapDefinition): number {
  const { type, keySizeBytes, valueSizeBytes, maxEntries } = definition;
  const perCpu = type === 'percpu_array';
  if (maxEntries === 0 || keySizeBytes !== 4 || valueSizeBytes === 0) return -EINVAL;
  if (badFlags(definition, ARRAY_FLAGS) || (perCpu && has(definition, 'NUMA_NODE'))) return -EINVAL;
  if (type !== 'array' && (has(definition, 'MMAPABLE') || has(definition, 'INNER_MAP'))) return -EINVAL;
  if (type !== 'perf_event_array' && has(definition, 'PRESERVE_ELEMS')) return -EINVAL;
  if (valueSizeBytes > 0x7fffffff) return -E2BIG;
  return perCpu && roundUp8(valueSizeBytes) > perCpuBytes ? -E2BIG : 0;
}

function checkObjectArray(definition: MapDefinition): number {
  if (definition.valueSizeBytes !== 4) return -EINVAL;
  if (has(definition, 'RDONLY_PROG') || has(definition, 'WRONLY_PROG')) return -EINVAL;
  return checkArray(definition);
}

function checkHash(definition: MapDefinition, host: MapHost): number {
  const { type, keySizeBytes, valueSizeBytes, maxEntries } = definition;
  const perCpu = type === 'percpu_hash' || type === 'lru_percpu_hash';
  const lru = type === 'lru_hash' || type === 'lru_percpu_hash';
  const ownLists = has(definition, 'NO_COMMON_LRU');
  if (has(definition, 'ZERO_SEED') && host.privileged === false) return -EPERM;
  if (badFlags(definition, HASH_FLAGS) || (!lru && ownLists)) return -EINVAL;
  if (lru && has(definition, 'NO_PREALLOC')) return -ENOTSUPP;
  if (has(definition, 'NUMA_NODE') && (perCpu || ownLists)) return -EINVAL;
  if (maxEntries === 0 || keySizeBytes === 0 || valueSizeBytes === 0) return -EINVAL;
  if (keySizeBytes + valueSizeBytes >= allocationBytes - HASH_ELEMENT_BYTES) return -E2BIG;
  if (perCpu && roundUp8(valueSizeBytes) > perCpuBytes) return -E2BIG;
  return maxEntries > MOST_BUCKETS ? -E2BIG : 0;
}

const checkHashOfObjects = (definition: MapDefinition, host: MapHost): number =>
  definition.valueSizeBytes === 4 ? checkHash(definition, host) : -EINVAL;

/** The inner definition of a map in map: there, no map in map itself, and of a type that can be one. */
function checkInner({ inner }: MapDefinition): number {
  if (!inner) return -EBADF;
  if (inner.inner) return -EINVAL;
  return NO_INNER.has(inner.type) ? -ENOTSUPP : 0;
}

function checkLpm(definition: MapDefinition): number {
  const { keySizeBytes, valueSizeBytes, maxEntries } = definition;
  const wrong =
    maxEntries === 0 ||
    !has(definition, 'NO_PREALLOC') ||
    badFlags(definition, flagMask('NO_PREALLOC', 'NUMA_NODE') | ACCESS_FLAGS) ||
    keySizeBytes < 5 ||
    keySizeBytes > 4 + LPM.dataBytes ||
    valueSizeBytes === 0 ||
    valueSizeBytes > allocationBytes - LPM.dataBytes - LPM.nodeBytes;
  return wrong ? -EINVAL : 0;
}

function checkStackTrace(definition: MapDefinition): number {
  const { keySizeBytes, valueSizeBytes, maxEntries } = definition;
  if (badFlags(definition, SIDE_FLAGS | CREATE_FLAGS.STACK_BUILD_ID)) return -EINVAL;
  if (maxEntries === 0 || keySizeBytes !== 4 || valueSizeBytes < 8 || valueSizeBytes % 8 !== 0) return -EINVAL;
  const frameBytes = has(definition, 'STACK_BUILD_ID') ? BUILD_ID_BYTES : 8;
  if (valueSizeBytes % frameBytes !== 0 || valueSizeBytes / frameBytes > stackFrames) return -EINVAL;
  return maxEntries > 2 ** 31 ? -E2BIG : 0;
}

function checkQueue(definition: MapDefinition): number {
  const { keySizeBytes, valueSizeBytes, maxEntries } = definition;
  if (maxEntries === 0 || keySizeBytes !== 0 || valueSizeBytes === 0) return -EINVAL;
  if (badFlags(definition, flagMask('NUMA_NODE') | ACCESS_FLAGS)) return -EINVAL;
  return valueSizeBytes > allocationBytes ? -E2BIG : 0;
}

function checkBloom(definition: MapDefinition): number {
  const { keySizeBytes, valueSizeBytes, maxEntries, mapExtra = 0n } = definition;
  if (valueSizeBytes === 0 || maxEntries === 0 || keySizeBytes !== 0 || (mapExtra & ~0xfn) !== 0n) return -EINVAL;
  if (badFlags(definition, flagMask('NUMA_NODE', 'ZERO_SEED') | ACCESS_FLAGS)) return -EINVAL;
  return valueSizeBytes > allocationBytes ? -E2BIG : 0;
}

function checkRing(definition: MapDefinition): number {
  const { keySizeBytes, valueSizeBytes, maxEntries } = definition;
  const powerOfTwo = maxEntries > 0 && Number.isInteger(Math.log2(maxEntries));
  if (badFlags(definition, flagMask('NUMA_NODE')) || keySizeBytes !== 0 || valueSizeBytes !== 0) return -EINVAL;
  return powerOfTwo && maxEntries % pageBytes === 0 ? 0 : -EINVAL;
}

/** Maps of indices with values of 4 bytes, or (`wide`) 8. */
const checkIndexed =
  (flags: number, wide: boolean) =>
  (definition: MapDefinition): number => {
    const { keySizeBytes, valueSizeBytes, maxEntries } = definition;
    const sizeFits = valueSizeBytes === 4 || (wide && valueSizeBytes === 8);
    return maxEntries === 0 || keySizeBytes !== 4 || !sizeFits || badFlags(definition, flags) ? -EINVAL : 0;
  };

const checkDevices = checkIndexed(SIDE_FLAGS, true);

function checkSocketHash(definition: MapDefinition): number {
  const { keySizeBytes, valueSizeBytes, maxEntries } = definition;
  if (maxEntries === 0 || keySizeBytes === 0 || (valueSizeBytes !== 4 && valueSizeBytes !== 8)) return -EINVAL;
  if (badFlags(definition, SIDE_FLAGS)) return -EINVAL;
  if (keySizeBytes > stackBytes) return -E2BIG;
  return maxEntries > MOST_BUCKETS ? -EINVAL : 0;
}

function checkCgroupStorage(definition: MapDefinition): number {
  const { type, keySizeBytes, valueSizeBytes, maxEntries } = definition;
  if (keySizeBytes !== 16 && keySizeBytes !== 8) return -EINVAL;
  if (valueSizeBytes === 0) return -EINVAL;
  const limit = type === 'percpu_cgroup_storage' ? Math.min(STORAGE_BYTES, perCpuBytes) : STORAGE_BYTES;
  if (valueSizeBytes > limit) return -E2BIG;
  return badFlags(definition, flagMask('NUMA_NODE') | ACCESS_FLAGS) || maxEntries !== 0 ? -EINVAL : 0;
}

function checkLocalStorage(definition: MapDefinition): number {
  const { keySizeBytes, valueSizeBytes, maxEntries } = definition;
  if (badFlags(definition, flagMask('NO_PREALLOC', 'CLONE')) || !has(definition, 'NO_PREALLOC')) return -EINVAL;
  if (maxEntries !== 0 || keySizeBytes !== 4 || valueSizeBytes === 0) return -EINVAL;
  if (definition.hasTypes === false) return -EINVAL;
  return valueSizeBytes > STORAGE_BYTES ? -E2BIG : 0;
}

function checkArena(definition: MapDefinition): number {
  const { keySizeBytes, valueSizeBytes, maxEntries, mapExtra = 0n } = definition;
  if (keySizeBytes !== 0 || valueSizeBytes !== 0 || maxEntries === 0 || !has(definition, 'MMAPABLE')) return -EINVAL;
  if (badFlags(definition, flagMask('SEGV_ON_FAULT', 'MMAPABLE', 'NO_USER_CONV'))) return -EINVAL;
  if (mapExtra % BigInt(pageBytes) !== 0n) return -EINVAL;
  const sizeBytes = BigInt(maxEntries) * BigInt(pageBytes);
  if (sizeBytes > 1n << 32n) return -E2BIG;
  return mapExtra !== 0n && mapExtra >> 32n !== (mapExtra + sizeBytes - 1n) >> 32n ? -ERANGE : 0;
}

function checkStructOps(definition: MapDefinition): number {
  const { keySizeBytes, maxEntries, valueSizeBytes } = definition;
  if (keySizeBytes !== 4 || maxEntries !== 1 || valueSizeBytes === 0) return -EINVAL;
  return (definition.flags & ~flagMask('LINK', 'VTYPE_BTF_OBJ_FD')) !== 0 ? -EINVAL : 0;
}

const EVERY_HASH: readonly MapOperation[] = ['lookup', 'update', 'delete', 'next', 'lookup-and-delete', 'batch'];
const KEYED: readonly MapOperation[] = ['lookup', 'update', 'delete', 'next'];
const HASH_HELPERS = ['map_lookup_elem', 'map_update_elem', 'map_delete_elem', 'for_each_map_elem'];
const QUEUE_HELPERS = ['map_push_elem', 'map_pop_elem', 'map_peek_elem'];
const LRU_DIFFERS = 'evicts one element at a time, and never for an update of an element that exists';

const storageRow = (
  name: string,
  number: number,
  since: string,
  owner: string,
  kind: StorageOwnerKind,
  helper: string,
): MapTypeRow => ({
  name,
  number,
  since,
  meaning: `a value that hangs on a ${owner} and goes with it`,
  user: ['lookup', 'update', 'delete'],
  helpers: [`${helper}_get`, `${helper}_delete`],
  check: checkLocalStorage,
  make: (host, definition) => new LocalStorageMap(host, definition, kind),
});

export const MAP_TYPES: readonly MapTypeRow[] = [
  {
    name: 'hash',
    number: 1,
    since: '3.19',
    meaning: 'a hash table: any key to any value',
    user: EVERY_HASH,
    helpers: HASH_HELPERS,
    check: checkHash,
    make: (host, definition) => new HashMap(host, definition),
  },
  {
    name: 'array',
    number: 2,
    since: '3.19',
    meaning: 'values in a row by index, zero at first; never deleted',
    user: ['lookup', 'update', 'next', 'batch'],
    helpers: ['map_lookup_elem', 'map_update_elem', 'for_each_map_elem'],
    check: checkArray,
    make: (host, definition) => new ArrayMap(host, definition),
  },
  {
    name: 'prog_array',
    number: 3,
    since: '4.2',
    meaning: 'programs by index, for tail calls',
    user: KEYED,
    helpers: ['tail_call'],
    check: checkObjectArray,
    make: (host, definition) => new ProgramArray(host, definition),
  },
  {
    name: 'perf_event_array',
    number: 4,
    since: '4.3',
    meaning: 'perf buffers and counters by index, usually one a CPU',
    user: ['update', 'delete', 'next'],
    helpers: ['perf_event_output', 'perf_event_read', 'perf_event_read_value', 'skb_output', 'xdp_output'],
    check: checkObjectArray,
    make: (host, definition) => new PerfEventArray(host, definition),
  },
  {
    name: 'percpu_hash',
    number: 5,
    since: '4.6',
    meaning: 'a hash table with a value for each CPU under every key',
    user: EVERY_HASH,
    helpers: [...HASH_HELPERS, 'map_lookup_percpu_elem'],
    check: checkHash,
    make: (host, definition) => new HashMap(host, definition, { perCpu: true }),
  },
  {
    name: 'percpu_array',
    number: 6,
    since: '4.6',
    meaning: 'an array with a value for each CPU at every index',
    user: ['lookup', 'update', 'next', 'batch'],
    helpers: ['map_lookup_elem', 'map_update_elem', 'for_each_map_elem', 'map_lookup_percpu_elem'],
    check: checkArray,
    make: (host, definition) => new ArrayMap(host, definition, { perCpu: true }),
  },
  {
    name: 'stack_trace',
    number: 7,
    since: '4.6',
    meaning: 'call stacks, each under a number that its hash gives',
    user: ['lookup', 'delete', 'next', 'lookup-and-delete'],
    helpers: ['get_stackid'],
    differs: 'stacks hash to other numbers',
    check: checkStackTrace,
    make: (host, definition) => new StackTraceMap(host, definition),
  },
  {
    name: 'cgroup_array',
    number: 8,
    since: '4.8',
    meaning: 'cgroups by index, to compare a packet or task with',
    user: ['update', 'delete', 'next'],
    helpers: ['skb_under_cgroup', 'current_task_under_cgroup'],
    check: checkObjectArray,
    make: (host, definition) => new CgroupArray(host, definition),
  },
  {
    name: 'lru_hash',
    number: 9,
    since: '4.10',
    meaning: 'a hash table that drops what was used least recently when it is full',
    user: EVERY_HASH,
    helpers: HASH_HELPERS,
    differs: LRU_DIFFERS,
    check: checkHash,
    make: (host, definition) => new LruHashMap(host, definition),
  },
  {
    name: 'lru_percpu_hash',
    number: 10,
    since: '4.10',
    meaning: 'both: least recently used goes, and a value for each CPU',
    user: EVERY_HASH,
    helpers: [...HASH_HELPERS, 'map_lookup_percpu_elem'],
    differs: LRU_DIFFERS,
    check: checkHash,
    make: (host, definition) => new LruHashMap(host, definition, { perCpu: true }),
  },
  {
    name: 'lpm_trie',
    number: 11,
    since: '4.11',
    meaning: 'longest prefix match: routes and networks',
    user: [...KEYED, 'batch'],
    helpers: ['map_lookup_elem', 'map_update_elem', 'map_delete_elem'],
    check: checkLpm,
    make: (host, definition) => new LpmTrieMap(host, definition),
  },
  {
    name: 'array_of_maps',
    number: 12,
    since: '4.12',
    meaning: 'maps by index',
    user: [...KEYED, 'batch'],
    helpers: ['map_lookup_elem'],
    check: definition => checkObjectArray(definition) || checkInner(definition),
    make: (host, definition) => new ArrayOfMaps(host, definition),
  },
  {
    name: 'hash_of_maps',
    number: 13,
    since: '4.12',
    meaning: 'maps by any key',
    user: [...KEYED, 'batch'],
    helpers: ['map_lookup_elem'],
    check: (definition, host) => checkHashOfObjects(definition, host) || checkInner(definition),
    make: (host, definition) => new HashOfMaps(host, definition),
  },
  {
    name: 'devmap',
    number: 14,
    since: '4.14',
    meaning: 'network devices by index, for XDP to redirect to',
    user: KEYED,
    helpers: ['redirect_map', 'map_lookup_elem'],
    check: checkDevices,
    make: (host, definition) => new DeviceMap(host, definition),
  },
  {
    name: 'sockmap',
    number: 15,
    since: '4.14',
    meaning: 'sockets by index, to redirect streams and datagrams to',
    user: KEYED,
    helpers: ['sk_redirect_map', 'msg_redirect_map', 'sock_map_update', 'map_lookup_elem', 'sk_select_reuseport'],
    check: checkIndexed(SIDE_FLAGS, true),
    make: (host, definition) => new SocketArrayMap(host, definition, SOCKET_MAP_KINDS.sockmap),
  },
  {
    name: 'cpumap',
    number: 16,
    since: '4.15',
    meaning: 'CPUs by number, for XDP to hand packets to',
    user: KEYED,
    helpers: ['redirect_map', 'map_lookup_elem'],
    check: definition => {
      const wrong = checkIndexed(flagMask('NUMA_NODE'), true)(definition);
      return wrong || (definition.maxEntries > KERNEL_LIMITS.cpus ? -E2BIG : 0);
    },
    make: (host, definition) => new CpuMap(host, definition),
  },
  {
    name: 'xskmap',
    number: 17,
    since: '4.18',
    meaning: 'AF_XDP sockets by index, for XDP to redirect to',
    user: ['update', 'delete', 'next'],
    helpers: ['redirect_map', 'map_lookup_elem'],
    check: checkIndexed(SIDE_FLAGS, false),
    make: (host, definition) => new SocketArrayMap(host, definition, SOCKET_MAP_KINDS.xskmap),
  },
  {
    name: 'sockhash',
    number: 18,
    since: '4.18',
    meaning: 'sockets by any key',
    user: KEYED,
    helpers: ['sk_redirect_hash', 'msg_redirect_hash', 'sock_hash_update', 'map_lookup_elem', 'sk_select_reuseport'],
    check: checkSocketHash,
    make: (host, definition) => new SocketHashMap(host, definition),
  },
  {
    name: 'cgroup_storage',
    number: 19,
    since: '4.19',
    meaning: 'a value for each cgroup that the program is attached to',
    user: ['lookup', 'update', 'next'],
    helpers: ['get_local_storage'],
    check: checkCgroupStorage,
    make: (host, definition) => new CgroupStorageMap(host, definition, { perCpu: false }),
  },
  {
    name: 'reuseport_sockarray',
    number: 20,
    since: '4.19',
    meaning: 'listening sockets by index, to choose one of a reuseport group',
    user: KEYED,
    helpers: ['sk_select_reuseport'],
    check: definition =>
      definition.valueSizeBytes === 4 || definition.valueSizeBytes === 8 ? checkArray(definition) : -EINVAL,
    make: (host, definition) => new SocketArrayMap(host, definition, SOCKET_MAP_KINDS.reuseport_sockarray),
  },
  {
    name: 'percpu_cgroup_storage',
    number: 21,
    since: '4.20',
    meaning: 'a value for each cgroup and CPU',
    user: ['lookup', 'update', 'next'],
    helpers: ['get_local_storage'],
    check: checkCgroupStorage,
    make: (host, definition) => new CgroupStorageMap(host, definition, { perCpu: true }),
  },
  {
    name: 'queue',
    number: 22,
    since: '4.20',
    meaning: 'values, first in first out',
    user: ['lookup', 'update', 'lookup-and-delete'],
    helpers: QUEUE_HELPERS,
    check: checkQueue,
    make: (host, definition) => new QueueStackMap(host, definition, 'fifo'),
  },
  {
    name: 'stack',
    number: 23,
    since: '4.20',
    meaning: 'values, last in first out',
    user: ['lookup', 'update', 'lookup-and-delete'],
    helpers: QUEUE_HELPERS,
    check: checkQueue,
    make: (host, definition) => new QueueStackMap(host, definition, 'lifo'),
  },
  storageRow('sk_storage', 24, '5.2', 'socket', 'socket-owner', 'sk_storage'),
  {
    name: 'devmap_hash',
    number: 25,
    since: '5.4',
    meaning: 'network devices by any number',
    user: KEYED,
    helpers: ['redirect_map', 'map_lookup_elem'],
    check: definition => checkDevices(definition) || (definition.maxEntries > 2 ** 31 ? -EINVAL : 0),
    make: (host, definition) => new DeviceHashMap(host, definition),
  },
  {
    name: 'struct_ops',
    number: 26,
    since: '5.6',
    meaning: 'a kernel struct of functions that are programs',
    user: ['lookup', 'update', 'delete', 'next'],
    helpers: [],
    check: checkStructOps,
    make: (host, definition) => new StructOpsMap(host, definition),
  },
  {
    name: 'ringbuf',
    number: 27,
    since: '5.8',
    meaning: 'records to user space, in order, from all CPUs',
    user: [],
    helpers: [
      'ringbuf_output',
      'ringbuf_reserve',
      'ringbuf_submit',
      'ringbuf_discard',
      'ringbuf_query',
      'ringbuf_reserve_dynptr',
    ],
    check: checkRing,
    make: (host, definition) => new RingBufferMap(host, definition),
  },
  storageRow('inode_storage', 28, '5.10', 'inode', 'inode', 'inode_storage'),
  storageRow('task_storage', 29, '5.11', 'task', 'task', 'task_storage'),
  {
    name: 'bloom_filter',
    number: 30,
    since: '5.16',
    meaning: 'a set of values that answers "no" or "perhaps"',
    user: ['lookup', 'update'],
    helpers: ['map_push_elem', 'map_peek_elem'],
    differs: 'other values collide: the hash function is another one',
    check: checkBloom,
    make: (host, definition) => new BloomFilterMap(host, definition),
  },
  {
    name: 'user_ringbuf',
    number: 31,
    since: '6.1',
    meaning: 'records from user space to programs',
    user: [],
    helpers: ['user_ringbuf_drain'],
    check: checkRing,
    make: (host, definition) => new UserRingBufferMap(host, definition),
  },
  storageRow('cgrp_storage', 32, '6.2', 'cgroup', 'cgroup', 'cgrp_storage'),
  {
    name: 'arena',
    number: 33,
    since: '6.9',
    meaning: 'pages that programs and user space share, with pointers that mean the same to both',
    user: [],
    helpers: ['arena_alloc_pages (kfunc)', 'arena_free_pages (kfunc)'],
    differs: 'takes max_entries pages of the address space instead of 4 GiB of their own',
    check: checkArena,
    make: (host, definition) => new ArenaMap(host, definition),
  },
];

/** Types that no map in map holds (they have no map_meta_equal). */
const NO_INNER: ReadonlySet<string> = new Set(['prog_array', 'struct_ops', 'cgroup_storage', 'percpu_cgroup_storage']);

const BY_NAME = new Map(MAP_TYPES.map(row => [row.name, row]));

export function mapTypeByName(name: string): MapTypeRow | undefined {
  return BY_NAME.get(name);
}

export function mapTypeByNumber(number: number): MapTypeRow | undefined {
  return MAP_TYPES[number - 1];
}
