// The conformance cases: tables of single instructions and whole programs, from readable text to what runs.

import { readdirSync, readFileSync } from 'node:fs';
import {
  assemble,
  checkInstructions,
  decode,
  INSTRUCTIONS,
  type Instruction,
  type InstructionRow,
  insn,
  type Program,
} from '../../src/isa/extended/index.js';
import { type Fixture, fromHex, type MapFixture } from '../support/conformance.js';

/** One run, and how it must end. What is undefined is not looked at. */
export interface Case {
  readonly name: string;
  readonly fixture: Fixture;
  readonly memory?: Uint8Array;
  readonly r0?: bigint;
  readonly error?: string;
  readonly memoryAfter?: Uint8Array;
  readonly mapsAfter?: readonly string[];
  /** Words of the verifier's log; undefined: the kernel runs it, too. */
  readonly kernelRefuses?: string;
}

const FOLDER = new URL('./cases/', import.meta.url);
const EXIT = insn(0x95);
const u64 = (value: bigint): Uint8Array => {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, value), true);
  return bytes;
};
const concat = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
const fits32 = (value: bigint): boolean => BigInt.asIntN(64, value) === BigInt.asIntN(32, value);

/** `dst = *(u64 *)(base + offset)`. */
const loadWord = (dst: number, base: number, offset: number): Instruction => insn(0x79, dst, base, offset);
const storeWord = (base: number, offset: number, src: number): Instruction => insn(0x7b, base, src, offset);
const move = (dst: number, src: number): Instruction => insn(0xbf, dst, src);

/** The instruction of a row, selecting fields as the row has them. */
export function instructionOf(row: InstructionRow, dst: number, src: number, offset = 0, imm = 0): Instruction {
  const { selects, uses } = row;
  return insn(
    row.opcode,
    uses.includes('dst') ? dst : 0,
    selects.src ?? (uses.includes('src') ? src : 0),
    selects.offset ?? (uses.includes('offset') ? offset : 0),
    selects.imm ?? (uses.includes('imm') ? imm : 0),
  );
}

function rowNamed(mnemonic: string, source?: 'k' | 'x'): InstructionRow {
  const row = INSTRUCTIONS.find(each => each.mnemonic === mnemonic && (!source || each.source === source));
  if (!row) throw new Error(`there is no instruction ${mnemonic}`);
  return row;
}

/** Registers that dst and src are in turn: those that are special on real processors come up with each operation. */
const REGISTER_PAIRS = [
  [6, 7],
  [0, 3],
  [3, 0],
  [4, 5],
  [5, 4],
  [2, 1],
  [1, 8],
  [9, 2],
  [8, 4],
  [4, 0],
] as const;

/** One object a program, so that it is made ready once for all of its lines. */
const fixtures = new Map<string, Fixture>();
function fixtureOf(name: string, instructions: Program, memoryBytes: number): Fixture {
  const key = `${memoryBytes} ${JSON.stringify(instructions)}`;
  let fixture = fixtures.get(key);
  if (!fixture) fixtures.set(key, (fixture = { name, instructions, memoryBytes }));
  return fixture;
}

interface Line {
  readonly mnemonic: string;
  readonly given: readonly string[];
  readonly expected: readonly string[];
  readonly text: string;
  /** Which line of this mnemonic it is. */
  readonly ordinal: number;
}

function linesOf(file: string): Line[] {
  const ordinals = new Map<string, number>();
  return readFileSync(new URL(file, FOLDER), 'utf8')
    .split('\n')
    .map(text => text.trim())
    .filter(text => text !== '' && !text.startsWith('#'))
    .map(text => {
      const [left, right] = text.split(' = ') as [string, string];
      const [mnemonic, ...given] = left.split(' ') as [string, ...string[]];
      const ordinal = ordinals.get(mnemonic) ?? 0;
      ordinals.set(mnemonic, ordinal + 1);
      return { mnemonic, given, expected: right.split(' '), text, ordinal };
    });
}

/** What the kernel says of constants that it refuses, and the machine itself does not mind. */
function refusalOf(program: Program): string | undefined {
  const [finding] = checkInstructions(program);
  if (!finding) return undefined;
  return /shift/.test(finding.message) ? 'invalid shift' : 'div by zero';
}

/**
 * A line with two operands: in registers, in one register when they are equal, and as a constant where that can be. `around` makes
 * the rest of the program from the instruction.
 */
function* binary(
  line: Line,
  around: (row: InstructionRow, instruction: Instruction, dst: number) => Instruction[],
  r0: bigint,
): Generator<Case> {
  const [a, b] = line.given.map(BigInt) as [bigint, bigint];
  const memory = concat(u64(a), u64(b));
  const [dst, src] = REGISTER_PAIRS[line.ordinal % REGISTER_PAIRS.length]!;
  const x = rowNamed(line.mnemonic, 'x');
  const loads = dst === 1 ? [loadWord(src, 1, 8), loadWord(dst, 1, 0)] : [loadWord(dst, 1, 0), loadWord(src, 1, 8)];
  // Where src is r1 the base goes with the second load, which comes last then.
  const inRegisters = [...loads, ...around(x, instructionOf(x, dst, src, 1), dst)];
  yield { name: `${line.text} (r${dst}, r${src})`, fixture: fixtureOf(line.text, inRegisters, 16), memory, r0 };
  if (a === b) {
    const inOne = [loadWord(dst, 1, 0), ...around(x, instructionOf(x, dst, dst, 1), dst)];
    yield { name: `${line.text} (r${dst}, r${dst})`, fixture: fixtureOf(line.text, inOne, 16), memory, r0 };
  }
  const k = rowNamed(line.mnemonic, 'k');
  if (k.bits === 32 || fits32(b)) {
    const constant = [
      loadWord(dst, 1, 0),
      ...around(k, instructionOf(k, dst, 0, 1, Number(BigInt.asIntN(32, b))), dst),
    ];
    const kernelRefuses = refusalOf(constant);
    yield {
      name: `${line.text} (r${dst}, constant)`,
      fixture: fixtureOf(line.text, constant, 16),
      memory,
      r0,
      ...(kernelRefuses && { kernelRefuses }),
    };
  }
}

function* arithmetic(): Generator<Case> {
  for (const line of linesOf('arithmetic.txt')) {
    yield* binary(line, (_, instruction, dst) => [instruction, move(0, dst), EXIT], BigInt(line.expected[0]!));
  }
}

function* comparisons(): Generator<Case> {
  for (const line of linesOf('comparisons.txt')) {
    const around = (_: InstructionRow, jump: Instruction): Instruction[] => [
      jump,
      insn(0x05, 0, 0, 2),
      insn(0xb7, 0, 0, 0, 1),
      EXIT,
      insn(0xb7, 0, 0, 0, 0),
      EXIT,
    ];
    yield* binary(line, around, line.expected[0] === 'taken' ? 1n : 0n);
  }
}

function* unary(): Generator<Case> {
  for (const line of linesOf('unary.txt')) {
    const row = rowNamed(line.mnemonic);
    const [dst, src] = REGISTER_PAIRS[line.ordinal % REGISTER_PAIRS.length]!;
    const from = row.uses.includes('src') ? src : dst;
    const variants = row.uses.includes('src') ? [from, dst] : [from];
    for (const register of variants) {
      const program = [loadWord(register, 1, 0), instructionOf(row, dst, register), move(0, dst), EXIT];
      yield {
        name: `${line.text} (r${dst}, r${register})`,
        fixture: fixtureOf(line.text, program, 8),
        memory: u64(BigInt(line.given[0]!)),
        r0: BigInt(line.expected[0]!),
      };
    }
  }
}

function* atomics(): Generator<Case> {
  for (const line of linesOf('atomics.txt')) {
    const row = rowNamed(line.mnemonic.replace('_', ' '));
    const [memory, src, r0] = line.given.map(value => u64(BigInt(value))) as [Uint8Array, Uint8Array, Uint8Array];
    const after = line.expected.map(value => u64(BigInt(value)));
    const base = [6, 1, 7, 5][line.ordinal % 4]!;
    const source = [7, 2, 3, 4][(line.ordinal >> 1) % 4]! === base ? 8 : [7, 2, 3, 4][(line.ordinal >> 1) % 4]!;
    const program = [
      ...(base === 1 ? [] : [move(base, 1)]),
      loadWord(source, base, 8),
      loadWord(0, base, 16),
      instructionOf(row, base, source, 0),
      storeWord(base, 8, source),
      storeWord(base, 16, 0),
      insn(0xb7, 0, 0, 0, 3),
      EXIT,
    ];
    yield {
      name: `${line.text} (r${base}, r${source})`,
      fixture: fixtureOf(line.text, program, 24),
      memory: concat(memory, src, r0),
      r0: 3n,
      memoryAfter: concat(...after),
    };
  }
}

/** Places of an access: offset of the instruction, what is added to the pointer before. The first 8 bytes hold the value to store. */
const PLACES = [
  { offset: 0, base: 16 },
  { offset: -8, base: 16 },
  { offset: 8, base: 16 },
  { offset: 3, base: 16 },
  { offset: -5, base: 16 },
] as const;
const FAR_PLACES = [
  { offset: 32760, base: 8 },
  { offset: -32768, base: 32776 },
] as const;

function* memoryAccess(): Generator<Case> {
  for (const line of linesOf('memory-access.txt')) {
    const row = rowNamed(line.mnemonic);
    const aligned = row.kind === 'load-acquire' || row.kind === 'store-release';
    for (const { offset, base } of line.ordinal === 0 ? [...PLACES, ...FAR_PLACES] : PLACES) {
      if (aligned && offset % 8 !== 0) continue;
      const name = `${line.text} (offset ${offset})`;
      const [dst, src] = REGISTER_PAIRS[line.ordinal % REGISTER_PAIRS.length]!;
      const at = base + offset;
      const memory = new Uint8Array(Math.max(base, at) + 16).fill(0x55);
      if (row.kind === 'load' || row.kind === 'load-acquire') {
        memory.set(fromHex(line.given[0]!), at);
        const access = instructionOf(row, dst, src, offset);
        const program = [move(src, 1), insn(0x07, src, 0, 0, base), access, move(0, dst), EXIT];
        yield { name, fixture: fixtureOf(name, program, memory.length), memory, r0: BigInt(line.expected[0]!) };
        continue;
      }
      const value = BigInt(line.given[0]!);
      memory.set(u64(value));
      const memoryAfter = memory.slice();
      memoryAfter.set(fromHex(line.expected[0]!), at);
      const [pointer, source] = [
        [1, 2],
        [6, 0],
        [3, 4],
        [4, 1],
        [9, 5],
      ][line.ordinal % 5] as [number, number];
      const program = [
        ...(pointer === 1 ? [] : [move(pointer, 1)]),
        ...(row.source === 'k' ? [] : [loadWord(source, pointer, 0)]),
        insn(0x07, pointer, 0, 0, base),
        instructionOf(row, pointer, source, offset, Number(BigInt.asIntN(32, value))),
        insn(0xb7, 0, 0, 0, 0),
        EXIT,
      ];
      yield { name, fixture: fixtureOf(name, program, memory.length), memory, r0: 0n, memoryAfter };
    }
  }
}

/** A case of a program file: `== name`, then sections that begin with `-- title`. */
function parseProgram(text: string, file: string): Case {
  const [title, ...rest] = text.split('\n');
  const name = `${file}: ${title!.trim()}`;
  const sections = new Map<string, string>();
  let section: string | undefined;
  for (const line of rest) {
    const heading = /^-- (.+)$/.exec(line);
    if (heading) {
      section = heading[1]!.trim();
      sections.set(section, '');
    } else if (section !== undefined) sections.set(section, `${sections.get(section)}${line}\n`);
  }
  const known = ['asm', 'slots', 'mem', 'maps', 'packet', 'result', 'memory', 'maps after', 'error', 'kernel refuses'];
  for (const each of sections.keys()) if (!known.includes(each)) throw new Error(`${name}: what is "-- ${each}"?`);
  const of = (key: string): string | undefined => sections.get(key)?.trim();
  const asm = of('asm');
  const memory = of('mem');
  const packet = of('packet');
  const maps = of('maps');
  const result = of('result');
  const error = of('error');
  const memoryAfter = of('memory');
  const mapsAfter = of('maps after');
  const kernelRefuses = of('kernel refuses');
  return {
    name,
    fixture: {
      name,
      instructions: asm === undefined ? decode(fromHex(of('slots')!)) : assemble(asm),
      memoryBytes: memory ? fromHex(memory).length : 0,
      ...(maps && { maps: parseMaps(maps) }),
      ...(packet && { packet: fromHex(packet) }),
    },
    ...(memory && { memory: fromHex(memory) }),
    ...(result && { r0: BigInt(result) }),
    ...(error && { error }),
    ...(memoryAfter && { memoryAfter: fromHex(memoryAfter) }),
    ...(mapsAfter && { mapsAfter: mapsAfter.split('\n').map(line => line.trim()) }),
    ...(kernelRefuses && { kernelRefuses }),
  };
}

/** `hash counts 4 8 16`: type, name, bytes of keys and values, size; entries behind it, indented. */
function parseMaps(text: string): MapFixture[] {
  const maps: (Omit<MapFixture, 'entries'> & { entries: [string, string][] })[] = [];
  for (const line of text.split('\n')) {
    const entry = /^\s+(\w+) = (\w+)$/.exec(line);
    if (entry) {
      maps.at(-1)!.entries.push([entry[1]!, entry[2]!]);
      continue;
    }
    const [type, name, key, value, size] = line.split(' ') as [MapFixture['type'], string, string, string, string];
    const sizes = { keySizeBytes: Number(key), valueSizeBytes: Number(value), maxEntries: Number(size) };
    maps.push({ type, name, ...sizes, entries: [] });
  }
  return maps;
}

function* programs(): Generator<Case> {
  const folder = new URL('programs/', FOLDER);
  for (const file of readdirSync(folder).sort()) {
    const [, ...texts] = readFileSync(new URL(file, folder), 'utf8').split(/^== /m);
    for (const text of texts) yield parseProgram(text, file.replace('.txt', ''));
  }
}

/** The families, by name. */
export const FAMILIES: Readonly<Record<string, readonly Case[]>> = {
  arithmetic: [...arithmetic()],
  unary: [...unary()],
  comparisons: [...comparisons()],
  atomics: [...atomics()],
  'memory access': [...memoryAccess()],
  programs: [...programs()],
};
