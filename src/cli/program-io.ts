// What `skep asm` and `skep disasm` share: reading a program in any form, checking it, writing it in any form.

import { writeFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { validate } from '../classic/index.js';
import type { Span } from '../diagnostics/index.js';
import {
  architectureNamed,
  assembleProgram,
  type ByteOrder,
  type ClassicProgram,
  decodeProgram,
  encodeProgram,
  FORMATS,
  type FormatName,
  formatProgram,
  guessByteOrder,
  type ParseOptions,
  type ValidatorName,
} from '../isa/index.js';
import { isTerminal, writeAll } from './output.js';
import { convertExtended, EXTENDED_FORMAT_HELP, EXTENDED_FORMAT_NAMES } from './program-io-extended.js';
import {
  EXIT_OK,
  EXIT_REFUSED,
  printDiagnostics,
  readInput,
  reportError,
  toInputError,
  UsageError,
} from './terminal.js';
import { isText } from './text-or-bytes.js';

/** The forms of the command line: the text forms, and bytes. */
export const FORMAT_NAMES: readonly (FormatName | 'raw')[] = [...FORMATS.map(({ name }) => name), 'raw'];
const VALIDATOR_NAMES: readonly ValidatorName[] = ['bsd', 'linux', 'seccomp'];

/** The instruction sets. */
const ISA_NAMES = ['classic', 'ebpf'] as const;
/** What --check stands for where it names nobody: the rules of the set itself. */
const OWN_RULES = 'isa';

/** The options of both commands, as commander gives them; those of classic programs where no other set is asked for. */
export interface ProgramOptions {
  readonly isa: (typeof ISA_NAMES)[number];
  readonly from: FormatName | 'raw' | 'auto';
  readonly format: FormatName | 'raw';
  readonly json?: true;
  readonly check?: ValidatorName | typeof OWN_RULES;
  readonly arch: string;
  readonly byteOrder: ByteOrder | 'auto';
  readonly output?: string;
  readonly longJumps?: true;
}

const summaries = [
  ...FORMATS.map(({ name, summary }) => `  ${name.padEnd(9)} ${summary}`),
  '  raw       the bytes',
].join('\n');

/** For the help of both commands, which reads best with the formats listed one a line. */
export const FORMAT_HELP = `\nFormats, for reading and for writing:\n${summaries}\n${EXTENDED_FORMAT_HELP}`;

export const isaOption = (): Option =>
  new Option('--isa <set>', 'the instruction set').choices(ISA_NAMES).default('classic');

const eitherFormat: readonly string[] = [...new Set([...FORMAT_NAMES, ...EXTENDED_FORMAT_NAMES])];

export const fromOption = (): Option =>
  new Option('--from <format>', 'what the input is').choices([...eitherFormat, 'auto']).default('auto');

/** `extended`: what is written of an eBPF program where nothing is asked for. */
export const formatOption = (fallback: FormatName, extended: string): Option =>
  new Option('-f, --format <format>', 'what to write')
    .choices(eitherFormat)
    .default(fallback, `${fallback}; of eBPF ${extended}`);

export const checkOption = (): Option =>
  new Option(
    '--check [validator]',
    'refuse what this checker would: libpcap, a Linux socket, seccomp; of eBPF the set itself',
  )
    .choices([...VALIDATOR_NAMES, OWN_RULES])
    .preset(OWN_RULES);

export const archOption = (): Option => new Option('--arch <name>', 'whose system calls are named').default('x86_64');

export const byteOrderOption = (): Option =>
  new Option('--byte-order <order>', "order of raw and hex bytes (auto: the input's by its opcodes, else little)")
    .choices(['little', 'big', 'auto'])
    .default('auto');

interface LoadedProgram {
  readonly program: ClassicProgram;
  /** The text and where each instruction stands in it; absent for bytes. */
  readonly text?: string;
  readonly spans?: readonly Span[];
}

/** Reads FILE, checks and writes it as the options say. Sets the exit code; the caller has nothing left to do. */
export function convertProgram(
  file: string | undefined,
  options: ProgramOptions,
  command: Command,
  extendedFormat: string,
): void {
  if (options.isa === 'classic') {
    process.exitCode = convert(file, options);
    return;
  }
  if (options.check && options.check !== OWN_RULES) {
    throw new UsageError(`--check ${options.check} checks classic programs; with --isa ebpf say --check alone`);
  }
  if (options.longJumps) throw new UsageError('--long-jumps is for classic programs: eBPF has gotol');
  const asked = command.getOptionValueSource('format') !== 'default';
  process.exitCode = convertExtended(file, {
    from: options.from,
    format: options.json ? 'json' : asked ? options.format : extendedFormat,
    check: options.check !== undefined,
    byteOrder: options.byteOrder,
    output: options.output,
  });
}

function convert(file: string | undefined, options: ProgramOptions): number {
  if (!architectureNamed(options.arch)) throw new UsageError(`--arch ${options.arch}: this architecture is not known`);
  const format = options.json ? 'json' : options.format;
  for (const [option, name] of [
    ['--format', format],
    ['--from', options.from],
  ] as const) {
    if (name !== 'auto' && !FORMAT_NAMES.includes(name)) {
      throw new UsageError(
        `${option} ${name} is a form of eBPF programs: say --isa ebpf, or one of ${FORMAT_NAMES.join(', ')}`,
      );
    }
  }
  const validator = options.check;
  if (validator === OWN_RULES) {
    throw new UsageError(`--check wants to know who shall check: ${VALIDATOR_NAMES.join(', ')}`);
  }
  if (format === 'raw' && options.output === undefined && isTerminal(1)) {
    throw new UsageError('raw bytes do not belong on a terminal: name a file with -o, or use a pipe');
  }
  const bytes = readInput(file);
  const sourceName = file === undefined || file === '-' ? '<stdin>' : file;
  let loaded: LoadedProgram;
  try {
    loaded = load(bytes, options, sourceName);
  } catch (error) {
    const text = options.from === 'raw' || !isText(bytes) ? undefined : decodeText(bytes);
    return reportError(error, text === undefined ? undefined : { source: text, sourceName });
  }
  if (validator) {
    const findings = validate(loaded.program, validator, { ...(loaded.spans && { spans: loaded.spans }) });
    printDiagnostics(findings, loaded.text === undefined ? undefined : { source: loaded.text, sourceName });
    if (findings.some(({ severity }) => severity === 'error')) return EXIT_REFUSED;
  }
  write(loaded.program, format, options);
  return EXIT_OK;
}

function load(bytes: Uint8Array, options: ProgramOptions, sourceName: string): LoadedProgram {
  const isRaw = options.from === 'raw' || (options.from === 'auto' && !isText(bytes));
  if (isRaw) {
    const byteOrder = options.byteOrder === 'auto' ? guessByteOrder(bytes) : options.byteOrder;
    const program = decodeProgram(bytes, byteOrder);
    if (program.length === 0) throw new UsageError(`${sourceName}: there is nothing in it`);
    return { program };
  }
  const text = decodeText(bytes);
  const parse: ParseOptions = {
    arch: options.arch,
    longJumps: options.longJumps ? 'trampoline' : 'error',
    ...(options.byteOrder !== 'auto' && { byteOrder: options.byteOrder }),
  };
  const syntax = options.from === 'auto' ? {} : { syntax: options.from };
  const { program, spans, diagnostics } = assembleProgram(text, { ...parse, ...syntax });
  printDiagnostics(diagnostics, { source: text, sourceName });
  return { program, text, spans };
}

function decodeText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function write(program: ClassicProgram, format: FormatName | 'raw', options: ProgramOptions): void {
  const byteOrder = options.byteOrder === 'big' ? 'big' : 'little';
  const output =
    format === 'raw'
      ? encodeProgram(program, byteOrder)
      : formatProgram(program, format, { arch: options.arch, byteOrder });
  if (options.output === undefined || options.output === '-') {
    writeAll(1, typeof output === 'string' ? new TextEncoder().encode(output) : output);
    return;
  }
  try {
    writeFileSync(options.output, output);
  } catch (error) {
    throw toInputError(error, options.output);
  }
}
