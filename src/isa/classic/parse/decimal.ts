// Reads `tcpdump -ddd`: the count, then code, jt, jf and k of each instruction. Commas may stand for the newlines, as in what
// bpf_asm prints and iptables' bpf match takes: `4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0`.

import { type ClassicInstruction, instruction } from '../instruction.js';
import type { ParsedProgram } from './parsed.js';
import { Problems } from './problems.js';

const FIELDS = [
  ['code', 0xffff],
  ['jt', 0xff],
  ['jf', 0xff],
  ['k', 0xffffffff],
] as const;

/** The program of the numbers. Throws SkepError with all that is wrong. */
export function parseDecimal(text: string): ParsedProgram {
  const problems = new Problems();
  const program: ClassicInstruction[] = [];
  const spans: { start: number; end: number }[] = [];
  let count: { value: number; span: { start: number; end: number } } | undefined;
  for (const line of text.matchAll(/[^\n,]+/g)) {
    const words = [...line[0].matchAll(/\S+/g)];
    if (words.length === 0 || problems.isFull) continue;
    const start = line.index + words[0]!.index;
    const span = { start, end: line.index + words.at(-1)!.index + words.at(-1)![0].length };
    const isNumeric = words.every(word => /^\d{1,10}$/.test(word[0]));
    if (!count && program.length === 0 && words.length === 1 && isNumeric) {
      count = { value: Number(words[0]![0]), span };
      continue;
    }
    if (words.length !== 4 || !isNumeric) {
      problems.error('SKEP2003', 'expected four numbers: code, jt, jf, k', span);
      continue;
    }
    const values = words.map(word => Number(word[0])) as [number, number, number, number];
    FIELDS.forEach(([name, limit], index) => {
      const at = line.index + words[index]!.index;
      const wordSpan = { start: at, end: at + words[index]![0].length };
      if (values[index]! > limit) problems.error('SKEP2005', `${name} is at most ${limit}`, wordSpan);
    });
    const [code, jt, jf, k] = values;
    program.push(instruction(code, k, jt, jf));
    spans.push(span);
  }
  if (count && count.value !== program.length) {
    problems.error('SKEP2010', `the count is ${count.value}, but there are ${program.length} instructions`, count.span);
  }
  if (program.length === 0) problems.error('SKEP2030', 'there are no instructions', { start: 0, end: text.length });
  problems.throwIfAny();
  return { program, spans, diagnostics: [] };
}
