// array, percpu_array: kernel/bpf/arraymap.c. All values exist from the beginning, in a row, each rounded up to 8 bytes.

import type { Machine } from '../../engine/index.js';
import type { ArrayLayout } from '../array-layout.js';
import { BaseMap, perCpuValueBytes } from '../base-map.js';
import { ERRNO } from '../errno.js';
import { BPF_EXIST, BPF_NOEXIST, CREATE_FLAGS, KERNEL_LIMITS } from '../flags.js';
import { roundUp8 } from '../heap.js';
import type { BatchSupport, KernelMap, MapDefinition, MapHost } from '../map.js';

/** array_map_get_next_key: an index that is none begins anew. */
export function nextIndex(view: DataView, key: number, out: number, maxEntries: number): number {
  const index = key === 0 ? 0xffffffff : view.getUint32(key, true);
  if (index === maxEntries - 1) return -ERRNO.ENOENT;
  view.setUint32(out, index >= maxEntries ? 0 : index + 1, true);
  return 0;
}

export class ArrayMap extends BaseMap {
  readonly arrayLayout: ArrayLayout;
  readonly valuesAddress: number;
  readonly mappableBytes?: number;
  readonly batch: BatchSupport = { lookup: true, lookupAndDelete: false, update: true, delete: false };
  readonly #perCpu: boolean;
  /** Bytes of one CPU's value, rounded up. */
  readonly #slotBytes: number;
  #forEachKey = 0;

  constructor(host: MapHost, definition: MapDefinition, kind: { readonly perCpu?: boolean } = {}) {
    const perCpu = kind.perCpu ?? false;
    super(host, definition, perCpu ? perCpuValueBytes(host, definition) : definition.valueSizeBytes);
    const { maxEntries, flags, name } = definition;
    const mappable = (flags & CREATE_FLAGS.MMAPABLE) !== 0;
    this.#perCpu = perCpu;
    this.#slotBytes = roundUp8(definition.valueSizeBytes);
    const slots = maxEntries * (perCpu ? host.cpuCount : 1);
    const page = KERNEL_LIMITS.pageBytes;
    const sizeBytes = slots * this.#slotBytes;
    const mapped = Math.ceil(sizeBytes / page) * page;
    const what = maxEntries === 1 ? `value of map ${name}` : `values of map ${name}`;
    this.valuesAddress = this.allocate(mappable ? mapped : sizeBytes, what, 'none', mappable ? page : 8).address;
    if (mappable) this.mappableBytes = mapped;
    this.arrayLayout = {
      valuesAddress: this.valuesAddress,
      maxEntries,
      strideBytes: this.userStride,
      cpuStrideBytes: perCpu ? this.#slotBytes : 0,
      indirect: false,
    };
    this.#allow(slots);
  }

  private get userStride(): number {
    return this.#perCpu ? this.#slotBytes * this.host.cpuCount : this.#slotBytes;
  }

  override lookup(machine: Machine, key: number): number {
    const { arrayLayout } = this;
    const index = this.host.space.view.getUint32(key, true);
    if (index >= arrayLayout.maxEntries) return 0;
    return arrayLayout.valuesAddress + index * arrayLayout.strideBytes + machine.cpu * arrayLayout.cpuStrideBytes;
  }

  lookupOnCpu(_machine: Machine, key: number, cpu: number): number {
    const value = this.#value(key);
    return !this.#perCpu || cpu >= this.host.cpuCount || value === 0 ? 0 : value + cpu * this.#slotBytes;
  }

  override update(machine: Machine, key: number, value: number, flags: number): number {
    return this.#put(key, value, flags, machine.cpu, false);
  }

  override userUpdate(key: number, value: number, flags: number): number {
    return this.#put(key, value, flags, 0, this.#perCpu);
  }

  #put(key: number, value: number, flags: number, cpu: number, all: boolean): number {
    if (this.refuseFlags(flags) || (this.#perCpu && flags > BPF_EXIST)) return -ERRNO.EINVAL;
    const to = this.#value(key);
    if (to === 0) return -ERRNO.E2BIG;
    if ((flags & BPF_NOEXIST) !== 0) return -ERRNO.EEXIST;
    const { heap, fields } = this;
    const { valueSizeBytes } = this.definition;
    if (!all) {
      heap.copyValue(to + cpu * this.arrayLayout.cpuStrideBytes, value, valueSizeBytes, fields);
    } else {
      for (let at = 0; at < this.userValueSizeBytes; at += this.#slotBytes) {
        heap.copyValue(to + at, value + at, valueSizeBytes, fields);
      }
    }
    this.releaseFields(to);
    return 0;
  }

  override delete(_machine: Machine, _key: number): number {
    return -ERRNO.EINVAL;
  }

  override userDelete(_key: number): number {
    return -ERRNO.EINVAL;
  }

  override userLookup(key: number, out: number, _flags: number): number {
    const value = this.#value(key);
    if (value === 0) return -ERRNO.ENOENT;
    for (let at = 0; at < (this.#perCpu ? this.userValueSizeBytes : 1); at += this.#slotBytes) {
      this.copyOut(out + at, value + at);
    }
    return 0;
  }

  override nextKey(key: number, out: number): number {
    return nextIndex(this.host.space.view, key, out, this.definition.maxEntries);
  }

  forEach(machine: Machine, visit: (key: number, value: number) => boolean): number {
    const { valuesAddress, strideBytes, cpuStrideBytes, maxEntries } = this.arrayLayout;
    this.#forEachKey ||= this.allocate(8, `key of map ${this.definition.name}`, 'read').address;
    for (let index = 0; index < maxEntries; index++) {
      this.host.space.view.setUint32(this.#forEachKey, index, true);
      const value = valuesAddress + index * strideBytes + machine.cpu * cpuStrideBytes;
      if (visit(this.#forEachKey, value)) return index + 1;
    }
    return maxEntries;
  }

  override mayReplace(other: KernelMap): boolean {
    if (!super.mayReplace(other)) return false;
    const inner = (this.definition.flags & CREATE_FLAGS.INNER_MAP) !== 0;
    return inner || this.definition.maxEntries === other.definition.maxEntries;
  }

  protected override letGo(): void {
    if (this.fields.length === 0) return;
    for (let index = 0; index < this.definition.maxEntries; index++) {
      this.releaseFields(this.valuesAddress + index * this.arrayLayout.strideBytes);
    }
  }

  /** Address of the (first CPU's) value of the key, or 0. */
  #value(key: number): number {
    this.heap.renew();
    const index = this.heap.view.getUint32(key, true);
    return index >= this.definition.maxEntries ? 0 : this.valuesAddress + index * this.arrayLayout.strideBytes;
  }

  /** Lets programs touch the values but not what rounds them up. */
  #allow(slots: number): void {
    const { space } = this.host;
    const { valueSizeBytes } = this.definition;
    if (valueSizeBytes === this.#slotBytes) {
      space.setAccess(this.valuesAddress, slots * this.#slotBytes, this.valueAccess);
      return;
    }
    space.setAccess(this.valuesAddress, valueSizeBytes, this.valueAccess);
    // The same shadow for each value: doubled until it covers all.
    const first = space.shadowAddress + this.valuesAddress / 8;
    const total = (slots * this.#slotBytes) / 8;
    for (let done = this.#slotBytes / 8; done < total; done *= 2) {
      space.bytes.copyWithin(first + done, first, first + Math.min(done, total - done));
    }
  }
}
