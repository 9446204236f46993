// What compilers of classic programs translate: a graph of nodes in which no load can fail. Each possible failure is a branch
// in front: a packet too short, X beyond it, a division by 0, ancillary data that is not there. flow.ts makes it.

import type { FlowGraph } from '../../engine/index.js';

/** Where a node can leave to: labels outside of the graph, see FlowEnd. */
export const REJECT = ~0;
/** With the graph's `acceptValue`. */
export const ACCEPT = ~1;

export type Variable = { readonly kind: 'a' } | { readonly kind: 'x' } | { readonly kind: 'm'; readonly word: number };

/** What computes without failing. Numbers are 32 bits; `k` is signed here. */
export type Operation =
  /**
   * A packet load whose bounds have been checked, at k, at X + k, or at the address that an `address` guard computed.
   * `msh` puts 4 times the low nibble into X. `order`: as it lies in memory, or turned to machine order.
   */
  | {
      readonly kind: 'load';
      readonly at: 'constant' | 'index' | 'address';
      readonly k: number;
      readonly bytes: 1 | 2 | 4;
      readonly order: 'little' | 'big';
      readonly msh: boolean;
    }
  | { readonly kind: 'constant'; readonly to: Variable; readonly value: number }
  | { readonly kind: 'copy'; readonly to: Variable; readonly from: Variable }
  | { readonly kind: 'length'; readonly to: Variable }
  /** A = A `operator` k, or X when k is undefined. Division is unsigned; shift counts are below 32 or masked. */
  | { readonly kind: 'alu'; readonly operator: AluOperator; readonly k: number | undefined }
  | { readonly kind: 'negate' }
  /** A = the ancillary word at this SKF_AD_ offset, known to be there. */
  | { readonly kind: 'ancillary'; readonly offset: number }
  | { readonly kind: 'attribute'; readonly nested: boolean };

export type AluOperator =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'mod'
  | 'and'
  | 'or'
  | 'xor'
  | 'lsh'
  | 'rsh'
  /** Shifts by X where 32 and more leave 0. */
  | 'lsh-wide'
  | 'rsh-wide';

/** What a branch asks. */
export type Test =
  /** A compared with k, or with X when k is undefined; comparisons are unsigned. */
  | { readonly kind: 'compare'; readonly operator: 'jeq' | 'jgt' | 'jge' | 'jset'; readonly k: number | undefined }
  /** Fewer than `bytes` captured. */
  | { readonly kind: 'shorter'; readonly bytes: number }
  /** X + bytes is more than what was captured, given that `bytes` were. */
  | { readonly kind: 'index-beyond'; readonly bytes: number }
  /**
   * Computes the address of a load and asks whether it fails, given that `bytes` were captured: at an offset from the
   * network or link-layer header, or X + k modulo 2^32, which can be either that or an offset in the packet.
   */
  | { readonly kind: 'address'; readonly k: number; readonly indexed: boolean; readonly bytes: number }
  | { readonly kind: 'x-zero' }
  | { readonly kind: 'ancillary-absent'; readonly offset: number }
  /** Takes `steps` from the budget and asks whether it is used up. */
  | { readonly kind: 'budget'; readonly steps: number };

export type NodeEnd =
  | { readonly kind: 'jump'; readonly to: number }
  | { readonly kind: 'branch'; readonly test: Test; readonly taken: number; readonly otherwise: number }
  /** Returns a constant that is not `acceptValue`, or A. */
  | { readonly kind: 'return'; readonly value: number | 'a' };

export interface FlowNode {
  readonly operations: Operation[];
  end: NodeEnd;
}

export interface ClassicFlow extends FlowGraph {
  readonly nodes: readonly FlowNode[];
  /** What ACCEPT returns. */
  readonly acceptValue: number;
  /** Steps that backward jumps may take; undefined without backward jumps. */
  readonly stepBudget: number | undefined;
  /** Variables that must be 0 at the beginning, and all that occur: sets of bits as in blocks.ts. */
  readonly zeroed: number;
  readonly variables: number;
  /** How many captured bytes the first check asks for; 0: it does not begin with one. */
  readonly firstBytes: number;
  /** Replaces the length on the wire. */
  readonly fixedLength: number | undefined;
  readonly usesAncillary: boolean;
  readonly usesAddresses: boolean;
  readonly usesAttributes: boolean;
}
