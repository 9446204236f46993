// Every instruction of the table against the model of the RFC, over random and awkward operands.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Instruction, insn, lddw } from '../../src/isa/extended/instruction.js';
import { INSTRUCTIONS, type InstructionRow } from '../../src/isa/extended/table.js';
import { atomically, compute, taken } from './model.js';
import { bench, compile, runWide } from './run.js';

const CORNERS = [0n, 1n, 2n, 3n, 7n, 31n, 32n, 33n, 63n, 64n, 65n, 0x7fffn, 0xffffn, 0x10000n].flatMap(value => [
  value,
  value << 16n,
  value << 31n,
  value << 32n,
  value << 47n,
  0xffffffffffffffffn ^ value,
  0xffffffffn ^ (value & 0xffffffffn),
  BigInt.asUintN(64, (1n << 63n) + value),
]);
const word = fc.oneof(
  fc.constantFrom(...CORNERS.map(value => BigInt.asUintN(64, value))),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.bigInt({ min: 0n, max: 2n ** 53n }),
  fc.bigInt({ min: 0n, max: 2n ** 32n }),
);
const imm = fc.oneof(
  fc.constantFrom(0, 1, -1, 2, 31, 32, 63, 64, 0x7fffffff, -0x80000000),
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
);

const load = (dst: number, value: bigint): Instruction[] =>
  lddw(dst, 0, Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n)));
const EXIT = insn(0x95);
const MOV_R0_R6 = insn(0xbf, 0, 6);

/** The instruction of a row with its selecting fields. */
function instructionOf(row: InstructionRow, dst: number, src: number, offset: number, value: number): Instruction {
  const { selects, uses } = row;
  const field = (name: 'src' | 'offset' | 'imm', given: number): number =>
    selects[name] ?? (uses.includes(name) ? given : 0);
  return insn(row.opcode, dst, field('src', src), field('offset', offset), field('imm', value));
}

const named = (rows: readonly InstructionRow[]): [string, InstructionRow][] =>
  rows.map(row => [`${row.mnemonic} ${row.source}`, row]);
const of = (...kinds: InstructionRow['kind'][]): [string, InstructionRow][] =>
  named(INSTRUCTIONS.filter(({ kind }) => kinds.includes(kind)));

/** Many programs in one space, so that the properties are quick. */
const { space, machine } = bench();
const place = space.allocate(64, 'place', 'read-write');

describe('arithmetic', () => {
  it.each(of('alu', 'neg', 'mov', 'movsx', 'end', 'addr-space'))('%s', (_, row) => {
    fc.assert(
      fc.property(word, word, imm, (a, b, k) => {
        const program = [...load(6, a), ...load(7, b), instructionOf(row, 6, 7, 0, k), MOV_R0_R6, EXIT];
        const operand = row.source === 'k' ? BigInt.asUintN(64, BigInt(k)) : b;
        expect(runWide(compile(program), machine)).toBe(compute(row, a, operand));
      }),
      { numRuns: 120, seed: 1 },
    );
  });

  it.each(of('alu', 'mov', 'movsx').filter(([, { source }]) => source === 'x'))(
    '%s of a register with itself',
    (_, row) => {
      fc.assert(
        fc.property(word, a => {
          const program = [...load(6, a), instructionOf(row, 6, 6, 0, 0), MOV_R0_R6, EXIT];
          expect(runWide(compile(program), machine)).toBe(compute(row, a, a));
        }),
        { numRuns: 40, seed: 1 },
      );
    },
  );
});

describe('jumps', () => {
  it.each(of('jump'))('%s', (_, row) => {
    fc.assert(
      fc.property(word, word, imm, fc.boolean(), (a, other, k, same) => {
        const b = same ? a : other;
        const jump = instructionOf(row, 6, 7, 1, k);
        const program = [...load(6, a), ...load(7, b), insn(0xb7, 0, 0, 0, 1), jump, insn(0xb7, 0, 0, 0, 0), EXIT];
        const operand = row.source === 'k' ? BigInt.asUintN(64, BigInt(k)) : b;
        expect(runWide(compile(program), machine)).toBe(taken(row, a, operand) ? 1n : 0n);
      }),
      { numRuns: 120, seed: 1 },
    );
  });
});

describe('memory', () => {
  const MASK = (bits: number): bigint => (1n << BigInt(bits)) - 1n;

  it.each(of('load', 'load-acquire'))('%s', (_, row) => {
    fc.assert(
      fc.property(word, fc.nat(7), fc.boolean(), (value, shift, checked) => {
        const offset = row.kind === 'load' ? shift : 8;
        space.view.setBigUint64(place.address + offset, value, true);
        const program = [...load(6, BigInt(place.address)), instructionOf(row, 0, 6, offset, 0), EXIT];
        const cut = value & MASK(row.bits);
        expect(runWide(compile(program, {}, { checked }), machine)).toBe(
          row.signed ? BigInt.asUintN(64, BigInt.asIntN(row.bits, cut)) : cut,
        );
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it.each(of('store', 'store-imm', 'store-release'))('%s', (_, row) => {
    fc.assert(
      fc.property(word, imm, fc.nat(7), fc.boolean(), (value, k, shift, checked) => {
        const offset = row.kind === 'store-release' ? 8 : shift;
        const before = 0x1122334455667788n;
        space.view.setBigUint64(place.address + offset, before, true);
        const program = [
          ...load(6, BigInt(place.address)),
          ...load(7, value),
          instructionOf(row, 6, 7, offset, k),
          insn(0xb7, 0, 0, 0, 0),
          EXIT,
        ];
        runWide(compile(program, {}, { checked }), machine);
        const stored = (row.source === 'k' ? BigInt.asUintN(64, BigInt(k)) : value) & MASK(row.bits);
        expect(space.view.getBigUint64(place.address + offset, true)).toBe((before & ~MASK(row.bits)) | stored);
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it.each(of('atomic'))('%s', (_, row) => {
    fc.assert(
      fc.property(word, word, word, fc.boolean(), fc.boolean(), (memory, source, other, equal, checked) => {
        const r0 = equal ? memory : other;
        const bytes = row.bits / 8;
        space.view.setBigUint64(place.address + 8, memory, true);
        const program = [
          ...load(6, BigInt(place.address)),
          ...load(7, source),
          ...load(0, r0),
          instructionOf(row, 6, 7, 8, 0),
          insn(0x7b, 6, 7, 16, 0),
          insn(0x7b, 6, 0, 24, 0),
          EXIT,
        ];
        runWide(compile(program, {}, { checked }), machine);
        const expected = atomically(row, memory & MASK(row.bits), source, r0);
        const upper = memory & ~MASK(row.bits);
        expect(space.view.getBigUint64(place.address + 8, true), `${bytes} bytes`).toBe(upper | expected.memory);
        expect(space.view.getBigUint64(place.address + 16, true), 'source').toBe(expected.source);
        expect(space.view.getBigUint64(place.address + 24, true), 'r0').toBe(expected.r0);
      }),
      { numRuns: 60, seed: 1 },
    );
  });
});
