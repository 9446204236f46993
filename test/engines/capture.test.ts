// The traffic that benchmarks run over: the same for the same parameters, and in order.

import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const { makeCapture } = (await import(new URL('../../bench/make-capture.mjs', import.meta.url).href)) as {
  makeCapture: (path: string, options: object) => { packets: number; bytes: number };
};

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'skep-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('is the same for the same parameters', () => {
  const hash = (options: object): string => {
    const path = join(folder, 'capture.pcap');
    makeCapture(path, options);
    return createHash('sha1').update(readFileSync(path)).digest('hex');
  };
  expect(hash({ packets: 5000, seed: 3 })).toBe(hash({ packets: 5000, seed: 3 }));
  expect(hash({ packets: 5000, seed: 3 })).not.toBe(hash({ packets: 5000, seed: 4 }));
});

it('is whole records, of all kinds, with times that never go back', () => {
  const path = join(folder, 'kinds.pcap');
  const made = makeCapture(path, { bytes: 2_000_000 });
  const bytes = readFileSync(path);
  expect(made.bytes).toBe(bytes.length);
  expect(Math.abs(bytes.length - 2_000_000)).toBeLessThan(2000);
  const types = new Map<number, number>();
  let packets = 0;
  let last = 0;
  let at = 24;
  for (; at < bytes.length; packets++) {
    const time = bytes.readUInt32LE(at) * 1e6 + bytes.readUInt32LE(at + 4);
    expect(time).toBeGreaterThan(last);
    last = time;
    const captured = bytes.readUInt32LE(at + 8);
    expect(captured).toBeGreaterThanOrEqual(60);
    const type = bytes.readUInt16BE(at + 16 + 12);
    types.set(type, (types.get(type) ?? 0) + 1);
    at += 16 + captured;
  }
  expect(at).toBe(bytes.length);
  expect(packets).toBe(made.packets);
  expect([...types.keys()].sort()).toEqual([0x0800, 0x0806, 0x8100, 0x86dd].sort());
  expect(types.get(0x0800)! / packets).toBeGreaterThan(0.7);
});
