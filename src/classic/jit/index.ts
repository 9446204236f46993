// Compiled classic programs: WebAssembly, JavaScript, and the walk over the records of capture files.

export {
  type CompiledProgram,
  type CompileOptions,
  compileProgram,
  compileProgramAsync,
} from './compile.js';
export { type FilterFunction, filterSource, MOST_JS_INSTRUCTIONS } from './js.js';
export { createRecordWalker } from './record-walker.js';
export type {
  EngineName,
  RecordWalker,
  RecordWalkerOptions,
  WalkInterface,
  WalkRequest,
  WalkResult,
  WalkStatus,
} from './walk.js';
export { buildFilterModule, DESCRIPTOR_BYTES, filterWat } from './wasm.js';
