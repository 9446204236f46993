// Dead tests and equal blocks. A block that goes the same way whatever the answer is not asked (its load goes with it: the dead
// code elimination of this form of the graph); blocks with the same question and the same targets become one.

import { type Block, type Graph, joinOrigins } from './cfg.js';
import { Interner, ListInterner } from './interner.js';

/** True where something changed. */
export function mergeBlocks(graph: Graph): boolean {
  const seen = new Interner();
  const blocks: Block[] = [];
  const effects = new ListInterner();
  /** By index in the order: what stands for the block now. */
  const substitutes: Block[] = [];
  let changed = false;
  const order = graph.postorder();
  for (const block of order) {
    let substitute = block;
    if (block.kind !== 'return') {
      const whenTrue = substitutes[block.whenTrue.index]!;
      const whenFalse = substitutes[block.whenFalse.index]!;
      if (whenTrue !== block.whenTrue || whenFalse !== block.whenFalse) changed = true;
      block.whenTrue = whenTrue;
      block.whenFalse = whenFalse;
      const bare = block.assignments.length === 0 && block.kind !== 'leaf';
      if (bare && whenTrue === whenFalse) {
        substitute = whenTrue;
      } else if (block.kind === 'question') {
        const effect =
          bare && block.joins.length === 0
            ? 0
            : effects.intern([
                block.joins.length,
                ...block.joins.map(({ value }) => value),
                ...block.assignments.flatMap(({ register, value }) => [register, value]),
              ]);
        // A comparison of two values has no constant: the field holds the other value.
        const id = seen.intern(
          block.relation | (block.b === -1 ? 0 : 2) | (block.pinned ? 4 : 0),
          block.a,
          block.b === -1 ? block.k : block.b,
          whenTrue.id,
          whenFalse.id,
          effect,
        );
        const known = blocks[id];
        if (known) {
          substitute = known;
          known.origins = joinOrigins(known.origins, block.origins);
        } else {
          blocks[id] = block;
        }
      }
      if (substitute !== block) changed = true;
    }
    substitutes.push(substitute);
  }
  const entry = substitutes[graph.entry.index]!;
  if (entry !== graph.entry) changed = true;
  graph.entry = entry;
  return changed;
}
