// Which value a register holds where it is read: reaching definitions, in the form of SSA (Cytron et al., 1991).
//
// Registers carry values from one test to a later one only for link types and encapsulations whose offsets each packet decides,
// and in lifted programs. Where one value reaches a read, the read *is* that value; where several do, the place where
// they meet gives it a new name (a phi), and the stores that feed it stay.

import { BPF_LD, BPF_LDX, BPF_MEM, BPF_ST, BPF_STX } from '../../isa/index.js';
import type { Statement } from '../condition.js';
import type { Block, Graph, Join } from './cfg.js';
import { ask } from './predicate.js';
import type { Assignment } from './terms.js';
import { BINARY, INDEXED, NEGATE, PHI, REGISTER, type Value, type Values } from './values.js';

/** Replaces every `REGISTER` value of the graph. */
export function resolveRegisters(graph: Graph): void {
  const { values } = graph;
  const registers = [...values.registersRead];
  if (registers.length === 0) return;
  const place = new Map(registers.map((register, index) => [register, index]));
  const order = graph.postorder().reverse();
  const incoming = new Map<Block, (readonly Value[])[]>();
  const substitution = new Substitution(values, place);

  // The machine starts with zeros, but kernels want to see them stored.
  const zero = values.constant(0);
  incoming.set(graph.entry, [registers.map(() => zero)]);
  const assigned = new Set(graph.entry.assignments.map(({ register }) => register));
  const zeroed = registers.filter(register => !assigned.has(register)).map(register => ({ register, value: zero }));
  if (graph.entry.kind !== 'leaf') graph.entry.assignments = [...zeroed, ...graph.entry.assignments];
  for (const block of order) {
    const ways = incoming.get(block);
    // A question with a known answer led here alone.
    if (!ways) continue;
    const held = meet(values, block, ways, registers);
    let after = held;
    const assignments = block.assignments.map(({ register, value }) => ({
      register,
      value: substitution.apply(value, held),
    }));
    for (const { register, value } of assignments) {
      const index = place.get(register);
      if (index === undefined) continue;
      if (after === held) after = [...held];
      (after as Value[])[index] = value;
    }
    // A register that gets what it holds is left alone.
    block.assignments = assignments.filter(
      ({ register, value }) => values.kind[value] !== PHI || held[place.get(register) ?? -1] !== value,
    );
    if (block.kind === 'question') {
      resolveQuestion(graph, block, substitution, held);
    } else if (block.kind === 'leaf') {
      after = [...held];
      resolveLeaf(values, block, place, held, after as Value[]);
    } else if (block.kind === 'return') {
      if (block.result === -1) block.a = substitution.apply(block.a, held);
      continue;
    }
    for (const next of block.whenTrue === block.whenFalse ? [block.whenTrue] : [block.whenTrue, block.whenFalse]) {
      const known = incoming.get(next);
      if (known) known.push(after);
      else incoming.set(next, [after]);
    }
  }
  pruneAssignments(graph);
}

/** What the registers hold where all these ways meet. */
function meet(
  values: Values,
  block: Block,
  ways: readonly (readonly Value[])[],
  registers: readonly number[],
): readonly Value[] {
  const first = ways[0]!;
  const held = ways.every(way => way === first)
    ? first
    : first.map((value, index) => {
        if (ways.every(way => way[index] === value)) return value;
        let low = 0xffffffff;
        let high = 0;
        for (const way of ways) {
          low = Math.min(low, values.low[way[index]!]!);
          high = Math.max(high, values.high[way[index]!]!);
        }
        return values.phi(registers[index]!, low, high);
      });
  // Every block says the names of what it finds, since passes may lead around the block where ways met.
  const joins: Join[] = [];
  for (let index = 0; index < held.length; index++) {
    const value = held[index]!;
    if (values.kind[value] === PHI && values.right[value] === registers[index]) {
      joins.push({ register: registers[index]!, value });
    }
  }
  if (joins.length > 0) block.joins = joins;
  return held;
}

function resolveQuestion(graph: Graph, block: Block, substitution: Substitution, held: readonly Value[]): void {
  if (block.whenTrue === block.whenFalse) return;
  const a = substitution.apply(block.a, held);
  const b = block.b === -1 ? -1 : substitution.apply(block.b, held);
  if (a === block.a && b === block.b) return;
  const asked = ask(graph.values, block.relation, a, b, block.k);
  if (asked.kind !== 'question') {
    const target = asked.kind === 'failure' ? graph.return(0) : asked.value ? block.whenTrue : block.whenFalse;
    block.whenTrue = target;
    block.whenFalse = target;
    return;
  }
  block.relation = asked.relation;
  block.a = asked.a;
  block.b = asked.b;
  block.atLeast = block.atLeast && block.k === asked.k;
  block.k = asked.k;
  if (asked.positive) return;
  const { whenTrue } = block;
  block.whenTrue = block.whenFalse;
  block.whenFalse = whenTrue;
}

/** A leaf with loops finds what it reads in the registers' own places and leaves there what it stores. */
function resolveLeaf(
  values: Values,
  block: Block,
  place: ReadonlyMap<number, number>,
  held: readonly Value[],
  after: Value[],
): void {
  const { read, written } = registersOf(block.leaf!.statements);
  const inputs: Assignment[] = [];
  const outputs: Join[] = [];
  for (const register of read) {
    const index = place.get(register);
    if (index !== undefined) inputs.push({ register, value: held[index]! });
  }
  for (const register of written) {
    const index = place.get(register);
    if (index === undefined) continue;
    const value = values.phi(register, 0, 0xffffffff);
    outputs.push({ register, value });
    after[index] = value;
  }
  block.assignments = inputs;
  block.outputs = outputs;
}

/** The registers that statements load before they have stored to them on every way, and those they store to. */
export function registersOf(statements: readonly Statement[]): { read: Set<number>; written: Set<number> } {
  const read = new Set<number>();
  const written = new Set<number>();
  /** Returns what is stored to on every way through; undefined: no way gets to the end. */
  const walk = (list: readonly Statement[], before: ReadonlySet<number>): Set<number> | undefined => {
    const stored = new Set(before);
    for (const statement of list) {
      if (statement.kind === 'if') {
        const then = walk(statement.then, stored);
        const otherwise = walk(statement.else, stored);
        if (!then && !otherwise) return undefined;
        for (const register of then ?? otherwise!) if (!otherwise || otherwise.has(register)) stored.add(register);
      } else if (statement.kind === 'loop') {
        // Left at its first round's beginning or later: what it stores is not there for sure.
        walk(statement.body, stored);
      } else if (statement.kind === 'break') {
        return undefined;
      } else if (statement.code === (BPF_LD | BPF_MEM) || statement.code === (BPF_LDX | BPF_MEM)) {
        if (!stored.has(statement.k)) read.add(statement.k);
      } else if (statement.code === BPF_ST || statement.code === BPF_STX) {
        stored.add(statement.k);
        written.add(statement.k);
      }
    }
    return stored;
  };
  walk(statements, new Set());
  return { read, written };
}

/**
 * Drops assignments that reach no phi that is still used (dead stores). What code generation kept in a register for later,
 * and what is now known without it, stays as a hint.
 *
 * Backwards through the graph: a use of a phi needs the *content* of its register where the phi is the name of that content,
 * and what a register was given is needed where its content is. Where the register holds something else by now, the *name*
 * alone is needed, up to where it is the content's.
 */
export function pruneAssignments(graph: Graph): void {
  const { values } = graph;
  if (values.registersRead.size === 0) return;
  const order = graph.postorder();
  const contents: Set<number>[] = [];
  const names: Set<Value>[] = [];
  const used = new Set<Value>();
  for (const block of order) {
    const content = new Set<number>();
    const name = new Set<Value>();
    const uses = new Set<Value>();
    if (block.kind !== 'return') {
      for (const next of [block.whenTrue.index, block.whenFalse.index]) {
        for (const register of contents[next]!) content.add(register);
        for (const value of names[next]!) uses.add(value);
      }
    }
    for (const { register, value } of block.outputs) {
      content.delete(register);
      uses.delete(value);
    }
    if (block.kind === 'question' && block.whenTrue !== block.whenFalse) {
      collectPhis(values, block.a, uses);
      if (block.b !== -1) collectPhis(values, block.b, uses);
    } else if (block.kind === 'return' && block.result === -1) {
      collectPhis(values, block.a, uses);
    }
    const kept: Assignment[] = [];
    const hints: Assignment[] = [];
    for (const assignment of block.assignments) {
      const { register, value } = assignment;
      if (block.kind === 'leaf' || content.has(register)) kept.push(assignment);
      else if (register >= 0 && isWorthKeeping(values, value)) hints.push(assignment);
    }
    for (const { register, value } of kept) {
      content.delete(register);
      collectPhis(values, value, uses);
    }
    if (kept.length !== block.assignments.length) {
      block.assignments = kept;
      block.hints = [...block.hints, ...hints];
    }
    for (const value of uses) {
      used.add(value);
      if (block.joins.some(join => join.value === value)) content.add(values.right[value]!);
      else name.add(value);
    }
    contents.push(content);
    names.push(name);
  }
  nameContents(order, used);
}

/**
 * Says at every block which phis its registers hold. A store that is gone leaves the phi before it in its register, and a block
 * that was the only one to name it may go next: then the blocks behind it must know the name.
 */
function nameContents(order: readonly Block[], used: ReadonlySet<Value>): void {
  const incoming: (Map<number, Value> | undefined)[] = [];
  for (let i = order.length - 1; i >= 0; i--) {
    const block = order[i]!;
    const held = new Map(incoming[i]);
    for (const { register, value } of block.joins) if (used.has(value)) held.set(register, value);
    block.joins = held.size === 0 ? [] : [...held].map(([register, value]) => ({ register, value }));
    block.outputs = block.outputs.filter(({ value }) => used.has(value));
    if (block.kind === 'return') continue;
    if (block.kind === 'leaf')
      for (const register of registersOf(block.leaf!.statements).written) held.delete(register);
    else for (const { register } of block.assignments) held.delete(register);
    for (const { register, value } of block.outputs) held.set(register, value);
    for (const next of [block.whenTrue.index, block.whenFalse.index]) {
      const known = incoming[next];
      if (!known) incoming[next] = new Map(held);
      else for (const [register, value] of known) if (held.get(register) !== value) known.delete(register);
    }
  }
}

/** More than one instruction to compute, or not to be computed at all. */
function isWorthKeeping(values: Values, value: Value): boolean {
  const kind = values.kind[value];
  return (
    kind === PHI || ((kind === BINARY || kind === INDEXED || kind === NEGATE) && values.headerLength(value) === -1)
  );
}

/** Adds the phis in an expression. */
function collectPhis(values: Values, value: Value, into: Set<Value>): void {
  const { kind, left, right } = values;
  switch (kind[value]) {
    case PHI:
      into.add(value);
      break;
    case BINARY:
      collectPhis(values, left[value]!, into);
      collectPhis(values, right[value]!, into);
      break;
    case INDEXED:
    case NEGATE:
      collectPhis(values, left[value]!, into);
      break;
  }
}

/** Puts what registers hold into expressions. */
class Substitution {
  readonly #values: Values;
  readonly #place: ReadonlyMap<number, number>;
  /** value -> does it read a register? */
  readonly #reads: (boolean | undefined)[] = [];
  #held: readonly Value[] = [];
  #memo = new Map<Value, Value>();

  constructor(values: Values, place: ReadonlyMap<number, number>) {
    this.#values = values;
    this.#place = place;
  }

  apply(value: Value, held: readonly Value[]): Value {
    if (!this.#readsRegister(value)) return value;
    if (held !== this.#held) {
      this.#held = held;
      this.#memo = new Map();
    }
    const known = this.#memo.get(value);
    if (known !== undefined) return known;
    const { kind, operation, left, right, k } = this.#values;
    let result = value;
    switch (kind[value]) {
      case REGISTER:
        result = held[this.#place.get(k[value]!)!]!;
        break;
      case INDEXED:
        result = this.#values.indexed(operation[value]!, this.apply(left[value]!, held), k[value]!);
        break;
      case NEGATE:
        result = this.#values.negate(this.apply(left[value]!, held));
        break;
      case BINARY:
        result = this.#values.binary(
          operation[value]!,
          this.apply(left[value]!, held),
          this.apply(right[value]!, held),
        );
        break;
    }
    this.#memo.set(value, result);
    return result;
  }

  #readsRegister(value: Value): boolean {
    const known = this.#reads[value];
    if (known !== undefined) return known;
    const { kind, left, right } = this.#values;
    let reads = false;
    switch (kind[value]) {
      case REGISTER:
        reads = true;
        break;
      case INDEXED:
      case NEGATE:
        reads = this.#readsRegister(left[value]!);
        break;
      case BINARY:
        reads = this.#readsRegister(left[value]!) || this.#readsRegister(right[value]!);
        break;
    }
    this.#reads[value] = reads;
    return reads;
  }
}
