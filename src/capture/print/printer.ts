// One line (or more) of text for each captured packet, the way `tcpdump -r` prints it, and the same packet as an object.

import type { Layer } from './context.js';
import { PrintContext, TRUNCATED } from './context.js';
import { hex } from './format.js';
import { asciiOnly, hexAndAscii, hexOnly } from './hexdump.js';
import type { NameSource } from './names.js';
import { Names } from './names.js';
import { decoderTables } from './registry.js';
import type { TimeStyle, UtcOffset } from './time.js';
import { isoTime, TimePrinter } from './time.js';

/** Packets longer than this are not decoded: no capture tool writes them. */
const MAXIMUM_LENGTH = 262144;

/** A packet to print. `CapturedPacket` of the capture room is one. */
export interface PrintablePacket {
  /** The captured bytes. */
  readonly data: Uint8Array;
  /** Length on the wire. */
  readonly originalLength: number;
  readonly timeSeconds: number;
  readonly timeNanoseconds: number;
  /** False where the capture has no time for this packet: nothing is then said of it in JSON. */
  readonly hasTime?: boolean;
  readonly interface?: { readonly linkType: number; readonly index?: number; readonly name?: string };
}

/** Dumps of the bytes after the line; 2 includes the link header. The first that is not 0, in the order hexAscii, hex, ascii, is used. */
export interface DumpOptions {
  /** -x (1), -xx (2). */
  readonly hex?: 0 | 1 | 2;
  /** -X (1), -XX (2). */
  readonly hexAscii?: 0 | 1 | 2;
  /** -A (1), -AA (2). */
  readonly ascii?: 0 | 1 | 2;
}

export interface PrinterOptions extends DumpOptions {
  /** LINKTYPE number for packets that name no interface. Default 1, Ethernet. */
  readonly linkType?: number;
  /** -v, -vv, -vvv as 1, 2, 3. */
  readonly verbosity?: number;
  /** -q as 1, -qq as 2. */
  readonly quiet?: number;
  /** -e: print the link header too. */
  readonly linkHeader?: boolean;
  /** -n: addresses and ports as numbers. */
  readonly numeric?: boolean;
  /** -N: host names without their domain. */
  readonly noDomains?: boolean;
  /** -S: absolute TCP sequence numbers. */
  readonly absoluteSequence?: boolean;
  /** False for -K: checksums are not verified. Default true. */
  readonly verifyChecksums?: boolean;
  /** -#: number the packets, from 1. */
  readonly packetNumbers?: boolean;
  /** The -t flags. Default 'time', the local time of day. */
  readonly time?: TimeStyle;
  /** Nine digits of the second instead of six. */
  readonly nanoseconds?: boolean;
  /** Local time; default UTC. */
  readonly utcOffsetSeconds?: UtcOffset;
  /** Names for addresses and ports; without it only numbers are printed. */
  readonly names?: NameSource;
}

/** A packet as JSON. See docs/dump-json.md. */
export interface PacketJson {
  /** UTC, nine digits; null where the capture has no time. */
  readonly time: string | null;
  readonly capturedLength: number;
  readonly length: number;
  readonly interface: number | string | null;
  readonly layers: readonly Layer[];
  /** What the text line says, without number and time. */
  readonly text: string;
  /** True where the capture ends inside a header that was being read. */
  readonly truncated?: true;
  /** The captured bytes in hex, when a dump was asked for. */
  readonly data?: string;
}

export interface Printer {
  /** The text for a packet, without the final line end. */
  line(packet: PrintablePacket): string;
  /** The same packet as an object. */
  json(packet: PrintablePacket): PacketJson;
}

const NO_OFFSET: UtcOffset = () => 0;

class PacketPrinter implements Printer {
  private readonly ctx: PrintContext;
  private readonly time: TimePrinter;
  private readonly options: PrinterOptions;
  private packets = 0;
  private truncated = false;

  constructor(options: PrinterOptions) {
    this.options = options;
    const names = new Names(options.names ?? {}, options.numeric ?? false, options.noDomains ?? false);
    this.ctx = new PrintContext(
      {
        verbosity: options.verbosity ?? 0,
        quiet: options.quiet ?? 0,
        linkHeader: options.linkHeader ?? false,
        numeric: options.numeric ?? false,
        absoluteSequence: options.absoluteSequence ?? false,
        verifyChecksums: options.verifyChecksums ?? true,
        suppressDefaultDump: Boolean(options.hex || options.hexAscii || options.quiet),
      },
      names,
      decoderTables(),
    );
    this.time = new TimePrinter(
      options.time ?? 'time',
      options.nanoseconds ?? false,
      options.utcOffsetSeconds ?? NO_OFFSET,
    );
  }

  line(packet: PrintablePacket): string {
    const { ctx, options } = this;
    this.packets++;
    let lead = options.packetNumbers === true ? `${String(this.packets).padStart(5)}  ` : '';
    const problem = headerProblem(packet);
    if (problem !== undefined) return lead + problem;
    lead += this.time.text(packet.timeSeconds, packet.timeNanoseconds);
    const headerLength = this.decode(packet, false);
    return lead + ctx.text + this.dump(packet.data, headerLength);
  }

  json(packet: PrintablePacket): PacketJson {
    this.packets++;
    const result: { -readonly [K in keyof PacketJson]: PacketJson[K] } = {
      time: packet.hasTime === false ? null : isoTime(packet.timeSeconds, packet.timeNanoseconds),
      capturedLength: packet.data.length,
      length: packet.originalLength,
      interface: packet.interface?.name ?? packet.interface?.index ?? null,
      layers: [],
      text: headerProblem(packet) ?? '',
    };
    if (result.text === '') {
      this.decode(packet, true);
      result.layers = this.ctx.layers;
      result.text = this.ctx.text;
      if (this.truncated) result.truncated = true;
    }
    if (hasDump(this.options)) {
      let data = '';
      for (const byte of packet.data) data += hex(byte, 2);
      result.data = data;
    }
    return result;
  }

  /** Decodes into the context; returns the length of the link header, 0 when the packet ended early. */
  private decode(packet: PrintablePacket, wantsLayers: boolean): number {
    const { ctx } = this;
    const { data } = packet;
    ctx.text = '';
    ctx.begin(data, wantsLayers);
    this.truncated = false;
    const linkType = packet.interface?.linkType ?? this.options.linkType ?? 1;
    const decoder = ctx.tables.linkType.get(linkType);
    if (decoder === undefined) {
      ctx.text = `UNSUPPORTED${hexAndAscii(data, 0, data.length, '\n\t')}`;
      if (wantsLayers) ctx.layer('unsupported', { linkType });
      return 0;
    }
    try {
      return decoder(ctx, packet.originalLength);
    } catch (error) {
      if (error !== TRUNCATED) throw error;
      ctx.truncated();
      this.truncated = true;
      return 0;
    }
  }

  private dump(data: Uint8Array, headerLength: number): string {
    const { hexAscii, hex: hexOption, ascii } = this.options;
    const level = hexAscii || hexOption || ascii;
    if (!level) return '';
    const start = level > 1 ? 0 : headerLength;
    if (start >= data.length) return '';
    if (hexAscii) return hexAndAscii(data, start, data.length, '\n\t');
    if (hexOption) return hexOnly(data, start, data.length, '\n\t');
    return asciiOnly(data, start, data.length);
  }
}

function hasDump(options: DumpOptions): boolean {
  return Boolean(options.hex || options.hexAscii || options.ascii);
}

/** What is printed instead of a packet whose record header cannot be right. */
function headerProblem(packet: PrintablePacket): string | undefined {
  const captured = packet.data.length;
  const length = packet.originalLength;
  const problems: string[] = [];
  if (captured === 0) problems.push('caplen==0');
  if (length === 0) problems.push('len==0');
  else if (length < captured) problems.push(`len(${length}) < caplen(${captured})`);
  if (captured > MAXIMUM_LENGTH) problems.push(`caplen(${captured}) > ${MAXIMUM_LENGTH}`);
  if (length > MAXIMUM_LENGTH) problems.push(`len(${length}) > ${MAXIMUM_LENGTH}`);
  return problems.length === 0 ? undefined : `[Invalid header: ${problems.join(', ')}]`;
}

/**
 * A printer for the packets of one capture, in order: it remembers the TCP connections for relative sequence numbers and the time of
 * the packet before for -ttt.
 */
export function createPrinter(options: PrinterOptions = {}): Printer {
  return new PacketPrinter(options);
}
