// Which edge must have been taken to reach a block: the dominator tree of the graph with a node for each edge.
//
// The graph has no cycles, so one walk in topological order is enough: a block's immediate dominator is the nearest common
// ancestor of the edges into it. Ancestors are found by skew-binary jump pointers (Myers, "An applicative random-access
// stack", 1983), in logarithmic time, since a long list has thousands of edges into its end.

import type { Block } from './cfg.js';

/** Nodes of the tree: the block with index i is 3i, its true edge 3i+1, its false edge 3i+2. */
export class DominatorTree {
  readonly #depth: Int32Array;
  readonly #parent: Int32Array;
  readonly #jump: Int32Array;
  /** Children as linked lists: `firstChild[node]`, then `sibling`. -1 ends them. */
  readonly firstChild: Int32Array;
  readonly sibling: Int32Array;
  readonly root: number;

  /** `postorder` as `Graph.postorder` gives it, `index` of each block its place in it. Returns have no node: nothing is decided there. */
  constructor(postorder: readonly Block[]) {
    const count = postorder.length * 3;
    this.#depth = new Int32Array(count);
    this.#parent = new Int32Array(count).fill(-1);
    this.#jump = new Int32Array(count);
    this.firstChild = new Int32Array(count).fill(-1);
    this.sibling = new Int32Array(count).fill(-1);
    this.root = (postorder.length - 1) * 3;
    this.#jump[this.root] = this.root;
    for (let i = postorder.length - 1; i >= 0; i--) {
      const block = postorder[i]!;
      if (block.kind === 'return') continue;
      const node = 3 * i;
      if (node !== this.root) this.#hang(node, this.#parent[node]!);
      const { whenTrue, whenFalse } = block;
      if (whenTrue === whenFalse) {
        this.#meet(whenTrue, node);
      } else {
        this.#hang(node + 1, node);
        this.#hang(node + 2, node);
        this.#meet(whenTrue, node + 1);
        this.#meet(whenFalse, node + 2);
      }
    }
  }

  /** One more way into the block. */
  #meet(block: Block, from: number): void {
    if (block.kind === 'return') return;
    const node = 3 * block.index;
    const known = this.#parent[node]!;
    this.#parent[node] = known === -1 ? from : this.#commonAncestor(known, from);
  }

  #hang(node: number, parent: number): void {
    this.#parent[node] = parent;
    const depth = this.#depth[parent]! + 1;
    this.#depth[node] = depth;
    const jump = this.#jump[parent]!;
    const far = this.#jump[jump]!;
    const level = this.#depth[parent]! - this.#depth[jump]!;
    this.#jump[node] = level === this.#depth[jump]! - this.#depth[far]! ? far : parent;
    this.sibling[node] = this.firstChild[parent]!;
    this.firstChild[parent] = node;
  }

  #commonAncestor(a: number, b: number): number {
    const depth = this.#depth;
    while (depth[a]! > depth[b]!) a = depth[this.#jump[a]!]! >= depth[b]! ? this.#jump[a]! : this.#parent[a]!;
    while (depth[b]! > depth[a]!) b = depth[this.#jump[b]!]! >= depth[a]! ? this.#jump[b]! : this.#parent[b]!;
    while (a !== b) {
      if (this.#jump[a] !== this.#jump[b]) {
        a = this.#jump[a]!;
        b = this.#jump[b]!;
      } else {
        a = this.#parent[a]!;
        b = this.#parent[b]!;
      }
    }
    return a;
  }
}
