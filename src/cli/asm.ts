// `skep asm`: assembler text, or a program in any other form, into a program.

import { type Command, Option } from 'commander';
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
const EXTENDED_FORMAT = 'hex';

export function register(program: Command): void {
  program
    .command('asm')
    .summary('assemble BPF text into a program')
    .description(
      'Assemble classic or extended BPF: the text of FILE (or standard input) becomes a program in the format you ask for.',
    )
    .argument('[file]', 'the text; - or nothing is standard input')
    .addOption(isaOption())
    .addOption(fromOption())
    .addOption(formatOption('decimal', EXTENDED_FORMAT))
    .option('--json', 'the same as --format json')
    .addOption(checkOption())
    .addOption(new Option('--long-jumps', 'let conditional jumps reach further than 255 instructions, over a `ja`'))
    .addOption(archOption())
    .addOption(byteOrderOption())
    .option('-o, --output <file>', 'write to a file')
    .addHelpText('after', FORMAT_HELP)
    .addHelpText(
      'after',
      `
Examples:
  $ printf 'ldh [12]\\njne #0x806, drop\\nret #-1\\ndrop: ret #0\\n' | skep asm
  $ skep asm arp.bpf --format macros                    for a C program
  $ skep asm arp.bpf --check linux -f raw -o arp.bin    struct sock_filter, refused if Linux would
  $ tcpdump -y EN10MB -d 'tcp port 80' | skep asm -f c  a listing is read as well
  $ printf 'r0 = 2\\nexit\\n' | skep asm --isa ebpf -f raw -o pass.bin
`,
    )
    .action((file: string | undefined, options: ProgramOptions, command: Command) =>
      convertProgram(file, options, command, EXTENDED_FORMAT),
    );
}
