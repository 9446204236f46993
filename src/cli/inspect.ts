// `skep inspect`: what an object file holds. Flags are declared here; the work is in inspect/command.ts, which is loaded when
// the command runs.

import type { Command } from 'commander';
import { reportError } from './terminal.js';

/** The flags as commander gives them. */
export interface InspectFlags {
  readonly json?: true;
  readonly section?: string;
  readonly program?: string;
  readonly btf?: true;
  readonly maps?: true;
  readonly relocations?: true;
  readonly targetBtf?: string;
}

export function register(program: Command): void {
  program
    .command('inspect')
    .summary('show what an eBPF object file holds: programs, maps, types')
    .description(
      'Show the programs of an object file with their source lines, its maps, global variables, types and relocations. Of several files, what they are linked together.',
    )
    .argument('<files...>', 'object files (ELF); - is standard input')
    .option('--section <name>', 'only the programs of a section, such as xdp')
    .option('--program <name>', 'only one program')
    .option('--maps', 'maps and global variables')
    .option('--btf', 'types, as C')
    .option('--relocations', 'references to maps, functions and the kernel, and CO-RE relocations')
    .option('--target-btf <file>', "apply the CO-RE relocations against a kernel's types")
    .option('--json', 'all of it as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ skep inspect prog.o                                       programs, maps, globals, listings
  $ skep inspect prog.o --maps                                only the maps and globals
  $ skep inspect prog.o --section xdp                         only the programs of SEC("xdp")
  $ skep inspect prog.o --target-btf /sys/kernel/btf/vmlinux  as the running kernel would get it
  $ skep inspect prog.o --json | jq '.programs[].name'
`,
    )
    .action(async (files: string[], flags: InspectFlags) => {
      try {
        const { inspect } = await import('./inspect/command.js');
        process.exitCode = inspect(files, flags);
      } catch (error) {
        process.exitCode = reportError(error);
      }
    });
}
