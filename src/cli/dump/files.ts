// The files that `skep dump` reads: one (-r), or those a list names (-V).

import { readInput, UsageError } from '../terminal.js';
import type { DumpOptions } from './options.js';

/** Names of the files, in order. Throws UsageError when there is nothing to read. */
export function inputFiles(options: DumpOptions): string[] {
  if (options.readFile !== undefined) return [options.readFile];
  if (options.readFileList === undefined) {
    throw new UsageError(
      'live capture comes in a later version: read a capture file with -r FILE (or standard input with -r -)',
    );
  }
  const names = new TextDecoder()
    .decode(readInput(options.readFileList))
    .split('\n')
    .filter(name => name !== '');
  if (names.length === 0) throw new UsageError(`${options.readFileList} names no files`);
  return names;
}
