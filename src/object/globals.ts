// Global variables: each data section is an array map of one element, as libbpf makes it, and its variables are places in it.

import { dataSection, type ObjectContext, sectionVariables } from './context.js';
import type { ElfSection } from './elf.js';
import { KCONFIG_SECTION } from './fix-up.js';
import { MAP_FLAGS } from './map-types.js';
import type { KernelOptionSpec, MapSpec, VariableSpec } from './spec.js';

export interface Globals {
  readonly maps: readonly MapSpec[];
  readonly variables: readonly VariableSpec[];
  readonly kernelOptions: readonly KernelOptionSpec[];
}

const ZERO_KEY = new Uint8Array(4);

/** `arena`: the name of the object's arena map, which holds the variables of `.addr_space.1`. */
export function readGlobals(context: ObjectContext, arena: string | undefined): Globals {
  const maps: MapSpec[] = [];
  const variables: VariableSpec[] = [];
  for (const section of context.elf.sections) {
    const role = context.roles[section.index];
    if (role === 'arena' && arena !== undefined) {
      variables.push(...variablesOf(context, section).map(variable => ({ ...variable, map: arena })));
    }
    if (role !== 'data' && role !== 'rodata' && role !== 'bss') continue;
    maps.push(sectionMap(context, section, role));
    variables.push(...variablesOf(context, section));
  }
  const { map, kernelOptions } = readKernelOptions(context);
  if (map) maps.push(map);
  return { maps, variables, kernelOptions };
}

function sectionMap({ btf }: ObjectContext, section: ElfSection, role: 'data' | 'rodata' | 'bss'): MapSpec {
  const type = dataSection(btf, section.name);
  // Only a section that other programs may see a variable of can be mapped into user space (libbpf's map_is_mmapable).
  const shared = btf && type && [...sectionVariables(btf, type)].some(({ variable }) => variable.linkage !== 'static');
  const readOnly = role === 'rodata';
  return {
    name: section.name,
    type: 'array',
    keySizeBytes: 4,
    valueSizeBytes: section.sizeBytes,
    maxEntries: 1,
    flags: (readOnly ? MAP_FLAGS.readOnlyForPrograms : 0) | (shared ? MAP_FLAGS.mmapable : 0),
    keyTypeId: 0,
    valueTypeId: type?.id ?? 0,
    ...(btf && { btf }),
    pinByName: false,
    contents: role === 'bss' ? [] : [{ key: ZERO_KEY, value: section.bytes }],
    frozen: readOnly,
  };
}

/** From the types; what they do not tell, from the symbols. Names of static variables may repeat: globals come first. */
function variablesOf(context: ObjectContext, section: ElfSection): VariableSpec[] {
  const { btf } = context;
  const type = dataSection(btf, section.name);
  const found: VariableSpec[] = [];
  const place = { map: section.name };
  if (btf && type) {
    for (const { variable, offsetBytes } of sectionVariables(btf, type)) {
      const sizeBytes = btf.sizeOf(variable.typeId);
      if (offsetBytes + sizeBytes > section.sizeBytes) continue;
      found.push({ name: variable.name, ...place, offsetBytes, sizeBytes, btfTypeId: variable.typeId });
    }
  } else {
    for (const { name, type: kind, value, sizeBytes } of context.symbolsOf.get(section.index) ?? []) {
      if (kind !== 'object' || name === '' || value + sizeBytes > section.sizeBytes) continue;
      found.push({ name, ...place, offsetBytes: value, sizeBytes, btfTypeId: 0 });
    }
  }
  return found;
}

function readKernelOptions({ btf, elf }: ObjectContext): { map?: MapSpec; kernelOptions: KernelOptionSpec[] } {
  const section = dataSection(btf, KCONFIG_SECTION);
  if (!btf || !section) return { kernelOptions: [] };
  const weak = new Set(elf.symbols.filter(({ binding }) => binding === 'weak').map(({ name }) => name));
  const kernelOptions = [...sectionVariables(btf, section)].map(({ variable, offsetBytes, sizeBytes }) => ({
    name: variable.name,
    offsetBytes,
    sizeBytes,
    btfTypeId: variable.typeId,
    weak: weak.has(variable.name),
  }));
  const map: MapSpec = {
    name: KCONFIG_SECTION,
    type: 'array',
    keySizeBytes: 4,
    valueSizeBytes: section.sizeBytes,
    maxEntries: 1,
    flags: MAP_FLAGS.readOnlyForPrograms | MAP_FLAGS.mmapable,
    keyTypeId: 0,
    valueTypeId: section.id,
    btf,
    pinByName: false,
    contents: [],
    frozen: true,
  };
  return { map, kernelOptions };
}
