// The control-flow graph while it is optimized: each block asks one question about values and goes one of two ways.
//
// There are no loads yet. A block does not say how its value comes into the accumulator, so a block may go anywhere its
// question makes sense, and redundant loads do not have to be found: select.ts loads what is not there already.

import type { Origin } from '../condition.js';
import { Interner } from './interner.js';
import { type Predicate, questionText } from './predicate.js';
import type { Assignment, Leaf } from './terms.js';
import { type Value, type Values, valueText } from './values.js';

/** Where paths with different contents of a register meet: there the register is called `value`. */
export interface Join {
  readonly register: number;
  readonly value: Value;
}

export type BlockKind = 'question' | 'goto' | 'leaf' | 'return';

/** A block. The passes change `whenTrue` and `whenFalse`; a `goto` has only `whenTrue`, a `return` neither. */
export class Block {
  readonly id: number;
  readonly kind: BlockKind;
  relation = 0;
  a: Value = -1;
  b: Value = -1;
  k = 0;
  /** Written `>=`: printed as `jge` with the next number. */
  atLeast = false;
  /** kind 'leaf': statements with loops, run as they are; the test that follows them decides. */
  leaf: Leaf | undefined;
  /** kind 'return': the value, or -1: what A holds (`a`). */
  result = 0;
  whenTrue: Block = this;
  whenFalse: Block = this;
  /** Done before the question. Later blocks depend on them. */
  assignments: readonly Assignment[] = NOTHING;
  /** Code generation kept these values here for later; whether that pays is select.ts's to find out. */
  hints: readonly Assignment[] = NOTHING;
  /** Registers that have a name of their own from here on. */
  joins: readonly Join[] = NO_JOINS;
  /** kind 'leaf': likewise, once its statements have run. */
  outputs: readonly Join[] = NO_JOINS;
  /** The passes must not go around this block although the answer is known: what follows it is shared. */
  pinned = false;
  origins: readonly Origin[] = NO_ORIGINS;
  /** Scratch of the pass at work. */
  mark = 0;
  index = 0;

  constructor(id: number, kind: BlockKind) {
    this.id = id;
    this.kind = kind;
  }

  /** Nothing but its question: it may be skipped, moved and merged. */
  get isPlain(): boolean {
    return this.kind === 'question' && this.assignments.length === 0 && !this.pinned;
  }
}

const NOTHING: readonly Assignment[] = [];
const NO_JOINS: readonly Join[] = [];
const NO_ORIGINS: readonly Origin[] = [];

/** Enough to recognize a block by; long lists would make merging blocks quadratic. */
const MOST_ORIGINS = 8;

/** The origins of both, each once. */
export function joinOrigins(a: readonly Origin[], b: readonly Origin[]): readonly Origin[] {
  if (b.length === 0 || a === b) return a;
  if (a.length === 0) return b;
  if (a.length >= MOST_ORIGINS) return a;
  const more = b.filter(origin => !a.includes(origin));
  return more.length === 0 ? a : [...a, ...more].slice(0, MOST_ORIGINS);
}

export class Graph {
  readonly values: Values;
  entry: Block;
  #count = 0;
  #mark = 0;
  readonly #questions = new Interner();
  readonly #questionBlocks: Block[] = [];
  readonly #returns = new Map<number, Block>();

  constructor(values: Values) {
    this.values = values;
    this.entry = this.return(0);
  }

  block(kind: BlockKind): Block {
    return new Block(this.#count++, kind);
  }

  /** How many blocks were ever made: ids are below. */
  get blockCount(): number {
    return this.#count;
  }

  return(result: number): Block {
    let block = this.#returns.get(result);
    if (!block) {
      block = this.block('return');
      block.result = result;
      this.#returns.set(result, block);
    }
    return block;
  }

  /** The block that asks this and goes there; nothing is asked where both ways are the same. */
  question(
    relation: number,
    a: Value,
    b: Value,
    k: number,
    whenTrue: Block,
    whenFalse: Block,
    origins: readonly Origin[],
    atLeast = false,
  ): Block {
    if (whenTrue === whenFalse) return whenTrue;
    const id = this.#questions.intern(relation, a, b, k, whenTrue.id, whenFalse.id);
    const known = this.#questionBlocks[id];
    if (known) {
      known.origins = joinOrigins(known.origins, origins);
      return known;
    }
    const block = this.block('question');
    block.relation = relation;
    block.a = a;
    block.b = b;
    block.k = k;
    block.whenTrue = whenTrue;
    block.whenFalse = whenFalse;
    block.origins = origins;
    block.atLeast = atLeast;
    this.#questionBlocks[id] = block;
    return block;
  }

  /** A new block that asks, or goes where the answer is known to lead. */
  ask(asked: Predicate, whenTrue: Block, whenFalse: Block): Block {
    if (asked.kind === 'failure') return this.goto(this.return(0));
    if (asked.kind === 'constant') return this.goto(asked.value ? whenTrue : whenFalse);
    const block = this.block('question');
    block.relation = asked.relation;
    block.a = asked.a;
    block.b = asked.b;
    block.k = asked.k;
    block.whenTrue = asked.positive ? whenTrue : whenFalse;
    block.whenFalse = asked.positive ? whenFalse : whenTrue;
    return block;
  }

  goto(target: Block): Block {
    const block = this.block('goto');
    block.whenTrue = target;
    block.whenFalse = target;
    return block;
  }

  /** A number no block is marked with. */
  newMark(): number {
    return ++this.#mark;
  }

  /**
   * The blocks that can be reached, successors first (the graph has no cycles: loops are inside leaves); `index` counts them.
   * The false way is walked first, so that the reverse is the order of libpcap's listings.
   */
  postorder(): Block[] {
    const mark = this.newMark();
    const order: Block[] = [];
    const stack: Block[] = [this.entry];
    // A block is on the stack until both ways have been walked: `index` says how far it has come.
    this.entry.mark = mark;
    this.entry.index = 0;
    while (stack.length > 0) {
      const block = stack[stack.length - 1]!;
      let next: Block | undefined;
      if (block.kind !== 'return') {
        if (block.index === 0) {
          block.index = 1;
          next = block.whenFalse;
        } else if (block.index === 1) {
          block.index = 2;
          next = block.whenTrue;
        }
      }
      if (!next) {
        stack.pop();
        block.index = order.length;
        order.push(block);
      } else if (next.mark !== mark) {
        next.mark = mark;
        next.index = 0;
        stack.push(next);
      }
    }
    return order;
  }
}

/**
 * The graph as text, a line a block in the order of listings: `b3: u16[12] == 0x800 ? b4 : reject`. Tests of the passes are
 * written in this form.
 */
export function graphText(graph: Graph): string {
  const order = graph.postorder().reverse();
  const names = new Map<Block, string>();
  let count = 0;
  for (const block of order) names.set(block, block.kind === 'return' ? returnName(graph, block) : `b${count++}`);
  const lines: string[] = [];
  if (order[0]!.kind === 'return') lines.push(names.get(order[0]!)!);
  for (const block of order) {
    if (block.kind !== 'return') lines.push(blockText(graph.values, block, names));
  }
  return lines.join('\n');
}

function returnName(graph: Graph, block: Block): string {
  if (block.result === -1) return `return ${valueText(graph.values, block.a)}`;
  return block.result === 0 ? 'reject' : 'accept';
}

function blockText(values: Values, block: Block, names: ReadonlyMap<Block, string>): string {
  const name = names.get(block)!;
  const parts = block.assignments.map(({ register, value }) => `M${register} = ${valueText(values, value)}; `);
  const pinned = block.pinned ? ' (pinned)' : '';
  if (block.kind === 'goto') return `${name}: ${parts.join('')}goto ${names.get(block.whenTrue)}${pinned}`;
  const question = block.kind === 'leaf' ? 'leaf' : questionText(values, block.relation, block.a, block.b, block.k);
  return `${name}: ${parts.join('')}${question} ? ${names.get(block.whenTrue)} : ${names.get(block.whenFalse)}${pinned}`;
}
