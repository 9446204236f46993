// Helpers: tail calls. An empty slot, or one chain of calls too long, and the program goes on behind the call.

import type { HelperFunction } from '../engine/index.js';
import { ERRNO } from '../maps/index.js';
import { type ProgramSlots, partOf } from './map-parts.js';
import type { HelperRow } from './prototype.js';
import { ANYTHING, CONST_MAP_PTR, CTX, helper } from './row.js';

const tailCall: HelperFunction = (machine, _context, map, index) => {
  const target = partOf<ProgramSlots>(machine, map).at(index);
  if (target) machine.tailCall(target.executable);
  return -ERRNO.EINVAL;
};

export const TAIL_CALL_HELPERS: readonly HelperRow[] = [
  helper({
    id: 12,
    declaration: 'long bpf_tail_call(void *ctx, struct bpf_map *prog_array_map, u32 index)',
    args: [CTX, CONST_MAP_PTR, ANYTHING],
    returns: 'void',
    changesPacket: true,
    programTypes: '*',
    since: '4.2',
    meaning: 'runs another program of a program array in place of this one',
    run: tailCall,
  }),
];
