// Compilers leave the offsets of variables in BTF to the linker: a DATASEC says 0 for its size, and the offsets wait for relocations
// (.rel.BTF) or for the symbols' values. This puts them in, as libbpf does before it hands BTF to a kernel, and lays out the
// section of kernel options, .kconfig, which is nowhere in the file.

import { Btf, KIND_NUMBERS } from './btf/index.js';
import { dataSection, sectionVariables } from './context.js';
import { type ElfFile, viewOf } from './elf.js';

/** The name of the section of kernel options. */
export const KCONFIG_SECTION = '.kconfig';

/** The same BTF with sizes and offsets in its DATASECs. */
export function fixUpBtf(btf: Btf, elf: ElfFile): Btf {
  const bytes = btf.bytes.slice();
  const view = viewOf(bytes);
  const little = btf.byteOrder === 'little';
  const relocated = applyRelocations(elf, view, little);
  const symbols = new Map(elf.symbols.filter(({ name }) => name !== '').map(symbol => [symbol.name, symbol]));

  for (const section of elf.sections) {
    const type = dataSection(btf, section.name);
    if (!type || section.sizeBytes === 0) continue;
    const at = btf.offsetOf(type.id);
    view.setUint32(at + 8, section.sizeBytes, little);
    for (const [index, { typeId }] of type.variables.entries()) {
      const offsetAt = at + 12 + index * 12 + 4;
      if (relocated.has(offsetAt)) continue;
      const variable = btf.typeById(typeId);
      const symbol = symbols.get(variable.name);
      // A static variable's offset stands in the file; names of statics need not be unique.
      if (variable.kind === 'var' && variable.linkage !== 'static' && symbol?.section === section.index) {
        view.setUint32(offsetAt, symbol.value, little);
      }
    }
  }
  // A hidden function is verified with its callers, as a static one is.
  for (const symbol of elf.symbols) {
    if (symbol.type !== 'func' || !symbol.hidden || symbol.binding === 'local') continue;
    const type = btf.findByName(symbol.name, 'func');
    if (type) view.setUint32(btf.offsetOf(type.id) + 4, KIND_NUMBERS.func << 24, little);
  }
  layOutKconfig(btf, view, little);
  return Btf.parse(bytes);
}

/** Applies .rel.BTF; answers the offsets it wrote to. */
function applyRelocations(elf: ElfFile, view: DataView, little: boolean): Set<number> {
  const done = new Set<number>();
  const section = elf.sections.find(({ name }) => name === '.BTF');
  for (const { offset, symbol: index, addend } of (section && elf.relocations.get(section.index)) ?? []) {
    const symbol = elf.symbols[index]!;
    if (symbol.section === 0 || offset + 4 > view.byteLength) continue;
    view.setUint32(offset, symbol.value + (addend ?? view.getUint32(offset, little)), little);
    done.add(offset);
  }
  return done;
}

/** Kernel options have no place in the file: the widest first, as libbpf orders them. */
function layOutKconfig(btf: Btf, view: DataView, little: boolean): void {
  const section = dataSection(btf, KCONFIG_SECTION);
  if (!section) return;
  const at = btf.offsetOf(section.id);
  const variables = [...sectionVariables(btf, section)].map(({ variable }) => ({
    variable,
    size: btf.sizeOf(variable.typeId),
    align: btf.alignOf(variable.typeId),
  }));
  variables.sort((a, b) => b.align - a.align || b.size - a.size || (a.variable.name < b.variable.name ? -1 : 1));
  let end = 0;
  const places = new Map<number, { offset: number; size: number }>();
  for (const { variable, size, align } of variables) {
    const offset = Math.ceil(end / align) * align;
    places.set(variable.id, { offset, size });
    end = offset + size;
  }
  for (const [index, { typeId }] of section.variables.entries()) {
    const place = places.get(typeId);
    if (!place) continue;
    view.setUint32(at + 16 + index * 12, place.offset, little);
    view.setUint32(at + 20 + index * 12, place.size, little);
  }
  view.setUint32(at + 8, end, little);
}
