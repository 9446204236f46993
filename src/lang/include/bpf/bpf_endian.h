// Byte order of the network and of the machine, by the names that libbpf gives them.

#ifndef __BPF_ENDIAN__
#define __BPF_ENDIAN__

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define __bpf_swap_on_little(bits, x) __builtin_bswap##bits(x)
#define __bpf_swap_on_big(bits, x) (x)
#elif __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define __bpf_swap_on_little(bits, x) (x)
#define __bpf_swap_on_big(bits, x) __builtin_bswap##bits(x)
#else
#error "the compiler does not say which byte comes first"
#endif

#define bpf_htons(x) ((__be16)__bpf_swap_on_little(16, (__u16)(x)))
#define bpf_ntohs(x) ((__u16)__bpf_swap_on_little(16, (__be16)(x)))
#define bpf_htonl(x) ((__be32)__bpf_swap_on_little(32, (__u32)(x)))
#define bpf_ntohl(x) ((__u32)__bpf_swap_on_little(32, (__be32)(x)))
#define bpf_cpu_to_be64(x) ((__be64)__bpf_swap_on_little(64, (__u64)(x)))
#define bpf_be64_to_cpu(x) ((__u64)__bpf_swap_on_little(64, (__be64)(x)))
#define bpf_cpu_to_le16(x) ((__le16)__bpf_swap_on_big(16, (__u16)(x)))
#define bpf_le16_to_cpu(x) ((__u16)__bpf_swap_on_big(16, (__le16)(x)))
#define bpf_cpu_to_le32(x) ((__le32)__bpf_swap_on_big(32, (__u32)(x)))
#define bpf_le32_to_cpu(x) ((__u32)__bpf_swap_on_big(32, (__le32)(x)))
#define bpf_cpu_to_le64(x) ((__le64)__bpf_swap_on_big(64, (__u64)(x)))
#define bpf_le64_to_cpu(x) ((__u64)__bpf_swap_on_big(64, (__le64)(x)))

#endif
