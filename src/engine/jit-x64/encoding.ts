// The x86-64 instructions that the compiler emits, one row an encoding, and the encoder that iterates them.
//
// Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2: chapter 2 (prefixes, ModR/M, SIB), and the
// "Op/En" column of each instruction's page, whose names the forms have.

import { type Bits, type Immediate, type Memory, type Operand, type Register, X86 } from './operands.js';

/**
 * Where operands go. M is the ModR/M byte's r/m field, R its reg field, O the opcode's low bits, I an immediate (I8: a signed
 * byte), C the register cl, Z nothing.
 */
type Form = 'MR' | 'RM' | 'MI8' | 'MI' | 'M' | 'MC' | 'RMI8' | 'RMI' | 'O' | 'OI' | 'OI64' | 'I' | 'Z';

interface Row {
  readonly mnemonic: string;
  readonly form: Form;
  readonly opcode: readonly number[];
  /** The reg field's digit, of forms without a register there. */
  readonly digit?: number;
  /** Widths of the operation it is for; default 16, 32 and 64. */
  readonly widths?: readonly Bits[];
  /** Width of the r/m operand, when it is not that of the operation (movzx). */
  readonly from?: Bits;
  /** 64 bits without REX.W: pushes, calls. */
  readonly always64?: boolean;
  /** What `always64` says is written without a width: `lea` has memory that nobody touches. */
  readonly unsized?: boolean;
}

function row(mnemonic: string, form: Form, opcode: number | readonly number[], rest: Partial<Row> = {}): Row {
  return { mnemonic, form, opcode: typeof opcode === 'number' ? [opcode] : opcode, ...rest };
}

/** The eight classic operations: opcodes 8 apart, the digit their number. */
const CLASSIC = ['add', 'or', undefined, undefined, 'and', 'sub', 'xor', 'cmp'];
const SHIFTS: readonly (readonly [string, number])[] = [
  ['ror', 1],
  ['shl', 4],
  ['shr', 5],
  ['sar', 7],
];

/** In order of preference: the first row whose operands fit is taken. */
const ROWS: readonly Row[] = [
  ...CLASSIC.flatMap((name, digit) =>
    name === undefined
      ? []
      : [
          row(name, 'MR', digit * 8 + 1),
          row(name, 'RM', digit * 8 + 3),
          row(name, 'MI8', 0x83, { digit }),
          row(name, 'MI', 0x81, { digit }),
        ],
  ),
  ...SHIFTS.flatMap(([name, digit]) => [row(name, 'MI8', 0xc1, { digit }), row(name, 'MC', 0xd3, { digit })]),
  row('mov', 'MR', 0x88, { widths: [8] }),
  row('mov', 'MR', 0x89),
  row('mov', 'RM', 0x8b),
  row('mov', 'OI', 0xb8, { widths: [32] }),
  row('mov', 'MI8', 0xc6, { widths: [8], digit: 0 }),
  row('mov', 'MI', 0xc7, { digit: 0 }),
  row('movabs', 'OI64', 0xb8, { widths: [64] }),
  row('movzx', 'RM', [0x0f, 0xb6], { from: 8 }),
  row('movzx', 'RM', [0x0f, 0xb7], { from: 16 }),
  row('movsx', 'RM', [0x0f, 0xbe], { from: 8 }),
  row('movsx', 'RM', [0x0f, 0xbf], { from: 16 }),
  row('movsxd', 'RM', 0x63, { from: 32 }),
  row('lea', 'RM', 0x8d, { unsized: true }),
  row('imul', 'RM', [0x0f, 0xaf]),
  row('imul', 'RMI8', 0x6b),
  row('imul', 'RMI', 0x69),
  row('test', 'MR', 0x85),
  row('test', 'MI8', 0xf6, { widths: [8], digit: 0 }),
  row('test', 'MI', 0xf7, { digit: 0 }),
  row('neg', 'M', 0xf7, { digit: 3 }),
  row('div', 'M', 0xf7, { digit: 6 }),
  row('idiv', 'M', 0xf7, { digit: 7 }),
  row('inc', 'M', 0xff, { digit: 0 }),
  row('dec', 'M', 0xff, { digit: 1 }),
  row('bswap', 'O', [0x0f, 0xc8]),
  row('xadd', 'MR', [0x0f, 0xc1]),
  row('cmpxchg', 'MR', [0x0f, 0xb1]),
  row('xchg', 'MR', 0x87),
  row('push', 'O', 0x50, { always64: true }),
  row('push', 'I', 0x68, { always64: true }),
  row('push', 'M', 0xff, { digit: 6, always64: true }),
  row('pop', 'O', 0x58, { always64: true }),
  row('pop', 'M', 0x8f, { digit: 0, always64: true }),
  row('call', 'M', 0xff, { digit: 2, always64: true }),
  row('cdq', 'Z', 0x99),
  row('cqo', 'Z', [0x48, 0x99]),
  row('ret', 'Z', 0xc3),
  row('clc', 'Z', 0xf8),
  row('stc', 'Z', 0xf9),
];

/** mnemonic -> its rows. */
const BY_MNEMONIC = new Map<string, Row[]>();
for (const each of ROWS) {
  const rows = BY_MNEMONIC.get(each.mnemonic);
  if (rows) rows.push(each);
  else BY_MNEMONIC.set(each.mnemonic, [each]);
}

/** Condition codes: low four bits of the opcodes of jcc (Intel SDM volume 1, appendix B). */
export const CONDITIONS = {
  jb: 0x2,
  jae: 0x3,
  je: 0x4,
  jne: 0x5,
  jbe: 0x6,
  ja: 0x7,
  jl: 0xc,
  jge: 0xd,
  jle: 0xe,
  jg: 0xf,
} as const;
export type Condition = keyof typeof CONDITIONS;

const isByte = (value: number): boolean => value === (value << 24) >> 24;

/** Whether an instruction's operands are those of a row, whose operation is `bits` wide. */
function fits({ form, widths, from }: Row, operands: readonly Operand[], bits: Bits): boolean {
  const [first, second, third] = operands;
  if (widths ? !widths.includes(bits) : bits === 8) return false;
  const isRm = (operand: Operand | undefined, wide: Bits): boolean =>
    operand !== undefined && operand.kind !== 'immediate' && operand.bits === wide;
  const isRegister = (operand: Operand | undefined): boolean => operand?.kind === 'register' && operand.bits === bits;
  const isImmediate = (operand: Operand | undefined, short: boolean): boolean =>
    operand?.kind === 'immediate' && operand.high === undefined && (!short || bits === 8 || isByte(operand.value));
  switch (form) {
    case 'Z':
      return operands.length === 0;
    case 'I':
      return operands.length === 1 && isImmediate(first, false);
    case 'O':
      return operands.length === 1 && isRegister(first);
    case 'M':
      return operands.length === 1 && isRm(first, bits);
    case 'MR':
      return operands.length === 2 && isRm(first, bits) && isRegister(second);
    case 'RM':
      return operands.length === 2 && isRegister(first) && isRm(second, from ?? bits);
    case 'MC':
      return (
        operands.length === 2 &&
        isRm(first, bits) &&
        second?.kind === 'register' &&
        second.number === X86.rcx &&
        second.bits === 8
      );
    case 'MI8':
    case 'MI':
      return operands.length === 2 && isRm(first, bits) && isImmediate(second, form === 'MI8');
    case 'OI':
      return operands.length === 2 && isRegister(first) && isImmediate(second, false);
    case 'OI64':
      return operands.length === 2 && isRegister(first) && second?.kind === 'immediate';
    case 'RMI8':
    case 'RMI':
      return operands.length === 3 && isRegister(first) && isRm(second, bits) && isImmediate(third, form === 'RMI8');
  }
}

/** An instruction of fixed length. */
export interface Encoded {
  readonly mnemonic: string;
  readonly operands: readonly Operand[];
  /** Width of the operation: how immediates are to be read. */
  readonly bits: Bits;
  readonly lock: boolean;
  /** Operands that are memory show its width. */
  readonly sized: boolean;
  readonly bytes: readonly number[];
}

/** Encodes an instruction. Throws when no row takes such operands: an error of the compiler. */
export function encode(mnemonic: string, operands: readonly Operand[], lock = false): Encoded {
  const first = operands[0];
  const bits: Bits = first === undefined || first.kind === 'immediate' ? 64 : first.bits;
  const rows = BY_MNEMONIC.get(mnemonic) ?? [];
  const found = rows.find(candidate => fits(candidate, operands, bits));
  if (!found) throw new Error(`no encoding of ${mnemonic} takes these operands`);
  return {
    mnemonic,
    operands,
    bits,
    lock,
    sized: !found.unsized,
    bytes: bytesOf(found, operands, bits, lock),
  };
}

function bytesOf({ form, opcode, digit, always64 }: Row, operands: readonly Operand[], bits: Bits, lock: boolean) {
  const bytes: number[] = [];
  if (lock) bytes.push(0xf0);
  if (form === 'Z') return [...bytes, ...opcode];
  if (bits === 16) bytes.push(0x66);
  let rex = bits === 64 && !always64 && form !== 'I' ? 0x48 : 0;
  let rm: Register | Memory | undefined;
  let reg = digit ?? 0;
  let constant: Immediate | undefined;
  for (const operand of operands) if (operand.kind === 'immediate') constant = operand;
  switch (form) {
    case 'MR':
      rm = operands[0] as Register | Memory;
      reg = (operands[1] as Register).number;
      break;
    case 'RM':
    case 'RMI':
    case 'RMI8':
      rm = operands[1] as Register | Memory;
      reg = (operands[0] as Register).number;
      break;
    case 'M':
    case 'MC':
    case 'MI':
    case 'MI8':
      rm = operands[0] as Register | Memory;
      break;
    default:
  }
  // Registers named by number 4 to 7 are spl to dil only with a REX prefix.
  if (operands.some(each => each.kind === 'register' && each.bits === 8 && each.number >= 4)) rex |= 0x40;
  if (reg >= 8) rex |= 0x44;
  const last = opcode.length - 1;
  let lastByte = opcode[last]!;
  if (rm === undefined) {
    if (form !== 'I') {
      const { number } = operands[0] as Register;
      if (number >= 8) rex |= 0x41;
      lastByte += number & 7;
    }
  } else if (rm.kind === 'register') {
    if (rm.number >= 8) rex |= 0x41;
  } else {
    if (rm.base >= 8) rex |= 0x41;
    if ((rm.index ?? 0) >= 8) rex |= 0x42;
  }
  if (rex) bytes.push(rex);
  bytes.push(...opcode.slice(0, last), lastByte);
  if (rm !== undefined) pushModRm(bytes, rm, reg & 7);
  if (constant) {
    const { value } = constant;
    if (form === 'MI8' || form === 'RMI8') bytes.push(value & 0xff);
    else if (bits === 16) bytes.push(value & 0xff, (value >> 8) & 0xff);
    else pushWord(bytes, value);
    if (form === 'OI64') pushWord(bytes, constant.high ?? value >> 31);
  }
  return bytes;
}

/** The ModR/M byte, and for memory the SIB byte and the displacement. */
function pushModRm(bytes: number[], rm: Register | Memory, reg: number): void {
  if (rm.kind === 'register') {
    bytes.push(0xc0 | (reg << 3) | (rm.number & 7));
    return;
  }
  const { base, index, displacement } = rm;
  // rbp and r13 as a base have no form without displacement.
  const mode = displacement === 0 && (base & 7) !== X86.rbp ? 0 : isByte(displacement) ? 1 : 2;
  if (index !== undefined || (base & 7) === X86.rsp) {
    bytes.push((mode << 6) | (reg << 3) | 4, (((index ?? X86.rsp) & 7) << 3) | (base & 7));
  } else bytes.push((mode << 6) | (reg << 3) | (base & 7));
  if (mode === 1) bytes.push(displacement & 0xff);
  else if (mode === 2) pushWord(bytes, displacement);
}

export function pushWord(bytes: number[], value: number): void {
  bytes.push(value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, (value >> 24) & 0xff);
}
