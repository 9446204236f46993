// Helpers: SYN cookies.

import { TC } from './program-types.js';
import type { HelperRow } from './prototype.js';
import { BTF_SOCK_COMMON, fixedMem, helper, MEM, RDONLY_MEM, SIZE, SIZE_OR_ZERO } from './row.js';

export const SYNCOOKIE_HELPERS: readonly HelperRow[] = [
  helper({
    id: 100,
    declaration: 'long bpf_tcp_check_syncookie(void *sk, void *iph, u32 iph_len, struct tcphdr *th, u32 th_len)',
    args: [BTF_SOCK_COMMON, RDONLY_MEM, SIZE, RDONLY_MEM, SIZE],
    returns: 'integer',
    gplOnly: true,
    takesPacketPointers: true,
    programTypes: [...TC, 'xdp'],
    since: '5.2',
    meaning: 'whether an ACK carries a SYN cookie of a listening socket',
  }),
  helper({
    id: 110,
    declaration: 's64 bpf_tcp_gen_syncookie(void *sk, void *iph, u32 iph_len, struct tcphdr *th, u32 th_len)',
    args: [BTF_SOCK_COMMON, RDONLY_MEM, SIZE, RDONLY_MEM, SIZE],
    returns: 'integer',
    gplOnly: true,
    takesPacketPointers: true,
    programTypes: [...TC, 'xdp'],
    since: '5.4',
    meaning: 'makes a SYN cookie for a SYN of a listening socket',
  }),
  helper({
    id: 204,
    declaration: 's64 bpf_tcp_raw_gen_syncookie_ipv4(struct iphdr *iph, struct tcphdr *th, u32 th_len)',
    args: [fixedMem(20), MEM, SIZE_OR_ZERO],
    returns: 'integer',
    gplOnly: true,
    takesPacketPointers: true,
    programTypes: [...TC, 'xdp'],
    since: '6.0',
    meaning: 'makes a SYN cookie for IPv4 without a listening socket',
  }),
  helper({
    id: 205,
    declaration: 's64 bpf_tcp_raw_gen_syncookie_ipv6(struct ipv6hdr *iph, struct tcphdr *th, u32 th_len)',
    args: [fixedMem(40), MEM, SIZE_OR_ZERO],
    returns: 'integer',
    gplOnly: true,
    takesPacketPointers: true,
    programTypes: [...TC, 'xdp'],
    since: '6.0',
    meaning: 'makes a SYN cookie for IPv6 without a listening socket',
  }),
  helper({
    id: 206,
    declaration: 'long bpf_tcp_raw_check_syncookie_ipv4(struct iphdr *iph, struct tcphdr *th)',
    args: [fixedMem(20), fixedMem(20)],
    returns: 'integer',
    gplOnly: true,
    takesPacketPointers: true,
    programTypes: [...TC, 'xdp'],
    since: '6.0',
    meaning: 'checks a SYN cookie of IPv4 without a listening socket',
  }),
  helper({
    id: 207,
    declaration: 'long bpf_tcp_raw_check_syncookie_ipv6(struct ipv6hdr *iph, struct tcphdr *th)',
    args: [fixedMem(40), fixedMem(20)],
    returns: 'integer',
    gplOnly: true,
    takesPacketPointers: true,
    programTypes: [...TC, 'xdp'],
    since: '6.0',
    meaning: 'checks a SYN cookie of IPv6 without a listening socket',
  }),
];
