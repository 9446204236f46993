// A packet's verdict as text: the parts that decided under the expression, each finding under its part, the bytes that it is about.

import { positionAt } from '../../diagnostics/index.js';
import type { PacketExplanation, PartFinding } from './verdict.js';

export interface ExplanationRenderOptions {
  /** The captured bytes: the lines of a hex dump that findings are about are shown. */
  readonly bytes?: Uint8Array;
  /** Every test that was made, not only those that decided. */
  readonly all?: boolean;
}

/** Findings of one part that are shown; lists of thousands of hosts have as many. */
const MAX_FINDINGS = 12;
const MAX_PARTS = 12;

/** The explanation of a verdict on `expression` as text, ended by a newline. */
export function renderPacketExplanation(
  explanation: PacketExplanation,
  expression: string,
  options: ExplanationRenderOptions = {},
): string {
  const lines = [explanation.summary];
  for (const part of explanation.decidedBy.slice(0, MAX_PARTS)) lines.push('', ...renderPart(part, expression));
  const more = explanation.decidedBy.length - MAX_PARTS;
  if (more > 0) lines.push('', `and ${more} more parts of the expression`);
  if (options.all) {
    lines.push('', 'tests in order:');
    explanation.tests.forEach((finding, i) => {
      lines.push(`${String(i + 1).padStart(4)}  ${finding.holds ? 'yes' : ' no'}  ${finding.text}`);
    });
  }
  if (options.bytes) {
    const dump = renderBytes(explanation, options.bytes);
    if (dump.length > 0) lines.push('', ...dump);
  }
  return `${lines.join('\n')}\n`;
}

function renderPart(part: PartFinding, expression: string): string[] {
  const lines: string[] = [];
  if (part.span.end > part.span.start) {
    const { line, column } = positionAt(expression, part.span.start);
    const text = expression.split('\n')[line - 1]!.replaceAll('\t', ' ');
    const length = Math.max(1, Math.min(part.span.end - part.span.start, text.length - column + 1));
    lines.push(
      `  ${text}`,
      `  ${' '.repeat(column - 1)}${'^'.repeat(length)} ${part.holds ? 'holds' : 'does not hold'}`,
    );
  }
  for (const finding of part.because.slice(0, MAX_FINDINGS)) lines.push(`    ${finding.text}`);
  const more = part.because.length - MAX_FINDINGS;
  if (more > 0) lines.push(`    and ${more} more tests`);
  return lines;
}

const BYTES_PER_LINE = 16;

/** The lines of a hex dump that hold bytes which decided, these underlined. */
function renderBytes(explanation: PacketExplanation, bytes: Uint8Array): string[] {
  const marked = new Set<number>();
  for (const { bytes: range } of explanation.decidedBy.flatMap(part => part.because)) {
    for (let i = range?.start ?? 0; i < Math.min(range?.end ?? 0, bytes.length); i++) marked.add(i);
  }
  const lines: string[] = [];
  const starts = new Set([...marked].map(offset => offset - (offset % BYTES_PER_LINE)));
  for (const start of [...starts].sort((a, b) => a - b)) {
    const row = bytes.subarray(start, start + BYTES_PER_LINE);
    const hex = Array.from(row, byte => byte.toString(16).padStart(2, '0')).join(' ');
    const marks = Array.from(row, (_, i) => (marked.has(start + i) ? '^^' : '  ')).join(' ');
    lines.push(`  0x${start.toString(16).padStart(4, '0')}:  ${hex}`, `           ${marks}`.trimEnd());
  }
  return lines;
}
