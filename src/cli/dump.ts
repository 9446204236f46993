// `skep dump`: tcpdump's work on capture files. Flags in dump/options.ts, packets in dump/run.ts, where they go in dump/sinks.ts.

import type { Command } from 'commander';
import { declareOptions, readOptions } from './dump/options.js';
import { reportError } from './terminal.js';

export function register(program: Command): void {
  declareOptions(program.command('dump'))
    .description('Print the packets of a capture that match a filter; or count them, or copy them to another file.')
    .addHelpText(
      'after',
      `
Examples:
  $ skep dump -r capture.pcapng                          every packet, one line each
  $ skep dump -nn -r capture.pcapng 'tcp port 80'        those of HTTP, without names
  $ skep dump -r big.pcap -w web.pcap 'port 80 or 443'   copied to another file
  $ skep dump -r big.pcap.gz --count 'icmp'              only counted
  $ skep dump -r capture.pcapng --json 'port 53'         every field, for jq
  $ skep dump -X -c 1 -r capture.pcapng 'icmp6'          one packet with its bytes
  $ skep dump -d 'tcp and port 80'                       the filter's program
  $ zcat big.pcap.gz | skep dump -r - -w - 'arp' | ...   in a pipeline

The language of expressions is in docs/filter.md, the fields of --json in docs/dump-json.md.
Exit codes: 0 success, 1 an expression or file was refused, 2 wrong usage.`,
    )
    .action(async (words: string[], flags: Record<string, unknown>) => {
      const { dump } = await import('./dump/command.js');
      try {
        process.exitCode = await dump(readOptions(words, flags));
      } catch (error) {
        process.exitCode = reportError(error);
      }
    });
}
