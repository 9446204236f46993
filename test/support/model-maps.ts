// Hash and array maps for tests of engines, in as few lines as they can be: what matters there is that a program's pointers, calls and
// results go through the engine unharmed. The maps themselves are tested in a room of their own.

import type { AddressSpace, CallTarget, Region } from '../../src/engine/index.js';
import { fromHex, indexKey, type MapFixture, toHex } from './conformance.js';

const E2BIG = -7;
const EEXIST = -17;
const ENOENT = -2;
const EINVAL = -22;

export class ModelMap implements Disposable {
  readonly handle: number;
  /** Values stand in a row, as they must for the address of the first one. */
  readonly valuesAddress: number;
  readonly #space: AddressSpace;
  readonly #definition: MapFixture;
  readonly #regions: Region[];
  readonly #strideBytes: number;
  /** Key in hexadecimal -> place of its value. */
  readonly #places = new Map<string, number>();
  readonly #free: number[] = [];

  constructor(space: AddressSpace, definition: MapFixture) {
    this.#space = space;
    this.#definition = definition;
    this.#strideBytes = (definition.valueSizeBytes + 7) & ~7;
    const handle = space.allocate(8, `map ${definition.name}`, 'none');
    const values = space.allocate(
      this.#strideBytes * definition.maxEntries,
      `values of ${definition.name}`,
      'read-write',
    );
    this.handle = handle.address;
    this.valuesAddress = values.address;
    this.#regions = [handle, values];
  }

  get keySizeBytes(): number {
    return this.#definition.keySizeBytes;
  }

  /** As the fixture says it begins. */
  reset(): void {
    const { type, maxEntries, entries } = this.#definition;
    this.#space.bytes.fill(0, this.valuesAddress, this.valuesAddress + this.#strideBytes * maxEntries);
    this.#places.clear();
    this.#free.length = 0;
    for (let index = 0; index < maxEntries; index++) {
      if (type === 'array') this.#places.set(toHex(indexKey(index)), index);
      else this.#free.push(maxEntries - 1 - index);
    }
    for (const [key, value] of entries) this.set(key, fromHex(value), 0);
  }

  /** Address of the value, or 0. */
  lookup(key: string): number {
    const place = this.#places.get(key);
    return place === undefined ? 0 : this.valuesAddress + place * this.#strideBytes;
  }

  set(key: string, value: Uint8Array, flags: number): number {
    if (flags > 2) return EINVAL;
    let address = this.lookup(key);
    if (address !== 0 && flags === 1) return EEXIST;
    if (address === 0) {
      if (this.#definition.type === 'array') return E2BIG;
      if (flags === 2) return ENOENT;
      const place = this.#free.pop();
      if (place === undefined) return E2BIG;
      this.#places.set(key, place);
      address = this.lookup(key);
    }
    this.#space.bytes.set(value, address);
    return 0;
  }

  delete(key: string): number {
    if (this.#definition.type === 'array') return EINVAL;
    const place = this.#places.get(key);
    if (place === undefined) return ENOENT;
    this.#places.delete(key);
    this.#free.push(place);
    return 0;
  }

  bytesAt(address: number, sizeBytes: number): Uint8Array {
    return this.#space.bytes.slice(address, address + sizeBytes);
  }

  update(keyAddress: number, valueAddress: number, flags: number): number {
    const value = this.bytesAt(valueAddress, this.#definition.valueSizeBytes);
    return this.set(toHex(this.bytesAt(keyAddress, this.keySizeBytes)), value, flags);
  }

  dump(): string[] {
    const { name, valueSizeBytes } = this.#definition;
    return [...this.#places.keys()].map(
      key => `${name} ${key} = ${toHex(this.bytesAt(this.lookup(key), valueSizeBytes))}`,
    );
  }

  [Symbol.dispose](): void {
    for (const region of this.#regions) this.#space.free(region);
  }
}

/** Helpers that are the same everywhere: of maps, and callbacks. By number. */
export function modelHelpers(
  space: AddressSpace,
  maps: ReadonlyMap<number, ModelMap>,
): ReadonlyMap<number, CallTarget> {
  const keyAt = (map: ModelMap, address: number): string =>
    toHex(space.bytes.slice(address, address + map.keySizeBytes));
  const mapOf = (handle: number): ModelMap => {
    const map = maps.get(handle);
    if (!map) throw new Error(`there is no map at ${handle}`);
    return map;
  };
  const targets: [number, CallTarget][] = [
    [
      1,
      {
        name: 'bpf_map_lookup_elem',
        signature: { count: 2, wideMask: 0, result: 'address' },
        call: (_, map, key) => mapOf(map).lookup(keyAt(mapOf(map), key)),
      },
    ],
    [
      2,
      {
        name: 'bpf_map_update_elem',
        signature: { count: 4, wideMask: 0b1000, result: 's32' },
        call: (machine, map, key, value, flags) =>
          mapOf(map).update(key, value, machine.high[4] === 0 ? flags : 0xffff),
      },
    ],
    [
      3,
      {
        name: 'bpf_map_delete_elem',
        signature: { count: 2, wideMask: 0, result: 's32' },
        call: (_, map, key) => mapOf(map).delete(keyAt(mapOf(map), key)),
      },
    ],
    [
      181,
      {
        // The callback takes the index and the context, and stops the loop with 1.
        name: 'bpf_loop',
        signature: { count: 4, wideMask: 0b1000, result: 's32' },
        call: (machine, count, callback, context, flags) => {
          if (flags !== 0 || machine.high[4] !== 0) return EINVAL;
          if (count > 1 << 23) return E2BIG;
          for (let index = 0; index < count; index++) {
            if (machine.callback(callback, index, context, 0, 0, 0) !== 0) return index + 1;
          }
          return count;
        },
      },
    ],
  ];
  return new Map(targets);
}
