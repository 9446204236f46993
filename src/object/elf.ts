// ELF64 as compilers write it for BPF: sections, symbols, relocations (System V ABI; Documentation/bpf/llvm_reloc.rst for the
// relocation types). Offsets and sizes are checked before anything is read or allocated, so any bytes give a file or a SkepError.

import { SkepError } from '../diagnostics/index.js';

export const EM_BPF = 247;

export const SHT = { progbits: 1, symtab: 2, strtab: 3, rela: 4, nobits: 8, rel: 9 } as const;
export const SHF = { write: 1, alloc: 2, execinstr: 4 } as const;

/** What a symbol stands for (STT_*), by number. */
export const SYMBOL_TYPES = ['notype', 'object', 'func', 'section', 'file', 'common', 'tls'] as const;
export type SymbolType = (typeof SYMBOL_TYPES)[number] | 'other';

/** Who sees a symbol (STB_*), by number. */
export const SYMBOL_BINDINGS = ['local', 'global', 'weak'] as const;
export type SymbolBinding = (typeof SYMBOL_BINDINGS)[number] | 'other';

/** Relocation types of BPF (R_BPF_*). */
export const R_BPF = { none: 0, '64_64': 1, '64_abs64': 2, '64_abs32': 3, '64_nodyld32': 4, '64_32': 10 } as const;

/** name of a relocation type, as readelf prints it. */
export function relocationName(type: number): string {
  const row = Object.entries(R_BPF).find(([, number]) => number === type);
  return row ? `R_BPF_${row[0].toUpperCase()}` : `R_BPF_${type}`;
}

/** `section` of a symbol that is defined elsewhere, and of an absolute one. */
export const UNDEFINED_SECTION = 0;
export const ABSOLUTE_SECTION = 0xfff1;

export interface ElfSection {
  readonly index: number;
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  /** Where it stands in the file. */
  readonly offset: number;
  readonly sizeBytes: number;
  readonly link: number;
  readonly info: number;
  readonly alignBytes: number;
  readonly entryBytes: number;
  /** A view of the file; empty for SHT_NOBITS, whatever its size. */
  readonly bytes: Uint8Array;
}

export interface ElfSymbol {
  readonly index: number;
  readonly name: string;
  readonly type: SymbolType;
  readonly binding: SymbolBinding;
  /** STV_HIDDEN or STV_INTERNAL. */
  readonly hidden: boolean;
  /** Section index; UNDEFINED_SECTION or ABSOLUTE_SECTION. */
  readonly section: number;
  /** Offset in its section. */
  readonly value: number;
  readonly sizeBytes: number;
}

export interface ElfRelocation {
  /** Offset in the section it applies to. */
  readonly offset: number;
  readonly type: number;
  /** Index into `symbols`. */
  readonly symbol: number;
  /** Of RELA; with REL the addend stands in the place itself. */
  readonly addend: number | undefined;
}

export interface ElfFile {
  readonly byteOrder: 'little' | 'big';
  readonly machine: number;
  readonly sections: readonly ElfSection[];
  readonly symbols: readonly ElfSymbol[];
  /** index of the section they apply to -> its relocations, in order of offsets. */
  readonly relocations: ReadonlyMap<number, readonly ElfRelocation[]>;
}

const HEADER_BYTES = 64;
const SECTION_HEADER_BYTES = 64;
const SYMBOL_BYTES = 24;
const REL_BYTES = 16;
const RELA_BYTES = 24;
/** Larger than any file that is read whole. */
const MAX_OFFSET = 2 ** 48;

/** Reads an ELF file. Throws SkepError (SKEP4001, SKEP4002, SKEP4003) with the byte offset. */
export function readElf(bytes: Uint8Array): ElfFile {
  const { view, little } = openHeader(bytes);
  const machine = view.getUint16(18, little);
  const sections = readSections(bytes, view, little);
  const symbols = readSymbols(sections, little);
  return {
    byteOrder: little ? 'little' : 'big',
    machine,
    sections,
    symbols,
    relocations: readRelocations(sections, symbols.length, little),
  };
}

/** Whether bytes begin as an ELF file does. */
export function isElf(bytes: Uint8Array): boolean {
  return bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
}

function openHeader(bytes: Uint8Array): { view: DataView; little: boolean } {
  if (!isElf(bytes))
    throw notElf('an ELF file begins with 7f 45 4c 46, and this does not', 0, Math.min(4, bytes.length));
  if (bytes.length < HEADER_BYTES) throw notElf(`${bytes.length} bytes are too few for an ELF header`, 0, bytes.length);
  if (bytes[4] !== 2) throw notElf('BPF objects are 64-bit ELF files, and this one is not', 4, 5);
  if (bytes[5] !== 1 && bytes[5] !== 2) throw notElf(`byte order ${bytes[5]} is neither little nor big endian`, 5, 6);
  const little = bytes[5] === 1;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const machine = view.getUint16(18, little);
  // Compilers of before 2016 left the machine empty.
  if (machine !== EM_BPF && machine !== 0) {
    throw notElf(`the file is for machine ${machine}, not for BPF (${EM_BPF})`, 18, 20);
  }
  return { view, little };
}

function readSections(bytes: Uint8Array, view: DataView, little: boolean): ElfSection[] {
  const tableAt = u64(view, 40, little);
  const entryBytes = view.getUint16(58, little);
  let count = view.getUint16(60, little);
  let namesIndex = view.getUint16(62, little);
  if (tableAt === 0) return [];
  if (entryBytes !== SECTION_HEADER_BYTES) {
    throw malformed(`section headers of ${entryBytes} bytes are not ELF64's ${SECTION_HEADER_BYTES}`, 58, 60);
  }
  if (tableAt + entryBytes > bytes.length)
    throw outside('section headers', tableAt, tableAt + entryBytes, bytes.length);
  // More than 65,279 sections: the real numbers stand in the first header.
  if (count === 0) count = u64(view, tableAt + 32, little);
  if (namesIndex === 0xffff) namesIndex = view.getUint32(tableAt + 40, little);
  if (tableAt + count * entryBytes > bytes.length) {
    throw outside('section headers', tableAt, tableAt + count * entryBytes, bytes.length);
  }
  const header = (index: number, field: number): number => tableAt + index * SECTION_HEADER_BYTES + field;
  const raw = Array.from({ length: count }, (_, index) => {
    const type = view.getUint32(header(index, 4), little);
    const offset = u64(view, header(index, 24), little);
    const sizeBytes = u64(view, header(index, 32), little);
    const isEmpty = type === SHT.nobits || type === 0;
    if (!isEmpty && offset + sizeBytes > bytes.length) {
      throw outside(`section ${index}`, offset, offset + sizeBytes, bytes.length);
    }
    return {
      index,
      nameAt: view.getUint32(header(index, 0), little),
      type,
      flags: view.getUint32(header(index, little ? 8 : 12), little),
      offset,
      sizeBytes,
      link: view.getUint32(header(index, 40), little),
      info: view.getUint32(header(index, 44), little),
      alignBytes: u64(view, header(index, 48), little),
      entryBytes: u64(view, header(index, 56), little),
      bytes: isEmpty ? bytes.subarray(0, 0) : bytes.subarray(offset, offset + sizeBytes),
    };
  });
  const names = raw[namesIndex];
  if (count > 0 && (names === undefined || (names.type !== SHT.strtab && namesIndex !== 0))) {
    throw malformed(`the section of the sections' names, ${namesIndex}, is none`, 62, 64);
  }
  const strings = new StringTable(names);
  return raw.map(({ nameAt, ...section }) => ({ ...section, name: strings.at(nameAt, header(section.index, 0)) }));
}

function readSymbols(sections: readonly ElfSection[], little: boolean): ElfSymbol[] {
  const table = sections.find(({ type }) => type === SHT.symtab);
  if (!table) return [];
  if (table.entryBytes !== SYMBOL_BYTES || table.sizeBytes % SYMBOL_BYTES !== 0) {
    throw malformed(`the symbol table is not made of ${SYMBOL_BYTES}-byte entries`, table.offset, table.offset);
  }
  const strings = new StringTable(sections[table.link]);
  const view = viewOf(table.bytes);
  const symbols: ElfSymbol[] = [];
  for (let at = 0; at < table.sizeBytes; at += SYMBOL_BYTES) {
    const info = view.getUint8(at + 4);
    const section = view.getUint16(at + 6, little);
    const index = at / SYMBOL_BYTES;
    if (section >= sections.length && section < 0xff00) {
      throw malformed(
        `symbol ${index} is in section ${section}, and there are ${sections.length}`,
        table.offset + at,
        at,
      );
    }
    symbols.push({
      index,
      name: strings.at(view.getUint32(at, little), table.offset + at),
      type: SYMBOL_TYPES[info & 15] ?? 'other',
      binding: SYMBOL_BINDINGS[info >> 4] ?? 'other',
      hidden: (view.getUint8(at + 5) & 3) === 1 || (view.getUint8(at + 5) & 3) === 2,
      section,
      value: u64(view, at + 8, little),
      sizeBytes: u64(view, at + 16, little),
    });
  }
  return symbols;
}

function readRelocations(
  sections: readonly ElfSection[],
  symbolCount: number,
  little: boolean,
): Map<number, ElfRelocation[]> {
  const relocations = new Map<number, ElfRelocation[]>();
  for (const section of sections) {
    if (section.type !== SHT.rel && section.type !== SHT.rela) continue;
    const withAddend = section.type === SHT.rela;
    const size = withAddend ? RELA_BYTES : REL_BYTES;
    const target = sections[section.info];
    if (target === undefined || section.sizeBytes % size !== 0 || section.entryBytes !== size) {
      throw malformed(`relocation section '${section.name}' is malformed`, section.offset, section.offset);
    }
    const view = viewOf(section.bytes);
    const list = relocations.get(target.index) ?? [];
    relocations.set(target.index, list);
    for (let at = 0; at < section.sizeBytes; at += size) {
      const place = section.offset + at;
      const offset = u64(view, at, little);
      const symbol = view.getUint32(at + (little ? 12 : 8), little);
      if (offset >= target.sizeBytes || target.sizeBytes - offset < 4) {
        throw malformed(
          `a relocation of '${target.name}' is at byte ${offset} of ${target.sizeBytes}`,
          place,
          place + 8,
        );
      }
      if (symbol >= symbolCount) {
        throw malformed(
          `a relocation of '${target.name}' names symbol ${symbol} of ${symbolCount}`,
          place + 8,
          place + 16,
        );
      }
      list.push({
        offset,
        type: view.getUint32(at + (little ? 8 : 12), little),
        symbol,
        addend: withAddend ? Number(view.getBigInt64(at + 16, little)) : undefined,
      });
    }
    list.sort((a, b) => a.offset - b.offset);
  }
  return relocations;
}

/** Strings by offset in a string table section. */
class StringTable {
  readonly #section: ElfSection | Omit<ElfSection, 'name'> | undefined;
  readonly #decoder = new TextDecoder();

  constructor(section: ElfSection | Omit<ElfSection, 'name'> | undefined) {
    this.#section = section;
  }

  /** `place`: where in the file the offset stands, for the error. */
  at(offset: number, place: number): string {
    if (offset === 0) return '';
    const bytes = this.#section?.bytes;
    const end = bytes && offset < bytes.length ? bytes.indexOf(0, offset) : -1;
    if (!bytes || end === -1)
      throw malformed(`a name at byte ${offset} of the string table is outside it`, place, place + 4);
    return this.#decoder.decode(bytes.subarray(offset, end));
  }
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** A 64-bit number that is an offset or size: what does not fit a file is cut to a number too large for one. */
function u64(view: DataView, at: number, little: boolean): number {
  const high = view.getUint32(at + (little ? 4 : 0), little);
  const low = view.getUint32(at + (little ? 0 : 4), little);
  return Math.min(high * 2 ** 32 + low, MAX_OFFSET);
}

function notElf(message: string, start: number, end: number): SkepError {
  return new SkepError({ code: 'SKEP4001', severity: 'error', message, span: { start, end } });
}

function outside(what: string, start: number, end: number, length: number): SkepError {
  const message = `${what} would take the bytes ${start} to ${end}, and the file has ${length}`;
  return new SkepError({
    code: 'SKEP4002',
    severity: 'error',
    message,
    span: { start: Math.min(start, length), end: length },
  });
}

function malformed(message: string, start: number, end: number): SkepError {
  return new SkepError({ code: 'SKEP4003', severity: 'error', message, span: { start, end: Math.max(start, end) } });
}
