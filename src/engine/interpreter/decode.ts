// Program -> operations of the interpreter: what is looked up once, so that the loop need not.
//
// An operation is two words: `code` holds its number (8 bits), dst (4 bits) and src (20 bits), `aux` an offset, a jump's target or an
// index. Constants become registers that nobody writes, behind the eleven that programs have: `r1 += 7` is `r1 += r12` where r12
// is 7, and each operation exists once. A 64-bit load is one operation. Jumps hold the index of an operation; one that leads out of
// its function leads to an operation that faults, and one stands behind the last of each function, so that the loop has
// no other end.

import { type Instruction, type InstructionRow, LDDW_OPCODE, type Operation, rowOf } from '../../isa/extended/index.js';
import type { CallTarget, LinkedProgram } from '../engine.js';

/** Numbers of the operations. Those of arithmetic and jumps are a base plus an index of the lists below. */
export const OP = {
  alu64: 0,
  alu32: 16,
  movs8: 32,
  movs16: 33,
  movs32: 34,
  movs8into32: 35,
  movs16into32: 36,
  truncate16: 37,
  swap16: 38,
  swap32: 39,
  swap64: 40,
  nothing: 41,
  jump64: 48,
  jump32: 64,
  goto: 80,
  mayGoto: 81,
  call: 82,
  callLocal: 83,
  exit: 84,
  /** Loads: u8, u16, u32, u64, s8, s16, s32; then the same, checked. Stores: u8, u16, u32, u64; then checked. */
  load: 88,
  loadChecked: 96,
  store: 104,
  storeChecked: 108,
  atomic: 112,
  loadAcquire: 113,
  storeRelease: 114,
  packet: 115,
  fault: 116,
} as const;

/** Arithmetic, in the order of its numbers. */
export const ALU_ORDER: readonly Operation[] = [
  'add',
  'sub',
  'mul',
  'div',
  'sdiv',
  'mod',
  'smod',
  'or',
  'and',
  'xor',
  'lsh',
  'rsh',
  'arsh',
  'neg',
  'mov',
];

/** Comparisons, in the order of their numbers. */
export const JUMP_ORDER: readonly Operation[] = ['eq', 'ne', 'gt', 'ge', 'lt', 'le', 'sgt', 'sge', 'slt', 'sle', 'set'];

const LOAD_ORDER = ['u8', 'u16', 'u32', 'u64', 's8', 's16', 's32'];
const MOVSX: Readonly<Record<string, number>> = {
  '8>64': OP.movs8,
  '16>64': OP.movs16,
  '32>64': OP.movs32,
  '8>32': OP.movs8into32,
  '16>32': OP.movs16into32,
};

/** Registers of the program; constants follow. */
export const PROGRAM_REGISTERS = 11;

/** Why a fault operation faults: its aux. */
export const FAULT = { unknownInstruction: 0, fellOffTheEnd: 1, unknownHelper: 2 } as const;

/** An atomic operation, as the loop finds it by its aux. */
export interface AtomicOperation {
  readonly operation: Operation;
  readonly sizeBytes: number;
  readonly fetch: boolean;
  readonly offset: number;
}

export interface Decoded {
  readonly code: Int32Array;
  readonly aux: Int32Array;
  /** Slot of each operation; for errors, the slot that control went to. */
  readonly slotOf: Int32Array;
  /** Whether the operation is one of the program's, and not a fault that was put in. */
  readonly isInstruction: Uint8Array;
  /** First slot of a function -> its first operation. */
  readonly entries: ReadonlyMap<number, number>;
  /** An operation that leaves the function that runs. */
  readonly exitOperation: number;
  /** Values of the registers from PROGRAM_REGISTERS on. */
  readonly constantsLow: readonly number[];
  readonly constantsHigh: readonly number[];
  /** What calls call, by aux. */
  readonly targets: readonly CallTarget[];
  readonly atomics: readonly AtomicOperation[];
}

type Targets = (id: number, kind: 'helper' | 'kfunc') => CallTarget | undefined;

/** Decodes a program. Never throws: what no row of the table fits becomes an operation that faults. */
export function decodeProgram(program: LinkedProgram, targets: Targets, checked: boolean): Decoded {
  return new Decoder(program, targets, checked).decode();
}

class Decoder {
  readonly #program: LinkedProgram;
  readonly #targetOf: Targets;
  readonly #checked: boolean;
  readonly #code: number[] = [];
  readonly #aux: number[] = [];
  readonly #slotOf: number[] = [];
  readonly #isInstruction: number[] = [];
  readonly #constants = new Map<string, number>();
  readonly #constantsLow: number[] = [];
  readonly #constantsHigh: number[] = [];
  readonly #targets: CallTarget[] = [];
  readonly #targetIndex = new Map<CallTarget, number>();
  readonly #atomics: AtomicOperation[] = [];
  readonly #entries = new Map<number, number>();
  /** First operation of each slot; -1 for the second slot of a 64-bit load. */
  readonly #operationOf: Int32Array;
  /** Jumps whose aux is still a slot, with the function they stand in. */
  readonly #jumps: { readonly operation: number; readonly target: number; readonly start: number; end: number }[] = [];
  readonly #functions: ReadonlySet<number>;
  #start = 0;
  #end = 0;

  constructor(program: LinkedProgram, targets: Targets, checked: boolean) {
    this.#program = program;
    this.#targetOf = targets;
    this.#checked = checked;
    this.#functions = new Set(program.functionStarts);
    this.#operationOf = new Int32Array(program.instructions.length).fill(-1);
  }

  decode(): Decoded {
    const { instructions, functionStarts } = this.#program;
    for (const [index, start] of functionStarts.entries()) {
      this.#start = start;
      this.#end = functionStarts[index + 1] ?? instructions.length;
      this.#entries.set(start, this.#code.length);
      for (let slot = start; slot < this.#end; slot++) {
        this.#operationOf[slot] = this.#code.length;
        const instruction = instructions[slot]!;
        this.#instruction(instruction, slot);
        if (instruction.opcode === LDDW_OPCODE && slot + 1 < this.#end) slot++;
      }
      this.#fault(FAULT.fellOffTheEnd, 0, this.#end);
    }
    for (const { operation, target, start, end } of this.#jumps) {
      let to = target >= start && target < end ? this.#operationOf[target]! : -1;
      if (to < 0) {
        to = this.#code.length;
        const within = target >= start && target < end;
        this.#fault(within ? FAULT.unknownInstruction : FAULT.fellOffTheEnd, 0, target);
      }
      this.#aux[operation] = to;
    }
    const exitOperation = this.#code.length;
    this.#emit(OP.exit, 0, 0, 0, instructions.length, 0);
    return {
      code: Int32Array.from(this.#code),
      aux: Int32Array.from(this.#aux),
      slotOf: Int32Array.from(this.#slotOf),
      isInstruction: Uint8Array.from(this.#isInstruction),
      entries: this.#entries,
      exitOperation,
      constantsLow: this.#constantsLow,
      constantsHigh: this.#constantsHigh,
      targets: this.#targets,
      atomics: this.#atomics,
    };
  }

  #emit(op: number, dst: number, src: number, aux: number, slot: number, isInstruction = 1): void {
    this.#code.push(op | (dst << 8) | (src << 12));
    this.#aux.push(aux);
    this.#slotOf.push(slot);
    this.#isInstruction.push(isInstruction);
  }

  /** `detail` is the opcode of an unknown instruction, or for an unknown helper: its number, as a constant register. */
  #fault(why: number, detail: number, slot: number, isInstruction = 0): void {
    this.#emit(OP.fault, 0, detail, why, slot, isInstruction);
  }

  /** The register that holds a constant. */
  #constant(low: number, high: number): number {
    const key = `${high}:${low}`;
    let register = this.#constants.get(key);
    if (register === undefined) {
      register = PROGRAM_REGISTERS + this.#constantsLow.length;
      this.#constants.set(key, register);
      this.#constantsLow.push(low);
      this.#constantsHigh.push(high);
    }
    return register;
  }

  /** The second operand of an instruction: its register, or its constant. */
  #operand(row: InstructionRow, { src, imm }: Instruction): number {
    return row.source === 'x' ? src : this.#constant(imm, imm >> 31);
  }

  #jump(op: number, dst: number, src: number, slot: number, target: number): void {
    this.#jumps.push({ operation: this.#code.length, target, start: this.#start, end: this.#end });
    this.#emit(op, dst, src, 0, slot);
  }

  #instruction(instruction: Instruction, slot: number): void {
    const row = rowOf(instruction);
    const { opcode, dst, src, offset, imm } = instruction;
    const usesRegister = (field: 'dst' | 'src', value: number): boolean =>
      row!.uses.includes(field) && value >= PROGRAM_REGISTERS;
    if (!row || usesRegister('dst', dst) || usesRegister('src', src)) {
      this.#fault(FAULT.unknownInstruction, opcode, slot, 1);
      return;
    }
    const { bits } = row;
    const size = bits === 8 ? 0 : bits === 16 ? 1 : bits === 32 ? 2 : 3;
    switch (row.kind) {
      case 'alu':
      case 'neg':
      case 'mov': {
        const op = (bits === 64 ? OP.alu64 : OP.alu32) + ALU_ORDER.indexOf(row.operation!);
        this.#emit(op, dst, row.kind === 'neg' ? 0 : this.#operand(row, instruction), 0, slot);
        return;
      }
      case 'movsx':
        this.#emit(MOVSX[`${bits}>${row.intoBits}`]!, dst, src, 0, slot);
        return;
      case 'addr-space':
        // One address space: every cast is the identity.
        this.#emit(OP.alu64 + ALU_ORDER.indexOf('mov'), dst, src, 0, slot);
        return;
      case 'end':
        this.#emit(this.#endOperation(row), dst, dst, 0, slot);
        return;
      case 'lddw': {
        const next = this.#program.instructions[slot + 1];
        if (!next || slot + 1 >= this.#end) {
          this.#fault(FAULT.unknownInstruction, opcode, slot, 1);
          return;
        }
        // A function's address is its first slot.
        const value = row.mnemonic === 'lddw_func' ? this.#constant(slot + 1 + imm, 0) : this.#constant(imm, next.imm);
        this.#emit(OP.alu64 + ALU_ORDER.indexOf('mov'), dst, value, 0, slot);
        return;
      }
      case 'load': {
        const index = LOAD_ORDER.indexOf(`${row.signed ? 's' : 'u'}${bits}`);
        this.#emit((this.#checked ? OP.loadChecked : OP.load) + index, dst, src, offset, slot);
        return;
      }
      case 'store':
      case 'store-imm':
        this.#emit(
          (this.#checked ? OP.storeChecked : OP.store) + size,
          dst,
          this.#operand(row, instruction),
          offset,
          slot,
        );
        return;
      case 'atomic':
      case 'load-acquire':
      case 'store-release':
        this.#atomics.push({
          operation: row.operation ?? 'mov',
          sizeBytes: bits / 8,
          fetch: row.fetch ?? false,
          offset,
        });
        this.#emit(
          row.kind === 'atomic' ? OP.atomic : row.kind === 'load-acquire' ? OP.loadAcquire : OP.storeRelease,
          dst,
          src,
          this.#atomics.length - 1,
          slot,
        );
        return;
      case 'packet':
        // dst: log2 of the size. src: the register to add, a constant 0 for LD_ABS.
        this.#emit(OP.packet, size, row.source === 'x' ? src : this.#constant(0, 0), imm, slot);
        return;
      case 'goto':
        this.#jump(OP.goto, 0, 0, slot, slot + 1 + (row.uses.includes('imm') ? imm : offset));
        return;
      case 'may-goto':
        this.#jump(OP.mayGoto, 0, 0, slot, slot + 1 + offset);
        return;
      case 'jump': {
        const op = (bits === 64 ? OP.jump64 : OP.jump32) + JUMP_ORDER.indexOf(row.operation!);
        this.#jump(op, dst, this.#operand(row, instruction), slot, slot + 1 + offset);
        return;
      }
      case 'call':
        this.#call(row, instruction, slot);
        return;
      case 'callx':
        this.#fault(FAULT.unknownInstruction, opcode, slot, 1);
        return;
      case 'exit':
        this.#emit(OP.exit, 0, 0, 0, slot);
        return;
    }
  }

  #endOperation({ operation, bits }: InstructionRow): number {
    if (operation !== 'le') return bits === 16 ? OP.swap16 : bits === 32 ? OP.swap32 : OP.swap64;
    // A little-endian machine: what is left is to cut.
    return bits === 16 ? OP.truncate16 : bits === 32 ? OP.alu32 + ALU_ORDER.indexOf('mov') : OP.nothing;
  }

  #call(row: InstructionRow, { imm }: Instruction, slot: number): void {
    if (row.mnemonic === 'call_local') {
      const target = slot + 1 + imm;
      const end = this.#program.instructions.length;
      // Leads to a function's first slot: its operation is found when all are known.
      const isFunction = this.#functions.has(target);
      this.#jumps.push({ operation: this.#code.length, target, start: isFunction ? target : end, end });
      this.#emit(OP.callLocal, 0, 0, 0, slot);
      return;
    }
    const kind = row.mnemonic === 'call_kfunc' ? 'kfunc' : 'helper';
    const target = this.#targetOf(imm, kind);
    if (!target) {
      this.#fault(FAULT.unknownHelper, this.#constant(imm, kind === 'kfunc' ? 1 : 0), slot, 1);
      return;
    }
    let index = this.#targetIndex.get(target);
    if (index === undefined) {
      index = this.#targets.push(target) - 1;
      this.#targetIndex.set(target, index);
    }
    this.#emit(OP.call, 0, 0, index, slot);
  }
}

/** What an operation reads or writes: the register with the address, the offset. Undefined for one that touches no memory. */
export interface AccessShape {
  readonly register: number;
  readonly offset: number;
  readonly sizeBytes: number;
  readonly write: boolean;
}

/** The access of an operation, by its two words. */
export function accessOf(code: number, aux: number, atomics: readonly AtomicOperation[]): AccessShape | undefined {
  const op = code & 0xff;
  const dst = (code >>> 8) & 15;
  const src = code >>> 12;
  const load = op >= OP.loadChecked ? op - OP.loadChecked : op - OP.load;
  if (op >= OP.load && op < OP.store) {
    return { register: src, offset: aux, sizeBytes: [1, 2, 4, 8, 1, 2, 4][load]!, write: false };
  }
  if (op >= OP.store && op < OP.atomic) {
    return { register: dst, offset: aux, sizeBytes: 1 << (op & 3), write: true };
  }
  if (op < OP.atomic || op > OP.storeRelease) return undefined;
  const { offset, sizeBytes } = atomics[aux]!;
  const isLoad = op === OP.loadAcquire;
  return { register: isLoad ? src : dst, offset, sizeBytes, write: !isLoad };
}
