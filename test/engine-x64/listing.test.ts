// The listing: two passes that agree, bytes and text that binutils' disassembler reads the same way. Needs no x86-64.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ListedCode, type ListingOptions, listCode, listing } from '../../src/engine/index.js';
import { Assembler } from '../../src/engine/jit-x64/assembler.js';
import { compileProgram } from '../../src/engine/jit-x64/compile.js';
import { immediate, register, X86 } from '../../src/engine/jit-x64/operands.js';
import { INSTRUCTIONS, type Instruction, insn, lddw } from '../../src/isa/extended/index.js';
import { randomNumbers, randomProgram } from '../engine-wasm/random-programs.js';
import { linked } from './x64.js';

const MODES: readonly ListingOptions[] = [{ checked: true }, { checked: false, coverage: true }];

/** Every row, with every pair of registers and constants of every length. */
function everyInstruction(): Instruction[] {
  const program: Instruction[] = [];
  const constants = [0, 1, -1, 127, 128, -129, 0x12345678];
  let n = 0;
  for (const row of INSTRUCTIONS) {
    const { selects, uses, kind } = row;
    if (['goto', 'may-goto', 'jump', 'exit', 'callx'].includes(kind) || kind === 'lddw') continue;
    if (row.mnemonic === 'call_local') continue;
    for (let dst = 0; dst <= 9; dst++) {
      for (const src of [0, 3, 4, 6, 7, 10, dst]) {
        const imm = selects.imm ?? (uses.includes('imm') ? constants[n++ % constants.length]! : 0);
        const offset = selects.offset ?? (uses.includes('offset') ? [0, 8, -8, 200][n++ % 4]! : 0);
        program.push(insn(row.opcode, dst, selects.src ?? (uses.includes('src') ? src : 0), offset, imm));
      }
    }
  }
  for (let dst = 0; dst <= 9; dst++) {
    for (const [low, high] of [
      [0, 0],
      [5, 0],
      [-1, 0],
      [-1, -1],
      [1, 2],
      [-5, 3],
    ]) {
      program.push(...lddw(dst, 0, low!, high!));
    }
  }
  for (const row of INSTRUCTIONS.filter(({ kind }) => kind === 'jump')) {
    for (let dst = 0; dst <= 10; dst++) program.push(insn(row.opcode, dst, 10 - dst, 0, constants[dst % 7]!));
  }
  return [...program, insn(0x95)];
}

/** A jump over so much that it must be long, and one back. */
const FAR = [
  insn(0x15, 1, 0, 102, 0),
  ...Array.from({ length: 101 }, () => insn(0x07, 0, 0, 0, 0x12345)),
  insn(0x05, 0, 0, -103),
  insn(0x95),
];

const programs: readonly (readonly [string, readonly Instruction[]])[] = [
  ['every instruction', everyInstruction()],
  ['far jumps', FAR],
  ...Array.from({ length: 20 }, (_, seed) => [`random program ${seed}`, randomProgram(randomNumbers(seed))] as const),
];

describe('the two passes', () => {
  it.each(programs)('agree on sizes and places: %s', (_, instructions) => {
    for (const options of MODES) {
      const { code, assembler, entries } = compileProgram(linked(instructions), () => undefined, {
        checked: false,
        ...options,
      });
      const listed = assembler.listing();
      let offset = 0;
      const places = listed.map(({ bytes }) => {
        const place = offset;
        offset += bytes.length;
        return place;
      });
      expect(listed.map(({ offsetBytes }) => offsetBytes)).toEqual(places);
      expect(Buffer.from(code).equals(Buffer.concat(listed.map(({ bytes }) => bytes)))).toBe(true);
      expect(entries.get(0)).toBeGreaterThan(0);
    }
  });

  it.each([
    [127, 2],
    [128, 5],
  ])('make a jump over %i bytes %i bytes long', (distance, length) => {
    const asm = new Assembler();
    const end = asm.label();
    asm.jump('jmp', end);
    for (let n = 0; n < distance; n++) asm.emit('clc');
    asm.bind(end);
    asm.emit('ret');
    expect(asm.layOut()).toBe(length + distance + 1);
    expect(asm.listing()[0]!.bytes.length).toBe(length);
  });

  it.each([
    [126, 2],
    [127, 6],
  ])('make a conditional jump back over %i bytes %i bytes long', (distance, length) => {
    const asm = new Assembler();
    const start = asm.label();
    asm.bind(start);
    for (let n = 0; n < distance; n++) asm.emit('clc');
    asm.jump('jne', start);
    expect(asm.layOut()).toBe(length + distance);
  });

  it('let a jump grow because another one did', () => {
    const asm = new Assembler();
    const [first, second] = [asm.label(), asm.label()];
    asm.jump('jmp', first);
    asm.jump('jmp', second);
    for (let n = 0; n < 125; n++) asm.emit('clc');
    asm.bind(first);
    for (let n = 0; n < 3; n++) asm.emit('clc');
    asm.bind(second);
    asm.emit('ret');
    // 125 + 2 reach; when the second is long, 125 + 5 do not.
    expect(asm.layOut()).toBe(5 + 5 + 128 + 1);
  });

  it('refuse what no row of the table encodes', () => {
    const asm = new Assembler();
    expect(() => asm.emit('add', immediate(1), register(X86.rax))).toThrow('no encoding of add');
    expect(() => asm.emit('hlt')).toThrow('no encoding of hlt');
    asm.jump('jmp', asm.label());
    expect(() => asm.layOut()).toThrow('bound nowhere');
  });
});

it('the listing shows BPF and machine code side by side', () => {
  const text = listing(linked('r0 = 5\nr0 += r1\nr0 /= 3\nexit'));
  expect(text).toContain('; 1: ');
  expect(text).toMatch(/; 0: r0 = 5\n.*push .*\n.*sub .*\n +76: b8 05 00 00 00 +mov eax,0x5\n/);
  expect(text).toMatch(/: 48 01 f8 +add rax,rdi\n/);
  expect(text).toMatch(/: 49 f7 f3 +div r11\n/);
});

const hasObjdump = spawnSync('objdump', ['--version']).status === 0;
if (!hasObjdump) console.warn('SKIPPED: machine code against objdump: binutils is not installed');

interface Disassembled {
  readonly offsetBytes: number;
  readonly bytes: string;
  readonly text: string;
}

function objdump(code: Uint8Array): Disassembled[] {
  const directory = mkdtempSync(join(tmpdir(), 'skep-x64-'));
  try {
    const file = join(directory, 'code.bin');
    writeFileSync(file, code);
    const options = ['-D', '-b', 'binary', '-m', 'i386:x86-64', '-M', 'intel', '-w', '--insn-width=16', file];
    const output = execFileSync('objdump', options, { encoding: 'utf8', maxBuffer: 1 << 28 });
    return [...output.matchAll(/^ +([0-9a-f]+):\t((?:[0-9a-f]{2} )+) *\t?(.*)$/gm)].map(([, offset, bytes, text]) => ({
      offsetBytes: Number.parseInt(offset!, 16),
      bytes: bytes!.trim(),
      text: text!.replace(/ +/g, ' ').trim(),
    }));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const shown = ({ offsetBytes, bytes, text }: ListedCode): Disassembled => ({
  offsetBytes,
  bytes: Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join(' '),
  text,
});

describe.skipIf(!hasObjdump)('objdump reads the same instructions', () => {
  it.each(programs)('%s', (_, instructions) => {
    for (const options of MODES) {
      const listed = listCode(linked(instructions), options);
      const code = Uint8Array.from(listed.flatMap(({ bytes }) => [...bytes]));
      expect(objdump(code)).toEqual(listed.map(shown));
    }
  });
});
