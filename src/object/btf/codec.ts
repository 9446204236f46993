// Values of BTF types as JavaScript values, both ways. A codec is compiled once from a type to closures.
//
//   int up to 32 bits, enum's unknown values     number       (bits that do not fit 53 are never a number)
//   int of 64 bits or more, pointers             bigint
//   bool                                         boolean      enum     its enumerator's name
//   array of char                                string, up to the first zero byte
//   other arrays                                 array        array of unsigned char: Uint8Array
//   struct                                       object, members of anonymous structs among its own
//   union                                        object of every reading; to encode, one member is enough, of several the largest decides
//   float                                        number

import { SkepError } from '../../diagnostics/index.js';
import { type Btf, nestingError } from './btf.js';
import { declare } from './declaration.js';
import {
  type ArrayType,
  type BtfType,
  type CompositeType,
  type EnumType,
  isComposite,
  isEnum,
  type Member,
} from './types.js';

/** Reads and writes values of one type. */
export interface BtfCodec {
  /** The type in C words, for messages. */
  readonly typeName: string;
  readonly sizeBytes: number;
  /** The value at `offset`. Throws SKEP4107 when the bytes are too few. */
  decode(bytes: Uint8Array, offset?: number): unknown;
  /** The value's bytes. Members that are not given are 0. Throws SKEP4107 for a value that does not fit, with its path. */
  encode(value: unknown): Uint8Array;
  /** The same into bytes that are there. */
  encodeInto(value: unknown, bytes: Uint8Array, offset?: number): void;
}

type Decoder = (view: DataView, at: number) => unknown;
type Encoder = (view: DataView, at: number, value: unknown, path: string) => void;

interface Parts {
  /** Values that one decoding makes: a type may hold the same one many times over. */
  readonly weight: number;
  readonly sizeBytes: number;
  readonly decode: Decoder;
  readonly encode: Encoder;
}

const MAX_DEPTH = 64;
/** Arrays longer than this are not made: a type's length is no reason to fill the memory. */
const MAX_ELEMENTS = 1 << 24;
/** Members of all the structs that a type holds. */
const MAX_FIELDS = 1 << 18;
/** A value to be encoded is not made larger than this. */
const MAX_VALUE_BYTES = 1 << 28;

/** The codec of a type. Throws SKEP4105 for types without values. */
export function codecOf(btf: Btf, id: number): BtfCodec {
  const { sizeBytes, decode, encode } = partsOf({ btf, done: new Map(), fieldsLeft: MAX_FIELDS }, id, 0);
  const typeName = declare(btf, id, '', { base: type => type.name || type.kind });
  const encodeInto = (value: unknown, bytes: Uint8Array, offset = 0): void => {
    if (offset < 0 || offset + sizeBytes > bytes.length) throw tooFew(typeName, sizeBytes, bytes.length - offset);
    encode(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), offset, value, '');
  };
  return {
    typeName,
    sizeBytes,
    decode(bytes, offset = 0) {
      if (offset < 0 || offset + sizeBytes > bytes.length) throw tooFew(typeName, sizeBytes, bytes.length - offset);
      return decode(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), offset);
    },
    encode(value) {
      if (sizeBytes > MAX_VALUE_BYTES)
        throw misfit('', `of type ${typeName} is too large to be made: ${sizeBytes} bytes`);
      const bytes = new Uint8Array(sizeBytes);
      encodeInto(value, bytes);
      return bytes;
    },
    encodeInto,
  };
}

/** One compilation: types that were met, and how many members were looked at. */
interface Compilation {
  readonly btf: Btf;
  readonly done: Map<number, Parts>;
  fieldsLeft: number;
}

function partsOf(compilation: Compilation, id: number, depth: number): Parts {
  if (depth > MAX_DEPTH) throw nestingError(id);
  let parts = compilation.done.get(id);
  if (parts === undefined) {
    parts = makeParts(compilation, id, depth);
    if (parts.weight > MAX_ELEMENTS)
      throw badType(`a value of BTF type ${id} is made of more than ${MAX_ELEMENTS} values`);
    compilation.done.set(id, parts);
  }
  return parts;
}

function makeParts(compilation: Compilation, id: number, depth: number): Parts {
  const { btf } = compilation;
  const type = btf.resolve(id);
  switch (type.kind) {
    case 'int':
      return integer(btf, type.sizeBytes, type.signed, type.bool ? 'bool' : 'number');
    case 'ptr':
      return integer(btf, btf.pointerBytes, false, 'bigint');
    case 'float':
      return float(btf, type.sizeBytes);
    case 'enum':
    case 'enum64':
      return enumeration(btf, type);
    case 'array':
      return array(compilation, type, depth);
    case 'struct':
    case 'union':
      return composite(compilation, type, depth);
    case 'var':
      return partsOf(compilation, type.typeId, depth + 1);
    case 'datasec':
      return section(compilation, type.variables, type.sizeBytes, depth);
    default:
      // Throws: it has no size.
      return { weight: 1, sizeBytes: btf.sizeOf(id), decode: () => undefined, encode: () => undefined };
  }
}

function integer(btf: Btf, sizeBytes: number, signed: boolean, as: 'number' | 'bool' | 'bigint'): Parts {
  if (sizeBytes === 0 || sizeBytes > 16) throw badType(`an integer of ${sizeBytes} bytes is none`);
  const little = btf.byteOrder === 'little';
  const bits = sizeBytes * 8;
  const read = wideReader(sizeBytes, signed, little);
  const write = wideWriter(sizeBytes, little);
  if (as === 'bool') {
    return {
      weight: 1,
      sizeBytes,
      decode: (view, at) => read(view, at) !== 0n,
      encode: (view, at, value, path) => write(view, at, toInteger(value, bits, false, path)),
    };
  }
  const encode: Encoder = (view, at, value, path) => write(view, at, toInteger(value, bits, signed, path));
  if (as === 'bigint' || sizeBytes > 4) return { weight: 1, sizeBytes, decode: read, encode };
  const decode: Decoder =
    sizeBytes === 1
      ? (view, at) => (signed ? view.getInt8(at) : view.getUint8(at))
      : sizeBytes === 2
        ? (view, at) => (signed ? view.getInt16(at, little) : view.getUint16(at, little))
        : sizeBytes === 4
          ? (view, at) => (signed ? view.getInt32(at, little) : view.getUint32(at, little))
          : (view, at) => Number(read(view, at));
  return { weight: 1, sizeBytes, decode, encode };
}

/** Integers of any number of bytes (16 is __int128). */
function wideReader(sizeBytes: number, signed: boolean, little: boolean): (view: DataView, at: number) => bigint {
  if (sizeBytes === 8)
    return signed ? (view, at) => view.getBigInt64(at, little) : (view, at) => view.getBigUint64(at, little);
  return (view, at) => {
    let value = 0n;
    for (let index = 0; index < sizeBytes; index++) {
      value = (value << 8n) | BigInt(view.getUint8(at + (little ? sizeBytes - 1 - index : index)));
    }
    return signed ? BigInt.asIntN(sizeBytes * 8, value) : value;
  };
}

function wideWriter(sizeBytes: number, little: boolean): (view: DataView, at: number, value: bigint) => void {
  if (sizeBytes === 8) return (view, at, value) => view.setBigUint64(at, BigInt.asUintN(64, value), little);
  return (view, at, value) => {
    for (let index = 0; index < sizeBytes; index++) {
      const place = at + (little ? index : sizeBytes - 1 - index);
      view.setUint8(place, Number((value >> BigInt(8 * index)) & 0xffn));
    }
  };
}

/** A value as an integer of so many bits; the other sign's reading of the same bits is taken too (`-1` for 0xffffffff). */
function toInteger(value: unknown, bits: number, signed: boolean, path: string): bigint {
  let integer: bigint;
  if (typeof value === 'bigint') integer = value;
  else if (typeof value === 'boolean') integer = value ? 1n : 0n;
  else if (typeof value === 'number' && Number.isInteger(value)) integer = BigInt(value);
  else throw misfit(path, `wants a whole number, not ${shown(value)}`);
  const least = -(1n << BigInt(bits - 1));
  const most = (1n << BigInt(bits)) - 1n;
  if (integer < least || integer > most) {
    throw misfit(path, `holds ${bits} bits${signed ? ', signed' : ''}, which ${integer} does not fit`);
  }
  return integer;
}

function float(btf: Btf, sizeBytes: number): Parts {
  const little = btf.byteOrder === 'little';
  const number = (value: unknown, path: string): number => {
    if (typeof value !== 'number') throw misfit(path, `wants a number, not ${shown(value)}`);
    return value;
  };
  if (sizeBytes === 4) {
    return {
      weight: 1,
      sizeBytes,
      decode: (view, at) => view.getFloat32(at, little),
      encode: (view, at, value, path) => view.setFloat32(at, number(value, path), little),
    };
  }
  if (sizeBytes === 8) {
    return {
      weight: 1,
      sizeBytes,
      decode: (view, at) => view.getFloat64(at, little),
      encode: (view, at, value, path) => view.setFloat64(at, number(value, path), little),
    };
  }
  // long double and half have no number in JavaScript: their bits.
  return integer(btf, sizeBytes, false, 'bigint');
}

function enumeration(btf: Btf, { sizeBytes, signed, values }: EnumType): Parts {
  const plain = integer(btf, sizeBytes, signed, 'number');
  const names = new Map<number | bigint, string>();
  const numbers = new Map<string, bigint>();
  for (const { name, value } of values) {
    const bits = BigInt(value);
    numbers.set(name, bits);
    const read =
      sizeBytes > 4 ? bits : Number(signed ? BigInt.asIntN(sizeBytes * 8, bits) : BigInt.asUintN(sizeBytes * 8, bits));
    if (!names.has(read)) names.set(read, name);
  }
  return {
    weight: 1,
    sizeBytes,
    decode(view, at) {
      const value = plain.decode(view, at) as number | bigint;
      return names.get(value) ?? value;
    },
    encode(view, at, value, path) {
      const number = typeof value === 'string' ? numbers.get(value) : value;
      if (number === undefined) {
        throw misfit(path, `has no enumerator '${value}': it has ${[...numbers.keys()].slice(0, 8).join(', ')}`);
      }
      plain.encode(view, at, number, path);
    },
  };
}

const utf8 = new TextDecoder();
const utf8Encoder = new TextEncoder();

/** Whether an array of these is text or bytes, to C programmers. */
export function byteKind(btf: Btf, elementTypeId: number): 'text' | 'bytes' | undefined {
  const type = btf.resolve(elementTypeId);
  if (type.kind !== 'int' || type.sizeBytes !== 1 || type.bool) return undefined;
  return type.char || type.name === 'char' ? 'text' : type.signed ? undefined : 'bytes';
}

function array(compilation: Compilation, { id, elementTypeId, length: stated }: ArrayType, depth: number): Parts {
  const { btf } = compilation;
  const sizeBytes = btf.sizeOf(id);
  if (stated > MAX_ELEMENTS) throw misfit('', `an array of ${stated} elements is too long for a value`);
  const kind = byteKind(btf, elementTypeId);
  if (kind) return bytesOrText(kind, stated);
  const element = partsOf(compilation, elementTypeId, depth + 1);
  // However many there are of an empty struct, they say nothing.
  const length = element.sizeBytes === 0 ? 0 : stated;
  return {
    weight: 1 + length * element.weight,
    sizeBytes,
    decode: (view, at) => Array.from({ length }, (_, index) => element.decode(view, at + index * element.sizeBytes)),
    encode(view, at, value, path) {
      if (!Array.isArray(value) && !ArrayBuffer.isView(value))
        throw misfit(path, `wants an array, not ${shown(value)}`);
      const items = Array.from(value as ArrayLike<unknown>);
      if (items.length > length) throw misfit(path, `has ${length} elements, and ${items.length} were given`);
      clear(view, at, sizeBytes);
      for (const [index, item] of items.entries()) {
        element.encode(view, at + index * element.sizeBytes, item, `${path}[${index}]`);
      }
    },
  };
}

function bytesOrText(kind: 'text' | 'bytes', length: number): Parts {
  const slice = (view: DataView, at: number): Uint8Array => new Uint8Array(view.buffer, view.byteOffset + at, length);
  return {
    weight: 1,
    sizeBytes: length,
    decode(view, at) {
      const bytes = slice(view, at);
      if (kind === 'bytes') return bytes.slice();
      const end = bytes.indexOf(0);
      return utf8.decode(end === -1 ? bytes : bytes.subarray(0, end));
    },
    encode(view, at, value, path) {
      let bytes: ArrayLike<number>;
      if (typeof value === 'string') bytes = utf8Encoder.encode(value);
      else if (Array.isArray(value) || value instanceof Uint8Array) bytes = value as ArrayLike<number>;
      else throw misfit(path, `wants ${kind === 'text' ? 'a string' : 'a Uint8Array'}, not ${shown(value)}`);
      if (bytes.length > length) throw misfit(path, `has ${length} bytes, and ${bytes.length} were given`);
      const place = slice(view, at);
      place.fill(0);
      place.set(bytes);
    },
  };
}

interface Field {
  readonly name: string;
  readonly offsetBytes: number;
  readonly parts: Parts;
}

/** Members, those of anonymous structs and unions among them at their own offsets. */
function fieldsOf(compilation: Compilation, members: readonly Member[], depth: number, start = 0): Field[] {
  const { btf } = compilation;
  return members.flatMap(member => {
    if (compilation.fieldsLeft-- <= 0) throw badType(`a type has more than ${MAX_FIELDS} members`);
    const { name, typeId, offsetBits, bitfieldBits } = member;
    const type = btf.resolve(typeId);
    const offsetBytes = start + Math.floor(offsetBits / 8);
    if (name === '' && isComposite(type)) {
      if (depth > MAX_DEPTH) throw nestingError(type.id);
      return fieldsOf(compilation, type.members, depth + 1, offsetBytes);
    }
    if (name === '') return [];
    if (bitfieldBits > 0) return [{ name, offsetBytes, parts: bitfield(btf, type, offsetBits % 8, bitfieldBits) }];
    return [{ name, offsetBytes, parts: partsOf(compilation, typeId, depth + 1) }];
  });
}

function composite(compilation: Compilation, type: CompositeType, depth: number): Parts {
  return fieldsParts(fieldsOf(compilation, type.members, depth), type.sizeBytes, type.name || type.kind);
}

function section(
  compilation: Compilation,
  variables: readonly { typeId: number; offsetBytes: number }[],
  sizeBytes: number,
  depth: number,
): Parts {
  const fields = variables.map(({ typeId, offsetBytes }) => ({
    name: compilation.btf.nameOf(typeId),
    offsetBytes,
    parts: partsOf(compilation, typeId, depth + 1),
  }));
  return fieldsParts(fields, sizeBytes, 'section');
}

function fieldsParts(fields: readonly Field[], sizeBytes: number, what: string): Parts {
  const outside = fields.find(({ offsetBytes, parts }) => offsetBytes + parts.sizeBytes > sizeBytes);
  if (outside) throw badType(`member '${outside.name}' lies outside ${what}, which has ${sizeBytes} bytes`);
  const byName = new Map(fields.map(field => [field.name, field]));
  return {
    weight: fields.reduce((sum, { parts }) => sum + parts.weight, 1),
    sizeBytes,
    decode(view, at) {
      const value: Record<string, unknown> = {};
      for (const { name, offsetBytes, parts } of fields) define(value, name, parts.decode(view, at + offsetBytes));
      return value;
    },
    encode(view, at, value, path) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        throw misfit(path, `wants an object, not ${shown(value)}`);
      }
      clear(view, at, sizeBytes);
      const given: [string, unknown, Field][] = [];
      for (const [name, item] of Object.entries(value)) {
        if (item === undefined) continue;
        const field = byName.get(name);
        if (!field) throw misfit(path === '' ? name : `${path}.${name}`, `is no member of ${what}`);
        given.push([name, item, field]);
      }
      // Members of a union lie over each other: the largest, which says the most, is written last.
      given.sort((a, b) => a[2].parts.sizeBytes - b[2].parts.sizeBytes);
      for (const [name, item, field] of given) {
        field.parts.encode(view, at + field.offsetBytes, item, path === '' ? name : `${path}.${name}`);
      }
    },
  };
}

/** Assigns a member, whatever its name is. */
function define(value: Record<string, unknown>, name: string, item: unknown): void {
  if (name === '__proto__')
    Object.defineProperty(value, name, { value: item, enumerable: true, configurable: true, writable: true });
  else value[name] = item;
}

/** `bits` bits from bit `first` of the byte on: from the low bit up on a little-endian machine, from the high bit down on the other. */
function bitfield(btf: Btf, type: BtfType, first: number, bits: number): Parts {
  const little = btf.byteOrder === 'little';
  const bytes = Math.ceil((first + bits) / 8);
  const shift = BigInt(little ? first : bytes * 8 - first - bits);
  const mask = (1n << BigInt(bits)) - 1n;
  const signed = (type.kind === 'int' || isEnum(type)) && type.signed;
  const isBool = type.kind === 'int' && type.bool;
  const wide = (type.kind === 'int' || isEnum(type)) && type.sizeBytes > 4;
  const read = wideReader(bytes, false, little);
  const write = wideWriter(bytes, little);
  const names = isEnum(type) ? new Map(type.values.map(({ name, value }) => [BigInt(value), name])) : undefined;
  const numbers = isEnum(type) ? new Map(type.values.map(({ name, value }) => [name, BigInt(value)])) : undefined;
  return {
    weight: 1,
    sizeBytes: bytes,
    decode(view, at) {
      const raw = (read(view, at) >> shift) & mask;
      const value = signed ? BigInt.asIntN(bits, raw) : raw;
      if (isBool) return value !== 0n;
      return names?.get(value) ?? (wide ? value : Number(value));
    },
    encode(view, at, value, path) {
      const number = typeof value === 'string' ? numbers?.get(value) : value;
      const field = toInteger(number ?? value, bits, signed, path) & mask;
      write(view, at, (read(view, at) & ~(mask << shift)) | (field << shift));
    },
  };
}

function clear(view: DataView, at: number, sizeBytes: number): void {
  new Uint8Array(view.buffer, view.byteOffset + at, sizeBytes).fill(0);
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : String(value);
}

function misfit(path: string, why: string): SkepError {
  return new SkepError({
    code: 'SKEP4107',
    severity: 'error',
    message: path === '' ? `the value ${why}` : `'${path}' ${why}`,
  });
}

function tooFew(typeName: string, sizeBytes: number, given: number): SkepError {
  return misfit('', `of type ${typeName} has ${sizeBytes} bytes, and ${Math.max(0, given)} are there`);
}

function badType(message: string): SkepError {
  return new SkepError({ code: 'SKEP4102', severity: 'error', message });
}
