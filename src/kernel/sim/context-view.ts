// A context in the address space, by the names of its fields.

import type { AddressSpace } from '../../engine/index.js';
import { kernelError } from '../../maps/index.js';
import type { StructField, StructRow } from '../structs/struct.js';

/** Values by field name; elements of arrays are `cb[2]` or given whole as a list. */
export type FieldValues = Readonly<Record<string, number | bigint | readonly (number | bigint)[]>>;

export class ContextView {
  readonly struct: StructRow;
  readonly address: number;
  readonly #space: AddressSpace;

  constructor(space: AddressSpace, address: number, struct: StructRow) {
    this.#space = space;
    this.address = address;
    this.struct = struct;
  }

  get(name: string): number {
    return readNumber(this.#space.view, this.address, this.#field(name), 0);
  }

  set(name: string, value: number): void {
    writeValue(this.#space.view, this.address, this.#field(name), 0, value);
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#space.bytes.slice(this.address, this.address + this.struct.sizeBytes);
  }

  #field(name: string): StructField {
    return this.struct.byName.get(name)!;
  }
}

/** Width of one element. */
const width = ({ sizeBytes, count }: StructField): number => sizeBytes / count;

function readNumber(view: DataView, base: number, field: StructField, element: number): number {
  const at = base + field.offsetBytes + element * width(field);
  switch (width(field)) {
    case 1:
      return view.getUint8(at);
    case 2:
      return view.getUint16(at, true);
    case 4:
      return field.type === '__s32' ? view.getInt32(at, true) : view.getUint32(at, true);
    default:
      return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
  }
}

function writeValue(view: DataView, base: number, field: StructField, element: number, value: number | bigint): void {
  const at = base + field.offsetBytes + element * width(field);
  const bytes = width(field);
  const bits = BigInt.asUintN(bytes * 8, BigInt(value));
  if (bytes === 8) view.setBigUint64(at, bits, true);
  else if (bytes === 4) view.setUint32(at, Number(bits), true);
  else if (bytes === 2) view.setUint16(at, Number(bits), true);
  else view.setUint8(at, Number(bits));
}

/**
 * A context's bytes from what a caller gave: bytes (cut or filled up with zeros to the struct's size), or fields by name. Throws KernelError:
 * E2BIG for bytes that are longer and not zero behind the struct (bpf_check_uarg_tail_zero), EINVAL for a name that is no field.
 */
export function contextBytes(struct: StructRow, given: Uint8Array | FieldValues | undefined): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(struct.sizeBytes);
  if (given === undefined) return bytes;
  if (given instanceof Uint8Array) {
    if (given.subarray(struct.sizeBytes).some(byte => byte !== 0)) {
      throw kernelError('E2BIG', `a context of ${given.length} bytes: struct ${struct.name} has ${struct.sizeBytes}`);
    }
    bytes.set(given.subarray(0, struct.sizeBytes));
    return bytes;
  }
  const view = new DataView(bytes.buffer);
  for (const [key, value] of Object.entries(given)) {
    const [, name, index] = /^(\w+)(?:\[(\d+)\])?$/.exec(key) ?? [];
    const field = name === undefined ? undefined : struct.byName.get(name);
    const first = Number(index ?? 0);
    const values = typeof value === 'object' ? value : [value];
    if (!field || field.kind === 'struct' || field.kind === 'union' || first + values.length > field.count) {
      const names = [...struct.byName.keys()].join(', ');
      throw kernelError('EINVAL', `struct ${struct.name} has no field ${key}; it has ${names}`);
    }
    for (const [at, one] of values.entries()) writeValue(view, 0, field, first + at, one);
  }
  return bytes;
}

/** A context's bytes as values by field name, for reports: arrays as lists, 64-bit fields as bigint. */
export function contextValues(
  struct: StructRow,
  bytes: Uint8Array,
): Record<string, number | bigint | (number | bigint)[]> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const values: Record<string, number | bigint | (number | bigint)[]> = {};
  for (const field of struct.byName.values()) {
    if (field.kind === 'struct' || field.kind === 'union' || field.offsetBytes + field.sizeBytes > bytes.length)
      continue;
    const elements = Array.from({ length: field.count }, (_, element) =>
      width(field) === 8
        ? view.getBigUint64(field.offsetBytes + element * 8, true)
        : readNumber(view, 0, field, element),
    );
    values[field.name] = field.count === 1 ? elements[0]! : elements;
  }
  return values;
}
