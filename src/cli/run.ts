// `skep run`: a program of an object file, run here: over a packet, over a capture, or with the context it is given.

import { type Command, Option } from 'commander';
import type { RawRunOptions } from './run/options.js';

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

export function register(program: Command): void {
  program
    .command('run')
    .summary('run an eBPF program over packets, without a kernel')
    .description(
      'Load the eBPF object FILE into a simulated kernel and run one of its programs: over one packet (--data), over a ' +
        'capture (--pcap), or with a context alone (--ctx). Nothing is loaded into the kernel of this machine, and no root is needed.',
    )
    .argument('<file>', 'the object file, as clang or `skep build` writes it')
    .option('--prog <name>', 'which program: the name of its function (needed when there are several)')
    .option('--data <hex>', 'one packet, link layer first, in hexadecimal; blanks and colons may stand in it')
    .option('--pcap <file>', 'every packet of this capture (pcap or pcapng; - is standard input)')
    .option('-w, --write <file>', 'write the packets that pass to this capture, as the program left them')
    .option('--ctx <json>', 'fields of the context: \'{"ingress_ifindex": 1}\', or its bytes in hexadecimal')
    .option('--args <json>', 'arguments of a tracing, lsm, struct_ops or probe program: \'[1, "text"]\'')
    .addOption(
      new Option('--engine <name>', 'what runs the program').choices(['auto', 'interp', 'wasm', 'x64']).default('auto'),
    )
    .option('--repeat <n>', 'run it so many times on each packet', '1')
    .option('--set <name=value>', 'set a global variable before loading (as often as needed)', collect, [])
    .option('--kernel-btf <file>', 'types of the kernel to run as, for CO-RE: BTF or an ELF file with .BTF')
    .option('--trace', 'print every instruction as it runs, with what it changed')
    .option('--coverage', 'how often each source line ran')
    .option('--lcov <file>', 'the same as an lcov file')
    .option('--dump-jit', 'print the x86-64 code instead of running')
    .option('--dump-wat', 'print the WebAssembly text instead of running')
    .option('--json', 'the result as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ skep run drop_icmp.o --pcap in.pcap -w out.pcap      verdicts counted; what passes goes to out.pcap
  $ skep run set_ttl.o --pcap in.pcap -w out.pcap --set ttl=32
  $ skep run prog.o --prog ingress --data 'ffffffffffff 020000000001 0800 4500...'
  $ skep run prog.o --pcap in.pcap --coverage            which lines ran, how often
`,
    )
    .action(async (file: string, options: RawRunOptions) => {
      const { runCommand } = await import('./run/command.js');
      process.exitCode = await runCommand(file, options);
    });
}
