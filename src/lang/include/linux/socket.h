// Address families and kinds of sockets.

#ifndef __SKEP_LINUX_SOCKET_H__
#define __SKEP_LINUX_SOCKET_H__

#include <linux/types.h>

typedef unsigned short __kernel_sa_family_t;

#ifndef AF_INET
#define AF_UNSPEC 0
#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define AF_NETLINK 16
#define AF_PACKET 17
#endif

#ifndef SOCK_STREAM
#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOCK_RAW 3
#endif

#define SOL_SOCKET 1
#define SOL_IP 0
#define SOL_TCP 6
#define SOL_UDP 17
#define SOL_IPV6 41

#endif
