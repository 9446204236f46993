// BTF: the types of a kernel or an object file.

export { Btf, type BtfOptions, essentialName } from './btf.js';
export * from './types.js';
