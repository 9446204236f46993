// Canonical Huffman codes as deflate uses them (RFC 1951, section 3.2.2): a table of the next bits for short codes, and
// counting through the lengths, a bit at a time, for long ones.

export const MAXIMUM_CODE_BITS = 15;

/** Codes up to this length are found with one look. */
export const TABLE_BITS = 10;
const TABLE_MASK = (1 << TABLE_BITS) - 1;

export class HuffmanCode {
  /** Next TABLE_BITS bits -> symbol << 4 | length; 0 where the code is longer. */
  readonly table = new Uint16Array(1 << TABLE_BITS);
  readonly #counts = new Uint16Array(MAXIMUM_CODE_BITS + 1);
  readonly #offsets = new Uint16Array(MAXIMUM_CODE_BITS + 2);
  readonly #symbols: Uint16Array;

  constructor(maximumSymbols: number) {
    this.#symbols = new Uint16Array(maximumSymbols);
  }

  /**
   * Builds the code whose symbols n have lengths[start + n] bits, 0 for none.
   * Returns whether the lengths make a code: neither over-subscribed nor, but for a single code of one bit, incomplete.
   */
  build(lengths: Uint8Array, start: number, end: number): boolean {
    const counts = this.#counts.fill(0);
    for (let i = start; i < end; i++) counts[lengths[i]!]!++;
    const used = end - start - counts[0]!;
    counts[0] = 0;
    let free = 1;
    for (let bits = 1; bits <= MAXIMUM_CODE_BITS; bits++) {
      free = free * 2 - counts[bits]!;
      if (free < 0) return false;
    }
    if (free > 0 && !(used === 0 || (used === 1 && counts[1] === 1))) return false;

    const offsets = this.#offsets;
    offsets[1] = 0;
    for (let bits = 1; bits <= MAXIMUM_CODE_BITS; bits++) offsets[bits + 1] = offsets[bits]! + counts[bits]!;
    const symbols = this.#symbols;
    for (let i = start; i < end; i++) {
      const bits = lengths[i]!;
      if (bits !== 0) symbols[offsets[bits]!++] = i - start;
    }
    this.#fillTable();
    return true;
  }

  #fillTable(): void {
    const table = this.table.fill(0);
    let code = 0;
    let index = 0;
    for (let bits = 1; bits <= TABLE_BITS; bits++, code <<= 1) {
      for (let n = this.#counts[bits]!; n > 0; n--, code++, index++) {
        const entry = (this.#symbols[index]! << 4) | bits;
        for (let at = reverse(code, bits); at < table.length; at += 1 << bits) table[at] = entry;
      }
    }
  }

  /**
   * The symbol whose code `bits` begins with, as symbol << 4 | length; 0 when none does.
   * `bits` holds at least MAXIMUM_CODE_BITS bits, the first one lowest.
   */
  decode(bits: number): number {
    return this.table[bits & TABLE_MASK]! || this.#decodeLong(bits);
  }

  #decodeLong(bits: number): number {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length <= MAXIMUM_CODE_BITS; length++) {
      code |= (bits >>> (length - 1)) & 1;
      const count = this.#counts[length]!;
      if (code - count < first) return (this.#symbols[index + (code - first)]! << 4) | length;
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    return 0;
  }
}

function reverse(code: number, bits: number): number {
  let reversed = 0;
  for (let i = 0; i < bits; i++) reversed |= ((code >>> i) & 1) << (bits - 1 - i);
  return reversed;
}
