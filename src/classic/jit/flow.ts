// Builds the graph of a program (graph.ts): blocks become nodes, in up to two versions (checks.ts), values keep the packet's
// byte order where they may (byte-order.ts).

import type { FlowEnd } from '../../engine/index.js';
import { type ClassicProgram, instructionRow, SECCOMP_DATA_BYTES } from '../../isa/index.js';
import { AD_ALU_XOR_X, AD_NLATTR, AD_NLATTR_NEST, absentResult } from '../ancillary.js';
import { DIALECTS, type DialectRow } from '../dialect.js';
import { assertRunnable, DEFAULT_STEP_BUDGET, type RunOptions } from '../run-options.js';
import { A, type Blocks, findBlocks, writesOf, X } from './blocks.js';
import { findByteOrders } from './byte-order.js';
import { Bounds, planChecks } from './checks.js';
import {
  ACCEPT,
  type AluOperator,
  type ClassicFlow,
  type FlowNode,
  type NodeEnd,
  type Operation,
  REJECT,
  type Test,
  type Variable,
} from './graph.js';
import { Loads } from './loads.js';

export interface FlowOptions extends RunOptions {
  /** Keep values in packet order where possible and swap constants: for targets whose loads are little endian. */
  readonly swapConstants?: boolean;
  /** Only whether the result is 0 matters: any other constant is ACCEPT, and A is compared with 0. */
  readonly matchOnly?: boolean;
  /** Packets come without ancillary data: those loads reject, whatever the dialect. */
  readonly noAncillary?: boolean;
}

const AV: Variable = { kind: 'a' };
const XV: Variable = { kind: 'x' };

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
  private readonly loads: Loads;
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
    this.noAncillary = options.noAncillary ?? false;
    this.loads = new Loads(program, dialect, options.byteOrder ?? 'little', this.noAncillary);
    this.matchOnly = options.matchOnly ?? false;
    this.stepBudget = options.stepBudget ?? DEFAULT_STEP_BUDGET;
    this.quickNode = new Int32Array(blocks.count).fill(-1);
    this.preciseNode = new Int32Array(blocks.count).fill(-1);
    this.rawWidth = options.swapConstants
      ? findByteOrders(program, blocks, pc => this.loads.bigEndianBytes(pc)).rawWidth
      : () => 0;
    this.acceptValue = mostCommonReturn(program, blocks);
  }

  build(): ClassicFlow {
    const { blocks } = this;
    const { order, place } = blocks;
    const { own, changesX, known, quick, relies } = planChecks(this.program, blocks, this.loads);
    // The entry is node 0.
    this.reserve(this.quickNode, 0);
    /** What is known at the beginning of precise versions. */
    const exact = new Bounds(blocks.count, Number.POSITIVE_INFINITY);

    for (const block of order) {
      const ownBytes = own.bytes[block]!;
      const ownIndex = own.index[block]!;

      let node = this.reserve(this.quickNode, block);
      const bytes = quick.bytes[block]!;
      const index = quick.index[block]!;
      if (bytes > 0) {
        let to = REJECT;
        if (bytes > ownBytes) {
          to = this.reserve(this.preciseNode, block);
          exact.meet(block, known.bytes[block]!, known.index[block]!);
        }
        node = this.guard(node, { kind: 'shorter', bytes }, to);
      }
      if (index > 0) {
        let to = REJECT;
        if (index > ownIndex) {
          to = this.reserve(this.preciseNode, block);
          exact.meet(block, Math.max(known.bytes[block]!, bytes), known.index[block]!);
        }
        node = this.guard(node, { kind: 'index-beyond', bytes: index }, to);
      }
      this.emitBlock(block, node, next => this.reserve(this.quickNode, next));

      if (this.preciseNode[block] === -1) continue;
      node = this.preciseNode[block]!;
      if (exact.bytes[block]! < ownBytes) node = this.guard(node, { kind: 'shorter', bytes: ownBytes }, REJECT);
      if (exact.index[block]! < ownIndex) node = this.guard(node, { kind: 'index-beyond', bytes: ownIndex }, REJECT);
      const exactBytes = Math.max(exact.bytes[block]!, ownBytes);
      const exactIndex = changesX[block] ? 0 : Math.max(exact.index[block]!, ownIndex);
      this.emitBlock(block, node, next => {
        const isBack = place[next]! <= place[block]!;
        if (isBack || (exactBytes >= relies.bytes[next]! && exactIndex >= relies.index[next]!)) {
          return this.reserve(this.quickNode, next);
        }
        exact.meet(next, exactBytes, exactIndex);
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
      firstBytes: quick.bytes[0]!,
      fixedLength: this.dialect.name === 'seccomp' ? SECCOMP_DATA_BYTES : undefined,
      usesAncillary: this.usesAncillary,
      usesAddresses: this.usesAddresses,
      usesAttributes: this.usesAttributes,
    };
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
    const kind = this.loads.kind(pc);
    const bytes = this.loads.bytes(pc);
    const msh = instructionRow(this.program[pc]!.code)!.operand === 'msh';
    const order = this.loads.isLittleWord(pc) || (!msh && this.rawWidth(pc) > 0) ? 'little' : 'big';
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
