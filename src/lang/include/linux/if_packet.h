// What an interface makes of a packet's destination: __sk_buff.pkt_type.

#ifndef __SKEP_LINUX_IF_PACKET_H__
#define __SKEP_LINUX_IF_PACKET_H__

#include <linux/types.h>

#define PACKET_HOST 0
#define PACKET_BROADCAST 1
#define PACKET_MULTICAST 2
#define PACKET_OTHERHOST 3
#define PACKET_OUTGOING 4
#define PACKET_LOOPBACK 5

#endif
