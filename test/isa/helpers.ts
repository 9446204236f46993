// What the tests of program text share.

import { spawnSync } from 'node:child_process';

/** Whether tcpdump is on this machine. Says so loudly where it is not. */
export function hasTcpdump(whatIsSkipped: string): boolean {
  const found = spawnSync('tcpdump', ['--version'], { encoding: 'utf8' });
  if (found.status === 0 || found.stderr?.includes('libpcap')) return true;
  console.warn(`SKIPPED: ${whatIsSkipped}: there is no tcpdump here (apt-get install tcpdump)`);
  return false;
}

/** What tcpdump prints; undefined when it refuses the expression. */
export function tcpdump(...args: string[]): string | undefined {
  const { status, stdout } = spawnSync('tcpdump', args, { encoding: 'utf8' });
  return status === 0 ? stdout : undefined;
}
