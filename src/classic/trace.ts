// The machine step by step: the interpreter written for reading, which says after each instruction what it did and why it
// stopped. Slow; interpret.ts is the fast one, and the tests hold the two together.

import {
  BPF_MEMWORDS,
  type ClassicInstruction,
  type ClassicProgram,
  instructionRow,
  SECCOMP_DATA_BYTES,
  successors,
} from '../isa/index.js';
import { ABSENT, type Ancillary, absentResult, headerOffset, loadAncillary } from './ancillary.js';
import { DIALECTS, type DialectRow } from './dialect.js';
import { assertRunnable, DEFAULT_STEP_BUDGET, type RunOptions } from './run-options.js';

/** Why a program ended, and the result. */
export type Outcome =
  | { readonly kind: 'return'; readonly value: number; readonly reason: string }
  /** The machine itself gave up; the result is 0, but for loads that ask a packet without interface for it. */
  | { readonly kind: 'load' | 'ancillary' | 'division' | 'budget'; readonly value: number; readonly reason: string };

/** One executed instruction. Registers are unsigned 32-bit numbers as they are after it. */
export interface Step {
  readonly pc: number;
  readonly instruction: ClassicInstruction;
  readonly a: number;
  readonly x: number;
  /** M[0] to M[15]. */
  readonly m: readonly number[];
  /** The next instruction's index; undefined when this one ended the program. */
  readonly next: number | undefined;
  /** For a load from the packet: where it read. */
  readonly read?: { readonly offset: number; readonly bytes: number };
  readonly outcome?: Outcome;
}

interface Machine {
  readonly packet: Uint8Array;
  readonly wireLength: number;
  readonly dialect: DialectRow;
  readonly isLittleEndian: boolean;
  readonly ancillary: Ancillary | undefined;
  a: number;
  x: number;
  m: readonly number[];
  read: Step['read'];
}

/**
 * Runs a program and yields each step; the last carries the outcome. Takes what interpret() takes, throws what it throws.
 */
export function* trace(
  program: ClassicProgram,
  packet: Uint8Array,
  wireLength: number = packet.length,
  options: RunOptions & { readonly ancillary?: Ancillary } = {},
): Generator<Step, Outcome> {
  const dialect = DIALECTS[options.dialect ?? 'libpcap'];
  assertRunnable(program, dialect);
  const machine: Machine = {
    packet,
    wireLength: dialect.name === 'seccomp' ? SECCOMP_DATA_BYTES : wireLength,
    dialect,
    isLittleEndian: dialect.words === 'host' && (options.byteOrder ?? 'little') === 'little',
    ancillary: options.ancillary,
    a: 0,
    x: 0,
    m: new Array<number>(BPF_MEMWORDS).fill(0),
    read: undefined,
  };
  const budget = options.stepBudget ?? DEFAULT_STEP_BUDGET;
  let spent = 0;
  for (let pc = 0; ; ) {
    const insn = program[pc]!;
    let outcome = stepOnce(machine, insn);
    const [taken, otherwise] = successors(insn, pc);
    const next = otherwise === undefined || isTaken(machine, insn) ? taken : otherwise;
    if (!outcome && next !== undefined && next <= pc) {
      spent += pc + 1 - next;
      if (spent > budget) {
        outcome = { kind: 'budget', value: 0, reason: `stopped after about ${budget} steps in a loop` };
      }
    }
    yield {
      pc,
      instruction: insn,
      a: machine.a,
      x: machine.x,
      m: machine.m,
      next: outcome ? undefined : next,
      ...(machine.read && { read: machine.read }),
      ...(outcome && { outcome }),
    };
    if (outcome) return outcome;
    pc = next!;
  }
}

/** Whether a conditional jump is taken. */
function isTaken(machine: Machine, insn: ClassicInstruction): boolean {
  const { mnemonic, operand } = instructionRow(insn.code)!;
  const right = operand === 'cond-x' ? machine.x : insn.k;
  switch (mnemonic) {
    case 'jeq':
      return machine.a === right;
    case 'jgt':
      return machine.a > right;
    case 'jge':
      return machine.a >= right;
    default:
      return (machine.a & right) !== 0;
  }
}

/** Executes what is not a jump; answers with the outcome if the program ends here. */
function stepOnce(machine: Machine, insn: ClassicInstruction): Outcome | undefined {
  const row = instructionRow(insn.code)!;
  const { k } = insn;
  machine.read = undefined;
  switch (row.class) {
    case 'ret': {
      const value = row.operand === 'a' ? machine.a : k;
      return { kind: 'return', value, reason: value === 0 ? 'returned 0: rejected' : `returned ${value}: accepted` };
    }
    case 'ld':
    case 'ldx': {
      const value = load(machine, insn);
      if (typeof value !== 'number') return value;
      if (row.class === 'ld') machine.a = value;
      else machine.x = value;
      return undefined;
    }
    case 'st':
    case 'stx':
      machine.m = machine.m.with(k, row.class === 'st' ? machine.a : machine.x);
      return undefined;
    case 'misc':
      if (row.mnemonic === 'tax') machine.x = machine.a;
      else machine.a = machine.x;
      return undefined;
    case 'alu': {
      const right = row.operand === 'x' ? machine.x : k;
      if (right === 0 && (row.mnemonic === 'div' || row.mnemonic === 'mod')) {
        return { kind: 'division', value: 0, reason: `${row.mnemonic} by X, which is 0: rejected` };
      }
      machine.a = compute(row.mnemonic, machine.a, right, row.operand === 'x' ? machine.dialect : undefined);
      return undefined;
    }
    default:
      return undefined;
  }
}

/** Unsigned 32-bit arithmetic. `dialect` is given for a shift by X. */
function compute(mnemonic: string, a: number, right: number, dialect: DialectRow | undefined): number {
  const count = dialect?.wideShift === 'masked' ? right % 32 : right;
  switch (mnemonic) {
    case 'add':
      return (a + right) % 2 ** 32;
    case 'sub':
      return (a - right + 2 ** 32) % 2 ** 32;
    case 'mul':
      return Math.imul(a, right) >>> 0;
    case 'div':
      return Math.floor(a / right);
    case 'mod':
      return a % right;
    case 'and':
      return (a & right) >>> 0;
    case 'or':
      return (a | right) >>> 0;
    case 'xor':
      return (a ^ right) >>> 0;
    case 'lsh':
      return count > 31 ? 0 : (a * 2 ** count) % 2 ** 32;
    case 'rsh':
      return count > 31 ? 0 : Math.floor(a / 2 ** count);
    default:
      // neg
      return (2 ** 32 - a) % 2 ** 32;
  }
}

const SIZES: Readonly<Record<string, number>> = { ld: 4, ldh: 2, ldb: 1, ldxb: 1 };

/** The value that a load gives, or the outcome when it cannot. */
function load(machine: Machine, insn: ClassicInstruction): number | Outcome {
  const { mnemonic, operand } = instructionRow(insn.code)!;
  const { k } = insn;
  const { a, x, packet, dialect } = machine;
  const size = SIZES[mnemonic]!;
  switch (operand) {
    case 'imm':
      return k;
    case 'mem':
      return machine.m[k]!;
    case 'len':
      return machine.wireLength >>> 0;
    case 'abs': {
      const row = dialect.ancillary(k, size);
      if (!row) return readPacket(machine, k, size);
      const value = loadAncillary(row.offset, machine.ancillary, a, x, packet, 0, packet.length);
      if (value !== ABSENT) return value;
      const result = absentResult(row.offset, a);
      const reason = `${row.macro} is not known for this packet: ${result === 0 ? 'rejected' : `returned A, ${result}`}`;
      return { kind: 'ancillary', value: result, reason };
    }
    case 'ind':
      return readPacket(machine, dialect.indexWraps ? (x + k) % 2 ** 32 : x + k, size);
    default: {
      const value = readPacket(machine, k, 1);
      return typeof value === 'number' ? 4 * (value & 0xf) : value;
    }
  }
}

/** `size` bytes of the packet at `offset`, an unsigned number that is a negative one to Linux if its upper bit is set. */
function readPacket(machine: Machine, offset: number, size: number): number | Outcome {
  const { packet, dialect, isLittleEndian } = machine;
  let at = offset;
  if (offset >= 2 ** 31 && dialect.headerOffsets) {
    at = headerOffset(offset, machine.ancillary);
  }
  if (at === ABSENT || at + size > packet.length) {
    const where =
      at === ABSENT ? `the header that offset ${offset | 0} counts from is not known` : beyond(at, size, packet);
    return { kind: 'load', value: 0, reason: `${where}: rejected` };
  }
  machine.read = { offset: at, bytes: size };
  let value = 0;
  for (let index = 0; index < size; index++) {
    value = value * 256 + packet[isLittleEndian ? at + size - 1 - index : at + index]!;
  }
  return value;
}

function beyond(at: number, size: number, packet: Uint8Array): string {
  const what = size === 1 ? '1 byte' : `${size} bytes`;
  return `${what} at offset ${at}, but only ${packet.length} bytes were captured`;
}
