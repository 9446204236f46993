// Which end comes first, for the bit fields of protocol headers.

#ifndef __SKEP_ASM_BYTEORDER_H__
#define __SKEP_ASM_BYTEORDER_H__

#include <linux/types.h>

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define __BIG_ENDIAN_BITFIELD
#define __SKEP_NETWORK_ORDER(bits, x) (x)
#else
#define __LITTLE_ENDIAN_BITFIELD
#define __SKEP_NETWORK_ORDER(bits, x) __builtin_bswap##bits(x)
#endif

#define __constant_htons(x) ((__be16)__SKEP_NETWORK_ORDER(16, (__u16)(x)))
#define __constant_ntohs(x) ((__u16)__SKEP_NETWORK_ORDER(16, (__be16)(x)))
#define __constant_htonl(x) ((__be32)__SKEP_NETWORK_ORDER(32, (__u32)(x)))
#define __constant_ntohl(x) ((__u32)__SKEP_NETWORK_ORDER(32, (__be32)(x)))
#define __cpu_to_be16(x) __constant_htons(x)
#define __be16_to_cpu(x) __constant_ntohs(x)
#define __cpu_to_be32(x) __constant_htonl(x)
#define __be32_to_cpu(x) __constant_ntohl(x)
#define __cpu_to_be64(x) ((__be64)__SKEP_NETWORK_ORDER(64, (__u64)(x)))
#define __be64_to_cpu(x) ((__u64)__SKEP_NETWORK_ORDER(64, (__be64)(x)))

#endif
