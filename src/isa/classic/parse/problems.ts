// Collects what is wrong with a text, so that one run reports all of it.

import { type Diagnostic, type DiagnosticCode, SkepError, type Span } from '../../../diagnostics/index.js';

/** A file of noise would give a finding a line; after so many, nobody reads on. */
const MAX_PROBLEMS = 50;

export interface ProblemDetails {
  readonly notes?: readonly string[];
  readonly fix?: Diagnostic['fix'];
}

export class Problems {
  readonly #errors: Diagnostic[] = [];
  readonly #warnings: Diagnostic[] = [];

  error(code: DiagnosticCode, message: string, span: Span, details: ProblemDetails = {}): void {
    if (!this.isFull) this.#errors.push({ code, severity: 'error', message, span, ...details });
  }

  warning(code: DiagnosticCode, message: string, span: Span, details: ProblemDetails = {}): void {
    if (this.#warnings.length < MAX_PROBLEMS) {
      this.#warnings.push({ code, severity: 'warning', message, span, ...details });
    }
  }

  /** Whether to give up reading. */
  get isFull(): boolean {
    return this.#errors.length >= MAX_PROBLEMS;
  }

  get warnings(): readonly Diagnostic[] {
    return this.#warnings;
  }

  /** Throws everything found, in the order of the text, unless there was no error. */
  throwIfAny(): void {
    if (this.#errors.length === 0) return;
    const start = ({ span }: Diagnostic): number => span?.start ?? 0;
    throw new SkepError([...this.#errors, ...this.#warnings].sort((left, right) => start(left) - start(right)));
  }
}
