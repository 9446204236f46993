/* The other half: what link-a.c declares. */
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
} table SEC(".maps");

__u8 first_byte = 3;
__u32 threshold = 9;
static __u32 private_count = 2;

static __noinline int local(int a) {
  private_count += a;
  return a - 1;
}

__noinline int add(int a, int b) {
  return local(a) + b;
}

int choose(int a) {
  return a * 2;
}

SEC("socket")
int b(void *ctx) {
  __u32 key = 2;
  bpf_map_lookup_elem(&table, &key);
  return add(3, 4);
}

char _license[] SEC("license") = "GPL";
