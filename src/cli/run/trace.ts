// `skep run --trace`: each instruction as it runs, and what it changed.

import { createStepper, type Engine, type Executable, interpreter } from '../../engine/index.js';
import { HELPER_NAMES } from '../../helpers/index.js';
import { kernelDialect, list } from '../../isa/extended/index.js';
import { lineAt } from '../../kernel/index.js';
import type { ProgramSpec } from '../../object/index.js';
import type { LineOutput } from '../output.js';

/** The interpreter, printing. Line information is that of the program asked for; others run with their slots alone. */
export function tracingEngine(spec: ProgramSpec, output: LineOutput): Engine {
  return {
    name: 'interpreter',
    available: true,
    compile(program, targets, options) {
      const inner = interpreter.compile(program, targets, options);
      const texts = new Map(
        list(program.instructions, kernelDialect, { helper: id => HELPER_NAMES[id] }).map(one => [one.slot, one.text]),
      );
      const own = program.name === spec.name ? spec : undefined;
      const executable: Executable = {
        program,
        engine: 'interpreter',
        ...(inner.counts && { counts: inner.counts }),
        enter: (...parameters) => inner.enter(...parameters),
        run(machine, context) {
          const stepper = createStepper(inner, machine, context);
          try {
            let line = '';
            while (stepper.result === undefined) {
              const { slot, registers } = stepper;
              const source = own && lineAt(own, slot);
              const place = source ? `${source.file}:${source.line}` : '';
              if (source && place !== line) output.line(`; ${place} ${source.text.trim()}`);
              line = place;
              const stop = stepper.step();
              output.line(
                `${String(slot).padStart(5)}: ${(texts.get(slot) ?? '?').padEnd(36)} ${changes(registers, stepper.registers)}`.trimEnd(),
              );
              if (stop.kind === 'fault') throw stop.error;
            }
            machine.high[0] = Number(BigInt.asIntN(32, stepper.result >> 32n));
            return Number(stepper.result & 0xffff_ffffn);
          } finally {
            stepper[Symbol.dispose]();
          }
        },
      };
      return executable;
    },
  };
}

function changes(before: readonly bigint[], after: readonly bigint[]): string {
  const parts: string[] = [];
  for (let register = 0; register < after.length; register++) {
    if (after[register] !== before[register]) parts.push(`r${register}=${hex(after[register]!)}`);
  }
  return parts.join(' ');
}

const hex = (value: bigint): string => `0x${BigInt.asUintN(64, value).toString(16)}`;
