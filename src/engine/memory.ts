// The memory that programs see. One address space a simulated kernel: a WebAssembly memory, in which stacks, contexts,
// packets, map values and everything else a program can point at lie. A BPF pointer is an offset into it, zero extended to 64 bits, so
// that a pointer also fits the 32-bit fields that contexts have for `data` and `data_end`. Nothing lies in the first page: 0 is null.
//
// What may be touched is kept beside it as *shadow* bytes, one for eight bytes of memory, as AddressSanitizer does (Serebryany et
// al., 2012): engines in checked mode look there, and between two allocations there is always something that may not be touched.

/** What a program may do with a region. */
export type Access = 'none' | 'read' | 'read-write';

/**
 * How a shadow byte is read. Its low bits are how many of the eight bytes, from the first one on, may be touched: 0 none, 8 all.
 * With SHADOW_READ_ONLY they may be read only. So, for an access of s bytes that stays within one eight, (a & 7) + s <= 8:
 *
 *     may read:   (load8_u(shadowAddress + (a >>> 3)) & SHADOW_LENGTH_MASK) >= (a & 7) + s
 *     may write:   load8_s(shadowAddress + (a >>> 3))                       >= (a & 7) + s      (signed: read-only is negative)
 *
 * An access over the border of two eights needs the first one's to be 8 and the second one's to be long enough. Addresses at or above
 * `maximumBytes` have no shadow: an engine compares with it first (as 64-bit numbers, which refuses every upper half but 0 too).
 */
export const SHADOW_FULL = 8;
export const SHADOW_LENGTH_MASK = 0x0f;
export const SHADOW_READ_ONLY = 0x80;

/** The address space has no room left. */
export class OutOfMemoryError extends Error {
  override readonly name = 'OutOfMemoryError';
  readonly code = 'ENOMEM';
  readonly errno = 12;
}

export interface AddressSpaceOptions {
  /** Memory for data to begin with; more comes as it is needed. Default 1 MiB. */
  readonly initialBytes?: number;
  /** Limit of the whole, shadow (an eighth of it) included. Default 512 MiB, at most 4 GiB - 64 KiB. */
  readonly maximumBytes?: number;
}

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
  /** No address is as large as this, however much the memory grows; shadow exists below it. */
  readonly maximumBytes: number;
  /**
   * Reserves memory, zeroed, at least 8-byte aligned, with `access`. Throws OutOfMemoryError when the address space's
   * limit is reached.
   */
  allocate(sizeBytes: number, label: string, access: Access, alignBytes?: number): Region;
  free(region: Region): void;
  /** Makes [address, address + sizeBytes) touchable, and says how; used when a packet's head or tail moves.
   * Exact at the end; at a beginning that is no multiple of 8, up to 7 bytes before it become touchable too. */
  setAccess(address: number, sizeBytes: number, access: Access): void;
  /** Whether all of the bytes may be touched so. */
  mayAccess(address: number, sizeBytes: number, write: boolean): boolean;
  /** Calls `listener` after each growth of the memory, when every view of it is void. Returns what ends that. */
  onGrow(listener: () => void): () => void;
  /** What lies at or near an address, for an error message: "4 bytes past the end of value of map counts". */
  describe(address: number): string;
}
