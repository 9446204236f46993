// How hash maps lie in memory, so that a JIT can compile the lookup. All words are little endian u32, all addresses u32.
//
//     buckets   bucketMask + 1 words: the address of the bucket's first node, 0 for none
//
//     node      0   next node of the bucket, 0 at its end
//               4   hash of the key
//               8   "referenced": LRU maps, a lookup stores 1 here (any other map: the node's link in the list of free nodes)
//              12   the map's own
//              16   key, padded with zeros to a multiple of 8
//              valueOffsetBytes   value, at a multiple of 8; in a per-CPU map CPU n's is at valueOffsetBytes + n * cpuStrideBytes
//
// Values stay where they are for as long as their element exists, and a deleted element's memory is only ever given to another
// element of the same map: a program that still holds a pointer to it reads a stale or a new value, as in the kernel with
// preallocated maps, but never anything else. Only values may be touched by programs.
//
// The hash function: every 4 bytes of the key are mixed in by a round of MurmurHash3's finaliser (Appleby, 2011: xor, multiply,
// shift-xor), the rest as one number; a second round at the end lets every bit reach the low ones, which choose the bucket. The
// seed is random unless the map has ZERO_SEED. Its results are not the kernel's (jhash): the order of iteration differs.

import type { Heap } from './heap.js';

export interface HashLayout {
  readonly bucketsAddress: number;
  /** Buckets less one; their number is a power of two. */
  readonly bucketMask: number;
  readonly seed: number;
  readonly keySizeBytes: number;
  readonly valueOffsetBytes: number;
  /** 0: one value for all CPUs. */
  readonly cpuStrideBytes: number;
  /** Lookups by programs store 1 at REFERENCED of the node they find. */
  readonly lru: boolean;
  /** The value is a word that holds what a lookup gives: the handle of an inner map. */
  readonly indirect: boolean;
}

export const NODE = { next: 0, hash: 4, referenced: 8, link: 8, own: 12, key: 16 } as const;

export const HASH_MULTIPLIERS = { word: 0x85ebca6b, end: 0xc2b2ae35 } as const;

/** The hash of the `sizeBytes` at `key`, as an i32. */
export function hashKey(heap: Heap, key: number, sizeBytes: number, seed: number): number {
  const { view } = heap;
  let hash = seed | 0;
  let at = 0;
  for (; at + 4 <= sizeBytes; at += 4) {
    hash = Math.imul(hash ^ view.getInt32(key + at, true), HASH_MULTIPLIERS.word);
    hash ^= hash >>> 13;
  }
  if (at < sizeBytes) {
    let rest = 0;
    for (let last = sizeBytes - 1; last >= at; last--) rest = (rest << 8) | heap.u8[key + last]!;
    hash = Math.imul(hash ^ rest, HASH_MULTIPLIERS.word);
    hash ^= hash >>> 13;
  }
  hash = Math.imul(hash, HASH_MULTIPLIERS.end);
  return hash ^ (hash >>> 16);
}

/** The node with that key, 0 when there is none. `hash` is hashKey's. */
export function findNode(heap: Heap, layout: HashLayout, key: number, hash: number): number {
  const { u32 } = heap;
  let node = u32[(layout.bucketsAddress >>> 2) + (hash & layout.bucketMask)]!;
  const wanted = hash >>> 0;
  while (node !== 0) {
    if (u32[(node + NODE.hash) >>> 2] === wanted && heap.equal(node + NODE.key, key, layout.keySizeBytes)) return node;
    node = u32[(node + NODE.next) >>> 2]!;
  }
  return 0;
}
