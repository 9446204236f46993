// docs/classic.md tells the truth: its tables are those of the code, its commands and examples are run.
// SKEP_UPDATE_DOCS=1 npx vitest run test/classic/docs.test.ts   writes the tables anew.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RULES } from '../../src/classic/index.js';
import { ANCILLARY, FORMATS, INSTRUCTIONS, type OperandForm, SECCOMP_ACTIONS } from '../../src/isa/index.js';
import { buildCli } from '../support/cli.js';

const page = fileURLToPath(new URL('../../docs/classic.md', import.meta.url));
const text = readFileSync(page, 'utf8');

const OPERANDS: Readonly<Record<OperandForm, string>> = {
  none: '',
  imm: '#k',
  abs: '[k]',
  ind: '[x + k]',
  msh: '4*([k]&0xf)',
  mem: 'M[k]',
  len: '#len',
  a: 'a',
  x: 'x',
  goto: 'label',
  'cond-k': '#k, lt, lf',
  'cond-x': 'x, lt, lf',
};

const cell = (value: string): string => value.replaceAll('|', '\\|');
const hex = (value: number, digits = 2): string => `0x${value.toString(16).padStart(digits, '0')}`;
const yes = (value: boolean): string => (value ? 'yes' : 'no');

/** A Markdown table, its columns aligned in the source. */
function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [heads, ...rows].map(row => row.map(cell));
  const widths = heads.map((_, column) => Math.max(3, ...cells.map(row => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((text, column) => text.padEnd(widths[column]!)).join(' | ')} |`;
  const [head, ...body] = cells as [string[], ...string[][]];
  return [line(head), line(widths.map(width => '-'.repeat(width))), ...body.map(line)].join('\n');
}

const TABLES: Readonly<Record<string, string>> = {
  instructions: table(
    ['code', 'instruction', 'meaning', 'C', 'bsd', 'linux', 'seccomp'],
    INSTRUCTIONS.map(row => [
      hex(row.code),
      `\`${`${row.mnemonic} ${OPERANDS[row.operand]}`.trim()}\``,
      `\`${row.meaning}\``,
      row.macros.join('+'),
      ...(['bsd', 'linux', 'seccomp'] as const).map(name => yes(row.acceptedBy.includes(name))),
    ]),
  ),
  ancillary: table(
    ['k', 'assembler', 'tcpdump', 'C', 'loads'],
    ANCILLARY.map(row => [
      hex(0xfffff000 + row.offset),
      row.asmNames.map(name => `\`#${name}\``).join(', '),
      `\`[${row.tcpdumpName}]\``,
      row.macro,
      row.meaning,
    ]),
  ),
  formats: table(
    ['`--format`', 'what'],
    [
      ...FORMATS.map(row => [`\`${row.name}\``, row.summary]),
      ['`raw`', 'the bytes of struct sock_filter (command line only)'],
    ],
  ),
  rules: table(
    ['rule', 'bsd', 'linux', 'seccomp', 'diagnostic'],
    RULES.map(rule => [
      rule.text,
      ...(['bsd', 'linux', 'seccomp'] as const).map(name => (rule.sets.includes(name) ? (rule.severity ?? 'yes') : '')),
      rule.code,
    ]),
  ),
  actions: table(
    ['value', 'action', 'what happens'],
    SECCOMP_ACTIONS.map(row => [hex(row.value, 8), `${row.name}${row.hasData ? ' + data' : ''}`, row.meaning]),
  ),
};

function withTables(markdown: string): string {
  return markdown.replace(
    /(<!-- table: (\w+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, start: string, name: string, end: string) => `${start}${TABLES[name]}\n${end}`,
  );
}

describe('docs/classic.md', () => {
  it('has the tables of the code', () => {
    if (process.env['SKEP_UPDATE_DOCS']) writeFileSync(page, withTables(text));
    else expect(withTables(text)).toBe(text);
    for (const name of Object.keys(TABLES)) expect(text).toContain(`<!-- table: ${name} -->`);
  });

  let cliFolder: string;
  let folder: string;
  let environment: NodeJS.ProcessEnv;
  beforeAll(async () => {
    const cli = await buildCli();
    cliFolder = cli.folder;
    folder = mkdtempSync(`${cli.folder}/docs-`);
    mkdirSync(`${folder}/bin`);
    writeFileSync(`${folder}/bin/skep`, `#!/bin/sh\nexec '${process.execPath}' '${cli.main}' "$@"\n`, { mode: 0o755 });
    environment = { ...process.env, PATH: `${folder}/bin:${process.env['PATH']}`, NO_COLOR: '1' };
  });
  afterAll(() => rmSync(cliFolder, { recursive: true, force: true }));

  const blocks = [...text.matchAll(/^```(console|ts)\n([\s\S]*?)^```\n(?:\n```text\n([\s\S]*?)^```\n)?/gm)];
  it.each(blocks.filter(([, kind]) => kind === 'console').map(([, , body]) => [body!]))('console: %s', body => {
    const session = body.split(/^(?=\$ )/m).map(entry => entry.split(/\n([\s\S]*)/, 2) as [string, string]);
    for (const [command, expected] of session) {
      const { stdout, stderr } = spawnSync('sh', ['-c', command.slice(2)], {
        cwd: folder,
        env: environment,
        encoding: 'utf8',
      });
      expect(`${command}\n${stderr}${stdout}`).toBe(`${command}\n${expected}`);
    }
  });

  it.each(blocks.filter(([, kind]) => kind === 'ts').map(([, , body, output]) => [body!, output!]))(
    'example: %s',
    async (body, output) => {
      const { bundle } = await import('./bundle.js');
      const file = `${folder}/example.mjs`;
      await bundle(body, file);
      const { stdout, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8' });
      expect(stderr + stdout).toBe(output);
    },
  );
});
