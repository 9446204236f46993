// The structs of include/uapi/linux/bpf.h (and bpf_perf_event.h, asm/ptrace.h) that programs see: contexts first, then what helpers take
// and give. Fields are as Linux 6.18 has them; they only ever grow at the end. A pointer declared by __bpf_md_ptr is 64 bits wide and aligned.

import { type Declaration, defineStruct, type StructRow } from './struct.js';

const SOCK_POINTER: Declaration = ['struct bpf_sock *', 'sk'];

const u32s = (...names: string[]): Declaration[] => names.map(name => ['__u32', name] as const);

export const XDP_MD = defineStruct('xdp_md', [
  ['__u32', 'data', 1, 'packet'],
  ['__u32', 'data_end', 1, 'packet-end'],
  ['__u32', 'data_meta', 1, 'packet-meta'],
  ...u32s('ingress_ifindex', 'rx_queue_index', 'egress_ifindex'),
]);

export const SK_BUFF = defineStruct('__sk_buff', [
  ...u32s('len', 'pkt_type', 'mark', 'queue_mapping', 'protocol', 'vlan_present', 'vlan_tci', 'vlan_proto', 'priority'),
  ...u32s('ingress_ifindex', 'ifindex', 'tc_index'),
  ['__u32', 'cb', 5],
  ...u32s('hash', 'tc_classid'),
  ['__u32', 'data', 1, 'packet'],
  ['__u32', 'data_end', 1, 'packet-end'],
  ...u32s('napi_id', 'family', 'remote_ip4', 'local_ip4'),
  ['__u32', 'remote_ip6', 4],
  ['__u32', 'local_ip6', 4],
  ...u32s('remote_port', 'local_port'),
  ['__u32', 'data_meta', 1, 'packet-meta'],
  ['struct bpf_flow_keys *', 'flow_keys'],
  ['__u64', 'tstamp'],
  ...u32s('wire_len', 'gso_segs'),
  SOCK_POINTER,
  ...u32s('gso_size'),
  ['__u8', 'tstamp_type'],
  ['__u64', 'hwtstamp'],
]);

export const BPF_SOCK = defineStruct('bpf_sock', [
  ...u32s('bound_dev_if', 'family', 'type', 'protocol', 'mark', 'priority', 'src_ip4'),
  ['__u32', 'src_ip6', 4],
  ['__u32', 'src_port'],
  ['__be16', 'dst_port'],
  ['__u32', 'dst_ip4'],
  ['__u32', 'dst_ip6', 4],
  ['__u32', 'state'],
  ['__s32', 'rx_queue_mapping'],
]);

export const BPF_SOCK_ADDR = defineStruct('bpf_sock_addr', [
  ...u32s('user_family', 'user_ip4'),
  ['__u32', 'user_ip6', 4],
  ...u32s('user_port', 'family', 'type', 'protocol', 'msg_src_ip4'),
  ['__u32', 'msg_src_ip6', 4],
  SOCK_POINTER,
]);

export const BPF_SOCK_OPS = defineStruct('bpf_sock_ops', [
  ['__u32', 'op'],
  {
    union: [
      ['__u32', 'args', 4],
      ['__u32', 'reply'],
      ['__u32', 'replylong', 4],
    ],
  },
  ...u32s('family', 'remote_ip4', 'local_ip4'),
  ['__u32', 'remote_ip6', 4],
  ['__u32', 'local_ip6', 4],
  ...u32s('remote_port', 'local_port', 'is_fullsock', 'snd_cwnd', 'srtt_us', 'bpf_sock_ops_cb_flags', 'state'),
  ...u32s('rtt_min', 'snd_ssthresh', 'rcv_nxt', 'snd_nxt', 'snd_una', 'mss_cache', 'ecn_flags', 'rate_delivered'),
  ...u32s('rate_interval_us', 'packets_out', 'retrans_out', 'total_retrans', 'segs_in', 'data_segs_in', 'segs_out'),
  ...u32s('data_segs_out', 'lost_out', 'sacked_out', 'sk_txhash'),
  ['__u64', 'bytes_received'],
  ['__u64', 'bytes_acked'],
  SOCK_POINTER,
  ['void *', 'skb_data', 1, 'packet'],
  ['void *', 'skb_data_end', 1, 'packet-end'],
  ...u32s('skb_len', 'skb_tcp_flags'),
  ['__u64', 'skb_hwtstamp'],
]);

export const BPF_SOCKOPT = defineStruct('bpf_sockopt', [
  SOCK_POINTER,
  ['void *', 'optval', 1, 'packet'],
  ['void *', 'optval_end', 1, 'packet-end'],
  ['__s32', 'level'],
  ['__s32', 'optname'],
  ['__s32', 'optlen'],
  ['__s32', 'retval'],
]);

export const BPF_SYSCTL = defineStruct('bpf_sysctl', u32s('write', 'file_pos'));

export const BPF_CGROUP_DEV_CTX = defineStruct('bpf_cgroup_dev_ctx', u32s('access_type', 'major', 'minor'));

export const SK_MSG_MD = defineStruct('sk_msg_md', [
  ['void *', 'data', 1, 'packet'],
  ['void *', 'data_end', 1, 'packet-end'],
  ...u32s('family', 'remote_ip4', 'local_ip4'),
  ['__u32', 'remote_ip6', 4],
  ['__u32', 'local_ip6', 4],
  ...u32s('remote_port', 'local_port', 'size'),
  SOCK_POINTER,
]);

export const SK_REUSEPORT_MD = defineStruct('sk_reuseport_md', [
  ['void *', 'data', 1, 'packet'],
  ['void *', 'data_end', 1, 'packet-end'],
  ...u32s('len', 'eth_protocol', 'ip_protocol', 'bind_inany', 'hash'),
  SOCK_POINTER,
  ['struct bpf_sock *', 'migrating_sk'],
]);

export const BPF_SK_LOOKUP = defineStruct('bpf_sk_lookup', [
  { union: [SOCK_POINTER, ['__u64', 'cookie']] },
  ...u32s('family', 'protocol', 'remote_ip4'),
  ['__u32', 'remote_ip6', 4],
  ['__be16', 'remote_port'],
  ['__u32', 'local_ip4'],
  ['__u32', 'local_ip6', 4],
  ...u32s('local_port', 'ingress_ifindex'),
]);

/** The registers of x86-64, the machine that is simulated (arch/x86/include/uapi/asm/ptrace.h). */
export const PT_REGS = defineStruct(
  'pt_regs',
  ['r15', 'r14', 'r13', 'r12', 'rbp', 'rbx', 'r11', 'r10', 'r9', 'r8', 'rax', 'rcx', 'rdx', 'rsi', 'rdi']
    .concat(['orig_rax', 'rip', 'cs', 'eflags', 'rsp', 'ss'])
    .map(name => ['unsigned long', name] as const),
);

export const BPF_PERF_EVENT_DATA = defineStruct(
  'bpf_perf_event_data',
  [
    ['struct pt_regs', 'regs'],
    ['__u64', 'sample_period'],
    ['__u64', 'addr'],
  ],
  [PT_REGS],
);

/** The kernel says args[0]; no tracepoint has more than 12 arguments. */
export const BPF_RAW_TRACEPOINT_ARGS = defineStruct('bpf_raw_tracepoint_args', [['__u64', 'args', 12]]);

export const BPF_NF_CTX = defineStruct('bpf_nf_ctx', [
  ['const struct nf_hook_state *', 'state'],
  ['struct sk_buff *', 'skb'],
]);

export const BPF_FLOW_KEYS = defineStruct('bpf_flow_keys', [
  ['__u16', 'nhoff'],
  ['__u16', 'thoff'],
  ['__u16', 'addr_proto'],
  ['__u8', 'is_frag'],
  ['__u8', 'is_first_frag'],
  ['__u8', 'is_encap'],
  ['__u8', 'ip_proto'],
  ['__be16', 'n_proto'],
  ['__be16', 'sport'],
  ['__be16', 'dport'],
  {
    union: [
      {
        struct: [
          ['__be32', 'ipv4_src'],
          ['__be32', 'ipv4_dst'],
        ],
      },
      {
        struct: [
          ['__u32', 'ipv6_src', 4],
          ['__u32', 'ipv6_dst', 4],
        ],
      },
    ],
  },
  ['__u32', 'flags'],
  ['__be32', 'flow_label'],
]);

export const BPF_FIB_LOOKUP = defineStruct('bpf_fib_lookup', [
  ['__u8', 'family'],
  ['__u8', 'l4_protocol'],
  ['__be16', 'sport'],
  ['__be16', 'dport'],
  {
    union: [
      ['__u16', 'tot_len'],
      ['__u16', 'mtu_result'],
    ],
  },
  ['__u32', 'ifindex'],
  {
    union: [
      ['__u8', 'tos'],
      ['__be32', 'flowinfo'],
      ['__u32', 'rt_metric'],
    ],
  },
  {
    union: [
      ['__be32', 'ipv4_src'],
      ['__u32', 'ipv6_src', 4],
    ],
  },
  {
    union: [
      ['__be32', 'ipv4_dst'],
      ['__u32', 'ipv6_dst', 4],
    ],
  },
  {
    union: [
      {
        struct: [
          ['__be16', 'h_vlan_proto'],
          ['__be16', 'h_vlan_TCI'],
        ],
      },
      ['__u32', 'tbid'],
    ],
  },
  {
    union: [
      { struct: [['__u32', 'mark']] },
      {
        struct: [
          ['__u8', 'smac', 6],
          ['__u8', 'dmac', 6],
        ],
      },
    ],
  },
]);

export const BPF_SOCK_TUPLE = defineStruct('bpf_sock_tuple', [
  {
    union: [
      {
        name: 'ipv4',
        struct: [
          ['__be32', 'saddr'],
          ['__be32', 'daddr'],
          ['__be16', 'sport'],
          ['__be16', 'dport'],
        ],
      },
      {
        name: 'ipv6',
        struct: [
          ['__be32', 'saddr', 4],
          ['__be32', 'daddr', 4],
          ['__be16', 'sport'],
          ['__be16', 'dport'],
        ],
      },
    ],
  },
]);

export const BPF_TCP_SOCK = defineStruct('bpf_tcp_sock', [
  ...u32s('snd_cwnd', 'srtt_us', 'rtt_min', 'snd_ssthresh', 'rcv_nxt', 'snd_nxt', 'snd_una', 'mss_cache', 'ecn_flags'),
  ...u32s('rate_delivered', 'rate_interval_us', 'packets_out', 'retrans_out', 'total_retrans', 'segs_in'),
  ...u32s('data_segs_in', 'segs_out', 'data_segs_out', 'lost_out', 'sacked_out'),
  ['__u64', 'bytes_received'],
  ['__u64', 'bytes_acked'],
  ...u32s('dsack_dups', 'delivered', 'delivered_ce', 'icsk_retransmits'),
]);

export const BPF_REDIR_NEIGH = defineStruct('bpf_redir_neigh', [
  ['__u32', 'nh_family'],
  {
    union: [
      ['__be32', 'ipv4_nh'],
      ['__u32', 'ipv6_nh', 4],
    ],
  },
]);

export const BPF_TUNNEL_KEY = defineStruct('bpf_tunnel_key', [
  ['__u32', 'tunnel_id'],
  {
    union: [
      ['__u32', 'remote_ipv4'],
      ['__u32', 'remote_ipv6', 4],
    ],
  },
  ['__u8', 'tunnel_tos'],
  ['__u8', 'tunnel_ttl'],
  {
    union: [
      ['__u16', 'tunnel_ext'],
      ['__be16', 'tunnel_flags'],
    ],
  },
  ['__u32', 'tunnel_label'],
  {
    union: [
      ['__u32', 'local_ipv4'],
      ['__u32', 'local_ipv6', 4],
    ],
  },
]);

export const BPF_XFRM_STATE = defineStruct('bpf_xfrm_state', [
  ['__u32', 'reqid'],
  ['__u32', 'spi'],
  ['__u16', 'family'],
  ['__u16', 'ext'],
  {
    union: [
      ['__u32', 'remote_ipv4'],
      ['__u32', 'remote_ipv6', 4],
    ],
  },
]);

export const BPF_DEVMAP_VAL = defineStruct('bpf_devmap_val', [
  ['__u32', 'ifindex'],
  {
    name: 'bpf_prog',
    union: [
      ['__s32', 'fd'],
      ['__u32', 'id'],
    ],
  },
]);

export const BPF_CPUMAP_VAL = defineStruct('bpf_cpumap_val', [
  ['__u32', 'qsize'],
  {
    name: 'bpf_prog',
    union: [
      ['__s32', 'fd'],
      ['__u32', 'id'],
    ],
  },
]);

export const BPF_PIDNS_INFO = defineStruct('bpf_pidns_info', u32s('pid', 'tgid'));

export const BPF_PERF_EVENT_VALUE = defineStruct('bpf_perf_event_value', [
  ['__u64', 'counter'],
  ['__u64', 'enabled'],
  ['__u64', 'running'],
]);

export const BTF_PTR = defineStruct('btf_ptr', [
  ['void *', 'ptr'],
  ['__u32', 'type_id'],
  ['__u32', 'flags'],
]);

/** Opaque to programs: only its size and alignment are part of the interface. */
const opaque = (name: string, sizeBytes: 4 | 8 | 16 | 24): StructRow =>
  defineStruct(name, [sizeBytes === 4 ? ['__u32', '__opaque'] : ['__u64', '__opaque', sizeBytes / 8]]);

export const BPF_SPIN_LOCK = defineStruct('bpf_spin_lock', [['__u32', 'val']]);
export const BPF_TIMER = opaque('bpf_timer', 16);
export const BPF_WQ = opaque('bpf_wq', 16);
export const BPF_TASK_WORK = opaque('bpf_task_work', 8);
export const BPF_DYNPTR = opaque('bpf_dynptr', 16);
export const BPF_LIST_HEAD = opaque('bpf_list_head', 16);
export const BPF_LIST_NODE = opaque('bpf_list_node', 24);
export const BPF_RB_ROOT = opaque('bpf_rb_root', 16);
export const BPF_RB_NODE = defineStruct('bpf_rb_node', [['__u64', '__opaque', 4]]);
export const BPF_REFCOUNT = opaque('bpf_refcount', 4);
export const BPF_ITER_NUM = opaque('bpf_iter_num', 8);

/** Contexts that the user interface describes. */
export const CONTEXT_STRUCTS: readonly StructRow[] = [
  SK_BUFF,
  XDP_MD,
  BPF_SOCK,
  BPF_SOCK_ADDR,
  BPF_SOCK_OPS,
  BPF_SOCKOPT,
  BPF_SYSCTL,
  BPF_CGROUP_DEV_CTX,
  SK_MSG_MD,
  SK_REUSEPORT_MD,
  BPF_SK_LOOKUP,
  PT_REGS,
  BPF_PERF_EVENT_DATA,
  BPF_RAW_TRACEPOINT_ARGS,
  BPF_NF_CTX,
];

/** What helpers take and give, and what map values hold. */
export const HELPER_STRUCTS: readonly StructRow[] = [
  BPF_FLOW_KEYS,
  BPF_FIB_LOOKUP,
  BPF_SOCK_TUPLE,
  BPF_TCP_SOCK,
  BPF_REDIR_NEIGH,
  BPF_TUNNEL_KEY,
  BPF_XFRM_STATE,
  BPF_DEVMAP_VAL,
  BPF_CPUMAP_VAL,
  BPF_PIDNS_INFO,
  BPF_PERF_EVENT_VALUE,
  BTF_PTR,
  BPF_SPIN_LOCK,
  BPF_TIMER,
  BPF_WQ,
  BPF_TASK_WORK,
  BPF_DYNPTR,
  BPF_LIST_HEAD,
  BPF_LIST_NODE,
  BPF_RB_ROOT,
  BPF_RB_NODE,
  BPF_REFCOUNT,
  BPF_ITER_NUM,
];

export const STRUCTS: readonly StructRow[] = [...CONTEXT_STRUCTS, ...HELPER_STRUCTS];

export const structByName = (name: string): StructRow | undefined => STRUCTS.find(row => row.name === name);
