// The table of helpers: every row of every family, ordered by number (enum bpf_func_id of include/uapi/linux/bpf.h, Linux 6.18).
// Argument types are those of the kernel's struct bpf_func_proto, program types those that Linux 6.18 answers with.

import { CGROUP_HELPERS } from './cgroup.js';
import { CHECKSUM_HELPERS } from './checksum.js';
import { DYNPTR_HELPERS } from './dynptr.js';
import { FIB_HELPERS } from './fib.js';
import { KPTR_HELPERS } from './kptr.js';
import { LIRC_HELPERS } from './lirc.js';
import { LOOP_HELPERS } from './loop.js';
import { LWT_HELPERS } from './lwt.js';
import { MAP_HELPERS } from './map.js';
import { MESSAGE_HELPERS } from './message.js';
import { PER_CPU_HELPERS } from './per-cpu.js';
import { PERF_HELPERS } from './perf.js';
import { PRINTK_HELPERS } from './printk.js';
import { PROBE_READ_HELPERS } from './probe-read.js';
import type { HelperRow } from './prototype.js';
import { REDIRECT_HELPERS } from './redirect.js';
import { RINGBUF_HELPERS } from './ringbuf.js';
import { SKB_HELPERS } from './skb.js';
import { SNPRINTF_HELPERS } from './snprintf.js';
import { SOCK_HELPERS } from './sock.js';
import { SOCK_OPS_HELPERS } from './sock-ops.js';
import { SOCKOPT_HELPERS } from './sockopt.js';
import { SPIN_LOCK_HELPERS } from './spin-lock.js';
import { STACK_TRACE_HELPERS } from './stack-trace.js';
import { STORAGE_HELPERS } from './storage.js';
import { STRING_HELPERS } from './string.js';
import { SYNCOOKIE_HELPERS } from './syncookie.js';
import { SYSCALL_HELPERS } from './syscall.js';
import { SYSCTL_HELPERS } from './sysctl.js';
import { TAIL_CALL_HELPERS } from './tail-call.js';
import { TASK_HELPERS } from './task.js';
import { TIME_HELPERS } from './time.js';
import { TIMER_HELPERS } from './timer.js';
import { TRACE_HELPERS } from './trace.js';
import { TUNNEL_HELPERS } from './tunnel.js';
import { XDP_HELPERS } from './xdp.js';

/** All helpers; the row of helper n is at n - 1. */
export const HELPERS: readonly HelperRow[] = [
  ...CGROUP_HELPERS,
  ...CHECKSUM_HELPERS,
  ...DYNPTR_HELPERS,
  ...FIB_HELPERS,
  ...KPTR_HELPERS,
  ...LIRC_HELPERS,
  ...LOOP_HELPERS,
  ...LWT_HELPERS,
  ...MAP_HELPERS,
  ...MESSAGE_HELPERS,
  ...PER_CPU_HELPERS,
  ...PERF_HELPERS,
  ...PRINTK_HELPERS,
  ...PROBE_READ_HELPERS,
  ...REDIRECT_HELPERS,
  ...RINGBUF_HELPERS,
  ...SKB_HELPERS,
  ...SNPRINTF_HELPERS,
  ...SOCK_HELPERS,
  ...SOCK_OPS_HELPERS,
  ...SOCKOPT_HELPERS,
  ...SPIN_LOCK_HELPERS,
  ...STACK_TRACE_HELPERS,
  ...STORAGE_HELPERS,
  ...STRING_HELPERS,
  ...SYNCOOKIE_HELPERS,
  ...SYSCALL_HELPERS,
  ...SYSCTL_HELPERS,
  ...TAIL_CALL_HELPERS,
  ...TASK_HELPERS,
  ...TIME_HELPERS,
  ...TIMER_HELPERS,
  ...TRACE_HELPERS,
  ...TUNNEL_HELPERS,
  ...XDP_HELPERS,
].sort((a, b) => a.id - b.id);
