// BTF as TypeScript declarations: `vmlinux.d.ts`, the shapes that codec.ts decodes values to.

import type { Btf } from './btf.js';
import { nestingError } from './btf.js';
import { byteKind } from './codec.js';
import { typeInC } from './declaration.js';
import { type BtfType, type CompositeType, type EnumType, isComposite, isEnum, type Member } from './types.js';

export interface WriteTypeScriptOptions {
  /** Only these types and what they hold. Default: every named one. */
  readonly ids?: readonly number[];
}

const MAX_DEPTH = 64;
/** Structs that are written, anonymous ones at each use; a kernel has 30,000. */
const MAX_PARTS = 1_000_000;

/** A module of interfaces (structs, unions) and types (enums, typedefs). Throws SkepError for types that contain themselves. */
export function writeTypeScript(btf: Btf, options: WriteTypeScriptOptions = {}): string {
  return new TypeScriptWriter(btf).write(options);
}

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;
/** Names of types that a module cannot declare. */
const RESERVED = new Set(
  `any bigint boolean never null number object string symbol undefined unknown void break case catch class const continue debugger
  default delete do else enum export extends false finally for function if import in instanceof new return super switch this throw
  true try typeof var while with implements interface let package private protected public static yield`.split(/\s+/),
);

class TypeScriptWriter {
  readonly #btf: Btf;
  readonly #names = new Map<number, string>();
  readonly #taken = new Set<string>();
  readonly #queue: number[] = [];
  readonly #queued = new Set<number>();
  #parts = 0;

  constructor(btf: Btf) {
    this.#btf = btf;
  }

  write({ ids }: WriteTypeScriptOptions): string {
    const blocks = ['// Types of values, as decoded from BTF. 64-bit integers and pointers are bigint.\n'];
    if (ids) for (const id of ids) this.#enqueue(id);
    else {
      for (let id = 1; id < this.#btf.typeCount; id++) {
        const type = this.#btf.typeById(id);
        if (type.name !== '' && (isComposite(type) || isEnum(type) || type.kind === 'typedef')) this.#enqueue(id);
      }
    }
    // The queue grows while it is written.
    for (let next = 0; next < this.#queue.length; next++) {
      const block = this.#block(this.#btf.typeById(this.#queue[next]!));
      if (block !== undefined) blocks.push(block);
    }
    return blocks.join('\n');
  }

  #enqueue(id: number): void {
    if (this.#queued.has(id)) return;
    this.#queued.add(id);
    this.#queue.push(id);
  }

  #block(type: BtfType): string | undefined {
    const name = this.#nameOf(type);
    if (isComposite(type)) {
      return `/** ${type.kind} ${type.name}: ${type.sizeBytes} bytes. */\nexport interface ${name} ${this.#body(type, 0)}\n`;
    }
    if (isEnum(type)) return `export type ${name} = ${this.#enum(type)};\n`;
    if (type.kind !== 'typedef') return undefined;
    const target = this.#valueType(type.typeId, 0, 0);
    return target === name ? undefined : `export type ${name} = ${target};\n`;
  }

  #nameOf({ id, name }: BtfType): string {
    let unique = this.#names.get(id);
    if (unique === undefined) {
      const safe = IDENTIFIER.test(name) && !RESERVED.has(name) ? name : `${name.replaceAll(/[^\w$]/g, '_')}_`;
      unique = safe;
      for (let count = 2; this.#taken.has(unique); count++) unique = `${safe}___${count}`;
      this.#taken.add(unique);
      this.#names.set(id, unique);
    }
    return unique;
  }

  #body(type: CompositeType, level: number): string {
    if (level > MAX_DEPTH || this.#parts++ > MAX_PARTS) throw nestingError(type.id);
    const indent = '  '.repeat(level + 1);
    const seen = new Set<string>();
    const lines = this.#fields(type, 0).flatMap(({ name, typeId }) => {
      if (seen.has(name)) return [];
      seen.add(name);
      const key = IDENTIFIER.test(name) ? name : JSON.stringify(name);
      return `${indent}${key}: ${this.#valueType(typeId, level + 1, 0)};\n`;
    });
    return lines.length === 0 ? '{}' : `{\n${lines.join('')}${'  '.repeat(level)}}`;
  }

  #fields(type: CompositeType, depth: number): Member[] {
    if (depth > MAX_DEPTH || this.#parts++ > MAX_PARTS) throw nestingError(type.id);
    return type.members.flatMap(member => {
      if (member.name !== '') return [member];
      const inside = this.#btf.resolve(member.typeId);
      return isComposite(inside) ? this.#fields(inside, depth + 1) : [];
    });
  }

  #enum({ values, sizeBytes }: EnumType): string {
    const names = [...new Set(values.map(({ name }) => JSON.stringify(name)))];
    return [...names, sizeBytes > 4 ? 'bigint' : 'number'].join(' | ');
  }

  #valueType(id: number, level: number, depth: number): string {
    if (depth > MAX_DEPTH) throw nestingError(id);
    const type = this.#btf.typeById(id);
    switch (type.kind) {
      case 'int':
        return type.bool ? 'boolean' : type.sizeBytes > 4 ? 'bigint' : 'number';
      case 'float':
        return type.sizeBytes === 4 || type.sizeBytes === 8 ? 'number' : 'bigint';
      case 'ptr': {
        const comment = typeInC(this.#btf, id).replaceAll('*/', '* /');
        return `bigint /* ${comment} */`;
      }
      case 'array': {
        const kind = byteKind(this.#btf, type.elementTypeId);
        if (kind) return kind === 'text' ? 'string' : 'Uint8Array';
        const element = this.#valueType(type.elementTypeId, level, depth + 1);
        return /^[\w$]+$/.test(element) ? `${element}[]` : `Array<${element}>`;
      }
      case 'struct':
      case 'union':
        if (type.name === '') return this.#body(type, level);
        this.#enqueue(type.id);
        return this.#nameOf(type);
      case 'enum':
      case 'enum64':
        if (type.name === '') return this.#enum(type);
        this.#enqueue(type.id);
        return this.#nameOf(type);
      case 'typedef':
        this.#enqueue(type.id);
        return this.#nameOf(type);
      case 'const':
      case 'volatile':
      case 'restrict':
      case 'type_tag':
      case 'var':
        return this.#valueType(type.typeId, level, depth + 1);
      default:
        return 'unknown';
    }
  }
}
