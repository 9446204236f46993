// The address space of memory.ts: one WebAssembly memory, an allocator over it, and its shadow.
//
//     0        64 KiB                                                     memory.buffer.byteLength     maximumBytes
//     | nothing | shadow: a byte for 8 bytes of [0, maximumBytes) | data ... | (grows)             ...  |
//
// The shadow is reserved for the largest size from the beginning, so that it never moves and compiled code can have its
// place as a constant. That costs nothing: a WebAssembly memory is zero filled and backed page by page as it is touched.
//
// The allocator is a segregated fit with immediate coalescing (Knuth, The Art of Computer Programming 1, 2.5; Wilson et al.,
// "Dynamic Storage Allocation", 1995). Its boundary tags stand outside of the memory, where no program can reach them. Behind
// every allocation lie at least 16 bytes that nobody may touch.

import {
  type Access,
  type AddressSpace,
  type AddressSpaceOptions,
  OutOfMemoryError,
  type Region,
  SHADOW_FULL,
  SHADOW_LENGTH_MASK,
  SHADOW_READ_ONLY,
} from './memory.js';

const PAGE_BYTES = 0x10000;
const DEFAULT_MAXIMUM_BYTES = 512 * 1024 * 1024;
const DEFAULT_INITIAL_BYTES = 1024 * 1024;
/** A WebAssembly memory has at most 65,536 pages; without the last one, `address + 8` never leaves 32 bits. */
const LIMIT_BYTES = 65_535 * PAGE_BYTES;
/** Blocks begin at multiples of this and are multiples of it long. */
const GRANULE_BYTES = 16;
/** What stays untouchable behind an allocation. */
const RED_ZONE_BYTES = 16;
/** Bins of free blocks: four for each power of two, so that the first block of the next bin always fits. */
const BINS = 32 * 4;
/** How many blocks of its own bin are looked at before a larger one is cut. */
const TRIES = 16;

/** A stretch of the data part: in use when it has a region, else free. Neighbours in memory are linked, and so are free blocks of a bin. */
interface Block {
  start: number;
  end: number;
  region: Region | undefined;
  before: Block | undefined;
  after: Block | undefined;
  binPrevious: Block | undefined;
  binNext: Block | undefined;
}

/** What stands in for WebAssembly.Memory where there is no WebAssembly: the same two members, over an ArrayBuffer. */
class PlainMemory {
  buffer: ArrayBuffer;
  constructor(pages: number) {
    this.buffer = new ArrayBuffer(pages * PAGE_BYTES);
  }

  grow(pages: number): number {
    const before = this.buffer.byteLength / PAGE_BYTES;
    const grown = new Uint8Array((before + pages) * PAGE_BYTES);
    grown.set(new Uint8Array(this.buffer));
    this.buffer = grown.buffer;
    return before;
  }
}

const pagesOf = (bytes: number): number => Math.ceil(bytes / PAGE_BYTES);
const roundUp = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;

/** The bin that a free block of so many bytes is kept in. Every block of a higher bin is longer. */
function binOf(sizeBytes: number): number {
  const log = 31 - Math.clz32(sizeBytes);
  return log * 4 + ((sizeBytes >>> (log - 2)) & 3);
}

/** Makes an address space. Throws RangeError for sizes that no WebAssembly memory can have. */
export function createAddressSpace(options: AddressSpaceOptions = {}): AddressSpace {
  return new Space(options);
}

class Space implements AddressSpace {
  readonly memory: WebAssembly.Memory;
  bytes!: Uint8Array<ArrayBuffer>;
  view!: DataView<ArrayBuffer>;
  readonly shadowAddress = PAGE_BYTES;
  readonly maximumBytes: number;
  readonly #dataAddress: number;
  readonly #bins: (Block | undefined)[] = new Array(BINS).fill(undefined);
  readonly #blocks = new Map<Region, Block>();
  readonly #listeners = new Set<() => void>();
  #first: Block;
  #last: Block;
  /** Memory from here on was never given to anyone: still zero. */
  #untouched: number;

  constructor({ initialBytes = DEFAULT_INITIAL_BYTES, maximumBytes = DEFAULT_MAXIMUM_BYTES }: AddressSpaceOptions) {
    const maximumPages = pagesOf(maximumBytes);
    this.maximumBytes = maximumPages * PAGE_BYTES;
    this.#dataAddress = PAGE_BYTES + roundUp(this.maximumBytes / 8, PAGE_BYTES);
    if (!(this.maximumBytes <= LIMIT_BYTES && this.maximumBytes > this.#dataAddress)) {
      throw new RangeError(`an address space has between 192 KiB and 4 GiB - 64 KiB, not ${maximumBytes} bytes`);
    }
    const pages = Math.min(maximumPages, pagesOf(this.#dataAddress + Math.max(initialBytes, PAGE_BYTES)));
    this.memory =
      typeof WebAssembly === 'object'
        ? new WebAssembly.Memory({ initial: pages, maximum: maximumPages })
        : (new PlainMemory(pages) as unknown as WebAssembly.Memory);
    this.#renewViews();
    this.#untouched = this.#dataAddress;
    this.#first = this.#last = newBlock(this.#dataAddress, this.bytes.length);
    this.#insert(this.#first);
  }

  allocate(sizeBytes: number, label: string, access: Access, alignBytes = 8): Region {
    if (!(sizeBytes >= 0 && sizeBytes <= LIMIT_BYTES)) {
      throw new OutOfMemoryError(`no room for ${label}: ${sizeBytes} bytes`);
    }
    if (!(alignBytes > 0 && alignBytes <= PAGE_BYTES && (alignBytes & (alignBytes - 1)) === 0)) {
      throw new RangeError(`memory is aligned to a power of two up to 64 KiB, not to ${alignBytes}`);
    }
    const align = Math.max(alignBytes, GRANULE_BYTES);
    const length = roundUp(sizeBytes + RED_ZONE_BYTES, GRANULE_BYTES);
    const block = this.#find(length, align) ?? this.#extend(length, align, label);
    this.#remove(block);
    const address = roundUp(block.start, align);
    if (address > block.start) this.#insert(this.#split(block, address, 'front'));
    if (block.end > address + length) this.#insert(this.#split(block, address + length, 'back'));

    const region: Region = { address, sizeBytes, label };
    block.region = region;
    this.#blocks.set(region, block);
    if (address < this.#untouched) this.bytes.fill(0, address, Math.min(address + sizeBytes, this.#untouched));
    this.#untouched = Math.max(this.#untouched, block.end);
    if (access !== 'none') this.setAccess(address, sizeBytes, access);
    return region;
  }

  free(region: Region): void {
    let block = this.#blocks.get(region);
    if (!block) throw new Error(`${region.label} is not allocated here, or was freed before`);
    this.#blocks.delete(region);
    block.region = undefined;
    const shadow = this.shadowAddress;
    this.bytes.fill(0, shadow + block.start / 8, shadow + block.end / 8);
    const { before, after } = block;
    if (after && !after.region) {
      this.#remove(after);
      this.#join(block, after);
    }
    if (before && !before.region) {
      this.#remove(before);
      this.#join(before, block);
      block = before;
    }
    this.#insert(block);
  }

  setAccess(address: number, sizeBytes: number, access: Access): void {
    const end = address + sizeBytes;
    if (!(address >= this.#dataAddress && sizeBytes >= 0 && end <= this.bytes.length)) {
      throw new RangeError(`[${hex(address)}, ${hex(end)}) is not in the data part of the address space`);
    }
    if (sizeBytes === 0) return;
    const { bytes, shadowAddress } = this;
    const flag = access === 'read' ? SHADOW_READ_ONLY : 0;
    const first = shadowAddress + (address >>> 3);
    const last = shadowAddress + (end >>> 3);
    const tail = end & 7;
    if (access === 'none') {
      // A byte of shadow can only say "the first n": what lies before the stretch in its first eight stays as it is.
      const kept = Math.min(bytes[first]! & SHADOW_LENGTH_MASK, address & 7);
      const cutsFirst = first < last || (bytes[first]! & SHADOW_LENGTH_MASK) <= tail;
      if (cutsFirst) bytes[first] = kept === 0 ? 0 : (bytes[first]! & SHADOW_READ_ONLY) | kept;
      if (last > first) {
        bytes.fill(0, first + 1, last);
        if (tail > 0 && (bytes[last]! & SHADOW_LENGTH_MASK) <= tail) bytes[last] = 0;
      }
      return;
    }
    bytes.fill(flag | SHADOW_FULL, first, last);
    if (tail > 0) bytes[last] = flag | Math.max(tail, bytes[last]! & SHADOW_LENGTH_MASK);
  }

  mayAccess(address: number, sizeBytes: number, write: boolean): boolean {
    const end = address + sizeBytes;
    if (!(address >= 0 && sizeBytes >= 0 && end <= this.bytes.length)) return false;
    const { bytes, shadowAddress } = this;
    for (let at = address; at < end; at = at - (at & 7) + 8) {
      const shadow = bytes[shadowAddress + (at >>> 3)]!;
      if (write && (shadow & SHADOW_READ_ONLY) !== 0) return false;
      if ((shadow & SHADOW_LENGTH_MASK) < Math.min(end - (at - (at & 7)), 8)) return false;
    }
    return true;
  }

  describe(address: number): string {
    if (address < PAGE_BYTES) return address === 0 ? 'null' : `${count(address)} past null`;
    if (address >= this.maximumBytes) return 'no address of this memory';
    if (address < this.#dataAddress) return 'memory that belongs to the machine itself';
    let nearest = '';
    let distance = Infinity;
    for (let block: Block | undefined = this.#first; block; block = block.after) {
      const { region } = block;
      if (!region) continue;
      const past = address - region.address - region.sizeBytes;
      if (address >= region.address && past < 0) {
        return address === region.address ? region.label : `${count(address - region.address)} into ${region.label}`;
      }
      if (past >= 0 && past < distance) {
        distance = past;
        nearest = past === 0 ? `the end of ${region.label}` : `${count(past)} past the end of ${region.label}`;
      }
      if (region.address > address) {
        if (region.address - address < distance) {
          distance = region.address - address;
          nearest = `${count(distance)} before ${region.label}`;
        }
        break;
      }
    }
    return distance <= PAGE_BYTES ? nearest : 'memory that belongs to nothing';
  }

  onGrow(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A free block that holds `length` bytes at a multiple of `align`; undefined when there is none. */
  #find(length: number, align: number): Block | undefined {
    const fits = (block: Block): boolean => roundUp(block.start, align) + length <= block.end;
    const own = binOf(length);
    let tries = TRIES;
    for (let block = this.#bins[own]; block && tries > 0; block = block.binNext, tries--) {
      if (fits(block)) return block;
    }
    for (let bin = own + 1; bin < BINS; bin++) {
      tries = TRIES;
      for (let block = this.#bins[bin]; block && tries > 0; block = block.binNext, tries--) {
        if (fits(block)) return block;
      }
    }
    return undefined;
  }

  /** Grows the memory until its last block holds `length` bytes at a multiple of `align`. */
  #extend(length: number, align: number, label: string): Block {
    const from = this.#last.region ? this.#last.end : this.#last.start;
    const needed = roundUp(from, align) + length - this.bytes.length;
    const current = this.bytes.length - this.#dataAddress;
    const wanted = Math.max(needed, current >>> 2, DEFAULT_INITIAL_BYTES);
    const room = this.maximumBytes - this.bytes.length;
    if (needed > room) {
      throw new OutOfMemoryError(`no room for ${label}: the address space is limited to ${this.maximumBytes} bytes`);
    }
    const before = this.bytes.length;
    const grown = [Math.min(wanted, room), needed].some(bytes => {
      try {
        this.memory.grow(pagesOf(bytes));
        return true;
      } catch {
        return false;
      }
    });
    if (!grown) throw new OutOfMemoryError(`no room for ${label}: this machine gives no more memory`);
    this.#renewViews();
    for (const listener of this.#listeners) listener();
    if (this.#last.region) {
      const block = newBlock(before, this.bytes.length);
      block.before = this.#last;
      this.#last.after = block;
      this.#last = block;
    } else {
      this.#remove(this.#last);
      this.#last.end = this.bytes.length;
    }
    this.#insert(this.#last);
    return this.#last;
  }

  #renewViews(): void {
    const buffer = this.memory.buffer as ArrayBuffer;
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
  }

  /** Cuts a block at an address; the piece cut off, free and in no bin yet, is returned. */
  #split(block: Block, address: number, piece: 'front' | 'back'): Block {
    if (piece === 'front') {
      const front = newBlock(block.start, address);
      block.start = address;
      front.before = block.before;
      front.after = block;
      if (block.before) block.before.after = front;
      else this.#first = front;
      block.before = front;
      return front;
    }
    const back = newBlock(address, block.end);
    block.end = address;
    back.after = block.after;
    back.before = block;
    if (block.after) block.after.before = back;
    else this.#last = back;
    block.after = back;
    return back;
  }

  /** Makes two neighbours one: the first. */
  #join(block: Block, next: Block): void {
    block.end = next.end;
    block.after = next.after;
    if (next.after) next.after.before = block;
    else this.#last = block;
  }

  #insert(block: Block): void {
    const bin = binOf(block.end - block.start);
    const head = this.#bins[bin];
    block.binPrevious = undefined;
    block.binNext = head;
    if (head) head.binPrevious = block;
    this.#bins[bin] = block;
  }

  #remove(block: Block): void {
    if (block.binNext) block.binNext.binPrevious = block.binPrevious;
    if (block.binPrevious) block.binPrevious.binNext = block.binNext;
    else this.#bins[binOf(block.end - block.start)] = block.binNext;
    block.binPrevious = block.binNext = undefined;
  }
}

function newBlock(start: number, end: number): Block {
  return {
    start,
    end,
    region: undefined,
    before: undefined,
    after: undefined,
    binPrevious: undefined,
    binNext: undefined,
  };
}

const hex = (address: number): string => `0x${address.toString(16)}`;
const count = (bytes: number): string => (bytes === 1 ? '1 byte' : `${bytes} bytes`);
