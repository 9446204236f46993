// `skep filter`: an expression's program in any form, its graph, what it means, and why a packet matches it. Flags are
// declared here; the work is in filter/command.ts, which is loaded when the command runs.

import { type Command, Option } from 'commander';
import { reportError } from './terminal.js';

/** What `--format` takes; the first is the default. */
export const FILTER_FORMATS: readonly (readonly [name: string, summary: string])[] = [
  ['tcpdump', "a listing, as tcpdump's -d prints it"],
  ['c', "initializers of a C array, as tcpdump's -dd"],
  ['decimal', "decimal numbers after their count, as tcpdump's -ddd"],
  ['asm', "assembler text with labels, for skep asm and Linux's bpf_asm"],
  ['macros', 'C source with BPF_STMT and BPF_JUMP'],
  ['json', 'JSON: the numbers and the text of each instruction'],
  ['hex', "the program's bytes in hexadecimal digits"],
  ['dot', 'the control-flow graph, for Graphviz'],
  ['cfg', 'the control-flow graph as JSON'],
  ['wat', 'the WebAssembly that it runs as, in text'],
  ['js', 'the JavaScript that it runs as'],
];

/** The flags as commander gives them. */
export interface FilterFlags {
  readonly format?: string;
  readonly dlt: string;
  readonly optimize: boolean;
  readonly explain?: true;
  readonly packet?: string;
  readonly all?: true;
  readonly snaplen: string;
  readonly netmask?: string;
  readonly target: 'savefile' | 'linux';
  readonly ip6Extensions?: true;
  readonly transportOverIp6?: true;
  readonly maxHeaders?: string;
  readonly dns: boolean;
  readonly file?: string;
  readonly json?: true;
  readonly listDlts?: true;
}

export function register(program: Command): void {
  program
    .command('filter')
    .summary('compile a filter expression: bytecode, graph, explanation')
    .description(
      'Compile a filter expression (pcap-filter) and print its program; or what the expression means, and why a packet matches it.',
    )
    .argument('[expression...]', 'the expression; its words are joined with blanks')
    .addOption(new Option('-f, --format <format>', 'what to print').choices(FILTER_FORMATS.map(([name]) => name)))
    .option('-y, --dlt <name>', 'the link type of the packets, by name or DLT number', 'EN10MB')
    .option('-O, --no-optimize', 'the program as the tests stand')
    .option('-e, --explain', 'what the expression means, in words')
    .option('-p, --packet <file:number>', 'why packet NUMBER (from 1) of a capture file matches, or does not')
    .option('--all', 'with --packet: every test that is made, not only those that decide')
    .option('-s, --snaplen <bytes>', 'how much of a matching packet the program keeps', '262144')
    .option('-m, --netmask <mask>', 'the mask of the network that was captured on, for `ip broadcast`')
    .addOption(
      new Option('--target <target>', 'packets of capture files, or of a Linux socket (VLAN tags beside the packet)')
        .choices(['savefile', 'linux'])
        .default('savefile'),
    )
    .option('--ip6-extensions', 'find TCP, UDP and the like behind IPv6 extension headers')
    .option('--transport-over-ip6', 'tcp[...], udp[...] and sctp[...] also over IPv6')
    .option('--max-headers <number>', '`protochain` follows so many headers, without a loop')
    .option('--no-dns', 'host names from /etc/hosts only')
    .option('-F, --file <file>', 'read the expression from a file')
    .option('--json', 'everything about the expression as one JSON object')
    .option('-L, --list-dlts', 'list the link types')
    .addHelpText(
      'after',
      `\nFormats:\n${FILTER_FORMATS.map(([name, text]) => `  ${name.padEnd(9)} ${text}`).join('\n')}\n`,
    )
    .addHelpText(
      'after',
      `
Examples:
  $ skep filter 'tcp and port 80'                               as tcpdump -d prints it
  $ skep filter --format c --dlt LINUX_SLL 'udp port 53'        for a C program
  $ skep filter --format dot 'host 10.0.0.1 or icmp' | dot -Tsvg > graph.svg
  $ skep filter --explain 'vlan 5 and tcp[tcpflags] & tcp-syn != 0'
  $ skep filter --packet capture.pcapng:7 'tcp port 443'        why does it match?
  $ skep filter -- '-1 < len'                                   an expression that begins with a hyphen

The language is in docs/filter.md. Exit codes: 0 success, 1 the expression or a file was refused, 2 wrong usage.`,
    )
    .action(async (words: string[], flags: FilterFlags) => {
      const { filter } = await import('./filter/command.js');
      try {
        process.exitCode = await filter(words.join(' '), flags);
      } catch (error) {
        process.exitCode = reportError(error);
      }
    });
}
