// A simulated CPU, as engines and helpers share it. This file is the protocol between the three engines, the helpers and the kernel:
// what a run is, and who keeps which part of its state.
//
// **State** that compiled code must reach lies in the address space, in `words` (at `wordsAddress`; nobody may touch it): see WORD.
// JavaScript sees the same words as an Int32Array, renewed when the memory grows.
//
// **Stacks.** A machine has FRAME_LIMIT frames. Frame n's r10 is `stackTop - n * FRAME_STRIDE_BYTES`; the program may use the
// FRAME_BYTES below it; between two frames lies a gap that nobody may touch. All frames are touchable all the time, and hold what they held.
//
// **A run** (Executable.run) is `runProgram`: it sets up the words, makes the executable `current` and calls
// `executable.enter(machine, 0, context, 0, 0, 0, 0)`. `enter` runs one function of the program, in the frame that WORD.frame says,
// until it exits; it is how a run begins, how callbacks come back, and how tail calls go on.
//
// **A local call** adds 1 to WORD.frame and, when that has reached WORD.frameLimit, faults with `call-depth`; the return
// subtracts it again. So the word is always right when a helper is called. r6-r9 come back as they were.
//
// **A helper call** sets `high[1..5]` (at least where `wideMask` says so), writes the budget back to its word when it is kept elsewhere, calls,
// and extends the result. A helper may make the memory grow: views that engines keep of it must be renewed then.
// r1-r5 hold nothing defined after it.
//
// **A callback**: the helper calls `machine.callback`, which enters `current` at the function's slot in the next frame.
// The value of a function's address (LDDW of BPF_PSEUDO_FUNC) is its first slot.
//
// **A tail call** replaces the running function only: a tail call from a called function comes back, with the target's r0, to
// where that was called from (as the kernel's x86-64 JIT does it). `machine.tailCall` therefore runs the target at once, in the frame
// of the function that asked, leaves its r0 in WORD.resultLow/resultHigh and sets WORD.stop to 1. An engine looks at WORD.stop behind
// every call of helper 12 (bpf_tail_call): when it is not 0 it sets it to 0 and leaves the function with that r0.
//
// **Faults** are ExecutionErrors (fault.ts makes them, so that all engines say the same), thrown through everything. A helper throws
// one with slot -1; the engine puts in the slot of the call (`atSlot`). What a fault leaves in the words, `runProgram` puts right.
//
// **The budget** is WORD.budget, an unsigned number of instructions that may still run, shared by all that a run calls.

import { type Executable, ExecutionError, type Machine } from './engine.js';
import { callDepth } from './fault.js';
import type { AddressSpace, Region } from './memory.js';

/** Indices into `machine.words`. A word's address is `wordsAddress + 4 * index`. */
export const WORD = {
  /** High half of a result; then those of r1 to r5: this is `machine.high`. */
  high: 0,
  /** The frame that runs. */
  frame: 6,
  /** The first frame that may not be entered: eight behind the program's own. */
  frameLimit: 7,
  /** Instructions left, unsigned. */
  budget: 8,
  /** Tail calls made in this run. */
  tailCalls: 9,
  /** Not 0: leave the function that runs with the result below. 1 is a tail call that is done; other values are an engine's own. */
  stop: 10,
  resultLow: 11,
  resultHigh: 12,
  /** Six words that an engine may use as it likes while it runs. */
  scratch: 13,
  count: 20,
} as const;

/** Bytes of stack a function has. */
export const FRAME_BYTES = 512;
/** Distance of one frame's r10 from the next one's. */
export const FRAME_STRIDE_BYTES = 576;
/** Functions that may be active at once in one program (MAX_CALL_FRAMES). */
export const CALL_DEPTH = 8;
/** Frames a machine has: programs that run inside of a program's helper, or go on from a called function, need more than eight. */
export const FRAME_LIMIT = 64;
/** Tail calls that succeed in one run (MAX_TAIL_CALL_CNT). */
export const TAIL_CALL_LIMIT = 33;
/**
 * Times that a function's may_goto instructions let it go on (BPF_MAX_LOOPS). Counted anew in every call of the function. From 6.15 on, the
 * kernel measures a quarter of a second on x86-64 instead; a count is the same in every run.
 */
export const MAY_GOTO_LIMIT = 8_388_608;
/** Instructions a run may take where nothing else is asked for. */
export const DEFAULT_BUDGET = { checked: 100_000_000, unchecked: 0xffff_ffff } as const;

export interface MachineOptions {
  readonly space: AddressSpace;
  /** Which CPU it is. Default 0. */
  readonly cpu?: number;
  /** What helpers find as `machine.kernel`. */
  readonly kernel?: unknown;
  /** What LD_ABS and LD_IND read: see Machine.loadPacket. */
  readonly loadPacket?: Machine['loadPacket'];
}

/** Makes a simulated CPU, with stacks of its own in the address space. */
export function createMachine({ space, cpu = 0, kernel, loadPacket }: MachineOptions): Machine {
  return new SimulatedCpu(space, cpu, kernel, loadPacket);
}

class SimulatedCpu implements Machine {
  readonly space: AddressSpace;
  readonly cpu: number;
  readonly kernel: unknown;
  readonly wordsAddress: number;
  readonly stackTop: number;
  words!: Int32Array;
  high!: Int32Array;
  context = 0;
  current: Executable | undefined = undefined;
  loadPacket: Machine['loadPacket'];
  readonly #regions: Region[];
  readonly #stopListening: () => void;

  constructor(space: AddressSpace, cpu: number, kernel: unknown, loadPacket: Machine['loadPacket']) {
    this.space = space;
    this.cpu = cpu;
    this.kernel = kernel;
    this.loadPacket = loadPacket;
    const words = space.allocate(WORD.count * 4, `state of CPU ${cpu}`, 'none');
    this.#regions = [words];
    this.wordsAddress = words.address;
    const stacks = space.allocate(FRAME_LIMIT * FRAME_STRIDE_BYTES, `stack of CPU ${cpu}`, 'none', 64);
    this.#regions.push(stacks);
    this.stackTop = stacks.address + stacks.sizeBytes;
    for (let frame = 0; frame < FRAME_LIMIT; frame++) {
      space.setAccess(this.stackTop - frame * FRAME_STRIDE_BYTES - FRAME_BYTES, FRAME_BYTES, 'read-write');
    }
    this.#renewViews();
    this.#stopListening = space.onGrow(() => this.#renewViews());
  }

  callback(startSlot: number, r1: number, r2: number, r3: number, r4: number, r5: number): number {
    const { current, words } = this;
    if (!current) throw new ExecutionError('not-simulated', 'a callback, and no program is running', -1);
    const frame = words[WORD.frame]!;
    if (frame + 1 >= words[WORD.frameLimit]!) throw callDepth(-1);
    words[WORD.frame] = frame + 1;
    const low = current.enter(this, startSlot, r1, r2, r3, r4, r5);
    this.words[WORD.frame] = frame;
    return low;
  }

  tailCall(target: Executable): boolean {
    const { words, current } = this;
    if (words[WORD.tailCalls]! >= TAIL_CALL_LIMIT) return false;
    words[WORD.tailCalls]!++;
    const limit = words[WORD.frameLimit]!;
    words[WORD.frameLimit] = Math.min(words[WORD.frame]! + CALL_DEPTH, FRAME_LIMIT);
    this.current = target;
    let low: number;
    try {
      low = target.enter(this, 0, this.context, 0, 0, 0, 0);
    } catch (error) {
      throw named(error, target);
    }
    this.current = current;
    // The words may be elsewhere by now: the memory may have grown.
    const after = this.words;
    after[WORD.frameLimit] = limit;
    after[WORD.resultLow] = low;
    after[WORD.resultHigh] = after[WORD.high]!;
    after[WORD.stop] = 1;
    return true;
  }

  [Symbol.dispose](): void {
    this.#stopListening();
    for (const region of this.#regions.splice(0)) this.space.free(region);
  }

  #renewViews(): void {
    this.words = new Int32Array(this.space.bytes.buffer, this.wordsAddress, WORD.count);
    this.high = this.words.subarray(0, 6);
  }
}

/** What a run displaced, to be put back when it ends. */
export interface RunScope {
  readonly machine: Machine;
  readonly current: Executable | undefined;
  readonly context: number;
  readonly frame: number;
  readonly frameLimit: number;
  readonly budget: number;
  readonly tailCalls: number;
}

/**
 * Makes a machine ready for a run: the executable is its current one, frames, budget and tail calls are counted anew. A program may be
 * run from within a helper of another one on the same machine: it then gets the frames behind.
 */
export function beginRun(
  executable: Executable,
  machine: Machine,
  contextAddress: number,
  budgetInstructions: number,
): RunScope {
  const { words, current, context } = machine;
  const scope = {
    machine,
    current,
    context,
    frame: words[WORD.frame]!,
    frameLimit: words[WORD.frameLimit]!,
    budget: words[WORD.budget]!,
    tailCalls: words[WORD.tailCalls]!,
  };
  const first = current ? words[WORD.frame]! + 1 : 0;
  if (first >= FRAME_LIMIT) throw callDepth(-1);
  words[WORD.frame] = first;
  words[WORD.frameLimit] = Math.min(first + CALL_DEPTH, FRAME_LIMIT);
  words[WORD.budget] = Math.min(budgetInstructions, 0xffff_ffff);
  words[WORD.tailCalls] = 0;
  words[WORD.stop] = 0;
  machine.current = executable;
  machine.context = contextAddress;
  return scope;
}

/** Puts back what the run displaced, however it ended. */
export function endRun({ machine, current, context, frame, frameLimit, budget, tailCalls }: RunScope): void {
  const { words } = machine;
  machine.current = current;
  machine.context = context;
  words[WORD.frame] = frame;
  words[WORD.frameLimit] = frameLimit;
  words[WORD.budget] = budget;
  words[WORD.tailCalls] = tailCalls;
  words[WORD.stop] = 0;
}

/**
 * Runs a program from its beginning: what every engine's `Executable.run` is.
 *
 * @returns the low half of r0, unsigned; the high half is in `machine.high[0]`.
 */
export function runProgram(
  executable: Executable,
  machine: Machine,
  contextAddress: number,
  budgetInstructions: number,
): number {
  const scope = beginRun(executable, machine, contextAddress, budgetInstructions);
  try {
    return executable.enter(machine, 0, contextAddress, 0, 0, 0, 0) >>> 0;
  } catch (error) {
    throw named(error, executable);
  } finally {
    endRun(scope);
  }
}

/** The error with the program's name, unless it came from a program further in. */
function named(error: unknown, { program }: Executable): unknown {
  if (error instanceof ExecutionError) error.program ??= program.name;
  return error;
}
