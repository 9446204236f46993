// Machine code at work. The state block is filled in on each entry, and again when JavaScript goes back into the code that called it, so
// that callbacks, tail calls and programs that run inside of others need no care.

import {
  type CompileOptions,
  type EngineName,
  type Executable,
  ExecutionError,
  type LinkedProgram,
  type Machine,
} from '../engine.js';
import {
  atSlot,
  budgetSpent,
  callDepth,
  fellOffTheEnd,
  noFunction,
  noPacket,
  unalignedAtomic,
  unknownHelper,
  unknownInstruction,
  wildAccess,
} from '../fault.js';
import { DEFAULT_BUDGET, FRAME_LIMIT, FRAME_STRIDE_BYTES, runProgram, WORD } from '../machine.js';
import { type CompiledProgram, compileProgram, type Targets } from './compile.js';
import type { NativeCode, NativeRuntime } from './runtime.js';
import { CALL_END, FAULT, RUN_END, STATE } from './state.js';

/** A program in the middle of a run. */
interface Activation {
  readonly program: X64Program;
  readonly machine: Machine;
  /** The first frame that it may not enter. */
  readonly frameLimit: number;
  /** What a helper threw, which leaves with the fault. */
  error: unknown;
}

/** Index of a field's low half among 32-bit words. */
const FIELD = {
  base: STATE.base / 4,
  limits: STATE.limits / 4,
  words: STATE.words / 4,
  result: STATE.result / 4,
  fault: STATE.fault / 4,
  slot: STATE.slot / 4,
  address: STATE.address / 4,
  arguments: STATE.arguments / 4,
  frame: STATE.frame / 4,
  maximum: STATE.maximum / 4,
  shadow: STATE.shadow / 4,
  budget: STATE.budget / 4,
  counters: STATE.counters / 4,
  stackTop: STATE.stackTop / 4,
  frameNumber: STATE.frameNumber / 4,
  frameLimit: STATE.frameLimit / 4,
} as const;

/** The state block as JavaScript uses it, and who runs. One for each runtime. */
export class NativeState {
  readonly runtime: NativeRuntime;
  readonly words: Uint32Array;
  active: Activation | undefined;
  /** The machine that the block is filled in for, and its memory as large as it was then. */
  private machine: Machine | undefined;
  private buffer: ArrayBuffer | undefined;

  constructor(runtime: NativeRuntime) {
    this.runtime = runtime;
    this.words = new Uint32Array(runtime.state);
    runtime.onCall = site => this.call(site);
  }

  /** Writes a field of 64 bits: an address, or another number below 2^53. */
  set(field: number, value: number): void {
    this.words[field] = value;
    this.words[field + 1] = value / 2 ** 32;
  }

  /** Fills in what depends on the machine and the size of its memory. */
  prepare({ machine, program, frameLimit }: Activation, frame: number): void {
    if (this.machine !== machine || this.buffer !== machine.space.bytes.buffer) this.prepareMachine(machine);
    this.set(FIELD.counters, program.countersAddress);
    this.set(FIELD.budget, machine.words[WORD.budget]! >>> 0);
    this.words[FIELD.frameNumber] = frame;
    this.words[FIELD.frameLimit] = frameLimit;
  }

  private prepareMachine(machine: Machine): void {
    const { space } = machine;
    const { buffer } = space.bytes;
    const base = this.runtime.addressOf(buffer);
    this.machine = machine;
    this.buffer = buffer;
    this.set(FIELD.base, base);
    for (let n = 0; n < 4; n++) this.set(FIELD.limits + n * 2, buffer.byteLength - 2 ** n);
    this.set(FIELD.words, base + machine.wordsAddress);
    this.set(FIELD.maximum, space.maximumBytes);
    this.set(FIELD.shadow, base + space.shadowAddress);
    this.words[FIELD.stackTop] = machine.stackTop;
  }

  /** Writes the budget back to where helpers and the machine look for it. */
  saveBudget(machine: Machine): void {
    const spent = this.words[FIELD.budget + 1]! >>> 31 === 1;
    machine.words[WORD.budget] = spent ? 0 : this.words[FIELD.budget]!;
  }

  /** Calls a helper for the machine code that runs. */
  private call(siteNumber: number): number {
    const activation = this.active!;
    const { machine, program } = activation;
    const site = program.compiled.sites[siteNumber]!;
    const { words } = this;
    const frame = words[FIELD.frameNumber]!;
    try {
      this.saveBudget(machine);
      const first = FIELD.arguments;
      let low: number;
      let high = 0;
      let end: number = CALL_END.goOn;
      if (!site.target) {
        if (!machine.loadPacket) throw noPacket(site.slot);
        low = machine.loadPacket(machine, words[first]! | 0, site.sizeBytes);
        if (low < 0) {
          low = 0;
          end = CALL_END.leave;
        }
      } else {
        const { signature, call } = site.target;
        const { count, wideMask, result } = signature;
        const halves = machine.high;
        for (let n = 1; n <= count; n++) if (wideMask & (1 << (n - 1))) halves[n] = words[first + n * 2 - 1]!;
        low = call(
          machine,
          count > 0 ? words[first]! : 0,
          count > 1 ? words[first + 2]! : 0,
          count > 2 ? words[first + 4]! : 0,
          count > 3 ? words[first + 6]! : 0,
          count > 4 ? words[first + 8]! : 0,
        );
        if (result === 'void') low = 0;
        else if (result === 's32') high = (low | 0) >> 31;
        else if (result === 'u64') high = machine.high[0]!;
        const after = machine.words;
        if (site.tailCall && after[WORD.stop] !== 0) {
          after[WORD.stop] = 0;
          low = after[WORD.resultLow]!;
          high = after[WORD.resultHigh]!;
          end = CALL_END.leave;
        }
      }
      this.prepare(activation, frame);
      words[FIELD.result] = low;
      words[FIELD.result + 1] = high;
      return end;
    } catch (error) {
      activation.error = error instanceof ExecutionError ? atSlot(error, site.slot) : (error ?? new Error('nothing'));
      return CALL_END.fault;
    }
  }
}

export class X64Program implements Executable {
  readonly program: LinkedProgram;
  readonly engine: EngineName = 'x64';
  readonly compiled: CompiledProgram;
  /** Host address of the counters; 0 without coverage. */
  readonly countersAddress: number = 0;
  private readonly state: NativeState;
  private readonly code: NativeCode;
  private readonly counters: Uint32Array | undefined;
  private readonly budgetInstructions: number;

  constructor(program: LinkedProgram, targets: Targets, options: CompileOptions, state: NativeState) {
    this.program = program;
    this.state = state;
    this.compiled = compileProgram(program, targets, options);
    this.code = state.runtime.load(this.compiled.code);
    this.budgetInstructions =
      options.budgetInstructions ?? (options.checked ? DEFAULT_BUDGET.checked : DEFAULT_BUDGET.unchecked);
    if (options.coverage) {
      // Its buffer must not move, which those that are made on their own never do.
      const buffer = new ArrayBuffer(Math.max(this.compiled.blocks.length, 1024) * 4);
      this.counters = new Uint32Array(buffer);
      this.countersAddress = state.runtime.addressOf(buffer);
    }
  }

  run(machine: Machine, contextAddress: number): number {
    return runProgram(this, machine, contextAddress, this.budgetInstructions);
  }

  enter(machine: Machine, startSlot: number, r1: number, r2: number, r3: number, r4: number, r5: number): number {
    const { state } = this;
    const { words } = state;
    const entry = this.compiled.entries.get(startSlot);
    if (entry === undefined) throw noFunction(startSlot);
    const frame = machine.words[WORD.frame]!;
    // An unchecked program can write over it.
    if (!(frame >= 0 && frame < FRAME_LIMIT)) throw callDepth(-1);
    const outer = state.active;
    const frameLimit = Math.min(machine.words[WORD.frameLimit]!, FRAME_LIMIT);
    const activation: Activation = { program: this, machine, frameLimit, error: undefined };
    state.active = activation;
    try {
      state.prepare(activation, frame);
      const first = FIELD.arguments;
      state.set(first, r1 >>> 0);
      state.set(first + 2, r2 >>> 0);
      state.set(first + 4, r3 >>> 0);
      state.set(first + 6, r4 >>> 0);
      state.set(first + 8, r5 >>> 0);
      state.set(FIELD.frame, machine.stackTop - frame * FRAME_STRIDE_BYTES);
      const end = this.code.run(entry);
      state.saveBudget(machine);
      if (end !== RUN_END.exit) throw activation.error ?? this.faultOf(machine);
      machine.high[0] = words[FIELD.result + 1]!;
      return words[FIELD.result]!;
    } finally {
      state.active = outer;
    }
  }

  get counts(): Uint32Array | undefined {
    const { counters } = this;
    if (!counters) return undefined;
    const { blocks, lengths } = this.compiled;
    const counts = new Uint32Array(this.program.instructions.length);
    blocks.forEach((block, n) => {
      if (block.deadEnd === 'unknown-instruction') counts[block.start]! += counters[n]!;
      for (let slot = block.start; slot < block.end; slot += lengths[slot]!) counts[slot]! += counters[n]!;
    });
    return counts;
  }

  /** The fault that machine code left in the state. */
  private faultOf({ space }: Machine): ExecutionError {
    const { words } = this.state;
    const slot = words[FIELD.slot]! | 0;
    const instruction = this.program.instructions[slot];
    const row = this.compiled.rows[slot];
    const sizeBytes = (row?.bits ?? 8) / 8;
    const low = words[FIELD.address]!;
    switch (words[FIELD.fault]) {
      case FAULT.unknownInstruction:
        return unknownInstruction(slot, instruction?.opcode ?? 0);
      case FAULT.fellOffTheEnd:
        return fellOffTheEnd(slot);
      case FAULT.unknownHelper:
        return unknownHelper(slot, instruction?.imm ?? 0, row?.mnemonic === 'call_kfunc' ? 'kfunc' : 'helper');
      case FAULT.budget:
        return budgetSpent(slot, this.budgetInstructions);
      case FAULT.callDepth:
        return callDepth(slot);
      case FAULT.unaligned:
        return unalignedAtomic(slot, low, sizeBytes);
      default: {
        const write = row?.kind !== 'load' && row?.kind !== 'load-acquire';
        return wildAccess(space, slot, low, words[FIELD.address + 1]!, sizeBytes, write);
      }
    }
  }
}
