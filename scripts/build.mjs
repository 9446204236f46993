// Builds dist/: one bundle a subpath export (shared code split into chunks), one for the command line, and the types.
// Bundling is what keeps `skep` quick to start: Node reads a handful of files, and commands load the rest when they run.
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version, exports: subpaths, dependencies = {} } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

/** The sources of the subpath exports: `./filter/node` is built from `src/filter/node/index.ts`. */
const entryPoints = { 'cli/main': 'src/cli/main.ts' };
for (const target of Object.values(subpaths)) {
  if (typeof target === 'string') continue;
  const out = target.default.replace('./dist/', '').replace(/\.js$/, '');
  entryPoints[out] = `src/${out}/index.ts`;
}

rmSync(`${root}dist`, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints,
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'neutral',
  target: 'node20',
  external: ['node:*', ...Object.keys(dependencies)],
  mainFields: ['module', 'main'],
  chunkNames: 'chunks/[name]-[hash]',
  define: { __SKEP_VERSION__: JSON.stringify(version) },
  logLevel: 'warning',
});
chmodSync(`${root}dist/cli/main.js`, 0o755);

const types = spawnSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
process.exitCode = types.status ?? 1;
