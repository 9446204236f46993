// Bytes that are being written: grows as needed, handed out in chunks.

const FIRST_BYTES = 65536;

export class ByteSink {
  bytes = new Uint8Array(FIRST_BYTES);
  view = new DataView(this.bytes.buffer);
  length = 0;

  /** Makes room for `count` bytes at `length` and returns where they begin; the caller fills them. They may hold anything. */
  claim(count: number): number {
    const start = this.length;
    if (start + count > this.bytes.length) this.#grow(start + count);
    this.length = start + count;
    return start;
  }

  /** Everything since the last `take`. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.bytes.slice(0, this.length);
    this.length = 0;
    return taken;
  }

  #grow(least: number): void {
    const grown = new Uint8Array(Math.max(least, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }
}
