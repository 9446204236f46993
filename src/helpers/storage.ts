// Helpers: storage that hangs on kernel objects (kernel/bpf/bpf_local_storage.c). The map knows its owners as objects of the kernel that runs the program.

import type { HelperFunction, Machine } from '../engine/index.js';
import { BPF_LOCAL_STORAGE_GET_F_CREATE, ERRNO } from '../maps/index.js';
import { hostOf } from './host.js';
import { type LocalStorage, partOf } from './map-parts.js';
import { BASE, BTF_TRACING, TC } from './program-types.js';
import type { HelperRow } from './prototype.js';
import { ANYTHING64, BTF_SOCK_COMMON, btfOrNull, CONST_MAP_PTR, helper, MAP_VALUE_OR_NULL } from './row.js';
import { needed } from './support.js';

function ownerAt(machine: Machine, address: number): object | undefined {
  const host = hostOf(machine);
  return needed(host.storageOwnerAt, 'local storage', 'kernel object').call(host, address);
}

const get: HelperFunction = (machine, map, address, initial, flags) => {
  if (machine.high[4] !== 0 || flags > BPF_LOCAL_STORAGE_GET_F_CREATE) return 0;
  const owner = address === 0 ? undefined : ownerAt(machine, address);
  return owner ? partOf<LocalStorage>(machine, map).storage(owner, flags !== 0, initial) : 0;
};

const remove: HelperFunction = (machine, map, address) => {
  if (address === 0) return -ERRNO.EINVAL;
  const owner = ownerAt(machine, address);
  return owner ? partOf<LocalStorage>(machine, map).deleteStorage(owner) : -ERRNO.ENOENT;
};

const skStorageGet = get;
const skStorageDelete = remove;
const inodeStorageGet = get;
const inodeStorageDelete = remove;
const taskStorageGet = get;
const taskStorageDelete = remove;
const cgrpStorageGet = get;
const cgrpStorageDelete = remove;

export const STORAGE_HELPERS: readonly HelperRow[] = [
  helper({
    id: 107,
    declaration: 'void *bpf_sk_storage_get(struct bpf_map *map, void *sk, void *value, u64 flags)',
    args: [CONST_MAP_PTR, BTF_SOCK_COMMON, MAP_VALUE_OR_NULL, ANYTHING64],
    returns: 'ptr_to_map_value_or_null',
    programTypes: [
      ...BTF_TRACING,
      ...TC,
      'cgroup_skb',
      'cgroup_sock',
      'sock_ops',
      'sk_msg',
      'cgroup_sock_addr',
      'cgroup_sockopt',
      'struct_ops',
    ],
    since: '5.2',
    meaning: "address of the program's storage on a socket, created on request",
    run: skStorageGet,
  }),
  helper({
    id: 108,
    declaration: 'long bpf_sk_storage_delete(struct bpf_map *map, void *sk)',
    args: [CONST_MAP_PTR, BTF_SOCK_COMMON],
    returns: 'integer',
    programTypes: [
      ...BTF_TRACING,
      ...TC,
      'cgroup_skb',
      'sock_ops',
      'sk_msg',
      'cgroup_sock_addr',
      'cgroup_sockopt',
      'struct_ops',
    ],
    since: '5.2',
    meaning: "deletes the program's storage on a socket",
    run: skStorageDelete,
  }),
  helper({
    id: 145,
    declaration: 'void *bpf_inode_storage_get(struct bpf_map *map, void *inode, void *value, u64 flags)',
    args: [CONST_MAP_PTR, btfOrNull('inode'), MAP_VALUE_OR_NULL, ANYTHING64],
    returns: 'ptr_to_map_value_or_null',
    programTypes: ['lsm'],
    since: '5.10',
    meaning: "address of the program's storage on an inode, created on request",
    run: inodeStorageGet,
  }),
  helper({
    id: 146,
    declaration: 'int bpf_inode_storage_delete(struct bpf_map *map, void *inode)',
    args: [CONST_MAP_PTR, btfOrNull('inode')],
    returns: 'integer',
    programTypes: ['lsm'],
    since: '5.10',
    meaning: "deletes the program's storage on an inode",
    run: inodeStorageDelete,
  }),
  helper({
    id: 156,
    declaration: 'void *bpf_task_storage_get(struct bpf_map *map, struct task_struct *task, void *value, u64 flags)',
    args: [CONST_MAP_PTR, btfOrNull('task_struct'), MAP_VALUE_OR_NULL, ANYTHING64],
    returns: 'ptr_to_map_value_or_null',
    programTypes: BASE,
    since: '5.11',
    meaning: "address of the program's storage on a task, created on request",
    run: taskStorageGet,
  }),
  helper({
    id: 157,
    declaration: 'long bpf_task_storage_delete(struct bpf_map *map, struct task_struct *task)',
    args: [CONST_MAP_PTR, btfOrNull('task_struct')],
    returns: 'integer',
    programTypes: BASE,
    since: '5.11',
    meaning: "deletes the program's storage on a task",
    run: taskStorageDelete,
  }),
  helper({
    id: 210,
    declaration: 'void *bpf_cgrp_storage_get(struct bpf_map *map, struct cgroup *cgroup, void *value, u64 flags)',
    args: [CONST_MAP_PTR, btfOrNull('cgroup'), MAP_VALUE_OR_NULL, ANYTHING64],
    returns: 'ptr_to_map_value_or_null',
    programTypes: BASE,
    since: '6.2',
    meaning: "address of the program's storage on a cgroup, created on request",
    run: cgrpStorageGet,
  }),
  helper({
    id: 211,
    declaration: 'long bpf_cgrp_storage_delete(struct bpf_map *map, struct cgroup *cgroup)',
    args: [CONST_MAP_PTR, btfOrNull('cgroup')],
    returns: 'integer',
    programTypes: BASE,
    since: '6.2',
    meaning: "deletes the program's storage on a cgroup",
    run: cgrpStorageDelete,
  }),
];
