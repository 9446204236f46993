// Helpers: text (kernel/bpf/helpers.c; numbers as lib/kstrtox.c reads them).

import type { HelperFunction, Machine } from '../engine/index.js';
import { ERRNO } from '../maps/index.js';
import { BASE } from './program-types.js';
import type { HelperRow } from './prototype.js';
import { ANYTHING64, CONST_STR, helper, RDONLY_MEM, RESULT_MEM, SIZE } from './row.js';

const BASE_MASK = 0x1f;
/** Of what follows spaces and the sign, only this much is looked at. */
const LOOKED_AT_BYTES = 63;
const MAXIMUM_U64 = 2n ** 64n - 1n;

const isSpace = (byte: number): boolean => byte === 0x20 || (byte >= 9 && byte <= 13) || byte === 0xa0;

function digitOf(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : 99;
}

/** The number at the beginning of a text and how many bytes it took, or -errno. */
function parse(
  machine: Machine,
  address: number,
  lengthBytes: number,
  flags: number,
  flagsHigh: number,
): { readonly value: bigint; readonly negative: boolean; readonly consumed: number } | number {
  let base = flags & BASE_MASK;
  if (lengthBytes === 0 || ![0, 8, 10, 16].includes(base)) return -ERRNO.EINVAL;
  if (((flags & ~BASE_MASK) | flagsHigh) !== 0) return -ERRNO.EINVAL;
  const text = machine.space.bytes.subarray(address, address + lengthBytes);
  let at = 0;
  while (at < lengthBytes && isSpace(text[at]!)) at++;
  const negative = text[at] === 0x2d;
  if (negative) at++;
  if (at >= lengthBytes) return -ERRNO.EINVAL;
  const end = Math.min(lengthBytes, at + LOOKED_AT_BYTES);
  const byte = (index: number): number => (index < end ? text[index]! : 0);
  const hexPrefix = byte(at) === 0x30 && (byte(at + 1) | 0x20) === 0x78;
  if (base === 0) base = byte(at) !== 0x30 ? 10 : hexPrefix && digitOf(byte(at + 2)) < 16 ? 16 : 8;
  if (base === 16 && hexPrefix) at += 2;
  const start = at;
  let value = 0n;
  let overflow = false;
  for (; digitOf(byte(at)) < base; at++) {
    value = value * BigInt(base) + BigInt(digitOf(byte(at)));
    if (value > MAXIMUM_U64) {
      overflow = true;
      value &= MAXIMUM_U64;
    }
  }
  if (overflow) return -ERRNO.ERANGE;
  return at === start ? -ERRNO.EINVAL : { value, negative, consumed: at };
}

const strtol: HelperFunction = (machine, text, lengthBytes, flags, result) => {
  machine.space.view.setBigUint64(result, 0n, true);
  const parsed = parse(machine, text, lengthBytes, flags, machine.high[3]!);
  if (typeof parsed === 'number') return parsed;
  const { value, negative, consumed } = parsed;
  if (value > 2n ** 63n - (negative ? 0n : 1n)) return -ERRNO.ERANGE;
  machine.space.view.setBigInt64(result, negative ? -value : value, true);
  return consumed;
};

const strtoul: HelperFunction = (machine, text, lengthBytes, flags, result) => {
  machine.space.view.setBigUint64(result, 0n, true);
  const parsed = parse(machine, text, lengthBytes, flags, machine.high[3]!);
  if (typeof parsed === 'number') return parsed;
  if (parsed.negative) return -ERRNO.EINVAL;
  machine.space.view.setBigUint64(result, parsed.value, true);
  return parsed.consumed;
};

/** Below, equal or above zero; as the kernel's, -1, 0 or 1. */
const strncmp: HelperFunction = (machine, a, count, b) => {
  const { bytes } = machine.space;
  for (let at = 0; at < count; at++) {
    const difference = bytes[a + at]! - bytes[b + at]!;
    if (difference !== 0) return difference < 0 ? -1 : 1;
    if (bytes[a + at] === 0) break;
  }
  return 0;
};

export const STRING_HELPERS: readonly HelperRow[] = [
  helper({
    id: 105,
    declaration: 'long bpf_strtol(const char *buf, size_t buf_len, u64 flags, long *res)',
    args: [RDONLY_MEM, SIZE, ANYTHING64, RESULT_MEM],
    returns: 'integer',
    programTypes: BASE,
    since: '5.2',
    meaning: 'converts text to a signed number',
    run: strtol,
  }),
  helper({
    id: 106,
    declaration: 'long bpf_strtoul(const char *buf, size_t buf_len, u64 flags, unsigned long *res)',
    args: [RDONLY_MEM, SIZE, ANYTHING64, RESULT_MEM],
    returns: 'integer',
    programTypes: BASE,
    since: '5.2',
    meaning: 'converts text to an unsigned number',
    run: strtoul,
  }),
  helper({
    id: 182,
    declaration: 'long bpf_strncmp(const char *s1, u32 s1_sz, const char *s2)',
    args: [RDONLY_MEM, SIZE, CONST_STR],
    returns: 'integer',
    programTypes: BASE,
    since: '5.17',
    meaning: 'compares two strings',
    run: strncmp,
  }),
];
