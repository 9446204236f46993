// What all map types share: a handle, regions that go when the map closes, and the answers of a type that lacks an operation.

import type { Access, Machine, Region } from '../engine/index.js';
import { ERRNO } from './errno.js';
import { BPF_F_LOCK, CREATE_FLAGS } from './flags.js';
import { Heap, roundUp8 } from './heap.js';
import type { KernelMap, MapDefinition, MapHost, SpecialField } from './map.js';
import { mapRegistry } from './registry.js';
import { ValueSlots } from './value-slots.js';

const HANDLE_BYTES = 16;

export abstract class BaseMap implements KernelMap {
  readonly definition: MapDefinition;
  readonly host: MapHost;
  readonly id: number;
  readonly handle: number;
  readonly userValueSizeBytes: number;
  /** Views over the address space; `renew()` first in each operation. */
  protected readonly heap: Heap;
  protected readonly fields: readonly SpecialField[];
  /** What programs may do with values. */
  protected readonly valueAccess: Access;
  readonly #regions = new Set<Region>();
  #holders = 1;

  constructor(host: MapHost, definition: MapDefinition, userValueSizeBytes = definition.valueSizeBytes) {
    this.host = host;
    this.definition = definition;
    this.userValueSizeBytes = userValueSizeBytes;
    this.heap = new Heap(host.space);
    this.fields = definition.fields ?? [];
    this.valueAccess = (definition.flags & CREATE_FLAGS.RDONLY_PROG) !== 0 ? 'read' : 'read-write';
    this.handle = this.allocate(HANDLE_BYTES, `map ${definition.name}`, 'none').address;
    const registry = mapRegistry(host.space);
    this.id = registry.nextId;
    registry.add(this);
  }

  /** Memory that goes with the map; `what` is for messages: "values of map counts". */
  protected allocate(sizeBytes: number, what: string, access: Access, alignBytes = 8): Region {
    const region = this.host.space.allocate(sizeBytes, what, access, alignBytes);
    this.#regions.add(region);
    this.heap.renew();
    return region;
  }

  /** Room for values that come and go one by one. */
  protected valueSlots(sizeBytes = this.definition.valueSizeBytes, access = this.valueAccess): ValueSlots {
    const { space } = this.host;
    const what = `values of map ${this.definition.name}`;
    return new ValueSlots(space, sizeBytes, access, bytes => this.allocate(bytes, what, 'none'));
  }

  protected get hasSpinLock(): boolean {
    return this.fields.some(({ kind }) => kind === 'spin_lock');
  }

  /** -EINVAL for flags that no update takes: BPF_F_LOCK without a lock, and what has no meaning. */
  protected refuseFlags(flags: number): boolean {
    return (flags & ~BPF_F_LOCK) >>> 0 > 2 || ((flags & BPF_F_LOCK) !== 0 && !this.hasSpinLock);
  }

  /** Copies a value to user space: special fields read as zeros. */
  protected copyOut(out: number, value: number): void {
    const { valueSizeBytes } = this.definition;
    this.heap.copyValue(out, value, valueSizeBytes, this.fields);
    this.heap.clearFields(out, this.fields);
  }

  /** What operations that the type does not have answer. */
  protected get unsupported(): number {
    return -ERRNO.EOPNOTSUPP;
  }

  lookup(_machine: Machine, _key: number): number {
    return 0;
  }

  update(_machine: Machine, _key: number, _value: number, _flags: number): number {
    return this.unsupported;
  }

  delete(_machine: Machine, _key: number): number {
    return this.unsupported;
  }

  userLookup(_key: number, _out: number, _flags: number): number {
    return this.unsupported;
  }

  userUpdate(_key: number, _value: number, _flags: number): number {
    return this.unsupported;
  }

  userDelete(_key: number): number {
    return this.unsupported;
  }

  nextKey(_key: number, _out: number): number {
    return this.unsupported;
  }

  /** Lets go of what its elements hold; called once, before its memory goes. */
  protected letGo(): void {}

  /** Tells the kernel that an element's special fields are to be let go. */
  protected releaseFields(value: number): void {
    if (this.fields.length > 0) this.host.releaseFields?.(this, value);
  }

  mayReplace(other: KernelMap): boolean {
    const [a, b] = [this.definition, other.definition];
    return (
      a.type === b.type &&
      a.keySizeBytes === b.keySizeBytes &&
      a.valueSizeBytes === b.valueSizeBytes &&
      a.flags === b.flags &&
      sameFields(a.fields ?? [], b.fields ?? [])
    );
  }

  retain(): void {
    this.#holders++;
  }

  close(): void {
    if (this.#holders === 0 || --this.#holders > 0) return;
    this.letGo();
    this.abandon();
  }

  /** Frees its memory, and nothing else: of a map that could not be made either. */
  abandon(): void {
    mapRegistry(this.host.space).remove(this);
    for (const region of this.#regions) this.host.space.free(region);
    this.#regions.clear();
  }
}

const sameFields = (a: readonly SpecialField[], b: readonly SpecialField[]): boolean =>
  a.length === b.length &&
  a.every((field, at) => field.kind === b[at]!.kind && field.offsetBytes === b[at]!.offsetBytes);

/** Bytes that user space passes for a value of a per-CPU map. */
export const perCpuValueBytes = (host: MapHost, definition: MapDefinition): number =>
  roundUp8(definition.valueSizeBytes) * host.cpuCount;
