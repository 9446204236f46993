// Where captures come from: anything that gives bytes, made one kind of iterator.

/** Bytes at hand, or a stream of them: `file.stream()`, `response.body`, a Node stream, a generator. */
export type CaptureSource =
  | Uint8Array
  | ArrayBuffer
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>
  | Iterable<Uint8Array>;

/** The chunks of a source. Returning early cancels a stream. */
export async function* chunksOf(source: CaptureSource): AsyncGenerator<Uint8Array, void, undefined> {
  if (source instanceof Uint8Array) yield source;
  else if (source instanceof ArrayBuffer) yield new Uint8Array(source);
  else if (isReadableStream(source)) yield* chunksOfStream(source);
  else yield* source;
}

function isReadableStream(source: object): source is ReadableStream<Uint8Array> {
  return typeof (source as Partial<ReadableStream>).getReader === 'function';
}

/** By its reader: not every browser makes streams iterable. */
async function* chunksOfStream(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = stream.getReader();
  let finished = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      yield value;
    }
    finished = true;
  } finally {
    if (!finished) await reader.cancel().catch(() => {});
    reader.releaseLock();
  }
}
