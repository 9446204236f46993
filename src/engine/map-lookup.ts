// What a JIT needs to know of a map to compile its lookup into the program. A map object has these members where it can
// (src/maps: array-layout.ts and hash-layout.ts describe what lies in memory); the engines know no more of maps than this.

/** Value `index` is at valuesAddress + index * strideBytes + cpu * cpuStrideBytes; there is none at or above maxEntries. */
export interface ArrayLookup {
  readonly valuesAddress: number;
  readonly maxEntries: number;
  readonly strideBytes: number;
  readonly cpuStrideBytes: number;
  /** The value is a word that holds what a lookup gives. */
  readonly indirect: boolean;
}

/** Buckets of linked nodes: the numbers of src/maps/hash-layout.ts, where the hash function is described. */
export interface HashLookup {
  readonly bucketsAddress: number;
  readonly bucketMask: number;
  readonly seed: number;
  readonly keySizeBytes: number;
  readonly valueOffsetBytes: number;
  readonly cpuStrideBytes: number;
  /** A lookup stores 1 in the node's third word. */
  readonly lru: boolean;
  readonly indirect: boolean;
}

/** Where a map's values lie, for as long as the map lives; neither for a map whose lookup is a call. */
export interface MapLookup {
  readonly arrayLayout?: ArrayLookup | undefined;
  readonly hashLayout?: HashLookup | undefined;
}
