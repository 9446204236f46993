// Which map a handle stands for. A handle's first word is its map's place in the list, so that finding it needs no search, and a
// number that is no handle finds nothing.

import type { AddressSpace } from '../engine/index.js';
import type { KernelMap } from './map.js';

export class MapRegistry {
  readonly #space: AddressSpace;
  readonly #maps: (KernelMap | undefined)[] = [undefined];

  constructor(space: AddressSpace) {
    this.#space = space;
  }

  /** The number of the next map; ids are not used again. */
  get nextId(): number {
    return this.#maps.length;
  }

  add(map: KernelMap): void {
    this.#maps[map.id] = map;
    this.#space.view.setUint32(map.handle, map.id, true);
  }

  remove(map: KernelMap): void {
    this.#maps[map.id] = undefined;
  }

  /** The map whose handle that is: r1 of the map helpers. */
  byHandle(handle: number): KernelMap | undefined {
    const { view } = this.#space;
    if (handle + 4 > view.byteLength) return undefined;
    const map = this.#maps[view.getUint32(handle, true)];
    return map?.handle === handle ? map : undefined;
  }

  byId(id: number): KernelMap | undefined {
    return this.#maps[id];
  }

  *[Symbol.iterator](): IterableIterator<KernelMap> {
    for (const map of this.#maps) if (map) yield map;
  }
}

const REGISTRIES = new WeakMap<AddressSpace, MapRegistry>();

/** The registry of an address space: one for all maps in it. Keep it; finding it costs more than finding a map in it. */
export function mapRegistry(space: AddressSpace): MapRegistry {
  let registry = REGISTRIES.get(space);
  if (!registry) REGISTRIES.set(space, (registry = new MapRegistry(space)));
  return registry;
}
