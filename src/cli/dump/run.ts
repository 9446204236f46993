// What `skep dump` does with files: finds the packets that match and hands them to the sinks.

import { statSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CaptureInterface } from '../../capture/index.js';
import { readCaptureFileSync } from '../../capture/node/index.js';
import { SkepError } from '../../diagnostics/index.js';
import { type Filter, linkTypeByDlt, linktypeToDlt } from '../../filter/index.js';
import { EXIT_OK, EXIT_REFUSED, printDiagnostics } from '../terminal.js';
import type { Filters } from './filters.js';
import type { DumpOptions } from './options.js';
import { createProgress, type Progress } from './progress.js';
import { openSinks, type Sink } from './sinks.js';

/** LINKTYPE_ETHERNET: what an expression is checked for when a file describes no interface. */
const ETHERNET = 1;

/** Packets between two looks at the event loop: signals are handled and the progress bar is drawn there. */
const PACKETS_A_TURN = 16384;

/** Reads the files one after the other. Resolves with the exit code. */
export async function runDump(files: readonly string[], options: DumpOptions, filters: Filters): Promise<number> {
  const run = new DumpRun(options, filters, openSinks(options, files));
  const stop = (): void => run.stop();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    for (const path of files) {
      if (run.stopped) break;
      await run.file(path);
    }
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    run.close();
  }
  if (options.countOnly) process.stdout.write(`${run.matched} packet${run.matched === 1 ? '' : 's'}\n`);
  return run.exitCode;
}

class DumpRun {
  readonly #options: DumpOptions;
  readonly #filters: Filters;
  readonly #sinks: readonly Sink[];
  #toSkip: number;
  matched = 0;
  stopped = false;
  exitCode = EXIT_OK;

  constructor(options: DumpOptions, filters: Filters, sinks: readonly Sink[]) {
    this.#options = options;
    this.#filters = filters;
    this.#sinks = sinks;
    this.#toSkip = options.skipPackets;
  }

  /** No more packets: what was taken is still written. */
  stop(): void {
    this.stopped = true;
  }

  close(): void {
    for (const sink of this.#sinks) sink.close();
  }

  /** One file, to its end, to its damage (which is printed), or until enough packets matched. */
  async file(path: string): Promise<void> {
    const progress = createProgress(sizeOf(path), this.#options.progress && !process.stdout.isTTY);
    try {
      await this.#packets(path, progress);
    } catch (error) {
      if (!(error instanceof SkepError)) throw error;
      // What stood before the damage is delivered first.
      for (const sink of this.#sinks) sink.flush();
      progress.stop();
      printDiagnostics(error.diagnostics.map(found => ({ ...found, message: `${path}: ${found.message}` })));
      this.exitCode = EXIT_REFUSED;
      this.stop();
    } finally {
      progress.stop();
    }
  }

  async #packets(path: string, progress: Progress): Promise<void> {
    const reader = readCaptureFileSync(path, { onBytes: bytes => progress.update(bytes) });
    const filterOf = new Map<CaptureInterface, Filter | undefined>();
    let untilTurn = PACKETS_A_TURN;
    for (const item of reader.items()) {
      if (item.kind === 'interface') {
        if (filterOf.size === 0) announce(path, item.interface);
        filterOf.set(item.interface, this.#filters.forLinkType(item.interface.linkType));
      }
      if (item.kind !== 'packet') continue;
      if (--untilTurn === 0) {
        untilTurn = PACKETS_A_TURN;
        await nextTurn();
      }
      if (this.stopped) return;
      if (filterOf.get(item.interface)?.matches(item.data, item.originalLength)) this.#take(item);
      if (this.stopped) return;
    }
    // A file without interfaces holds no packets, but the expression must be right all the same.
    if (filterOf.size === 0) this.#filters.forLinkType(ETHERNET);
  }

  #take(packet: Parameters<Sink['packet']>[0]): void {
    if (this.#toSkip > 0) {
      this.#toSkip--;
      return;
    }
    this.matched++;
    for (const sink of this.#sinks) if (!sink.packet(packet)) this.stop();
    if (this.matched === this.#options.maxPackets) this.stop();
  }
}

/** tcpdump's line about the file, on standard error. */
function announce(path: string, { linkType, snapLength }: CaptureInterface): void {
  const known = linkTypeByDlt(linktypeToDlt(linkType));
  const name = known ? `${known.name} (${known.description})` : String(linkType);
  process.stderr.write(`reading from file ${path}, link-type ${name}, snapshot length ${snapLength || 262144}\n`);
}

/** Bytes of a regular file; undefined for pipes, and for what cannot be looked at (opening it will say why). */
function sizeOf(path: string): number | undefined {
  const stat = path === '-' ? undefined : statSync(path, { throwIfNoEntry: false });
  return stat?.isFile() ? stat.size : undefined;
}
