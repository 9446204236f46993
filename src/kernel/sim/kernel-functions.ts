// Kernel functions (kfuncs) that programs of a type may call: by name when they are linked, by number when they run.

import type { HelperRow } from '../../helpers/index.js';
import type { ProgramTypeRow } from '../program-types.js';

export interface KernelFunctions {
  /** The number by which engines ask; undefined: there is no such function, or not for this type. */
  idOf(name: string): number | undefined;
  byId(id: number): HelperRow | undefined;
}

export function kernelFunctions(_row: ProgramTypeRow): KernelFunctions {
  return { idOf: () => undefined, byId: () => undefined };
}
