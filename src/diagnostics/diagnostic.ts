// What everything that takes a person's text or bytes answers with: diagnostics are data, printed only at the edge.

import type { DiagnosticCode } from './codes.js';

/** A half-open range of the source: UTF-16 offsets for text, byte offsets for binary input. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export type Severity = 'error' | 'warning' | 'note';

/** One finding. `code` is stable across versions (see codes.ts); `message` may change. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  /** One sentence, lower case, no full stop. */
  readonly message: string;
  /** Where in the source; absent when the finding is about the whole. */
  readonly span?: Span;
  /** What helps to understand it: a line each. */
  readonly notes?: readonly string[];
  /** A replacement for `span` that would mend it. */
  readonly fix?: { readonly description: string; readonly span: Span; readonly replacement: string };
}

/** The error that skep throws for bad input. `message` is the first diagnostic's; all of them are in `diagnostics`. */
export class SkepError extends Error {
  override readonly name: string = 'SkepError';
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[] | Diagnostic, options?: ErrorOptions) {
    const all = Array.isArray(diagnostics) ? (diagnostics as readonly Diagnostic[]) : [diagnostics as Diagnostic];
    super(all[0]?.message ?? 'unknown error', options);
    this.diagnostics = all;
  }

  /** The stable code of the first diagnostic. */
  get code(): DiagnosticCode | undefined {
    return this.diagnostics[0]?.code;
  }
}

/** A span that covers both. */
export function joinSpans(a: Span, b: Span): Span {
  return { start: Math.min(a.start, b.start), end: Math.max(a.end, b.end) };
}
