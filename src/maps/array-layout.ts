// How arrays lie in memory, so that a JIT can compile the lookup: value `index` is at valuesAddress + index * strideBytes (with
// the programs' per-CPU arrays: + cpu * cpuStrideBytes); an index at or above maxEntries has none. The key is a little endian u32.

export interface ArrayLayout {
  readonly valuesAddress: number;
  readonly maxEntries: number;
  readonly strideBytes: number;
  /** 0: one value for all CPUs. */
  readonly cpuStrideBytes: number;
  /** The value is a word that holds what a lookup gives: the handle of an inner map, 0 for none. */
  readonly indirect: boolean;
}
