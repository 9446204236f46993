// Links objects into one: sections of the same name one behind the other, symbols resolved, types merged, what belongs to instructions
// (.BTF.ext) moved along. The result is an ELF file as the reader gives it, so that it is loaded, or written, as any other.

import { SkepError } from '../../diagnostics/index.js';
import { type Btf, type BtfExt, mergeBtf, type SectionVariable, writeBtfExt } from '../btf/index.js';
import type { ObjectContext } from '../context.js';
import { type ElfFile, type ElfRelocation, type ElfSection, type ElfSymbol, readElf, SHF, SHT } from '../elf.js';
import { type LoadObjectOptions, loadElf, openContext } from '../load.js';
import type { CollectionSpec } from '../spec.js';
import { isDefined, isGlobal, type ResolvedSymbols, resolveSymbols } from './symbols.js';

export interface LinkOptions extends LoadObjectOptions {
  /** Names of the objects, for messages. */
  readonly names?: readonly string[];
}

/** Links objects and reads the result. Throws SkepError (4xxx). */
export function linkObjects(objects: readonly Uint8Array[], options: LinkOptions = {}): CollectionSpec {
  return loadElf(linkElf(objects.map(readElf), options.names), options);
}

/** Links ELF files into one that stands in memory only; `writeElf` gives it bytes. */
export function linkElf(
  files: readonly ElfFile[],
  names: readonly string[] = files.map((_, index) => `object ${index + 1}`),
): ElfFile {
  const [first] = files;
  if (!first) throw linkError('there is nothing to link');
  const stranger = files.findIndex(({ byteOrder }) => byteOrder !== first.byteOrder);
  if (stranger !== -1) throw linkError(`${names[0]} is ${first.byteOrder} endian, and ${names[stranger]} is not`);
  return new Linker(files, names).link();
}

interface OutputSection {
  readonly name: string;
  readonly index: number;
  readonly type: number;
  readonly flags: number;
  alignBytes: number;
  sizeBytes: number;
  /** The inputs' parts, each at its offset. */
  readonly parts: { readonly bytes: Uint8Array; readonly offset: number }[];
}

/** Where a section of an input went. */
interface Placement {
  readonly section: OutputSection;
  readonly offset: number;
}

class Linker {
  readonly #files: readonly ElfFile[];
  readonly #contexts: readonly ObjectContext[];
  readonly #resolved: ResolvedSymbols;
  readonly #sections: OutputSection[] = [];
  /** Of each input, by section index. */
  readonly #placements: readonly Map<number, Placement>[];
  readonly #symbols: ElfSymbol[] = [
    { index: 0, name: '', type: 'notype', binding: 'local', hidden: false, section: 0, value: 0, sizeBytes: 0 },
  ];
  /** Of each input, by symbol index: the index of the symbol that stands for it. */
  readonly #symbolIndexes: readonly Uint32Array[];

  constructor(files: readonly ElfFile[], names: readonly string[]) {
    this.#files = files;
    this.#contexts = files.map(openContext);
    this.#resolved = resolveSymbols(files, names);
    this.#placements = files.map(() => new Map());
    this.#symbolIndexes = files.map(({ symbols }) => new Uint32Array(symbols.length));
  }

  link(): ElfFile {
    for (const [input, file] of this.#files.entries()) {
      for (const section of file.sections) if (isKept(section)) this.#place(input, section);
    }
    this.#linkSymbols();
    const relocations = this.#linkRelocations();
    const sections: ElfSection[] = [emptySection(), ...this.#sections.map(outputSection)];
    for (const { name, bytes } of this.#linkTypes()) sections.push(plainSection(name, sections.length, bytes));
    return {
      byteOrder: this.#files[0]!.byteOrder,
      machine: this.#files[0]!.machine,
      sections,
      symbols: this.#symbols,
      relocations,
    };
  }

  /** Appends a section to the output's of the same name. License and version are the first object's. */
  #place(input: number, section: ElfSection): void {
    let output = this.#sections.find(({ name }) => name === section.name);
    if (!output) {
      const { name, type, flags } = section;
      output = { name, index: this.#sections.length + 1, type, flags, alignBytes: 1, sizeBytes: 0, parts: [] };
      this.#sections.push(output);
    } else if (section.name === 'license' || section.name === 'version') {
      this.#checkSame(output, section);
      this.#placements[input]!.set(section.index, { section: output, offset: 0 });
      return;
    }
    if ((output.type === SHT.nobits) !== (section.type === SHT.nobits)) {
      throw linkError(`section '${section.name}' has contents in one object and none in another`);
    }
    const align = Math.max(1, Math.min(section.alignBytes, 4096));
    const offset = Math.ceil(output.sizeBytes / align) * align;
    output.alignBytes = Math.max(output.alignBytes, align);
    output.sizeBytes = offset + section.sizeBytes;
    if (section.type !== SHT.nobits) output.parts.push({ bytes: section.bytes, offset });
    this.#placements[input]!.set(section.index, { section: output, offset });
  }

  #checkSame(output: OutputSection, section: ElfSection): void {
    const before = output.parts[0]?.bytes;
    const same =
      before?.length === section.bytes.length && before.every((byte, index) => byte === section.bytes[index]);
    if (!same) throw linkError(`the objects have different ${section.name}s`);
  }

  #linkSymbols(): void {
    const globalIndexes = new Map<string, number>();
    for (const [input, { symbols }] of this.#files.entries()) {
      for (const symbol of symbols) {
        if (symbol.index === 0) continue;
        const place = this.#placements[input]!.get(symbol.section);
        if (isGlobal(symbol) && !this.#resolved.isChosen(input, symbol)) continue;
        if (isDefined(symbol) && !place) continue;
        const index = this.#symbols.length;
        this.#symbolIndexes[input]![symbol.index] = index;
        if (isGlobal(symbol)) globalIndexes.set(symbol.name, index);
        const moved = place ? { section: place.section.index, value: place.offset + symbol.value } : {};
        this.#symbols.push({ ...symbol, ...moved, index });
      }
    }
    for (const [input, { symbols }] of this.#files.entries()) {
      for (const symbol of symbols) {
        if (isGlobal(symbol)) this.#symbolIndexes[input]![symbol.index] = globalIndexes.get(symbol.name) ?? 0;
      }
    }
  }

  #linkRelocations(): Map<number, ElfRelocation[]> {
    const linked = new Map<number, ElfRelocation[]>();
    for (const [input, file] of this.#files.entries()) {
      for (const [target, relocations] of file.relocations) {
        const place = this.#placements[input]!.get(target);
        if (!place) continue;
        const list = linked.get(place.section.index) ?? [];
        linked.set(place.section.index, list);
        for (const relocation of relocations) {
          // Addends stay: a section's symbol is moved to where this object's part of the section begins.
          const index = this.#symbolIndexes[input]![relocation.symbol]!;
          list.push({ ...relocation, offset: place.offset + relocation.offset, symbol: index });
        }
      }
    }
    for (const list of linked.values()) list.sort((a, b) => a.offset - b.offset);
    return linked;
  }

  /** .BTF and .BTF.ext of all the inputs that have types. */
  #linkTypes(): { name: string; bytes: Uint8Array }[] {
    const typed = this.#contexts.flatMap(({ btf }, input) => (btf ? [{ btf, input }] : []));
    if (typed.length === 0) return [];
    const definitions = new Map([...this.#resolved.globals].map(([name, { input }]) => [name, input]));
    const inputOf = new Map(typed.map(({ btf, input }) => [btf, input]));
    const merged = mergeBtf(
      typed.map(({ btf }) => btf),
      {
        skip: (_, type) => type.kind === 'datasec',
        mergeKey(btf, type) {
          if (type.kind !== 'func' && type.kind !== 'var') return undefined;
          // Statics of different objects are different, even when they look alike.
          return type.linkage === 'static' ? `${inputOf.get(btf)}:${type.id}` : type.name;
        },
        prefer: (btf, type) => type.name !== '' && definitions.get(type.name) === inputOf.get(btf),
      },
    );
    const { builder } = merged;
    this.#linkDataSections(typed, merged.ids, builder.add.bind(builder));
    const ext = this.#linkExt(typed, merged.ids);
    // .BTF.ext puts its strings into .BTF: it is written first.
    const extBytes = writeBtfExt(ext, builder.byteOrder, text => builder.string(text));
    return [
      { name: '.BTF', bytes: builder.toBytes() },
      { name: '.BTF.ext', bytes: extBytes },
    ];
  }

  #linkDataSections(
    typed: readonly { btf: Btf; input: number }[],
    ids: readonly Uint32Array[],
    add: (type: { kind: 'datasec'; name: string; sizeBytes: number; variables: SectionVariable[] }) => number,
  ): void {
    const outputs = new Map<string, SectionVariable[]>();
    for (const [position, { btf, input }] of typed.entries()) {
      for (const type of btf.types()) {
        if (type.kind !== 'datasec') continue;
        const variables = outputs.get(type.name) ?? [];
        outputs.set(type.name, variables);
        const section = this.#files[input]!.sections.find(
          candidate => candidate.name === type.name && isKept(candidate),
        );
        const offset = section ? (this.#placements[input]!.get(section.index)?.offset ?? 0) : 0;
        for (const variable of type.variables) {
          const { name, ...rest } = btf.typeById(variable.typeId);
          const isShared = (rest.kind === 'var' || rest.kind === 'func') && rest.linkage !== 'static';
          const definition = isShared ? this.#resolved.globals.get(name) : undefined;
          // A declaration goes where the definition is; one that nobody defines stays an extern of the section.
          if (definition && isDefined(definition.symbol) && definition.input !== input) continue;
          const typeId = ids[position]![variable.typeId]!;
          if (variables.some(present => present.typeId === typeId)) continue;
          variables.push({ ...variable, typeId, offsetBytes: offset + variable.offsetBytes });
        }
      }
    }
    for (const [name, variables] of outputs) {
      if (variables.length === 0) continue;
      variables.sort((a, b) => a.offsetBytes - b.offsetBytes);
      const sizeBytes = this.#sections.find(section => section.name === name)?.sizeBytes ?? 0;
      add({ kind: 'datasec', name, sizeBytes, variables });
    }
  }

  #linkExt(typed: readonly { btf: Btf; input: number }[], ids: readonly Uint32Array[]): BtfExt {
    const moved = <T extends { readonly offsetBytes: number }>(
      groupsOf: (ext: BtfExt) => ReadonlyMap<string, readonly T[]>,
      change: (record: T, position: number) => T,
    ): Map<string, T[]> => {
      const all = new Map<string, T[]>();
      for (const [position, { input }] of typed.entries()) {
        const { ext, elf } = this.#contexts[input]!;
        for (const [name, records] of groupsOf(ext)) {
          const section = elf.sections.find(candidate => candidate.name === name && isKept(candidate));
          const offset = section && this.#placements[input]!.get(section.index)?.offset;
          if (offset === undefined) continue;
          const list = all.get(name) ?? [];
          all.set(name, list);
          for (const record of records)
            list.push({ ...change(record, position), offsetBytes: offset + record.offsetBytes });
        }
      }
      return all;
    };
    const retyped = <T extends { readonly btfTypeId: number }>(record: T, position: number): T => ({
      ...record,
      btfTypeId: ids[position]![record.btfTypeId] ?? 0,
    });
    return {
      functions: moved(ext => ext.functions, retyped),
      lines: moved(
        ext => ext.lines,
        line => line,
      ),
      core: moved(ext => ext.core, retyped),
    };
  }
}

/** Sections that a program is made of; tables, debug information and types are made anew or left out. */
function isKept({ name, type, flags, sizeBytes }: ElfSection): boolean {
  if (sizeBytes === 0) return false;
  return (
    (type === SHT.progbits || type === SHT.nobits) && (flags & SHF.alloc) !== 0 && !/^\.(BTF|debug|eh_frame)/.test(name)
  );
}

function emptySection(): ElfSection {
  return { ...plainSection('', 0, new Uint8Array(0)), type: 0 };
}

function plainSection(name: string, index: number, bytes: Uint8Array): ElfSection {
  return {
    index,
    name,
    type: SHT.progbits,
    flags: 0,
    offset: 0,
    sizeBytes: bytes.length,
    link: 0,
    info: 0,
    alignBytes: 4,
    entryBytes: 0,
    bytes,
  };
}

function outputSection({ name, index, type, flags, alignBytes, sizeBytes, parts }: OutputSection): ElfSection {
  const bytes = new Uint8Array(type === SHT.nobits ? 0 : sizeBytes);
  for (const part of parts) bytes.set(part.bytes, part.offset);
  return { ...plainSection(name, index, bytes), type, flags, alignBytes, sizeBytes };
}

function linkError(message: string): SkepError {
  return new SkepError({ code: 'SKEP4401', severity: 'error', message });
}
