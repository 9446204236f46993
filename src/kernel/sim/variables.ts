// Global variables of a loaded object: places in the array maps of its data sections, read and written in place.

import { SkepError } from '../../diagnostics/index.js';
import { kernelError } from '../../maps/index.js';
import { type Btf, codecOf, type VariableSpec } from '../../object/index.js';
import type { VariableObject } from '../kernel.js';
import type { SimMap } from './map-object.js';

export class SimVariable implements VariableObject {
  readonly spec: VariableSpec;
  readonly #map: SimMap;
  readonly #btf: Btf | undefined;

  constructor(spec: VariableSpec, map: SimMap, btf: Btf | undefined) {
    this.spec = spec;
    this.#map = map;
    this.#btf = btf;
  }

  /** A view of its bytes, good until the kernel's memory grows. */
  get bytes(): Uint8Array<ArrayBuffer> {
    const memory = this.#map.memory;
    if (!memory) throw kernelError('EINVAL', `variable ${this.spec.name} is in a map without memory`);
    return memory.subarray(this.spec.offsetBytes, this.spec.offsetBytes + this.spec.sizeBytes);
  }

  get value(): unknown {
    return this.#btf && this.spec.btfTypeId !== 0
      ? codecOf(this.#btf, this.spec.btfTypeId).decode(this.bytes)
      : this.bytes.slice();
  }

  /** Throws EPERM for constants of a loaded object, SkepError for a value that does not fit the type. */
  set value(value: unknown) {
    if (this.#map.frozen) {
      throw kernelError('EPERM', `${this.spec.name} is constant once loaded: set it with load(spec, {variables})`);
    }
    this.bytes.set(encodeVariable(this.spec, this.#btf, value));
  }
}

/** A value as the variable's bytes. Without types, bytes are taken as they are, and numbers as little-endian integers. */
export function encodeVariable(spec: VariableSpec, btf: Btf | undefined, value: unknown): Uint8Array {
  if (value instanceof Uint8Array && value.length === spec.sizeBytes) return value;
  if (btf && spec.btfTypeId !== 0) {
    try {
      return codecOf(btf, spec.btfTypeId).encode(value);
    } catch (error) {
      if (!(error instanceof SkepError)) throw error;
      const [first, ...rest] = error.diagnostics;
      throw new SkepError([{ ...first!, message: `variable ${spec.name}: ${first!.message}` }, ...rest], {
        cause: error,
      });
    }
  }
  if (typeof value !== 'number' && typeof value !== 'bigint' && typeof value !== 'boolean') {
    throw kernelError('EINVAL', `variable ${spec.name} has no type: give a number, or ${spec.sizeBytes} bytes`);
  }
  const bytes = new Uint8Array(spec.sizeBytes);
  let rest = BigInt.asUintN(spec.sizeBytes * 8, BigInt(value));
  for (let index = 0; index < bytes.length; index++, rest >>= 8n) bytes[index] = Number(rest & 0xffn);
  return bytes;
}
