// Helpers: the current task.

import type { HelperFunction } from '../engine/index.js';
import { ERRNO } from '../maps/index.js';
import { notSimulated } from './call-target.js';
import { hostOf } from './host.js';
import { BASE } from './program-types.js';
import type { HelperRow } from './prototype.js';
import { ANYTHING, ANYTHING64, btf, helper, SIZE, UNINIT_MEM } from './row.js';
import { bytesOf, needed, wideArgument } from './support.js';

/** TASK_COMM_LEN, its zero included. */
const COMM_BYTES = 16;
const SIGNALS = 64;

const getCurrentPidTgid: HelperFunction = machine => {
  const task = hostOf(machine).task;
  machine.high[0] = task?.tgid ?? 0;
  return task?.pid ?? 0;
};

const getCurrentUidGid: HelperFunction = machine => {
  const task = hostOf(machine).task;
  machine.high[0] = task?.gid ?? 0;
  return task?.uid ?? 0;
};

const getCurrentComm: HelperFunction = (machine, buffer, sizeBytes) => {
  const { bytes } = machine.space;
  bytes.fill(0, buffer, buffer + sizeBytes);
  const comm = bytesOf(hostOf(machine).task?.comm ?? `swapper/${machine.cpu}`);
  bytes.set(comm.subarray(0, Math.min(COMM_BYTES, sizeBytes) - 1), buffer);
  return 0;
};

const getCurrentTask: HelperFunction = machine => {
  machine.high[0] = 0;
  return hostOf(machine).task?.address ?? 0;
};

const getCurrentTaskBtf: HelperFunction = machine =>
  needed(hostOf(machine).task?.address || undefined, 'bpf_get_current_task_btf', 'current task');

const taskPtRegs: HelperFunction = (machine, task) =>
  hostOf(machine).taskAt?.(task)?.ptRegsAddress ?? notSimulated('bpf_task_pt_regs', 'the task has no registers');

const getNsCurrentPidTgid: HelperFunction = (machine, dev, ino, info, sizeBytes) => {
  const task = hostOf(machine).task;
  const { bytes, view } = machine.space;
  const refuse = (errno: number): number => {
    bytes.fill(0, info, info + sizeBytes);
    return -errno;
  };
  if (sizeBytes !== 8) return refuse(ERRNO.EINVAL);
  if (!task) return refuse(ERRNO.EINVAL);
  const namespace = task.namespace;
  if (!namespace) return refuse(ERRNO.EINVAL);
  if (namespace.dev !== wideArgument(machine, 1, dev) || namespace.ino !== wideArgument(machine, 2, ino)) {
    return refuse(ERRNO.EINVAL);
  }
  // struct bpf_pidns_info: pid, tgid.
  view.setUint32(info, namespace.pid, true);
  view.setUint32(info + 4, namespace.tgid, true);
  return 0;
};

const sendTo =
  (toThread: boolean): HelperFunction =>
  (machine, signal) => {
    if (signal > SIGNALS) return -ERRNO.EINVAL;
    const task = hostOf(machine).task;
    // A task that exits, or a kernel thread, takes no signals.
    if (!task?.sendSignal) return -ERRNO.EPERM;
    return task.sendSignal(signal, toThread);
  };

const sendSignal = sendTo(false);
const sendSignalThread = sendTo(true);

export const TASK_HELPERS: readonly HelperRow[] = [
  helper({
    id: 14,
    declaration: 'u64 bpf_get_current_pid_tgid(void)',
    args: [],
    returns: 'integer',
    programTypes: BASE,
    since: '4.2',
    meaning: 'process id (high half) and thread id (low half) of the current task',
    run: getCurrentPidTgid,
  }),
  helper({
    id: 15,
    declaration: 'u64 bpf_get_current_uid_gid(void)',
    args: [],
    returns: 'integer',
    programTypes: BASE,
    since: '4.2',
    meaning: 'group id (high half) and user id (low half) of the current task',
    run: getCurrentUidGid,
  }),
  helper({
    id: 16,
    declaration: 'long bpf_get_current_comm(void *buf, u32 size_of_buf)',
    args: [UNINIT_MEM, SIZE],
    returns: 'integer',
    programTypes: BASE,
    since: '4.2',
    meaning: 'name of the current task, with a zero at its end',
    run: getCurrentComm,
  }),
  helper({
    id: 35,
    declaration: 'u64 bpf_get_current_task(void)',
    args: [],
    returns: 'integer',
    gplOnly: true,
    programTypes: BASE,
    since: '4.8',
    meaning: "address of the current task's task_struct",
    run: getCurrentTask,
  }),
  helper({
    id: 109,
    declaration: 'long bpf_send_signal(u32 sig)',
    args: [ANYTHING],
    returns: 'integer',
    programTypes: BASE,
    since: '5.3',
    meaning: 'sends a signal to the process of the current task',
    run: sendSignal,
  }),
  helper({
    id: 117,
    declaration: 'long bpf_send_signal_thread(u32 sig)',
    args: [ANYTHING],
    returns: 'integer',
    programTypes: BASE,
    since: '5.6',
    meaning: 'sends a signal to the current thread',
    run: sendSignalThread,
  }),
  helper({
    id: 120,
    declaration: 'long bpf_get_ns_current_pid_tgid(u64 dev, u64 ino, struct bpf_pidns_info *nsdata, u32 size)',
    args: [ANYTHING64, ANYTHING64, UNINIT_MEM, SIZE],
    returns: 'integer',
    programTypes: BASE,
    since: '5.7',
    meaning: 'process and thread id as seen in a pid namespace',
    run: getNsCurrentPidTgid,
  }),
  helper({
    id: 158,
    declaration: 'struct task_struct *bpf_get_current_task_btf(void)',
    args: [],
    returns: 'ptr_to_btf_id_trusted',
    returnsBtfType: 'task_struct',
    gplOnly: true,
    programTypes: BASE,
    since: '5.11',
    meaning: 'the current task as a BTF pointer',
    run: getCurrentTaskBtf,
  }),
  helper({
    id: 175,
    declaration: 'long bpf_task_pt_regs(struct task_struct *task)',
    args: [btf('task_struct')],
    returns: 'ptr_to_btf_id',
    returnsBtfType: 'pt_regs',
    gplOnly: true,
    programTypes: BASE,
    since: '5.15',
    meaning: 'registers of a task at its entry to the kernel',
    run: taskPtRegs,
  }),
];
