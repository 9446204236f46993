// The address space: what is allocated does not overlap and only that may be touched, also over growth and churn.

import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { createAddressSpace } from '../../src/engine/address-space.js';
import { type AddressSpace, OutOfMemoryError, type Region } from '../../src/engine/memory.js';

const MIB = 1024 * 1024;

/** How many bytes from `address` on may be touched, counted one by one. */
function touchable(space: AddressSpace, address: number, write: boolean): number {
  let length = 0;
  while (space.mayAccess(address + length, 1, write)) length++;
  return length;
}

describe('an address space', () => {
  it('maps nothing at null, in its shadow, beyond its end', () => {
    const space = createAddressSpace({ maximumBytes: 16 * MIB });
    for (const address of [0, 8, 0xffff, space.shadowAddress, space.maximumBytes - 8, space.maximumBytes, 0xfffffff8]) {
      expect(space.mayAccess(address, 8, false), address.toString(16)).toBe(false);
    }
  });

  it('allocates zeroed memory that may be touched, and nothing around it', () => {
    const space = createAddressSpace();
    for (const size of [0, 1, 7, 8, 9, 15, 16, 17, 100, 4096]) {
      const region = space.allocate(size, `${size} bytes`, 'read-write');
      expect(region.address % 8).toBe(0);
      expect(touchable(space, region.address, true)).toBe(size);
      expect(space.mayAccess(region.address - 1, 1, false)).toBe(false);
      expect(space.bytes.subarray(region.address, region.address + size).every(byte => byte === 0)).toBe(true);
    }
  });

  it('gives memory to read only, or to nobody', () => {
    const space = createAddressSpace();
    const constant = space.allocate(20, 'constant', 'read');
    expect(touchable(space, constant.address, false)).toBe(20);
    expect(touchable(space, constant.address, true)).toBe(0);
    expect(touchable(space, space.allocate(20, 'secret', 'none').address, false)).toBe(0);
  });

  it.each([8, 16, 64, 4096, 65536])('aligns to %i', align => {
    const space = createAddressSpace();
    for (let i = 0; i < 5; i++) {
      expect(space.allocate(24 + i, 'aligned', 'read-write', align).address % align).toBe(0);
      space.allocate(8, 'between', 'read-write');
    }
  });

  it('moves the ends of what may be touched', () => {
    const space = createAddressSpace();
    const { address } = space.allocate(64, 'packet', 'none');
    space.setAccess(address + 16, 21, 'read-write');
    expect(touchable(space, address + 16, true)).toBe(21);
    expect(touchable(space, address, false)).toBe(0);
    space.setAccess(address + 8, 8, 'read-write');
    expect(touchable(space, address + 8, true)).toBe(29);
    space.setAccess(address + 30, 7, 'none');
    expect(touchable(space, address + 8, true)).toBe(22);
    space.setAccess(address + 8, 22, 'read');
    expect(touchable(space, address + 8, true)).toBe(0);
    expect(touchable(space, address + 8, false)).toBe(22);
    space.setAccess(address, 64, 'none');
    expect(touchable(space, address + 8, false)).toBe(0);
    expect(() => space.setAccess(0, 8, 'read')).toThrow(RangeError);
    expect(() => space.setAccess(space.bytes.length - 8, 16, 'read')).toThrow(RangeError);
  });

  it('grows, and keeps what it holds', () => {
    const space = createAddressSpace({ initialBytes: 64 * 1024, maximumBytes: 64 * MIB });
    const before = space.bytes;
    const first = space.allocate(8, 'first', 'read-write');
    space.view.setUint32(first.address, 0xdeadbeef, true);
    const large = space.allocate(20 * MIB, 'large', 'read-write');
    expect(space.bytes === before).toBe(false);
    expect(space.view.getUint32(first.address, true)).toBe(0xdeadbeef);
    expect(space.mayAccess(large.address, 20 * MIB, true)).toBe(true);
    expect(space.bytes.buffer).toBe(space.memory.buffer);
    expect(space.view.buffer).toBe(space.memory.buffer);
  });

  it('says when it is full, and stays usable', () => {
    const space = createAddressSpace({ maximumBytes: 8 * MIB });
    expect(() => space.allocate(8 * MIB, 'value of map big', 'read-write')).toThrow(OutOfMemoryError);
    expect(() => space.allocate(-1, 'nothing', 'read')).toThrow(OutOfMemoryError);
    expect(() => space.allocate(Number.NaN, 'nothing', 'read')).toThrow(OutOfMemoryError);
    const region = space.allocate(5 * MIB, 'value of map small', 'read-write');
    space.free(region);
    expect(space.allocate(5 * MIB, 'again', 'read-write').address).toBe(region.address);
  });

  it('refuses to free twice', () => {
    const space = createAddressSpace();
    const region = space.allocate(8, 'once', 'read-write');
    space.free(region);
    expect(() => space.free(region)).toThrow(/once/);
  });

  it('describes addresses', () => {
    const space = createAddressSpace({ maximumBytes: 16 * MIB });
    const counts = space.allocate(20, 'value of map counts', 'read-write');
    const other = space.allocate(8, 'stack of frame 0', 'read-write');
    expect(space.describe(0)).toBe('null');
    expect(space.describe(16)).toBe('16 bytes past null');
    expect(space.describe(space.shadowAddress)).toBe('memory that belongs to the machine itself');
    expect(space.describe(counts.address)).toBe('value of map counts');
    expect(space.describe(counts.address + 1)).toBe('1 byte into value of map counts');
    expect(space.describe(counts.address + 20)).toBe('the end of value of map counts');
    expect(space.describe(counts.address + 24)).toBe('4 bytes past the end of value of map counts');
    expect(space.describe(other.address - 1)).toBe('1 byte before stack of frame 0');
    expect(space.describe(other.address + 500_000)).toBe('memory that belongs to nothing');
    expect(space.describe(0xffffffff)).toBe('no address of this memory');
  });

  it('reuses what was freed: churn does not grow the memory', () => {
    const space = createAddressSpace({ maximumBytes: 64 * MIB });
    const live: Region[] = [];
    let seed = 1;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    let after = 0;
    for (let i = 0; i < 60_000; i++) {
      if (live.length > 500) space.free(live.splice(random(live.length), 1)[0]!);
      live.push(space.allocate(random(2000), 'churn', 'read-write', random(2) === 0 ? 8 : 64));
      if (i === 30_000) after = space.bytes.length;
    }
    expect(space.bytes.length).toBe(after);
    for (const region of live) space.free(region);
    // All of it is one block again.
    const data = space.bytes.length - space.shadowAddress - space.maximumBytes / 8;
    space.allocate(data - 64 * 1024, 'everything', 'read-write');
    expect(space.bytes.length).toBe(after);
  });

  it('never overlaps allocations, and its shadow is exact, whatever the order', () => {
    const operation = fc.oneof(
      fc.record({
        kind: fc.constant('allocate' as const),
        size: fc.oneof(fc.nat(64), fc.nat(5000)),
        align: fc.constantFrom(8, 16, 64, 4096),
        access: fc.constantFrom('none' as const, 'read' as const, 'read-write' as const),
      }),
      fc.record({ kind: fc.constant('free' as const), which: fc.nat() }),
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 60 }), operations => {
        const space = createAddressSpace({ initialBytes: 65536, maximumBytes: 4 * MIB });
        const live: { region: Region; access: string }[] = [];
        for (const step of operations) {
          if (step.kind === 'free') {
            if (live.length > 0) space.free(live.splice(step.which % live.length, 1)[0]!.region);
            continue;
          }
          const region = space.allocate(step.size, 'r', step.access, step.align);
          expect(space.bytes.subarray(region.address, region.address + step.size).some(byte => byte !== 0)).toBe(false);
          space.bytes.fill(0xff, region.address, region.address + step.size);
          live.push({ region, access: step.access });
        }
        live.sort((a, b) => a.region.address - b.region.address);
        let end = 0;
        for (const { region, access } of live) {
          expect(region.address).toBeGreaterThanOrEqual(end + 16);
          end = region.address + region.sizeBytes;
          expect(touchable(space, region.address, false)).toBe(access === 'none' ? 0 : region.sizeBytes);
          expect(touchable(space, region.address, true)).toBe(access === 'read-write' ? region.sizeBytes : 0);
        }
        const touchableBytes = space.bytes
          .subarray(space.shadowAddress, space.shadowAddress + space.maximumBytes / 8)
          .reduce((sum, shadow) => sum + (shadow & 15), 0);
        expect(touchableBytes).toBe(
          live.reduce((sum, { region, access }) => sum + (access === 'none' ? 0 : region.sizeBytes), 0),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('works where there is no WebAssembly', () => {
    vi.stubGlobal('WebAssembly', undefined);
    try {
      const space = createAddressSpace({ initialBytes: 65536, maximumBytes: 16 * MIB });
      const first = space.allocate(8, 'first', 'read-write');
      space.bytes[first.address] = 7;
      space.allocate(4 * MIB, 'large', 'read-write');
      expect(space.bytes[first.address]).toBe(7);
      expect(space.memory.buffer).toBe(space.bytes.buffer);
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
