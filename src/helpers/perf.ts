// Helpers: perf buffers and counters (kernel/trace/bpf_trace.c, net/core/filter.c).

import type { HelperFunction, Machine } from '../engine/index.js';
import { ERRNO } from '../maps/index.js';
import { hostOf } from './host.js';
import { type PerfEventSlots, partOf } from './map-parts.js';
import { allBut, BASE, BTF_TRACING } from './program-types.js';
import type { HelperRow } from './prototype.js';
import { ANYTHING64, btf, CONST_MAP_PTR, CTX, helper, RDONLY_MEM, SIZE, SIZE_OR_ZERO, UNINIT_MEM } from './row.js';
import { copyOf, hasOtherFlags, wideResult } from './support.js';

/** BPF_F_INDEX_MASK: which buffer; all ones: that of this CPU. */
const BPF_F_CURRENT_CPU = 0xffffffff;
/** BPF_F_CTXLEN_MASK >> 32: bytes of the packet to append. */
const PACKET_LENGTH_MASK = 0xfffff;
/** sizeof(struct bpf_perf_event_value). */
const VALUE_BYTES = 24;

function output(machine: Machine, handle: number, flags: number, data: number, sizeBytes: number): number {
  const high = machine.high[3]! >>> 0;
  const packet = hostOf(machine).packet;
  if ((high & ~PACKET_LENGTH_MASK) !== 0 || (high !== 0 && !packet)) return -ERRNO.EINVAL;
  let record = copyOf(machine, data, sizeBytes);
  if (packet && high !== 0) {
    if (high > packet.lengthBytes) return -ERRNO.EFAULT;
    const whole = new Uint8Array(sizeBytes + high);
    whole.set(record);
    whole.set(machine.space.bytes.subarray(packet.address, packet.address + high), sizeBytes);
    record = whole;
  }
  const index = flags === BPF_F_CURRENT_CPU ? machine.cpu : flags;
  return partOf<PerfEventSlots>(machine, handle).output(machine.cpu, index, record);
}

const perfEventOutput: HelperFunction = (machine, _context, map, flags, data, sizeBytes) =>
  output(machine, map, flags, data, sizeBytes);

const skbOutput = perfEventOutput;
const xdpOutput = perfEventOutput;

/** The counter at an index, or -errno. */
function counter(machine: Machine, handle: number, flags: number): bigint | number {
  if (hasOtherFlags(machine, 2, flags, 0xffffffff)) return -ERRNO.EINVAL;
  const map = partOf<PerfEventSlots>(machine, handle);
  const index = flags === BPF_F_CURRENT_CPU ? machine.cpu : flags;
  if (index >= map.definition.maxEntries) return -ERRNO.E2BIG;
  const event = map.at(index);
  if (!event) return -ERRNO.ENOENT;
  return event.read?.() ?? -ERRNO.EINVAL;
}

const perfEventRead: HelperFunction = (machine, map, flags) =>
  wideResult(machine, BigInt(counter(machine, map, flags)));

/** Enabled and running times are those of the machine: a simulated counter never stands still. */
const perfEventReadValue: HelperFunction = (machine, map, flags, to, sizeBytes) => {
  const value = sizeBytes === VALUE_BYTES ? counter(machine, map, flags) : -ERRNO.EINVAL;
  if (typeof value === 'number') {
    machine.space.bytes.fill(0, to, to + sizeBytes);
    return value;
  }
  const { view } = machine.space;
  const now = BigInt(hostOf(machine).nowNs());
  view.setBigUint64(to, BigInt.asUintN(64, value), true);
  view.setBigUint64(to + 8, now, true);
  view.setBigUint64(to + 16, now, true);
  return 0;
};

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
    run: perfEventRead,
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
    run: perfEventOutput,
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
    run: perfEventReadValue,
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
    run: skbOutput,
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
    run: xdpOutput,
  }),
];
