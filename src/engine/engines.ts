// The engines by name, brought in when they are asked for: who only interprets does not load the compilers.

import type { Engine, EngineName } from './engine.js';
import { interpreter } from './interpreter/index.js';

/** Where each engine comes from. */
const ENGINES: Readonly<Record<EngineName, () => Promise<Engine>>> = {
  interpreter: async () => interpreter,
  wasm: async () => (await import('./jit-wasm/index.js')).createWasmEngine(),
  x64: async () => (await import('./node/index.js')).loadX64Engine(),
};

/** In the order in which they are to be preferred. */
export const ENGINE_NAMES: readonly EngineName[] = ['wasm', 'x64', 'interpreter'];

/** The engine of a name. Whether it can run here, and if not why, is in its `available`. */
export function engineNamed(name: EngineName): Promise<Engine> {
  return ENGINES[name]();
}

/** The first engine that can run here. */
export async function bestEngine(): Promise<Engine> {
  for (const name of ENGINE_NAMES) {
    const engine = await engineNamed(name);
    if (engine.available === true) return engine;
  }
  return interpreter;
}
