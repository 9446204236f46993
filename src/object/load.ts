// Bytes of an object file -> CollectionSpec. The order: ELF, types, functions, maps, globals, programs with their references.

import { SkepError } from '../diagnostics/index.js';
import { Btf, type BtfExt, EMPTY_BTF_EXT, parseBtfExt } from './btf/index.js';
import { entryFunctions, functionAt, readFunctions, readPrograms } from './code.js';
import { createContext, type ObjectContext } from './context.js';
import { type ElfFile, readElf, viewOf } from './elf.js';
import { fixUpBtf } from './fix-up.js';
import { readGlobals } from './globals.js';
import { fillKernelOptions, type KernelFacts } from './kernel-config.js';
import { type PlacedMap, readMaps } from './map-definitions.js';
import type { CollectionSpec, VariableSpec } from './spec.js';
import { readStructOps } from './struct-ops.js';

export interface LoadObjectOptions {
  /** Fills in the externs of `.kconfig`. Without it they wait in `kernelOptions`. */
  readonly kernel?: KernelFacts;
}

/** Reads an object file. Throws SkepError (4xxx) with the byte offset where there is one. Nothing is loaded anywhere. */
export function loadObject(bytes: Uint8Array, options: LoadObjectOptions = {}): CollectionSpec {
  return loadElf(readElf(bytes), options);
}

/** The same, of a file that was read or linked already. */
export function loadElf(elf: ElfFile, { kernel }: LoadObjectOptions = {}): CollectionSpec {
  const context = openContext(elf);
  const functions = readFunctions(context);
  const entries = new Map(entryFunctions(functions).map(entry => [entry, entry.name]));
  const programAt = (section: number, offset: number): string | undefined => {
    const found = functionAt(functions, section, offset);
    return found && entries.get(found);
  };
  const placedMaps = withArenaContents(context, readMaps(context, programAt));
  const globals = readGlobals(context, placedMaps.find(({ spec }) => spec.type === 'arena')?.spec.name);
  const structOps = readStructOps(context, programAt);
  const license = textSection(elf, 'license');
  const programs = readPrograms({ context, functions, maps: placedMaps, license });

  const maps = unique([...placedMaps.map(({ spec }) => spec), ...globals.maps, ...structOps], 'map');
  const spec: CollectionSpec = {
    programs: unique(programs, 'program'),
    maps,
    variables: firstOfEach(globals.variables),
    kernelOptions: globals.kernelOptions,
    btf: context.btf,
    byteOrder: elf.byteOrder,
    license,
    kernelVersion: versionSection(elf),
  };
  return kernel ? fillKernelOptions(spec, kernel) : spec;
}

/** The types of an object, with the sizes and offsets that compilers leave to the linker; undefined without -g. */
export function loadBtf(elf: ElfFile): Btf | undefined {
  return openContext(elf).btf;
}

/** The types of an object, fixed up, and what belongs to its instructions. */
export function openContext(elf: ElfFile): ObjectContext {
  const types = elf.sections.find(({ name }) => name === '.BTF');
  if (!types || types.bytes.length === 0) return createContext(elf, undefined, EMPTY_BTF_EXT);
  const btf = within(types.offset, () => fixUpBtf(Btf.parse(types.bytes), elf));
  if (btf.byteOrder !== elf.byteOrder) {
    throw new SkepError({
      code: 'SKEP4101',
      severity: 'error',
      message: `the file is ${elf.byteOrder} endian, and its BTF is ${btf.byteOrder} endian`,
      span: { start: types.offset, end: types.offset + 2 },
    });
  }
  const extension = elf.sections.find(({ name }) => name === '.BTF.ext');
  const ext: BtfExt =
    extension && extension.bytes.length > 0
      ? within(extension.offset, () => parseBtfExt(extension.bytes, btf))
      : EMPTY_BTF_EXT;
  return createContext(elf, btf, ext);
}

/** Variables in address space 1 stand at the beginning of the object's arena. */
function withArenaContents({ elf, roles }: ObjectContext, maps: readonly PlacedMap[]): PlacedMap[] {
  const section = elf.sections.find(({ index }) => roles[index] === 'arena');
  if (!section) return [...maps];
  const contents = [{ key: new Uint8Array(4), value: section.bytes }];
  return maps.map(map => (map.spec.type === 'arena' ? { ...map, spec: { ...map.spec, contents } } : map));
}

/** Errors of a section's bytes, with offsets of the file. */
function within<T>(offset: number, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof SkepError)) throw error;
    throw new SkepError(
      error.diagnostics.map(diagnostic =>
        diagnostic.span
          ? { ...diagnostic, span: { start: diagnostic.span.start + offset, end: diagnostic.span.end + offset } }
          : diagnostic,
      ),
      { cause: error },
    );
  }
}

function textSection(elf: ElfFile, name: string): string {
  const bytes = elf.sections.find(section => section.name === name)?.bytes;
  if (!bytes) return '';
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end === -1 ? bytes : bytes.subarray(0, end));
}

function versionSection(elf: ElfFile): number {
  const bytes = elf.sections.find(({ name }) => name === 'version')?.bytes;
  return bytes && bytes.length >= 4 ? viewOf(bytes).getUint32(0, elf.byteOrder === 'little') : 0;
}

function unique<T extends { readonly name: string }>(items: readonly T[], what: string): Map<string, T> {
  const byName = new Map<string, T>();
  for (const item of items) {
    if (byName.has(item.name)) {
      throw new SkepError({
        code: what === 'map' ? 'SKEP4201' : 'SKEP4204',
        severity: 'error',
        message: `two ${what}s are called '${item.name}'`,
      });
    }
    byName.set(item.name, item);
  }
  return byName;
}

/** Static variables of different functions may share a name: the first keeps it. */
function firstOfEach(variables: readonly VariableSpec[]): Map<string, VariableSpec> {
  const byName = new Map<string, VariableSpec>();
  for (const variable of variables) if (!byName.has(variable.name)) byName.set(variable.name, variable);
  return byName;
}
