// The ends that a run may come to, in the same words whichever engine finds them.
//
// Rules that all engines follow:
// - A program that is not well formed compiles. It faults when the instruction is reached: `unknown-instruction` for one that is in no
//   row of the table, for callx, for the second slot of a 64-bit load; `fell-off-the-end` for what lies behind a function's last
//   slot (its slot is the one that was gone to), also when a jump leads out of its function.
// - An atomic (load-acquire and store-release too) whose address is no multiple of its size is `unaligned-atomic`, before anything else.
// - A checked access that is not allowed is `wild-access` and has no effect.
// - A call of a helper that does not exist is `unknown-helper`, when it is reached.

import { ExecutionError } from './engine.js';
import type { AddressSpace } from './memory.js';

/** An access that may not be: `address` is the 64-bit address in two halves. */
export function wildAccess(
  space: AddressSpace,
  slot: number,
  addressLow: number,
  addressHigh: number,
  sizeBytes: number,
  write: boolean,
): ExecutionError {
  const low = addressLow >>> 0;
  const high = addressHigh >>> 0;
  const address = high * 2 ** 32 + low;
  const digits = high === 0 ? low.toString(16) : high.toString(16) + low.toString(16).padStart(8, '0');
  const bytes = sizeBytes === 1 ? 'a byte' : `${sizeBytes} bytes`;
  let what = 'no address of this memory';
  if (high === 0) {
    // What to name is the first byte that may not be touched.
    let allowed = 0;
    while (allowed < sizeBytes && space.mayAccess(low + allowed, 1, write)) allowed++;
    what = space.describe(low + allowed);
    if (write && space.mayAccess(low + allowed, 1, false)) what += ', which is read only';
  }
  return new ExecutionError(
    'wild-access',
    `instruction ${slot} ${write ? 'writes' : 'reads'} ${bytes} at 0x${digits}: ${what}`,
    slot,
    address,
  );
}

/** An atomic operation at an address that is not a multiple of its size. */
export function unalignedAtomic(slot: number, addressLow: number, sizeBytes: number): ExecutionError {
  const address = addressLow >>> 0;
  return new ExecutionError(
    'unaligned-atomic',
    `instruction ${slot}: an atomic access of ${sizeBytes} bytes at 0x${address.toString(16)}, which is not aligned to them`,
    slot,
    address,
  );
}

export function budgetSpent(slot: number, budgetInstructions: number): ExecutionError {
  return new ExecutionError(
    'budget',
    `instruction ${slot}: the program did not end within ${budgetInstructions.toLocaleString('en')} instructions`,
    slot,
  );
}

export function callDepth(slot: number): ExecutionError {
  return new ExecutionError('call-depth', `${at(slot)}calls are nested more than 8 deep`, slot);
}

export function unknownInstruction(slot: number, opcode: number): ExecutionError {
  return new ExecutionError(
    'unknown-instruction',
    `instruction ${slot}: no engine runs opcode 0x${opcode.toString(16).padStart(2, '0')} with these fields`,
    slot,
  );
}

export function unknownHelper(slot: number, id: number, kind: 'helper' | 'kfunc'): ExecutionError {
  const what = kind === 'helper' ? `helper ${id}` : `kernel function with BTF id ${id}`;
  return new ExecutionError('unknown-helper', `instruction ${slot}: there is no ${what}`, slot);
}

export function fellOffTheEnd(slot: number): ExecutionError {
  return new ExecutionError('fell-off-the-end', `control goes to slot ${slot}, behind the end of its function`, slot);
}

/** A callback's address that is not the first slot of a function. */
export function noFunction(startSlot: number): ExecutionError {
  return new ExecutionError('unknown-instruction', `a callback to slot ${startSlot}, where no function begins`, -1);
}

export function noPacket(slot: number): ExecutionError {
  return new ExecutionError(
    'not-simulated',
    `instruction ${slot}: a packet load, and the program runs on no packet`,
    slot,
  );
}

/** The error as thrown by a helper, with the slot of the call put in where it knew none. */
export function atSlot(error: ExecutionError, slot: number): ExecutionError {
  if (error.slot >= 0) return error;
  const placed = new ExecutionError(error.fault, `${at(slot)}${error.message}`, slot, error.address);
  placed.stack = error.stack;
  return placed;
}

const at = (slot: number): string => (slot < 0 ? '' : `instruction ${slot}: `);
