// Arrays of objects that user space passes by number: prog_array, perf_event_array, cgroup_array (the fd arrays of
// kernel/bpf/arraymap.c). Programs do not see the elements themselves; helpers ask for them by index.

import type { Machine } from '../../engine/index.js';
import { BaseMap } from '../base-map.js';
import { ERRNO } from '../errno.js';
import type { MapDefinition, MapHost, MapObjectKind, MapObjects } from '../map.js';
import { nextIndex } from './array.js';

export class ObjectArray<K extends MapObjectKind> extends BaseMap {
  readonly #kind: K;
  /** Whether user space may read what it put there. */
  readonly #readable: boolean;
  protected readonly objects = new Map<number, MapObjects[K]>();

  constructor(host: MapHost, definition: MapDefinition, kind: K, readable: boolean) {
    super(host, definition);
    this.#kind = kind;
    this.#readable = readable;
  }

  /** The object at an index; undefined: none there, or no such index. */
  at(index: number): MapObjects[K] | undefined {
    return this.objects.get(index);
  }

  /** Puts an object there without a number for it. */
  set(index: number, object: MapObjects[K]): number {
    if (index >= this.definition.maxEntries) return -ERRNO.E2BIG;
    const refusal = this.accepts(object);
    if (refusal === 0) this.objects.set(index, object);
    return refusal;
  }

  /** 0, or the -errno for an object that cannot stand here. */
  protected accepts(_object: MapObjects[K]): number {
    return 0;
  }

  override userUpdate(key: number, value: number, flags: number): number {
    const { view } = this.host.space;
    if (flags !== 0) return -ERRNO.EINVAL;
    const index = view.getUint32(key, true);
    if (index >= this.definition.maxEntries) return -ERRNO.E2BIG;
    const object = this.host.objectOf?.(this.#kind, view.getUint32(value, true));
    return object ? this.set(index, object) : -ERRNO.EBADF;
  }

  override userDelete(key: number): number {
    const index = this.host.space.view.getUint32(key, true);
    if (index >= this.definition.maxEntries) return -ERRNO.E2BIG;
    return this.objects.delete(index) ? 0 : -ERRNO.ENOENT;
  }

  override delete(_machine: Machine, key: number): number {
    return this.userDelete(key);
  }

  override userLookup(key: number, out: number, _flags: number): number {
    if (!this.#readable) return -ERRNO.ENOTSUPP;
    const { view } = this.host.space;
    const object = this.objects.get(view.getUint32(key, true));
    if (!object) return -ERRNO.ENOENT;
    view.setUint32(out, object.id, true);
    return 0;
  }

  override nextKey(key: number, out: number): number {
    return nextIndex(this.host.space.view, key, out, this.definition.maxEntries);
  }
}
