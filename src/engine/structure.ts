// Structured control flow (blocks, loops, ifs) from a control-flow graph: Norman Ramsey, "Beyond Relooper: Recursive
// Translation of Unstructured Control Flow to Structured Control Flow" (ICFP 2022), made iterative. Where the graph is
// irreducible (a loop with two entries), a loop around a switch over the nodes instead.

import { computeDominance } from './dominators.js';

/**
 * How a node ends. Targets from 0 are nodes; a negative target ~k is a label outside of the structured code, k = 0 the
 * innermost. `branch` consumes the condition, `switch` the index that the emitter left.
 */
export type FlowEnd =
  /** The emitter has left the code itself: a return, a jump outside. */
  | { readonly kind: 'exit' }
  | { readonly kind: 'jump'; readonly to: number }
  | { readonly kind: 'branch'; readonly taken: number; readonly otherwise: number }
  | { readonly kind: 'switch'; readonly to: readonly number[]; readonly otherwise: number };

/** Nodes 0 to size - 1; 0 is the entry. */
export interface FlowGraph {
  readonly size: number;
  end(node: number): FlowEnd;
}

/** Where the structured code goes: WebAssembly, JavaScript. Labels are the nodes they lead to. */
export interface FlowSink {
  /** Emits what a node does, up to and with the condition or index it ends on. */
  node(node: number): void;
  /** Opens a block at whose end the node stands. */
  block(node: number): void;
  /** Opens a loop that begins with the node. */
  loop(node: number): void;
  /** Opens a block that is entered when the condition holds, or does not (`negated`). */
  if(negated: boolean): void;
  /** Closes what was opened last. */
  end(): void;
  /** Goes to a node, or outside (~k). `back`: to the beginning of its loop, else to the end of its block. */
  jump(to: number, back: boolean): void;
  jumpIf(to: number, back: boolean, negated: boolean): void;
  switch(to: readonly number[], otherwise: number, isBack: (to: number) => boolean): void;
  /** The fallback: opens a loop around a switch with so many cases, beginning with case 0. */
  dispatch(cases: number): void;
  /** Opens a case. Control never falls from one case into the next. */
  dispatchCase(number: number): void;
  /** Goes to a case; also out of an `if` in a case. */
  dispatchTo(number: number): void;
  dispatchEnd(): void;
}

export interface StructureOptions {
  /** Uses the fallback even where the graph is reducible. For tests and measurements. */
  readonly forceDispatch?: boolean;
}

/** Actions of the work list: translate a subtree of the dominator tree, a node's own code, close a block. */
const TREE = 0;
const BODY = 1;
const END = 2;

export function structureFlow(graph: FlowGraph, sink: FlowSink, options: StructureOptions = {}): void {
  const { size } = graph;
  if (size === 0) return;
  const ends: FlowEnd[] = [];
  const start = new Int32Array(size + 1);
  const targets: number[] = [];
  for (let node = 0; node < size; node++) {
    const end = graph.end(node);
    ends.push(end);
    for (const to of successorsOf(end)) if (to >= 0) targets.push(to);
    start[node + 1] = targets.length;
  }
  const { order, place, idom } = computeDominance({ size, start, targets: Int32Array.from(targets) });
  const reachable = order.length;

  // Intervals of the dominator tree: a dominates b when b's lie inside a's. Children lists stand in reverse postorder.
  const firstChild = new Int32Array(size).fill(-1);
  const nextSibling = new Int32Array(size).fill(-1);
  for (let at = reachable - 1; at > 0; at--) {
    const node = order[at]!;
    nextSibling[node] = firstChild[idom[node]!]!;
    firstChild[idom[node]!] = node;
  }
  // Sizes of subtrees; in reverse postorder a dominator comes before what it dominates.
  const weight = new Int32Array(size).fill(1);
  for (let at = reachable - 1; at > 0; at--) weight[idom[order[at]!]!]! += weight[order[at]!]!;
  const enter = new Int32Array(size);
  for (let at = 0; at < reachable; at++) {
    let offset = enter[order[at]!]! + 1;
    for (let child = firstChild[order[at]!]!; child !== -1; child = nextSibling[child]!) {
      enter[child] = offset;
      offset += weight[child]!;
    }
  }
  const dominates = (a: number, b: number): boolean => enter[b]! >= enter[a]! && enter[b]! < enter[a]! + weight[a]!;

  const forwardEdges = new Int32Array(size);
  const isLoop = new Uint8Array(size);
  let reducible = !options.forceDispatch;
  for (const node of order) {
    const end = ends[node]!;
    for (const to of successorsOf(end)) {
      if (to < 0) continue;
      if (place[to]! > place[node]!) {
        // A switch needs a label to go to, even where it is the only way there.
        forwardEdges[to]! += end.kind === 'switch' ? 2 : 1;
      } else {
        isLoop[to] = 1;
        if (!dominates(to, node)) reducible = false;
      }
    }
  }
  if (!reducible) {
    dispatchFlow(order, place, ends, sink);
    return;
  }

  const isInline = (from: number, to: number): boolean =>
    to >= 0 && place[to]! > place[from]! && forwardEdges[to] === 1;
  const isBack = (from: number, to: number): boolean => to >= 0 && place[to]! <= place[from]!;

  // What is still to do, last in first out: pairs of action and node.
  const work: number[] = [TREE, 0];
  const go = (from: number, to: number): void => {
    if (isInline(from, to)) {
      work.push(TREE, to);
      return;
    }
    const back = isBack(from, to);
    // The end of the node's own block follows: fall into it.
    const falls = !back && to >= 0 && work.at(-2) === END && work.at(-1) === to;
    if (!falls) sink.jump(to, back);
  };

  while (work.length > 0) {
    const node = work.pop()!;
    const action = work.pop()!;
    if (action === END) {
      sink.end();
      continue;
    }
    if (action === TREE) {
      if (isLoop[node]) {
        sink.loop(node);
        work.push(END, -1);
      }
      const merges: number[] = [];
      for (let child = firstChild[node]!; child !== -1; child = nextSibling[child]!) {
        if (forwardEdges[child]! > 1) merges.push(child);
      }
      for (let at = merges.length - 1; at >= 0; at--) {
        sink.block(merges[at]!);
        work.push(TREE, merges[at]!, END, merges[at]!);
      }
      work.push(BODY, node);
      continue;
    }
    sink.node(node);
    const end = ends[node]!;
    switch (end.kind) {
      case 'exit':
        break;
      case 'jump':
        go(node, end.to);
        break;
      case 'switch':
        sink.switch(end.to, end.otherwise, to => isBack(node, to));
        break;
      case 'branch': {
        const { taken, otherwise } = end;
        if (!isInline(node, taken)) {
          sink.jumpIf(taken, isBack(node, taken), false);
          go(node, otherwise);
        } else if (!isInline(node, otherwise)) {
          sink.jumpIf(otherwise, isBack(node, otherwise), true);
          go(node, taken);
        } else {
          // The lighter side is nested, so that nesting grows with the logarithm of the size.
          const negated = weight[taken]! > weight[otherwise]!;
          sink.if(negated);
          work.push(TREE, negated ? taken : otherwise, END, -1, TREE, negated ? otherwise : taken);
        }
      }
    }
  }
}

function successorsOf(end: FlowEnd): readonly number[] {
  switch (end.kind) {
    case 'exit':
      return [];
    case 'jump':
      return [end.to];
    case 'branch':
      return [end.taken, end.otherwise];
    case 'switch':
      return [...end.to, end.otherwise];
  }
}

function dispatchFlow(order: Int32Array, place: Int32Array, ends: readonly FlowEnd[], sink: FlowSink): void {
  const go = (to: number): void => {
    if (to < 0) sink.jump(to, false);
    else sink.dispatchTo(place[to]!);
  };
  sink.dispatch(order.length);
  order.forEach((node, number) => {
    sink.dispatchCase(number);
    const end = ends[node]!;
    // A block for each node that a switch leads to, behind which the dispatcher is told. They stand around the node's
    // code, which leaves the index.
    const nodes = end.kind === 'switch' ? [...new Set([...end.to, end.otherwise])].filter(to => to >= 0) : [];
    for (const to of nodes) sink.block(to);
    sink.node(node);
    switch (end.kind) {
      case 'exit':
        break;
      case 'jump':
        go(end.to);
        break;
      case 'branch':
        sink.if(false);
        go(end.taken);
        sink.end();
        go(end.otherwise);
        break;
      case 'switch':
        sink.switch(end.to, end.otherwise, () => false);
        for (const to of nodes.reverse()) {
          sink.end();
          go(to);
        }
        break;
    }
  });
  sink.dispatchEnd();
}
