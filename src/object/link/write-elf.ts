// An ElfFile as bytes: header, sections, relocation sections, symbols, strings, section headers (System V ABI).

import {
  type ElfFile,
  type ElfRelocation,
  type ElfSection,
  EM_BPF,
  SHT,
  SYMBOL_BINDINGS,
  SYMBOL_TYPES,
  viewOf,
} from '../elf.js';

const HEADER_BYTES = 64;
const SYMBOL_BYTES = 24;

/** Strings, each once, behind an empty one. */
class StringSection {
  readonly #offsets = new Map<string, number>([['', 0]]);
  readonly #parts: Uint8Array[] = [new Uint8Array(1)];
  #length = 1;

  /** Offset of a string. */
  add(text: string): number {
    let offset = this.#offsets.get(text);
    if (offset === undefined) {
      offset = this.#length;
      this.#offsets.set(text, offset);
      const bytes = new TextEncoder().encode(`${text}\0`);
      this.#parts.push(bytes);
      this.#length += bytes.length;
    }
    return offset;
  }

  get bytes(): Uint8Array {
    const bytes = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }
}

/** The bytes of an object file (ET_REL, EM_BPF). */
export function writeElf(file: ElfFile): Uint8Array {
  const little = file.byteOrder === 'little';
  const sections: Omit<ElfSection, 'offset'>[] = file.sections.map(section => ({ ...section }));
  const symbolOrder = [...file.symbols].sort((a, b) => Number(a.binding !== 'local') - Number(b.binding !== 'local'));
  const newIndex = new Uint32Array(file.symbols.length);
  for (const [index, symbol] of symbolOrder.entries()) newIndex[symbol.index] = index;

  const symtabIndex = sections.length + file.relocations.size;
  for (const [target, relocations] of file.relocations) {
    sections.push(relocationSection(file, target, relocations, newIndex, symtabIndex, little));
  }
  const strings = new StringSection();
  const table = new Uint8Array(symbolOrder.length * SYMBOL_BYTES);
  const view = viewOf(table);
  for (const [index, symbol] of symbolOrder.entries()) {
    const at = index * SYMBOL_BYTES;
    const binding = SYMBOL_BINDINGS.indexOf(symbol.binding as (typeof SYMBOL_BINDINGS)[number]);
    const type = SYMBOL_TYPES.indexOf(symbol.type as (typeof SYMBOL_TYPES)[number]);
    view.setUint32(at, strings.add(symbol.name), little);
    view.setUint8(at + 4, (Math.max(0, binding) << 4) | Math.max(0, type));
    view.setUint8(at + 5, symbol.hidden ? 2 : 0);
    view.setUint16(at + 6, symbol.section, little);
    view.setBigUint64(at + 8, BigInt(symbol.value), little);
    view.setBigUint64(at + 16, BigInt(symbol.sizeBytes), little);
  }
  const firstGlobal = symbolOrder.findIndex(({ binding }) => binding !== 'local');
  sections.push({
    ...plain('.symtab', SHT.symtab, table),
    link: symtabIndex + 1,
    info: firstGlobal === -1 ? symbolOrder.length : firstGlobal,
    entryBytes: SYMBOL_BYTES,
    alignBytes: 8,
  });
  // One table for the names of symbols and of sections.
  const names = [...sections.map(({ name }) => name), '.strtab'].map(name => strings.add(name));
  sections.push(plain('.strtab', SHT.strtab, strings.bytes));
  return assemble(sections, names, little);
}

function relocationSection(
  file: ElfFile,
  target: number,
  relocations: readonly ElfRelocation[],
  newIndex: Uint32Array,
  symtabIndex: number,
  little: boolean,
): Omit<ElfSection, 'offset'> {
  const withAddends = relocations.some(({ addend }) => addend !== undefined);
  const entryBytes = withAddends ? 24 : 16;
  const bytes = new Uint8Array(relocations.length * entryBytes);
  const view = viewOf(bytes);
  for (const [index, { offset, type, symbol, addend }] of relocations.entries()) {
    const at = index * entryBytes;
    view.setBigUint64(at, BigInt(offset), little);
    view.setBigUint64(at + 8, (BigInt(newIndex[symbol]!) << 32n) | BigInt(type), little);
    if (withAddends) view.setBigInt64(at + 16, BigInt(addend ?? 0), little);
  }
  const name = `${withAddends ? '.rela' : '.rel'}${file.sections[target]!.name}`;
  return {
    ...plain(name, withAddends ? SHT.rela : SHT.rel, bytes),
    link: symtabIndex,
    info: target,
    entryBytes,
    alignBytes: 8,
  };
}

function plain(name: string, type: number, bytes: Uint8Array): Omit<ElfSection, 'offset'> {
  return {
    index: 0,
    name,
    type,
    flags: 0,
    sizeBytes: bytes.length,
    link: 0,
    info: 0,
    alignBytes: 1,
    entryBytes: 0,
    bytes,
  };
}

function assemble(
  sections: readonly Omit<ElfSection, 'offset'>[],
  names: readonly number[],
  little: boolean,
): Uint8Array {
  let end = HEADER_BYTES;
  const offsets = sections.map(({ bytes, alignBytes }) => {
    const align = Math.max(1, alignBytes);
    const offset = Math.ceil(end / align) * align;
    end = offset + bytes.length;
    return offset;
  });
  const headersAt = Math.ceil(end / 8) * 8;
  const file = new Uint8Array(headersAt + sections.length * HEADER_BYTES);
  const view = viewOf(file);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, little ? 1 : 2, 1]);
  view.setUint16(16, 1, little);
  view.setUint16(18, EM_BPF, little);
  view.setUint32(20, 1, little);
  view.setBigUint64(40, BigInt(headersAt), little);
  view.setUint16(52, HEADER_BYTES, little);
  view.setUint16(58, HEADER_BYTES, little);
  view.setUint16(60, sections.length, little);
  view.setUint16(62, sections.length - 1, little);
  for (const [index, section] of sections.entries()) {
    const at = headersAt + index * HEADER_BYTES;
    if (index === 0) continue;
    file.set(section.bytes, offsets[index]!);
    view.setUint32(at, names[index]!, little);
    view.setUint32(at + 4, section.type, little);
    view.setBigUint64(at + 8, BigInt(section.flags), little);
    view.setBigUint64(at + 24, BigInt(offsets[index]!), little);
    view.setBigUint64(at + 32, BigInt(section.sizeBytes), little);
    view.setUint32(at + 40, section.link, little);
    view.setUint32(at + 44, section.info, little);
    view.setBigUint64(at + 48, BigInt(Math.max(1, section.alignBytes)), little);
    view.setBigUint64(at + 56, BigInt(section.entryBytes), little);
  }
  return file;
}
