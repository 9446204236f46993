// Object files: bytes -> CollectionSpec. Nothing here loads anything.

export * from './btf/index.js';
export type * from './spec.js';
