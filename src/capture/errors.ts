// How capture errors are said: a code, a sentence with the byte offset in it, and the span of the bytes concerned.

import { type DiagnosticCode, SkepError } from '../diagnostics/index.js';

/** An error about the bytes [start, end) of a capture file. */
export function captureError(
  code: DiagnosticCode,
  message: string,
  start?: number,
  end?: number,
  notes?: readonly string[],
): SkepError {
  return new SkepError({
    code,
    severity: 'error',
    message,
    ...(start === undefined ? {} : { span: { start, end: end ?? start + 1 } }),
    ...(notes === undefined ? {} : { notes }),
  });
}

/** The file ends inside of `what`, which begins at `offset` and has `wanted` bytes, of which `left` are there. */
export function truncatedError(what: string, offset: number, wanted: number, left: number): SkepError {
  return captureError(
    'SKEP3003',
    `truncated ${what} at byte ${offset}: wanted ${wanted} ${wanted === 1 ? 'byte' : 'bytes'}, ${left} left`,
    offset,
    offset + left,
  );
}
