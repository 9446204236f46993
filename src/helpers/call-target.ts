// From a row of the tables to what engines call.

import { type CallTarget, ExecutionError, type HelperFunction } from '../engine/index.js';
import { checkArguments } from './check-arguments.js';
import type { KfuncRow } from './kfuncs/row.js';
import type { HelperRow } from './prototype.js';

/** Ends the run: `name` has no meaning outside of a running Linux, or asks for a part of the kernel that is not simulated. */
export function notSimulated(name: string, what?: string): never {
  throw new ExecutionError('not-simulated', `${name} is not simulated${what ? `: ${what}` : ''}`, -1);
}

/**
 * What engines call for a row. With `checked`, memory arguments are looked up in the address space before the helper runs: a wild one ends
 * the run with `wild-access`, as the program's own access would. Rows without a simulation give a call that ends the run with
 * `not-simulated`. The slot of these errors is -1: the engine knows it.
 */
export function callTargetOf(row: HelperRow | KfuncRow, checked = false): CallTarget {
  const { name, signature } = row;
  const run: HelperFunction = row.run ?? (() => notSimulated(name));
  return { name, signature, call: checked && row.run && 'args' in row ? checkArguments(row, run) : run };
}
