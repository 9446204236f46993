// Checked mode for helpers: what the verifier would have proved of memory arguments is looked up before the call.

import { ExecutionError, type HelperFunction, type Machine } from '../engine/index.js';
import { hostOf } from './host.js';
import type { ArgumentType, HelperRow } from './prototype.js';

/** One argument's check: `values` are r1 to r5. */
type Check = (machine: Machine, values: Uint32Array) => void;

/** Sizes of what opaque arguments point to. */
const OPAQUE_BYTES: Partial<Record<ArgumentType['type'], number>> = {
  ptr_to_spin_lock: 4,
  ptr_to_timer: 16,
  ptr_to_dynptr: 16,
  kptr_xchg_dest: 8,
};

/** The helper with its memory arguments checked; the helper itself when it has none. */
export function checkArguments(row: HelperRow, run: HelperFunction): HelperFunction {
  const checks = row.args.flatMap((argument, index) => checkOf(row, argument, index) ?? []);
  if (checks.length === 0) return run;
  // Checks end before the helper begins, so that one array serves all calls, also those that a callback makes.
  const values = new Uint32Array(5);
  return (machine, r1, r2, r3, r4, r5) => {
    values[0] = r1;
    values[1] = r2;
    values[2] = r3;
    values[3] = r4;
    values[4] = r5;
    for (const check of checks) check(machine, values);
    return run(machine, r1, r2, r3, r4, r5);
  };
}

function checkOf(row: HelperRow, argument: ArgumentType, index: number): Check | undefined {
  const { type, flags = [] } = argument;
  const write = flags.includes('write') || flags.includes('uninit');
  const mayBeNull = flags.includes('maybe_null');
  const region = (sizeOf: (machine: Machine, values: Uint32Array) => number): Check => {
    return (machine, values) => {
      const address = values[index]!;
      if (mayBeNull && address === 0) return;
      const sizeBytes = sizeOf(machine, values);
      if (machine.space.mayAccess(address, sizeBytes, write)) return;
      // What to name is the first byte that may not be touched.
      let bad = address;
      while (machine.space.mayAccess(bad, 1, write)) bad++;
      throw new ExecutionError(
        'wild-access',
        `${row.name}: argument ${index + 1} is to be ${write ? 'written' : 'read'}, ${sizeBytes} bytes at ` +
          `0x${address.toString(16)}: ${machine.space.describe(bad)}`,
        -1,
        address,
      );
    };
  };
  const opaque = OPAQUE_BYTES[type];
  if (opaque !== undefined) return region(() => opaque);
  switch (type) {
    case 'const_map_ptr':
      return (machine, values) => {
        const handle = values[index]!;
        if (hostOf(machine).mapAt(handle)) return;
        throw new ExecutionError(
          'wild-access',
          `${row.name}: argument ${index + 1} is no map: 0x${handle.toString(16)}`,
          -1,
          handle,
        );
      };
    case 'ptr_to_map_key':
    case 'ptr_to_map_value': {
      const map = row.args.findIndex(other => other.type === 'const_map_ptr');
      if (map === -1) return undefined;
      return region((machine, values) => {
        const { keySizeBytes, valueSizeBytes } = hostOf(machine).mapAt(values[map]!)!.definition;
        return type === 'ptr_to_map_key' ? keySizeBytes : valueSizeBytes;
      });
    }
    case 'ptr_to_mem': {
      if (argument.sizeBytes !== undefined) return region(() => argument.sizeBytes!);
      const next = row.args[index + 1]?.type;
      if (next !== 'const_size' && next !== 'const_size_or_zero') return undefined;
      return region((_, values) => values[index + 1]!);
    }
    default:
      return undefined;
  }
}
