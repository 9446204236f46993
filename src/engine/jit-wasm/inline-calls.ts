// Helpers whose work is compiled into the program: a call of JavaScript costs more than what they do.
//
// A lookup in an array is a comparison and a multiplication. One in a hash is a function of its own per map, with the key's size, the seed
// and the place of the buckets as constants (the hash function and the nodes: src/maps/hash-layout.ts).

import type { CallTarget, CompileOptions } from '../engine.js';
import type { ArrayLookup, HashLookup } from '../map-lookup.js';
import { BLOCK_I32, BLOCK_VOID, type FunctionBuilder, type ModuleBuilder } from '../wasm/index.js';

/** Emits the work in place of a call and leaves r0, an i32, on the stack. `push` puts the low half of an argument there. */
export interface InlineCall {
  /** Bytes that are read at the address in r2, without a check. */
  readonly keySizeBytes: number;
  emit(code: FunctionBuilder, push: (argument: number) => void, scratch: number): void;
}

/** Places in a node and multipliers of the hash function, as src/maps/hash-layout.ts has them. */
const NODE_NEXT = 0;
const NODE_HASH = 4;
const NODE_REFERENCED = 8;
const NODE_KEY = 16;
const MULTIPLY_WORD = 0x85ebca6b;
const MULTIPLY_END = 0xc2b2ae35;
/** Keys longer than this are hashed and compared in a loop. */
const MOST_UNROLLED_WORDS = 16;

/** Answers which calls need none. Functions that lookups call are defined in the module as they are asked for. */
export class InlineCalls {
  private readonly module: ModuleBuilder;
  private readonly options: CompileOptions;
  private readonly cpu: number;
  private readonly lookups = new Map<number, number>();

  /** `cpu`: the global that holds the machine's. */
  constructor(module: ModuleBuilder, options: CompileOptions, cpu: number) {
    this.module = module;
    this.options = options;
    this.cpu = cpu;
  }

  /** `constants`: low halves of r1 to r5, where they are known. */
  of(target: CallTarget, constants: readonly (number | undefined)[]): InlineCall | undefined {
    const { cpu } = this;
    switch (target.name) {
      case 'bpf_get_smp_processor_id':
        return { keySizeBytes: 0, emit: code => code.emit('global.get', cpu) };
      case 'bpf_map_lookup_elem': {
        const handle = constants[0];
        const map = handle === undefined ? undefined : this.options.mapAt?.(handle);
        if (map?.arrayLayout) return arrayLookup(map.arrayLayout, cpu);
        if (!map?.hashLayout) return undefined;
        const { keySizeBytes } = map.hashLayout;
        let lookup = this.lookups.get(handle!);
        if (lookup === undefined) {
          lookup = defineHashLookup(this.module, map.hashLayout, cpu, `lookup_${handle}`);
          this.lookups.set(handle!, lookup);
        }
        return {
          keySizeBytes,
          emit: (code, push) => {
            push(2);
            code.emit('call', lookup);
          },
        };
      }
      default:
        return undefined;
    }
  }
}

function arrayLookup(layout: ArrayLookup, cpu: number): InlineCall {
  return {
    keySizeBytes: 4,
    emit: (code, push, index) => {
      push(2);
      code.emit('i32.load', 0, 0).emit('local.tee', index);
      code.i32(layout.maxEntries).emit('i32.lt_u').emit('if', BLOCK_I32);
      code.get(index).i32(layout.strideBytes).emit('i32.mul');
      code.i32(layout.valuesAddress).emit('i32.add');
      if (layout.cpuStrideBytes > 0) {
        code.emit('global.get', cpu).i32(layout.cpuStrideBytes).emit('i32.mul').emit('i32.add');
      }
      if (layout.indirect) code.emit('i32.load', 2, 0);
      code.emit('else').i32(0).emit('end');
    },
  };
}

/** Defines `(key: i32) -> value: i32`, 0 when the key is not there. */
function defineHashLookup(module: ModuleBuilder, layout: HashLookup, cpu: number, name: string): number {
  const { keySizeBytes } = layout;
  const code = module.function(name, [['key', 'i32']], ['i32']);
  const key = 0;
  const hash = code.local('i32', 'hash');
  const node = code.local('i32', 'node');
  const at = code.local('i32', 'offset');
  const words = keySizeBytes >>> 2;
  const unrolled = words <= MOST_UNROLLED_WORDS;

  /** One round: the word on the stack goes into the hash. */
  const mix = (): void => {
    code.get(hash).emit('i32.xor').i32(MULTIPLY_WORD).emit('i32.mul').emit('local.tee', hash);
    code.get(hash).i32(13).emit('i32.shr_u').emit('i32.xor').set(hash);
  };
  code.i32(layout.seed).set(hash);
  if (unrolled) {
    for (let word = 0; word < words; word++) {
      code.get(key).emit('i32.load', 0, word * 4);
      mix();
    }
  } else {
    code.emit('loop', BLOCK_VOID);
    code.get(key).get(at).emit('i32.add').emit('i32.load', 0, 0);
    mix();
    code
      .get(at)
      .i32(4)
      .emit('i32.add')
      .emit('local.tee', at)
      .i32(words * 4)
      .emit('i32.lt_u')
      .emit('br_if', 0);
    code.emit('end');
  }
  for (let last = keySizeBytes - 1, first = true; last >= words * 4; last--, first = false) {
    code.get(key).emit('i32.load8_u', 0, last);
    if (last > words * 4) code.i32(8 * (last & 3)).emit('i32.shl');
    if (!first) code.emit('i32.or');
    if (last === words * 4) mix();
  }
  code.get(hash).i32(MULTIPLY_END).emit('i32.mul').emit('local.tee', hash);
  code.get(hash).i32(16).emit('i32.shr_u').emit('i32.xor').set(hash);

  code.get(hash).i32(layout.bucketMask).emit('i32.and').i32(2).emit('i32.shl');
  code.emit('i32.load', 2, layout.bucketsAddress).set(node);
  code.emit('block', BLOCK_VOID).emit('loop', BLOCK_VOID);
  code.get(node).emit('i32.eqz').emit('br_if', 1);
  code.emit('block', BLOCK_VOID);
  code.get(node).emit('i32.load', 2, NODE_HASH).get(hash).emit('i32.ne').emit('br_if', 0);
  const compare = (width: 1 | 4 | 8, offset: number): void => {
    const load = width === 1 ? 'i32.load8_u' : width === 4 ? 'i32.load' : 'i64.load';
    code.get(node).emit(load, 0, NODE_KEY + offset);
    code.get(key).emit(load, 0, offset);
    code.emit(width === 8 ? 'i64.ne' : 'i32.ne').emit('br_if', 0);
  };
  let offset = 0;
  if (!unrolled) {
    code.i32(0).set(at);
    code.emit('loop', BLOCK_VOID);
    code.get(node).get(at).emit('i32.add').emit('i32.load', 0, NODE_KEY);
    code.get(key).get(at).emit('i32.add').emit('i32.load', 0, 0);
    code.emit('i32.ne').emit('br_if', 1);
    code
      .get(at)
      .i32(4)
      .emit('i32.add')
      .emit('local.tee', at)
      .i32(words * 4)
      .emit('i32.lt_u')
      .emit('br_if', 0);
    code.emit('end');
    offset = words * 4;
  }
  for (; offset + 8 <= keySizeBytes; offset += 8) compare(8, offset);
  for (; offset + 4 <= keySizeBytes; offset += 4) compare(4, offset);
  for (; offset < keySizeBytes; offset++) compare(1, offset);
  if (layout.lru) code.get(node).i32(1).emit('i32.store', 2, NODE_REFERENCED);
  code.get(node).i32(layout.valueOffsetBytes).emit('i32.add');
  if (layout.cpuStrideBytes > 0) {
    code.emit('global.get', cpu).i32(layout.cpuStrideBytes).emit('i32.mul').emit('i32.add');
  }
  if (layout.indirect) code.emit('i32.load', 2, 0);
  code.emit('return');
  code.emit('end');
  code.get(node).emit('i32.load', 2, NODE_NEXT).set(node);
  code.emit('br', 0);
  code.emit('end').emit('end');
  code.i32(0);
  return code.index;
}
