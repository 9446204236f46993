#!/usr/bin/env node
// Starts the command line. Parsing and compiling its text is most of what starting takes, so the build keeps V8's compiled code
// beside it (skep.cache). V8 refuses a cache of another version of itself: then the text is compiled as usual, and from
// Node 22 on Node's own compile cache takes over from the second start.

import { readFileSync } from 'node:fs';
import Module from 'node:module';
import { join } from 'node:path';
import { constants, Script } from 'node:vm';

/** EX_SOFTWARE of sysexits(3). */
const EXIT_BUG = 70;

type Main = (argv: readonly string[]) => Promise<number>;

function load(file: string): Main {
  let cachedData: Buffer;
  try {
    cachedData = readFileSync(file.replace(/cjs$/, 'cache'));
  } catch {
    return require(file).main;
  }
  const script = new Script(Module.wrap(readFileSync(file, 'utf8')), {
    filename: file,
    cachedData,
    importModuleDynamically: constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  if (script.cachedDataRejected) {
    (Module as { enableCompileCache?: () => void }).enableCompileCache?.();
    return require(file).main;
  }
  const module = { exports: {} as { main: Main } };
  script.runInThisContext()(module.exports, require, module, file, __dirname);
  return module.exports.main;
}

load(join(__dirname, 'skep.cjs'))(process.argv).then(
  exitCode => {
    process.exitCode = exitCode;
  },
  (error: NodeJS.ErrnoException) => {
    // Packets written to standard output (`-w -`) may meet a reader that has gone away.
    if (error?.code === 'EPIPE') process.exit(0);
    process.stderr.write(`this is a bug in skep, please report it:\n${error?.stack ?? error}\n`);
    process.exitCode = EXIT_BUG;
  },
);
