// The interpreter as an engine: it runs everywhere, steps, stops and counts.

import type { CallTarget, CompileOptions, Engine, Executable, LinkedProgram } from '../engine.js';
import { InterpretedProgram } from './execute.js';

export { type CallFrame, createStepper, type Stepper, type StepperOptions, type Stop, type Watch } from './stepper.js';

/** Can run everywhere; what the other engines are compared with. */
export const interpreter: Engine = {
  name: 'interpreter',
  available: true,
  compile(
    program: LinkedProgram,
    targets: (id: number, kind: 'helper' | 'kfunc') => CallTarget | undefined,
    options: CompileOptions,
  ): Executable {
    return new InterpretedProgram(program, targets, options);
  },
};
