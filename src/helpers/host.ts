// What helpers ask of the kernel that runs the program. It stands in `machine.kernel`; a kernel implements what its program types
// can use and leaves the rest undefined: a helper that needs a part that is not there ends the run with `not-simulated`.
//
// Addresses are unsigned 32-bit numbers in `machine.space`. Errors are the kernel's: 0 or -errno. Multi-byte network values
// (protocols, ports, addresses as numbers) are in host order unless a name ends with `Be`; addresses of hosts are bytes in wire order.

import type { Machine } from '../engine/index.js';
import type { KernelMap } from '../maps/index.js';

/** The parts that every kernel has, and those of some program types. */
export interface HelperHost {
  /** Simulated CPUs. */
  readonly cpuCount: number;
  /** CLOCK_MONOTONIC: nanoseconds since boot, an integer below 2^53 (104 days). */
  nowNs(): number;
  /** What CLOCK_BOOTTIME is ahead of CLOCK_MONOTONIC, nanoseconds: time asleep. Default 0. */
  readonly suspendedNs?: number;
  /** What CLOCK_TAI is ahead of CLOCK_MONOTONIC, nanoseconds. Default 0. */
  readonly taiOffsetNs?: bigint;
  /** CONFIG_HZ, for jiffies and the coarse clock. Default 250. */
  readonly ticksPerSecond?: number;
  /** Uniform u32, injected: reproducible runs. */
  random(): number;
  /** NUMA node of a CPU. Default 0. */
  numaNode?(cpu: number): number;
  /** The map behind a handle (what a program has as a pointer to a map). */
  mapAt(handle: number): KernelMap | undefined;
  /** A line of bpf_trace_printk, without its newline if it had one. */
  emitPrintk(line: string): void;
  /** What stands for the running program in `schedule`. */
  readonly program: unknown;
  /**
   * Calls function `startSlot` of `program` with r1 to r3 when `nowNs()` has come to `atNs`. `cpu` undefined: any. The handle's `cancel` says
   * whether it was still waiting.
   */
  schedule?(
    program: unknown,
    atNs: number,
    cpu: number | undefined,
    startSlot: number,
    r1: number,
    r2: number,
    r3: number,
  ): ScheduledCall;

  /** The task that the program runs in; undefined in an interrupt or the idle task: then the helpers act as in swapper. */
  readonly task?: TaskView;
  /** Tasks by process id, for bpf_task_from_pid and iterators. */
  tasks?(): Iterable<TaskView>;
  taskAt?(address: number): TaskView | undefined;
  cgroupById?(id: bigint): CgroupView | undefined;
  cgroupAt?(address: number): CgroupView | undefined;
  /** The packet of an skb or XDP program. */
  readonly packet?: PacketBuffer;
  /** The message of an sk_msg program. */
  readonly message?: MessageBuffer;
  /** Where the packet goes when the program ends with REDIRECT; helpers of the redirect family set it. */
  redirect?: Redirect | undefined;
  /** The socket that sk_assign, sk_select_reuseport and sk_lookup chose. */
  assignedSocket?: SocketView | undefined;
  readonly network?: NetworkView;
  /** The socket of the running program: of the cgroup sock, sock_addr, sockopt, sock_ops, sk_msg context. */
  readonly socket?: SocketView;
  /** The socket (bpf_sock, tcp_sock or sock pointer) at an address. */
  socketAt?(address: number): SocketView | undefined;
  /** Who owns what local storage maps hang values on: the kernel object at an address (sock, task, inode, cgroup). */
  storageOwnerAt?(address: number): object | undefined;

  /** bpf_get_retval and bpf_set_retval. */
  retval?: number;
  readonly sysctl?: SysctlView;
  readonly sockOps?: SockOpsView;
  readonly tracing?: TracingView;
  /** bpf_cookie of the link. Default 0. */
  readonly attachCookie?: bigint;
  /** bpf_override_return: the probed function returns this at once. */
  overrideReturn?(value: bigint): void;
  /** Where seq_printf and seq_write go: the iterator's file. 0, or -EOVERFLOW. */
  seqWrite?(seqAddress: number, bytes: Uint8Array): number;
  /** Address of CPU `cpu`'s copy of a per-CPU variable; 0 when there is no such CPU. */
  perCpuAddress?(address: number, cpu: number): number;
  /** Address of a kernel symbol. */
  kallsyms?(name: string): bigint | undefined;
  /** Memory of the current task's user space when it is not that of the program: copies bytes out, false: -EFAULT. Default: `machine.space`. */
  readUser?(address: bigint, out: Uint8Array): boolean;
  writeUser?(address: bigint, bytes: Uint8Array): boolean;
  /** Value of a cgroup_storage or percpu_cgroup_storage map for the cgroup that the program is attached to; 0: none. */
  cgroupStorage?(map: KernelMap): number;
  /** Prints a kernel object by its type for bpf_snprintf_btf and bpf_seq_printf_btf. */
  formatBtf?(address: number, typeId: number, flags: number): string | undefined;
  /** Size of a type of the program's own BTF, for bpf_obj_new; undefined: there is none. */
  programTypeSize?(typeId: number): number | undefined;
}

export interface ScheduledCall {
  cancel(): boolean;
}

export interface TaskView {
  /** Address of its struct task_struct; 0 when it has none here. */
  readonly address: number;
  /** Thread id: what the kernel calls pid. */
  readonly pid: number;
  /** Process id. */
  readonly tgid: number;
  readonly uid: number;
  readonly gid: number;
  readonly comm: string;
  /** Process and thread id in the innermost pid namespace, and that namespace's device and inode. */
  readonly namespace?: { readonly dev: bigint; readonly ino: bigint; readonly pid: number; readonly tgid: number };
  readonly cgroup?: CgroupView;
  /** Address of its struct pt_regs. */
  readonly ptRegsAddress?: number;
  /** Instruction pointers, innermost first. */
  readonly kernelStack?: readonly bigint[];
  readonly userStack?: readonly bigint[];
  /** 0 or -errno. */
  sendSignal?(signal: number, toThread: boolean): number;
}

export interface CgroupView {
  readonly address: number;
  readonly id: bigint;
  readonly parent?: CgroupView;
  /** net_cls.classid. */
  readonly classid?: number;
}

/** The state of a packet's checksum: skb->ip_summed, csum and csum_level. */
export interface PacketChecksum {
  kind: 'none' | 'unnecessary' | 'complete' | 'partial';
  /** The sum over the packet from `data` on (complete), folded or not, as the helpers leave it. */
  value: number;
  level: number;
}

export interface VlanTag {
  /** 0x8100 or 0x88a8. */
  readonly protocol: number;
  readonly tci: number;
}

export interface TunnelKey {
  id: bigint;
  remote: Uint8Array;
  local: Uint8Array;
  tos: number;
  ttl: number;
  label: number;
  flags: number;
  options?: Uint8Array;
}

/**
 * A packet that helpers may change. Its bytes lie in a row in `machine.space`, with room in front of and behind them. Whoever implements it
 * keeps the context's data, data_end, data_meta, len and the shadow of the address space in step, in `move` and
 * `setMeta` for what they move and in `changed` for the fields.
 */
export interface PacketBuffer {
  readonly kind: 'skb' | 'xdp';
  /** Of the first byte that the program sees: skb->data, xdp->data. */
  readonly address: number;
  readonly lengthBytes: number;
  /** How many bytes it may grow at its head without moving metadata away (XDP: 256 less what is used). */
  readonly headroomBytes: number;
  readonly tailroomBytes: number;
  /** Bytes of metadata in front of `address`. */
  readonly metaBytes: number;
  /**
   * Adds to the beginning (negative: grows) and the end. Bytes that come in at the tail are zero. False, and nothing done, when there is
   * no room; an skb's buffer may be replaced by a larger one (`address` changes). Offsets of headers count from the beginning: helpers mend them.
   */
  move(headDelta: number, tailDelta: number): boolean;
  setMeta(metaBytes: number): boolean;
  /** Called after a helper changed fields below. */
  changed(): void;

  /** Where the headers begin, from `address`: skb->mac_header, network_header, transport_header. Negative in front of it. */
  macOffset: number;
  networkOffset: number;
  transportOffset: number;
  /** EtherType of what follows: skb->protocol. */
  protocol: number;
  /** PACKET_HOST 0, BROADCAST 1, MULTICAST 2, OTHERHOST 3. */
  packetType: number;
  hash: number;
  /** skb->l4_hash: the hash was set on purpose. */
  hashIsSet: boolean;
  mark: number;
  vlan: VlanTag | undefined;
  checksum: PacketChecksum;
  /** 0: no segmentation offload. */
  gsoSizeBytes: number;
  gsoSegments: number;
  /** 'tcpv4' or 'tcpv6' matter to change_proto and adjust_room. */
  gsoType: 'none' | 'tcpv4' | 'tcpv6' | 'udp' | 'other';
  timestampNs: bigint;
  /** BPF_SKB_CLOCK_REALTIME 0, MONOTONIC 1, TAI 2. */
  timestampType: number;
  readonly ifindex: number;
  readonly ingressIfindex: number;
  /** True on ingress of tc: bpf_redirect_peer, skb_at_tc_ingress. */
  readonly atIngress: boolean;
  socket: SocketView | undefined;
  tunnel: TunnelKey | undefined;
  readonly cgroup: CgroupView | undefined;
  /** dst's realm: bpf_get_route_realm. */
  readonly routeRealm: number;
  /** task_classid of the socket's cgroup. */
  readonly classid: number;
  /** Largest length that change_head, change_tail and adjust_room may make: device's MTU plus link-layer header. */
  readonly maximumLengthBytes: number;
}

/** The data of an sk_msg program: one stretch of memory; `resize` replaces the `removed` bytes at an offset by `added` zero bytes. */
export interface MessageBuffer {
  readonly address: number;
  readonly lengthBytes: number;
  /** What of it the program sees between data and data_end. */
  show(start: number, end: number): void;
  resize(offset: number, removed: number, added: number): boolean;
  applyBytes: number;
  corkBytes: number;
}

export type Redirect =
  | { readonly kind: 'interface'; readonly ifindex: number; readonly ingress: boolean }
  | { readonly kind: 'peer'; readonly ifindex: number }
  | {
      readonly kind: 'neighbour';
      readonly ifindex: number;
      readonly nextHop?: { readonly family: 4 | 6; readonly address: Uint8Array };
    }
  | {
      readonly kind: 'map';
      readonly map: KernelMap;
      readonly key: number;
      readonly value: number;
      readonly flags: number;
    }
  | { readonly kind: 'socket'; readonly socket: SocketView; readonly ingress: boolean };

export interface InterfaceView {
  readonly ifindex: number;
  readonly mtu: number;
  readonly mac: Uint8Array;
  readonly up: boolean;
  readonly forwarding4: boolean;
  readonly forwarding6: boolean;
  /** The other end of a veth or netkit pair in another namespace. */
  readonly peerIfindex?: number;
}

export interface RouteQuery {
  readonly family: 4 | 6;
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  /** Interface that the packet came in by, or (output) leaves by. */
  readonly ifindex: number;
  /** Look up as for a packet of this host's own (BPF_FIB_LOOKUP_OUTPUT). */
  readonly output: boolean;
  /** BPF_FIB_LOOKUP_DIRECT: no policy rules; with a table if `table` is set. */
  readonly direct: boolean;
  readonly table?: number;
  readonly mark: number;
  readonly protocol: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly tos: number;
}

export type Route =
  | { readonly kind: 'blackhole' | 'unreachable' | 'prohibit' | 'local' | 'none' | 'lightweight-tunnel' }
  | {
      readonly kind: 'unicast';
      readonly ifindex: number;
      /** Absent: the destination is on the link. */
      readonly gateway?: { readonly family: 4 | 6; readonly address: Uint8Array };
      /** Preferred source address. */
      readonly source?: Uint8Array;
      /** 0: the interface's. */
      readonly mtu: number;
      readonly metric: number;
      readonly realm?: number;
    };

export interface SocketQuery {
  readonly protocol: 'tcp' | 'udp';
  readonly family: 4 | 6;
  /** As in a packet that comes in: its source is the remote end. */
  readonly remoteAddress: Uint8Array;
  readonly remotePort: number;
  readonly localAddress: Uint8Array;
  readonly localPort: number;
  /** 0: any. */
  readonly ifindex: number;
  /** Network namespace id; undefined: that of the program. */
  readonly namespaceId?: number;
}

export interface NetworkView {
  /** Cookie of the program's network namespace. */
  readonly cookie: bigint;
  interfaceAt(ifindex: number): InterfaceView | undefined;
  route(query: RouteQuery): Route;
  neighbour(ifindex: number, family: 4 | 6, address: Uint8Array): Uint8Array | undefined;
  findSocket(query: SocketQuery): SocketView | undefined;
  /** Sends a copy (bpf_clone_redirect). 0 or -errno. */
  transmit(ifindex: number, packet: Uint8Array, ingress: boolean): number;
}

export interface SocketView {
  /** Address of its struct sock as programs see it (struct bpf_sock). */
  readonly address: number;
  /** Address of its struct bpf_tcp_sock; 0 or absent: it is none. */
  readonly tcpAddress?: number;
  readonly family: number;
  /** SOCK_STREAM 1, SOCK_DGRAM 2, SOCK_RAW 3. */
  readonly type: number;
  /** IPPROTO_*. */
  readonly protocol: number;
  /** BPF_TCP_*: ESTABLISHED 1 ... LISTEN 10, NEW_SYN_RECV 12. */
  readonly state: number;
  /** Not a request or time-wait socket. */
  readonly full: boolean;
  /** The listening socket of a request socket, or itself. */
  readonly listener?: SocketView;
  /** inet6: it takes both. */
  readonly v6only?: boolean;
  readonly cookie: bigint;
  readonly uid: number;
  readonly namespaceCookie: bigint;
  readonly reuseport?: boolean;
  readonly cgroup?: CgroupView;
  readonly isMptcp?: boolean;
  /** 0 or -errno. The option's value is copied. */
  setOption?(level: number, name: number, value: Uint8Array): number;
  /** The value, or -errno. */
  getOption?(level: number, name: number, lengthBytes: number): Uint8Array | number;
  /** Takes and gives back a reference (sk_lookup, sk_release). */
  acquire?(): void;
  release?(): void;
  /** bind(2) on its behalf (bpf_bind). */
  bind?(address: Uint8Array, port: number): number;
}

export interface SysctlView {
  /** `net/ipv4/tcp_mem`. */
  readonly name: string;
  readonly current: Uint8Array;
  /** What user space is writing; absent while it reads. */
  newValue?: Uint8Array;
}

export interface SockOpsView {
  /** The operation: BPF_SOCK_OPS_*. */
  readonly op: number;
  callbackFlags: number;
  /** TCP header of the segment received or being written, options included; absent where the operation has none. */
  readonly header?: Uint8Array;
  /** Options of the SYN that opened the connection, with its headers. */
  readonly savedSyn?: Uint8Array;
  /** Where options are written: reserved length and what was written. */
  options?: { reservedBytes: number; written: Uint8Array; readonly maximumBytes: number };
}

/** Arguments and result of the function a tracing or kprobe program hangs on. */
export interface TracingView {
  readonly arguments: readonly bigint[];
  /** Of fexit, fmod_ret: the result so far. */
  readonly result?: bigint;
  /** Entry address of the traced function; 0 when the probe is not at an entry. */
  readonly ip: bigint;
}

/** The kernel of a running machine. */
export function hostOf(machine: Machine): HelperHost {
  return machine.kernel as HelperHost;
}
