// The part of the engine room that needs Node: running machine code.

import type { Engine } from '../engine.js';
import { createX64Engine } from '../jit-x64/index.js';
import { loadNativeRuntime } from './koffi-runtime.js';

export { loadNativeRuntime } from './koffi-runtime.js';

let engine: Promise<Engine> | undefined;

/** The x86-64 engine of this process; its `available` says why where it cannot run. */
export function loadX64Engine(): Promise<Engine> {
  engine ??= loadNativeRuntime().then(createX64Engine);
  return engine;
}
