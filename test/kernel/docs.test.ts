// docs/ebpf.md and docs/testing-ebpf.md, done as they say: every command is run, every example is a test that passes.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findCompiler } from '../../src/lang/node/index.js';
import { buildCli, type Cli } from '../support/cli.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const blocks = (file: string, language: string): string[] =>
  [...readFileSync(`${root}docs/${file}`, 'utf8').matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(
    match => match[1]!,
  );

/** Words of a command line; quotes keep blanks together. */
const words = (line: string): string[] =>
  [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare!);

describe('docs/ebpf.md', () => {
  let cli: Cli;
  let hasCompiler = true;
  try {
    findCompiler();
  } catch {
    hasCompiler = false;
    console.warn('SKIPPED: the commands of docs/ebpf.md: there is no clang with a BPF back end');
  }
  beforeAll(async () => {
    cli = await buildCli();
    cpSync(`${root}examples`, `${cli.folder}/examples`, { recursive: true });
  });
  afterAll(() => cli?.remove());

  it.runIf(hasCompiler)('says what the commands print', () => {
    let cwd = cli.folder;
    for (const block of blocks('ebpf.md', 'console')) {
      for (const part of block.split(/^\$ /m).slice(1)) {
        const [command, ...shown] = part.trimEnd().split('\n') as [string, ...string[]];
        const [program, ...args] = words(command);
        if (program === 'cd') cwd = `${cwd}/${args[0]}`;
        else {
          const { stdout, status, stderr } = cli.run(args, { cwd });
          expect(status, `${command}\n${stderr}`).toBe(0);
          const lines = stdout.split('\n');
          for (const line of shown) expect(lines, command).toContain(line);
        }
      }
    }
  });
});

describe('docs/testing-ebpf.md', () => {
  const folder = `${root}node_modules/.cache/skep-docs-${process.pid}`;
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('holds tests that pass', () => {
    mkdirSync(folder, { recursive: true });
    const examples = blocks('testing-ebpf.md', 'ts');
    for (const [index, text] of examples.entries()) writeFileSync(`${folder}/example-${index}.test.ts`, text);
    const alias = `{ find: /^skep\\/(.*)$/, replacement: ${JSON.stringify(`${root}src/$1/index.ts`)} }`;
    writeFileSync(
      `${folder}/vitest.config.ts`,
      `export default { root: ${JSON.stringify(folder)}, resolve: { alias: [${alias}] }, test: { include: ['*.test.ts'] } };\n`,
    );
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['node_modules/vitest/vitest.mjs', 'run', '--config', `${folder}/vitest.config.ts`],
      { cwd: root, encoding: 'utf8' },
    );
    expect(status, `${stdout}\n${stderr}`).toBe(0);
  });
});
