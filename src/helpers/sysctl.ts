// Helpers: sysctl settings.

import type { HelperRow } from './prototype.js';
import { ANYTHING64, CTX, helper, MEM, RDONLY_MEM, SIZE, UNINIT_MEM } from './row.js';

export const SYSCTL_HELPERS: readonly HelperRow[] = [
  helper({
    id: 101,
    declaration: 'long bpf_sysctl_get_name(struct bpf_sysctl *ctx, char *buf, size_t buf_len, u64 flags)',
    args: [CTX, MEM, SIZE, ANYTHING64],
    returns: 'integer',
    programTypes: ['cgroup_sysctl'],
    since: '5.2',
    meaning: 'name of the setting',
  }),
  helper({
    id: 102,
    declaration: 'long bpf_sysctl_get_current_value(struct bpf_sysctl *ctx, char *buf, size_t buf_len)',
    args: [CTX, UNINIT_MEM, SIZE],
    returns: 'integer',
    programTypes: ['cgroup_sysctl'],
    since: '5.2',
    meaning: 'value of the setting as it is',
  }),
  helper({
    id: 103,
    declaration: 'long bpf_sysctl_get_new_value(struct bpf_sysctl *ctx, char *buf, size_t buf_len)',
    args: [CTX, UNINIT_MEM, SIZE],
    returns: 'integer',
    programTypes: ['cgroup_sysctl'],
    since: '5.2',
    meaning: 'value that is being written',
  }),
  helper({
    id: 104,
    declaration: 'long bpf_sysctl_set_new_value(struct bpf_sysctl *ctx, const char *buf, size_t buf_len)',
    args: [CTX, RDONLY_MEM, SIZE],
    returns: 'integer',
    programTypes: ['cgroup_sysctl'],
    since: '5.2',
    meaning: 'replaces the value that is being written',
  }),
];
