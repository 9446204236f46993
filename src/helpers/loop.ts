// Helpers: loops over callbacks (kernel/bpf/bpf_iter.c, kernel/bpf/arraymap.c, hashtab.c). A callback that answers other than 0 ends the loop.

import type { HelperFunction } from '../engine/index.js';
import { ERRNO } from '../maps/index.js';
import { BASE } from './program-types.js';
import type { HelperRow } from './prototype.js';
import { ANYTHING64, CONST_MAP_PTR, FUNC, helper, SCALAR, STACK_OR_NULL } from './row.js';
import { mapOf } from './support.js';

/** BPF_MAX_LOOPS. */
const MAXIMUM_LOOPS = 8 * 1024 * 1024;

const loop: HelperFunction = (machine, count, callback, context, flags) => {
  if ((flags | machine.high[4]!) !== 0) return -ERRNO.EINVAL;
  if (count > MAXIMUM_LOOPS) return -ERRNO.E2BIG;
  for (let index = 0; index < count; index++) {
    if (machine.callback(callback, index, context, 0, 0, 0) !== 0) return index + 1;
  }
  return count;
};

const forEachMapElem: HelperFunction = (machine, map, callback, context, flags) => {
  if ((flags | machine.high[4]!) !== 0) return -ERRNO.EINVAL;
  const target = mapOf(machine, map);
  return (
    target.forEach?.(
      machine,
      (key, value) => machine.callback(callback, target.handle, key, value, context, 0) !== 0,
    ) ?? -ERRNO.EINVAL
  );
};

export const LOOP_HELPERS: readonly HelperRow[] = [
  helper({
    id: 164,
    declaration: 'long bpf_for_each_map_elem(struct bpf_map *map, void *callback_fn, void *callback_ctx, u64 flags)',
    args: [CONST_MAP_PTR, FUNC, STACK_OR_NULL, ANYTHING64],
    returns: 'integer',
    programTypes: BASE,
    since: '5.13',
    meaning: 'calls a function for every element of a map',
    run: forEachMapElem,
  }),
  helper({
    id: 181,
    declaration: 'long bpf_loop(u32 nr_loops, void *callback_fn, void *callback_ctx, u64 flags)',
    args: [SCALAR, FUNC, STACK_OR_NULL, ANYTHING64],
    returns: 'integer',
    programTypes: BASE,
    since: '5.17',
    meaning: 'calls a function a number of times',
    run: loop,
  }),
];
