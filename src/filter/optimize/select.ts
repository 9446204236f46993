// Instruction selection: brings each block's value into A (and X) from what is there already.
//
// A forward data-flow analysis says which values A, X and the registers hold on every way into a block; what is there is not
// loaded again, and what is a step away is reached by that step (evaluate.ts). This is redundant-load elimination and local
// register allocation at once.

import { BPF_AND, BPF_JEQ, BPF_JGE, BPF_JGT, BPF_JMP, BPF_JSET, BPF_ST, BPF_STX, BPF_X } from '../../isa/index.js';
import type { Block, Graph } from './cfg.js';
import { type Code, Evaluator, emit, type Held, NO_SLOTS, NOTHING, type Slots, type State } from './evaluate.js';
import { type MachineBlock, MachineBlocks, type MachineGraph } from './machine.js';
import { EQUAL } from './predicate.js';
import { registersOf } from './resolve.js';
import { expandStatements } from './structured.js';
import { BINARY, CONSTANT, FAILURE, INDEXED, isPowerOfTwo, NEGATE, PHI, type Value, type Values } from './values.js';

export interface SelectOptions {
  /** Hinted values to keep in registers where they are computed. */
  readonly keep?: ReadonlySet<Value>;
  /** Evaluate what needs more registers first, even where that takes an instruction more. */
  readonly fewRegisters?: boolean;
}

/** A value that cannot be computed where it is needed: it was in a register that now holds something else. */
export class Unavailable extends Error {
  readonly value: Value;

  constructor(value: Value) {
    super(`value ${value} is not available`);
    this.value = value;
  }
}

/** Stands in what a place holds for "what `register` holds now". */
const marker = (register: number): number => -10 - register;

/** Virtual registers of values that are kept, and of A and X where paths meet, come after code generation's. */
const FIRST_OWN_REGISTER = 0x40000000;

/** Machine code for the graph. Throws `Unavailable`. */
export function selectInstructions(graph: Graph, options: SelectOptions = {}): MachineGraph {
  const order = graph.postorder();
  const selector = new Selector(graph.values, options);
  const machines = new MachineBlocks();
  const blocks: MachineBlock[] = new Array(order.length);
  let hasLoops = false;
  const entries: (Entry | undefined)[] = new Array(order.length);
  const exits: (State | undefined)[] = new Array(order.length);
  entries[graph.entry.index] = { a: NOTHING, x: NOTHING, slots: NO_SLOTS };
  for (let i = order.length - 1; i >= 0; i--) {
    const block = order[i]!;
    const machine = machines.make(machineKind(block), block.origins);
    blocks[i] = machine;
    const exit = selector.select(block, machine, entries[i]!);
    exits[i] = exit;
    if (block.kind === 'return') continue;
    flow(entries, block.whenTrue.index, exit, selector.slots);
    if (block.whenFalse !== block.whenTrue) flow(entries, block.whenFalse.index, exit, selector.slots);
  }
  for (let i = order.length - 1; i >= 0; i--) {
    const block = order[i]!;
    const machine = blocks[i]!;
    if (block.kind === 'return') continue;
    if (block.leaf) {
      hasLoops = true;
      const { statements, jump, k } = block.leaf;
      const whenTrue = blocks[block.whenTrue.index]!;
      const whenFalse = blocks[block.whenFalse.index]!;
      machine.whenTrue = expandStatements(machines, statements, { jump, k, whenTrue, whenFalse }, block.origins);
      machine.whenFalse = machine.whenTrue;
      continue;
    }
    const swapped = selector.swapped[i] === true;
    machine.whenTrue = blocks[(swapped ? block.whenFalse : block.whenTrue).index]!;
    machine.whenFalse = blocks[(swapped ? block.whenTrue : block.whenFalse).index]!;
  }
  // Ways that have already loaded what a block begins with enter it later.
  if (!selector.usesRegisters) {
    for (let i = order.length - 1; i >= 0; i--) {
      const block = order[i]!;
      const machine = blocks[i]!;
      if (machine.kind === 'return') continue;
      const exit = exits[i]!;
      const swapped = selector.swapped[i] === true;
      machine.skipTrue = redundant(exit, selector.traces[(swapped ? block.whenFalse : block.whenTrue).index]);
      machine.skipFalse = redundant(exit, selector.traces[(swapped ? block.whenTrue : block.whenFalse).index]);
    }
  }
  return { entry: blocks[graph.entry.index]!, blocks: machines, usesRegisters: selector.usesRegisters, hasLoops };
}

function machineKind(block: Block): MachineBlock['kind'] {
  if (block.kind === 'return') return 'return';
  return block.kind !== 'question' || block.whenTrue === block.whenFalse ? 'goto' : 'branch';
}

interface Entry {
  readonly a: Held;
  readonly x: Held;
  readonly slots: Slots;
}

/** One more way into a block: only what all of them agree on is known there. */
function flow(entries: (Entry | undefined)[], index: number, exit: State, slots: Slots): void {
  const known = entries[index];
  entries[index] = known
    ? { a: common(known.a, exit.a), x: common(known.x, exit.x), slots: commonSlots(known.slots, slots) }
    : { a: exit.a, x: exit.x, slots };
}

function common(a: Held, b: Held): Held {
  if (a === b || a.length === 0) return a;
  if (a.length === 1) return b.includes(a[0]!) ? a : NOTHING;
  return a.filter(value => b.includes(value));
}

function commonSlots(a: Slots, b: Slots): Slots {
  if (a === b || a.size === 0) return a;
  const both = new Map<number, Held>();
  for (const [slot, held] of a) {
    const other = b.get(slot);
    const same = other ? common(held, other) : NOTHING;
    if (same.length > 0) both.set(slot, same);
  }
  return both;
}

/** How many instructions from the beginning change nothing for who comes with `exit`. */
function redundant(exit: State, trace: readonly Code[] | undefined): number {
  if (!trace) return 0;
  let most = 0;
  for (let i = 0; i < trace.length; i++) {
    const { a, x } = trace[i]!;
    const same =
      (a.length === 0 || a.some(value => exit.a.includes(value))) &&
      (x.length === 0 || x.some(value => exit.x.includes(value)));
    if (same && (a.length > 0 || x.length > 0)) most = i + 1;
  }
  return most;
}

class Selector {
  /** By block index: the jump's sense is the opposite of the question's. */
  readonly swapped: boolean[] = [];
  /** By block index: the code with what A and X hold after each instruction. */
  readonly traces: (readonly Code[])[] = [];

  readonly #values: Values;
  readonly #keep: ReadonlySet<Value> | undefined;
  readonly #evaluator: Evaluator;
  readonly #keepRegisters = new Map<Value, number>();
  #written: Map<number, Held> | undefined;

  /** What registers hold after the block that was selected last. */
  get slots(): Slots {
    return this.#evaluator.slots;
  }

  get usesRegisters(): boolean {
    return this.#evaluator.usesRegisters;
  }

  constructor(values: Values, { keep, fewRegisters = false }: SelectOptions) {
    this.#values = values;
    this.#keep = keep;
    this.#evaluator = new Evaluator(values, fewRegisters);
  }

  select(block: Block, machine: MachineBlock, entry: Entry): State {
    let { a, x } = entry;
    this.#evaluator.slots = entry.slots;
    this.#written = undefined;
    for (const { register, value } of block.joins) {
      const current = marker(register);
      if (a.includes(current) && !a.includes(value)) a = [...a, value];
      if (x.includes(current) && !x.includes(value)) x = [...x, value];
      for (const [slot, held] of this.#evaluator.slots) {
        if (held.includes(current) && !held.includes(value)) this.#write(slot, [...held, value]);
      }
    }
    let state: State = { a, x, code: undefined, cost: 0 };
    if (this.#keep) {
      for (const { value } of block.hints) {
        if (!this.#keep.has(value) || this.#evaluator.slotOf(value) !== -1) continue;
        // What is not there any more is not needed on this way.
        if (!state.x.includes(value) && !this.#evaluator.reach(value, state, false)) continue;
        state = this.#store(this.#keepRegister(value), value, state);
      }
    }
    state = this.#assignments(block, state);

    if (block.kind === 'leaf') {
      machine.code = toArray(state.code).map(({ code, k }) => ({ code, k }));
      this.#evaluator.usesRegisters = true;
      const { written } = registersOf(block.leaf!.statements);
      for (const slot of written) this.#write(slot, NOTHING);
      for (const { register, value } of block.outputs) this.#write(register, [value, marker(register)]);
      return { a: NOTHING, x: NOTHING, code: undefined, cost: 0 };
    }
    if (machine.kind === 'branch') {
      state = this.#question(block, machine, state);
    } else if (block.kind === 'return') {
      machine.k = block.result;
      const kind = block.result === -1 ? this.#values.kind[block.a] : undefined;
      if (kind === FAILURE) machine.k = 0;
      else if (kind === CONSTANT) machine.k = this.#values.k[block.a]!;
      else if (kind !== undefined) state = this.#bring(block.a, state);
    }
    const code = toArray(state.code);
    this.traces[block.index] = code;
    machine.code = code.map(({ code, k }) => ({ code, k }));
    return state;
  }

  /** A question as a jump; the cheapest of the ways to ask it. */
  #question(block: Block, machine: MachineBlock, state: State): State {
    const { relation, a, b, k } = block;
    const values = this.#values;
    let best: State | undefined;
    const offer = (offered: State | undefined, jump: number, operand: number, swapped: boolean): void => {
      if (!offered || (best && best.cost <= offered.cost)) return;
      best = offered;
      machine.jump = BPF_JMP | jump;
      machine.k = operand;
      this.swapped[block.index] = swapped;
    };
    if (b === -1) {
      if (relation === EQUAL) {
        const mask = values.constantOperand(a, BPF_AND);
        if (mask !== -1 && (k === 0 || (k === mask && isPowerOfTwo(mask)))) {
          // Some bit of the mask is set, or none.
          const from =
            this.#evaluator.wider(values.left[a]!, mask, state) ?? this.#evaluator.reach(values.left[a]!, state, false);
          offer(from, BPF_JSET, mask, k === 0);
        } else if (k === 0 && values.kind[a] === BINARY && values.operation[a] === BPF_AND && mask === -1) {
          offer(this.#evaluator.operands(values.left[a]!, values.right[a]!, true, state), BPF_JSET | BPF_X, 0, true);
        }
        offer(this.#evaluator.reach(a, state, false), BPF_JEQ, k, false);
      } else if (block.atLeast) {
        offer(this.#evaluator.reach(a, state, false), BPF_JGE, k + 1, false);
      } else {
        offer(this.#evaluator.reach(a, state, false), BPF_JGT, k, false);
      }
    } else if (relation === EQUAL) {
      offer(this.#evaluator.operands(a, b, true, state), BPF_JEQ | BPF_X, 0, false);
    } else {
      offer(this.#evaluator.operands(a, b, false, state), BPF_JGT | BPF_X, 0, false);
      offer(this.#evaluator.operands(b, a, false, state), BPF_JGE | BPF_X, 0, true);
    }
    if (!best) throw new Unavailable(this.#evaluator.missing([a, b]));
    return best;
  }

  #bring(value: Value, state: State): State {
    const reached = this.#evaluator.reach(value, state, false);
    if (!reached) throw new Unavailable(this.#evaluator.missing([value]));
    return reached;
  }

  // Registers.

  #write(slot: number, held: Held): void {
    if (!this.#written) {
      this.#written = new Map(this.#evaluator.slots);
      this.#evaluator.slots = this.#written;
    }
    if (held.length > 0) this.#written.set(slot, held);
    else this.#written.delete(slot);
  }

  #keepRegister(value: Value): number {
    let register = this.#keepRegisters.get(value);
    if (register === undefined) {
      register = FIRST_OWN_REGISTER + this.#keepRegisters.size;
      this.#keepRegisters.set(value, register);
    }
    return register;
  }

  #store(slot: number, value: Value, state: State): State {
    this.#evaluator.usesRegisters = true;
    let stored: State;
    if (state.x.includes(value) && !state.a.includes(value)) {
      stored = emit(state, BPF_STX, slot, state.a, state.x);
      this.#write(slot, state.x);
    } else {
      const reached = this.#bring(value, state);
      stored = emit(reached, BPF_ST, slot, reached.a, reached.x);
      this.#write(slot, reached.a);
    }
    return stored;
  }

  /** `register` gets the value: from here on, what holds it holds the register's content. */
  #assign(register: number, value: Value, state: State): State {
    const current = marker(register);
    const slot = register >= 0 ? register : FIRST_OWN_REGISTER - 10 - register;
    const held = this.#evaluator.slots.get(slot);
    if (!held?.includes(value)) state = this.#store(slot, value, state);
    const without = (values: Held): Held => (values.includes(current) ? values.filter(one => one !== current) : values);
    for (const [other, values] of this.#evaluator.slots)
      if (values.includes(current)) this.#write(other, without(values));
    const { a, x } = state;
    this.#write(slot, [...without(this.#evaluator.slots.get(slot) ?? []), current]);
    return {
      ...state,
      a: a.includes(value) ? [...without(a), current] : without(a),
      x: x.includes(value) ? [...without(x), current] : without(x),
    };
  }

  /** Assignments happen at once: a register that another one still needs is written last, A and X after all. */
  #assignments(block: Block, state: State): State {
    const pending = [...block.assignments];
    while (pending.length > 0) {
      const free = pending.filter(
        one =>
          (one.register >= 0 || pending.every(({ register }) => register < 0)) &&
          !pending.some(other => other !== one && this.#reads(other.value, one.register)),
      );
      // What A holds already goes first.
      const next = free.find(({ value }) => state.a.includes(value)) ?? free[0] ?? pending[0]!;
      pending.splice(pending.indexOf(next), 1);
      state = this.#assign(next.register, next.value, state);
    }
    return state;
  }

  #reads(value: Value, register: number): boolean {
    const { kind, left, right } = this.#values;
    switch (kind[value]) {
      case PHI:
        return right[value] === register;
      case BINARY:
        return this.#reads(left[value]!, register) || this.#reads(right[value]!, register);
      case INDEXED:
      case NEGATE:
        return this.#reads(left[value]!, register);
      default:
        return false;
    }
  }

  /** The phi that is nowhere to be found. */
  #missing(roots: readonly Value[]): Value {
    const { kind, left, right } = this.#values;
    const stack = [...roots];
    while (stack.length > 0) {
      const value = stack.pop()!;
      if (value < 0) continue;
      if (kind[value] === PHI && this.#evaluator.slotOf(value) === -1) return value;
      if (kind[value] === BINARY) stack.push(left[value]!, right[value]!);
      else if (kind[value] === INDEXED || kind[value] === NEGATE) stack.push(left[value]!);
    }
    throw new Error('no way to compute a value of which everything is there');
  }
}

function toArray(code: Code | undefined): Code[] {
  const list: Code[] = [];
  for (let at = code; at; at = at.before) list.push(at);
  return list.reverse();
}
