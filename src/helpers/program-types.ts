// Sets of program types that recur in the table of helpers, by libbpf's names for BPF_PROG_TYPE_*. `ext` is in none of them: such a
// program may call what the program that it replaces may.

/** All but ext. */
export const PROGRAM_TYPES = [
  'socket_filter',
  'kprobe',
  'sched_cls',
  'sched_act',
  'tracepoint',
  'xdp',
  'perf_event',
  'cgroup_skb',
  'cgroup_sock',
  'lwt_in',
  'lwt_out',
  'lwt_xmit',
  'sock_ops',
  'sk_skb',
  'cgroup_device',
  'sk_msg',
  'raw_tracepoint',
  'cgroup_sock_addr',
  'lwt_seg6local',
  'lirc_mode2',
  'sk_reuseport',
  'flow_dissector',
  'cgroup_sysctl',
  'raw_tracepoint_writable',
  'cgroup_sockopt',
  'tracing',
  'struct_ops',
  'lsm',
  'sk_lookup',
  'syscall',
  'netfilter',
] as const;

/** All program types but some. */
export function allBut(...types: readonly (typeof PROGRAM_TYPES)[number][]): readonly string[] {
  return PROGRAM_TYPES.filter(type => !types.includes(type));
}

/** What bpf_base_func_proto (kernel/bpf/helpers.c) gives: every type asks it but that of infrared remote controls. */
export const BASE = allBut('lirc_mode2');
/** Traffic control: classifiers and actions. */
export const TC = ['sched_cls', 'sched_act'] as const;
/** Lightweight tunnels. */
export const LWT = ['lwt_in', 'lwt_out', 'lwt_xmit', 'lwt_seg6local'] as const;
/** bpf_tracing_func_proto (kernel/trace/bpf_trace.c): everything that watches the kernel. */
export const TRACING = [
  'kprobe',
  'tracepoint',
  'perf_event',
  'raw_tracepoint',
  'raw_tracepoint_writable',
  'tracing',
  'lsm',
  'syscall',
] as const;
/** tracing_prog_func_proto: those with a BTF-typed context. */
export const BTF_TRACING = ['tracing', 'lsm', 'syscall'] as const;
