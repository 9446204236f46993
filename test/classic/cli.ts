// Builds the command line from the sources, so that tests run what is in the tree, not what was built last.

import { mkdirSync, mkdtempSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

let built: Promise<{ readonly main: string; readonly folder: string }> | undefined;

/** The path of a fresh main.js that has `asm` and `disasm`, and the folder it is in. */
export function buildCli(): Promise<{ readonly main: string; readonly folder: string }> {
  built ??= buildOnce();
  return built;
}

async function buildOnce(): Promise<{ readonly main: string; readonly folder: string }> {
  // Within the project, so that Node finds the packages.
  const cache = `${root}node_modules/.cache`;
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(`${cache}/skep-classic-`);
  await build({
    absWorkingDir: root,
    entryPoints: ['src/cli/main.ts'],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    external: ['./dump.js', './filter.js'],
    define: { __SKEP_VERSION__: '"0.0.0"' },
    logLevel: 'error',
  });
  return { main: `${folder}/main.mjs`, folder };
}

/** Bundles a piece of TypeScript that imports `skep/...` into `file`. */
export async function bundle(source: string, file: string): Promise<void> {
  await build({
    absWorkingDir: root,
    stdin: { contents: source, loader: 'ts', resolveDir: root },
    outfile: file,
    bundle: true,
    format: 'esm',
    platform: 'node',
    alias: { 'skep/isa': `${root}src/isa/index.ts`, 'skep/classic': `${root}src/classic/index.ts` },
    logLevel: 'error',
  });
}
