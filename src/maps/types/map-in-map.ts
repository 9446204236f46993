// array_of_maps, hash_of_maps: kernel/bpf/map_in_map.c. Their values are maps made like the inner definition. A program's lookup
// gives the inner map's handle; user space puts in a map's number and reads its id.

import type { Machine } from '../../engine/index.js';
import type { ArrayLayout } from '../array-layout.js';
import { BaseMap } from '../base-map.js';
import { ERRNO } from '../errno.js';
import { BPF_EXIST, CREATE_FLAGS } from '../flags.js';
import { NODE } from '../hash-layout.js';
import type { BatchSupport, KernelMap, MapDefinition, MapHost } from '../map.js';
import { mapRegistry } from '../registry.js';
import { nextIndex } from './array.js';
import { HashMap } from './hash.js';

/** Whether a map may stand where maps of `inner`'s kind are wanted: equal but, but for arrays, in its size. */
function fits(inner: MapDefinition, map: KernelMap): boolean {
  const { definition } = map;
  return (
    inner.type === definition.type &&
    inner.keySizeBytes === definition.keySizeBytes &&
    inner.valueSizeBytes === definition.valueSizeBytes &&
    inner.flags === definition.flags &&
    (inner.type !== 'array' ||
      (inner.flags & CREATE_FLAGS.INNER_MAP) !== 0 ||
      inner.maxEntries === definition.maxEntries) &&
    JSON.stringify(inner.fields ?? []) === JSON.stringify(definition.fields ?? [])
  );
}

/** The map that user space means by the number at `value`: the map, or -errno. */
function innerMap(host: MapHost, definition: MapDefinition, value: number): KernelMap | number {
  const map = host.objectOf?.('map', host.space.view.getUint32(value, true));
  if (!map) return -ERRNO.EBADF;
  return definition.inner && fits(definition.inner, map) ? map : -ERRNO.EINVAL;
}

export class ArrayOfMaps extends BaseMap {
  readonly arrayLayout: ArrayLayout;
  readonly batch: BatchSupport = { lookup: true, lookupAndDelete: false, update: true, delete: false };

  constructor(host: MapHost, definition: MapDefinition) {
    super(host, definition);
    const { maxEntries, name } = definition;
    const valuesAddress = this.allocate(maxEntries * 8, `maps in map ${name}`, 'none').address;
    this.arrayLayout = { valuesAddress, maxEntries, strideBytes: 8, cpuStrideBytes: 0, indirect: true };
  }

  override lookup(_machine: Machine, key: number): number {
    const at = this.#slot(key);
    return at === 0 ? 0 : this.host.space.view.getUint32(at, true);
  }

  override userLookup(key: number, out: number, _flags: number): number {
    const at = this.#slot(key);
    const { view } = this.host.space;
    const map = at === 0 ? undefined : mapRegistry(this.host.space).byHandle(view.getUint32(at, true));
    if (!map) return -ERRNO.ENOENT;
    view.setUint32(out, map.id, true);
    return 0;
  }

  override userUpdate(key: number, value: number, flags: number): number {
    if (flags !== 0) return -ERRNO.EINVAL;
    const at = this.#slot(key);
    if (at === 0) return -ERRNO.E2BIG;
    const map = innerMap(this.host, this.definition, value);
    if (typeof map === 'number') return map;
    this.#put(at, map);
    return 0;
  }

  override userDelete(key: number): number {
    const at = this.#slot(key);
    if (at === 0) return -ERRNO.E2BIG;
    if (this.host.space.view.getUint32(at, true) === 0) return -ERRNO.ENOENT;
    this.#put(at, undefined);
    return 0;
  }

  override delete(_machine: Machine, key: number): number {
    return this.userDelete(key);
  }

  override nextKey(key: number, out: number): number {
    return nextIndex(this.host.space.view, key, out, this.definition.maxEntries);
  }

  protected override letGo(): void {
    const { valuesAddress, maxEntries } = this.arrayLayout;
    for (let index = 0; index < maxEntries; index++) this.#put(valuesAddress + index * 8, undefined);
  }

  /** Where the element of the key stands; 0: no such index. */
  #slot(key: number): number {
    const index = this.host.space.view.getUint32(key, true);
    return index >= this.definition.maxEntries ? 0 : this.arrayLayout.valuesAddress + index * 8;
  }

  #put(at: number, map: KernelMap | undefined): void {
    const { view } = this.host.space;
    const old = mapRegistry(this.host.space).byHandle(view.getUint32(at, true));
    map?.retain();
    view.setUint32(at, map?.handle ?? 0, true);
    old?.close();
  }
}

export class HashOfMaps extends HashMap {
  constructor(host: MapHost, definition: MapDefinition) {
    super(host, definition, { indirect: true });
  }

  override userLookup(key: number, out: number, _flags: number): number {
    const map = this.#mapOf(this.find(key));
    if (!map) return -ERRNO.ENOENT;
    this.host.space.view.setUint32(out, map.id, true);
    return 0;
  }

  override userUpdate(key: number, value: number, flags: number): number {
    const map = innerMap(this.host, this.definition, value);
    if (typeof map === 'number') return map;
    if (flags > BPF_EXIST) return -ERRNO.EINVAL;
    const { view } = this.host.space;
    const before = view.getUint32(value, true);
    const old = this.#mapOf(this.find(key));
    view.setUint32(value, map.handle, true);
    const result = this.put(0, key, value, flags, false);
    view.setUint32(value, before, true);
    if (result === 0) {
      map.retain();
      old?.close();
    }
    return result;
  }

  override userLookupAndDelete(): number {
    return -ERRNO.ENOTSUPP;
  }

  protected override discard(node: number): void {
    const map = this.#mapOf(node);
    super.discard(node);
    map?.close();
  }

  protected override letGo(): void {
    for (let bucket = 0; ; bucket++) {
      const keys = this.batch.bucket!(bucket);
      if (!keys) return;
      for (const key of keys) this.#mapOf(key - NODE.key)?.close();
    }
  }

  #mapOf(node: number): KernelMap | undefined {
    if (node === 0) return undefined;
    const handle = this.host.space.view.getUint32(node + this.hashLayout.valueOffsetBytes, true);
    return mapRegistry(this.host.space).byHandle(handle);
  }
}
