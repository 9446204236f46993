// Writes BTF (Documentation/bpf/btf.rst): types in order, each under the next id, strings once each.

import { SkepError } from '../../diagnostics/index.js';
import { BTF_HEADER_BYTES, BTF_MAGIC, Btf } from './btf.js';
import { type BtfType, KIND_NUMBERS, LINKAGES } from './types.js';

/** A type as `Btf` gives it, without the id it will get. */
export type NewType = BtfType extends infer T ? (T extends BtfType ? Omit<T, 'id'> : never) : never;

export interface BtfBuilderOptions {
  readonly byteOrder?: 'little' | 'big';
  /** Makes split BTF: ids and strings continue the base's. */
  readonly base?: Btf;
}

const encoder = new TextEncoder();

/** Bytes that grow. */
class ByteSink {
  bytes = new Uint8Array(1024);
  length = 0;
  readonly #little: boolean;
  #view = new DataView(this.bytes.buffer);

  constructor(little: boolean) {
    this.#little = little;
  }

  u32(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.length, value >>> 0, this.#little);
    this.length += 4;
  }

  append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  #reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + count));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

export class BtfBuilder {
  readonly byteOrder: 'little' | 'big';
  readonly #base: Btf | undefined;
  readonly #types: ByteSink;
  readonly #strings: ByteSink;
  readonly #stringOffsets = new Map<string, number>([['', 0]]);
  readonly #firstString: number;
  #nextId: number;

  constructor({ byteOrder = 'little', base }: BtfBuilderOptions = {}) {
    this.byteOrder = byteOrder;
    this.#base = base;
    this.#types = new ByteSink(byteOrder === 'little');
    this.#strings = new ByteSink(byteOrder === 'little');
    this.#nextId = base?.typeCount ?? 1;
    this.#firstString = base ? base.stringsEnd : 0;
    if (!base) this.#strings.append(new Uint8Array(1));
  }

  /** The id that the next type gets. A type may refer to ids that are still to come. */
  get nextId(): number {
    return this.#nextId;
  }

  /** Offset of a string, which is put in unless it is there. */
  string(text: string): number {
    let offset = this.#stringOffsets.get(text);
    if (offset === undefined) {
      if (text.includes('\0')) throw misfit(`the name ${JSON.stringify(text)} holds a zero byte`);
      offset = this.#firstString + this.#strings.length;
      this.#stringOffsets.set(text, offset);
      this.#strings.append(encoder.encode(`${text}\0`));
    }
    return offset;
  }

  /** Appends a type and answers its id. Throws SKEP4107 for what BTF cannot say. */
  add(type: NewType): number {
    switch (type.kind) {
      case 'void':
        return 0;
      case 'int': {
        const encoding = (type.signed ? 1 : 0) | (type.char ? 2 : 0) | (type.bool ? 4 : 0);
        this.#header(type, 0, false, type.sizeBytes);
        this.#types.u32((encoding << 24) | (type.offsetBits << 16) | type.bits);
        break;
      }
      case 'float':
        this.#header(type, 0, false, type.sizeBytes);
        break;
      case 'ptr':
      case 'typedef':
      case 'volatile':
      case 'const':
      case 'restrict':
      case 'type_tag':
        this.#header(type, 0, false, type.typeId);
        break;
      case 'array':
        this.#header(type, 0, false, 0);
        for (const value of [type.elementTypeId, type.indexTypeId, type.length]) this.#types.u32(value);
        break;
      case 'struct':
      case 'union': {
        const flag = type.members.some(({ bitfieldBits }) => bitfieldBits !== 0);
        this.#header(type, type.members.length, flag, type.sizeBytes);
        for (const { name, typeId, offsetBits, bitfieldBits } of type.members) {
          if (flag && (offsetBits > 0xffffff || bitfieldBits > 255)) throw misfit(`member '${name}' does not fit BTF`);
          this.#types.u32(this.string(name));
          this.#types.u32(typeId);
          this.#types.u32(flag ? (bitfieldBits << 24) | offsetBits : offsetBits);
        }
        break;
      }
      case 'enum':
        this.#header(type, type.values.length, type.signed, type.sizeBytes);
        for (const { name, value } of type.values) {
          this.#types.u32(this.string(name));
          this.#types.u32(Number(BigInt.asUintN(32, BigInt(value))));
        }
        break;
      case 'enum64':
        this.#header(type, type.values.length, type.signed, type.sizeBytes);
        for (const { name, value } of type.values) {
          const bits = BigInt.asUintN(64, BigInt(value));
          this.#types.u32(this.string(name));
          this.#types.u32(Number(bits & 0xffffffffn));
          this.#types.u32(Number(bits >> 32n));
        }
        break;
      case 'fwd':
        this.#header(type, 0, type.of === 'union', 0);
        break;
      case 'func':
        this.#header(type, LINKAGES.indexOf(type.linkage), false, type.typeId);
        break;
      case 'func_proto':
        this.#header(type, type.parameters.length, false, type.returnTypeId);
        for (const { name, typeId } of type.parameters) {
          this.#types.u32(this.string(name));
          this.#types.u32(typeId);
        }
        break;
      case 'var':
        this.#header(type, 0, false, type.typeId);
        this.#types.u32(LINKAGES.indexOf(type.linkage));
        break;
      case 'datasec':
        this.#header(type, type.variables.length, false, type.sizeBytes);
        for (const { typeId, offsetBytes, sizeBytes } of type.variables) {
          for (const value of [typeId, offsetBytes, sizeBytes]) this.#types.u32(value);
        }
        break;
      case 'decl_tag':
        this.#header(type, 0, false, type.typeId);
        this.#types.u32(type.component);
        break;
    }
    return this.#nextId++;
  }

  /** An ordinary integer type of C. */
  int(name: string, sizeBytes: number, { signed = false, char = false, bool = false } = {}): number {
    return this.add({ kind: 'int', name, sizeBytes, bits: sizeBytes * 8, offsetBits: 0, signed, char, bool });
  }

  pointer(typeId: number): number {
    return this.add({ kind: 'ptr', name: '', typeId });
  }

  array(elementTypeId: number, length: number, indexTypeId: number): number {
    return this.add({ kind: 'array', name: '', elementTypeId, indexTypeId, length });
  }

  typedef(name: string, typeId: number): number {
    return this.add({ kind: 'typedef', name, typeId });
  }

  /** The whole: header, types, strings. */
  toBytes(): Uint8Array {
    const { length: typesLength } = this.#types;
    const { length: stringsLength } = this.#strings;
    const bytes = new Uint8Array(BTF_HEADER_BYTES + typesLength + stringsLength);
    const view = new DataView(bytes.buffer);
    const little = this.byteOrder === 'little';
    view.setUint16(0, BTF_MAGIC, little);
    view.setUint8(2, 1);
    view.setUint32(4, BTF_HEADER_BYTES, little);
    view.setUint32(12, typesLength, little);
    view.setUint32(16, typesLength, little);
    view.setUint32(20, stringsLength, little);
    bytes.set(this.#types.bytes.subarray(0, typesLength), BTF_HEADER_BYTES);
    bytes.set(this.#strings.bytes.subarray(0, stringsLength), BTF_HEADER_BYTES + typesLength);
    return bytes;
  }

  /** The whole, opened. */
  build(): Btf {
    return Btf.parse(this.toBytes(), { base: this.#base });
  }

  #header({ kind, name }: NewType, count: number, flag: boolean, last: number): void {
    if (count > 0xffff) throw misfit(`${count} entries do not fit one BTF type`);
    this.#types.u32(this.string(name));
    this.#types.u32((flag ? 0x80000000 : 0) | (KIND_NUMBERS[kind] << 24) | count);
    this.#types.u32(last);
  }
}

function misfit(message: string): SkepError {
  return new SkepError({ code: 'SKEP4107', severity: 'error', message });
}
