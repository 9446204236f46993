// Linux's ancillary loads: `ld [SKF_AD_OFF + n]` reads what the kernel knows of a packet instead of its bytes.
// linux/filter.h (numbers), tools/bpf/bpf_exp.l (bpf_asm's names), libpcap's bpf_image.c (tcpdump's names),
// net/core/filter.c, convert_bpf_extensions() (meanings).

import { SKF_AD_OFF } from './opcodes.js';

export interface AncillaryRow {
  /** Added to SKF_AD_OFF it is the `k` of the load. */
  readonly offset: number;
  /** The macro of linux/filter.h. */
  readonly macro: string;
  /** What `bpf_asm` reads, with or without `#` before it; the first is printed. None: it has to be written as a number. */
  readonly asmNames: readonly string[];
  /** What `tcpdump -d` prints between brackets. */
  readonly tcpdumpName: string;
  readonly meaning: string;
}

export const ANCILLARY: readonly AncillaryRow[] = [
  ancillary(0, 'SKF_AD_PROTOCOL', 'proto', 'proto', 'the EtherType, host order'),
  ancillary(4, 'SKF_AD_PKTTYPE', 'type', 'type', 'PACKET_HOST 0, BROADCAST 1, MULTICAST 2, OTHERHOST 3, OUTGOING 4'),
  ancillary(8, 'SKF_AD_IFINDEX', 'ifidx', 'ifidx', 'the index of the interface; returns A without one'),
  ancillary(
    12,
    'SKF_AD_NLATTR',
    'nla',
    'nla',
    'the offset of the netlink attribute of type X, searched from A; 0 if none',
  ),
  ancillary(16, 'SKF_AD_NLATTR_NEST', 'nlan', 'nlan', 'the same inside the nested attribute at A'),
  ancillary(20, 'SKF_AD_MARK', 'mark', 'mark', "the packet's mark (SO_MARK, iptables MARK)"),
  ancillary(24, 'SKF_AD_QUEUE', 'queue', 'queue', 'the receive queue'),
  ancillary(28, 'SKF_AD_HATYPE', 'hatype', 'hatype', "the interface's ARPHRD_ type; returns A without one"),
  ancillary(32, 'SKF_AD_RXHASH', 'rxhash', 'rxhash', 'the flow hash'),
  ancillary(36, 'SKF_AD_CPU', 'cpu', 'cpu', 'the number of the processor that runs the filter'),
  ancillary(40, 'SKF_AD_ALU_XOR_X', '', 'xor_x', 'A ^= X, from before the instruction `xor x` existed'),
  ancillary(44, 'SKF_AD_VLAN_TAG', 'vlan_tci', 'vlan_tci', 'the VLAN tag that the card took out: priority and id'),
  ancillary(48, 'SKF_AD_VLAN_TAG_PRESENT', 'vlan_avail vlan_pr', 'vlanp', '1 if there is such a tag, else 0'),
  ancillary(
    52,
    'SKF_AD_PAY_OFFSET',
    'poff',
    'poff',
    'where the payload begins after the headers that the kernel knows',
  ),
  ancillary(56, 'SKF_AD_RANDOM', 'rand', 'random', 'a random number'),
  ancillary(60, 'SKF_AD_VLAN_TPID', 'vlan_tpid', 'vlan_tpid', 'the EtherType of that tag, host order'),
];

function ancillary(
  offset: number,
  macro: string,
  asmNames: string,
  tcpdumpName: string,
  meaning: string,
): AncillaryRow {
  return { offset, macro, asmNames: asmNames.split(' ').filter(Boolean), tcpdumpName, meaning };
}

const BY_K = new Map(ANCILLARY.map(entry => [(SKF_AD_OFF + entry.offset) >>> 0, entry]));

/** The ancillary load that an absolute load of `k` is, undefined if it is none. */
export function ancillaryAt(k: number): AncillaryRow | undefined {
  return k >= SKF_AD_OFF ? BY_K.get(k) : undefined;
}

/** The row of a name that bpf_asm, tcpdump or linux/filter.h uses, without `#`; case is ignored. */
export function ancillaryNamed(name: string): AncillaryRow | undefined {
  const wanted = name.toLowerCase();
  return ANCILLARY.find(
    ({ asmNames, tcpdumpName, macro }) =>
      asmNames.includes(wanted) || tcpdumpName === wanted || macro.toLowerCase() === wanted,
  );
}
