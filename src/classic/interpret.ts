// The interpreter: bpf_filter() of libpcap, and the Linux kernel's two variations of it (see dialect.ts).
//
// A program is prepared once: checked, jumps made absolute, every case that is known beforehand (a load that cannot be inside
// a packet, a shift of 32, an ancillary load) turned into an operation of its own, all in one flat Int32Array. Running it
// allocates nothing. Registers are kept as signed 32-bit integers, which is what JavaScript engines keep in machine
// registers; `>>> 0` makes them unsigned where that matters: comparison, division and the result.
//
// step.ts is the same machine written for reading; the tests hold the two together.

import {
  BPF_MEMWORDS,
  type ByteOrder,
  type ClassicInstruction,
  type ClassicProgram,
  instructionRow,
  SECCOMP_DATA_BYTES,
  SKF_AD_OFF,
} from '../isa/index.js';
import { ABSENT, type Ancillary, absentResult, headerOffset, loadAncillary } from './ancillary.js';
import { DIALECTS, type Dialect, type DialectRow } from './dialect.js';
import { assertRunnable, DEFAULT_STEP_BUDGET, type RunOptions } from './run-options.js';

/** A program ready to run. */
export interface PreparedProgram {
  readonly program: ClassicProgram;
  readonly dialect: Dialect;
  /**
   * Runs over a packet: `packet` holds its captured bytes, `wireLength` is its length on the wire.
   * Returns the program's unsigned 32-bit result: the number of bytes to keep, 0 to reject.
   */
  run(packet: Uint8Array, wireLength: number, ancillary?: Ancillary): number;
  /** The same over `capturedLength` bytes at `offset` of a larger buffer, which lie inside it. */
  runAt(buffer: Uint8Array, offset: number, capturedLength: number, wireLength: number, ancillary?: Ancillary): number;
}

/**
 * Checks and prepares a program. Throws SkepError when it cannot run: unknown instructions, jumps out of the program,
 * scratch words that do not exist, division by the constant 0.
 */
export function prepare(program: ClassicProgram, options: RunOptions = {}): PreparedProgram {
  const dialect = DIALECTS[options.dialect ?? 'libpcap'];
  assertRunnable(program, dialect);
  const flat = flatten(program, dialect, options.byteOrder ?? 'little');
  const stepBudget = options.stepBudget ?? DEFAULT_STEP_BUDGET;
  const memory = new Int32Array(BPF_MEMWORDS);
  const usesMemory = program.some(({ code }) => instructionRow(code)?.operand === 'mem');
  const fixedLength = dialect.name === 'seccomp' ? SECCOMP_DATA_BYTES : undefined;

  const runAt: PreparedProgram['runAt'] = (buffer, offset, capturedLength, wireLength, ancillary) => {
    if (usesMemory) memory.fill(0);
    return execute(flat, memory, buffer, offset, capturedLength, fixedLength ?? wireLength, stepBudget, ancillary);
  };
  return {
    program,
    dialect: dialect.name,
    run: (packet, wireLength, ancillary) => runAt(packet, 0, packet.length, wireLength, ancillary),
    runAt,
  };
}

/** Prepares and runs in one go: for one packet. Throws as prepare() does. */
export function interpret(
  program: ClassicProgram,
  packet: Uint8Array,
  wireLength: number = packet.length,
  options: RunOptions & { readonly ancillary?: Ancillary } = {},
): number {
  return prepare(program, options).run(packet, wireLength, options.ancillary);
}

// Operations of the flat form. Four words each: operation, constant, and the word indices of the two successors of a jump.
// The cases of execute() write the numbers out, because a switch over literals becomes a jump table.
const OPERATIONS: Readonly<Record<string, number>> = {
  'ret imm': 0,
  'ret a': 1,
  reject: 2,
  'ld abs': 3,
  'ldh abs': 4,
  'ldb abs': 5,
  'ld ind': 6,
  'ldh ind': 7,
  'ldb ind': 8,
  'ldxb msh': 9,
  'ld imm': 10,
  'ldx imm': 11,
  'ld mem': 12,
  'ldx mem': 13,
  'st mem': 14,
  'stx mem': 15,
  'ld len': 16,
  'ldx len': 17,
  'ja goto': 18,
  'jeq cond-k': 19,
  'jgt cond-k': 20,
  'jge cond-k': 21,
  'jset cond-k': 22,
  'jeq cond-x': 23,
  'jgt cond-x': 24,
  'jge cond-x': 25,
  'jset cond-x': 26,
  'add imm': 27,
  'sub imm': 28,
  'mul imm': 29,
  'div imm': 30,
  'mod imm': 31,
  'and imm': 32,
  'or imm': 33,
  'xor imm': 34,
  'lsh imm': 35,
  'rsh imm': 36,
  'add x': 37,
  'sub x': 38,
  'mul x': 39,
  'div x': 40,
  'mod x': 41,
  'and x': 42,
  'or x': 43,
  'xor x': 44,
  'lsh x': 45,
  'rsh x': 46,
  'neg none': 47,
  'tax none': 48,
  'txa none': 49,
  // What the opcodes alone do not say.
  'ja back': 50,
  'lsh x masked': 51,
  'rsh x masked': 52,
  ancillary: 53,
  'ld header': 54,
  'ldh header': 55,
  'ldb header': 56,
  'ldxb header': 57,
  'ld ind wraps': 58,
  'ldh ind wraps': 59,
  'ldb ind wraps': 60,
  'ld word little': 61,
};

const LOAD_BYTES: Readonly<Record<string, number>> = { ld: 4, ldh: 2, ldb: 1, ldxb: 1 };

function flatten(program: ClassicProgram, dialect: DialectRow, byteOrder: ByteOrder): Int32Array {
  const flat = new Int32Array(program.length * 4);
  program.forEach((insn, pc) => {
    const { operation, constant } = lower(insn, dialect, byteOrder);
    flat[pc * 4] = OPERATIONS[operation]!;
    flat[pc * 4 + 1] = constant;
    const isJump = instructionRow(insn.code)!.class === 'jmp';
    const isAlways = instructionRow(insn.code)!.operand === 'goto';
    flat[pc * 4 + 2] = isJump ? (pc + 1 + (isAlways ? insn.k | 0 : insn.jt)) * 4 : 0;
    flat[pc * 4 + 3] = isJump && !isAlways ? (pc + 1 + insn.jf) * 4 : 0;
  });
  return flat;
}

function lower(
  insn: ClassicInstruction,
  dialect: DialectRow,
  byteOrder: ByteOrder,
): { readonly operation: string; readonly constant: number } {
  const { k } = insn;
  const { mnemonic, operand } = instructionRow(insn.code)!;
  const plain = { operation: `${mnemonic} ${operand}`, constant: k | 0 };
  switch (operand) {
    case 'abs': {
      const row = dialect.ancillary(k, LOAD_BYTES[mnemonic]!);
      if (row) return { operation: 'ancillary', constant: row.offset };
      if (k > 0x7fffffff) {
        return dialect.headerOffsets && k < SKF_AD_OFF
          ? { operation: `${mnemonic} header`, constant: k | 0 }
          : { operation: 'reject', constant: 0 };
      }
      return dialect.words === 'host' && byteOrder === 'little' && mnemonic === 'ld'
        ? { operation: 'ld word little', constant: k }
        : plain;
    }
    case 'ind':
      if (dialect.indexWraps) return { operation: `${mnemonic} ind wraps`, constant: k | 0 };
      return k > 0x7fffffff ? { operation: 'reject', constant: 0 } : plain;
    case 'msh':
      if (k <= 0x7fffffff) return plain;
      return dialect.headerOffsets
        ? { operation: 'ldxb header', constant: k | 0 }
        : { operation: 'reject', constant: 0 };
    case 'x':
      return dialect.wideShift === 'masked' && (mnemonic === 'lsh' || mnemonic === 'rsh')
        ? { operation: `${plain.operation} masked`, constant: 0 }
        : plain;
    case 'imm':
      // Linux refuses constant shifts of 32 and more; elsewhere all bits are shifted out.
      if ((mnemonic === 'lsh' || mnemonic === 'rsh') && k > 31) return { operation: 'and imm', constant: 0 };
      return plain;
    case 'goto':
      return (k | 0) < 0 ? { operation: 'ja back', constant: -(k | 0) } : plain;
    default:
      return plain;
  }
}

/** Runs the flat form. The packet is the `length` bytes of `bytes` at `start`. */
function execute(
  flat: Int32Array,
  memory: Int32Array,
  bytes: Uint8Array,
  start: number,
  length: number,
  wireLength: number,
  stepBudget: number,
  ancillary: Ancillary | undefined,
): number {
  let pc = 0;
  let a = 0;
  let x = 0;
  let steps = stepBudget;
  for (;;) {
    const k = flat[pc + 1]!;
    switch (flat[pc]) {
      case 0: // ret #k
        return k >>> 0;
      case 1: // ret a
        return a >>> 0;
      case 2: // reject
        return 0;
      case 3: {
        // ld [k]
        if (k > length - 4) return 0;
        const at = start + k;
        a = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
        break;
      }
      case 4: {
        // ldh [k]
        if (k > length - 2) return 0;
        const at = start + k;
        a = (bytes[at]! << 8) | bytes[at + 1]!;
        break;
      }
      case 5: // ldb [k]
        if (k >= length) return 0;
        a = bytes[start + k]!;
        break;
      case 6: {
        // ld [x + k]; X of 2^31 and more is beyond any packet
        if (x < 0 || x > length - 4 - k) return 0;
        const at = start + x + k;
        a = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
        break;
      }
      case 7: {
        // ldh [x + k]
        if (x < 0 || x > length - 2 - k) return 0;
        const at = start + x + k;
        a = (bytes[at]! << 8) | bytes[at + 1]!;
        break;
      }
      case 8: // ldb [x + k]
        if (x < 0 || x >= length - k) return 0;
        a = bytes[start + x + k]!;
        break;
      case 9: // ldxb 4*([k]&0xf)
        if (k >= length) return 0;
        x = (bytes[start + k]! & 0xf) << 2;
        break;
      case 10: // ld #k
        a = k;
        break;
      case 11: // ldx #k
        x = k;
        break;
      case 12: // ld M[k]
        a = memory[k]!;
        break;
      case 13: // ldx M[k]
        x = memory[k]!;
        break;
      case 14: // st M[k]
        memory[k] = a;
        break;
      case 15: // stx M[k]
        memory[k] = x;
        break;
      case 16: // ld #len
        a = wireLength | 0;
        break;
      case 17: // ldx #len
        x = wireLength | 0;
        break;
      case 18: // ja
        pc = flat[pc + 2]!;
        continue;
      case 19: // jeq #k
        pc = a === k ? flat[pc + 2]! : flat[pc + 3]!;
        continue;
      case 20: // jgt #k
        pc = a >>> 0 > k >>> 0 ? flat[pc + 2]! : flat[pc + 3]!;
        continue;
      case 21: // jge #k
        pc = a >>> 0 >= k >>> 0 ? flat[pc + 2]! : flat[pc + 3]!;
        continue;
      case 22: // jset #k
        pc = (a & k) !== 0 ? flat[pc + 2]! : flat[pc + 3]!;
        continue;
      case 23: // jeq x
        pc = a === x ? flat[pc + 2]! : flat[pc + 3]!;
        continue;
      case 24: // jgt x
        pc = a >>> 0 > x >>> 0 ? flat[pc + 2]! : flat[pc + 3]!;
        continue;
      case 25: // jge x
        pc = a >>> 0 >= x >>> 0 ? flat[pc + 2]! : flat[pc + 3]!;
        continue;
      case 26: // jset x
        pc = (a & x) !== 0 ? flat[pc + 2]! : flat[pc + 3]!;
        continue;
      case 27: // add #k
        a = (a + k) | 0;
        break;
      case 28: // sub #k
        a = (a - k) | 0;
        break;
      case 29: // mul #k
        a = Math.imul(a, k);
        break;
      case 30: // div #k: the quotient of two 32-bit numbers in double precision is never rounded up to the next integer
        a = ((a >>> 0) / (k >>> 0)) | 0;
        break;
      case 31: // mod #k
        a = ((a >>> 0) % (k >>> 0)) | 0;
        break;
      case 32: // and #k
        a &= k;
        break;
      case 33: // or #k
        a |= k;
        break;
      case 34: // xor #k
        a ^= k;
        break;
      case 35: // lsh #k
        a <<= k;
        break;
      case 36: // rsh #k
        a = (a >>> k) | 0;
        break;
      case 37: // add x
        a = (a + x) | 0;
        break;
      case 38: // sub x
        a = (a - x) | 0;
        break;
      case 39: // mul x
        a = Math.imul(a, x);
        break;
      case 40: // div x
        if (x === 0) return 0;
        a = ((a >>> 0) / (x >>> 0)) | 0;
        break;
      case 41: // mod x
        if (x === 0) return 0;
        a = ((a >>> 0) % (x >>> 0)) | 0;
        break;
      case 42: // and x
        a &= x;
        break;
      case 43: // or x
        a |= x;
        break;
      case 44: // xor x
        a ^= x;
        break;
      case 45: // lsh x
        a = x >>> 0 < 32 ? a << x : 0;
        break;
      case 46: // rsh x
        a = x >>> 0 < 32 ? (a >>> x) | 0 : 0;
        break;
      case 47: // neg
        a = -a | 0;
        break;
      case 48: // tax
        x = a;
        break;
      case 49: // txa
        a = x;
        break;
      case 50: // ja backwards: at most k steps between two of them count against the budget
        steps -= k;
        if (steps < 0) return 0;
        pc = flat[pc + 2]!;
        continue;
      case 51: // lsh x, Linux: JavaScript masks the count as the machine does
        a <<= x;
        break;
      case 52: // rsh x, Linux
        a = (a >>> x) | 0;
        break;
      case 53: {
        // ancillary load
        const value = loadAncillary(k, ancillary, a, x, bytes, start, length);
        if (value === ABSENT) return absentResult(k, a);
        a = value | 0;
        break;
      }
      case 54: {
        // ld [SKF_NET_OFF + n], ld [SKF_LL_OFF + n]
        const at = headerOffset(k, ancillary);
        if (at === ABSENT || at > length - 4) return 0;
        a = word(bytes, start + at);
        break;
      }
      case 55: {
        const at = headerOffset(k, ancillary);
        if (at === ABSENT || at > length - 2) return 0;
        a = (bytes[start + at]! << 8) | bytes[start + at + 1]!;
        break;
      }
      case 56: {
        const at = headerOffset(k, ancillary);
        if (at === ABSENT || at >= length) return 0;
        a = bytes[start + at]!;
        break;
      }
      case 57: {
        const at = headerOffset(k, ancillary);
        if (at === ABSENT || at >= length) return 0;
        x = (bytes[start + at]! & 0xf) << 2;
        break;
      }
      case 58: {
        // ld [x + k] modulo 2^32
        const sum = (x + k) | 0;
        const at = sum >= 0 ? sum : headerOffset(sum, ancillary);
        if (at === ABSENT || at > length - 4) return 0;
        a = word(bytes, start + at);
        break;
      }
      case 59: {
        const sum = (x + k) | 0;
        const at = sum >= 0 ? sum : headerOffset(sum, ancillary);
        if (at === ABSENT || at > length - 2) return 0;
        a = (bytes[start + at]! << 8) | bytes[start + at + 1]!;
        break;
      }
      case 60: {
        const sum = (x + k) | 0;
        const at = sum >= 0 ? sum : headerOffset(sum, ancillary);
        if (at === ABSENT || at >= length) return 0;
        a = bytes[start + at]!;
        break;
      }
      case 61: {
        // ld [k] of a little-endian struct seccomp_data
        if (k > length - 4) return 0;
        const at = start + k;
        a = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
        break;
      }
      default:
        throw new Error('the flat form holds an operation that does not exist');
    }
    pc += 4;
  }
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}
