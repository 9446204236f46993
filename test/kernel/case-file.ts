// Reads test/kernel/cases/*.txt: see the beginning of those files.

import { readFileSync } from 'node:fs';

export interface RunCase {
  readonly name: string;
  readonly type: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly text: string;
}

export function readRunCases(file: string): RunCase[] {
  const text = readFileSync(new URL(`cases/${file}`, import.meta.url), 'utf8');
  return text
    .split(/^=== /m)
    .slice(1)
    .map(part => {
      const [head, program] = part.split(/^---$/m) as [string, string];
      const [name, ...lines] = head.trimEnd().split('\n') as [string, ...string[]];
      const fields = Object.fromEntries(
        lines
          .filter(line => line.includes(':'))
          .map(line => {
            const at = line.indexOf(':');
            return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
          }),
      );
      return { name, type: fields['type']!, fields, text: program.trim() };
    });
}
