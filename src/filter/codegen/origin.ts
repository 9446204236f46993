// Why a test is there, in words that are made when someone asks: a filter of 5,000 hosts has 45,000 tests, and most
// programs are never explained.

import type { Span } from '../../diagnostics/index.js';
import type { Origin } from '../condition.js';

/** Words, or how to make them. */
export type Words = string | (() => string);

export class LazyOrigin implements Origin {
  readonly span: Span;
  #words: Words;

  constructor(span: Span, words: Words) {
    this.span = span;
    this.#words = words;
  }

  get text(): string {
    if (typeof this.#words !== 'string') this.#words = this.#words();
    return this.#words;
  }

  /** A plain value, so that a condition can be printed as JSON. */
  toJSON(): Origin {
    return { span: this.span, text: this.text };
  }
}
