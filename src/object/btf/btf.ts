// BTF, the kernel's type format, read lazily: opening scans the types once for their offsets (a kernel has 126,000); a type is
// decoded when it is asked for, and names are hashed, without being decoded, when the first one is looked up.
// Format: Documentation/bpf/btf.rst. Split BTF continues the ids and string offsets of its base.

import { SkepError } from '../../diagnostics/index.js';
import {
  BTF_KINDS,
  type BtfKind,
  type BtfType,
  type CompositeType,
  isModifier,
  KIND_NUMBERS,
  LINKAGES,
  type TypeOfKind,
} from './types.js';

export const BTF_MAGIC = 0xeb9f;
export const BTF_HEADER_BYTES = 24;
const TYPE_BYTES = 12;
/** The kernel gives up at 32 (MAX_RESOLVE_DEPTH); compilers come nowhere near. */
const MAX_DEPTH = 32;

/** Bytes that follow the header of a type, by kind number. */
const TRAILING = Uint8Array.from(BTF_KINDS, ({ trailing }) => trailing);
const EACH = Uint8Array.from(BTF_KINDS, ({ each }) => each);

export interface BtfOptions {
  /** What split BTF (of a kernel module) continues. */
  readonly base?: Btf | undefined;
  /** Bytes of a pointer: 8 unless said. */
  readonly pointerBytes?: 4 | 8;
}

const VOID: BtfType = { kind: 'void', id: 0, name: '' };

export class Btf {
  /** The whole of it, header included, as it was given. */
  readonly bytes: Uint8Array;
  readonly byteOrder: 'little' | 'big';
  readonly base: Btf | undefined;
  readonly pointerBytes: 4 | 8;
  /** Id of the first type that is not the base's: 1 without a base. */
  readonly firstId: number;
  /** Ids go from 0 (void) to typeCount - 1, the base's included. */
  readonly typeCount: number;

  readonly #view: DataView;
  /** Offset in `bytes` of type firstId + i. */
  readonly #offsets: Uint32Array;
  readonly #stringsStart: number;
  readonly #stringsEnd: number;
  /** What a string offset of this BTF is counted from: the base's string bytes. */
  readonly #firstString: number;
  readonly #types = new Map<number, BtfType>();
  readonly #strings = new Map<number, string>();
  #index: NameIndex | undefined;

  /** Opens BTF: raw, or an ELF section's bytes. Throws SkepError (SKEP4101, SKEP4102) with the byte offset. */
  static parse(bytes: Uint8Array, options: BtfOptions = {}): Btf {
    return new Btf(bytes, options);
  }

  private constructor(bytes: Uint8Array, { base, pointerBytes }: BtfOptions) {
    this.bytes = bytes;
    this.base = base;
    this.pointerBytes = pointerBytes ?? base?.pointerBytes ?? 8;
    this.firstId = base?.typeCount ?? 1;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#view = view;
    if (bytes.length < BTF_HEADER_BYTES)
      throw headerError(`${bytes.length} bytes are too few for BTF`, 0, bytes.length);
    const little = view.getUint16(0, true) === BTF_MAGIC;
    if (!little && view.getUint16(0, false) !== BTF_MAGIC) {
      throw headerError('BTF begins with the number 0xeb9f, and this does not', 0, 2);
    }
    this.byteOrder = little ? 'little' : 'big';
    if (base && base.byteOrder !== this.byteOrder) {
      throw headerError(`split BTF is ${this.byteOrder} endian and its base is not`, 0, 2);
    }
    if (view.getUint8(2) !== 1) throw headerError(`BTF of version ${view.getUint8(2)} is not known`, 2, 3);
    const headerBytes = view.getUint32(4, little);
    if (headerBytes < BTF_HEADER_BYTES || headerBytes > bytes.length) {
      throw headerError(`the BTF header says it is ${headerBytes} bytes long`, 4, 8);
    }
    const section = (at: number, what: string): [number, number] => {
      const start = headerBytes + view.getUint32(at, little);
      const end = start + view.getUint32(at + 4, little);
      if (end > bytes.length) throw headerError(`the BTF ${what} end at byte ${end} of ${bytes.length}`, at, at + 8);
      return [start, end];
    };
    const [typesStart, typesEnd] = section(8, 'types');
    [this.#stringsStart, this.#stringsEnd] = section(16, 'strings');
    this.#firstString = base?.stringsEnd ?? 0;
    if (this.#stringsEnd > this.#stringsStart && bytes[this.#stringsEnd - 1] !== 0) {
      throw headerError('the last BTF string has no end', this.#stringsEnd - 1, this.#stringsEnd);
    }
    this.#offsets = scanTypes(view, typesStart, typesEnd, little);
    this.typeCount = this.firstId + this.#offsets.length;
  }

  /** The string section, as it stands. */
  get stringBytes(): Uint8Array {
    return this.bytes.subarray(this.#stringsStart, this.#stringsEnd);
  }

  /** The string offset behind the last one: where split BTF on this one would go on. */
  get stringsEnd(): number {
    return this.#firstString + this.#stringsEnd - this.#stringsStart;
  }

  /** Where in `bytes` a type begins. */
  offsetOf(id: number): number {
    return this.#own(id).#offsets[id - this.#own(id).firstId]!;
  }

  /** The string at an offset. Throws SKEP4102 outside the strings. */
  string(offset: number): string {
    if (offset === 0) return '';
    if (offset < this.#firstString) return this.base!.string(offset);
    let text = this.#strings.get(offset);
    if (text === undefined) {
      const start = this.#stringsStart + offset - this.#firstString;
      if (start >= this.#stringsEnd) {
        throw typeError(`string offset ${offset} is behind the strings`, this.#stringsEnd, this.#stringsEnd);
      }
      text = decodeString(this.bytes, start, this.bytes.indexOf(0, start));
      this.#strings.set(offset, text);
    }
    return text;
  }

  /** A type. Throws SKEP4103 when there is none of that id. */
  typeById(id: number): BtfType {
    if (id === 0) return VOID;
    if (id < this.firstId && this.base) return this.base.typeById(id);
    let type = this.#types.get(id);
    if (type === undefined) {
      type = this.#decode(id);
      this.#types.set(id, type);
    }
    return type;
  }

  /** The kind of a type, without decoding it. */
  kindOf(id: number): BtfKind {
    if (id === 0) return 'void';
    const owner = this.#own(id);
    return BTF_KINDS[(owner.#view.getUint32(owner.offsetOf(id) + 4, this.byteOrder === 'little') >>> 24) & 31]!.name;
  }

  /** The name of a type, without decoding the rest. */
  nameOf(id: number): string {
    if (id === 0) return '';
    const owner = this.#own(id);
    return owner.string(owner.#view.getUint32(owner.offsetOf(id), this.byteOrder === 'little'));
  }

  /** Every type of its own (not the base's), in order of ids. */
  *types(): IterableIterator<BtfType> {
    for (let id = this.firstId; id < this.typeCount; id++) yield this.typeById(id);
  }

  /** The first type of that name (and kind); the base's come first. */
  findByName(name: string): BtfType | undefined;
  findByName<K extends BtfKind>(name: string, kind: K): TypeOfKind<K> | undefined;
  findByName(name: string, kind?: BtfKind): BtfType | undefined {
    let found: number | undefined;
    for (const id of this.idsByEssentialName(name)) {
      if ((found === undefined || id < found) && (kind === undefined || this.kindOf(id) === kind)) {
        if (this.nameOf(id) === name) found = id;
      }
    }
    return found === undefined ? undefined : this.typeById(found);
  }

  /**
   * Ids of the types whose name without flavor (`task_struct___v5` is `task_struct`) equals that of `name`, in ascending order,
   * the base's included. A name of only a flavor keeps it.
   */
  idsByEssentialName(name: string): number[] {
    const ids = this.base?.idsByEssentialName(name) ?? [];
    this.#index ??= new NameIndex(this.#view, this.#offsets, this.byteOrder === 'little', offset =>
      this.#locate(offset),
    );
    const wanted = new TextEncoder().encode(essentialName(name));
    for (const index of this.#index.find(wanted)) ids.push(this.firstId + index);
    return ids;
  }

  /** Looks through typedefs, qualifiers and type tags. Throws SKEP4104 when they go in circles. */
  resolve(id: number): BtfType {
    let type = this.typeById(id);
    for (let depth = 0; isModifier(type); depth++) {
      if (depth > MAX_DEPTH) throw nestingError(id);
      type = this.typeById(type.typeId);
    }
    return type;
  }

  /** Bytes of a value of the type. Throws SKEP4105 for types without values (void, functions, forward declarations). */
  sizeOf(id: number): number {
    let factor = 1;
    let current = id;
    for (let depth = 0; depth <= MAX_DEPTH; depth++) {
      const type = this.typeById(current);
      switch (type.kind) {
        case 'int':
        case 'float':
        case 'struct':
        case 'union':
        case 'enum':
        case 'enum64':
        case 'datasec':
          return boundedSize(factor * type.sizeBytes, id);
        case 'ptr':
          return boundedSize(factor * this.pointerBytes, id);
        case 'array':
          factor *= type.length;
          current = type.elementTypeId;
          break;
        case 'typedef':
        case 'volatile':
        case 'const':
        case 'restrict':
        case 'type_tag':
        case 'var':
          current = type.typeId;
          break;
        default:
          throw new SkepError({
            code: 'SKEP4105',
            severity: 'error',
            message: `a ${KIND_WORDS[type.kind]}${type.name === '' ? '' : ` '${type.name}'`} has no size (BTF type ${id})`,
          });
      }
    }
    throw nestingError(id);
  }

  /** Bytes that C aligns a value of the type to. */
  alignOf(id: number): number {
    return this.#alignOf(id, 0);
  }

  /** Alignments of structs that were asked for; 0 while one is being worked out. */
  readonly #aligns = new Map<number, number>();

  #alignOf(id: number, depth: number): number {
    if (depth > MAX_DEPTH) throw nestingError(id);
    const type = this.typeById(id);
    switch (type.kind) {
      case 'int':
      case 'float':
      case 'enum':
      case 'enum64':
        return Math.max(1, Math.min(type.kind === 'int' ? 16 : this.pointerBytes, type.sizeBytes));
      case 'ptr':
        return this.pointerBytes;
      case 'array':
        return this.#alignOf(type.elementTypeId, depth + 1);
      case 'typedef':
      case 'volatile':
      case 'const':
      case 'restrict':
      case 'type_tag':
      case 'var':
        return this.#alignOf(type.typeId, depth + 1);
      case 'struct':
      case 'union': {
        const known = this.#aligns.get(id);
        if (known === 0) throw nestingError(id);
        if (known !== undefined) return known;
        this.#aligns.set(id, 0);
        try {
          const align = this.#compositeAlign(type, depth);
          this.#aligns.set(id, align);
          return align;
        } finally {
          if (this.#aligns.get(id) === 0) this.#aligns.delete(id);
        }
      }
      default:
        return 1;
    }
  }

  /** The widest member's alignment; 1 when a member does not stand where it should (a packed struct). */
  #compositeAlign(type: CompositeType, depth: number): number {
    let widest = 1;
    for (const { typeId, offsetBits, bitfieldBits } of type.members) {
      const align = this.#alignOf(typeId, depth + 1);
      if (bitfieldBits === 0 && offsetBits % (align * 8) !== 0) return 1;
      if (align > widest) widest = align;
    }
    return type.sizeBytes % widest === 0 ? widest : 1;
  }

  /** The BTF, this one or a base, that a type stands in. Throws SKEP4103. */
  #own(id: number): Btf {
    if (id >= this.firstId) {
      if (this.#offsets[id - this.firstId] !== undefined) return this;
      throw noSuchType(id, this.typeCount);
    }
    if (this.base && id > 0) return this.base.#own(id);
    throw noSuchType(id, this.typeCount);
  }

  /** Where a string stands. */
  #locate(offset: number): { bytes: Uint8Array; at: number } {
    if (offset < this.#firstString) return this.base!.#locate(offset);
    return { bytes: this.bytes, at: Math.min(this.#stringsStart + offset - this.#firstString, this.#stringsEnd - 1) };
  }

  #decode(id: number): BtfType {
    const at = this.#offsets[id - this.firstId];
    if (at === undefined) throw noSuchType(id, this.typeCount);
    const little = this.byteOrder === 'little';
    const view = this.#view;
    const u32 = (offset: number): number => view.getUint32(at + offset, little);
    const info = u32(4);
    const count = info & 0xffff;
    const flag = info >>> 31 === 1;
    const name = this.string(u32(0));
    const last = u32(8);
    const kind = BTF_KINDS[(info >>> 24) & 31]!.name;
    switch (kind) {
      case 'void':
        return { kind, id, name };
      case 'int': {
        const value = u32(12);
        const encoding = (value >>> 24) & 15;
        return {
          kind,
          id,
          name,
          sizeBytes: last,
          bits: value & 0xff,
          offsetBits: (value >>> 16) & 0xff,
          signed: (encoding & 1) !== 0,
          char: (encoding & 2) !== 0,
          bool: (encoding & 4) !== 0,
        };
      }
      case 'float':
        return { kind, id, name, sizeBytes: last };
      case 'ptr':
      case 'typedef':
      case 'volatile':
      case 'const':
      case 'restrict':
      case 'type_tag':
        return { kind, id, name, typeId: last };
      case 'array':
        return { kind, id, name, elementTypeId: u32(12), indexTypeId: u32(16), length: u32(20) };
      case 'struct':
      case 'union': {
        const members = Array.from({ length: count }, (_, index) => {
          const member = 12 + index * 12;
          const offset = u32(member + 8);
          return {
            name: this.string(u32(member)),
            typeId: u32(member + 4),
            offsetBits: flag ? offset & 0xffffff : offset,
            bitfieldBits: flag ? offset >>> 24 : 0,
          };
        });
        return { kind, id, name, sizeBytes: last, members: flag ? members : this.#oldBitfields(members) };
      }
      case 'enum': {
        const values = Array.from({ length: count }, (_, index) => ({
          name: this.string(u32(12 + index * 8)),
          value: flag ? view.getInt32(at + 16 + index * 8, little) : u32(16 + index * 8),
        }));
        return { kind, id, name, sizeBytes: last, signed: flag, values };
      }
      case 'enum64': {
        const values = Array.from({ length: count }, (_, index) => {
          const high = u32(12 + index * 12 + 8);
          const bits = (BigInt(high) << 32n) | BigInt(u32(12 + index * 12 + 4));
          return { name: this.string(u32(12 + index * 12)), value: flag ? BigInt.asIntN(64, bits) : bits };
        });
        return { kind, id, name, sizeBytes: last, signed: flag, values };
      }
      case 'fwd':
        return { kind, id, name, of: flag ? 'union' : 'struct' };
      case 'func':
        return { kind, id, name, typeId: last, linkage: LINKAGES[count] ?? 'static' };
      case 'func_proto': {
        const parameters = Array.from({ length: count }, (_, index) => ({
          name: this.string(u32(12 + index * 8)),
          typeId: u32(16 + index * 8),
        }));
        return { kind, id, name, returnTypeId: last, parameters };
      }
      case 'var':
        return { kind, id, name, typeId: last, linkage: LINKAGES[u32(12)] ?? 'static' };
      case 'datasec': {
        const variables = Array.from({ length: count }, (_, index) => ({
          typeId: u32(12 + index * 12),
          offsetBytes: u32(16 + index * 12),
          sizeBytes: u32(20 + index * 12),
        }));
        return { kind, id, name, sizeBytes: last, variables };
      }
      case 'decl_tag':
        return { kind, id, name, typeId: last, component: view.getInt32(at + 12, little) };
    }
  }

  /** Without the struct's flag, a bit field is a member of an int type that has fewer bits than bytes hold (before Linux 5.0). */
  #oldBitfields(members: { name: string; typeId: number; offsetBits: number; bitfieldBits: number }[]): typeof members {
    for (const member of members) {
      if (member.typeId === 0 || member.typeId >= this.typeCount || this.kindOf(member.typeId) !== 'int') continue;
      const type = this.typeById(member.typeId);
      if (type.kind !== 'int' || (type.offsetBits === 0 && type.bits === type.sizeBytes * 8)) continue;
      member.offsetBits += type.offsetBits;
      member.bitfieldBits = type.bits;
    }
    return members;
  }
}

const KIND_WORDS: Readonly<Record<BtfKind, string>> = {
  ...(Object.fromEntries(BTF_KINDS.map(({ name }) => [name, name])) as Record<BtfKind, string>),
  fwd: 'forward declaration',
  func: 'function',
  func_proto: 'function type',
  decl_tag: 'tag',
};

/** `task_struct___v5` without its flavor: exactly three underscores with something else on both sides, the last such place. */
export function essentialName(name: string): string {
  for (let at = name.length - 5; at >= 0; at--) {
    if (name.startsWith('___', at + 1) && name[at] !== '_' && name[at + 4] !== '_') return name.slice(0, at + 1);
  }
  return name;
}

/** Byte offsets of all types. One pass over their headers; every type lies inside afterwards. */
function scanTypes(view: DataView, start: number, end: number, little: boolean): Uint32Array {
  // A type takes 12 bytes at least, so the bytes bound the count.
  const offsets = new Uint32Array(Math.floor((end - start) / TYPE_BYTES));
  let count = 0;
  let at = start;
  while (at + TYPE_BYTES <= end) {
    const info = view.getUint32(at + 4, little);
    const kind = (info >>> 24) & 31;
    if (kind === 0 || kind >= BTF_KINDS.length) {
      throw typeError(`BTF type ${count + 1} is of kind ${kind}, which is not known`, at + 4, at + 8);
    }
    const next = at + TYPE_BYTES + TRAILING[kind]! + EACH[kind]! * (info & 0xffff);
    if (next > end) throw typeError(`BTF type ${count + 1} (${BTF_KINDS[kind]!.name}) is cut off`, at, end);
    offsets[count++] = at;
    at = next;
  }
  if (at !== end) throw typeError(`${end - at} bytes are left over behind the last BTF type`, at, end);
  return offsets.slice(0, count);
}

/** A hash table over the names' bytes (FNV-1a), flavors left out, so that a lookup decodes nothing. */
class NameIndex {
  readonly #heads: Int32Array;
  readonly #next: Int32Array;
  readonly #names: Uint32Array;
  readonly #locate: (offset: number) => { bytes: Uint8Array; at: number };

  constructor(
    view: DataView,
    offsets: Uint32Array,
    little: boolean,
    locate: (offset: number) => { bytes: Uint8Array; at: number },
  ) {
    let size = 64;
    while (size < offsets.length) size *= 2;
    this.#heads = new Int32Array(size).fill(-1);
    this.#next = new Int32Array(offsets.length);
    this.#names = new Uint32Array(offsets.length);
    this.#locate = locate;
    // From the last to the first, so that chains run in ascending order.
    for (let index = offsets.length - 1; index >= 0; index--) {
      const name = view.getUint32(offsets[index]!, little);
      if (name === 0) continue;
      this.#names[index] = name;
      const place = locate(name);
      const bucket = hashName(place.bytes, place.at, essentialEnd(place.bytes, place.at)) & (size - 1);
      this.#next[index] = this.#heads[bucket]!;
      this.#heads[bucket] = index;
    }
  }

  *find(wanted: Uint8Array): IterableIterator<number> {
    const bucket = hashName(wanted, 0, wanted.length) & (this.#heads.length - 1);
    for (let index = this.#heads[bucket]!; index !== -1; index = this.#next[index]!) {
      const { bytes, at } = this.#locate(this.#names[index]!);
      if (sameEssentialName(bytes, at, wanted)) yield index;
    }
  }
}

const UNDERSCORE = 0x5f;

/** Where the essential part of the name at `at` ends. */
function essentialEnd(bytes: Uint8Array, at: number): number {
  let end = at;
  while (end < bytes.length && bytes[end] !== 0) end++;
  for (let mark = end - 5; mark >= at; mark--) {
    if (
      bytes[mark + 1] === UNDERSCORE &&
      bytes[mark + 2] === UNDERSCORE &&
      bytes[mark + 3] === UNDERSCORE &&
      bytes[mark] !== UNDERSCORE &&
      bytes[mark + 4] !== UNDERSCORE
    ) {
      return mark + 1;
    }
  }
  return end;
}

function hashName(bytes: Uint8Array, at: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = at; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}

function sameEssentialName(bytes: Uint8Array, at: number, wanted: Uint8Array): boolean {
  const end = essentialEnd(bytes, at);
  if (end - at !== wanted.length) return false;
  for (let i = 0; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false;
  return true;
}

const utf8 = new TextDecoder();

/** Names are short and ASCII: a loop beats TextDecoder. */
function decodeString(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > 64) return utf8.decode(bytes.subarray(start, end));
  let text = '';
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte >= 0x80) return utf8.decode(bytes.subarray(start, end));
    text += String.fromCharCode(byte);
  }
  return text;
}

function boundedSize(size: number, id: number): number {
  if (size <= 0x7fffffff) return size;
  throw new SkepError({ code: 'SKEP4105', severity: 'error', message: `BTF type ${id} is larger than 2 GiB` });
}

function headerError(message: string, start: number, end: number): SkepError {
  return new SkepError({ code: 'SKEP4101', severity: 'error', message, span: { start, end } });
}

function typeError(message: string, start: number, end: number): SkepError {
  return new SkepError({ code: 'SKEP4102', severity: 'error', message, span: { start, end } });
}

function noSuchType(id: number, count: number): SkepError {
  return new SkepError({
    code: 'SKEP4103',
    severity: 'error',
    message: `there is no BTF type ${id}: ids go from 0 to ${count - 1}`,
  });
}

export function nestingError(id: number): SkepError {
  return new SkepError({
    code: 'SKEP4104',
    severity: 'error',
    message: `BTF type ${id} nests too deeply, or contains itself`,
  });
}

/** The number of a kind. */
export const kindNumber = (kind: BtfKind): number => KIND_NUMBERS[kind];
