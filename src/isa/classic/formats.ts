// The text forms of a program, one row each: printed, read, recognized. `skep asm`, `skep disasm` and `skep filter` take
// their --format from here.

import { SkepError } from '../../diagnostics/index.js';
import type { ByteOrder } from './encode.js';
import type { ClassicProgram } from './instruction.js';
import { parseAsm } from './parse/asm.js';
import { parseC } from './parse/c.js';
import { parseDecimal } from './parse/decimal.js';
import { parseHex } from './parse/hex.js';
import { parseJson } from './parse/json.js';
import type { ParsedProgram, ParseOptions } from './parse/parsed.js';
import { parseSeccomp } from './parse/seccomp.js';
import { parseTcpdump } from './parse/tcpdump.js';
import { printAsm } from './print/asm.js';
import { printC } from './print/c.js';
import { printDecimal } from './print/decimal.js';
import { printHex } from './print/hex.js';
import { printJson } from './print/json.js';
import { printMacros } from './print/macros.js';
import { printSeccomp } from './print/seccomp.js';
import { printTcpdump } from './print/tcpdump.js';
import type { Architecture } from './seccomp/architectures.js';

export type FormatName = 'tcpdump' | 'c' | 'decimal' | 'asm' | 'macros' | 'json' | 'seccomp' | 'hex';

export interface FormatOptions {
  /** tcpdump: whose listing to print byte for byte; default '1.10'. */
  readonly libpcap?: '1.10' | '1.11';
  /** seccomp: the architecture whose system calls are named; default x86_64. */
  readonly arch?: Architecture | string;
  /** hex: default little. */
  readonly byteOrder?: ByteOrder;
}

export interface FormatRow {
  readonly name: FormatName;
  readonly summary: string;
  /** The text of a program, ended by a newline. */
  readonly print: (program: ClassicProgram, options: FormatOptions) => string;
  /** The program of such a text. Throws SkepError. */
  readonly parse: (text: string, options: ParseOptions) => ParsedProgram;
  /** Whether a text looks like this form; the rows are asked in order. */
  readonly looksLike: (text: string) => boolean;
}

/** The order is the order in which an unknown text is compared with them; assembler text is what remains. */
export const FORMATS: readonly FormatRow[] = [
  {
    name: 'tcpdump',
    summary: "a listing, as tcpdump's -d prints it",
    print: printTcpdump,
    parse: parseTcpdump,
    looksLike: text => /^\s*\(\d+\)[ \t]/.test(text),
  },
  {
    name: 'seccomp',
    summary: 'a seccomp filter as seccomp-tools prints it, system calls by name',
    print: printSeccomp,
    parse: parseSeccomp,
    looksLike: text => /^\s*(line[ \t]+CODE|\d+:[ \t]*0x[0-9a-f]+[ \t]+0x)/i.test(text),
  },
  {
    name: 'json',
    summary: 'JSON: the numbers and the text of each instruction',
    print: printJson,
    parse: parseJson,
    looksLike: text => /^\s*(\{\s*"|\[\s*([[{\]]))/.test(text),
  },
  {
    name: 'decimal',
    summary: "decimal numbers after their count, as tcpdump's -ddd",
    print: printDecimal,
    parse: parseDecimal,
    looksLike: looksDecimal,
  },
  {
    name: 'hex',
    summary: "the program's bytes, sixteen hexadecimal digits a line",
    print: printHex,
    parse: parseHex,
    looksLike: text => /^\s*([0-9a-f]{2}\s?){8}/i.test(text) && /^[0-9a-f\s]+$/i.test(text),
  },
  {
    name: 'macros',
    summary: 'C source with BPF_STMT and BPF_JUMP',
    print: printMacros,
    parse: parseC,
    looksLike: text => /\bBPF_(STMT|JUMP)\s*\(/.test(text),
  },
  {
    name: 'c',
    summary: "initializers of a C array, as tcpdump's -dd",
    print: printC,
    parse: parseC,
    looksLike: text => text.includes('{'),
  },
  {
    name: 'asm',
    summary: "assembler text with labels, for skep asm and Linux's bpf_asm",
    print: printAsm,
    parse: parseAsm,
    looksLike: () => true,
  },
];

/** A count, then lines of four numbers, or such lines alone. */
function looksDecimal(text: string): boolean {
  // Only the beginning: enough for two lines of numbers.
  const lines = text
    .slice(0, 400)
    .trimStart()
    .split(/[\n,]/)
    .map(line => line.trim());
  const [first = '', second = ''] = lines;
  const isRow = (line: string): boolean => /^\d+([ \t]+\d+){3}$/.test(line);
  return isRow(first) || (/^\d{1,9}$/.test(first) && (isRow(second) || second === ''));
}

/** The row of a format, undefined for a name that is none. */
export function formatNamed(name: string): FormatRow | undefined {
  return FORMATS.find(row => row.name === name);
}

/** The text of a program in one of the formats, ended by a newline. */
export function formatProgram(program: ClassicProgram, format: FormatName, options: FormatOptions = {}): string {
  return formatNamed(format)!.print(program, options);
}

/** Which form a text has, from its first words. */
export function detectFormat(text: string): FormatName {
  return FORMATS.find(row => row.looksLike(text))!.name;
}

/** Characters of a text that is read: room for a hundred thousand instructions in any form. */
const MAX_TEXT_LENGTH = 8 * 1024 * 1024;

export interface AssembleOptions extends ParseOptions {
  /** The form of the text. Default: found out. */
  readonly syntax?: FormatName;
}

/** A program read from text, with where everything stands in it. */
export interface Assembly extends ParsedProgram {
  readonly syntax: FormatName;
}

/**
 * Reads a program from text in any of the formats, with spans, labels and warnings.
 * Throws SkepError with everything that is wrong with the text.
 */
export function assembleProgram(text: string, options: AssembleOptions = {}): Assembly {
  const span = { start: 0, end: text.length };
  if (text.length > MAX_TEXT_LENGTH) {
    const message = `the text has ${text.length} characters: more than any program`;
    throw new SkepError({ code: 'SKEP2013', severity: 'error', message });
  }
  if (text.trim() === '') {
    throw new SkepError({ code: 'SKEP2030', severity: 'error', message: 'there are no instructions', span });
  }
  const syntax = options.syntax ?? detectFormat(text);
  return { ...formatNamed(syntax)!.parse(text, options), syntax };
}

/** The program that a text in any of the formats holds. Throws SkepError as assembleProgram() does. */
export function assemble(text: string, options: AssembleOptions = {}): ClassicProgram {
  return assembleProgram(text, options).program;
}
