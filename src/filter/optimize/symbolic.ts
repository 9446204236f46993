// Runs statements on expressions instead of numbers: what A, X and the registers hold afterwards.

import {
  BPF_ABS,
  BPF_ALU,
  BPF_AND,
  BPF_B,
  BPF_IMM,
  BPF_IND,
  BPF_LD,
  BPF_LDX,
  BPF_LEN,
  BPF_LSH,
  BPF_MEM,
  BPF_MISC,
  BPF_MSH,
  BPF_NEG,
  BPF_ST,
  BPF_STX,
  BPF_TXA,
  BPF_X,
  SKF_AD_OFF,
} from '../../isa/index.js';
import { A_REGISTER, type Value, type Values, X_REGISTER } from './values.js';

const CLASS = 0x07;
const SIZE = 0x18;
const MODE = 0xe0;
const OPERATION = 0xf0;
const RECENT = 16;

export class SymbolicMachine {
  readonly values: Values;
  /** -1: untouched since the start. */
  a: Value = -1;
  x: Value = -1;
  /** register -> what was stored there. */
  memory: Map<number, Value> | undefined;

  // The loads of the last leaves: lists load the same few words again and again.
  readonly #recentCodes: number[] = new Array<number>(RECENT).fill(-1);
  readonly #recentOffsets: number[] = new Array<number>(RECENT).fill(0);
  readonly #recentValues: Value[] = new Array<number>(RECENT).fill(0);

  constructor(values: Values) {
    this.values = values;
  }

  /** Forgets everything: the next statement is a leaf's first. */
  reset(): void {
    this.a = -1;
    this.x = -1;
    this.memory = undefined;
  }

  get accumulator(): Value {
    return this.a === -1 ? this.values.register(A_REGISTER) : this.a;
  }

  get index(): Value {
    return this.x === -1 ? this.values.register(X_REGISTER) : this.x;
  }

  /** One instruction that neither jumps nor returns. */
  step(code: number, k: number): void {
    const { values } = this;
    switch (code & CLASS) {
      case BPF_LD:
        this.a = this.#load(code, k);
        break;
      case BPF_LDX:
        if ((code & MODE) === BPF_MSH) {
          const byte = values.packet(BPF_B, k);
          this.x = values.binary(BPF_LSH, values.binary(BPF_AND, byte, values.constant(0xf)), values.constant(2));
        } else {
          this.x = this.#load(code, k);
        }
        break;
      case BPF_ST:
        (this.memory ??= new Map()).set(k, this.accumulator);
        break;
      case BPF_STX:
        (this.memory ??= new Map()).set(k, this.index);
        break;
      case BPF_ALU: {
        const operation = code & OPERATION;
        if (operation === BPF_NEG) this.a = values.negate(this.accumulator);
        else this.a = values.binary(operation, this.accumulator, code & BPF_X ? this.index : values.constant(k));
        break;
      }
      case BPF_MISC:
        if ((code & 0xf8) === BPF_TXA) this.a = this.index;
        else this.x = this.accumulator;
        break;
    }
  }

  #load(code: number, k: number): Value {
    const { values } = this;
    switch (code & MODE) {
      case BPF_IMM:
        return values.constant(k);
      case BPF_ABS: {
        if (k >= SKF_AD_OFF) return values.packet(code & SIZE, k);
        const place = (k >>> 1) & (RECENT - 1);
        if (this.#recentCodes[place] !== code || this.#recentOffsets[place] !== k) {
          this.#recentCodes[place] = code;
          this.#recentOffsets[place] = k;
          this.#recentValues[place] = values.packet(code & SIZE, k);
        }
        return this.#recentValues[place]!;
      }
      case BPF_IND:
        return values.indexed(code & SIZE, this.index, k);
      case BPF_MEM:
        return this.memory?.get(k) ?? values.register(k);
      case BPF_LEN:
        return values.length();
      default:
        throw new RangeError(`no such load: ${code}`);
    }
  }
}
