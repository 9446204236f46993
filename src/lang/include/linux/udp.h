// UDP (RFC 768).

#ifndef __SKEP_LINUX_UDP_H__
#define __SKEP_LINUX_UDP_H__

#include <linux/types.h>

struct udphdr {
	__be16 source;
	__be16 dest;
	__be16 len;
	__sum16 check;
};

#endif
