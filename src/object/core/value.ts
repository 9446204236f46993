// The number that a CO-RE relocation stands for in one BTF: an offset, a size, a shift, whether something is there (libbpf's
// relo_core.c, bpf_core_calc_*_relo).

import { SkepError } from '../../diagnostics/index.js';
import { type BtfType, isEnum } from '../btf/index.js';
import { type Access, describeAccess } from './access.js';

/** What a relocation comes to. */
export interface CoreValue {
  /** undefined: the field or enumerator is not there; the instruction is poisoned. */
  readonly value: bigint | undefined;
  /** False: the compiler's number may differ from the one found in the local types, so it is not compared. */
  readonly comparable: boolean;
  /** Of the field that a load or store reads: its size and type, where they decide about the load's size. */
  readonly field?: { readonly sizeBytes: number; readonly type: BtfType };
}

/** `access` undefined: nothing in the target fits. */
export function coreValue(kind: Access['kind'], access: Access | undefined): CoreValue {
  switch (kind) {
    case 'field_exists':
    case 'type_exists':
    case 'type_matches':
    case 'enumval_exists':
      return { value: access ? 1n : 0n, comparable: true };
    case 'type_id_local':
    case 'type_id_target':
      // Ids change when objects are linked.
      return { value: BigInt(access?.rootTypeId ?? 0), comparable: false };
    case 'type_size':
      return { value: BigInt(access ? access.btf.sizeOf(access.rootTypeId) : 0), comparable: true };
    case 'enumval_value':
      return { value: access && enumeratorValue(access), comparable: true };
    default:
      return access ? fieldValue(kind, access) : { value: undefined, comparable: true };
  }
}

function enumeratorValue({ btf, rootTypeId, steps }: Access): bigint {
  const type = btf.resolve(rootTypeId);
  if (!isEnum(type)) throw valueError('an enumerator of something that is no enum');
  return BigInt(type.values[steps[0]!.index]!.value);
}

function fieldValue(kind: Access['kind'], access: Access): CoreValue {
  const { btf, steps, bitOffset } = access;
  const last = steps.at(-1)!;
  if (!last.member) {
    // An element of an array, or the whole value.
    const type = btf.resolve(last.typeId);
    const sizeBytes = btf.sizeOf(last.typeId);
    if (kind === 'field_byte_offset')
      return { value: BigInt(bitOffset / 8), comparable: true, field: { sizeBytes, type } };
    if (kind === 'field_byte_size') return { value: BigInt(sizeBytes), comparable: true };
    throw valueError(`'${describeAccess(access)}' is an element of an array, which has no ${kind}`);
  }

  const type = btf.resolve(last.member.typeId);
  const { bitfieldBits } = last.member;
  const isBitfield = bitfieldBits > 0;
  const typeBytes = btf.sizeOf(type.id);
  const bits = isBitfield ? bitfieldBits : typeBytes * 8;
  const storage = isBitfield
    ? bitfieldStorage(access, typeBytes, bits)
    : { offset: Math.floor(bitOffset / 8), bytes: typeBytes };
  switch (kind) {
    case 'field_byte_offset': {
      const value = BigInt(storage.offset);
      // How a bit field is loaded is the compiler's choice.
      return isBitfield
        ? { value, comparable: false }
        : { value, comparable: true, field: { sizeBytes: storage.bytes, type } };
    }
    case 'field_byte_size':
      return { value: BigInt(storage.bytes), comparable: !isBitfield };
    case 'field_signed':
      return { value: (isEnum(type) || type.kind === 'int') && type.signed ? 1n : 0n, comparable: true };
    case 'field_lshift_u64': {
      const inside = bitOffset - storage.offset * 8;
      const shift = btf.byteOrder === 'little' ? 64 - (inside + bits) : (8 - storage.bytes) * 8 + inside;
      return { value: BigInt(shift), comparable: !isBitfield };
    }
    default:
      return { value: BigInt(64 - bits), comparable: true };
  }
}

/** The smallest aligned integer, of the field's type or wider, that holds the whole bit field. */
function bitfieldStorage(access: Access, typeBytes: number, bits: number): { offset: number; bytes: number } {
  const first = access.bitOffset;
  for (let bytes = Math.max(1, typeBytes); bytes <= 8; bytes *= 2) {
    const offset = Math.floor(first / 8 / bytes) * bytes;
    if (first + bits - offset * 8 <= bytes * 8) return { offset, bytes };
  }
  throw valueError(`the bit field '${describeAccess(access)}' cannot be read by one load of 8 bytes`);
}

function valueError(message: string): SkepError {
  return new SkepError({ code: 'SKEP4301', severity: 'error', message });
}
