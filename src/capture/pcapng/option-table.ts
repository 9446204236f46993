// Every option that the pcapng standard names: one row each. Decoding, encoding and the documentation iterate these rows.
// Source: draft-ietf-opsawg-pcapng, sections 3.5 and 4.1 to 4.7.

/** How the bytes of an option are read. */
export type OptionType =
  | 'text' // UTF-8, not terminated
  | 'bytes' // as they are
  | 'u8'
  | 'u32'
  | 'u64'
  | 'i64'
  | 'timestamp' // a 64-bit count of the interface's units, high half first
  | 'filter' // a byte 0 and text, or another byte and bytes
  | 'verdict' // a byte and bytes, or a byte and u64
  | 'process' // two u32
  | 'custom-text' // enterprise number (u32) and UTF-8
  | 'custom-bytes'; // enterprise number (u32) and bytes

/** The blocks that have options of their own. */
export type OptionBlock = 'section' | 'interface' | 'packet' | 'obsolete-packet' | 'names' | 'statistics' | 'secrets';

export interface OptionRow {
  readonly block: OptionBlock | 'every';
  readonly code: number;
  readonly name: string;
  readonly type: OptionType;
  /** For bytes of a known length: another length is malformed. */
  readonly lengthBytes?: number;
  readonly repeats?: boolean;
  readonly meaning: string;
}

export const OPTION_END = 0;

export const OPTIONS: readonly OptionRow[] = [
  { block: 'every', code: 1, name: 'opt_comment', type: 'text', repeats: true, meaning: 'a comment' },
  {
    block: 'every',
    code: 2988,
    name: 'opt_custom',
    type: 'custom-text',
    repeats: true,
    meaning: 'text of an enterprise, may be copied',
  },
  {
    block: 'every',
    code: 2989,
    name: 'opt_custom',
    type: 'custom-bytes',
    repeats: true,
    meaning: 'bytes of an enterprise, may be copied',
  },
  {
    block: 'every',
    code: 19372,
    name: 'opt_custom',
    type: 'custom-text',
    repeats: true,
    meaning: 'text of an enterprise, not to be copied',
  },
  {
    block: 'every',
    code: 19373,
    name: 'opt_custom',
    type: 'custom-bytes',
    repeats: true,
    meaning: 'bytes of an enterprise, not to be copied',
  },

  { block: 'section', code: 2, name: 'shb_hardware', type: 'text', meaning: 'the machine that made the section' },
  { block: 'section', code: 3, name: 'shb_os', type: 'text', meaning: 'its operating system' },
  { block: 'section', code: 4, name: 'shb_userappl', type: 'text', meaning: 'the program that made the section' },

  { block: 'interface', code: 2, name: 'if_name', type: 'text', meaning: 'name of the device' },
  { block: 'interface', code: 3, name: 'if_description', type: 'text', meaning: 'description of the device' },
  {
    block: 'interface',
    code: 4,
    name: 'if_IPv4addr',
    type: 'bytes',
    lengthBytes: 8,
    repeats: true,
    meaning: 'IPv4 address and netmask',
  },
  {
    block: 'interface',
    code: 5,
    name: 'if_IPv6addr',
    type: 'bytes',
    lengthBytes: 17,
    repeats: true,
    meaning: 'IPv6 address and prefix length',
  },
  {
    block: 'interface',
    code: 6,
    name: 'if_MACaddr',
    type: 'bytes',
    lengthBytes: 6,
    meaning: 'hardware address (48 bits)',
  },
  {
    block: 'interface',
    code: 7,
    name: 'if_EUIaddr',
    type: 'bytes',
    lengthBytes: 8,
    meaning: 'hardware address (64 bits)',
  },
  { block: 'interface', code: 8, name: 'if_speed', type: 'u64', meaning: 'speed in bit/s' },
  {
    block: 'interface',
    code: 9,
    name: 'if_tsresol',
    type: 'u8',
    meaning: 'unit of time stamps: 10^-n s, or with the top bit set 2^-n s',
  },
  { block: 'interface', code: 10, name: 'if_tzone', type: 'u32', meaning: 'time zone (obsolete)' },
  { block: 'interface', code: 11, name: 'if_filter', type: 'filter', meaning: 'the capture filter' },
  { block: 'interface', code: 12, name: 'if_os', type: 'text', meaning: 'operating system of the capturing machine' },
  { block: 'interface', code: 13, name: 'if_fcslen', type: 'u8', meaning: 'length of the frame check sequence' },
  { block: 'interface', code: 14, name: 'if_tsoffset', type: 'i64', meaning: 'seconds to add to time stamps' },
  { block: 'interface', code: 15, name: 'if_hardware', type: 'text', meaning: 'the interface hardware' },
  { block: 'interface', code: 16, name: 'if_txspeed', type: 'u64', meaning: 'sending speed in bit/s' },
  { block: 'interface', code: 17, name: 'if_rxspeed', type: 'u64', meaning: 'receiving speed in bit/s' },
  { block: 'interface', code: 18, name: 'if_iana_tzname', type: 'text', meaning: 'time zone, by its IANA name' },

  {
    block: 'packet',
    code: 2,
    name: 'epb_flags',
    type: 'u32',
    meaning: 'direction, reception type, FCS length, link-layer errors',
  },
  {
    block: 'packet',
    code: 3,
    name: 'epb_hash',
    type: 'bytes',
    repeats: true,
    meaning: 'algorithm (a byte) and hash of the packet',
  },
  { block: 'packet', code: 4, name: 'epb_dropcount', type: 'u64', meaning: 'packets lost since the packet before' },
  {
    block: 'packet',
    code: 5,
    name: 'epb_packetid',
    type: 'u64',
    meaning: 'number of the packet, shared by its appearances on several interfaces',
  },
  { block: 'packet', code: 6, name: 'epb_queue', type: 'u32', meaning: 'queue of the interface it was received on' },
  {
    block: 'packet',
    code: 7,
    name: 'epb_verdict',
    type: 'verdict',
    repeats: true,
    meaning: 'what was decided about the packet',
  },
  {
    block: 'packet',
    code: 8,
    name: 'epb_processid_threadid',
    type: 'process',
    meaning: 'process and thread of the packet',
  },

  { block: 'obsolete-packet', code: 2, name: 'pack_flags', type: 'u32', meaning: 'as epb_flags' },
  { block: 'obsolete-packet', code: 3, name: 'pack_hash', type: 'bytes', repeats: true, meaning: 'as epb_hash' },

  { block: 'names', code: 2, name: 'ns_dnsname', type: 'text', meaning: 'name of the DNS server asked' },
  { block: 'names', code: 3, name: 'ns_dnsIP4addr', type: 'bytes', lengthBytes: 4, meaning: 'its IPv4 address' },
  { block: 'names', code: 4, name: 'ns_dnsIP6addr', type: 'bytes', lengthBytes: 16, meaning: 'its IPv6 address' },

  { block: 'statistics', code: 2, name: 'isb_starttime', type: 'timestamp', meaning: 'when capturing began' },
  { block: 'statistics', code: 3, name: 'isb_endtime', type: 'timestamp', meaning: 'when it ended' },
  { block: 'statistics', code: 4, name: 'isb_ifrecv', type: 'u64', meaning: 'packets the interface received' },
  { block: 'statistics', code: 5, name: 'isb_ifdrop', type: 'u64', meaning: 'packets the interface dropped' },
  { block: 'statistics', code: 6, name: 'isb_filteraccept', type: 'u64', meaning: 'packets the filter accepted' },
  { block: 'statistics', code: 7, name: 'isb_osdrop', type: 'u64', meaning: 'packets the operating system dropped' },
  { block: 'statistics', code: 8, name: 'isb_usrdeliv', type: 'u64', meaning: 'packets delivered to the user' },
];

const EVERY = new Map<number, OptionRow>();
const BY_BLOCK = new Map<OptionBlock, Map<number, OptionRow>>();
for (const row of OPTIONS) {
  if (row.block === 'every') EVERY.set(row.code, row);
  else {
    if (!BY_BLOCK.has(row.block)) BY_BLOCK.set(row.block, new Map());
    BY_BLOCK.get(row.block)!.set(row.code, row);
  }
}

/** The row of an option in a block, undefined for a code without a meaning there. */
export function optionRow(block: OptionBlock, code: number): OptionRow | undefined {
  return EVERY.get(code) ?? BY_BLOCK.get(block)?.get(code);
}
