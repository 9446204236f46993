// Every case on every engine, checked and unchecked, and in the kernel. An engine may only say which cases it skips, and why.

import { afterAll, describe, expect, it } from 'vitest';
import { ENGINE_NAMES, type EngineName, engineNamed } from '../../src/engine/index.js';
import { INSTRUCTIONS, LDDW_OPCODE, rowOf } from '../../src/isa/extended/index.js';
import {
  engineSubject,
  type Fixture,
  kernelSubject,
  type Outcome,
  type Prepared,
  type Subject,
  toHex,
} from '../support/conformance.js';
import { openKernelBpf } from '../support/kernel-bpf.js';
import { type Case, FAMILIES } from './cases.js';

/** What an engine does not do: reason and names of cases. */
const SKIP: Readonly<Partial<Record<EngineName, readonly { readonly reason: string; readonly tests: RegExp }[]>>> = {};

/** Differences from the kernel that are right: what differs, and why. */
const EXPLAINED: readonly { readonly tests: RegExp; readonly reason: string }[] = [
  {
    tests: /a 32-bit compare and exchange on one of two paths/,
    reason:
      'x86 leaves the upper half of r0 alone when cmpxchg succeeds; Linux 6.18 clears it with an instruction of its own, but not ' +
      'where its verifier pruned the path that reads it. RFC 9669, section 5.3: the result is zero extended',
  },
];

/** Instructions that no case can run on its own, and why. */
const NOT_RUN: Readonly<Record<string, string>> = {
  addr_space_cast: 'needs an arena',
  lddw_map_fd: 'a map by file descriptor is resolved before an engine sees it: lddw_map_idx shows it',
  lddw_map_value: 'likewise, and the prologue of every kernel run is one',
  lddw_btf_id: 'a kernel variable is resolved before an engine sees it',
};

const subjects: Subject[] = [];
for (const name of ENGINE_NAMES) {
  const engine = await engineNamed(name);
  if (engine.available === true) subjects.push(engineSubject(engine, true), engineSubject(engine, false));
  else console.warn(`SKIPPED: the conformance of the engine ${name}: ${engine.available}`);
}
const kernel = await openKernelBpf('the conformance cases');
if (kernel) subjects.push(kernelSubject(kernel));
afterAll(() => kernel?.[Symbol.dispose]());

/** What is wrong with how a run ended; nothing: it is right. */
function complaint(test: Case, outcome: Outcome, subject: Subject): string | undefined {
  if (subject.isKernel && test.kernelRefuses !== undefined) {
    if (outcome.refused === undefined) return `the kernel runs it, r0 = 0x${outcome.r0?.toString(16)}`;
    return outcome.refused.includes(test.kernelRefuses) ? undefined : `refused otherwise: ${outcome.refused}`;
  }
  if (outcome.refused !== undefined) return `refused: ${outcome.refused}`;
  if (outcome.error !== test.error) return `ended with ${outcome.error ?? 'a result'}, not ${test.error ?? 'a result'}`;
  if (test.r0 !== undefined && outcome.r0 !== test.r0) {
    return `r0 = 0x${outcome.r0?.toString(16)}, not 0x${test.r0.toString(16)}`;
  }
  if (test.memoryAfter && toHex(outcome.memory) !== toHex(test.memoryAfter)) {
    return `memory ${toHex(outcome.memory)}, not ${toHex(test.memoryAfter)}`;
  }
  if (test.mapsAfter && outcome.maps.join('; ') !== test.mapsAfter.join('; ')) {
    return `maps ${outcome.maps.join('; ')}, not ${test.mapsAfter.join('; ')}`;
  }
  return undefined;
}

function skipped(subject: Subject, test: Case): boolean {
  const rows = Object.entries(SKIP).find(([engine]) => subject.name.startsWith(engine))?.[1] ?? [];
  if (rows.some(({ tests }) => tests.test(test.name))) return true;
  if (subject.isKernel) return EXPLAINED.some(({ tests }) => tests.test(test.name));
  // An engine that does not check accesses promises nothing about programs that a verifier refuses for them.
  return subject.name.endsWith('unchecked') && /wild-access|budget/.test(test.error ?? '');
}

describe.each(Object.entries(FAMILIES))('%s', (_, tests) => {
  it.each(subjects.map(subject => [subject.name, subject] as const))('on %s', (_, subject) => {
    const complaints: string[] = [];
    const prepared = new Map<Fixture, Prepared>();
    for (const test of tests) {
      if (skipped(subject, test)) continue;
      let ready = prepared.get(test.fixture);
      if (!ready) prepared.set(test.fixture, (ready = subject.prepare(test.fixture)));
      const wrong = complaint(test, ready.run(test.memory), subject);
      if (wrong) complaints.push(`${test.name}: ${wrong}`);
    }
    for (const each of prepared.values()) each[Symbol.dispose]();
    expect(complaints).toEqual([]);
  });
});

describe('the cases', () => {
  const all = Object.values(FAMILIES).flat();

  it('have names of their own', () => {
    const names = all.map(({ name }) => name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it('run every instruction of the table', () => {
    const seen = new Set<unknown>();
    for (const { fixture } of all) {
      for (let slot = 0; slot < fixture.instructions.length; slot++) {
        const instruction = fixture.instructions[slot]!;
        seen.add(rowOf(instruction));
        if (instruction.opcode === LDDW_OPCODE) slot++;
      }
    }
    const missing = INSTRUCTIONS.filter(row => !seen.has(row) && NOT_RUN[row.mnemonic] === undefined);
    expect(missing.map(({ mnemonic, source }) => `${mnemonic} ${source}`)).toEqual([]);
  });
});
