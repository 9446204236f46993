// Builds dist/: one bundle a subpath export (shared code split into chunks), one for the command line, and the types.
// Bundling is what keeps `skep` quick to start: Node reads a handful of files, and commands load the rest when they run.
import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

// npm runs `prepare` again when npx links the package: nothing is to be done when nothing has changed. `--force` builds anyway.
const stamp = `${root}dist/.built`;
const newest = folder =>
  Math.max(
    ...readdirSync(`${root}${folder}`, { recursive: true, withFileTypes: true }).map(
      entry => statSync(`${entry.parentPath ?? entry.path}/${entry.name}`).mtimeMs,
    ),
  );
const changedMs = Math.max(newest('src'), newest('scripts'), statSync(`${root}package.json`).mtimeMs);
const builtMs = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0;
if (builtMs > changedMs && !process.argv.includes('--force')) process.exit(0);

const {
  version,
  exports: subpaths,
  dependencies = {},
  peerDependencies = {},
} = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

/** The sources of the subpath exports: `./filter/node` is built from `src/filter/node/index.ts`. */
const entryPoints = {};
for (const target of Object.values(subpaths)) {
  if (typeof target === 'string') continue;
  const out = target.default.replace('./dist/', '').replace(/\.js$/, '');
  entryPoints[out] = `src/${out}/index.ts`;
}

const common = {
  absWorkingDir: root,
  bundle: true,
  splitting: true,
  format: 'esm',
  target: 'node20',
  mainFields: ['module', 'main'],
  define: { __SKEP_VERSION__: JSON.stringify(version) },
  logLevel: 'warning',
};

rmSync(`${root}dist`, { recursive: true, force: true });
// The library: readable, its dependencies left to whoever installs it.
await build({
  ...common,
  entryPoints,
  outdir: 'dist',
  platform: 'neutral',
  external: ['node:*', ...Object.keys(dependencies), ...Object.keys(peerDependencies)],
  chunkNames: 'chunks/[name]-[hash]',
});
// commander loads node:child_process (and with it Node's network code) for subcommands that are programs of their own: skep has none.
const lazyChildProcess = {
  name: 'lazy-child-process',
  setup(bundler) {
    bundler.onLoad({ filter: /commander[\\/]lib[\\/]command\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(
        "require('node:child_process')",
        "{ spawn: (...args) => require('node:child_process').spawn(...args) }",
      ),
    }));
  },
};
// The command line: one file, whole and small, since reading its text is most of what starting it takes (see src/cli/launch.ts).
await build({
  ...common,
  entryPoints: { skep: 'src/cli/main.ts', main: 'src/cli/launch.ts' },
  outdir: 'dist/cli',
  outExtension: { '.js': '.cjs' },
  splitting: false,
  format: 'cjs',
  platform: 'node',
  minify: true,
  legalComments: 'linked',
  // Optional, native, and loaded by what needs them.
  external: Object.keys(peerDependencies),
  // Modules that ask for import.meta.url ask for __dirname first.
  logOverride: { 'empty-import-meta': 'silent' },
  plugins: [lazyChildProcess],
});
chmodSync(`${root}dist/cli/main.cjs`, 0o755);
const cache = spawnSync(process.execPath, ['scripts/code-cache.cjs'], {
  cwd: root,
  stdio: 'ignore',
});
if (cache.status !== 0) process.stderr.write('no code cache: the command line will start a little slower\n');

// Declarations of what the subpaths export, and of what that needs.
const project = `${root}dist/tsconfig.json`;
const compilerOptions = {
  noEmit: false,
  declaration: true,
  emitDeclarationOnly: true,
  rootDir: '../src',
  outDir: 'types',
};
const files = Object.values(entryPoints).map(path => `../${path}`);
writeFileSync(project, JSON.stringify({ extends: '../tsconfig.json', compilerOptions, files, include: [] }));
const types = spawnSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', project], {
  cwd: root,
  stdio: 'inherit',
});
rmSync(project);
if (types.status === 0) writeFileSync(stamp, '');
process.exitCode = types.status ?? 1;
