// From terms to blocks: short-circuit evaluation as jumps (Aho et al., "backpatching" turned around: targets are made first).

import { lowerBranches } from './branches.js';
import { type Block, Graph } from './cfg.js';
import { Interner } from './interner.js';
import { buildSearch, type SearchOptions } from './search-tree.js';
import {
  type Assignment,
  FALSE,
  type Leaf,
  type Reference,
  type SharedLists,
  type Term,
  type Terms,
  TRUE,
} from './terms.js';

export interface LowerOptions extends SearchOptions {
  /** What the program returns for a packet that matches, not 0. */
  readonly accept: number;
}

/** The graph of a term. */
export function lowerTerms(terms: Terms, root: Reference, options: LowerOptions): Graph {
  const graph = new Graph(terms.values);
  graph.entry = new Lowering(terms, graph, options).lower(root, graph.return(options.accept), graph.return(0));
  return graph;
}

/** A term on its way: what it still waits for. */
interface Frame {
  readonly term: Term;
  readonly whenTrue: Block;
  readonly whenFalse: Block;
  readonly memo: number;
  /** How many parts are done. */
  step: number;
  /** What the parts have come to. */
  readonly done: Block[];
}

class Lowering {
  readonly #terms: Terms;
  readonly #graph: Graph;
  readonly #options: LowerOptions;
  readonly #memo = new Interner();
  readonly #memoBlocks: (Block | undefined)[] = [];
  readonly #groups = new Map<SharedLists, { whenTrue: Block; whenFalse: Block; entries: Block[] }[]>();

  constructor(terms: Terms, graph: Graph, options: LowerOptions) {
    this.#terms = terms;
    this.#graph = graph;
    this.#options = options;
  }

  /** The block to enter so that it goes to `whenTrue` where the term holds. Takes stack for no depth. */
  lower(root: Reference, whenTrue: Block, whenFalse: Block): Block {
    const stack: Frame[] = [];
    let result = this.#start(root, whenTrue, whenFalse, stack);
    while (stack.length > 0) {
      const frame = stack[stack.length - 1]!;
      if (result) {
        frame.done.push(result);
        frame.step++;
      }
      result = this.#advance(frame, stack);
      if (result) {
        if (frame.memo !== -1) this.#memoBlocks[frame.memo] = result;
        stack.pop();
      }
    }
    return result!;
  }

  /** What is done at once, or undefined and a frame on the stack. */
  #start(reference: Reference, whenTrue: Block, whenFalse: Block, stack: Frame[]): Block | undefined {
    if (reference & 1) {
      const other = whenTrue;
      whenTrue = whenFalse;
      whenFalse = other;
    }
    const term = this.#terms.node(reference);
    switch (term.kind) {
      case 'constant':
        return whenFalse;
      case 'failure':
        return this.#graph.return(0);
      case 'question':
        return this.#graph.question(
          term.relation,
          term.a,
          term.b,
          term.k,
          whenTrue,
          whenFalse,
          term.origin ? [term.origin] : [],
          term.atLeast,
        );
      case 'leaf':
        return term.loops
          ? this.#loops(term.leaf, whenTrue, whenFalse)
          : lowerBranches(this.#graph, term.leaf, whenTrue, whenFalse);
    }
    // Terms with parts that are used twice with the same targets are one piece of code.
    const memo = this.#memo.intern(reference >> 1, whenTrue.id, whenFalse.id);
    const known = this.#memoBlocks[memo];
    if (known) return known;
    stack.push({ term, whenTrue, whenFalse, memo, step: 0, done: [] });
    return undefined;
  }

  /** Runs a frame until it needs a part (undefined) or is done. */
  #advance(frame: Frame, stack: Frame[]): Block | undefined {
    const { term, whenTrue, whenFalse, done } = frame;
    switch (term.kind) {
      case 'or':
        while (frame.step < term.children.length) {
          const child = term.children[term.children.length - 1 - frame.step]!;
          const otherwise = frame.step === 0 ? whenFalse : done[frame.step - 1]!;
          const block = this.#start(child, whenTrue, otherwise, stack);
          if (!block) return undefined;
          done.push(block);
          frame.step++;
        }
        return done[done.length - 1]!;
      case 'switch':
        while (frame.step < term.references.length) {
          // From the end, as lists are.
          const part = term.references[term.references.length - 1 - frame.step]!;
          const block = this.#start(part, whenTrue, whenFalse, stack);
          if (!block) return undefined;
          done.push(block);
          frame.step++;
        }
        return buildSearch(this.#graph, term.value, term.starts, [...done].reverse(), term.origins, this.#options);
      case 'effect': {
        if (frame.step === 0) {
          const block = this.#start(term.test, whenTrue, whenFalse, stack);
          if (!block) return undefined;
          done.push(block);
        }
        return this.#effect(term.assignments, term.test, done[0]!, whenTrue, whenFalse);
      }
      case 'shared':
        return this.#shared(term.group, term.member, whenTrue, whenFalse);
      default:
        throw new Error(`a ${term.kind} has no parts`);
    }
  }

  /** Assignments, then the test in the same block. */
  #effect(
    assignments: readonly Assignment[],
    test: Reference,
    lowered: Block,
    whenTrue: Block,
    whenFalse: Block,
  ): Block {
    const graph = this.#graph;
    const term = this.#terms.node(test);
    if (term.kind !== 'question' || lowered.kind !== 'question') {
      const block = graph.goto(lowered);
      block.assignments = assignments;
      return block;
    }
    const block = graph.block('question');
    block.relation = term.relation;
    block.a = term.a;
    block.b = term.b;
    block.k = term.k;
    block.atLeast = term.atLeast;
    block.whenTrue = test & 1 ? whenFalse : whenTrue;
    block.whenFalse = test & 1 ? whenTrue : whenFalse;
    block.origins = term.origin ? [term.origin] : [];
    block.assignments = assignments;
    return block;
  }

  #loops(leaf: Leaf, whenTrue: Block, whenFalse: Block): Block {
    const block = this.#graph.block('leaf');
    block.leaf = leaf;
    block.whenTrue = whenTrue;
    block.whenFalse = whenFalse;
    block.origins = leaf.origin ? [leaf.origin] : [];
    return block;
  }

  /**
   * One list after another for all members at once: a miss in the first comes back to a common place, which finds out again
   * which member it was. The searches themselves come out equal but for what they load, so tails.ts makes one of them.
   */
  #shared(group: SharedLists, member: number, whenTrue: Block, whenFalse: Block): Block {
    let lowered = this.#groups.get(group);
    if (!lowered) this.#groups.set(group, (lowered = []));
    const known = lowered.find(one => one.whenTrue === whenTrue && one.whenFalse === whenFalse);
    if (known) return known.entries[member]!;
    let next = group.members.map(({ rest }) =>
      rest === FALSE ? whenFalse : rest === TRUE ? whenTrue : this.lower(rest, whenTrue, whenFalse),
    );
    for (let stage = group.stages.length - 1; stage >= 0; stage--) {
      const missed = this.#dispatch(group, next);
      const { starts, references, origins } = group.stages[stage]!;
      const targets = references.map(reference => (reference === TRUE ? whenTrue : missed));
      next = group.members.map(({ values }) =>
        buildSearch(this.#graph, values[stage]!, starts, targets, origins, this.#options),
      );
    }
    lowered.push({ whenTrue, whenFalse, entries: next });
    return next[member]!;
  }

  /** To each member's own block. Pinned: every path that comes here knows the answer, and must ask all the same. */
  #dispatch(group: SharedLists, targets: readonly Block[]): Block {
    let block = targets[targets.length - 1]!;
    if (targets.every(target => target === block)) return block;
    for (let i = targets.length - 2; i >= 0; i--) {
      for (const [low, high] of group.members[i]!.segments) {
        const starts = low === 0 ? [0, high + 1] : [0, low, high + 1];
        const ways = low === 0 ? [targets[i]!, block] : [block, targets[i]!, block];
        if (high === 0xffffffff) {
          starts.pop();
          ways.pop();
        }
        const origins = starts.map(() => group.members[i]!.origin);
        block = buildSearch(this.#graph, group.selector, starts, ways, origins, { ...this.#options, pinned: true });
      }
    }
    return block;
  }
}
