// Arithmetic, byte order and comparisons of the extended set as WebAssembly, with the machine's rules where WebAssembly would trap
// or differ (RFC 9669, section 4): a quotient by 0 is 0, a remainder by 0 the dividend, the smallest number divided by -1 itself;
// results of 32 bits are zero extended. Shift counts are masked by both alike.

import type { InstructionRow, Operation } from '../../isa/extended/index.js';
import { BLOCK_I32, BLOCK_I64, type FunctionBuilder, type OpcodeName } from '../wasm/index.js';

/** Puts an operand on the stack, as 32 or 64 bits. */
export interface Operand {
  readonly push: (bits: 32 | 64) => void;
  /** Its value, where it is a constant. */
  readonly constant: number | undefined;
}

const SIMPLE: Partial<Record<Operation, string>> = {
  add: 'add',
  sub: 'sub',
  mul: 'mul',
  or: 'or',
  and: 'and',
  xor: 'xor',
  lsh: 'shl',
  rsh: 'shr_u',
  arsh: 'shr_s',
};
const DIVISION: Partial<Record<Operation, string>> = { div: 'div_u', sdiv: 'div_s', mod: 'rem_u', smod: 'rem_s' };
const COMPARISON: Partial<Record<Operation, string>> = {
  eq: 'eq',
  ne: 'ne',
  gt: 'gt_u',
  ge: 'ge_u',
  lt: 'lt_u',
  le: 'le_u',
  sgt: 'gt_s',
  sge: 'ge_s',
  slt: 'lt_s',
  sle: 'le_s',
};

/** `i32.add`, `i64.add`: every name made here is in the table of opcodes. */
const named = (bits: 32 | 64, name: string): OpcodeName => `i${bits}.${name}` as OpcodeName;

/** An alu instruction: leaves dst's new value, 64 bits, on the stack. */
export function emitAlu(code: FunctionBuilder, row: InstructionRow, dst: Operand, source: Operand): void {
  const bits = row.bits as 32 | 64;
  const operation = row.operation!;
  const simple = SIMPLE[operation];
  if (simple) {
    dst.push(bits);
    source.push(bits);
    code.emit(named(bits, simple));
  } else if (source.constant !== undefined) {
    divideByConstant(code, bits, operation, dst, source.constant);
  } else {
    divide(code, bits, operation, dst, source);
  }
  if (bits === 32) code.emit('i64.extend_i32_u');
}

function divideByConstant(
  code: FunctionBuilder,
  bits: 32 | 64,
  operation: Operation,
  dst: Operand,
  divisor: number,
): void {
  const remainder = operation === 'mod' || operation === 'smod';
  if (divisor === 0) {
    if (remainder) dst.push(bits);
    else constant(code, bits, 0);
  } else if (divisor === -1 && operation === 'sdiv') {
    constant(code, bits, 0);
    dst.push(bits);
    code.emit(named(bits, 'sub'));
  } else {
    dst.push(bits);
    constant(code, bits, divisor);
    code.emit(named(bits, DIVISION[operation]!));
  }
}

function divide(code: FunctionBuilder, bits: 32 | 64, operation: Operation, dst: Operand, source: Operand): void {
  const block = bits === 64 ? BLOCK_I64 : BLOCK_I32;
  if (operation === 'sdiv') {
    // By 0 or -1: the product is the result.
    source.push(bits);
    constant(code, bits, 1);
    code.emit(named(bits, 'add'));
    constant(code, bits, 1);
    code.emit(named(bits, 'le_u')).emit('if', block);
    dst.push(bits);
    source.push(bits);
    code.emit(named(bits, 'mul'));
  } else {
    source.push(bits);
    code.emit(named(bits, 'eqz')).emit('if', block);
    if (operation === 'div') constant(code, bits, 0);
    else dst.push(bits);
  }
  code.emit('else');
  dst.push(bits);
  source.push(bits);
  code.emit(named(bits, DIVISION[operation]!)).emit('end');
}

/** dst = -dst. */
export function emitNegate(code: FunctionBuilder, bits: 32 | 64, dst: Operand): void {
  constant(code, bits, 0);
  dst.push(bits);
  code.emit(named(bits, 'sub'));
  if (bits === 32) code.emit('i64.extend_i32_u');
}

/** A sign extending move. */
export function emitSignExtend(code: FunctionBuilder, from: number, into: 32 | 64, source: Operand): void {
  source.push(into);
  code.emit(named(into, `extend${from}_s`));
  if (into === 32) code.emit('i64.extend_i32_u');
}

/** A change of byte order; this machine is little endian. Leaves dst's new value. */
export function emitEnd(code: FunctionBuilder, { operation, bits }: InstructionRow, dst: Operand): void {
  if (operation === 'le') {
    if (bits === 64) dst.push(64);
    else if (bits === 32) {
      dst.push(32);
      code.emit('i64.extend_i32_u');
    } else {
      dst.push(64);
      code.i64(0xffff, 0).emit('i64.and');
    }
    return;
  }
  if (bits === 16) {
    dst.push(32);
    code.i32(8).emit('i32.shl').i32(0xff00).emit('i32.and');
    dst.push(32);
    code.i32(8).emit('i32.shr_u').i32(0xff).emit('i32.and');
    code.emit('i32.or').emit('i64.extend_i32_u');
  } else if (bits === 32) {
    swap32(code, dst);
    code.emit('i64.extend_i32_u');
  } else {
    // The halves swap places, and each is swapped.
    swap32(code, dst);
    code.emit('i64.extend_i32_u').i64(32, 0).emit('i64.shl');
    swap32(code, {
      push: () => {
        dst.push(64);
        code.i64(32, 0).emit('i64.shr_u').emit('i32.wrap_i64');
      },
      constant: undefined,
    });
    code.emit('i64.extend_i32_u').emit('i64.or');
  }
}

function swap32(code: FunctionBuilder, value: Operand): void {
  value.push(32);
  code.i32(8).emit('i32.rotl').i32(0x00ff00ff).emit('i32.and');
  value.push(32);
  code.i32(8).emit('i32.rotr').i32(0xff00ff00).emit('i32.and');
  code.emit('i32.or');
}

/** The condition of a jump: leaves an i32. */
export function emitCondition(code: FunctionBuilder, row: InstructionRow, dst: Operand, source: Operand): void {
  const bits = row.bits as 32 | 64;
  dst.push(bits);
  source.push(bits);
  if (row.operation === 'set') {
    code.emit(named(bits, 'and'));
    constant(code, bits, 0);
    code.emit(named(bits, 'ne'));
  } else {
    code.emit(named(bits, COMPARISON[row.operation!]!));
  }
}

/** A constant, sign extended. */
export function constant(code: FunctionBuilder, bits: 32 | 64, value: number): void {
  if (bits === 64) code.i64(value, value >> 31);
  else code.i32(value);
}
