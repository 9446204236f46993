// What running a program takes, and what it takes of a program to be run.

import { SkepError } from '../diagnostics/index.js';
import type { ByteOrder, ClassicProgram } from '../isa/index.js';
import type { Dialect, DialectRow } from './dialect.js';
import { applyRules } from './validate.js';

export interface RunOptions {
  /** Whose machine. Default 'libpcap'. */
  readonly dialect?: Dialect;
  /** Instructions that a program with a backward jump may run before it is stopped and returns 0. Default 1,000,000. */
  readonly stepBudget?: number;
  /** seccomp: the byte order of the machine the filter runs on. Default 'little'. */
  readonly byteOrder?: ByteOrder;
}

export const DEFAULT_STEP_BUDGET = 1_000_000;

/** Throws SkepError with everything that keeps an engine from running the program. */
export function assertRunnable(program: ClassicProgram, dialect: DialectRow): void {
  // A seccomp filter's loads mean nothing but what the kernel's check allows; elsewhere any sound program has a meaning.
  const set = dialect.name === 'seccomp' ? 'seccomp' : 'run';
  const errors = applyRules(program, set).filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new SkepError(errors);
}
