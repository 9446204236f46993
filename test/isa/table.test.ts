import { describe, expect, it } from 'vitest';
import { RULES } from '../../src/classic/index.js';
import { DIAGNOSTIC_CODES } from '../../src/diagnostics/index.js';
import * as isa from '../../src/isa/index.js';
import { ANCILLARY, INSTRUCTIONS, instructionRow } from '../../src/isa/index.js';

describe('the table of instructions', () => {
  it('has each opcode once', () => {
    expect(new Set(INSTRUCTIONS.map(row => row.code)).size).toBe(INSTRUCTIONS.length);
    expect(INSTRUCTIONS.length).toBe(50);
  });

  it.each(INSTRUCTIONS.map(row => [row.macros.join('+'), row] as const))(
    '%s is what its macros add up to',
    (_, row) => {
      const constants = isa as unknown as Readonly<Record<string, number>>;
      expect(row.macros.reduce((sum, name) => sum + constants[name]!, 0)).toBe(row.code);
      expect(row.macros[0]).toBe(`BPF_${row.class.toUpperCase()}`);
    },
  );

  it('says the same of X and K', () => {
    for (const row of INSTRUCTIONS.filter(({ class: kind, operand }) => kind === 'alu' && operand === 'imm')) {
      const other = instructionRow(row.code | isa.BPF_X)!;
      expect(other.mnemonic).toBe(row.mnemonic);
      expect(other.acceptedBy).toEqual(row.acceptedBy);
      expect(other.meaning.replace(/; .*/, '')).toBe(row.meaning.replace('k', 'X'));
    }
  });

  it('has each ancillary load once, by offset and by every name', () => {
    expect(ANCILLARY.map(row => row.offset)).toEqual(Array.from({ length: 16 }, (_, index) => index * 4));
    const names = ANCILLARY.flatMap(row => [...new Set([...row.asmNames, row.tcpdumpName])]);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('the table of rules', () => {
  it('has a name and a code of its own for each', () => {
    expect(new Set(RULES.map(rule => rule.name)).size).toBe(RULES.length);
    expect(new Set(RULES.map(rule => rule.code)).size).toBe(RULES.length);
    for (const { code } of RULES) expect(DIAGNOSTIC_CODES[code]).toBeTypeOf('string');
  });
});
