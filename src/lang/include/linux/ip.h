// IPv4 (RFC 791).

#ifndef __SKEP_LINUX_IP_H__
#define __SKEP_LINUX_IP_H__

#include <asm/byteorder.h>
#include <linux/types.h>

#define IPVERSION 4
#define MAXTTL 255
#define IPDEFTTL 64
#define IPTOS_TOS_MASK 0x1E
#define IPTOS_PREC_MASK 0xE0

struct iphdr {
#ifdef __LITTLE_ENDIAN_BITFIELD
	__u8 ihl : 4, version : 4;
#else
	__u8 version : 4, ihl : 4;
#endif
	__u8 tos;
	__be16 tot_len;
	__be16 id;
	__be16 frag_off;
	__u8 ttl;
	__u8 protocol;
	__sum16 check;
	union {
		struct {
			__be32 saddr;
			__be32 daddr;
		};
		struct {
			__be32 saddr;
			__be32 daddr;
		} addrs;
	};
};

struct ip_auth_hdr {
	__u8 nexthdr;
	__u8 hdrlen;
	__be16 reserved;
	__be32 spi;
	__be32 seq_no;
	__u8 auth_data[0];
};

struct ip_esp_hdr {
	__be32 spi;
	__be32 seq_no;
	__u8 enc_data[0];
};

#endif
