// .BTF.ext: what belongs to instructions rather than types (Documentation/bpf/btf.rst, section 4): functions' types, source lines,
// CO-RE relocations; grouped by section, offsets in bytes of that section.

import { SkepError } from '../../diagnostics/index.js';
import { BTF_MAGIC, type Btf } from './btf.js';

export interface FunctionInfo {
  readonly offsetBytes: number;
  /** Id of the FUNC. */
  readonly btfTypeId: number;
}

export interface SourceLine {
  readonly offsetBytes: number;
  readonly file: string;
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

export interface CoreInfo {
  readonly offsetBytes: number;
  readonly btfTypeId: number;
  readonly accessString: string;
  readonly kind: number;
}

export interface BtfExt {
  /** By section name, in order of offsets as the compiler wrote them. */
  readonly functions: ReadonlyMap<string, readonly FunctionInfo[]>;
  readonly lines: ReadonlyMap<string, readonly SourceLine[]>;
  readonly core: ReadonlyMap<string, readonly CoreInfo[]>;
}

export const EMPTY_BTF_EXT: BtfExt = { functions: new Map(), lines: new Map(), core: new Map() };

/** line_col holds the line in its upper 22 bits, the column in the lower 10. */
const COLUMN_BITS = 10;
const FULL_HEADER_BYTES = 32;

/** Reads .BTF.ext; strings are `btf`'s. Throws SkepError (SKEP4106) with the byte offset. */
export function parseBtfExt(bytes: Uint8Array, btf: Btf): BtfExt {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const little = btf.byteOrder === 'little';
  if (bytes.length < 24) throw extError(`${bytes.length} bytes are too few for BTF.ext`, 0, bytes.length);
  if (view.getUint16(0, little) !== BTF_MAGIC)
    throw extError('BTF.ext begins with the number 0xeb9f, as BTF does', 0, 2);
  const headerBytes = view.getUint32(4, little);
  if (headerBytes < 24 || headerBytes > bytes.length)
    throw extError(`its header says it has ${headerBytes} bytes`, 4, 8);

  const read = <T>(field: number, least: number, record: (at: number) => T): Map<string, T[]> => {
    const groups = new Map<string, T[]>();
    if (field + 8 > headerBytes) return groups;
    const start = headerBytes + view.getUint32(field, little);
    const length = view.getUint32(field + 4, little);
    const end = start + length;
    if (length === 0) return groups;
    if (end > bytes.length || length < 4) throw extError('a part of BTF.ext lies outside it', field, field + 8);
    const recordBytes = view.getUint32(start, little);
    if (recordBytes < least || recordBytes % 4 !== 0) {
      throw extError(`records of ${recordBytes} bytes are fewer than ${least}`, start, start + 4);
    }
    for (let at = start + 4; at < end; ) {
      if (at + 8 > end) throw extError('a section header of BTF.ext is cut off', at, end);
      const name = btf.string(view.getUint32(at, little));
      const count = view.getUint32(at + 4, little);
      const next = at + 8 + count * recordBytes;
      if (next > end) throw extError(`${count} records do not fit`, at + 4, at + 8);
      const records = groups.get(name) ?? [];
      groups.set(name, records);
      for (let place = at + 8; place < next; place += recordBytes) records.push(record(place));
      at = next;
    }
    return groups;
  };

  const u32 = (at: number): number => view.getUint32(at, little);
  return {
    functions: read(8, 8, at => ({ offsetBytes: u32(at), btfTypeId: u32(at + 4) })),
    lines: read(16, 16, at => ({
      offsetBytes: u32(at),
      file: btf.string(u32(at + 4)),
      text: btf.string(u32(at + 8)),
      line: u32(at + 12) >>> COLUMN_BITS,
      column: u32(at + 12) & ((1 << COLUMN_BITS) - 1),
    })),
    core: read(24, 16, at => ({
      offsetBytes: u32(at),
      btfTypeId: u32(at + 4),
      accessString: btf.string(u32(at + 8)),
      kind: u32(at + 12),
    })),
  };
}

/** Writes .BTF.ext; `string` puts a string into the BTF that it belongs to and answers its offset. */
export function writeBtfExt(ext: BtfExt, byteOrder: 'little' | 'big', string: (text: string) => number): Uint8Array {
  const parts = [
    words(ext.functions, 8, string, ({ offsetBytes, btfTypeId }) => [offsetBytes, btfTypeId]),
    words(ext.lines, 16, string, ({ offsetBytes, file, text, line, column }) => [
      offsetBytes,
      string(file),
      string(text),
      (line << COLUMN_BITS) | column,
    ]),
    words(ext.core, 16, string, ({ offsetBytes, btfTypeId, accessString, kind }) => [
      offsetBytes,
      btfTypeId,
      string(accessString),
      kind,
    ]),
  ];
  const bytes = new Uint8Array(FULL_HEADER_BYTES + parts.reduce((sum, part) => sum + part.length * 4, 0));
  const view = new DataView(bytes.buffer);
  const little = byteOrder === 'little';
  view.setUint16(0, BTF_MAGIC, little);
  view.setUint8(2, 1);
  view.setUint32(4, FULL_HEADER_BYTES, little);
  let offset = 0;
  for (const [index, part] of parts.entries()) {
    view.setUint32(8 + index * 8, offset, little);
    view.setUint32(12 + index * 8, part.length * 4, little);
    for (const word of part) {
      view.setUint32(FULL_HEADER_BYTES + offset, word >>> 0, little);
      offset += 4;
    }
  }
  return bytes;
}

function words<T>(
  groups: ReadonlyMap<string, readonly T[]>,
  recordBytes: number,
  string: (text: string) => number,
  fields: (record: T) => number[],
): number[] {
  const all: number[] = [];
  for (const [section, records] of groups) {
    if (records.length === 0) continue;
    if (all.length === 0) all.push(recordBytes);
    all.push(string(section), records.length);
    for (const record of records) all.push(...fields(record));
  }
  return all;
}

function extError(message: string, start: number, end: number): SkepError {
  return new SkepError({ code: 'SKEP4106', severity: 'error', message, span: { start, end } });
}
