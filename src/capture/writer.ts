// Writing captures: a writer that makes bytes, and ways to hand these on.

import { captureError } from './errors.js';
import type { CaptureWriter, WritableItem, WriteOptions } from './format-writer.js';
import { PcapWriter } from './pcap/writer.js';
import { PcapngWriter } from './pcapng/writer.js';

/** Bytes that come together before a stream hands them on. */
const CHUNK_BYTES = 65536;

/**
 * A writer of capture files. It does no I/O: `take` gives the bytes.
 *
 *     const writer = writeCapture({ format: 'pcap', linkType: 1 });
 *     writer.write({ data, timeSeconds: 1700000000, timeNanoseconds: 250_000_000 });
 *     const bytes = writer.finish();
 */
export function writeCapture(options: WriteOptions = {}): CaptureWriter {
  const { format = 'pcapng' } = options;
  if (format === 'pcapng') return new PcapngWriter(options);
  if (format === 'pcap') return new PcapWriter(options);
  throw captureError('SKEP3014', `captures are written as pcap or pcapng, not ${format as string}`);
}

/** A whole capture file of the items. */
export function encodeCapture(items: Iterable<WritableItem>, options: WriteOptions = {}): Uint8Array<ArrayBuffer> {
  const writer = writeCapture(options);
  for (const item of items) writer.write(item);
  return writer.finish();
}

export interface StreamOptions extends WriteOptions {
  /** Default: none. */
  readonly compression?: 'gzip' | 'none';
}

/**
 * A capture file of the items as a stream, made as it is read:
 *
 *     await captureStream(reader.items(), { compression: 'gzip' }).pipeTo(await handle.createWritable());
 *
 * When the items end with an error, the bytes before it come first.
 */
export function captureStream(
  items: Iterable<WritableItem> | AsyncIterable<WritableItem>,
  options: StreamOptions = {},
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const chunks = captureChunks(items, options);
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await chunks.return();
    },
  });
  return options.compression === 'gzip' ? stream.pipeThrough(new CompressionStream('gzip')) : stream;
}

/** The chunks of a capture file of the items, uncompressed. */
export async function* captureChunks(
  items: Iterable<WritableItem> | AsyncIterable<WritableItem>,
  options: WriteOptions = {},
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const writer = writeCapture(options);
  try {
    for await (const item of items) {
      writer.write(item);
      if (writer.pendingBytes >= CHUNK_BYTES) yield writer.take();
    }
  } catch (error) {
    if (writer.pendingBytes > 0) yield writer.take();
    throw error;
  }
  const rest = writer.finish();
  if (rest.length > 0) yield rest;
}
