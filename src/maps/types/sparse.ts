// Iterating maps whose elements are indices of which only some exist.

import { ERRNO } from '../errno.js';

/** The next index above the key's that exists; from the lowest on for no key or one that is not there. */
export function nextIndexOf(
  view: DataView,
  elements: ReadonlyMap<number, unknown>,
  key: number,
  out: number,
  limit: number,
): number {
  let from = key === 0 ? -1 : view.getUint32(key, true);
  if (from >= limit || !elements.has(from)) from = -1;
  let next = limit;
  for (const index of elements.keys()) if (index > from && index < next) next = index;
  if (next === limit) return -ERRNO.ENOENT;
  view.setUint32(out, next, true);
  return 0;
}
