// Typed views over an address space, renewed when its memory has grown, and the copies that maps make of small values.

import type { AddressSpace } from '../engine/index.js';
import type { SpecialField } from './map.js';

export class Heap {
  readonly space: AddressSpace;
  u8: Uint8Array<ArrayBuffer>;
  u32: Uint32Array<ArrayBuffer>;
  view: DataView<ArrayBuffer>;

  constructor(space: AddressSpace) {
    this.space = space;
    this.u8 = space.bytes;
    this.u32 = new Uint32Array(space.bytes.buffer);
    this.view = space.view;
  }

  /** Call first in every operation, and after every allocation. */
  renew(): void {
    if (this.u8 !== this.space.bytes) {
      this.u8 = this.space.bytes;
      this.u32 = new Uint32Array(this.u8.buffer);
      this.view = this.space.view;
    }
  }

  /** Copies bytes that may overlap. Small ones word by word: a call of copyWithin costs more. */
  copy(to: number, from: number, sizeBytes: number): void {
    const { view } = this;
    if (sizeBytes <= 64 && (to >= from + sizeBytes || to <= from)) {
      let at = 0;
      for (; at + 4 <= sizeBytes; at += 4) view.setUint32(to + at, view.getUint32(from + at, true), true);
      for (; at < sizeBytes; at++) this.u8[to + at] = this.u8[from + at]!;
    } else {
      this.u8.copyWithin(to, from, from + sizeBytes);
    }
  }

  zero(address: number, sizeBytes: number): void {
    this.u8.fill(0, address, address + sizeBytes);
  }

  equal(a: number, b: number, sizeBytes: number): boolean {
    const { view } = this;
    let at = 0;
    for (; at + 4 <= sizeBytes; at += 4) {
      if (view.getInt32(a + at, true) !== view.getInt32(b + at, true)) return false;
    }
    for (; at < sizeBytes; at++) if (this.u8[a + at] !== this.u8[b + at]) return false;
    return true;
  }

  /** copy_map_value: all but the special fields. */
  copyValue(to: number, from: number, sizeBytes: number, fields: readonly SpecialField[]): void {
    let at = 0;
    for (const field of fields) {
      this.copy(to + at, from + at, field.offsetBytes - at);
      at = field.offsetBytes + field.sizeBytes;
    }
    this.copy(to + at, from + at, sizeBytes - at);
  }

  /** check_and_init_map_value: the special fields become zero. */
  clearFields(value: number, fields: readonly SpecialField[]): void {
    for (const field of fields) this.zero(value + field.offsetBytes, field.sizeBytes);
  }
}

export const roundUp8 = (bytes: number): number => Math.ceil(bytes / 8) * 8;

/** The next power of two at or above a number up to 2^31; 2^32 above that. */
export const roundUpToPowerOfTwo = (value: number): number => (value <= 1 ? 1 : 2 ** (32 - Math.clz32(value - 1)));
