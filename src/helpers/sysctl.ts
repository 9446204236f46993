// Helpers: sysctl settings (kernel/bpf/cgroup.c).

import type { HelperFunction, Machine } from '../engine/index.js';
import { ERRNO } from '../maps/index.js';
import { hostOf, type SysctlView } from './host.js';
import type { HelperRow } from './prototype.js';
import { ANYTHING64, CTX, helper, MEM, RDONLY_MEM, SIZE, UNINIT_MEM } from './row.js';
import { bytesOf, needed } from './support.js';

/** Only the last part of the name. */
const BPF_F_SYSCTL_BASE_NAME = 1;
const PAGE_BYTES = 4096;

const sysctlOf = (machine: Machine): SysctlView => needed(hostOf(machine).sysctl, 'bpf_sysctl', 'setting');

/** Copies a text with a zero at its end: its length, or -E2BIG when it was cut. */
function copyText(machine: Machine, text: Uint8Array | undefined, to: number, sizeBytes: number): number {
  const { bytes } = machine.space;
  if (sizeBytes === 0) return -ERRNO.EINVAL;
  if (!text || text.length === 0) {
    bytes.fill(0, to, to + sizeBytes);
    return -ERRNO.EINVAL;
  }
  const count = Math.min(text.length, sizeBytes - 1);
  bytes.set(text.subarray(0, count), to);
  bytes.fill(0, to + count, to + sizeBytes);
  return count < text.length ? -ERRNO.E2BIG : count;
}

const sysctlGetName: HelperFunction = (machine, _context, to, sizeBytes, flags) => {
  if (machine.high[4] !== 0 || flags > BPF_F_SYSCTL_BASE_NAME) return -ERRNO.EINVAL;
  const { name } = sysctlOf(machine);
  return copyText(
    machine,
    bytesOf(flags === BPF_F_SYSCTL_BASE_NAME ? name.slice(name.lastIndexOf('/') + 1) : name),
    to,
    sizeBytes,
  );
};

const sysctlGetCurrentValue: HelperFunction = (machine, _context, to, sizeBytes) =>
  copyText(machine, sysctlOf(machine).current, to, sizeBytes);

const sysctlGetNewValue: HelperFunction = (machine, _context, to, sizeBytes) => {
  const { newValue } = sysctlOf(machine);
  if (newValue === undefined) {
    machine.space.bytes.fill(0, to, to + sizeBytes);
    return -ERRNO.EINVAL;
  }
  return copyText(machine, newValue, to, sizeBytes);
};

const sysctlSetNewValue: HelperFunction = (machine, _context, from, sizeBytes) => {
  const sysctl = sysctlOf(machine);
  if (sysctl.newValue === undefined || sizeBytes === 0) return -ERRNO.EINVAL;
  if (sizeBytes > PAGE_BYTES - 1) return -ERRNO.E2BIG;
  sysctl.newValue = machine.space.bytes.slice(from, from + sizeBytes);
  return 0;
};

export const SYSCTL_HELPERS: readonly HelperRow[] = [
  helper({
    id: 101,
    declaration: 'long bpf_sysctl_get_name(struct bpf_sysctl *ctx, char *buf, size_t buf_len, u64 flags)',
    args: [CTX, MEM, SIZE, ANYTHING64],
    returns: 'integer',
    programTypes: ['cgroup_sysctl'],
    since: '5.2',
    meaning: 'name of the setting',
    run: sysctlGetName,
  }),
  helper({
    id: 102,
    declaration: 'long bpf_sysctl_get_current_value(struct bpf_sysctl *ctx, char *buf, size_t buf_len)',
    args: [CTX, UNINIT_MEM, SIZE],
    returns: 'integer',
    programTypes: ['cgroup_sysctl'],
    since: '5.2',
    meaning: 'value of the setting as it is',
    run: sysctlGetCurrentValue,
  }),
  helper({
    id: 103,
    declaration: 'long bpf_sysctl_get_new_value(struct bpf_sysctl *ctx, char *buf, size_t buf_len)',
    args: [CTX, UNINIT_MEM, SIZE],
    returns: 'integer',
    programTypes: ['cgroup_sysctl'],
    since: '5.2',
    meaning: 'value that is being written',
    run: sysctlGetNewValue,
  }),
  helper({
    id: 104,
    declaration: 'long bpf_sysctl_set_new_value(struct bpf_sysctl *ctx, const char *buf, size_t buf_len)',
    args: [CTX, RDONLY_MEM, SIZE],
    returns: 'integer',
    programTypes: ['cgroup_sysctl'],
    since: '5.2',
    meaning: 'replaces the value that is being written',
    run: sysctlSetNewValue,
  }),
];
