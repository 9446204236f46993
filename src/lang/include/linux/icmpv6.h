// ICMPv6 (RFC 4443), neighbour discovery (RFC 4861).

#ifndef __SKEP_LINUX_ICMPV6_H__
#define __SKEP_LINUX_ICMPV6_H__

#include <asm/byteorder.h>
#include <linux/types.h>

#define ICMPV6_DEST_UNREACH 1
#define ICMPV6_PKT_TOOBIG 2
#define ICMPV6_TIME_EXCEED 3
#define ICMPV6_PARAMPROB 4
#define ICMPV6_ECHO_REQUEST 128
#define ICMPV6_ECHO_REPLY 129
#define NDISC_ROUTER_SOLICITATION 133
#define NDISC_ROUTER_ADVERTISEMENT 134
#define NDISC_NEIGHBOUR_SOLICITATION 135
#define NDISC_NEIGHBOUR_ADVERTISEMENT 136
#define NDISC_REDIRECT 137

struct icmp6hdr {
	__u8 icmp6_type;
	__u8 icmp6_code;
	__sum16 icmp6_cksum;
	union {
		__be32 un_data32[1];
		__be16 un_data16[2];
		__u8 un_data8[4];
		struct {
			__be16 identifier;
			__be16 sequence;
		} u_echo;
	} icmp6_dataun;
};

#define icmp6_identifier icmp6_dataun.u_echo.identifier
#define icmp6_sequence icmp6_dataun.u_echo.sequence
#define icmp6_mtu icmp6_dataun.un_data32[0]
#define icmp6_pointer icmp6_dataun.un_data32[0]

#endif
