// What the optimizer's tests share: compiling by name, running with the reason of a rejection, asking Debian's tcpdump.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type PreparedProgram, prepare, trace } from '../../src/classic/index.js';
import { generate } from '../../src/filter/codegen/index.js';
import type { Condition } from '../../src/filter/condition.js';
import { linkTypeByName } from '../../src/filter/link-types.js';
import { builtInResolver } from '../../src/filter/names.js';
import {
  type CompileConditionOptions,
  type CompiledCondition,
  compileCondition,
} from '../../src/filter/optimize/index.js';
import { parseFilter } from '../../src/filter/parser.js';
import { type ClassicProgram, instruction } from '../../src/isa/index.js';

const resolver = builtInResolver();

export function conditionOf(expression: string, link = 'EN10MB', target: 'savefile' | 'linux' = 'savefile'): Condition {
  return generate(parseFilter(expression), { linkType: linkTypeByName(link)!.dlt, resolver, target }).condition;
}

export function compile(expression: string, link = 'EN10MB', options: CompileConditionOptions = {}): CompiledCondition {
  return compileCondition(conditionOf(expression, link, options.target), options);
}

/** A case file's text. */
export function caseFile(name: string): string {
  return readFileSync(new URL(`cases/${name}`, import.meta.url), 'utf8');
}

/** The lines of a table: fields between tabs, comments and empty lines left out. */
export function caseRows(name: string): string[][] {
  return caseFile(name)
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('#'))
    .map(line => line.split('\t'));
}

/** A packet is cut short, or a division by zero met: there the optimizer may answer otherwise. */
export function failed(program: ClassicProgram, packet: Uint8Array): boolean {
  const steps = trace(program, packet);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value.kind !== 'return';
  }
}

/** How two programs for the same expression compare on a packet. */
export type Agreement = 'same' | 'explained' | 'different';

/**
 * Verdicts may differ only where one of the programs met a load outside of the packet (or a division by zero), and then
 * not on the same packet with zeros behind it, which holds every byte that is asked for.
 */
export function agreement(one: PreparedProgram, other: PreparedProgram, packet: Uint8Array): Agreement {
  if (one.run(packet, packet.length) === other.run(packet, packet.length)) return 'same';
  if (!failed(one.program, packet) && !failed(other.program, packet)) return 'different';
  const long = new Uint8Array(packet.length + 70_000);
  long.set(packet);
  if (one.run(long, packet.length) === other.run(long, packet.length)) return 'explained';
  return failed(one.program, long) || failed(other.program, long) ? 'explained' : 'different';
}

export const prepared = (program: ClassicProgram): PreparedProgram => prepare(program, { stepBudget: 20_000 });

export const hasTcpdump = spawnSync('tcpdump', ['--version']).status === 0;

export function skipLoudly(what: string): void {
  console.warn(`skipped: ${what} (there is no tcpdump: apt-get install tcpdump)`);
}

export interface TcpdumpRequest {
  readonly link: string;
  readonly expression: string;
}

/** tcpdump's programs with and without its optimizer; undefined where it refuses the expression. One shell runs them all. */
export function tcpdumpPrograms(
  requests: readonly TcpdumpRequest[],
): { readonly optimized: ClassicProgram | undefined; readonly plain: ClassicProgram | undefined }[] {
  const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
  const script = requests
    .flatMap(({ link, expression }) =>
      ['', '-O'].map(flag => `tcpdump -y ${link} -ddd ${flag} ${quoted(expression)} 2>/dev/null || true; echo =`),
    )
    .join('\n');
  const { stdout } = spawnSync('sh', { input: script, encoding: 'utf8', maxBuffer: 1 << 28 });
  const listings = stdout.split('=\n').map(parseDecimal);
  return requests.map((_, index) => ({ optimized: listings[2 * index], plain: listings[2 * index + 1] }));
}

function parseDecimal(text: string): ClassicProgram | undefined {
  const lines = text.trim().split('\n').slice(1);
  if (lines.length === 0) return undefined;
  return lines.map(line => {
    const [code, jt, jf, k] = line.split(' ').map(Number);
    return instruction(code!, k, jt, jf);
  });
}

/** 32 bits of a text (FNV-1a): enough to see that a listing has changed. */
export function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
