// Maps that an object defines: `.maps`, whose definitions are types (each `__uint(name, n)` is a pointer to an array of n, each
// `__type(name, T)` a pointer to T; libbpf's bpf_helpers.h), and the older `maps` sections of struct bpf_map_def.

import { SkepError } from '../diagnostics/index.js';
import { type Btf, type CompositeType, isComposite, isEnum } from './btf/index.js';
import { dataSection, type ObjectContext, relocatedValue, sectionVariables, symbolLabel } from './context.js';
import { type ElfSection, viewOf } from './elf.js';
import { MAP_TYPE_NAMES } from './map-types.js';
import type { MapEntry, MapSpec } from './spec.js';

/** A map and where its definition stands, which is how instructions refer to it. */
export interface PlacedMap {
  readonly section: number;
  readonly offset: number;
  readonly spec: MapSpec;
}

/** `pinning` of LIBBPF_PIN_BY_NAME. */
const PIN_BY_NAME = 1;
/** Maps of maps go one level deep in every kernel. */
const MAX_INNER_DEPTH = 2;

/** A program or map at an offset, by name: what initialisers refer to. */
export type SymbolResolver = (section: number, offset: number) => { program: string } | { map: string } | undefined;

/** Reads every map definition. `resolve` answers what an initialiser of `values` points to. */
export function readMaps(
  context: ObjectContext,
  functionAt: (section: number, offset: number) => string | undefined,
): PlacedMap[] {
  const placed: PlacedMap[] = [];
  for (const section of context.elf.sections) {
    const role = context.roles[section.index];
    if (role === 'btf-maps') placed.push(...readBtfMaps(context, section));
    else if (role === 'legacy-maps') placed.push(...readLegacyMaps(context, section));
  }
  return withInitialValues(context, placed, functionAt);
}

function readBtfMaps(context: ObjectContext, section: ElfSection): PlacedMap[] {
  const { btf } = context;
  const type = dataSection(btf, section.name);
  if (!btf || !type)
    throw mapError(`section '${section.name}' defines maps by their types, and there is no BTF: compile with -g`);
  return [...sectionVariables(btf, type)]
    .filter(({ variable }) => variable.linkage !== 'extern')
    .map(({ variable, offsetBytes }) => {
      const definition = btf.resolve(variable.typeId);
      if (!isComposite(definition)) throw mapError(`map '${variable.name}' is not defined by a struct`);
      return { section: section.index, offset: offsetBytes, spec: definitionToSpec(btf, variable.name, definition, 0) };
    });
}

/** What the members of a definition say. Unknown members are refused, as libbpf does: they are most likely typing errors. */
function definitionToSpec(btf: Btf, name: string, definition: CompositeType, depth: number): MapSpec {
  if (depth >= MAX_INNER_DEPTH) throw mapError(`map '${name}' nests maps more than one level deep`);
  const numbers = new Map<string, number | bigint>();
  let keyTypeId = 0;
  let valueTypeId = 0;
  let inner: MapSpec | undefined;
  let hasValues = false;
  for (const { name: field, typeId } of definition.members) {
    switch (field) {
      case 'type':
      case 'max_entries':
      case 'map_flags':
      case 'numa_node':
      case 'key_size':
      case 'value_size':
      case 'map_extra':
      case 'pinning':
        numbers.set(field, constantOf(btf, typeId, name, field));
        break;
      case 'key':
        keyTypeId = pointee(btf, typeId, name, field);
        break;
      case 'value':
        valueTypeId = pointee(btf, typeId, name, field);
        break;
      case 'values': {
        hasValues = true;
        inner = innerDefinition(btf, typeId, name, depth);
        break;
      }
      default:
        throw mapError(`map '${name}' has an unknown field '${field}'`, [
          'known are type, key, value, key_size, value_size, max_entries, map_flags, map_extra, numa_node, pinning, values',
        ]);
    }
  }
  const number = (field: string): number => Number(numbers.get(field) ?? 0);
  const type = number('type');
  if (type === 0 && depth === 0) throw mapError(`map '${name}' has no type`);
  const keySizeBytes = agreedSize(btf, name, 'key', keyTypeId, numbers.get('key_size'));
  const valueSizeBytes = agreedSize(btf, name, 'value', valueTypeId, numbers.get('value_size'));
  return {
    name,
    type: mapTypeName(type, name),
    // Maps of maps, of programs and of events hold file descriptors: libbpf fills the sizes in.
    keySizeBytes: keySizeBytes || (holdsDescriptors(type) ? 4 : 0),
    valueSizeBytes: valueSizeBytes || (hasValues || holdsDescriptors(type) ? 4 : 0),
    maxEntries: number('max_entries'),
    flags: number('map_flags'),
    keyTypeId,
    valueTypeId,
    btf,
    pinByName: number('pinning') === PIN_BY_NAME,
    ...(numbers.has('numa_node') && { numaNode: number('numa_node') }),
    ...(numbers.has('map_extra') && { mapExtra: BigInt(numbers.get('map_extra')!) }),
    ...(inner && { inner }),
    contents: [],
    frozen: false,
  };
}

/** prog_array, perf_event_array, cgroup_array, array_of_maps: key and value are 4 bytes each. */
function holdsDescriptors(type: number): boolean {
  return ['prog_array', 'perf_event_array', 'cgroup_array', 'array_of_maps'].includes(MAP_TYPE_NAMES[type] ?? '');
}

/** `__uint(name, n)`: int (*name)[n]; `__ulong(name, n)`: an enum whose one value is n. */
function constantOf(btf: Btf, typeId: number, map: string, field: string): number | bigint {
  const type = btf.resolve(typeId);
  if (isEnum(type) && type.values.length === 1) return type.values[0]!.value;
  const array = type.kind === 'ptr' ? btf.resolve(type.typeId) : undefined;
  if (array?.kind !== 'array')
    throw mapError(`field '${field}' of map '${map}' is no constant: write __uint(${field}, ...)`);
  return array.length;
}

/** `__type(key, T)`: T *key. */
function pointee(btf: Btf, typeId: number, map: string, field: string): number {
  const type = btf.resolve(typeId);
  if (type.kind !== 'ptr') throw mapError(`field '${field}' of map '${map}' is no type: write __type(${field}, ...)`);
  return type.typeId;
}

/** `__array(values, T)`: T *values[]; T is a map's definition, or a function for an array of programs. */
function innerDefinition(btf: Btf, typeId: number, map: string, depth: number): MapSpec | undefined {
  const array = btf.resolve(typeId);
  const pointer = array.kind === 'array' ? btf.resolve(array.elementTypeId) : undefined;
  const target = pointer?.kind === 'ptr' ? btf.resolve(pointer.typeId) : undefined;
  if (target?.kind === 'func_proto') return undefined;
  if (!target || !isComposite(target)) throw mapError(`'values' of map '${map}' are neither maps nor programs`);
  return definitionToSpec(btf, `${map}.inner`, target, depth + 1);
}

function agreedSize(btf: Btf, map: string, what: string, typeId: number, stated: number | bigint | undefined): number {
  const ofType = typeId === 0 ? undefined : btf.sizeOf(typeId);
  if (ofType !== undefined && stated !== undefined && ofType !== Number(stated)) {
    throw mapError(`the ${what} of map '${map}' is said to have ${stated} bytes, and its type has ${ofType}`);
  }
  return ofType ?? Number(stated ?? 0);
}

function mapTypeName(type: number, map: string): string {
  const name = MAP_TYPE_NAMES[type];
  if (name === undefined) throw mapError(`map '${map}' is of type ${type}, which is not known`);
  return name;
}

/** struct bpf_map_def: type, key_size, value_size, max_entries, map_flags. */
const LEGACY_BYTES = 20;

function readLegacyMaps(context: ObjectContext, section: ElfSection): PlacedMap[] {
  const symbols = (context.symbolsOf.get(section.index) ?? []).filter(
    ({ type }) => type === 'object' || type === 'notype',
  );
  const view = viewOf(section.bytes);
  const little = context.elf.byteOrder === 'little';
  return symbols.map(({ name, value: offset }, index) => {
    const next = Math.min(symbols[index + 1]?.value ?? section.sizeBytes, section.sizeBytes);
    if (offset + LEGACY_BYTES > section.sizeBytes || next - offset < LEGACY_BYTES) {
      throw mapError(`map '${name}' is defined by fewer than ${LEGACY_BYTES} bytes`, [], section.offset + offset);
    }
    const u32 = (at: number): number => view.getUint32(offset + at, little);
    for (let at = LEGACY_BYTES; offset + at + 4 <= next; at += 4) {
      if (u32(at) !== 0) {
        throw mapError(
          `map '${name}' uses a field of struct bpf_map_def that is not known`,
          [],
          section.offset + offset + at,
        );
      }
    }
    const spec: MapSpec = {
      name,
      type: mapTypeName(u32(0), name),
      keySizeBytes: u32(4),
      valueSizeBytes: u32(8),
      maxEntries: u32(12),
      flags: u32(16),
      keyTypeId: 0,
      valueTypeId: 0,
      pinByName: false,
      contents: [],
      frozen: false,
    };
    return { section: section.index, offset, spec };
  });
}

/** `.values = { [2] = &inner }`: each is a relocation of the definition; its place tells the index. */
function withInitialValues(
  context: ObjectContext,
  placed: readonly PlacedMap[],
  functionAt: (section: number, offset: number) => string | undefined,
): PlacedMap[] {
  const { elf, btf } = context;
  const entries = new Map<PlacedMap, MapEntry[]>();
  const byPlace = new Map(placed.map(map => [`${map.section}:${map.offset}`, map]));
  for (const section of elf.sections) {
    if (context.roles[section.index] !== 'btf-maps' || !btf) continue;
    const maps = placed.filter(map => map.section === section.index).sort((a, b) => a.offset - b.offset);
    const view = viewOf(section.bytes);
    const valuesOffsets = new Map(maps.map(map => [map, valuesOffset(btf, map.spec.name)]));
    let next = 0;
    // Both are in order of offsets.
    for (const relocation of elf.relocations.get(section.index) ?? []) {
      const symbol = elf.symbols[relocation.symbol]!;
      while (next < maps.length && maps[next]!.offset <= relocation.offset) next++;
      const map = maps[next - 1];
      const valuesAt = map && valuesOffsets.get(map);
      if (!map || valuesAt === undefined || relocation.offset < map.offset + valuesAt) {
        throw mapError(`nothing may be initialised at byte ${relocation.offset} of '${section.name}'`, [
          `the initialiser is '${symbolLabel(context, symbol)}'`,
        ]);
      }
      const inPlace = view.getUint32(relocation.offset + (elf.byteOrder === 'big' ? 4 : 0), elf.byteOrder === 'little');
      const offset = relocatedValue(symbol, relocation, inPlace);
      const program = functionAt(symbol.section, offset);
      const target = byPlace.get(`${symbol.section}:${offset}`);
      if (program === undefined && target === undefined) {
        throw mapError(
          `a value of map '${map.spec.name}' is '${symbolLabel(context, symbol)}', neither map nor program`,
        );
      }
      const key = new Uint8Array(4);
      const slot = (relocation.offset - map.offset - valuesAt) / 8;
      viewOf(key).setUint32(0, slot, elf.byteOrder === 'little');
      const list = entries.get(map) ?? [];
      entries.set(map, list);
      list.push({ key, value: program === undefined ? { map: target!.spec.name } : { program } });
    }
  }
  return placed.map(map => {
    const contents = entries.get(map);
    return contents ? { ...map, spec: { ...map.spec, contents } } : map;
  });
}

/** Byte offset of the member `values` in a map's definition. */
function valuesOffset(btf: Btf, name: string): number | undefined {
  const variable = btf.findByName(name, 'var');
  const definition = variable && btf.resolve(variable.typeId);
  const member = definition && isComposite(definition) && definition.members.find(field => field.name === 'values');
  return member ? member.offsetBits / 8 : undefined;
}

function mapError(message: string, notes: readonly string[] = [], at?: number): SkepError {
  return new SkepError({
    code: 'SKEP4201',
    severity: 'error',
    message,
    ...(notes.length > 0 && { notes }),
    ...(at !== undefined && { span: { start: at, end: at + 4 } }),
  });
}
