/* Half of a program; the other half is link-b.c. */
#include "declare.h"

struct shared {
  __u64 hits;
  struct shared *next;
};

struct table {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 16);
  __type(key, __u32);
  __type(value, struct shared);
};
extern struct table table __attribute__((section(".maps")));

extern __u32 threshold;
__u64 from_a = 11;
static __u32 private_count = 1;

int add(int a, int b);
__weak int choose(int a) {
  return a;
}

static __noinline int local(int a) {
  private_count += a;
  return a + 1;
}

SEC("socket")
int a(void *ctx) {
  __u32 key = 1;
  struct shared *value = bpf_map_lookup_elem(&table, &key);
  if (value) value->hits += threshold;
  return add(local(1), choose(2)) + from_a;
}

char _license[] SEC("license") = "GPL";
