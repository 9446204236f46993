// The command line: finds the command, loads its file, gives every failure its exit code. launch.ts starts it.

import { Command, CommanderError } from 'commander';
import { COMMANDS } from './commands.js';
import { writeError, writeOut } from './output.js';
import { EXIT_OK, EXIT_USAGE, reportError } from './terminal.js';

declare const __SKEP_VERSION__: string;

/** The command line without its commands. */
function createProgram(): Command {
  return new Command('skep')
    .description('BPF programs in TypeScript: filter packets, compile, assemble, look inside.')
    .version(__SKEP_VERSION__, '-V, --version', 'print the version')
    .helpCommand('help [command]', 'show the help of a command')
    .showHelpAfterError('(see skep --help)')
    .enablePositionalOptions()
    .configureOutput({ writeOut, writeErr: writeError })
    .exitOverride()
    .addHelpText(
      'after',
      `
  Examples:
    $ skep dump -r capture.pcapng 'tcp port 80'       packets that match, one line each
    $ skep dump -r big.pcap -w web.pcap 'port 80'     copy them to another file
    $ skep filter 'tcp and port 80'                   the program, as tcpdump -d prints it
    $ skep filter --explain 'vlan 5 and host 10.0.0.1'

  Exit codes: 0 success, 1 the input was refused, 2 wrong usage, 70 a bug in skep.
  NO_COLOR=1 turns colours off.`,
    );
}

/** Runs one command line (`process.argv`); resolves with the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  const program = createProgram();
  const words = argv.slice(2);
  const named = words.find(word => !word.startsWith('-'));
  const wanted = named === 'help' ? words[words.indexOf('help') + 1] : named;
  const row = COMMANDS.find(({ name }) => name === wanted);
  if (row) (await row.load()).register(program);
  // Only the named command is loaded; the others stand in the help by their summary.
  for (const { name, summary } of COMMANDS) if (name !== row?.name) program.command(name).description(summary);
  try {
    if (words.length === 0) program.help({ error: true });
    await program.parseAsync(argv as string[]);
    return (process.exitCode as number | undefined) ?? EXIT_OK;
  } catch (error) {
    // Commander has printed its own message.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_OK : EXIT_USAGE;
    return reportError(error);
  }
}
