// The control-flow graph as JSON: stable keys in a stable order, for scripts and pages.

import { tcpdumpLine } from '../../isa/index.js';
import type { FlowGraph } from './flow-graph.js';

export interface FlowGraphJson {
  readonly blocks: readonly {
    readonly id: number;
    readonly kind: 'test' | 'jump' | 'return';
    readonly start: number;
    /** One line an instruction, as tcpdump's -d prints them. */
    readonly instructions: readonly string[];
    readonly whenTrue?: number;
    readonly whenFalse?: number;
    readonly next?: number;
    readonly accepts?: boolean;
    /** What the block tests, in words, with its place in the expression. */
    readonly tests: readonly { readonly text: string; readonly start: number; readonly end: number }[];
  }[];
}

export function flowGraphToJson(graph: FlowGraph): FlowGraphJson {
  return {
    blocks: graph.blocks.map(({ id, kind, start, end, origins, whenTrue, whenFalse, next, accepts }) => ({
      id,
      kind,
      start,
      instructions: graph.program.slice(start, end).map((one, offset) => tcpdumpLine(one, start + offset)),
      ...(whenTrue === undefined ? {} : { whenTrue }),
      ...(whenFalse === undefined ? {} : { whenFalse }),
      ...(next === undefined ? {} : { next }),
      ...(accepts === undefined ? {} : { accepts }),
      tests: origins.map(({ text, span }) => ({ text, start: span.start, end: span.end })),
    })),
  };
}
