// arena: pages that programs and user space share (kernel/bpf/arena.c). The kernel reserves 4 GiB of addresses; here an arena is a
// stretch of max_entries pages of the address space, of which those that were allocated may be touched.

import { BaseMap } from '../base-map.js';
import { ERRNO } from '../errno.js';
import { KERNEL_LIMITS } from '../flags.js';
import type { MapDefinition, MapHost } from '../map.js';

const PAGE = KERNEL_LIMITS.pageBytes;

export class ArenaMap extends BaseMap {
  readonly valuesAddress: number;
  readonly mappableBytes: number;
  /** 1: the page is allocated. */
  readonly #pages: Uint8Array;
  /** Address that user space sees its beginning at: map_extra, or where it lies. */
  readonly userAddress: bigint;

  constructor(host: MapHost, definition: MapDefinition) {
    super(host, definition);
    this.mappableBytes = definition.maxEntries * PAGE;
    this.valuesAddress = this.allocate(this.mappableBytes, `arena ${definition.name}`, 'none', PAGE).address;
    this.#pages = new Uint8Array(definition.maxEntries);
    this.userAddress = definition.mapExtra || BigInt(this.valuesAddress);
  }

  /** bpf_arena_alloc_pages: the first of `count` zeroed pages in a row, at `address` or (0) the first free place; 0: no room. */
  allocatePages(address: number, count: number): number {
    if (count === 0 || count > this.#pages.length || address % PAGE !== 0) return 0;
    const first = address === 0 ? this.#firstFree(count) : this.#pageOf(address);
    if (first < 0 || first + count > this.#pages.length) return 0;
    if (this.#pages.subarray(first, first + count).includes(1)) return 0;
    this.#pages.fill(1, first, first + count);
    const start = this.valuesAddress + first * PAGE;
    this.host.space.bytes.fill(0, start, start + count * PAGE);
    this.host.space.setAccess(start, count * PAGE, 'read-write');
    return start;
  }

  /** bpf_arena_free_pages. Pages that are not allocated stay so. */
  freePages(address: number, count: number): void {
    const first = this.#pageOf(address - (address % PAGE));
    if (first < 0) return;
    const end = Math.min(first + count, this.#pages.length);
    if (end <= first) return;
    this.#pages.fill(0, first, end);
    this.host.space.setAccess(this.valuesAddress + first * PAGE, (end - first) * PAGE, 'none');
  }

  /** What user space does by touching a page that is not there: it becomes allocated (without SEGV_ON_FAULT). */
  faultIn(address: number): boolean {
    const page = this.#pageOf(address - (address % PAGE));
    if (page < 0) return false;
    return this.#pages[page] === 1 || this.allocatePages(this.valuesAddress + page * PAGE, 1) !== 0;
  }

  override update(): number {
    return -ERRNO.EOPNOTSUPP;
  }

  override userLookup(): number {
    return -ERRNO.EINVAL;
  }

  /** Number of the page at an address, -1 when it is not the arena's. */
  #pageOf(address: number): number {
    const page = Math.floor((address - this.valuesAddress) / PAGE);
    return page >= 0 && page < this.#pages.length ? page : -1;
  }

  #firstFree(count: number): number {
    let run = 0;
    for (let page = 0; page < this.#pages.length; page++) {
      run = this.#pages[page] === 0 ? run + 1 : 0;
      if (run === count) return page - count + 1;
    }
    return -1;
  }
}
