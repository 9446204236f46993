// What a seccomp filter sees and says: struct seccomp_data, 64 bytes, and the actions it returns (linux/seccomp.h).

/** sizeof(struct seccomp_data): what `ld #len` loads. */
export const SECCOMP_DATA_BYTES = 64;

export interface SeccompField {
  readonly offset: number;
  readonly bytes: 4 | 8;
  /** The member of struct seccomp_data. */
  readonly name: string;
  /** What seccomp-tools calls it. */
  readonly toolsName: string;
}

export const SECCOMP_FIELDS: readonly SeccompField[] = [
  { offset: 0, bytes: 4, name: 'nr', toolsName: 'sys_number' },
  { offset: 4, bytes: 4, name: 'arch', toolsName: 'arch' },
  { offset: 8, bytes: 8, name: 'instruction_pointer', toolsName: 'instruction_pointer' },
  ...[0, 1, 2, 3, 4, 5].map(n => ({
    offset: 16 + 8 * n,
    bytes: 8 as const,
    name: `args[${n}]`,
    toolsName: `args[${n}]`,
  })),
];

/** The field that the word at `offset` belongs to, and which half of it: 0 the bytes first in memory. Undefined outside. */
export function seccompFieldAt(offset: number): { readonly field: SeccompField; readonly word: 0 | 1 } | undefined {
  if (offset % 4 !== 0) return undefined;
  const field = SECCOMP_FIELDS.find(row => offset >= row.offset && offset < row.offset + row.bytes);
  return field && { field, word: offset === field.offset ? 0 : 1 };
}

export interface SeccompActionRow {
  /** The upper 16 bits of the return value, in place. */
  readonly value: number;
  /** Without SECCOMP_RET_. */
  readonly name: string;
  /** What seccomp-tools calls it. */
  readonly toolsName: string;
  /** Whether the lower 16 bits mean something. */
  readonly hasData: boolean;
  readonly meaning: string;
}

/** From the strictest to the most permissive, as the kernel orders them when several filters answer. */
export const SECCOMP_ACTIONS: readonly SeccompActionRow[] = [
  action(0x80000000, 'KILL_PROCESS', 'KILL_PROCESS', false, 'kills the process'),
  action(0x00000000, 'KILL_THREAD', 'KILL', false, 'kills the thread'),
  action(0x00030000, 'TRAP', 'TRAP', true, 'sends SIGSYS; the data is si_errno'),
  action(0x00050000, 'ERRNO', 'ERRNO', true, 'the call fails with that errno, at most 4095'),
  action(0x7fc00000, 'USER_NOTIF', 'USER_NOTIF', false, 'asks the process at the listener'),
  action(0x7ff00000, 'TRACE', 'TRACE', true, 'asks the tracer; the data is its event message'),
  action(0x7ffc0000, 'LOG', 'LOG', false, 'allows the call and logs it'),
  action(0x7fff0000, 'ALLOW', 'ALLOW', false, 'allows the call'),
];

function action(value: number, name: string, toolsName: string, hasData: boolean, meaning: string): SeccompActionRow {
  return { value, name, toolsName, hasData, meaning };
}

/** The action of a filter's return value; undefined for bits without meaning, which the kernel treats as KILL_PROCESS. */
export function seccompActionOf(returnValue: number): SeccompActionRow | undefined {
  const upper = (returnValue & 0xffff0000) >>> 0;
  return SECCOMP_ACTIONS.find(row => row.value === upper);
}
