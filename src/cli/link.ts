// `skep link`: several object files into one, as `bpftool gen object` does.

import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { EXIT_OK, readInput, reportError, toInputError } from './terminal.js';

export function register(program: Command): void {
  program
    .command('link')
    .summary('link eBPF object files into one')
    .description('Link object files into one: symbols resolved, sections joined, types merged.')
    .argument('<files...>', 'object files (ELF)')
    .requiredOption('-o, --output <file>', 'the object to write')
    .addHelpText(
      'after',
      `
Example:
  $ skep link main.o library.o -o prog.o && skep inspect prog.o
`,
    )
    .action(async (files: string[], { output }: { output: string }) => {
      try {
        const { linkElf, loadElf, readElf, writeElf } = await import('../object/index.js');
        const linked = linkElf(
          files.map(file => readElf(readInput(file))),
          files,
        );
        // What is still missing is said now rather than when it is loaded.
        loadElf(linked);
        try {
          writeFileSync(output, writeElf(linked));
        } catch (error) {
          throw toInputError(error, output);
        }
        process.exitCode = EXIT_OK;
      } catch (error) {
        process.exitCode = reportError(error);
      }
    });
}
