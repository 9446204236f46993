// Order and dominators of a flow graph. Dominators by Lengauer and Tarjan, "A Fast Algorithm for Finding Dominators in a
// Flowgraph" (1979), the simple version with path compression: O(m log n), where the iterative scheme is quadratic on
// the long compare chains that filters are made of. Nothing here recurses: programs have 100,000 blocks.

/** Successor lists of the nodes, node 0 being the entry, in one array: those of n are targets[start[n]] to targets[start[n + 1] - 1]. */
export interface Adjacency {
  readonly size: number;
  readonly start: Int32Array;
  readonly targets: Int32Array;
}

export interface Dominance {
  /** Reachable nodes in reverse postorder. */
  readonly order: Int32Array;
  /** Node -> place in `order`, -1 when the entry does not reach it. */
  readonly place: Int32Array;
  /** Immediate dominator; -1 for the entry and unreachable nodes. */
  readonly idom: Int32Array;
}

export function computeDominance({ size, start, targets }: Adjacency): Dominance {
  // Depth-first search: preorder numbers, parents, postorder.
  const preorder = new Int32Array(size).fill(-1);
  const parent = new Int32Array(size).fill(-1);
  const vertex = new Int32Array(size);
  const postorder = new Int32Array(size);
  const next = start.slice(0, size);
  const path = new Int32Array(size);
  let visited = 0;
  let finished = 0;
  let top = 0;
  path[top++] = 0;
  preorder[0] = visited;
  vertex[visited++] = 0;
  while (top > 0) {
    const node = path[top - 1]!;
    if (next[node]! < start[node + 1]!) {
      const successor = targets[next[node]!++]!;
      if (preorder[successor] !== -1) continue;
      preorder[successor] = visited;
      vertex[visited++] = successor;
      parent[successor] = node;
      path[top++] = successor;
    } else {
      postorder[finished++] = node;
      top--;
    }
  }
  const order = postorder.slice(0, finished).reverse();
  const place = new Int32Array(size).fill(-1);
  for (let at = 0; at < finished; at++) place[order[at]!] = at;

  // Predecessors of reachable nodes.
  const predecessorStart = new Int32Array(size + 1);
  for (const node of order) {
    for (let e = start[node]!; e < start[node + 1]!; e++) predecessorStart[targets[e]! + 1]!++;
  }
  for (let n = 0; n < size; n++) predecessorStart[n + 1]! += predecessorStart[n]!;
  const predecessors = new Int32Array(predecessorStart[size]!);
  const filled = predecessorStart.slice(0, size);
  for (const node of order) {
    for (let e = start[node]!; e < start[node + 1]!; e++) predecessors[filled[targets[e]!]!++] = node;
  }

  const semi = preorder.slice();
  const label = new Int32Array(size);
  const ancestor = new Int32Array(size).fill(-1);
  const idom = new Int32Array(size).fill(-1);
  const bucketHead = new Int32Array(size).fill(-1);
  const bucketNext = new Int32Array(size).fill(-1);
  for (let n = 0; n < size; n++) label[n] = n;

  const evaluate = (node: number): number => {
    if (ancestor[node] === -1) return node;
    // Compress the path from node to the root of its tree, top down.
    let length = 0;
    for (let at = node; ancestor[ancestor[at]!] !== -1; at = ancestor[at]!) path[length++] = at;
    while (length > 0) {
      const at = path[--length]!;
      const above = ancestor[at]!;
      if (semi[label[above]!]! < semi[label[at]!]!) label[at] = label[above]!;
      ancestor[at] = ancestor[above]!;
    }
    return label[node]!;
  };

  for (let number = visited - 1; number > 0; number--) {
    const node = vertex[number]!;
    for (let e = predecessorStart[node]!; e < predecessorStart[node + 1]!; e++) {
      const candidate = semi[evaluate(predecessors[e]!)]!;
      if (candidate < semi[node]!) semi[node] = candidate;
    }
    const holder = vertex[semi[node]!]!;
    bucketNext[node] = bucketHead[holder]!;
    bucketHead[holder] = node;
    const above = parent[node]!;
    ancestor[node] = above;
    for (let member = bucketHead[above]!; member !== -1; member = bucketNext[member]!) {
      const lowest = evaluate(member);
      idom[member] = semi[lowest]! < semi[member]! ? lowest : above;
    }
    bucketHead[above] = -1;
  }
  for (let number = 1; number < visited; number++) {
    const node = vertex[number]!;
    if (idom[node] !== vertex[semi[node]!]!) idom[node] = idom[idom[node]!]!;
  }
  return { order, place, idom };
}
