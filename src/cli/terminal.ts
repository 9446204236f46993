// What every command shares at the terminal: exit codes, reading input, colours, printing errors.
//
// Exit codes (documented in `skep --help`): 0 success, 1 the input was refused, 2 wrong usage, 70 a bug in skep (launch.ts).

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import pc from 'picocolors';
import { type Colors, type Diagnostic, renderDiagnostic, SkepError } from '../diagnostics/index.js';
import { isTerminal, writeError } from './output.js';

export const EXIT_OK = 0;
/** The input (an expression, a program, a file) was refused. */
export const EXIT_REFUSED = 1;
/** The command line itself was wrong. */
export const EXIT_USAGE = 2;

/** Input read whole is text that people or compilers wrote; captures are streamed and do not come through here. */
const MAX_INPUT_BYTES = 64 * 1024 * 1024;

/** A command line that cannot be carried out: printed with a pointer to --help, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** An environment failure (a missing file, no permission): one line, exit code 1. */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/** Reads a whole file, or standard input for `-` and undefined. Throws InputError with what to do. */
export function readInput(path: string | undefined): Uint8Array {
  const fromStdin = path === undefined || path === '-';
  if (fromStdin && isTerminal(0)) writeError('reading from the terminal; end with ctrl-d\n');
  let fd = 0;
  try {
    if (!fromStdin) fd = openSync(path, 'r');
    if (!fromStdin && fstatSync(fd).isDirectory()) throw new InputError(`${path}: is a directory`);
    return readAll(fd, fromStdin ? '<stdin>' : path);
  } catch (error) {
    throw toInputError(error, fromStdin ? '<stdin>' : path);
  } finally {
    if (fd !== 0) closeSync(fd);
  }
}

function readAll(fd: number, name: string): Uint8Array {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const chunk = new Uint8Array(65536);
    let count: number;
    try {
      count = readSync(fd, chunk, 0, chunk.length, null);
    } catch (error) {
      // A non-blocking pipe on standard input has nothing yet: wait a little, without spinning.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
      continue;
    }
    if (count === 0) break;
    total += count;
    if (total > MAX_INPUT_BYTES) throw new InputError(`${name}: more than ${MAX_INPUT_BYTES / 1048576} MiB of input`);
    chunks.push(chunk.subarray(0, count));
  }
  const all = new Uint8Array(total);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** Turns a file system error into one line a person can act on; anything else passes through. */
export function toInputError(error: unknown, path: string): unknown {
  switch ((error as NodeJS.ErrnoException)?.code) {
    case 'ENOENT':
      return new InputError(`${path}: no such file`);
    case 'EACCES':
    case 'EPERM':
      return new InputError(`${path}: permission denied`);
    case 'EISDIR':
      return new InputError(`${path}: is a directory`);
    case 'ENOSPC':
      return new InputError(`${path}: no space left on the device`);
    default:
      return error;
  }
}

/** Colours for standard error, which obey NO_COLOR, FORCE_COLOR and whether it is a terminal. */
export function stderrColors(): Colors {
  const { red, yellow, cyan, bold, dim } = pc.createColors(wantsColor(2));
  return { error: text => bold(red(text)), warning: text => bold(yellow(text)), note: cyan, bold, dim };
}

/** Whether a stream takes colours: NO_COLOR (any value) says no, FORCE_COLOR yes, else a terminal does. */
export function wantsColor(fd: 1 | 2): boolean {
  if (process.env['NO_COLOR']) return false;
  if (process.env['FORCE_COLOR'] && process.env['FORCE_COLOR'] !== '0') return true;
  return isTerminal(fd) && process.env['TERM'] !== 'dumb';
}

export interface SourceText {
  readonly source: string;
  readonly sourceName: string;
}

/** Prints diagnostics to standard error, with the source line where there is one. */
export function printDiagnostics(diagnostics: readonly Diagnostic[], text?: SourceText): void {
  const colors = stderrColors();
  for (const diagnostic of diagnostics) {
    const shown = text ? diagnostic : { ...diagnostic, span: undefined };
    const options = { colors, ...(text && { sourceName: text.sourceName }) };
    writeError(`${renderDiagnostic(shown as Diagnostic, text?.source ?? '', options)}\n`);
  }
}

/** Prints an error as a person should see it and answers with the exit code for it. Unknown errors are bugs: thrown on. */
export function reportError(error: unknown, text?: SourceText): number {
  if (error instanceof SkepError) {
    printDiagnostics(error.diagnostics, text);
    return EXIT_REFUSED;
  }
  const { error: tint } = stderrColors();
  if (error instanceof UsageError) {
    writeError(`${tint('error')}: ${error.message}\n`);
    return EXIT_USAGE;
  }
  if (error instanceof InputError) {
    writeError(`${tint('error')}: ${error.message}\n`);
    return EXIT_REFUSED;
  }
  throw error;
}
