// Why a packet matches an expression, or does not: the tests that decided, in words, with the bytes they looked at.

import type { Span } from '../../diagnostics/index.js';
import { BPF_ABS, BPF_ALU, BPF_AND, BPF_IND, BPF_LD, BPF_LEN, BPF_X } from '../../isa/index.js';
import { ipProtocolWords, linkProtocolWords } from '../codegen/protocols.js';
import type { Condition, Statement } from '../condition.js';
import { type Evaluation, evaluateCondition, type Failure, type Load, type Packet, type TestRun } from './evaluate.js';

/** One test of a packet. */
export interface TestFinding {
  /** The part of the expression it is made for; absent for what the link type itself asks. */
  readonly span?: Span;
  /** What is tested, in words: "EtherType is IPv4 (0x0800)". */
  readonly test: string;
  readonly holds: boolean;
  /** The packet's bytes that were looked at, if it is one field: a range of offsets. */
  readonly bytes?: Span;
  /** What stands there (after a mask), as it was compared. */
  readonly value?: number;
  /** The whole finding: "EtherType (bytes 12-13) is ARP (0x0806), not IPv4 (0x0800)". */
  readonly text: string;
  /** The test could not be carried out, which ends the filter. */
  readonly failure?: Failure;
}

/** A primitive of the expression and what became of it. */
export interface PartFinding {
  readonly span: Span;
  /** Its text. */
  readonly source: string;
  readonly holds: boolean;
  /** The tests of it that decided. */
  readonly because: readonly TestFinding[];
}

/** Why a packet matches, or does not. Plain data. */
export interface PacketExplanation {
  readonly matches: boolean;
  readonly capturedLength: number;
  readonly wireLength: number;
  /** The parts of the expression that decided, in the order of the tests. */
  readonly decidedBy: readonly PartFinding[];
  /** All tests that were made, in order. */
  readonly tests: readonly TestFinding[];
  /** One sentence. */
  readonly summary: string;
}

/** Explains the verdict of `condition` (made from `expression`) on a packet. */
export function explainPacket(expression: string, condition: Condition, packet: Packet): PacketExplanation {
  const evaluation = evaluateCondition(condition, packet);
  const findings = new Map<TestRun, TestFinding>(evaluation.tests.map(run => [run, describeRun(run, packet)]));
  const decidedBy = groupByPart(expression, evaluation, findings);
  return {
    matches: evaluation.matches,
    capturedLength: packet.bytes.length,
    wireLength: packet.wireLength,
    decidedBy,
    tests: [...findings.values()],
    summary: summarize(expression, evaluation, decidedBy),
  };
}

function groupByPart(
  expression: string,
  evaluation: Evaluation,
  findings: ReadonlyMap<TestRun, TestFinding>,
): PartFinding[] {
  const outcomes = new Map(evaluation.parts.map(part => [`${part.start} ${part.end}`, part.holds]));
  const parts = new Map<string, { span: Span; source: string; holds: boolean; because: TestFinding[] }>();
  for (const run of evaluation.deciding) {
    if (run.leaf.kind === 'constant' && !run.origin) continue;
    const span = run.origin?.span ?? { start: 0, end: expression.length };
    const key = `${span.start} ${span.end}`;
    let part = parts.get(key);
    if (!part) {
      const source = span.end > span.start ? expression.slice(span.start, span.end) : 'the link-layer header';
      // Inside `not (a or b)` an outcome is that of the part itself.
      part = { span, source, holds: outcomes.get(key) ?? run.holds, because: [] };
      parts.set(key, part);
    }
    const finding = findings.get(run)!;
    if (!part.because.some(other => other.text === finding.text)) part.because.push(finding);
  }
  return [...parts.values()];
}

function summarize(expression: string, evaluation: Evaluation, decidedBy: readonly PartFinding[]): string {
  if (expression.trim() === '') return 'an empty expression matches every packet';
  const failed = evaluation.deciding.find(run => run.failure);
  const verdict = evaluation.matches ? 'the packet matches' : 'the packet does not match';
  if (failed) return `${verdict}: ${failureWords(failed.failure!)}, which ends the filter`;
  if (decidedBy.length === 0) return verdict;
  const shown = decidedBy.slice(0, 3).map(part => `\`${part.source}\` ${part.holds ? 'holds' : 'does not hold'}`);
  const more = decidedBy.length > 3 ? ` and ${decidedBy.length - 3} more` : '';
  return `${verdict}: ${shown.join(', ')}${more}`;
}

/** "bytes 12-13" or "byte 23". */
function byteWords(offset: number, size: number): string {
  return size === 1 ? `byte ${offset}` : `bytes ${offset}-${offset + size - 1}`;
}

function failureWords(failure: Failure): string {
  switch (failure.kind) {
    case 'outside':
      return `${byteWords(failure.offset, failure.size)} ${failure.size === 1 ? 'is' : 'are'} outside of the captured packet`;
    case 'division':
      return 'it divides by zero';
    case 'ancillary':
      return 'it asks for something that is not known of this packet';
    case 'endless':
      return 'the chain of headers has no end';
  }
}

function describeRun(run: TestRun, packet: Packet): TestFinding {
  const { origin, holds, failure } = run;
  const test = origin?.text ?? 'a test of the link-layer header';
  const span = origin && origin.span.end > origin.span.start ? { span: origin.span } : {};
  if (failure) {
    const length = failure.kind === 'outside' ? ` (${packet.bytes.length} bytes)` : '';
    const text = `${test}? ${failureWords(failure)}${length}`;
    const bytes =
      failure.kind === 'outside' ? { bytes: { start: failure.offset, end: failure.offset + failure.size } } : {};
    return { ...span, test, holds: false, ...bytes, text, failure };
  }
  if (run.leaf.kind === 'constant') return { ...span, test, holds, text: test };
  const field = fieldOf(run.leaf.statements);
  const load = field && run.loads.at(-1);
  if (!load || run.leaf.jump & BPF_X) {
    const isLength = isLengthTest(run.leaf.statements);
    const value = isLength ? ` (it has ${run.a})` : run.loads.length > 0 ? ` (${comparedNumber(run)})` : '';
    return { ...span, test, holds, value: run.a, text: `${test}: ${holds ? 'yes' : 'no'}${value}` };
  }
  return {
    ...span,
    test,
    holds,
    bytes: { start: load.offset, end: load.offset + load.size },
    value: run.a,
    text: fieldText(run, test, byteWords(load.offset, load.size), load),
  };
}

/** Whether the statements load one field and at most mask it. */
function fieldOf(statements: readonly Statement[]): boolean {
  const last = statements.at(-1);
  if (last?.kind !== 'instruction') return false;
  const masked = last.code === (BPF_ALU | BPF_AND);
  const load = masked ? statements.at(-2) : last;
  if (load?.kind !== 'instruction' || (load.code & 7) !== BPF_LD) return false;
  const mode = load.code & 0xe0;
  return (mode === BPF_ABS && load.k < 0xffe00000) || mode === BPF_IND;
}

/** Whether the packet's length is what is compared. */
function isLengthTest(statements: readonly Statement[]): boolean {
  const last = statements.at(-1);
  return last?.kind === 'instruction' && (last.code & 0xe7) === (BPF_LD | BPF_LEN);
}

function comparedNumber(run: TestRun): string {
  return run.leaf.kind === 'test' && run.leaf.jump & BPF_X ? `${run.a} and ${run.compared}` : `the number is ${run.a}`;
}

/** "EtherType (bytes 12-13) is ARP (0x0806), not IPv4 (0x0800)". */
function fieldText(run: TestRun, test: string, place: string, load: Load): string {
  const { holds } = run;
  const partial = /^(.+?) is (?:in )?(.+) \((?:bytes? \d+(?: to \d+)?|word \d)\)$/.exec(test);
  if (partial) {
    // One word of a longer address.
    const [value, wanted] = [run.a, run.compared].map(part => partWords(partial[2]!, part, load.size));
    return `${partial[1]} (${place} of the packet) has ${value}${holds ? '' : `, not ${wanted}`}`;
  }
  const shown = valueWords(test, / in /.test(test) ? load.value : run.a, load.size);
  // A list of facts is not one field's.
  const match = test.includes(', ') ? undefined : /^(.+?) (is (?:in |at least |at most |not )?)(.+)$/.exec(test);
  if (!match || /^(it|what|the (tag|tunnel|header|PPI|packet))$/.test(match[1]!)) {
    return `${test}: ${holds ? 'yes' : 'no'} (${place}: ${shown})`;
  }
  const [, subject, verb, wanted] = match as unknown as [string, string, string, string];
  if (verb === 'is not ') return `${subject} (${place}) is ${holds ? shown : wanted}`;
  if (holds) return `${subject} (${place}) is ${verb === 'is ' ? wanted : `${shown}: ${verb.slice(3)}${wanted}`}`;
  return `${subject} (${place}) is ${shown}, not ${verb.slice(3)}${wanted}`;
}

/** A part of a MAC or IPv6 address in the notation of `whole`. */
function partWords(whole: string, value: number, size: number): string {
  const digits = value.toString(16).padStart(2 * size, '0');
  const isMac = /^(?:[0-9a-f]{2}:){5}/.test(whole);
  return digits.replaceAll(isMac ? /(..)(?=.)/g : /(....)(?=.)/g, '$1:');
}

function hexWords(value: number, size: number): string {
  return `0x${value.toString(16).padStart(2 * size, '0')}`;
}

/** A field's value as people write it. */
function valueWords(test: string, value: number, size: number): string {
  if (/^(SNAP |inner )?EtherType is/.test(test)) return linkProtocolWords(value);
  if (/^(IPv4 protocol|IPv6 next header|next header)\b/.test(test)) return ipProtocolWords(value);
  if (/^IP version\b/.test(test)) return String(value >> 4);
  if (size === 4 && /address is/.test(test)) {
    return [24, 16, 8, 0].map(shift => (value >>> shift) & 255).join('.');
  }
  if (/port|VLAN|label|session|VNI|length|bytes|area|node/i.test(test)) return String(value);
  return value < 10 ? String(value) : `${value} (${hexWords(value, size)})`;
}
