// A classic program as a graph of nodes that compilers translate one to one: no load in it can fail. Each possible failure
// is a branch in front: a packet too short, X beyond it, a division by 0, ancillary data that is not there.
//
// Bounds are checked once for several loads. Every block exists in up to two versions. The quick one checks at a block's
// beginning for more than the block itself needs (the furthest constant offset that lies ahead, within reason), so what
// follows needs no check. A packet too short for that is not lost: it goes on in the precise version of the same block,
// which checks for exactly what the block loads and rejects where the machine would. The precise version goes back to the
// quick one as soon as that relies on nothing that has not been checked.

import type { FlowEnd, FlowGraph } from '../../engine/index.js';
import {
  type ByteOrder,
  type ClassicProgram,
  instructionRow,
  SECCOMP_DATA_BYTES,
  SKF_AD_OFF,
} from '../../isa/index.js';
import { AD_ALU_XOR_X, AD_NLATTR, AD_NLATTR_NEST, absentResult } from '../ancillary.js';
import { DIALECTS, type DialectRow } from '../dialect.js';
import { assertRunnable, DEFAULT_STEP_BUDGET, type RunOptions } from '../run-options.js';
import { A, type Blocks, findBlocks, writesOf, X } from './blocks.js';
import { findByteOrders } from './byte-order.js';

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

export interface FlowOptions extends RunOptions {
  /** Keep values in packet order where possible and swap constants: for targets whose loads are little endian. */
  readonly swapConstants?: boolean;
  /** Only whether the result is 0 matters: any other constant is ACCEPT, and A is compared with 0. */
  readonly matchOnly?: boolean;
  /** Packets come without ancillary data: those loads reject, whatever the dialect. */
  readonly noAncillary?: boolean;
}

/** Constant offsets below this may be checked together, ahead of time: Ethernet, IPv4 and TCP without options. */
const HOIST_BYTES = 54;
/** An index check may reach this much further than its own block: from source port to destination port and beyond. */
const HOIST_INDEX_BYTES = 4;

const AV: Variable = { kind: 'a' };
const XV: Variable = { kind: 'x' };
const LOAD_BYTES: Readonly<Record<string, 1 | 2 | 4>> = { ld: 4, ldh: 2, ldb: 1, ldxb: 1 };

/** What a load instruction is in a dialect. */
type LoadKind = 'constant' | 'index' | 'address' | 'wrapping' | 'ancillary' | 'reject' | 'none';

/** Builds the graph. Throws SkepError when the program cannot run. */
export function buildFlow(program: ClassicProgram, options: FlowOptions = {}): ClassicFlow {
  const dialect = DIALECTS[options.dialect ?? 'libpcap'];
  assertRunnable(program, dialect);
  return new FlowBuilder(program, findBlocks(program), dialect, options).build();
}

class FlowBuilder {
  private readonly program: ClassicProgram;
  private readonly blocks: Blocks;
  private readonly dialect: DialectRow;
  private readonly byteOrder: ByteOrder;
  private readonly noAncillary: boolean;
  private readonly matchOnly: boolean;
  private readonly rawWidth: (pc: number) => number;
  private readonly acceptValue: number;
  private readonly nodes: FlowNode[] = [];
  /** First node of each version of each block, -1 while there is none. */
  private readonly quickNode: Int32Array;
  private readonly preciseNode: Int32Array;
  private usesBudget = false;
  private usesAncillary = false;
  private usesAddresses = false;
  private usesAttributes = false;
  private readonly stepBudget: number;

  constructor(program: ClassicProgram, blocks: Blocks, dialect: DialectRow, options: FlowOptions) {
    this.program = program;
    this.blocks = blocks;
    this.dialect = dialect;
    this.byteOrder = options.byteOrder ?? 'little';
    this.noAncillary = options.noAncillary ?? false;
    this.matchOnly = options.matchOnly ?? false;
    this.stepBudget = options.stepBudget ?? DEFAULT_STEP_BUDGET;
    this.quickNode = new Int32Array(blocks.count).fill(-1);
    this.preciseNode = new Int32Array(blocks.count).fill(-1);
    this.rawWidth = options.swapConstants
      ? findByteOrders(program, blocks, pc => (this.isSwappable(pc) ? this.loadBytes(pc) : 0)).rawWidth
      : () => 0;
    this.acceptValue = mostCommonReturn(program, blocks);
  }

  private loadBytes(pc: number): 1 | 2 | 4 {
    return LOAD_BYTES[instructionRow(this.program[pc]!.code)!.mnemonic]!;
  }

  private loadKind(pc: number): LoadKind {
    const { code, k } = this.program[pc]!;
    const { operand } = instructionRow(code)!;
    switch (operand) {
      case 'abs':
        if (k <= 0x7fffffff) return 'constant';
        if (this.dialect.ancillary(k, this.loadBytes(pc))) return 'ancillary';
        return this.dialect.headerOffsets && k < SKF_AD_OFF && !this.noAncillary ? 'address' : 'reject';
      case 'msh':
        if (k <= 0x7fffffff) return 'constant';
        return this.dialect.headerOffsets && !this.noAncillary ? 'address' : 'reject';
      case 'ind':
        if (this.dialect.indexWraps) return 'wrapping';
        return k <= 0x7fffffff ? 'index' : 'reject';
      default:
        return 'none';
    }
  }

  private isLittleWord(pc: number): boolean {
    return this.dialect.words === 'host' && this.byteOrder === 'little' && this.loadBytes(pc) === 4;
  }

  private isSwappable(pc: number): boolean {
    const kind = this.loadKind(pc);
    return (
      (kind === 'constant' || kind === 'index' || kind === 'address' || kind === 'wrapping') && !this.isLittleWord(pc)
    );
  }

  build(): ClassicFlow {
    const { blocks } = this;
    const { order, place } = blocks;
    const needs = this.computeNeeds();
    // The entry is node 0.
    this.reserve(this.quickNode, 0);

    // What is known at the beginning of each version: bytes captured, and bytes captured behind X. Least over the ways there.
    const quick = new Facts(blocks.count);
    const precise = new Facts(blocks.count);
    quick.meet(0, 0, 0);
    for (const block of order) {
      for (const next of [blocks.taken[block]!, blocks.otherwise[block]!]) {
        if (next !== -1 && place[next]! <= place[block]!) quick.meet(next, 0, 0);
      }
    }

    // The quick versions' checks and facts, forwards.
    const checkBytes = new Float64Array(blocks.count);
    const checkIndex = new Float64Array(blocks.count);
    for (const block of order) {
      let known = quick.bytes[block]!;
      let knownIndex = quick.index[block]!;
      const own = Math.max(needs.bytes[block]!, needs.index[block]!);
      if (known < own) {
        checkBytes[block] = Math.max(own, needs.aheadBytes[block]!);
        known = checkBytes[block]!;
      }
      if (knownIndex < needs.index[block]!) {
        checkIndex[block] = Math.max(needs.index[block]!, Math.min(needs.aheadIndex[block]!, known));
        knownIndex = checkIndex[block]!;
      }
      if (needs.changesX[block]) knownIndex = 0;
      for (const next of [blocks.taken[block]!, blocks.otherwise[block]!]) {
        if (next !== -1) quick.meet(next, known, knownIndex);
      }
    }

    // What the quick versions rely on, backwards.
    const reliesBytes = new Float64Array(blocks.count);
    const reliesIndex = new Float64Array(blocks.count);
    for (let at = order.length - 1; at >= 0; at--) {
      const block = order[at]!;
      let bytes = Math.max(needs.bytes[block]!, needs.index[block]!, checkIndex[block]!);
      let index = needs.index[block]!;
      for (const next of [blocks.taken[block]!, blocks.otherwise[block]!]) {
        if (next === -1 || place[next]! <= at) continue;
        bytes = Math.max(bytes, reliesBytes[next]!);
        if (!needs.changesX[block]) index = Math.max(index, reliesIndex[next]!);
      }
      reliesBytes[block] = checkBytes[block]! > 0 ? 0 : bytes;
      reliesIndex[block] = checkIndex[block]! > 0 ? 0 : index;
    }

    for (const block of order) {
      const own = Math.max(needs.bytes[block]!, needs.index[block]!);
      const ownIndex = needs.index[block]!;

      // Quick.
      let node = this.reserve(this.quickNode, block);
      const known = quick.bytes[block]!;
      const knownIndex = quick.index[block]!;
      const bytes = checkBytes[block]!;
      const index = checkIndex[block]!;
      if (bytes > 0) {
        let to = REJECT;
        if (bytes > own) {
          to = this.reserve(this.preciseNode, block);
          precise.meet(block, known, knownIndex);
        }
        node = this.guard(node, { kind: 'shorter', bytes }, to);
      }
      if (index > 0) {
        let to = REJECT;
        if (index > ownIndex) {
          to = this.reserve(this.preciseNode, block);
          precise.meet(block, Math.max(known, bytes), knownIndex);
        }
        node = this.guard(node, { kind: 'index-beyond', bytes: index }, to);
      }
      this.emitBlock(block, node, next => this.reserve(this.quickNode, next));

      // Precise.
      if (this.preciseNode[block] === -1) continue;
      node = this.preciseNode[block]!;
      let exactBytes = precise.bytes[block]!;
      let exactIndex = precise.index[block]!;
      if (exactBytes < own) {
        node = this.guard(node, { kind: 'shorter', bytes: own }, REJECT);
        exactBytes = own;
      }
      if (exactIndex < ownIndex) {
        node = this.guard(node, { kind: 'index-beyond', bytes: ownIndex }, REJECT);
        exactIndex = ownIndex;
      }
      if (needs.changesX[block]) exactIndex = 0;
      this.emitBlock(block, node, next => {
        const isBack = place[next]! <= place[block]!;
        if (isBack || (exactBytes >= reliesBytes[next]! && exactIndex >= reliesIndex[next]!)) {
          return this.reserve(this.quickNode, next);
        }
        precise.meet(next, exactBytes, exactIndex);
        return this.reserve(this.preciseNode, next);
      });
    }

    let variables = A | X;
    for (const block of order) {
      for (let pc = blocks.start[block]!; pc < blocks.end[block]!; pc++) variables |= writesOf(this.program, pc);
    }
    const { nodes } = this;
    return {
      nodes,
      size: nodes.length,
      end: node => flowEnd(nodes[node]!.end),
      acceptValue: this.acceptValue,
      stepBudget: this.usesBudget ? this.stepBudget : undefined,
      zeroed: blocks.liveIn[0]!,
      variables: variables | blocks.liveIn[0]!,
      firstBytes: checkBytes[0]!,
      fixedLength: this.dialect.name === 'seccomp' ? SECCOMP_DATA_BYTES : undefined,
      usesAncillary: this.usesAncillary,
      usesAddresses: this.usesAddresses,
      usesAttributes: this.usesAttributes,
    };
  }

  /** How much of the packet each block's loads need, and what lies ahead of it within reason. */
  private computeNeeds() {
    const { blocks, program } = this;
    const { count, order, place } = blocks;
    const bytes = new Float64Array(count);
    const index = new Float64Array(count);
    const changesX = new Uint8Array(count);
    const aheadBytes = new Float64Array(count);
    const aheadIndex = new Float64Array(count);
    for (let at = order.length - 1; at >= 0; at--) {
      const block = order[at]!;
      for (let pc = blocks.start[block]!; pc < blocks.end[block]!; pc++) {
        const { k } = program[pc]!;
        switch (this.loadKind(pc)) {
          case 'constant':
            bytes[block] = Math.max(bytes[block]!, k + this.loadBytes(pc));
            break;
          case 'index':
            index[block] = Math.max(index[block]!, k + this.loadBytes(pc));
            break;
          case 'address':
          case 'wrapping':
            bytes[block] = Math.max(bytes[block]!, this.loadBytes(pc));
            break;
        }
        if (writesOf(program, pc) & X) changesX[block] = 1;
      }
      const own = Math.max(bytes[block]!, index[block]!);
      aheadBytes[block] = own <= HOIST_BYTES ? own : 0;
      aheadIndex[block] = index[block]!;
      for (const next of [blocks.taken[block]!, blocks.otherwise[block]!]) {
        if (next === -1 || place[next]! <= at) continue;
        aheadBytes[block] = Math.max(aheadBytes[block]!, aheadBytes[next]!);
        if (!changesX[block] && aheadIndex[next]! <= index[block]! + HOIST_INDEX_BYTES) {
          aheadIndex[block] = Math.max(aheadIndex[block]!, aheadIndex[next]!);
        }
      }
    }
    return { bytes, index, changesX, aheadBytes, aheadIndex };
  }

  private createNode(): number {
    this.nodes.push({ operations: [], end: { kind: 'jump', to: REJECT } });
    return this.nodes.length - 1;
  }

  private reserve(table: Int32Array, block: number): number {
    // A block that only rejects or accepts needs no node.
    const outside = this.outsideOf(block);
    if (outside !== undefined && block !== 0) return outside;
    if (table[block] === -1) table[block] = this.createNode();
    return table[block]!;
  }

  private outsideOf(block: number): number | undefined {
    const insn = this.program[this.blocks.start[block]!]!;
    const { class: kind, operand } = instructionRow(insn.code)!;
    if (kind !== 'ret' || operand !== 'imm') return undefined;
    return insn.k === 0 ? REJECT : this.matchOnly || insn.k === this.acceptValue ? ACCEPT : undefined;
  }

  /** Ends a node with a test that leads to `to`, and gives the node where it does not hold. */
  private guard(node: number, test: Test, to: number): number {
    const next = this.createNode();
    this.nodes[node]!.end = { kind: 'branch', test, taken: to, otherwise: next };
    return next;
  }

  private emitBlock(block: number, first: number, target: (next: number) => number): void {
    if (first < 0) return;
    const { blocks, program } = this;
    let node = first;
    const taken = blocks.taken[block]!;
    const otherwise = blocks.otherwise[block]!;
    const last = blocks.end[block]! - 1;
    for (let pc = blocks.start[block]!; pc <= last; pc++) {
      const { code, k } = program[pc]!;
      const row = instructionRow(code)!;
      const operations = this.nodes[node]!.operations;
      switch (row.operand) {
        case 'abs':
        case 'ind':
        case 'msh': {
          const next = this.emitLoad(pc, node);
          if (next < 0) return;
          node = next;
          break;
        }
        case 'mem': {
          const word: Variable = { kind: 'm', word: k };
          if (row.class === 'st' || row.class === 'stx') {
            operations.push({ kind: 'copy', to: word, from: row.class === 'st' ? AV : XV });
          } else {
            operations.push({ kind: 'copy', to: row.class === 'ld' ? AV : XV, from: word });
          }
          break;
        }
        case 'len':
          operations.push({ kind: 'length', to: row.class === 'ld' ? AV : XV });
          break;
        case 'none':
          if (row.mnemonic === 'tax') operations.push({ kind: 'copy', to: XV, from: AV });
          else if (row.mnemonic === 'txa') operations.push({ kind: 'copy', to: AV, from: XV });
          else operations.push({ kind: 'negate' });
          break;
        case 'imm':
          if (row.class === 'ret') {
            this.nodes[node]!.end = this.returnConstant(k);
            return;
          }
          if (row.class === 'alu') operations.push(this.aluConstant(pc, row.mnemonic as AluOperator));
          else operations.push({ kind: 'constant', to: row.class === 'ld' ? AV : XV, value: k | 0 });
          break;
        case 'x': {
          let operator = row.mnemonic as AluOperator;
          if (operator === 'div' || operator === 'mod') node = this.guard(node, { kind: 'x-zero' }, REJECT);
          if (this.dialect.wideShift === 'zero' && (operator === 'lsh' || operator === 'rsh')) {
            operator = `${operator}-wide`;
          }
          this.nodes[node]!.operations.push({ kind: 'alu', operator, k: undefined });
          break;
        }
        case 'a':
          this.nodes[node]!.end = this.returnA();
          return;
        case 'goto':
          if ((k | 0) < 0) {
            this.usesBudget = true;
            node = this.guard(node, { kind: 'budget', steps: -(k | 0) }, REJECT);
          }
          break;
        case 'cond-k':
        case 'cond-x':
          this.nodes[node]!.end = this.compare(pc, row.mnemonic as 'jeq', target, taken, otherwise);
          return;
      }
    }
    this.nodes[node]!.end = { kind: 'jump', to: target(taken) };
  }

  /** Gives the node to go on in; -1 when there is no going on. */
  private emitLoad(pc: number, node: number): number {
    const { k } = this.program[pc]!;
    const kind = this.loadKind(pc);
    const bytes = this.loadBytes(pc);
    const msh = instructionRow(this.program[pc]!.code)!.operand === 'msh';
    const order = this.isLittleWord(pc) || (!msh && this.rawWidth(pc) > 0) ? 'little' : 'big';
    let at = node;
    switch (kind) {
      case 'constant':
      case 'index':
        this.nodes[at]!.operations.push({ kind: 'load', at: kind, k, bytes, order, msh });
        return at;
      case 'address':
      case 'wrapping':
        this.usesAddresses ||= !this.noAncillary;
        at = this.guard(at, { kind: 'address', k: k | 0, indexed: kind === 'wrapping', bytes }, REJECT);
        this.nodes[at]!.operations.push({ kind: 'load', at: 'address', k: 0, bytes, order, msh });
        return at;
      case 'ancillary': {
        const { offset } = this.dialect.ancillary(k, bytes)!;
        if (offset === AD_ALU_XOR_X) {
          this.nodes[at]!.operations.push({ kind: 'alu', operator: 'xor', k: undefined });
          return at;
        }
        if (offset === AD_NLATTR || offset === AD_NLATTR_NEST) {
          this.usesAttributes = true;
          this.nodes[at]!.operations.push({ kind: 'attribute', nested: offset === AD_NLATTR_NEST });
          return at;
        }
        const absent = this.whenAbsent(offset);
        if (this.noAncillary) {
          this.nodes[at]!.end = { kind: 'jump', to: absent };
          return -1;
        }
        this.usesAncillary = true;
        at = this.guard(at, { kind: 'ancillary-absent', offset }, absent);
        this.nodes[at]!.operations.push({ kind: 'ancillary', offset });
        return at;
      }
      default:
        this.nodes[at]!.end = { kind: 'jump', to: REJECT };
        return -1;
    }
  }

  /** Where a program ends whose ancillary load found nothing. */
  private whenAbsent(offset: number): number {
    if (absentResult(offset, 1) === 0) return REJECT;
    const node = this.createNode();
    this.nodes[node]!.end = this.returnA();
    return node;
  }

  private returnA(): NodeEnd {
    if (!this.matchOnly) return { kind: 'return', value: 'a' };
    return { kind: 'branch', test: { kind: 'compare', operator: 'jeq', k: 0 }, taken: REJECT, otherwise: ACCEPT };
  }

  private returnConstant(k: number): NodeEnd {
    if (k === 0) return { kind: 'jump', to: REJECT };
    return this.matchOnly || k === this.acceptValue ? { kind: 'jump', to: ACCEPT } : { kind: 'return', value: k | 0 };
  }

  private aluConstant(pc: number, operator: AluOperator): Operation {
    const { k } = this.program[pc]!;
    // Linux refuses constant shifts of 32 and more; elsewhere all bits are shifted out.
    if ((operator === 'lsh' || operator === 'rsh') && k > 31) return { kind: 'constant', to: AV, value: 0 };
    return { kind: 'alu', operator, k: operator === 'and' ? swapped(k, this.rawWidth(pc)) : k | 0 };
  }

  private compare(
    pc: number,
    operator: 'jeq' | 'jgt' | 'jge' | 'jset',
    target: (next: number) => number,
    taken: number,
    otherwise: number,
  ): NodeEnd {
    if (taken === otherwise) return { kind: 'jump', to: target(taken) };
    const { code, k } = this.program[pc]!;
    const isConstant = instructionRow(code)!.operand === 'cond-k';
    const width = this.rawWidth(pc);
    if (isConstant && operator === 'jeq' && width === 2 && k > 0xffff) return { kind: 'jump', to: target(otherwise) };
    const test: Test = { kind: 'compare', operator, k: isConstant ? swapped(k, width) : undefined };
    return { kind: 'branch', test, taken: target(taken), otherwise: target(otherwise) };
  }
}

/** The least that is known on all ways to a block. */
class Facts {
  readonly bytes: Float64Array;
  readonly index: Float64Array;

  constructor(count: number) {
    this.bytes = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
    this.index = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  }

  meet(block: number, bytes: number, index: number): void {
    this.bytes[block] = Math.min(this.bytes[block]!, bytes);
    this.index[block] = Math.min(this.index[block]!, index);
  }
}

/** A constant as it compares with a raw value of `width` bytes; 0: with a number. */
function swapped(k: number, width: number): number {
  if (width === 2) return ((k & 0xff) << 8) | ((k >>> 8) & 0xff);
  if (width === 4) return (k << 24) | ((k & 0xff00) << 8) | ((k >>> 8) & 0xff00) | (k >>> 24);
  return k | 0;
}

function flowEnd(end: NodeEnd): FlowEnd {
  switch (end.kind) {
    case 'return':
      return { kind: 'exit' };
    default:
      return end;
  }
}

function mostCommonReturn(program: ClassicProgram, blocks: Blocks): number {
  const counts = new Map<number, number>();
  for (const block of blocks.order) {
    const { code, k } = program[blocks.end[block]! - 1]!;
    const row = instructionRow(code)!;
    if (row.class === 'ret' && row.operand === 'imm' && k !== 0) counts.set(k, (counts.get(k) ?? 0) + 1);
  }
  let best = 0xffffffff;
  let most = 0;
  for (const [value, count] of counts) {
    if (count > most) {
      best = value;
      most = count;
    }
  }
  return best;
}
