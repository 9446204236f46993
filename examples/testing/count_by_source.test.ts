import { readFileSync } from 'node:fs';
import { SimKernel } from 'skep/kernel';
import { loadObject } from 'skep/object';
import { expect, test } from 'vitest';
import { ipv4 } from './packets.js';

test('count_by_source counts by source address', () => {
  using kernel = new SimKernel();
  const collection = kernel.load(loadObject(readFileSync(new URL('objects/count_by_source.o', import.meta.url))));
  const program = collection.program('count_by_source');
  for (const last of [1, 1, 2]) program.testRun({ data: ipv4({ source: [10, 0, 0, last] }) });
  const sources = collection.map('sources').typed<number, { packets: bigint; bytes: bigint }>();
  expect(sources.get(0x0100000a)).toEqual({ packets: 2n, bytes: 84n });
  expect(sources.get(0x0200000a)).toEqual({ packets: 1n, bytes: 42n });
});
