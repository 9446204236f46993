// Random programs on several machines at once: all must end alike. What differs is shrunk and printed with its seed.

import { kernelDialect, list } from '../../src/isa/extended/index.js';
import { type Fixture, type Outcome, type Subject, toHex } from './conformance.js';
import { type RandomProgram, randomMemory, randomProgram, shrink, toFixture } from './random-ebpf.js';

/** Inputs that each program runs on. */
const INPUTS = 2;

export interface DifferentialResult {
  readonly programs: number;
  /** Programs that the kernel's verifier found too complex; the engines ran them. */
  readonly tooComplex: number;
  /** One text each: seed, program, how each machine ended. */
  readonly disagreements: readonly string[];
}

export interface DifferentialOptions {
  /** Stops then. Default 5. */
  readonly maxDisagreements?: number;
  /** Engines run every other program checked and the rest unchecked, instead of all of them twice. */
  readonly alternate?: boolean;
  readonly progress?: (done: number) => void;
}

/** Runs the programs of the seeds from `firstSeed` on. */
export function runDifferential(
  allSubjects: readonly Subject[],
  firstSeed: number,
  count: number,
  { maxDisagreements = 5, alternate = false, progress }: DifferentialOptions = {},
): DifferentialResult {
  const disagreements: string[] = [];
  let tooComplex = 0;
  let programs = 0;
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    programs++;
    const isOdd = seed % 2 === 1;
    const subjects = alternate
      ? allSubjects.filter(({ name, isKernel }) => isKernel || name.endsWith('unchecked') === isOdd)
      : allSubjects;
    const program = randomProgram(seed);
    const verdict = compare(subjects, program, seed);
    if (verdict === 'too complex') tooComplex++;
    else if (verdict !== undefined) {
      const smallest = shrink(program, candidate => {
        const again = compare(subjects, candidate, seed);
        return again !== undefined && again !== 'too complex';
      });
      disagreements.push(`${verdict}\n${describeDisagreement(subjects, smallest, seed)}`);
      if (disagreements.length >= maxDisagreements) break;
    }
    progress?.(programs);
  }
  return { programs, tooComplex, disagreements };
}

/** What differs, in one line; undefined: nothing. */
function compare(subjects: readonly Subject[], program: RandomProgram, seed: number): string | undefined {
  const fixture = toFixture(program, `seed ${seed}`);
  let tooComplex = false;
  let reference: { name: string; ends: string[] } | undefined;
  for (const subject of subjects) {
    const outcomes = outcomesOf(subject, fixture, seed);
    if (outcomes.some(({ refused }) => refused !== undefined && /too large|too complex|E2BIG/.test(refused))) {
      tooComplex = true;
      continue;
    }
    const ends = outcomes.map(textOf);
    if (!reference) reference = { name: subject.name, ends };
    else if (ends.join('\n') !== reference.ends.join('\n')) {
      return `${subject.name} differs from ${reference.name}: ${firstDifference(ends, reference.ends)}`;
    }
  }
  return tooComplex ? 'too complex' : undefined;
}

function outcomesOf(subject: Subject, fixture: Fixture, seed: number): Outcome[] {
  using prepared = subject.prepare(fixture);
  return Array.from({ length: INPUTS }, (_, ordinal) => prepared.run(randomMemory(seed, ordinal)));
}

/** The first lines that are not alike. */
function firstDifference(ends: readonly string[], others: readonly string[]): string {
  const lines = ends.join('\n').split('\n');
  const otherLines = others.join('\n').split('\n');
  const at = lines.findIndex((line, index) => line !== otherLines[index]);
  return `${lines[at]} against ${otherLines[at]}`;
}

function textOf({ r0, error, refused, memory, maps }: Outcome): string {
  if (refused !== undefined) return `refused: ${refused.slice(-600)}`;
  return [error ?? `r0 = 0x${r0!.toString(16)}`, toHex(memory), ...maps].join('\n  ');
}

function describeDisagreement(subjects: readonly Subject[], program: RandomProgram, seed: number): string {
  const fixture = toFixture(program, `seed ${seed}`);
  const listing = list(fixture.instructions, kernelDialect).map(({ slot, text }) => `${slot}: ${text}`);
  const ends = subjects.map(subject => {
    try {
      return `${subject.name}: ${outcomesOf(subject, fixture, seed).map(textOf).join('\n')}`;
    } catch (error) {
      return `${subject.name}: ${(error as Error).stack}`;
    }
  });
  return [`seed ${seed}`, ...listing, ...ends].join('\n');
}
