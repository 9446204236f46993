// Jump threading and predicate elimination: a block whose answer is known from the ways to it is gone around.
//
// The 1993 paper's optimizer does this for equal comparisons along dominating edges, BPF+ for any predicate that
// dominates; here a way also knows the ranges that values lie in, so that `net 10` answers `host 11.0.0.1`, and ways that meet
// know what each of them knew: behind `tcp or udp` there is no `ip proto 44`.

import type { Block, Graph } from './cfg.js';
import { DominatorTree } from './dominators.js';
import { Facts } from './facts.js';
import { PathFacts } from './path-facts.js';

/** Larger graphs are lists: there, dominating edges know all that is worth knowing, and cost a logarithm less. */
const MOST_BLOCKS_FOR_PATHS = 2_000;

export interface ThreadOptions {
  /** Also answer from what is known of other values, as networks tell of hosts. */
  readonly derive: boolean;
  /**
   * Also take out tests that a later one makes superfluous (the program gets shorter, some paths longer), and look past tests
   * whose answer makes no difference.
   */
  readonly subsume?: boolean;
}

/** True where something changed. */
export function threadJumps(graph: Graph, options: ThreadOptions): boolean {
  const order = graph.postorder();
  return order.length <= MOST_BLOCKS_FOR_PATHS
    ? threadPaths(graph, order, options)
    : threadDominated(graph, order, options.derive);
}

interface Knowledge {
  decide(relation: number, a: number, b: number, k: number): boolean | undefined;
}

/** Where an edge leads once what is known there has been asked. */
function target(from: Block, facts: Knowledge): Block {
  let block = from;
  for (;;) {
    if (!block.isPlain) return block;
    const answer = facts.decide(block.relation, block.a, block.b, block.k);
    if (answer === undefined) return block;
    block = answer ? block.whenTrue : block.whenFalse;
  }
}

/** How many blocks are looked at to see that all ways from a block lead to one place. */
const MOST_SETTLED = 64;

/**
 * As `target`, and beyond questions whose answer makes no difference here: both ways come to the same place in the end, as
 * `tcp port 80` does where only UDP is wanted later.
 */
function settled(from: Block, facts: Knowledge): Block {
  const seen = new Map<Block, Block>();
  let left = MOST_SETTLED;
  const settle = (start: Block): Block => {
    const block = target(start, facts);
    if (!block.isPlain) return block;
    const known = seen.get(block);
    if (known) return known;
    if (--left < 0) return block;
    const whenTrue = settle(block.whenTrue);
    const place = whenTrue === settle(block.whenFalse) ? whenTrue : block;
    seen.set(block, place);
    return place;
  };
  return settle(from);
}

/** From the entry on, each block after all that lead to it; what is known where ways meet is what all of them know. */
function threadPaths(graph: Graph, order: readonly Block[], { derive, subsume = false }: ThreadOptions): boolean {
  const known: (PathFacts | undefined)[] = new Array(order.length);
  known[graph.entry.index] = new PathFacts(graph.values, derive);
  let changed = false;
  const flow = (block: Block, facts: PathFacts): void => {
    if (block.kind === 'return') return;
    const before = known[block.index];
    known[block.index] = before ? before.meet(facts) : facts;
  };
  for (let i = order.length - 1; i >= 0; i--) {
    const block = order[i]!;
    const facts = known[i];
    if (!facts || block.kind === 'return') continue;
    if (block.kind !== 'question' || block.whenTrue === block.whenFalse) {
      const next = block.kind === 'leaf' ? block.whenTrue : target(block.whenTrue, facts);
      const other = block.kind === 'leaf' ? block.whenFalse : next;
      if (next !== block.whenTrue) changed = true;
      block.whenTrue = next;
      block.whenFalse = other;
      flow(next, facts);
      flow(other, facts);
      continue;
    }
    const { relation, a, b, k } = block;
    const ifTrue = facts.learn(relation, a, b, k, true);
    const ifFalse = facts.learn(relation, a, b, k, false);
    const follow = subsume ? settled : target;
    let whenTrue = follow(block.whenTrue, ifTrue);
    let whenFalse = follow(block.whenFalse, ifFalse);
    if (subsume && block.isPlain) {
      // Where the other way comes to the same place all the same, the question is superfluous.
      if (target(whenFalse, ifTrue) === whenTrue) whenTrue = whenFalse;
      else if (target(whenTrue, ifFalse) === whenFalse) whenFalse = whenTrue;
    }
    if (whenTrue !== block.whenTrue || whenFalse !== block.whenFalse) changed = true;
    block.whenTrue = whenTrue;
    block.whenFalse = whenFalse;
    if (whenTrue === whenFalse) {
      flow(whenTrue, facts);
    } else {
      flow(whenTrue, ifTrue);
      flow(whenFalse, ifFalse);
    }
  }
  return changed;
}

/** Down the tree of dominating edges: what is known is learnt on the way down and forgotten on the way up. */
function threadDominated(graph: Graph, order: readonly Block[], derive: boolean): boolean {
  const tree = new DominatorTree(order);
  const facts = new Facts(graph.values, derive);
  let changed = false;
  // Each node is entered once, then left (-1 on the stack).
  const stack: number[] = [tree.root];
  const checkpoints: number[] = [];
  while (stack.length > 0) {
    const node = stack.pop()!;
    if (node < 0) {
      facts.undo(checkpoints.pop()!);
      continue;
    }
    const block = order[Math.floor(node / 3)]!;
    const side = node % 3;
    if (side !== 0) {
      stack.push(-1);
      checkpoints.push(facts.checkpoint);
      if (block.kind === 'question') facts.learn(block.relation, block.a, block.b, block.k, side === 1);
      const old = side === 1 ? block.whenTrue : block.whenFalse;
      const found = target(old, facts);
      if (found !== old) {
        changed = true;
        if (side === 1) block.whenTrue = found;
        else block.whenFalse = found;
      }
    } else if (block.kind === 'goto') {
      const found = target(block.whenTrue, facts);
      if (found !== block.whenTrue) changed = true;
      block.whenTrue = found;
      block.whenFalse = found;
    }
    for (let child = tree.firstChild[node]!; child !== -1; child = tree.sibling[child]!) stack.push(child);
  }
  return changed;
}
