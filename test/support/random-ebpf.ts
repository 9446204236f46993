// Random programs that the kernel's verifier takes, by construction, and their shrinking.
//
// A program is a tree of statements over a fixed frame, so that whatever is taken out leaves a valid program:
//
//     r6   the memory (main: r1; functions get it as r1)     r10 - 64 .. r10   eight words, set at the beginning
//     r9   the counter of a loop                             r0-r5, r7, r8      scalars, always set
//
// Jumps go forward but for the loops, whose counts are constants; shifts by constants and divisors are in range; packets and pointers
// never become scalars. What registers and stack hold at the end of main goes to the memory behind the data.

import { INSTRUCTIONS, type Instruction, type InstructionRow, insn, lddw } from '../../src/isa/extended/index.js';
import type { Fixture, MapFixture } from './conformance.js';

/** Bytes of memory that programs work on; behind it registers and stack are stored. */
export const DATA_BYTES = 64;
const SCALARS = [0, 1, 2, 3, 4, 5, 7, 8] as const;
const STACK_WORDS = 8;
export const MEMORY_BYTES = DATA_BYTES + 8 * SCALARS.length + 8 * STACK_WORDS;
const KEYS = 6;

/** The maps of every random program: `map[idx:0]` and `map[idx:1]`. */
export const MAPS: readonly MapFixture[] = [
  {
    type: 'hash',
    name: 'h',
    keySizeBytes: 4,
    valueSizeBytes: 16,
    maxEntries: 8,
    entries: [
      ['01000000', '0102030405060708ffffffffffffffff'],
      ['03000000', '00000000000000800000000000000000'],
    ],
  },
  {
    type: 'array',
    name: 'a',
    keySizeBytes: 4,
    valueSizeBytes: 16,
    maxEntries: 4,
    entries: [['02000000', '11111111111111112222222222222222']],
  },
];

/** A seeded source of numbers (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
    // Seeds next to each other begin alike otherwise.
    for (let round = 0; round < 3; round++) this.u32();
  }

  u32(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** 0 to limit - 1. */
  below(limit: number): number {
    return this.u32() % limit;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  /** A signed 32-bit constant, often at a border. */
  constant(): number {
    const kind = this.below(4);
    if (kind === 0) return this.pick([0, 1, -1, 2, 7, 31, 32, 63, 64, 127, 128, 255, 256, 0x7fff, 0x8000, 0xffff]);
    if (kind === 1) return this.pick([0x7fffffff, -0x80000000, -2, -128, -129, -32768, 0x10000, -65536]);
    return kind === 2 ? this.below(512) - 256 : this.u32() | 0;
  }
}

type Base = 'memory' | 'stack';

/** A statement; every one leaves all scalars set. */
export type Statement =
  | { readonly kind: 'plain'; readonly instructions: readonly Instruction[] }
  | {
      readonly kind: 'if';
      readonly jump: Instruction;
      readonly taken: readonly Statement[];
      readonly otherwise: readonly Statement[];
      /** Joins with gotol instead of ja. */
      readonly long: boolean;
    }
  | { readonly kind: 'leave'; readonly jump: Instruction }
  | { readonly kind: 'loop'; readonly count: number; readonly body: readonly Statement[] }
  | { readonly kind: 'call'; readonly target: number; readonly after: readonly Instruction[] }
  | {
      readonly kind: 'lookup';
      readonly map: number;
      readonly key: readonly Instruction[];
      /** With r0 = the value's address. */
      readonly found: readonly Instruction[];
      readonly after: readonly Instruction[];
    }
  | { readonly kind: 'helper'; readonly instructions: readonly Instruction[]; readonly after: readonly Instruction[] };

/** Functions: the first one is main, each calls only later ones. */
export interface RandomProgram {
  readonly functions: readonly (readonly Statement[])[];
}

const rowsOfKind = (...kinds: readonly InstructionRow['kind'][]): readonly InstructionRow[] =>
  INSTRUCTIONS.filter(({ kind }) => kinds.includes(kind));
const ALU = rowsOfKind('alu', 'alu', 'neg', 'mov', 'movsx', 'end');
const JUMPS = rowsOfKind('jump');
const ACCESSES = rowsOfKind('load', 'store', 'store-imm');
const ORDERED = rowsOfKind('atomic', 'load-acquire', 'store-release');

function withFields(row: InstructionRow, dst: number, src: number, offset: number, imm: number): Instruction {
  const { selects, uses } = row;
  return insn(
    row.opcode,
    uses.includes('dst') ? dst : 0,
    selects.src ?? (uses.includes('src') ? src : 0),
    selects.offset ?? (uses.includes('offset') ? offset : 0),
    selects.imm ?? (uses.includes('imm') ? imm : 0),
  );
}

/** Makes the program of a seed. */
export function randomProgram(seed: number): RandomProgram {
  const random = new Random(seed);
  const functionCount = 1 + random.pick([0, 0, 1, 1, 2, 3]);
  const functions = Array.from({ length: functionCount }, (_, index) => {
    const maker = new Maker(random, index, functionCount);
    return maker.statements(index === 0 ? 4 + random.below(14) : 2 + random.below(5), 0, false);
  });
  return { functions };
}

class Maker {
  readonly #random: Random;
  readonly #index: number;
  readonly #functionCount: number;

  constructor(random: Random, index: number, functionCount: number) {
    this.#random = random;
    this.#index = index;
    this.#functionCount = functionCount;
  }

  statements(count: number, depth: number, inLoop: boolean): Statement[] {
    return Array.from({ length: count }, () => this.#statement(depth, inLoop));
  }

  #scalar(): number {
    return this.#random.pick(SCALARS);
  }

  #statement(depth: number, inLoop: boolean): Statement {
    const random = this.#random;
    const choice = random.below(100);
    if (choice < 40 || (depth > 2 && choice >= 75)) return this.#plain([this.#alu()]);
    if (choice < 60) return this.#plain(this.#access());
    if (choice < 70) return this.#plain(this.#ordered());
    if (choice < 75) return this.#plain(lddw(this.#scalar(), 0, random.u32() | 0, random.constant()));
    if (choice < 85) {
      return {
        kind: 'if',
        jump: this.#jump(),
        taken: this.statements(1 + random.below(3), depth + 1, inLoop),
        otherwise: this.statements(random.below(3), depth + 1, inLoop),
        long: random.below(4) === 0,
      };
    }
    if (choice < 87) return { kind: 'leave', jump: this.#jump() };
    if (choice < 91 && !inLoop) {
      return { kind: 'loop', count: 1 + random.below(4), body: this.statements(1 + random.below(3), depth + 1, true) };
    }
    if (choice < 95 && this.#index + 1 < this.#functionCount) {
      const target = this.#index + 1 + random.below(this.#functionCount - this.#index - 1);
      return { kind: 'call', target, after: this.#afterCall(random.below(2) === 0) };
    }
    return random.below(3) > 0 ? this.#lookup() : this.#helper();
  }

  #plain(instructions: readonly Instruction[]): Statement {
    return { kind: 'plain', instructions };
  }

  #alu(): Instruction {
    const random = this.#random;
    const row = random.pick(ALU);
    let imm = random.constant();
    if (row.source === 'k') {
      if (row.operation === 'lsh' || row.operation === 'rsh' || row.operation === 'arsh') imm = random.below(row.bits);
      const divides = /div|mod/.test(row.operation ?? '');
      if (divides && imm === 0) imm = -1;
    }
    return withFields(row, this.#scalar(), this.#scalar(), 0, imm);
  }

  #jump(): Instruction {
    return withFields(this.#random.pick(JUMPS), this.#scalar(), this.#scalar(), 0, this.#random.constant());
  }

  /** Where an access may go: register and offset. The verifier wants stack accesses aligned. */
  #place(bytes: number, aligned: boolean): { base: number; offset: number } {
    const random = this.#random;
    const base: Base = random.below(3) === 0 ? 'stack' : 'memory';
    const step = aligned || base === 'stack' ? bytes : 1;
    if (base === 'stack') {
      return { base: 10, offset: -8 * STACK_WORDS + step * random.below((8 * STACK_WORDS) / bytes) };
    }
    return { base: 6, offset: step * random.below(Math.floor((DATA_BYTES - bytes) / step) + 1) };
  }

  #access(): Instruction[] {
    const row = this.#random.pick(ACCESSES);
    const { base, offset } = this.#place(row.bits / 8, false);
    return row.kind === 'load'
      ? [withFields(row, this.#scalar(), base, offset, 0)]
      : [withFields(row, base, this.#scalar(), offset, this.#random.constant())];
  }

  #ordered(): Instruction[] {
    const row = this.#random.pick(ORDERED);
    const { base, offset } = this.#place(row.bits / 8, true);
    if (row.kind === 'load-acquire') return [withFields(row, this.#scalar(), base, offset, 0)];
    const instructions = [withFields(row, base, this.#scalar(), offset, 0)];
    // x86's cmpxchg leaves the upper half of r0 alone when it succeeds. Linux 6.18 clears it behind the instruction, but not always where
    // its verifier pruned a path there; RFC 9669, section 5.3, says that it is cleared, and the engines do. So clear it here.
    if (row.operation === 'cmpxchg' && row.bits === 32) instructions.push(insn(0xbc, 0, 0));
    return instructions;
  }

  /** r1 to r5 (and r0, if asked) hold scalars again. */
  #afterCall(withResult: boolean): Instruction[] {
    const registers = withResult ? [0, 1, 2, 3, 4, 5] : [1, 2, 3, 4, 5];
    return registers.map(register =>
      this.#random.below(2) === 0
        ? insn(0x79, register, 6, 8 * this.#random.below(DATA_BYTES / 8))
        : insn(0xb7, register, 0, 0, this.#random.constant()),
    );
  }

  /** The key goes to the last word of the stack: a constant, or the low bits of a scalar. */
  #key(): Instruction[] {
    const random = this.#random;
    if (random.below(2) === 0) return [insn(0x62, 10, 0, -8, random.below(KEYS))];
    const register = this.#scalar();
    return [insn(0x57, register, 0, 0, 7), insn(0x63, 10, register, -8)];
  }

  #lookup(): Statement {
    const random = this.#random;
    const found: Instruction[] = [];
    for (let count = 1 + random.below(3); count > 0; count--) {
      const value = random.pick([6, 7, 8]);
      const row = random.pick(random.below(2) === 0 ? ACCESSES : ORDERED);
      if (row.kind === 'atomic' && row.operation === 'cmpxchg') continue;
      const bytes = row.bits / 8;
      const offset = bytes * random.below(16 / bytes);
      const scalar = value === 6 ? 7 : value;
      found.push(
        row.kind === 'load' || row.kind === 'load-acquire'
          ? withFields(row, scalar, 0, offset, 0)
          : withFields(row, 0, scalar, offset, random.constant()),
      );
    }
    return { kind: 'lookup', map: random.below(MAPS.length), key: this.#key(), found, after: this.#afterCall(true) };
  }

  /** An update or a delete: r0 is its answer. */
  #helper(): Statement {
    const random = this.#random;
    const map = random.below(MAPS.length);
    const key = [...this.#key(), ...lddw(1, 5, map, 0), insn(0xbf, 2, 10), insn(0x07, 2, 0, 0, -8)];
    const after = this.#afterCall(false);
    if (random.below(3) === 0) return { kind: 'helper', instructions: [...key, insn(0x85, 0, 0, 0, 3)], after };
    const value = [insn(0xbf, 3, 10), insn(0x07, 3, 0, 0, -8 * (3 + random.below(6)))];
    const flags = [insn(0xb7, 4, 0, 0, random.pick([0, 0, 1, 2]))];
    return { kind: 'helper', instructions: [...key, ...value, ...flags, insn(0x85, 0, 0, 0, 2)], after };
  }
}

/** A jump that is still to find its way out of the function. */
interface Body {
  readonly code: Instruction[];
  readonly leaves: number[];
  readonly calls: { readonly at: number; readonly target: number }[];
}

function emit(statements: readonly Statement[], body: Body): void {
  const { code } = body;
  for (const statement of statements) {
    switch (statement.kind) {
      case 'plain':
        code.push(...statement.instructions);
        break;
      case 'if': {
        // Jump over `otherwise` to `taken`; `otherwise` joins behind it.
        const jump = code.push(statement.jump) - 1;
        emit(statement.otherwise, body);
        const join = code.push(insn(0)) - 1;
        code[jump] = { ...statement.jump, offset: code.length - jump - 1 };
        emit(statement.taken, body);
        const distance = code.length - join - 1;
        code[join] = statement.long ? insn(0x06, 0, 0, 0, distance) : insn(0x05, 0, 0, distance);
        break;
      }
      case 'leave':
        body.leaves.push(code.push(statement.jump) - 1);
        break;
      case 'loop': {
        code.push(insn(0xb7, 9, 0, 0, statement.count));
        const start = code.length;
        emit(statement.body, body);
        code.push(insn(0x17, 9, 0, 0, 1));
        code.push(insn(0x55, 9, 0, start - code.length - 1, 0));
        break;
      }
      case 'call':
        code.push(insn(0xbf, 1, 6));
        body.calls.push({ at: code.push(insn(0x85, 0, 1)) - 1, target: statement.target });
        code.push(...statement.after);
        break;
      case 'lookup':
        code.push(...statement.key, ...lddw(1, 5, statement.map, 0), insn(0xbf, 2, 10), insn(0x07, 2, 0, 0, -8));
        code.push(insn(0x85, 0, 0, 0, 1), insn(0x15, 0, 0, statement.found.length, 0), ...statement.found);
        code.push(...statement.after);
        break;
      case 'helper':
        code.push(...statement.instructions, ...statement.after);
        break;
    }
  }
}

/** What each function begins with: r6 and every scalar set, the stack filled. */
function frame(isMain: boolean): Instruction[] {
  const code = [insn(0xbf, 6, 1)];
  for (let word = 0; word < STACK_WORDS; word++) {
    code.push(insn(0x79, 0, 6, 8 * ((word + (isMain ? 3 : 5)) % (DATA_BYTES / 8))));
    code.push(insn(0x7b, 10, 0, -8 * (word + 1)));
  }
  for (const [index, register] of SCALARS.entries()) {
    // A function's r2 to r5 are what its caller had in them.
    if (isMain || register < 2 || register > 5) code.push(insn(0x79, register, 6, 8 * (index % (DATA_BYTES / 8))));
  }
  return code;
}

/** The program's instructions, as a fixture of the conformance runner. */
export function toFixture(program: RandomProgram, name: string): Fixture {
  const bodies = program.functions.map((statements, index): Body => {
    const body: Body = { code: frame(index === 0), leaves: [], calls: [] };
    emit(statements, body);
    if (index === 0) {
      for (const [place, register] of SCALARS.entries()) {
        body.code.push(insn(0x7b, 6, register, DATA_BYTES + 8 * place));
      }
      for (let word = 0; word < STACK_WORDS; word++) {
        body.code.push(insn(0x79, 1, 10, -8 * (word + 1)));
        body.code.push(insn(0x7b, 6, 1, DATA_BYTES + 8 * (SCALARS.length + word)));
      }
    }
    for (const at of body.leaves) body.code[at] = { ...body.code[at]!, offset: body.code.length - at - 1 };
    body.code.push(insn(0x95));
    return body;
  });
  // Functions that nobody calls are left out: the verifier wants every instruction reached.
  const called = new Set([0]);
  for (const [index, { calls }] of bodies.entries()) {
    if (called.has(index)) for (const { target } of calls) called.add(target);
  }
  const starts: number[] = [];
  let at = 0;
  for (const [index, { code }] of bodies.entries()) {
    starts.push(at);
    if (called.has(index)) at += code.length;
  }
  const instructions: Instruction[] = [];
  for (const [index, { code, calls }] of bodies.entries()) {
    if (!called.has(index)) continue;
    for (const call of calls) {
      code[call.at] = insn(0x85, 0, 1, 0, starts[call.target]! - (starts[index]! + call.at) - 1);
    }
    instructions.push(...code);
  }
  return { name, instructions, memoryBytes: MEMORY_BYTES, maps: MAPS };
}

/** What the memory holds at the beginning: the nth input of a seed. */
export function randomMemory(seed: number, ordinal: number): Uint8Array {
  const random = new Random(seed ^ Math.imul(ordinal + 1, 0x9e3779b9));
  const words = new Int32Array(MEMORY_BYTES / 4);
  for (let word = 0; word < DATA_BYTES / 4; word++) words[word] = random.constant();
  return new Uint8Array(words.buffer);
}

/** Every program that is one step smaller. */
function* smaller(program: RandomProgram): Generator<RandomProgram> {
  for (const [index, statements] of program.functions.entries()) {
    for (const shorter of smallerLists(statements)) {
      yield { functions: program.functions.map((other, at) => (at === index ? shorter : other)) };
    }
  }
}

function* smallerLists(statements: readonly Statement[]): Generator<readonly Statement[]> {
  // Halves first, then one at a time.
  for (let size = statements.length; size >= 1; size = size >> 1) {
    for (let at = 0; at + size <= statements.length; at += size) yield statements.toSpliced(at, size);
  }
  for (const [index, statement] of statements.entries()) {
    const replace = (...by: readonly Statement[]): Statement[] => statements.toSpliced(index, 1, ...by);
    if (statement.kind === 'if') {
      yield replace(...statement.taken);
      yield replace(...statement.otherwise);
      for (const taken of smallerLists(statement.taken)) yield replace({ ...statement, taken });
      for (const otherwise of smallerLists(statement.otherwise)) yield replace({ ...statement, otherwise });
    } else if (statement.kind === 'loop') {
      yield replace(...statement.body);
      if (statement.count > 1) yield replace({ ...statement, count: statement.count - 1 });
      for (const body of smallerLists(statement.body)) yield replace({ ...statement, body });
    } else if (statement.kind === 'lookup') {
      for (const [at] of statement.found.entries())
        yield replace({ ...statement, found: statement.found.toSpliced(at, 1) });
    }
  }
}

/** The smallest program found on which `fails` still holds. */
export function shrink(
  program: RandomProgram,
  fails: (program: RandomProgram) => boolean,
  limit = 2000,
): RandomProgram {
  let best = program;
  let tries = 0;
  search: while (tries < limit) {
    for (const candidate of smaller(best)) {
      if (++tries > limit) break search;
      if (!fails(candidate)) continue;
      best = candidate;
      continue search;
    }
    break;
  }
  return best;
}
