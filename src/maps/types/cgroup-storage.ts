// cgroup_storage, percpu_cgroup_storage: a value for each cgroup that a program with the map is attached to
// (kernel/bpf/local_storage.c). Keys are struct bpf_cgroup_storage_key (u64 cgroup id, u32 attach type, 4 bytes of padding), or the id alone: then
// all attach types share. Attaching makes the elements; user space can only read and change them.

import type { Machine } from '../../engine/index.js';
import { BaseMap, perCpuValueBytes } from '../base-map.js';
import { ERRNO } from '../errno.js';
import { BPF_EXIST, BPF_F_LOCK } from '../flags.js';
import { roundUp8 } from '../heap.js';
import type { MapDefinition, MapHost } from '../map.js';
import type { ValueSlots } from '../value-slots.js';

export class CgroupStorageMap extends BaseMap {
  readonly #perCpu: boolean;
  readonly #slots: ValueSlots;
  /** `cgroup id` or `cgroup id:attach type`. */
  readonly #values = new Map<
    string,
    { readonly cgroupId: bigint; readonly attachType: number; readonly value: number }
  >();

  constructor(host: MapHost, definition: MapDefinition, kind: { readonly perCpu: boolean }) {
    const userBytes = kind.perCpu ? perCpuValueBytes(host, definition) : definition.valueSizeBytes;
    super(host, definition, userBytes);
    this.#perCpu = kind.perCpu;
    this.#slots = this.valueSlots(userBytes);
  }

  /** Makes the element of a program that is being attached, unless there is one. Address of the (first CPU's) value, or -ENOMEM. */
  attach(cgroupId: bigint, attachType: number): number {
    const key = this.#text(cgroupId, attachType);
    const old = this.#values.get(key);
    if (old) return old.value;
    const value = this.#slots.take();
    if (value > 0) this.#values.set(key, { cgroupId, attachType, value });
    return value;
  }

  detach(cgroupId: bigint, attachType: number): void {
    const key = this.#text(cgroupId, attachType);
    const old = this.#values.get(key);
    if (old) this.#slots.give(old.value);
    this.#values.delete(key);
  }

  /** bpf_get_local_storage: address of the value for the program's cgroup on a CPU; 0: it is not attached there. */
  storage(cgroupId: bigint, attachType: number, cpu: number): number {
    const entry = this.#values.get(this.#text(cgroupId, attachType));
    if (!entry) return 0;
    return entry.value + (this.#perCpu ? cpu * roundUp8(this.definition.valueSizeBytes) : 0);
  }

  override userLookup(key: number, out: number, _flags: number): number {
    const entry = this.#values.get(this.#keyText(key));
    if (!entry) return -ERRNO.ENOENT;
    this.heap.renew();
    if (this.#perCpu) this.heap.copy(out, entry.value, this.userValueSizeBytes);
    else this.copyOut(out, entry.value);
    return 0;
  }

  override userUpdate(key: number, value: number, flags: number): number {
    if ((flags & ~(BPF_F_LOCK | BPF_EXIST)) !== 0) return -ERRNO.EINVAL;
    if ((flags & BPF_F_LOCK) !== 0 && (!this.hasSpinLock || this.#perCpu)) return -ERRNO.EINVAL;
    const entry = this.#values.get(this.#keyText(key));
    if (!entry) return -ERRNO.ENOENT;
    this.heap.renew();
    this.heap.copyValue(entry.value, value, this.userValueSizeBytes, this.#perCpu ? [] : this.fields);
    return 0;
  }

  override update(_machine: Machine, key: number, value: number, flags: number): number {
    return this.userUpdate(key, value, flags);
  }

  override userDelete(): number {
    return -ERRNO.EINVAL;
  }

  override delete(): number {
    return -ERRNO.EINVAL;
  }

  /** In the order in which they were made. */
  override nextKey(key: number, out: number): number {
    const keys = [...this.#values.keys()];
    if (keys.length === 0) return -ERRNO.ENOENT;
    let at = 0;
    if (key !== 0) {
      at = keys.indexOf(this.#keyText(key));
      if (at < 0 || at === keys.length - 1) return -ERRNO.ENOENT;
      at++;
    }
    const { cgroupId, attachType } = this.#values.get(keys[at]!)!;
    const { view } = this.host.space;
    view.setBigUint64(out, cgroupId, true);
    if (this.definition.keySizeBytes === 16) {
      view.setUint32(out + 8, attachType, true);
      view.setUint32(out + 12, 0, true);
    }
    return 0;
  }

  #keyText(key: number): string {
    const { view } = this.host.space;
    const attachType = this.definition.keySizeBytes === 16 ? view.getUint32(key + 8, true) : 0;
    return this.#text(view.getBigUint64(key, true), attachType);
  }

  #text(cgroupId: bigint, attachType: number): string {
    return this.definition.keySizeBytes === 16 ? `${cgroupId}:${attachType}` : `${cgroupId}`;
  }
}
