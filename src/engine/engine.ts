/// <reference lib="esnext.disposable" preserve="true" />
// What every engine takes and gives. A program is *linked* when its maps, functions and variables have become addresses of one
// address space; an engine makes it executable there. The three engines agree on every result and every error.

import type { Program as Instructions } from '../isa/extended/index.js';
import type { MapLookup } from './map-lookup.js';
import type { AddressSpace } from './memory.js';

export type EngineName = 'interpreter' | 'wasm' | 'x64';

/** A program whose references have been filled in: each 64-bit load holds its final constant (src 0), but for functions (src BPF_PSEUDO_FUNC). */
export interface LinkedProgram {
  readonly name: string;
  readonly instructions: Instructions;
  /** First slots of its functions, ascending; the entry function's is 0. */
  readonly functionStarts: readonly number[];
  /** Bytes of stack each function may use; 512. */
  readonly stackBytes: number;
}

/**
 * A helper or kernel function as engines call it. Arguments are the low halves of r1 to r5 as unsigned numbers; where the
 * prototype says an argument has 64 bits, its high half is in `machine.high[n]` (n = 1..5). It returns the low half of r0, with the high
 * half in `machine.high[0]` where the prototype says the result has 64 bits; else the result is extended as `result` says.
 */
export type HelperFunction = (machine: Machine, r1: number, r2: number, r3: number, r4: number, r5: number) => number;

/** How a helper's registers are passed: rows of the helper table carry it, engines make thunks of it. */
export interface Signature {
  /** Number of arguments that are used, 0 to 5. */
  readonly count: number;
  /** Bit n - 1: argument n has 64 bits that matter. */
  readonly wideMask: number;
  /** `address` and `u32` zero extend, `s32` sign extends, `u64` takes `machine.high[0]`; `void` leaves r0 unreadable (it becomes 0). */
  readonly result: 'void' | 'address' | 'u32' | 's32' | 'u64';
}

/** What `call imm` finds: by helper number, and by BTF id for kernel functions. */
export interface CallTarget {
  readonly name: string;
  readonly signature: Signature;
  readonly call: HelperFunction;
}

/** The state of a running program that helpers may touch. One object a simulated CPU; engines keep it up to date. machine.ts has the protocol. */
export interface Machine extends Disposable {
  readonly space: AddressSpace;
  /** High halves: [0] the result, [1..5] the arguments. Another array after the memory grew. */
  readonly high: Int32Array;
  /** The simulated CPU, 0 to count - 1. */
  readonly cpu: number;
  /** Address of the context of the running program. */
  context: number;
  /**
   * Calls a function of the running program (a callback): its first slot, and r1..r5 as unsigned low halves. Returns the low half of
   * r0; the high half is in `high[0]`.
   */
  callback(startSlot: number, r1: number, r2: number, r3: number, r4: number, r5: number): number;
  /**
   * bpf_tail_call: runs another program, on the same context, in place of the function that called the helper, which ends as soon
   * as the helper returns (whatever it returns). False, and nothing happened, after 33 of them.
   */
  tailCall(target: Executable): boolean;
  /**
   * LD_ABS and LD_IND: `sizeBytes` (1, 2, 4) of the packet at a signed offset, big endian, as an unsigned number; -1 outside of it,
   * which ends the program with 0. Absent where programs have no packet.
   */
  loadPacket?: ((machine: Machine, offset: number, sizeBytes: number) => number) | undefined;
  /** What the kernel keeps for the running program: its packet, task, locks... Typed by the kernel that made the machine. */
  readonly kernel: unknown;

  // For engines alone.
  /** State that compiled code reaches: see WORD in machine.ts. Another array after the memory grew. */
  readonly words: Int32Array;
  readonly wordsAddress: number;
  /** r10 of frame 0. */
  readonly stackTop: number;
  /** The program that runs; callbacks go to it. */
  current: Executable | undefined;
}

export interface CompileOptions {
  /** Checked: every access is looked up, and a wild one ends the run with an error. Unchecked is for verified programs. */
  readonly checked: boolean;
  /** Instructions that a run may take, on back edges and calls at the latest. Default 2^32 - 1 for unchecked, 100 million for checked. */
  readonly budgetInstructions?: number;
  /** Count how often each instruction ran (interpreter; the others count basic blocks). */
  readonly coverage?: boolean;
  /** The map behind a handle, so that a JIT can compile its lookup. The program is then bound to that map's address space. */
  readonly mapAt?: (handle: number) => MapLookup | undefined;
  /** The address space that it is to run in; a JIT then prepares for that one. It may run in others. */
  readonly space?: AddressSpace;
}

export interface Executable {
  readonly program: LinkedProgram;
  readonly engine: EngineName;
  /**
   * Runs on a machine with r1 = address of the context. The result is in `machine.high[0]` and the number returned (unsigned low
   * half). Throws ExecutionError; memory stays as the program left it.
   */
  run(machine: Machine, contextAddress: number): number;
  /**
   * For the machine: runs the function at `startSlot`, in the frame that the machine says, until it exits. `r1`..`r5` are low halves, zero
   * extended. Returns the low half of r0; the high half is in `machine.high[0]`.
   */
  enter(machine: Machine, startSlot: number, r1: number, r2: number, r3: number, r4: number, r5: number): number;
  /** Executions of each slot so far, where `coverage` was asked for. */
  readonly counts?: Uint32Array;
}

export interface Engine {
  readonly name: EngineName;
  /** Whether it can run here (wasm may be missing, x64 needs that processor and koffi); if not, why. */
  readonly available: true | string;
  compile(
    program: LinkedProgram,
    targets: (id: number, kind: 'helper' | 'kfunc') => CallTarget | undefined,
    options: CompileOptions,
  ): Executable;
}

/** Why a run ended early. */
export type ExecutionFault =
  | 'wild-access'
  | 'unaligned-atomic'
  | 'budget'
  | 'call-depth'
  | 'unknown-instruction'
  | 'unknown-helper'
  | 'not-simulated'
  | 'fell-off-the-end';

/** A run that ended early, with the slot it stood at and, for an access, what was touched. */
export class ExecutionError extends Error {
  override readonly name = 'ExecutionError';
  readonly fault: ExecutionFault;
  readonly slot: number;
  readonly address?: number;
  /** Whose slot that is: the program that ran, which after a tail call is another one than was begun with. Put in by the machine. */
  program?: string;

  constructor(fault: ExecutionFault, message: string, slot: number, address?: number) {
    super(message);
    this.fault = fault;
    this.slot = slot;
    this.address = address;
  }
}
