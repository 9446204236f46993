// What the JIT emits: valid modules whose text and bytes are the same, graphs of any shape, programs of any length.

import { describe, expect, it } from 'vitest';
import {
  type CallTarget,
  type CompileOptions,
  createAddressSpace,
  createMachine,
  listWasm,
} from '../../src/engine/index.js';
import { buildModule } from '../../src/engine/jit-wasm/build-module.js';
import { decodeProgram } from '../../src/engine/jit-wasm/functions.js';
import { INSTRUCTIONS, insn, type Program } from '../../src/isa/extended/index.js';
import { assembleText, withoutNames } from '../engines/wat.js';
import { agree, dispatching, linked, resultOf, type Targets, wasm } from './both.js';
import { randomNumbers, randomProgram } from './random-programs.js';

const RESULTS = ['void', 'address', 'u32', 's32', 'u64'] as const;
const HELPERS: readonly CallTarget[] = Array.from({ length: 12 }, (_, id) => ({
  name: `helper${id}`,
  signature: { count: id % 6, wideMask: (1 << (id % 6)) - 1, result: RESULTS[id % 5]! },
  call: () => id,
}));
const targets: Targets = id => HELPERS[id];
const LAYOUT = { shadowAddress: 0x10000, maximumBytes: 1 << 24 };

/** What linking puts something else in for, or what begins a function. */
const UNLINKED = /^(lddw_|call_local)/;
/** Every instruction of the table once, calls of several helpers among them; jumps lead to the next one. */
const everything: Program = [
  ...INSTRUCTIONS.filter(({ mnemonic }) => !UNLINKED.test(mnemonic)).flatMap(({ opcode, uses, selects, kind }) => {
    const field = (name: 'src' | 'offset' | 'imm', given: number): number =>
      selects[name] ?? (uses.includes(name) ? given : 0);
    const jumps = kind === 'jump' || kind === 'may-goto' || kind === 'goto';
    const one = insn(
      opcode,
      uses.includes('dst') ? 3 : 0,
      field('src', 4),
      field('offset', jumps ? 0 : 8),
      field('imm', 0),
    );
    return kind === 'lddw' ? [one, insn(0)] : kind === 'exit' ? [] : [one];
  }),
  ...Array.from({ length: 13 }, (_, id) => insn(0x85, 0, 0, 0, id)),
  insn(0x95),
];

const modes: [string, CompileOptions][] = [
  ['unchecked', { checked: false }],
  ['checked', { checked: true }],
  ['unchecked with a budget', { checked: false, budgetInstructions: 1000 }],
  ['checked with coverage', { checked: true, coverage: true }],
];

describe.each(modes)('modules, %s,', (_, options) => {
  it.each([false, true])('are valid, and are what their text says (switched: %s)', forceDispatch => {
    const random = Array.from({ length: 5 }, (_, seed) => randomProgram(randomNumbers(seed), { helpers: [1, 2, 3] }));
    for (const program of [everything, ...random]) {
      const { module } = buildModule('test', decodeProgram(linked(program)), targets, options, LAYOUT, {
        forceDispatch,
      });
      const bytes = module.toBytes();
      expect(WebAssembly.validate(bytes)).toBe(true);
      const text = listWasm(linked(program), targets, options);
      expect(text).toMatch(/^\(module\n/);
      if (forceDispatch || options.checked) continue;
      expect([...assembleText(text)]).toEqual([...withoutNames(bytes)]);
    }
  });
});

describe('graphs', () => {
  it('with loops of two entries run in a loop around a switch', () => {
    const twoEntries = `
      r0 = 0
      r2 = *(u32 *)(r1 +0)
      if r2 & 1 goto second
      first: r0 += 1
      if r0 > 20 goto done
      second: r0 += 3
      if r0 < 40 goto first
      done: exit`;
    for (const value of [0, 1]) {
      expect(agree(twoEntries, { context: Uint8Array.of(value, 0, 0, 0) }).results).toEqual([
        (value === 0 ? 21 : 24).toString(16).padStart(16, '0'),
      ]);
    }
    expect(listWasm(linked(twoEntries), targets, { checked: false })).toContain('br_table');
  });

  it('of functions that never end are left by the budget', () => {
    for (const engine of [wasm, dispatching]) {
      const { results } = agree(
        'r0 = 0\nagain: r0 += 1\ngoto again',
        { options: { budgetInstructions: 10_000 } },
        engine,
      );
      expect(results[0]).toMatch(/^budget .*10,000 instructions/);
    }
  });

  it('of functions that never come back are left by the budget or the depth', () => {
    expect(agree('call pc-1\nexit').results[0]).toMatch(/^call-depth 0/);
  });

  it('charge exactly what ran', () => {
    // 2 + 3 * 10 + 1 instructions, and a function of 2.
    const program = 'r0 = 0\nr6 = 10\nagain: r0 += 1\nr6 += -1\nif r6 != 0 goto again\ncall f\nexit\nf: r0 = 7\nexit';
    const exact = 2 + 3 * 10 + 2 + 2;
    const run = (budgetInstructions: number): string => agree(program, { options: { budgetInstructions } }).results[0]!;
    expect(run(exact)).toBe('0000000000000007');
    expect(run(exact - 1)).toMatch(/^budget/);
    const unchecked = agree(program, { options: { checked: false, budgetInstructions: exact - 1 } }).results[0];
    expect(unchecked).toMatch(/^budget/);
  });
});

describe('long programs', () => {
  /** Pieces of eight instructions with a load, a store and a branch. */
  const straight = (pieces: number): string =>
    [
      'r0 = 0\nr6 = r1\nr3 = 1',
      ...Array.from(
        { length: pieces },
        (_, n) => `
          r2 = *(u32 *)(r6 +${(n % 15) * 4})
          r2 += ${n}
          r3 ^= r2
          *(u64 *)(r10 -${8 + (n % 60) * 8}) = r3
          if r2 > ${n % 1000} goto l${n}
          r0 += r3
          r3 <<= 1
          l${n}: r0 ^= r2`,
      ),
      'exit',
    ].join('\n');
  /** Jumps reach 32,767 slots: so many parts. */
  const PARTS = [0, 1, 2, 3];
  /** Ifs within ifs: all of a part go to its end. */
  const nested = (depth: number): string =>
    [
      'r0 = 0',
      ...PARTS.map(part =>
        [
          'r2 = 0',
          ...Array.from({ length: depth }, (_, n) => `r2 += 1\nif r2 > ${n + 1} goto out${part}`),
          `out${part}: r0 += r2`,
        ].join('\n'),
      ),
      'exit',
    ].join('\n');
  /** Each test leads to a piece of its own at the end of its part. */
  const cases = (count: number): string =>
    [
      'r0 = *(u32 *)(r1 +0)',
      ...PARTS.map(part =>
        [
          ...Array.from({ length: count }, (_, n) => `if r0 == ${part * count + n} goto c${part}_${n}`),
          `gotol after${part}`,
          ...Array.from({ length: count }, (_, n) => `c${part}_${n}: r0 = ${n * 3}\nexit`),
          `after${part}: r0 += 0`,
        ].join('\n'),
      ),
      'exit',
    ].join('\n');
  /** Loops, one behind the other. */
  const loops = (count: number): string =>
    [
      'r0 = 0',
      ...Array.from({ length: count }, (_, n) => `r2 = 3\nl${n}: r0 += 1\nr2 += -1\nif r2 != 0 goto l${n}`),
      'exit',
    ].join('\n');

  it.each([
    ['straight', straight(9750)],
    ['nested', nested(9740)],
    ['cases', cases(6500)],
    ['loops', loops(19_500)],
  ])('%s: 78,000 instructions compile and run in a second and a half', (_, text) => {
    const program = linked(text);
    expect(program.instructions.length).toBeGreaterThan(77_000);
    for (const checked of [false, true]) {
      const space = createAddressSpace();
      const machine = createMachine({ space });
      const context = space.allocate(64, 'context', 'read-write');
      const begin = process.cpuUsage();
      const executable = wasm.compile(program, () => undefined, { checked, space });
      const result = resultOf(executable, machine, context.address);
      const { user, system } = process.cpuUsage(begin);
      expect(result).toMatch(/^[0-9a-f]{16}$/);
      expect((user + system) / 1000).toBeLessThan(1500);
    }
    agree(program.instructions, { context: new Uint8Array(64).fill(1) });
  });
});
