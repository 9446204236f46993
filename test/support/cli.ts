// The command line as people run it: built from the sources once a test file, so that tests run what is in the tree and not what was
// built last, and started in processes of its own.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface CliResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliRunOptions {
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** How output is read. Default utf8; `latin1` keeps bytes. */
  readonly encoding?: 'utf8' | 'latin1';
}

export interface Cli {
  /** A folder for the test's files; it goes with `remove`. */
  readonly folder: string;
  /** The file that Node runs. */
  readonly main: string;
  /** Runs `skep` with these arguments. */
  run(args: readonly string[], options?: CliRunOptions): CliResult;
  remove(): void;
}

/** Builds the command line into a folder of its own. */
export async function buildCli(): Promise<Cli> {
  // Within the project, so that Node finds the packages.
  mkdirSync(`${root}node_modules/.cache`, { recursive: true });
  const folder = mkdtempSync(`${root}node_modules/.cache/skep-cli-`);
  const main = `${folder}/main.mjs`;
  await build({
    absWorkingDir: root,
    stdin: {
      contents: "import { main } from './src/cli/main.js'; process.exitCode = await main(process.argv);",
      resolveDir: root,
    },
    outfile: main,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    define: { __SKEP_VERSION__: '"0.0.0"' },
    logLevel: 'error',
  });
  return {
    folder,
    main,
    run(args, { input = '', env = {}, cwd, encoding = 'utf8' } = {}) {
      const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
        input,
        encoding,
        cwd,
        env: { ...process.env, NO_COLOR: '1', ...env },
        maxBuffer: 256 * 1024 * 1024,
      });
      return { status, stdout, stderr };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
