// Helpers: kernel pointers in maps.

import type { HelperFunction } from '../engine/index.js';
import { BASE } from './program-types.js';
import type { HelperRow } from './prototype.js';
import { helper, KPTR_DEST, OWNED_OBJECT_OR_NULL } from './row.js';

const kptrXchg: HelperFunction = (machine, place, pointer) => {
  const { view } = machine.space;
  const old = view.getUint32(place, true);
  view.setUint32(place, pointer, true);
  view.setUint32(place + 4, 0, true);
  return old;
};

export const KPTR_HELPERS: readonly HelperRow[] = [
  helper({
    id: 194,
    declaration: 'void *bpf_kptr_xchg(void *dst, void *ptr)',
    args: [KPTR_DEST, OWNED_OBJECT_OR_NULL],
    returns: 'ptr_to_btf_id_or_null',
    programTypes: BASE,
    since: '5.19',
    meaning: 'swaps the kernel pointer in a map value for another',
    run: kptrXchg,
  }),
];
