// What every Kernel does, whichever it is: one suite, run over the simulated kernel and, where there is one, over Linux.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Kernel, KernelMapObject } from '../../src/kernel/index.js';
import { loadObject, type MapSpec } from '../../src/object/index.js';
import { bytes, programSpec } from './specs.js';

const object = (name: string) =>
  loadObject(readFileSync(new URL(`../../examples/testing/objects/${name}.o`, import.meta.url)));

const mapSpec = (type: string, more: Partial<MapSpec> = {}): MapSpec => ({
  name: 'test',
  type,
  keySizeBytes: 4,
  valueSizeBytes: 8,
  maxEntries: 4,
  flags: 0,
  keyTypeId: 0,
  valueTypeId: 0,
  pinByName: false,
  contents: [],
  frozen: false,
  ...more,
});

const u32 = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer);
const u64 = (value: number): Uint8Array => new Uint8Array(BigUint64Array.of(BigInt(value)).buffer);

/** An IPv4 frame of a protocol. */
const frame = (protocol: string): Uint8Array =>
  bytes(`00x12 0800 4500001c 00000000 40${protocol}0000 0a000001 0a000002 00x8`);

export function describeKernel(name: string, open: () => Kernel): void {
  const using_ = <T>(action: (kernel: Kernel) => T): T => {
    const kernel = open();
    try {
      return action(kernel);
    } finally {
      kernel[Symbol.dispose]();
    }
  };
  const refusal = (action: () => unknown): string => {
    try {
      action();
    } catch (error) {
      return (error as { code?: string }).code ?? String(error);
    }
    return 'nothing';
  };

  describe(`the kernel ${name}`, () => {
    it('loads an object and runs its program', () =>
      using_(kernel => {
        const collection = kernel.load(object('drop_icmp'));
        const program = collection.program('drop_icmp');
        expect(program.type).toBe('xdp');
        expect(program.testRun({ data: frame('01') })).toMatchObject({ returnValue: 1, verdict: 'XDP_DROP' });
        expect(program.testRun({ data: frame('06') })).toMatchObject({ returnValue: 2, verdict: 'XDP_PASS' });
      }));

    it('sets variables before it loads', () =>
      using_(kernel => {
        const run = (ttl: number | undefined): number =>
          kernel
            .load(object('set_ttl'), ttl === undefined ? {} : { variables: { ttl } })
            .program('set_ttl')
            .testRun({ data: frame('06').with(22, 5) }).data[22]!;
        expect(run(undefined)).toBe(64);
        expect(run(9)).toBe(9);
        expect(refusal(() => kernel.load(object('set_ttl'), { variables: { nothing: 1 } }))).toBe('ENOENT');
      }));

    it('shares maps between programs and user space', () =>
      using_(kernel => {
        const collection = kernel.load(object('count_by_source'));
        const map = collection.map('sources');
        const key = bytes('0a000001');
        expect(map.lookup(key)).toBeUndefined();
        collection.program('count_by_source').testRun({ data: frame('06') });
        expect(map.lookup(key)).toEqual(new Uint8Array([...u64(1), ...u64(42)]));
        map.update(key, new Uint8Array([...u64(10), ...u64(0)]));
        collection.program('count_by_source').testRun({ data: frame('06') });
        expect([...map.entries()]).toEqual([[key, new Uint8Array([...u64(11), ...u64(42)])]]);
        expect(map.delete(key)).toBe(true);
        expect(map.delete(key)).toBe(false);
      }));

    it('uses a map that is there already', () =>
      using_(kernel => {
        const first = kernel.load(object('count_by_source'));
        const maps = new Map<string, KernelMapObject>([['sources', first.map('sources')]]);
        const second = kernel.load(object('count_by_source'), { maps });
        first.program('count_by_source').testRun({ data: frame('06') });
        second.program('count_by_source').testRun({ data: frame('06') });
        expect(first.map('sources').lookup(bytes('0a000001'))?.[0]).toBe(2);
      }));

    it('says which programs there are', () =>
      using_(kernel => {
        const collection = kernel.load(object('drop_icmp'));
        expect(() => collection.program('drop_icmpp')).toThrow(/drop_icmp/);
        expect(refusal(() => kernel.load(object('drop_icmp'), { programs: ['x'] }))).toBe('ENOENT');
      }));

    it('keeps the rules of update', () =>
      using_(kernel => {
        const map = kernel.createMap(mapSpec('hash'));
        map.update(u32(1), u64(1), 'noexist');
        expect(refusal(() => map.update(u32(1), u64(1), 'noexist'))).toBe('EEXIST');
        expect(refusal(() => map.update(u32(2), u64(1), 'exist'))).toBe('ENOENT');
        for (const key of [2, 3, 4]) map.update(u32(key), u64(key));
        expect(refusal(() => map.update(u32(5), u64(1)))).toBe('E2BIG');
        expect([...map.keys()].map(key => key[0]).sort()).toEqual([1, 2, 3, 4]);
        map.freeze();
        expect(refusal(() => map.update(u32(1), u64(9)))).toBe('EPERM');
        expect(map.lookup(u32(1))).toEqual(u64(1));
      }));

    it('refuses maps that make no sense', () =>
      using_(kernel => {
        expect(refusal(() => kernel.createMap(mapSpec('hash', { keySizeBytes: 0 })))).toBe('EINVAL');
        expect(refusal(() => kernel.createMap(mapSpec('array', { keySizeBytes: 8 })))).toBe('EINVAL');
        expect(refusal(() => kernel.createMap(mapSpec('array', { maxEntries: 0 })))).toBe('EINVAL');
      }));

    it('keeps the rules of arrays', () =>
      using_(kernel => {
        const map = kernel.createMap(mapSpec('array'));
        expect(map.lookup(u32(3))).toEqual(u64(0));
        expect(map.lookup(u32(4))).toBeUndefined();
        expect(refusal(() => map.update(u32(4), u64(1)))).toBe('E2BIG');
        expect(refusal(() => map.delete(u32(0)))).toBe('EINVAL');
      }));

    it('refuses packets that are too short', () =>
      using_(kernel => {
        const program = kernel.loadProgram(programSpec('xdp', 'r0 = 2\nexit'));
        expect(refusal(() => program.testRun({ data: new Uint8Array(13) }))).toBe('EINVAL');
        expect(refusal(() => program.testRun())).toBe('EINVAL');
      }));

    it('refuses helpers that a program may not call', () =>
      using_(kernel => {
        // bpf_skb_load_bytes in XDP; bpf_probe_read_kernel without a licence.
        expect(refusal(() => kernel.loadProgram(programSpec('xdp', 'call 26\nexit')))).toBe('EINVAL');
        const probe = 'r1 = r10\nr1 += -8\nr2 = 8\nr3 = 0\ncall 113\nr0 = 0\nexit';
        expect(refusal(() => kernel.loadProgram(programSpec('xdp', probe, { license: 'proprietary' })))).toBe('EINVAL');
      }));

    it('lets go of what is disposed of', () =>
      using_(kernel => {
        const collection = kernel.load(object('drop_icmp'));
        const program = collection.program('drop_icmp');
        collection[Symbol.dispose]();
        expect(refusal(() => program.testRun({ data: frame('06') }))).toBe('EBADF');
      }));
  });
}
