// Bundles examples of the documentation so that they can be run.

import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

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
