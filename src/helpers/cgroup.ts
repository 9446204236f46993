// Helpers: cgroups (kernel/bpf/helpers.c, kernel/bpf/cgroup.c, net/core/filter.c).

import type { HelperFunction, Machine } from '../engine/index.js';
import { ERRNO } from '../maps/index.js';
import { type CgroupView, hostOf } from './host.js';
import { type CgroupSlots, partOf } from './map-parts.js';
import { packetOf } from './packet.js';
import { BASE, LWT, TC } from './program-types.js';
import type { HelperRow } from './prototype.js';
import { ANYTHING, ANYTHING64, BTF_SOCK_COMMON, CONST_MAP_PTR, CTX, helper } from './row.js';
import { needed, wideResult } from './support.js';

/** The cgroup and those above it, the root last. */
function chain(cgroup: CgroupView | undefined): CgroupView[] {
  const found: CgroupView[] = [];
  for (let at = cgroup; at; at = at.parent) found.push(at);
  return found;
}

/** Id of the ancestor at a level, the root's is 0; 0 when there is none. */
function ancestorId(cgroup: CgroupView | undefined, level: number): bigint {
  const found = chain(cgroup).reverse()[level | 0];
  return found?.id ?? 0n;
}

/** Whether `cgroup` is the one in a slot or below it: 1 or 0; -E2BIG, -EAGAIN for the slot. */
function isUnder(machine: Machine, cgroup: CgroupView | undefined, handle: number, index: number): number {
  const map = partOf<CgroupSlots>(machine, handle);
  if (index >= map.definition.maxEntries) return -ERRNO.E2BIG;
  const slot = map.at(index);
  if (!slot) return -ERRNO.EAGAIN;
  return chain(cgroup).some(({ address }) => address === slot.id) ? 1 : 0;
}

/** The cgroup of the packet's socket. */
const packetCgroup = (machine: Machine, helper: string): CgroupView | undefined => {
  const packet = packetOf(machine, helper);
  return packet.cgroup ?? packet.socket?.cgroup;
};

const socketCgroup = (machine: Machine, address: number): CgroupView | undefined =>
  hostOf(machine).socketAt?.(address)?.cgroup;

const getCurrentCgroupId: HelperFunction = machine => wideResult(machine, hostOf(machine).task?.cgroup?.id ?? 0n);

const getCurrentAncestorCgroupId: HelperFunction = (machine, level) =>
  wideResult(machine, ancestorId(hostOf(machine).task?.cgroup, level));

const currentTaskUnderCgroup: HelperFunction = (machine, map, index) =>
  isUnder(machine, hostOf(machine).task?.cgroup, map, index);

const skbUnderCgroup: HelperFunction = (machine, _skb, map, index) => {
  const cgroup = packetCgroup(machine, 'bpf_skb_under_cgroup');
  return cgroup ? isUnder(machine, cgroup, map, index) : -ERRNO.ENOENT;
};

const skbCgroupId: HelperFunction = machine =>
  wideResult(machine, packetCgroup(machine, 'bpf_skb_cgroup_id')?.id ?? 0n);

const skbAncestorCgroupId: HelperFunction = (machine, _skb, level) =>
  wideResult(machine, ancestorId(packetCgroup(machine, 'bpf_skb_ancestor_cgroup_id'), level));

const skCgroupId: HelperFunction = (machine, socket) => wideResult(machine, socketCgroup(machine, socket)?.id ?? 0n);

const skAncestorCgroupId: HelperFunction = (machine, socket, level) =>
  wideResult(machine, ancestorId(socketCgroup(machine, socket), level));

const getCgroupClassid: HelperFunction = machine => {
  const { packet, task } = hostOf(machine);
  return packet ? packet.classid : (task?.cgroup?.classid ?? 0);
};

const skbCgroupClassid: HelperFunction = machine =>
  wideResult(machine, BigInt(packetOf(machine, 'bpf_skb_cgroup_classid').classid));

/** An attached program always has its storage; its address is the value's on this CPU. */
const getLocalStorage: HelperFunction = (machine, map) => {
  const host = hostOf(machine);
  const storage = needed(host.cgroupStorage, 'bpf_get_local_storage', 'cgroup that the program is attached to');
  return storage.call(host, needed(host.mapAt(map), 'bpf_get_local_storage', 'map'));
};

const getRetval: HelperFunction = machine => hostOf(machine).retval ?? 0;

const setRetval: HelperFunction = (machine, value) => {
  hostOf(machine).retval = value | 0;
  return 0;
};

export const CGROUP_HELPERS: readonly HelperRow[] = [
  helper({
    id: 17,
    declaration: 'u32 bpf_get_cgroup_classid(struct sk_buff *skb)',
    args: [CTX],
    returns: 'integer',
    programTypes: BASE,
    since: '4.3',
    meaning: "net_cls class id of the current task's or the packet's cgroup",
    run: getCgroupClassid,
  }),
  helper({
    id: 33,
    declaration: 'long bpf_skb_under_cgroup(struct sk_buff *skb, struct bpf_map *map, u32 index)',
    args: [CTX, CONST_MAP_PTR, ANYTHING],
    returns: 'integer',
    programTypes: [...LWT, ...TC],
    since: '4.8',
    meaning: "whether the packet's socket is in a cgroup of a cgroup array, or below it",
    run: skbUnderCgroup,
  }),
  helper({
    id: 37,
    declaration: 'long bpf_current_task_under_cgroup(struct bpf_map *map, u32 index)',
    args: [CONST_MAP_PTR, ANYTHING],
    returns: 'integer',
    programTypes: BASE,
    since: '4.9',
    meaning: 'whether the current task is in a cgroup of a cgroup array, or below it',
    run: currentTaskUnderCgroup,
  }),
  helper({
    id: 79,
    declaration: 'u64 bpf_skb_cgroup_id(struct sk_buff *skb)',
    args: [CTX],
    returns: 'integer',
    programTypes: [...TC, 'cgroup_skb'],
    since: '4.18',
    meaning: "cgroup id of the packet's socket",
    run: skbCgroupId,
  }),
  helper({
    id: 80,
    declaration: 'u64 bpf_get_current_cgroup_id(void)',
    args: [],
    returns: 'integer',
    programTypes: BASE,
    since: '4.18',
    meaning: "id of the current task's cgroup",
    run: getCurrentCgroupId,
  }),
  helper({
    id: 81,
    declaration: 'void *bpf_get_local_storage(void *map, u64 flags)',
    args: [CONST_MAP_PTR, ANYTHING64],
    returns: 'ptr_to_map_value',
    programTypes: [
      'cgroup_skb',
      'cgroup_sock',
      'sock_ops',
      'cgroup_device',
      'cgroup_sock_addr',
      'cgroup_sysctl',
      'cgroup_sockopt',
      'lsm',
    ],
    since: '4.19',
    meaning: "address of the cgroup storage of the program's cgroup",
    run: getLocalStorage,
  }),
  helper({
    id: 83,
    declaration: 'u64 bpf_skb_ancestor_cgroup_id(struct sk_buff *skb, int ancestor_level)',
    args: [CTX, ANYTHING],
    returns: 'integer',
    programTypes: [...TC, 'cgroup_skb'],
    since: '4.19',
    meaning: "id of an ancestor of the cgroup of the packet's socket",
    run: skbAncestorCgroupId,
  }),
  helper({
    id: 123,
    declaration: 'u64 bpf_get_current_ancestor_cgroup_id(int ancestor_level)',
    args: [ANYTHING],
    returns: 'integer',
    programTypes: BASE,
    since: '5.7',
    meaning: "id of an ancestor of the current task's cgroup",
    run: getCurrentAncestorCgroupId,
  }),
  helper({
    id: 128,
    declaration: 'u64 bpf_sk_cgroup_id(void *sk)',
    args: [BTF_SOCK_COMMON],
    returns: 'integer',
    programTypes: ['cgroup_skb'],
    since: '5.8',
    meaning: 'cgroup id of a socket',
    run: skCgroupId,
  }),
  helper({
    id: 129,
    declaration: 'u64 bpf_sk_ancestor_cgroup_id(void *sk, int ancestor_level)',
    args: [BTF_SOCK_COMMON, ANYTHING],
    returns: 'integer',
    programTypes: ['cgroup_skb'],
    since: '5.8',
    meaning: "id of an ancestor of a socket's cgroup",
    run: skAncestorCgroupId,
  }),
  helper({
    id: 151,
    declaration: 'u64 bpf_skb_cgroup_classid(struct sk_buff *skb)',
    args: [CTX],
    returns: 'integer',
    programTypes: TC,
    since: '5.10',
    meaning: "net_cls class id of the packet's socket",
    run: skbCgroupClassid,
  }),
  helper({
    id: 186,
    declaration: 'int bpf_get_retval(void)',
    args: [],
    returns: 'integer',
    programTypes: ['cgroup_sock', 'cgroup_device', 'cgroup_sock_addr', 'cgroup_sysctl', 'cgroup_sockopt', 'lsm'],
    since: '5.18',
    meaning: 'the error that the system call will return',
    run: getRetval,
  }),
  helper({
    id: 187,
    declaration: 'int bpf_set_retval(int retval)',
    args: [ANYTHING],
    returns: 'integer',
    programTypes: ['cgroup_sock', 'cgroup_device', 'cgroup_sock_addr', 'cgroup_sysctl', 'cgroup_sockopt', 'lsm'],
    since: '5.18',
    meaning: 'sets the error that the system call will return',
    run: setRetval,
  }),
];
