// A progress bar on standard error, for a long file on a terminal; nothing is drawn before it has taken a second.

import type { SingleBar } from 'cli-progress';

export interface Progress {
  /** Bytes of the input done so far. Cheap: may be called for every chunk. */
  update(bytes: number): void;
  /** Removes the bar. */
  stop(): void;
}

const SILENT: Progress = { update() {}, stop() {} };

const DRAW_AFTER_MS = 1000;

/** `totalBytes` undefined (a pipe): no bar, since there is no end to measure against. */
export function createProgress(totalBytes: number | undefined, wanted: boolean): Progress {
  if (!wanted || !totalBytes || !process.stderr.isTTY) return SILENT;
  const started = Date.now();
  let bar: SingleBar | undefined;
  let loading = false;
  let stopped = false;
  const draw = async (): Promise<void> => {
    loading = true;
    const { default: cliProgress } = await import('cli-progress');
    if (stopped) return;
    bar = new cliProgress.SingleBar(
      {
        format: '{bar} {percentage}%  {mib} MiB  {eta_formatted} left',
        stream: process.stderr,
        clearOnComplete: true,
        hideCursor: true,
      },
      cliProgress.Presets.shades_classic,
    );
    bar.start(totalBytes, 0, { mib: 0 });
  };
  return {
    update(bytes) {
      if (bar) bar.update(Math.min(bytes, totalBytes), { mib: Math.round(bytes / 1048576) });
      else if (!loading && Date.now() - started > DRAW_AFTER_MS) void draw();
    },
    stop() {
      stopped = true;
      bar?.stop();
    },
  };
}
