// The instruction sets: tables, bytes, text. Knows nothing of packets, files or kernels.

export { ANCILLARY, type AncillaryRow, ancillaryAt, ancillaryNamed } from './classic/ancillary.js';
export {
  type ByteOrder,
  decodeProgram,
  encodeProgram,
  guessByteOrder,
  INSTRUCTION_BYTES,
} from './classic/encode.js';
export { isAlwaysJump, isConditionalJump, successors } from './classic/flow.js';
export {
  type AssembleOptions,
  type Assembly,
  assemble,
  assembleProgram,
  detectFormat,
  FORMATS,
  type FormatName,
  type FormatOptions,
  type FormatRow,
  formatNamed,
  formatProgram,
} from './classic/formats.js';
export * from './classic/instruction.js';
export * from './classic/opcodes.js';
export type { ParsedProgram, ParseOptions } from './classic/parse/parsed.js';
export { asmText } from './classic/print/asm.js';
export { type ClassicProgramJson, programToJson } from './classic/print/json.js';
export { tcpdumpLine } from './classic/print/tcpdump.js';
export {
  ARCHITECTURES,
  type Architecture,
  architectureNamed,
  architectureOf,
  syscallName,
  syscallNumber,
  syscallsOf,
} from './classic/seccomp/architectures.js';
export {
  SECCOMP_ACTIONS,
  SECCOMP_DATA_BYTES,
  SECCOMP_FIELDS,
  type SeccompActionRow,
  type SeccompField,
  seccompActionOf,
  seccompFieldAt,
} from './classic/seccomp/data.js';
export {
  INSTRUCTIONS,
  type InstructionClass,
  type InstructionRow,
  instructionRow,
  type OperandForm,
  usedFields,
  type ValidatorName,
} from './classic/table.js';
