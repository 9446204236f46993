// Reads a listing of seccomp-tools. The four numbers of each line are the instruction; the words after them are for people.

import { type ClassicInstruction, instruction } from '../instruction.js';
import type { ParsedProgram } from './parsed.js';
import { Problems } from './problems.js';

const LINE =
  /^[ \t]*(\d+):[ \t]*0x([0-9a-fA-F]{1,4})[ \t]+0x([0-9a-fA-F]{1,2})[ \t]+0x([0-9a-fA-F]{1,2})[ \t]+0x([0-9a-fA-F]{1,8})\b/;
const HEADING = /^[ \t]*(line[ \t]+CODE.*|=+)[ \t]*$/;

/** The program of a listing. Throws SkepError with all that is wrong. */
export function parseSeccomp(text: string): ParsedProgram {
  const problems = new Problems();
  const program: ClassicInstruction[] = [];
  const spans: { start: number; end: number }[] = [];
  let offset = 0;
  for (const line of text.split('\n')) {
    const start = offset;
    offset += line.length + 1;
    const trimmed = line.trimEnd();
    if (trimmed === '' || HEADING.test(trimmed)) continue;
    const span = { start, end: start + trimmed.length };
    const match = LINE.exec(line);
    if (!match) {
      problems.error('SKEP2003', 'expected a line such as `0000: 0x20 0x00 0x00 0x00000004  A = arch`', span);
      continue;
    }
    if (Number(match[1]) !== program.length) {
      problems.error('SKEP2010', `the line is numbered ${Number(match[1])}, its place is ${program.length}`, span);
    }
    const [code, jt, jf, k] = match.slice(2).map(digits => Number.parseInt(digits, 16)) as [
      number,
      number,
      number,
      number,
    ];
    program.push(instruction(code, k, jt, jf));
    spans.push(span);
  }
  if (program.length === 0) problems.error('SKEP2030', 'there are no instructions', { start: 0, end: text.length });
  problems.throwIfAny();
  return { program, spans, diagnostics: [] };
}
