// The door of the engine room: what engines take and give, the memory that programs see, and what JITs are made of.

export { createAddressSpace } from './address-space.js';
export { type Adjacency, computeDominance, type Dominance } from './dominators.js';
export * from './engine.js';
export { bestEngine, ENGINE_NAMES, engineNamed } from './engines.js';
export { atSlot } from './fault.js';
export {
  type CallFrame,
  createStepper,
  interpreter,
  type Stepper,
  type StepperOptions,
  type Stop,
  type Watch,
} from './interpreter/index.js';
export { createWasmEngine, listWasm } from './jit-wasm/index.js';
export {
  createX64Engine,
  type ListedCode,
  type ListingOptions,
  listCode,
  listing,
  type NativeRuntime,
} from './jit-x64/index.js';
export { type LinkOptions, linkProgram, type Resolution } from './link.js';
export {
  CALL_DEPTH,
  createMachine,
  FRAME_BYTES,
  FRAME_LIMIT,
  type MachineOptions,
  runProgram,
  TAIL_CALL_LIMIT,
  WORD,
} from './machine.js';
export * from './map-lookup.js';
export * from './memory.js';
export { type FlowEnd, type FlowGraph, type FlowSink, type StructureOptions, structureFlow } from './structure.js';
export * from './wasm/index.js';
