// Helpers: reading and writing memory that may not be there (mm/maccess.c). What the address space does not let be read is -EFAULT;
// user space is the same memory unless the kernel says otherwise.

import type { HelperFunction, Machine } from '../engine/index.js';
import { ERRNO } from '../maps/index.js';
import { hostOf } from './host.js';
import { BASE, TRACING } from './program-types.js';
import type { HelperRow } from './prototype.js';
import { ANYTHING64, btf, helper, RDONLY_MEM, SIZE, SIZE_OR_ZERO, UNINIT_MEM } from './row.js';
import { wideArgument } from './support.js';

const fault = (machine: Machine, to: number, sizeBytes: number): number => {
  machine.space.bytes.fill(0, to, to + sizeBytes);
  return -ERRNO.EFAULT;
};

/** Copies from an address of 64 bits; what cannot be read leaves zeros. */
function read(machine: Machine, to: number, sizeBytes: number, high: number, from: number, user: boolean): number {
  if (sizeBytes === 0) return 0;
  const readUser = user ? hostOf(machine).readUser : undefined;
  if (readUser) {
    const out = new Uint8Array(sizeBytes);
    const address = (BigInt(high >>> 0) << 32n) | BigInt(from);
    if (!readUser.call(hostOf(machine), address, out)) return fault(machine, to, sizeBytes);
    machine.space.bytes.set(out, to);
    return 0;
  }
  if (high !== 0 || !machine.space.mayAccess(from, sizeBytes, false)) return fault(machine, to, sizeBytes);
  machine.space.bytes.copyWithin(to, from, from + sizeBytes);
  return 0;
}

/** Copies a string: its length with the zero, which is always written. Bytes behind it stay as they are. */
function readString(
  machine: Machine,
  to: number,
  sizeBytes: number,
  high: number,
  from: number,
  user: boolean,
): number {
  if (sizeBytes === 0) return 0;
  const host = hostOf(machine);
  const { space } = machine;
  const one = new Uint8Array(1);
  const address = (BigInt(high >>> 0) << 32n) | BigInt(from);
  const readUser = user ? host.readUser?.bind(host) : undefined;
  for (let at = 0; at < sizeBytes; at++) {
    if (readUser) {
      if (!readUser(address + BigInt(at), one)) return fault(machine, to, sizeBytes);
    } else {
      if (high !== 0 || !space.mayAccess(from + at, 1, false)) return fault(machine, to, sizeBytes);
      one[0] = space.bytes[from + at]!;
    }
    space.bytes[to + at] = at === sizeBytes - 1 ? 0 : one[0]!;
    if (one[0] === 0) return at + 1;
  }
  return sizeBytes;
}

const probeReadUser: HelperFunction = (machine, to, sizeBytes, from) =>
  read(machine, to, sizeBytes, machine.high[3]!, from, true);

const probeReadKernel: HelperFunction = (machine, to, sizeBytes, from) =>
  read(machine, to, sizeBytes, machine.high[3]!, from, false);

const probeReadUserStr: HelperFunction = (machine, to, sizeBytes, from) =>
  readString(machine, to, sizeBytes, machine.high[3]!, from, true);

const probeReadKernelStr: HelperFunction = (machine, to, sizeBytes, from) =>
  readString(machine, to, sizeBytes, machine.high[3]!, from, false);

/** The old helpers look at the address: below TASK_SIZE it is user space. All of the simulated memory counts as the kernel's first. */
const probeRead: HelperFunction = (machine, to, sizeBytes, from) => {
  const high = machine.high[3]!;
  return high === 0 && machine.space.mayAccess(from, sizeBytes, false)
    ? read(machine, to, sizeBytes, high, from, false)
    : read(machine, to, sizeBytes, high, from, true);
};

const probeReadStr: HelperFunction = (machine, to, sizeBytes, from) => {
  const high = machine.high[3]!;
  return readString(machine, to, sizeBytes, high, from, !(high === 0 && machine.space.mayAccess(from, 1, false)));
};

const copyFromUser: HelperFunction = (machine, to, sizeBytes, from) =>
  read(machine, to, sizeBytes, machine.high[3]!, from, true);

const copyFromUserTask: HelperFunction = (machine, to, sizeBytes, from, task, flags) => {
  if ((flags | machine.high[5]!) !== 0) return -ERRNO.EINVAL;
  const host = hostOf(machine);
  // Memory of another task is not simulated: only the current one has any.
  if (host.task && task !== host.task.address) return fault(machine, to, sizeBytes);
  return read(machine, to, sizeBytes, machine.high[3]!, from, true);
};

const probeWriteUser: HelperFunction = (machine, to, from, sizeBytes) => {
  const host = hostOf(machine);
  // Not from interrupts and kernel threads.
  if (!host.task) return -ERRNO.EPERM;
  const { bytes } = machine.space;
  if (host.writeUser) {
    const written = host.writeUser(wideArgument(machine, 1, to), bytes.slice(from, from + sizeBytes));
    return written ? 0 : -ERRNO.EFAULT;
  }
  if (machine.high[1] !== 0 || !machine.space.mayAccess(to, sizeBytes, true)) return -ERRNO.EPERM;
  bytes.copyWithin(to, from, from + sizeBytes);
  return 0;
};

export const PROBE_READ_HELPERS: readonly HelperRow[] = [
  helper({
    id: 4,
    declaration: 'long bpf_probe_read(void *dst, u32 size, const void *unsafe_ptr)',
    args: [UNINIT_MEM, SIZE_OR_ZERO, ANYTHING64],
    returns: 'integer',
    gplOnly: true,
    programTypes: TRACING,
    since: '4.1',
    meaning: 'copies from an address that may be bad, of the kernel or of user space',
    run: probeRead,
  }),
  helper({
    id: 36,
    declaration: 'long bpf_probe_write_user(void *dst, const void *src, u32 len)',
    args: [ANYTHING64, RDONLY_MEM, SIZE],
    returns: 'integer',
    gplOnly: true,
    programTypes: TRACING,
    since: '4.8',
    meaning: "writes to memory of the current task's user space",
    run: probeWriteUser,
  }),
  helper({
    id: 45,
    declaration: 'long bpf_probe_read_str(void *dst, u32 size, const void *unsafe_ptr)',
    args: [UNINIT_MEM, SIZE_OR_ZERO, ANYTHING64],
    returns: 'integer',
    gplOnly: true,
    programTypes: TRACING,
    since: '4.11',
    meaning: 'copies a string from an address that may be bad, of the kernel or of user space',
    run: probeReadStr,
  }),
  helper({
    id: 112,
    declaration: 'long bpf_probe_read_user(void *dst, u32 size, const void *unsafe_ptr)',
    args: [UNINIT_MEM, SIZE_OR_ZERO, ANYTHING64],
    returns: 'integer',
    gplOnly: true,
    programTypes: BASE,
    since: '5.5',
    meaning: 'copies from user space',
    run: probeReadUser,
  }),
  helper({
    id: 113,
    declaration: 'long bpf_probe_read_kernel(void *dst, u32 size, const void *unsafe_ptr)',
    args: [UNINIT_MEM, SIZE_OR_ZERO, ANYTHING64],
    returns: 'integer',
    gplOnly: true,
    programTypes: BASE,
    since: '5.5',
    meaning: 'copies from kernel memory that may be bad',
    run: probeReadKernel,
  }),
  helper({
    id: 114,
    declaration: 'long bpf_probe_read_user_str(void *dst, u32 size, const void *unsafe_ptr)',
    args: [UNINIT_MEM, SIZE_OR_ZERO, ANYTHING64],
    returns: 'integer',
    gplOnly: true,
    programTypes: BASE,
    since: '5.5',
    meaning: 'copies a string from user space',
    run: probeReadUserStr,
  }),
  helper({
    id: 115,
    declaration: 'long bpf_probe_read_kernel_str(void *dst, u32 size, const void *unsafe_ptr)',
    args: [UNINIT_MEM, SIZE_OR_ZERO, ANYTHING64],
    returns: 'integer',
    gplOnly: true,
    programTypes: BASE,
    since: '5.5',
    meaning: 'copies a string from kernel memory that may be bad',
    run: probeReadKernelStr,
  }),
  helper({
    id: 148,
    declaration: 'long bpf_copy_from_user(void *dst, u32 size, const void *user_ptr)',
    args: [UNINIT_MEM, SIZE_OR_ZERO, ANYTHING64],
    returns: 'integer',
    mightSleep: true,
    programTypes: BASE,
    since: '5.10',
    meaning: 'copies from user space, and may sleep to fetch the page',
    run: copyFromUser,
  }),
  helper({
    id: 191,
    declaration:
      'long bpf_copy_from_user_task(void *dst, u32 size, const void *user_ptr, struct task_struct *tsk, u64 flags)',
    args: [UNINIT_MEM, SIZE_OR_ZERO, ANYTHING64, btf('task_struct'), ANYTHING64],
    returns: 'integer',
    gplOnly: true,
    mightSleep: true,
    programTypes: BASE,
    since: '5.18',
    meaning: 'copies from the user space of a task',
    run: copyFromUserTask,
  }),
];
