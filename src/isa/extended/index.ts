// Extended BPF (RFC 9669): the table, bytes, text in three notations.

export * from './assemble.js';
export * from './check.js';
export { type ByteOrderOptions, decode, encode, SLOT_BYTES } from './encode.js';
export * from './formats.js';
export * from './from-classic.js';
export * from './instruction.js';
export * from './opcodes.js';
export * from './print/dialect.js';
export { kernelDialect } from './print/kernel.js';
export { llvmDialect } from './print/llvm.js';
export { rfcDialect } from './print/rfc.js';
export {
  ALU_SYMBOLS,
  type Field,
  INSTRUCTIONS,
  type InstructionKind,
  type InstructionRow,
  JUMP_SYMBOLS,
  type Operation,
  rowOf,
  rowsOfOpcode,
} from './table.js';
