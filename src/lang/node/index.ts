// The door of the languages' room on Node: runs the C compiler.

export { type CompileCFileOptions, type CompiledC, compileC } from './compile-c.js';
export { type CCompiler, findCompiler } from './find-compiler.js';
export { headersFolder } from './headers.js';
