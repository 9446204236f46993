// The first sequence numbers of TCP connections, for relative numbers: one entry a connection, both directions, in flat arrays.
//
// A connection is keyed by its addresses and ports with the lower port first, so that both directions find the same entry; a SYN that
// is acknowledged starts the entry anew. Memory is bounded: past MAX_ENTRIES connections everything is forgotten and learnt again.

const MAX_ENTRIES = 1 << 19;

/** Open addressing with linear probing; keys are a fixed number of 32-bit words. */
export class SequenceTable {
  private readonly keyWords: number;
  private readonly stride: number;
  private capacity = 256;
  private used = 0;
  private slots: Uint32Array;
  private occupied: Uint8Array;
  /** The key to look for: fill it before calling `find`. */
  readonly key: Uint32Array;
  /** The entry `find` found or made. */
  sequence = 0;
  acknowledgment = 0;
  private slot = 0;

  /** Keys have `keyWords` words: addresses and ports. */
  constructor(keyWords: number) {
    this.keyWords = keyWords;
    this.stride = keyWords + 2;
    this.slots = new Uint32Array(this.capacity * this.stride);
    this.occupied = new Uint8Array(this.capacity);
    this.key = new Uint32Array(keyWords);
  }

  /** Looks `key` up; true and its numbers in `sequence` and `acknowledgment` when it is there. */
  find(): boolean {
    const mask = this.capacity - 1;
    let slot = this.hash(this.key, 0) & mask;
    while (this.occupied[slot] === 1) {
      if (this.matches(slot * this.stride)) {
        this.slot = slot;
        this.sequence = this.slots[slot * this.stride + this.keyWords]!;
        this.acknowledgment = this.slots[slot * this.stride + this.keyWords + 1]!;
        return true;
      }
      slot = (slot + 1) & mask;
    }
    this.slot = slot;
    return false;
  }

  /** Stores numbers for the key the last `find` looked for. */
  store(sequence: number, acknowledgment: number): void {
    this.sequence = sequence >>> 0;
    this.acknowledgment = acknowledgment >>> 0;
    if (this.occupied[this.slot] === 0) {
      if (this.used >= MAX_ENTRIES) this.clear();
      else if (this.used * 2 >= this.capacity) this.grow();
      this.used++;
      this.occupied[this.slot] = 1;
      this.slots.set(this.key, this.slot * this.stride);
    }
    const at = this.slot * this.stride + this.keyWords;
    this.slots[at] = this.sequence;
    this.slots[at + 1] = this.acknowledgment;
  }

  private hash(words: Uint32Array, start: number): number {
    let hash = 0x811c9dc5;
    for (let i = 0; i < this.keyWords; i++) {
      hash = Math.imul(hash ^ words[start + i]!, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    return hash >>> 0;
  }

  private matches(at: number): boolean {
    for (let i = 0; i < this.keyWords; i++) {
      if (this.slots[at + i] !== this.key[i]) return false;
    }
    return true;
  }

  private freeSlot(words: Uint32Array, start: number): number {
    const mask = this.capacity - 1;
    let slot = this.hash(words, start) & mask;
    while (this.occupied[slot] === 1) slot = (slot + 1) & mask;
    return slot;
  }

  private grow(): void {
    const { slots, occupied, capacity, stride } = this;
    this.capacity = capacity * 2;
    this.slots = new Uint32Array(this.capacity * stride);
    this.occupied = new Uint8Array(this.capacity);
    for (let old = 0; old < capacity; old++) {
      if (occupied[old] === 0) continue;
      const slot = this.freeSlot(slots, old * stride);
      this.occupied[slot] = 1;
      this.slots.set(slots.subarray(old * stride, (old + 1) * stride), slot * stride);
    }
    this.slot = this.freeSlot(this.key, 0);
  }

  private clear(): void {
    this.occupied.fill(0);
    this.used = 0;
    this.slot = this.freeSlot(this.key, 0);
  }
}
