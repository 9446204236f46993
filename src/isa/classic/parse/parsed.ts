// What every reader of program text gives.

import type { Diagnostic, Span } from '../../../diagnostics/index.js';
import type { ClassicInstruction } from '../instruction.js';

export interface ParsedProgram {
  readonly program: readonly ClassicInstruction[];
  /** Where each instruction stands in the text. */
  readonly spans: readonly Span[];
  /** Warnings; errors are thrown. */
  readonly diagnostics: readonly Diagnostic[];
  /** Labels by name: the index of the instruction they stand before. */
  readonly labels?: ReadonlyMap<string, number>;
}

export interface ParseOptions {
  /**
   * What to do with a conditional jump that its 8 bits cannot reach: report it (default), or put a `ja` behind it that can.
   * Only for assembler text.
   */
  readonly longJumps?: 'error' | 'trampoline';
  /** Whose system calls `__NR_read` means in C source. Default x86_64. */
  readonly arch?: string;
  /** Byte order of hexadecimal text. Default: guessed from the opcodes. */
  readonly byteOrder?: 'little' | 'big';
}
