// The program types: one row each. Numbers and names are enum bpf_prog_type's (include/uapi/linux/bpf.h), the names as libbpf and bpftool
// print them. Which context fields a type may touch is what its `is_valid_access` answers (net/core/filter.c, kernel/bpf/cgroup.c,
// kernel/trace/bpf_trace.c, net/netfilter/nf_bpf_link.c), return values are those of check_return_code() in kernel/bpf/verifier.c, and
// which can be test-run follows from `test_run` in the types' bpf_prog_ops. Versions are from isovalent/ebpf-docs (BSD-2-Clause).

import type { StructField, StructRow } from './structs/struct.js';
import {
  BPF_CGROUP_DEV_CTX,
  BPF_NF_CTX,
  BPF_PERF_EVENT_DATA,
  BPF_RAW_TRACEPOINT_ARGS,
  BPF_SK_LOOKUP,
  BPF_SOCK,
  BPF_SOCK_ADDR,
  BPF_SOCK_OPS,
  BPF_SOCKOPT,
  BPF_SYSCTL,
  PT_REGS,
  SK_BUFF,
  SK_MSG_MD,
  SK_REUSEPORT_MD,
  XDP_MD,
} from './structs/table.js';

/** What r1 points at. */
export type ContextShape =
  /** A struct of the user interface, whose fields programs may touch one by one. */
  | 'struct'
  /** The function's arguments, 8 bytes each, typed by the kernel's BTF. */
  | 'arguments'
  /** A tracepoint's record, laid out by its format file. */
  | 'record'
  /** Bytes whose meaning is the caller's. */
  | 'bytes';

export interface ContextAccess {
  /** Fields that may be read, where only some may be. */
  readonly only?: readonly string[];
  /** Fields that may not be read. */
  readonly denied?: readonly string[];
  /** Fields that may be written. */
  readonly writable?: readonly string[];
}

/** Values that r0 may have at the end; `any` where every number means something or nothing. */
export type ReturnRange = 'any' | { readonly minimum: number; readonly maximum: number };

/** How BPF_PROG_TEST_RUN runs a type (net/bpf/test_run.c); `sim` marks those that only the simulated kernel runs. */
export type TestRunKind =
  | 'skb'
  | 'xdp'
  | 'flow-dissector'
  | 'raw-tracepoint'
  | 'tracing'
  | 'sk-lookup'
  | 'syscall'
  | 'netfilter';

export interface ProgramTypeRow {
  /** As libbpf and bpftool print it: `xdp`. */
  readonly name: string;
  /** BPF_PROG_TYPE_*. */
  readonly number: number;
  readonly since: string;
  readonly meaning: string;
  readonly shape: ContextShape;
  /** The context's struct, for shape `struct`. */
  readonly context?: StructRow;
  readonly access?: ContextAccess;
  /** More rules, by attach type: they add to `access`. */
  readonly accessByAttachType?: Readonly<Record<string, ContextAccess>>;
  readonly returns: ReturnRange;
  readonly returnsByAttachType?: Readonly<Record<string, ReturnRange>>;
  /** Names of return values, for reports: XDP_DROP. */
  readonly verdicts?: Readonly<Record<number, string>>;
  /** Verdicts that let a packet go on, changed or not; with `verdicts` alone, all that are not named a drop. */
  readonly passes?: readonly number[];
  /** Rows of the attach-type table that BPF_PROG_LOAD takes; empty: none is asked for. The first is what an unsaid one means. */
  readonly attachTypes: readonly string[];
  /** How the kernel's BPF_PROG_TEST_RUN runs it; absent: it answers ENOTSUPP (524). */
  readonly testRun?: TestRunKind;
  /** The packet begins at the link layer (else at the network layer). */
  readonly linkLayer?: boolean;
  /** May be loaded sleepable (BPF_F_SLEEPABLE), as a whole or for some attach types. */
  readonly sleepable?: boolean;
}

const TC_VERDICTS = {
  [-1]: 'TC_ACT_UNSPEC',
  0: 'TC_ACT_OK',
  1: 'TC_ACT_RECLASSIFY',
  2: 'TC_ACT_SHOT',
  3: 'TC_ACT_PIPE',
  4: 'TC_ACT_STOLEN',
  5: 'TC_ACT_QUEUED',
  6: 'TC_ACT_REPEAT',
  7: 'TC_ACT_REDIRECT',
  8: 'TC_ACT_TRAP',
} as const;

const LWT_VERDICTS = { 0: 'BPF_OK', 2: 'BPF_DROP', 7: 'BPF_REDIRECT', 128: 'BPF_LWT_REROUTE' } as const;
const SK_VERDICTS = { 0: 'SK_DROP', 1: 'SK_PASS' } as const;
const CGROUP_VERDICTS = { 0: 'deny', 1: 'allow' } as const;

const BOOLEAN: ReturnRange = { minimum: 0, maximum: 1 };
const ZERO: ReturnRange = { minimum: 0, maximum: 0 };
const ONE: ReturnRange = { minimum: 1, maximum: 1 };
/** Bit 1: congestion notification (egress), or that the port check is to be passed over (bind). */
const TWO_BITS: ReturnRange = { minimum: 0, maximum: 3 };
const ERRNO_OR_ZERO: ReturnRange = { minimum: -4095, maximum: 0 };

const SOCKET_FIELDS = ['family', 'remote_ip4', 'local_ip4', 'remote_ip6', 'local_ip6', 'remote_port', 'local_port'];

const SCHED_ACCESS: ContextAccess = {
  denied: [...SOCKET_FIELDS, 'flow_keys'],
  writable: ['mark', 'tc_index', 'priority', 'tc_classid', 'cb', 'tstamp', 'queue_mapping'],
};

const LWT_ACCESS: ContextAccess = {
  denied: [...SOCKET_FIELDS, 'tc_classid', 'data_meta', 'tstamp', 'wire_len', 'hwtstamp', 'tstamp_type', 'flow_keys'],
  writable: ['mark', 'priority', 'cb'],
};

const CONNECT4: ContextAccess = { writable: ['user_ip4'] };
const CONNECT6: ContextAccess = { writable: ['user_ip6'] };

const skb = { shape: 'struct', context: SK_BUFF, testRun: 'skb' } as const;

export const PROGRAM_TYPES: readonly ProgramTypeRow[] = [
  {
    name: 'socket_filter',
    number: 1,
    since: '3.19',
    meaning: 'decides how many bytes of a packet a socket gets; 0 drops it',
    ...skb,
    access: {
      denied: [
        ...['tc_classid', 'data', 'data_meta', 'data_end', 'tstamp', 'wire_len', 'hwtstamp', 'tstamp_type'],
        ...['flow_keys', ...SOCKET_FIELDS],
      ],
      writable: ['cb'],
    },
    returns: 'any',
    attachTypes: [],
  },
  {
    name: 'kprobe',
    number: 2,
    since: '4.1',
    meaning: 'runs when a kernel or user function is entered, returns, or reaches an address',
    shape: 'struct',
    context: PT_REGS,
    returns: 'any',
    returnsByAttachType: { trace_kprobe_session: BOOLEAN, trace_uprobe_session: BOOLEAN },
    attachTypes: [...['', 'trace_kprobe_multi', 'trace_kprobe_session', 'trace_uprobe_multi', 'trace_uprobe_session']],
    sleepable: true,
  },
  {
    name: 'sched_cls',
    number: 3,
    since: '4.1',
    meaning: 'classifies and changes packets at a traffic-control hook (clsact, tcx, netkit)',
    ...skb,
    access: SCHED_ACCESS,
    returns: 'any',
    verdicts: TC_VERDICTS,
    passes: [-1, 0, 1, 3],
    attachTypes: ['', 'tcx_ingress', 'tcx_egress', 'netkit_primary', 'netkit_peer'],
    linkLayer: true,
  },
  {
    name: 'sched_act',
    number: 4,
    since: '4.1',
    meaning: 'a traffic-control action: what is to become of a classified packet',
    ...skb,
    access: SCHED_ACCESS,
    returns: 'any',
    verdicts: TC_VERDICTS,
    passes: [-1, 0, 1, 3],
    attachTypes: [],
    linkLayer: true,
  },
  {
    name: 'tracepoint',
    number: 5,
    since: '4.7',
    meaning: 'runs at a kernel tracepoint with its record',
    shape: 'record',
    returns: 'any',
    attachTypes: [],
    sleepable: true,
  },
  {
    name: 'xdp',
    number: 6,
    since: '4.8',
    meaning: 'sees a packet before the network stack does, in the driver',
    shape: 'struct',
    context: XDP_MD,
    access: { denied: ['egress_ifindex'] },
    accessByAttachType: { xdp_devmap: { only: XDP_MD.fields.map(({ name }) => name) } },
    returns: 'any',
    verdicts: { 0: 'XDP_ABORTED', 1: 'XDP_DROP', 2: 'XDP_PASS', 3: 'XDP_TX', 4: 'XDP_REDIRECT' },
    passes: [2, 3, 4],
    attachTypes: ['', 'xdp', 'xdp_devmap', 'xdp_cpumap'],
    testRun: 'xdp',
    linkLayer: true,
  },
  {
    name: 'perf_event',
    number: 7,
    since: '4.9',
    meaning: 'runs when a performance counter overflows or a timer samples',
    shape: 'struct',
    context: BPF_PERF_EVENT_DATA,
    returns: 'any',
    attachTypes: ['', 'perf_event'],
  },
  {
    name: 'cgroup_skb',
    number: 8,
    since: '4.10',
    meaning: 'lets packets of a control group in or out',
    ...skb,
    access: {
      denied: ['tc_classid', 'data_meta', 'wire_len', 'tstamp_type', 'flow_keys'],
      writable: ['mark', 'priority', 'cb', 'tstamp'],
    },
    returns: BOOLEAN,
    returnsByAttachType: { cgroup_inet_egress: TWO_BITS },
    verdicts: { 0: 'deny', 1: 'allow', 2: 'deny, congested', 3: 'allow, congested' },
    passes: [1, 3],
    attachTypes: ['cgroup_inet_ingress', 'cgroup_inet_egress'],
  },
  {
    name: 'cgroup_sock',
    number: 9,
    since: '4.10',
    meaning: 'allows or forbids sockets of a control group when they are made, bound or let go',
    shape: 'struct',
    context: BPF_SOCK,
    access: { denied: ['src_ip4', 'src_ip6', 'src_port'] },
    accessByAttachType: {
      cgroup_inet_sock_create: { writable: ['bound_dev_if', 'mark', 'priority'] },
      cgroup_inet_sock_release: { writable: ['bound_dev_if', 'mark', 'priority'] },
      cgroup_inet4_post_bind: { only: ['src_ip4', 'src_port'] },
      cgroup_inet6_post_bind: { only: ['src_ip6', 'src_port'] },
    },
    returns: BOOLEAN,
    verdicts: CGROUP_VERDICTS,
    attachTypes: [
      'cgroup_inet_sock_create',
      'cgroup_inet_sock_release',
      'cgroup_inet4_post_bind',
      'cgroup_inet6_post_bind',
    ],
  },
  ...(['lwt_in', 'lwt_out', 'lwt_xmit'] as const).map(
    (name, index): ProgramTypeRow => ({
      name,
      number: 10 + index,
      since: '4.10',
      meaning: [
        'looks at packets that come in by a route with a light-weight tunnel',
        'looks at packets that the machine itself sends by such a route',
        'changes packets on their way out by such a route',
      ][index]!,
      ...skb,
      access: LWT_ACCESS,
      returns: 'any',
      verdicts: LWT_VERDICTS,
      passes: [0, 7, 128],
      attachTypes: [],
    }),
  ),
  {
    name: 'sock_ops',
    number: 13,
    since: '4.13',
    meaning: 'is asked and told at the turning points of a TCP connection',
    shape: 'struct',
    context: BPF_SOCK_OPS,
    access: { writable: ['reply', 'replylong', 'args', 'sk_txhash'] },
    returns: BOOLEAN,
    attachTypes: ['cgroup_sock_ops'],
  },
  {
    name: 'sk_skb',
    number: 14,
    since: '4.14',
    meaning: 'finds message ends in, and decides the way of, what sockets of a sockmap receive',
    shape: 'struct',
    context: SK_BUFF,
    access: {
      denied: ['tc_classid', 'data_meta', 'tstamp', 'wire_len', 'hwtstamp', 'tstamp_type', 'mark', 'flow_keys'],
      writable: ['tc_index', 'priority', 'cb'],
    },
    returns: 'any',
    verdicts: SK_VERDICTS,
    passes: [1],
    attachTypes: ['', 'sk_skb_stream_parser', 'sk_skb_stream_verdict', 'sk_skb_verdict'],
  },
  {
    name: 'cgroup_device',
    number: 15,
    since: '4.15',
    meaning: 'allows a control group to open and make device files',
    shape: 'struct',
    context: BPF_CGROUP_DEV_CTX,
    returns: BOOLEAN,
    verdicts: CGROUP_VERDICTS,
    attachTypes: ['cgroup_device'],
  },
  {
    name: 'sk_msg',
    number: 16,
    since: '4.17',
    meaning: 'decides on what a socket of a sockmap sends',
    shape: 'struct',
    context: SK_MSG_MD,
    returns: 'any',
    verdicts: SK_VERDICTS,
    passes: [1],
    attachTypes: ['sk_msg_verdict'],
  },
  {
    name: 'raw_tracepoint',
    number: 17,
    since: '4.17',
    meaning: 'runs at a kernel tracepoint with its arguments',
    shape: 'struct',
    context: BPF_RAW_TRACEPOINT_ARGS,
    returns: 'any',
    attachTypes: [],
    testRun: 'raw-tracepoint',
    sleepable: true,
  },
  {
    name: 'cgroup_sock_addr',
    number: 18,
    since: '4.17',
    meaning: 'allows and changes the addresses that system calls on sockets are given',
    shape: 'struct',
    context: BPF_SOCK_ADDR,
    access: { denied: ['user_ip4', 'user_ip6', 'msg_src_ip4', 'msg_src_ip6'], writable: ['user_port'] },
    accessByAttachType: {
      cgroup_inet4_bind: CONNECT4,
      cgroup_inet4_connect: CONNECT4,
      cgroup_inet4_getpeername: CONNECT4,
      cgroup_inet4_getsockname: CONNECT4,
      cgroup_udp4_sendmsg: { writable: ['user_ip4', 'msg_src_ip4'] },
      cgroup_udp4_recvmsg: CONNECT4,
      cgroup_inet6_bind: CONNECT6,
      cgroup_inet6_connect: CONNECT6,
      cgroup_inet6_getpeername: CONNECT6,
      cgroup_inet6_getsockname: CONNECT6,
      cgroup_udp6_sendmsg: { writable: ['user_ip6', 'msg_src_ip6'] },
      cgroup_udp6_recvmsg: CONNECT6,
    },
    returns: BOOLEAN,
    returnsByAttachType: {
      cgroup_inet4_bind: TWO_BITS,
      cgroup_inet6_bind: TWO_BITS,
      ...Object.fromEntries(
        ['inet4_getpeername', 'inet6_getpeername', 'inet4_getsockname', 'inet6_getsockname', 'udp4_recvmsg']
          .concat(['udp6_recvmsg', 'unix_recvmsg', 'unix_getpeername', 'unix_getsockname'])
          .map(name => [`cgroup_${name}`, ONE]),
      ),
    },
    verdicts: CGROUP_VERDICTS,
    attachTypes: [
      ...['cgroup_inet4_bind', 'cgroup_inet6_bind', 'cgroup_inet4_connect', 'cgroup_inet6_connect'],
      ...['cgroup_unix_connect', 'cgroup_udp4_sendmsg', 'cgroup_udp6_sendmsg', 'cgroup_unix_sendmsg'],
      ...['cgroup_udp4_recvmsg', 'cgroup_udp6_recvmsg', 'cgroup_unix_recvmsg', 'cgroup_inet4_getpeername'],
      ...['cgroup_inet6_getpeername', 'cgroup_unix_getpeername', 'cgroup_inet4_getsockname'],
      ...['cgroup_inet6_getsockname', 'cgroup_unix_getsockname'],
    ],
  },
  {
    name: 'lwt_seg6local',
    number: 19,
    since: '4.18',
    meaning: 'an action of segment routing over IPv6',
    shape: 'struct',
    context: SK_BUFF,
    access: LWT_ACCESS,
    returns: 'any',
    verdicts: LWT_VERDICTS,
    passes: [0, 7, 128],
    attachTypes: [],
  },
  {
    name: 'lirc_mode2',
    number: 20,
    since: '4.18',
    meaning: 'decodes what an infrared receiver measures, a pulse or a space at a time',
    shape: 'bytes',
    returns: 'any',
    attachTypes: ['lirc_mode2'],
  },
  {
    name: 'sk_reuseport',
    number: 21,
    since: '4.19',
    meaning: 'picks the socket, of those that share a port, for a packet or a connection',
    shape: 'struct',
    context: SK_REUSEPORT_MD,
    returns: 'any',
    verdicts: SK_VERDICTS,
    passes: [1],
    attachTypes: ['sk_reuseport_select', 'sk_reuseport_select_or_migrate'],
  },
  {
    name: 'flow_dissector',
    number: 22,
    since: '4.20',
    meaning: 'finds addresses and ports in a packet, in place of the kernel',
    shape: 'struct',
    context: SK_BUFF,
    access: { only: ['data', 'data_end', 'flow_keys'] },
    returns: 'any',
    verdicts: { 0: 'BPF_OK', 2: 'BPF_DROP', 129: 'BPF_FLOW_DISSECTOR_CONTINUE' },
    passes: [0, 129],
    attachTypes: ['flow_dissector'],
    testRun: 'flow-dissector',
    linkLayer: true,
  },
  {
    name: 'cgroup_sysctl',
    number: 23,
    since: '5.2',
    meaning: 'allows and changes reads and writes of files in /proc/sys by a control group',
    shape: 'struct',
    context: BPF_SYSCTL,
    access: { writable: ['file_pos'] },
    returns: BOOLEAN,
    verdicts: CGROUP_VERDICTS,
    attachTypes: ['cgroup_sysctl'],
  },
  {
    name: 'raw_tracepoint_writable',
    number: 24,
    since: '5.2',
    meaning: 'the same as raw_tracepoint, where the first argument is a buffer that may be written',
    shape: 'struct',
    context: BPF_RAW_TRACEPOINT_ARGS,
    returns: 'any',
    attachTypes: [],
    testRun: 'raw-tracepoint',
  },
  {
    name: 'cgroup_sockopt',
    number: 25,
    since: '5.3',
    meaning: 'allows and changes socket options that a control group gets and sets',
    shape: 'struct',
    context: BPF_SOCKOPT,
    access: { writable: ['optlen'] },
    accessByAttachType: {
      cgroup_setsockopt: { writable: ['level', 'optname'], denied: ['retval'] },
      cgroup_getsockopt: { writable: ['retval'] },
    },
    returns: BOOLEAN,
    verdicts: CGROUP_VERDICTS,
    attachTypes: ['cgroup_getsockopt', 'cgroup_setsockopt'],
  },
  {
    name: 'tracing',
    number: 26,
    since: '5.5',
    meaning: 'runs at a kernel function, a tracepoint or over the objects of an iterator, with arguments typed by BTF',
    shape: 'arguments',
    returns: 'any',
    returnsByAttachType: { trace_fentry: ZERO, trace_fexit: ZERO, trace_iter: BOOLEAN },
    attachTypes: ['trace_raw_tp', 'trace_fentry', 'trace_fexit', 'modify_return', 'trace_iter', 'trace_fsession'],
    testRun: 'tracing',
    sleepable: true,
  },
  {
    name: 'struct_ops',
    number: 27,
    since: '5.6',
    meaning:
      'a function of a table that a kernel subsystem calls: congestion control, a scheduler, a queueing discipline',
    shape: 'arguments',
    returns: 'any',
    attachTypes: [],
    sleepable: true,
  },
  {
    name: 'ext',
    number: 28,
    since: '5.6',
    meaning: 'takes the place of a global function of another program',
    shape: 'arguments',
    returns: 'any',
    attachTypes: [],
  },
  {
    name: 'lsm',
    number: 29,
    since: '5.7',
    meaning: 'decides on operations at the hooks of the security framework',
    shape: 'arguments',
    returns: ERRNO_OR_ZERO,
    returnsByAttachType: { lsm_cgroup: BOOLEAN },
    attachTypes: ['lsm_mac', 'lsm_cgroup'],
    sleepable: true,
  },
  {
    name: 'sk_lookup',
    number: 30,
    since: '5.9',
    meaning: 'picks the socket for a new connection or a datagram, whatever it is bound to',
    shape: 'struct',
    context: BPF_SK_LOOKUP,
    returns: BOOLEAN,
    verdicts: SK_VERDICTS,
    passes: [1],
    attachTypes: ['sk_lookup'],
    testRun: 'sk-lookup',
  },
  {
    name: 'syscall',
    number: 31,
    since: '5.14',
    meaning: 'runs when user space asks for it, and may make system calls of bpf(2)',
    shape: 'bytes',
    returns: 'any',
    attachTypes: [],
    testRun: 'syscall',
    sleepable: true,
  },
  {
    name: 'netfilter',
    number: 32,
    since: '6.4',
    meaning: 'lets packets pass or drops them at a hook of netfilter',
    shape: 'struct',
    context: BPF_NF_CTX,
    returns: BOOLEAN,
    verdicts: { 0: 'NF_DROP', 1: 'NF_ACCEPT' },
    passes: [1],
    attachTypes: ['netfilter'],
    testRun: 'netfilter',
  },
];

const byName = new Map(PROGRAM_TYPES.map(row => [row.name, row]));

/** The row of a program type by its name (`xdp`), or undefined. */
export const programType = (name: string): ProgramTypeRow | undefined => byName.get(name);

/** What a program may do with one field of its context. */
export interface FieldAccess {
  readonly field: StructField;
  readonly read: boolean;
  readonly write: boolean;
  /** May be loaded in pieces smaller than the field. Pointers and 64-bit numbers are loaded whole. */
  readonly narrow: boolean;
}

/** Every field of a type's context as that type, with that attach type, may use it; empty when the shape is no struct. */
export function contextFields(row: ProgramTypeRow, attachType?: string): FieldAccess[] {
  const { context, access = {} } = row;
  if (!context) return [];
  const more = (attachType && row.accessByAttachType?.[attachType]) || {};
  const denied = new Set([...(access.denied ?? []), ...(more.denied ?? [])]);
  // What an attach type may write or alone may use, it may read too.
  for (const name of [...(more.only ?? []), ...(more.writable ?? [])]) denied.delete(name);
  const writable = new Set([...(access.writable ?? []), ...(more.writable ?? [])]);
  return [...context.byName.values()].map(field => ({
    field,
    read: !denied.has(field.name) && (access.only === undefined || access.only.includes(field.name)),
    write: writable.has(field.name),
    narrow: field.kind === 'scalar' && field.sizeBytes / field.count <= 4,
  }));
}

/** Values that r0 may have. */
export function returnRange(row: ProgramTypeRow, attachType?: string): ReturnRange {
  return (attachType && row.returnsByAttachType?.[attachType]) || row.returns;
}

/** The name of a return value, or the number as text. */
export function verdictName(row: ProgramTypeRow, value: number): string {
  return row.verdicts?.[value] ?? row.verdicts?.[value | 0] ?? String(row.verdicts ? value | 0 : value);
}

/** Whether a packet with this verdict goes on. Without named verdicts 0 is a drop, as socket filters have it. */
export function passes(row: ProgramTypeRow, value: number): boolean {
  return row.passes ? row.passes.includes(value | 0) : value !== 0;
}
