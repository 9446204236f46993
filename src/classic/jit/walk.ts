// The record walk: filters the records of a capture file where they lie, a whole chunk per call.
//
// The caller reads file data into the input area of the walker's memory and calls `walk`. The walk steps from record to
// record, runs the filter on each and either lists the matching records or copies them, header and all, to the output
// area. It never looks outside [start, end), and it stops in front of anything out of the ordinary (a corrupt length, a
// block that is no packet): the caller deals with that one record and walks on behind it. A typical loop:
//
//     const walker = createRecordWalker([program], { inputBytes: 1 << 20, outputBytes: 1 << 20 });
//     let held = 0;                                   // bytes kept from the chunk before
//     for (;;) {
//       const got = readSync(fd, walker.bytes, walker.inputStart + held, walker.inputBytes - held);
//       const end = walker.inputStart + held + got;
//       const result = walker.walk({ format: 'pcap', bigEndian, start: walker.inputStart, end, limitBytes: 262144, output: 'copy' });
//       writeSync(out, walker.bytes, result.outputStart, result.outputEnd - result.outputStart);
//       if (result.status !== 'more') ...             // see WalkStatus; result.position is the record it is about
//       held = end - result.position;                 // the record that continues in the next chunk
//       walker.bytes.copyWithin(walker.inputStart, result.position, end);
//       if (got === 0) break;
//     }
//
// Record headers: pcap, draft-ietf-opsawg-pcap (16 bytes; 24 in the "modified" variant of Alexey Kuznetsov's libpcap);
// pcapng, draft-ietf-opsawg-pcapng: Enhanced Packet (6), Simple Packet (3) and the obsolete Packet (2) Block.

import type { ClassicProgram } from '../../isa/index.js';

/** Which machinery runs a program. */
export type EngineName = 'wasm' | 'js' | 'interpreter';

/**
 * Why a walk came back. In every case the records before `position` are done and counted, and the record at `position`
 * has not been touched: a walk that begins there again repeats nothing.
 *
 * - `more`: the record at `position` (or its header) is not whole within [start, end). At the end of a file: truncated, unless position = end.
 * - `limit`: `maxMatches` matches were found.
 * - `full`: the output area has no room for the matching record at `position`.
 * - `oversize`: the record at `position` claims more than `limitBytes` captured bytes.
 * - `corrupt`: the lengths of the block at `position` contradict each other (pcapng), or its length is impossible.
 * - `block`: the pcapng block at `position` is no packet (a section, an interface, names...).
 * - `interface`: the packet block at `position` belongs to an interface that `interfaces` has no filter for.
 */
export type WalkStatus = 'more' | 'limit' | 'full' | 'oversize' | 'corrupt' | 'block' | 'interface';

export interface WalkRequest {
  readonly format: 'pcap' | 'pcapng';
  /** The byte order of the file (of the section) is big endian. Default false. */
  readonly bigEndian?: boolean;
  /** Length of a pcap record header: 16, or 24 for the modified variant. Default 16. */
  readonly headerBytes?: 16 | 24;
  /** Address in `bytes` of the first record, and where the data ends. */
  readonly start: number;
  readonly end: number;
  /** Most captured bytes a record may have. */
  readonly limitBytes: number;
  /** pcapng: a row per interface of the section, in order of their ids. pcap: not used, filter 0 runs. */
  readonly interfaces?: readonly WalkInterface[];
  /** Stop after so many matches. Default: no limit. */
  readonly maxMatches?: number;
  /**
   * `copy`: matching records go to the output area, header (block) and all, as they are.
   * `list`: for each matching record its address and its whole length, two little-endian u32, go to the output area.
   * `count`: only counted.
   */
  readonly output: 'copy' | 'list' | 'count';
  /** The part of the memory that may be written. Default: the whole output area. */
  readonly outputStart?: number;
  readonly outputEnd?: number;
}

export interface WalkInterface {
  /** Number of the filter for the packets of this interface; -1: stop with `interface`. */
  readonly filter: number;
  /** The interface's snap length in bytes, 0: none. It bounds what a Simple Packet Block holds. */
  readonly snapBytes: number;
}

/** One object a walker, overwritten by the next walk. */
export interface WalkResult {
  readonly status: WalkStatus;
  /** Address of the first record that is not done. */
  readonly position: number;
  /** Records done by this walk, and those of them that matched. */
  readonly records: number;
  readonly matches: number;
  /** What this walk wrote: [outputStart, outputEnd). */
  readonly outputStart: number;
  readonly outputEnd: number;
}

export interface RecordWalker {
  readonly engine: EngineName;
  /** The whole memory. It never grows, so this view and what is in it stay valid until `setFilters`, and after it. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where to read file data to: inputBytes bytes from inputStart. */
  readonly inputStart: number;
  readonly inputBytes: number;
  readonly outputStart: number;
  readonly outputBytes: number;
  /** Other filters from now on (a new link type turned up). The memory stays as it is. */
  setFilters(programs: readonly ClassicProgram[]): void;
  walk(request: WalkRequest): WalkResult;
}

export interface RecordWalkerOptions {
  /** Size of the input area: at least the longest record with its header. A size near the L2 cache (1 MiB) is quick. */
  readonly inputBytes: number;
  /** Size of the output area. With as much as the input, `copy` never is `full`. */
  readonly outputBytes: number;
  /** Default `auto`: wasm where there is WebAssembly, else JavaScript, else the interpreter. */
  readonly engine?: EngineName | 'auto';
}
