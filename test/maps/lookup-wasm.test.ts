// Lookups as WebAssembly find what the maps' own lookups find.

import { describe, expect, it } from 'vitest';
import type { Machine } from '../../src/engine/index.js';
import { createMap, type KernelMap, type MapDefinition, NODE } from '../../src/maps/index.js';
import { compileLookup } from '../../src/maps/lookup-wasm.js';
import { testHost } from './ports.js';

const DEFINITIONS: readonly Pick<MapDefinition, 'type' | 'keySizeBytes' | 'valueSizeBytes' | 'maxEntries'>[] = [
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 31, 64, 65, 71, 72, 500].map(keySizeBytes => ({
    type: 'hash',
    keySizeBytes,
    valueSizeBytes: 8,
    maxEntries: 50,
  })),
  { type: 'hash', keySizeBytes: 4, valueSizeBytes: 3, maxEntries: 1 },
  { type: 'percpu_hash', keySizeBytes: 4, valueSizeBytes: 5, maxEntries: 50 },
  { type: 'lru_hash', keySizeBytes: 12, valueSizeBytes: 8, maxEntries: 50 },
  { type: 'lru_percpu_hash', keySizeBytes: 8, valueSizeBytes: 8, maxEntries: 50 },
  { type: 'array', keySizeBytes: 4, valueSizeBytes: 12, maxEntries: 50 },
  { type: 'percpu_array', keySizeBytes: 4, valueSizeBytes: 12, maxEntries: 50 },
];

describe('lookups as WebAssembly', () => {
  it.each(DEFINITIONS)('$type of $keySizeBytes -> $valueSizeBytes', sizes => {
    const host = testHost(4);
    const { space } = host;
    const map = createMap(host, { ...sizes, name: 'm', flags: 0 });
    const lookup = compileLookup(space, map as KernelMap);
    const machines = [0, 1, 2, 3].map(cpu => ({ cpu, space }) as Machine);
    // Neither key nor value is aligned.
    const scratch = space.allocate(1024, 'scratch', 'read-write').address + 1;
    let found = 0;
    const put = (number: number): void => {
      space.bytes.fill(0, scratch, scratch + sizes.keySizeBytes);
      space.bytes[scratch] = number;
      if (sizes.keySizeBytes > 4) space.bytes[scratch + sizes.keySizeBytes - 1] = number;
    };
    for (let number = 0; number < 120; number++) {
      put(number % 60);
      if (number % 3 !== 0 || number % 60 < 20) map.update(machines[number % 4]!, scratch, scratch + 600, 0);
      if (number % 7 === 0) map.delete(machines[0]!, scratch);
      for (const machine of machines) {
        const expected = map.lookup(machine, scratch);
        if (expected !== 0) found++;
        expect(lookup(scratch, machine.cpu)).toBe(expected);
      }
    }
    expect(found).toBeGreaterThan(0);
  });

  it('gives the handle of an inner map', () => {
    const host = testHost();
    const inner = { type: 'array', name: 'inner', keySizeBytes: 4, valueSizeBytes: 8, maxEntries: 2, flags: 0 };
    const within = createMap(host, inner);
    const key = host.space.allocate(8, 'key', 'read-write').address;
    const value = host.space.allocate(8, 'value', 'read-write').address;
    for (const type of ['array_of_maps', 'hash_of_maps']) {
      const map = createMap(host, {
        type,
        name: 'outer',
        keySizeBytes: 4,
        valueSizeBytes: 4,
        maxEntries: 3,
        flags: 0,
        inner,
      });
      const lookup = compileLookup(host.space, map);
      host.space.view.setUint32(key, 2, true);
      host.space.view.setUint32(value, within.id, true);
      expect(lookup(key, 0)).toBe(0);
      expect(map.userUpdate(key, value, 0)).toBe(0);
      expect(lookup(key, 0)).toBe(within.handle);
      expect(map.userLookup(key, value, 0)).toBe(0);
      expect(host.space.view.getUint32(value, true)).toBe(within.id);
      expect(map.userDelete(key)).toBe(0);
      expect(lookup(key, 0)).toBe(0);
    }
  });

  it('marks what an LRU map was asked for', () => {
    const host = testHost();
    const definition = { type: 'lru_hash', name: 'm', keySizeBytes: 4, valueSizeBytes: 8, maxEntries: 4, flags: 0 };
    const map = createMap(host, definition);
    const lookup = compileLookup(host.space, map);
    const at = host.space.allocate(16, 'key and value', 'read-write').address;
    map.userUpdate(at, at + 8, 0);
    const node = lookup(at, 0) - map.hashLayout!.valueOffsetBytes;
    expect(host.space.view.getUint32(node + NODE.referenced, true)).toBe(1);
  });
});
