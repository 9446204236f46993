// The door of the map room: every map type of bpf(2), over the address space that programs see.

export type { ArrayLayout } from './array-layout.js';
export * from './errno.js';
export * from './flags.js';
export { type HashLayout, NODE } from './hash-layout.js';
export type * from './map.js';
export { MapRegistry, mapRegistry } from './registry.js';
