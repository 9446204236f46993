// `skep btf`: types of a kernel or an object, as a C header, TypeScript, or text. The work is in btf/command.ts, which is loaded when
// the command runs.

import { type Command, Option } from 'commander';
import { reportError } from './terminal.js';

export const BTF_FORMATS: readonly (readonly [name: string, summary: string])[] = [
  ['c', 'a C header: vmlinux.h'],
  ['ts', 'TypeScript declarations of the values: vmlinux.d.ts'],
  ['raw', "one type a line, as bpftool's btf dump prints them"],
];

/** The flags as commander gives them. */
export interface BtfFlags {
  readonly format: string;
  readonly base?: string;
  readonly type?: readonly string[];
  readonly output?: string;
}

export function register(program: Command): void {
  program
    .command('btf')
    .summary("print a kernel's or an object's types: vmlinux.h, vmlinux.d.ts")
    .description('Print the types (BTF) of a kernel or an object file.')
    .argument('[file]', 'BTF, or an object file with it', '/sys/kernel/btf/vmlinux')
    .addOption(new Option('-f, --format <format>', 'how').choices(BTF_FORMATS.map(([name]) => name)).default('c'))
    .option('-t, --type <names...>', 'only these types and what they need')
    .option('--base <file>', "the kernel's types that those of a module continue")
    .option('-o, --output <file>', 'write to a file')
    .addHelpText(
      'after',
      `
Formats:
${BTF_FORMATS.map(([name, summary]) => `  ${name.padEnd(4)} ${summary}`).join('\n')}

Examples:
  $ skep btf > vmlinux.h                          the running kernel's types for C
  $ skep btf -t task_struct -t sk_buff            two types and what they need
  $ skep btf prog.o -f ts -o prog.d.ts            an object's types for TypeScript
`,
    )
    .action(async (file: string, flags: BtfFlags) => {
      try {
        const { printBtf } = await import('./btf/command.js');
        process.exitCode = printBtf(file, flags);
      } catch (error) {
        process.exitCode = reportError(error);
      }
    });
}
