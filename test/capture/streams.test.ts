// Sources and sinks: streams of any kind in, streams out, gzip around them, memory bounded.

import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Gunzip } from '../../src/capture/gzip/gunzip.js';
import {
  type CapturedPacket,
  type CaptureSource,
  captureChunks,
  captureStream,
  encodeCapture,
  readCapture,
  readCaptureSync,
} from '../../src/capture/index.js';
import { SkepError } from '../../src/diagnostics/index.js';
import { mixedPackets, pcapFile, pcapngFile, randomNumbers } from '../support/captures.js';

async function packetsOf(source: CaptureSource): Promise<{ packets: CapturedPacket[]; error?: SkepError }> {
  const packets: CapturedPacket[] = [];
  try {
    for await (const packet of readCapture(source)) packets.push(packet);
  } catch (error) {
    if (!(error instanceof SkepError)) throw error;
    return { packets, error };
  }
  return { packets };
}

function* pieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function* asyncPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  yield* pieces(bytes, size);
}

function streamOf(bytes: Uint8Array, size: number): ReadableStream<Uint8Array> {
  const chunks = pieces(bytes, size);
  return new ReadableStream({
    pull(controller) {
      const { done, value } = chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
}

describe('sources', () => {
  const file = pcapFile(100);
  const wanted = [...readCaptureSync(file)];

  it.each<[string, CaptureSource]>([
    ['bytes', file],
    ['a buffer of Node', Buffer.from(file)],
    ['an ArrayBuffer', file.slice().buffer],
    ['a ReadableStream', streamOf(file, 1000)],
    ['a Blob as a stream', new Blob([file.slice()]).stream()],
    ['an async generator', asyncPieces(file, 777)],
    ['an array of chunks', [...pieces(file, 5000)]],
    ['empty chunks among them', [new Uint8Array(0), ...pieces(file, 9), new Uint8Array(0)]],
  ])('%s', async (_, source) => {
    const { packets } = await packetsOf(source);
    expect(packets).toEqual(wanted);
    expect(packets.every(({ data }) => data.constructor === Uint8Array)).toBe(true);
  });

  it('gives the header before any packet is asked for, and every packet after it', async () => {
    const reader = readCapture(asyncPieces(file, 7));
    expect(await reader.header()).toMatchObject({ format: 'pcap', byteOrder: 'little' });
    expect(reader.interfaces).toMatchObject([{ linkType: 1 }]);
    expect(reader.bytesRead).toBeLessThan(40);
    const packets = [];
    for await (const packet of reader) packets.push(packet);
    expect(packets).toEqual(wanted);
    expect(reader.bytesRead).toBe(file.length);
  });

  it('gives batches', async () => {
    let count = 0;
    for await (const batch of readCapture(file).batches()) {
      expect(batch.length).toBeGreaterThan(0);
      expect(batch.length).toBeLessThanOrEqual(1024);
      count += batch.length;
    }
    expect(count).toBe(1 + wanted.length);
  });

  it('cancels a stream that is left early', async () => {
    let cancelled = false;
    let pulled = 0;
    const chunks = pieces(file, 500);
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled++;
        controller.enqueue(chunks.next().value!);
      },
      cancel() {
        cancelled = true;
      },
    });
    for await (const packet of readCapture(stream)) if (packet.data.length > 0) break;
    expect(cancelled).toBe(true);
    expect(pulled).toBeLessThan(5);
  });

  it('ends a generator that is left early', async () => {
    let ended = false;
    function* chunks(): Generator<Uint8Array> {
      try {
        yield* pieces(file, 500);
      } finally {
        ended = true;
      }
    }
    for await (const packet of readCapture(chunks())) if (packet.data.length > 0) break;
    expect(ended).toBe(true);
    ended = false;
    for (const packet of readCaptureSync(chunks())) if (packet.data.length > 0) break;
    expect(ended).toBe(true);
  });

  it('passes an error of the source on, after the packets before it', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield file.subarray(0, 1000);
      throw new RangeError('the cable was pulled');
    }
    const packets = [];
    await expect(async () => {
      for await (const packet of readCapture(broken())) packets.push(packet);
    }).rejects.toThrow('the cable was pulled');
    expect(packets.length).toBeGreaterThan(0);
  });

  it('throws the same damage again', async () => {
    const reader = readCapture(file.subarray(0, file.length - 1));
    const drain = async (): Promise<void> => {
      for await (const _ of reader);
    };
    await expect(drain()).rejects.toThrow(/truncated record at byte/);
  });
});

describe('sinks', () => {
  const packets = mixedPackets(500);

  it('a stream', async () => {
    const bytes = new Uint8Array(await new Response(captureStream(packets, { linkType: 1 })).arrayBuffer());
    expect(bytes).toEqual(encodeCapture(packets, { linkType: 1 }));
  });

  it('chunks of bounded size', async () => {
    let total = 0;
    for await (const chunk of captureChunks(packets, { format: 'pcap', linkType: 1 })) {
      expect(chunk.length).toBeLessThan(65536 + 2000);
      total += chunk.length;
    }
    expect(total).toBe(encodeCapture(packets, { format: 'pcap', linkType: 1 }).length);
  });

  it('gzip', async () => {
    const stream = captureStream(packets, { linkType: 1, compression: 'gzip' });
    const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
    expect(new Uint8Array(gunzipSync(bytes))).toEqual(encodeCapture(packets, { linkType: 1 }));
  });

  it('from a reader, straight on', async () => {
    const file = pcapngFile(50);
    const again = captureStream(readCapture(streamOf(file, 300)).items());
    expect(new Uint8Array(await new Response(again).arrayBuffer())).toEqual(file);
  });

  it('what came before an error comes out before it', async () => {
    const file = pcapFile(50);
    const parts: Uint8Array[] = [];
    await expect(async () => {
      const items = readCapture(file.subarray(0, file.length - 3)).items();
      for await (const chunk of captureChunks(items, { format: 'pcap' })) parts.push(chunk);
    }).rejects.toThrow(/truncated record/);
    expect([...readCaptureSync(Buffer.concat(parts))]).toHaveLength(49);
  });
});

describe('gzip', () => {
  const file = pcapngFile(400);
  const zipped = new Uint8Array(gzipSync(file));
  const wanted = [...readCaptureSync(file)];

  it.each([1, 2, 17, 4096, 1e9])('is taken off, in chunks of %s', async size => {
    const { packets, error } = await packetsOf(streamOf(zipped, size));
    expect(error).toBeUndefined();
    expect(packets).toEqual(wanted);
  });

  it('may have several members, empty ones, names and comments', async () => {
    const cut = [0, 1, 100, 1000, 5000, file.length];
    const members = cut.slice(1).map((end, i) => gzipSync(file.subarray(cut[i], end), { level: i % 2 ? 9 : 0 }));
    const named = Buffer.concat([
      members[0]!.subarray(0, 3),
      Buffer.of(0x18),
      members[0]!.subarray(4, 10),
      Buffer.from('a.pcap\0why\0'),
      members[0]!.subarray(10),
    ]);
    const whole = Buffer.concat([named, gzipSync(''), ...members.slice(1)]);
    for (const size of [1, 100, 1e9]) {
      const { packets, error } = await packetsOf(streamOf(whole, size));
      expect(error).toBeUndefined();
      expect(packets).toEqual(wanted);
    }
  });

  it('may be padded with zeros', async () => {
    const { packets, error } = await packetsOf(Buffer.concat([zipped, Buffer.alloc(1000)]));
    expect(error).toBeUndefined();
    expect(packets).toEqual(wanted);
  });

  it('that is truncated gives what stands before the end, then an error', async () => {
    for (const left of [zipped.length - 1, zipped.length - 8, zipped.length - 9, Math.floor(zipped.length / 2), 50]) {
      const { packets, error } = await packetsOf(streamOf(zipped.subarray(0, left), 1000));
      expect(error?.code).toBe('SKEP3010');
      expect(error?.message).toBe(`truncated gzip data: the compressed file ends at byte ${left}, in the middle`);
      expect(packets).toEqual(wanted.slice(0, packets.length));
      const enough = left >= zipped.length - 8 ? wanted.length : Math.floor((wanted.length * left) / zipped.length / 2);
      expect(packets.length).toBeGreaterThanOrEqual(left > 100 ? enough : 0);
    }
  });

  it('that is damaged gives what stands before the damage, then an error', async () => {
    const half = Math.floor(zipped.length / 2);
    const damaged = zipped.slice();
    damaged.fill(0xff, half, half + 20);
    const { packets, error } = await packetsOf(damaged);
    expect(error).toBeInstanceOf(SkepError);
    expect(packets.length).toBeGreaterThan(wanted.length / 4);
  });

  it.each([
    ['the checksum', -8],
    ['the length', -4],
  ])('with another value for %s gives every packet, then an error', async (_, at) => {
    const damaged = zipped.slice();
    damaged[damaged.length + at]! ^= 1;
    const { packets, error } = await packetsOf(damaged);
    expect(packets).toEqual(wanted);
    expect(error?.code).toBe('SKEP3010');
  });

  it('followed by something else gives every packet, then an error', async () => {
    const { packets, error } = await packetsOf(Buffer.concat([zipped, Buffer.from('something')]));
    expect(packets).toEqual(wanted);
    expect(error?.code).toBe('SKEP3010');
  });

  it('around a truncated capture: the capture error', async () => {
    const { packets, error } = await packetsOf(gzipSync(file.subarray(0, file.length - 4)));
    expect(packets).toEqual(wanted.slice(0, -1));
    expect(error?.message).toMatch(/^truncated block at byte \d+: wanted \d+ bytes, \d+ left$/);
  });

  it('that expands a thousandfold comes in small pieces', () => {
    const gunzip = new Gunzip();
    gunzip.feed(gzipSync(Buffer.alloc(50_000_000)));
    gunzip.end();
    let total = 0;
    for (let piece = gunzip.next(); piece; piece = gunzip.next()) {
      expect(piece.length).toBeLessThanOrEqual(131072);
      total += piece.length;
    }
    expect(total).toBe(50_000_000);
  });
});

describe('memory', () => {
  /** A pcap file of `total` bytes, made as it is read. */
  function* endless(total: number): Generator<Uint8Array> {
    const whole = pcapFile(2000);
    yield whole.subarray(0, 24);
    const records = whole.subarray(24);
    const random = randomNumbers(7);
    for (let made = 0; made < total; made += records.length) {
      for (let at = 0; at < records.length; ) {
        const size = 1 + random(200_000);
        yield records.slice(at, at + size);
        at += size;
      }
    }
  }

  const used = (): number => {
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };

  it('reading 400 MB takes less than 100 MB', async () => {
    const before = used();
    let most = 0;
    let packets = 0;
    for await (const batch of readCapture(endless(400e6)).batches()) {
      packets += batch.length;
      most = Math.max(most, used() - before);
    }
    expect(packets).toBeGreaterThan(800_000);
    expect(most).toBeLessThan(100e6);
  });

  it('reading and writing 100 MB takes less than 100 MB', async () => {
    const before = used();
    let most = 0;
    let bytes = 0;
    for await (const chunk of captureChunks(readCapture(endless(100e6)).items())) {
      bytes += chunk.length;
      most = Math.max(most, used() - before);
    }
    expect(bytes).toBeGreaterThan(100e6);
    expect(most).toBeLessThan(100e6);
  });

  it('a record that claims 128 MiB and is not there takes none', () => {
    const header = encodeCapture([], { format: 'pcap', linkType: 231 });
    const record = new Uint8Array(16);
    new DataView(record.buffer).setUint32(8, 128 * 1024 * 1024, true);
    const before = process.memoryUsage().arrayBuffers;
    expect(() => [...readCaptureSync([header, record, new Uint8Array(1000)])]).toThrow(
      /wanted 134217744 bytes, 1016 left/,
    );
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1e6);
  });
});
