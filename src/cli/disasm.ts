// `skep disasm`: a program as bytes or numbers, printed for people.

import type { Command } from 'commander';
import {
  archOption,
  byteOrderOption,
  checkOption,
  convertProgram,
  FORMAT_HELP,
  formatOption,
  fromOption,
  type ProgramOptions,
} from './program-io.js';

export function register(program: Command): void {
  program
    .command('disasm')
    .summary('print a classic BPF program as text')
    .description('Print the classic BPF program in FILE (or standard input): bytes, numbers, C source or a listing.')
    .argument('[file]', 'the program; - or nothing is standard input')
    .addOption(fromOption())
    .addOption(formatOption('tcpdump'))
    .option('--json', 'the same as --format json')
    .addOption(checkOption())
    .addOption(archOption())
    .addOption(byteOrderOption())
    .option('-o, --output <file>', 'write to a file')
    .addHelpText('after', FORMAT_HELP)
    .addHelpText(
      'after',
      `
Examples:
  $ skep disasm filter.bin                                   bytes of struct sock_filter, as tcpdump -d prints them
  $ tcpdump -y EN10MB -ddd 'tcp port 80' | skep disasm -f asm    with labels, to change and assemble again
  $ skep disasm sandbox.bpf -f seccomp --arch aarch64        a seccomp filter, system calls by name
  $ skep disasm sandbox.bpf --check seccomp                  would the kernel take it?
`,
    )
    .action((file: string | undefined, options: ProgramOptions) => convertProgram(file, options));
}
