// What `skep dump` does with files: finds the packets that match and prints, writes or counts them.
//
// Copying one file into another and counting go through `filterFile`, which runs no JavaScript per packet; everything else
// gets the matching packets in batches and hands them to sinks.

import { statSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CaptureInterface } from '../../capture/index.js';
import { filterFile, InputFile, matchingPackets, type ScanOptions } from '../../capture/node/index.js';
import { SkepError } from '../../diagnostics/index.js';
import { linkTypeByDlt, linktypeToDlt } from '../../filter/index.js';
import { isTerminal, writeError, writeOut } from '../output.js';
import { EXIT_OK, EXIT_REFUSED, printDiagnostics } from '../terminal.js';
import type { Filters } from './filters.js';
import type { DumpOptions } from './options.js';
import { outputFormat, rotation } from './output-file.js';
import { createProgress } from './progress.js';
import type { Sink } from './sinks.js';

/** LINKTYPE_ETHERNET: what an expression is checked for when a file describes no interface. */
const ETHERNET = 1;

/** Reads the files one after the other. Resolves with the exit code. */
export async function runDump(files: readonly string[], options: DumpOptions, filters: Filters): Promise<number> {
  const run = new DumpRun(options, filters);
  const [only] = files;
  const copies = options.writeFile !== undefined && !options.print && files.length === 1;
  const counts = options.countOnly && options.writeFile === undefined && !options.print;
  if (counts) for (const path of files) await run.count(path);
  else if (copies) await run.copy(only!, options.writeFile!);
  else await run.handOn(files);
  if (options.countOnly) writeOut(`${run.matched} packet${run.matched === 1 ? '' : 's'}\n`);
  return run.exitCode;
}

class DumpRun {
  readonly #options: DumpOptions;
  readonly #filters: Filters;
  matched = 0;
  exitCode = EXIT_OK;
  #stopped = false;

  constructor(options: DumpOptions, filters: Filters) {
    this.#options = options;
    this.#filters = filters;
  }

  /** Counts the matches of a file. */
  async count(path: string): Promise<void> {
    await this.#guarded(path, async scan => {
      await filterFile({ input: path, ...scan });
    });
  }

  /** Copies the matches of a file into another. */
  async copy(path: string, writeFile: string): Promise<void> {
    await this.#guarded(path, async scan => {
      const output = { path: writeFile, format: outputFormat(writeFile), ...rotation(this.#options) };
      await filterFile({ input: path, output, ...scan });
    });
  }

  /** Hands the matches of all files to the sinks. */
  async handOn(files: readonly string[]): Promise<void> {
    // The printer is a third of the program: copying and counting do without it.
    const { openSinks } = await import('./sinks.js');
    // Files that are written to must not be among those that are read: then all of these are opened first.
    const inputs = this.#options.writeFile === undefined ? [] : files.map(path => new InputFile(path));
    const sinks = openSinks(this.#options, inputs);
    const stop = (): void => {
      this.#stopped = true;
    };
    process.once('SIGINT', stop).once('SIGTERM', stop);
    try {
      for (const [index, path] of files.entries()) {
        if (this.#stopped) break;
        await this.#guarded(path, scan => this.#packets(inputs[index] ?? path, scan, sinks), sinks);
      }
    } finally {
      process.off('SIGINT', stop).off('SIGTERM', stop);
      for (const sink of sinks) sink.close();
      for (const input of inputs) input.close();
    }
  }

  async #packets(input: InputFile | string, scan: ScanOptions, sinks: readonly Sink[]): Promise<void> {
    for await (const batch of matchingPackets({ input, ...scan })) {
      for (const packet of batch) {
        for (const sink of sinks) if (!sink.packet(packet)) this.#stopped = true;
        if (this.#stopped) return;
      }
      // A turn of the event loop, for signals.
      await nextTurn();
      if (this.#stopped) return;
    }
  }

  /** Works on one file with the options every scan has; prints damage, after what stood before it was delivered. */
  async #guarded(path: string, work: (scan: ScanOptions) => Promise<void>, sinks: readonly Sink[] = []): Promise<void> {
    if (this.#stopped) return;
    const options = this.#options;
    const progress = await createProgress(sizeOf(path), options.progress && !printsToTerminal(options));
    const before = this.matched;
    let announced = false;
    try {
      await work({
        programFor: iface => {
          if (!announced) announce(path, iface);
          announced = true;
          return this.#filters.programFor(iface.linkType);
        },
        onProgress: ({ bytesRead, matches }) => {
          this.matched = before + matches;
          progress.update(bytesRead);
        },
        ...(options.maxPackets !== undefined && { maximumMatches: options.maxPackets - before }),
        ...(options.skipPackets > 0 && { skipMatches: options.skipPackets }),
      });
      // A file without interfaces holds no packets, but the expression must be right all the same.
      if (!announced) this.#filters.programFor(ETHERNET);
    } catch (error) {
      if (!(error instanceof SkepError) || error.code?.startsWith('SKEP1')) throw error;
      for (const sink of sinks) sink.flush();
      progress.stop();
      printDiagnostics(error.diagnostics.map(found => ({ ...found, message: `${path}: ${found.message}` })));
      this.exitCode = EXIT_REFUSED;
      this.#stopped = true;
    } finally {
      progress.stop();
    }
    if (this.matched === options.maxPackets) this.#stopped = true;
  }
}

/** A bar between lines on the same terminal would only be in the way. */
function printsToTerminal(options: DumpOptions): boolean {
  return isTerminal(1) && options.writeFile === undefined && !options.countOnly;
}

/** tcpdump's line about the file, on standard error. */
function announce(path: string, { linkType, snapLength }: CaptureInterface): void {
  const known = linkTypeByDlt(linktypeToDlt(linkType));
  const name = known ? `${known.name} (${known.description})` : String(linkType);
  writeError(`reading from file ${path}, link-type ${name}, snapshot length ${snapLength || 262144}\n`);
}

/** Bytes of a regular file; undefined for pipes, and for what cannot be looked at (opening it will say why). */
function sizeOf(path: string): number | undefined {
  const stat = path === '-' ? undefined : statSync(path, { throwIfNoEntry: false });
  return stat?.isFile() ? stat.size : undefined;
}
