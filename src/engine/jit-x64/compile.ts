// A linked program as x86-64 code.
//
// Registers are those of the kernel's compiler (arch/x86/net/bpf_jit_comp.c, reg2hex), but that r12 holds the host address of the address
// space, so that a program's address a is [r12 + a], and r9 that of the state block (state.ts). r10 and r11 are scratch.
//
// The code begins with its entry, a C function (state, function's address) -> how it ended. A BPF function keeps its may_goto
// count at [rsp]; a local call pushes r6 to r10. Within functions rsp is a multiple of 16, as C wants it at calls.
//
// Checked, an access looks at the shadow first, as memory.ts says; what is not plain goes through a routine out of line. Unchecked, the
// address is cut to 32 bits and compared with the size of the memory, so that the host's own is never touched either. Accesses through r10
// that stay in the frame need neither, where no instruction writes r10.

import { BPF_PSEUDO_CALL, FRAME_POINTER, type Instruction, type InstructionRow } from '../../isa/extended/index.js';
import type { CallTarget, CompileOptions, LinkedProgram } from '../engine.js';
import { type BasicBlock, type BpfFunction, decodeProgram, isTailCall } from '../jit-wasm/functions.js';
import { FRAME_BYTES, FRAME_STRIDE_BYTES, MAY_GOTO_LIMIT, WORD } from '../machine.js';
import { SHADOW_FULL, SHADOW_LENGTH_MASK } from '../memory.js';
import { emitAlu, emitEnd, emitMove64 } from './arithmetic.js';
import { Assembler, type Label } from './assembler.js';
import type { Condition } from './encoding.js';
import { type Bits, immediate, type Memory, memory, type Register, register, X86 } from './operands.js';
import { CALL_END, FAULT, type FaultName, RUN_END, STATE } from './state.js';

/** Numbers of r0 to r10. */
export const REGISTERS = [
  X86.rax,
  X86.rdi,
  X86.rsi,
  X86.rdx,
  X86.rcx,
  X86.r8,
  X86.rbx,
  X86.r13,
  X86.r14,
  X86.r15,
  X86.rbp,
] as const;

/** Where machine code calls JavaScript. */
export interface CallSite {
  readonly slot: number;
  /** The helper; undefined: a packet load. */
  readonly target: CallTarget | undefined;
  readonly tailCall: boolean;
  /** Of a packet load. */
  readonly sizeBytes: number;
}

/** What the compiler makes of a program. */
export interface CompiledProgram {
  readonly code: Uint8Array<ArrayBuffer>;
  readonly assembler: Assembler;
  /** First slot of a function -> where its code begins. */
  readonly entries: ReadonlyMap<number, number>;
  readonly sites: readonly CallSite[];
  /** Blocks in the order of their counters. */
  readonly blocks: readonly BasicBlock[];
  readonly lengths: Uint8Array;
  readonly rows: readonly (InstructionRow | undefined)[];
}

export type Targets = (id: number, kind: 'helper' | 'kfunc') => CallTarget | undefined;

/** Jumps of the comparisons. */
const JUMPS: Readonly<Record<string, Condition>> = {
  eq: 'je',
  ne: 'jne',
  gt: 'ja',
  ge: 'jae',
  lt: 'jb',
  le: 'jbe',
  sgt: 'jg',
  sge: 'jge',
  slt: 'jl',
  sle: 'jle',
  set: 'jne',
};
const SAVED_BY_C = [X86.rbp, X86.rbx, X86.r12, X86.r13, X86.r14, X86.r15];
/** r6 to r10; r9 too, so that rsp stays a multiple of 16. */
const SAVED_BY_CALL = [X86.rbx, X86.r13, X86.r14, X86.r15, X86.rbp, X86.r9];
const LOST_IN_C = [X86.rdi, X86.rsi, X86.rdx, X86.rcx, X86.r8, X86.r9];
const LIMIT_INDEX: Readonly<Record<number, number>> = { 1: 0, 2: 1, 4: 2, 8: 3 };

/** Compiles a program; pure, and possible on any processor. */
export function compileProgram(program: LinkedProgram, targets: Targets, options: CompileOptions): CompiledProgram {
  return new Compiler(program, targets, options).compile();
}

class Compiler {
  private readonly asm = new Assembler();
  private readonly decoded: ReturnType<typeof decodeProgram>;
  private readonly targets: Targets;
  private readonly options: CompileOptions;
  private readonly stackIsSafe: boolean;
  private readonly functionLabels = new Map<number, Label>();
  private readonly sites: CallSite[] = [];
  private readonly blocks: BasicBlock[] = [];
  /** Code that is to stand behind all functions. */
  private readonly later: (() => void)[] = [];
  private readonly faultLabels = new Map<FaultName, Label>();
  private readonly slowChecks = new Map<number, Label>();
  private readonly leaveWithFault: Label;

  constructor(program: LinkedProgram, targets: Targets, options: CompileOptions) {
    this.decoded = decodeProgram(program);
    this.targets = targets;
    this.options = options;
    this.leaveWithFault = this.asm.label();
    this.stackIsSafe = !this.decoded.functions.some(({ writesFramePointer }) => writesFramePointer);
    for (const { start } of this.decoded.functions) this.functionLabels.set(start, this.asm.label());
  }

  compile(): CompiledProgram {
    const { asm } = this;
    this.emitEntry();
    for (const bpf of this.decoded.functions) this.emitFunction(bpf);
    // What is put off may put off more.
    for (let emit = this.later.shift(); emit; emit = this.later.shift()) emit();
    asm.slot = -1;
    this.emitSlowChecks();
    this.emitFaultTails();
    asm.layOut();
    return {
      code: asm.toBytes(),
      assembler: asm,
      entries: new Map([...this.functionLabels].map(([start, label]) => [start, asm.offsetOf(label)])),
      sites: this.sites,
      blocks: this.blocks,
      lengths: this.decoded.lengths,
      rows: this.decoded.rows,
    };
  }

  // ---- the parts that all programs have

  private emitEntry(): void {
    const { asm } = this;
    for (const saved of SAVED_BY_C) asm.emit('push', register(saved));
    asm.emit('mov', register(X86.r9), register(X86.rdi));
    asm.emit('mov', register(X86.r11), register(X86.rsi));
    // Entries nest: callbacks and tail calls come through JavaScript.
    asm.emit('push', state(STATE.stack));
    asm.emit('mov', state(STATE.stack), register(X86.rsp));
    asm.emit('mov', register(X86.r12), state(STATE.base));
    asm.emit('mov', register(X86.rbp), state(STATE.frame));
    for (let n = 1; n <= 5; n++) asm.emit('mov', bpf(n), state(STATE.arguments + (n - 1) * 8));
    for (const zeroed of [0, 6, 7, 8, 9]) asm.emit('xor', bpf(zeroed, 32), bpf(zeroed, 32));
    asm.emit('call', register(X86.r11));
    asm.emit('mov', state(STATE.result), register(X86.rax));
    asm.emit('mov', register(X86.rax, 32), immediate(RUN_END.exit));
    const leave = asm.label();
    asm.bind(leave);
    asm.emit('pop', state(STATE.stack));
    for (const saved of SAVED_BY_C.toReversed()) asm.emit('pop', register(saved));
    asm.emit('ret');
    asm.bind(this.leaveWithFault);
    asm.emit('mov', register(X86.rsp), state(STATE.stack));
    asm.emit('mov', register(X86.rax, 32), immediate(RUN_END.fault));
    asm.jump('jmp', leave);
  }

  /** What faults of a kind have in common: the slot is in r10, the address of an access in r11. */
  private emitFaultTails(): void {
    const { asm } = this;
    for (const [fault, label] of this.faultLabels) {
      asm.bind(label);
      asm.emit('mov', state(STATE.fault, 32), immediate(FAULT[fault]));
      asm.emit('mov', state(STATE.slot, 32), register(X86.r10, 32));
      if (fault === 'wildAccess' || fault === 'unaligned') asm.emit('mov', state(STATE.address), register(X86.r11));
      asm.jump('jmp', this.leaveWithFault);
    }
  }

  /** Faults at a slot, here. */
  private fault(fault: FaultName, slot: number): void {
    let label = this.faultLabels.get(fault);
    if (!label) this.faultLabels.set(fault, (label = this.asm.label()));
    this.asm.emit('mov', register(X86.r10, 32), immediate(slot));
    this.asm.jump('jmp', label);
  }

  /** Faults when a condition holds, out of line. */
  private faultIf(condition: Condition, fault: FaultName, slot: number): void {
    const stub = this.asm.label();
    this.asm.jump(condition, stub);
    this.putOff(stub, () => this.fault(fault, slot));
  }

  private putOff(label: Label, emit: () => void): void {
    const { slot } = this.asm;
    this.later.push(() => {
      this.asm.slot = slot;
      this.asm.bind(label);
      emit();
    });
  }

  // ---- functions

  private emitFunction(bpf: BpfFunction): void {
    const { asm } = this;
    const { blocks } = bpf;
    const labels = blocks.map(() => asm.label());
    const looped = new Set<number>();
    blocks.forEach(({ flow, start }) => {
      const targets = flow.kind === 'jump' ? [flow.to] : flow.kind === 'branch' ? [flow.taken, flow.otherwise] : [];
      for (const target of targets) if (blocks[target]!.start <= start) looped.add(target);
    });
    asm.slot = bpf.start;
    asm.bind(this.functionLabels.get(bpf.start)!);
    asm.emit('push', immediate(MAY_GOTO_LIMIT));
    blocks.forEach((block, node) => {
      asm.slot = block.deadEnd === 'fell-off-the-end' ? -1 : block.start;
      asm.bind(labels[node]!);
      if (looped.has(node)) this.checkBudget(block.start);
      this.count(block);
      if (block.deadEnd) {
        this.fault(block.deadEnd === 'unknown-instruction' ? 'unknownInstruction' : 'fellOffTheEnd', block.start);
        return;
      }
      this.emitBlock(block, labels);
      const { flow } = block;
      const next = flow.kind === 'jump' ? flow.to : flow.kind === 'branch' ? flow.otherwise : undefined;
      if (next !== undefined && next !== node + 1) asm.jump('jmp', labels[next]!);
    });
  }

  private emitBlock(block: BasicBlock, labels: readonly Label[]): void {
    const { rows, lengths, slots } = this.decoded;
    const { flow } = block;
    let charged = block.start;
    for (let slot = block.start; slot < block.end; slot += lengths[slot]!) {
      const row = rows[slot]!;
      this.asm.slot = slot;
      if (slot >= charged) charged = this.charge(slot, block.end);
      this.emitInstruction(row, slots[slot]!, slot, flow.kind === 'branch' ? labels[flow.taken] : undefined);
    }
  }

  /** Counts an execution of the block. */
  private count(block: BasicBlock): void {
    const { asm } = this;
    if (this.options.coverage) {
      asm.emit('mov', register(X86.r11), state(STATE.counters));
      asm.emit('inc', memory(32, X86.r11, this.blocks.length * 4));
    }
    this.blocks.push(block);
  }

  /** Takes the instructions up to the next call, or the block's end, from the budget; gives the slot behind them. */
  private charge(from: number, end: number): number {
    const { rows, lengths } = this.decoded;
    let slot = from;
    let instructions = 0;
    while (slot < end) {
      instructions++;
      const { kind } = rows[slot]!;
      slot += lengths[slot]!;
      if (kind === 'call' || kind === 'packet') break;
    }
    this.asm.emit('sub', state(STATE.budget), immediate(instructions));
    return slot;
  }

  private checkBudget(slot: number): void {
    this.asm.emit('cmp', state(STATE.budget), immediate(0));
    this.faultIf('jl', 'budget', slot);
  }

  // ---- instructions

  private emitInstruction(row: InstructionRow, instruction: Instruction, slot: number, taken: Label | undefined): void {
    const { asm } = this;
    const { dst, src, offset, imm } = instruction;
    const bits = row.bits as Bits;
    switch (row.kind) {
      case 'alu':
        emitAlu(asm, row, bpf(dst, bits), row.source === 'x' ? bpf(src, bits) : immediate(imm));
        return;
      case 'neg':
        asm.emit('neg', bpf(dst, bits));
        return;
      case 'mov':
        if (row.source === 'x') asm.emit('mov', bpf(dst, bits), bpf(src, bits));
        else emitMove64(asm, REGISTERS[dst]!, imm, bits === 64 ? imm >> 31 : 0);
        return;
      case 'addr-space':
        // There is one address space.
        asm.emit('mov', bpf(dst), bpf(src));
        return;
      case 'movsx':
        asm.emit(bits === 32 ? 'movsxd' : 'movsx', bpf(dst, row.intoBits!), bpf(src, bits));
        return;
      case 'end':
        emitEnd(asm, row, REGISTERS[dst]!);
        return;
      case 'lddw': {
        const isFunction = row.mnemonic === 'lddw_func';
        const low = isFunction ? slot + 1 + imm : imm;
        emitMove64(asm, REGISTERS[dst]!, low, isFunction ? 0 : this.decoded.slots[slot + 1]!.imm);
        return;
      }
      case 'load-acquire':
        // Loads of this processor acquire, its stores release.
        this.align(src, offset, bits / 8, slot);
        this.load(row, dst, this.place(src, offset, bits, false, slot));
        return;
      case 'load':
        this.load(row, dst, this.place(src, offset, bits, false, slot));
        return;
      case 'store-release':
        this.align(dst, offset, bits / 8, slot);
        asm.emit('mov', this.place(dst, offset, bits, true, slot), bpf(src, bits));
        return;
      case 'store':
        asm.emit('mov', this.place(dst, offset, bits, true, slot), bpf(src, bits));
        return;
      case 'store-imm':
        asm.emit('mov', this.place(dst, offset, bits, true, slot), immediate(imm));
        return;
      case 'atomic':
        this.align(dst, offset, bits / 8, slot);
        this.atomic(row, src, this.place(dst, offset, bits, true, slot));
        return;
      case 'packet':
        this.packet(row, instruction, slot);
        return;
      case 'goto':
        return;
      case 'jump': {
        const source = row.source === 'x' ? bpf(src, bits) : immediate(imm);
        asm.emit(row.operation === 'set' ? 'test' : 'cmp', bpf(dst, bits), source);
        asm.jump(JUMPS[row.operation!]!, taken!);
        return;
      }
      case 'may-goto': {
        const left = memory(32, X86.rsp);
        asm.emit('cmp', left, immediate(0));
        asm.jump('je', taken!);
        asm.emit('dec', left);
        return;
      }
      case 'call':
        this.call(row, instruction, slot);
        return;
      case 'exit':
        this.checkBudget(slot);
        this.emitReturn();
        return;
      case 'callx':
        throw new Error('callx is never in a block');
    }
  }

  private emitReturn(): void {
    this.asm.emit('pop', register(X86.r11));
    this.asm.emit('ret');
  }

  // ---- memory

  /** Readies an access: emits its check, and says where it goes. Uses r10 and r11. */
  private place(base: number, offset: number, bits: Bits, write: boolean, slot: number): Memory {
    const sizeBytes = bits / 8;
    if (base === FRAME_POINTER && this.stackIsSafe && offset >= -FRAME_BYTES && offset + sizeBytes <= 0) {
      return memory(bits, X86.r12, offset, X86.rbp);
    }
    if (this.options.checked) this.check(base, offset, sizeBytes, write, slot);
    else {
      this.address(base, offset, 32);
      const limit = state(STATE.limits + LIMIT_INDEX[sizeBytes]! * 8);
      this.asm.emit('cmp', register(X86.r11), limit);
      this.faultIf('ja', 'wildAccess', slot);
    }
    return memory(bits, X86.r12, 0, X86.r11);
  }

  /** r11 = register + offset; 32 bits of it are zero extended. */
  private address(base: number, offset: number, bits: 32 | 64): void {
    if (offset === 0) this.asm.emit('mov', register(X86.r11, bits), bpf(base, bits));
    else this.asm.emit('lea', register(X86.r11, bits), memory(bits, REGISTERS[base]!, offset));
  }

  /** The check of memory.ts, for accesses within one eight. */
  private check(base: number, offset: number, sizeBytes: number, write: boolean, slot: number): void {
    const { asm } = this;
    const [r10d, r11d] = [register(X86.r10, 32), register(X86.r11, 32)];
    const slow = asm.label();
    const allowed = asm.label();
    this.address(base, offset, 64);
    asm.emit('cmp', register(X86.r11), state(STATE.maximum));
    asm.jump('jae', slow);
    asm.emit('mov', r10d, r11d);
    asm.emit('shr', r10d, immediate(3));
    asm.emit('add', register(X86.r10), state(STATE.shadow));
    this.shadowByte(X86.r10, memory(8, X86.r10), write);
    asm.emit('sub', r10d, immediate(sizeBytes));
    asm.emit('push', register(X86.r11));
    asm.emit('and', r11d, immediate(7));
    asm.emit('cmp', r11d, r10d);
    asm.emit('pop', register(X86.r11));
    asm.jump('jg', slow);
    asm.bind(allowed);
    this.putOff(slow, () => {
      const key = sizeBytes | (write ? 16 : 0);
      let routine = this.slowChecks.get(key);
      if (!routine) this.slowChecks.set(key, (routine = asm.label()));
      asm.jump('call', routine);
      asm.jump('jae', allowed);
      this.fault('wildAccess', slot);
    });
  }

  /** Loads a shadow byte so that signed comparison says what may be touched. */
  private shadowByte(into: number, place: Memory, write: boolean): void {
    const { asm } = this;
    asm.emit(write ? 'movsx' : 'movzx', register(into, 32), place);
    if (!write) asm.emit('and', register(into, 32), immediate(SHADOW_LENGTH_MASK));
  }

  /** The whole check of the address in r11, as routines: carry when it may not be. r10 is lost. */
  private emitSlowChecks(): void {
    const { asm } = this;
    const [rax, r10, r11] = [register(X86.rax), register(X86.r10), register(X86.r11)];
    const [eax, r11d] = [register(X86.rax, 32), register(X86.r11, 32)];
    for (const [key, routine] of this.slowChecks) {
      const sizeBytes = key & 15;
      const write = (key & 16) !== 0;
      const outside = asm.label();
      const refused = asm.label();
      const allowed = asm.label();
      asm.bind(routine);
      asm.emit('cmp', r11, state(STATE.maximum));
      asm.jump('jae', outside);
      asm.emit('push', r11);
      asm.emit('push', rax);
      asm.emit('mov', r10, r11);
      asm.emit('shr', r10, immediate(3));
      asm.emit('add', r10, state(STATE.shadow));
      this.shadowByte(X86.rax, memory(8, X86.r10), write);
      // r11: how far into its eight the first byte behind the access lies.
      asm.emit('and', r11d, immediate(7));
      asm.emit('add', r11d, immediate(sizeBytes));
      const within = asm.label();
      asm.emit('cmp', r11d, immediate(8));
      asm.jump('jbe', within);
      asm.emit('cmp', eax, immediate(SHADOW_FULL));
      asm.jump('jl', refused);
      // The second eight may lie where no shadow is.
      asm.emit('mov', rax, memory(64, X86.rsp, 8));
      asm.emit('add', rax, immediate(8));
      asm.emit('cmp', rax, state(STATE.maximum));
      asm.jump('jae', refused);
      this.shadowByte(X86.rax, memory(8, X86.r10, 1), write);
      asm.emit('sub', r11d, immediate(8));
      asm.bind(within);
      asm.emit('cmp', eax, r11d);
      asm.jump('jge', allowed);
      asm.bind(refused);
      asm.emit('pop', rax);
      asm.emit('pop', r11);
      asm.bind(outside);
      asm.emit('stc');
      asm.emit('ret');
      asm.bind(allowed);
      asm.emit('pop', rax);
      asm.emit('pop', r11);
      asm.emit('clc');
      asm.emit('ret');
    }
  }

  /** The fault of an atomic access that is not aligned. */
  private align(base: number, offset: number, sizeBytes: number, slot: number): void {
    if (sizeBytes === 1) return;
    this.address(base, offset, 32);
    this.asm.emit('test', register(X86.r11, 8), immediate(sizeBytes - 1));
    this.faultIf('jne', 'unaligned', slot);
  }

  private load(row: InstructionRow, dst: number, place: Memory): void {
    const { asm } = this;
    if (row.signed) asm.emit(row.bits === 32 ? 'movsxd' : 'movsx', bpf(dst), place);
    else if (row.bits < 32) asm.emit('movzx', bpf(dst, 32), place);
    else asm.emit('mov', bpf(dst, row.bits), place);
  }

  private atomic(row: InstructionRow, src: number, place: Memory): void {
    const { asm } = this;
    const bits = row.bits as 32 | 64;
    const source = bpf(src, bits);
    const r10 = register(X86.r10, bits);
    switch (row.operation) {
      case 'xchg':
        asm.emit('xchg', place, source);
        return;
      case 'cmpxchg':
        asm.locked('cmpxchg', place, source);
        // When it was equal, eax was not written.
        if (bits === 32) asm.emit('mov', bpf(0, 32), bpf(0, 32));
        return;
      default:
    }
    if (!row.fetch) {
      asm.locked(row.operation!, place, source);
      return;
    }
    if (row.operation === 'add') {
      asm.locked('xadd', place, source);
      return;
    }
    // No instruction gives back what was there: again until nobody came in between.
    const again = asm.label();
    const old = register(X86.rax, bits);
    asm.emit('push', register(X86.rax));
    asm.emit('mov', old, place);
    asm.bind(again);
    asm.emit('mov', r10, old);
    asm.emit(row.operation!, r10, src === 0 ? memory(bits, X86.rsp) : source);
    asm.locked('cmpxchg', place, r10);
    asm.jump('jne', again);
    asm.emit('mov', r10, old);
    asm.emit('pop', register(X86.rax));
    asm.emit('mov', source, r10);
  }

  // ---- calls

  private call(row: InstructionRow, instruction: Instruction, slot: number): void {
    const { imm, src } = instruction;
    if (src === BPF_PSEUDO_CALL) {
      this.callFunction(slot + 1 + imm, slot);
      return;
    }
    const target = this.targets(imm, row.mnemonic === 'call_kfunc' ? 'kfunc' : 'helper');
    if (!target) {
      this.fault('unknownHelper', slot);
      return;
    }
    this.checkBudget(slot);
    const { asm } = this;
    for (let n = 1; n <= target.signature.count; n++) {
      asm.emit('mov', state(STATE.arguments + (n - 1) * 8), bpf(n));
    }
    this.callJavaScript({ slot, target, tailCall: isTailCall(row, instruction), sizeBytes: 0 });
  }

  /** LD_ABS, LD_IND: outside of the packet the function ends with 0. */
  private packet(row: InstructionRow, { src, imm }: Instruction, slot: number): void {
    const { asm } = this;
    this.checkBudget(slot);
    asm.emit('mov', register(X86.r11, 32), immediate(imm));
    if (row.source === 'x') asm.emit('add', register(X86.r11, 32), bpf(src, 32));
    asm.emit('mov', state(STATE.arguments), register(X86.r11));
    this.callJavaScript({ slot, target: undefined, tailCall: false, sizeBytes: row.bits / 8 });
  }

  /** r0 = what JavaScript left in the state. */
  private callJavaScript(site: CallSite): void {
    const { asm } = this;
    for (const lost of LOST_IN_C) asm.emit('push', register(lost));
    asm.emit('mov', register(X86.rdi, 32), immediate(this.sites.length));
    this.sites.push(site);
    asm.emit('call', state(STATE.callback));
    for (const lost of LOST_IN_C.toReversed()) asm.emit('pop', register(lost));
    // The memory may be elsewhere after it has grown.
    asm.emit('mov', register(X86.r12), state(STATE.base));
    const leave = asm.label();
    asm.emit('cmp', register(X86.rax, 32), immediate(CALL_END.fault));
    asm.emit('mov', register(X86.rax), state(STATE.result));
    asm.jump('jae', leave);
    this.putOff(leave, () => {
      asm.jump('je', this.leaveWithFault);
      this.emitReturn();
    });
  }

  private callFunction(start: number, slot: number): void {
    const { asm } = this;
    const [r10d, r11] = [register(X86.r10, 32), register(X86.r11)];
    const frameWord = memory(32, X86.r11, WORD.frame * 4);
    this.checkBudget(slot);
    asm.emit('mov', r10d, state(STATE.frameNumber, 32));
    asm.emit('add', r10d, immediate(1));
    asm.emit('cmp', r10d, state(STATE.frameLimit, 32));
    this.faultIf('jge', 'callDepth', slot);
    const callee = this.functionLabels.get(start);
    if (!callee) {
      this.fault('fellOffTheEnd', start);
      return;
    }
    asm.emit('mov', state(STATE.frameNumber, 32), r10d);
    asm.emit('mov', r11, state(STATE.words));
    asm.emit('mov', frameWord, r10d);
    for (const saved of SAVED_BY_CALL) asm.emit('push', register(saved));
    if (this.stackIsSafe) asm.emit('sub', register(X86.rbp), immediate(FRAME_STRIDE_BYTES));
    else {
      // r10 may be anything here.
      asm.emit('imul', register(X86.rbp, 32), r10d, immediate(-FRAME_STRIDE_BYTES));
      asm.emit('add', register(X86.rbp, 32), state(STATE.stackTop, 32));
    }
    asm.jump('call', callee);
    for (const saved of SAVED_BY_CALL.toReversed()) asm.emit('pop', register(saved));
    asm.emit('mov', r10d, state(STATE.frameNumber, 32));
    asm.emit('sub', r10d, immediate(1));
    asm.emit('mov', state(STATE.frameNumber, 32), r10d);
    asm.emit('mov', r11, state(STATE.words));
    asm.emit('mov', frameWord, r10d);
  }
}

/** A BPF register as an operand. */
const bpf = (number: number, bits: Bits = 64): Register => register(REGISTERS[number]!, bits);

const state = (offset: number, bits: Bits = 64): Memory => memory(bits, X86.r9, offset);
