// Splits an expression into tokens.
//
// The longest match wins, as in the scanner that flex builds for libpcap 1.11 (scanner.l): `1-2-3-4-5-6` is a MAC address,
// `1-2-3-4-5-6-7` a name, `80-90` a name (a port range), `len-1` a name too. Characters are looked at a bounded number of
// times each, so the time is linear in the text.

import { type Diagnostic, SkepError, type Span } from '../diagnostics/index.js';
import { KEYWORDS, type Mark, NAMED_CONSTANTS, type TokenKind } from './keywords.js';

export interface Token extends Span {
  readonly kind: TokenKind;
  /** Of a keyword: its canonical word; of a name: the name without its backslash; else the text. */
  readonly word: string;
  /** Of a number. */
  readonly value: number;
  /** Of an address: octets of IPv4 as written, bytes of IPv6 and MAC. */
  readonly bytes?: readonly number[] | Uint8Array;
  /** A name written with a backslash. */
  readonly escaped?: boolean;
  /** Of an `error` token: what is wrong; the parser reports it when it gets there. */
  readonly diagnostic?: Diagnostic;
}

/** The longest expression that is read, in UTF-16 units. Fifty thousand addresses are about one million. */
export const MAX_EXPRESSION_LENGTH = 1 << 24;

// Character classes.
const SPACE = 1;
const DIGIT = 2;
const HEX = 4;
/** May begin a name. */
const ALPHANUMERIC = 8;
/** May stand inside a name. */
const NAME = 16;
const CLASS = new Uint8Array(128);
for (let c = 0; c < 128; c++) {
  const text = String.fromCharCode(c);
  if (/[ \r\n\t]/.test(text)) CLASS[c]! |= SPACE;
  if (/[0-9]/.test(text)) CLASS[c]! |= DIGIT;
  if (/[0-9a-fA-F]/.test(text)) CLASS[c]! |= HEX;
  if (/[0-9a-zA-Z]/.test(text)) CLASS[c]! |= ALPHANUMERIC;
  if (/[-_.0-9a-zA-Z]/.test(text)) CLASS[c]! |= NAME;
}

const TWO_CHARACTER_MARKS: Readonly<Record<string, TokenKind>> = {
  '>=': '>=',
  '<=': '<=',
  '!=': '!=',
  '==': '=',
  '<<': '<<',
  '>>': '>>',
  '&&': 'and',
  '||': 'or',
};
const ONE_CHARACTER_MARKS = '+-*/%:[]!<>()&|^=';

const MAC_PATTERN =
  /^(?:[0-9A-Fa-f]{1,2}(?:-[0-9A-Fa-f]{1,2}){5}|[0-9A-Fa-f]{1,2}(?:\.[0-9A-Fa-f]{1,2}){5}|[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}|[0-9A-Fa-f]{12})$/;
const NUMBER_PATTERN = /^(?:[0-9]+|0[xX][0-9A-Fa-f]+)$/;
const DOTTED_PATTERN = /^(?:[0-9]+|0[xX][0-9A-Fa-f]+)(?:\.(?:[0-9]+|0[xX][0-9A-Fa-f]+)){1,3}$/;

function classAt(text: string, index: number): number {
  const c = text.charCodeAt(index);
  return c < 128 ? CLASS[c]! : 0;
}

/**
 * All tokens of `text`, the last of kind `end`. A malformed token is of kind `error`, carries its diagnostic, and is the last before the end.
 * @throws SkepError where the text is longer than {@link MAX_EXPRESSION_LENGTH}
 */
export function tokenize(text: string): Token[] {
  if (text.length > MAX_EXPRESSION_LENGTH) {
    throw new SkepError({
      code: 'SKEP1051',
      severity: 'error',
      message: `the expression is ${text.length} characters long; at most ${MAX_EXPRESSION_LENGTH} are read`,
    });
  }
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    while (classAt(text, at) & SPACE) at++;
    if (at >= text.length) break;
    const token = scanToken(text, at);
    tokens.push(token);
    // Nothing behind a token that cannot be read is looked at.
    if (token.kind === 'error') break;
    at = token.end;
  }
  tokens.push({ kind: 'end', word: '', value: 0, start: text.length, end: text.length });
  return tokens;
}

function scanToken(text: string, start: number): Token {
  const c = text[start]!;
  const charClass = classAt(text, start);
  if (charClass & ALPHANUMERIC) {
    if (charClass & HEX) {
      const colons = scanColonForms(text, start);
      if (colons) return colons;
    }
    return scanWord(text, start);
  }
  if (c === ':') {
    const colons = scanColonForms(text, start);
    if (colons) return colons;
  }
  const two = TWO_CHARACTER_MARKS[text.slice(start, start + 2)];
  if (two !== undefined) return { kind: two, word: text.slice(start, start + 2), value: 0, start, end: start + 2 };
  if (c === '!') return { kind: 'not', word: '!', value: 0, start, end: start + 1 };
  if (ONE_CHARACTER_MARKS.includes(c)) return { kind: c as Mark, word: c, value: 0, start, end: start + 1 };
  if (c === '\\') return scanEscaped(text, start);
  if (c === '$') return scanArcnet(text, start);
  return unknownCharacter(text, start);
}

/** A run of letters, digits, dots, hyphens and underscores: keyword, constant, number, dotted address, MAC address or name. */
function scanWord(text: string, start: number): Token {
  let end = start + 1;
  while (classAt(text, end) & NAME) end++;
  // A name ends with a letter, a digit or a dot.
  while (end > start + 1) {
    const last = text.charCodeAt(end - 1);
    if (last !== 45 && last !== 95) break;
    end--;
  }
  const word = text.slice(start, end);
  const keyword = KEYWORDS.get(word);
  if (keyword) return { kind: keyword.kind, word: keyword.word, value: 0, start, end };
  const first = classAt(text, start);
  if (first & HEX && end - start >= 11 && MAC_PATTERN.test(word)) {
    return { kind: 'mac', word, value: 0, bytes: macBytes(word), start, end };
  }
  if (first & DIGIT) {
    if (NUMBER_PATTERN.test(word)) return scanNumber(word, start, end);
    if (DOTTED_PATTERN.test(word))
      return { kind: 'ipv4', word, value: 0, bytes: word.split('.').map(octet), start, end };
  }
  const constant = NAMED_CONSTANTS.get(word);
  if (constant) return { kind: 'number', word, value: constant.value, start, end };
  return { kind: 'name', word, value: 0, start, end };
}

/** An octet as libpcap reads it: decimal even with leading zeros; hexadecimal is refused later (NaN). Large values saturate. */
function octet(digits: string): number {
  return /^[0-9]+$/.test(digits) ? Math.min(Number(digits), 0xffffffff) : Number.NaN;
}

function scanNumber(word: string, start: number, end: number): Token {
  const hex = /^0[xX]/.test(word);
  const octal = !hex && word.length > 1 && word[0] === '0';
  if (octal) {
    const wrong = /[89]/.exec(word);
    if (wrong) {
      const decimal = word.replace(/^0+/, '');
      return failed(start, end, {
        code: 'SKEP1003',
        severity: 'error',
        message: `${word} begins with 0, so it is octal, and ${wrong[0]} is no octal digit`,
        span: { start, end },
        fix: { description: `write \`${decimal}\` for the decimal number`, span: { start, end }, replacement: decimal },
      });
    }
  }
  const value = hex ? Number(word) : octal ? Number.parseInt(word, 8) : Number(word);
  if (value > 0xffffffff) {
    return failed(start, end, {
      code: 'SKEP1002',
      severity: 'error',
      message: `the ${hex ? 'hexadecimal' : octal ? 'octal' : 'decimal'} number ${clip(word)} does not fit into 32 bits`,
      span: { start, end },
      notes: ['the largest number is 4294967295 (0xffffffff)'],
    });
  }
  return { kind: 'number', word, value, start, end };
}

/**
 * The forms with colons: IPv6 addresses, `xx:xx:xx:xx:xx:xx`, and runs of bytes and colons that are neither (an error).
 * @returns undefined where none of them begins here
 */
function scanColonForms(text: string, start: number): Token | undefined {
  // The first colon comes after four hexadecimal digits at the latest.
  let i = start;
  while (i - start < 4 && classAt(text, i) & HEX) i++;
  if (text[i] !== ':') return undefined;
  const ipv6End = matchIpv6(text, start);
  const macEnd = matchColonMac(text, start);
  const brokenEnd = matchBytesAndColons(text, start);
  const end = Math.max(ipv6End, macEnd, brokenEnd);
  if (end <= start) return undefined;
  const word = text.slice(start, end);
  if (end === macEnd) return { kind: 'mac', word, value: 0, bytes: macBytes(word), start, end };
  if (end === ipv6End) {
    const bytes = ipv6Bytes(word);
    if (bytes) return { kind: 'ipv6', word, value: 0, bytes, start, end };
    return failed(start, end, {
      code: 'SKEP1004',
      severity: 'error',
      message: `${clip(word)} is not an IPv6 address`,
      span: { start, end },
      notes: ['the IPv4 part at its end is four decimal octets of 0 to 255, without leading zeros'],
    });
  }
  // All of what was meant to be one address.
  let runEnd = end;
  while (text[runEnd] === ':' || classAt(text, runEnd) & HEX) runEnd++;
  return failed(start, runEnd, {
    code: 'SKEP1005',
    severity: 'error',
    message: `${clip(text.slice(start, runEnd))} is neither a MAC address nor an IPv6 address`,
    span: { start, end: runEnd },
    notes: [
      'a MAC address has six bytes (00:11:22:aa:bb:cc), an IPv6 address eight groups of up to four digits, or fewer and one `::`',
    ],
  });
}

/** The end of the longest IPv6 address that begins at `start` (well-formed groups; octets of an IPv4 tail unchecked), or -1. */
function matchIpv6(text: string, start: number): number {
  let best = -1;
  let at = start;
  let groups = 0;
  let gap = false;
  if (text.startsWith('::', at)) {
    gap = true;
    at += 2;
    best = at;
  }
  for (;;) {
    // Here a group may begin.
    const groupsLimit = gap ? 7 : 8;
    if (groups <= (gap ? 5 : 6) && (gap || groups === 6)) {
      const tail = matchDottedQuad(text, at);
      if (tail > best) best = tail;
    }
    if (groups >= groupsLimit) return best;
    let end = at;
    while (end - at < 4 && classAt(text, end) & HEX) end++;
    if (end === at) return best;
    groups++;
    if (gap || groups === 8) best = Math.max(best, end);
    if (text[end] !== ':') return best;
    if (text[end + 1] === ':') {
      if (gap || groups > 7) return best;
      gap = true;
      at = end + 2;
      best = Math.max(best, at);
    } else {
      at = end + 1;
    }
  }
}

/** The end of `N.N.N.N` (decimal or hexadecimal numbers) at `start`, or -1. */
function matchDottedQuad(text: string, start: number): number {
  let at = start;
  for (let i = 0; i < 4; i++) {
    if (i > 0) {
      if (text[at] !== '.') return -1;
      at++;
    }
    const from = at;
    if (text[at] === '0' && (text[at + 1] === 'x' || text[at + 1] === 'X') && classAt(text, at + 2) & HEX) {
      at += 3;
      while (classAt(text, at) & HEX) at++;
    } else {
      while (classAt(text, at) & DIGIT) at++;
      if (at === from) return -1;
    }
  }
  return at;
}

function matchColonMac(text: string, start: number): number {
  let at = start;
  for (let i = 0; i < 6; i++) {
    if (i > 0) {
      if (text[at] !== ':') return -1;
      at++;
    }
    if (!(classAt(text, at) & HEX)) return -1;
    at++;
    if (classAt(text, at) & HEX) at++;
  }
  return at;
}

/** Two or more times: one or two hexadecimal digits, then colons. */
function matchBytesAndColons(text: string, start: number): number {
  let at = start;
  let count = 0;
  let end = -1;
  for (;;) {
    const from = at;
    while (at - from < 2 && classAt(text, at) & HEX) at++;
    if (at === from || text[at] !== ':') return count >= 2 ? end : -1;
    while (text[at] === ':') at++;
    end = at;
    count++;
  }
}

function macBytes(word: string): Uint8Array {
  const bytes = new Uint8Array(6);
  const parts = word.split(/[:.-]/);
  if (parts.length === 6) {
    for (let i = 0; i < 6; i++) bytes[i] = Number.parseInt(parts[i]!, 16);
  } else {
    const digits = parts.join('');
    for (let i = 0; i < 6; i++) bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  }
  return bytes;
}

/** The 16 bytes of a textual IPv6 address (RFC 4291, section 2.2), or undefined. */
export function ipv6Bytes(word: string): Uint8Array | undefined {
  const bytes = new Uint8Array(16);
  const halves = word.split('::');
  if (halves.length > 2) return undefined;
  const parse = (half: string): number[] | undefined => {
    const result: number[] = [];
    if (half === '') return result;
    for (const group of half.split(':')) {
      if (group.includes('.')) {
        const octets = group.split('.');
        if (octets.length !== 4 || !octets.every(o => /^(?:0|[1-9][0-9]{0,2})$/.test(o) && Number(o) <= 255))
          return undefined;
        result.push(...octets.map(Number));
      } else {
        if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined;
        const value = Number.parseInt(group, 16);
        result.push(value >> 8, value & 255);
      }
    }
    return result;
  };
  const left = parse(halves[0]!);
  const right = halves.length === 2 ? parse(halves[1]!) : [];
  if (!left || !right) return undefined;
  const length = left.length + right.length;
  if (halves.length === 1 ? length !== 16 : length > 14) return undefined;
  bytes.set(left);
  bytes.set(right, 16 - right.length);
  return bytes;
}

function scanEscaped(text: string, start: number): Token {
  let end = start + 1;
  while (end < text.length && !' !()\n\t'.includes(text[end]!)) end++;
  if (end === start + 1) {
    return failed(start, end, {
      code: 'SKEP1006',
      severity: 'error',
      message: 'a backslash must be followed by a name',
      span: { start, end },
      notes: ['a backslash makes a name of a word that is a keyword: `ip proto \\tcp`'],
    });
  }
  return { kind: 'name', word: text.slice(start + 1, end), value: 0, escaped: true, start, end };
}

function scanArcnet(text: string, start: number): Token {
  let end = start + 1;
  while (end - start < 3 && classAt(text, end) & HEX) end++;
  if (end === start + 1) {
    return failed(start, end, {
      code: 'SKEP1006',
      severity: 'error',
      message: '`$` must be followed by one or two hexadecimal digits',
      span: { start, end },
      notes: ['`$xx` is an ARCnet address; a shell replaces `$name` inside double quotes: use single quotes'],
    });
  }
  return {
    kind: 'arcnet',
    word: text.slice(start, end),
    value: Number.parseInt(text.slice(start + 1, end), 16),
    start,
    end,
  };
}

/** What people write from habit for something that the language spells otherwise. */
const FOREIGN_CHARACTERS: Readonly<Record<string, string>> = {
  ',': 'a list is written with `or`: `port 80 or 443`',
  ';': 'terms are joined with `and` or `or`',
  '"': 'names are written without quotes',
  "'": 'names are written without quotes',
  '~': 'there are no patterns; `!=` means not equal',
  '{': 'group with parentheses: ( )',
  '}': 'group with parentheses: ( )',
  '.': 'a name or number begins with a letter or a digit',
  '@': 'there is no such operator',
  _: 'a name begins with a letter or a digit; `\\` before it allows any other',
  '“': 'quotation marks of a word processor? names are written without quotes',
  '”': 'quotation marks of a word processor? names are written without quotes',
  '–': 'a dash of a word processor? a range is written with `-`',
  '—': 'a dash of a word processor? a range is written with `-`',
  '≤': 'less or equal is `<=`',
  '≥': 'greater or equal is `>=`',
  '≠': 'not equal is `!=`',
  '\u00a0': 'this is a no-break space: replace it with a plain one',
};

function unknownCharacter(text: string, start: number): Token {
  const c = String.fromCodePoint(text.codePointAt(start)!);
  const end = start + c.length;
  const shown = /[\p{L}\p{N}\p{P}\p{S}]/u.test(c)
    ? `\`${c}\``
    : `the character U+${c.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
  const note = FOREIGN_CHARACTERS[c];
  return failed(start, end, {
    code: 'SKEP1001',
    severity: 'error',
    message: `${shown} has no meaning in a filter expression`,
    span: { start, end },
    ...(note === undefined ? {} : { notes: [note] }),
  });
}

function failed(start: number, end: number, diagnostic: Diagnostic): Token {
  return { kind: 'error', word: '', value: 0, diagnostic, start, end };
}

function clip(word: string): string {
  return word.length <= 48 ? word : `${word.slice(0, 45)}...`;
}
