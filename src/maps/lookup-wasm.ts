// Lookups in hashes and arrays as WebAssembly, for JITs: a function over the memory that the map lies in, made for one map, with its
// layout as constants. hash-layout.ts and array-layout.ts say what it reads.

import { type AddressSpace, BLOCK_VOID, type FunctionBuilder, ModuleBuilder } from '../engine/index.js';
import type { ArrayLayout } from './array-layout.js';
import { HASH_MULTIPLIERS, type HashLayout, NODE } from './hash-layout.js';

/** Keys up to this long are read without a loop. */
const UNROLLED_BYTES = 64;

const parameters = (cpuStrideBytes: number): readonly (readonly [string, 'i32'])[] =>
  cpuStrideBytes === 0
    ? [['key', 'i32']]
    : [
        ['key', 'i32'],
        ['cpu', 'i32'],
      ];

/**
 * Adds a function `(key) -> value` to a module (`(key, cpu) -> value` for a per-CPU map), all i32: the address of the value (of an
 * inner map: its handle), 0 when there is none. The module's memory is the map's address space.
 */
export function addHashLookup(module: ModuleBuilder, layout: HashLayout, name = 'hash_lookup'): FunctionBuilder {
  const { keySizeBytes, cpuStrideBytes } = layout;
  const body = module.function(name, parameters(cpuStrideBytes), ['i32']);
  const key = 0;
  const hash = body.local('i32', 'hash');
  const node = body.local('i32', 'node');
  const at = keySizeBytes > UNROLLED_BYTES ? body.local('i32', 'at') : -1;

  emitHash(body, layout, key, hash, at);

  // node = buckets[hash & mask]
  body.get(hash).i32(layout.bucketMask).emit('i32.and').i32(2).emit('i32.shl');
  body.emit('i32.load', 2, layout.bucketsAddress).set(node);
  body.emit('block', BLOCK_VOID).emit('loop', BLOCK_VOID);
  body.get(node).emit('i32.eqz').emit('br_if', 1);
  body.emit('block', BLOCK_VOID);
  // A short key is compared as fast as its hash.
  if (keySizeBytes > 8) body.get(node).emit('i32.load', 2, NODE.hash).get(hash).emit('i32.ne').emit('br_if', 0);
  emitKeyComparison(body, keySizeBytes, key, node, at);
  if (layout.lru) body.get(node).i32(1).emit('i32.store', 2, NODE.referenced);
  body.get(node);
  if (cpuStrideBytes > 0) body.get(1).i32(cpuStrideBytes).emit('i32.mul').emit('i32.add');
  if (layout.indirect) body.emit('i32.load', 2, layout.valueOffsetBytes);
  else body.i32(layout.valueOffsetBytes).emit('i32.add');
  body.emit('return');
  body.emit('end');
  body.get(node).emit('i32.load', 2, NODE.next).set(node);
  body.emit('br', 0);
  body.emit('end').emit('end');
  return body.i32(0);
}

/** The same for an array. */
export function addArrayLookup(module: ModuleBuilder, layout: ArrayLayout, name = 'array_lookup'): FunctionBuilder {
  const { strideBytes, cpuStrideBytes, maxEntries, valuesAddress } = layout;
  const body = module.function(name, parameters(cpuStrideBytes), ['i32']);
  const index = body.local('i32', 'index');
  body.get(0).emit('i32.load', 0, 0).emit('local.tee', index).i32(maxEntries).emit('i32.ge_u');
  body.emit('if', BLOCK_VOID).i32(0).emit('return').emit('end');
  body.get(index).i32(strideBytes).emit('i32.mul');
  if (cpuStrideBytes > 0) body.get(1).i32(cpuStrideBytes).emit('i32.mul').emit('i32.add');
  if (layout.indirect) body.emit('i32.load', 2, valuesAddress);
  else body.i32(valuesAddress).emit('i32.add');
  return body;
}

/** A function of its own, for callers in JavaScript: `lookup(key, cpu)`. Needs WebAssembly. */
export function compileLookup(
  space: AddressSpace,
  layout: { readonly hashLayout?: HashLayout | undefined; readonly arrayLayout?: ArrayLayout | undefined },
): (key: number, cpu: number) => number {
  const module = new ModuleBuilder();
  module.importMemory('skep', 'memory', { minimum: 0, maximum: space.maximumBytes / 0x10000 });
  const { hashLayout, arrayLayout } = layout;
  if (!hashLayout && !arrayLayout) throw new TypeError('the map has no layout that lookups can be compiled for');
  const body = hashLayout ? addHashLookup(module, hashLayout) : addArrayLookup(module, arrayLayout!);
  module.export('lookup', 'function', body.index);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes()), {
    skep: { memory: space.memory },
  });
  return instance.exports['lookup'] as (key: number, cpu: number) => number;
}

/** hashKey of hash-layout.ts. */
function emitHash(body: FunctionBuilder, layout: HashLayout, key: number, hash: number, at: number): void {
  const { keySizeBytes, seed } = layout;
  const words = keySizeBytes >>> 2;
  // What is on the stack is mixed into the hash.
  const round = (): void => {
    body.get(hash).emit('i32.xor').i32(HASH_MULTIPLIERS.word).emit('i32.mul').set(hash);
    body.get(hash).get(hash).i32(13).emit('i32.shr_u').emit('i32.xor').set(hash);
  };
  body.i32(seed).set(hash);
  if (at >= 0) {
    body.get(key).set(at).emit('loop', BLOCK_VOID);
    body.get(at).emit('i32.load', 0, 0);
    round();
    body.get(at).i32(4).emit('i32.add').emit('local.tee', at);
    body
      .get(key)
      .i32(words * 4)
      .emit('i32.add')
      .emit('i32.ne')
      .emit('br_if', 0)
      .emit('end');
  } else {
    for (let word = 0; word < words; word++) {
      body.get(key).emit('i32.load', 0, word * 4);
      round();
    }
  }
  const rest = keySizeBytes & 3;
  if (rest > 0) {
    const first = words * 4;
    body.get(key).emit(rest === 1 ? 'i32.load8_u' : 'i32.load16_u', 0, first);
    if (rest === 3)
      body
        .get(key)
        .emit('i32.load8_u', 0, first + 2)
        .i32(16)
        .emit('i32.shl')
        .emit('i32.or');
    round();
  }
  body.get(hash).i32(HASH_MULTIPLIERS.end).emit('i32.mul').set(hash);
  body.get(hash).get(hash).i32(16).emit('i32.shr_u').emit('i32.xor').set(hash);
}

/** Leaves the innermost block when the node's key is another one. */
function emitKeyComparison(body: FunctionBuilder, sizeBytes: number, key: number, node: number, at: number): void {
  let done = 0;
  if (at >= 0) {
    const whole = sizeBytes & ~7;
    body.i32(0).set(at).emit('loop', BLOCK_VOID);
    body.get(node).get(at).emit('i32.add').emit('i64.load', 0, NODE.key);
    body.get(key).get(at).emit('i32.add').emit('i64.load', 0, 0);
    body.emit('i64.ne').emit('br_if', 1);
    body.get(at).i32(8).emit('i32.add').emit('local.tee', at).i32(whole).emit('i32.ne').emit('br_if', 0).emit('end');
    done = whole;
  }
  const chunks = [
    [8, 'i64.load', 'i64.ne'],
    [4, 'i32.load', 'i32.ne'],
    [2, 'i32.load16_u', 'i32.ne'],
    [1, 'i32.load8_u', 'i32.ne'],
  ] as const;
  for (const [bytes, load, differs] of chunks) {
    for (; sizeBytes - done >= bytes; done += bytes) {
      body.get(node).emit(load, 0, NODE.key + done);
      body.get(key).emit(load, 0, done);
      body.emit(differs).emit('br_if', 0);
    }
  }
}
