// Gives every IPv4 packet the same time to live, and mends the header's checksum for it without adding the header up again: RFC 1624,
// equation 3: HC' = ~(~HC + ~m + m'), where m is the 16-bit word that changed.

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

// Set before loading: skep run set_ttl.o --set ttl=32 ...
const volatile __u8 ttl = 64;

static __always_inline __u16 mend(__u16 check, __u16 old_word, __u16 new_word)
{
	__u32 sum = (__u16)~check + (__u32)(__u16)~old_word + new_word;

	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

SEC("xdp")
int set_ttl(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);

	if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	if (ip->ttl == ttl)
		return XDP_PASS;

	// The word of the header that holds the time to live holds the protocol, too.
	__u16 before = bpf_htons((ip->ttl << 8) | ip->protocol);
	__u16 after = bpf_htons((ttl << 8) | ip->protocol);

	ip->ttl = ttl;
	ip->check = mend(ip->check, before, after);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
