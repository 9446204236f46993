// Which source lines ran, and how often: a line has run as often as the instruction of it that ran most. `--coverage` prints them, `--lcov` writes
// them as a tracefile of geninfo(1).

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { SimProgram } from '../../kernel/index.js';
import { toInputError } from '../terminal.js';

export interface LineCount {
  readonly file: string;
  readonly line: number;
  readonly text: string;
  readonly count: number;
}

/** Lines of a program in order of file and line. Empty without line information. */
export function lineCounts(program: SimProgram): LineCount[] {
  const { counts } = program.executable;
  const { lines, instructions } = program.spec;
  if (!counts) return [];
  const found = new Map<string, { file: string; line: number; text: string; count: number }>();
  for (const [index, info] of lines.entries()) {
    const end = lines[index + 1]?.slot ?? instructions.length;
    let count = 0;
    for (let slot = info.slot; slot < end; slot++) count = Math.max(count, counts[slot] ?? 0);
    const key = `${info.file}\0${info.line}`;
    const known = found.get(key);
    if (known) known.count = Math.max(known.count, count);
    else found.set(key, { file: info.file, line: info.line, text: info.text, count });
  }
  return [...found.values()].sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line));
}

/** The lines as text: the whole source where it is at hand, else the lines that have code. */
export function coverageText(program: SimProgram): string[] {
  const counts = lineCounts(program);
  if (counts.length === 0) return ['no line information: compile with -g'];
  const out: string[] = [];
  for (const file of new Set(counts.map(one => one.file))) {
    const own = counts.filter(one => one.file === file);
    const ran = own.filter(({ count }) => count > 0).length;
    out.push(`${file}: ${ran} of ${own.length} lines with code ran`);
    const byLine = new Map(own.map(one => [one.line, one]));
    const source = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : undefined;
    const agrees = source && own.every(one => source[one.line - 1]?.trim() === one.text.trim());
    const first = own[0]!.line;
    const last = own.at(-1)!.line;
    for (let line = first; line <= last; line++) {
      const known = byLine.get(line);
      if (!known && !agrees) continue;
      const text = agrees ? source[line - 1]! : known!.text;
      const count = known ? (known.count === 0 ? '#####' : String(known.count)) : '-';
      out.push(`${count.padStart(10)}:${String(line).padStart(5)}: ${text}`);
    }
  }
  return out;
}

/** Writes the tracefile: SF, FN, FNDA, DA, LF, LH records. */
export function writeLcov(path: string, program: SimProgram, test: string): void {
  const counts = lineCounts(program);
  const out: string[] = [`TN:${test.replaceAll(/[^A-Za-z0-9_]/g, '_')}`];
  const slots = program.executable.counts;
  for (const file of new Set(counts.map(one => one.file))) {
    const own = counts.filter(one => one.file === file);
    out.push(`SF:${file}`);
    for (const { name, startSlot } of program.spec.functions) {
      const line = program.spec.lines.find(one => one.slot >= startSlot && one.file === file);
      if (line) out.push(`FN:${line.line},${name}`, `FNDA:${slots?.[startSlot] ?? 0},${name}`);
    }
    for (const { line, count } of own) out.push(`DA:${line},${count}`);
    out.push(`LF:${own.length}`, `LH:${own.filter(({ count }) => count > 0).length}`, 'end_of_record');
  }
  try {
    writeFileSync(path, `${out.join('\n')}\n`);
  } catch (error) {
    throw toInputError(error, path);
  }
}
