// The WebAssembly JIT as an engine: wherever there is WebAssembly it is the fastest that needs nothing else.

import type { CallTarget, CompileOptions, Engine, LinkedProgram } from '../engine.js';
import { printWat } from '../wasm/index.js';
import type { BuildOptions } from './build-module.js';
import { WasmProgram } from './executable.js';

export type { BuildOptions } from './build-module.js';

/** An empty module: what may be compiled if anything may. */
const EMPTY = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);

function availability(): true | string {
  if (typeof WebAssembly !== 'object') return 'there is no WebAssembly here';
  try {
    new WebAssembly.Module(EMPTY);
    return true;
  } catch {
    return 'WebAssembly may not be compiled here (a content security policy without wasm-unsafe-eval)';
  }
}

/** Makes the engine. `options` are for tests and measurements. */
export function createWasmEngine(options: BuildOptions = {}): Engine {
  return {
    name: 'wasm',
    available: availability(),
    compile: (program, targets, compileOptions) => new WasmProgram(program, targets, compileOptions, options),
  };
}

/** The program as the engine compiles it, in WebAssembly's text format. */
export function listWasm(
  program: LinkedProgram,
  targets: (id: number, kind: 'helper' | 'kfunc') => CallTarget | undefined,
  options: CompileOptions,
): string {
  return printWat(new WasmProgram(program, targets, options).built.module);
}
