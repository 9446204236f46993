// docs/capture.md tells the truth: its examples are run, and print what stands below them.
// SKEP_UPDATE_DOCS=1 npx vitest run test/capture/docs.test.ts   writes the outputs anew.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { VARIANTS } from '../../src/capture/pcap/variants.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGE = join(ROOT, 'docs/capture.md');
const text = readFileSync(PAGE, 'utf8');

/** Inside the package, so that its dependencies are found. */
const folder = mkdtempSync(join(ROOT, 'node_modules/.docs-'));
afterAll(() => rmSync(folder, { recursive: true }));

const examples = [...text.matchAll(/```js\n([\s\S]*?)```\n(?:```text\n([\s\S]*?)```)?/g)].map(match => ({
  code: match[1]!,
  output: match[2],
  title: text
    .slice(0, match.index)
    .match(/^#+ (.*)$/gm)!
    .at(-1)!
    .replace(/^#+ /, ''),
}));

const rooms = ['capture', 'capture/node', 'filter', 'filter/node', 'classic', 'isa', 'diagnostics'];
const alias = Object.fromEntries(rooms.map(room => [`skep/${room}`, join(ROOT, 'src', room, 'index.ts')]));

async function run(code: string, name: string): Promise<string> {
  const file = join(folder, `${name}.mjs`);
  await build({
    stdin: { contents: code, resolveDir: ROOT },
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'bundle',
    alias,
    outfile: file,
    logLevel: 'silent',
  });
  return execFileSync(process.execPath, [file], { cwd: ROOT, encoding: 'utf8' });
}

describe('the examples of docs/capture.md', () => {
  it('are there', () => {
    expect(examples.length).toBeGreaterThan(8);
  });

  it.each(examples.map((example, i) => [`${i + 1}: ${example.title}`, example, i] as const))(
    '%s',
    async (_, { code, output }, i) => {
      const got = await run(code, `example${i}`);
      if (process.env['SKEP_UPDATE_DOCS']) {
        const page = readFileSync(PAGE, 'utf8');
        writeFileSync(
          PAGE,
          page.replace(`${code}\`\`\`\n\`\`\`text\n${output}`, () => `${code}\`\`\`\n\`\`\`text\n${got}`),
        );
      } else expect(got).toBe(output);
    },
  );
});

describe('the tables of docs/capture.md', () => {
  it('name every variant of pcap', () => {
    for (const { magic, recordHeaderBytes } of VARIANTS) {
      expect(text).toMatch(new RegExp(`^\\| \`${magic.toString(16)}\` .*${recordHeaderBytes} bytes`, 'm'));
    }
  });
});
