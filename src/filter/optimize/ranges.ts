// Sets of unsigned 32-bit numbers as sorted, disjoint ranges: [low, high, low, high, ...], inclusive.

export type Ranges = readonly number[];

/** More ranges than this become the one that spans them: what is known gets less, never wrong. */
const MOST_RANGES = 48;

/** The numbers of the set between `low` and `high`. */
export function between(ranges: Ranges, low: number, high: number): Ranges {
  if (ranges.length > 0 && low <= ranges[0]! && high >= ranges[ranges.length - 1]!) return ranges;
  const cut: number[] = [];
  for (let i = 0; i < ranges.length; i += 2) {
    const from = Math.max(ranges[i]!, low);
    const to = Math.min(ranges[i + 1]!, high);
    if (from <= to) cut.push(from, to);
  }
  return cut;
}

/** The set without one number. */
export function without(ranges: Ranges, k: number): Ranges {
  const left: number[] = [];
  for (let i = 0; i < ranges.length; i += 2) {
    const low = ranges[i]!;
    const high = ranges[i + 1]!;
    if (k < low || k > high) {
      left.push(low, high);
    } else {
      if (low < k) left.push(low, k - 1);
      if (k < high) left.push(k + 1, high);
    }
  }
  return widened(left);
}

/** The numbers of either set. */
export function union(a: Ranges, b: Ranges): Ranges {
  if (a === b) return a;
  const both: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const takeA = j >= b.length || (i < a.length && a[i]! <= b[j]!);
    const low = takeA ? a[i]! : b[j]!;
    const high = takeA ? a[i + 1]! : b[j + 1]!;
    if (takeA) i += 2;
    else j += 2;
    const last = both.length - 1;
    if (last > 0 && low <= both[last]! + 1) both[last] = Math.max(both[last]!, high);
    else both.push(low, high);
  }
  return widened(both);
}

export function contains(ranges: Ranges, k: number): boolean {
  for (let i = 0; i < ranges.length; i += 2) if (k >= ranges[i]! && k <= ranges[i + 1]!) return true;
  return false;
}

export function same(a: Ranges, b: Ranges): boolean {
  return a === b || (a.length === b.length && a.every((bound, index) => bound === b[index]));
}

function widened(ranges: number[]): Ranges {
  return ranges.length > 2 * MOST_RANGES ? [ranges[0]!, ranges[ranges.length - 1]!] : ranges;
}
