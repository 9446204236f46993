#!/usr/bin/env node
// Starts skep-conformance: see conformance/plugin.ts.

import { runPlugin } from './conformance/plugin.js';
import { writeAll } from './output.js';
import { readInput } from './terminal.js';

/** EX_SOFTWARE of sysexits(3). */
const EXIT_BUG = 70;

runPlugin(process.argv.slice(2), () => readInput(undefined)).then(
  ({ exitCode, stdout, stderr }) => {
    writeAll(1, new TextEncoder().encode(stdout));
    writeAll(2, new TextEncoder().encode(stderr));
    process.exitCode = exitCode;
  },
  (error: Error) => {
    writeAll(2, new TextEncoder().encode(`this is a bug in skep, please report it:\n${error.stack ?? error}\n`));
    process.exitCode = EXIT_BUG;
  },
);
