// Numbers and addresses as text: lookup tables, no per-byte formatting calls.

const HEX_DIGITS = '0123456789abcdef';

/** "00".."ff". */
export const HEX2: readonly string[] = Array.from({ length: 256 }, (_, n) => HEX_DIGITS[n >> 4]! + HEX_DIGITS[n & 15]!);

/** "0".."255". */
export const DECIMAL: readonly string[] = Array.from({ length: 256 }, (_, n) => String(n));

/** Lower-case hexadecimal of an unsigned 32-bit number, padded with zeros to `width` digits. */
export function hex(value: number, width = 1): string {
  if (width === 4 && value <= 0xffff) return HEX2[value >> 8]! + HEX2[value & 255]!;
  if (width === 2 && value <= 0xff) return HEX2[value]!;
  return (value >>> 0).toString(16).padStart(width, '0');
}

/** Dotted decimal text of the four bytes at `offset`. The caller has checked the bounds. */
export function ipv4Text(bytes: Uint8Array, offset: number): string {
  return `${DECIMAL[bytes[offset]!]!}.${DECIMAL[bytes[offset + 1]!]!}.${DECIMAL[bytes[offset + 2]!]!}.${DECIMAL[bytes[offset + 3]!]!}`;
}

/** Colon-separated hexadecimal text of `length` bytes (6 for an Ethernet address). The caller has checked the bounds. */
export function etherText(bytes: Uint8Array, offset: number, length = 6): string {
  if (length === 0) return '';
  let text = HEX2[bytes[offset]!]!;
  for (let i = 1; i < length; i++) text += `:${HEX2[bytes[offset + i]!]!}`;
  return text;
}

/**
 * Text of the sixteen bytes at `offset` as inet_ntop(3) writes it: the longest run of two or more zero groups becomes "::",
 * IPv4-mapped and IPv4-compatible addresses end in dotted decimal.
 */
export function ipv6Text(bytes: Uint8Array, offset: number): string {
  let bestStart = -1;
  let bestLength = 1;
  let start = -1;
  for (let i = 0; i < 8; i++) {
    if ((bytes[offset + 2 * i]! | bytes[offset + 2 * i + 1]!) === 0) {
      if (start < 0) start = i;
      if (i - start + 1 > bestLength) {
        bestLength = i - start + 1;
        bestStart = start;
      }
    } else start = -1;
  }
  const group5 = (bytes[offset + 10]! << 8) | bytes[offset + 11]!;
  const embedsIpv4 = bestStart === 0 && (bestLength === 6 || (bestLength === 5 && group5 === 0xffff));
  let text = '';
  for (let i = 0; i < 8; i++) {
    if (i === bestStart) {
      text += '::';
      i += bestLength - 1;
      continue;
    }
    if (i === 6 && embedsIpv4)
      return `${text}${i === bestStart + bestLength ? '' : ':'}${ipv4Text(bytes, offset + 12)}`;
    if (i > 0 && i !== bestStart + bestLength) text += ':';
    text += ((bytes[offset + 2 * i]! << 8) | bytes[offset + 2 * i + 1]!).toString(16);
  }
  return text;
}

/** Letters of the bits that are set, in table order; `none` where no bit of the table is set. */
export function bitNames(
  table: readonly (readonly [number, string])[],
  value: number,
  separator: string,
  none: string,
): string {
  let text = '';
  for (const [bit, name] of table) {
    if ((value & bit) === bit) text += text === '' ? name : separator + name;
  }
  return text === '' ? none : text;
}

/** A span of time in seconds as `tcpdump` writes it: 0s, 5m1s, 1y1w1d1h1m1s. */
export function relativeTime(seconds: number): string {
  if (seconds === 0) return '0s';
  let rest = seconds;
  let text = '';
  for (const [unit, letter] of TIME_UNITS) {
    if (rest >= unit) {
      text += `${Math.floor(rest / unit)}${letter}`;
      rest %= unit;
    }
  }
  return text;
}

const TIME_UNITS: readonly (readonly [number, string])[] = [
  [31536000, 'y'],
  [604800, 'w'],
  [86400, 'd'],
  [3600, 'h'],
  [60, 'm'],
  [1, 's'],
];

/** A byte as printable text the way `tcpdump` shows text fields: "M-" for the eighth bit, "^X" for control characters. */
export function visibleByte(byte: number): string {
  let code = byte;
  let text = '';
  if (code >= 0x80) {
    code &= 0x7f;
    text = 'M-';
  }
  if (code < 0x20 || code === 0x7f) {
    code ^= 0x40;
    text += '^';
  }
  return text + String.fromCharCode(code);
}

/** An address by its length: IPv4 (4 bytes), IPv6 (16), else as a link-layer address. */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return ipv4Text(bytes, 0);
  if (bytes.length === 16) return ipv6Text(bytes, 0);
  return etherText(bytes, 0, bytes.length);
}
