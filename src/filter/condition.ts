// The tree of conditions: what code generation makes of the syntax tree, and what lowering makes the control-flow graph from.
// Each leaf is one test of the classic machine, with what it means in words, so that every later stage can explain itself.

import type { Span } from '../diagnostics/index.js';

/**
 * A statement inside a test. Registers are A, X and M[n]; `k` of a load or store of M[] is a *virtual* register
 * number without bound: lowering maps them to the machine's sixteen.
 */
export type Statement =
  /** A classic instruction that neither jumps nor returns. */
  | { readonly kind: 'instruction'; readonly code: number; readonly k: number }
  /** `jump` is the opcode of a conditional jump (class JMP, source K or X). */
  | {
      readonly kind: 'if';
      readonly jump: number;
      readonly k: number;
      readonly then: readonly Statement[];
      readonly else: readonly Statement[];
    }
  /** Repeats `body` until a `break` in it (nested in `if`s) leaves the loop. Only `protochain` makes loops. */
  | { readonly kind: 'loop'; readonly body: readonly Statement[] }
  | { readonly kind: 'break' };

/** Why a test is there: the primitive's place in the text, and the test in words ("EtherType is IPv4"). */
export interface Origin {
  readonly span: Span;
  readonly text: string;
}

export type Condition =
  | { readonly kind: 'constant'; readonly value: boolean; readonly origin?: Origin }
  /** Run `statements`, then compare A with `k` (or X) as `jump` says; the condition holds when the jump is taken. */
  | {
      readonly kind: 'test';
      readonly statements: readonly Statement[];
      readonly jump: number;
      readonly k: number;
      readonly origin?: Origin;
    }
  /** Terms are evaluated left to right and the rest is skipped once the outcome is known. At least one term. */
  | { readonly kind: 'and' | 'or'; readonly terms: readonly Condition[]; readonly origin?: Origin }
  | { readonly kind: 'not'; readonly term: Condition; readonly origin?: Origin };
