// Helpers: maps. The map's type does the work (src/maps); here are the kernel's answers where a type lacks the operation.

import type { HelperFunction } from '../engine/index.js';
import { ERRNO } from '../maps/index.js';
import { BASE } from './program-types.js';
import type { HelperRow } from './prototype.js';
import { ANYTHING, ANYTHING64, CONST_MAP_PTR, helper, MAP_KEY, MAP_VALUE, UNINIT_MAP_VALUE } from './row.js';
import { hasOtherFlags, mapOf } from './support.js';

const mapLookupElem: HelperFunction = (machine, map, key) => mapOf(machine, map).lookup(machine, key);

const mapUpdateElem: HelperFunction = (machine, map, key, value, flags) =>
  machine.high[4] !== 0 ? -ERRNO.EINVAL : mapOf(machine, map).update(machine, key, value, flags);

const mapDeleteElem: HelperFunction = (machine, map, key) => mapOf(machine, map).delete(machine, key);

const mapPushElem: HelperFunction = (machine, map, value, flags) =>
  hasOtherFlags(machine, 3, flags, 0xffffffff)
    ? -ERRNO.EINVAL
    : (mapOf(machine, map).push?.(machine, value, flags) ?? -ERRNO.ENOTSUPP);

const mapPopElem: HelperFunction = (machine, map, value) =>
  mapOf(machine, map).pop?.(machine, value) ?? -ERRNO.ENOTSUPP;

const mapPeekElem: HelperFunction = (machine, map, value) =>
  mapOf(machine, map).peek?.(machine, value) ?? -ERRNO.ENOTSUPP;

const mapLookupPercpuElem: HelperFunction = (machine, map, key, cpu) =>
  mapOf(machine, map).lookupOnCpu?.(machine, key, cpu) ?? 0;

export const MAP_HELPERS: readonly HelperRow[] = [
  helper({
    id: 1,
    declaration: 'void *bpf_map_lookup_elem(struct bpf_map *map, const void *key)',
    args: [CONST_MAP_PTR, MAP_KEY],
    returns: 'ptr_to_map_value_or_null',
    takesPacketPointers: true,
    programTypes: '*',
    since: '3.18',
    meaning: 'address of the value of a key, or null',
    run: mapLookupElem,
  }),
  helper({
    id: 2,
    declaration: 'long bpf_map_update_elem(struct bpf_map *map, const void *key, const void *value, u64 flags)',
    args: [CONST_MAP_PTR, MAP_KEY, MAP_VALUE, ANYTHING64],
    returns: 'integer',
    takesPacketPointers: true,
    programTypes: '*',
    since: '3.18',
    meaning: 'sets the value of a key',
    run: mapUpdateElem,
  }),
  helper({
    id: 3,
    declaration: 'long bpf_map_delete_elem(struct bpf_map *map, const void *key)',
    args: [CONST_MAP_PTR, MAP_KEY],
    returns: 'integer',
    takesPacketPointers: true,
    programTypes: '*',
    since: '3.19',
    meaning: 'takes a key and its value away',
    run: mapDeleteElem,
  }),
  helper({
    id: 87,
    declaration: 'long bpf_map_push_elem(struct bpf_map *map, const void *value, u64 flags)',
    args: [CONST_MAP_PTR, MAP_VALUE, ANYTHING64],
    returns: 'integer',
    takesPacketPointers: true,
    programTypes: '*',
    since: '4.20',
    meaning: 'adds a value to a queue, stack or bloom filter',
    run: mapPushElem,
  }),
  helper({
    id: 88,
    declaration: 'long bpf_map_pop_elem(struct bpf_map *map, void *value)',
    args: [CONST_MAP_PTR, UNINIT_MAP_VALUE],
    returns: 'integer',
    programTypes: '*',
    since: '4.20',
    meaning: 'takes a value from a queue or stack',
    run: mapPopElem,
  }),
  helper({
    id: 89,
    declaration: 'long bpf_map_peek_elem(struct bpf_map *map, void *value)',
    args: [CONST_MAP_PTR, UNINIT_MAP_VALUE],
    returns: 'integer',
    programTypes: '*',
    since: '4.20',
    meaning: 'reads the next value of a queue or stack, or asks a bloom filter',
    run: mapPeekElem,
  }),
  helper({
    id: 195,
    declaration: 'void *bpf_map_lookup_percpu_elem(struct bpf_map *map, const void *key, u32 cpu)',
    args: [CONST_MAP_PTR, MAP_KEY, ANYTHING],
    returns: 'ptr_to_map_value_or_null',
    takesPacketPointers: true,
    programTypes: BASE,
    since: '5.19',
    meaning: "address of a CPU's value of a key, or null",
    run: mapLookupPercpuElem,
  }),
];
