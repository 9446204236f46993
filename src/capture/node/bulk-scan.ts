// The scan under the bulk filter. The file is read straight into the memory of a record walker (classic/jit/walk.ts), which
// steps from record to record inside WebAssembly, so that no JavaScript runs per packet. What the walker does not know
// (blocks that are no packets, lengths out of the ordinary, the end of a truncated file) is handed, record by record, to
// the readers that `readCapture` uses: the packets, the items and the errors are the same.

import {
  createRecordWalker,
  type EngineName,
  type PreparedProgram,
  prepare,
  type RecordWalker,
  type WalkInterface,
} from '../../classic/index.js';
import type { ClassicProgram } from '../../isa/index.js';
import { ACCEPT_ALL } from '../accept-all.js';
import { ByteQueue } from '../byte-queue.js';
import { checkEnd, detectReader, MAGIC_BYTES } from '../detect.js';
import { effectiveSnapLength, maximumPacketBytes } from '../limits.js';
import type { PcapReader } from '../pcap/reader.js';
import { BLOCK_ENHANCED_PACKET, BLOCK_OBSOLETE_PACKET, BLOCK_SIMPLE_PACKET } from '../pcapng/blocks.js';
import type { PcapngReader } from '../pcapng/reader.js';
import { hasHostOrderFields } from '../pseudo-headers.js';
import type { CapturedPacket, CaptureHeader, CaptureInterface, CaptureItem } from '../types.js';
import type { ByteSource } from './bulk-source.js';

/** Read at a time. Measured: 64 KiB cost 10 % more, and from 1 MiB on the walk no longer finds what was read in the cache. */
const READ_BYTES = 1 << 18;
/** Room before what is read, for the record that the chunk before ended in: nearly all records fit. */
const CARRY_BYTES = 1 << 16;
/** Matches wait here until there are FLUSH_BYTES of them; with this much room, those of one walk always fit. */
const FLUSH_BYTES = 1 << 16;
const OUTPUT_BYTES = CARRY_BYTES + READ_BYTES + FLUSH_BYTES;
/** Up to here the readers are done with a file before a walker would be compiled. */
const SMALL_FILE_BYTES = 1 << 16;
/** Rows that the walker's table of interfaces has; packets of others are filtered one by one. */
const MAXIMUM_WALK_INTERFACES = 256;

const PACKET_BLOCKS: ReadonlySet<number> = new Set([BLOCK_ENHANCED_PACKET, BLOCK_SIMPLE_PACKET, BLOCK_OBSOLETE_PACKET]);

/** What a scan finds, in file order. */
export type ScanEvent =
  /** The walker wrote [start, end) of `memory`: records that matched, or the list of them. Good until the next event. */
  | {
      readonly kind: 'output';
      readonly memory: Uint8Array;
      readonly start: number;
      readonly end: number;
    }
  /** Something that the walker does not know; `pieces` are its bytes. Packets come only when they match. */
  | { readonly kind: 'item'; readonly item: CaptureItem; readonly pieces: readonly Uint8Array[] };

export interface ScanOptions {
  /** The program for the packets of an interface; undefined accepts all of them. */
  readonly programFor?: (iface: CaptureInterface) => ClassicProgram | undefined;
  /** Matches to be given at most. */
  readonly maximumMatches?: number;
  /** Matches to be passed over first. They count neither as matches nor for the maximum. */
  readonly skipMatches?: number;
  readonly engine?: EngineName | 'auto';
  /** Called after each chunk of the file, and once more at the end, whatever that is. */
  readonly onProgress?: (progress: ScanProgress) => void;
}

export interface ScanProgress {
  /** Of the file as it is: compressed ones. */
  readonly bytesRead: number;
  readonly packets: number;
  readonly matches: number;
}

export class BulkScan implements ScanProgress {
  packets = 0;
  matches = 0;

  readonly #source: ByteSource;
  readonly #options: ScanOptions;
  #mode: 'copy' | 'list' | 'count' = 'count';

  readonly #queue = new ByteQueue();
  #reader: PcapReader | PcapngReader | undefined = undefined;
  #firstItem: ScanEvent | undefined = undefined;

  #walker: RecordWalker | undefined = undefined;
  #memory: Uint8Array = new Uint8Array(CARRY_BYTES + READ_BYTES);
  /** READ_BYTES from here on are for what is read. */
  #readStart = CARRY_BYTES;
  /** File data not yet dealt with: [position, end) of the memory. */
  #position = 0;
  #end = 0;
  /** Of `position` in the file. */
  #offset = 0;
  #ended = false;
  /** All that is left of a small file: the queue holds it too. */
  #small: Uint8Array | undefined = undefined;
  #outputEnd = 0;
  #skip: number;
  #done = false;

  readonly #programs: ClassicProgram[] = [];
  readonly #prepared: PreparedProgram[] = [];
  readonly #filterOf = new Map<string, number>();
  #interfaces: WalkInterface[] = [];
  #limitBytes = 0;
  #bigEndian = false;

  constructor(source: ByteSource, options: ScanOptions) {
    this.#source = source;
    this.#options = options;
    this.#skip = options.skipMatches ?? 0;
  }

  get bytesRead(): number {
    return this.#source.bytesRead;
  }

  /** The interfaces described so far. */
  get interfaces(): readonly CaptureInterface[] {
    return this.#reader?.interfaces ?? [];
  }

  /** Reads the beginning of the file. Throws SkepError when it is no capture file. */
  begin(): CaptureHeader {
    if (this.#reader === undefined) {
      while (this.#end - this.#position < MAGIC_BYTES && this.#fill());
      const queue = this.#queue;
      queue.reset(this.#memory, this.#position, this.#end, 0);
      if (queue.availableBytes < MAGIC_BYTES) checkEnd(queue, undefined);
      this.#reader = detectReader(queue);
      this.#firstItem = this.#readItem();
    }
    return this.#reader.header!;
  }

  /** Whether a record of this file can be copied as it is into another file with a standard header. */
  get recordsCanBeCopied(): boolean {
    const reader = this.#reader!;
    return reader.plainRecords && this.#recordHeaderBytes === 16;
  }

  /** What the walker is to do with matches. To be said before the first `next`. */
  set mode(mode: 'copy' | 'list' | 'count') {
    this.#mode = mode;
  }

  /** The next thing found; undefined at the end. Throws SkepError at damage, after everything before it was given. */
  next(): ScanEvent | undefined {
    this.begin();
    const first = this.#firstItem;
    this.#firstItem = undefined;
    if (first !== undefined) return first;
    while (!this.#done) {
      const event = this.#step();
      if (event !== undefined) return event;
    }
    return this.#takeOutput();
  }

  /** Says how far it came. To be called when no more events are wanted. */
  finish(): void {
    this.#options.onProgress?.(this);
  }

  /** The packets of a list that an event brought, in buffers of their own. */
  listedPackets(memory: Uint8Array, start: number, end: number): CapturedPacket[] {
    const rows = new Uint32Array(memory.buffer, memory.byteOffset + start, (end - start) / 4);
    let total = 0;
    for (let i = 1; i < rows.length; i += 2) total += rows[i]!;
    const bytes = new Uint8Array(total);
    const packets: CapturedPacket[] = [];
    for (let i = 0, at = 0; i < rows.length; i += 2) {
      const address = rows[i]!;
      const length = rows[i + 1]!;
      bytes.set(memory.subarray(address, address + length), at);
      // The walk has come to `position`, which is at `offset` in the file; the record lies before it.
      this.#queue.reset(bytes, at, at + length, this.#offset - (this.#position - address));
      packets.push(this.#reader!.next() as CapturedPacket);
      at += length;
    }
    return packets;
  }

  get #remaining(): number {
    return (this.#options.maximumMatches ?? Infinity) - this.matches;
  }

  get #recordHeaderBytes(): number {
    const reader = this.#reader!;
    return 'recordHeaderBytes' in reader ? reader.recordHeaderBytes : 16;
  }

  /** Reads on, behind what is left. False at the end of the file, or when more is left than there is room for. */
  #fill(): boolean {
    const left = this.#end - this.#position;
    if (this.#ended || left > CARRY_BYTES) return false;
    const start = this.#readStart - left;
    this.#memory.copyWithin(start, this.#position, this.#end);
    this.#position = start;
    const count = this.#source.read(this.#memory, this.#readStart, READ_BYTES);
    this.#end = this.#readStart + count;
    this.#ended = count === 0;
    this.#options.onProgress?.(this);
    return count > 0;
  }

  #step(): ScanEvent | undefined {
    if (this.#remaining <= 0) {
      this.#done = true;
      return undefined;
    }
    if (this.#small !== undefined || !this.#reader!.plainRecords) return this.#single();
    if (this.#walker === undefined) {
      if (this.#end - this.#position < SMALL_FILE_BYTES) {
        if (this.#fill()) return undefined;
        return this.#beginSmall();
      }
      if (!this.#packetIsNext()) return this.#single();
      this.#createWalker();
    }
    return this.#walk(this.#walker!);
  }

  /** The file is over, and what is left of it is not worth a walker. */
  #beginSmall(): undefined {
    this.#small = this.#memory.slice(this.#position, this.#end);
    this.#position = this.#end;
    this.#queue.reset(this.#small, 0, this.#small.length, this.#offset);
  }

  /** Whether a packet comes next: for other blocks the programs may not be known yet. */
  #packetIsNext(): boolean {
    const reader = this.#reader!;
    if (!('littleEndian' in reader)) return true;
    const view = new DataView(this.#memory.buffer, this.#memory.byteOffset + this.#position, 4);
    return PACKET_BLOCKS.has(view.getUint32(0, reader.littleEndian));
  }

  #createWalker(): void {
    const walker = createRecordWalker(this.#programs.length > 0 ? this.#programs : [ACCEPT_ALL], {
      inputBytes: CARRY_BYTES + READ_BYTES,
      outputBytes: OUTPUT_BYTES,
      engine: this.#options.engine ?? 'auto',
    });
    const readStart = walker.inputStart + CARRY_BYTES;
    const moved = readStart - this.#readStart;
    walker.bytes.set(this.#memory.subarray(this.#position, this.#end), this.#position + moved);
    this.#memory = walker.bytes;
    this.#readStart = readStart;
    this.#position += moved;
    this.#end += moved;
    this.#outputEnd = walker.outputStart;
    this.#walker = walker;
  }

  #walk(walker: RecordWalker): ScanEvent | undefined {
    const skipping = this.#skip > 0;
    const most = skipping ? this.#skip : this.#remaining;
    const result = walker.walk({
      format: this.#reader!.header!.format,
      bigEndian: this.#bigEndian,
      headerBytes: this.#recordHeaderBytes === 24 ? 24 : 16,
      start: this.#position,
      end: this.#end,
      limitBytes: this.#limitBytes,
      interfaces: this.#interfaces,
      maxMatches: Math.min(most, 0xffffffff),
      output: skipping ? 'count' : this.#mode,
      outputStart: this.#outputEnd,
      outputEnd: walker.outputStart + walker.outputBytes,
    });
    const { status, position, records, matches, outputEnd } = result;
    this.#offset += position - this.#position;
    this.#position = position;
    this.packets += records;
    if (skipping) this.#skip -= matches;
    else this.matches += matches;
    this.#outputEnd = outputEnd;

    // A list speaks of the input area, so it must be used before that is filled again.
    const waiting = outputEnd - walker.outputStart;
    if (waiting > 0 && (status !== 'more' || this.#mode === 'list' || waiting >= FLUSH_BYTES))
      return this.#takeOutput();
    return this.#afterWalk(status);
  }

  #afterWalk(status: string): ScanEvent | undefined {
    if (status === 'limit') return undefined;
    if (status === 'more') {
      // A record that is longer than the room before the area is read on its own; so is what is left at the end.
      if (this.#fill()) return undefined;
      if (this.#position === this.#end) {
        this.#done = true;
        return undefined;
      }
    }
    return this.#takeOutput() ?? this.#single();
  }

  #takeOutput(): ScanEvent | undefined {
    const walker = this.#walker;
    if (walker === undefined || this.#outputEnd === walker.outputStart) return undefined;
    const event = { kind: 'output', memory: walker.bytes, start: walker.outputStart, end: this.#outputEnd } as const;
    this.#outputEnd = walker.outputStart;
    return event;
  }

  /** Reads one item with the reader; for a packet, filters it here. */
  #single(): ScanEvent | undefined {
    const event = this.#readItem();
    if (event === undefined) {
      this.#done = true;
      return undefined;
    }
    if (event.kind !== 'item' || event.item.kind !== 'packet') return event;
    this.packets++;
    if (!this.#accepts(event.item)) return undefined;
    if (this.#skip > 0) {
      this.#skip--;
      return undefined;
    }
    this.matches++;
    return event;
  }

  /** The next item, by the reader. Undefined at the end of the file. */
  #readItem(): ScanEvent | undefined {
    const queue = this.#queue;
    const reader = this.#reader!;
    const pieces: Uint8Array[] = [];
    const { start } = queue;
    if (this.#small === undefined) queue.reset(NO_BYTES, 0, 0, this.#offset);
    let item = reader.next();
    while (item === undefined) {
      // Exactly the bytes of the item are handed over, wherever they are.
      const piece = this.#takeBytes(reader.wantedBytes - queue.availableBytes);
      if (piece === undefined) {
        checkEnd(queue, reader);
        return undefined;
      }
      pieces.push(piece);
      queue.push(piece);
      item = reader.next();
    }
    if (this.#small !== undefined) pieces.push(this.#small.subarray(start, queue.start));
    this.#offset = queue.offsetBytes;
    if (item.kind === 'section') this.#beginSection();
    else if (item.kind === 'interface') this.#addInterface(item.interface);
    return { kind: 'item', item, pieces };
  }

  /** Up to `count` bytes of the file, in a buffer of their own; undefined at its end. */
  #takeBytes(count: number): Uint8Array | undefined {
    if (this.#position === this.#end && count <= READ_BYTES) this.#fill();
    if (this.#position < this.#end) {
      const end = Math.min(this.#position + count, this.#end);
      const piece = this.#memory.slice(this.#position, end);
      this.#position = end;
      return piece;
    }
    if (this.#ended) return undefined;
    const piece = new Uint8Array(Math.min(count, READ_BYTES));
    const length = this.#source.read(piece, 0, piece.length);
    this.#ended = length === 0;
    return length === 0 ? undefined : piece.subarray(0, length);
  }

  #beginSection(): void {
    this.#interfaces = [];
    this.#limitBytes = 0xffffffff;
    this.#bigEndian = (this.#reader as PcapngReader).littleEndian === false;
  }

  #addInterface(iface: CaptureInterface): void {
    const filter = this.#filterNumber(iface);
    const snapBytes = effectiveSnapLength(iface);
    const maximumBytes = maximumPacketBytes(iface.linkType);
    if (this.#reader!.header!.format === 'pcap') {
      this.#bigEndian = iface.byteOrder === 'big';
      // Longer than the snap length: to be cut.
      this.#limitBytes = Math.min(snapBytes, maximumBytes);
      return;
    }
    this.#limitBytes = Math.min(this.#limitBytes, Math.max(snapBytes, maximumBytes));
    const swapped = iface.byteOrder === 'big' && hasHostOrderFields(iface.linkType);
    if (this.#interfaces.length < MAXIMUM_WALK_INTERFACES) {
      this.#interfaces.push({ filter: swapped ? -1 : filter, snapBytes });
    }
  }

  /** The number of the interface's program; one for all interfaces of the same link type and byte order. */
  #filterNumber(iface: CaptureInterface): number {
    const key = `${iface.linkType} ${iface.byteOrder}`;
    const known = this.#filterOf.get(key);
    if (known !== undefined) return known;
    const program = this.#options.programFor?.(iface) ?? ACCEPT_ALL;
    let number = this.#programs.indexOf(program);
    if (number === -1) {
      number = this.#programs.push(program) - 1;
      this.#prepared.push(prepare(program));
      this.#walker?.setFilters(this.#programs);
    }
    this.#filterOf.set(key, number);
    return number;
  }

  #accepts(packet: CapturedPacket): boolean {
    return this.#prepared[this.#filterNumber(packet.interface)]!.run(packet.data, packet.originalLength) !== 0;
  }
}

const NO_BYTES = new Uint8Array(0);
