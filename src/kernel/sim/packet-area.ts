// Where the packet of a run lies: a stretch of the address space with room in front and behind, as an skb's or an XDP frame's buffer has
// it. Only what the program may touch is touchable: metadata and packet; the shadow follows every move, and is left alone between packets of one
// length, which is what a long capture mostly has.

import type { AddressSpace, Region } from '../../engine/index.js';

export class PacketArea {
  readonly space: AddressSpace;
  readonly #label: string;
  #region: Region;
  /** Of the first byte that the program sees. */
  address = 0;
  lengthBytes = 0;
  metaBytes = 0;
  #headroomBytes = 0;
  #tailroomBytes = 0;
  /** What the shadow says can be touched. */
  #shownStart = 0;
  #shownEnd = 0;

  constructor(space: AddressSpace, label: string, capacityBytes: number) {
    this.space = space;
    this.#label = label;
    this.#region = space.allocate(capacityBytes, label, 'none');
    this.address = this.#region.address;
  }

  /** First byte of the buffer, head room included. */
  get start(): number {
    return this.#region.address;
  }

  /** Behind the last byte, tail room included. */
  get end(): number {
    return this.address + this.lengthBytes + this.tailroomBytes;
  }

  /** Bytes in front of the packet and its metadata. */
  get headroomBytes(): number {
    return this.#headroomBytes;
  }

  get tailroomBytes(): number {
    return this.#tailroomBytes;
  }

  /** Puts a packet in, with so much room around it. `from` of `start` to `end` is copied. */
  load(
    from: Uint8Array,
    start: number,
    end: number,
    headroomBytes: number,
    tailroomBytes: number,
    metaBytes = 0,
  ): void {
    const lengthBytes = end - start;
    const total = headroomBytes + lengthBytes + tailroomBytes;
    if (total > this.#region.sizeBytes) this.#replace(Math.max(total, 2 * this.#region.sizeBytes));
    const { bytes } = this.space;
    const first = this.#region.address + headroomBytes;
    if (lengthBytes < 128) for (let i = 0; i < lengthBytes; i++) bytes[first + i] = from[start + i]!;
    else bytes.set(from.subarray(start, end), first);
    this.#headroomBytes = headroomBytes;
    this.#tailroomBytes = tailroomBytes;
    this.metaBytes = metaBytes;
    this.address = first + metaBytes;
    this.lengthBytes = lengthBytes - metaBytes;
    this.#show();
  }

  /** Zeroes the room around the packet, which the one before may have written to. */
  clearRoom(): void {
    const { bytes } = this.space;
    const first = this.address - this.metaBytes;
    bytes.fill(0, this.#region.address, first);
    bytes.fill(0, this.address + this.lengthBytes, this.end);
  }

  /** Moves beginning and end; metadata moves with the beginning. False when there is no room. */
  move(headDelta: number, tailDelta: number): boolean {
    const { bytes } = this.space;
    const length = this.lengthBytes - headDelta + tailDelta;
    if (this.#headroomBytes + headDelta < 0 || this.#tailroomBytes - tailDelta < 0 || length < 0) return false;
    if (headDelta !== 0 && this.metaBytes > 0) {
      const meta = this.address - this.metaBytes;
      bytes.copyWithin(meta + headDelta, meta, this.address);
    }
    if (tailDelta > 0) {
      const end = this.address + this.lengthBytes;
      bytes.fill(0, end, end + tailDelta);
    }
    this.#headroomBytes += headDelta;
    this.#tailroomBytes -= tailDelta;
    this.address += headDelta;
    this.lengthBytes = length;
    this.#show();
    return true;
  }

  /** Takes from, or gives back to, the head room. False when there is not so much. */
  setMeta(metaBytes: number): boolean {
    const headroom = this.#headroomBytes + this.metaBytes - metaBytes;
    if (headroom < 0) return false;
    this.#headroomBytes = headroom;
    this.metaBytes = metaBytes;
    this.#show();
    return true;
  }

  /** Makes room for a packet that grows beyond its buffer: what lies in it goes along to another address. */
  grow(headroomBytes: number, tailroomBytes: number): void {
    const { metaBytes } = this;
    const first = this.address - metaBytes;
    const content = this.space.bytes.slice(first, this.address + this.lengthBytes);
    this.#replace(headroomBytes + content.length + tailroomBytes);
    this.load(content, 0, content.length, headroomBytes, tailroomBytes, metaBytes);
  }

  /** The bytes of metadata and packet, in a buffer of their own. */
  take(withMeta: boolean): Uint8Array<ArrayBuffer> {
    const start = this.address - (withMeta ? this.metaBytes : 0);
    return this.space.bytes.slice(start, this.address + this.lengthBytes);
  }

  free(): void {
    this.space.free(this.#region);
  }

  #replace(capacityBytes: number): void {
    const old = this.#region;
    this.#region = this.space.allocate(capacityBytes, this.#label, 'none');
    this.space.free(old);
    this.#shownStart = this.#shownEnd = 0;
  }

  #show(): void {
    const start = this.address - this.metaBytes;
    const end = this.address + this.lengthBytes;
    if (start === this.#shownStart && end === this.#shownEnd) return;
    const { space } = this;
    if (start === this.#shownStart && this.#shownEnd > 0) {
      if (end < this.#shownEnd) space.setAccess(end, this.#shownEnd - end, 'none');
    } else if (this.#shownEnd > this.#shownStart) {
      space.setAccess(this.#shownStart, this.#shownEnd - this.#shownStart, 'none');
    }
    if (end > start) space.setAccess(start, end - start, 'read-write');
    this.#shownStart = start;
    this.#shownEnd = end;
  }
}
