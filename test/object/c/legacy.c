/* An old `maps` section; compiled without -g, so that there are no types. */
#include "declare.h"

struct bpf_map_def {
  __u32 type, key_size, value_size, max_entries, map_flags;
};

struct bpf_map_def SEC("maps") counts = { .type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 8, .max_entries = 100 };
struct bpf_map_def SEC("maps") table = { BPF_MAP_TYPE_ARRAY, 4, 16, 10, 1024 };

__u64 total = 7;
const __u32 limit = 1500;

SEC("socket")
int filter(void *ctx) {
  __u32 key = 1;
  __u64 *count = bpf_map_lookup_elem(&counts, &key);
  if (count) *count += total;
  bpf_map_lookup_elem(&table, &key);
  return *(volatile const __u32 *)&limit;
}

char _license[] SEC("license") = "Dual MIT/GPL";
