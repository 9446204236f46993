// The examples of unit tests, run as a user runs them.

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

it('examples/testing passes', () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', '--config', 'examples/testing/vitest.config.ts', '--reporter=json'],
    { cwd: root, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } },
  );
  expect(status, `${stdout}\n${stderr}`).toBe(0);
  const report = JSON.parse(stdout.slice(stdout.indexOf('{'))) as { numPassedTests: number };
  const files = readdirSync(`${root}/examples/testing`).filter(name => name.endsWith('.test.ts'));
  expect(report.numPassedTests).toBeGreaterThanOrEqual(files.length);
});
