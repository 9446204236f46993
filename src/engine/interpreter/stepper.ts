// A run that stops where it is told: instruction by instruction, at slots, when memory changes. What debuggers and lessons are made of.
//
// Helpers run to their end in one step, and with them the callbacks that they make and the program behind a tail call.

import type { Instruction } from '../../isa/extended/index.js';
import { type Executable, ExecutionError, type Machine } from '../engine.js';
import { beginRun, endRun, FRAME_STRIDE_BYTES, type RunScope, WORD } from '../machine.js';
import { PROGRAM_REGISTERS } from './decode.js';
import { InterpretedProgram, SAVED_WORDS } from './execute.js';

/** An active function. */
export interface CallFrame {
  /** First slot of the function. */
  readonly functionSlot: number;
  /** The slot that runs next in it; for a caller, the one behind the call. */
  readonly slot: number;
  /** Its r10. */
  readonly framePointer: number;
}

/** A stretch of memory whose change stops the run. */
export interface Watch {
  readonly address: number;
  readonly sizeBytes: number;
}

/** Why the run stands still. `watch` is the one whose memory changed. */
export type Stop =
  | { readonly kind: 'start' | 'step' | 'breakpoint' | 'ended' }
  | { readonly kind: 'watch'; readonly watch: Watch; readonly before: Uint8Array; readonly after: Uint8Array }
  | { readonly kind: 'fault'; readonly error: ExecutionError };

export interface StepperOptions {
  /** Instructions that it may take in all. Default: what the program was compiled with. */
  readonly budgetInstructions?: number;
}

/** A run of an interpreted program under control. Dispose it when it is not run to its end: it occupies the machine. */
export interface Stepper extends Disposable {
  readonly executable: Executable;
  readonly machine: Machine;
  /** Why it stands still. */
  readonly stop: Stop;
  /** The slot that runs next; where it faulted; the last one run when it has ended. */
  readonly slot: number;
  readonly instruction: Instruction | undefined;
  /** r0 to r10, unsigned. */
  readonly registers: readonly bigint[];
  setRegister(register: number, value: bigint): void;
  /** The function that runs, then its callers; when it has faulted, those at that time; none when it has ended. */
  readonly callStack: readonly CallFrame[];
  /** r0 when it has ended. */
  readonly result: bigint | undefined;
  /** Executions of each slot in this run. */
  readonly counts: Uint32Array;
  /** Slots in front of which `run`, `stepOver` and `stepOut` stop. */
  readonly breakpoints: Set<number>;
  readonly watches: Set<Watch>;
  /** One instruction. A local call leads into the function. */
  step(): Stop;
  /** One instruction, or a local call to its return. */
  stepOver(): Stop;
  /** Until the function that runs has returned. */
  stepOut(): Stop;
  /** Until a breakpoint, a watch, the end, a fault, or, where it is given, until `until` answers true. */
  run(until?: (stepper: Stepper) => boolean): Stop;
}

/** Begins a run that stands in front of its first instruction. The executable must be the interpreter's. */
export function createStepper(
  executable: Executable,
  machine: Machine,
  contextAddress: number,
  options: StepperOptions = {},
): Stepper {
  if (!(executable instanceof InterpretedProgram)) {
    throw new TypeError(
      `only the interpreter can step: ${executable.program.name} was compiled by ${executable.engine}`,
    );
  }
  return new InterpreterStepper(executable, machine, contextAddress, options);
}

class InterpreterStepper implements Stepper {
  readonly executable: InterpretedProgram;
  readonly machine: Machine;
  readonly breakpoints = new Set<number>();
  readonly watches = new Set<Watch>();
  readonly counts: Uint32Array;
  stop: Stop = { kind: 'start' };
  result: bigint | undefined;
  readonly #scope: RunScope;
  readonly #base: number;
  #ended = false;
  /** Where it faulted. */
  #lastStack: readonly CallFrame[] = [];
  #slot = 0;
  // The program's own registers serve every run of it; these are this run's.
  readonly #low = new Int32Array(PROGRAM_REGISTERS);
  readonly #high = new Int32Array(PROGRAM_REGISTERS);
  #pc: number;
  #loops: number;

  constructor(executable: InterpretedProgram, machine: Machine, contextAddress: number, options: StepperOptions) {
    this.executable = executable;
    this.machine = machine;
    this.counts = new Uint32Array(executable.program.instructions.length);
    const { budgetInstructions = executable.budgetInstructions } = options;
    this.#scope = beginRun(executable, machine, contextAddress, budgetInstructions);
    this.#base = executable.saved.depth;
    executable.begin(machine, 0, contextAddress, 0, 0, 0, 0);
    this.#pc = executable.pc;
    this.#loops = executable.loops;
    this.#keep();
  }

  get slot(): number {
    return this.#slot;
  }

  get instruction(): Instruction | undefined {
    return this.executable.program.instructions[this.#slot];
  }

  get registers(): readonly bigint[] {
    return Array.from(this.#low, (low, register) => {
      return (BigInt(this.#high[register]! >>> 0) << 32n) | BigInt(low >>> 0);
    });
  }

  setRegister(register: number, value: bigint): void {
    if (!(register >= 0 && register < PROGRAM_REGISTERS)) throw new RangeError(`there is no register r${register}`);
    this.#low[register] = Number(BigInt.asIntN(32, value));
    this.#high[register] = Number(BigInt.asIntN(32, value >> 32n));
  }

  get callStack(): readonly CallFrame[] {
    if (this.#ended) return this.#lastStack;
    const { saved, decoded } = this.executable;
    let frame = this.machine.words[WORD.frame]!;
    const frames = [this.#frame(this.#slot, frame)];
    for (let at = saved.depth - SAVED_WORDS; at >= this.#base; at -= SAVED_WORDS) {
      frames.push(this.#frame(decoded.slotOf[saved.words[at]!]!, --frame));
    }
    return frames;
  }

  step(): Stop {
    return (this.stop = this.#advance());
  }

  stepOver(): Stop {
    const depth = this.executable.saved.depth;
    return this.#until(() => this.executable.saved.depth <= depth);
  }

  stepOut(): Stop {
    const depth = this.executable.saved.depth;
    return this.#until(() => this.executable.saved.depth < depth);
  }

  run(until?: (stepper: Stepper) => boolean): Stop {
    return this.#until(() => until?.(this) ?? false);
  }

  [Symbol.dispose](): void {
    this.#end();
  }

  #until(done: () => boolean): Stop {
    for (;;) {
      const stop = this.#advance();
      this.stop = stop;
      if (stop.kind !== 'step' || done()) return stop;
      if (this.breakpoints.has(this.#slot)) return (this.stop = { kind: 'breakpoint' });
    }
  }

  #advance(): Stop {
    if (this.#ended) return this.stop;
    const { executable, machine } = this;
    executable.low.set(this.#low);
    executable.high.set(this.#high);
    executable.pc = this.#pc;
    executable.loops = this.#loops;
    const before = [...this.watches].map(watch => ({ watch, bytes: this.#bytesOf(watch).slice() }));
    if (executable.decoded.isInstruction[this.#pc]) this.counts[this.#slot]!++;
    try {
      const ended = executable.execute(machine, this.#base, 1);
      if (ended) {
        this.#keep(this.#slot);
        this.result = this.registers[0];
        this.#end();
        return { kind: 'ended' };
      }
    } catch (error) {
      this.#keep(this.#slot);
      this.#lastStack = this.callStack;
      this.#end();
      if (!(error instanceof ExecutionError)) throw error;
      error.program ??= this.executable.program.name;
      return { kind: 'fault', error };
    }
    this.#keep();
    for (const { watch, bytes } of before) {
      const after = this.#bytesOf(watch);
      if (after.some((byte, at) => byte !== bytes[at]))
        return { kind: 'watch', watch, before: bytes, after: after.slice() };
    }
    return { kind: 'step' };
  }

  #bytesOf({ address, sizeBytes }: Watch): Uint8Array {
    return this.machine.space.bytes.subarray(address, address + sizeBytes);
  }

  /** Takes over what the step left. */
  #keep(slot?: number): void {
    const { executable } = this;
    this.#low.set(executable.low.subarray(0, PROGRAM_REGISTERS));
    this.#high.set(executable.high.subarray(0, PROGRAM_REGISTERS));
    this.#pc = executable.pc;
    this.#loops = executable.loops;
    this.#slot = slot ?? executable.decoded.slotOf[executable.pc]!;
  }

  #frame(slot: number, frame: number): CallFrame {
    const functionSlot = this.executable.program.functionStarts.findLast(start => start <= slot) ?? 0;
    return { functionSlot, slot, framePointer: this.machine.stackTop - frame * FRAME_STRIDE_BYTES };
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.executable.unwind(this.#base);
    endRun(this.#scope);
  }
}
