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
  isaOption,
  type ProgramOptions,
} from './program-io.js';

/** What is written of an eBPF program where nothing is asked for. */
const EXTENDED_FORMAT = 'kernel';

export function register(program: Command): void {
  program
    .command('disasm')
    .summary('print a BPF program as text')
    .description('Print the BPF program in FILE (or standard input): bytes, numbers, C source or a listing.')
    .argument('[file]', 'the program; - or nothing is standard input')
    .addOption(isaOption())
    .addOption(fromOption())
    .addOption(formatOption('tcpdump', EXTENDED_FORMAT))
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
  $ skep disasm --isa ebpf pass.bin -f rfc                   eBPF, in the mnemonics of RFC 9669
`,
    )
    .action((file: string | undefined, options: ProgramOptions, command: Command) =>
      convertProgram(file, options, command, EXTENDED_FORMAT),
    );
}
