// The architectures that a seccomp filter can ask for: AUDIT_ARCH_* of linux/audit.h, and the names of their system calls.

import { AARCH64_SYSCALLS } from './syscalls/aarch64.js';
import { I386_SYSCALLS } from './syscalls/i386.js';
import { RISCV64_SYSCALLS } from './syscalls/riscv64.js';
import { X32_SYSCALLS } from './syscalls/x32.js';
import { X86_64_SYSCALLS } from './syscalls/x86_64.js';

export interface Architecture {
  /** As `uname -m` says it. */
  readonly name: string;
  /** The value of seccomp_data.arch: an ELF machine number, 0x80000000 for 64 bit, 0x40000000 for little endian. */
  readonly audit: number;
  /** Other names in use. */
  readonly aliases: readonly string[];
  /** The table of the system calls (see syscalls/); absent: numbers stay numbers. */
  readonly syscalls?: string;
}

const BITS_64 = 0x80000000;
const LITTLE_ENDIAN = 0x40000000;

/** ELF's e_machine plus the flags of linux/audit.h. */
export const ARCHITECTURES: readonly Architecture[] = [
  architecture('x86_64', 62 + BITS_64 + LITTLE_ENDIAN, ['amd64', 'x86-64'], X86_64_SYSCALLS),
  architecture('i386', 3 + LITTLE_ENDIAN, ['x86', 'i486', 'i586', 'i686'], I386_SYSCALLS),
  architecture('aarch64', 183 + BITS_64 + LITTLE_ENDIAN, ['arm64'], AARCH64_SYSCALLS),
  architecture('riscv64', 243 + BITS_64 + LITTLE_ENDIAN, [], RISCV64_SYSCALLS),
  architecture('riscv32', 243 + LITTLE_ENDIAN, []),
  architecture('arm', 40 + LITTLE_ENDIAN, ['armv7l', 'armhf']),
  architecture('armeb', 40, []),
  architecture('s390x', 22 + BITS_64, []),
  architecture('s390', 22, []),
  architecture('ppc', 20, []),
  architecture('ppc64', 21 + BITS_64, []),
  architecture('ppc64le', 21 + BITS_64 + LITTLE_ENDIAN, []),
  architecture('mips', 8, []),
  architecture('mipsel', 8 + LITTLE_ENDIAN, []),
  architecture('mips64', 8 + BITS_64, []),
  architecture('mipsel64', 8 + BITS_64 + LITTLE_ENDIAN, ['mips64el']),
  architecture('mips64n32', 8 + BITS_64 + 0x20000000, []),
  architecture('mipsel64n32', 8 + BITS_64 + LITTLE_ENDIAN + 0x20000000, []),
  architecture('loongarch64', 258 + BITS_64 + LITTLE_ENDIAN, []),
  architecture('loongarch32', 258 + LITTLE_ENDIAN, []),
  architecture('parisc', 15, []),
  architecture('parisc64', 15 + BITS_64, []),
  architecture('sparc', 2, []),
  architecture('sparc64', 43 + BITS_64, []),
  architecture('m68k', 4, []),
];

function architecture(name: string, audit: number, aliases: readonly string[], syscalls?: string): Architecture {
  return { name, audit, aliases, ...(syscalls !== undefined && { syscalls }) };
}

/** System calls of the x32 ABI on x86_64 carry this bit in their number. */
export const X32_SYSCALL_BIT = 0x40000000;

/** The architecture of a name or alias, case ignored. */
export function architectureNamed(name: string): Architecture | undefined {
  const wanted = name.toLowerCase();
  return ARCHITECTURES.find(row => row.name === wanted || row.aliases.includes(wanted));
}

/** The architecture of a seccomp_data.arch value. */
export function architectureOf(audit: number): Architecture | undefined {
  return ARCHITECTURES.find(row => row.audit === audit >>> 0);
}

interface SyscallTable {
  readonly names: ReadonlyMap<number, string>;
  readonly numbers: ReadonlyMap<string, number>;
}

// Filled when a table is first asked for; the text is the truth.
const tables = new Map<string, SyscallTable>();

function readTable(text: string): SyscallTable {
  const known = tables.get(text);
  if (known) return known;
  const names = new Map<number, string>();
  let next = 0;
  for (const word of text.trim().split(/\s+/)) {
    if (word.startsWith('@')) next = Number(word.slice(1));
    else names.set(next++, word);
  }
  const table = { names, numbers: new Map([...names].map(([number, name]) => [name, number])) };
  tables.set(text, table);
  return table;
}

/** The name of system call `number`, undefined for one without. The x32 calls of x86_64 are called `x32_read` and so on. */
export function syscallName(arch: Architecture, number: number): string | undefined {
  if (arch.syscalls === undefined) return undefined;
  if (arch.name === 'x86_64' && number >= X32_SYSCALL_BIT && number < 2 * X32_SYSCALL_BIT) {
    const name = readTable(X32_SYSCALLS).names.get(number - X32_SYSCALL_BIT);
    return name && `x32_${name}`;
  }
  return readTable(arch.syscalls).names.get(number);
}

/** The number of a system call by name, undefined where the architecture has none of that name. */
export function syscallNumber(arch: Architecture, name: string): number | undefined {
  if (arch.syscalls === undefined) return undefined;
  const found = readTable(arch.syscalls).numbers.get(name);
  if (found !== undefined || arch.name !== 'x86_64' || !name.startsWith('x32_')) return found;
  const x32 = readTable(X32_SYSCALLS).numbers.get(name.slice(4));
  return x32 === undefined ? undefined : x32 + X32_SYSCALL_BIT;
}

/** All system calls of an architecture, by number (without x32's). Empty where skep has no table. */
export function syscallsOf(arch: Architecture): ReadonlyMap<number, string> {
  return arch.syscalls === undefined ? new Map() : readTable(arch.syscalls).names;
}
