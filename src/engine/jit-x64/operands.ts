// Operands of x86-64 instructions, and how Intel's notation writes them (as binutils prints it: `objdump -M intel`).

export type Bits = 8 | 16 | 32 | 64;

/** A general register: its number as it is encoded, and how much of it is meant. */
export interface Register {
  readonly kind: 'register';
  readonly number: number;
  readonly bits: Bits;
}

/** Memory of `bits` at base + index + displacement (a signed 32-bit number). */
export interface Memory {
  readonly kind: 'memory';
  readonly base: number;
  readonly index: number | undefined;
  readonly displacement: number;
  readonly bits: Bits;
}

/** A constant: `value` signed 32 bits, or both halves of 64 (movabs). */
export interface Immediate {
  readonly kind: 'immediate';
  readonly value: number;
  readonly high?: number;
}

export type Operand = Register | Memory | Immediate;

/** Numbers of the registers. */
export const X86 = {
  rax: 0,
  rcx: 1,
  rdx: 2,
  rbx: 3,
  rsp: 4,
  rbp: 5,
  rsi: 6,
  rdi: 7,
  r8: 8,
  r9: 9,
  r10: 10,
  r11: 11,
  r12: 12,
  r13: 13,
  r14: 14,
  r15: 15,
} as const;

const NAMES: Readonly<Record<Bits, readonly string[]>> = {
  8: ['al', 'cl', 'dl', 'bl', 'spl', 'bpl', 'sil', 'dil'],
  16: ['ax', 'cx', 'dx', 'bx', 'sp', 'bp', 'si', 'di'],
  32: ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'],
  64: ['rax', 'rcx', 'rdx', 'rbx', 'rsp', 'rbp', 'rsi', 'rdi'],
};
const SUFFIX: Readonly<Record<Bits, string>> = { 8: 'b', 16: 'w', 32: 'd', 64: '' };
const POINTER: Readonly<Record<Bits, string>> = { 8: 'BYTE', 16: 'WORD', 32: 'DWORD', 64: 'QWORD' };

export const register = (number: number, bits: Bits = 64): Register => ({ kind: 'register', number, bits });
export const immediate = (value: number, high?: number): Immediate =>
  high === undefined ? { kind: 'immediate', value } : { kind: 'immediate', value, high };
export const memory = (bits: Bits, base: number, displacement = 0, index?: number): Memory => ({
  kind: 'memory',
  base,
  index,
  displacement,
  bits,
});

export const registerName = (number: number, bits: Bits): string =>
  number < 8 ? NAMES[bits][number]! : `r${number}${SUFFIX[bits]}`;

const hex = (value: number): string => `0x${value.toString(16)}`;

/** An immediate as objdump shows it: sign extended to the operation's width, then unsigned. */
function immediateText({ value, high }: Immediate, bits: Bits): string {
  if (bits === 64) {
    const upper = (high ?? value >> 31) >>> 0;
    if (upper === 0) return hex(value >>> 0);
    return `0x${upper.toString(16)}${(value >>> 0).toString(16).padStart(8, '0')}`;
  }
  return hex(bits === 32 ? value >>> 0 : value & (2 ** bits - 1));
}

/** An operand's text; `bits` is the width of the operation, for immediates. `sized`: say how wide memory is. */
export function operandText(operand: Operand, bits: Bits, sized: boolean): string {
  switch (operand.kind) {
    case 'register':
      return registerName(operand.number, operand.bits);
    case 'immediate':
      return immediateText(operand, bits);
    case 'memory': {
      const { base, index, displacement } = operand;
      let place = registerName(base, 64);
      if (index !== undefined) place += `+${registerName(index, 64)}*1`;
      // A base that must have a displacement shows it, 0 too.
      if (displacement !== 0 || (base & 7) === X86.rbp) {
        place += displacement < 0 ? `-${hex(-displacement)}` : `+${hex(displacement)}`;
      }
      return `${sized ? `${POINTER[operand.bits]} PTR ` : ''}[${place}]`;
    }
  }
}
