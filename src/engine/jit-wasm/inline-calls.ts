// Helpers whose work is compiled into the program: a call of JavaScript costs more than what they do.
//
// A lookup in an array is a comparison and a multiplication. One in a hash is a function of its own per map, which the map adds.

import type { CallTarget, CompileOptions } from '../engine.js';
import type { ArrayLookup } from '../map-lookup.js';
import { BLOCK_I32, type FunctionBuilder, type ModuleBuilder } from '../wasm/index.js';

/** Emits the work in place of a call and leaves r0, an i32, on the stack. `push` puts the low half of an argument there. */
export interface InlineCall {
  /** Bytes that are read at the address in r2, without a check. */
  readonly keySizeBytes: number;
  emit(code: FunctionBuilder, push: (argument: number) => void, scratch: number): void;
}

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
        if (!map?.hashLayout || !map.addLookup) return undefined;
        const { keySizeBytes, cpuStrideBytes } = map.hashLayout;
        let lookup = this.lookups.get(handle!);
        if (lookup === undefined) {
          lookup = map.addLookup(this.module, `lookup_${handle}`).index;
          this.lookups.set(handle!, lookup);
        }
        return {
          keySizeBytes,
          emit: (code, push) => {
            push(2);
            if (cpuStrideBytes > 0) code.emit('global.get', cpu);
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
