// A progress bar on standard error, for a long file on a terminal; nothing is drawn before it has taken a second.

import type { SingleBar } from 'cli-progress';
import { isTerminal } from '../output.js';

export interface Progress {
  /** Bytes of the input done so far. Cheap: may be called for every chunk. */
  update(bytes: number): void;
  /** Removes the bar. */
  stop(): void;
}

const SILENT: Progress = { update() {}, stop() {} };

/** Files below this are done before a bar could be read. */
const LONG_FILE_BYTES = 64 * 1024 * 1024;
const DRAW_AFTER_MS = 1000;

/** `totalBytes` undefined (a pipe): no bar, since there is no end to measure against. */
export async function createProgress(totalBytes: number | undefined, wanted: boolean): Promise<Progress> {
  if (!wanted || totalBytes === undefined || totalBytes < LONG_FILE_BYTES || !isTerminal(2)) return SILENT;
  const { default: cliProgress } = await import('cli-progress');
  const started = Date.now();
  let bar: SingleBar | undefined;
  return {
    update(bytes) {
      if (!bar) {
        if (Date.now() - started < DRAW_AFTER_MS) return;
        const format = '{bar} {percentage}%  {mib} MiB  {eta_formatted} left';
        bar = new cliProgress.SingleBar(
          { format, stream: process.stderr, clearOnComplete: true, hideCursor: true },
          cliProgress.Presets.shades_classic,
        );
        bar.start(totalBytes, 0, { mib: 0 });
      }
      bar.update(Math.min(bytes, totalBytes), { mib: Math.round(bytes / 1048576) });
    },
    stop() {
      bar?.stop();
    },
  };
}
