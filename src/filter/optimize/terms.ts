// The condition as a graph of Boolean terms: `or` of many and `not`, equal terms being one (an and-inverter graph, with `or`).
//
// A term is named by a *reference*: twice the index of its node, plus one where it is negated. `and` is `not (or of nots)`, so
// what is written for `or` serves for both, and De Morgan costs nothing.

import { BPF_JGE, BPF_X } from '../../isa/index.js';
import type { Condition, Origin, Statement } from '../condition.js';
import { Interner, ListInterner } from './interner.js';
import { predicate } from './predicate.js';
import { registersOf } from './resolve.js';
import { SymbolicMachine } from './symbolic.js';
import type { Value, Values } from './values.js';

/** A term, perhaps negated. */
export type Reference = number;

export const FALSE: Reference = 0;
export const TRUE: Reference = 1;

/** A leaf as code generation wrote it. */
export type Leaf = Extract<Condition, { readonly kind: 'test' }>;

/** Where a path leads: which register gets which value. */
export interface Assignment {
  readonly register: number;
  readonly value: Value;
}

export type Term =
  | { readonly kind: 'constant' }
  /** Rejects the packet whatever stands around it: a division by the constant 0. */
  | { readonly kind: 'failure' }
  | {
      readonly kind: 'question';
      readonly relation: number;
      readonly a: Value;
      readonly b: Value;
      readonly k: number;
      /** Written `>= k + 1`. */
      readonly atLeast: boolean;
      readonly origin: Origin | undefined;
    }
  /**
   * Which of the segments of 0 ... 2^32 - 1 the value lies in decides which term holds: segment i begins at `starts[i]`,
   * the first one at 0. Made by group.ts.
   */
  | {
      readonly kind: 'switch';
      readonly value: Value;
      readonly starts: readonly number[];
      readonly references: readonly Reference[];
      readonly origins: readonly (Origin | undefined)[];
      /** Equal for switches with equal segments and terms, whatever value they look at. */
      readonly content: number;
    }
  | { readonly kind: 'or'; readonly children: readonly Reference[] }
  /** Stores that later leaves read, then a test. */
  | { readonly kind: 'effect'; readonly assignments: readonly Assignment[]; readonly test: Reference }
  /** Statements that branch or loop. */
  | { readonly kind: 'leaf'; readonly leaf: Leaf; readonly loops: boolean }
  /** One of several lists that share their searches; made by share.ts. */
  | { readonly kind: 'shared'; readonly group: SharedLists; readonly member: number };

/** Lists of equal sets, each looked up in another value: `src host in S or dst host in S` for IPv4 and for ARP. */
export interface SharedLists {
  /** Which list a packet goes to: a value and, by member, the segments of it. */
  readonly selector: Value;
  readonly members: readonly {
    readonly segments: readonly (readonly [low: number, high: number])[];
    /** What those segments are, in words. */
    readonly origin: Origin | undefined;
    /** The values to look up, one a stage. */
    readonly values: readonly Value[];
    /** What else the list is `or`ed with. */
    readonly rest: Reference;
  }[];
  /** The sets, one a stage: switches to take segments and terms from. */
  readonly stages: readonly Extract<Term, { readonly kind: 'switch' }>[];
}

const FAILURE_INDEX = 1;

export class Terms {
  readonly values: Values;
  readonly nodes: Term[] = [{ kind: 'constant' }, { kind: 'failure' }];
  /** By node: stores that others read stand in it, so nothing may be moved across it. */
  readonly isBarrier: boolean[] = [false, false];
  readonly failure: Reference = FAILURE_INDEX * 2;

  readonly #questions = new Interner();
  readonly #questionNodes: number[] = [];
  readonly #lists = new ListInterner();
  readonly #orNodes = new Map<number, number>();
  readonly #contents = new ListInterner();
  readonly #switches = new Interner();
  readonly #switchNodes: number[] = [];

  constructor(values: Values) {
    this.values = values;
  }

  node(reference: Reference): Term {
    return this.nodes[reference >> 1]!;
  }

  barrier(reference: Reference): boolean {
    return this.isBarrier[reference >> 1]!;
  }

  add(term: Term, barrier: boolean): Reference {
    this.nodes.push(term);
    this.isBarrier.push(barrier);
    return (this.nodes.length - 1) * 2;
  }

  question(relation: number, a: Value, b: Value, k: number, origin: Origin | undefined, atLeast = false): Reference {
    const id = this.#questions.intern(relation, a, b, k);
    const known = this.#questionNodes[id];
    if (known !== undefined) return known * 2;
    const reference = this.add({ kind: 'question', relation, a, b, k, atLeast, origin }, false);
    this.#questionNodes[id] = reference >> 1;
    return reference;
  }

  /** `A <jump> k` (or `A <jump> X` where `b` is not -1). */
  test(jump: number, a: Value, b: Value, k: number, origin: Origin | undefined): Reference {
    const asked = predicate(this.values, jump, a, b, k);
    if (asked.kind === 'constant') return asked.value ? TRUE : FALSE;
    if (asked.kind === 'failure') return this.failure;
    const reference = this.question(asked.relation, asked.a, asked.b, asked.k, origin, jump === BPF_JGE);
    return asked.positive ? reference : reference ^ 1;
  }

  /** Any of the terms, from left to right. */
  or(terms: readonly Reference[]): Reference {
    let children: Reference[] | undefined;
    // Most lists are plain: nothing to flatten, no constants.
    for (let i = 0; i < terms.length; i++) {
      const term = terms[i]!;
      const node = this.nodes[term >> 1]!;
      const flat = term > TRUE && ((term & 1) !== 0 || node.kind !== 'or');
      if (flat) {
        children?.push(term);
        continue;
      }
      children ??= terms.slice(0, i);
      if (term === TRUE) {
        // What stands before need not be asked, unless it stores something.
        children = children.filter(child => this.barrier(child));
        children.push(TRUE);
        break;
      }
      if (term === FALSE) continue;
      if (node.kind === 'or') for (const child of node.children) children.push(child);
    }
    const list = children ?? terms;
    if (list.length === 0) return FALSE;
    if (list.length === 1) return list[0]!;
    const id = this.#lists.intern(list);
    const known = this.#orNodes.get(id);
    if (known !== undefined) return known * 2;
    let barrier = false;
    for (const child of list) if (this.isBarrier[child >> 1]) barrier = true;
    const reference = this.add({ kind: 'or', children: list }, barrier);
    this.#orNodes.set(id, reference >> 1);
    return reference;
  }

  and(terms: readonly Reference[]): Reference {
    return this.or(terms.map(negate)) ^ 1;
  }

  /** Segments with the same term become one; a switch with one segment is its term. */
  switch(
    value: Value,
    starts: readonly number[],
    references: readonly Reference[],
    origins: readonly (Origin | undefined)[],
  ): Reference {
    const keptStarts: number[] = [];
    const kept: Reference[] = [];
    const keptOrigins: (Origin | undefined)[] = [];
    for (let i = 0; i < starts.length; i++) {
      if (kept.length > 0 && kept.at(-1) === references[i]) continue;
      keptStarts.push(starts[i]!);
      kept.push(references[i]!);
      keptOrigins.push(origins[i]);
    }
    if (kept.length === 1) return kept[0]!;
    const content = this.#contents.intern([...keptStarts, ...kept]);
    const id = this.#switches.intern(value, content);
    const known = this.#switchNodes[id];
    if (known !== undefined) return known * 2;
    let barrier = false;
    for (const reference of kept) if (this.isBarrier[reference >> 1]) barrier = true;
    const reference = this.add(
      { kind: 'switch', value, starts: keptStarts, references: kept, origins: keptOrigins, content },
      barrier,
    );
    this.#switchNodes[id] = reference >> 1;
    return reference;
  }
}

export function negate(reference: Reference): Reference {
  return reference ^ 1;
}

/** What `buildTerms` saw on its way. */
export interface BuiltTerms {
  readonly terms: Terms;
  readonly root: Reference;
  /** Tests in the condition. */
  readonly leaves: number;
}

/** The condition's terms. Takes stack for no depth of the tree. */
export function buildTerms(condition: Condition, values: Values): BuiltTerms {
  const order = postorder(condition);
  const machine = new SymbolicMachine(values);
  // All leaves are run before any term is made: which stores later leaves read is known only then.
  const leaves: LeafResult[] = [];
  for (const item of order) if (item.kind === 'test') leaves.push(runLeaf(item, machine));
  const terms = new Terms(values);
  const stack: Reference[] = [];
  let leaf = 0;
  for (const item of order) {
    switch (item.kind) {
      case 'constant':
        stack.push(item.value ? TRUE : FALSE);
        break;
      case 'not':
        stack.push(stack.pop()! ^ 1);
        break;
      case 'and':
      case 'or': {
        const children = stack.splice(stack.length - item.terms.length);
        if (item.kind === 'or') {
          stack.push(terms.or(children));
        } else {
          for (let i = 0; i < children.length; i++) children[i] = children[i]! ^ 1;
          stack.push(terms.or(children) ^ 1);
        }
        break;
      }
      case 'test':
        stack.push(leafTerm(terms, item, leaves[leaf++]!));
        break;
    }
  }
  return { terms, root: stack[0]!, leaves: leaves.length };
}

/** Children before parents, left to right. */
function postorder(root: Condition): Condition[] {
  // Parents first and right to left, turned around.
  const order: Condition[] = [];
  const stack: Condition[] = [root];
  while (stack.length > 0) {
    const item = stack.pop()!;
    order.push(item);
    if (item.kind === 'not') stack.push(item.term);
    else if (item.kind === 'and' || item.kind === 'or') for (const term of item.terms) stack.push(term);
  }
  return order.reverse();
}

/** What a leaf compares: the value alone for the usual leaf, which compares it with a constant and stores nothing. */
type LeafResult =
  | Value
  | { readonly kind: 'leaf'; readonly loops: boolean }
  | {
      readonly kind: 'compare';
      readonly a: Value;
      readonly b: Value;
      readonly stores: ReadonlyMap<number, Value> | undefined;
    };

function runLeaf(leaf: Leaf, machine: SymbolicMachine): LeafResult {
  machine.reset();
  for (const statement of leaf.statements) {
    if (statement.kind !== 'instruction') {
      // Which of these others store to, resolve.ts finds out.
      for (const register of registersOf(leaf.statements).read) machine.values.registersRead.add(register);
      return { kind: 'leaf', loops: hasLoop(leaf.statements) };
    }
    machine.step(statement.code, statement.k);
  }
  const a = machine.accumulator;
  const comparesX = (leaf.jump & BPF_X) !== 0;
  if (!comparesX && !machine.memory) return a;
  return { kind: 'compare', a, b: comparesX ? machine.index : -1, stores: machine.memory };
}

function leafTerm(terms: Terms, leaf: Leaf, result: LeafResult): Reference {
  const jump = leaf.jump & 0xf0;
  if (typeof result === 'number') return terms.test(jump, result, -1, leaf.k, leaf.origin);
  if (result.kind === 'leaf') return terms.add({ kind: 'leaf', leaf, loops: result.loops }, true);
  const test = terms.test(jump, result.a, result.b, leaf.k, leaf.origin);
  if (!result.stores) return test;
  const assignments: Assignment[] = [];
  for (const [register, value] of result.stores) {
    if (terms.values.registersRead.has(register)) assignments.push({ register, value });
  }
  return assignments.length > 0 ? terms.add({ kind: 'effect', assignments, test }, true) : test;
}

export function hasLoop(statements: readonly Statement[]): boolean {
  return statements.some(
    statement =>
      statement.kind === 'loop' || (statement.kind === 'if' && (hasLoop(statement.then) || hasLoop(statement.else))),
  );
}
