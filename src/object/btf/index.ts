// BTF: the types of a kernel or an object file.

export { Btf, type BtfOptions, essentialName } from './btf.js';
export { BtfBuilder, type BtfBuilderOptions, type NewType } from './builder.js';
export { type BtfCodec, codecOf } from './codec.js';
export { declare, typeInC } from './declaration.js';
export {
  type BtfExt,
  type CoreInfo,
  EMPTY_BTF_EXT,
  type FunctionInfo,
  parseBtfExt,
  type SourceLine,
  writeBtfExt,
} from './ext.js';
export { type MergedBtf, mergeBtf } from './merge.js';
export * from './types.js';
export { type WriteCOptions, writeC } from './write-c.js';
export { writeRaw } from './write-raw.js';
export { type WriteTypeScriptOptions, writeTypeScript } from './write-typescript.js';
