// What programs print (bpf_trace_printk): lines that can be read at any time, or waited for.

export class PrintkLog implements AsyncIterable<string> {
  readonly lines: string[] = [];
  #waiting: (() => void)[] = [];
  #closed = false;

  push(line: string): void {
    this.lines.push(line);
    this.#wake();
  }

  close(): void {
    this.#closed = true;
    this.#wake();
  }

  /** Every line since the kernel was made, and those to come, until the kernel is disposed of. */
  async *[Symbol.asyncIterator](): AsyncIterator<string> {
    for (let index = 0; ; index++) {
      while (index >= this.lines.length) {
        if (this.#closed) return;
        await new Promise<void>(resolve => this.#waiting.push(resolve));
      }
      yield this.lines[index]!;
    }
  }

  #wake(): void {
    for (const resume of this.#waiting.splice(0)) resume();
  }
}
