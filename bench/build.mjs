// Bundles rooms of src/ for measurements, as scripts/build.mjs does for the package, into a temporary folder.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** A folder that is gone when the process ends. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'skep-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Imports a module of src/, by its path there: `importSource('classic/index.ts')`. */
export const importSource = path => importFile(`src/${path}`);

/** Where a package is: what is built stands elsewhere and would not find it. */
const resolved = name => fileURLToPath(import.meta.resolve(name));

/** Imports a module of the repository. `external`: packages that are not to be bundled. */
export async function importFile(path, external = []) {
  const folder = temporaryFolder();
  await build({
    absWorkingDir: root,
    entryPoints: { module: path },
    outdir: folder,
    bundle: true,
    // As the package is built. Without it what is imported lazily is wrapped, and may be used before it was run.
    splitting: true,
    format: 'esm',
    platform: 'neutral',
    target: 'node20',
    external: ['node:*', ...external.map(resolved)],
    alias: Object.fromEntries(external.map(name => [name, resolved(name)])),
    outExtension: { '.js': '.mjs' },
    logLevel: 'warning',
  });
  return import(pathToFileURL(join(folder, 'module.mjs')).href);
}
