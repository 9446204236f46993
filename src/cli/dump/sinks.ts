// Where the matching packets of `skep dump` go: lines, JSON lines, a file.

import type { CapturedPacket, WritableItem } from '../../capture/index.js';
import { CaptureFileWriter, type InputFile } from '../../capture/node/index.js';
import { createPrinter, type Printer, TIME_STYLES } from '../../capture/print/index.js';
import { isTerminal, LineOutput } from '../output.js';
import { localUtcOffset, machineNames } from './names.js';
import type { DumpOptions } from './options.js';
import { outputFormat, rotation } from './output-file.js';

export interface Sink {
  /** Takes a matching packet. False: this one and those behind it are not wanted (rotation has come to its end). */
  packet(packet: CapturedPacket): boolean;
  /** Whatever was taken so far is where it should be, as far as this program can see to it. */
  flush(): void;
  close(): void;
}

/** The sinks that the flags ask for. Opens the file to write. */
export function openSinks(options: DumpOptions, inputs: readonly InputFile[]): Sink[] {
  const sinks: Sink[] = [];
  if (options.writeFile !== undefined) sinks.push(new FileSink(options.writeFile, options, inputs));
  if ((options.writeFile === undefined && !options.countOnly) || options.print) sinks.push(new LineSink(options));
  return sinks;
}

/** Prints each packet: a line as tcpdump does, or a JSON object. */
class LineSink implements Sink {
  readonly #printer: Printer;
  readonly #output: LineOutput;
  readonly #json: boolean;

  constructor(options: DumpOptions) {
    this.#json = options.json;
    this.#output = new LineOutput(options.lineBuffered || isTerminal(1));
    this.#printer = createPrinter({
      verbosity: options.verbosity,
      quiet: options.quiet,
      linkHeader: options.linkHeader,
      numeric: options.numeric > 0,
      absoluteSequence: options.absoluteSequence,
      verifyChecksums: options.verifyChecksums,
      packetNumbers: options.number,
      time: TIME_STYLES[Math.min(options.timeFormat, TIME_STYLES.length - 1)],
      nanoseconds: options.nanoseconds,
      utcOffsetSeconds: localUtcOffset(),
      names: machineNames(),
      ...options.hex,
    });
  }

  packet(packet: CapturedPacket): boolean {
    this.#output.line(this.#json ? JSON.stringify(this.#printer.json(packet)) : this.#printer.line(packet));
    return true;
  }

  flush(): void {
    this.#output.flush();
  }

  close(): void {
    this.#output.flush();
  }
}

/** Writes each packet to a capture file, or a row of them. */
class FileSink implements Sink {
  readonly #writer: CaptureFileWriter;

  constructor(path: string, options: DumpOptions, inputs: readonly InputFile[]) {
    this.#writer = new CaptureFileWriter(path, { format: outputFormat(path), inputs, ...rotation(options) });
  }

  packet(packet: CapturedPacket): boolean {
    return this.#writer.write(packet as WritableItem);
  }

  flush(): void {
    this.#writer.flush();
  }

  close(): void {
    this.#writer.close();
  }
}
