// What a program's section name says: libbpf's table (Documentation/bpf/libbpf/program_types.rst), one row a name. A name that
// ends with `+` may be followed by `/` and what to attach to.

export interface SectionRow {
  /** `xdp`, `kprobe+`. */
  readonly section: string;
  /** Program type, by libbpf's name for BPF_PROG_TYPE_*. */
  readonly type: string;
  /** Attach type, by libbpf's name for BPF_*. */
  readonly attachType?: string;
  readonly flags?: readonly SectionFlag[];
}

/**
 * sleepable: may sleep (BPF_F_SLEEPABLE). frags: takes packets of several fragments (BPF_F_XDP_HAS_FRAGS). btf: what stands behind the
 * slash is a function of the kernel's BTF. return: runs when the function returns. multi, session: attached to many places at
 * once. usdt, syscall: what kind of probe.
 */
export type SectionFlag = 'sleepable' | 'frags' | 'btf' | 'return' | 'multi' | 'session' | 'usdt' | 'syscall' | 'user';

const SLEEPABLE = ['sleepable'] as const;

/** The first row that fits a name is meant. */
export const SECTIONS: readonly SectionRow[] = [
  { section: 'socket', type: 'socket_filter' },
  { section: 'sk_reuseport/migrate', type: 'sk_reuseport', attachType: 'sk_reuseport_select_or_migrate' },
  { section: 'sk_reuseport', type: 'sk_reuseport', attachType: 'sk_reuseport_select' },
  { section: 'kprobe+', type: 'kprobe' },
  { section: 'uprobe+', type: 'kprobe', flags: ['user'] },
  { section: 'uprobe.s+', type: 'kprobe', flags: ['user', 'sleepable'] },
  { section: 'kretprobe+', type: 'kprobe', flags: ['return'] },
  { section: 'uretprobe+', type: 'kprobe', flags: ['user', 'return'] },
  { section: 'uretprobe.s+', type: 'kprobe', flags: ['user', 'return', 'sleepable'] },
  { section: 'kprobe.multi+', type: 'kprobe', attachType: 'trace_kprobe_multi', flags: ['multi'] },
  { section: 'kretprobe.multi+', type: 'kprobe', attachType: 'trace_kprobe_multi', flags: ['multi', 'return'] },
  { section: 'kprobe.session+', type: 'kprobe', attachType: 'trace_kprobe_session', flags: ['session'] },
  { section: 'uprobe.multi+', type: 'kprobe', attachType: 'trace_uprobe_multi', flags: ['user', 'multi'] },
  { section: 'uretprobe.multi+', type: 'kprobe', attachType: 'trace_uprobe_multi', flags: ['user', 'multi', 'return'] },
  { section: 'uprobe.session+', type: 'kprobe', attachType: 'trace_uprobe_session', flags: ['user', 'session'] },
  {
    section: 'uprobe.multi.s+',
    type: 'kprobe',
    attachType: 'trace_uprobe_multi',
    flags: ['user', 'multi', 'sleepable'],
  },
  {
    section: 'uretprobe.multi.s+',
    type: 'kprobe',
    attachType: 'trace_uprobe_multi',
    flags: ['user', 'multi', 'return', 'sleepable'],
  },
  {
    section: 'uprobe.session.s+',
    type: 'kprobe',
    attachType: 'trace_uprobe_session',
    flags: ['user', 'session', 'sleepable'],
  },
  { section: 'ksyscall+', type: 'kprobe', flags: ['syscall'] },
  { section: 'kretsyscall+', type: 'kprobe', flags: ['syscall', 'return'] },
  { section: 'usdt+', type: 'kprobe', flags: ['usdt', 'user'] },
  { section: 'usdt.s+', type: 'kprobe', flags: ['usdt', 'user', 'sleepable'] },
  { section: 'tc/ingress', type: 'sched_cls', attachType: 'tcx_ingress' },
  { section: 'tc/egress', type: 'sched_cls', attachType: 'tcx_egress' },
  { section: 'tcx/ingress', type: 'sched_cls', attachType: 'tcx_ingress' },
  { section: 'tcx/egress', type: 'sched_cls', attachType: 'tcx_egress' },
  { section: 'tc', type: 'sched_cls' },
  { section: 'classifier', type: 'sched_cls' },
  { section: 'action', type: 'sched_act' },
  { section: 'netkit/primary', type: 'sched_cls', attachType: 'netkit_primary' },
  { section: 'netkit/peer', type: 'sched_cls', attachType: 'netkit_peer' },
  { section: 'tracepoint+', type: 'tracepoint' },
  { section: 'tp+', type: 'tracepoint' },
  { section: 'raw_tracepoint+', type: 'raw_tracepoint' },
  { section: 'raw_tp+', type: 'raw_tracepoint' },
  { section: 'raw_tracepoint.w+', type: 'raw_tracepoint_writable' },
  { section: 'raw_tp.w+', type: 'raw_tracepoint_writable' },
  { section: 'tp_btf+', type: 'tracing', attachType: 'trace_raw_tp', flags: ['btf'] },
  { section: 'fentry+', type: 'tracing', attachType: 'trace_fentry', flags: ['btf'] },
  { section: 'fmod_ret+', type: 'tracing', attachType: 'modify_return', flags: ['btf'] },
  { section: 'fexit+', type: 'tracing', attachType: 'trace_fexit', flags: ['btf'] },
  { section: 'fsession+', type: 'tracing', attachType: 'trace_fsession', flags: ['btf'] },
  { section: 'fentry.s+', type: 'tracing', attachType: 'trace_fentry', flags: ['btf', 'sleepable'] },
  { section: 'fmod_ret.s+', type: 'tracing', attachType: 'modify_return', flags: ['btf', 'sleepable'] },
  { section: 'fexit.s+', type: 'tracing', attachType: 'trace_fexit', flags: ['btf', 'sleepable'] },
  { section: 'fsession.s+', type: 'tracing', attachType: 'trace_fsession', flags: ['btf', 'sleepable'] },
  { section: 'freplace+', type: 'ext', flags: ['btf'] },
  { section: 'lsm+', type: 'lsm', attachType: 'lsm_mac', flags: ['btf'] },
  { section: 'lsm.s+', type: 'lsm', attachType: 'lsm_mac', flags: ['btf', 'sleepable'] },
  { section: 'lsm_cgroup+', type: 'lsm', attachType: 'lsm_cgroup', flags: ['btf'] },
  { section: 'iter+', type: 'tracing', attachType: 'trace_iter', flags: ['btf'] },
  { section: 'iter.s+', type: 'tracing', attachType: 'trace_iter', flags: ['btf', 'sleepable'] },
  { section: 'syscall', type: 'syscall', flags: SLEEPABLE },
  { section: 'xdp.frags/devmap', type: 'xdp', attachType: 'xdp_devmap', flags: ['frags'] },
  { section: 'xdp/devmap', type: 'xdp', attachType: 'xdp_devmap' },
  { section: 'xdp.frags/cpumap', type: 'xdp', attachType: 'xdp_cpumap', flags: ['frags'] },
  { section: 'xdp/cpumap', type: 'xdp', attachType: 'xdp_cpumap' },
  { section: 'xdp.frags', type: 'xdp', attachType: 'xdp', flags: ['frags'] },
  { section: 'xdp', type: 'xdp', attachType: 'xdp' },
  { section: 'perf_event', type: 'perf_event', attachType: 'perf_event' },
  { section: 'lwt_in', type: 'lwt_in' },
  { section: 'lwt_out', type: 'lwt_out' },
  { section: 'lwt_xmit', type: 'lwt_xmit' },
  { section: 'lwt_seg6local', type: 'lwt_seg6local' },
  { section: 'sockops', type: 'sock_ops', attachType: 'cgroup_sock_ops' },
  { section: 'sk_skb/stream_parser', type: 'sk_skb', attachType: 'sk_skb_stream_parser' },
  { section: 'sk_skb/stream_verdict', type: 'sk_skb', attachType: 'sk_skb_stream_verdict' },
  { section: 'sk_skb/verdict', type: 'sk_skb', attachType: 'sk_skb_verdict' },
  { section: 'sk_skb', type: 'sk_skb' },
  { section: 'sk_msg', type: 'sk_msg', attachType: 'sk_msg_verdict' },
  { section: 'lirc_mode2', type: 'lirc_mode2', attachType: 'lirc_mode2' },
  { section: 'flow_dissector', type: 'flow_dissector', attachType: 'flow_dissector' },
  { section: 'cgroup_skb/ingress', type: 'cgroup_skb', attachType: 'cgroup_inet_ingress' },
  { section: 'cgroup_skb/egress', type: 'cgroup_skb', attachType: 'cgroup_inet_egress' },
  { section: 'cgroup/skb', type: 'cgroup_skb' },
  { section: 'cgroup/sock_create', type: 'cgroup_sock', attachType: 'cgroup_inet_sock_create' },
  { section: 'cgroup/sock_release', type: 'cgroup_sock', attachType: 'cgroup_inet_sock_release' },
  { section: 'cgroup/sock', type: 'cgroup_sock', attachType: 'cgroup_inet_sock_create' },
  { section: 'cgroup/post_bind4', type: 'cgroup_sock', attachType: 'cgroup_inet4_post_bind' },
  { section: 'cgroup/post_bind6', type: 'cgroup_sock', attachType: 'cgroup_inet6_post_bind' },
  { section: 'cgroup/bind4', type: 'cgroup_sock_addr', attachType: 'cgroup_inet4_bind' },
  { section: 'cgroup/bind6', type: 'cgroup_sock_addr', attachType: 'cgroup_inet6_bind' },
  { section: 'cgroup/connect4', type: 'cgroup_sock_addr', attachType: 'cgroup_inet4_connect' },
  { section: 'cgroup/connect6', type: 'cgroup_sock_addr', attachType: 'cgroup_inet6_connect' },
  { section: 'cgroup/connect_unix', type: 'cgroup_sock_addr', attachType: 'cgroup_unix_connect' },
  { section: 'cgroup/sendmsg4', type: 'cgroup_sock_addr', attachType: 'cgroup_udp4_sendmsg' },
  { section: 'cgroup/sendmsg6', type: 'cgroup_sock_addr', attachType: 'cgroup_udp6_sendmsg' },
  { section: 'cgroup/sendmsg_unix', type: 'cgroup_sock_addr', attachType: 'cgroup_unix_sendmsg' },
  { section: 'cgroup/recvmsg4', type: 'cgroup_sock_addr', attachType: 'cgroup_udp4_recvmsg' },
  { section: 'cgroup/recvmsg6', type: 'cgroup_sock_addr', attachType: 'cgroup_udp6_recvmsg' },
  { section: 'cgroup/recvmsg_unix', type: 'cgroup_sock_addr', attachType: 'cgroup_unix_recvmsg' },
  { section: 'cgroup/getpeername4', type: 'cgroup_sock_addr', attachType: 'cgroup_inet4_getpeername' },
  { section: 'cgroup/getpeername6', type: 'cgroup_sock_addr', attachType: 'cgroup_inet6_getpeername' },
  { section: 'cgroup/getpeername_unix', type: 'cgroup_sock_addr', attachType: 'cgroup_unix_getpeername' },
  { section: 'cgroup/getsockname4', type: 'cgroup_sock_addr', attachType: 'cgroup_inet4_getsockname' },
  { section: 'cgroup/getsockname6', type: 'cgroup_sock_addr', attachType: 'cgroup_inet6_getsockname' },
  { section: 'cgroup/getsockname_unix', type: 'cgroup_sock_addr', attachType: 'cgroup_unix_getsockname' },
  { section: 'cgroup/sysctl', type: 'cgroup_sysctl', attachType: 'cgroup_sysctl' },
  { section: 'cgroup/getsockopt', type: 'cgroup_sockopt', attachType: 'cgroup_getsockopt' },
  { section: 'cgroup/setsockopt', type: 'cgroup_sockopt', attachType: 'cgroup_setsockopt' },
  { section: 'cgroup/dev', type: 'cgroup_device', attachType: 'cgroup_device' },
  { section: 'struct_ops+', type: 'struct_ops' },
  { section: 'struct_ops.s+', type: 'struct_ops', flags: SLEEPABLE },
  { section: 'sk_lookup', type: 'sk_lookup', attachType: 'sk_lookup' },
  { section: 'netfilter', type: 'netfilter', attachType: 'netfilter' },
];

export interface SectionMeaning {
  readonly type: string;
  readonly attachType?: string;
  readonly attachTo?: string;
  readonly flags: readonly SectionFlag[];
  /** False: the name began with `?`. */
  readonly autoload: boolean;
}

const exact = new Map(SECTIONS.map(row => [row.section.replace(/\+$/, ''), row]));

/**
 * What a section name says. A name that no row fits is of type `unspec`: the object can be looked into, and a kernel
 * will ask for the type. `xdp/anything` is read as `xdp`, as libbpf did before 1.0.
 */
export function sectionMeaning(sectionName: string): SectionMeaning {
  const autoload = !sectionName.startsWith('?');
  const name = autoload ? sectionName : sectionName.slice(1);
  const whole = exact.get(name);
  if (whole) return meaning(whole, undefined, autoload);
  for (let slash = name.lastIndexOf('/'); slash > 0; slash = name.lastIndexOf('/', slash - 1)) {
    const row = exact.get(name.slice(0, slash));
    if (row) return meaning(row, row.section.endsWith('+') ? name.slice(slash + 1) : undefined, autoload);
  }
  return { type: 'unspec', flags: [], autoload };
}

function meaning({ type, attachType, flags = [] }: SectionRow, attachTo: string | undefined, autoload: boolean) {
  return {
    type,
    ...(attachType !== undefined && { attachType }),
    ...(attachTo !== undefined && { attachTo }),
    flags,
    autoload,
  };
}
