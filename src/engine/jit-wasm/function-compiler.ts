// One BPF function into one WebAssembly function: r0 to r9 are locals of 64 bits, r10 is made of the address of the frame, control is
// structured (structure.ts).
//
//     (frame: i32, r1: i64, ... as many as it reads) -> r0: i64
//
// `frame` is the lowest address of its frame, so that an access to the stack is a load with a constant offset.

import { BPF_PSEUDO_CALL, FRAME_POINTER, type Instruction, type InstructionRow } from '../../isa/extended/index.js';
import type { CallTarget, CompileOptions } from '../engine.js';
import { FRAME_BYTES, FRAME_STRIDE_BYTES, MAY_GOTO_LIMIT, WORD } from '../machine.js';
import { type FlowGraph, structureFlow } from '../structure.js';
import { BLOCK_VOID, type FunctionBuilder, type OpcodeName, WasmFlowSink } from '../wasm/index.js';
import { constant, emitAlu, emitCondition, emitEnd, emitNegate, emitSignExtend, type Operand } from './arithmetic.js';
import { type BasicBlock, type BpfFunction, type DecodedProgram, isTailCall } from './functions.js';
import type { InlineCall } from './inline-calls.js';
import { CheckedStretches, emitCheck, isInFrame, type Layout } from './memory-access.js';

/** What an imported `fault` is told, with a slot: which fault. */
export const FAULT = {
  unknownInstruction: 0,
  fellOffTheEnd: 1,
  unknownHelper: 2,
  unknownKfunc: 3,
  budget: 4,
  callDepth: 5,
  noFunction: 6,
  unaligned: 7,
} as const;

/** What the functions of a module share: indices of its imports, globals and functions. */
export interface ModuleParts {
  readonly decoded: DecodedProgram;
  readonly options: CompileOptions;
  readonly layout: Layout;
  /** Instructions are counted. */
  readonly fuel: boolean;
  /** Global: address of the machine's words. */
  readonly words: number;
  /** Global: address of the block counters; undefined without coverage. */
  readonly counters: number | undefined;
  /** Imported: (fault, slot, detail). */
  readonly fault: number;
  /** Imported: (offset, size, slot) -> bytes of the packet. */
  readonly packet: number;
  /** (address, size and write, slot). */
  readonly check: number;
  /** Imported helpers. */
  readonly targets: ReadonlyMap<CallTarget, number>;
  readonly targetOf: (id: number, kind: 'helper' | 'kfunc') => CallTarget | undefined;
  /** What takes the place of a call of a helper, if anything does. */
  readonly inlineCall: (target: CallTarget, constants: readonly (number | undefined)[]) => InlineCall | undefined;
  /** First slot -> index of the function. */
  readonly functionIndices: ReadonlyMap<number, number>;
  readonly functionByStart: ReadonlyMap<number, BpfFunction>;
}

const LOADS: Readonly<Record<string, OpcodeName>> = {
  u8: 'i64.load8_u',
  u16: 'i64.load16_u',
  u32: 'i64.load32_u',
  u64: 'i64.load',
  s8: 'i64.load8_s',
  s16: 'i64.load16_s',
  s32: 'i64.load32_s',
};
const STORES: Readonly<Record<number, OpcodeName>> = {
  8: 'i64.store8',
  16: 'i64.store16',
  32: 'i64.store32',
  64: 'i64.store',
};
const ATOMICS: Readonly<Record<string, OpcodeName>> = {
  add: 'i64.add',
  or: 'i64.or',
  and: 'i64.and',
  xor: 'i64.xor',
};

/** Structured control with the budget looked at where a loop begins anew. */
class FueledSink extends WasmFlowSink {
  private readonly onLoop: (node: number) => void;

  constructor(code: FunctionBuilder, emitNode: (node: number) => void, onLoop: (node: number) => void) {
    super(code, emitNode);
    this.onLoop = onLoop;
  }

  override loop(node: number): void {
    super.loop(node);
    this.onLoop(node);
  }
}

export class FunctionCompiler {
  private readonly parts: ModuleParts;
  private readonly bpf: BpfFunction;
  private readonly code: FunctionBuilder;
  private readonly firstCounter: number;
  private readonly registers: number[] = [];
  private readonly frame = 0;
  private readonly stretches = new CheckedStretches();
  /** Low halves of the registers whose constants a block has loaded. */
  private readonly constants = new Map<number, number>();
  /** Registers that point into the frame, and where: relative to r10. */
  private readonly frameOffsets = new Map<number, number>();
  private locals: { address: number; wrapped: number } | undefined;
  private old: number | undefined;
  private fuelLocal = -1;
  private loopsLocal = -1;
  /** The structured code is a switch in a loop: the budget is looked at in every block. */
  private dispatched = false;
  /** Places in the instruction stream where a slot's code begins: pairs of place and slot, both ascending in place. */
  readonly marks: number[] = [];

  /** `firstCounter`: number of the function's first block among those of the program. */
  constructor(parts: ModuleParts, bpf: BpfFunction, code: FunctionBuilder, firstCounter: number) {
    this.parts = parts;
    this.bpf = bpf;
    this.code = code;
    this.firstCounter = firstCounter;
  }

  compile({ forceDispatch = false } = {}): void {
    const { code, bpf, parts } = this;
    for (let register = 0; register < FRAME_POINTER; register++) {
      this.registers.push(
        register >= 1 && register <= bpf.argumentCount ? register : code.local('i64', `r${register}`),
      );
    }
    if (bpf.writesFramePointer) {
      this.registers.push(code.local('i64', 'r10'));
      code.get(this.frame).i32(FRAME_BYTES).emit('i32.add').emit('i64.extend_i32_u').set(this.registers[10]!);
    }
    if (bpf.usesMayGoto) {
      this.loopsLocal = code.local('i32', 'loops');
      code.i32(MAY_GOTO_LIMIT).set(this.loopsLocal);
    }
    if (parts.fuel) {
      this.fuelLocal = code.local('i64', 'fuel');
      this.reloadFuel();
    }
    const { blocks } = bpf;
    const graph: FlowGraph = { size: blocks.length, end: node => blocks[node]!.flow };
    const sink = new FueledSink(
      code,
      node => this.emitBlock(blocks[node]!, node),
      node => this.checkFuel(blocks[node]!.start),
    );
    const dispatch = sink.dispatch.bind(sink);
    sink.dispatch = cases => {
      this.dispatched = true;
      dispatch(cases);
    };
    structureFlow(graph, sink, { forceDispatch });
    code.emit('unreachable');
  }

  // ---- operands

  private get(register: number): void {
    if (register === FRAME_POINTER && !this.bpf.writesFramePointer) {
      this.code.get(this.frame).i32(FRAME_BYTES).emit('i32.add').emit('i64.extend_i32_u');
    } else {
      this.code.get(this.registers[register]!);
    }
  }

  private set(register: number): void {
    this.code.set(this.registers[register]!);
    this.stretches.assign(register);
    this.constants.delete(register);
    this.frameOffsets.delete(register);
  }

  private register(register: number): Operand {
    return {
      push: bits => {
        this.get(register);
        if (bits === 32) this.code.emit('i32.wrap_i64');
      },
      constant: undefined,
    };
  }

  private source(row: InstructionRow, { src, imm }: Instruction): Operand {
    if (row.source === 'x') return this.register(src);
    return { push: bits => constant(this.code, bits, imm), constant: imm };
  }

  // ---- blocks

  private emitBlock(block: BasicBlock, node: number): void {
    const { code, parts } = this;
    const { slots, rows, lengths } = parts.decoded;
    this.stretches.clear();
    this.constants.clear();
    this.frameOffsets.clear();
    if (!this.bpf.writesFramePointer) this.frameOffsets.set(FRAME_POINTER, 0);
    if (block.deadEnd) {
      const unknown = block.deadEnd === 'unknown-instruction';
      this.count(node);
      this.fault(
        unknown ? FAULT.unknownInstruction : FAULT.fellOffTheEnd,
        block.start,
        unknown ? slots[block.start]!.opcode : 0,
      );
      return;
    }
    if (this.dispatched) this.checkFuel(block.start);
    this.count(node);
    let charged = block.start;
    for (let slot = block.start; slot < block.end; slot += lengths[slot]!) {
      const row = rows[slot]!;
      if (parts.fuel && slot >= charged) charged = this.charge(slot, block.end);
      this.marks.push(code.stream.length, slot);
      this.emitInstruction(row, slots[slot]!, slot);
    }
  }

  /** Counts an execution of the block. */
  private count(node: number): void {
    const { counters } = this.parts;
    if (counters === undefined) return;
    const offset = (this.firstCounter + node) * 4;
    this.code.emit('global.get', counters).emit('global.get', counters).emit('i32.load', 2, offset);
    this.code.i32(1).emit('i32.add').emit('i32.store', 2, offset);
  }

  // ---- budget

  /** Takes the instructions from a slot up to the next call, or the block's end, from the budget; gives the slot behind them. */
  private charge(from: number, end: number): number {
    const { rows, lengths } = this.parts.decoded;
    let slot = from;
    let instructions = 0;
    while (slot < end) {
      instructions++;
      const { kind } = rows[slot]!;
      slot += lengths[slot]!;
      if (kind === 'call' || kind === 'packet') break;
    }
    this.code.get(this.fuelLocal).i64(instructions, 0).emit('i64.sub').set(this.fuelLocal);
    return slot;
  }

  private checkFuel(slot: number): void {
    if (!this.parts.fuel) return;
    this.code.get(this.fuelLocal).i64(0, 0).emit('i64.lt_s').emit('if', BLOCK_VOID);
    this.fault(FAULT.budget, slot);
    this.code.emit('end');
  }

  /** Looks at the budget and writes it where callees find it. */
  private saveFuel(slot: number): void {
    if (!this.parts.fuel) return;
    this.checkFuel(slot);
    this.code
      .emit('global.get', this.parts.words)
      .get(this.fuelLocal)
      .emit('i64.store32', 2, WORD.budget * 4);
  }

  private reloadFuel(): void {
    if (!this.parts.fuel) return;
    this.code
      .emit('global.get', this.parts.words)
      .emit('i64.load32_u', 2, WORD.budget * 4)
      .set(this.fuelLocal);
  }

  private fault(fault: number, slot: number, detail = 0): void {
    this.code.i32(fault).i32(slot).i32(detail).emit('call', this.parts.fault).emit('unreachable');
  }

  // ---- instructions

  private emitInstruction(row: InstructionRow, instruction: Instruction, slot: number): void {
    const { code } = this;
    const { dst, src, offset, imm } = instruction;
    switch (row.kind) {
      case 'alu':
        emitAlu(code, row, this.register(dst), this.source(row, instruction));
        this.setSum(row, instruction);
        return;
      case 'neg':
        emitNegate(code, row.bits as 32 | 64, this.register(dst));
        this.set(dst);
        return;
      case 'mov':
        this.source(row, instruction).push(row.bits as 32 | 64);
        if (row.bits === 32) code.emit('i64.extend_i32_u');
        this.setCopy(row, instruction);
        return;
      case 'addr-space':
        // There is one address space.
        this.get(src);
        this.setCopy(row, instruction);
        return;
      case 'movsx':
        emitSignExtend(code, row.bits, row.intoBits!, this.register(src));
        this.set(dst);
        return;
      case 'end':
        emitEnd(code, row, this.register(dst));
        this.set(dst);
        return;
      case 'lddw': {
        const isFunction = row.mnemonic === 'lddw_func';
        const low = isFunction ? slot + 1 + imm : imm;
        const high = isFunction ? 0 : this.parts.decoded.slots[slot + 1]!.imm;
        code.i64(low, high);
        this.set(dst);
        if (high === 0) this.constants.set(dst, low >>> 0);
        return;
      }
      case 'load':
        this.load(row, dst, this.place(src, offset, row.bits / 8, false, slot));
        return;
      case 'load-acquire':
        this.align(src, offset, row.bits / 8, slot);
        this.load(row, dst, this.place(src, offset, row.bits / 8, false, slot));
        return;
      case 'store':
      case 'store-imm':
        this.store(row, instruction, this.place(dst, offset, row.bits / 8, true, slot));
        return;
      case 'store-release':
        this.align(dst, offset, row.bits / 8, slot);
        this.store({ ...row, source: 'x' }, instruction, this.place(dst, offset, row.bits / 8, true, slot));
        return;
      case 'atomic':
        this.align(dst, offset, row.bits / 8, slot);
        this.atomic(row, instruction, this.place(dst, offset, row.bits / 8, true, slot));
        return;
      case 'packet':
        this.packet(row, instruction, slot);
        return;
      case 'goto':
        return;
      case 'jump':
        emitCondition(code, row, this.register(dst), this.source(row, instruction));
        return;
      case 'may-goto': {
        const spent = this.scratch();
        code.get(this.loopsLocal).emit('i32.eqz').emit('local.tee', spent);
        code.get(this.loopsLocal).get(spent).emit('i32.eqz').emit('i32.sub').set(this.loopsLocal);
        return;
      }
      case 'call':
        this.call(row, instruction, slot);
        return;
      case 'exit':
        this.saveFuel(slot);
        code.get(this.registers[0]!).emit('return');
        return;
      case 'callx':
        throw new Error('callx is never in a block');
    }
  }

  /** Sets dst of arithmetic; what is known of a pointer moves with it. */
  private setSum(row: InstructionRow, { dst, imm }: Instruction): void {
    const moves = row.bits === 64 && row.source === 'k' && (row.operation === 'add' || row.operation === 'sub');
    this.code.set(this.registers[dst]!);
    this.constants.delete(dst);
    const by = row.operation === 'add' ? imm : -imm;
    const frameOffset = moves ? this.frameOffsets.get(dst) : undefined;
    if (frameOffset === undefined) this.frameOffsets.delete(dst);
    else this.frameOffsets.set(dst, frameOffset + by);
    if (moves) this.stretches.move(dst, by);
    else this.stretches.assign(dst);
  }

  private setCopy(row: InstructionRow, { dst, src }: Instruction): void {
    this.code.set(this.registers[dst]!);
    const whole = row.source === 'x' && row.bits === 64;
    for (const known of [this.constants, this.frameOffsets]) {
      const value = whole ? known.get(src) : undefined;
      if (value === undefined) known.delete(dst);
      else known.set(dst, value);
    }
    if (whole) this.stretches.copy(dst, src);
    else this.stretches.assign(dst);
  }

  // ---- memory

  /** An i32 local for what lies between two instructions of one code sequence. */
  private scratch(): number {
    return this.temporaries().wrapped;
  }

  private temporaries(): { address: number; wrapped: number } {
    this.locals ??= { address: this.code.local('i64', 'address'), wrapped: this.code.local('i32', 'at') };
    return this.locals;
  }

  /** Readies an access: emits its check, and says how to push its address, with which offset for the access itself. */
  private place(
    register: number,
    offset: number,
    sizeBytes: number,
    write: boolean,
    slot: number,
  ): { readonly push: () => void; readonly offset: number } {
    const { code, parts, stretches } = this;
    const frameOffset = this.frameOffsets.get(register);
    if (frameOffset !== undefined && isInFrame(frameOffset + offset, sizeBytes)) {
      return { push: () => code.get(this.frame), offset: FRAME_BYTES + frameOffset + offset };
    }
    if (parts.options.checked && !stretches.covers(register, offset, sizeBytes, write)) {
      this.get(register);
      if (offset !== 0) code.i64(offset, offset >> 31).emit('i64.add');
      const { wrapped } = this.temporaries();
      emitCheck(code, parts.layout, this.temporaries(), parts.check, slot, sizeBytes, write);
      stretches.add(register, offset, sizeBytes, write);
      return { push: () => code.get(wrapped), offset: 0 };
    }
    const push = (): void => {
      this.get(register);
      code.emit('i32.wrap_i64');
      if (offset < 0) code.i32(offset).emit('i32.add');
    };
    return { push, offset: Math.max(offset, 0) };
  }

  /** The fault of an atomic access that is not aligned. */
  private align(register: number, offset: number, sizeBytes: number, slot: number): void {
    if (sizeBytes === 1) return;
    const { code, parts } = this;
    const at = this.scratch();
    this.get(register);
    code.emit('i32.wrap_i64').i32(offset).emit('i32.add').emit('local.tee', at);
    code
      .i32(sizeBytes - 1)
      .emit('i32.and')
      .emit('if', BLOCK_VOID);
    code
      .i32(FAULT.unaligned + sizeBytes)
      .i32(slot)
      .get(at)
      .emit('call', parts.fault)
      .emit('unreachable');
    code.emit('end');
  }

  private load(row: InstructionRow, dst: number, { push, offset }: { push: () => void; offset: number }): void {
    push();
    this.code.emit(LOADS[`${row.signed ? 's' : 'u'}${row.bits}`]!, 0, offset);
    this.set(dst);
  }

  private store(
    row: InstructionRow,
    instruction: Instruction,
    { push, offset }: { push: () => void; offset: number },
  ): void {
    push();
    this.source(row, instruction).push(64);
    this.code.emit(STORES[row.bits]!, 0, offset);
  }

  private atomic(
    row: InstructionRow,
    { src }: Instruction,
    { push, offset }: { push: () => void; offset: number },
  ): void {
    const { code } = this;
    const load = LOADS[`u${row.bits}`]!;
    const store = STORES[row.bits]!;
    if (!row.fetch) {
      push();
      push();
      code.emit(load, 0, offset);
      this.get(src);
      code.emit(ATOMICS[row.operation!]!).emit(store, 0, offset);
      return;
    }
    this.old ??= code.local('i64', 'old');
    const { old } = this;
    push();
    code.emit(load, 0, offset).set(old);
    if (row.operation === 'cmpxchg') {
      code.get(old).get(this.registers[0]!);
      if (row.bits === 32) code.i64(-1, 0).emit('i64.and');
      code.emit('i64.eq').emit('if', BLOCK_VOID);
      push();
      this.get(src);
      code.emit(store, 0, offset).emit('end');
      code.get(old);
      this.set(0);
      return;
    }
    push();
    if (row.operation !== 'xchg') code.get(old);
    this.get(src);
    if (row.operation !== 'xchg') code.emit(ATOMICS[row.operation!]!);
    code.emit(store, 0, offset);
    code.get(old);
    this.set(src);
  }

  /** LD_ABS, LD_IND: outside of the packet the function ends with 0. */
  private packet(row: InstructionRow, { src, imm }: Instruction, slot: number): void {
    const { code, parts } = this;
    this.saveFuel(slot);
    this.noteSlot(slot);
    code.i32(imm);
    if (row.source === 'x') {
      this.get(src);
      code.emit('i32.wrap_i64').emit('i32.add');
    }
    code
      .i32(row.bits / 8)
      .i32(slot)
      .emit('call', parts.packet)
      .emit('i64.extend_i32_u');
    this.set(0);
    this.reloadFuel();
    this.leaveIfStopped(() => code.i64(0, 0));
    this.stretches.clear();
  }

  // ---- calls

  private call(row: InstructionRow, { imm, src }: Instruction, slot: number): void {
    if (src === BPF_PSEUDO_CALL) {
      this.callFunction(slot + 1 + imm, slot);
      this.stretches.clear();
      return;
    }
    const { code, parts } = this;
    const kind = row.mnemonic === 'call_kfunc' ? 'kfunc' : 'helper';
    const target = parts.targetOf(imm, kind);
    if (!target) {
      this.fault(kind === 'kfunc' ? FAULT.unknownKfunc : FAULT.unknownHelper, slot, imm);
      return;
    }
    const known = [1, 2, 3, 4, 5].map(register => this.constants.get(register));
    const inline = parts.inlineCall(target, known);
    if (inline && this.mayInline(inline)) {
      const push = (register: number): void => {
        this.get(register);
        code.emit('i32.wrap_i64');
      };
      inline.emit(code, push, this.scratch());
      code.emit('i64.extend_i32_u');
      this.set(0);
      return;
    }
    this.saveFuel(slot);
    this.noteSlot(slot);
    const { count, wideMask, result } = target.signature;
    for (let n = 1; n <= 5; n++) {
      if ((wideMask & (1 << (n - 1))) === 0) continue;
      code.emit('global.get', parts.words);
      this.get(n);
      code
        .i64(32, 0)
        .emit('i64.shr_u')
        .emit('i64.store32', 2, (WORD.high + n) * 4);
    }
    for (let n = 1; n <= count; n++) {
      this.get(n);
      code.emit('i32.wrap_i64');
    }
    code.emit('call', parts.targets.get(target)!);
    switch (result) {
      case 'void':
        code.i64(0, 0);
        break;
      case 's32':
        code.emit('i64.extend_i32_s');
        break;
      case 'u64':
        code.emit('i64.extend_i32_u');
        code.emit('global.get', parts.words).emit('i64.load32_u', 2, WORD.high * 4);
        code.i64(32, 0).emit('i64.shl').emit('i64.or');
        break;
      default:
        code.emit('i64.extend_i32_u');
    }
    this.set(0);
    this.reloadFuel();
    this.stretches.clear();
    if (isTailCall(row, { opcode: row.opcode, dst: 0, src, offset: 0, imm })) {
      this.leaveIfStopped(() => {
        code.emit('global.get', parts.words).emit('i64.load', 2, WORD.resultLow * 4);
      });
    }
  }

  /** In checked mode, only what reads its key from the frame: nothing else is known to be touchable. */
  private mayInline({ keySizeBytes }: InlineCall): boolean {
    if (!this.parts.options.checked || keySizeBytes === 0) return true;
    const frameOffset = this.frameOffsets.get(2);
    return frameOffset !== undefined && isInFrame(frameOffset, keySizeBytes);
  }

  /** Leaves the function when the machine says so. */
  private leaveIfStopped(pushResult: () => void): void {
    const { code, parts } = this;
    code
      .emit('global.get', parts.words)
      .emit('i32.load', 2, WORD.stop * 4)
      .emit('if', BLOCK_VOID);
    code
      .emit('global.get', parts.words)
      .i32(0)
      .emit('i32.store', 2, WORD.stop * 4);
    pushResult();
    code.emit('return').emit('end');
  }

  /** Writes down where the program stands, for errors that a helper throws. */
  private noteSlot(slot: number): void {
    this.code
      .emit('global.get', this.parts.words)
      .i32(slot)
      .emit('i32.store', 2, WORD.scratch * 4);
  }

  private callFunction(start: number, slot: number): void {
    const { code, parts } = this;
    const frameOffset = WORD.frame * 4;
    this.saveFuel(slot);
    const next = this.scratch();
    code.emit('global.get', parts.words).emit('i32.load', 2, frameOffset).i32(1).emit('i32.add');
    code.emit('local.tee', next);
    code
      .emit('global.get', parts.words)
      .emit('i32.load', 2, WORD.frameLimit * 4)
      .emit('i32.ge_s');
    code.emit('if', BLOCK_VOID);
    this.fault(FAULT.callDepth, slot);
    code.emit('end');
    const callee = parts.functionByStart.get(start);
    if (!callee) {
      this.fault(FAULT.fellOffTheEnd, start);
      return;
    }
    code.emit('global.get', parts.words).get(next).emit('i32.store', 2, frameOffset);
    code.get(this.frame).i32(FRAME_STRIDE_BYTES).emit('i32.sub');
    for (let n = 1; n <= callee.argumentCount; n++) this.get(n);
    code.emit('call', parts.functionIndices.get(start)!);
    this.set(0);
    code.emit('global.get', parts.words);
    code.emit('global.get', parts.words).emit('i32.load', 2, frameOffset).i32(1).emit('i32.sub');
    code.emit('i32.store', 2, frameOffset);
    this.reloadFuel();
  }
}
