// The names that C source of BPF programs uses, from the tables: opcodes, ancillary loads, seccomp's actions and
// architectures, system calls; and the few of other headers that filters compare with.

import { ANCILLARY } from '../ancillary.js';
import * as opcodes from '../opcodes.js';
import { ARCHITECTURES, architectureNamed, syscallNumber } from '../seccomp/architectures.js';
import { SECCOMP_ACTIONS } from '../seccomp/data.js';

/** linux/if_ether.h, linux/in.h, asm-generic/errno-base.h. */
const OTHER_HEADERS: Readonly<Record<string, number>> = {
  ETH_P_IP: 0x0800,
  ETH_P_ARP: 0x0806,
  ETH_P_RARP: 0x8035,
  ETH_P_8021Q: 0x8100,
  ETH_P_IPV6: 0x86dd,
  ETH_P_MPLS_UC: 0x8847,
  ETH_P_PPP_DISC: 0x8863,
  ETH_P_PPP_SES: 0x8864,
  ETH_P_PAE: 0x888e,
  ETH_P_8021AD: 0x88a8,
  ETH_P_LLDP: 0x88cc,
  ETH_HLEN: 14,
  IPPROTO_ICMP: 1,
  IPPROTO_IGMP: 2,
  IPPROTO_TCP: 6,
  IPPROTO_UDP: 17,
  IPPROTO_GRE: 47,
  IPPROTO_ESP: 50,
  IPPROTO_AH: 51,
  IPPROTO_ICMPV6: 58,
  IPPROTO_SCTP: 132,
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  EINTR: 4,
  EIO: 5,
  ENXIO: 6,
  E2BIG: 7,
  ENOEXEC: 8,
  EBADF: 9,
  ECHILD: 10,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  EEXIST: 17,
  ENODEV: 19,
  EINVAL: 22,
  ENOSYS: 38,
  EAFNOSUPPORT: 97,
};

function namedConstants(): Map<string, number> {
  const names = new Map<string, number>(Object.entries(opcodes));
  for (const row of ANCILLARY) names.set(row.macro, row.offset);
  for (const row of SECCOMP_ACTIONS) names.set(`SECCOMP_RET_${row.name}`, row.value);
  names.set('SECCOMP_RET_KILL', 0);
  names.set('SECCOMP_RET_DATA', 0xffff);
  names.set('SECCOMP_RET_ACTION', 0x7fff0000);
  names.set('SECCOMP_RET_ACTION_FULL', 0xffff0000);
  names.set('__X32_SYSCALL_BIT', 0x40000000);
  for (const row of ARCHITECTURES) names.set(`AUDIT_ARCH_${row.name.toUpperCase()}`, row.audit);
  for (const [name, value] of Object.entries(OTHER_HEADERS)) names.set(name, value);
  return names;
}

let constants: Map<string, number> | undefined;

/** Every name that cConstant() knows by itself: for suggestions. */
export function constantNames(): Iterable<string> {
  constants ??= namedConstants();
  return constants.keys();
}

/** The value of a name in C source, unsigned; `__NR_` and `SYS_` names are system calls of `arch`. Undefined for others. */
export function cConstant(name: string, arch: string): number | undefined {
  constants ??= namedConstants();
  const known = constants.get(name);
  if (known !== undefined) return known;
  const call = /^(?:__NR_|SYS_)(\w+)$/.exec(name);
  const architecture = call && architectureNamed(arch);
  return architecture ? syscallNumber(architecture, call[1]!) : undefined;
}
