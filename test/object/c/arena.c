/* Variables of an arena, and a function that only its own object sees. */
#include "declare.h"

#define __arena __attribute__((address_space(1)))

struct {
  __uint(type, 33);
  __uint(map_flags, 1024);
  __uint(max_entries, 10);
} arena SEC(".maps");

__u64 __arena first = 5;
__u32 __arena second[2] = { 6, 7 };

__hidden __noinline int hidden(int a) {
  first += a;
  return second[1];
}

SEC("syscall")
int arena_user(void *ctx) {
  bpf_map_lookup_elem(&arena, &ctx);
  return hidden(3);
}

char _license[] SEC("license") = "GPL";
