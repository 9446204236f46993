// Chains of alternatives in the order that loads least: tests of the same value next to each other.
//
// Blocks that share one target and follow each other on the other way may be asked in any order. `host a or host b` asks for the
// source twice and the destination twice; asked source, source, destination, destination it loads two words instead of four.
// (libpcap pulls single blocks up; here a whole chain is sorted.)

import { BPF_AND } from '../../isa/index.js';
import type { Block, Graph } from './cfg.js';
import { EQUAL } from './predicate.js';
import { isPowerOfTwo, type Value, type Values } from './values.js';

/** True where something changed. */
export function reorderChains(graph: Graph): boolean {
  const order = graph.postorder();
  const predecessors = new Int32Array(order.length);
  /** The value that is in the accumulator on every way in; -2: not known yet, -1: none. */
  const entry = new Int32Array(order.length).fill(-2);
  for (const block of order) {
    if (block.kind === 'return') continue;
    for (const next of block.whenTrue === block.whenFalse ? [block.whenTrue] : [block.whenTrue, block.whenFalse]) {
      predecessors[next.index] = predecessors[next.index]! + 1;
      const value = block.kind === 'question' ? block.a : -1;
      entry[next.index] = entry[next.index] === -2 || entry[next.index] === value ? value : -1;
    }
  }
  const mark = graph.newMark();
  let changed = false;
  for (let i = order.length - 1; i >= 0; i--) {
    const first = order[i]!;
    if (first.mark === mark || !first.isPlain) continue;
    const either = chain(first, first.whenTrue, mark, predecessors);
    const all = chain(first, first.whenFalse, mark, predecessors);
    const [blocks, target] = either.length >= all.length ? [either, first.whenTrue] : [all, first.whenFalse];
    for (const block of blocks) block.mark = mark;
    if (blocks.length > 1 && sort(graph.values, blocks, target, entry[first.index]!)) changed = true;
  }
  return changed;
}

/** The longest chain from `first` on in which each block leads to `target` one way and to the next block the other. */
function chain(first: Block, target: Block, mark: number, predecessors: Int32Array): Block[] {
  const blocks = [first];
  for (let block = first; ; ) {
    const next = block.whenTrue === target ? block.whenFalse : block.whenTrue;
    if (!next.isPlain || next.mark === mark || predecessors[next.index] !== 1) return blocks;
    if (next === target || (next.whenTrue !== target && next.whenFalse !== target)) return blocks;
    blocks.push(next);
    block = next;
  }
}

interface Question {
  readonly relation: number;
  readonly a: Value;
  readonly b: Value;
  readonly k: number;
  readonly atLeast: boolean;
  readonly origins: Block['origins'];
  /** The answer that leads to the chain's target. */
  readonly answer: boolean;
}

/** Groups the chain's questions by value; the blocks stay where they are and exchange what they ask. */
function sort(values: Values, blocks: readonly Block[], target: Block, held: Value): boolean {
  const groups = new Map<Value, Map<Value, Question[]>>();
  // What is in the accumulator already comes first.
  const heldBase = held < 0 ? -1 : base(values, held);
  if (heldBase !== -1) groups.set(heldBase, new Map());
  for (const { relation, a, b, k, atLeast, origins, whenTrue } of blocks) {
    const from = base(values, a);
    let group = groups.get(from);
    if (!group) groups.set(from, (group = new Map()));
    const questions = group.get(a);
    const question = { relation, a, b, k, atLeast, origins, answer: whenTrue === target };
    if (questions) questions.push(question);
    else group.set(a, [question]);
  }
  const sorted: Question[] = [];
  for (const [from, group] of groups) {
    // The plain value, then its masks, each of which can be applied to what the one before left.
    const ranks = new Map([...group].map(([value, questions]) => [value, rank(values, from, value, questions)]));
    const masks = [...group.keys()].sort((x, y) => ranks.get(y)! - ranks.get(x)!);
    for (const value of masks) sorted.push(...group.get(value)!);
  }
  let changed = false;
  for (let i = 0; i < blocks.length; i++) {
    const block = blocks[i]!;
    const { answer, ...question } = sorted[i]!;
    if (
      block.a === question.a &&
      block.b === question.b &&
      block.k === question.k &&
      block.relation === question.relation
    ) {
      continue;
    }
    changed = true;
    const other = block.whenTrue === target ? block.whenFalse : block.whenTrue;
    Object.assign(block, question);
    block.whenTrue = answer ? target : other;
    block.whenFalse = answer ? other : target;
  }
  return changed;
}

function base(values: Values, value: Value): Value {
  return values.constantOperand(value, BPF_AND) === -1 ? value : values.left[value]!;
}

/** More bits, earlier; the unmasked value first, then what `jset` asks without masking. Equal ranks keep their order. */
function rank(values: Values, from: Value, value: Value, questions: readonly Question[]): number {
  if (value === from) return 2 ** 34;
  const mask = values.constantOperand(value, BPF_AND);
  const bits = ({ relation, b, k }: Question): boolean =>
    relation === EQUAL && b === -1 && (k === 0 || (k === mask && isPowerOfTwo(mask)));
  return questions.every(bits) ? 2 ** 33 : mask;
}
