// The text forms of a program, one row each. `skep asm`, `skep disasm` and `skep filter` take their --format from here.

import type { ByteOrder } from './encode.js';
import type { ClassicProgram } from './instruction.js';
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
}

export const FORMATS: readonly FormatRow[] = [
  { name: 'tcpdump', summary: "a listing, as tcpdump's -d prints it", print: printTcpdump },
  { name: 'c', summary: "initializers of a C array, as tcpdump's -dd", print: printC },
  { name: 'decimal', summary: "decimal numbers after their count, as tcpdump's -ddd", print: printDecimal },
  { name: 'asm', summary: "assembler text with labels, for skep asm and Linux's bpf_asm", print: printAsm },
  { name: 'macros', summary: 'C source with BPF_STMT and BPF_JUMP', print: printMacros },
  { name: 'json', summary: 'JSON: the numbers and the text of each instruction', print: printJson },
  {
    name: 'seccomp',
    summary: 'a seccomp filter as seccomp-tools prints it, system calls by name',
    print: printSeccomp,
  },
  { name: 'hex', summary: "the program's bytes, sixteen hexadecimal digits a line", print: printHex },
];

/** The row of a format, undefined for a name that is none. */
export function formatNamed(name: string): FormatRow | undefined {
  return FORMATS.find(row => row.name === name);
}

/** The text of a program in one of the formats, ended by a newline. */
export function formatProgram(program: ClassicProgram, format: FormatName, options: FormatOptions = {}): string {
  return formatNamed(format)!.print(program, options);
}
