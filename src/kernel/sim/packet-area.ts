// Where the packet of a run lies: a stretch of the address space with room in front and behind, as an skb's or an XDP frame's buffer has
// it. Only what the program may touch is touchable: metadata and packet; the shadow follows every move, and is left alone between packets of one
// length, which is what a long capture mostly has.

import type { AddressSpace, Region } from '../../engine/index.js';

/** From here on the built-in copy is the faster one. */
const LONG_BYTES = 512;

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
  /** Where packets last came from, and a view of it. */
  #source: Uint8Array = new Uint8Array(0);
  #sourceView = new DataView(this.#source.buffer);

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
    const first = this.#region.address + headroomBytes;
    this.#copyIn(from, start, lengthBytes, first);
    this.#headroomBytes = headroomBytes;
    this.#tailroomBytes = tailroomBytes;
    this.metaBytes = metaBytes;
    this.address = first + metaBytes;
    this.lengthBytes = lengthBytes - metaBytes;
    this.#show();
  }

  /** Whether the packet, without metadata, is other than bytes [start, end) of `from`. */
  differsFrom(from: Uint8Array, start: number, end: number, address: number, lengthBytes: number): boolean {
    if (lengthBytes !== end - start) return true;
    const source = this.#viewOf(from);
    const { view, bytes } = this.space;
    let at = 0;
    for (; at + 4 <= lengthBytes; at += 4) {
      if (view.getInt32(address + at, true) !== source.getInt32(start + at, true)) return true;
    }
    for (; at < lengthBytes; at++) if (bytes[address + at] !== from[start + at]) return true;
    return false;
  }

  /** Four bytes at a time: most packets are short, and making a view of each would cost more than copying it. */
  #copyIn(from: Uint8Array, start: number, lengthBytes: number, to: number): void {
    const { bytes, view } = this.space;
    if (lengthBytes > LONG_BYTES) {
      bytes.set(from.subarray(start, start + lengthBytes), to);
      return;
    }
    const source = this.#viewOf(from);
    let at = 0;
    for (; at + 4 <= lengthBytes; at += 4) view.setInt32(to + at, source.getInt32(start + at, true), true);
    for (; at < lengthBytes; at++) bytes[to + at] = from[start + at]!;
  }

  #viewOf(from: Uint8Array): DataView {
    if (from !== this.#source) {
      this.#source = from;
      this.#sourceView = new DataView(from.buffer, from.byteOffset, from.byteLength);
    }
    return this.#sourceView;
  }

  /** Zeroes the room around the packet, which the one before may have written to; `keptBytes` right in front of it stay. */
  clearRoom(keptBytes = 0): void {
    const { bytes } = this.space;
    const first = this.address - this.metaBytes - keptBytes;
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

  /** Where an address lies that may not be touched, in words of the packet; undefined: not in its buffer. */
  describe(address: number): string | undefined {
    if (address < this.start || address >= this.start + this.#region.sizeBytes) return undefined;
    const { lengthBytes, metaBytes } = this;
    const offset = address - this.address;
    const whole = `the packet, which has ${lengthBytes} bytes`;
    if (offset >= lengthBytes) return `${count(offset - lengthBytes)} past the end of ${whole}`;
    if (offset < -metaBytes)
      return `${count(-offset - metaBytes)} before ${metaBytes > 0 ? 'the metadata of ' : ''}${whole}`;
    return `byte ${offset} of ${whole}, and on beyond its end`;
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

const count = (bytes: number): string => (bytes === 1 ? '1 byte' : `${bytes} bytes`);
