// What the tests of this folder share: the x86-64 engine where it can run, and programs on it and on the interpreter.

import { loadX64Engine } from '../../src/engine/node/index.js';

export { agree, linked, machineFor, outcomeOn, resultOf, type Setup, type Targets } from '../engine-wasm/both.js';

export const x64 = await loadX64Engine();
/** Whether there is machine code here; a loud word where not. */
export const isHere = x64.available === true;
if (!isHere) console.warn(`SKIPPED: running x86-64 machine code: ${x64.available}`);
