// sk_storage, inode_storage, task_storage, cgrp_storage: a value that hangs on a kernel object (kernel/bpf/bpf_local_storage.c). The
// map has no table of its own: an element lives as long as the object it hangs on.

import type { Machine } from '../../engine/index.js';
import { BaseMap } from '../base-map.js';
import { ERRNO } from '../errno.js';
import { BPF_EXIST, BPF_F_LOCK, BPF_NOEXIST } from '../flags.js';
import type { MapDefinition, MapHost, MapOwner } from '../map.js';
import type { ValueSlots } from '../value-slots.js';

export type StorageOwnerKind = 'socket-owner' | 'inode' | 'task' | 'cgroup';

export class LocalStorageMap extends BaseMap {
  readonly #kind: StorageOwnerKind;
  readonly #slots: ValueSlots;
  readonly #values = new Map<object, number>();

  constructor(host: MapHost, definition: MapDefinition, kind: StorageOwnerKind) {
    super(host, definition);
    this.#kind = kind;
    this.#slots = this.valueSlots();
  }

  /** bpf_*_storage_get: address of the owner's value; made when asked for, from the value at `initial` or zeros. 0: none, or no room. */
  storage(owner: object, create: boolean, initial: number): number {
    const value = this.#values.get(owner);
    if (value !== undefined) return value;
    if (!create) return 0;
    const made = this.#make(owner, initial);
    return made > 0 ? made : 0;
  }

  /** bpf_*_storage_delete: 0 or -ENOENT. */
  deleteStorage(owner: object): number {
    const value = this.#values.get(owner);
    if (value === undefined) return -ERRNO.ENOENT;
    this.releaseFields(value);
    this.#slots.give(value);
    this.#values.delete(owner);
    return 0;
  }

  override userLookup(key: number, out: number, _flags: number): number {
    const owner = this.#owner(key);
    if (!owner) return -ERRNO.EBADF;
    const value = this.#values.get(owner);
    if (value === undefined) return -ERRNO.ENOENT;
    this.heap.renew();
    this.copyOut(out, value);
    return 0;
  }

  override userUpdate(key: number, value: number, flags: number): number {
    const owner = this.#owner(key);
    if (!owner) return -ERRNO.EBADF;
    const mode = flags & ~BPF_F_LOCK;
    if (mode > BPF_EXIST || ((flags & BPF_F_LOCK) !== 0 && (!this.hasSpinLock || mode === BPF_NOEXIST))) {
      return -ERRNO.EINVAL;
    }
    const old = this.#values.get(owner);
    if (old !== undefined && mode === BPF_NOEXIST) return -ERRNO.EEXIST;
    if (old === undefined && mode === BPF_EXIST) return -ERRNO.ENOENT;
    if (old !== undefined && (flags & BPF_F_LOCK) !== 0) {
      this.heap.renew();
      this.heap.copyValue(old, value, this.definition.valueSizeBytes, this.fields);
      return 0;
    }
    const made = this.#make(owner, value);
    if (made < 0) return made;
    if (old !== undefined) {
      this.releaseFields(old);
      this.#slots.give(old);
    }
    return 0;
  }

  override userDelete(key: number): number {
    const owner = this.#owner(key);
    return owner ? this.deleteStorage(owner) : -ERRNO.EBADF;
  }

  override update(): number {
    return -ERRNO.EOPNOTSUPP;
  }

  override delete(_machine: Machine, _key: number): number {
    return -ERRNO.EOPNOTSUPP;
  }

  override nextKey(): number {
    return -ERRNO.ENOTSUPP;
  }

  protected override letGo(): void {
    for (const value of this.#values.values()) this.releaseFields(value);
  }

  #owner(key: number): MapOwner | undefined {
    return this.host.objectOf?.(this.#kind, this.host.space.view.getUint32(key, true));
  }

  #make(owner: object, initial: number): number {
    const value = this.#slots.take();
    if (value < 0) return value;
    this.heap.renew();
    if (initial !== 0) this.heap.copyValue(value, initial, this.definition.valueSizeBytes, this.fields);
    this.#values.set(owner, value);
    return value;
  }
}
