// The decoder contract. A decoder is a function that is given a PrintContext and a place in the packet; it appends what `tcpdump`
// would print there to `ctx.text`, and, when the caller wants fields as well, calls `ctx.layer(name, fields)` once.
//
// Rules every decoder follows:
//   * read bytes only through u8/u16/u32/... or after `has(offset, length)`: reading past the captured bytes ends the packet with
//     " [|protocol]", as tcpdump's own bounds checks do;
//   * set `ctx.protocol` first thing: it is the name inside "[|...]";
//   * a decoder that notices the end of the bytes itself and lets its caller go on calls `ctx.truncated()` and returns;
//   * hand payloads on through `ctx.etherType`, `ctx.ipProtocol` and `ctx.application`: the tables behind them (registry.ts) say which
//     decoder comes next, and they bound the nesting;
//   * build fields only under `if (ctx.wantsLayers)`; fields do not depend on -v, -q, -n or -e.
//
// Pure: no clock, no files, no network. Names come from ctx.names.

import { etherText, ipv4Text, ipv6Text } from './format.js';
import { hexAndAscii, hexOnly } from './hexdump.js';
import type { Names } from './names.js';
import { SequenceTable } from './tcp-sequences.js';

/** Values a layer's field may have in JSON. */
export type LayerValue =
  | string
  | number
  | boolean
  | null
  | readonly LayerValue[]
  | { readonly [field: string]: LayerValue };

/** One protocol of a packet, outermost first: `{protocol: 'tcp', sourcePort: 80, ...}`. */
export interface Layer {
  readonly protocol: string;
  readonly [field: string]: LayerValue;
}

/** The fields of a layer. The name `protocol` is the layer's own: a number of the protocol above is `payloadProtocol`. */
export type LayerFields = { readonly [field: string]: LayerValue } & { readonly protocol?: never };

/** The IP header above a payload. */
export interface IpHeader {
  readonly version: 4 | 6;
  /** Offset of the header's first byte. */
  readonly offset: number;
  /** The "next protocol" number of the header itself (before IPv6 extension headers). */
  readonly protocol: number;
  /** True when this is the first fragment of several. */
  readonly fragmented: boolean;
  /** Time to live or hop limit. */
  readonly hopLimit: number;
}

/** The TCP or UDP header above an application's payload. */
export interface Transport {
  readonly protocol: 'tcp' | 'udp';
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly ip: IpHeader;
}

/** Decodes a whole captured packet of one link type; returns the length of the link header (which -x and -X leave out). */
export type LinkDecoder = (ctx: PrintContext, length: number) => number;

/** Decodes a payload that starts at `offset` and was `length` bytes on the wire (perhaps fewer are captured). */
export type PayloadDecoder = (ctx: PrintContext, offset: number, length: number) => void;

/** Decodes the payload of an IP header. */
export type IpPayloadDecoder = (ctx: PrintContext, offset: number, length: number, ip: IpHeader) => void;

/** Decodes the payload of TCP or UDP. TCP decoders write their own lead (": " where tcpdump has one) after ", length N". */
export type ApplicationDecoder = (ctx: PrintContext, offset: number, length: number, transport: Transport) => void;

/** The tables that say which decoder comes next; registry.ts fills them. */
export interface DecoderTables {
  /** By LINKTYPE number. */
  readonly linkType: ReadonlyMap<number, LinkDecoder>;
  /** By EtherType. */
  readonly etherType: ReadonlyMap<number, PayloadDecoder>;
  /** By IP protocol number. */
  readonly ipProtocol: ReadonlyMap<number, IpPayloadDecoder>;
  /** By LLC service access point, when source and destination SAP are both this one. */
  readonly llcSap: ReadonlyMap<number, PayloadDecoder>;
  readonly tcpPort: PortLookup;
  readonly udpPort: PortLookup;
}

/** Finds the decoder for a pair of ports, or undefined. */
export type PortLookup = (sourcePort: number, destinationPort: number) => ApplicationDecoder | undefined;

/** What the flags of `tcpdump` ask for, as values. */
export interface PrintFlags {
  /** -v, -vv, -vvv: 0 to 3. */
  readonly verbosity: number;
  /** -q (1) or -qq (2). */
  readonly quiet: number;
  /** -e: print the link header. */
  readonly linkHeader: boolean;
  /** -n: numbers instead of names. */
  readonly numeric: boolean;
  /** -S: absolute TCP sequence numbers. */
  readonly absoluteSequence: boolean;
  /** False for -K: do not verify checksums. */
  readonly verifyChecksums: boolean;
  /** True when -x, -X or -q is given: packets of unknown types are then not dumped on their own. */
  readonly suppressDefaultDump: boolean;
}

/** What a decoder throws (through the checked reads) when the captured bytes end too early. The printer catches it. */
export const TRUNCATED: unique symbol = Symbol('packet truncated');

/** Nested headers beyond this many (IP in IP in IP ...) are not followed. */
const MAX_DEPTH = 120;

/** State of the printer while it goes through one packet, and the tools decoders use. One object serves all packets of a printer. */
export class PrintContext {
  readonly flags: PrintFlags;
  readonly names: Names;
  readonly tables: DecoderTables;
  /** The captured bytes of the packet. */
  bytes: Uint8Array = new Uint8Array(0);
  /** Offset just after the last byte decoders may read: the end of the capture, or of an enclosing protocol's payload. */
  end = 0;
  /** What has been printed so far. */
  text = '';
  /** Name that "[|name]" shows when the packet ends early. */
  protocol = '';
  /** True when fields are wanted as well as text. */
  wantsLayers = false;
  /** The fields gathered so far, outermost protocol first. */
  layers: Layer[] = [];
  /** True while something is decoded only for its fields: it must leave no trace in the state below. */
  isQuoted = false;
  /** First sequence numbers of the TCP connections over IPv4 (key: two addresses, ports). */
  readonly tcpSequences4 = new SequenceTable(3);
  /** The same over IPv6. */
  readonly tcpSequences6 = new SequenceTable(9);
  private depth = 0;

  constructor(flags: PrintFlags, names: Names, tables: DecoderTables) {
    this.flags = flags;
    this.names = names;
    this.tables = tables;
  }

  /** Starts a new packet. */
  begin(bytes: Uint8Array, wantsLayers: boolean): void {
    this.bytes = bytes;
    this.end = bytes.length;
    this.protocol = '';
    this.wantsLayers = wantsLayers;
    if (wantsLayers) this.layers = [];
    this.isQuoted = false;
    this.depth = 0;
  }

  /** Adds a protocol with its fields. Call it under `if (ctx.wantsLayers)`, in the order of the headers. */
  layer(protocol: string, fields: LayerFields): void {
    this.layers.push({ protocol, ...fields });
  }

  /** Appends text. */
  print(text: string): void {
    this.text += text;
  }

  // Bounds.

  /** True when `length` bytes from `offset` are captured (and inside the enclosing payload). */
  has(offset: number, length: number): boolean {
    return offset + length <= this.end;
  }

  /** Ends the packet with " [|protocol]" unless `length` bytes from `offset` are there. */
  need(offset: number, length: number): void {
    if (offset + length > this.end) throw TRUNCATED;
  }

  /** How many bytes may be read from `offset` on (0 when it is past the end). */
  available(offset: number): number {
    return offset < this.end ? this.end - offset : 0;
  }

  /**
   * Moves the end of the readable bytes to at most `length` bytes after `offset`, never further than it was, and returns the
   * previous end: assign it back to `ctx.end` when the payload is done.
   */
  narrow(offset: number, length: number): number {
    const previous = this.end;
    if (offset + length < previous) this.end = offset + length;
    return previous;
  }

  /** Prints " [|protocol]"; the decoder then returns. */
  truncated(): void {
    this.text += ` [|${this.protocol}]`;
  }

  /** Prints " (invalid)". */
  invalid(): void {
    this.text += ' (invalid)';
  }

  // Checked reads, big-endian (network order) unless the name says otherwise.

  u8(offset: number): number {
    if (offset >= this.end) throw TRUNCATED;
    return this.bytes[offset]!;
  }

  u16(offset: number): number {
    if (offset + 2 > this.end) throw TRUNCATED;
    return (this.bytes[offset]! << 8) | this.bytes[offset + 1]!;
  }

  u24(offset: number): number {
    if (offset + 3 > this.end) throw TRUNCATED;
    return (this.bytes[offset]! << 16) | (this.bytes[offset + 1]! << 8) | this.bytes[offset + 2]!;
  }

  u32(offset: number): number {
    if (offset + 4 > this.end) throw TRUNCATED;
    const b = this.bytes;
    return ((b[offset]! << 24) | (b[offset + 1]! << 16) | (b[offset + 2]! << 8) | b[offset + 3]!) >>> 0;
  }

  u16le(offset: number): number {
    if (offset + 2 > this.end) throw TRUNCATED;
    return (this.bytes[offset + 1]! << 8) | this.bytes[offset]!;
  }

  u32le(offset: number): number {
    if (offset + 4 > this.end) throw TRUNCATED;
    const b = this.bytes;
    return ((b[offset + 3]! << 24) | (b[offset + 2]! << 16) | (b[offset + 1]! << 8) | b[offset]!) >>> 0;
  }

  /** A 64-bit number in decimal. */
  u64(offset: number): string {
    const high = this.u32(offset);
    const low = this.u32(offset + 4);
    if (high < 0x200000) return String(high * 0x100000000 + low);
    return ((BigInt(high) << 32n) | BigInt(low)).toString();
  }

  // Addresses. The first of each pair is what is printed (a name without -n, where the caller's names have one); the second is the
  // plain number for fields.

  ipv4(offset: number): string {
    if (offset + 4 > this.end) throw TRUNCATED;
    return this.names.host(ipv4Text(this.bytes, offset));
  }

  ipv4Number(offset: number): string {
    if (offset + 4 > this.end) throw TRUNCATED;
    return ipv4Text(this.bytes, offset);
  }

  ipv6(offset: number): string {
    if (offset + 16 > this.end) throw TRUNCATED;
    return this.names.host(ipv6Text(this.bytes, offset));
  }

  ipv6Number(offset: number): string {
    if (offset + 16 > this.end) throw TRUNCATED;
    return ipv6Text(this.bytes, offset);
  }

  ether(offset: number): string {
    if (offset + 6 > this.end) throw TRUNCATED;
    return this.names.ether(etherText(this.bytes, offset));
  }

  etherNumber(offset: number): string {
    if (offset + 6 > this.end) throw TRUNCATED;
    return etherText(this.bytes, offset);
  }

  // Fields without text.

  /**
   * Lets `decode` add its layers and drops what it prints: for what the flags leave out of the text (-q), so that fields do not depend
   * on flags. Does nothing when fields are not wanted.
   */
  fieldsOnly(decode: () => void): void {
    if (!this.wantsLayers) return;
    const { text, end, protocol, isQuoted, depth } = this;
    this.isQuoted = true;
    if (this.descend()) {
      try {
        decode();
      } catch (error) {
        if (error !== TRUNCATED) throw error;
      }
    }
    this.text = text;
    this.end = end;
    this.protocol = protocol;
    this.isQuoted = isQuoted;
    this.depth = depth;
  }

  /** The layers of a packet that an error message quotes. Nothing is printed of it, and no connection is learnt from it. */
  quoted(decode: () => void): readonly Layer[] {
    const { layers } = this;
    this.layers = [];
    this.fieldsOnly(decode);
    const quoted = this.layers;
    this.layers = layers;
    return quoted;
  }

  // Handing on.

  /** Decodes the payload of an EtherType; false (and nothing printed) when no decoder knows it. */
  etherType(type: number, offset: number, length: number): boolean {
    const decode = this.tables.etherType.get(type);
    if (decode === undefined) return false;
    if (this.descend()) {
      decode(this, offset, length);
      this.ascend();
    }
    return true;
  }

  /** Decodes the payload of an IP protocol number; false (and nothing printed) when no decoder knows it. */
  ipProtocol(protocol: number, offset: number, length: number, ip: IpHeader): boolean {
    const decode = this.tables.ipProtocol.get(protocol);
    if (decode === undefined) return false;
    if (this.descend()) {
      decode(this, offset, length, ip);
      this.ascend();
    }
    return true;
  }

  /** Decodes the payload of TCP or UDP by its ports; false (and nothing printed) when no decoder knows them. */
  application(offset: number, length: number, transport: Transport): boolean {
    const lookup = transport.protocol === 'tcp' ? this.tables.tcpPort : this.tables.udpPort;
    const decode = lookup(transport.sourcePort, transport.destinationPort);
    if (decode === undefined) return false;
    if (this.descend()) {
      decode(this, offset, length, transport);
      this.ascend();
    }
    return true;
  }

  /** Dumps bytes in hex and ASCII, as tcpdump does for a packet of an unknown type (unless -x or -X dump them anyway, or -q wants less). */
  defaultDump(offset: number, length: number): void {
    if (!this.flags.suppressDefaultDump) this.dump(offset, length);
  }

  /** Dumps bytes in hex and ASCII on lines of their own; ends the packet where they are not all captured. */
  dump(offset: number, length: number): void {
    const captured = Math.min(length, this.available(offset));
    this.text += hexAndAscii(this.bytes, offset, offset + captured, '\n\t');
    if (captured < length) throw TRUNCATED;
  }

  /** Dumps bytes in hex for a field nobody decodes, as many as are captured; each line begins with `indent`. */
  hexField(offset: number, length: number, indent: string): void {
    if (offset > this.end) {
      this.text += `${indent}Dissector error: print_unknown_data called with pointer past end of packet`;
      return;
    }
    this.text += hexOnly(this.bytes, offset, offset + Math.min(length, this.available(offset)), indent);
  }

  /** Goes one header deeper, for a decoder that calls the next one itself: call `ascend` afterwards; false beyond the limit. */
  descend(): boolean {
    if (this.depth >= MAX_DEPTH) {
      this.text += ' [nested too deeply]';
      return false;
    }
    this.depth++;
    return true;
  }

  ascend(): void {
    this.depth--;
  }
}
