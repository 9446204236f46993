// Expressions in machine code: brings a value into A, or two into A and X, from what is there already.
//
// A machine with one accumulator and one index leaves little choice: which operand first, and what waits in scratch memory
// meanwhile (Sethi and Ullman, 1970). Each function here gives the code with the fewest instructions that it finds.

import {
  BPF_ABS,
  BPF_ADD,
  BPF_ALU,
  BPF_AND,
  BPF_B,
  BPF_IMM,
  BPF_IND,
  BPF_LD,
  BPF_LDX,
  BPF_LEN,
  BPF_MEM,
  BPF_MISC,
  BPF_MSH,
  BPF_NEG,
  BPF_ST,
  BPF_SUB,
  BPF_TAX,
  BPF_TXA,
  BPF_W,
  BPF_X,
} from '../../isa/index.js';
import {
  BINARY,
  COMMUTATIVE,
  CONSTANT,
  INDEXED,
  LENGTH,
  NEGATE,
  PACKET,
  PHI,
  type Value,
  type Values,
} from './values.js';

/** The code so far, last instruction first. */
export interface Code {
  readonly before: Code | undefined;
  readonly code: number;
  readonly k: number;
  /** What A and X hold afterwards. */
  readonly a: Held;
  readonly x: Held;
}

/** The values that a register holds: usually one, several where they are equal on this path. Negative ones are markers. */
export type Held = readonly number[];

export const NOTHING: Held = [];

export interface State {
  readonly a: Held;
  readonly x: Held;
  readonly code: Code | undefined;
  readonly cost: number;
}

export type Slots = ReadonlyMap<number, Held>;
export const NO_SLOTS: Slots = new Map();

/** Virtual registers of values that wait within an expression. */
const FIRST_SPILL = 0x60000000;

const LOAD_M = BPF_LD | BPF_MEM;
const LOAD_X_M = BPF_LDX | BPF_MEM;

export class Evaluator {
  readonly values: Values;
  /** What the registers hold. */
  slots: Slots = NO_SLOTS;
  /** Something was, or may have been, stored. */
  usesRegisters = false;
  readonly #fewRegisters: boolean;
  /** Sethi and Ullman's numbers, where they were asked for. */
  readonly #needs = new Map<Value, number>();
  #spills = FIRST_SPILL;

  /** `fewRegisters`: evaluate what needs more registers first, even where that takes an instruction more. */
  constructor(values: Values, fewRegisters: boolean) {
    this.values = values;
    this.#fewRegisters = fewRegisters;
  }

  slotOf(value: Value): number {
    for (const [slot, held] of this.slots) if (held.includes(value)) return slot;
    return -1;
  }

  /** A as it is, if it holds the base under a mask that leaves all bits of `mask`. */
  wider(base: Value, mask: number, state: State): State | undefined {
    for (const held of state.a) {
      if (held < 0) continue;
      if (held === base) return state;
      const other = this.values.constantOperand(held, BPF_AND);
      if (other !== -1 && this.values.left[held] === base && (mask & ~other) === 0) return state;
    }
    return undefined;
  }

  /** The phi that is nowhere to be found. */
  missing(roots: readonly Value[]): Value {
    const { kind, left, right } = this.values;
    const stack = [...roots];
    while (stack.length > 0) {
      const value = stack.pop()!;
      if (value < 0) continue;
      if (kind[value] === PHI && this.slotOf(value) === -1) return value;
      if (kind[value] === BINARY) stack.push(left[value]!, right[value]!);
      else if (kind[value] === INDEXED || kind[value] === NEGATE) stack.push(left[value]!);
    }
    throw new Error('no way to compute a value of which everything is there');
  }

  // Expressions. Each of these gives the cheapest code found, or undefined where there is none.

  /** A = value. With `keepX`, X stays what it is. */
  reach(value: Value, state: State, keepX: boolean): State | undefined {
    if (state.a.includes(value)) return state;
    const values = this.values;
    const kind = values.kind[value];
    if (this.slots.size > 0) {
      const slot = this.slotOf(value);
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
        const operand = this.reach(values.left[value]!, state, keepX);
        return operand && emit(operand, BPF_ALU | BPF_NEG, 0, held, operand.x);
      }
      case BINARY: {
        const operation = values.operation[value]!;
        const left = values.left[value]!;
        const right = values.right[value]!;
        if (values.kind[right] === CONSTANT) return this.#reachWithConstant(value, operation, left, state, keepX);
        const ready = this.operands(left, right, COMMUTATIVE.has(operation), state, keepX);
        return ready && emit(ready, BPF_ALU | operation | BPF_X, 0, held, ready.x);
      }
      default:
        return undefined;
    }
  }

  /** What was added to `index` in something that is held, where [index + k] can be loaded from there; else -1. */
  #addend(held: Held, index: Value, k: number): number {
    const values = this.values;
    for (const value of held) {
      if (value < 0 || values.kind[value] !== BINARY || values.left[value] !== index) continue;
      const addend = values.constantOperand(value, BPF_ADD);
      if (addend !== -1 && addend <= k && values.high[index]! + addend <= 0xffffffff) return addend;
    }
    return -1;
  }

  #reachWithConstant(value: Value, operation: number, left: Value, state: State, keepX: boolean): State | undefined {
    const values = this.values;
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
    const operand = this.reach(left, state, keepX);
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
    const loaded = this.reach(value, state, false);
    return loaded && emit(loaded, BPF_MISC | BPF_TAX, 0, loaded.a, loaded.a);
  }

  /** X = value by one instruction that leaves A alone. */
  #direct(value: Value, state: State): State | undefined {
    const values = this.values;
    if (state.x.includes(value)) return state;
    if (state.a.includes(value)) return emit(state, BPF_MISC | BPF_TAX, 0, state.a, state.a);
    if (values.kind[value] === CONSTANT) return emit(state, BPF_LDX | BPF_IMM, values.k[value]!, state.a, [value]);
    if (values.kind[value] === LENGTH) return emit(state, BPF_LDX | BPF_W | BPF_LEN, 0, state.a, [value]);
    const header = values.headerLength(value);
    if (header !== -1) return emit(state, BPF_LDX | BPF_MSH | BPF_B, header, state.a, [value]);
    const slot = this.slotOf(value);
    return slot === -1 ? undefined : emit(state, LOAD_X_M, slot, state.a, this.slots.get(slot)!);
  }

  /** A = left and X = right, or the other way round where that is the same. */
  operands(left: Value, right: Value, commutative: boolean, state: State, keepX = false): State | undefined {
    let best: State | undefined;
    const offer = (offered: State | undefined): void => {
      if (offered && (!best || offered.cost < best.cost)) best = offered;
    };
    const both = (a: Value, x: Value): void => {
      if (state.x.includes(x)) offer(this.reach(a, state, true));
      if (keepX) return;
      const first = this.#directLater(x, state) ? this.reach(a, state, false) : undefined;
      if (first) offer(this.#direct(x, first));
      if (this.#leavesX(a, x, state)) {
        const index = this.#reachX(x, state);
        if (index) offer(this.reach(a, index, true));
      }
    };
    both(left, right);
    if (commutative) both(right, left);
    if (best || keepX) return best;

    // Both need X on their way: one waits in a register.
    const spill = this.#spills++;
    this.usesRegisters = true;
    if (this.#fewRegisters && this.#need(left) > this.#need(right)) {
      const first = this.reach(left, state, false);
      const index = first && this.#reachX(right, emit(first, BPF_ST, spill, first.a, first.x));
      return index && emit(index, LOAD_M, spill, first.a, index.x);
    }
    const waiting = this.reach(right, state, false);
    if (waiting) {
      const stored = emit(waiting, BPF_ST, spill, waiting.a, waiting.x);
      const other = this.reach(left, stored, false);
      if (other) offer(emit(other, LOAD_X_M, spill, other.a, waiting.a));
    }
    return best;
  }

  /** How many values have to wait at once while this one is computed. */
  #need(value: Value): number {
    const { kind, left, right } = this.values;
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
    const { kind } = this.values;
    return (
      kind[value] === CONSTANT ||
      kind[value] === LENGTH ||
      this.values.headerLength(value) !== -1 ||
      state.x.includes(value) ||
      this.slotOf(value) !== -1
    );
  }

  /** There is code for A = value that leaves X = x alone. Quick, so that trying does not cost exponential time. */
  #leavesX(value: Value, x: Value, state: State): boolean {
    const values = this.values;
    for (;;) {
      if (value === x || this.slotOf(value) !== -1) return true;
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

export function emit(state: State, code: number, k: number, a: Held, x: Held): State {
  return { a, x, code: { before: state.code, code, k, a, x }, cost: state.cost + 1 };
}

/** Large addends are small ones to subtract. */
function addConstant(state: State, k: number, held: Held): State {
  return k >= 0x80000000
    ? emit(state, BPF_ALU | BPF_SUB, -k >>> 0, held, state.x)
    : emit(state, BPF_ALU | BPF_ADD, k, held, state.x);
}
