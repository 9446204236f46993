// A map as user space sees it, over the KernelMap that programs use: keys and values go through scratch memory of the address space.

import type { AddressSpace, Region } from '../../engine/index.js';
import { errnoName, KernelError, type KernelMap, kernelError, RingBufferMap } from '../../maps/index.js';
import { type Btf, type BtfCodec, codecOf } from '../../object/index.js';
import type { KernelMapObject, TypedMap } from '../kernel.js';

const UPDATE_FLAGS = { any: 0, noexist: 1, exist: 2 } as const;
const ENOENT = 2;

/** Types of a map's key and value, where its object said them. */
export interface MapTypes {
  readonly btf: Btf;
  readonly keyTypeId: number;
  readonly valueTypeId: number;
}

export class SimMap implements KernelMapObject {
  readonly map: KernelMap;
  readonly types: MapTypes | undefined;
  readonly #space: AddressSpace;
  readonly #onDispose: (map: SimMap) => void;
  #frozen = false;
  #closed = false;
  #scratch: Region | undefined;

  constructor(space: AddressSpace, map: KernelMap, types: MapTypes | undefined, onDispose: (map: SimMap) => void) {
    this.#space = space;
    this.map = map;
    this.types = types;
    this.#onDispose = onDispose;
  }

  get name(): string {
    return this.map.definition.name;
  }

  get type(): string {
    return this.map.definition.type;
  }

  get id(): number {
    return this.map.id;
  }

  get keySizeBytes(): number {
    return this.map.definition.keySizeBytes;
  }

  get valueSizeBytes(): number {
    return this.map.definition.valueSizeBytes;
  }

  get maxEntries(): number {
    return this.map.definition.maxEntries;
  }

  get frozen(): boolean {
    return this.#frozen;
  }

  /** All CPUs' values together, for per-CPU maps. */
  get userValueSizeBytes(): number {
    return this.map.userValueSizeBytes;
  }

  lookup(key: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
    this.#checkOpen();
    const at = this.#put(key, undefined, 'lookup');
    return this.#found(this.map.userLookup(at.key, at.value, 0), at.value, 'look up');
  }

  update(key: Uint8Array, value: Uint8Array, flags: 'any' | 'noexist' | 'exist' = 'any'): void {
    this.#checkOpen();
    if (this.#frozen) throw kernelError('EPERM', `map ${this.name} is frozen`);
    const at = this.#put(key, value, 'update');
    const result = this.map.userUpdate(at.key, at.value, UPDATE_FLAGS[flags]);
    if (result < 0) throw this.#error(result, 'update');
  }

  delete(key: Uint8Array): boolean {
    this.#checkOpen();
    if (this.#frozen) throw kernelError('EPERM', `map ${this.name} is frozen`);
    const at = this.#put(key, undefined, 'delete');
    const result = this.map.userDelete(at.key);
    if (result === -ENOENT) return false;
    if (result < 0) throw this.#error(result, 'delete');
    return true;
  }

  lookupAndDelete(key: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
    this.#checkOpen();
    if (this.#frozen) throw kernelError('EPERM', `map ${this.name} is frozen`);
    const { map } = this;
    if (!map.userLookupAndDelete) throw kernelError('ENOTSUPP', `a ${this.type} map has no lookup-and-delete`);
    const at = this.#put(key, undefined, 'lookup');
    return this.#found(map.userLookupAndDelete(at.key, at.value, 0), at.value, 'take from');
  }

  *keys(): IterableIterator<Uint8Array<ArrayBuffer>> {
    const size = this.keySizeBytes;
    let key: Uint8Array<ArrayBuffer> | undefined;
    for (;;) {
      this.#checkOpen();
      const at = this.#put(key ?? new Uint8Array(size), undefined, 'iterate');
      const result = this.map.nextKey(key ? at.key : 0, at.value);
      if (result === -ENOENT) return;
      if (result < 0) throw this.#error(result, 'iterate');
      key = this.#space.bytes.slice(at.value, at.value + size);
      yield key;
    }
  }

  *entries(): IterableIterator<[Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>]> {
    for (const key of this.keys()) {
      // An element may go while one goes over them.
      const value = this.lookup(key);
      if (value) yield [key, value];
    }
  }

  freeze(): void {
    this.#checkOpen();
    if (this.#frozen) throw kernelError('EBUSY', `map ${this.name} is frozen already`);
    this.#frozen = true;
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
    this.#checkOpen();
    const { map } = this;
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

  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#scratch) this.#space.free(this.#scratch);
    this.map.close();
    this.#onDispose(this);
  }

  /** Copies key and value in; the addresses of both, in one scratch region. */
  #put(key: Uint8Array, value: Uint8Array | undefined, what: string): { key: number; value: number } {
    const keySize = this.keySizeBytes;
    const valueSize = this.map.userValueSizeBytes;
    if (key.length !== keySize) {
      throw kernelError('EINVAL', `${what} in map ${this.name}: its keys have ${keySize} bytes, not ${key.length}`);
    }
    if (value && value.length !== valueSize) {
      throw kernelError(
        'EINVAL',
        `${what} in map ${this.name}: its values have ${valueSize} bytes, not ${value.length}`,
      );
    }
    const valueAt = Math.ceil(keySize / 8) * 8;
    const size = valueAt + Math.max(valueSize, keySize, 8);
    this.#scratch ??= this.#space.allocate(size, `user space's copy for map ${this.name}`, 'none');
    const { address } = this.#scratch;
    this.#space.bytes.set(key, address);
    if (value) this.#space.bytes.set(value, address + valueAt);
    return { key: address, value: address + valueAt };
  }

  #found(result: number, at: number, what: string): Uint8Array<ArrayBuffer> | undefined {
    if (result === -ENOENT) return undefined;
    if (result < 0) throw this.#error(result, what);
    return this.#space.bytes.slice(at, at + this.map.userValueSizeBytes);
  }

  #error(result: number, what: string): KernelError {
    const code = errnoName(result);
    return new KernelError(code, -result, `cannot ${what} map ${this.name} (${this.type}): ${code}`);
  }

  #checkOpen(): void {
    if (this.#closed) throw kernelError('EBADF', `map ${this.name} was disposed of`);
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
