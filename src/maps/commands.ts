// The map commands of bpf(2) over one map, with bytes in and out: what kernel/bpf/syscall.c checks before and around the map's own
// operations (permissions, flags, freezing) and its batches. Results are 0 or -errno, as the system call's.

import type { AddressSpace, Region } from '../engine/index.js';
import { ERRNO } from './errno.js';
import { BPF_F_LOCK, CREATE_FLAGS } from './flags.js';
import type { KernelMap } from './map.js';

/** union bpf_attr's batch part. */
export interface BatchRequest {
  /** Where the last batch ended (its `cursor`); absent: from the beginning. */
  readonly cursor?: Uint8Array | undefined;
  /** Elements at most. */
  readonly count: number;
  readonly elementFlags?: number;
  readonly flags?: number;
}

export interface BatchResult {
  /** 0; -ENOENT: that was the last of it; -ENOSPC: `count` has no room for the elements of one bucket. */
  readonly error: number;
  /** Elements that were handled, whatever the error. */
  readonly count: number;
  readonly cursor: Uint8Array<ArrayBuffer>;
  /** `count` keys and values, one after the other. */
  readonly keys: Uint8Array<ArrayBuffer>;
  readonly values: Uint8Array<ArrayBuffer>;
}

const { EPERM, EINVAL, ENOTSUPP, ENOENT, EBUSY } = ERRNO;
const NOTHING = new Uint8Array(0);
/** Elements that a batch is given room for at first; what a caller asks for is no measure. */
const FIRST_ROOM = 64;

export class MapCommands {
  readonly map: KernelMap;
  readonly #space: AddressSpace;
  /** Copies of keys and of a value, made when they are first needed: a section's value may be large. */
  #scratch: Region | undefined;
  #key = 0;
  #nextKey = 0;
  #value = 0;
  readonly #hasLock: boolean;
  #frozen = false;
  /** Writable mappings; there is no freezing while there are any. */
  #writers = 0;

  constructor(space: AddressSpace, map: KernelMap) {
    this.map = map;
    this.#space = space;
    this.#hasLock = (map.definition.fields ?? []).some(({ kind }) => kind === 'spin_lock');
  }

  get frozen(): boolean {
    return this.#frozen;
  }

  /** Bytes of a cursor: a key, or a bucket's number. */
  get cursorBytes(): number {
    return this.map.batch?.bucket ? 4 : this.map.definition.keySizeBytes;
  }

  /** BPF_MAP_LOOKUP_ELEM: the value goes to `out` (userValueSizeBytes of it); a bloom filter reads it there. */
  lookup(key: Uint8Array, out: Uint8Array, flags = 0): number {
    if ((flags & ~BPF_F_LOCK) !== 0) return -EINVAL;
    if (!this.#mayRead) return -EPERM;
    if (this.#lockless(flags)) return -EINVAL;
    this.#put(key, out);
    const result = this.map.userLookup(this.#key, this.#value, flags);
    if (result === 0) this.#take(out);
    return result;
  }

  /** BPF_MAP_UPDATE_ELEM. */
  update(key: Uint8Array, value: Uint8Array, flags = 0): number {
    if (!this.#mayWrite) return -EPERM;
    if (this.#lockless(flags)) return -EINVAL;
    this.#put(key, value);
    return this.map.userUpdate(this.#key, this.#value, flags);
  }

  /** BPF_MAP_DELETE_ELEM. */
  delete(key: Uint8Array): number {
    if (!this.#mayWrite) return -EPERM;
    this.#put(key, NOTHING);
    return this.map.userDelete(this.#key);
  }

  /** BPF_MAP_GET_NEXT_KEY: without a key, or with one that is not there, the first one. */
  nextKey(key: Uint8Array | undefined, out: Uint8Array): number {
    if (!this.#mayRead) return -EPERM;
    this.#put(key ?? NOTHING, NOTHING);
    const result = this.map.nextKey(key ? this.#key : 0, this.#nextKey);
    if (result === 0) out.set(this.#bytes(this.#nextKey, this.map.definition.keySizeBytes));
    return result;
  }

  /** BPF_MAP_LOOKUP_AND_DELETE_ELEM. */
  lookupAndDelete(key: Uint8Array, out: Uint8Array, flags = 0): number {
    const { map } = this;
    if ((flags & ~BPF_F_LOCK) !== 0) return -EINVAL;
    if (!this.#mayRead || !this.#mayWrite) return -EPERM;
    if (this.#lockless(flags) || (flags !== 0 && map.pop)) return -EINVAL;
    if (!map.userLookupAndDelete) return -ENOTSUPP;
    this.#put(key, NOTHING);
    const result = map.userLookupAndDelete(this.#key, this.#value, flags);
    if (result === 0) this.#take(out);
    return result;
  }

  /** BPF_MAP_FREEZE: from now on only programs write. */
  freeze(): number {
    const { definition } = this.map;
    if (definition.type === 'struct_ops' || (definition.fields?.length ?? 0) > 0) return -ENOTSUPP;
    if (!this.#mayWrite) return -EPERM;
    if (this.#writers > 0) return -EBUSY;
    this.#frozen = true;
    return 0;
  }

  /**
   * mmap(2) of the map: `bytes()` are those that programs work on, a view that stays right until the address space grows.
   * -ENOTSUPP: not a type that can be mapped; -EINVAL: not made with MMAPABLE; -EPERM, -EACCES: for writing, and it is frozen or read-only.
   */
  mapMemory(writable: boolean): number | { readonly bytes: () => Uint8Array<ArrayBuffer>; readonly unmap: () => void } {
    const { valuesAddress, mappableBytes, definition } = this.map;
    if (valuesAddress === undefined || (definition.fields?.length ?? 0) > 0) return -ENOTSUPP;
    if (mappableBytes === undefined) return -EINVAL;
    if (writable && this.#frozen) return -EPERM;
    // It could still be written through once the map is frozen.
    if (writable && (definition.flags & CREATE_FLAGS.RDONLY_PROG) !== 0) return -ERRNO.EACCES;
    if (writable ? !this.#mayWrite : !this.#mayRead) return -EPERM;
    if (writable) this.#writers++;
    let mapped = true;
    return {
      bytes: () => (mapped ? this.#bytes(valuesAddress, mappableBytes) : NOTHING),
      unmap: () => {
        if (mapped && writable) this.#writers--;
        mapped = false;
      },
    };
  }

  /** BPF_MAP_LOOKUP_BATCH. */
  lookupBatch(request: BatchRequest): BatchResult {
    if (!this.#mayRead) return this.#failed(-EPERM);
    if (!this.map.batch?.lookup) return this.#failed(-ENOTSUPP);
    return this.map.batch.bucket ? this.#bucketBatch(request, false) : this.#keyBatch(request);
  }

  /** BPF_MAP_LOOKUP_AND_DELETE_BATCH. */
  lookupAndDeleteBatch(request: BatchRequest): BatchResult {
    if (!this.#mayRead || !this.#mayWrite) return this.#failed(-EPERM);
    if (!this.map.batch?.lookupAndDelete) return this.#failed(-ENOTSUPP);
    return this.#bucketBatch(request, true);
  }

  /** BPF_MAP_UPDATE_BATCH: `count` keys and values, one after the other. How many were done before the first error. */
  updateBatch(
    keys: Uint8Array,
    values: Uint8Array,
    { count, elementFlags = 0 }: BatchRequest,
  ): [error: number, done: number] {
    if (!this.#mayWrite) return [-EPERM, 0];
    if (!this.map.batch?.update) return [-ENOTSUPP, 0];
    if ((elementFlags & ~BPF_F_LOCK) !== 0 || this.#lockless(elementFlags)) return [-EINVAL, 0];
    const keyBytes = this.map.definition.keySizeBytes;
    const valueBytes = this.map.userValueSizeBytes;
    for (let at = 0; at < count; at++) {
      this.#put(
        keys.subarray(at * keyBytes, (at + 1) * keyBytes),
        values.subarray(at * valueBytes, (at + 1) * valueBytes),
      );
      const error = this.map.userUpdate(this.#key, this.#value, elementFlags);
      if (error !== 0) return [error, at];
    }
    return [0, count];
  }

  /** BPF_MAP_DELETE_BATCH. How many were done before the first error. */
  deleteBatch(keys: Uint8Array, { count, elementFlags = 0 }: BatchRequest): [error: number, done: number] {
    if (!this.#mayWrite) return [-EPERM, 0];
    if (!this.map.batch?.delete) return [-ENOTSUPP, 0];
    if ((elementFlags & ~BPF_F_LOCK) !== 0 || this.#lockless(elementFlags)) return [-EINVAL, 0];
    const keyBytes = this.map.definition.keySizeBytes;
    for (let at = 0; at < count; at++) {
      this.#put(keys.subarray(at * keyBytes, (at + 1) * keyBytes), NOTHING);
      const error = this.map.userDelete(this.#key);
      if (error !== 0) return [error, at];
    }
    return [0, count];
  }

  /** Frees its copies of keys and values; the map itself stays. */
  close(): void {
    if (this.#scratch) this.#space.free(this.#scratch);
    this.#scratch = undefined;
  }

  /** Makes room for copies. Throws OutOfMemoryError. */
  #makeRoom(): void {
    const { keySizeBytes, name } = this.map.definition;
    const keyBytes = Math.ceil(keySizeBytes / 8) * 8;
    const what = `user space's copy for map ${name}`;
    this.#scratch = this.#space.allocate(2 * keyBytes + this.map.userValueSizeBytes, what, 'none');
    this.#key = this.#scratch.address;
    this.#nextKey = this.#key + keyBytes;
    this.#value = this.#nextKey + keyBytes;
  }

  get #mayRead(): boolean {
    return (this.map.definition.flags & CREATE_FLAGS.WRONLY) === 0;
  }

  get #mayWrite(): boolean {
    return (this.map.definition.flags & CREATE_FLAGS.RDONLY) === 0 && !this.#frozen;
  }

  #lockless(flags: number): boolean {
    return (flags & BPF_F_LOCK) !== 0 && !this.#hasLock;
  }

  #bytes(address: number, sizeBytes: number): Uint8Array<ArrayBuffer> {
    return this.#space.bytes.subarray(address, address + sizeBytes);
  }

  #put(key: Uint8Array, value: Uint8Array): void {
    if (!this.#scratch) this.#makeRoom();
    this.#space.bytes.set(key, this.#key);
    if (value.length > 0) this.#space.bytes.set(value, this.#value);
  }

  #take(out: Uint8Array): void {
    out.set(this.#bytes(this.#value, this.map.userValueSizeBytes));
  }

  #failed(error: number): BatchResult {
    return { error, count: 0, cursor: NOTHING.slice(), keys: NOTHING.slice(), values: NOTHING.slice() };
  }

  /** generic_map_lookup_batch: the cursor is the last key. */
  #keyBatch({ cursor, count, elementFlags = 0 }: BatchRequest): BatchResult {
    if ((elementFlags & ~BPF_F_LOCK) !== 0 || this.#lockless(elementFlags)) return this.#failed(-EINVAL);
    if (count === 0) return this.#failed(0);
    const { map } = this;
    const keySizeBytes = map.definition.keySizeBytes;
    const found = new Elements(keySizeBytes, map.userValueSizeBytes, count);
    let first = cursor === undefined;
    this.#put(cursor ?? NOTHING, NOTHING);
    let error = 0;
    while (found.count < count) {
      error = map.nextKey(first ? 0 : this.#key, this.#nextKey);
      if (error !== 0) break;
      error = map.userLookup(this.#nextKey, this.#value, elementFlags);
      if (error !== 0 && error !== -ENOENT) return this.#failed(error);
      if (error === 0) {
        found.add(this.#bytes(this.#nextKey, keySizeBytes), this.#bytes(this.#value, map.userValueSizeBytes));
      }
      error = 0;
      this.#space.bytes.copyWithin(this.#key, this.#nextKey, this.#nextKey + keySizeBytes);
      first = false;
    }
    return found.result(error, found.count > 0 ? this.#bytes(this.#key, keySizeBytes).slice() : NOTHING.slice());
  }

  /** __htab_map_lookup_and_delete_batch: whole buckets; the cursor is the number of the next one. */
  #bucketBatch({ cursor, count, elementFlags = 0, flags = 0 }: BatchRequest, remove: boolean): BatchResult {
    if ((elementFlags & ~BPF_F_LOCK) !== 0 || this.#lockless(elementFlags) || flags !== 0) return this.#failed(-EINVAL);
    if (count === 0) return this.#failed(0);
    const { map } = this;
    const bucketOf = map.batch!.bucket!;
    const keySizeBytes = map.definition.keySizeBytes;
    const found = new Elements(keySizeBytes, map.userValueSizeBytes, count);
    let bucket = cursor ? new DataView(cursor.buffer, cursor.byteOffset, 4).getUint32(0, true) : 0;
    if (!bucketOf(bucket)) return this.#failed(-ENOENT);
    this.#put(NOTHING, NOTHING);
    let error = 0;
    for (; ; bucket++) {
      const keys = bucketOf(bucket);
      if (!keys) {
        error = -ENOENT;
        break;
      }
      if (keys.length > count - found.count) {
        if (found.count === 0) error = -ERRNO.ENOSPC;
        break;
      }
      for (const key of keys) {
        // The key's own memory is the element's: deleting it may let it go.
        this.#space.bytes.copyWithin(this.#key, key, key + keySizeBytes);
        map.userLookup(this.#key, this.#value, elementFlags);
        found.add(this.#bytes(this.#key, keySizeBytes), this.#bytes(this.#value, map.userValueSizeBytes));
        if (remove) map.userDelete(this.#key);
      }
    }
    const next = new Uint8Array(4);
    new DataView(next.buffer).setUint32(0, bucket, true);
    return found.result(error, next);
  }
}

/** Keys and values in a row, in room that grows with what there is. */
class Elements {
  readonly #keyBytes: number;
  readonly #valueBytes: number;
  #keys: Uint8Array<ArrayBuffer>;
  #values: Uint8Array<ArrayBuffer>;
  count = 0;

  constructor(keyBytes: number, valueBytes: number, most: number) {
    const room = Math.min(most, FIRST_ROOM);
    this.#keyBytes = keyBytes;
    this.#valueBytes = valueBytes;
    this.#keys = new Uint8Array(room * keyBytes);
    this.#values = new Uint8Array(room * valueBytes);
  }

  add(key: Uint8Array, value: Uint8Array): void {
    if ((this.count + 1) * this.#keyBytes > this.#keys.length) {
      this.#keys = doubled(this.#keys);
      this.#values = doubled(this.#values);
    }
    this.#keys.set(key, this.count * this.#keyBytes);
    this.#values.set(value, this.count * this.#valueBytes);
    this.count++;
  }

  result(error: number, cursor: Uint8Array<ArrayBuffer>): BatchResult {
    return {
      error,
      count: this.count,
      cursor,
      keys: this.#keys.slice(0, this.count * this.#keyBytes),
      values: this.#values.slice(0, this.count * this.#valueBytes),
    };
  }
}

function doubled(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(bytes.length * 2);
  larger.set(bytes);
  return larger;
}
