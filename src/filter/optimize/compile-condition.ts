// From a condition to a program: several ways to arrange the tests, and the best of the programs they come to.
//
// The tests as they stand come out in the order of libpcap's listings; lists grouped into switches, searched by halves, and
// shared between protocols are shorter or quicker where there are lists. Whichever is shortest wins, the plain order where
// nothing is gained; of programs that are no longer than the plain one, a search that is much quicker wins.

import { type Diagnostic, SkepError } from '../../diagnostics/index.js';
import type { ClassicProgram } from '../../isa/index.js';
import type { Condition, Origin } from '../condition.js';
import { allocateRegisters } from './allocate.js';
import { removeDeadCode } from './dead-code.js';
import { emit, longestPath } from './emit.js';
import { buildFlowGraph, type FlowGraph } from './flow-graph.js';
import { groupTerms } from './group.js';
import { liftProgram } from './lift.js';
import { lowerTerms } from './lower.js';
import type { MachineBlock } from './machine.js';
import { type Generated, generateCode, optimizeGraph } from './passes.js';
import { resolveRegisters } from './resolve.js';
import { shareLists } from './share.js';
import { buildTerms, type Reference, type Terms } from './terms.js';
import { lowerUnoptimized } from './unoptimized.js';
import { unrollLoops } from './unroll.js';
import { type Dialect, Values } from './values.js';

/** tcpdump's default: the most bytes of a packet that a filter keeps. */
export const DEFAULT_SNAP_LENGTH = 262_144;
/** BPF_MAXINSNS of Linux: longer programs are refused by the socket layer. */
export const LINUX_MAX_INSTRUCTIONS = 4_096;

export interface CompileConditionOptions {
  /** What the program returns for a packet that matches: how many bytes of it to keep. Default 262,144, as tcpdump. */
  readonly snapLength?: number;
  /** Default true. */
  readonly optimize?: boolean;
  /** Where the program will run: over files in user space, or in a Linux kernel. Default `savefile`. */
  readonly target?: 'savefile' | 'linux';
  /**
   * `protochain` follows headers in a loop, which Linux refuses and libpcap runs in user space. With a number here, at most so
   * many headers are followed, without a loop. Default: loops.
   */
  readonly unroll?: number;
}

export interface CompiledCondition {
  readonly program: ClassicProgram;
  /** The program's blocks, with the words of the tests in them. Made when first asked for. */
  readonly flowGraph: FlowGraph;
  /** Warnings: a program that is longer than Linux takes. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Compiles a condition. The program accepts (returns `snapLength`) the packets that the condition holds for and rejects
 * (returns 0) the others.
 * @throws SkepError SKEP1200 where the condition needs more scratch memory than the machine has
 */
export function compileCondition(condition: Condition, options: CompileConditionOptions = {}): CompiledCondition {
  const accept = options.snapLength ?? DEFAULT_SNAP_LENGTH;
  const from = options.unroll === undefined ? condition : unrollLoops(condition, options.unroll);
  const best =
    options.optimize === false
      ? undefined
      : bestProgram(from, accept, options.target === 'linux' ? 'linux' : 'libpcap');
  return compiled(best ?? plainProgram(from, accept));
}

/** Optimizes any classic program; one that cannot be followed or gets no shorter comes back as it is. */
export function optimizeProgram(program: ClassicProgram): ClassicProgram {
  const graph = liftProgram(program);
  if (!graph) return program;
  optimizeGraph(graph);
  const generated = generateCode(graph);
  return generated && generated.program.length < program.length ? generated.program : program;
}

/** The tests one by one, as they stand. */
function plainProgram(condition: Condition, accept: number): Generated {
  const machine = lowerUnoptimized(condition, accept);
  let allocation = allocateRegisters(machine);
  if (!allocation) {
    removeDeadCode(machine);
    allocation = allocateRegisters(machine);
  }
  if (!allocation) {
    throw new SkepError({
      code: 'SKEP1200',
      severity: 'error',
      message: 'the expression needs more than the 16 words of scratch memory that the machine has',
      notes: ['arithmetic that is nested less deeply needs fewer'],
    });
  }
  return { ...emit(machine, allocation), allocation };
}

/** Conditions of more tests are not compiled in all the ways: a list is a list then. */
const MOST_TESTS_FOR_ALL_WAYS = 160;
/** Tests in a row before a list is halved. */
const CHAIN_LENGTHS = [6, 16, 64, Number.POSITIVE_INFINITY] as const;
/** Lists from here on are searched by halves although a chain of comparisons would be an eighth shorter. */
const LONG_LIST = 32;
/** A search must take this share of the longest path off to be preferred to a shorter program. */
const MUCH_QUICKER = 0.75;

function bestProgram(condition: Condition, accept: number, dialect: Dialect): Generated | undefined {
  const values = new Values(dialect);
  const { terms, root, leaves } = buildTerms(condition, values);
  const grouped = groupTerms(terms, root);
  const shared = shareLists(terms, grouped);
  const make = (from: Reference, chainLength: number): Generated | undefined => {
    const graph = lowerTerms(terms, from, { accept, chainLength });
    resolveRegisters(graph);
    optimizeGraph(graph);
    return generateCode(graph);
  };

  if (leaves > MOST_TESTS_FOR_ALL_WAYS) {
    // A longer chain makes a shorter program: as long as must be.
    let best: Generated | undefined;
    for (const chainLength of CHAIN_LENGTHS) {
      const made = make(shared, chainLength);
      if (made && (!best || made.program.length < best.program.length)) best = made;
      if (best && best.program.length <= LINUX_MAX_INSTRUCTIONS) break;
    }
    return best;
  }

  const plain = make(root, Number.POSITIVE_INFINITY);
  const candidates = [plain];
  const longest = longestList(terms, grouped);
  if (grouped !== root) {
    candidates.push(make(grouped, Number.POSITIVE_INFINITY));
    if (shared !== grouped) candidates.push(make(shared, Number.POSITIVE_INFINITY));
    if (longest > CHAIN_LENGTHS[0]) {
      candidates.push(make(grouped, CHAIN_LENGTHS[0]));
      if (shared !== grouped) candidates.push(make(shared, CHAIN_LENGTHS[0]));
    }
  }
  return choose(candidates, plain, longest);
}

function choose(
  candidates: readonly (Generated | undefined)[],
  plain: Generated | undefined,
  longestListLength: number,
): Generated | undefined {
  let shortest = plain;
  for (const candidate of candidates) {
    if (candidate && (!shortest || candidate.program.length < shortest.program.length)) shortest = candidate;
  }
  if (!shortest || candidates.length <= 3) return shortest;
  const limit = (plain ?? shortest).program.length * (longestListLength > LONG_LIST ? 1.25 : 1);
  let quickest = shortest;
  let path = longestPath(shortest.program) * MUCH_QUICKER;
  for (const candidate of candidates) {
    if (!candidate || candidate.program.length > limit) continue;
    const steps = longestPath(candidate.program);
    if (steps < path || (steps === path && candidate.program.length < quickest.program.length)) {
      path = steps;
      quickest = candidate;
    }
  }
  return quickest;
}

/** Segments of the largest switch. */
function longestList(terms: Terms, root: Reference): number {
  let longest = 0;
  const seen = new Set<number>();
  const stack: Reference[] = [root];
  while (stack.length > 0) {
    const index = stack.pop()! >> 1;
    if (seen.has(index)) continue;
    seen.add(index);
    const node = terms.nodes[index]!;
    if (node.kind === 'or') stack.push(...node.children);
    if (node.kind === 'switch') {
      longest = Math.max(longest, node.starts.length >> 1);
      stack.push(...node.references);
    }
  }
  return longest;
}

function compiled(generated: Generated): CompiledCondition {
  const { program, blocks } = generated;
  let graph: FlowGraph | undefined;
  return {
    program,
    get flowGraph(): FlowGraph {
      graph ??= buildFlowGraph(program, index => originsOf(blocks[index]));
      return graph;
    },
    diagnostics:
      program.length <= LINUX_MAX_INSTRUCTIONS
        ? []
        : [
            {
              code: 'SKEP1201',
              severity: 'warning',
              message: `the filter takes ${program.length} instructions, and Linux runs at most ${LINUX_MAX_INSTRUCTIONS} in the kernel`,
              notes: ['it runs in user space: every packet is copied out of the kernel first'],
            },
          ],
  };
}

function originsOf(block: MachineBlock | undefined): readonly Origin[] {
  return block?.origins ?? [];
}
