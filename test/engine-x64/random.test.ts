// Random programs as machine code and on the interpreter.

import { describe, expect, it } from 'vitest';
import type { CallTarget, CompileOptions } from '../../src/engine/index.js';
import { listing } from '../../src/engine/index.js';
import { randomNumbers, randomProgram } from '../engine-wasm/random-programs.js';
import { agree, isHere, linked, type Targets, x64 } from './x64.js';

const helper = (name: string, result: CallTarget['signature']['result'], call: CallTarget['call']): CallTarget => ({
  name,
  signature: { count: 5, wideMask: 0x1f, result },
  call,
});
const HELPERS: Readonly<Record<number, CallTarget>> = {
  2: helper('mix', 'u64', ({ high }, r1, r2, r3, r4, r5) => {
    high[0] = high[1]! ^ high[2]! ^ high[3]! ^ high[4]! ^ high[5]!;
    return (r1 ^ r2 ^ r3 ^ r4 ^ r5) >>> 0;
  }),
  3: helper('signed', 's32', (_, r1) => r1 | 0),
  4: helper('unsigned', 'u32', (_, r1, r2) => (r1 + r2) >>> 0),
  5: helper('nothing', 'void', () => 7),
};
const targets: Targets = (id, kind) => (kind === 'helper' ? HELPERS[id] : undefined);
const packet = Uint8Array.from({ length: 20 }, (_, n) => 0xf0 + n);
const context = Uint8Array.from({ length: 64 }, (_, n) => n * 7);

const PROGRAMS = 700;

describe.skipIf(!isHere).each<[string, Partial<CompileOptions>]>([
  ['checked', { checked: true, budgetInstructions: 3000 }],
  ['unchecked', { checked: false, budgetInstructions: 3000 }],
])('%s', (mode, options) => {
  it(`${PROGRAMS} programs`, () => {
    const seen = new Map<string, number>();
    for (let seed = 0; seed < PROGRAMS; seed++) {
      const program = randomProgram(randomNumbers(seed + (mode === 'checked' ? 2e6 : 3e6)), {
        helpers: Object.keys(HELPERS).map(Number),
      });
      try {
        const { results } = agree(program, { context, packet, targets, options, runs: 2 }, x64);
        const what = /^[0-9a-f]{16}$/.test(results[0]!) ? 'ended' : results[0]!.split(' ')[0]!;
        seen.set(what, (seen.get(what) ?? 0) + 1);
      } catch (error) {
        throw new Error(`seed ${seed}: ${(error as Error).message}\n${listing(linked(program))}`, { cause: error });
      }
    }
    // The programs do something: most end, and every kind of fault occurs.
    expect(seen.get('ended')).toBeGreaterThan(PROGRAMS / 4);
    expect([...seen.keys()]).toEqual(expect.arrayContaining(['budget', 'unaligned-atomic']));
    if (mode === 'checked') expect(seen.get('wild-access')).toBeGreaterThan(5);
  });
});
