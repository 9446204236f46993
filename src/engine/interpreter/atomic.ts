// Read-modify-write operations (RFC 9669, section 5.3), load-acquire and store-release. Programs of one address space run one at a
// time, so that every access is atomic; what is left are the operations themselves.

import type { AtomicOperation } from './decode.js';

/** The low half of a little-endian value of 1, 2, 4 or 8 bytes, zero extended. */
export function readLow(view: DataView, at: number, sizeBytes: number): number {
  switch (sizeBytes) {
    case 1:
      return view.getUint8(at);
    case 2:
      return view.getUint16(at, true);
    default:
      return view.getInt32(at, true);
  }
}

/** Writes the low half, cut to 1, 2 or 4 bytes. */
export function writeLow(view: DataView, at: number, sizeBytes: number, low: number): void {
  switch (sizeBytes) {
    case 1:
      view.setInt8(at, low);
      return;
    case 2:
      view.setInt16(at, low, true);
      return;
    default:
      view.setInt32(at, low, true);
  }
}

/** memory = memory op src, of 4 or 8 bytes; a fetch leaves the old value in src, a cmpxchg in r0, zero extended. */
export function runAtomic(
  { operation, sizeBytes, fetch }: AtomicOperation,
  view: DataView,
  at: number,
  low: Int32Array,
  high: Int32Array,
  src: number,
): void {
  const wide = sizeBytes === 8;
  // First the upper half: when it is outside of the memory, nothing has been done yet.
  const oldHigh = wide ? view.getInt32(at + 4, true) : 0;
  const oldLow = view.getInt32(at, true);
  const byLow = low[src]!;
  const byHigh = high[src]!;
  let newLow = byLow;
  let newHigh = byHigh;
  switch (operation) {
    case 'add':
      newLow = (oldLow + byLow) | 0;
      newHigh = oldHigh + byHigh + (newLow >>> 0 < byLow >>> 0 ? 1 : 0);
      break;
    case 'or':
      newLow = oldLow | byLow;
      newHigh = oldHigh | byHigh;
      break;
    case 'and':
      newLow = oldLow & byLow;
      newHigh = oldHigh & byHigh;
      break;
    case 'xor':
      newLow = oldLow ^ byLow;
      newHigh = oldHigh ^ byHigh;
      break;
    case 'cmpxchg': {
      const same = oldLow === low[0] && (!wide || oldHigh === high[0]);
      low[0] = oldLow;
      high[0] = oldHigh;
      if (!same) return;
      break;
    }
    default: // xchg
  }
  view.setInt32(at, newLow, true);
  if (wide) view.setInt32(at + 4, newHigh, true);
  if (fetch && operation !== 'cmpxchg') {
    low[src] = oldLow;
    high[src] = oldHigh;
  }
}
