// The -x, -X and -A dumps: sixteen bytes a line in pairs, offsets in hex, columns as `tcpdump` has them.

import { HEX2 } from './format.js';

const BYTES_PER_LINE = 16;
/** Width of the hex part of a full line: eight pairs of " xxxx". */
const HEX_WIDTH = 40;

/** "." or the character itself, for each byte value. */
const GRAPHIC: readonly string[] = Array.from({ length: 256 }, (_, n) =>
  n > 0x20 && n < 0x7f ? String.fromCharCode(n) : '.',
);

/** Each line's text as in ASCII, tabs, blanks and line ends kept, for -A. */
const TEXTUAL: readonly string[] = GRAPHIC.map((text, n) =>
  n === 9 || n === 10 || n === 32 ? String.fromCharCode(n) : text,
);

function offsetText(offset: number): string {
  return offset <= 0xffff ? HEX2[offset >> 8]! + HEX2[offset & 255]! : offset.toString(16);
}

/** Lines of offset and hex (-x) for bytes [start, end); each line begins with `indent`. Offsets count from `firstOffset`. */
export function hexOnly(bytes: Uint8Array, start: number, end: number, indent: string, firstOffset = 0): string {
  let text = '';
  for (let line = start; line < end; line += BYTES_PER_LINE) {
    text += `${indent}0x${offsetText(firstOffset + line - start)}: `;
    const stop = Math.min(line + BYTES_PER_LINE, end);
    for (let i = line; i < stop; i += 2)
      text += i + 1 < stop ? ` ${HEX2[bytes[i]!]!}${HEX2[bytes[i + 1]!]!}` : ` ${HEX2[bytes[i]!]!}`;
  }
  return text;
}

/** Lines of offset, hex and ASCII (-X) for bytes [start, end); each line begins with `indent`. */
export function hexAndAscii(bytes: Uint8Array, start: number, end: number, indent: string): string {
  let text = '';
  for (let line = start; line < end; line += BYTES_PER_LINE) {
    const stop = Math.min(line + BYTES_PER_LINE, end);
    let hex = '';
    let ascii = '';
    for (let i = line; i < stop; i++) {
      const byte = bytes[i]!;
      hex += ((i - line) & 1) === 0 ? ` ${HEX2[byte]!}` : HEX2[byte]!;
      ascii += GRAPHIC[byte]!;
    }
    text += `${indent}0x${offsetText(line - start)}: ${hex.padEnd(HEX_WIDTH)}  ${ascii}`;
  }
  return text;
}

/** Bytes [start, end) as text (-A), after a line feed; what is not printable becomes a dot, a carriage return before a line feed is dropped. */
export function asciiOnly(bytes: Uint8Array, start: number, end: number): string {
  let text = '\n';
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (byte !== 13) text += TEXTUAL[byte]!;
    else if (end - i - 1 > 1 && bytes[i + 1] !== 10) text += '.';
  }
  return text;
}
