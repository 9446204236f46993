// What the tests of this folder share: a program from text, run once on a fresh machine.

import type { CallTarget, CompileOptions, Executable, Machine } from '../../src/engine/engine.js';
import {
  createAddressSpace,
  createMachine,
  ENGINE_NAMES,
  type Engine,
  engineNamed,
  interpreter,
  linkProgram,
} from '../../src/engine/index.js';
import type { AddressSpace } from '../../src/engine/memory.js';
import { assemble } from '../../src/isa/extended/assemble.js';
import type { Program } from '../../src/isa/extended/instruction.js';

export type Helpers = Readonly<Record<number, CallTarget>>;

export interface Bench {
  readonly space: AddressSpace;
  readonly machine: Machine;
}

export function bench(): Bench {
  const space = createAddressSpace({ initialBytes: 65536, maximumBytes: 16 * 1024 * 1024 });
  return { space, machine: createMachine({ space }) };
}

/** A helper or kernel function that takes all of its arguments as low halves. */
export function target(name: string, call: CallTarget['call'], result: CallTarget['signature']['result'] = 'u32') {
  return { name, signature: { count: 5, wideMask: 0x1f, result }, call } satisfies CallTarget;
}

export function compile(
  program: string | Program,
  helpers: Helpers = {},
  options: Partial<CompileOptions> = {},
  engine: Engine = interpreter,
): Executable {
  const instructions = typeof program === 'string' ? assemble(program) : program;
  return engine.compile(
    linkProgram({ name: 'test', instructions }),
    (id, kind) => (kind === 'helper' ? helpers[id] : undefined),
    { checked: true, ...options },
  );
}

/** r0 as an unsigned 64-bit number. */
export function runWide(executable: Executable, machine: Machine, contextAddress = 0): bigint {
  const low = executable.run(machine, contextAddress);
  return (BigInt(machine.high[0]! >>> 0) << 32n) | BigInt(low);
}

/** Every engine that can run here; the others are named. */
export async function enginesHere(): Promise<Engine[]> {
  const engines = await Promise.all(ENGINE_NAMES.map(engineNamed));
  return engines.filter(({ name, available }) => {
    if (available !== true) console.warn(`SKIPPED: the ${name} engine: ${available}`);
    return available === true;
  });
}
