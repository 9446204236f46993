// The record walk (walk.ts) in JavaScript, for where WebAssembly is missing. The same steps in the same order as
// wasm-walk.ts; the tests hold the two together.

import type { WalkRequest, WalkStatus } from './walk.js';
import { LIST_ROW_BYTES, MAX_INTERFACES, PACKET_BLOCKS } from './wasm-walk.js';

/** Runs a filter over the `captured` bytes at `start`: its result. */
export type FilterAt = (bytes: Uint8Array, start: number, captured: number, wireLength: number) => number;

export interface WalkCounters {
  status: WalkStatus;
  position: number;
  records: number;
  matches: number;
  outputEnd: number;
}

/** Walks, and leaves the counters in `result`. The request has been checked and its defaults filled in. */
export function walkRecords(
  bytes: Uint8Array,
  view: DataView,
  filters: readonly FilterAt[],
  request: Required<WalkRequest>,
  result: WalkCounters,
): void {
  const { format, bigEndian, headerBytes, end, limitBytes, interfaces, maxMatches, output, outputEnd } = request;
  const isLittle = !bigEndian;
  const { enhanced, packet, simple } = PACKET_BLOCKS;
  let position = request.start;
  let written = request.outputStart;
  let records = 0;
  let matches = 0;
  const walk = (): WalkStatus => {
    if (maxMatches === 0) return 'limit';
    for (;;) {
      const left = end - position;
      let captured: number;
      let wireLength: number;
      let data: number;
      let total: number;
      let filter = 0;
      if (format === 'pcap') {
        if (left < headerBytes) return 'more';
        captured = view.getUint32(position + 8, isLittle);
        wireLength = view.getUint32(position + 12, isLittle);
        if (captured > limitBytes) return 'oversize';
        total = captured + headerBytes;
        if (left < total) return 'more';
        data = position + headerBytes;
      } else {
        if (left < 8) return 'more';
        const type = view.getUint32(position, isLittle);
        if (type !== enhanced.type && type !== simple.type && type !== packet.type) return 'block';
        total = view.getUint32(position + 4, isLittle);
        if (total < simple.least || total % 4 !== 0) return 'corrupt';
        if (left < total) return 'more';
        if (view.getUint32(position + total - 4, isLittle) !== total) return 'corrupt';
        let interfaceId = 0;
        let room: number;
        captured = 0;
        if (type === simple.type) {
          wireLength = view.getUint32(position + 8, isLittle);
          data = position + simple.dataOffset;
          room = total - simple.least;
        } else {
          if (total < enhanced.least) return 'corrupt';
          interfaceId =
            type === packet.type ? view.getUint16(position + 8, isLittle) : view.getUint32(position + 8, isLittle);
          captured = view.getUint32(position + 20, isLittle);
          wireLength = view.getUint32(position + 24, isLittle);
          data = position + enhanced.dataOffset;
          room = total - enhanced.least;
        }
        const row = interfaceId < MAX_INTERFACES ? interfaces[interfaceId] : undefined;
        if (row === undefined || filters[row.filter] === undefined) return 'interface';
        filter = row.filter;
        if (type === simple.type) captured = row.snapBytes === 0 ? wireLength : Math.min(wireLength, row.snapBytes);
        if (captured > limitBytes) return 'oversize';
        if (captured > room) return 'corrupt';
      }
      records++;
      if (filters[filter]!(bytes, data, captured, wireLength) === 0) {
        position += total;
        continue;
      }
      const needed = output === 'copy' ? total : output === 'list' ? LIST_ROW_BYTES : 0;
      if (needed > outputEnd - written) {
        records--;
        return 'full';
      }
      if (output === 'copy') {
        bytes.copyWithin(written, position, position + total);
      } else if (output === 'list') {
        view.setUint32(written, position, true);
        view.setUint32(written + 4, total, true);
      }
      written += needed;
      position += total;
      matches++;
      if (matches === maxMatches) return 'limit';
    }
  };
  result.status = walk();
  result.position = position;
  result.records = records;
  result.matches = matches;
  result.outputEnd = written;
}
