/* Every way of defining a map. */
#include "declare.h"

struct flow {
  __u32 source, destination;
  __u16 ports[2];
  __u8 protocol;
};
struct counters {
  __u64 packets, bytes;
};

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 1024);
  __type(key, struct flow);
  __type(value, struct counters);
} flows SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 64);
  __uint(key_size, 4);
  __uint(value_size, 24);
  __uint(map_flags, 2);
  __uint(numa_node, 1);
  __uint(pinning, 1);
} pinned SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 4096);
} events SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
} perf SEC(".maps");

struct inner {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 2);
  __type(key, __u32);
  __type(value, __u64);
} first SEC(".maps"), second SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
  __uint(max_entries, 4);
  __type(key, __u32);
  __array(values, struct inner);
} outer SEC(".maps") = { .values = { [1] = &first, [3] = &second } };

struct {
  __uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
  __uint(max_entries, 8);
  __uint(key_size, 4);
  __array(values, struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 16);
    __type(key, __u64);
    __type(value, __u8);
  });
} by_name SEC(".maps");

int second_step(void *ctx);

struct {
  __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
  __uint(max_entries, 3);
  __uint(key_size, 4);
  __array(values, int(void *));
} steps SEC(".maps") = { .values = { [2] = (void *)&second_step } };

SEC("tc")
int second_step(void *ctx) {
  return 2;
}

SEC("tc")
int count(void *ctx) {
  struct flow key = { .protocol = 6 };
  struct counters *value = bpf_map_lookup_elem(&flows, &key);
  __u32 zero = 0;
  if (value) value->packets++;
  bpf_map_lookup_elem(&pinned, &zero);
  bpf_map_lookup_elem(&outer, &zero);
  bpf_tail_call(ctx, &steps, 2);
  return 0;
}

char _license[] SEC("license") = "GPL";
__u32 _version SEC("version") = 0x050a00;
