// Helpers by number and by name, for assemblers, printers, linkers and messages.

import { closestName } from '../diagnostics/index.js';
import type { HelperRow } from './prototype.js';
import { HELPERS } from './table.js';

const BY_NAME = new Map(HELPERS.map(row => [row.name, row]));

/** The row of `call id`; undefined: the kernel has no such helper. */
export function helperById(id: number): HelperRow | undefined {
  return HELPERS[id - 1];
}

/** The row of a name, with or without `bpf_`. */
export function helperNamed(name: string): HelperRow | undefined {
  return BY_NAME.get(name) ?? BY_NAME.get(`bpf_${name}`);
}

/** id -> `bpf_map_lookup_elem`: what a printer writes in `call bpf_map_lookup_elem#1`. Index 0 is `bpf_unspec`. */
export const HELPER_NAMES: readonly string[] = ['bpf_unspec', ...HELPERS.map(row => row.name)];

/** The name that someone who wrote `name` may have meant. */
export function nearestHelper(name: string): string | undefined {
  return closestName(name, BY_NAME.keys());
}
