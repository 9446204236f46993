import { readFileSync } from 'node:fs';
import { SimKernel } from 'skep/kernel';
import { loadObject } from 'skep/object';
import { expect, test } from 'vitest';
import { checksum, ipv4 } from './packets.js';

test.each([1, 63, 64, 255])('set_ttl mends the checksum of a packet with time to live %i', ttl => {
  using kernel = new SimKernel();
  const spec = loadObject(readFileSync(new URL('objects/set_ttl.o', import.meta.url)));
  const program = kernel.load(spec, { variables: { ttl: 32 } }).program('set_ttl');
  const { data } = program.testRun({ data: ipv4({ ttl }) });
  expect(data[22]).toBe(32);
  expect(checksum(data.subarray(14, 34))).toBe(0);
});
