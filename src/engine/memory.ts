// The memory that programs see. One address space a simulated kernel: a WebAssembly memory, in which stacks, contexts,
// packets, map values and everything else a program can point at lie. A BPF pointer is an offset into it, zero extended to 64 bits, so
// that a pointer also fits the 32-bit fields that contexts have for `data` and `data_end`. Nothing lies in the first page: 0 is null.
//
// What may be touched is kept beside it as *shadow* bytes, one for eight bytes of memory, as AddressSanitizer does (Serebryany et
// al., 2012): engines in checked mode look there, and between two allocations there is always something that may not be touched.

/** What a program may do with a region. */
export type Access = 'none' | 'read' | 'read-write';

/** A piece of the address space that belongs to one thing. */
export interface Region {
  readonly address: number;
  /** Bytes that were reserved. */
  readonly sizeBytes: number;
  /** For errors: "value of map counts", "stack of frame 2", "packet". */
  readonly label: string;
}

/** Implemented in address-space.ts. Addresses are unsigned 32-bit numbers. */
export interface AddressSpace {
  readonly memory: WebAssembly.Memory;
  /** Views over all of the memory; renewed when it grows, so read them anew after every allocation. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView<ArrayBuffer>;
  /** Where the shadow begins: the shadow byte of address a is at `shadowAddress + (a >>> 3)`. */
  readonly shadowAddress: number;
  /**
   * Reserves memory, zeroed, at least 8-byte aligned, with `access`. Throws when the address space's limit is reached (ENOMEM
   * for whoever asked).
   */
  allocate(sizeBytes: number, label: string, access: Access, alignBytes?: number): Region;
  free(region: Region): void;
  /** Makes [address, address + sizeBytes) touchable, and says how; used when a packet's head or tail moves. */
  setAccess(address: number, sizeBytes: number, access: Access): void;
  /** Whether all of the bytes may be touched so. */
  mayAccess(address: number, sizeBytes: number, write: boolean): boolean;
  /** What lies at or near an address, for an error message: "4 bytes past the end of value of map counts". */
  describe(address: number): string;
}
