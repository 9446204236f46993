// Helpers: perf buffers and counters.

import { allBut, BASE, BTF_TRACING } from './program-types.js';
import type { HelperRow } from './prototype.js';
import { ANYTHING64, btf, CONST_MAP_PTR, CTX, helper, RDONLY_MEM, SIZE, SIZE_OR_ZERO, UNINIT_MEM } from './row.js';

export const PERF_HELPERS: readonly HelperRow[] = [
  helper({
    id: 22,
    declaration: 'u64 bpf_perf_event_read(struct bpf_map *map, u64 flags)',
    args: [CONST_MAP_PTR, ANYTHING64],
    returns: 'integer',
    gplOnly: true,
    programTypes: BASE,
    since: '4.3',
    meaning: 'value of a hardware or software perf counter',
  }),
  helper({
    id: 25,
    declaration: 'long bpf_perf_event_output(void *ctx, struct bpf_map *map, u64 flags, void *data, u64 size)',
    args: [CTX, CONST_MAP_PTR, ANYTHING64, RDONLY_MEM, SIZE_OR_ZERO],
    returns: 'integer',
    gplOnly: true,
    programTypes: allBut('lirc_mode2', 'sk_reuseport', 'flow_dissector', 'struct_ops', 'netfilter'),
    since: '4.4',
    meaning: 'writes a record, and some of the packet, to a perf buffer',
  }),
  helper({
    id: 55,
    declaration:
      'long bpf_perf_event_read_value(struct bpf_map *map, u64 flags, struct bpf_perf_event_value *buf, u32 buf_size)',
    args: [CONST_MAP_PTR, ANYTHING64, UNINIT_MEM, SIZE],
    returns: 'integer',
    gplOnly: true,
    programTypes: BASE,
    since: '4.15',
    meaning: 'value of a perf counter and how long it was enabled and running',
  }),
  helper({
    id: 56,
    declaration:
      'long bpf_perf_prog_read_value(struct bpf_perf_event_data *ctx, struct bpf_perf_event_value *buf, u32 buf_size)',
    args: [CTX, UNINIT_MEM, SIZE],
    returns: 'integer',
    gplOnly: true,
    programTypes: ['perf_event'],
    since: '4.15',
    meaning: 'value of the perf event that the program hangs on',
  }),
  helper({
    id: 111,
    declaration: 'long bpf_skb_output(void *ctx, struct bpf_map *map, u64 flags, void *data, u64 size)',
    args: [btf('sk_buff'), CONST_MAP_PTR, ANYTHING64, RDONLY_MEM, SIZE_OR_ZERO],
    returns: 'integer',
    gplOnly: true,
    programTypes: BTF_TRACING,
    since: '5.5',
    meaning: 'writes a record and some of an skb to a perf buffer, for tracing',
  }),
  helper({
    id: 121,
    declaration: 'long bpf_xdp_output(void *ctx, struct bpf_map *map, u64 flags, void *data, u64 size)',
    args: [btf('xdp_buff'), CONST_MAP_PTR, ANYTHING64, RDONLY_MEM, SIZE_OR_ZERO],
    returns: 'integer',
    gplOnly: true,
    programTypes: BTF_TRACING,
    since: '5.7',
    meaning: 'writes a record and some of an XDP packet to a perf buffer, for tracing',
  }),
];
