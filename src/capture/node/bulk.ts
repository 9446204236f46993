// Filtering whole capture files: `skep dump -r BIG -w OUT EXPR`, counting, and the packets that match, for printing.

import { PcapWriter } from '../pcap/writer.js';
import type { CapturedPacket, CaptureFormat, CaptureHeader, CaptureItem, PcapHeader } from '../types.js';
import { BulkScan, type ScanOptions, type ScanProgress } from './bulk-scan.js';
import { byteSource } from './bulk-source.js';
import { type CaptureFileOptions, CaptureFileWriter } from './capture-file.js';
import { InputFile } from './input.js';
import { OutputFile } from './output.js';

export type { ScanOptions, ScanProgress } from './bulk-scan.js';

export interface FilterOutput extends Omit<CaptureFileOptions, 'format' | 'inputs' | 'linkType' | 'snapLength'> {
  /** Name of the file; `-` is standard output, `.gz` at its end compresses. */
  readonly path: string;
  /** Default `same`: the format, byte order and precision of the input. */
  readonly format?: CaptureFormat | 'same';
}

export interface FilterFileOptions extends ScanOptions {
  /** Name of the file, `-` for standard input, or a file that is open (and stays so). Compressed ones are decompressed. */
  readonly input: string | InputFile;
  /** Where matching packets go. Absent: they are only counted. */
  readonly output?: FilterOutput;
}

/** What a filter run did. */
export interface FilterFileResult extends ScanProgress {
  /** Blocks, options and comments that the output format could not hold. */
  readonly omitted: number;
}

/**
 * Copies the packets that match from one capture file to another, or counts them, without JavaScript per packet where
 * records can be copied as they are: pcap to pcap and pcapng to pcapng in one byte order. Everything else is read and written
 * packet by packet, with the same result.
 *
 * In pcapng every block but custom ones that forbid it (and packets that do not match) is kept.
 * Throws SkepError: at damage in the input, after everything before it has been written; when a file cannot be opened, read
 * or written; when pcap is asked for and a packet has another link type. `programFor` may throw as it likes.
 */
export async function filterFile(options: FilterFileOptions): Promise<FilterFileResult> {
  const file = openInput(options.input);
  let scan: BulkScan | undefined;
  try {
    scan = new BulkScan(await byteSource(file), options);
    const { output } = options;
    const omitted = output === undefined ? count(scan) : write(scan, output, file, options.programFor !== undefined);
    return { bytesRead: scan.bytesRead, packets: scan.packets, matches: scan.matches, omitted };
  } finally {
    scan?.finish();
    if (file !== options.input) file.close();
  }
}

export interface MatchingPacketsOptions extends ScanOptions {
  /** Name of the file, `-` for standard input, or a file that is open (and stays so). Compressed ones are decompressed. */
  readonly input: string | InputFile;
  /** Called with everything in the file that is no packet, in order with the batches. */
  readonly onItem?: (item: CaptureItem) => void;
}

/**
 * The packets of a file that match, a batch at a time: only these are made into objects. They stay valid.
 * At damage, the packets before it come first, then SkepError is thrown.
 */
export async function* matchingPackets(
  options: MatchingPacketsOptions,
): AsyncGenerator<CapturedPacket[], void, undefined> {
  const file = openInput(options.input);
  let scan: BulkScan | undefined;
  try {
    scan = new BulkScan(await byteSource(file), options);
    scan.mode = 'list';
    for (let event = scan.next(); event !== undefined; event = scan.next()) {
      if (event.kind === 'output') yield scan.listedPackets(event.memory, event.start, event.end);
      else if (event.item.kind === 'packet') yield [event.item];
      else options.onItem?.(event.item);
    }
  } finally {
    scan?.finish();
    if (file !== options.input) file.close();
  }
}

function openInput(input: string | InputFile): InputFile {
  return typeof input === 'string' ? new InputFile(input) : input;
}

function count(scan: BulkScan): number {
  scan.mode = 'count';
  while (scan.next() !== undefined);
  return 0;
}

function write(scan: BulkScan, output: FilterOutput, input: InputFile, filters: boolean): number {
  const header = scan.begin();
  return scan.recordsCanBeCopied && copyKeepsForm(header, output)
    ? copy(scan, output, input, filters)
    : convert(scan, output, input, filters, header);
}

/** Whether the output is to have the form of the input, in one file. */
function copyKeepsForm(header: CaptureHeader, output: FilterOutput): boolean {
  const { format = 'same', byteOrder, precision, maximumBytes, seconds, packetBuffered } = output;
  if (maximumBytes !== undefined || seconds !== undefined || packetBuffered) return false;
  if (format !== 'same' && format !== header.format) return false;
  if (byteOrder !== undefined && byteOrder !== header.byteOrder) return false;
  return header.format === 'pcapng'
    ? byteOrder === undefined
    : precision === undefined || precision === precisionOf(header);
}

function precisionOf(header: PcapHeader): 'micro' | 'nano' {
  return header.variant === 'nanosecond' || header.variant === 'ixia-hardware' ? 'nano' : 'micro';
}

/** Records go from the input to the output as they are. */
function copy(scan: BulkScan, output: FilterOutput, input: InputFile, filters: boolean): number {
  scan.mode = 'copy';
  const header = scan.begin();
  const file = new OutputFile(output.path, [input]);
  closing(file, () => {
    for (let event = scan.next(); event !== undefined; event = scan.next()) {
      if (event.kind === 'output') file.write(event.memory.subarray(event.start, event.end));
      else for (const piece of copiedItem(event.item, event.pieces, header, filters)) file.write(piece);
    }
  });
  return 0;
}

/** The bytes that an item of the input becomes in a copy. */
function copiedItem(
  item: CaptureItem,
  pieces: readonly Uint8Array[],
  header: CaptureHeader,
  filters: boolean,
): readonly Uint8Array[] {
  if (header.format === 'pcap') {
    if (item.kind === 'packet') return [cutRecord(item, pieces, header)];
    if (item.kind !== 'interface') return [];
    const writer = new PcapWriter({ byteOrder: header.byteOrder, precision: precisionOf(header) });
    writer.write(item);
    return [writer.take()];
  }
  return item.kind === 'custom' && !item.copyable && filters ? [] : pieces;
}

/** A record whose packet was cut to the snap length, with its header saying so. */
function cutRecord(packet: CapturedPacket, pieces: readonly Uint8Array[], header: PcapHeader): Uint8Array {
  const record = new Uint8Array(16 + packet.data.length);
  let at = 0;
  for (const piece of pieces) {
    record.set(piece.subarray(0, Math.max(0, record.length - at)), at);
    at = Math.min(at + piece.length, record.length);
  }
  new DataView(record.buffer).setUint32(8, packet.data.length, header.byteOrder === 'little');
  return record;
}

/** Packets are read and written one by one: into another format, byte order or precision, or into rotated files. */
function convert(
  scan: BulkScan,
  output: FilterOutput,
  input: InputFile,
  filters: boolean,
  header: CaptureHeader,
): number {
  scan.mode = 'list';
  const { format = 'same', path, ...rest } = output;
  const form: CaptureFileOptions =
    format === 'same' && header.format === 'pcap'
      ? { byteOrder: header.byteOrder, precision: precisionOf(header) }
      : {};
  const target = format === 'same' ? header.format : format;
  const file = new CaptureFileWriter(path, { ...form, ...rest, format: target, inputs: [input] });
  closing(file, () => {
    for (let event = scan.next(); event !== undefined && !file.stopped; event = scan.next()) {
      if (event.kind === 'output') {
        for (const packet of scan.listedPackets(event.memory, event.start, event.end)) file.write(packet);
      } else if (event.item.kind !== 'custom' || event.item.copyable || !filters) file.write(event.item);
    }
  });
  return file.omitted;
}

/** Does the work and closes the file, whatever happens. The error of the work is the one that counts. */
function closing(file: { close(): void }, work: () => void): void {
  try {
    work();
  } catch (error) {
    try {
      file.close();
    } catch {
      // What went wrong first says more.
    }
    throw error;
  }
  file.close();
}
