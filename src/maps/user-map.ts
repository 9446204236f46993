// A map as user space sees it: bytes in and out, KernelError for what the kernel refuses. The shape is KernelMapObject's of the
// kernel room; a kernel adds what it knows of the map's types.

import type { AddressSpace } from '../engine/index.js';
import { type BatchResult, MapCommands } from './commands.js';
import { ERRNO, errnoName, KernelError, kernelError } from './errno.js';
import { BPF_ANY, BPF_EXIST, BPF_F_LOCK, BPF_NOEXIST } from './flags.js';
import type { KernelMap } from './map.js';

/** BPF_ANY, BPF_NOEXIST, BPF_EXIST; `-locked`: with BPF_F_LOCK, in place, holding the value's bpf_spin_lock. */
export type UpdateMode = 'any' | 'noexist' | 'exist' | 'any-locked' | 'noexist-locked' | 'exist-locked';

const MODES: Readonly<Record<UpdateMode, number>> = {
  any: BPF_ANY,
  noexist: BPF_NOEXIST,
  exist: BPF_EXIST,
  'any-locked': BPF_ANY | BPF_F_LOCK,
  'noexist-locked': BPF_NOEXIST | BPF_F_LOCK,
  'exist-locked': BPF_EXIST | BPF_F_LOCK,
};

/** What a batch gave: as many keys as values. */
export interface ElementBatch {
  readonly keys: readonly Uint8Array<ArrayBuffer>[];
  readonly values: readonly Uint8Array<ArrayBuffer>[];
  /** Where the next batch goes on; undefined: there is no more. */
  readonly cursor: Uint8Array<ArrayBuffer> | undefined;
}

/** Memory that programs and user space share. Dispose of it to unmap it. */
export interface MappedMemory extends Disposable {
  /** The bytes themselves; read it anew after anything that may have made the address space grow. Empty once unmapped. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export class UserMap implements Disposable {
  readonly map: KernelMap;
  readonly #commands: MapCommands;
  #closed = false;

  /** Takes the map over: disposing of this lets go of it. */
  constructor(space: AddressSpace, map: KernelMap) {
    this.map = map;
    this.#commands = new MapCommands(space, map);
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

  /** Of what `lookup` gives and `update` takes: all CPUs' values, each rounded up to 8 bytes, for per-CPU maps. */
  get userValueSizeBytes(): number {
    return this.map.userValueSizeBytes;
  }

  get frozen(): boolean {
    return this.#commands.frozen;
  }

  /** The value; undefined: no such key. Of a bloom filter: the value again, if it may be in the set (the key is then the value). */
  lookup(key: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
    const asksForValue = this.type === 'bloom_filter';
    const out = asksForValue ? this.#value(key).slice() : new Uint8Array(this.userValueSizeBytes);
    const result = this.#open().lookup(asksForValue ? NO_KEY : this.#key(key), out);
    return this.#found(result, 'look up') ? out : undefined;
  }

  /** Throws KernelError: E2BIG, EEXIST, ENOENT, EINVAL, EPERM when it is frozen... Maps without keys take an empty one. */
  update(key: Uint8Array, value: Uint8Array, mode: UpdateMode = 'any'): void {
    this.#check(this.#open().update(this.#key(key), this.#value(value), MODES[mode]), 'update');
  }

  /** Whether the key was there. */
  delete(key: Uint8Array): boolean {
    return this.#found(this.#open().delete(this.#key(key)), 'delete from');
  }

  lookupAndDelete(key: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
    const out = new Uint8Array(this.userValueSizeBytes);
    return this.#found(this.#open().lookupAndDelete(this.#key(key), out), 'take from') ? out : undefined;
  }

  /** Queues and stacks: adds a value. */
  push(value: Uint8Array, mode: UpdateMode = 'any'): void {
    this.update(NO_KEY, value, mode);
  }

  /** Queues and stacks: takes the next value; undefined: there is none. */
  pop(): Uint8Array<ArrayBuffer> | undefined {
    return this.lookupAndDelete(NO_KEY);
  }

  /** Queues and stacks: the next value, left where it is. */
  peek(): Uint8Array<ArrayBuffer> | undefined {
    return this.lookup(NO_KEY);
  }

  /**
   * Every key, as BPF_MAP_GET_NEXT_KEY gives them. The one just given may be deleted on the way. Deleting others may begin the walk
   * anew, as in the kernel; a walk over more keys than the map can have ends with EAGAIN.
   */
  *keys(): IterableIterator<Uint8Array<ArrayBuffer>> {
    // The next key is asked for before the last one is handed out: deleting it must not begin the walk anew.
    let next = this.#nextKey(undefined);
    const most = this.maxEntries || Infinity;
    for (let count = 0; next; count++) {
      if (count >= most) throw kernelError('EAGAIN', `map ${this.name} changed too much while its keys were gone over`);
      const key: Uint8Array<ArrayBuffer> = next;
      next = this.#nextKey(key);
      yield key;
    }
  }

  *entries(): IterableIterator<[Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>]> {
    for (const key of this.keys()) {
      const value = this.lookup(key);
      if (value) yield [key, value];
    }
  }

  [Symbol.iterator](): IterableIterator<[Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>]> {
    return this.entries();
  }

  /** Up to `count` elements from a cursor on; `remove` takes them out. Throws KernelError: ENOSPC when a bucket has more than `count`. */
  lookupBatch(count: number, cursor?: Uint8Array, { remove = false } = {}): ElementBatch {
    const commands = this.#open();
    const request = { count, cursor };
    const result = remove ? commands.lookupAndDeleteBatch(request) : commands.lookupBatch(request);
    if (result.error !== 0 && result.error !== -ERRNO.ENOENT) this.#check(result.error, 'look up a batch in');
    return { ...split(result), cursor: result.error === 0 && count > 0 ? result.cursor : undefined };
  }

  /** Every element, `count` at a time (more where the kernel's buckets ask for it). */
  *batches(count = 64, options: { readonly remove?: boolean } = {}): IterableIterator<ElementBatch> {
    let cursor: Uint8Array<ArrayBuffer> | undefined;
    for (let room = count; ; ) {
      let batch: ElementBatch;
      try {
        batch = this.lookupBatch(room, cursor, options);
      } catch (error) {
        if (!(error instanceof KernelError) || error.code !== 'ENOSPC') throw error;
        room *= 2;
        continue;
      }
      if (batch.keys.length > 0) yield batch;
      cursor = batch.cursor;
      if (!cursor) return;
    }
  }

  /** Throws KernelError at the first that fails; its `done` says how many came before it. */
  updateBatch(entries: readonly (readonly [Uint8Array, Uint8Array])[]): void {
    const keys = joined(entries.map(([key]) => this.#key(key)));
    const values = joined(entries.map(([, value]) => this.#value(value)));
    const [error, done] = this.#open().updateBatch(keys, values, { count: entries.length });
    this.#check(error, 'update a batch in', done);
  }

  deleteBatch(keys: readonly Uint8Array[]): void {
    const [error, done] = this.#open().deleteBatch(joined(keys.map(key => this.#key(key))), { count: keys.length });
    this.#check(error, 'delete a batch from', done);
  }

  /** No more changes from user space (BPF_MAP_FREEZE). */
  freeze(): void {
    this.#check(this.#open().freeze(), 'freeze');
  }

  /** mmap(2), of arrays with MMAPABLE and of arenas. */
  mapMemory({ writable = true } = {}): MappedMemory {
    const mapped = this.#open().mapMemory(writable);
    if (typeof mapped === 'number') throw this.#error(mapped, 'map the memory of');
    return {
      get bytes() {
        return mapped.bytes();
      },
      [Symbol.dispose]: mapped.unmap,
    };
  }

  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#commands.close();
    this.map.close();
  }

  #open(): MapCommands {
    if (this.#closed) throw kernelError('EBADF', `map ${this.name} was disposed of`);
    return this.#commands;
  }

  #nextKey(key: Uint8Array | undefined): Uint8Array<ArrayBuffer> | undefined {
    const next = new Uint8Array(this.keySizeBytes);
    return this.#found(this.#open().nextKey(key, next), 'iterate over') ? next : undefined;
  }

  #key(key: Uint8Array): Uint8Array {
    if (key.length === this.keySizeBytes) return key;
    throw kernelError('EINVAL', `keys of map ${this.name} have ${this.keySizeBytes} bytes, not ${key.length}`);
  }

  #value(value: Uint8Array): Uint8Array {
    if (value.length === this.userValueSizeBytes) return value;
    throw kernelError(
      'EINVAL',
      `values of map ${this.name} have ${this.userValueSizeBytes} bytes, not ${value.length}`,
    );
  }

  #found(result: number, what: string): boolean {
    if (result === -ERRNO.ENOENT) return false;
    this.#check(result, what);
    return true;
  }

  #check(result: number, what: string, done?: number): void {
    if (result >= 0) return;
    const error = this.#error(result, what);
    throw done === undefined ? error : Object.assign(error, { done });
  }

  #error(result: number, what: string): KernelError {
    const code = errnoName(result);
    return new KernelError(code, -result, `cannot ${what} map ${this.name} (${this.type}): ${code}`);
  }
}

const NO_KEY = new Uint8Array(0);

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function split({ count, keys, values }: BatchResult): Pick<ElementBatch, 'keys' | 'values'> {
  const pieces = (bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] => {
    const size = count === 0 ? 0 : bytes.length / count;
    return Array.from({ length: count }, (_, at) => bytes.slice(at * size, (at + 1) * size));
  };
  return { keys: pieces(keys), values: pieces(values) };
}
