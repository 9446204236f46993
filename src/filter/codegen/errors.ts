// What code generation refuses, in one place: the code, the words, and where a fact of the link type is the reason, which.

import type { DiagnosticCode } from '../../diagnostics/index.js';
import { type Diagnostic, SkepError, type Span } from '../../diagnostics/index.js';
import type { LinkType } from '../link-types.js';
import type { State } from './state.js';

export interface FailOptions {
  readonly notes?: readonly string[];
  readonly fix?: Diagnostic['fix'];
}

/** Throws a SkepError with one diagnostic. */
export function fail(code: DiagnosticCode, message: string, span: Span, options: FailOptions = {}): never {
  throw new SkepError({
    code,
    severity: 'error',
    message,
    span,
    ...(options.notes ? { notes: options.notes } : {}),
    ...(options.fix ? { fix: options.fix } : {}),
  });
}

/** `EN10MB (Ethernet)`. */
export function describeLinkType(link: LinkType): string {
  return `${link.name} (${link.description})`;
}

/** The primitive needs something that this link type does not have. */
export function failUnsupported(what: string, state: State, notes: readonly string[] = []): never {
  const inside =
    state.link === state.outermost
      ? []
      : [
          `the encapsulation to its left makes it ${state.link.name}: what is meant for ${state.outermost.name} goes before that`,
        ];
  fail('SKEP1101', `'${what}' is not supported on link type ${describeLinkType(state.link)}`, state.span, {
    notes: [...notes, ...inside],
  });
}

/** A number that its field cannot hold: the filter could never match. */
export function requireAtMost(what: string, value: number, maximum: number, span: Span): void {
  if (value > maximum) fail('SKEP1105', `${what} ${value} is greater than the largest possible, ${maximum}`, span);
}

/** A qualifier that does not go with what follows it. */
export function failQualifier(qualifier: string, what: string, span: Span, notes: readonly string[] = []): never {
  fail('SKEP1102', `'${qualifier}' is not a valid qualifier of ${what}`, span, { notes });
}
