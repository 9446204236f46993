// The interpreter: a loop over decoded operations (decode.ts), registers in two arrays of 32-bit halves.
//
// The numbers of the cases are those of OP in decode.ts, written out: only literals become a jump table. Registers hold signed halves;
// what is stored into an Int32Array is cut to 32 bits by that. `>>> 0` reads a half as unsigned.
//
// One loop serves all: a run goes on until its budget is spent, a stepper's until the few operations that it asked for are.

import type { CallTarget, CompileOptions, EngineName, Executable, LinkedProgram, Machine } from '../engine.js';
import { ExecutionError } from '../engine.js';
import {
  atSlot,
  budgetSpent,
  callDepth,
  fellOffTheEnd,
  noFunction,
  noPacket,
  unalignedAtomic,
  unknownHelper,
  unknownInstruction,
  wildAccess,
} from '../fault.js';
import { DEFAULT_BUDGET, FRAME_STRIDE_BYTES, MAY_GOTO_LIMIT, runProgram, WORD } from '../machine.js';
import type { AddressSpace } from '../memory.js';
import { readLow, runAtomic, writeLow } from './atomic.js';
import { accessOf, type Decoded, decodeProgram, FAULT, PROGRAM_REGISTERS } from './decode.js';
import { divideSigned, divideUnsigned, multiplyHigh } from './wide.js';

/** What a local call saves: where it came from, its may_goto count, r6 to r10. */
export const SAVED_WORDS = 12;
/** The loop counts down in pieces of this size, which are small integers. */
const CHUNK = 2 ** 30 - 1;

const swap = (half: number): number => (half << 24) | ((half & 0xff00) << 8) | ((half >>> 8) & 0xff00) | (half >>> 24);

/** The slow way of a checked access: over the border of two eights of the shadow, or not allowed. */
function checkAccess(
  space: AddressSpace,
  slot: number,
  baseLow: number,
  baseHigh: number,
  offset: number,
  sizeBytes: number,
  write: boolean,
): void {
  const sum = (baseLow >>> 0) + offset;
  const high = (baseHigh + Math.floor(sum / 2 ** 32)) | 0;
  if (high !== 0 || !space.mayAccess(sum >>> 0, sizeBytes, write)) {
    throw wildAccess(space, slot, sum | 0, high, sizeBytes, write);
  }
}

/** A program made executable by the interpreter. */
export class InterpretedProgram implements Executable {
  readonly program: LinkedProgram;
  readonly engine: EngineName = 'interpreter';
  readonly counts?: Uint32Array;
  readonly budgetInstructions: number;
  readonly decoded: Decoded;
  /** Registers r0 to r10, then constants: low and high halves. */
  readonly low: Int32Array;
  readonly high: Int32Array;
  /** Next operation, of a run that stopped in between. */
  pc = 0;
  /** may_goto count of the function that runs, likewise. */
  loops = MAY_GOTO_LIMIT;
  readonly #checked: boolean;
  /** Executions of each slot; what is no instruction counts behind them. */
  readonly #counted: Uint32Array | undefined;
  readonly #countOf: Int32Array;
  #saved = new Int32Array(16 * SAVED_WORDS);
  #depth = 0;
  /** Runs that have begun and not ended. */
  #active = 0;
  /** The shadow of the memory as it was seen last. */
  #shadow = new Int8Array(0);

  constructor(
    program: LinkedProgram,
    targets: (id: number, kind: 'helper' | 'kfunc') => CallTarget | undefined,
    options: CompileOptions,
  ) {
    this.program = program;
    this.#checked = options.checked;
    this.budgetInstructions =
      options.budgetInstructions ?? (options.checked ? DEFAULT_BUDGET.checked : DEFAULT_BUDGET.unchecked);
    this.decoded = decodeProgram(program, targets, options.checked);
    const { constantsLow, constantsHigh, slotOf, isInstruction } = this.decoded;
    this.low = new Int32Array(PROGRAM_REGISTERS + constantsLow.length);
    this.high = new Int32Array(PROGRAM_REGISTERS + constantsHigh.length);
    this.low.set(constantsLow, PROGRAM_REGISTERS);
    this.high.set(constantsHigh, PROGRAM_REGISTERS);
    const slots = program.instructions.length;
    this.#countOf = slotOf.map((slot, operation) => (isInstruction[operation] ? slot : slots));
    if (options.coverage) {
      this.#counted = new Uint32Array(slots + 1);
      this.counts = this.#counted.subarray(0, slots);
    }
  }

  run(machine: Machine, contextAddress: number): number {
    return runProgram(this, machine, contextAddress, this.budgetInstructions);
  }

  enter(machine: Machine, startSlot: number, r1: number, r2: number, r3: number, r4: number, r5: number): number {
    const { low, high } = this;
    const depth = this.#depth;
    // A callback, or a tail call of the program to itself: what its caller keeps must come back.
    const nested = this.#active > 0;
    if (nested) this.#save(depth);
    this.#active++;
    try {
      this.begin(machine, startSlot, r1, r2, r3, r4, r5);
      this.execute(machine, this.#depth, Infinity);
      machine.high[0] = high[0]!;
      return low[0]! >>> 0;
    } finally {
      this.#active--;
      this.#depth = depth;
      if (nested) this.#restore(depth);
    }
  }

  /** Sets the registers and `pc` for a call of the function at `startSlot`. */
  begin(machine: Machine, startSlot: number, r1: number, r2: number, r3: number, r4: number, r5: number): void {
    const { low, high } = this;
    const entry = this.decoded.entries.get(startSlot);
    if (entry === undefined) throw noFunction(startSlot);
    for (let register = 0; register < PROGRAM_REGISTERS; register++) {
      low[register] = 0;
      high[register] = 0;
    }
    low[1] = r1;
    low[2] = r2;
    low[3] = r3;
    low[4] = r4;
    low[5] = r5;
    low[10] = machine.stackTop - machine.words[WORD.frame]! * FRAME_STRIDE_BYTES;
    this.pc = entry;
    this.loops = MAY_GOTO_LIMIT;
  }

  /** What local calls saved, SAVED_WORDS each, and how many words of it are in use. */
  get saved(): { readonly words: Int32Array; readonly depth: number } {
    return { words: this.#saved, depth: this.#depth };
  }

  /** Forgets local calls that were not returned from. */
  unwind(depth: number): void {
    this.#depth = depth;
  }

  /**
   * Runs from `pc` on until the function that began at call depth `base` exits (true), or until `most` operations are done (false; `pc`
   * is then the next one). Throws the run's fault.
   */
  execute(machine: Machine, base: number, most: number): boolean {
    const { low, high } = this;
    const { code, aux, slotOf, exitOperation, targets, atomics } = this.decoded;
    const { shadowAddress } = machine.space;
    const counted = this.#counted;
    const countOf = this.#countOf;
    const checked = this.#checked;
    const chunk = Math.min(CHUNK, most);
    let saved = this.#saved;
    let words = machine.words;
    let bytes = machine.space.bytes;
    let view = machine.space.view;
    // Address a's shadow byte is shadow[a >>> 3].
    let shadow = this.#shadow;
    if (shadow.buffer !== bytes.buffer) shadow = this.#shadow = new Int8Array(bytes.buffer, shadowAddress);
    let limit = bytes.length;
    let pc = this.pc;
    let loops = this.loops;
    let depth = this.#depth;
    let reserve = words[WORD.budget] >>> 0;
    let left = Math.min(reserve, chunk);
    reserve -= left;
    try {
      for (;;) {
        if (left === 0) {
          if (reserve === 0) throw budgetSpent(slotOf[pc], this.budgetInstructions);
          if (most !== Infinity) {
            this.pc = pc;
            this.loops = loops;
            this.#depth = depth;
            words[WORD.budget] = reserve;
            return false;
          }
          left = Math.min(reserve, chunk);
          reserve -= left;
        }
        left--;
        const word = code[pc];
        if (counted !== undefined) counted[countOf[pc]]++;
        pc++;
        const d = (word >>> 8) & 15;
        const s = word >>> 12;
        switch (word & 0xff) {
          case 0: {
            // add
            const sum = (low[d] + low[s]) | 0;
            high[d] = high[d] + high[s] + (sum >>> 0 < low[s] >>> 0 ? 1 : 0);
            low[d] = sum;
            break;
          }
          case 1: {
            // sub
            const a = low[d];
            const b = low[s];
            high[d] = high[d] - high[s] - (a >>> 0 < b >>> 0 ? 1 : 0);
            low[d] = a - b;
            break;
          }
          case 2: {
            // mul
            const a = low[d];
            const b = low[s];
            high[d] = multiplyHigh(a, b) + Math.imul(a, high[s]) + Math.imul(high[d], b);
            low[d] = Math.imul(a, b);
            break;
          }
          case 3: // div
            divideUnsigned(low, high, d, s, false);
            break;
          case 4: // sdiv
            divideSigned(low, high, d, s, false);
            break;
          case 5: // mod
            divideUnsigned(low, high, d, s, true);
            break;
          case 6: // smod
            divideSigned(low, high, d, s, true);
            break;
          case 7: // or
            low[d] |= low[s];
            high[d] |= high[s];
            break;
          case 8: // and
            low[d] &= low[s];
            high[d] &= high[s];
            break;
          case 9: // xor
            low[d] ^= low[s];
            high[d] ^= high[s];
            break;
          case 10: {
            // lsh
            const by = low[s] & 63;
            if (by >= 32) {
              high[d] = low[d] << by;
              low[d] = 0;
            } else if (by > 0) {
              high[d] = (high[d] << by) | (low[d] >>> (32 - by));
              low[d] <<= by;
            }
            break;
          }
          case 11: {
            // rsh
            const by = low[s] & 63;
            if (by >= 32) {
              low[d] = high[d] >>> by;
              high[d] = 0;
            } else if (by > 0) {
              low[d] = (low[d] >>> by) | (high[d] << (32 - by));
              high[d] >>>= by;
            }
            break;
          }
          case 12: {
            // arsh
            const by = low[s] & 63;
            if (by >= 32) {
              low[d] = high[d] >> by;
              high[d] >>= 31;
            } else if (by > 0) {
              low[d] = (low[d] >>> by) | (high[d] << (32 - by));
              high[d] >>= by;
            }
            break;
          }
          case 13: {
            // neg
            const negated = -low[d] | 0;
            high[d] = negated === 0 ? -high[d] : ~high[d];
            low[d] = negated;
            break;
          }
          case 14: // mov
            low[d] = low[s];
            high[d] = high[s];
            break;
          case 16: // add32
            low[d] = low[d] + low[s];
            high[d] = 0;
            break;
          case 17: // sub32
            low[d] = low[d] - low[s];
            high[d] = 0;
            break;
          case 18: // mul32
            low[d] = Math.imul(low[d], low[s]);
            high[d] = 0;
            break;
          case 19: {
            // div32
            const b = low[s] >>> 0;
            low[d] = b === 0 ? 0 : ((low[d] >>> 0) / b) >>> 0;
            high[d] = 0;
            break;
          }
          case 20: {
            // sdiv32
            const b = low[s];
            // -2^31 / -1 is 2^31, which is -2^31 again in 32 bits.
            low[d] = b === 0 ? 0 : (low[d] / b) | 0;
            high[d] = 0;
            break;
          }
          case 21: {
            // mod32
            const b = low[s] >>> 0;
            if (b !== 0) low[d] = (low[d] >>> 0) % b;
            high[d] = 0;
            break;
          }
          case 22: {
            // smod32
            const b = low[s];
            if (b !== 0) low[d] = low[d] % b;
            high[d] = 0;
            break;
          }
          case 23: // or32
            low[d] |= low[s];
            high[d] = 0;
            break;
          case 24: // and32
            low[d] &= low[s];
            high[d] = 0;
            break;
          case 25: // xor32
            low[d] ^= low[s];
            high[d] = 0;
            break;
          case 26: // lsh32
            low[d] <<= low[s];
            high[d] = 0;
            break;
          case 27: // rsh32
            low[d] >>>= low[s];
            high[d] = 0;
            break;
          case 28: // arsh32
            low[d] >>= low[s];
            high[d] = 0;
            break;
          case 29: // neg32
            low[d] = -low[d];
            high[d] = 0;
            break;
          case 30: // mov32
            low[d] = low[s];
            high[d] = 0;
            break;
          case 32: // movs8
            low[d] = (low[s] << 24) >> 24;
            high[d] = low[d] >> 31;
            break;
          case 33: // movs16
            low[d] = (low[s] << 16) >> 16;
            high[d] = low[d] >> 31;
            break;
          case 34: // movs32
            low[d] = low[s];
            high[d] = low[d] >> 31;
            break;
          case 35: // movs832
            low[d] = (low[s] << 24) >> 24;
            high[d] = 0;
            break;
          case 36: // movs1632
            low[d] = (low[s] << 16) >> 16;
            high[d] = 0;
            break;
          case 37: // le16
            low[d] &= 0xffff;
            high[d] = 0;
            break;
          case 38: // be16, bswap16
            low[d] = ((low[d] & 0xff) << 8) | ((low[d] >>> 8) & 0xff);
            high[d] = 0;
            break;
          case 39: // be32, bswap32
            low[d] = swap(low[d]);
            high[d] = 0;
            break;
          case 40: {
            // be64, bswap64
            const swapped = swap(low[d]);
            low[d] = swap(high[d]);
            high[d] = swapped;
            break;
          }
          case 41: // le64
            break;
          case 48: // jeq
            if (low[d] === low[s] && high[d] === high[s]) pc = aux[pc - 1];
            break;
          case 49: // jne
            if (low[d] !== low[s] || high[d] !== high[s]) pc = aux[pc - 1];
            break;
          case 50: // jgt
            if (high[d] === high[s] ? low[d] >>> 0 > low[s] >>> 0 : high[d] >>> 0 > high[s] >>> 0) pc = aux[pc - 1];
            break;
          case 51: // jge
            if (high[d] === high[s] ? low[d] >>> 0 >= low[s] >>> 0 : high[d] >>> 0 > high[s] >>> 0) pc = aux[pc - 1];
            break;
          case 52: // jlt
            if (high[d] === high[s] ? low[d] >>> 0 < low[s] >>> 0 : high[d] >>> 0 < high[s] >>> 0) pc = aux[pc - 1];
            break;
          case 53: // jle
            if (high[d] === high[s] ? low[d] >>> 0 <= low[s] >>> 0 : high[d] >>> 0 < high[s] >>> 0) pc = aux[pc - 1];
            break;
          case 54: // jsgt
            if (high[d] === high[s] ? low[d] >>> 0 > low[s] >>> 0 : high[d] > high[s]) pc = aux[pc - 1];
            break;
          case 55: // jsge
            if (high[d] === high[s] ? low[d] >>> 0 >= low[s] >>> 0 : high[d] > high[s]) pc = aux[pc - 1];
            break;
          case 56: // jslt
            if (high[d] === high[s] ? low[d] >>> 0 < low[s] >>> 0 : high[d] < high[s]) pc = aux[pc - 1];
            break;
          case 57: // jsle
            if (high[d] === high[s] ? low[d] >>> 0 <= low[s] >>> 0 : high[d] < high[s]) pc = aux[pc - 1];
            break;
          case 58: // jset
            if (((low[d] & low[s]) | (high[d] & high[s])) !== 0) pc = aux[pc - 1];
            break;
          case 64: // jeq32
            if (low[d] === low[s]) pc = aux[pc - 1];
            break;
          case 65: // jne32
            if (low[d] !== low[s]) pc = aux[pc - 1];
            break;
          case 66: // jgt32
            if (low[d] >>> 0 > low[s] >>> 0) pc = aux[pc - 1];
            break;
          case 67: // jge32
            if (low[d] >>> 0 >= low[s] >>> 0) pc = aux[pc - 1];
            break;
          case 68: // jlt32
            if (low[d] >>> 0 < low[s] >>> 0) pc = aux[pc - 1];
            break;
          case 69: // jle32
            if (low[d] >>> 0 <= low[s] >>> 0) pc = aux[pc - 1];
            break;
          case 70: // jsgt32
            if (low[d] > low[s]) pc = aux[pc - 1];
            break;
          case 71: // jsge32
            if (low[d] >= low[s]) pc = aux[pc - 1];
            break;
          case 72: // jslt32
            if (low[d] < low[s]) pc = aux[pc - 1];
            break;
          case 73: // jsle32
            if (low[d] <= low[s]) pc = aux[pc - 1];
            break;
          case 74: // jset32
            if ((low[d] & low[s]) !== 0) pc = aux[pc - 1];
            break;
          case 80: // ja, gotol
            pc = aux[pc - 1];
            break;
          case 81: // may_goto
            if (loops === 0) pc = aux[pc - 1];
            else loops--;
            break;
          case 82: {
            // call
            const target = targets[aux[pc - 1]];
            const { high: halves } = machine;
            halves[1] = high[1];
            halves[2] = high[2];
            halves[3] = high[3];
            halves[4] = high[4];
            halves[5] = high[5];
            words[WORD.budget] = left + reserve;
            this.#depth = depth;
            const r0 = target.call(machine, low[1] >>> 0, low[2] >>> 0, low[3] >>> 0, low[4] >>> 0, low[5] >>> 0);
            if (machine.words !== words) {
              words = machine.words;
              bytes = machine.space.bytes;
              view = machine.space.view;
              shadow = this.#shadow = new Int8Array(bytes.buffer, shadowAddress);
              limit = bytes.length;
            }
            saved = this.#saved;
            const remaining = words[WORD.budget] >>> 0;
            left = Math.min(remaining, left);
            reserve = remaining - left;
            low[0] = r0;
            switch (target.signature.result) {
              case 's32':
                high[0] = low[0] >> 31;
                break;
              case 'u64':
                high[0] = words[WORD.high];
                break;
              case 'void':
                low[0] = 0;
                high[0] = 0;
                break;
              default:
                high[0] = 0;
            }
            if (words[WORD.stop] !== 0) {
              words[WORD.stop] = 0;
              low[0] = words[WORD.resultLow];
              high[0] = words[WORD.resultHigh];
              pc = exitOperation;
            }
            break;
          }
          case 83: {
            // call_local
            const frame = words[WORD.frame] + 1;
            if (frame >= words[WORD.frameLimit]) throw callDepth(slotOf[pc - 1]);
            words[WORD.frame] = frame;
            if (depth + SAVED_WORDS > saved.length) saved = this.#growSaved();
            saved[depth] = pc;
            saved[depth + 1] = loops;
            for (let register = 6; register <= 10; register++) {
              saved[depth + register - 4] = low[register];
              saved[depth + register + 1] = high[register];
            }
            depth += SAVED_WORDS;
            low[10] = machine.stackTop - frame * FRAME_STRIDE_BYTES;
            high[10] = 0;
            loops = MAY_GOTO_LIMIT;
            pc = aux[pc - 1];
            break;
          }
          case 84: // exit
            if (depth === base) {
              this.#depth = depth;
              words[WORD.budget] = left + reserve;
              return true;
            }
            depth -= SAVED_WORDS;
            words[WORD.frame]--;
            pc = saved[depth];
            loops = saved[depth + 1];
            for (let register = 6; register <= 10; register++) {
              low[register] = saved[depth + register - 4];
              high[register] = saved[depth + register + 1];
            }
            break;
          case 88: {
            // ldxb
            const at = (low[s] + aux[pc - 1]) >>> 0;
            low[d] = view.getUint8(at);
            high[d] = 0;
            break;
          }
          case 89: {
            // ldxh
            const at = (low[s] + aux[pc - 1]) >>> 0;
            low[d] = view.getUint16(at, true);
            high[d] = 0;
            break;
          }
          case 90: {
            // ldxw
            const at = (low[s] + aux[pc - 1]) >>> 0;
            low[d] = view.getInt32(at, true);
            high[d] = 0;
            break;
          }
          case 91: {
            // ldxdw
            const at = (low[s] + aux[pc - 1]) >>> 0;
            low[d] = view.getInt32(at, true);
            high[d] = view.getInt32(at + 4, true);
            break;
          }
          case 92: {
            // ldxsb
            const at = (low[s] + aux[pc - 1]) >>> 0;
            low[d] = view.getInt8(at);
            high[d] = low[d] >> 31;
            break;
          }
          case 93: {
            // ldxsh
            const at = (low[s] + aux[pc - 1]) >>> 0;
            low[d] = view.getInt16(at, true);
            high[d] = low[d] >> 31;
            break;
          }
          case 94: {
            // ldxsw
            const at = (low[s] + aux[pc - 1]) >>> 0;
            low[d] = view.getInt32(at, true);
            high[d] = low[d] >> 31;
            break;
          }
          case 96: {
            // ldxb, checked
            const at = (low[s] + aux[pc - 1]) >>> 0;
            if (high[s] !== 0 || at >= limit || (shadow[at >>> 3] & 15) <= (at & 7)) {
              checkAccess(machine.space, slotOf[pc - 1], low[s], high[s], aux[pc - 1], 1, false);
            }
            low[d] = view.getUint8(at);
            high[d] = 0;
            break;
          }
          case 97: {
            // ldxh, checked
            const at = (low[s] + aux[pc - 1]) >>> 0;
            if (high[s] !== 0 || at >= limit || (at & 7) > 6 || (shadow[at >>> 3] & 15) < (at & 7) + 2) {
              checkAccess(machine.space, slotOf[pc - 1], low[s], high[s], aux[pc - 1], 2, false);
            }
            low[d] = view.getUint16(at, true);
            high[d] = 0;
            break;
          }
          case 98: {
            // ldxw, checked
            const at = (low[s] + aux[pc - 1]) >>> 0;
            if (high[s] !== 0 || at >= limit || (at & 7) > 4 || (shadow[at >>> 3] & 15) < (at & 7) + 4) {
              checkAccess(machine.space, slotOf[pc - 1], low[s], high[s], aux[pc - 1], 4, false);
            }
            low[d] = view.getInt32(at, true);
            high[d] = 0;
            break;
          }
          case 99: {
            // ldxdw, checked
            const at = (low[s] + aux[pc - 1]) >>> 0;
            if (high[s] !== 0 || at >= limit || (at & 7) > 0 || (shadow[at >>> 3] & 15) < (at & 7) + 8) {
              checkAccess(machine.space, slotOf[pc - 1], low[s], high[s], aux[pc - 1], 8, false);
            }
            low[d] = view.getInt32(at, true);
            high[d] = view.getInt32(at + 4, true);
            break;
          }
          case 100: {
            // ldxsb, checked
            const at = (low[s] + aux[pc - 1]) >>> 0;
            if (high[s] !== 0 || at >= limit || (shadow[at >>> 3] & 15) <= (at & 7)) {
              checkAccess(machine.space, slotOf[pc - 1], low[s], high[s], aux[pc - 1], 1, false);
            }
            low[d] = view.getInt8(at);
            high[d] = low[d] >> 31;
            break;
          }
          case 101: {
            // ldxsh, checked
            const at = (low[s] + aux[pc - 1]) >>> 0;
            if (high[s] !== 0 || at >= limit || (at & 7) > 6 || (shadow[at >>> 3] & 15) < (at & 7) + 2) {
              checkAccess(machine.space, slotOf[pc - 1], low[s], high[s], aux[pc - 1], 2, false);
            }
            low[d] = view.getInt16(at, true);
            high[d] = low[d] >> 31;
            break;
          }
          case 102: {
            // ldxsw, checked
            const at = (low[s] + aux[pc - 1]) >>> 0;
            if (high[s] !== 0 || at >= limit || (at & 7) > 4 || (shadow[at >>> 3] & 15) < (at & 7) + 4) {
              checkAccess(machine.space, slotOf[pc - 1], low[s], high[s], aux[pc - 1], 4, false);
            }
            low[d] = view.getInt32(at, true);
            high[d] = low[d] >> 31;
            break;
          }
          case 104: {
            // stb, stxb
            const at = (low[d] + aux[pc - 1]) >>> 0;
            view.setInt8(at, low[s]);
            break;
          }
          case 105: {
            // sth, stxh
            const at = (low[d] + aux[pc - 1]) >>> 0;
            view.setInt16(at, low[s], true);
            break;
          }
          case 106: {
            // stw, stxw
            const at = (low[d] + aux[pc - 1]) >>> 0;
            view.setInt32(at, low[s], true);
            break;
          }
          case 107: {
            // stdw, stxdw
            const at = (low[d] + aux[pc - 1]) >>> 0;
            view.setInt32(at + 4, high[s], true);
            view.setInt32(at, low[s], true);
            break;
          }
          case 108: {
            // stb, stxb, checked
            const at = (low[d] + aux[pc - 1]) >>> 0;
            if (high[d] !== 0 || at >= limit || shadow[at >>> 3] <= (at & 7)) {
              checkAccess(machine.space, slotOf[pc - 1], low[d], high[d], aux[pc - 1], 1, true);
            }
            view.setInt8(at, low[s]);
            break;
          }
          case 109: {
            // sth, stxh, checked
            const at = (low[d] + aux[pc - 1]) >>> 0;
            if (high[d] !== 0 || at >= limit || (at & 7) > 6 || shadow[at >>> 3] < (at & 7) + 2) {
              checkAccess(machine.space, slotOf[pc - 1], low[d], high[d], aux[pc - 1], 2, true);
            }
            view.setInt16(at, low[s], true);
            break;
          }
          case 110: {
            // stw, stxw, checked
            const at = (low[d] + aux[pc - 1]) >>> 0;
            if (high[d] !== 0 || at >= limit || (at & 7) > 4 || shadow[at >>> 3] < (at & 7) + 4) {
              checkAccess(machine.space, slotOf[pc - 1], low[d], high[d], aux[pc - 1], 4, true);
            }
            view.setInt32(at, low[s], true);
            break;
          }
          case 111: {
            // stdw, stxdw, checked
            const at = (low[d] + aux[pc - 1]) >>> 0;
            if (high[d] !== 0 || at >= limit || (at & 7) > 0 || shadow[at >>> 3] < (at & 7) + 8) {
              checkAccess(machine.space, slotOf[pc - 1], low[d], high[d], aux[pc - 1], 8, true);
            }
            view.setInt32(at + 4, high[s], true);
            view.setInt32(at, low[s], true);
            break;
          }
          case 112: {
            // atomics
            const atomic = atomics[aux[pc - 1]];
            const at = (low[d] + atomic.offset) >>> 0;
            if ((at & (atomic.sizeBytes - 1)) !== 0) throw unalignedAtomic(slotOf[pc - 1], at, atomic.sizeBytes);
            if (checked)
              checkAccess(machine.space, slotOf[pc - 1], low[d], high[d], atomic.offset, atomic.sizeBytes, true);
            runAtomic(atomic, view, at, low, high, s);
            break;
          }
          case 113: {
            // load_acquire
            const { offset, sizeBytes } = atomics[aux[pc - 1]];
            const at = (low[s] + offset) >>> 0;
            if ((at & (sizeBytes - 1)) !== 0) throw unalignedAtomic(slotOf[pc - 1], at, sizeBytes);
            if (checked) checkAccess(machine.space, slotOf[pc - 1], low[s], high[s], offset, sizeBytes, false);
            high[d] = sizeBytes === 8 ? view.getInt32(at + 4, true) : 0;
            low[d] = readLow(view, at, sizeBytes);
            break;
          }
          case 114: {
            // store_release
            const { offset, sizeBytes } = atomics[aux[pc - 1]];
            const at = (low[d] + offset) >>> 0;
            if ((at & (sizeBytes - 1)) !== 0) throw unalignedAtomic(slotOf[pc - 1], at, sizeBytes);
            if (checked) checkAccess(machine.space, slotOf[pc - 1], low[d], high[d], offset, sizeBytes, true);
            if (sizeBytes === 8) view.setInt32(at + 4, high[s], true);
            writeLow(view, at, sizeBytes, low[s]);
            break;
          }
          case 115: {
            // ldabs, ldind
            const { loadPacket } = machine;
            if (!loadPacket) throw noPacket(slotOf[pc - 1]);
            const loaded = loadPacket(machine, (low[s] + aux[pc - 1]) | 0, 1 << d);
            low[0] = loaded;
            high[0] = 0;
            if (loaded < 0) {
              low[0] = 0;
              pc = exitOperation;
            }
            break;
          }
          case 116: // what cannot run
            throw this.#fault(pc - 1, s);
        }
      }
    } catch (error) {
      this.pc = pc - 1;
      this.#depth = depth;
      if (error instanceof ExecutionError) throw atSlot(error, slotOf[pc - 1]);
      // An unchecked access outside of the whole memory.
      if (error instanceof RangeError) throw this.#outside(machine, pc - 1, error);
      throw error;
    }
  }

  /** Saves r6 to r10 as a local call does. */
  #save(depth: number): void {
    const saved = depth + SAVED_WORDS > this.#saved.length ? this.#growSaved() : this.#saved;
    for (let register = 6; register <= 10; register++) {
      saved[depth + register - 4] = this.low[register]!;
      saved[depth + register + 1] = this.high[register]!;
    }
    this.#depth = depth + SAVED_WORDS;
  }

  #restore(depth: number): void {
    for (let register = 6; register <= 10; register++) {
      this.low[register] = this.#saved[depth + register - 4]!;
      this.high[register] = this.#saved[depth + register + 1]!;
    }
  }

  #growSaved(): Int32Array<ArrayBuffer> {
    const grown = new Int32Array(this.#saved.length * 2);
    grown.set(this.#saved);
    this.#saved = grown;
    return grown;
  }

  #fault(operation: number, detail: number): ExecutionError {
    const slot = this.decoded.slotOf[operation]!;
    switch (this.decoded.aux[operation]) {
      case FAULT.fellOffTheEnd:
        return fellOffTheEnd(slot);
      case FAULT.unknownHelper:
        return unknownHelper(slot, this.low[detail]!, this.high[detail] === 0 ? 'helper' : 'kfunc');
      default:
        return unknownInstruction(slot, detail);
    }
  }

  /** The fault behind a RangeError of the view; the error itself when the operation touches no memory. */
  #outside(machine: Machine, operation: number, error: RangeError): Error {
    const { code, aux, slotOf, atomics } = this.decoded;
    const access = accessOf(code[operation]!, aux[operation]!, atomics);
    if (!access) return error;
    const sum = (this.low[access.register]! >>> 0) + access.offset;
    return wildAccess(machine.space, slotOf[operation]!, sum | 0, 0, access.sizeBytes, access.write);
  }
}
