export * from './classic/instruction.js';
export * from './classic/opcodes.js';
