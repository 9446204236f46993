// Seccomp's view of a classic program: the packet is a struct seccomp_data that describes a system call, the result an action.
// linux/seccomp.h; kernel/seccomp.c: populate_seccomp_data(), __seccomp_filter().

import { SkepError } from '../diagnostics/index.js';
import {
  type Architecture,
  architectureNamed,
  architectureOf,
  type ByteOrder,
  type ClassicProgram,
  SECCOMP_ACTIONS,
  SECCOMP_DATA_BYTES,
  type SeccompActionRow,
  seccompActionOf,
  syscallName,
  syscallNumber,
  syscallsOf,
} from '../isa/index.js';
import { type PreparedProgram, prepare } from './interpret.js';

/** A system call as a filter sees it. */
export interface SeccompData {
  /** The number of the system call. */
  readonly nr: number;
  /** AUDIT_ARCH_ value. */
  readonly arch: number;
  readonly instructionPointer: bigint;
  /** Six 64-bit values, whatever the width of the machine. */
  readonly args: readonly bigint[];
}

/** A system call as a person names it. */
export interface SystemCall {
  /** `x86_64`, `aarch64`, ... or an alias, or the AUDIT_ARCH_ value itself. Default x86_64. */
  readonly arch?: string | number;
  /** By name, or by number. */
  readonly syscall: string | number;
  /** Up to six; missing ones are 0, negative ones two's complement. */
  readonly args?: readonly (number | bigint)[];
  readonly instructionPointer?: number | bigint;
}

/** What a filter's return value tells the kernel to do. */
export interface SeccompAction {
  /** Without SECCOMP_RET_: ALLOW, ERRNO, KILL_PROCESS, ... */
  readonly name: string;
  /** The lower 16 bits; for ERRNO at most 4095, as the kernel cuts it. */
  readonly data: number;
  /** `ERRNO(1)`, `ALLOW`. */
  readonly text: string;
  readonly meaning: string;
  /** Whether the call is executed (ALLOW and LOG). The tracer or listener decides for TRACE and USER_NOTIF: false. */
  readonly isAllowed: boolean;
  /** False for action bits that mean nothing: the kernel then kills the process. */
  readonly isKnown: boolean;
}

const MAX_ERRNO = 4095;

/**
 * The call with names resolved. Throws SkepError: SKEP2050 for an unknown architecture, SKEP2051 for a system call that it
 * does not have.
 */
export function seccompData(call: SystemCall): SeccompData {
  const arch = resolveArchitecture(call.arch ?? 'x86_64');
  let nr: number | undefined;
  if (typeof call.syscall === 'number') nr = call.syscall >>> 0;
  else if (arch.row) nr = syscallNumber(arch.row, call.syscall);
  if (nr === undefined) {
    const where = arch.row ? arch.row.name : `architecture 0x${arch.audit.toString(16)}`;
    throw new SkepError({
      code: 'SKEP2051',
      severity: 'error',
      message: `${where} has no system call \`${call.syscall}\` that is known here`,
    });
  }
  const args = Array.from({ length: 6 }, (_, index) => BigInt.asUintN(64, BigInt(call.args?.[index] ?? 0)));
  return { nr, arch: arch.audit, args, instructionPointer: BigInt.asUintN(64, BigInt(call.instructionPointer ?? 0)) };
}

function resolveArchitecture(name: string | number): {
  readonly row: Architecture | undefined;
  readonly audit: number;
} {
  if (typeof name === 'number') return { row: architectureOf(name), audit: name >>> 0 };
  const row = architectureNamed(name);
  if (row) return { row, audit: row.audit };
  throw new SkepError({ code: 'SKEP2050', severity: 'error', message: `the architecture \`${name}\` is not known` });
}

/** The byte order of the machine that an AUDIT_ARCH_ value stands for. */
export function seccompByteOrder(arch: number): ByteOrder {
  return (arch & 0x40000000) !== 0 ? 'little' : 'big';
}

/** The 64 bytes of the struct, in the byte order of its own architecture. */
export function encodeSeccompData(data: SeccompData): Uint8Array {
  const bytes = new Uint8Array(SECCOMP_DATA_BYTES);
  const view = new DataView(bytes.buffer);
  const little = seccompByteOrder(data.arch) === 'little';
  view.setUint32(0, data.nr, little);
  view.setUint32(4, data.arch, little);
  view.setBigUint64(8, data.instructionPointer, little);
  for (let index = 0; index < 6; index++) view.setBigUint64(16 + 8 * index, data.args[index] ?? 0n, little);
  return bytes;
}

/** What the kernel does with a filter's return value. */
export function seccompAction(returnValue: number): SeccompAction {
  const row: SeccompActionRow | undefined = seccompActionOf(returnValue);
  const { name, hasData, meaning } = row ?? SECCOMP_ACTIONS[0]!;
  const bits = returnValue & 0xffff;
  const data = name === 'ERRNO' ? Math.min(bits, MAX_ERRNO) : bits;
  return {
    name,
    data,
    text: hasData && (name === 'ERRNO' || data !== 0) ? `${name}(${data})` : name,
    meaning: row ? meaning : 'no such action: kills the process',
    isAllowed: name === 'ALLOW' || name === 'LOG',
    isKnown: row !== undefined,
  };
}

/** A seccomp filter ready to be asked. */
export interface SeccompFilter {
  /** What happens to a call. */
  decide(call: SystemCall): SeccompAction;
  /** The action for every system call of an architecture, all arguments 0, by name. */
  decideAll(arch?: string): ReadonlyMap<string, SeccompAction>;
}

/** Prepares a filter. Throws SkepError when the kernel would refuse the program. */
export function seccompFilter(program: ClassicProgram): SeccompFilter {
  const prepared: Partial<Record<ByteOrder, PreparedProgram>> = {};
  const run = (data: SeccompData): SeccompAction => {
    const byteOrder = seccompByteOrder(data.arch);
    const machine = (prepared[byteOrder] ??= prepare(program, { dialect: 'seccomp', byteOrder }));
    return seccompAction(machine.run(encodeSeccompData(data), SECCOMP_DATA_BYTES));
  };
  prepared.little = prepare(program, { dialect: 'seccomp', byteOrder: 'little' });
  return {
    decide: call => run(seccompData(call)),
    decideAll(name = 'x86_64') {
      const { row } = resolveArchitecture(name);
      const actions = new Map<string, SeccompAction>();
      for (const [nr, syscall] of row ? syscallsOf(row) : []) {
        actions.set(syscall, run(seccompData({ arch: name, syscall: nr })));
      }
      return actions;
    },
  };
}

/** A call in words, as strace would begin it: `write(0x1, 0x0, 0x5, 0x0, 0x0, 0x0)` of x86_64. */
export function describeCall(data: SeccompData): string {
  const arch = architectureOf(data.arch);
  const name = (arch && syscallName(arch, data.nr)) ?? `syscall_${data.nr}`;
  return `${name}(${data.args.map(value => `0x${value.toString(16)}`).join(', ')})`;
}
