// What the parts of the loader share: the ELF file with its types, and what each section is for.

import type { Btf, BtfExt, SectionType, VariableType } from './btf/index.js';
import type { ElfFile, ElfRelocation, ElfSection, ElfSymbol } from './elf.js';
import { SHF, SHT, UNDEFINED_SECTION } from './elf.js';

export type SectionRole =
  | 'code'
  | 'data'
  | 'rodata'
  | 'bss'
  | 'btf-maps'
  | 'legacy-maps'
  | 'struct-ops'
  | 'arena'
  | 'other';

export interface ObjectContext {
  readonly elf: ElfFile;
  readonly btf: Btf | undefined;
  readonly ext: BtfExt;
  /** By section index. */
  readonly roles: readonly SectionRole[];
  /** Symbols of each section, by index, in order of offsets. */
  readonly symbolsOf: ReadonlyMap<number, readonly ElfSymbol[]>;
}

const isOneOf = (name: string, family: string): boolean => name === family || name.startsWith(`${family}.`);

/** What a section holds, by its name and flags, as libbpf decides it. */
export function sectionRole({ name, type, flags, sizeBytes }: ElfSection): SectionRole {
  if (sizeBytes === 0) return 'other';
  if (type === SHT.nobits) return isOneOf(name, '.bss') ? 'bss' : 'other';
  if (type !== SHT.progbits) return 'other';
  if ((flags & SHF.execinstr) !== 0) return 'code';
  if (name === '.maps') return 'btf-maps';
  if (name === 'maps' || name.startsWith('maps/')) return 'legacy-maps';
  if (/^\??\.struct_ops(\.link)?$/.test(name)) return 'struct-ops';
  if (name === '.addr_space.1') return 'arena';
  if (isOneOf(name, '.data')) return 'data';
  if (isOneOf(name, '.rodata')) return 'rodata';
  return 'other';
}

export function createContext(elf: ElfFile, btf: Btf | undefined, ext: BtfExt): ObjectContext {
  const symbolsOf = new Map<number, ElfSymbol[]>();
  for (const symbol of elf.symbols) {
    if (symbol.section === UNDEFINED_SECTION || symbol.type === 'section' || symbol.type === 'file') continue;
    const list = symbolsOf.get(symbol.section);
    if (list) list.push(symbol);
    else symbolsOf.set(symbol.section, [symbol]);
  }
  for (const list of symbolsOf.values()) list.sort((a, b) => a.value - b.value);
  return { elf, btf, ext, roles: elf.sections.map(sectionRole), symbolsOf };
}

/** The DATASEC that describes a section. */
export function dataSection(btf: Btf | undefined, name: string): SectionType | undefined {
  return btf?.findByName(name, 'datasec');
}

/** The variables of a DATASEC, each with its VAR (functions of .ksyms are left out). */
export function* sectionVariables(
  btf: Btf,
  section: SectionType,
): IterableIterator<{ variable: VariableType; offsetBytes: number; sizeBytes: number }> {
  for (const { typeId, offsetBytes, sizeBytes } of section.variables) {
    const variable = btf.typeById(typeId);
    if (variable.kind === 'var') yield { variable, offsetBytes, sizeBytes };
  }
}

/** Where a relocation points: the symbol's value plus the addend, which with REL is `inPlace`. */
export function relocatedValue(symbol: ElfSymbol, relocation: ElfRelocation, inPlace: number): number {
  return symbol.value + (relocation.addend ?? inPlace);
}

/** A symbol by what a reader can find it by: its name, or its section's. */
export function symbolLabel({ elf }: Pick<ObjectContext, 'elf'>, symbol: ElfSymbol): string {
  return symbol.name || elf.sections[symbol.section]?.name || `symbol ${symbol.index}`;
}
