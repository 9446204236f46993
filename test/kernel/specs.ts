// Programs for tests, from assembler text.

import { assemble } from '../../src/isa/extended/index.js';
import type { ProgramSpec } from '../../src/object/index.js';

/** A program of a type, from text in any of the notations; `r0 = 2\nexit`. */
export function programSpec(type: string, text: string, more: Partial<ProgramSpec> = {}): ProgramSpec {
  const instructions = more.instructions ?? assemble(text);
  return {
    name: 'test',
    sectionName: type,
    type,
    flags: [],
    autoload: true,
    references: [],
    functions: [{ name: 'test', startSlot: 0, endSlot: instructions.length, btfTypeId: 0, linkage: 'global' }],
    lines: [],
    coreRelocations: [],
    license: 'GPL',
    byteOrder: 'little',
    ...more,
    instructions,
  };
}

/** Bytes from hexadecimal digits; blanks are left out, and `xN` behind a pair repeats it: `00x6`. */
export function bytes(text: string): Uint8Array {
  const found: number[] = [];
  for (const [, digits, times] of text.matchAll(/([0-9a-f]+)(?:x(\d+))?/gi)) {
    const pairs = digits!.match(/../g) ?? [];
    const values = pairs.map(pair => Number.parseInt(pair, 16));
    found.push(...values.slice(0, -1));
    for (let n = 0; n < Number(times ?? 1); n++) found.push(values.at(-1)!);
  }
  return Uint8Array.from(found);
}

export const hex = (data: Uint8Array): string => Buffer.from(data).toString('hex');
