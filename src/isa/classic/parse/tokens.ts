// Splits program text into words, numbers and signs. One tokenizer for assembler text, listings and C.

import type { Span } from '../../../diagnostics/index.js';
import type { Problems } from './problems.js';

export interface Token {
  readonly kind: 'word' | 'number' | 'sign' | 'newline' | 'end';
  readonly text: string;
  readonly span: Span;
  /** Of a number, unsigned as written; NaN for one that is none. */
  readonly value: number;
}

export interface TokenStyle {
  /** What begins a comment that ends with the line. Both styles have C's block comments. */
  readonly lineComments: readonly string[];
  /** Whether `#` as the first thing of a line makes the line a comment (assembler) or a directive (C). */
  readonly hashLines: boolean;
  /** Whether newlines are tokens. */
  readonly newlines: boolean;
  /** Whether numbers may end in C's u, l, ul, ... */
  readonly suffixes: boolean;
}

export const ASM_STYLE: TokenStyle = { lineComments: [';', '//'], hashLines: true, newlines: true, suffixes: false };
export const C_STYLE: TokenStyle = { lineComments: ['//'], hashLines: true, newlines: false, suffixes: true };
/** The text after the number of a listing's line. */
export const LISTING_STYLE: TokenStyle = { lineComments: [], hashLines: false, newlines: false, suffixes: false };

const WORD = /[A-Za-z_.][A-Za-z0-9_.]*/y;
const NUMBER = /[0-9][0-9A-Za-z_]*/y;
const SPACE = /[ \t\r\f\v]+/y;
const SIGN = /<<|>>|[^\s]/y;

/** The tokens of `text` (from `from` to `to`), an end token last. Malformed numbers and comments are reported. */
export function tokenize(
  text: string,
  style: TokenStyle,
  problems: Problems,
  from = 0,
  to: number = text.length,
): Token[] {
  const tokens: Token[] = [];
  const push = (kind: Token['kind'], start: number, end: number, value = Number.NaN): void => {
    tokens.push({ kind, text: text.slice(start, end), span: { start, end }, value });
  };
  const match = (pattern: RegExp, at: number): number => {
    pattern.lastIndex = at;
    return pattern.test(text) ? Math.min(pattern.lastIndex, to) : at;
  };
  const endOfLine = (at: number): number => {
    const newline = text.indexOf('\n', at);
    return newline === -1 || newline > to ? to : newline;
  };

  let isLineStart = true;
  let at = from;
  while (at < to) {
    if (text[at] === '\n') {
      if (style.newlines) push('newline', at, at + 1);
      isLineStart = true;
      at++;
      continue;
    }
    const afterSpace = match(SPACE, at);
    if (afterSpace > at) {
      at = afterSpace;
      continue;
    }
    if (text.startsWith('/*', at)) {
      const close = text.indexOf('*/', at + 2);
      if (close === -1 || close + 2 > to) {
        problems.error('SKEP2003', 'the comment is not closed', { start: at, end: at + 2 });
        break;
      }
      at = close + 2;
      continue;
    }
    if (
      style.lineComments.some(mark => text.startsWith(mark, at)) ||
      (style.hashLines && isLineStart && text[at] === '#')
    ) {
      at = endOfLine(at);
      continue;
    }
    isLineStart = false;
    const start = at;
    if ((at = match(WORD, start)) > start) push('word', start, at);
    else if ((at = match(NUMBER, start)) > start) push('number', start, at, numberValue(text.slice(start, at), style));
    else if ((at = match(SIGN, start)) > start) push('sign', start, at);
    else at = start + 1;
  }
  push('end', Math.min(at, to), Math.min(at, to));
  return tokens;
}

/** Decimal, 0x hexadecimal, 0b binary, and octal after a 0. NaN for anything else. */
export function numberValue(text: string, style: TokenStyle = ASM_STYLE): number {
  const digits = style.suffixes ? text.replace(/[uUlL]+$/, '') : text;
  if (/^0[xX][0-9a-fA-F]+$/.test(digits)) return Number.parseInt(digits.slice(2), 16);
  if (/^0[bB][01]+$/.test(digits)) return Number.parseInt(digits.slice(2), 2);
  if (/^0[0-7]+$/.test(digits)) return Number.parseInt(digits, 8);
  return /^(0|[1-9][0-9]*)$/.test(digits) ? Number(digits) : Number.NaN;
}

/** Walks over tokens. Never runs beyond the end token. */
export class TokenReader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get token(): Token {
    return this.#tokens[Math.min(this.#at, this.#tokens.length - 1)]!;
  }

  /** The token `ahead` places on. */
  peek(ahead: number): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)]!;
  }

  /** The token that was read last: its end is where something is missing. */
  get previous(): Token | undefined {
    return this.#tokens[this.#at - 1];
  }

  next(): Token {
    const { token } = this;
    this.#at++;
    return token;
  }

  get isAtEnd(): boolean {
    return this.token.kind === 'end';
  }

  /** Whether a line or the text ends here. */
  get isAtLineEnd(): boolean {
    return this.token.kind === 'newline' || this.isAtEnd;
  }

  /** Whether the next token is this sign (or word, case ignored); takes it if so. */
  take(text: string): boolean {
    if (!this.is(text)) return false;
    this.#at++;
    return true;
  }

  is(text: string): boolean {
    const { kind, text: found } = this.token;
    return (kind === 'sign' || kind === 'word') && found.toLowerCase() === text.toLowerCase();
  }
}

/** A span for "something is missing here": the token's own, or just behind the text when it is a line's or the text's end. */
export function missingAt(reader: TokenReader): Span {
  const { token, previous } = reader;
  if (token.kind !== 'end' && token.kind !== 'newline') return token.span;
  const end = previous && previous.kind !== 'newline' ? previous.span.end : token.span.start;
  return { start: end, end };
}
