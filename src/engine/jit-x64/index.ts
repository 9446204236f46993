// The x86-64 compiler as an engine. What it compiles can be looked at anywhere; to run it takes a runtime (engine/node).

import type { Engine } from '../engine.js';
import { NativeState, X64Program } from './executable.js';
import type { NativeRuntime } from './runtime.js';

export { type ListedCode, type ListingOptions, listCode, listing } from './listing.js';
export type { NativeCode, NativeRuntime } from './runtime.js';
export { STATE } from './state.js';

/** Makes the engine over a runtime, or over the reason why there is none. */
export function createX64Engine(runtime: NativeRuntime | string): Engine {
  if (typeof runtime === 'string') {
    return {
      name: 'x64',
      available: runtime,
      compile() {
        throw new Error(`the x64 engine is not available: ${runtime}`);
      },
    };
  }
  const state = new NativeState(runtime);
  return {
    name: 'x64',
    available: true,
    compile: (program, targets, options) => new X64Program(program, targets, options, state),
  };
}
