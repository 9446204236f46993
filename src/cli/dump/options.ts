// The flags of `skep dump`: tcpdump's letters (tcpdump(1)), parsed by commander, checked and turned into one value.

import { type Command, InvalidArgumentError, Option } from 'commander';

export interface DumpOptions {
  /** The words after the flags, joined: a pcap-filter expression. */
  readonly expression: string;
  readonly expressionFile?: string;
  readonly readFile?: string;
  readonly readFileList?: string;
  readonly writeFile?: string;
  readonly interface?: string;
  readonly maxPackets?: number;
  readonly skipPackets: number;
  /** How often -n was given; from 1: numbers for addresses, ports and protocols. */
  readonly numeric: number;
  readonly linkHeader: boolean;
  readonly verbosity: number;
  readonly quiet: number;
  /** How often -t was given: the time format. */
  readonly timeFormat: number;
  readonly nanoseconds: boolean;
  /** -x, -X, -A: how often each was given, 2 at most. */
  readonly hex: { readonly hex: 0 | 1 | 2; readonly hexAscii: 0 | 1 | 2; readonly ascii: 0 | 1 | 2 };
  readonly number: boolean;
  readonly absoluteSequence: boolean;
  readonly verifyChecksums: boolean;
  readonly snapLength: number;
  readonly optimize: boolean;
  /** How often -d was given; 0: filter packets. */
  readonly printCode: number;
  readonly linkTypeName?: string;
  readonly listLinkTypes: boolean;
  readonly listInterfaces: boolean;
  readonly lineBuffered: boolean;
  readonly packetBuffered: boolean;
  readonly print: boolean;
  readonly countOnly: boolean;
  readonly json: boolean;
  readonly rotateBytes?: number;
  readonly rotateFiles?: number;
  readonly rotateSeconds?: number;
  readonly progress: boolean;
}

/** tcpdump's longest snap length, and what its programs accept by default. */
export const MAXIMUM_SNAP_LENGTH = 262144;

/** A whole number within bounds, as an option's argument. */
function integer(name: string, min: number, max: number): (text: string) => number {
  return text => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`a ${name} is a whole number from ${min} to ${max}.`);
    }
    return value;
  };
}

/** -C: a size in millions of bytes, or with a unit (4.99's `K`, `M`, `G`: powers of 1024). */
function rotationSize(text: string): number {
  const match = /^(\d+)([kKmMgG])?$/.exec(text);
  const unit = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[match?.[2]?.toLowerCase() ?? ''] ?? 1_000_000;
  const bytes = match ? Number(match[1]) * unit : 0;
  if (bytes <= 0 || bytes > 2 ** 52) {
    throw new InvalidArgumentError('a file size is a number of millions of bytes, or one with K, M or G behind it.');
  }
  return bytes;
}

const MAX_U31 = 2 ** 31 - 1;

/** Declares the flags. Letters that add up (`-vv`, `-tttt`, `-XX`) are counted. */
export function declareOptions(command: Command): Command {
  const counted = (flag: string, description: string): Option =>
    new Option(flag, description).argParser((_: string, previous: number | undefined) => (previous ?? 0) + 1);
  return command
    .argument('[expression...]', 'which packets: a pcap-filter expression (docs/filter.md)')
    .optionsGroup('Input and output:')
    .option('-r, --read <file>', 'read packets from a pcap or pcapng file, plain or .gz; - is standard input')
    .option('-V <file>', 'read the files whose names stand in a file, one a line; - is standard input')
    .option('-w, --write <file>', 'write matching packets to a file (.pcapng, .gz by name); - is standard output')
    .option('--print', 'print the packets also when writing them')
    .option('-c <count>', 'stop after so many matching packets', integer('packet count', 1, MAX_U31))
    .option('--skip <count>', 'leave out so many matching packets first', integer('packet count', 0, MAX_U31))
    .option('--count', 'print only the number of matching packets')
    .option('-C <size>', 'begin a new file before it gets larger: millions of bytes, or K, M, G', rotationSize)
    .option(
      '-W <count>',
      'with -C: keep so many files, overwriting the oldest; with -G: stop after so many',
      integer('file count', 1, MAX_U31),
    )
    .option(
      '-G <seconds>',
      'begin a new file every so many seconds; strftime(3) in the name',
      integer('number of seconds', 1, MAX_U31),
    )
    .option('-U, --packet-buffered', 'write each packet as it comes')
    .option('-l', 'write each line as it comes')
    .optionsGroup('Filter:')
    .option('-F <file>', 'read the expression from a file')
    .option('-O, --no-optimize', 'do not optimize the filter program')
    .addOption(counted('-d', 'print the filter program and stop; -dd as C, -ddd as decimal numbers'))
    .option('-y, --linktype <name>', 'the link type to compile for when there is no file (default EN10MB)')
    .option(
      '-s, --snapshot-length <bytes>',
      'what the filter program accepts of a packet',
      integer('snapshot length', 0, MAXIMUM_SNAP_LENGTH),
    )
    .optionsGroup('Lines:')
    .addOption(counted('-n', 'numbers instead of names for addresses, ports and protocols'))
    .option('-e', 'print the link-layer header')
    .addOption(counted('-v, --verbose', 'say more; -vv, -vvv still more'))
    .addOption(counted('-q, --quiet', 'say less'))
    .addOption(
      counted('-t', 'no time; -tt seconds, -ttt since the line before, -tttt with the date, -ttttt since the first'),
    )
    .addOption(
      new Option('--time-stamp-precision <unit>', 'print micro- or nanoseconds')
        .choices(['micro', 'nano'])
        .default('micro'),
    )
    .option('--nano', 'short for --time-stamp-precision nano')
    .addOption(counted('-x', 'the bytes in hex; -xx with the link-layer header'))
    .addOption(counted('-X', 'the bytes in hex and as text; -XX with the link-layer header'))
    .addOption(counted('-A', 'the bytes as text'))
    .option('-S, --absolute-tcp-sequence-numbers', 'TCP sequence numbers as they are')
    .option('-K, --dont-verify-checksums', 'do not verify checksums')
    .option('-#, --number', 'number the packets')
    .option('--json', 'a JSON object a line, with the fields of every layer')
    .optionsGroup('Lists:')
    .option('-D, --list-interfaces', 'list the interfaces of this machine')
    .option('-L, --list-data-link-types', 'list the link types that a filter can be compiled for')
    .option('-i, --interface <name>', 'capture live (not in this version)')
    .option('--no-progress', 'no progress bar on the terminal');
}

/** The value that the rest of the command works with. `words` are the operands. */
export function readOptions(words: readonly string[], flags: Record<string, unknown>): DumpOptions {
  const text = (name: string): string | undefined => flags[name] as string | undefined;
  const number = (name: string): number | undefined => flags[name] as number | undefined;
  const given = (name: string): boolean => flags[name] === true;
  return {
    expression: words.join(' '),
    expressionFile: text('F'),
    readFile: text('read'),
    readFileList: text('V'),
    writeFile: text('write'),
    interface: text('interface'),
    maxPackets: number('c'),
    skipPackets: number('skip') ?? 0,
    numeric: number('n') ?? 0,
    linkHeader: given('e'),
    verbosity: number('verbose') ?? 0,
    quiet: number('quiet') ?? 0,
    timeFormat: number('t') ?? 0,
    nanoseconds: given('nano') || text('timeStampPrecision') === 'nano',
    hex: { hex: twice(number('x')), hexAscii: twice(number('X')), ascii: twice(number('A')) },
    number: given('number'),
    absoluteSequence: given('absoluteTcpSequenceNumbers'),
    verifyChecksums: !given('dontVerifyChecksums'),
    snapLength: number('snapshotLength') || MAXIMUM_SNAP_LENGTH,
    optimize: flags['optimize'] !== false,
    printCode: number('d') ?? 0,
    linkTypeName: text('linktype'),
    listLinkTypes: given('listDataLinkTypes'),
    listInterfaces: given('listInterfaces'),
    lineBuffered: given('l'),
    packetBuffered: given('packetBuffered'),
    print: given('print'),
    countOnly: given('count'),
    json: given('json'),
    rotateBytes: number('C'),
    rotateFiles: number('W'),
    rotateSeconds: number('G'),
    progress: flags['progress'] !== false,
  };
}

/** A counted flag that means no more than twice. */
function twice(count = 0): 0 | 1 | 2 {
  return Math.min(count, 2) as 0 | 1 | 2;
}
