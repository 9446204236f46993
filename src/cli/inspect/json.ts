// What `skep inspect --json` prints: the spec as plain data, with the text of each instruction and types in C words.

import { HELPER_NAMES } from '../../helpers/index.js';
import { kernelDialect, list } from '../../isa/extended/index.js';
import {
  CORE_KINDS,
  type CollectionSpec,
  codecOf,
  type MapSpec,
  type ProgramSpec,
  typeInC,
  type VariableSpec,
} from '../../object/index.js';

/** JSON-able: bytes are hexadecimal digits, 64-bit numbers decimal strings. */
export function specToJson(spec: CollectionSpec): unknown {
  return {
    byteOrder: spec.byteOrder,
    license: spec.license,
    kernelVersion: spec.kernelVersion,
    typeCount: spec.btf ? spec.btf.typeCount - 1 : 0,
    programs: [...spec.programs.values()].map(programToJson),
    maps: [...spec.maps.values()].map(mapToJson),
    variables: [...spec.variables.values()].map(variable => variableToJson(spec, variable)),
    kernelOptions: spec.kernelOptions.map(({ name, weak, btfTypeId }) => ({
      name,
      weak,
      type: typeInC(spec.btf!, btfTypeId),
    })),
  };
}

function programToJson(program: ProgramSpec): unknown {
  const { instructions, coreRelocations, ...rest } = program;
  return {
    ...rest,
    coreRelocations: coreRelocations.map(({ kind, ...relocation }) => ({
      kind: CORE_KINDS[kind]?.name ?? kind,
      ...relocation,
    })),
    instructions: list(instructions, kernelDialect, { helper: id => HELPER_NAMES[id] }).map(
      ({ slot, text, instruction }) => ({
        slot,
        text,
        ...instruction,
      }),
    ),
  };
}

function mapToJson({ btf, inner, contents, mapExtra, keyTypeId, valueTypeId, ...map }: MapSpec): unknown {
  const type = (id: number): string | undefined =>
    btf && id !== 0 && btf.kindOf(id) !== 'datasec' ? typeInC(btf, id) : undefined;
  return {
    ...map,
    keyType: type(keyTypeId),
    valueType: type(valueTypeId),
    mapExtra: mapExtra?.toString(),
    inner: inner && mapToJson(inner),
    contents: contents.map(({ key, value }) => ({
      key: hex(key),
      value: value instanceof Uint8Array ? hex(value) : value,
    })),
  };
}

function variableToJson({ btf, maps }: CollectionSpec, variable: VariableSpec): unknown {
  const { btfTypeId, ...rest } = variable;
  const content = maps.get(variable.map)?.contents[0]?.value;
  const bytes =
    content instanceof Uint8Array
      ? content.subarray(variable.offsetBytes, variable.offsetBytes + variable.sizeBytes)
      : new Uint8Array(Math.min(variable.sizeBytes, 4096));
  const known = btf && btfTypeId !== 0 && bytes.length === variable.sizeBytes;
  return {
    ...rest,
    type: btf && btfTypeId !== 0 ? typeInC(btf, btfTypeId) : undefined,
    value: known ? plain(codecOf(btf, btfTypeId).decode(bytes)) : hex(bytes),
  };
}

/** A decoded value without bigint and bytes, which JSON does not have. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]));
  }
  return value;
}

const hex = (bytes: Uint8Array): string => [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('');
