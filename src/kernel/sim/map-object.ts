// A map of the simulated kernel: UserMap of the map room, with the types that its object gave it.

import type { AddressSpace } from '../../engine/index.js';
import { type KernelMap, kernelError, RingBufferMap, UserMap } from '../../maps/index.js';
import { type Btf, type BtfCodec, codecOf } from '../../object/index.js';
import type { KernelMapObject, TypedMap } from '../kernel.js';

/** Types of a map's key and value, where its object said them. */
export interface MapTypes {
  readonly btf: Btf;
  readonly keyTypeId: number;
  readonly valueTypeId: number;
}

export class SimMap extends UserMap implements KernelMapObject {
  readonly types: MapTypes | undefined;
  readonly #space: AddressSpace;
  readonly #onDispose: (map: SimMap) => void;
  #disposed = false;

  constructor(space: AddressSpace, map: KernelMap, types: MapTypes | undefined, onDispose: (map: SimMap) => void) {
    super(space, map);
    this.#space = space;
    this.types = types;
    this.#onDispose = onDispose;
  }

  /** The bytes that programs work on, where the map has its values in a row: a view, good until memory grows. */
  get memory(): Uint8Array<ArrayBuffer> | undefined {
    const { valuesAddress } = this.map;
    if (valuesAddress === undefined) return undefined;
    const length = this.map.mappableBytes ?? this.valueSizeBytes * this.maxEntries;
    return this.#space.bytes.subarray(valuesAddress, valuesAddress + length);
  }

  /** What programs wrote into a ring buffer, oldest first; it is taken out. Undefined for other types. */
  records(): Uint8Array<ArrayBuffer>[] | undefined {
    const { map } = this;
    if (this.#disposed) throw kernelError('EBADF', `map ${this.name} was disposed of`);
    if (!(map instanceof RingBufferMap)) return undefined;
    const records: Uint8Array<ArrayBuffer>[] = [];
    map.drain(record => records.push(new Uint8Array(record)));
    return records;
  }

  typed<K = unknown, V = unknown>(): SimTypedMap<K, V> {
    const { types } = this;
    if (!types || types.valueTypeId === 0) {
      throw kernelError('EINVAL', `map ${this.name} has no types: it was made without BTF`);
    }
    return new SimTypedMap<K, V>(this, types);
  }

  override [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    super[Symbol.dispose]();
    this.#onDispose(this);
  }
}

/** Keys and values as JavaScript values, by the map's BTF. Values of per-CPU maps are lists, one element a CPU. */
export class SimTypedMap<K, V> implements TypedMap<K, V> {
  readonly #map: SimMap;
  readonly #key: BtfCodec | undefined;
  readonly #value: BtfCodec;
  readonly #cpus: number;

  constructor(map: SimMap, { btf, keyTypeId, valueTypeId }: MapTypes) {
    this.#map = map;
    this.#key = keyTypeId === 0 ? undefined : codecOf(btf, keyTypeId);
    this.#value = codecOf(btf, valueTypeId);
    const perCpu = map.userValueSizeBytes !== map.valueSizeBytes;
    this.#cpus = perCpu ? map.userValueSizeBytes / (Math.ceil(map.valueSizeBytes / 8) * 8) : 0;
  }

  get(key: K): V | undefined {
    const bytes = this.#map.lookup(this.#encodeKey(key));
    return bytes && this.decodeValue(bytes);
  }

  set(key: K, value: V, flags?: 'any' | 'noexist' | 'exist'): void {
    const bytes = new Uint8Array(this.#map.userValueSizeBytes);
    if (this.#cpus === 0) this.#value.encodeInto(value, bytes);
    else {
      const stride = bytes.length / this.#cpus;
      for (const [cpu, one] of (value as readonly unknown[]).entries())
        this.#value.encodeInto(one, bytes, cpu * stride);
    }
    this.#map.update(this.#encodeKey(key), bytes, flags);
  }

  delete(key: K): boolean {
    return this.#map.delete(this.#encodeKey(key));
  }

  /** The same, for code that takes maps of any kernel. */
  async *[Symbol.asyncIterator](): AsyncIterableIterator<[K, V]> {
    yield* this;
  }

  *[Symbol.iterator](): IterableIterator<[K, V]> {
    for (const [key, value] of this.#map.entries()) yield [this.decodeKey(key), this.decodeValue(value)];
  }

  #encodeKey(key: K): Uint8Array {
    if (this.#key) return this.#key.encode(key);
    // Data sections and old maps have keys without a type: numbers.
    const bytes = new Uint8Array(this.#map.keySizeBytes);
    new DataView(bytes.buffer).setUint32(0, Number(key), true);
    return bytes;
  }

  /** A key's bytes as a value. */
  decodeKey(bytes: Uint8Array): K {
    if (this.#key) return this.#key.decode(bytes) as K;
    return (bytes.length === 4 ? new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) : bytes) as K;
  }

  /** A value's bytes (all CPUs', for per-CPU maps) as a value. */
  decodeValue(bytes: Uint8Array): V {
    if (this.#cpus === 0) return this.#value.decode(bytes) as V;
    const stride = bytes.length / this.#cpus;
    return Array.from({ length: this.#cpus }, (_, cpu) => this.#value.decode(bytes, cpu * stride)) as V;
  }
}
