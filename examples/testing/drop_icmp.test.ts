import { readFileSync } from 'node:fs';
import { SimKernel } from 'skep/kernel';
import { loadObject } from 'skep/object';
import { expect, test } from 'vitest';
import { ipv4 } from './packets.js';

const ICMP = 1;
const TCP = 6;

test('drop_icmp drops ICMP and nothing else', () => {
  using kernel = new SimKernel();
  const { programs } = kernel.load(loadObject(readFileSync(new URL('objects/drop_icmp.o', import.meta.url))));
  const program = programs.get('drop_icmp')!;
  expect(program.testRun({ data: ipv4({ protocol: ICMP }) }).verdict).toBe('XDP_DROP');
  expect(program.testRun({ data: ipv4({ protocol: TCP }) }).verdict).toBe('XDP_PASS');
});
