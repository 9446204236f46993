// Counts packets and bytes by IPv4 source address.

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct traffic {
	__u64 packets;
	__u64 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, __be32);
	__type(value, struct traffic);
} sources SEC(".maps");

SEC("xdp")
int count_by_source(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);

	if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;

	__be32 source = ip->saddr;
	struct traffic *traffic = bpf_map_lookup_elem(&sources, &source);

	if (!traffic) {
		struct traffic none = {};

		bpf_map_update_elem(&sources, &source, &none, BPF_NOEXIST);
		traffic = bpf_map_lookup_elem(&sources, &source);
		if (!traffic)
			return XDP_PASS;
	}
	__sync_fetch_and_add(&traffic->packets, 1);
	__sync_fetch_and_add(&traffic->bytes, end - data);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
