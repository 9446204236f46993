// What a JIT needs to know of a map to compile its lookup into the program. A map object has these members where it can
// (src/maps: array-layout.ts, hash-layout.ts and lookup-wasm.ts); the engines know no more of maps than this.

import type { FunctionBuilder, ModuleBuilder } from './wasm/index.js';

/** Value `index` is at valuesAddress + index * strideBytes + cpu * cpuStrideBytes; there is none at or above maxEntries. */
export interface ArrayLookup {
  readonly valuesAddress: number;
  readonly maxEntries: number;
  readonly strideBytes: number;
  readonly cpuStrideBytes: number;
  /** The value is a word that holds what a lookup gives. */
  readonly indirect: boolean;
}

/** Where a map's values lie, for as long as the map lives; a map whose lookup is a call has nothing of it. */
export interface MapLookup {
  readonly arrayLayout?: ArrayLookup | undefined;
  readonly hashLayout?: HashLookup | undefined;
  /**
   * Of a hash: adds the lookup to a module over the map's memory, `(key) -> value`, or `(key, cpu) -> value` with a stride of CPUs; all i32,
   * 0 for none.
   */
  addLookup?(module: ModuleBuilder, name: string): FunctionBuilder;
}

export interface HashLookup {
  readonly keySizeBytes: number;
  /** 0: one value for all CPUs. */
  readonly cpuStrideBytes: number;
}
