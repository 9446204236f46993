// Jump threading and predicate elimination: a block whose answer is known from the edges taken so far is gone around.
//
// The 1993 paper's optimizer does this for equal comparisons along dominating edges, BPF+ for any predicate that
// dominates; here an edge also knows bounds and exclusions of values, so that `net 10` answers `host 11.0.0.1`.

import type { Block, Graph } from './cfg.js';
import { DominatorTree } from './dominators.js';
import { Facts } from './facts.js';

/** True where something changed. `derive`: also answer from what is known of other values, as networks tell of hosts. */
export function threadJumps(graph: Graph, derive: boolean): boolean {
  const order = graph.postorder();
  const tree = new DominatorTree(order);
  const facts = new Facts(graph.values, derive);
  let changed = false;

  /** Where an edge leads once what is known there has been asked. */
  const target = (from: Block): Block => {
    let block = from;
    for (;;) {
      if (!block.isPlain) return block;
      const answer = facts.decide(block.relation, block.a, block.b, block.k);
      if (answer === undefined) return block;
      block = answer ? block.whenTrue : block.whenFalse;
    }
  };

  // A walk over the tree: each node is entered once, then left (its complement on the stack).
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
      const found = target(old);
      if (found !== old) {
        changed = true;
        if (side === 1) block.whenTrue = found;
        else block.whenFalse = found;
      }
    } else if (block.kind === 'goto') {
      const found = target(block.whenTrue);
      if (found !== block.whenTrue) changed = true;
      block.whenTrue = found;
      block.whenFalse = found;
    }
    for (let child = tree.firstChild[node]!; child !== -1; child = tree.sibling[child]!) stack.push(child);
  }
  return changed;
}
