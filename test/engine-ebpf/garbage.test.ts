// Programs that are none: whatever the slots hold, a run ends with a result or a typed fault, the same on every engine.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Engine, ExecutionError } from '../../src/engine/engine.js';
import { type Instruction, insn } from '../../src/isa/extended/instruction.js';
import { INSTRUCTIONS } from '../../src/isa/extended/table.js';
import { bench, compile, enginesHere, runWide } from './run.js';

/** Random fields in a real instruction, and sometimes a random opcode. */
const slot: fc.Arbitrary<Instruction> = fc
  .record({
    row: fc.constantFrom(...INSTRUCTIONS),
    opcode: fc.option(fc.nat(255), { freq: 15, nil: undefined }),
    dst: fc.oneof({ weight: 9, arbitrary: fc.nat(10) }, { weight: 1, arbitrary: fc.nat(15) }),
    src: fc.oneof({ weight: 9, arbitrary: fc.nat(10) }, { weight: 1, arbitrary: fc.nat(15) }),
    offset: fc.oneof(fc.integer({ min: -6, max: 6 }), fc.integer({ min: -40, max: 40 })),
    imm: fc.oneof(fc.integer({ min: -6, max: 6 }), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  })
  .map(({ row, opcode, dst, src, offset, imm }) => {
    // Most memory accesses go to the stack or the context, lest everything ends at the first one.
    const base = imm & 1 ? 1 : 10;
    const isLoad = row.kind === 'load' || row.kind === 'load-acquire';
    const isStore =
      row.kind === 'store' || row.kind === 'store-imm' || row.kind === 'atomic' || row.kind === 'store-release';
    const near = (imm & 14) !== 0 && (isLoad || isStore);
    const place = row.kind === 'load' || row.kind === 'store' ? Math.abs(offset) : Math.abs(offset) & 0x38;
    return insn(
      opcode ?? row.opcode,
      near && isStore ? base : dst,
      near && isLoad ? base : (row.selects.src ?? src),
      near ? (base === 1 ? place : -place - 8) : (row.selects.offset ?? offset),
      row.selects.imm ?? imm,
    );
  })
  // A 64-bit load that refers to something is refused by the linker.
  .filter(({ opcode, src }) => opcode !== 0x18 || src === 0);

function outcome(engine: Engine, instructions: Instruction[]): string {
  const { space, machine } = bench();
  const context = space.allocate(64, 'context', 'read-write');
  const executable = compile(instructions, {}, { budgetInstructions: 20_000 }, engine);
  let end: string;
  try {
    end = `r0 ${runWide(executable, machine, context.address)}`;
  } catch (error) {
    if (!(error instanceof ExecutionError)) throw error;
    end = error.fault === 'budget' ? 'budget' : `${error.fault} at ${error.slot}: ${error.message}`;
  }
  expect(machine.current).toBeUndefined();
  // Engines look at the budget in different places.
  if (end === 'budget') return end;
  return `${end}; ${space.bytes.subarray(context.address, context.address + 64).join()}`;
}

const engines = await enginesHere();
const [reference] = engines.filter(({ name }) => name === 'interpreter');

describe('random slots', () => {
  it.each(engines.map(engine => [engine.name, engine] as const))('end alike on %s', (_, engine) => {
    fc.assert(
      fc.property(fc.array(slot, { maxLength: 24 }), instructions => {
        expect(outcome(engine, instructions)).toBe(outcome(reference!, instructions));
      }),
      { numRuns: engine === reference ? 500 : 1500, seed: 7 },
    );
  });
});
