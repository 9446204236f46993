// The door of the map room: every map type of bpf(2), over the address space that programs see.

export type { ArrayLayout } from './array-layout.js';
export { type BatchRequest, type BatchResult, MapCommands } from './commands.js';
export { checkDefinition, createMap } from './create.js';
export * from './errno.js';
export * from './flags.js';
export { type HashLayout, NODE } from './hash-layout.js';
export { addArrayLookup, addHashLookup, compileLookup } from './lookup-wasm.js';
export type * from './map.js';
export { PerfReader, type PerfReaderOptions, type PerfRecord } from './perf-buffer.js';
export { MapRegistry, mapRegistry } from './registry.js';
export { MAP_TYPES, type MapOperation, type MapTypeRow, mapTypeByName, mapTypeByNumber } from './table.js';
export { ArenaMap } from './types/arena.js';
export { CgroupStorageMap } from './types/cgroup-storage.js';
export { CpuMap } from './types/cpumap.js';
export { DeviceHashMap, DeviceMap } from './types/devmap.js';
export { LocalStorageMap } from './types/local-storage.js';
export { ObjectArray } from './types/object-array.js';
export { PerfEventArray } from './types/perf-event-array.js';
export { ProgramArray } from './types/prog-array.js';
export { RingBufferMap } from './types/ringbuf.js';
export { SocketArrayMap, SocketHashMap } from './types/sockets.js';
export { StackTraceMap } from './types/stack-trace.js';
export { STRUCT_OPS_STATE, StructOpsMap } from './types/struct-ops.js';
export { type UserRecord, UserRingBufferMap } from './types/user-ringbuf.js';
export { type ElementBatch, type MappedMemory, type UpdateMode, UserMap } from './user-map.js';
