// What `skep asm --isa ebpf` and `skep disasm --isa ebpf` share: an extended program in any form, checked, into any form.

import { writeFileSync } from 'node:fs';
import { HELPER_NAMES, helperNamed } from '../helpers/index.js';
import {
  checkInstructions,
  decode,
  EXTENDED_FORMATS,
  type ExtendedFormatName,
  encode,
  formatExtended,
  guessExtendedByteOrder,
  type Program,
  parseExtended,
} from '../isa/extended/index.js';
import { writeAll } from './output.js';
import {
  EXIT_OK,
  EXIT_REFUSED,
  InputError,
  printDiagnostics,
  readInput,
  reportError,
  toInputError,
  UsageError,
} from './terminal.js';
import { isText } from './text-or-bytes.js';

export const EXTENDED_FORMAT_NAMES: readonly string[] = [...EXTENDED_FORMATS.map(({ name }) => name), 'raw'];

const summaries = EXTENDED_FORMATS.map(({ name, summary }) => `  ${name.padEnd(9)} ${summary}`).join('\n');
/** For the help of both commands. */
export const EXTENDED_FORMAT_HELP = `\nFormats of --isa ebpf, for reading and for writing:\n${summaries}\n  raw       the bytes\n`;

export interface ExtendedOptions {
  /** What the input is; `auto`: it tells itself. */
  readonly from: string;
  readonly format: string;
  readonly check: boolean;
  readonly byteOrder: 'little' | 'big' | 'auto';
  readonly output?: string | undefined;
}

/** Reads FILE, checks and writes it as the options say. Returns the exit code. */
export function convertExtended(file: string | undefined, options: ExtendedOptions): number {
  const { format, from } = options;
  for (const [option, name] of [
    ['--format', format],
    ['--from', from],
  ] as const) {
    if (name !== 'auto' && !EXTENDED_FORMAT_NAMES.includes(name)) {
      throw new UsageError(
        `${option} ${name} is a form of classic programs; eBPF has ${EXTENDED_FORMAT_NAMES.join(', ')}`,
      );
    }
  }
  if (format === 'raw' && options.output === undefined && process.stdout.isTTY) {
    throw new UsageError('raw bytes do not belong on a terminal: name a file with -o, or use a pipe');
  }
  const bytes = readInput(file);
  const sourceName = file === undefined || file === '-' ? '<stdin>' : file;
  if (isElf(bytes)) throw new InputError(`${sourceName}: this is an object file: skep inspect lists its programs`);
  const isRaw = from === 'raw' || (from === 'auto' && !isText(bytes));
  const text = isRaw ? undefined : new TextDecoder().decode(bytes);
  const source = text === undefined ? undefined : { source: text, sourceName };
  let program: Program;
  try {
    program = text === undefined ? decodeRaw(bytes, options) : parseText(text, options);
    if (program.length === 0) throw new InputError(`${sourceName}: there is nothing in it`);
  } catch (error) {
    return reportError(error, source);
  }
  if (options.check) {
    const findings = checkInstructions(program);
    printDiagnostics(findings);
    if (findings.some(({ severity }) => severity === 'error')) return EXIT_REFUSED;
  }
  write(program, options);
  return EXIT_OK;
}

const isElf = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;

function decodeRaw(bytes: Uint8Array, { byteOrder }: ExtendedOptions): Program {
  const order = byteOrder === 'auto' ? guessExtendedByteOrder(bytes) : byteOrder;
  return decode(bytes, { bigEndian: order === 'big' });
}

function parseText(text: string, { from, byteOrder }: ExtendedOptions): Program {
  return parseExtended(text, {
    ...(from !== 'auto' && { format: from as ExtendedFormatName }),
    bigEndian: byteOrder === 'big',
    helper: name => helperNamed(name)?.id,
  });
}

function write(program: Program, { format, byteOrder, output }: ExtendedOptions): void {
  const bigEndian = byteOrder === 'big';
  const names = { helper: (id: number): string | undefined => HELPER_NAMES[id] };
  const result =
    format === 'raw'
      ? encode(program, { bigEndian })
      : new TextEncoder().encode(formatExtended(program, format as ExtendedFormatName, { names, bigEndian }));
  if (output === undefined || output === '-') {
    writeAll(1, result);
    return;
  }
  try {
    writeFileSync(output, result);
  } catch (error) {
    throw toInputError(error, output);
  }
}
