// Every helper that the kernel offers to programs, as a function pointer whose value is the helper's number.
// Made from the tables of skep by scripts/make-headers.mjs.

#ifndef __SKEP_BPF_HELPER_DEFS_H__
#define __SKEP_BPF_HELPER_DEFS_H__

struct __sk_buff;
struct bpf_dynptr;
struct bpf_fib_lookup;
struct bpf_perf_event_data;
struct bpf_perf_event_value;
struct bpf_pidns_info;
struct bpf_redir_neigh;
struct bpf_sk_lookup;
struct bpf_sock;
struct bpf_sock_addr;
struct bpf_sock_ops;
struct bpf_sock_tuple;
struct bpf_spin_lock;
struct bpf_sysctl;
struct bpf_tcp_sock;
struct bpf_timer;
struct bpf_tunnel_key;
struct bpf_xfrm_state;
struct btf_ptr;
struct cgroup;
struct file;
struct inode;
struct iphdr;
struct ipv6hdr;
struct linux_binprm;
struct mptcp_sock;
struct path;
struct pt_regs;
struct seq_file;
struct sk_msg_md;
struct sk_reuseport_md;
struct sock;
struct sockaddr;
struct socket;
struct task_struct;
struct tcp6_sock;
struct tcp_request_sock;
struct tcp_sock;
struct tcp_timewait_sock;
struct tcphdr;
struct udp6_sock;
struct unix_sock;
struct xdp_md;

// address of the value of a key, or null (Linux 3.18)
static void *(* const bpf_map_lookup_elem)(void *map, const void *key) = (void *)1;

// sets the value of a key (Linux 3.18)
static long (* const bpf_map_update_elem)(void *map, const void *key, const void *value, __u64 flags) = (void *)2;

// takes a key and its value away (Linux 3.19)
static long (* const bpf_map_delete_elem)(void *map, const void *key) = (void *)3;

// copies from an address that may be bad, of the kernel or of user space (Linux 4.1)
static long (* const bpf_probe_read)(void *dst, __u32 size, const void *unsafe_ptr) = (void *)4;

// time since boot without suspend, in nanoseconds (Linux 4.1)
static __u64 (* const bpf_ktime_get_ns)(void) = (void *)5;

// writes a formatted line with up to three arguments to the trace pipe (Linux 4.1)
static long (* const bpf_trace_printk)(const char *fmt, __u32 fmt_size, ...) = (void *)6;

// a pseudo-random 32-bit number (Linux 4.1)
static __u32 (* const bpf_get_prandom_u32)(void) = (void *)7;

// number of the CPU that runs the program (Linux 4.1)
static __u32 (* const bpf_get_smp_processor_id)(void) = (void *)8;

// writes bytes into the packet (Linux 4.1)
static long (* const bpf_skb_store_bytes)(struct __sk_buff *skb, __u32 offset, const void *from, __u32 len, __u64 flags) = (void *)9;

// mends the IPv4 header checksum for a field that changed (Linux 4.1)
static long (* const bpf_l3_csum_replace)(struct __sk_buff *skb, __u32 offset, __u64 from, __u64 to, __u64 size) = (void *)10;

// mends the TCP or UDP checksum for a field that changed (Linux 4.1)
static long (* const bpf_l4_csum_replace)(struct __sk_buff *skb, __u32 offset, __u64 from, __u64 to, __u64 flags) = (void *)11;

// runs another program of a program array in place of this one (Linux 4.2)
static long (* const bpf_tail_call)(void *ctx, void *prog_array_map, __u32 index) = (void *)12;

// sends a copy of the packet to an interface (Linux 4.2)
static long (* const bpf_clone_redirect)(struct __sk_buff *skb, __u32 ifindex, __u64 flags) = (void *)13;

// process id (high half) and thread id (low half) of the current task (Linux 4.2)
static __u64 (* const bpf_get_current_pid_tgid)(void) = (void *)14;

// group id (high half) and user id (low half) of the current task (Linux 4.2)
static __u64 (* const bpf_get_current_uid_gid)(void) = (void *)15;

// name of the current task, with a zero at its end (Linux 4.2)
static long (* const bpf_get_current_comm)(void *buf, __u32 size_of_buf) = (void *)16;

// net_cls class id of the current task's or the packet's cgroup (Linux 4.3)
static __u32 (* const bpf_get_cgroup_classid)(struct __sk_buff *skb) = (void *)17;

// pushes a VLAN tag (Linux 4.3)
static long (* const bpf_skb_vlan_push)(struct __sk_buff *skb, __be16 vlan_proto, __u16 vlan_tci) = (void *)18;

// pops a VLAN tag (Linux 4.3)
static long (* const bpf_skb_vlan_pop)(struct __sk_buff *skb) = (void *)19;

// reads the tunnel metadata the packet came with (Linux 4.3)
static long (* const bpf_skb_get_tunnel_key)(struct __sk_buff *skb, struct bpf_tunnel_key *key, __u32 size, __u64 flags) = (void *)20;

// sets the tunnel metadata that the packet will be sent with (Linux 4.3)
static long (* const bpf_skb_set_tunnel_key)(struct __sk_buff *skb, struct bpf_tunnel_key *key, __u32 size, __u64 flags) = (void *)21;

// value of a hardware or software perf counter (Linux 4.3)
static __u64 (* const bpf_perf_event_read)(void *map, __u64 flags) = (void *)22;

// sends the packet to an interface when the program returns (Linux 4.4)
static long (* const bpf_redirect)(__u32 ifindex, __u64 flags) = (void *)23;

// realm of the packet's route (Linux 4.4)
static __u32 (* const bpf_get_route_realm)(struct __sk_buff *skb) = (void *)24;

// writes a record, and some of the packet, to a perf buffer (Linux 4.4)
static long (* const bpf_perf_event_output)(void *ctx, void *map, __u64 flags, void *data, __u64 size) = (void *)25;

// copies bytes out of the packet (Linux 4.5)
static long (* const bpf_skb_load_bytes)(const void *skb, __u32 offset, void *to, __u32 len) = (void *)26;

// stores the stack in a stack-trace map and gives its id (Linux 4.6)
static long (* const bpf_get_stackid)(void *ctx, void *map, __u64 flags) = (void *)27;

// difference of the Internet checksums of two buffers (Linux 4.6)
static __s64 (* const bpf_csum_diff)(__be32 *from, __u32 from_size, __be32 *to, __u32 to_size, __wsum seed) = (void *)28;

// reads the options of the tunnel metadata (Linux 4.6)
static long (* const bpf_skb_get_tunnel_opt)(struct __sk_buff *skb, void *opt, __u32 size) = (void *)29;

// sets the options of the tunnel metadata (Linux 4.6)
static long (* const bpf_skb_set_tunnel_opt)(struct __sk_buff *skb, void *opt, __u32 size) = (void *)30;

// turns an IPv4 packet into an IPv6 one in size, or the reverse (Linux 4.8)
static long (* const bpf_skb_change_proto)(struct __sk_buff *skb, __be16 proto, __u64 flags) = (void *)31;

// sets the packet's type: for this host, broadcast, multicast, other host (Linux 4.8)
static long (* const bpf_skb_change_type)(struct __sk_buff *skb, __u32 type) = (void *)32;

// whether the packet's socket is in a cgroup of a cgroup array, or below it (Linux 4.8)
static long (* const bpf_skb_under_cgroup)(struct __sk_buff *skb, void *map, __u32 index) = (void *)33;

// flow hash of the packet, computed if it has none (Linux 4.8)
static __u32 (* const bpf_get_hash_recalc)(struct __sk_buff *skb) = (void *)34;

// address of the current task's task_struct (Linux 4.8)
static __u64 (* const bpf_get_current_task)(void) = (void *)35;

// writes to memory of the current task's user space (Linux 4.8)
static long (* const bpf_probe_write_user)(void *dst, const void *src, __u32 len) = (void *)36;

// whether the current task is in a cgroup of a cgroup array, or below it (Linux 4.9)
static long (* const bpf_current_task_under_cgroup)(void *map, __u32 index) = (void *)37;

// trims or lengthens the packet at its end (Linux 4.9)
static long (* const bpf_skb_change_tail)(struct __sk_buff *skb, __u32 len, __u64 flags) = (void *)38;

// makes the first bytes of the packet accessible directly (Linux 4.9)
static long (* const bpf_skb_pull_data)(struct __sk_buff *skb, __u32 len) = (void *)39;

// adds to the checksum of a packet whose checksum is complete (Linux 4.9)
static __s64 (* const bpf_csum_update)(struct __sk_buff *skb, __wsum csum) = (void *)40;

// forgets the packet's flow hash (Linux 4.9)
static void (* const bpf_set_hash_invalid)(struct __sk_buff *skb) = (void *)41;

// NUMA node of the CPU that runs the program (Linux 4.10)
static long (* const bpf_get_numa_node_id)(void) = (void *)42;

// makes room in front of the packet (Linux 4.10)
static long (* const bpf_skb_change_head)(struct __sk_buff *skb, __u32 len, __u64 flags) = (void *)43;

// moves the beginning of the packet (Linux 4.10)
static long (* const bpf_xdp_adjust_head)(struct xdp_md *xdp_md, int delta) = (void *)44;

// copies a string from an address that may be bad, of the kernel or of user space (Linux 4.11)
static long (* const bpf_probe_read_str)(void *dst, __u32 size, const void *unsafe_ptr) = (void *)45;

// a number that stays with the socket for its life (Linux 4.12)
static __u64 (* const bpf_get_socket_cookie)(struct sock *sk) = (void *)46;

// user id of the packet's socket (Linux 4.12)
static __u32 (* const bpf_get_socket_uid)(struct __sk_buff *skb) = (void *)47;

// sets the packet's flow hash (Linux 4.13)
static long (* const bpf_set_hash)(struct __sk_buff *skb, __u32 hash) = (void *)48;

// sets an option of a socket (Linux 4.13)
static long (* const bpf_setsockopt)(void *bpf_socket, int level, int optname, void *optval, int optlen) = (void *)49;

// makes or takes room behind the link-layer or network header (Linux 4.13)
static long (* const bpf_skb_adjust_room)(struct __sk_buff *skb, __s32 len_diff, __u32 mode, __u64 flags) = (void *)50;

// sends the packet to what a devmap, cpumap or xskmap has under a key (Linux 4.14)
static long (* const bpf_redirect_map)(void *map, __u64 key, __u64 flags) = (void *)51;

// sends the packet to a socket of a sockmap (Linux 4.14)
static long (* const bpf_sk_redirect_map)(struct __sk_buff *skb, void *map, __u32 key, __u64 flags) = (void *)52;

// puts the socket of a sock_ops program into a sockmap (Linux 4.14)
static long (* const bpf_sock_map_update)(struct bpf_sock_ops *skops, void *map, void *key, __u64 flags) = (void *)53;

// moves the beginning of the metadata in front of the packet (Linux 4.15)
static long (* const bpf_xdp_adjust_meta)(struct xdp_md *xdp_md, int delta) = (void *)54;

// value of a perf counter and how long it was enabled and running (Linux 4.15)
static long (* const bpf_perf_event_read_value)(void *map, __u64 flags, struct bpf_perf_event_value *buf, __u32 buf_size) = (void *)55;

// value of the perf event that the program hangs on (Linux 4.15)
static long (* const bpf_perf_prog_read_value)(struct bpf_perf_event_data *ctx, struct bpf_perf_event_value *buf, __u32 buf_size) = (void *)56;

// reads an option of a socket (Linux 4.15)
static long (* const bpf_getsockopt)(void *bpf_socket, int level, int optname, void *optval, int optlen) = (void *)57;

// makes the probed function return a value at once (Linux 4.16)
static long (* const bpf_override_return)(struct pt_regs *regs, __u64 rc) = (void *)58;

// chooses the events that the program is called for (Linux 4.16)
static long (* const bpf_sock_ops_cb_flags_set)(struct bpf_sock_ops *bpf_sock, int argval) = (void *)59;

// sends the message to a socket of a sockmap (Linux 4.17)
static long (* const bpf_msg_redirect_map)(struct sk_msg_md *msg, void *map, __u32 key, __u64 flags) = (void *)60;

// applies the verdict to so many bytes (Linux 4.17)
static long (* const bpf_msg_apply_bytes)(struct sk_msg_md *msg, __u32 bytes) = (void *)61;

// waits for so many bytes before the next verdict (Linux 4.17)
static long (* const bpf_msg_cork_bytes)(struct sk_msg_md *msg, __u32 bytes) = (void *)62;

// makes a stretch of the message accessible directly (Linux 4.17)
static long (* const bpf_msg_pull_data)(struct sk_msg_md *msg, __u32 start, __u32 end, __u64 flags) = (void *)63;

// binds the socket to an address before it connects (Linux 4.17)
static long (* const bpf_bind)(struct bpf_sock_addr *ctx, struct sockaddr *addr, int addr_len) = (void *)64;

// moves the end of the packet (Linux 4.18)
static long (* const bpf_xdp_adjust_tail)(struct xdp_md *xdp_md, int delta) = (void *)65;

// reads a state of the packet's IPsec security path (Linux 4.18)
static long (* const bpf_skb_get_xfrm_state)(struct __sk_buff *skb, __u32 index, struct bpf_xfrm_state *xfrm_state, __u32 size, __u64 flags) = (void *)66;

// copies the stack of the program's context to a buffer (Linux 4.18)
static long (* const bpf_get_stack)(void *ctx, void *buf, __u32 size, __u64 flags) = (void *)67;

// copies bytes out of the packet, counted from its link-layer or network header (Linux 4.18)
static long (* const bpf_skb_load_bytes_relative)(const void *skb, __u32 offset, void *to, __u32 len, __u32 start_header) = (void *)68;

// looks the next hop of a packet up in the routing tables (Linux 4.18)
static long (* const bpf_fib_lookup)(void *ctx, struct bpf_fib_lookup *params, int plen, __u32 flags) = (void *)69;

// puts the socket of a sock_ops program into a sockhash (Linux 4.18)
static long (* const bpf_sock_hash_update)(struct bpf_sock_ops *skops, void *map, void *key, __u64 flags) = (void *)70;

// sends the message to a socket of a sockhash (Linux 4.18)
static long (* const bpf_msg_redirect_hash)(struct sk_msg_md *msg, void *map, void *key, __u64 flags) = (void *)71;

// sends the packet to a socket of a sockhash (Linux 4.18)
static long (* const bpf_sk_redirect_hash)(struct __sk_buff *skb, void *map, void *key, __u64 flags) = (void *)72;

// encapsulates the packet in an outer header (Linux 4.18)
static long (* const bpf_lwt_push_encap)(struct __sk_buff *skb, __u32 type, void *hdr, __u32 len) = (void *)73;

// writes into the outermost segment routing header (Linux 4.18)
static long (* const bpf_lwt_seg6_store_bytes)(struct __sk_buff *skb, __u32 offset, const void *from, __u32 len) = (void *)74;

// lengthens or shortens the outermost segment routing header (Linux 4.18)
static long (* const bpf_lwt_seg6_adjust_srh)(struct __sk_buff *skb, __u32 offset, __s32 delta) = (void *)75;

// performs a segment routing action (Linux 4.18)
static long (* const bpf_lwt_seg6_action)(struct __sk_buff *skb, __u32 action, void *param, __u32 param_len) = (void *)76;

// reports that a remote control key is still held (Linux 4.18)
static long (* const bpf_rc_repeat)(void *ctx) = (void *)77;

// reports a remote control key (Linux 4.18)
static long (* const bpf_rc_keydown)(void *ctx, __u32 protocol, __u64 scancode, __u32 toggle) = (void *)78;

// cgroup id of the packet's socket (Linux 4.18)
static __u64 (* const bpf_skb_cgroup_id)(struct __sk_buff *skb) = (void *)79;

// id of the current task's cgroup (Linux 4.18)
static __u64 (* const bpf_get_current_cgroup_id)(void) = (void *)80;

// address of the cgroup storage of the program's cgroup (Linux 4.19)
static void *(* const bpf_get_local_storage)(void *map, __u64 flags) = (void *)81;

// chooses the socket of a reuseport group that gets the packet (Linux 4.19)
static long (* const bpf_sk_select_reuseport)(struct sk_reuseport_md *reuse, void *map, void *key, __u64 flags) = (void *)82;

// id of an ancestor of the cgroup of the packet's socket (Linux 4.19)
static __u64 (* const bpf_skb_ancestor_cgroup_id)(struct __sk_buff *skb, int ancestor_level) = (void *)83;

// finds a TCP socket, with a reference to give back (Linux 4.20)
static struct bpf_sock *(* const bpf_sk_lookup_tcp)(void *ctx, struct bpf_sock_tuple *tuple, __u32 tuple_size, __u64 netns, __u64 flags) = (void *)84;

// finds a UDP socket, with a reference to give back (Linux 4.20)
static struct bpf_sock *(* const bpf_sk_lookup_udp)(void *ctx, struct bpf_sock_tuple *tuple, __u32 tuple_size, __u64 netns, __u64 flags) = (void *)85;

// gives the reference to a socket back (Linux 4.20)
static long (* const bpf_sk_release)(void *sock) = (void *)86;

// adds a value to a queue, stack or bloom filter (Linux 4.20)
static long (* const bpf_map_push_elem)(void *map, const void *value, __u64 flags) = (void *)87;

// takes a value from a queue or stack (Linux 4.20)
static long (* const bpf_map_pop_elem)(void *map, void *value) = (void *)88;

// reads the next value of a queue or stack, or asks a bloom filter (Linux 4.20)
static long (* const bpf_map_peek_elem)(void *map, void *value) = (void *)89;

// inserts bytes into the message (Linux 4.20)
static long (* const bpf_msg_push_data)(struct sk_msg_md *msg, __u32 start, __u32 len, __u64 flags) = (void *)90;

// takes bytes out of the message (Linux 5.0)
static long (* const bpf_msg_pop_data)(struct sk_msg_md *msg, __u32 start, __u32 len, __u64 flags) = (void *)91;

// reports a movement of a pointer (Linux 5.0)
static long (* const bpf_rc_pointer_rel)(void *ctx, __s32 rel_x, __s32 rel_y) = (void *)92;

// locks a spin lock in a map value (Linux 5.1)
static long (* const bpf_spin_lock)(struct bpf_spin_lock *lock) = (void *)93;

// unlocks a spin lock in a map value (Linux 5.1)
static long (* const bpf_spin_unlock)(struct bpf_spin_lock *lock) = (void *)94;

// the full socket of a socket, or null (Linux 5.1)
static struct bpf_sock *(* const bpf_sk_fullsock)(struct bpf_sock *sk) = (void *)95;

// the TCP fields of a socket, or null (Linux 5.1)
static struct bpf_tcp_sock *(* const bpf_tcp_sock)(struct bpf_sock *sk) = (void *)96;

// sets congestion encountered in the IP header, where the sender knows ECN (Linux 5.1)
static long (* const bpf_skb_ecn_set_ce)(struct __sk_buff *skb) = (void *)97;

// the listening socket of a socket, or null (Linux 5.1)
static struct bpf_sock *(* const bpf_get_listener_sock)(struct bpf_sock *sk) = (void *)98;

// finds a TCP socket, also one that is not full yet (Linux 5.2)
static struct bpf_sock *(* const bpf_skc_lookup_tcp)(void *ctx, struct bpf_sock_tuple *tuple, __u32 tuple_size, __u64 netns, __u64 flags) = (void *)99;

// whether an ACK carries a SYN cookie of a listening socket (Linux 5.2)
static long (* const bpf_tcp_check_syncookie)(void *sk, void *iph, __u32 iph_len, struct tcphdr *th, __u32 th_len) = (void *)100;

// name of the setting (Linux 5.2)
static long (* const bpf_sysctl_get_name)(struct bpf_sysctl *ctx, char *buf, unsigned long buf_len, __u64 flags) = (void *)101;

// value of the setting as it is (Linux 5.2)
static long (* const bpf_sysctl_get_current_value)(struct bpf_sysctl *ctx, char *buf, unsigned long buf_len) = (void *)102;

// value that is being written (Linux 5.2)
static long (* const bpf_sysctl_get_new_value)(struct bpf_sysctl *ctx, char *buf, unsigned long buf_len) = (void *)103;

// replaces the value that is being written (Linux 5.2)
static long (* const bpf_sysctl_set_new_value)(struct bpf_sysctl *ctx, const char *buf, unsigned long buf_len) = (void *)104;

// converts text to a signed number (Linux 5.2)
static long (* const bpf_strtol)(const char *buf, unsigned long buf_len, __u64 flags, long *res) = (void *)105;

// converts text to an unsigned number (Linux 5.2)
static long (* const bpf_strtoul)(const char *buf, unsigned long buf_len, __u64 flags, unsigned long *res) = (void *)106;

// address of the program's storage on a socket, created on request (Linux 5.2)
static void *(* const bpf_sk_storage_get)(void *map, void *sk, void *value, __u64 flags) = (void *)107;

// deletes the program's storage on a socket (Linux 5.2)
static long (* const bpf_sk_storage_delete)(void *map, void *sk) = (void *)108;

// sends a signal to the process of the current task (Linux 5.3)
static long (* const bpf_send_signal)(__u32 sig) = (void *)109;

// makes a SYN cookie for a SYN of a listening socket (Linux 5.4)
static __s64 (* const bpf_tcp_gen_syncookie)(void *sk, void *iph, __u32 iph_len, struct tcphdr *th, __u32 th_len) = (void *)110;

// writes a record and some of an skb to a perf buffer, for tracing (Linux 5.5)
static long (* const bpf_skb_output)(void *ctx, void *map, __u64 flags, void *data, __u64 size) = (void *)111;

// copies from user space (Linux 5.5)
static long (* const bpf_probe_read_user)(void *dst, __u32 size, const void *unsafe_ptr) = (void *)112;

// copies from kernel memory that may be bad (Linux 5.5)
static long (* const bpf_probe_read_kernel)(void *dst, __u32 size, const void *unsafe_ptr) = (void *)113;

// copies a string from user space (Linux 5.5)
static long (* const bpf_probe_read_user_str)(void *dst, __u32 size, const void *unsafe_ptr) = (void *)114;

// copies a string from kernel memory that may be bad (Linux 5.5)
static long (* const bpf_probe_read_kernel_str)(void *dst, __u32 size, const void *unsafe_ptr) = (void *)115;

// sends an ACK, from a congestion control program (Linux 5.6)
static long (* const bpf_tcp_send_ack)(void *tp, __u32 rcv_nxt) = (void *)116;

// sends a signal to the current thread (Linux 5.6)
static long (* const bpf_send_signal_thread)(__u32 sig) = (void *)117;

// the 64-bit tick counter (Linux 5.6)
static __u64 (* const bpf_jiffies64)(void) = (void *)118;

// copies the branch records of a perf event (Linux 5.7)
static long (* const bpf_read_branch_records)(struct bpf_perf_event_data *ctx, void *buf, __u32 size, __u64 flags) = (void *)119;

// process and thread id as seen in a pid namespace (Linux 5.7)
static long (* const bpf_get_ns_current_pid_tgid)(__u64 dev, __u64 ino, struct bpf_pidns_info *nsdata, __u32 size) = (void *)120;

// writes a record and some of an XDP packet to a perf buffer, for tracing (Linux 5.7)
static long (* const bpf_xdp_output)(void *ctx, void *map, __u64 flags, void *data, __u64 size) = (void *)121;

// a number that stays with the network namespace for its life (Linux 5.7)
static __u64 (* const bpf_get_netns_cookie)(void *ctx) = (void *)122;

// id of an ancestor of the current task's cgroup (Linux 5.7)
static __u64 (* const bpf_get_current_ancestor_cgroup_id)(int ancestor_level) = (void *)123;

// directs the packet or lookup to a socket (Linux 5.7)
static long (* const bpf_sk_assign)(struct bpf_sk_lookup *ctx, struct bpf_sock *sk, __u64 flags) = (void *)124;

// time since boot with suspend, in nanoseconds (Linux 5.8)
static __u64 (* const bpf_ktime_get_boot_ns)(void) = (void *)125;

// writes formatted text to an iterator's file (Linux 5.8)
static long (* const bpf_seq_printf)(struct seq_file *m, const char *fmt, __u32 fmt_size, const void *data, __u32 data_len) = (void *)126;

// writes bytes to an iterator's file (Linux 5.8)
static long (* const bpf_seq_write)(struct seq_file *m, const void *data, __u32 len) = (void *)127;

// cgroup id of a socket (Linux 5.8)
static __u64 (* const bpf_sk_cgroup_id)(void *sk) = (void *)128;

// id of an ancestor of a socket's cgroup (Linux 5.8)
static __u64 (* const bpf_sk_ancestor_cgroup_id)(void *sk, int ancestor_level) = (void *)129;

// copies a record into a ring buffer (Linux 5.8)
static long (* const bpf_ringbuf_output)(void *ringbuf, void *data, __u64 size, __u64 flags) = (void *)130;

// reserves a record in a ring buffer (Linux 5.8)
static void *(* const bpf_ringbuf_reserve)(void *ringbuf, __u64 size, __u64 flags) = (void *)131;

// hands a reserved record over (Linux 5.8)
static void (* const bpf_ringbuf_submit)(void *data, __u64 flags) = (void *)132;

// gives a reserved record up (Linux 5.8)
static void (* const bpf_ringbuf_discard)(void *data, __u64 flags) = (void *)133;

// size, fill and positions of a ring buffer (Linux 5.8)
static __u64 (* const bpf_ringbuf_query)(void *ringbuf, __u64 flags) = (void *)134;

// changes or asks how many checksums of the packet are verified (Linux 5.8)
static long (* const bpf_csum_level)(struct __sk_buff *skb, __u64 level) = (void *)135;

// casts a socket to tcp6_sock, or null (Linux 5.9)
static struct tcp6_sock *(* const bpf_skc_to_tcp6_sock)(void *sk) = (void *)136;

// casts a socket to tcp_sock, or null (Linux 5.9)
static struct tcp_sock *(* const bpf_skc_to_tcp_sock)(void *sk) = (void *)137;

// casts a socket to tcp_timewait_sock, or null (Linux 5.9)
static struct tcp_timewait_sock *(* const bpf_skc_to_tcp_timewait_sock)(void *sk) = (void *)138;

// casts a socket to tcp_request_sock, or null (Linux 5.9)
static struct tcp_request_sock *(* const bpf_skc_to_tcp_request_sock)(void *sk) = (void *)139;

// casts a socket to udp6_sock, or null (Linux 5.9)
static struct udp6_sock *(* const bpf_skc_to_udp6_sock)(void *sk) = (void *)140;

// copies the stack of a task to a buffer (Linux 5.9)
static long (* const bpf_get_task_stack)(struct task_struct *task, void *buf, __u32 size, __u64 flags) = (void *)141;

// finds a TCP header option (Linux 5.10)
static long (* const bpf_load_hdr_opt)(struct bpf_sock_ops *skops, void *searchby_res, __u32 len, __u64 flags) = (void *)142;

// writes a TCP header option (Linux 5.10)
static long (* const bpf_store_hdr_opt)(struct bpf_sock_ops *skops, const void *from, __u32 len, __u64 flags) = (void *)143;

// reserves room for TCP header options (Linux 5.10)
static long (* const bpf_reserve_hdr_opt)(struct bpf_sock_ops *skops, __u32 len, __u64 flags) = (void *)144;

// address of the program's storage on an inode, created on request (Linux 5.10)
static void *(* const bpf_inode_storage_get)(void *map, void *inode, void *value, __u64 flags) = (void *)145;

// deletes the program's storage on an inode (Linux 5.10)
static int (* const bpf_inode_storage_delete)(void *map, void *inode) = (void *)146;

// full path of a struct path (Linux 5.10)
static long (* const bpf_d_path)(struct path *path, char *buf, __u32 sz) = (void *)147;

// copies from user space, and may sleep to fetch the page (Linux 5.10)
static long (* const bpf_copy_from_user)(void *dst, __u32 size, const void *user_ptr) = (void *)148;

// formats a kernel object by its BTF type (Linux 5.10)
static long (* const bpf_snprintf_btf)(char *str, __u32 str_size, struct btf_ptr *ptr, __u32 btf_ptr_size, __u64 flags) = (void *)149;

// formats a kernel object by its BTF type to an iterator's file (Linux 5.10)
static long (* const bpf_seq_printf_btf)(struct seq_file *m, struct btf_ptr *ptr, __u32 ptr_size, __u64 flags) = (void *)150;

// net_cls class id of the packet's socket (Linux 5.10)
static __u64 (* const bpf_skb_cgroup_classid)(struct __sk_buff *skb) = (void *)151;

// sends the packet to an interface and fills in the link-layer header from the neighbour table (Linux 5.10)
static long (* const bpf_redirect_neigh)(__u32 ifindex, struct bpf_redir_neigh *params, int plen, __u64 flags) = (void *)152;

// address of a CPU's copy of a per-CPU variable, or null (Linux 5.10)
static void *(* const bpf_per_cpu_ptr)(const void *percpu_ptr, __u32 cpu) = (void *)153;

// address of this CPU's copy of a per-CPU variable (Linux 5.10)
static void *(* const bpf_this_cpu_ptr)(const void *percpu_ptr) = (void *)154;

// sends the packet to the peer of an interface, in its namespace (Linux 5.10)
static long (* const bpf_redirect_peer)(__u32 ifindex, __u64 flags) = (void *)155;

// address of the program's storage on a task, created on request (Linux 5.11)
static void *(* const bpf_task_storage_get)(void *map, struct task_struct *task, void *value, __u64 flags) = (void *)156;

// deletes the program's storage on a task (Linux 5.11)
static long (* const bpf_task_storage_delete)(void *map, struct task_struct *task) = (void *)157;

// the current task as a BTF pointer (Linux 5.11)
static struct task_struct *(* const bpf_get_current_task_btf)(void) = (void *)158;

// sets options of the program that is being executed (Linux 5.11)
static long (* const bpf_bprm_opts_set)(struct linux_binprm *bprm, __u64 flags) = (void *)159;

// time since boot at the resolution of ticks, in nanoseconds (Linux 5.11)
static __u64 (* const bpf_ktime_get_coarse_ns)(void) = (void *)160;

// hash that IMA has of an inode (Linux 5.11)
static long (* const bpf_ima_inode_hash)(struct inode *inode, void *dst, __u32 size) = (void *)161;

// the socket of a file, or null (Linux 5.11)
static struct socket *(* const bpf_sock_from_file)(struct file *file) = (void *)162;

// whether the packet fits the MTU of an interface (Linux 5.12)
static long (* const bpf_check_mtu)(void *ctx, __u32 ifindex, __u32 *mtu_len, __s32 len_diff, __u64 flags) = (void *)163;

// calls a function for every element of a map (Linux 5.13)
static long (* const bpf_for_each_map_elem)(void *map, void *callback_fn, void *callback_ctx, __u64 flags) = (void *)164;

// formats text into a buffer (Linux 5.13)
static long (* const bpf_snprintf)(char *str, __u32 str_size, const char *fmt, __u64 *data, __u32 data_len) = (void *)165;

// calls bpf(2) (Linux 5.14)
static long (* const bpf_sys_bpf)(__u32 cmd, void *attr, __u32 attr_size) = (void *)166;

// finds a type of the kernel's BTF by name and kind (Linux 5.14)
static long (* const bpf_btf_find_by_name_kind)(char *name, int name_sz, __u32 kind, int flags) = (void *)167;

// closes a file descriptor (Linux 5.14)
static long (* const bpf_sys_close)(__u32 fd) = (void *)168;

// makes a timer in a map value ready (Linux 5.15)
static long (* const bpf_timer_init)(struct bpf_timer *timer, void *map, __u64 flags) = (void *)169;

// sets the function that a timer calls (Linux 5.15)
static long (* const bpf_timer_set_callback)(struct bpf_timer *timer, void *callback_fn) = (void *)170;

// starts a timer (Linux 5.15)
static long (* const bpf_timer_start)(struct bpf_timer *timer, __u64 nsecs, __u64 flags) = (void *)171;

// stops a timer (Linux 5.15)
static long (* const bpf_timer_cancel)(struct bpf_timer *timer) = (void *)172;

// address of the traced function (Linux 5.15)
static __u64 (* const bpf_get_func_ip)(void *ctx) = (void *)173;

// the cookie that the program was attached with (Linux 5.15)
static __u64 (* const bpf_get_attach_cookie)(void *ctx) = (void *)174;

// registers of a task at its entry to the kernel (Linux 5.15)
static long (* const bpf_task_pt_regs)(struct task_struct *task) = (void *)175;

// copies the last branches of the CPU (Linux 5.16)
static long (* const bpf_get_branch_snapshot)(void *entries, __u32 size, __u64 flags) = (void *)176;

// writes a formatted line with up to twelve arguments to the trace pipe (Linux 5.16)
static long (* const bpf_trace_vprintk)(const char *fmt, __u32 fmt_size, const void *data, __u32 data_len) = (void *)177;

// casts a socket to unix_sock, or null (Linux 5.16)
static struct unix_sock *(* const bpf_skc_to_unix_sock)(void *sk) = (void *)178;

// finds the address of a kernel symbol (Linux 5.16)
static long (* const bpf_kallsyms_lookup_name)(const char *name, int name_sz, int flags, __u64 *res) = (void *)179;

// calls a function with the memory area of a task that holds an address (Linux 5.17)
static long (* const bpf_find_vma)(struct task_struct *task, __u64 addr, void *callback_fn, void *callback_ctx, __u64 flags) = (void *)180;

// calls a function a number of times (Linux 5.17)
static long (* const bpf_loop)(__u32 nr_loops, void *callback_fn, void *callback_ctx, __u64 flags) = (void *)181;

// compares two strings (Linux 5.17)
static long (* const bpf_strncmp)(const char *s1, __u32 s1_sz, const char *s2) = (void *)182;

// an argument of the traced function (Linux 5.17)
static long (* const bpf_get_func_arg)(void *ctx, __u32 n, __u64 *value) = (void *)183;

// the result of the traced function (Linux 5.17)
static long (* const bpf_get_func_ret)(void *ctx, __u64 *value) = (void *)184;

// number of arguments of the traced function (Linux 5.17)
static long (* const bpf_get_func_arg_cnt)(void *ctx) = (void *)185;

// the error that the system call will return (Linux 5.18)
static int (* const bpf_get_retval)(void) = (void *)186;

// sets the error that the system call will return (Linux 5.18)
static int (* const bpf_set_retval)(int retval) = (void *)187;

// length of the packet with all of its fragments (Linux 5.18)
static __u64 (* const bpf_xdp_get_buff_len)(struct xdp_md *xdp_md) = (void *)188;

// copies bytes out of the packet and its fragments (Linux 5.18)
static long (* const bpf_xdp_load_bytes)(struct xdp_md *xdp_md, __u32 offset, void *buf, __u32 len) = (void *)189;

// writes bytes into the packet and its fragments (Linux 5.18)
static long (* const bpf_xdp_store_bytes)(struct xdp_md *xdp_md, __u32 offset, void *buf, __u32 len) = (void *)190;

// copies from the user space of a task (Linux 5.18)
static long (* const bpf_copy_from_user_task)(void *dst, __u32 size, const void *user_ptr, struct task_struct *tsk, __u64 flags) = (void *)191;

// sets the delivery or receive time of the packet (Linux 5.18)
static long (* const bpf_skb_set_tstamp)(struct __sk_buff *skb, __u64 tstamp, __u32 tstamp_type) = (void *)192;

// hash that IMA has of a file (Linux 5.18)
static long (* const bpf_ima_file_hash)(struct file *file, void *dst, __u32 size) = (void *)193;

// swaps the kernel pointer in a map value for another (Linux 5.19)
static void *(* const bpf_kptr_xchg)(void *dst, void *ptr) = (void *)194;

// address of a CPU's value of a key, or null (Linux 5.19)
static void *(* const bpf_map_lookup_percpu_elem)(void *map, const void *key, __u32 cpu) = (void *)195;

// casts a socket to mptcp_sock, or null (Linux 5.19)
static struct mptcp_sock *(* const bpf_skc_to_mptcp_sock)(void *sk) = (void *)196;

// makes a dynptr of a map value's memory (Linux 5.19)
static long (* const bpf_dynptr_from_mem)(void *data, __u32 size, __u64 flags, struct bpf_dynptr *ptr) = (void *)197;

// reserves a record of any size in a ring buffer (Linux 5.19)
static long (* const bpf_ringbuf_reserve_dynptr)(void *ringbuf, __u32 size, __u64 flags, struct bpf_dynptr *ptr) = (void *)198;

// hands a reserved record over (Linux 5.19)
static void (* const bpf_ringbuf_submit_dynptr)(struct bpf_dynptr *ptr, __u64 flags) = (void *)199;

// gives a reserved record up (Linux 5.19)
static void (* const bpf_ringbuf_discard_dynptr)(struct bpf_dynptr *ptr, __u64 flags) = (void *)200;

// copies bytes out of a dynptr (Linux 5.19)
static long (* const bpf_dynptr_read)(void *dst, __u32 len, const struct bpf_dynptr *src, __u32 offset, __u64 flags) = (void *)201;

// copies bytes into a dynptr (Linux 5.19)
static long (* const bpf_dynptr_write)(const struct bpf_dynptr *dst, __u32 offset, void *src, __u32 len, __u64 flags) = (void *)202;

// address of a stretch of a dynptr, or null (Linux 5.19)
static void *(* const bpf_dynptr_data)(const struct bpf_dynptr *ptr, __u32 offset, __u32 len) = (void *)203;

// makes a SYN cookie for IPv4 without a listening socket (Linux 6.0)
static __s64 (* const bpf_tcp_raw_gen_syncookie_ipv4)(struct iphdr *iph, struct tcphdr *th, __u32 th_len) = (void *)204;

// makes a SYN cookie for IPv6 without a listening socket (Linux 6.0)
static __s64 (* const bpf_tcp_raw_gen_syncookie_ipv6)(struct ipv6hdr *iph, struct tcphdr *th, __u32 th_len) = (void *)205;

// checks a SYN cookie of IPv4 without a listening socket (Linux 6.0)
static long (* const bpf_tcp_raw_check_syncookie_ipv4)(struct iphdr *iph, struct tcphdr *th) = (void *)206;

// checks a SYN cookie of IPv6 without a listening socket (Linux 6.0)
static long (* const bpf_tcp_raw_check_syncookie_ipv6)(struct ipv6hdr *iph, struct tcphdr *th) = (void *)207;

// International Atomic Time, in nanoseconds (Linux 6.1)
static __u64 (* const bpf_ktime_get_tai_ns)(void) = (void *)208;

// calls a function for every record that user space wrote (Linux 6.1)
static long (* const bpf_user_ringbuf_drain)(void *map, void *callback_fn, void *ctx, __u64 flags) = (void *)209;

// address of the program's storage on a cgroup, created on request (Linux 6.2)
static void *(* const bpf_cgrp_storage_get)(void *map, struct cgroup *cgroup, void *value, __u64 flags) = (void *)210;

// deletes the program's storage on a cgroup (Linux 6.2)
static long (* const bpf_cgrp_storage_delete)(void *map, struct cgroup *cgroup) = (void *)211;

#endif
