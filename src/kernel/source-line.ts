// Which source line a slot of a program came from: the last line record at or before it, in the same function (.BTF.ext).

import { ExecutionError } from '../engine/index.js';
import type { FunctionSpec, LineInfo, ProgramSpec } from '../object/index.js';

/** The function that a slot is in. */
export function functionAt(spec: ProgramSpec, slot: number): FunctionSpec | undefined {
  return spec.functions.find(({ startSlot, endSlot }) => slot >= startSlot && slot < endSlot);
}

/** The line of a slot; undefined without line information. */
export function lineAt(spec: ProgramSpec, slot: number): LineInfo | undefined {
  const { lines } = spec;
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (lines[middle]!.slot <= slot) low = middle + 1;
    else high = middle;
  }
  const line = lines[low - 1];
  const start = functionAt(spec, slot)?.startSlot ?? 0;
  return line && line.slot >= start ? line : undefined;
}

/** A run that ended early, with the program and, where it is known, the source line it stood at. */
export class ProgramError extends ExecutionError {
  /** The function of the program. */
  readonly function?: string;
  readonly source?: LineInfo;

  /** `place`: what the address is, where the kernel knows it better than the address space does. */
  constructor(spec: ProgramSpec, error: ExecutionError, place?: string) {
    const source = error.slot < 0 ? undefined : lineAt(spec, error.slot);
    const where = source ? `${source.file}:${source.line}:${source.column}: ` : '';
    const said = place === undefined ? error.message : error.message.replace(/(at 0x[0-9a-f]+): .*$/, `$1: ${place}`);
    super(error.fault, `${spec.name}: ${where}${said}`, error.slot, error.address);
    this.program = error.program ?? spec.name;
    const inside = functionAt(spec, error.slot);
    if (inside) this.function = inside.name;
    if (source) this.source = source;
  }
}
