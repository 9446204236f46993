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

/** Reads a case file; with UPDATE_CASES=1 writes it again from `produce` first. In inputs, `\t` and the like are not read: text is as it stands; `""` is the empty input. */
export function readCases(name: string, produce: (input: string) => string): readonly Case[] {
  const lines = readFileSync(pathOf(name), 'utf8').split('\n');
  if (process.env['UPDATE_CASES']) {
    const out: string[] = [];
    for (const line of lines) {
      if (line.startsWith('  ')) continue;
      out.push(line);
      if (line === '' || line.startsWith('#')) continue;
      out.push(
        ...produce(inputOf(line))
          .split('\n')
          .map(text => `  ${text}`.trimEnd()),
      );
    }
    writeFileSync(pathOf(name), `${out.join('\n').trimEnd()}\n`);
    return readFresh(name);
  }
  return readFresh(name);
}

function inputOf(line: string): string {
  return line === '""' ? '' : line;
}

function readFresh(name: string): Case[] {
  const cases: { input: string; expected: string }[] = [];
  for (const line of readFileSync(pathOf(name), 'utf8').split('\n')) {
    const current = cases.at(-1);
    if (line.startsWith('  ') && current) current.expected += `${current.expected === '' ? '' : '\n'}${line.slice(2)}`;
    else if (line !== '' && !line.startsWith('#')) cases.push({ input: inputOf(line), expected: '' });
  }
  return cases;
}
