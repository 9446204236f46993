// A WebAssembly module under construction and its binary format (WebAssembly Core Specification 5.5).

import { ByteBuffer } from './byte-buffer.js';
import { FunctionBuilder, type FunctionType } from './function.js';
import { OPCODE_INDEX, OPCODES, VALUE_TYPES, type ValueType } from './opcodes.js';

/** Sizes of a memory (in pages of 64 KiB) or a table (in elements). */
export interface Limits {
  readonly minimum: number;
  readonly maximum?: number;
}

export type ExternalKind = 'function' | 'table' | 'memory' | 'global';
const EXTERNAL_KINDS: Record<ExternalKind, number> = { function: 0, table: 1, memory: 2, global: 3 };

export interface GlobalType {
  readonly type: ValueType;
  readonly mutable: boolean;
}

export type ImportDescription =
  | { readonly kind: 'function'; readonly typeIndex: number }
  | { readonly kind: 'memory'; readonly limits: Limits }
  | { readonly kind: 'table'; readonly limits: Limits }
  | { readonly kind: 'global'; readonly global: GlobalType };

export interface Import {
  readonly module: string;
  readonly name: string;
  readonly description: ImportDescription;
}

export interface Global extends GlobalType {
  readonly name: string;
  /** Low and high half of the first value; an i32 has only the low one. */
  readonly low: number;
  readonly high: number;
}

export interface Export {
  readonly name: string;
  readonly kind: ExternalKind;
  readonly index: number;
}

const SECTION = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  element: 9,
  code: 10,
  data: 11,
} as const;

const FUNCTION_TYPE = 0x60;
const FUNCREF = 0x70;
const END = OPCODES[OPCODE_INDEX['end']]!.bytes[0]!;
const I32_CONST = OPCODES[OPCODE_INDEX['i32.const']]!.bytes[0]!;
const I64_CONST = OPCODES[OPCODE_INDEX['i64.const']]!.bytes[0]!;

export class ModuleBuilder {
  readonly types: FunctionType[] = [];
  readonly imports: Import[] = [];
  readonly functions: FunctionBuilder[] = [];
  readonly globals: Global[] = [];
  readonly exports: Export[] = [];
  readonly data: { readonly offset: number; readonly bytes: Uint8Array }[] = [];
  readonly elements: { readonly offset: number; readonly functions: readonly number[] }[] = [];
  memory?: Limits;
  table?: Limits;
  private readonly typeIndices = new Map<string, number>();

  /** The index of a function type; the same type has one index. */
  type(params: readonly ValueType[], results: readonly ValueType[]): number {
    const key = `${params.join()}>${results.join()}`;
    let index = this.typeIndices.get(key);
    if (index === undefined) {
      index = this.types.push({ params, results }) - 1;
      this.typeIndices.set(key, index);
    }
    return index;
  }

  private countImports(kind: ExternalKind): number {
    return this.imports.filter(entry => entry.description.kind === kind).length;
  }

  private import(module: string, name: string, description: ImportDescription): number {
    const { kind } = description;
    const defined = kind === 'function' ? this.functions.length : kind === 'global' ? this.globals.length : 0;
    if (defined > 0) throw new Error(`imports come before definitions: ${module}.${name}`);
    this.imports.push({ module, name, description });
    return this.countImports(kind) - 1;
  }

  /** Imports a function and gives its index. Imports come before the functions that are defined here. */
  importFunction(
    module: string,
    name: string,
    params: readonly ValueType[],
    results: readonly ValueType[] = [],
  ): number {
    return this.import(module, name, { kind: 'function', typeIndex: this.type(params, results) });
  }

  importMemory(module: string, name: string, limits: Limits): number {
    return this.import(module, name, { kind: 'memory', limits });
  }

  importTable(module: string, name: string, limits: Limits): number {
    return this.import(module, name, { kind: 'table', limits });
  }

  importGlobal(module: string, name: string, type: ValueType, mutable = false): number {
    return this.import(module, name, { kind: 'global', global: { type, mutable } });
  }

  /** Defines a global and gives its index. */
  global(name: string, type: ValueType, mutable: boolean, low = 0, high = 0): number {
    return this.countImports('global') + this.globals.push({ name, type, mutable, low, high }) - 1;
  }

  /** Begins a function; its body is emitted through what comes back. `params` are [name, type] pairs. */
  function(
    name: string,
    params: readonly (readonly [string, ValueType])[],
    results: readonly ValueType[] = [],
  ): FunctionBuilder {
    const types = params.map(([, type]) => type);
    const typeIndex = this.type(types, results);
    const index = this.countImports('function') + this.functions.length;
    const built = new FunctionBuilder(
      name,
      index,
      typeIndex,
      this.types[typeIndex]!,
      params.map(([param]) => param),
    );
    this.functions.push(built);
    return built;
  }

  export(name: string, kind: ExternalKind, index: number): void {
    this.exports.push({ name, kind, index });
  }

  /** The module in binary format. `onBody` is told where in it each function's body begins. */
  toBytes(onBody?: (body: FunctionBuilder, position: number) => void): Uint8Array<ArrayBuffer> {
    const out = new ByteBuffer(1024);
    out.append([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
    const section = <T>(id: number, items: readonly T[], write: (content: ByteBuffer, item: T) => void): void => {
      if (items.length === 0) return;
      const content = new ByteBuffer();
      content.unsigned(items.length);
      for (const item of items) write(content, item);
      out.u8(id);
      out.sized(content);
    };

    section(SECTION.type, this.types, (content, { params, results }) => {
      content.u8(FUNCTION_TYPE);
      for (const list of [params, results]) {
        content.unsigned(list.length);
        for (const type of list) content.u8(VALUE_TYPES[type]);
      }
    });
    section(SECTION.import, this.imports, (content, { module, name, description }) => {
      content.name(module);
      content.name(name);
      content.u8(EXTERNAL_KINDS[description.kind]);
      switch (description.kind) {
        case 'function':
          content.unsigned(description.typeIndex);
          break;
        case 'memory':
          writeLimits(content, description.limits);
          break;
        case 'table':
          content.u8(FUNCREF);
          writeLimits(content, description.limits);
          break;
        case 'global':
          writeGlobalType(content, description.global);
          break;
      }
    });
    section(SECTION.function, this.functions, (content, { typeIndex }) => content.unsigned(typeIndex));
    section(SECTION.table, this.table ? [this.table] : [], (content, limits) => {
      content.u8(FUNCREF);
      writeLimits(content, limits);
    });
    section(SECTION.memory, this.memory ? [this.memory] : [], writeLimits);
    section(SECTION.global, this.globals, (content, global) => {
      writeGlobalType(content, global);
      content.u8(global.type === 'i32' ? I32_CONST : I64_CONST);
      if (global.type === 'i32') content.signed(global.low);
      else content.signed64(global.low, global.high);
      content.u8(END);
    });
    section(SECTION.export, this.exports, (content, { name, kind, index }) => {
      content.name(name);
      content.u8(EXTERNAL_KINDS[kind]);
      content.unsigned(index);
    });
    section(SECTION.element, this.elements, (content, { offset, functions }) => {
      content.unsigned(0);
      writeOffset(content, offset);
      content.unsigned(functions.length);
      for (const index of functions) content.unsigned(index);
    });
    const bodies: [FunctionBuilder, number][] = [];
    section(SECTION.code, this.functions, (content, body) => {
      const encoded = body.encode();
      content.sized(encoded);
      bodies.push([body, content.length - encoded.length]);
    });
    // The section ends where it ends in what is written now.
    const codeEnd = out.length;
    const last = bodies.at(-1);
    if (onBody && last) {
      const codeStart = codeEnd - (last[1] + last[0].encode().length);
      for (const [body, position] of bodies) onBody(body, codeStart + position);
    }
    section(SECTION.data, this.data, (content, { offset, bytes }) => {
      content.unsigned(0);
      writeOffset(content, offset);
      content.unsigned(bytes.length);
      content.append(bytes);
    });
    writeNames(out, this.functions);
    return out.toBytes();
  }
}

function writeLimits(out: ByteBuffer, { minimum, maximum }: Limits): void {
  out.u8(maximum === undefined ? 0 : 1);
  out.unsigned(minimum);
  if (maximum !== undefined) out.unsigned(maximum);
}

function writeGlobalType(out: ByteBuffer, { type, mutable }: GlobalType): void {
  out.u8(VALUE_TYPES[type]);
  out.u8(mutable ? 1 : 0);
}

function writeOffset(out: ByteBuffer, offset: number): void {
  out.u8(I32_CONST);
  out.signed(offset);
  out.u8(END);
}

/** The name section (Core Specification 7.4.1) with the functions' names: profilers and stack traces show them. */
function writeNames(out: ByteBuffer, functions: readonly FunctionBuilder[]): void {
  if (functions.length === 0) return;
  const names = new ByteBuffer();
  names.unsigned(functions.length);
  for (const { index, name } of functions) {
    names.unsigned(index);
    names.name(name);
  }
  const content = new ByteBuffer();
  content.name('name');
  content.u8(1);
  content.sized(names);
  out.u8(SECTION.custom);
  out.sized(content);
}
