// hash, percpu_hash: kernel/bpf/hashtab.c. A table of buckets, each a list of nodes, the newest first; see hash-layout.ts.
//
// As in the kernel, an update of an element that exists puts a new node in the old one's place (each CPU keeps a spare one for it),
// so that a pointer a program holds keeps showing the old value; per-CPU values, and values under BPF_F_LOCK, change in place.

import type { FunctionBuilder, Machine, ModuleBuilder } from '../../engine/index.js';
import { BaseMap, perCpuValueBytes } from '../base-map.js';
import { ERRNO } from '../errno.js';
import { BPF_EXIST, BPF_F_LOCK, BPF_NOEXIST, CREATE_FLAGS } from '../flags.js';
import { findNode, type HashLayout, hashKey, NODE } from '../hash-layout.js';
import { roundUp8, roundUpToPowerOfTwo } from '../heap.js';
import { addHashLookup } from '../lookup-wasm.js';
import type { BatchSupport, MapDefinition, MapHost } from '../map.js';

/** Nodes of the first piece of a map without NO_PREALLOC; each further piece has twice as many, up to the limit. */
const FIRST_SLAB_NODES = 64;
const LARGEST_SLAB_BYTES = 1 << 20;

export class HashMap extends BaseMap {
  readonly hashLayout: HashLayout;
  readonly batch: BatchSupport;
  /** Elements in the table. */
  count = 0;
  protected readonly preallocated: boolean;
  protected readonly perCpu: boolean;
  /** Bytes of one CPU's value, rounded up. */
  protected readonly slotBytes: number;
  protected readonly nodeBytes: number;
  /** First of the nodes that were deleted, linked through NODE.link. */
  #free = 0;
  #fresh = 0;
  #freshEnd = 0;
  #slabNodes = FIRST_SLAB_NODES;
  /** One node for each CPU, for updates of elements that exist. */
  readonly #spares: Uint32Array;

  constructor(
    host: MapHost,
    definition: MapDefinition,
    kind: { readonly perCpu?: boolean; readonly lru?: boolean; readonly indirect?: boolean } = {},
  ) {
    const perCpu = kind.perCpu ?? false;
    super(host, definition, perCpu ? perCpuValueBytes(host, definition) : definition.valueSizeBytes);
    const { keySizeBytes, valueSizeBytes, maxEntries, flags, name } = definition;
    this.perCpu = perCpu;
    this.preallocated = (flags & CREATE_FLAGS.NO_PREALLOC) === 0;
    this.slotBytes = roundUp8(valueSizeBytes);
    const buckets = roundUpToPowerOfTwo(maxEntries);
    const bucketsAddress = this.allocate(buckets * 4, `buckets of map ${name}`, 'none').address;
    this.hashLayout = {
      bucketsAddress,
      bucketMask: buckets - 1,
      seed: (flags & CREATE_FLAGS.ZERO_SEED) !== 0 ? 0 : host.random() | 0,
      keySizeBytes,
      valueOffsetBytes: NODE.key + roundUp8(keySizeBytes),
      cpuStrideBytes: perCpu ? this.slotBytes : 0,
      lru: kind.lru ?? false,
      indirect: kind.indirect ?? false,
    };
    this.nodeBytes = this.hashLayout.valueOffsetBytes + this.slotBytes * (perCpu ? host.cpuCount : 1);
    this.#spares = new Uint32Array(host.cpuCount);
    if (this.preallocated) this.#addSlab(this.nodeCapacity);
    this.batch = {
      lookup: true,
      lookupAndDelete: true,
      update: true,
      delete: true,
      bucket: index => this.#bucketKeys(index),
    };
  }

  /** Nodes of a preallocated map: its elements, and one spare for each CPU. */
  protected get nodeCapacity(): number {
    return this.definition.maxEntries + this.host.cpuCount;
  }

  override lookup(machine: Machine, key: number): number {
    const node = this.find(key);
    if (node === 0) return 0;
    const { valueOffsetBytes, cpuStrideBytes, indirect, lru } = this.hashLayout;
    if (lru) this.heap.u32[(node + NODE.referenced) >>> 2] = 1;
    const value = node + valueOffsetBytes + machine.cpu * cpuStrideBytes;
    return indirect ? this.heap.u32[value >>> 2]! : value;
  }

  addLookup(module: ModuleBuilder, name: string): FunctionBuilder {
    return addHashLookup(module, this.hashLayout, name);
  }

  lookupOnCpu(_machine: Machine, key: number, cpu: number): number {
    if (!this.perCpu || cpu >= this.host.cpuCount) return 0;
    const node = this.find(key);
    return node === 0 ? 0 : node + this.hashLayout.valueOffsetBytes + cpu * this.slotBytes;
  }

  override update(machine: Machine, key: number, value: number, flags: number): number {
    return this.put(machine.cpu, key, value, flags, false);
  }

  override userUpdate(key: number, value: number, flags: number): number {
    return this.put(0, key, value, flags, this.perCpu);
  }

  /** `all`: the value is one for each CPU, in a row. */
  protected put(cpu: number, key: number, value: number, flags: number, all: boolean): number {
    if (this.refuseFlags(flags) || (this.perCpu && flags > BPF_EXIST)) return -ERRNO.EINVAL;
    const { heap } = this;
    heap.renew();
    const hash = this.hash(key);
    const old = findNode(heap, this.hashLayout, key, hash);
    const mode = flags & ~BPF_F_LOCK;
    if (old !== 0 && mode === BPF_NOEXIST) return -ERRNO.EEXIST;
    if (old === 0 && mode === BPF_EXIST) return -ERRNO.ENOENT;
    if (old !== 0 && (this.perCpu || (flags & BPF_F_LOCK) !== 0)) {
      this.touched(old);
      this.#writeValue(old, cpu, value, all);
      return 0;
    }
    const node = old !== 0 ? this.takeReplacement(cpu, old) : this.takeNode(cpu);
    if (node < 0) return node;
    heap.copy(node + NODE.key, key, this.definition.keySizeBytes);
    heap.u32[(node + NODE.hash) >>> 2] = hash;
    if (this.perCpu && !all) heap.zero(node + this.hashLayout.valueOffsetBytes, this.slotBytes * this.host.cpuCount);
    this.#writeValue(node, cpu, value, all);
    if (this.fields.length > 0) this.#clearFields(node);
    this.#link(node, hash);
    if (old !== 0) {
      this.#unlink(old);
      this.releaseFields(old + this.hashLayout.valueOffsetBytes);
      this.giveReplaced(cpu, old);
    } else {
      this.count++;
    }
    return 0;
  }

  override delete(_machine: Machine, key: number): number {
    return this.userDelete(key);
  }

  override userDelete(key: number): number {
    const node = this.find(key);
    if (node === 0) return -ERRNO.ENOENT;
    this.discard(node);
    return 0;
  }

  override userLookup(key: number, out: number, _flags: number): number {
    const node = this.find(key);
    if (node === 0) return -ERRNO.ENOENT;
    this.#copyNode(node, out);
    return 0;
  }

  userLookupAndDelete(key: number, out: number, _flags: number): number {
    const node = this.find(key);
    if (node === 0) return -ERRNO.ENOENT;
    this.#copyNode(node, out);
    this.discard(node);
    return 0;
  }

  override nextKey(key: number, out: number): number {
    const { heap, hashLayout } = this;
    heap.renew();
    let bucket = 0;
    if (key !== 0) {
      const hash = this.hash(key);
      const node = findNode(heap, hashLayout, key, hash);
      if (node !== 0) {
        const next = heap.u32[(node + NODE.next) >>> 2]!;
        if (next !== 0) {
          heap.copy(out, next + NODE.key, hashLayout.keySizeBytes);
          return 0;
        }
        bucket = (hash & hashLayout.bucketMask) + 1;
      }
    }
    const first = hashLayout.bucketsAddress >>> 2;
    for (; bucket <= hashLayout.bucketMask; bucket++) {
      const node = heap.u32[first + bucket]!;
      if (node === 0) continue;
      heap.copy(out, node + NODE.key, hashLayout.keySizeBytes);
      return 0;
    }
    return -ERRNO.ENOENT;
  }

  forEach(machine: Machine, visit: (key: number, value: number) => boolean): number {
    const { heap, hashLayout } = this;
    const { bucketsAddress, bucketMask, valueOffsetBytes, cpuStrideBytes, keySizeBytes } = hashLayout;
    const keyAccess = this.host.space;
    let visited = 0;
    for (let bucket = 0; bucket <= bucketMask; bucket++) {
      heap.renew();
      let node = heap.u32[(bucketsAddress >>> 2) + bucket]!;
      while (node !== 0) {
        // The callback may delete the element.
        const next = heap.u32[(node + NODE.next) >>> 2]!;
        visited++;
        keyAccess.setAccess(node + NODE.key, keySizeBytes, 'read');
        const stop = visit(node + NODE.key, node + valueOffsetBytes + machine.cpu * cpuStrideBytes);
        keyAccess.setAccess(node + NODE.key, keySizeBytes, 'none');
        if (stop) return visited;
        heap.renew();
        node = next;
      }
    }
    return visited;
  }

  protected hash(key: number): number {
    return hashKey(this.heap, key, this.hashLayout.keySizeBytes, this.hashLayout.seed);
  }

  /** The node with that key, or 0. */
  protected find(key: number): number {
    this.heap.renew();
    return findNode(this.heap, this.hashLayout, key, this.hash(key));
  }

  /** Takes the node out of the table. */
  protected discard(node: number): void {
    this.#unlink(node);
    this.count--;
    this.releaseFields(node + this.hashLayout.valueOffsetBytes);
    this.giveNode(node);
  }

  /** A node for a new element, or -errno. */
  protected takeNode(_cpu: number): number {
    return this.count >= this.definition.maxEntries ? -ERRNO.E2BIG : this.#takeFree();
  }

  protected giveNode(node: number): void {
    this.heap.u32[(node + NODE.link) >>> 2] = this.#free;
    this.#free = node;
  }

  /** A node that takes the place of `old`. */
  protected takeReplacement(cpu: number, _old: number): number {
    const spare = this.preallocated ? this.#spares[cpu]! : 0;
    return spare !== 0 ? spare : this.#takeFree();
  }

  protected giveReplaced(cpu: number, old: number): void {
    if (this.preallocated) this.#spares[cpu] = old;
    else this.giveNode(old);
  }

  /** An element was changed in place. */
  protected touched(_node: number): void {}

  /** A node that was never used. The map's capacity is the caller's care. */
  protected takeFresh(): number {
    if (this.#fresh === this.#freshEnd) {
      const largest = Math.max(FIRST_SLAB_NODES, Math.floor(LARGEST_SLAB_BYTES / this.nodeBytes));
      try {
        this.#addSlab(Math.min(this.#slabNodes, this.definition.maxEntries + this.host.cpuCount));
      } catch {
        return -ERRNO.ENOMEM;
      }
      this.#slabNodes = Math.min(this.#slabNodes * 2, largest);
    }
    const node = this.#fresh;
    this.#fresh += this.nodeBytes;
    const { valueOffsetBytes, indirect } = this.hashLayout;
    if (!indirect) {
      for (let cpu = 0; cpu < (this.perCpu ? this.host.cpuCount : 1); cpu++) {
        const value = node + valueOffsetBytes + cpu * this.slotBytes;
        this.host.space.setAccess(value, this.definition.valueSizeBytes, this.valueAccess);
      }
    }
    return node;
  }

  #takeFree(): number {
    const node = this.#free;
    if (node === 0) return this.takeFresh();
    this.#free = this.heap.u32[(node + NODE.link) >>> 2]!;
    return node;
  }

  #addSlab(nodes: number): void {
    const region = this.allocate(nodes * this.nodeBytes, `elements of map ${this.definition.name}`, 'none');
    this.#fresh = region.address;
    this.#freshEnd = region.address + nodes * this.nodeBytes;
  }

  #link(node: number, hash: number): void {
    const { u32 } = this.heap;
    const bucket = (this.hashLayout.bucketsAddress >>> 2) + (hash & this.hashLayout.bucketMask);
    u32[(node + NODE.next) >>> 2] = u32[bucket]!;
    u32[bucket] = node;
  }

  #unlink(node: number): void {
    const { u32 } = this.heap;
    const hash = u32[(node + NODE.hash) >>> 2]!;
    let at = (this.hashLayout.bucketsAddress >>> 2) + (hash & this.hashLayout.bucketMask);
    while (u32[at] !== node) at = (u32[at]! + NODE.next) >>> 2;
    u32[at] = u32[(node + NODE.next) >>> 2]!;
  }

  #writeValue(node: number, cpu: number, value: number, all: boolean): void {
    const { heap, definition, fields, slotBytes } = this;
    const to = node + this.hashLayout.valueOffsetBytes;
    if (!this.perCpu) {
      heap.copyValue(to, value, definition.valueSizeBytes, fields);
    } else if (!all) {
      heap.copyValue(to + cpu * slotBytes, value, definition.valueSizeBytes, fields);
    } else {
      for (let at = 0; at < this.userValueSizeBytes; at += slotBytes) {
        heap.copyValue(to + at, value + at, definition.valueSizeBytes, fields);
      }
    }
  }

  #clearFields(node: number): void {
    for (let cpu = 0; cpu < (this.perCpu ? this.host.cpuCount : 1); cpu++) {
      this.heap.clearFields(node + this.hashLayout.valueOffsetBytes + cpu * this.slotBytes, this.fields);
    }
  }

  #copyNode(node: number, out: number): void {
    const value = node + this.hashLayout.valueOffsetBytes;
    for (let at = 0; at < (this.perCpu ? this.userValueSizeBytes : 1); at += this.slotBytes) {
      this.copyOut(out + at, value + at);
    }
  }

  #bucketKeys(index: number): number[] | undefined {
    const { heap, hashLayout } = this;
    heap.renew();
    if (index > hashLayout.bucketMask) return undefined;
    const keys: number[] = [];
    let node = heap.u32[(hashLayout.bucketsAddress >>> 2) + index]!;
    for (; node !== 0; node = heap.u32[(node + NODE.next) >>> 2]!) keys.push(node + NODE.key);
    return keys;
  }
}
