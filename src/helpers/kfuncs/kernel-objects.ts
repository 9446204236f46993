// Kfuncs: tasks, cgroups, contexts, locks and arenas (kernel/bpf/helpers.c, arena.c, map_iter.c). References are not counted here: simulated
// tasks and cgroups live as long as their kernel.

import type { HelperFunction } from '../../engine/index.js';
import type { KernelMap } from '../../maps/index.js';
import { ERRNO } from '../../maps/index.js';
import { type CgroupView, hostOf } from '../host.js';
import { mapOf, needed, wideArgument, wideResult } from '../support.js';
import { type KfuncFlag, type KfuncRow, kfunc } from './row.js';

const same: HelperFunction = (_machine, pointer) => pointer;
const nothing: HelperFunction = () => 0;

const fromPid: HelperFunction = (machine, pid) => {
  const host = hostOf(machine);
  for (const task of needed(host.tasks, 'bpf_task_from_pid', 'list of tasks').call(host)) {
    if (task.pid === pid) return task.address;
  }
  return 0;
};

const chain = (cgroup: CgroupView | undefined): CgroupView[] => (cgroup ? [...chain(cgroup.parent), cgroup] : []);

const cgroupFromId: HelperFunction = (machine, id) => {
  const host = hostOf(machine);
  const find = needed(host.cgroupById, 'bpf_cgroup_from_id', 'tree of cgroups');
  return find.call(host, wideArgument(machine, 1, id))?.address ?? 0;
};

const cgroupAncestor: HelperFunction = (machine, cgroup, level) =>
  chain(hostOf(machine).cgroupAt?.(cgroup))[level | 0]?.address ?? 0;

const underCgroup: HelperFunction = (machine, task, ancestor) => {
  const cgroup = hostOf(machine).taskAt?.(task)?.cgroup;
  return chain(cgroup).some(({ address }) => address === ancestor) ? 1 : 0;
};

/** What an arena has beyond KernelMap. */
interface Arena extends KernelMap {
  allocatePages(address: number, count: number): number;
  freePages(address: number, count: number): void;
}

const arenaAllocate: HelperFunction = (machine, map, address, pages, _node, flags) =>
  (flags | machine.high[5]!) !== 0 ? 0 : (mapOf(machine, map) as Arena).allocatePages(address, pages);

const arenaFree: HelperFunction = (machine, map, address, pages) => {
  if (pages !== 0 && address !== 0) (mapOf(machine, map) as Arena).freePages(address, pages);
  return 0;
};

const mapSum: HelperFunction = (machine, map) => {
  let count = 0n;
  const target = mapOf(machine, map);
  target.forEach?.(machine, () => {
    count++;
    return false;
  });
  return wideResult(machine, count);
};

/** Device metadata of received packets: a simulated device has none. */
const noMetadata: HelperFunction = () => -ERRNO.EOPNOTSUPP;

const row = (
  declaration: string,
  since: string,
  meaning: string,
  run: HelperFunction,
  flags: readonly KfuncFlag[] = [],
): KfuncRow => kfunc({ declaration, flags, since, meaning, run });

const TASK = 'struct task_struct *p';
const CGROUP = 'struct cgroup *cgrp';

export const KERNEL_OBJECT_KFUNCS: readonly KfuncRow[] = [
  row(`struct task_struct *bpf_task_acquire(${TASK})`, '6.2', 'a reference to a task', same, [
    'acquire',
    'rcu',
    'ret_null',
  ]),
  row(`void bpf_task_release(${TASK})`, '6.2', 'gives a reference to a task back', nothing, ['release']),
  row('struct task_struct *bpf_task_from_pid(s32 pid)', '6.2', 'the task of a process id', fromPid, [
    'acquire',
    'ret_null',
  ]),
  row(
    'struct task_struct *bpf_task_from_vpid(s32 vpid)',
    '6.13',
    "the task of a process id in the current task's namespace",
    fromPid,
    ['acquire', 'ret_null'],
  ),
  row(
    'long bpf_task_under_cgroup(struct task_struct *task, struct cgroup *ancestor)',
    '6.5',
    'whether a task is in a cgroup or below it',
    underCgroup,
    ['rcu'],
  ),
  row(`struct cgroup *bpf_cgroup_acquire(${CGROUP})`, '6.2', 'a reference to a cgroup', same, [
    'acquire',
    'rcu',
    'ret_null',
  ]),
  row(`void bpf_cgroup_release(${CGROUP})`, '6.2', 'gives a reference to a cgroup back', nothing, ['release']),
  row(`struct cgroup *bpf_cgroup_ancestor(${CGROUP}, int level)`, '6.2', 'an ancestor of a cgroup', cgroupAncestor, [
    'acquire',
    'rcu',
    'ret_null',
  ]),
  row('struct cgroup *bpf_cgroup_from_id(u64 cgid)', '6.4', 'the cgroup of an id', cgroupFromId, [
    'acquire',
    'ret_null',
  ]),
  row('void *bpf_cast_to_kern_ctx(void *obj)', '6.2', "the kernel's own context behind the program's", same),
  row(
    'void *bpf_rdonly_cast(const void *obj__ign, u32 btf_id__k)',
    '6.2',
    'any address as a pointer to a kernel type, to read',
    same,
  ),
  row('void bpf_rcu_read_lock(void)', '6.2', 'begins to read what RCU protects', nothing),
  row('void bpf_rcu_read_unlock(void)', '6.2', 'ends reading what RCU protects', nothing),
  row('void bpf_preempt_disable(void)', '6.10', 'no other task takes the CPU from here on', nothing),
  row('void bpf_preempt_enable(void)', '6.10', 'other tasks may take the CPU again', nothing),
  row('void bpf_local_irq_save(unsigned long *flags__irq_flag)', '6.14', 'switches interrupts off', nothing),
  row('void bpf_local_irq_restore(unsigned long *flags__irq_flag)', '6.14', 'switches interrupts on again', nothing),
  row('s64 bpf_map_sum_elem_count(const struct bpf_map *map)', '6.6', 'number of elements of a hash map', mapSum),
  row(
    'void *bpf_arena_alloc_pages(void *p__map, void *addr__ign, u32 page_cnt, int node_id, u64 flags)',
    '6.9',
    'allocates pages of an arena',
    arenaAllocate,
    ['trusted_args', 'sleepable'],
  ),
  row(
    'void bpf_arena_free_pages(void *p__map, void *ptr__ign, u32 page_cnt)',
    '6.9',
    'frees pages of an arena',
    arenaFree,
    ['trusted_args', 'sleepable'],
  ),
  row(
    'int bpf_xdp_metadata_rx_timestamp(const struct xdp_md *ctx, u64 *timestamp)',
    '6.3',
    'when the device received the packet',
    noMetadata,
  ),
  row(
    'int bpf_xdp_metadata_rx_hash(const struct xdp_md *ctx, u32 *hash, enum xdp_rss_hash_type *rss_type)',
    '6.3',
    "the device's hash of the packet",
    noMetadata,
  ),
  row(
    'int bpf_xdp_metadata_rx_vlan_tag(const struct xdp_md *ctx, __be16 *vlan_proto, u16 *vlan_tci)',
    '6.8',
    'the VLAN tag that the device took off',
    noMetadata,
  ),
];
