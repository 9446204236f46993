// lru_hash, lru_percpu_hash: kernel/bpf/bpf_lru_list.c, which is modelled on the lists of the page cache. New elements come to the
// head of the inactive list; an element that was looked up by a program since moves from there to the active list when room is
// wanted, and what nobody looked up goes. NO_COMMON_LRU: each CPU has lists and a share of the elements of its own.
//
// Where this is not the kernel: the kernel takes room in batches (up to 128 elements a CPU), and an update of an element that exists
// may evict another one there. Here one element goes for one that comes, and an update evicts nothing. Which element goes is promised
// by neither.

import { ERRNO } from '../errno.js';
import { CREATE_FLAGS } from '../flags.js';
import { NODE } from '../hash-layout.js';
import type { MapDefinition, MapHost } from '../map.js';
import { HashMap } from './hash.js';

/** How many active elements are looked at when the inactive list has become the shorter one (the kernel's nr_scans). */
const SCANS = 128;

const INACTIVE = 1;
const ACTIVE = 2;

/** Lists of one pool are rings through two sentinels; a node's links are kept beside the memory, by the node's number. */
interface Pool {
  readonly cpu: number;
  readonly inactive: number;
  readonly active: number;
  activeCount: number;
  inactiveCount: number;
  /** Nodes that were given to it from the fresh ones, its spare included. */
  taken: number;
  readonly capacity: number;
  readonly free: number[];
  spare: number;
}

export class LruHashMap extends HashMap {
  readonly #pools: Pool[] = [];
  readonly #before: Int32Array;
  readonly #after: Int32Array;
  /** Which list a node is on; 0: none. */
  readonly #list: Uint8Array;
  readonly #poolOf: Uint16Array;
  readonly #addresses: Uint32Array;
  #numbers = 0;

  constructor(host: MapHost, definition: MapDefinition, kind: { readonly perCpu?: boolean } = {}) {
    super(host, shared(host, definition), { ...kind, lru: true });
    const own = (definition.flags & CREATE_FLAGS.NO_COMMON_LRU) !== 0;
    const pools = own ? host.cpuCount : 1;
    const entries = this.definition.maxEntries;
    const nodes = entries + host.cpuCount + 2 * pools;
    this.#before = new Int32Array(nodes);
    this.#after = new Int32Array(nodes);
    this.#list = new Uint8Array(nodes);
    this.#poolOf = new Uint16Array(nodes);
    this.#addresses = new Uint32Array(nodes);
    for (let cpu = 0; cpu < pools; cpu++) {
      this.#pools.push({
        cpu,
        inactive: this.#sentinel(),
        active: this.#sentinel(),
        activeCount: 0,
        inactiveCount: 0,
        taken: 0,
        capacity: entries / pools,
        free: [],
        spare: 0,
      });
    }
  }

  protected override takeNode(cpu: number): number {
    const pool = this.#pools[cpu] ?? this.#pools[0]!;
    const node = pool.free.pop() ?? (pool.taken < pool.capacity ? this.#takeNew(pool) : this.#evict(pool));
    if (node > 0) this.#enter(pool, node);
    return node;
  }

  protected override giveNode(node: number): void {
    const pool = this.#leave(node);
    pool.free.push(node);
  }

  protected override takeReplacement(_cpu: number, old: number): number {
    const pool = this.#pools[this.#poolOf[this.#number(old)]!]!;
    if (pool.spare === 0) {
      pool.spare = this.#takeNew(pool);
      pool.taken--;
    }
    const node = pool.spare;
    if (node > 0) this.#enter(pool, node);
    return node;
  }

  protected override giveReplaced(_cpu: number, old: number): void {
    const pool = this.#leave(old);
    pool.spare = old;
  }

  protected override touched(node: number): void {
    this.heap.u32[(node + NODE.referenced) >>> 2] = 1;
  }

  #number(node: number): number {
    return this.heap.u32[(node + NODE.own) >>> 2]!;
  }

  #sentinel(): number {
    const number = this.#numbers++;
    this.#before[number] = number;
    this.#after[number] = number;
    return number;
  }

  #takeNew(pool: Pool): number {
    const node = this.takeFresh();
    if (node < 0) return node;
    const number = this.#numbers++;
    this.heap.u32[(node + NODE.own) >>> 2] = number;
    this.#addresses[number] = node;
    this.#poolOf[number] = pool.cpu;
    pool.taken++;
    return node;
  }

  #enter(pool: Pool, node: number): void {
    this.heap.u32[(node + NODE.referenced) >>> 2] = 0;
    this.#insert(pool, this.#number(node), INACTIVE);
  }

  #leave(node: number): Pool {
    const number = this.#number(node);
    const pool = this.#pools[this.#poolOf[number]!]!;
    if (this.#list[number] !== 0) this.#remove(pool, number);
    return pool;
  }

  #insert(pool: Pool, number: number, list: typeof ACTIVE | typeof INACTIVE): void {
    const head = list === ACTIVE ? pool.active : pool.inactive;
    const next = this.#after[head]!;
    this.#before[number] = head;
    this.#after[number] = next;
    this.#after[head] = number;
    this.#before[next] = number;
    this.#list[number] = list;
    if (list === ACTIVE) pool.activeCount++;
    else pool.inactiveCount++;
  }

  #remove(pool: Pool, number: number): void {
    const [before, after] = [this.#before[number]!, this.#after[number]!];
    this.#after[before] = after;
    this.#before[after] = before;
    if (this.#list[number] === ACTIVE) pool.activeCount--;
    else pool.inactiveCount--;
    this.#list[number] = 0;
  }

  /** Makes room: takes an element out of the table and gives its node, in no list. */
  #evict(pool: Pool): number {
    const { u32 } = this.heap;
    const wasReferenced = (number: number): boolean => {
      const at = (this.#addresses[number]! + NODE.referenced) >>> 2;
      const referenced = u32[at] !== 0;
      u32[at] = 0;
      return referenced;
    };
    if (pool.inactiveCount < pool.activeCount) {
      for (let scans = Math.min(SCANS, pool.activeCount); scans > 0; scans--) {
        const last = this.#before[pool.active]!;
        const keep = wasReferenced(last);
        this.#remove(pool, last);
        this.#insert(pool, last, keep ? ACTIVE : INACTIVE);
      }
    }
    while (pool.inactiveCount > 0) {
      const last = this.#before[pool.inactive]!;
      if (!wasReferenced(last)) return this.#evictNumber(last, pool);
      this.#remove(pool, last);
      this.#insert(pool, last, ACTIVE);
    }
    // Everything was referenced: the oldest goes all the same.
    return pool.activeCount > 0 ? this.#evictNumber(this.#before[pool.active]!, pool) : -ERRNO.ENOMEM;
  }

  #evictNumber(number: number, pool: Pool): number {
    this.discard(this.#addresses[number]!);
    return pool.free.pop()!;
  }
}

/** With a list for each CPU the number of elements becomes a multiple of the number of CPUs. */
function shared(host: MapHost, definition: MapDefinition): MapDefinition {
  if ((definition.flags & CREATE_FLAGS.NO_COMMON_LRU) === 0) return definition;
  const maxEntries = Math.ceil(definition.maxEntries / host.cpuCount) * host.cpuCount;
  return { ...definition, maxEntries: maxEntries > 0xffffffff ? maxEntries - host.cpuCount : maxEntries };
}
