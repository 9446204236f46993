// The format language of bpf_trace_printk, bpf_snprintf and bpf_seq_printf: which formats are taken is decided as in bpf_bprintf_prepare
// (kernel/bpf/helpers.c), what they print as in vsnprintf and bstr_printf (lib/vsprintf.c).
//
//     %[0 +-][width] d i u x X, with l and ll; c; s; p, px, pK (pointers); ps pS pB (symbols); pks pus (strings of the kernel and of
//     user space); pI4 pi4 pI6 pi6 (addresses, read from memory); %%

import type { Machine } from '../engine/index.js';
import { ERRNO } from '../maps/index.js';
import { bytesOf } from './support.js';

/** MAX_BPRINTF_BIN_ARGS: what converted arguments may take together. */
const ARGUMENT_BYTES = 512;
/** FIELD_WIDTH_MAX of lib/vsprintf.c. */
const MAXIMUM_WIDTH = (1 << 23) - 1;

export interface Formatted {
  /** What fits into the limit. */
  readonly bytes: Uint8Array;
  /** Length of the whole, in bytes. */
  readonly lengthBytes: number;
}

/** How addresses are read and named, where the machine's own memory is not all there is. */
export interface FormatHost {
  /** Reads user memory; false: -EFAULT. */
  readUser?(address: bigint, out: Uint8Array): boolean;
  /** `name+0x10/0x40` of an address. */
  symbol?(address: bigint): string | undefined;
}

/**
 * Formats as the kernel does. `format` ends before its zero; `args` are u64. At most `limitBytes` are kept, however long the result
 * would be. A negative number is -EINVAL (a format that BPF does not have, or too few arguments) or -ENOSPC (arguments too large).
 */
export function formatPrintk(
  machine: Machine,
  host: FormatHost,
  format: Uint8Array,
  args: readonly bigint[],
  limitBytes: number,
): Formatted | number {
  const directives = parseFormat(format, args.length);
  if (typeof directives === 'number') return directives;
  const out = new BoundedOutput(limitBytes);
  const room = { used: 0 };
  for (const directive of directives) {
    if (directive.kind === 'text') {
      out.put(format.subarray(directive.start, directive.end));
      continue;
    }
    const error = print(machine, host, directive, args[directive.argument]!, out, room);
    if (error !== 0) return error;
  }
  return { bytes: out.bytes(), lengthBytes: out.lengthBytes };
}

interface TextPart {
  readonly kind: 'text';
  readonly start: number;
  readonly end: number;
}

interface Conversion {
  readonly kind: 'conversion';
  readonly argument: number;
  /** `d`, `s`, `p`, `ps`, `pI4`... */
  readonly type: string;
  readonly wide: boolean;
  readonly width: number;
  readonly left: boolean;
  readonly zero: boolean;
  readonly plus: boolean;
  readonly space: boolean;
}

const isSpace = (byte: number): boolean => byte === 0x20 || (byte >= 9 && byte <= 13);
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
const isLetter = (byte: number): boolean => (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
const isPunctuation = (byte: number): boolean => byte > 0x20 && byte < 0x7f && !isDigit(byte) && !isLetter(byte);
const endsConversion = (byte: number): boolean => byte === 0 || isSpace(byte) || isPunctuation(byte);

const INTEGER_TYPES = 'diuxX';

/** The parts of a format; -EINVAL for what BPF does not take. */
function parseFormat(format: Uint8Array, argumentCount: number): (TextPart | Conversion)[] | number {
  const parts: (TextPart | Conversion)[] = [];
  const at = (index: number): number => format[index] ?? 0;
  const letter = (index: number): string => String.fromCharCode(at(index));
  let textStart = 0;
  let used = 0;
  let i = 0;
  const flush = (end: number): void => {
    if (end > textStart) parts.push({ kind: 'text', start: textStart, end });
  };
  while (i < format.length) {
    const byte = at(i);
    // Bytes of UTF-8 pass; control characters do not.
    if (byte < 0x80 && (byte < 0x20 || byte === 0x7f) && !isSpace(byte)) return -ERRNO.EINVAL;
    if (byte !== 0x25) {
      i++;
      continue;
    }
    flush(i);
    if (letter(i + 1) === '%') {
      textStart = i + 1;
      i += 2;
      continue;
    }
    if (used >= argumentCount) return -ERRNO.EINVAL;
    i++;
    let [left, zero, plus, space] = [false, false, false, false];
    for (; ; i++) {
      const flag = letter(i);
      if (flag === '-') left = true;
      else if (flag === '0') zero = true;
      else if (flag === '+') plus = true;
      else if (flag === ' ') space = true;
      else break;
    }
    let width = 0;
    for (; isDigit(at(i)); i++) width = Math.min(width * 10 + at(i) - 0x30, MAXIMUM_WIDTH);
    let type = letter(i);
    let wide = false;
    if (type === 'p') {
      wide = true;
      const next = letter(i + 1);
      const two = next + letter(i + 2);
      if (endsConversion(at(i + 1))) i += 1;
      else if (two === 'ks' || two === 'us') {
        if (!endsConversion(at(i + 3))) return -ERRNO.EINVAL;
        type = `p${two}`;
        i += 3;
      } else if ('KxsSB'.includes(next)) {
        type = `p${next}`;
        i += 2;
      } else if (/^[iI][46]$/.test(two)) {
        type = `p${two}`;
        i += 3;
      } else return -ERRNO.EINVAL;
    } else if (type === 's') {
      if (!endsConversion(at(i + 1))) return -ERRNO.EINVAL;
      i += 1;
    } else if (type === 'c') i += 1;
    else {
      for (let length = 0; length < 2 && letter(i) === 'l'; length++) {
        wide = true;
        i++;
      }
      type = letter(i);
      if (at(i) === 0 || !INTEGER_TYPES.includes(type)) return -ERRNO.EINVAL;
      i += 1;
    }
    parts.push({ kind: 'conversion', argument: used, type, wide, width, left, zero, plus, space });
    used++;
    textStart = i;
    // The kernel's printer skips what looks like more of a pointer's format; bpf_bprintf_prepare has looked at the characters.
    if (type.startsWith('p')) while (isDigit(at(textStart)) || isLetter(at(textStart))) textStart++;
    i = Math.max(i, textStart);
  }
  flush(format.length);
  return parts;
}

class BoundedOutput {
  lengthBytes = 0;
  readonly #limit: number;
  readonly #bytes: number[] = [];

  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  put(bytes: Uint8Array): void {
    const room = this.#limit - this.#bytes.length;
    for (let at = 0; at < Math.min(bytes.length, room); at++) this.#bytes.push(bytes[at]!);
    this.lengthBytes += bytes.length;
  }

  fill(byte: number, count: number): void {
    if (count <= 0) return;
    const kept = Math.min(count, this.#limit - this.#bytes.length);
    for (let at = 0; at < kept; at++) this.#bytes.push(byte);
    this.lengthBytes += count;
  }

  bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}

const SPACE = 0x20;
const ZERO = 0x30;

function print(
  machine: Machine,
  host: FormatHost,
  conversion: Conversion,
  value: bigint,
  out: BoundedOutput,
  room: { used: number },
): number {
  const { type, width, left } = conversion;
  /** Where the kernel keeps arguments until they are printed. */
  const take = (bytes: number, aligned: boolean): boolean => {
    if (aligned) room.used = (room.used + 3) & ~3;
    room.used += bytes;
    return room.used <= ARGUMENT_BYTES;
  };
  const padded = (bytes: Uint8Array): void => {
    if (!left) out.fill(SPACE, width - bytes.length);
    out.put(bytes);
    if (left) out.fill(SPACE, width - bytes.length);
  };
  switch (type) {
    case 's':
    case 'pks':
    case 'pus': {
      const free = ARGUMENT_BYTES - room.used;
      if (free === 0) return -ERRNO.ENOSPC;
      const text = readText(machine, host, value, free - 1, type === 'pus');
      room.used += text.length + 1;
      if (type === 's') padded(text);
      else out.put(text);
      return 0;
    }
    case 'c':
      if (!take(1, false)) return -ERRNO.ENOSPC;
      padded(Uint8Array.of(Number(value & 0xffn)));
      return 0;
    case 'pI4':
    case 'pi4':
    case 'pI6':
    case 'pi6': {
      const address = new Uint8Array(type.endsWith('4') ? 4 : 16);
      if (ARGUMENT_BYTES - room.used < address.length) return -ERRNO.ENOSPC;
      if (value >> 32n === 0n && machine.space.mayAccess(Number(value), address.length, false)) {
        address.set(machine.space.bytes.subarray(Number(value), Number(value) + address.length));
      }
      const text = bytesOf(addressText(type, address));
      room.used += text.length + 1;
      out.put(text);
      return 0;
    }
    case 'pB': {
      const text = bytesOf(host.symbol?.(value) ?? `0x${value.toString(16)}`);
      room.used += text.length + 1;
      out.put(text);
      return 0;
    }
    case 'ps':
    case 'pS': {
      if (!take(8, true)) return -ERRNO.ENOSPC;
      const symbol = host.symbol?.(value);
      padded(
        bytesOf(symbol === undefined ? `0x${value.toString(16)}` : type === 'ps' ? symbol.split('+')[0]! : symbol),
      );
      return 0;
    }
    case 'p':
    case 'pK':
      if (!take(8, true)) return -ERRNO.ENOSPC;
      putNumber(
        out,
        { ...conversion, width: width || 16, zero: width === 0 || conversion.zero },
        hidden(value),
        16,
        '',
      );
      return 0;
    case 'px':
      if (!take(8, true)) return -ERRNO.ENOSPC;
      putNumber(out, { ...conversion, width: width || 16, zero: width === 0 || conversion.zero }, value, 16, '');
      return 0;
    default: {
      const bits = conversion.wide ? 64 : 32;
      if (!take(bits / 8, true)) return -ERRNO.ENOSPC;
      if (type === 'd' || type === 'i') {
        const signed = BigInt.asIntN(bits, value);
        const sign = signed < 0n ? '-' : conversion.plus ? '+' : conversion.space ? ' ' : '';
        putNumber(out, conversion, signed < 0n ? -signed : signed, 10, sign);
      } else putNumber(out, conversion, BigInt.asUintN(bits, value), type === 'u' ? 10 : 16, '');
      return 0;
    }
  }
}

function putNumber(out: BoundedOutput, conversion: Conversion, value: bigint, base: number, sign: string): void {
  const { left, zero, width, type } = conversion;
  const digits = value.toString(base);
  const text = type === 'X' ? digits.toUpperCase() : digits;
  const padding = width - text.length - sign.length;
  if (!left && !zero) out.fill(SPACE, padding);
  out.put(bytesOf(sign));
  if (!left && zero) out.fill(ZERO, padding);
  out.put(bytesOf(text));
  if (left) out.fill(SPACE, padding);
}

/** %p shows a number that stands for the address: the same one for the same address, and 0 and errors as they are. */
function hidden(address: bigint): bigint {
  if (address === 0n || address >= 2n ** 64n - 4095n) return address;
  let hash = 0x811c9dc5;
  for (let shift = 0n; shift < 64n; shift += 8n)
    hash = Math.imul(hash ^ Number((address >> shift) & 0xffn), 0x01000193);
  return BigInt((hash ^ (hash >>> 13)) >>> 0);
}

function readText(machine: Machine, host: FormatHost, address: bigint, limit: number, user: boolean): Uint8Array {
  const text: number[] = [];
  const one = new Uint8Array(1);
  const inMachine = address >> 32n === 0n;
  for (let at = 0n; text.length < limit; at++) {
    if (user && host.readUser) {
      if (!host.readUser(address + at, one)) return new Uint8Array();
    } else {
      const place = Number(address + at);
      // A string that cannot be read to its end is printed as an empty one.
      if (!inMachine || !machine.space.mayAccess(place, 1, false)) return new Uint8Array();
      one[0] = machine.space.bytes[place]!;
    }
    if (one[0] === 0) break;
    text.push(one[0]!);
  }
  return Uint8Array.from(text);
}

function addressText(type: string, address: Uint8Array): string {
  const hex = (start: number): string =>
    address[start]!.toString(16).padStart(2, '0') + address[start + 1]!.toString(16).padStart(2, '0');
  switch (type) {
    case 'pI4':
      return address.join('.');
    case 'pi4':
      return [...address].map(byte => String(byte).padStart(3, '0')).join('.');
    default: {
      const groups = Array.from({ length: 8 }, (_, index) => hex(2 * index));
      return groups.join(type === 'pI6' ? ':' : '');
    }
  }
}
