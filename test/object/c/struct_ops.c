/* A congestion control, of which only the functions that must be there do something. */
#include "declare.h"

struct sock;
struct ack_sample;

struct tcp_congestion_ops {
  void (*init)(struct sock *sk);
  __u32 (*ssthresh)(struct sock *sk);
  void (*cong_avoid)(struct sock *sk, __u32 ack, __u32 acked);
  __u32 (*undo_cwnd)(struct sock *sk);
  char name[16];
};

SEC("struct_ops/ssthresh")
__u32 fixed_ssthresh(__u64 *ctx) {
  return 2;
}

SEC("struct_ops/cong_avoid")
void fixed_cong_avoid(__u64 *ctx) {}

SEC("struct_ops/undo_cwnd")
__u32 fixed_undo(__u64 *ctx) {
  return 10;
}

SEC(".struct_ops.link")
struct tcp_congestion_ops fixed = {
  .ssthresh = (void *)fixed_ssthresh,
  .cong_avoid = (void *)fixed_cong_avoid,
  .undo_cwnd = (void *)fixed_undo,
  .name = "fixed",
};

char _license[] SEC("license") = "GPL";
