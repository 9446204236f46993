// Time and chance of a simulated kernel. Both are given from outside; what stands in for them here gives the same values in every run.

/** CLOCK_MONOTONIC when nothing else is asked for: a second after boot, and a microsecond more each time it is read. */
export class SteppingClock {
  #ns = 1_000_000_000;

  readonly now = (): number => {
    this.#ns += 1000;
    return this.#ns;
  };

  /** Lets time pass. */
  advance(ns: number): void {
    this.#ns += ns;
  }
}

/** xorshift32 (Marsaglia, "Xorshift RNGs", 2003): uniform over all u32 but 0, and the same row for the same seed. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0 || 0x9e3779b9;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
