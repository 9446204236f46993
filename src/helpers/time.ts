// Helpers: time, randomness and CPUs. All come from the kernel that runs the program, so that runs can be repeated.

import type { HelperFunction } from '../engine/index.js';
import { hostOf } from './host.js';
import { allBut, BASE } from './program-types.js';
import type { HelperRow } from './prototype.js';
import { helper } from './row.js';
import { numberResult, wideResult } from './support.js';

/** jiffies begins five minutes before it wraps at 32 bits (INITIAL_JIFFIES of include/linux/jiffies.h). */
const INITIAL_JIFFIES_SECONDS = -300;
const DEFAULT_TICKS_PER_SECOND = 250;

const ktimeGetNs: HelperFunction = machine => numberResult(machine, hostOf(machine).nowNs());

const ktimeGetBootNs: HelperFunction = machine => {
  const host = hostOf(machine);
  return numberResult(machine, host.nowNs() + (host.suspendedNs ?? 0));
};

const ktimeGetTaiNs: HelperFunction = machine => {
  const host = hostOf(machine);
  return wideResult(machine, BigInt(host.nowNs()) + (host.taiOffsetNs ?? 0n));
};

const ktimeGetCoarseNs: HelperFunction = machine => {
  const host = hostOf(machine);
  const tickNs = Math.round(1e9 / (host.ticksPerSecond ?? DEFAULT_TICKS_PER_SECOND));
  const now = host.nowNs();
  return numberResult(machine, now - (now % tickNs));
};

const jiffies64: HelperFunction = machine => {
  const host = hostOf(machine);
  const ticks = host.ticksPerSecond ?? DEFAULT_TICKS_PER_SECOND;
  const sinceBoot = Math.floor(host.nowNs() / (1e9 / ticks));
  return numberResult(machine, 2 ** 32 + INITIAL_JIFFIES_SECONDS * ticks + sinceBoot);
};

const getPrandomU32: HelperFunction = machine => hostOf(machine).random();

const getSmpProcessorId: HelperFunction = machine => machine.cpu;

const getNumaNodeId: HelperFunction = machine => hostOf(machine).numaNode?.(machine.cpu) ?? 0;

export const TIME_HELPERS: readonly HelperRow[] = [
  helper({
    id: 5,
    declaration: 'u64 bpf_ktime_get_ns(void)',
    args: [],
    returns: 'integer',
    programTypes: '*',
    since: '4.1',
    meaning: 'time since boot without suspend, in nanoseconds',
    run: ktimeGetNs,
  }),
  helper({
    id: 7,
    declaration: 'u32 bpf_get_prandom_u32(void)',
    args: [],
    returns: 'integer',
    programTypes: '*',
    since: '4.1',
    meaning: 'a pseudo-random 32-bit number',
    run: getPrandomU32,
  }),
  helper({
    id: 8,
    declaration: 'u32 bpf_get_smp_processor_id(void)',
    args: [],
    returns: 'integer',
    programTypes: BASE,
    since: '4.1',
    meaning: 'number of the CPU that runs the program',
    run: getSmpProcessorId,
  }),
  helper({
    id: 42,
    declaration: 'long bpf_get_numa_node_id(void)',
    args: [],
    returns: 'integer',
    programTypes: BASE,
    since: '4.10',
    meaning: 'NUMA node of the CPU that runs the program',
    run: getNumaNodeId,
  }),
  helper({
    id: 118,
    declaration: 'u64 bpf_jiffies64(void)',
    args: [],
    returns: 'integer',
    programTypes: BASE,
    since: '5.6',
    meaning: 'the 64-bit tick counter',
    run: jiffies64,
  }),
  helper({
    id: 125,
    declaration: 'u64 bpf_ktime_get_boot_ns(void)',
    args: [],
    returns: 'integer',
    programTypes: '*',
    since: '5.8',
    meaning: 'time since boot with suspend, in nanoseconds',
    run: ktimeGetBootNs,
  }),
  helper({
    id: 160,
    declaration: 'u64 bpf_ktime_get_coarse_ns(void)',
    args: [],
    returns: 'integer',
    programTypes: allBut(
      'kprobe',
      'tracepoint',
      'perf_event',
      'cgroup_device',
      'raw_tracepoint',
      'lirc_mode2',
      'raw_tracepoint_writable',
      'cgroup_sockopt',
      'tracing',
      'lsm',
      'syscall',
      'netfilter',
    ),
    since: '5.11',
    meaning: 'time since boot at the resolution of ticks, in nanoseconds',
    run: ktimeGetCoarseNs,
  }),
  helper({
    id: 208,
    declaration: 'u64 bpf_ktime_get_tai_ns(void)',
    args: [],
    returns: 'integer',
    programTypes: BASE,
    since: '6.1',
    meaning: 'International Atomic Time, in nanoseconds',
    run: ktimeGetTaiNs,
  }),
];
