// cpumap: CPUs that XDP redirects to (kernel/bpf/cpumap.c). A value is struct bpf_cpumap_val: the length of the CPU's queue and, with
// 8 bytes, a program that runs there; user space passes the program's number and reads its id.

import type { Machine } from '../../engine/index.js';
import { BaseMap } from '../base-map.js';
import { ERRNO } from '../errno.js';
import { BPF_EXIST, BPF_NOEXIST } from '../flags.js';
import type { MapDefinition, MapHost, MapProgram } from '../map.js';
import type { ValueSlots } from '../value-slots.js';
import { nextIndex } from './array.js';

const LONGEST_QUEUE = 16384;

export interface CpuEntry {
  readonly queueLength: number;
  readonly program: MapProgram | undefined;
  /** Address of the value. */
  readonly value: number;
}

export class CpuMap extends BaseMap {
  readonly #slots: ValueSlots;
  readonly #entries = new Map<number, CpuEntry>();

  constructor(host: MapHost, definition: MapDefinition) {
    super(host, definition);
    this.#slots = this.valueSlots(8, 'read');
  }

  /** Where bpf_redirect_map goes for that key. */
  cpu(key: number): CpuEntry | undefined {
    return this.#entries.get(key);
  }

  override lookup(_machine: Machine, key: number): number {
    return this.#entries.get(this.host.space.view.getUint32(key, true))?.value ?? 0;
  }

  override userLookup(key: number, out: number, _flags: number): number {
    const entry = this.#entries.get(this.host.space.view.getUint32(key, true));
    if (!entry) return -ERRNO.ENOENT;
    this.heap.renew();
    this.heap.copy(out, entry.value, this.definition.valueSizeBytes);
    return 0;
  }

  override update(_machine: Machine, key: number, value: number, flags: number): number {
    return this.userUpdate(key, value, flags);
  }

  override userUpdate(key: number, value: number, flags: number): number {
    const { view } = this.host.space;
    const cpu = view.getUint32(key, true);
    const queueLength = view.getUint32(value, true);
    const number = this.definition.valueSizeBytes === 8 ? view.getInt32(value + 4, true) : 0;
    if (flags > BPF_EXIST) return -ERRNO.EINVAL;
    if (cpu >= this.definition.maxEntries) return -ERRNO.E2BIG;
    if (flags === BPF_NOEXIST) return -ERRNO.EEXIST;
    if (queueLength > LONGEST_QUEUE) return -ERRNO.EOVERFLOW;
    if (cpu >= this.host.cpuCount) return -ERRNO.ENODEV;
    if (queueLength === 0) {
      this.#remove(cpu);
      return 0;
    }
    let program: MapProgram | undefined;
    if (number > 0) {
      program = this.host.objectOf?.('program', number);
      // The kernel answers any trouble with the program so.
      if (program?.type !== 'xdp') return -ERRNO.ENOMEM;
    }
    const slot = this.#slots.take();
    if (slot < 0) return slot;
    this.host.space.view.setUint32(slot, queueLength, true);
    this.host.space.view.setUint32(slot + 4, program?.id ?? 0, true);
    this.#remove(cpu);
    this.#entries.set(cpu, { queueLength, program, value: slot });
    return 0;
  }

  override delete(_machine: Machine, key: number): number {
    return this.userDelete(key);
  }

  override userDelete(key: number): number {
    const cpu = this.host.space.view.getUint32(key, true);
    if (cpu >= this.definition.maxEntries) return -ERRNO.EINVAL;
    this.#remove(cpu);
    return 0;
  }

  override nextKey(key: number, out: number): number {
    return nextIndex(this.host.space.view, key, out, this.definition.maxEntries);
  }

  #remove(cpu: number): void {
    const entry = this.#entries.get(cpu);
    if (entry) this.#slots.give(entry.value);
    this.#entries.delete(cpu);
  }
}
