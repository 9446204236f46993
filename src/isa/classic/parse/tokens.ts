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
const SIGN = /<<|>>|\S/uy;

/**
 * The tokens of `text` (from `from` to `to`), an end token last. Malformed comments are reported when they are reached.
 * One at a time, so that a large text costs no more memory than what is read from it.
 */
function* tokensOf(
  text: string,
  style: TokenStyle,
  problems: Problems,
  from: number,
  to: number,
): Generator<Token, Token> {
  const token = (kind: Token['kind'], start: number, end: number, value = Number.NaN): Token => {
    return { kind, text: text.slice(start, end), span: { start, end }, value };
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
    const start = at;
    if (text[at] === '\n') {
      isLineStart = true;
      at++;
      if (style.newlines) yield token('newline', start, at);
      continue;
    }
    at = match(SPACE, start);
    if (at > start) continue;
    if (text.startsWith('/*', at)) {
      const close = text.indexOf('*/', at + 2);
      if (close === -1 || close + 2 > to) {
        problems.error('SKEP2003', 'the comment is not closed', { start: at, end: Math.min(at + 2, to) });
        break;
      }
      at = close + 2;
      continue;
    }
    const isHashLine = style.hashLines && isLineStart && text[at] === '#';
    if (isHashLine || style.lineComments.some(mark => text.startsWith(mark, at))) {
      at = endOfLine(at);
      continue;
    }
    isLineStart = false;
    if ((at = match(WORD, start)) > start) yield token('word', start, at);
    else if ((at = match(NUMBER, start)) > start) {
      yield token('number', start, at, numberValue(text.slice(start, at), style));
    } else if ((at = match(SIGN, start)) > start) yield token('sign', start, at);
    else at = start + 1;
  }
  return token('end', Math.min(at, to), Math.min(at, to));
}

/** No number of 32 bits is longer, in whatever base. */
const MAX_NUMBER_LENGTH = 64;

/** Decimal, 0x hexadecimal, 0b binary, and octal after a 0. NaN for anything else. */
export function numberValue(text: string, style: TokenStyle = ASM_STYLE): number {
  if (text.length > MAX_NUMBER_LENGTH) return Number.NaN;
  const digits = style.suffixes ? text.replace(/[uUlL]+$/, '') : text;
  if (/^0[xX][0-9a-fA-F]+$/.test(digits)) return Number.parseInt(digits.slice(2), 16);
  if (/^0[bB][01]+$/.test(digits)) return Number.parseInt(digits.slice(2), 2);
  if (/^0[0-7]+$/.test(digits)) return Number.parseInt(digits, 8);
  return /^(0|[1-9][0-9]*)$/.test(digits) ? Number(digits) : Number.NaN;
}

/** Walks over the tokens of a text, or of a part of it. Never runs beyond the end token. */
export class TokenReader {
  readonly #source: Generator<Token, Token>;
  /** Tokens that were looked at and not yet taken. */
  readonly #ahead: Token[] = [];
  #end: Token | undefined;
  #previous: Token | undefined;

  constructor(text: string, style: TokenStyle, problems: Problems, from = 0, to: number = text.length) {
    this.#source = tokensOf(text, style, problems, from, to);
  }

  get token(): Token {
    return this.peek(0);
  }

  /** The token `ahead` places on. */
  peek(ahead: number): Token {
    while (this.#ahead.length <= ahead) {
      if (this.#end) return this.#end;
      const { value, done } = this.#source.next();
      if (done) this.#end = value;
      else this.#ahead.push(value);
    }
    return this.#ahead[ahead]!;
  }

  /** The token that was read last: its end is where something is missing. */
  get previous(): Token | undefined {
    return this.#previous;
  }

  next(): Token {
    const { token } = this;
    this.#ahead.shift();
    this.#previous = token;
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
    this.next();
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
