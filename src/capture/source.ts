// Where captures come from: anything that gives bytes, made one kind of iterator.

/** Bytes at hand, or a stream of them: `file.stream()`, `response.body`, a Node stream, a generator. */
export type CaptureSource =
  | Uint8Array
  | ArrayBuffer
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>
  | Iterable<Uint8Array>;

/** The chunks of a source, one after the other. `return` lets the source go before its end. */
export interface ChunkIterator {
  next(): IteratorResult<Uint8Array, unknown> | Promise<IteratorResult<Uint8Array, unknown>>;
  return?(): unknown;
}

export function chunkIterator(source: CaptureSource): ChunkIterator {
  if (source instanceof Uint8Array) return [source].values();
  if (source instanceof ArrayBuffer) return [new Uint8Array(source)].values();
  // By its reader: not every browser makes streams iterable.
  if (isReadableStream(source)) return new StreamChunks(source);
  return Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
}

function isReadableStream(source: object): source is ReadableStream<Uint8Array> {
  return typeof (source as Partial<ReadableStream>).getReader === 'function';
}

class StreamChunks implements ChunkIterator {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const { done, value } = await this.#reader.read();
    return done ? { done, value: undefined } : { done, value };
  }

  async return(): Promise<void> {
    // A stream that has failed cannot be cancelled, and need not be.
    await this.#reader.cancel().catch(() => {});
    this.#reader.releaseLock();
  }
}
