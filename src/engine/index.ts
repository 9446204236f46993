export { type Adjacency, computeDominance, type Dominance } from './dominators.js';
export { type FlowEnd, type FlowGraph, type FlowSink, type StructureOptions, structureFlow } from './structure.js';
export * from './wasm/index.js';
