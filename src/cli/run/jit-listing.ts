// `skep run --dump-jit`: the program as x86-64 code.

import { listing } from '../../engine/index.js';
import type { CompileInput } from '../../kernel/index.js';

/** The listing: each instruction with the code that was made of it. Needs no x86-64. */
export function listX64({ linked, targets, options }: CompileInput): string {
  return listing(linked, { ...options, targets });
}
