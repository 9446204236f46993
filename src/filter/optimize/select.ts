// Instruction selection: brings each block's value into A (and X) from what is there already.
//
// A forward data-flow analysis says which values A, X and the registers hold on every way into a block; what is there is not
// loaded again, and what is a step away is reached by that step. This is redundant-load elimination and local register
// allocation at once. Expressions are evaluated in the order that needs the fewest spills (Sethi and Ullman, 1970), as far as
// a machine with one accumulator has a choice.

import {
  BPF_ABS,
  BPF_ADD,
  BPF_ALU,
  BPF_AND,
  BPF_B,
  BPF_IMM,
  BPF_IND,
  BPF_JEQ,
  BPF_JGE,
  BPF_JGT,
  BPF_JMP,
  BPF_JSET,
  BPF_LD,
  BPF_LDX,
  BPF_LEN,
  BPF_MEM,
  BPF_MISC,
  BPF_MSH,
  BPF_NEG,
  BPF_ST,
  BPF_STX,
  BPF_SUB,
  BPF_TAX,
  BPF_TXA,
  BPF_W,
  BPF_X,
} from '../../isa/index.js';
import type { Block, Graph } from './cfg.js';
import { type MachineBlock, MachineBlocks, type MachineGraph } from './machine.js';
import { EQUAL } from './predicate.js';
import { registersOf } from './resolve.js';
import { expandStatements } from './structured.js';
import {
  BINARY,
  COMMUTATIVE,
  CONSTANT,
  FAILURE,
  INDEXED,
  isPowerOfTwo,
  LENGTH,
  NEGATE,
  PACKET,
  PHI,
  type Value,
  type Values,
} from './values.js';

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

/** The code so far, last instruction first. */
interface Code {
  readonly before: Code | undefined;
  readonly code: number;
  readonly k: number;
  /** What A and X hold afterwards. */
  readonly a: Held;
  readonly x: Held;
}

/** The values that a register holds: usually one, several where they are equal on this path. Negative ones are markers. */
type Held = readonly number[];

const NOTHING: Held = [];

interface State {
  readonly a: Held;
  readonly x: Held;
  readonly code: Code | undefined;
  readonly cost: number;
}

type Slots = ReadonlyMap<number, Held>;
const NO_SLOTS: Slots = new Map();

/** Stands in what a place holds for "what `register` holds now". */
const marker = (register: number): number => -10 - register;

/** Virtual registers of values that are kept, and of A and X where paths meet, come after code generation's. */
const FIRST_OWN_REGISTER = 0x40000000;
const SPILL = 0x60000000;

const LOAD_M = BPF_LD | BPF_MEM;
const LOAD_X_M = BPF_LDX | BPF_MEM;

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
  /** What registers hold after the block that was selected last. */
  slots: Slots = NO_SLOTS;
  usesRegisters = false;
  /** By block index: the jump's sense is the opposite of the question's. */
  readonly swapped: boolean[] = [];
  /** By block index: the code with what A and X hold after each instruction. */
  readonly traces: (readonly Code[])[] = [];

  readonly #values: Values;
  readonly #keep: ReadonlySet<Value> | undefined;
  readonly #fewRegisters: boolean;
  readonly #keepRegisters = new Map<Value, number>();
  /** Sethi and Ullman's numbers, where they were asked for. */
  readonly #needs = new Map<Value, number>();
  #spills = SPILL;
  #written: Map<number, Held> | undefined;

  constructor(values: Values, { keep, fewRegisters = false }: SelectOptions) {
    this.#values = values;
    this.#keep = keep;
    this.#fewRegisters = fewRegisters;
  }

  select(block: Block, machine: MachineBlock, entry: Entry): State {
    let { a, x } = entry;
    this.slots = entry.slots;
    this.#written = undefined;
    for (const { register, value } of block.joins) {
      const current = marker(register);
      if (a.includes(current) && !a.includes(value)) a = [...a, value];
      if (x.includes(current) && !x.includes(value)) x = [...x, value];
      for (const [slot, held] of this.slots) {
        if (held.includes(current) && !held.includes(value)) this.#write(slot, [...held, value]);
      }
    }
    let state: State = { a, x, code: undefined, cost: 0 };
    if (this.#keep) {
      for (const { value } of block.hints) {
        if (!this.#keep.has(value) || this.#slotOf(value) !== -1) continue;
        // What is not there any more is not needed on this way.
        if (!state.x.includes(value) && !this.#reach(value, state, false)) continue;
        state = this.#store(this.#keepRegister(value), value, state);
      }
    }
    state = this.#assignments(block, state);

    if (block.kind === 'leaf') {
      machine.code = toArray(state.code).map(({ code, k }) => ({ code, k }));
      this.usesRegisters = true;
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
          const from = this.#wider(values.left[a]!, mask, state) ?? this.#reach(values.left[a]!, state, false);
          offer(from, BPF_JSET, mask, k === 0);
        } else if (k === 0 && values.kind[a] === BINARY && values.operation[a] === BPF_AND && mask === -1) {
          offer(this.#operands(values.left[a]!, values.right[a]!, true, state), BPF_JSET | BPF_X, 0, true);
        }
        offer(this.#reach(a, state, false), BPF_JEQ, k, false);
      } else if (block.atLeast) {
        offer(this.#reach(a, state, false), BPF_JGE, k + 1, false);
      } else {
        offer(this.#reach(a, state, false), BPF_JGT, k, false);
      }
    } else if (relation === EQUAL) {
      offer(this.#operands(a, b, true, state), BPF_JEQ | BPF_X, 0, false);
    } else {
      offer(this.#operands(a, b, false, state), BPF_JGT | BPF_X, 0, false);
      offer(this.#operands(b, a, false, state), BPF_JGE | BPF_X, 0, true);
    }
    if (!best) throw new Unavailable(this.#missing([a, b]));
    return best;
  }

  /** A as it is, if it holds the base under a mask that leaves all bits of `mask`. */
  #wider(base: Value, mask: number, state: State): State | undefined {
    for (const held of state.a) {
      if (held < 0) continue;
      if (held === base) return state;
      const other = this.#values.constantOperand(held, BPF_AND);
      if (other !== -1 && this.#values.left[held] === base && (mask & ~other) === 0) return state;
    }
    return undefined;
  }

  #bring(value: Value, state: State): State {
    const reached = this.#reach(value, state, false);
    if (!reached) throw new Unavailable(this.#missing([value]));
    return reached;
  }

  // Registers.

  #write(slot: number, held: Held): void {
    if (!this.#written) {
      this.#written = new Map(this.slots);
      this.slots = this.#written;
    }
    if (held.length > 0) this.#written.set(slot, held);
    else this.#written.delete(slot);
  }

  #slotOf(value: Value): number {
    for (const [slot, held] of this.slots) if (held.includes(value)) return slot;
    return -1;
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
    this.usesRegisters = true;
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
    const held = this.slots.get(slot);
    if (!held?.includes(value)) state = this.#store(slot, value, state);
    const without = (values: Held): Held => (values.includes(current) ? values.filter(one => one !== current) : values);
    for (const [other, values] of this.slots) if (values.includes(current)) this.#write(other, without(values));
    const { a, x } = state;
    this.#write(slot, [...without(this.slots.get(slot) ?? []), current]);
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
      if (kind[value] === PHI && this.#slotOf(value) === -1) return value;
      if (kind[value] === BINARY) stack.push(left[value]!, right[value]!);
      else if (kind[value] === INDEXED || kind[value] === NEGATE) stack.push(left[value]!);
    }
    throw new Error('no way to compute a value of which everything is there');
  }

  // Expressions. Each of these gives the cheapest code found, or undefined where there is none.

  /** A = value. With `keepX`, X stays what it is. */
  #reach(value: Value, state: State, keepX: boolean): State | undefined {
    if (state.a.includes(value)) return state;
    const values = this.#values;
    const kind = values.kind[value];
    if (this.slots.size > 0) {
      const slot = this.#slotOf(value);
      if (slot !== -1 && kind !== CONSTANT && kind !== LENGTH && kind !== PACKET) {
        return emit(state, LOAD_M, slot, this.slots.get(slot)!, state.x);
      }
    }
    const k = values.k[value]!;
    if (kind !== PACKET && kind !== CONSTANT && state.x.includes(value)) {
      return emit(state, BPF_MISC | BPF_TXA, 0, state.x, state.x);
    }
    const held: Held = [value];
    switch (kind) {
      case CONSTANT:
        return emit(state, BPF_LD | BPF_IMM, k, held, state.x);
      case LENGTH:
        return emit(state, BPF_LD | BPF_W | BPF_LEN, 0, held, state.x);
      case PACKET:
        return emit(state, BPF_LD | BPF_ABS | values.operation[value]!, k, held, state.x);
      case INDEXED: {
        const index = values.left[value]!;
        const code = BPF_LD | BPF_IND | values.operation[value]!;
        if (state.x.includes(index)) return emit(state, code, k, held, state.x);
        const addend = this.#addend(state.x, index, k);
        if (addend !== -1) return emit(state, code, k - addend, held, state.x);
        if (keepX) return undefined;
        const best = this.#reachX(index, state);
        if (!best || best.cost > state.cost + 1) {
          for (const [slot, near] of this.slots) {
            const other = this.#addend(near, index, k);
            if (other === -1) continue;
            const indexed = emit(state, LOAD_X_M, slot, state.a, near);
            return emit(indexed, code, k - other, held, indexed.x);
          }
        }
        return best && emit(best, code, k, held, best.x);
      }
      case NEGATE: {
        const operand = this.#reach(values.left[value]!, state, keepX);
        return operand && emit(operand, BPF_ALU | BPF_NEG, 0, held, operand.x);
      }
      case BINARY: {
        const operation = values.operation[value]!;
        const left = values.left[value]!;
        const right = values.right[value]!;
        if (values.kind[right] === CONSTANT) return this.#reachWithConstant(value, operation, left, state, keepX);
        const ready = this.#operands(left, right, COMMUTATIVE.has(operation), state, keepX);
        return ready && emit(ready, BPF_ALU | operation | BPF_X, 0, held, ready.x);
      }
      default:
        return undefined;
    }
  }

  /** What was added to `index` in something that is held, where [index + k] can be loaded from there; else -1. */
  #addend(held: Held, index: Value, k: number): number {
    const values = this.#values;
    for (const value of held) {
      if (value < 0 || values.kind[value] !== BINARY || values.left[value] !== index) continue;
      const addend = values.constantOperand(value, BPF_ADD);
      if (addend !== -1 && addend <= k && values.high[index]! + addend <= 0xffffffff) return addend;
    }
    return -1;
  }

  #reachWithConstant(value: Value, operation: number, left: Value, state: State, keepX: boolean): State | undefined {
    const values = this.#values;
    const k = values.k[values.right[value]!]!;
    const held: Held = [value];
    if (operation === BPF_AND || operation === BPF_ADD) {
      // A holds the same base under a wider mask, or with another addend.
      for (const near of state.a) {
        if (near < 0) continue;
        const other = values.constantOperand(near, operation);
        if (other === -1 || values.left[near] !== left) continue;
        if (operation === BPF_AND && (k & ~other) === 0) return emit(state, BPF_ALU | BPF_AND, k, held, state.x);
        if (operation === BPF_ADD) return addConstant(state, (k - other) >>> 0, held);
      }
    }
    const operand = this.#reach(left, state, keepX);
    let best: State | undefined;
    if (operand) {
      best =
        operation === BPF_ADD ? addConstant(operand, k, held) : emit(operand, BPF_ALU | operation, k, held, operand.x);
    }
    if (operation === BPF_ADD && this.slots.size > 0 && (!best || best.cost > state.cost + 2)) {
      for (const [slot, near] of this.slots) {
        const other = near.find(
          one => one >= 0 && values.constantOperand(one, BPF_ADD) !== -1 && values.left[one] === left,
        );
        if (other === undefined) continue;
        const loaded = emit(state, LOAD_M, slot, near, state.x);
        best = addConstant(loaded, (k - values.constantOperand(other, BPF_ADD)) >>> 0, held);
        break;
      }
    }
    const header = keepX ? -1 : values.headerLength(value);
    if (header !== -1 && (!best || best.cost > state.cost + 2)) {
      const loaded = emit(state, BPF_LDX | BPF_MSH | BPF_B, header, state.a, held);
      best = emit(loaded, BPF_MISC | BPF_TXA, 0, held, held);
    }
    return best;
  }

  /** X = value; A may change. */
  #reachX(value: Value, state: State): State | undefined {
    if (state.x.includes(value)) return state;
    const direct = this.#direct(value, state);
    if (direct) return direct;
    const loaded = this.#reach(value, state, false);
    return loaded && emit(loaded, BPF_MISC | BPF_TAX, 0, loaded.a, loaded.a);
  }

  /** X = value by one instruction that leaves A alone. */
  #direct(value: Value, state: State): State | undefined {
    const values = this.#values;
    if (state.x.includes(value)) return state;
    if (state.a.includes(value)) return emit(state, BPF_MISC | BPF_TAX, 0, state.a, state.a);
    if (values.kind[value] === CONSTANT) return emit(state, BPF_LDX | BPF_IMM, values.k[value]!, state.a, [value]);
    if (values.kind[value] === LENGTH) return emit(state, BPF_LDX | BPF_W | BPF_LEN, 0, state.a, [value]);
    const header = values.headerLength(value);
    if (header !== -1) return emit(state, BPF_LDX | BPF_MSH | BPF_B, header, state.a, [value]);
    const slot = this.#slotOf(value);
    return slot === -1 ? undefined : emit(state, LOAD_X_M, slot, state.a, this.slots.get(slot)!);
  }

  /** A = left and X = right, or the other way round where that is the same. */
  #operands(left: Value, right: Value, commutative: boolean, state: State, keepX = false): State | undefined {
    let best: State | undefined;
    const offer = (offered: State | undefined): void => {
      if (offered && (!best || offered.cost < best.cost)) best = offered;
    };
    const both = (a: Value, x: Value): void => {
      if (state.x.includes(x)) offer(this.#reach(a, state, true));
      if (keepX) return;
      const first = this.#directLater(x, state) ? this.#reach(a, state, false) : undefined;
      if (first) offer(this.#direct(x, first));
      if (this.#leavesX(a, x, state)) {
        const index = this.#reachX(x, state);
        if (index) offer(this.#reach(a, index, true));
      }
    };
    both(left, right);
    if (commutative) both(right, left);
    if (best || keepX) return best;

    // Both need X on their way: one waits in a register.
    const spill = this.#spills++;
    this.usesRegisters = true;
    if (this.#fewRegisters && this.#need(left) > this.#need(right)) {
      const first = this.#reach(left, state, false);
      const index = first && this.#reachX(right, emit(first, BPF_ST, spill, first.a, first.x));
      return index && emit(index, LOAD_M, spill, first.a, index.x);
    }
    const waiting = this.#reach(right, state, false);
    if (waiting) {
      const stored = emit(waiting, BPF_ST, spill, waiting.a, waiting.x);
      const other = this.#reach(left, stored, false);
      if (other) offer(emit(other, LOAD_X_M, spill, other.a, waiting.a));
    }
    return best;
  }

  /** How many values have to wait at once while this one is computed. */
  #need(value: Value): number {
    const { kind, left, right } = this.#values;
    if (kind[value] === INDEXED || kind[value] === NEGATE) return this.#need(left[value]!);
    if (kind[value] !== BINARY) return 0;
    const known = this.#needs.get(value);
    if (known !== undefined) return known;
    const one = this.#need(left[value]!);
    const other = this.#need(right[value]!);
    const need = kind[right[value]!] === CONSTANT ? one : one === other ? one + 1 : Math.max(one, other);
    this.#needs.set(value, need);
    return need;
  }

  /** `#direct` will work whatever happens to A before. */
  #directLater(value: Value, state: State): boolean {
    const { kind } = this.#values;
    return (
      kind[value] === CONSTANT ||
      kind[value] === LENGTH ||
      this.#values.headerLength(value) !== -1 ||
      state.x.includes(value) ||
      this.#slotOf(value) !== -1
    );
  }

  /** There is code for A = value that leaves X = x alone. Quick, so that trying does not cost exponential time. */
  #leavesX(value: Value, x: Value, state: State): boolean {
    const values = this.#values;
    for (;;) {
      if (value === x || this.#slotOf(value) !== -1) return true;
      switch (values.kind[value]) {
        case CONSTANT:
        case LENGTH:
        case PACKET:
          return true;
        case INDEXED:
          return values.left[value] === x || this.#addend([x], values.left[value]!, values.k[value]!) !== -1;
        case NEGATE:
          value = values.left[value]!;
          break;
        case BINARY: {
          const right = values.right[value]!;
          if (values.kind[right] !== CONSTANT && right !== x) {
            if (!COMMUTATIVE.has(values.operation[value]!) || values.left[value] !== x) {
              return state.a.includes(value);
            }
            value = right;
            break;
          }
          value = values.left[value]!;
          break;
        }
        default:
          return state.a.includes(value);
      }
    }
  }
}

function emit(state: State, code: number, k: number, a: Held, x: Held): State {
  return { a, x, code: { before: state.code, code, k, a, x }, cost: state.cost + 1 };
}

/** Large addends are small ones to subtract. */
function addConstant(state: State, k: number, held: Held): State {
  return k >= 0x80000000
    ? emit(state, BPF_ALU | BPF_SUB, -k >>> 0, held, state.x)
    : emit(state, BPF_ALU | BPF_ADD, k, held, state.x);
}

function toArray(code: Code | undefined): Code[] {
  const list: Code[] = [];
  for (let at = code; at; at = at.before) list.push(at);
  return list.reverse();
}
