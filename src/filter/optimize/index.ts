// The optimizer's door: conditions in, programs out.

export {
  type CompileConditionOptions,
  type CompiledCondition,
  compileCondition,
  DEFAULT_SNAP_LENGTH,
  LINUX_MAX_INSTRUCTIONS,
  optimizeProgram,
} from './compile-condition.js';
export { type FlowGraphDotOptions, flowGraphToDot } from './dot.js';
export { longestPath } from './emit.js';
export { buildFlowGraph, type FlowBlock, type FlowGraph } from './flow-graph.js';
export { type FlowGraphJson, flowGraphToJson } from './json.js';
