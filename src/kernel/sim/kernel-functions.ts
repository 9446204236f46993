// Kernel functions (kfuncs) that programs may call: by name when they are linked, by number when they run. A running kernel's numbers are BTF
// ids; here they are places in the table, from 1 on.

import { KFUNCS, type KfuncRow, kfuncNamed } from '../../helpers/index.js';

const NUMBERS = new Map(KFUNCS.map((row, index) => [row, index + 1]));

/** The number by which engines ask; undefined: there is no such function. */
export function kernelFunctionNumber(name: string): number | undefined {
  const row = kfuncNamed(name);
  return row && NUMBERS.get(row);
}

export function kernelFunctionAt(number: number): KfuncRow | undefined {
  return KFUNCS[number - 1];
}
