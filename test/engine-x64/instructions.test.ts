// Every row of the instruction table as machine code, against the interpreter: over awkward and random operands, with all registers in all
// places, checked and unchecked.

import { describe, expect, it } from 'vitest';
import { interpreter } from '../../src/engine/index.js';
import { INSTRUCTIONS, type Instruction, type InstructionRow, insn, lddw } from '../../src/isa/extended/index.js';
import { type Random, randomNumbers } from '../engine-wasm/random-programs.js';
import { isHere, linked, outcomeOn, type Setup, x64 } from './x64.js';

const CORNERS = [0, 1, -1, 2, 7, 8, 16, 31, 32, 33, 63, 64, 255, 0x7fff, 0x8000, 0xffff, 0x7fffffff, -0x80000000];
const CONTEXT_BYTES = 64;
const EXIT = insn(0x95);

const instructionOf = (row: InstructionRow, dst: number, src: number, offset: number, imm: number): Instruction => {
  const { selects, uses } = row;
  const field = (name: 'src' | 'offset' | 'imm', given: number): number =>
    selects[name] ?? (uses.includes(name) ? given : 0);
  return insn(
    row.opcode,
    uses.includes('dst') ? dst : 0,
    field('src', src),
    field('offset', offset),
    field('imm', imm),
  );
};

/** r0 to r9 into the context, which shows all of their bits. */
const SHOW = [0, 1, 2, 3, 4, 5, 6, 7].map(register => insn(0x7b, 9, register, register * 8));

/** All registers random, the instruction, and then all of them shown; a jump skips a change of r0. */
function programOf(row: InstructionRow, random: Random): Instruction[] {
  const constant = (): number => (random(2) === 0 ? CORNERS[random(CORNERS.length)]! : random(2 ** 32) | 0);
  const program = [insn(0xbf, 9, 1)];
  for (let register = 0; register <= 8; register++) program.push(...lddw(register, 0, constant(), constant()));
  const dst = random(9);
  const src = random(9);
  const isLoad = row.kind === 'load' || row.kind === 'load-acquire';
  const isStore = ['store', 'store-imm', 'store-release', 'atomic'].includes(row.kind);
  const offset = random(CONTEXT_BYTES / 8) * 8 + (random(6) === 0 ? random(8) : 0);
  const base = random(2) === 0 ? 9 : 10;
  const place = base === 9 ? offset : offset - CONTEXT_BYTES;
  if (base === 10) for (let at = -64; at < 0; at += 8) program.push(insn(0x7b, 10, random(9), at));
  if (isLoad) program.push(instructionOf(row, dst, base, place, 0));
  else if (isStore) program.push(instructionOf(row, base, src, place, constant()));
  else if (row.kind === 'packet') program.push(instructionOf(row, 0, src, 0, random(24)));
  else {
    program.push(instructionOf(row, dst, src, row.kind === 'goto' || row.kind.includes('jump') ? 1 : 0, constant()));
    if (row.kind === 'jump') program.push(insn(0xa7, 0, 0, 0, 1));
  }
  if (base === 10) program.push(insn(0x79, 8, 10, -64 + 8 * random(8)), insn(0x0f, 0, 8));
  return [...program, ...SHOW, EXIT];
}

/** What needs a program of its own: targets of jumps, calls, references. They are in ../engine-ebpf/cases/programs.txt. */
const OWN = new Set(['goto', 'may-goto', 'call', 'callx', 'exit']);
const rows = INSTRUCTIONS.filter(({ kind, mnemonic }) => !OWN.has(kind) && !mnemonic.startsWith('lddw_'));
const packet = Uint8Array.from({ length: 20 }, (_, n) => 0xf0 + n);
const context = Uint8Array.from({ length: CONTEXT_BYTES }, (_, n) => n * 37);

describe.skipIf(!isHere)('machine code computes what the interpreter does:', () => {
  it.each(rows.map(row => [`${row.mnemonic} ${row.source}`, row] as const))('%s', (_, row) => {
    const random = randomNumbers(row.opcode * 64 + row.bits);
    for (let n = 0; n < 16; n++) {
      const program = linked(programOf(row, random));
      const setup: Setup = { context, packet, options: { checked: n % 2 === 0 } };
      expect(outcomeOn(x64, program, setup)).toEqual(outcomeOn(interpreter, program, setup));
    }
  });
});
