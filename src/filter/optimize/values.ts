// What the registers hold, as expressions over the packet: equal expressions have equal numbers.
//
// This is the value numbering of the 1993 paper's optimizer and of BPF+ (Begel, McCanne, Graham, "BPF+: Exploiting Global
// Data-flow Optimization in a Generalized Packet Filter Architecture", SIGCOMM 1999), with constants folded and algebra done
// where an expression is made: constant and value propagation need no pass of their own after this.
//
// A value is a number; its parts stand in parallel arrays. `low` and `high` bound it (unsigned, inclusive).

import {
  ancillaryAt,
  BPF_ADD,
  BPF_AND,
  BPF_B,
  BPF_DIV,
  BPF_H,
  BPF_LSH,
  BPF_MOD,
  BPF_MUL,
  BPF_OR,
  BPF_RSH,
  BPF_SUB,
  BPF_W,
  BPF_XOR,
  SKF_AD_OFF,
} from '../../isa/index.js';
import { Interner } from './interner.js';

/** Number of a value in its `Values`. */
export type Value = number;

export const CONSTANT = 0;
/** The packet's length on the wire. */
export const LENGTH = 1;
/** Packet bytes at a constant offset `k`; `operation` is the size. */
export const PACKET = 2;
/** Packet bytes at `left` + `k`; `operation` is the size. */
export const INDEXED = 3;
/** `left` `operation` `right`. */
export const BINARY = 4;
export const NEGATE = 5;
/** What register `k` holds where this stands: only until resolve.ts has found out. */
export const REGISTER = 6;
/** What register `right` holds where several paths with different contents meet; `k` tells such places apart. */
export const PHI = 7;
/** Division by the constant 0, or a load from where nothing can be: whoever computes it rejects the packet. */
export const FAILURE = 8;

/** The machine's registers among the virtual ones, which count from 0. */
export const A_REGISTER = -1;
export const X_REGISTER = -2;

const SKF_AD_RANDOM = SKF_AD_OFF + 56;
const MAX = 0xffffffff;

/**
 * Whose machine computes `[x + k]`, which matters from 2 GiB on: libpcap's adds without wrapping around, so that it is outside
 * of every packet; Linux's wraps; of a program from anywhere, nothing is known.
 */
export type Dialect = 'libpcap' | 'linux' | 'unknown';

export class Values {
  readonly dialect: Dialect;
  readonly kind: number[] = [];
  readonly operation: number[] = [];
  readonly left: Value[] = [];
  readonly right: Value[] = [];
  readonly k: number[] = [];
  readonly low: number[] = [];
  readonly high: number[] = [];
  /** The registers that a `REGISTER` value was made of. */
  readonly registersRead = new Set<number>();

  readonly #interner = new Interner();
  #unique = 0;

  constructor(dialect: Dialect = 'libpcap') {
    this.dialect = dialect;
  }

  get size(): number {
    return this.kind.length;
  }

  constant(k: number): Value {
    return this.#make(CONSTANT, 0, -1, -1, k, k, k);
  }

  length(): Value {
    return this.#make(LENGTH, 0, -1, -1, 0, 0, MAX);
  }

  /** `size` is BPF_W, BPF_H or BPF_B. */
  packet(size: number, k: number): Value {
    // A random number is another one each time; what else Linux knows of the packet stays the same.
    if (k >= 0x80000000 && !ancillaryAt(k) && (k >= SKF_AD_OFF || this.dialect === 'libpcap')) return this.failure();
    if (k === SKF_AD_RANDOM) return this.#make(PACKET, size, -1, this.#unique++, k, 0, MAX);
    return this.#make(PACKET, size, -1, -1, k, 0, k >= SKF_AD_OFF ? MAX : maximum(size));
  }

  indexed(size: number, index: Value, k: number): Value {
    if (this.kind[index] === FAILURE) return index;
    if (k >= 0x80000000 && this.dialect === 'libpcap') return this.failure();
    if (this.kind[index] === CONSTANT) {
      const sum = this.dialect === 'linux' ? (this.k[index]! + k) >>> 0 : this.k[index]! + k;
      // Offsets from 2 GiB on have other meanings: those loads stay as they are, but for the last 4 KiB, where nothing is.
      if (sum < 0x80000000) return this.packet(size, sum);
      if (sum >= SKF_AD_OFF && sum <= MAX) return this.failure();
    }
    // [(i + d) + k] is [i + (d + k)] where i + d cannot wrap around, or where the whole sum may.
    if (this.kind[index] === BINARY && this.operation[index] === BPF_ADD) {
      const addend = this.right[index]!;
      const base = this.left[index]!;
      if (this.kind[addend] === CONSTANT) {
        const d = this.k[addend]!;
        // An offset from 2 GiB on is no place in a packet, or one that the kernel counts from elsewhere: it stays on its side.
        const sum = d + k;
        if (this.dialect === 'linux') return this.indexed(size, base, sum >>> 0);
        if (this.high[base]! + d <= MAX && sum <= MAX && sum >= 0x80000000 === k >= 0x80000000) {
          return this.indexed(size, base, sum);
        }
      }
    }
    return this.#make(INDEXED, size, index, -1, k, 0, maximum(size));
  }

  negate(operand: Value): Value {
    if (this.kind[operand] === FAILURE) return operand;
    if (this.kind[operand] === CONSTANT) return this.constant(-this.k[operand]! >>> 0);
    if (this.kind[operand] === NEGATE) return this.left[operand]!;
    return this.#make(NEGATE, 0, operand, -1, 0, 0, MAX);
  }

  register(register: number): Value {
    this.registersRead.add(register);
    return this.#make(REGISTER, 0, -1, -1, register, 0, MAX);
  }

  /** A new value: what `register` holds where paths meet. */
  phi(register: number, low: number, high: number): Value {
    return this.#make(PHI, 0, -1, register, this.#unique++, low, high);
  }

  failure(): Value {
    return this.#make(FAILURE, 0, -1, -1, 0, 0, MAX);
  }

  isConstant(value: Value): boolean {
    return this.kind[value] === CONSTANT;
  }

  /** `operation` is one of BPF_ADD... BPF_XOR. */
  binary(operation: number, left: Value, right: Value): Value {
    const { kind, k } = this;
    if (kind[left] === FAILURE) return left;
    if (kind[right] === FAILURE) return right;
    if (kind[right] === CONSTANT) {
      const folded =
        kind[left] === CONSTANT ? fold(operation, k[left]!, k[right]!) : this.#withConstant(operation, left, k[right]!);
      if (folded === undefined) return this.failure();
      return kind[left] === CONSTANT ? this.constant(folded) : folded;
    }
    if (operation === BPF_ADD || operation === BPF_SUB) {
      // Constants outwards, where loads can take them into their offset.
      const more = this.constantOperand(left, BPF_ADD);
      const other = this.constantOperand(right, BPF_ADD);
      if (more > -1 || other > -1) {
        const sum = this.binary(operation, more > -1 ? this.left[left]! : left, other > -1 ? this.left[right]! : right);
        const constant = fold(operation, Math.max(more, 0), Math.max(other, 0))!;
        return this.binary(BPF_ADD, sum, this.constant(constant));
      }
    }
    if (COMMUTATIVE.has(operation)) {
      if (kind[left] === CONSTANT) return this.binary(operation, right, left);
      if (left === right) {
        if (operation === BPF_AND || operation === BPF_OR) return left;
        if (operation === BPF_XOR) return this.constant(0);
      }
      if (left > right) return this.#binary(operation, right, left);
    } else if (operation === BPF_SUB && left === right) {
      return this.constant(0);
    } else if (operation === BPF_SUB && kind[left] === CONSTANT && k[left] === 0) {
      return this.negate(right);
    }
    return this.#binary(operation, left, right);
  }

  /** The constant the other operand is combined with, or -1: `value` is not `operation` with a constant. */
  constantOperand(value: Value, operation: number): number {
    if (this.kind[value] !== BINARY || this.operation[value] !== operation) return -1;
    const right = this.right[value]!;
    return this.kind[right] === CONSTANT ? this.k[right]! : -1;
  }

  /** The offset of the IPv4-like header whose length this is, `4*([k]&0xf)`, or -1. */
  headerLength(value: Value): number {
    if (this.constantOperand(value, BPF_LSH) !== 2) return -1;
    const masked = this.left[value]!;
    if (this.constantOperand(masked, BPF_AND) !== 0xf) return -1;
    const byte = this.left[masked]!;
    return this.kind[byte] === PACKET && this.operation[byte] === BPF_B ? this.k[byte]! : -1;
  }

  /** `left` with the constant `k`; undefined: a division by zero. */
  #withConstant(operation: number, left: Value, k: number): Value | undefined {
    const { high } = this;
    switch (operation) {
      case BPF_ADD: {
        if (k === 0) return left;
        const more = this.constantOperand(left, BPF_ADD);
        if (more !== -1) return this.#withConstant(BPF_ADD, this.left[left]!, (more + k) >>> 0);
        break;
      }
      case BPF_SUB:
        return this.#withConstant(BPF_ADD, left, -k >>> 0);
      case BPF_AND: {
        if (k === 0) return this.constant(0);
        const more = this.constantOperand(left, BPF_AND);
        if (more !== -1) return this.#withConstant(BPF_AND, this.left[left]!, (more & k) >>> 0);
        // Bits that the operand never has are no part of the mask: equal masks look equal.
        const reach = bitsUpTo(high[left]!);
        const mask = (k & reach) >>> 0;
        if (mask === reach) return left;
        return this.#binary(BPF_AND, left, this.constant(mask));
      }
      case BPF_OR:
      case BPF_XOR:
        if (k === 0) return left;
        if (operation === BPF_OR && k === MAX) return this.constant(MAX);
        break;
      case BPF_LSH:
      case BPF_RSH: {
        if (k === 0) return left;
        // A shift by the width or more gives 0, as libpcap computes it.
        if (k > 31) return this.constant(0);
        if (operation === BPF_RSH && high[left]! >>> k === 0) return this.constant(0);
        const more = this.constantOperand(left, operation);
        if (more !== -1) return this.#withConstant(operation, this.left[left]!, more + k);
        break;
      }
      case BPF_MUL:
        if (k === 0) return this.constant(0);
        if (isPowerOfTwo(k)) return this.#withConstant(BPF_LSH, left, log2(k));
        break;
      case BPF_DIV:
        if (k === 0) return undefined;
        if (isPowerOfTwo(k)) return this.#withConstant(BPF_RSH, left, log2(k));
        if (high[left]! < k) return this.constant(0);
        break;
      case BPF_MOD:
        if (k === 0) return undefined;
        if (isPowerOfTwo(k)) return this.#withConstant(BPF_AND, left, k - 1);
        if (high[left]! < k) return left;
        break;
    }
    return this.#binary(operation, left, this.constant(k));
  }

  #binary(operation: number, left: Value, right: Value): Value {
    const [low, high] = rangeOf(operation, this.low[left]!, this.high[left]!, this.low[right]!, this.high[right]!);
    return this.#make(BINARY, operation, left, right, 0, low, high);
  }

  #make(kind: number, operation: number, left: Value, right: Value, k: number, low: number, high: number): Value {
    const known = this.kind.length;
    const value = this.#interner.intern(kind, operation, left, right, k);
    if (value === known) {
      this.kind.push(kind);
      this.operation.push(operation);
      this.left.push(left);
      this.right.push(right);
      this.k.push(k);
      this.low.push(low);
      this.high.push(high);
    }
    return value;
  }
}

export const COMMUTATIVE: ReadonlySet<number> = new Set([BPF_ADD, BPF_MUL, BPF_OR, BPF_AND, BPF_XOR]);

function maximum(size: number): number {
  return size === BPF_B ? 0xff : size === BPF_H ? 0xffff : MAX;
}

export function isPowerOfTwo(k: number): boolean {
  return k !== 0 && (k & (k - 1)) === 0;
}

function log2(k: number): number {
  return 31 - Math.clz32(k);
}

/** All bits up to the highest one of `k`. */
export function bitsUpTo(k: number): number {
  return k === 0 ? 0 : MAX >>> Math.clz32(k);
}

/** The bits of `mask` are the highest ones: a network mask. */
export function isPrefixMask(mask: number): boolean {
  const inverse = ~mask >>> 0;
  return (inverse & (inverse + 1)) === 0;
}

/** What the machine computes; undefined: a division by zero. */
export function fold(operation: number, left: number, right: number): number | undefined {
  switch (operation) {
    case BPF_ADD:
      return (left + right) >>> 0;
    case BPF_SUB:
      return (left - right) >>> 0;
    case BPF_MUL:
      return Math.imul(left, right) >>> 0;
    case BPF_DIV:
      return right === 0 ? undefined : Math.floor(left / right);
    case BPF_MOD:
      return right === 0 ? undefined : left % right;
    case BPF_AND:
      return (left & right) >>> 0;
    case BPF_OR:
      return (left | right) >>> 0;
    case BPF_XOR:
      return (left ^ right) >>> 0;
    case BPF_LSH:
      return right > 31 ? 0 : (left << right) >>> 0;
    case BPF_RSH:
      return right > 31 ? 0 : left >>> right;
    default:
      throw new RangeError(`not an ALU operation: ${operation}`);
  }
}

/** Bounds of a result from those of the operands. */
export function rangeOf(
  operation: number,
  leftLow: number,
  leftHigh: number,
  rightLow: number,
  rightHigh: number,
): readonly [low: number, high: number] {
  switch (operation) {
    case BPF_ADD:
      return leftHigh + rightHigh <= MAX ? [leftLow + rightLow, leftHigh + rightHigh] : FULL;
    case BPF_SUB:
      return leftLow >= rightHigh ? [leftLow - rightHigh, leftHigh - rightLow] : FULL;
    case BPF_MUL:
      return leftHigh * rightHigh <= MAX ? [leftLow * rightLow, leftHigh * rightHigh] : FULL;
    case BPF_DIV:
      return [0, rightLow > 0 ? Math.floor(leftHigh / rightLow) : leftHigh];
    case BPF_MOD:
      return [0, Math.min(leftHigh, Math.max(rightHigh - 1, 0))];
    case BPF_AND:
      return [0, Math.min(leftHigh, rightHigh)];
    case BPF_OR:
      return [Math.max(leftLow, rightLow), bitsUpTo((leftHigh | rightHigh) >>> 0)];
    case BPF_XOR:
      return [0, bitsUpTo((leftHigh | rightHigh) >>> 0)];
    case BPF_LSH:
      return rightHigh < 32 && leftHigh * 2 ** rightHigh <= MAX
        ? [leftLow * 2 ** rightLow, leftHigh * 2 ** rightHigh]
        : FULL;
    case BPF_RSH:
      return [rightHigh < 32 ? leftLow >>> rightHigh : 0, rightLow < 32 ? leftHigh >>> rightLow : 0];
    default:
      return FULL;
  }
}

const FULL = [0, MAX] as const;

const SYMBOLS: ReadonlyMap<number, string> = new Map([
  [BPF_ADD, '+'],
  [BPF_SUB, '-'],
  [BPF_MUL, '*'],
  [BPF_DIV, '/'],
  [BPF_MOD, '%'],
  [BPF_AND, '&'],
  [BPF_OR, '|'],
  [BPF_XOR, '^'],
  [BPF_LSH, '<<'],
  [BPF_RSH, '>>'],
]);

const SIZE_NAMES: ReadonlyMap<number, string> = new Map([
  [BPF_B, 'u8'],
  [BPF_H, 'u16'],
  [BPF_W, 'u32'],
]);

/** The expression in the notation of the graph's text form: `u16[12]`, `(u8[14] & 0xf)`, `u16[4*(u8[14]&0xf) + 14]`. */
export function valueText(values: Values, value: Value): string {
  const k = values.k[value]!;
  switch (values.kind[value]) {
    case CONSTANT:
      return k < 10 ? String(k) : `0x${k.toString(16)}`;
    case LENGTH:
      return 'len';
    case PACKET:
      return `${SIZE_NAMES.get(values.operation[value]!)}[${k}]`;
    case INDEXED:
      return `${SIZE_NAMES.get(values.operation[value]!)}[${valueText(values, values.left[value]!)} + ${k}]`;
    case NEGATE:
      return `-${valueText(values, values.left[value]!)}`;
    case REGISTER:
      return registerText(k);
    case PHI:
      return `phi${k}(${registerText(values.right[value]!)})`;
    case FAILURE:
      return 'failure';
  }
  const header = values.headerLength(value);
  if (header !== -1) return `4*(u8[${header}]&0xf)`;
  const left = valueText(values, values.left[value]!);
  const symbol = SYMBOLS.get(values.operation[value]!)!;
  const added = values.constantOperand(value, BPF_ADD);
  if (added >= 0x80000000) return `(${left} - ${valueText(values, values.constant(-added >>> 0))})`;
  return `(${left} ${symbol} ${valueText(values, values.right[value]!)})`;
}

function registerText(register: number): string {
  return register === A_REGISTER ? 'A' : register === X_REGISTER ? 'X' : `M${register}`;
}
