// Helpers: maps.

import { BASE } from './program-types.js';
import type { HelperRow } from './prototype.js';
import { ANYTHING, ANYTHING64, CONST_MAP_PTR, helper, MAP_KEY, MAP_VALUE, UNINIT_MAP_VALUE } from './row.js';

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
  }),
  helper({
    id: 88,
    declaration: 'long bpf_map_pop_elem(struct bpf_map *map, void *value)',
    args: [CONST_MAP_PTR, UNINIT_MAP_VALUE],
    returns: 'integer',
    programTypes: '*',
    since: '4.20',
    meaning: 'takes a value from a queue or stack',
  }),
  helper({
    id: 89,
    declaration: 'long bpf_map_peek_elem(struct bpf_map *map, void *value)',
    args: [CONST_MAP_PTR, UNINIT_MAP_VALUE],
    returns: 'integer',
    programTypes: '*',
    since: '4.20',
    meaning: 'reads the next value of a queue or stack, or asks a bloom filter',
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
  }),
];
