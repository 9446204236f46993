// Whatever the bytes are: packets, then perhaps a SkepError, never anything else, quickly, and the same however the bytes
// arrive.

import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeCapture, readCaptureSync } from '../../src/capture/index.js';
import { mixedLinkTypes, pcapFile, pcapngFile } from '../support/captures.js';
import { bytesOfWords, readCases } from './cases.js';
import { summarizeFile } from './summary.js';

const SEEDS: readonly Uint8Array[] = [
  ...['pcap.txt', 'pcapng.txt', 'damage.txt'].flatMap(file => readCases(file).map(one => one.bytes)),
  pcapFile(5),
  pcapngFile(5),
  encodeCapture(mixedLinkTypes(5)),
  encodeCapture(mixedLinkTypes(5), { byteOrder: 'big' }),
  new Uint8Array(gzipSync(pcapngFile(20))),
].filter(bytes => bytes.length > 0);

/** Numbers that break things where a length or a count is wanted. */
const NASTY = [
  0, 1, 3, 4, 7, 8, 11, 12, 0x7f, 0x80, 0xff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff,
];

const mutation = fc.oneof(
  fc.record({ at: fc.nat(), byte: fc.nat(255) }).map(({ at, byte }) => (bytes: number[]) => {
    if (bytes.length > 0) bytes[at % bytes.length] = byte;
  }),
  fc
    .record({ at: fc.nat(), value: fc.constantFrom(...NASTY), little: fc.boolean() })
    .map(({ at, value, little }) => (bytes: number[]) => {
      const start = (at % Math.max(1, bytes.length)) & ~3;
      for (let i = 0; i < 4 && start + i < bytes.length; i++) {
        bytes[start + i] = (value >>> (8 * (little ? i : 3 - i))) & 255;
      }
    }),
  fc.record({ at: fc.nat(), count: fc.nat(40) }).map(({ at, count }) => (bytes: number[]) => {
    bytes.splice(at % Math.max(1, bytes.length), count);
  }),
  fc.record({ at: fc.nat(), insert: fc.uint8Array({ maxLength: 40 }) }).map(({ at, insert }) => (bytes: number[]) => {
    bytes.splice(at % Math.max(1, bytes.length), 0, ...insert);
  }),
  fc.nat().map(at => (bytes: number[]) => {
    bytes.length = at % Math.max(1, bytes.length);
  }),
);

const damaged = fc
  .record({ seed: fc.constantFrom(...SEEDS), mutations: fc.array(mutation, { minLength: 1, maxLength: 4 }) })
  .map(({ seed, mutations }) => {
    const bytes = [...seed];
    for (const mutate of mutations) mutate(bytes);
    return Uint8Array.from(bytes);
  });

const MAGICS = ['d4c3b2a1', 'a1b2c3d4', '34cdb2a1', '4d3cb2a1', '0a0d0d0a', '1f8b08', 'ac01001c'].map(bytesOfWords);

describe('damaged files', () => {
  it('mutations of valid ones give items, then perhaps a SkepError', () => {
    fc.assert(
      fc.property(damaged, bytes => {
        const lines = summarizeFile(bytes);
        expect(lines.length).toBeLessThanOrEqual(bytes.length + 1);
      }),
      { numRuns: 3000 },
    );
  });

  it('random bytes behind a magic number do too', () => {
    fc.assert(
      fc.property(fc.constantFrom(...MAGICS), fc.uint8Array({ maxLength: 300 }), (magic, rest) => {
        summarizeFile(Uint8Array.from([...magic, ...rest]));
      }),
      { numRuns: 2000 },
    );
  });

  it('what can be read of them can be written, or is refused with a SkepError, and reads back', () => {
    fc.assert(
      fc.property(damaged, bytes => {
        const items = [];
        try {
          for (const item of readCaptureSync(bytes).items()) items.push(item);
        } catch {
          // The items before the damage.
        }
        if (items.length === 0) return;
        const again = summarizeFile(encodeCapture(items)).filter(line => line.startsWith('packet'));
        expect(again).toHaveLength(items.filter(item => item.kind === 'packet').length);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('chunks', () => {
  it('of any sizes give the same items and the same error', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.constantFrom(...SEEDS), damaged),
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 20 }),
        (bytes, sizes) => {
          const chunks: Uint8Array[] = [];
          for (let at = 0, i = 0; at < bytes.length; i++) {
            const size = sizes[i % sizes.length]!;
            chunks.push(bytes.slice(at, at + size));
            at += size;
          }
          expect(summarizeFile(chunks)).toEqual(summarizeFile(bytes));
        },
      ),
      { numRuns: 1500 },
    );
  });

  it('of large files too, around the sizes where chunks are joined', () => {
    const bytes = pcapngFile(600);
    const wanted = summarizeFile(bytes);
    for (const size of [255, 256, 257, 4095, 4096, 4097, 65535, 65536, 100_000]) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.slice(i * size, (i + 1) * size),
      );
      expect(summarizeFile(chunks)).toEqual(wanted);
    }
  });
});
