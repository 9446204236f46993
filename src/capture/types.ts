// What a capture file holds, whichever format it is in: interfaces, packets and the other blocks of pcapng.
// Sources: draft-ietf-opsawg-pcapng, draft-ietf-opsawg-pcap, pcap-savefile(5).

/** How the integers of a file (pcap) or of a section (pcapng) are stored. */
export type ByteOrder = 'little' | 'big';

/** The two families of capture files. */
export type CaptureFormat = 'pcap' | 'pcapng';

/** The unit of a time stamp: `base` to the power of `-exponent` seconds. Microseconds are `{base: 10, exponent: 6}`. */
export interface TimestampResolution {
  readonly base: 10 | 2;
  readonly exponent: number;
}

/**
 * The value of a pcapng option, decoded by the type its row in the option table gives (see pcapng/option-table.ts):
 * text is a string, 8- to 32-bit integers are numbers, 64-bit ones bigint, addresses and unknown options are bytes.
 */
export type OptionValue =
  | string
  | number
  | bigint
  | Uint8Array
  | RawTimestamp
  | CustomOptionValue
  | VerdictValue
  | ProcessValue;

/** The value of epb_verdict: `kind` 0 is hardware's own bytes, 1 Linux eBPF TC's return code, 2 Linux eBPF XDP's. */
export interface VerdictValue {
  readonly kind: number;
  readonly verdict: bigint | Uint8Array;
}

/** The value of epb_processid_threadid. */
export interface ProcessValue {
  readonly processId: number;
  readonly threadId: number;
}

/** The value of a custom option (codes 2988, 2989, 19372, 19373): whose it is, and what it says. */
export interface CustomOptionValue {
  /** IANA private enterprise number. */
  readonly enterprise: number;
  readonly data: string | Uint8Array;
}

/**
 * One option of a pcapng block. A value whose bytes do not fit the type in the table is kept as they are, so `value` is
 * a Uint8Array for every unknown or malformed option.
 */
export interface CaptureOption {
  readonly code: number;
  /** The standard's name (`opt_comment`, `if_tsresol`, `epb_flags`); `option 4711` when the code has none. */
  readonly name: string;
  readonly value: OptionValue;
}

/** An interface that packets were captured on. A pcap file has exactly one. */
export interface CaptureInterface {
  /** Position among all interfaces of the file, over all sections, from 0. */
  readonly index: number;
  /** The section that describes it, from 0. Always 0 in a pcap file. */
  readonly section: number;
  /** Position in its section: the interface id of pcapng. */
  readonly indexInSection: number;
  /** LINKTYPE_ value, as it stands in the file (1 is Ethernet). */
  readonly linkType: number;
  /** Of the file or section. Pseudo headers in the capturing machine's order (LINKTYPE_NULL) follow it. */
  readonly byteOrder: ByteOrder;
  /** Bytes a packet was cut to; 0 means no limit was given. As it stands in the file, so it may be any 32-bit number. */
  readonly snapLength: number;
  readonly timestampResolution: TimestampResolution;
  /** Seconds to add to every stored time stamp. Already added in the packets. */
  readonly timestampOffsetSeconds: number;
  readonly name?: string;
  readonly description?: string;
  /** Text of the capture filter that was in use. */
  readonly filter?: string;
  readonly os?: string;
  readonly hardware?: string;
  /** Bit/s; of the two directions where they differ, the sending one. */
  readonly speedBitsPerSecond?: bigint;
  /** Bytes of frame check sequence at the end of each packet, where the file says so. */
  readonly fcsLengthBytes?: number;
  /** Every option of the interface, in file order, those above among them. */
  readonly options: readonly CaptureOption[];
}

/** A place in a file. */
export interface Located {
  /** Of the record or block, from the beginning of the (decompressed) file. */
  readonly offsetBytes: number;
}

/** A captured packet. */
export interface CapturedPacket extends Located {
  readonly kind: 'packet';
  /**
   * The captured bytes: a view, valid as long as it is held. Copy (`slice`) what is kept long, or its whole chunk stays.
   * The fields that some link types have in the capturing machine's order are little endian here, always (see
   * pseudo-headers.ts), as libpcap gives them on a little-endian machine.
   */
  readonly data: Uint8Array;
  /** Length on the wire; more than `data.length` where the packet was cut. */
  readonly originalLength: number;
  /** Seconds since 1970-01-01 UTC; 0 with `hasTime` false where the file has none (simple packet blocks). */
  readonly timeSeconds: number;
  /** 0 to 999,999,999. Finer units are rounded down. */
  readonly timeNanoseconds: number;
  readonly hasTime: boolean;
  readonly interface: CaptureInterface;
  /** The block that held it: writing keeps it where the target format can. */
  readonly block: PacketBlockKind;
  /** The time stamp as stored, in the interface's units, where nanoseconds cannot express it. */
  readonly exactTime?: RawTimestamp;
  /** Every option (pcapng), decoded when first asked for. Empty in pcap files. */
  readonly options: readonly CaptureOption[];
  readonly comments: readonly string[];
  /** epb_flags: direction, reception type, FCS length, link-layer errors. See `decodePacketFlags`. */
  readonly flags?: number;
  /** epb_dropcount: packets lost between this one and the one before it. */
  readonly dropCount?: bigint;
  readonly packetId?: bigint;
  readonly queue?: number;
  readonly hashes: readonly PacketHash[];
  readonly verdicts: readonly VerdictValue[];
  /** The Kuznetzov variant of pcap: interface index, protocol and packet type, the 8 bytes after the 16 usual ones. */
  readonly extraHeader?: Uint8Array;
}

/** The value of epb_hash: `algorithm` 0 is two's complement, 1 XOR, 2 CRC-32, 3 MD5, 4 SHA-1, 5 Toeplitz. */
export interface PacketHash {
  readonly algorithm: number;
  readonly value: Uint8Array;
}

/** `record` is pcap's only kind; the others are blocks of pcapng: enhanced (6), simple (3), obsolete (2). */
export type PacketBlockKind = 'record' | 'enhanced' | 'simple' | 'obsolete';

/** A 64-bit count of units, by halves. */
export interface RawTimestamp {
  readonly high: number;
  readonly low: number;
}

/** pcapng Section Header Block. */
export interface SectionItem extends Located {
  readonly kind: 'section';
  /** From 0. */
  readonly index: number;
  readonly byteOrder: ByteOrder;
  readonly majorVersion: number;
  readonly minorVersion: number;
  /** As stored; undefined when the file leaves it open (all ones). */
  readonly sectionLengthBytes?: number;
  readonly options: readonly CaptureOption[];
}

/** pcapng Interface Description Block, or the file header of a pcap file. */
export interface InterfaceItem extends Located {
  readonly kind: 'interface';
  readonly interface: CaptureInterface;
}

/** One record of a name resolution block. */
export type NameRecord =
  | { readonly type: 'ipv4'; readonly address: Uint8Array; readonly names: readonly string[] }
  | { readonly type: 'ipv6'; readonly address: Uint8Array; readonly names: readonly string[] }
  | { readonly type: 'eui48'; readonly address: Uint8Array; readonly names: readonly string[] }
  | { readonly type: 'eui64'; readonly address: Uint8Array; readonly names: readonly string[] }
  | { readonly type: 'unknown'; readonly recordType: number; readonly value: Uint8Array };

/** pcapng Name Resolution Block. */
export interface NameResolutionItem extends Located {
  readonly kind: 'names';
  readonly records: readonly NameRecord[];
  readonly options: readonly CaptureOption[];
}

/** pcapng Interface Statistics Block. */
export interface StatisticsItem extends Located {
  readonly kind: 'statistics';
  readonly interface: CaptureInterface;
  readonly timeSeconds: number;
  readonly timeNanoseconds: number;
  readonly exactTime?: RawTimestamp;
  readonly options: readonly CaptureOption[];
}

/** pcapng Decryption Secrets Block. */
export interface SecretsItem extends Located {
  readonly kind: 'secrets';
  /** Four letters as a number: 0x544c534b is a TLS key log. */
  readonly secretsType: number;
  readonly data: Uint8Array;
  readonly options: readonly CaptureOption[];
}

/** pcapng Custom Block. What follows the enterprise number is its owner's: kept as it is. */
export interface CustomItem extends Located {
  readonly kind: 'custom';
  /** Whether a program that changes the file may copy it (type 0x00000bad) or not (0x40000bad). */
  readonly copyable: boolean;
  /** IANA private enterprise number. */
  readonly enterprise: number;
  readonly data: Uint8Array;
  /** Byte order of the section, which the owner's data may follow. */
  readonly byteOrder: ByteOrder;
}

/** A block of a type that has no meaning here (systemd journal entries, Sysdig events, future types): kept as it is. */
export interface UnknownItem extends Located {
  readonly kind: 'unknown';
  readonly blockType: number;
  /** Everything between the two length fields, padding included. */
  readonly body: Uint8Array;
  readonly byteOrder: ByteOrder;
}

/** Everything that stands in a capture file, in file order. */
export type CaptureItem =
  | SectionItem
  | InterfaceItem
  | CapturedPacket
  | NameResolutionItem
  | StatisticsItem
  | SecretsItem
  | CustomItem
  | UnknownItem;

/** The variants of pcap, by their magic number (see pcap/variants.ts). */
export type PcapVariant = 'standard' | 'nanosecond' | 'kuznetzov' | 'ixia-hardware' | 'ixia-software';

/** What the header of a pcap file says. */
export interface PcapHeader {
  readonly format: 'pcap';
  readonly variant: PcapVariant;
  readonly byteOrder: ByteOrder;
  readonly majorVersion: number;
  readonly minorVersion: number;
  /** Two fields that should be 0 and once were the time zone's offset and the accuracy of time stamps. */
  readonly reserved1: number;
  readonly reserved2: number;
}

/** What the beginning of a file says of it. */
export type CaptureHeader = PcapHeader | { readonly format: 'pcapng'; readonly byteOrder: ByteOrder };
