// The order of the passes, and machine code from the graph.

import { type Allocation, allocateRegisters } from './allocate.js';
import type { Graph } from './cfg.js';
import { removeDeadCode } from './dead-code.js';
import { type Emitted, emit } from './emit.js';
import { mergeBlocks } from './merge.js';
import { reorderChains } from './reorder.js';
import { pruneAssignments } from './resolve.js';
import { selectInstructions, Unavailable } from './select.js';
import { mergeTails } from './tails.js';
import { type ThreadOptions, threadJumps } from './thread.js';
import { threadMachineJumps } from './thread-machine.js';
import { PHI, type Value } from './values.js';

/** Each round makes the graph smaller or a path shorter; real filters need three. */
const MOST_ROUNDS = 16;
/** Hinted values to try to do without, one by one. */
const MOST_HINTS = 8;

/** What a step did: `sort` sorted chains. */
export type Step = 'simplify' | 'sort' | 'derive' | 'subsume';

/**
 * Optimizes the graph step by step and yields after each step that changed it. Every step makes paths shorter, and usually the
 * program; where it does not, the one before was better.
 *
 * First only what is known of a value itself: a path that leads around a test by what follows from another value takes away
 * the chance that both ways of that test come to the same, and that tests of a chain have one target.
 */
export function* optimizeInSteps(graph: Graph, sortChains: boolean): Generator<Step, void, undefined> {
  mergeBlocks(graph);
  for (const [step, options] of STEPS) {
    const changed = simplify(graph, options);
    if (!changed && step !== 'simplify') continue;
    yield step;
    if (sortChains && reorderChains(graph)) {
      mergeBlocks(graph);
      simplify(graph, options);
      yield 'sort';
    }
  }
}

const STEPS: readonly (readonly [Step, ThreadOptions])[] = [
  ['simplify', { derive: false }],
  ['derive', { derive: true }],
  ['subsume', { derive: true, subsume: true }],
];

/** All of the steps. */
export function optimizeGraph(graph: Graph): void {
  for (const _ of optimizeInSteps(graph, true));
}

/** What pays for large graphs, which are made of lists in a good order already. */
export function optimizeLargeGraph(graph: Graph): void {
  mergeBlocks(graph);
  simplify(graph, { derive: false }, 2);
}

/** Threads and merges until nothing changes. True where something has. */
function simplify(graph: Graph, options: ThreadOptions, rounds = MOST_ROUNDS): boolean {
  let changed = false;
  for (let round = 0; round < rounds; round++) {
    const threaded = threadJumps(graph, options);
    if (threaded) changed = true;
    pruneAssignments(graph);
    if (!mergeBlocks(graph) && !threaded) break;
  }
  return changed;
}

/** A program and the words of M[] it takes. */
export interface Generated extends Emitted {
  readonly allocation: Allocation;
}

/** Machine code for an optimized graph; undefined where it needs more registers than there are, or too much shuffling of them. */
export function generateCode(graph: Graph): Generated | undefined {
  const hints = hintedValues(graph);
  let best = generateWith(graph, new Set());
  if (hints.size === 0) return best;
  // Keep all, then try without each: what is cheaper to compute again is computed again.
  const keep = new Set(hints);
  let all = generateWith(graph, keep);
  let tries = 0;
  for (const value of hints) {
    if (!all || tries++ >= MOST_HINTS) break;
    keep.delete(value);
    const without = generateWith(graph, keep);
    if (without && without.program.length <= all.program.length) all = without;
    else keep.add(value);
  }
  if (all && (!best || all.program.length < best.program.length)) best = all;
  return best;
}

function hintedValues(graph: Graph): Set<Value> {
  const values = new Set<Value>();
  for (const block of graph.postorder()) for (const { value } of block.hints) values.add(value);
  return values;
}

function generateWith(graph: Graph, keep: ReadonlySet<Value>): Generated | undefined {
  const kept = new Set(keep);
  for (;;) {
    try {
      for (const fewRegisters of [false, true]) {
        const machine = selectInstructions(graph, { keep: kept, fewRegisters });
        if (machine.hasLoops) threadMachineJumps(machine);
        if (machine.usesRegisters) removeDeadCode(machine);
        mergeTails(machine);
        const allocation = allocateRegisters(machine);
        if (allocation) return { ...emit(machine, allocation), allocation };
      }
      return undefined;
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      if (kept.has(error.value) || graph.values.kind[error.value] !== PHI) return undefined;
      kept.add(error.value);
      saveWherePathsMeet(graph, error.value);
    }
  }
}

/** A register is written again while what it held is still needed: that gets a register of its own where it is first known. */
function saveWherePathsMeet(graph: Graph, value: Value): void {
  for (const block of graph.postorder()) {
    if (!block.joins.some(join => join.value === value)) continue;
    block.hints = [...block.hints, { register: graph.values.right[value]!, value }];
  }
}
