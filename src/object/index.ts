// Object files: bytes -> CollectionSpec. Nothing here loads anything.

export * from './btf/index.js';
export * from './core/index.js';
export {
  type ElfFile,
  type ElfRelocation,
  type ElfSection,
  type ElfSymbol,
  isElf,
  R_BPF,
  readElf,
  relocationName,
} from './elf.js';
export { fillKernelOptions, type KernelConfig, type KernelFacts, parseKernelConfig } from './kernel-config.js';
export { type LinkOptions, linkElf, linkObjects } from './link/link.js';
export { writeElf } from './link/write-elf.js';
export { type LoadObjectOptions, loadBtf, loadElf, loadObject } from './load.js';
export { MAP_FLAGS, MAP_TYPE_NAMES } from './map-types.js';
export { SECTIONS, type SectionFlag, type SectionMeaning, type SectionRow, sectionMeaning } from './section-table.js';
export type * from './spec.js';
