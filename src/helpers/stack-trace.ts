// Helpers: stack traces (kernel/bpf/stackmap.c) and branch records. The stacks are those that the simulated task has.

import type { HelperFunction, Machine } from '../engine/index.js';
import { ERRNO } from '../maps/index.js';
import { hostOf, type TaskView } from './host.js';
import { partOf, type StackTraces } from './map-parts.js';
import { BASE, TRACING } from './program-types.js';
import type { HelperRow } from './prototype.js';
import { ANYTHING64, btf, CONST_MAP_PTR, CTX, helper, MEM_OR_NULL, SIZE_OR_ZERO, UNINIT_MEM } from './row.js';
import { hasOtherFlags } from './support.js';

const SKIP_MASK = 0xff;
const BPF_F_USER_STACK = 1 << 8;
const BPF_F_FAST_STACK_CMP = 1 << 9;
const BPF_F_REUSE_STACKID = 1 << 10;
const BPF_F_USER_BUILD_ID = 1 << 11;
const BPF_F_GET_BRANCH_RECORDS_SIZE = 1;
const FRAME_BYTES = 8;

/** The frames that are asked for, innermost first; undefined: there is no such stack, or none so deep. */
function framesOf(task: TaskView | undefined, flags: number, largest: number): readonly bigint[] | undefined {
  const stack = (flags & BPF_F_USER_STACK) !== 0 ? task?.userStack : task?.kernelStack;
  const skipped = flags & SKIP_MASK;
  return stack && stack.length > skipped ? stack.slice(skipped, skipped + largest) : undefined;
}

const getStackid: HelperFunction = (machine, _context, handle, flags) => {
  const known = SKIP_MASK | BPF_F_USER_STACK | BPF_F_FAST_STACK_CMP | BPF_F_REUSE_STACKID;
  if (hasOtherFlags(machine, 3, flags, known)) return -ERRNO.EINVAL;
  const map = partOf<StackTraces>(machine, handle);
  const frames = framesOf(hostOf(machine).task, flags, map.definition.valueSizeBytes / FRAME_BYTES);
  if (!frames) return -ERRNO.EFAULT;
  return map.store(frames, flags & (BPF_F_FAST_STACK_CMP | BPF_F_REUSE_STACKID));
};

function copyStack(machine: Machine, task: TaskView | undefined, to: number, sizeBytes: number, flags: number): number {
  const { bytes } = machine.space;
  const refuse = (errno: number): number => {
    bytes.fill(0, to, to + sizeBytes);
    return -errno;
  };
  if (hasOtherFlags(machine, 4, flags, SKIP_MASK | BPF_F_USER_STACK | BPF_F_USER_BUILD_ID)) return refuse(ERRNO.EINVAL);
  const user = (flags & BPF_F_USER_STACK) !== 0;
  // Build ids are those of files that are mapped: there are none here.
  if ((flags & BPF_F_USER_BUILD_ID) !== 0) return refuse(user ? ERRNO.EOPNOTSUPP : ERRNO.EINVAL);
  if (sizeBytes % FRAME_BYTES !== 0) return refuse(ERRNO.EINVAL);
  const frames = framesOf(task, flags, sizeBytes / FRAME_BYTES);
  if (!frames) return refuse(ERRNO.EFAULT);
  bytes.fill(0, to, to + sizeBytes);
  frames.forEach((frame, index) => {
    machine.space.view.setBigUint64(to + index * FRAME_BYTES, BigInt.asUintN(64, frame), true);
  });
  return frames.length * FRAME_BYTES;
}

const getStack: HelperFunction = (machine, _context, to, sizeBytes, flags) =>
  copyStack(machine, hostOf(machine).task, to, sizeBytes, flags);

const getTaskStack: HelperFunction = (machine, task, to, sizeBytes, flags) =>
  copyStack(machine, hostOf(machine).taskAt?.(task), to, sizeBytes, flags);

/** The simulated CPU records no branches. */
const readBranchRecords: HelperFunction = (machine, _context, _to, _sizeBytes, flags) =>
  hasOtherFlags(machine, 4, flags, BPF_F_GET_BRANCH_RECORDS_SIZE) ? -ERRNO.EINVAL : -ERRNO.ENOENT;

const getBranchSnapshot: HelperFunction = () => -ERRNO.ENOENT;

export const STACK_TRACE_HELPERS: readonly HelperRow[] = [
  helper({
    id: 27,
    declaration: 'long bpf_get_stackid(void *ctx, struct bpf_map *map, u64 flags)',
    args: [CTX, CONST_MAP_PTR, ANYTHING64],
    returns: 'integer',
    gplOnly: true,
    programTypes: TRACING,
    since: '4.6',
    meaning: 'stores the stack in a stack-trace map and gives its id',
    run: getStackid,
  }),
  helper({
    id: 67,
    declaration: 'long bpf_get_stack(void *ctx, void *buf, u32 size, u64 flags)',
    args: [CTX, UNINIT_MEM, SIZE_OR_ZERO, ANYTHING64],
    returns: 'integer',
    gplOnly: true,
    programTypes: TRACING,
    since: '4.18',
    meaning: "copies the stack of the program's context to a buffer",
    run: getStack,
  }),
  helper({
    id: 119,
    declaration: 'long bpf_read_branch_records(struct bpf_perf_event_data *ctx, void *buf, u32 size, u64 flags)',
    args: [CTX, MEM_OR_NULL, SIZE_OR_ZERO, ANYTHING64],
    returns: 'integer',
    gplOnly: true,
    programTypes: ['perf_event'],
    since: '5.7',
    meaning: 'copies the branch records of a perf event',
    run: readBranchRecords,
  }),
  helper({
    id: 141,
    declaration: 'long bpf_get_task_stack(struct task_struct *task, void *buf, u32 size, u64 flags)',
    args: [btf('task_struct'), UNINIT_MEM, SIZE_OR_ZERO, ANYTHING64],
    returns: 'integer',
    programTypes: BASE,
    since: '5.9',
    meaning: 'copies the stack of a task to a buffer',
    run: getTaskStack,
  }),
  helper({
    id: 176,
    declaration: 'long bpf_get_branch_snapshot(void *entries, u32 size, u64 flags)',
    args: [UNINIT_MEM, SIZE_OR_ZERO],
    returns: 'integer',
    gplOnly: true,
    programTypes: BASE,
    since: '5.16',
    meaning: 'copies the last branches of the CPU',
    run: getBranchSnapshot,
  }),
];
