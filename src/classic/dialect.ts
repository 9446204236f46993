// Where the machines that run classic BPF differ. One row a difference in the docs; one field a difference here.

import { ANCILLARY, type AncillaryRow, SKF_AD_OFF } from '../isa/index.js';

/**
 * Whose machine runs the program.
 *
 * - `libpcap`: bpf_filter() of libpcap, what tcpdump runs over files.
 * - `linux`: a socket filter in the Linux kernel (SO_ATTACH_FILTER, AF_PACKET).
 * - `seccomp`: a filter over struct seccomp_data in the Linux kernel; the packet is that struct.
 */
export type Dialect = 'libpcap' | 'linux' | 'seccomp';

export interface DialectRow {
  readonly name: Dialect;
  /** `lsh x` and `rsh x` by 32 or more: everything is shifted out, or only the low five bits of X count. */
  readonly wideShift: 'zero' | 'masked';
  /** Loads at negative offsets: none, or relative to the network and link-layer headers. */
  readonly headerOffsets: boolean;
  /** `[x + k]`: libpcap adds without wrapping, Linux modulo 2^32, so that k can be negative. */
  readonly indexWraps: boolean;
  /** The loads that read ancillary data; libpcap knows two, with `ldb` only, and only when it has been given some. */
  readonly ancillary: (k: number, size: number) => AncillaryRow | undefined;
  /** Byte order of the packet: 'network' is big endian. */
  readonly words: 'network' | 'host';
}

const BY_K = new Map(ANCILLARY.map(row => [(SKF_AD_OFF + row.offset) >>> 0, row]));
const LIBPCAP_ANCILLARY = new Set(['SKF_AD_VLAN_TAG', 'SKF_AD_VLAN_TAG_PRESENT']);

export const DIALECTS: Readonly<Record<Dialect, DialectRow>> = {
  libpcap: {
    name: 'libpcap',
    wideShift: 'zero',
    headerOffsets: false,
    indexWraps: false,
    ancillary: (k, size) => {
      const row = size === 1 ? BY_K.get(k) : undefined;
      return row && LIBPCAP_ANCILLARY.has(row.macro) ? row : undefined;
    },
    words: 'network',
  },
  linux: {
    name: 'linux',
    wideShift: 'masked',
    headerOffsets: true,
    indexWraps: true,
    ancillary: k => BY_K.get(k),
    words: 'network',
  },
  seccomp: {
    name: 'seccomp',
    wideShift: 'masked',
    headerOffsets: false,
    indexWraps: false,
    ancillary: () => undefined,
    words: 'host',
  },
};
