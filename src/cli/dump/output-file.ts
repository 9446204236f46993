// What the name and the flags say of the file that `skep dump -w` writes.

import type { CaptureFormat } from '../../capture/index.js';
import type { CaptureFileOptions } from '../../capture/node/index.js';
import type { DumpOptions } from './options.js';

/** The format goes by the name, as nothing else is said of it: `.pcapng` is pcapng, everything else pcap, as tcpdump writes. */
export function outputFormat(path: string): CaptureFormat {
  return /\.(pcapng|ntar)(\.gz)?$/i.test(path) ? 'pcapng' : 'pcap';
}

/** -C, -W, -G and -U. */
export function rotation(
  options: DumpOptions,
): Pick<CaptureFileOptions, 'maximumBytes' | 'fileCount' | 'seconds' | 'packetBuffered'> {
  return {
    ...(options.packetBuffered && { packetBuffered: true }),
    ...(options.rotateBytes !== undefined && { maximumBytes: options.rotateBytes }),
    ...(options.rotateFiles !== undefined && { fileCount: options.rotateFiles }),
    ...(options.rotateSeconds !== undefined && { seconds: options.rotateSeconds }),
  };
}
