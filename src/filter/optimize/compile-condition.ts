// From a condition to a program: several ways to arrange the tests, and the best of the programs they come to.
//
// The tests as they stand come out in the order of libpcap's listings; lists grouped into switches, searched by halves, and
// shared between protocols are shorter or quicker where there are lists. Whichever is shortest wins, the plain order where
// nothing is gained; of programs that are no longer than the plain one, a search that is much quicker wins.

import { type Diagnostic, SkepError } from '../../diagnostics/index.js';
import type { ClassicProgram } from '../../isa/index.js';
import type { Condition, Origin } from '../condition.js';
import { allocateRegisters } from './allocate.js';
import type { Graph } from './cfg.js';
import { removeDeadCode } from './dead-code.js';
import { emit, longestPath } from './emit.js';
import { buildFlowGraph, type FlowGraph } from './flow-graph.js';
import { groupTerms } from './group.js';
import { liftProgram } from './lift.js';
import { lowerTerms } from './lower.js';
import type { MachineBlock } from './machine.js';
import { type Generated, generateCode, optimizeInSteps, optimizeLargeGraph } from './passes.js';
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
  /** False: the tests as they stand, because that was asked for, or because optimized code would need too many registers. */
  readonly optimized: boolean;
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
  const dialect = options.target === 'linux' ? 'linux' : 'libpcap';
  const from = options.unroll === undefined ? condition : unrollLoops(condition, options.unroll);
  // Each way can do with fewer registers than the other: what was not asked for is better than nothing.
  for (const optimized of options.optimize === false ? [false, true] : [true, false]) {
    const generated = optimized ? bestProgram(from, accept, dialect) : plainProgram(from, accept);
    if (generated) return compiled(generated, optimized);
  }
  throw new SkepError({
    code: 'SKEP1200',
    severity: 'error',
    message: 'the expression needs more than the 16 words of scratch memory that the machine has',
    notes: ['arithmetic that is nested less deeply needs fewer'],
  });
}

/** Optimizes any classic program; one that cannot be followed or gets no shorter comes back as it is. */
export function optimizeProgram(program: ClassicProgram): ClassicProgram {
  const generated = generateShortest(() => liftProgram(program));
  return generated && generated.program.length < program.length ? generated.program : program;
}

/** The tests one by one, as they stand. */
function plainProgram(condition: Condition, accept: number): Generated | undefined {
  const machine = lowerUnoptimized(condition, accept);
  let allocation = allocateRegisters(machine);
  if (!allocation) {
    removeDeadCode(machine);
    allocation = allocateRegisters(machine);
  }
  return allocation && { ...emit(machine, allocation), allocation };
}

/** Conditions of more tests are not compiled in all the ways: a list is a list then. */
const MOST_TESTS_FOR_ALL_WAYS = 640;
/** Tests in a row before a list is halved. */
const CHAIN_LENGTH = 8;
/** Longer chains make shorter programs: tried where a program would be too long for Linux. */
const LONGER_CHAINS = [16, 32, 64, 128, 512] as const;
/** Lists from here on are searched by halves although a chain of comparisons would be an eighth shorter. */
const LONG_LIST = 32;
/** A search must take this share of the longest path off to be preferred to a shorter program. */
const MUCH_QUICKER = 0.75;
/** Of quick programs, those with paths up to so much longer than the quickest's are as good. */
const AS_QUICK = 1.3;

function bestProgram(condition: Condition, accept: number, dialect: Dialect): Generated | undefined {
  const values = new Values(dialect);
  const { terms, root, leaves } = buildTerms(condition, values);
  const grouped = groupTerms(terms, root);
  const shared = shareLists(terms, grouped);
  const make = (from: Reference, chainLength: number): Generated | undefined => {
    const lower = (): Graph => {
      const graph = lowerTerms(terms, from, { accept, chainLength });
      resolveRegisters(graph);
      return graph;
    };
    if (leaves <= MOST_TESTS_FOR_ALL_WAYS) return generateShortest(lower);
    const graph = lower();
    optimizeLargeGraph(graph);
    return generateCode(graph);
  };

  if (leaves > MOST_TESTS_FOR_ALL_WAYS) {
    const quick = make(shared, CHAIN_LENGTH);
    if (!quick || quick.program.length <= LINUX_MAX_INSTRUCTIONS) return quick;
    for (const chainLength of LONGER_CHAINS) {
      const shorter = make(shared, chainLength);
      if (shorter && shorter.program.length <= LINUX_MAX_INSTRUCTIONS) return shorter;
      // An eighth is what longer chains can take off: far beyond, none will do.
      if (quick.program.length > LINUX_MAX_INSTRUCTIONS * 1.25) break;
    }
    return quick;
  }

  const plain = make(root, Number.POSITIVE_INFINITY);
  if (grouped === root) return plain;
  const candidates = [plain, make(grouped, Number.POSITIVE_INFINITY)];
  if (shared !== grouped) candidates.push(make(shared, Number.POSITIVE_INFINITY));
  const longest = longestList(terms, grouped);
  if (longest <= CHAIN_LENGTH) return shortestOf(candidates);
  candidates.push(make(grouped, CHAIN_LENGTH));
  if (shared !== grouped) candidates.push(make(shared, CHAIN_LENGTH));
  return quickestOf(candidates, (plain?.program.length ?? 0) * (longest > LONG_LIST ? 1.25 : 1));
}

/** The shortest of the programs after each step of the optimizer, the last of equal ones. */
function generateShortest(makeGraph: () => Graph | undefined): Generated | undefined {
  let shortest: Generated | undefined;
  // Sorting chains usually helps, but no order is best for all: a way into the middle of a chain keeps it from being sorted.
  for (const sortChains of [true, false]) {
    const graph = makeGraph();
    if (!graph) return undefined;
    let sorted = false;
    for (const step of optimizeInSteps(graph, sortChains)) {
      if (step === 'sort') sorted = true;
      const generated = generateCode(graph);
      if (!generated) continue;
      const saved = shortest ? shortest.program.length - generated.program.length : 1;
      if (saved > 0 || (saved === 0 && sortChains)) shortest = generated;
    }
    // Nothing to sort: the other way comes to the same.
    if (!sorted) break;
  }
  return shortest;
}

function shortestOf(candidates: readonly (Generated | undefined)[]): Generated | undefined {
  let shortest: Generated | undefined;
  for (const candidate of candidates) {
    if (candidate && (!shortest || candidate.program.length < shortest.program.length)) shortest = candidate;
  }
  return shortest;
}

/** The shortest, or a much quicker one of at most `limit` instructions. */
function quickestOf(candidates: readonly (Generated | undefined)[], limit: number): Generated | undefined {
  const shortest = shortestOf(candidates);
  if (!shortest) return undefined;
  const allowed = candidates
    .filter(candidate => candidate !== undefined)
    .filter(({ program }) => program.length <= limit)
    .map(candidate => ({ candidate, path: longestPath(candidate.program) }));
  const quickest = Math.min(...allowed.map(({ path }) => path));
  if (!(quickest <= longestPath(shortest.program) * MUCH_QUICKER)) return shortest;
  return shortestOf(allowed.filter(({ path }) => path <= quickest * AS_QUICK).map(({ candidate }) => candidate));
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

function compiled(generated: Generated, optimized: boolean): CompiledCondition {
  const { program, blocks } = generated;
  let graph: FlowGraph | undefined;
  return {
    program,
    optimized,
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
