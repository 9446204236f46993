// "Did you mean": the nearest of some known words by Damerau-Levenshtein distance (optimal string alignment), bounded.

/** Words longer than this are nobody's typing error. */
const MAX_WORD_LENGTH = 40;

/** Edits (insert, delete, replace, swap of neighbours) between two short words; more than `limit` gives limit + 1. */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let previous: number[] = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row: number[] = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(row[j - 1]! + 1, previous[j]! + 1, previous[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, before[j - 2]! + 1);
      row.push(cost);
      if (cost < least) least = cost;
    }
    if (least > limit) return limit + 1;
    before = previous;
    previous = row;
  }
  return previous[b.length]!;
}

/** The nearest of `known` to `word`, if it is near enough to be a slip of the fingers: one edit in three letters, three at most. */
export function closestName(word: string, known: Iterable<string>): string | undefined {
  if (word.length === 0 || word.length > MAX_WORD_LENGTH) return undefined;
  const lower = word.toLowerCase();
  let limit = Math.min(3, Math.ceil(word.length / 3));
  let best: string | undefined;
  for (const candidate of known) {
    if (candidate === word) continue;
    const distance = editDistance(lower, candidate.toLowerCase(), limit);
    if (distance > limit) continue;
    if (distance === 0) return candidate;
    if (best === undefined || distance < limit) best = candidate;
    limit = Math.min(limit, distance);
  }
  return best;
}
