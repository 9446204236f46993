// Hash-consing: equal tuples get equal numbers. An open-addressing table of numbers, since a list of fifty thousand hosts makes a
// million look-ups and a string key for each would be most of the compile time.

const FIELDS = 6;
/** A compilation makes dozens of tables, and those of usual filters stay small: up to here a plain list is quicker. */
const MOST_IN_LIST = 8;
/** Large tables are typed arrays; small ones would take longer to make than to use. */
const FEWEST_TYPED_SLOTS = 4096;

/** Numbers tuples of six 32-bit integers: 0, 1, 2... in the order they are first seen. */
export class Interner {
  /** How many different tuples have been seen. */
  size = 0;
  /** Hash slots with numbers of tuples, -1: free. Empty while the tuples are searched one by one. */
  #slots: number[] | Int32Array = NO_SLOTS;
  #tuples: number[] | Int32Array = [];

  /** The number of the tuple; a new one is `size` before the call. */
  intern(a: number, b: number, c = 0, d = 0, e = 0, f = 0): number {
    a |= 0;
    b |= 0;
    c |= 0;
    d |= 0;
    e |= 0;
    f |= 0;
    return this.#slots.length === 0 ? this.#internInList(a, b, c, d, e, f) : this.#internInTable(a, b, c, d, e, f);
  }

  #internInList(a: number, b: number, c: number, d: number, e: number, f: number): number {
    const tuples = this.#tuples as number[];
    for (let at = 0; at < tuples.length; at += FIELDS) {
      if (
        tuples[at] === a &&
        tuples[at + 1] === b &&
        tuples[at + 2] === c &&
        tuples[at + 3] === d &&
        tuples[at + 4] === e &&
        tuples[at + 5] === f
      ) {
        return at / FIELDS;
      }
    }
    tuples.push(a, b, c, d, e, f);
    if (++this.size > MOST_IN_LIST) this.#rehash(MOST_IN_LIST * 8);
    return this.size - 1;
  }

  #internInTable(a: number, b: number, c: number, d: number, e: number, f: number): number {
    const mask = this.#slots.length - 1;
    const tuples = this.#tuples;
    let slot = hash(a, b, c, d, e, f) & mask;
    for (let id = this.#slots[slot]!; id !== -1; id = this.#slots[slot]!) {
      const at = id * FIELDS;
      if (
        tuples[at] === a &&
        tuples[at + 1] === b &&
        tuples[at + 2] === c &&
        tuples[at + 3] === d &&
        tuples[at + 4] === e &&
        tuples[at + 5] === f
      ) {
        return id;
      }
      slot = (slot + 1) & mask;
    }
    const id = this.size++;
    this.#slots[slot] = id;
    const at = id * FIELDS;
    tuples[at] = a;
    tuples[at + 1] = b;
    tuples[at + 2] = c;
    tuples[at + 3] = d;
    tuples[at + 4] = e;
    tuples[at + 5] = f;
    // There is always room for one more.
    if (this.size * 2 >= this.#slots.length) this.#rehash(this.#slots.length * 4);
    return id;
  }

  #rehash(slotCount: number): void {
    let tuples = this.#tuples;
    let slots: number[] | Int32Array;
    if (slotCount < FEWEST_TYPED_SLOTS) {
      slots = new Array<number>(slotCount).fill(-1);
    } else {
      slots = new Int32Array(slotCount).fill(-1);
      const larger = new Int32Array((slotCount / 2) * FIELDS);
      larger.set(tuples);
      tuples = larger;
    }
    const mask = slotCount - 1;
    for (let id = 0; id < this.size; id++) {
      const at = id * FIELDS;
      let slot =
        hash(tuples[at]!, tuples[at + 1]!, tuples[at + 2]!, tuples[at + 3]!, tuples[at + 4]!, tuples[at + 5]!) & mask;
      while (slots[slot] !== -1) slot = (slot + 1) & mask;
      slots[slot] = id;
    }
    this.#slots = slots;
    this.#tuples = tuples;
  }
}

const NO_SLOTS: number[] = [];

/** Multiplicative mixing with the constants of MurmurHash3's finalizer. */
function hash(a: number, b: number, c: number, d: number, e: number, f: number): number {
  let h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d) ^ Math.imul(c, 0xc2b2ae35) ^ Math.imul(d, 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 13), 0x297a2d39) ^ Math.imul(e, 0x165667b1) ^ Math.imul(f, 0x5bd1e995);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  return h ^ (h >>> 13);
}

/** Items of a list in one tuple, beside their count and the rest of the list. */
const ITEMS = 4;

/** Numbers lists of integers likewise. */
export class ListInterner {
  readonly #cells = new Interner();

  /** The number of the list: equal lists, equal numbers. Never 0, which stands for the empty list. */
  intern(items: ArrayLike<number>): number {
    let tail = 0;
    for (let end = items.length; end > 0; end -= ITEMS) {
      const start = Math.max(end - ITEMS, 0);
      tail =
        this.#cells.intern(
          end - start,
          items[start]!,
          start + 1 < end ? items[start + 1]! : 0,
          start + 2 < end ? items[start + 2]! : 0,
          start + 3 < end ? items[start + 3]! : 0,
          tail,
        ) + 1;
    }
    return tail;
  }
}
