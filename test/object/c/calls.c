/* bpf2bpf calls: static, global and weak functions, chains, callbacks, two programs that share functions. */
#include "declare.h"

__u64 sum;

static __noinline int leaf(int a) {
  sum += a;
  return a * 3;
}

__noinline int middle(int a) {
  return leaf(a + 1) ^ 5;
}

__weak int overridable(int a) {
  sum ^= a;
  return a - 7;
}

static __noinline int only_second(int a) {
  return middle(a) + leaf(a);
}

static long each(__u32 index, void *ctx) {
  sum += leaf(index);
  return 0;
}

SEC("socket")
int first(void *ctx) {
  return middle(1) + overridable(2);
}

SEC("xdp.frags")
int second(void *ctx) {
  bpf_loop(10, each, 0, 0);
  return only_second(3) + leaf(4);
}

SEC("?kprobe/do_nothing")
int alone(void *ctx) {
  return 0;
}

char _license[] SEC("license") = "GPL";
