// System errors (ENOENT, EACCES, ENOSPC ...) as SkepErrors: in words, with the system's own name for searching.

import { getSystemErrorMap } from 'node:util';
import { captureError } from '../errors.js';

/** Runs a system call on a file and says which file and what was tried when it fails. EPIPE passes: it ends a pipeline. */
export function withFile<T>(path: string, tried: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw fileError(path, tried, error);
  }
}

/** The error to throw for what a system call on a file threw. */
export function fileError(path: string, tried: string, error: unknown): unknown {
  const { code, errno, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined || code === 'EPIPE') return error;
  const meaning = getSystemErrorMap().get(errno ?? 0)?.[1] ?? code;
  const wrapped = captureError('SKEP3016', `cannot ${tried} ${path}: ${meaning} (${code})`);
  wrapped.cause = error;
  return wrapped;
}
