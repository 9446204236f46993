// A program over every packet of a capture. Plain pcap files are walked record by record where they were read, and records that pass
// unchanged are copied as they are: nothing is made per packet. Other files come as packets, with the same result.

import type { CapturedPacket } from '../../capture/index.js';
import {
  BulkScan,
  byteSource,
  CaptureFileWriter,
  InputFile,
  isGzipName,
  OutputFile,
} from '../../capture/node/index.js';
import { type PacketRunner, passes, type SimProgram } from '../../kernel/index.js';
import { InputError } from '../terminal.js';
import type { RunOptions } from './options.js';
import type { Verdicts } from './report.js';

/** LINKTYPE_ETHERNET. */
const ETHERNET = 1;
const RECORD_HEADER_BYTES = 16;
const FLUSH_BYTES = 1 << 16;

export interface CaptureJob {
  readonly program: SimProgram;
  readonly options: RunOptions;
  readonly verdicts: Verdicts;
  readonly path: string;
}

export interface CaptureCounts {
  packets: number;
  passed: number;
  /** Among those that passed, packets that the program changed. */
  changed: number;
}

export async function runCapture(job: CaptureJob): Promise<CaptureCounts> {
  const { path, options } = job;
  const file = new InputFile(path);
  try {
    const scan = new BulkScan(await byteSource(file), {});
    const header = scan.begin();
    const plain = header.format === 'pcap' && scan.recordsCanBeCopied && options.context === undefined;
    const sameForm = options.write === undefined || (!isGzipName(options.write) && !/\.pcapng$/i.test(options.write));
    scan.mode = 'list';
    return plain && sameForm
      ? walkRecords(job, scan, file, header.byteOrder === 'little')
      : walkPackets(job, scan, file);
  } finally {
    file.close();
  }
}

/** Counts verdicts without a Map lookup for each packet. */
class VerdictCounter {
  readonly #small = new Float64Array(256);
  readonly #verdicts: Verdicts;

  constructor(verdicts: Verdicts) {
    this.#verdicts = verdicts;
  }

  add(verdict: number): void {
    if (verdict < 256) this.#small[verdict]!++;
    else this.#verdicts.set(verdict, (this.#verdicts.get(verdict) ?? 0) + 1);
  }

  finish(): void {
    for (const [verdict, count] of this.#small.entries()) {
      if (count > 0) this.#verdicts.set(verdict, (this.#verdicts.get(verdict) ?? 0) + count);
    }
  }
}

function walkRecords(job: CaptureJob, scan: BulkScan, file: InputFile, little: boolean): CaptureCounts {
  const { program, options } = job;
  const counts: CaptureCounts = { packets: 0, passed: 0, changed: 0 };
  const verdicts = new VerdictCounter(job.verdicts);
  const runner = program.packetRunner();
  const output = options.write === undefined ? undefined : new RecordOutput(options.write, file, little);
  const { row } = program;
  // Which verdicts pass is asked once for each small one.
  const passing = Uint8Array.from({ length: 256 }, (_, verdict) => (passes(row, verdict) ? 1 : 0));
  const { repeat } = options;
  const one = (memory: Uint8Array, record: number, start: number, end: number): void => {
    counts.packets++;
    let verdict = 0;
    for (let count = 0; count < repeat; count++) {
      verdict = runner.run(memory, start, end);
      verdicts.add(verdict);
    }
    if (!(verdict < 256 ? passing[verdict] === 1 : passes(row, verdict))) return;
    counts.passed++;
    const changed = runner.changed(memory, start, end);
    if (changed) counts.changed++;
    if (!output) return;
    if (changed) output.changed(memory, record, runner, end - start);
    else output.copy(memory, record, end);
  };
  try {
    for (let event = scan.next(); event !== undefined; event = scan.next()) {
      if (event.kind === 'output') {
        const { memory } = event;
        const rows = new Uint32Array(memory.buffer, memory.byteOffset + event.start, (event.end - event.start) / 4);
        for (let index = 0; index < rows.length; index += 2) {
          const record = rows[index]!;
          one(memory, record, record + RECORD_HEADER_BYTES, record + rows[index + 1]!);
        }
      } else if (event.item.kind === 'interface') {
        requireEthernet(job.path, event.item.interface.linkType);
        output?.header(event.pieces);
      } else if (event.item.kind === 'packet') {
        const record = joined(event.pieces);
        one(record, 0, RECORD_HEADER_BYTES, RECORD_HEADER_BYTES + event.item.data.length);
      }
    }
  } finally {
    verdicts.finish();
    output?.close();
  }
  return counts;
}

/** pcap records, copied or changed, into a file of the same form. */
class RecordOutput {
  readonly #file: OutputFile;
  readonly #little: boolean;
  #buffer = new Uint8Array(FLUSH_BYTES * 2);
  #view = new DataView(this.#buffer.buffer);
  #length = 0;

  constructor(path: string, input: InputFile, little: boolean) {
    this.#file = new OutputFile(path, [input]);
    this.#little = little;
  }

  header(pieces: readonly Uint8Array[]): void {
    for (const piece of pieces) this.#append(piece, 0, piece.length);
  }

  copy(memory: Uint8Array, start: number, end: number): void {
    this.#append(memory, start, end);
  }

  changed(memory: Uint8Array, record: number, runner: PacketRunner, lengthBefore: number): void {
    this.#append(memory, record, record + RECORD_HEADER_BYTES);
    const at = this.#length - RECORD_HEADER_BYTES;
    const packet = runner.take();
    const original = this.#view.getUint32(at + 12, this.#little);
    this.#view.setUint32(at + 8, packet.length, this.#little);
    this.#view.setUint32(at + 12, Math.max(packet.length, original + packet.length - lengthBefore), this.#little);
    this.#append(packet, 0, packet.length);
  }

  close(): void {
    try {
      this.#flush();
    } finally {
      this.#file.close();
    }
  }

  #append(from: Uint8Array, start: number, end: number): void {
    const count = end - start;
    // A record header and its packet stay together in the buffer.
    if (this.#length + count + FLUSH_BYTES / 2 > this.#buffer.length) this.#flush();
    if (count > this.#buffer.length / 2) {
      const keep = this.#buffer.subarray(0, this.#length);
      const buffer = new Uint8Array(2 * (this.#length + count) + FLUSH_BYTES);
      buffer.set(keep);
      this.#buffer = buffer;
      this.#view = new DataView(buffer.buffer);
    }
    if (count < 64) for (let i = 0; i < count; i++) this.#buffer[this.#length + i] = from[start + i]!;
    else this.#buffer.set(from.subarray(start, end), this.#length);
    this.#length += count;
  }

  #flush(): void {
    if (this.#length === 0) return;
    this.#file.write(this.#buffer.slice(0, this.#length));
    this.#length = 0;
  }
}

/** Files of other forms, and runs with a context. */
function walkPackets(job: CaptureJob, scan: BulkScan, file: InputFile): CaptureCounts {
  const { program, options, path } = job;
  const counts: CaptureCounts = { packets: 0, passed: 0, changed: 0 };
  const verdicts = new VerdictCounter(job.verdicts);
  const runner = program.packetRunner();
  const output =
    options.write === undefined
      ? undefined
      : new CaptureFileWriter(options.write, {
          format: /\.pcapng(\.gz)?$/i.test(options.write) ? 'pcapng' : 'pcap',
          inputs: [file],
        });
  const one = (packet: CapturedPacket): void => {
    requireEthernet(path, packet.interface.linkType);
    counts.packets++;
    let verdict = 0;
    let data = packet.data;
    for (let count = 0; count < options.repeat; count++) {
      if (options.context) {
        const result = program.testRun({ data: packet.data, context: options.context });
        verdict = result.returnValue;
        data = result.data;
      } else {
        verdict = runner.run(packet.data, 0, packet.data.length);
        data = runner.changed(packet.data, 0, packet.data.length) ? runner.take() : packet.data;
      }
      verdicts.add(verdict);
    }
    if (!passes(program.row, verdict)) return;
    counts.passed++;
    if (data !== packet.data) counts.changed++;
    const originalLength = Math.max(data.length, packet.originalLength + data.length - packet.data.length);
    output?.write(data === packet.data ? packet : { ...writable(packet), data, originalLength });
  };
  try {
    for (let event = scan.next(); event !== undefined; event = scan.next()) {
      if (event.kind === 'output') {
        for (const packet of scan.listedPackets(event.memory, event.start, event.end)) one(packet);
      } else if (event.item.kind === 'packet') one(event.item);
      else if (event.item.kind === 'interface' || event.item.kind === 'section') output?.write(event.item);
    }
  } finally {
    verdicts.finish();
    output?.close();
  }
  return counts;
}

function writable({ timeSeconds, timeNanoseconds, hasTime, block, options, interface: iface }: CapturedPacket) {
  return { kind: 'packet' as const, timeSeconds, timeNanoseconds, hasTime, block, options, interface: iface };
}

function requireEthernet(path: string, linkType: number): void {
  if (linkType === ETHERNET) return;
  throw new InputError(`${path}: programs see Ethernet frames, and this capture has link type ${linkType}`);
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
