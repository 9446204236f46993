// devmap, devmap_hash: network devices that XDP redirects to (kernel/bpf/devmap.c). A value is struct bpf_devmap_val: the device's
// ifindex and, with 8 bytes, a program that runs there; user space passes the program's number and reads its id.

import type { Machine } from '../../engine/index.js';
import { BaseMap } from '../base-map.js';
import { ERRNO } from '../errno.js';
import { BPF_EXIST, BPF_NOEXIST } from '../flags.js';
import { roundUpToPowerOfTwo } from '../heap.js';
import type { MapDefinition, MapHost, MapProgram } from '../map.js';
import type { ValueSlots } from '../value-slots.js';
import { nextIndex } from './array.js';

export interface DeviceEntry {
  readonly ifindex: number;
  readonly program: MapProgram | undefined;
  /** Address of the value. */
  readonly value: number;
}

abstract class DeviceMapBase extends BaseMap {
  readonly #slots: ValueSlots;
  protected readonly entries = new Map<number, DeviceEntry>();

  constructor(host: MapHost, definition: MapDefinition) {
    super(host, definition);
    // Programs only read the value, whatever the flags say.
    this.#slots = this.valueSlots(8, 'read');
  }

  /** Where bpf_redirect_map goes for that key. */
  device(key: number): DeviceEntry | undefined {
    return this.entries.get(key);
  }

  /** Every device, for BPF_F_BROADCAST. */
  devices(): Iterable<DeviceEntry> {
    return this.entries.values();
  }

  override lookup(_machine: Machine, key: number): number {
    return this.entries.get(this.host.space.view.getUint32(key, true))?.value ?? 0;
  }

  override userLookup(key: number, out: number, _flags: number): number {
    const entry = this.entries.get(this.host.space.view.getUint32(key, true));
    if (!entry) return -ERRNO.ENOENT;
    this.heap.renew();
    this.heap.copy(out, entry.value, this.definition.valueSizeBytes);
    return 0;
  }

  override update(_machine: Machine, key: number, value: number, flags: number): number {
    return this.userUpdate(key, value, flags);
  }

  override delete(_machine: Machine, key: number): number {
    return this.userDelete(key);
  }

  protected read(value: number): { readonly ifindex: number; readonly number: number } {
    const { view } = this.host.space;
    return {
      ifindex: view.getUint32(value, true),
      number: this.definition.valueSizeBytes === 8 ? view.getInt32(value + 4, true) : 0,
    };
  }

  /** Puts a device in; 0 or -errno. */
  protected put(key: number, ifindex: number, number: number): number {
    if (this.host.hasDevice?.(ifindex) === false) return -ERRNO.EINVAL;
    let program: MapProgram | undefined;
    if (number > 0) {
      program = this.host.objectOf?.('program', number);
      if (program?.type !== 'xdp') return -ERRNO.EINVAL;
    }
    const slot = this.#slots.take();
    if (slot < 0) return slot;
    const { view } = this.host.space;
    view.setUint32(slot, ifindex, true);
    view.setUint32(slot + 4, program?.id ?? 0, true);
    this.remove(key);
    this.entries.set(key, { ifindex, program, value: slot });
    return 0;
  }

  protected remove(key: number): boolean {
    const entry = this.entries.get(key);
    if (entry) this.#slots.give(entry.value);
    return this.entries.delete(key);
  }
}

export class DeviceMap extends DeviceMapBase {
  override userUpdate(key: number, value: number, flags: number): number {
    const index = this.host.space.view.getUint32(key, true);
    if (flags > BPF_EXIST) return -ERRNO.EINVAL;
    if (index >= this.definition.maxEntries) return -ERRNO.E2BIG;
    if (flags === BPF_NOEXIST) return -ERRNO.EEXIST;
    const { ifindex, number } = this.read(value);
    if (ifindex !== 0) return this.put(index, ifindex, number);
    if (number > 0) return -ERRNO.EINVAL;
    this.remove(index);
    return 0;
  }

  override userDelete(key: number): number {
    const index = this.host.space.view.getUint32(key, true);
    if (index >= this.definition.maxEntries) return -ERRNO.EINVAL;
    this.remove(index);
    return 0;
  }

  override nextKey(key: number, out: number): number {
    return nextIndex(this.host.space.view, key, out, this.definition.maxEntries);
  }
}

export class DeviceHashMap extends DeviceMapBase {
  override userUpdate(key: number, value: number, flags: number): number {
    const index = this.host.space.view.getUint32(key, true);
    const { ifindex, number } = this.read(value);
    if (flags > BPF_EXIST || ifindex === 0) return -ERRNO.EINVAL;
    const exists = this.entries.has(index);
    if (exists && (flags & BPF_NOEXIST) !== 0) return -ERRNO.EEXIST;
    if (!exists && this.entries.size >= this.definition.maxEntries) return -ERRNO.E2BIG;
    return this.put(index, ifindex, number);
  }

  override userDelete(key: number): number {
    return this.remove(this.host.space.view.getUint32(key, true)) ? 0 : -ERRNO.ENOENT;
  }

  /** By bucket (the key's low bits), in each the newest first. */
  override nextKey(key: number, out: number): number {
    const { view } = this.host.space;
    const mask = roundUpToPowerOfTwo(this.definition.maxEntries) - 1;
    const keys = [...this.entries.keys()].reverse();
    keys.sort((a, b) => (a & mask) - (b & mask));
    const at = key === 0 ? -1 : keys.indexOf(view.getUint32(key, true));
    const next = keys[at + 1];
    if (next === undefined) return -ERRNO.ENOENT;
    view.setUint32(out, next, true);
    return 0;
  }
}
