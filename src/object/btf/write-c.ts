// BTF as a C header: `vmlinux.h`. A type is written after what it needs: whole types for members, forward declarations behind
// pointers. Layout is kept by padding, and by `packed` where C would place a member elsewhere; the result compiles to the same
// sizes and offsets. What bpftool's `btf dump file F format c` does, in our own way.

import { type Btf, nestingError } from './btf.js';
import { declare } from './declaration.js';
import { type BtfType, type CompositeType, type EnumType, isComposite, isEnum } from './types.js';

export interface WriteCOptions {
  /** Only these types and what they need. Default: all. */
  readonly ids?: readonly number[];
  /** Name of the include guard; none: no guard, no pragma. Default `__VMLINUX_H__`. */
  readonly guard?: string;
  /** Declare the kernel functions that programs may call (tagged `bpf_kfunc`). Default true. */
  readonly kfuncs?: boolean;
}

const MAX_DEPTH = 512;
/** Of anonymous structs inside each other. */
const MAX_LEVELS = 64;
/** Bodies of structs in one header; a kernel has 20,000. Anonymous ones are written at each use. */
const MAX_BODIES = 1_000_000;

/** The header's text. Throws SkepError (SKEP4104) for types that contain themselves. */
export function writeC(btf: Btf, options: WriteCOptions = {}): string {
  const { guard = '__VMLINUX_H__' } = options;
  const body = new CWriter(btf).write(options);
  if (guard === '') return body;
  return `#ifndef ${guard}
#define ${guard}

#ifndef BPF_NO_PRESERVE_ACCESS_INDEX
#pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)
#endif

#ifndef __ksym
#define __ksym __attribute__((section(".ksyms")))
#endif

#ifndef __weak
#define __weak __attribute__((weak))
#endif

${body}
#ifndef BPF_NO_PRESERVE_ACCESS_INDEX
#pragma clang attribute pop
#endif

#endif /* ${guard} */
`;
}

/** Names that the compiler defines itself. */
const BUILT_IN_TYPEDEFS = new Set(['__builtin_va_list']);
/** Words of C that a kernel uses as names (in BTF of Rust and of generated code), so that the header would not compile. */
const KEYWORDS = new Set([
  'typeof',
  'asm',
  'auto',
  'break',
  'case',
  'char',
  'default',
  'do',
  'double',
  'else',
  'float',
  'for',
  'goto',
  'if',
  'inline',
  'int',
  'long',
  'register',
  'return',
  'short',
  'signed',
  'sizeof',
  'static',
  'switch',
  'unsigned',
  'void',
  'while',
]);

class CWriter {
  readonly #btf: Btf;
  readonly #blocks: string[] = [];
  /** Types that are written, or are being written. */
  readonly #begun = new Set<number>();
  readonly #forward = new Set<string>();
  /** Names given out, by name space, with how often. */
  readonly #tags = new Map<string, number>();
  readonly #identifiers = new Map<string, number>();
  readonly #names = new Map<number, string>();

  constructor(btf: Btf) {
    this.#btf = btf;
  }

  write({ ids, kfuncs = true }: WriteCOptions): string {
    const embedded = ids ? new Set<number>() : this.#embeddedEnums();
    for (const id of ids ?? allIds(this.#btf)) {
      const type = this.#btf.typeById(id);
      if (isComposite(type) && type.name !== '') this.#need(id, true, 0);
      else if (isEnum(type) && (type.name !== '' || !embedded.has(id))) this.#enum(type);
      else if (type.kind === 'typedef') this.#need(id, false, 0);
      else if (type.kind === 'fwd') this.#need(id, false, 0);
      else if (ids) this.#need(id, true, 0);
    }
    if (kfuncs && !ids) this.#kfuncs();
    return `${this.#blocks.join('\n')}\n`;
  }

  /** Anonymous enums that stand inside another declaration; the others are lists of constants of their own. */
  #embeddedEnums(): Set<number> {
    const embedded = new Set<number>();
    const mark = (id: number): void => {
      if (id !== 0 && isEnum(this.#btf.typeById(id))) embedded.add(id);
    };
    for (const id of allIds(this.#btf)) {
      const type = this.#btf.typeById(id);
      if (isComposite(type)) for (const { typeId } of type.members) mark(typeId);
      else if (type.kind === 'array') mark(type.elementTypeId);
      else if (type.kind === 'func_proto') {
        mark(type.returnTypeId);
        for (const { typeId } of type.parameters) mark(typeId);
      } else if ('typeId' in type) mark(type.typeId);
    }
    return embedded;
  }

  /** Writes what has to stand before a use of the type; all of it when it is used as a whole. */
  #need(id: number, whole: boolean, depth: number): void {
    if (depth > MAX_DEPTH) throw nestingError(id);
    const type = this.#btf.typeById(id);
    switch (type.kind) {
      case 'ptr':
        this.#need(type.typeId, false, depth + 1);
        break;
      case 'array':
        this.#need(type.elementTypeId, true, depth + 1);
        break;
      case 'const':
      case 'volatile':
      case 'restrict':
      case 'type_tag':
      case 'var':
      case 'func':
        this.#need(type.typeId, whole, depth + 1);
        break;
      case 'func_proto':
        this.#need(type.returnTypeId, false, depth + 1);
        for (const { typeId } of type.parameters) this.#need(typeId, false, depth + 1);
        break;
      case 'fwd':
        this.#declareForward(type.of, type.name);
        break;
      case 'enum':
      case 'enum64':
        if (type.name !== '') this.#enum(type);
        break;
      case 'typedef':
        this.#typedef(id, type.name, type.typeId, depth);
        if (whole) this.#need(type.typeId, true, depth + 1);
        break;
      case 'struct':
      case 'union':
        if (type.name === '') this.#members(type, depth);
        else if (whole) this.#composite(type, depth);
        else if (!this.#begun.has(id) || !this.#isWritten(type)) this.#declareForward(type.kind, this.#tagName(type));
        break;
    }
  }

  readonly #written = new Set<number>();
  #bodies = 0;

  #isWritten({ id }: BtfType): boolean {
    return this.#written.has(id);
  }

  #members({ id, name, members }: CompositeType, depth: number): void {
    // What an anonymous struct needs was seen to when it was met first.
    if (name === '' && this.#begun.has(id)) return;
    if (name === '') this.#begun.add(id);
    for (const { typeId } of members) this.#need(typeId, true, depth + 1);
  }

  #declareForward(word: string, name: string): void {
    const text = `${word} ${name};`;
    if (this.#forward.has(text)) return;
    this.#forward.add(text);
    this.#blocks.push(`${text}\n`);
  }

  #typedef(id: number, name: string, target: number, depth: number): void {
    if (this.#begun.has(id)) return;
    this.#begun.add(id);
    this.#need(target, false, depth + 1);
    if (BUILT_IN_TYPEDEFS.has(name)) return;
    const unique = this.#identifierOf(id, name);
    this.#blocks.push(`typedef ${this.#declare(target, unique, 0)};\n`);
  }

  #composite(type: CompositeType, depth: number): void {
    if (this.#begun.has(type.id)) return;
    this.#begun.add(type.id);
    this.#members(type, depth);
    this.#written.add(type.id);
    this.#forward.add(`${type.kind} ${this.#tagName(type)};`);
    this.#blocks.push(`${this.#body(type, 0)};\n`);
  }

  #enum(type: EnumType): void {
    if (this.#begun.has(type.id)) return;
    this.#begun.add(type.id);
    this.#blocks.push(`${this.#enumBody(type, 0)};\n`);
  }

  #kfuncs(): void {
    for (const id of allIds(this.#btf)) {
      const tag = this.#btf.typeById(id);
      if (tag.kind !== 'decl_tag' || tag.name !== 'bpf_kfunc') continue;
      const type = this.#btf.typeById(tag.typeId);
      if (type.kind !== 'func' || this.#begun.has(type.id)) continue;
      this.#begun.add(type.id);
      this.#need(type.typeId, false, 0);
      this.#blocks.push(`extern ${this.#declare(type.typeId, type.name, 0)} __weak __ksym;`);
    }
  }

  #declare(id: number, name: string, level: number): string {
    return declare(this.#btf, id, name, { base: type => this.#base(type, level) });
  }

  #base(type: BtfType, level: number): string {
    switch (type.kind) {
      case 'void':
        return 'void';
      case 'fwd':
        return `${type.of} ${type.name}`;
      case 'struct':
      case 'union':
        return type.name === '' ? this.#body(type, level) : `${type.kind} ${this.#tagName(type)}`;
      case 'enum':
      case 'enum64':
        return type.name === '' ? this.#enumBody(type, level) : `enum ${this.#tagName(type)}`;
      case 'typedef':
        return BUILT_IN_TYPEDEFS.has(type.name) ? type.name : this.#identifierOf(type.id, type.name);
      default:
        return type.name;
    }
  }

  /** `struct name {...}`, at an indentation of `level` tabs. */
  #body(type: CompositeType, level: number): string {
    if (level > MAX_LEVELS || this.#bodies++ > MAX_BODIES) throw nestingError(type.id);
    const layout = cLayout(this.#btf, type);
    const indent = '\t'.repeat(level + 1);
    const lines: string[] = [];
    let end = 0;
    const place = type.kind === 'union' ? () => 0 : (bits: number) => bits;
    for (const member of type.members) {
      if (type.kind === 'struct') {
        const natural = layout.place(member, end);
        if (natural !== member.offsetBits) lines.push(...padding(end, member.offsetBits));
      }
      const name = member.bitfieldBits > 0 ? `${member.name}: ${member.bitfieldBits}` : member.name;
      lines.push(this.#declare(member.typeId, name, level + 1));
      const size = member.bitfieldBits || this.#btf.sizeOf(member.typeId) * 8;
      end = Math.max(end, place(member.offsetBits) + size);
    }
    const align = layout.packed ? 8 : layout.alignBytes * 8;
    const wanted = type.sizeBytes * 8;
    if (Math.ceil(end / align) * align < wanted) {
      // In a union, padding would lie over the members: it takes a struct.
      if (type.kind === 'struct') lines.push(...padding(end, wanted));
      else
        lines.push(
          `struct { ${padding(0, wanted)
            .map(line => `${line};`)
            .join(' ')} }`,
        );
    }
    const name = type.name === '' ? '' : ` ${this.#tagName(type)}`;
    const head = `${type.kind}${name} {`;
    const tail = `}${layout.packed ? ' __attribute__((packed))' : ''}`;
    if (lines.length === 0) return `${head}${tail}`;
    return `${head}\n${lines.map(line => `${indent}${line};\n`).join('')}${'\t'.repeat(level)}${tail}`;
  }

  #enumBody(type: EnumType, level: number): string {
    const name = type.name === '' ? '' : ` ${this.#tagName(type)}`;
    const suffix = type.kind === 'enum64' ? (type.signed ? 'LL' : 'ULL') : '';
    const indent = '\t'.repeat(level + 1);
    const values = type.values.map(({ name: constant, value }) => {
      const text = `${value}${suffix}`;
      return `${indent}${this.#unique(this.#identifiers, constant)} = ${text},\n`;
    });
    const tail = `}${enumMode(type)}`;
    if (values.length === 0) return name === '' ? 'int' : `enum${name}`;
    return `enum${name} {\n${values.join('')}${'\t'.repeat(level)}${tail}`;
  }

  #tagName(type: BtfType): string {
    return this.#nameIn(this.#tags, type.id, type.name);
  }

  #identifierOf(id: number, name: string): string {
    return this.#nameIn(this.#identifiers, id, name);
  }

  #nameIn(space: Map<string, number>, id: number, name: string): string {
    let unique = this.#names.get(id);
    if (unique === undefined) {
      unique = this.#unique(space, name);
      this.#names.set(id, unique);
    }
    return unique;
  }

  /** The second type of a name gets a flavor, which CO-RE looks through: `name___2`. */
  #unique(space: Map<string, number>, name: string): string {
    const safe = KEYWORDS.has(name) ? `${name}_` : name;
    const count = (space.get(safe) ?? 0) + 1;
    space.set(safe, count);
    return count === 1 ? safe : `${safe}___${count}`;
  }
}

function* allIds(btf: Btf): IterableIterator<number> {
  for (let id = 1; id < btf.typeCount; id++) yield id;
}

/** Sizes of enums that C would not choose by itself. */
function enumMode({ kind, sizeBytes, values }: EnumType): string {
  if (sizeBytes === 1) return ' __attribute__((mode(byte)))';
  if (sizeBytes === 2) return ' __attribute__((mode(HI)))';
  const isWide = values.some(({ value }) => value > 0xffffffffn || value < -0x80000000n);
  return sizeBytes === 8 && (kind === 'enum' || !isWide) ? ' __attribute__((mode(DI)))' : '';
}

/** Where C would place members, and whether it takes `packed` to place them where they are. */
function cLayout(btf: Btf, type: CompositeType) {
  let alignBytes = 1;
  let packed = false;
  for (const { typeId, offsetBits, bitfieldBits } of type.members) {
    const align = btf.alignOf(typeId);
    if (align > alignBytes) alignBytes = align;
    if (bitfieldBits === 0) packed ||= offsetBits % (align * 8) !== 0;
    else {
      const unit = btf.sizeOf(typeId) * 8;
      packed ||= (offsetBits % unit) + bitfieldBits > unit;
    }
  }
  packed ||= type.sizeBytes % alignBytes !== 0;
  return {
    packed,
    alignBytes,
    /** The bit at which a member would stand behind `end` bits. */
    place({ typeId, bitfieldBits }: CompositeType['members'][number], end: number): number {
      if (bitfieldBits === 0) {
        const align = packed ? 8 : btf.alignOf(typeId) * 8;
        return Math.ceil(end / align) * align;
      }
      const unit = btf.sizeOf(typeId) * 8;
      return !packed && (end % unit) + bitfieldBits > unit ? Math.ceil(end / unit) * unit : end;
    },
  };
}

const UNITS = [
  ['long long', 64],
  ['int', 32],
  ['short', 16],
  ['char', 8],
] as const;

/** More padding than this is an array. */
const MAX_PADDING_BITS = 4096;

/** Unnamed bit fields that fill the bits from `from` to `to`; none crosses a boundary of its type. */
function padding(from: number, to: number): string[] {
  if (to - from > MAX_PADDING_BITS) {
    const [first, last] = [Math.ceil(from / 8), Math.floor(to / 8)];
    const bytes = `char __padding_${first}[${last - first}]`;
    return [...padding(from, first * 8), bytes, ...padding(last * 8, to)];
  }
  const lines: string[] = [];
  for (let at = from; at < to; ) {
    let best: (typeof UNITS)[number] = UNITS[3];
    let width = 0;
    for (const unit of UNITS) {
      const reach = Math.min((Math.floor(at / unit[1]) + 1) * unit[1], to) - at;
      if (reach > width || (reach === width && unit[1] < best[1])) [best, width] = [unit, reach];
    }
    lines.push(`${best[0]}: ${width}`);
    at += width;
  }
  return lines;
}
