// Kfuncs: strings of the kernel (kernel/bpf/helpers.c, since 6.17). A string ends at its zero; none is longer than 64 KiB.

import type { HelperFunction, Machine } from '../../engine/index.js';
import { ERRNO } from '../../maps/index.js';
import { type KfuncRow, kfunc } from './row.js';

/** XATTR_SIZE_MAX. */
const MAXIMUM_BYTES = 65536;
const NONE = 0xffffffff;

class StringError extends Error {
  readonly errno: number;
  constructor(errno: number) {
    super(`errno ${errno}`);
    this.errno = errno;
  }
}

/** A byte of a string; ends the function with -EFAULT where nothing may be read. */
function byteAt(machine: Machine, address: number): number {
  if (!machine.space.mayAccess(address, 1, false)) throw new StringError(ERRNO.EFAULT);
  return machine.space.bytes[address]!;
}

/** A function over strings: -E2BIG when `body` comes to no end, -EFAULT for what cannot be read. */
const over =
  (body: (byte: (address: number) => number, ...values: number[]) => number | undefined): HelperFunction =>
  (machine, r1, r2, r3, r4, r5) => {
    try {
      return body(address => byteAt(machine, address), r1, r2, r3, r4, r5) ?? -ERRNO.E2BIG;
    } catch (error) {
      if (error instanceof StringError) return -error.errno;
      throw error;
    }
  };

const lower = (byte: number): number => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte);

const compare = (fold: (byte: number) => number): HelperFunction =>
  over((byte, a = 0, b = 0) => {
    for (let at = 0; at < MAXIMUM_BYTES; at++) {
      const [left, right] = [fold(byte(a + at)), fold(byte(b + at))];
      if (left !== right) return left < right ? -1 : 1;
      if (left === 0) return 0;
    }
    return undefined;
  });

/** Where a character is within `limit` bytes; `orEnd`: the end of the string counts. */
function find(
  byte: (address: number) => number,
  text: number,
  limit: number,
  wanted: number,
  orEnd: boolean,
): number | undefined {
  for (let at = 0; at < Math.min(limit, MAXIMUM_BYTES); at++) {
    const found = byte(text + at);
    if (found === (wanted & 0xff)) return at;
    if (found === 0 || at === limit - 1) return orEnd && found === 0 ? at : -ERRNO.ENOENT;
  }
  return limit === 0 ? -ERRNO.ENOENT : undefined;
}

function lengthOf(byte: (address: number) => number, text: number, limit: number): number | undefined {
  for (let at = 0; at < MAXIMUM_BYTES; at++) if (at === limit || byte(text + at) === 0) return at;
  return undefined;
}

/** How many bytes at the beginning are (or are not) among those of a set. */
const span = (among: boolean): HelperFunction =>
  over((byte, text = 0, set = 0) => {
    const members = new Set<number>();
    const length = lengthOf(byte, set, NONE);
    if (length === undefined) return undefined;
    for (let at = 0; at < length; at++) members.add(byte(set + at));
    for (let at = 0; at < MAXIMUM_BYTES; at++) {
      const found = byte(text + at);
      if (found === 0 || members.has(found) !== among) return at;
    }
    return undefined;
  });

function search(byte: (address: number) => number, text: number, wanted: number, limit: number): number | undefined {
  const length = lengthOf(byte, wanted, NONE);
  if (length === undefined) return undefined;
  for (let start = 0; start < MAXIMUM_BYTES; start++) {
    let at = 0;
    while (at < length && start + at < limit) {
      const found = byte(text + start + at);
      if (found !== byte(wanted + at)) {
        if (found === 0) return -ERRNO.ENOENT;
        break;
      }
      at++;
    }
    if (at === length) return start;
    if (start + at >= limit) return -ERRNO.ENOENT;
  }
  return undefined;
}

const row = (declaration: string, meaning: string, run: HelperFunction, since = '6.17'): KfuncRow =>
  kfunc({ declaration, flags: [], since, meaning, run });

const S = 'const char *s__ign';
const PAIR = 'const char *s1__ign, const char *s2__ign';

export const STRING_KFUNCS: readonly KfuncRow[] = [
  row(
    `int bpf_strcmp(${PAIR})`,
    'compares two strings',
    compare(byte => byte),
  ),
  row(`int bpf_strcasecmp(${PAIR})`, 'compares two strings, small and capital letters alike', compare(lower), '6.18'),
  row(
    `int bpf_strchr(${S}, char c)`,
    'where a character first is in a string',
    over((byte, text = 0, wanted = 0) => find(byte, text, NONE, wanted, false)),
  ),
  row(
    `int bpf_strchrnul(${S}, char c)`,
    'where a character first is in a string, or its length',
    over((byte, text = 0, wanted = 0) => find(byte, text, NONE, wanted, true)),
  ),
  row(
    `int bpf_strnchr(${S}, size_t count, char c)`,
    'where a character first is in the beginning of a string',
    over((byte, text = 0, limit = 0, wanted = 0) => find(byte, text, limit, wanted, false)),
  ),
  row(
    `int bpf_strrchr(${S}, int c)`,
    'where a character last is in a string',
    over((byte, text = 0, wanted = 0) => {
      let last = -ERRNO.ENOENT;
      for (let at = 0; at < MAXIMUM_BYTES; at++) {
        const found = byte(text + at);
        if (found === (wanted & 0xff)) last = at;
        if (found === 0) return last;
      }
      return undefined;
    }),
  ),
  row(
    `int bpf_strlen(${S})`,
    'length of a string',
    over((byte, text = 0) => lengthOf(byte, text, NONE)),
  ),
  row(
    `int bpf_strnlen(${S}, size_t count)`,
    'length of a string, up to a limit',
    over((byte, text = 0, limit = 0) => lengthOf(byte, text, limit)),
  ),
  row(
    'int bpf_strspn(const char *s__ign, const char *accept__ign)',
    'length of the beginning that has only characters of a set',
    span(true),
  ),
  row(
    'int bpf_strcspn(const char *s__ign, const char *reject__ign)',
    'length of the beginning that has no characters of a set',
    span(false),
  ),
  row(
    `int bpf_strstr(${PAIR})`,
    'where one string is in another',
    over((byte, text = 0, wanted = 0) => search(byte, text, wanted, NONE)),
  ),
  row(
    `int bpf_strnstr(${PAIR}, size_t len)`,
    'where one string is in the beginning of another',
    over((byte, text = 0, wanted = 0, limit = 0) => search(byte, text, wanted, limit)),
  ),
];
