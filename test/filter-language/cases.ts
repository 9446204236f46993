// Case files: an input on one line, what comes of it on the indented lines below; `#` begins a comment between cases.
//
// UPDATE_CASES=1 rewrites what is below the inputs; read the difference before it is kept.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Case {
  readonly input: string;
  readonly expected: string;
}

const pathOf = (name: string): string => fileURLToPath(new URL(`cases/${name}`, import.meta.url));

/** Reads a case file; with UPDATE_CASES=1 writes it again from `produce` first. `""` is the empty input. */
export function readCases(name: string, produce?: (input: string) => string): readonly Case[] {
  const lines = readFileSync(pathOf(name), 'utf8').split('\n');
  if (produce && process.env['UPDATE_CASES']) {
    const out: string[] = [];
    for (const [i, line] of lines.entries()) {
      if (line.startsWith('  ') || isInside(lines, i)) continue;
      out.push(line);
      if (line === '' || line.startsWith('#')) continue;
      const produced = produce(inputOf(line)).split('\n');
      out.push(...produced.map(text => `  ${text}`.trimEnd()));
    }
    writeFileSync(pathOf(name), `${out.join('\n').trimEnd()}\n`);
    return readFresh(name);
  }
  return readFresh(name);
}

/** An empty line inside what is expected: the next line that is not empty is indented. */
function isInside(lines: readonly string[], index: number): boolean {
  if (lines[index] !== '') return false;
  return (
    lines
      .slice(index)
      .find(line => line !== '')
      ?.startsWith('  ') === true
  );
}

function inputOf(line: string): string {
  return line === '""' ? '' : line;
}

function readFresh(name: string): Case[] {
  const cases: { input: string; expected: string }[] = [];
  const lines = readFileSync(pathOf(name), 'utf8').split('\n');
  for (const [i, line] of lines.entries()) {
    const current = cases.at(-1);
    if (current && (line.startsWith('  ') || isInside(lines, i))) {
      current.expected += `${current.expected === '' ? '' : '\n'}${line.slice(2)}`;
    } else if (line !== '' && !line.startsWith('#')) {
      cases.push({ input: inputOf(line), expected: '' });
    }
  }
  return cases;
}
