// Random valid programs: interpreter, compilers and the kernel end alike. scripts/nightly-conformance.mjs runs many more.

import { afterAll, describe, expect, it } from 'vitest';
import { ENGINE_NAMES, engineNamed } from '../../src/engine/index.js';
import { checkInstructions } from '../../src/isa/extended/index.js';
import { engineSubject, kernelSubject, type Subject } from '../support/conformance.js';
import { runDifferential } from '../support/differential.js';
import { openKernelBpf } from '../support/kernel-bpf.js';
import { randomProgram, shrink, toFixture } from '../support/random-ebpf.js';

const PROGRAMS = 2_000;
const FIRST_SEED = 1;

const subjects: Subject[] = [];
for (const name of ENGINE_NAMES.toReversed()) {
  const engine = await engineNamed(name);
  if (engine.available === true) subjects.push(engineSubject(engine, true), engineSubject(engine, false));
  else console.warn(`SKIPPED: random programs on the engine ${name}: ${engine.available}`);
}
const kernel = await openKernelBpf('random programs');
if (kernel) subjects.push(kernelSubject(kernel));
afterAll(() => kernel?.[Symbol.dispose]());

describe('random programs', () => {
  it(`end alike on ${subjects.map(({ name }) => name).join('; ')}`, () => {
    const { programs, tooComplex, disagreements } = runDifferential(subjects, FIRST_SEED, PROGRAMS, {
      alternate: true,
    });
    expect(disagreements.join('\n\n')).toBe('');
    expect(programs).toBe(PROGRAMS);
    expect(tooComplex).toBeLessThan(PROGRAMS / 50);
  });

  it('are well formed, and the same for the same seed', () => {
    for (let seed = 0; seed < 200; seed++) {
      const { instructions } = toFixture(randomProgram(seed), '');
      expect(checkInstructions(instructions)).toEqual([]);
      expect(toFixture(randomProgram(seed), '').instructions).toEqual(instructions);
    }
  });

  it('shrink to what matters', () => {
    const multiplies = (program: ReturnType<typeof randomProgram>): boolean =>
      toFixture(program, '').instructions.some(({ opcode }) => opcode === 0x2f);
    let seed = 0;
    while (!multiplies(randomProgram(seed))) seed++;
    const smallest = shrink(randomProgram(seed), multiplies);
    const empty = toFixture({ functions: smallest.functions.map(() => []) }, '');
    expect(multiplies(smallest)).toBe(true);
    expect(toFixture(smallest, '').instructions.length).toBeLessThanOrEqual(empty.instructions.length + 4);
  });

  it('see a machine that is wrong', () => {
    const engine = subjects.find(({ isKernel }) => !isKernel)!;
    // A machine that takes signed division for unsigned.
    const wrong: Subject = {
      ...engine,
      name: 'wrong',
      prepare: fixture =>
        engine.prepare({
          ...fixture,
          instructions: fixture.instructions.map(each =>
            (each.opcode === 0x3f || each.opcode === 0x37) && each.offset === 1 ? { ...each, offset: 0 } : each,
          ),
        }),
    };
    const { disagreements } = runDifferential([engine, wrong], 1, 500, { maxDisagreements: 1 });
    expect(disagreements).toHaveLength(1);
    expect(disagreements[0]).toContain('s/=');
  });
});
