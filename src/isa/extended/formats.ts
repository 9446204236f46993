// The forms that an extended program is written in, one row each: `skep asm` and `skep disasm` take their --format from here. The
// three notations are listings that the assembler reads back; the others are for programs.

import { SkepError } from '../../diagnostics/index.js';
import { type AssembleOptions, assemble, DIALECTS } from './assemble.js';
import { type ByteOrderOptions, decode, encode, SLOT_BYTES } from './encode.js';
import { type Instruction, insn, type Program } from './instruction.js';
import { type Dialect, type InstructionNames, type ListedInstruction, list } from './print/dialect.js';
import { rowsOfOpcode } from './table.js';

export type ExtendedFormatName = 'kernel' | 'llvm' | 'rfc' | 'hex' | 'c' | 'json';

export interface ExtendedFormatOptions extends ByteOrderOptions {
  /** Names of helpers, maps, labels for the notations. */
  readonly names?: InstructionNames;
}

export interface ExtendedFormatRow {
  readonly name: ExtendedFormatName;
  readonly summary: string;
  /** The text of a program, ended by a newline. */
  readonly print: (program: Program, options: ExtendedFormatOptions) => string;
  /** The program of such a text. Throws SkepError. */
  readonly parse: (text: string, options: AssembleOptions & ByteOrderOptions) => Program;
  /** Whether a text looks like this form; the rows are asked in order. */
  readonly looksLike: (text: string) => boolean;
}

const hex2 = (value: number): string => value.toString(16).padStart(2, '0');

/** A listing: one line an instruction, what no row fits as a comment. */
function listing(dialect: Dialect, line: (listed: ListedInstruction, program: Program, text: string) => string) {
  return (program: Program, { names = {} }: ExtendedFormatOptions): string =>
    list(program, dialect, names)
      .map(listed => {
        const { opcode } = listed.instruction;
        return `${line(listed, program, listed.text ?? `; no instruction has opcode 0x${hex2(opcode)} and these fields`)}\n`;
      })
      .join('');
}

/** The bytes of the slots from one to the next, separated by spaces. */
const bytesOf = (slots: Program, options: ByteOrderOptions = {}): string =>
  [...encode(slots, options)].map(hex2).join(' ');

/** The order is the order in which an unknown text is compared with them; a listing in any notation is what remains. */
export const EXTENDED_FORMATS: readonly ExtendedFormatRow[] = [
  {
    name: 'json',
    summary: 'an object with the instructions and their texts',
    print: printJson,
    parse: parseJson,
    looksLike: text => /^\s*[{[]\s*["[{\]]/.test(text) && /"opcode"|"instructions"/.test(text),
  },
  {
    name: 'c',
    summary: 'initializers of struct bpf_insn: code, dst, src, off, imm',
    print: program =>
      program
        .map(({ opcode, dst, src, offset, imm }, slot) => {
          const text = list(program.slice(slot, slot + 2), DIALECTS.kernel)[0]?.text;
          const comment = text === undefined ? '' : ` /* ${text} */`;
          return `{ 0x${hex2(opcode)}, ${dst}, ${src}, ${offset}, ${imm} },${comment}\n`;
        })
        .join(''),
    parse: parseC,
    looksLike: text => /^\s*\{\s*(?:0x[\da-f]+|\d+)\s*,/i.test(text),
  },
  {
    name: 'hex',
    summary: 'the bytes in hexadecimal, a slot on each line',
    print: (program, options) => program.map(slot => `${bytesOf([slot], options)}\n`).join(''),
    parse: (text, options) => decode(parseHex(text), options),
    looksLike: text => /^\s*[\da-f]{2}(?:\s*[\da-f]{2})*\s*$/i.test(text),
  },
  {
    name: 'kernel',
    summary: "the kernel's notation, as the verifier's log and bpftool print it: r1 += 1",
    print: listing(
      DIALECTS.kernel,
      ({ slot, instruction }, _, text) => `${String(slot).padStart(4)}: (${hex2(instruction.opcode)}) ${text}`,
    ),
    parse: (text, options) => assemble(text, { ...options, dialect: 'kernel' }),
    looksLike: text => /^\s*\d+: \([\da-f]{2}\) /.test(text),
  },
  {
    name: 'llvm',
    summary: "LLVM's notation, as llvm-objdump -d prints it: r1 += 0x1",
    print: listing(DIALECTS.llvm, ({ slot, instruction }, program, text) => {
      const isWide = rowsOfOpcode(instruction.opcode)[0]?.kind === 'lddw' && slot + 1 < program.length;
      // Both slots of a 64-bit load stand on one line.
      return `${String(slot).padStart(8)}:\t${bytesOf(program.slice(slot, slot + (isWide ? 2 : 1)))}\t${text}`;
    }),
    parse: (text, options) => assemble(text, { ...options, dialect: 'llvm' }),
    looksLike: text => /^\s*\d+:\s+(?:[\da-f]{2} ){7}[\da-f]{2}/.test(text),
  },
  {
    name: 'rfc',
    summary: 'the mnemonics of RFC 9669: add %r1, 1',
    print: listing(DIALECTS.rfc, (_, __, text) => text),
    parse: (text, options) => assemble(text, { ...options, dialect: 'rfc' }),
    looksLike: text => /%r\d/.test(text),
  },
];

/** The text of a program in a form. */
export function formatExtended(
  program: Program,
  format: ExtendedFormatName,
  options: ExtendedFormatOptions = {},
): string {
  return EXTENDED_FORMATS.find(({ name }) => name === format)!.print(program, options);
}

/**
 * The program of a text. Without `format` the text tells: numbers, JSON, C, or instructions in whichever notation each line fits.
 * Throws SkepError: SKEP2501 bytes that are no whole slots, SKEP2507 to 2509 from the assembler, SKEP2510 for the other forms.
 */
export function parseExtended(
  text: string,
  options: AssembleOptions & ByteOrderOptions & { readonly format?: ExtendedFormatName } = {},
): Program {
  const { format, ...rest } = options;
  const row = EXTENDED_FORMATS.find(each => (format ? each.name === format : each.looksLike(text)));
  // A text of its own may mix notations; a listing does not, and its numbers mean what its notation says.
  if (!row || (!format && row.name === 'rfc')) return assemble(text, rest);
  return row.parse(text, rest);
}

/**
 * Which byte order bytes are in: that in which more of the slots are instructions. Little when they say nothing.
 */
export function guessExtendedByteOrder(bytes: Uint8Array): 'little' | 'big' {
  let little = 0;
  let big = 0;
  for (let at = 0; at + SLOT_BYTES <= bytes.length; at += SLOT_BYTES) {
    if (rowsOfOpcode(bytes[at]!).length === 0) continue;
    // Small numbers have their zeros in front in one order and behind in the other.
    const zeros = (from: number, to: number): number =>
      bytes.subarray(at + from, at + to).filter(each => each === 0).length;
    const ends = zeros(6, 8) - zeros(4, 6);
    if (ends > 0) little++;
    if (ends < 0) big++;
    if (bytes[at + 1]! > 0 && bytes[at + 1]! < 16) little++;
    if (bytes[at + 1]! >= 16 && (bytes[at + 1]! & 15) === 0) big++;
  }
  return big > little ? 'big' : 'little';
}

function fail(message: string, start: number, end: number): never {
  throw new SkepError({ code: 'SKEP2510', severity: 'error', message, span: { start, end } });
}

function parseHex(text: string): Uint8Array {
  const digits: number[] = [];
  let open: number | undefined;
  for (const match of text.matchAll(/(?:0x)?([\da-f]+)|(\s|,)+|(.)/gi)) {
    const at = match.index;
    if (match[3] !== undefined) fail(`${JSON.stringify(match[3])} is not a hexadecimal digit`, at, at + 1);
    for (const digit of match[1] ?? '') {
      const value = Number.parseInt(digit, 16);
      if (open === undefined) open = value;
      else {
        digits.push(open * 16 + value);
        open = undefined;
      }
    }
  }
  if (open !== undefined) fail('the last byte has one digit', text.trimEnd().length - 1, text.trimEnd().length);
  return Uint8Array.from(digits);
}

function parseC(text: string): Program {
  const program: Instruction[] = [];
  const number = '\\s*(-?(?:0x[\\da-f]+|\\d+))\\s*';
  const initializer = new RegExp(
    `\\{${Array(5).fill(number).join(',')},?\\s*\\}|/\\*[^]*?\\*/|//.*|[\\s,;]+|(.)`,
    'gi',
  );
  for (const match of text.matchAll(initializer)) {
    const at = match.index;
    if (match[6] !== undefined)
      fail('this is no initializer of struct bpf_insn: { code, dst, src, off, imm }', at, at + 1);
    if (match[1] === undefined) continue;
    const values = match.slice(1, 6).map(each => (each!.startsWith('-') ? -Number(each!.slice(1)) : Number(each)));
    program.push(checkedSlot(values as [number, number, number, number, number], at, at + match[0].length));
  }
  return program;
}

/** A slot whose fields fit, or an error at that place of the text. */
function checkedSlot(
  values: readonly [number, number, number, number, number],
  start: number,
  end: number,
): Instruction {
  const [opcode, dst, src, offset, imm] = values;
  const within = (name: string, value: number, low: number, high: number): void => {
    if (!Number.isInteger(value) || value < low || value > high)
      fail(`${name} ${value} is not within ${low} to ${high}`, start, end);
  };
  within('opcode', opcode, 0, 255);
  within('dst', dst, 0, 15);
  within('src', src, 0, 15);
  within('offset', offset, -32768, 65535);
  within('imm', imm, -(2 ** 31), 2 ** 32 - 1);
  return insn(opcode, dst, src, offset, imm);
}

function printJson(program: Program, { names }: ExtendedFormatOptions): string {
  const texts = new Map(list(program, DIALECTS.kernel, names).map(({ slot, text }) => [slot, text]));
  const instructions = program.map((instruction, slot) => ({ slot, ...instruction, text: texts.get(slot) }));
  return `${JSON.stringify({ isa: 'ebpf', instructions }, undefined, 2)}\n`;
}

function parseJson(text: string): Program {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    fail(`this is no JSON: ${(error as Error).message}`, 0, text.length);
  }
  const list = Array.isArray(value) ? value : (value as { instructions?: unknown } | null)?.instructions;
  if (!Array.isArray(list)) fail('there is no list of instructions', 0, text.length);
  return list.map((each: unknown, index) => {
    const fields = (each ?? {}) as Record<string, unknown>;
    const values = ['opcode', 'dst', 'src', 'offset', 'imm'].map(field => {
      const given = fields[field] ?? (field === 'opcode' ? undefined : 0);
      if (typeof given !== 'number') fail(`instruction ${index} has no number for ${field}`, 0, text.length);
      return given as number;
    });
    return checkedSlot(values as [number, number, number, number, number], 0, text.length);
  });
}
