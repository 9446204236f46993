export { ByteBuffer } from './byte-buffer.js';
export { WasmFlowSink } from './flow-sink.js';
export { FunctionBuilder, type FunctionType } from './function.js';
export { type ExternalKind, type Limits, ModuleBuilder } from './module.js';
export {
  BLOCK_I32,
  BLOCK_I64,
  BLOCK_VOID,
  type Immediate,
  OPCODES,
  type OpcodeName,
  type OpcodeRow,
  type ValueType,
} from './opcodes.js';
export { printWat } from './wat.js';
