// Maps as user space uses them, by way of objects that throw.

import { describe, expect, it } from 'vitest';
import type { KernelMapObject } from '../../src/kernel/kernel.js';
import { CREATE_FLAGS, createMap, type MapDefinition, UserMap } from '../../src/maps/index.js';
import { rightDefinition } from './definitions.js';
import { testHost } from './ports.js';

function make(type: string, change: Partial<MapDefinition> = {}): UserMap {
  const host = testHost();
  return new UserMap(host.space, createMap(host, { ...rightDefinition(type), ...change }));
}

const key = (number: number): Uint8Array => new Uint8Array(new Uint32Array([number]).buffer);
const value = (number: number): Uint8Array => new Uint8Array(new BigUint64Array([BigInt(number)]).buffer);
const numberOf = (bytes: Uint8Array): number => new DataView(bytes.buffer).getUint32(0, true);

/** Which entries of a sequence are keys, sorted. */
const sorted = (keys: Iterable<Uint8Array>): number[] => [...keys].map(numberOf).sort((a, b) => a - b);

describe('a map of user space', () => {
  it('has the shape that kernels promise', () => {
    const object: Pick<KernelMapObject, Extract<keyof KernelMapObject, keyof UserMap>> = make('hash');
    expect([object.name, object.type, object.keySizeBytes, object.valueSizeBytes, object.maxEntries]).toEqual([
      'skep_test',
      'hash',
      4,
      8,
      16,
    ]);
  });

  it('looks up, updates and deletes', () => {
    using map = make('hash', { maxEntries: 2 });
    map.update(key(1), value(10));
    map.update(key(2), value(20), 'noexist');
    expect(map.lookup(key(1))).toEqual(value(10));
    expect(map.lookup(key(3))).toBeUndefined();
    expect(() => map.update(key(3), value(3))).toThrow(expect.objectContaining({ code: 'E2BIG', errno: 7 }));
    expect(() => map.update(key(3), value(3), 'exist')).toThrow(expect.objectContaining({ code: 'ENOENT' }));
    expect(() => map.update(key(1), value(3), 'noexist')).toThrow(expect.objectContaining({ code: 'EEXIST' }));
    expect(() => map.update(key(1), value(3), 'any-locked')).toThrow(expect.objectContaining({ code: 'EINVAL' }));
    expect(() => map.lookup(new Uint8Array(3))).toThrow('keys of map skep_test have 4 bytes, not 3');
    expect(() => map.update(key(1), key(1))).toThrow('values of map skep_test have 8 bytes, not 4');
    expect(map.delete(key(1))).toBe(true);
    expect(map.delete(key(1))).toBe(false);
    expect(map.lookupAndDelete(key(2))).toEqual(value(20));
    expect([...map]).toEqual([]);
  });

  it('goes over its keys while they are deleted', () => {
    using map = make('hash', { maxEntries: 100 });
    for (let n = 0; n < 100; n++) map.update(key(n), value(n));
    const seen: number[] = [];
    for (const [at] of map.entries()) {
      seen.push(numberOf(at));
      expect(map.delete(at)).toBe(true);
    }
    expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, n) => n));
    expect([...map.keys()]).toEqual([]);
  });

  it.each(['hash', 'array', 'lpm_trie'])('gives the elements of a %s in batches', type => {
    using map = make(type, { maxEntries: 50, keySizeBytes: type === 'lpm_trie' ? 5 : 4 });
    const keyOf = (n: number): Uint8Array => (type === 'lpm_trie' ? Uint8Array.of(8, 0, 0, 0, n) : key(n));
    map.updateBatch(Array.from({ length: 50 }, (_, n) => [keyOf(n), value(n)]));
    const seen = [...map.batches(7)].flatMap(({ keys, values }) => keys.map((at, n) => [at, values[n]] as const));
    const numbers = seen.map(([, bytes]) => numberOf(bytes!)).sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 50 }, (_, n) => n));
    if (type === 'array') return;
    map.deleteBatch([keyOf(3), keyOf(4)]);
    expect(() => map.deleteBatch([keyOf(5), keyOf(4), keyOf(6)])).toThrow(
      expect.objectContaining({ code: 'ENOENT', done: 1 }),
    );
    expect([...map.keys()]).toHaveLength(47);
  });

  it('takes everything out in batches', () => {
    using map = make('hash', { maxEntries: 50 });
    for (let n = 0; n < 50; n++) map.update(key(n), value(n));
    const taken = [...map.batches(8, { remove: true })].flatMap(({ keys }) => keys);
    expect(sorted(taken)).toEqual(Array.from({ length: 50 }, (_, n) => n));
    expect([...map.keys()]).toEqual([]);
  });

  it('gives a value for each CPU, each rounded up', () => {
    using map = make('percpu_array', { valueSizeBytes: 5 });
    expect(map.userValueSizeBytes).toBe(16);
    const bytes = Uint8Array.of(1, 2, 3, 4, 5, 0, 0, 0, 6, 7, 8, 9, 10, 0, 0, 0);
    map.update(key(1), bytes);
    expect(map.lookup(key(1))).toEqual(bytes);
  });

  it('is frozen: nothing changes any more, and no one maps it for writing', () => {
    using map = make('array', { flags: CREATE_FLAGS.MMAPABLE });
    const writer = map.mapMemory();
    expect(() => map.freeze()).toThrow(expect.objectContaining({ code: 'EBUSY' }));
    writer.bytes.set(value(77), 8);
    expect(map.lookup(key(1))).toEqual(value(77));
    writer[Symbol.dispose]();
    expect(writer.bytes).toHaveLength(0);
    map.freeze();
    expect(() => map.update(key(0), value(1))).toThrow(expect.objectContaining({ code: 'EPERM' }));
    expect(() => map.mapMemory()).toThrow(expect.objectContaining({ code: 'EPERM' }));
    using reader = map.mapMemory({ writable: false });
    expect(reader.bytes.slice(8, 16)).toEqual(value(77));
  });

  it('maps only what was made for it', () => {
    using array = make('array');
    expect(() => array.mapMemory()).toThrow(expect.objectContaining({ code: 'EINVAL' }));
    using hash = make('hash');
    expect(() => hash.mapMemory()).toThrow(expect.objectContaining({ code: 'ENOTSUPP' }));
  });

  it('queues, stacks and sets without keys', () => {
    using queue = make('queue', { maxEntries: 2 });
    using stack = make('stack', { maxEntries: 2 });
    for (const map of [queue, stack]) {
      map.push(value(1));
      map.push(value(2));
      expect(() => map.push(value(3))).toThrow(expect.objectContaining({ code: 'E2BIG' }));
      map.push(value(3), 'exist');
    }
    expect([queue.peek(), queue.pop(), queue.pop(), queue.pop()]).toEqual([value(2), value(2), value(3), undefined]);
    expect([stack.peek(), stack.pop(), stack.pop(), stack.pop()]).toEqual([value(3), value(3), value(2), undefined]);
    using bloom = make('bloom_filter');
    bloom.push(value(5));
    expect(bloom.lookup(value(5))).toEqual(value(5));
    const others = Array.from({ length: 1000 }, (_, n) => bloom.lookup(value(n + 100))).filter(found => found);
    expect(others.length).toBeLessThan(20);
  });

  it('is gone once disposed of', () => {
    const map = make('hash');
    map[Symbol.dispose]();
    map[Symbol.dispose]();
    expect(() => map.lookup(key(1))).toThrow(expect.objectContaining({ code: 'EBADF' }));
  });
});
