// Helpers: stack traces.

import { BASE, TRACING } from './program-types.js';
import type { HelperRow } from './prototype.js';
import { ANYTHING64, btf, CONST_MAP_PTR, CTX, helper, MEM_OR_NULL, SIZE_OR_ZERO, UNINIT_MEM } from './row.js';

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
  }),
  helper({
    id: 141,
    declaration: 'long bpf_get_task_stack(struct task_struct *task, void *buf, u32 size, u64 flags)',
    args: [btf('task_struct'), UNINIT_MEM, SIZE_OR_ZERO, ANYTHING64],
    returns: 'integer',
    programTypes: BASE,
    since: '5.9',
    meaning: 'copies the stack of a task to a buffer',
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
  }),
];
