// The attach types: enum bpf_attach_type (include/uapi/linux/bpf.h), under the names that libbpf gives them.

export interface AttachTypeRow {
  /** `cgroup_inet_ingress`. */
  readonly name: string;
  /** BPF_*. */
  readonly number: number;
  /** The constant in C: `BPF_CGROUP_INET_INGRESS`. */
  readonly constant: string;
  readonly since: string;
  /** Row of the link-type table that a link of this kind has; absent where it is attached by other means. */
  readonly link?: string;
}

/** [name, since, link]. The number is the place in the list. */
const ROWS: readonly (readonly [name: string, since: string, link?: string])[] = [
  ['cgroup_inet_ingress', '4.10', 'cgroup'],
  ['cgroup_inet_egress', '4.10', 'cgroup'],
  ['cgroup_inet_sock_create', '4.10', 'cgroup'],
  ['cgroup_sock_ops', '4.13', 'cgroup'],
  ['sk_skb_stream_parser', '4.14', 'sockmap'],
  ['sk_skb_stream_verdict', '4.14', 'sockmap'],
  ['cgroup_device', '4.15', 'cgroup'],
  ['sk_msg_verdict', '4.17', 'sockmap'],
  ['cgroup_inet4_bind', '4.17', 'cgroup'],
  ['cgroup_inet6_bind', '4.17', 'cgroup'],
  ['cgroup_inet4_connect', '4.17', 'cgroup'],
  ['cgroup_inet6_connect', '4.17', 'cgroup'],
  ['cgroup_inet4_post_bind', '4.17', 'cgroup'],
  ['cgroup_inet6_post_bind', '4.17', 'cgroup'],
  ['cgroup_udp4_sendmsg', '4.18', 'cgroup'],
  ['cgroup_udp6_sendmsg', '4.18', 'cgroup'],
  ['lirc_mode2', '4.18'],
  ['flow_dissector', '4.20', 'netns'],
  ['cgroup_sysctl', '5.2', 'cgroup'],
  ['cgroup_udp4_recvmsg', '5.2', 'cgroup'],
  ['cgroup_udp6_recvmsg', '5.2', 'cgroup'],
  ['cgroup_getsockopt', '5.3', 'cgroup'],
  ['cgroup_setsockopt', '5.3', 'cgroup'],
  ['trace_raw_tp', '5.5', 'raw_tracepoint'],
  ['trace_fentry', '5.5', 'tracing'],
  ['trace_fexit', '5.5', 'tracing'],
  ['modify_return', '5.7', 'tracing'],
  ['lsm_mac', '5.7', 'tracing'],
  ['trace_iter', '5.8', 'iter'],
  ['cgroup_inet4_getpeername', '5.8', 'cgroup'],
  ['cgroup_inet6_getpeername', '5.8', 'cgroup'],
  ['cgroup_inet4_getsockname', '5.8', 'cgroup'],
  ['cgroup_inet6_getsockname', '5.8', 'cgroup'],
  ['xdp_devmap', '5.8'],
  ['cgroup_inet_sock_release', '5.9', 'cgroup'],
  ['xdp_cpumap', '5.9'],
  ['sk_lookup', '5.9', 'netns'],
  ['xdp', '5.9', 'xdp'],
  ['sk_skb_verdict', '5.13', 'sockmap'],
  ['sk_reuseport_select', '5.14'],
  ['sk_reuseport_select_or_migrate', '5.14'],
  ['perf_event', '5.15', 'perf_event'],
  ['trace_kprobe_multi', '5.18', 'kprobe_multi'],
  ['lsm_cgroup', '6.0', 'cgroup'],
  ['struct_ops', '6.4', 'struct_ops'],
  ['netfilter', '6.4', 'netfilter'],
  ['tcx_ingress', '6.6', 'tcx'],
  ['tcx_egress', '6.6', 'tcx'],
  ['trace_uprobe_multi', '6.6', 'uprobe_multi'],
  ['cgroup_unix_connect', '6.7', 'cgroup'],
  ['cgroup_unix_sendmsg', '6.7', 'cgroup'],
  ['cgroup_unix_recvmsg', '6.7', 'cgroup'],
  ['cgroup_unix_getpeername', '6.7', 'cgroup'],
  ['cgroup_unix_getsockname', '6.7', 'cgroup'],
  ['netkit_primary', '6.7', 'netkit'],
  ['netkit_peer', '6.7', 'netkit'],
  ['trace_kprobe_session', '6.10', 'kprobe_multi'],
  ['trace_uprobe_session', '6.13', 'uprobe_multi'],
  ['trace_fsession', '7.0', 'tracing'],
];

export const ATTACH_TYPES: readonly AttachTypeRow[] = ROWS.map(([name, since, link], number) => ({
  name,
  number,
  constant: `BPF_${name.toUpperCase()}`,
  since,
  ...(link !== undefined && { link }),
}));

const byName = new Map(ATTACH_TYPES.map(row => [row.name, row]));

export const attachType = (name: string): AttachTypeRow | undefined => byName.get(name);
