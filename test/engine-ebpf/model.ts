// What instructions mean, with BigInts, straight from RFC 9669: the reference that the interpreter is compared with.

import type { InstructionRow } from '../../src/isa/extended/table.js';

const u = (bits: number, value: bigint): bigint => BigInt.asUintN(bits, value);
const s = (bits: number, value: bigint): bigint => BigInt.asIntN(bits, value);

function reverseBytes(value: bigint, bits: number): bigint {
  let result = 0n;
  for (let at = 0; at < bits; at += 8) result = (result << 8n) | ((value >> BigInt(at)) & 0xffn);
  return result;
}

/** dst after an instruction that computes: sections 4.1 and 4.2. Registers are unsigned 64-bit numbers. */
export function compute(row: InstructionRow, dst: bigint, operand: bigint): bigint {
  const { bits, operation, kind } = row;
  if (kind === 'movsx') return u(row.intoBits!, s(bits, operand));
  if (kind === 'addr-space') return operand;
  if (kind === 'end') return operation === 'le' ? u(bits, dst) : reverseBytes(u(bits, dst), bits);
  const a = u(bits, dst);
  const b = u(bits, operand);
  const shift = b & BigInt(bits - 1);
  switch (operation) {
    case 'add':
      return u(bits, a + b);
    case 'sub':
      return u(bits, a - b);
    case 'mul':
      return u(bits, a * b);
    case 'div':
      return b === 0n ? 0n : a / b;
    case 'mod':
      return b === 0n ? a : a % b;
    case 'sdiv':
      return b === 0n ? 0n : u(bits, s(bits, a) / s(bits, b));
    case 'smod':
      return b === 0n ? a : u(bits, s(bits, a) % s(bits, b));
    case 'or':
      return a | b;
    case 'and':
      return a & b;
    case 'xor':
      return a ^ b;
    case 'lsh':
      return u(bits, a << shift);
    case 'rsh':
      return a >> shift;
    case 'arsh':
      return u(bits, s(bits, a) >> shift);
    case 'neg':
      return u(bits, -a);
    case 'mov':
      return b;
    default:
      throw new Error(`no such operation: ${operation}`);
  }
}

/** Whether a conditional jump is taken: section 4.3. */
export function taken(row: InstructionRow, dst: bigint, operand: bigint): boolean {
  const cut = row.signed ? s : u;
  const a = cut(row.bits, dst);
  const b = cut(row.bits, operand);
  switch (row.operation) {
    case 'eq':
      return a === b;
    case 'ne':
      return a !== b;
    case 'gt':
    case 'sgt':
      return a > b;
    case 'ge':
    case 'sge':
      return a >= b;
    case 'lt':
    case 'slt':
      return a < b;
    case 'le':
    case 'sle':
      return a <= b;
    case 'set':
      return (a & b) !== 0n;
    default:
      throw new Error(`no such comparison: ${row.operation}`);
  }
}

/** An atomic: memory, the source register and r0 afterwards; section 5.3. */
export function atomically(
  row: InstructionRow,
  memory: bigint,
  source: bigint,
  r0: bigint,
): { memory: bigint; source: bigint; r0: bigint } {
  const { bits, operation } = row;
  const old = u(bits, memory);
  const by = u(bits, source);
  if (operation === 'cmpxchg') return { memory: old === u(bits, r0) ? by : old, source, r0: old };
  const result = operation === 'xchg' ? by : compute(row, old, by);
  return { memory: u(bits, result), source: row.fetch ? old : source, r0 };
}
