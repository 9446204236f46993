// The oracle itself: programs load, run and are refused with a log; maps hold what was put in.

import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { assemble, insn, lddw } from '../../src/isa/extended/index.js';
import { available, BPF_MAP_TYPE, BPF_PROG_TYPE, BpfError, openKernelBpf } from '../support/kernel-bpf.js';

const usable = await available();
if (usable !== true) console.warn(`SKIPPED: the kernel as an oracle: ${usable}`);

describe.skipIf(usable !== true)('bpf(2) through koffi', () => {
  it('runs a program and leaves nothing open', async () => {
    const before = readdirSync('/proc/self/fd').length;
    {
      using kernel = (await openKernelBpf(''))!;
      using program = kernel.loadProgram({ type: BPF_PROG_TYPE.xdp, instructions: assemble('r0 = 2\nexit') });
      const data = Uint8Array.from({ length: 64 }, (_, index) => index);
      const result = program.testRun({ data });
      expect(result.returnValue).toBe(2);
      expect(result.data).toEqual(data);
      kernel.createMap({ type: BPF_MAP_TYPE.hash, keySizeBytes: 4, valueSizeBytes: 4, maxEntries: 4 });
    }
    expect(readdirSync('/proc/self/fd').length).toBe(before);
  });

  it('says why a program is refused', async () => {
    using kernel = (await openKernelBpf(''))!;
    const refused = (): unknown =>
      kernel.loadProgram({ type: BPF_PROG_TYPE.xdp, instructions: assemble('r0 = r3\nexit') });
    expect(refused).toThrow(BpfError);
    expect(refused).toThrow(/R3 !read_ok/);
  });

  it('shares maps with programs', async () => {
    using kernel = (await openKernelBpf(''))!;
    using map = kernel.createMap({ type: BPF_MAP_TYPE.array, keySizeBytes: 4, valueSizeBytes: 8, maxEntries: 1 });
    const key = new Uint8Array(4);
    map.update(key, new Uint8Array([7, 0, 0, 0, 0, 0, 0, 0]));
    expect(map.nextKey()).toEqual(new Uint8Array(4));
    expect(map.nextKey(key)).toBeUndefined();
    using program = kernel.loadProgram({
      type: BPF_PROG_TYPE.socket_filter,
      instructions: [
        ...lddw(1, 2, map.fd, 0),
        ...assemble('r0 = *(u64 *)(r1 + 0)\nr2 = r0\nr2 += 1\n*(u64 *)(r1 + 0) = r2'),
        insn(0x95),
      ],
    });
    expect(program.testRun({ data: new Uint8Array(14) }).returnValue).toBe(7);
    expect(map.lookup(key)![0]).toBe(8);
    using hash = kernel.createMap({ type: BPF_MAP_TYPE.hash, keySizeBytes: 4, valueSizeBytes: 8, maxEntries: 2 });
    expect(hash.lookup(key)).toBeUndefined();
    expect(hash.delete(key)).toBe(false);
    hash.update(key, new Uint8Array(8));
    expect(hash.delete(key)).toBe(true);
  });
});
