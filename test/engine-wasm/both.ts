// A program on the interpreter and on the WebAssembly JIT, in fresh machines that look alike: what comes of it, to be compared.

import {
  type CallTarget,
  type CompileOptions,
  createAddressSpace,
  createMachine,
  type Engine,
  type Executable,
  ExecutionError,
  interpreter,
  type LinkedProgram,
  linkProgram,
  type Machine,
} from '../../src/engine/index.js';
import { createWasmEngine } from '../../src/engine/jit-wasm/index.js';
import { assemble, type Program } from '../../src/isa/extended/index.js';

export const wasm = createWasmEngine();
/** The JIT with the fallback for irreducible graphs everywhere. */
export const dispatching = createWasmEngine({ forceDispatch: true });

export type Targets = (id: number, kind: 'helper' | 'kfunc') => CallTarget | undefined;

export interface Setup {
  /** What r1 points at. */
  readonly context?: Uint8Array;
  readonly contextAccess?: 'read' | 'read-write';
  readonly packet?: Uint8Array;
  readonly targets?: Targets;
  readonly options?: Partial<CompileOptions>;
  /** Runs on the same machine. Default 1. */
  readonly runs?: number;
}

export interface Outcome {
  /** r0 in hexadecimal, or the fault. */
  readonly results: readonly string[];
  readonly context: string;
  readonly counts?: readonly number[];
}

export const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join(' ');

export const linked = (program: string | Program, name = 'test'): LinkedProgram =>
  linkProgram({ name, instructions: typeof program === 'string' ? assemble(program) : program });

export function machineFor({ packet }: Setup = {}): Machine {
  const space = createAddressSpace({ initialBytes: 65536, maximumBytes: 16 * 1024 * 1024 });
  const machine = createMachine({ space });
  if (packet) {
    machine.loadPacket = (_, offset, sizeBytes) => {
      if (offset < 0 || offset + sizeBytes > packet.length) return -1;
      return packet.subarray(offset, offset + sizeBytes).reduce((value, byte) => value * 256 + byte, 0);
    };
  }
  return machine;
}

/** r0 as 16 digits, or `fault slot message`. Errors of other kinds go on. */
export function resultOf(executable: Executable, machine: Machine, context: number): string {
  try {
    const low = executable.run(machine, context);
    return (machine.high[0]! >>> 0).toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
  } catch (error) {
    if (!(error instanceof ExecutionError)) throw error;
    return `${error.fault} ${error.slot} ${error.message}`;
  }
}

export function outcomeOn(engine: Engine, program: LinkedProgram, setup: Setup = {}): Outcome {
  const machine = machineFor(setup);
  const { space } = machine;
  const bytes = setup.context ?? new Uint8Array(0);
  const context = space.allocate(bytes.length, 'context', setup.contextAccess ?? 'read-write');
  space.bytes.set(bytes, context.address);
  const executable = engine.compile(program, setup.targets ?? (() => undefined), { checked: true, ...setup.options });
  const results = Array.from({ length: setup.runs ?? 1 }, () => resultOf(executable, machine, context.address));
  return {
    results,
    context: hex(space.bytes.subarray(context.address, context.address + bytes.length)),
    ...(executable.counts && { counts: [...executable.counts] }),
  };
}

/**
 * The outcome of both, which must be the same. The budget's fault may come a little later (at the next jump back or call), and with
 * another slot; a trap of the memory (unchecked) does not know the address.
 */
export function agree(program: string | Program, setup: Setup = {}, engine: Engine = wasm): Outcome {
  const ready = linked(program);
  const expected = outcomeOn(interpreter, ready, setup);
  const found = outcomeOn(engine, ready, setup);
  const spent = expected.results.findIndex(result => result.startsWith('budget'));
  const comparable = ({ results, ...rest }: Outcome): object => {
    const words = results.map(result =>
      setup.options?.checked === false ? result.replace(OUTSIDE, ' outside of the memory') : result,
    );
    // Behind a run that was cut short, memory may differ.
    return spent === -1 ? { ...rest, results: words } : { results: words.slice(0, spent) };
  };
  const [one, other] = [JSON.stringify(comparable(found)), JSON.stringify(comparable(expected))];
  if (one !== other || (spent !== -1 && /^[0-9a-f]{16}$/.test(found.results[spent]!))) {
    throw new Error(`wasm:        ${JSON.stringify(found)}\ninterpreter: ${JSON.stringify(expected)}`);
  }
  return found;
}

const OUTSIDE = / at 0x[0-9a-f]*: .*$/;
