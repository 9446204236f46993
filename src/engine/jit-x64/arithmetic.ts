// Arithmetic and byte order with the machine's rules where the processor would trap or differ (RFC 9669, section 4): a quotient by 0 is
// 0, a remainder by 0 the dividend, the smallest number divided by -1 itself. Results of 32 bits are zero extended by the processor.

import type { InstructionRow } from '../../isa/extended/index.js';
import type { Assembler } from './assembler.js';
import { type Immediate, immediate, type Register, register, X86 } from './operands.js';

const SIMPLE: Readonly<Record<string, string>> = { add: 'add', sub: 'sub', or: 'or', and: 'and', xor: 'xor' };
const SHIFTS: Readonly<Record<string, string>> = { lsh: 'shl', rsh: 'shr', arsh: 'sar' };

const [RAX, RDX, RCX, R10, R11] = [X86.rax, X86.rdx, X86.rcx, X86.r10, X86.r11].map(number => register(number)) as [
  Register,
  Register,
  Register,
  Register,
  Register,
];

/** A 64-bit constant into a register, as short as it goes. */
export function emitMove64(asm: Assembler, number: number, low: number, high: number): void {
  if (low === 0 && high === 0) asm.emit('xor', register(number, 32), register(number, 32));
  else if (high === 0) asm.emit('mov', register(number, 32), immediate(low));
  else if (high === low >> 31) asm.emit('mov', register(number), immediate(low));
  else asm.emit('movabs', register(number), immediate(low, high));
}

/** An alu instruction; both operands are as wide as it is. */
export function emitAlu(asm: Assembler, row: InstructionRow, dst: Register, source: Register | Immediate): void {
  const operation = row.operation!;
  const simple = SIMPLE[operation];
  const shift = SHIFTS[operation];
  if (simple) asm.emit(simple, dst, source);
  else if (shift) emitShift(asm, shift, dst, source);
  else if (operation !== 'mul') emitDivision(asm, row, dst, source);
  else if (source.kind === 'register') asm.emit('imul', dst, source);
  else asm.emit('imul', dst, dst, source);
}

/** The processor masks counts as the machine does; a count that is no constant must be in cl. */
function emitShift(asm: Assembler, shift: string, dst: Register, source: Register | Immediate): void {
  if (source.kind === 'immediate') {
    const count = source.value & (dst.bits - 1);
    if (count !== 0) asm.emit(shift, dst, immediate(count));
    else if (dst.bits === 32) asm.emit('mov', dst, dst);
    return;
  }
  const cl = register(X86.rcx, 8);
  if (source.number === X86.rcx && dst.number !== X86.rcx) {
    asm.emit(shift, dst, cl);
    return;
  }
  asm.emit('mov', R11, RCX);
  if (source.number !== X86.rcx) asm.emit('mov', register(X86.rcx, 32), { ...source, bits: 32 });
  if (dst.number === X86.rcx) {
    asm.emit(shift, { ...R11, bits: dst.bits }, cl);
    asm.emit('mov', RCX, R11);
    return;
  }
  asm.emit(shift, dst, cl);
  asm.emit('mov', RCX, R11);
}

/** div, sdiv, mod, smod. The dividend must be in rdx:rax, and the results are there. */
function emitDivision(asm: Assembler, row: InstructionRow, dst: Register, source: Register | Immediate): void {
  const { bits } = dst;
  const signed = row.signed;
  const remainder = row.operation === 'mod' || row.operation === 'smod';
  const divisor: Register = { ...R11, bits };
  const dst32: Register = { ...dst, bits: 32 };
  const byZero = (): void => {
    if (!remainder) asm.emit('xor', dst32, dst32);
    else if (bits === 32) asm.emit('mov', dst, dst);
  };
  const byMinusOne = (): void => {
    if (remainder) asm.emit('xor', dst32, dst32);
    else asm.emit('neg', dst);
  };
  const done = asm.label();
  if (source.kind === 'immediate') {
    if (source.value === 0) {
      byZero();
      return;
    }
    if (signed && source.value === -1) {
      byMinusOne();
      return;
    }
    asm.emit('mov', divisor, source);
  } else {
    asm.emit('mov', divisor, source);
    const notZero = asm.label();
    asm.emit('test', divisor, divisor);
    asm.jump('jne', notZero);
    byZero();
    asm.jump('jmp', done);
    asm.bind(notZero);
    if (signed) {
      const plain = asm.label();
      asm.emit('cmp', divisor, immediate(-1));
      asm.jump('jne', plain);
      byMinusOne();
      asm.jump('jmp', done);
      asm.bind(plain);
    }
  }
  const isRax = dst.number === X86.rax;
  const isRdx = dst.number === X86.rdx;
  if (!isRax) asm.emit('mov', R10, RAX);
  if (!isRdx) asm.emit('push', RDX);
  if (!isRax) asm.emit('mov', { ...RAX, bits }, dst);
  if (signed) asm.emit(bits === 64 ? 'cqo' : 'cdq');
  else asm.emit('xor', { ...RDX, bits: 32 }, { ...RDX, bits: 32 });
  asm.emit(signed ? 'idiv' : 'div', divisor);
  asm.emit('mov', divisor, { ...(remainder ? RDX : RAX), bits });
  if (!isRdx) asm.emit('pop', RDX);
  if (!isRax) asm.emit('mov', RAX, R10);
  asm.emit('mov', dst, divisor);
  asm.bind(done);
}

/** A change of byte order; the processor is little endian. */
export function emitEnd(asm: Assembler, { operation, bits }: InstructionRow, number: number): void {
  const [r16, r32] = [register(number, 16), register(number, 32)];
  if (operation !== 'le') {
    if (bits === 16) asm.emit('ror', r16, immediate(8));
    else asm.emit('bswap', register(number, bits));
  } else if (bits === 32) asm.emit('mov', r32, r32);
  if (bits === 16) asm.emit('movzx', r32, r16);
}
