// The records of a name resolution block. Source: draft-ietf-opsawg-pcapng, section 4.5: type (u16), length (u16), an
// address and the names it has, each ended by a zero byte, padding to 32 bits; type 0 ends the records.

import { captureError } from '../errors.js';
import type { NameRecord } from '../types.js';
import { decodeText } from './options.js';

const RECORD_END = 0;

interface AddressRow {
  readonly recordType: number;
  readonly type: Exclude<NameRecord['type'], 'unknown'>;
  readonly addressBytes: number;
}

const ADDRESSES: readonly AddressRow[] = [
  { recordType: 1, type: 'ipv4', addressBytes: 4 },
  { recordType: 2, type: 'ipv6', addressBytes: 16 },
  { recordType: 3, type: 'eui48', addressBytes: 6 },
  { recordType: 4, type: 'eui64', addressBytes: 8 },
];

/** The records, and where behind them the options begin; undefined when a record does not fit into the block. */
export function decodeNames(
  body: Uint8Array,
  littleEndian: boolean,
): { records: NameRecord[]; optionsAt: number } | undefined {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const records: NameRecord[] = [];
  let at = 0;
  while (at < body.length) {
    if (at + 4 > body.length) return undefined;
    const recordType = view.getUint16(at, littleEndian);
    const length = view.getUint16(at + 2, littleEndian);
    at += 4;
    if (at + length > body.length) return undefined;
    if (recordType === RECORD_END) return length === 0 ? { records, optionsAt: at } : undefined;
    records.push(decodeRecord(recordType, body.subarray(at, at + length)));
    at += (length + 3) & ~3;
  }
  return { records, optionsAt: body.length };
}

function decodeRecord(recordType: number, value: Uint8Array): NameRecord {
  const row = ADDRESSES.find(one => one.recordType === recordType);
  const unknown = { type: 'unknown', recordType, value } as const;
  if (!row || value.length <= row.addressBytes || value[value.length - 1] !== 0) return unknown;
  const names = decodeText(value.subarray(row.addressBytes, -1))?.split('\0');
  return names ? { type: row.type, address: value.subarray(0, row.addressBytes), names } : unknown;
}

/** Bytes of the records, the end record behind them. */
export function encodeNames(records: readonly NameRecord[], littleEndian: boolean): Uint8Array {
  const values = records.map(encodeRecord);
  const bytes = new Uint8Array(values.reduce((sum, { value }) => sum + 4 + ((value.length + 3) & ~3), 4));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { recordType, value } of values) {
    if (value.length > 0xffff) {
      throw captureError('SKEP3013', `a name record has ${value.length} bytes, but pcapng can hold 65535`);
    }
    view.setUint16(at, recordType, littleEndian);
    view.setUint16(at + 2, value.length, littleEndian);
    bytes.set(value, at + 4);
    at += 4 + ((value.length + 3) & ~3);
  }
  return bytes;
}

function encodeRecord(record: NameRecord): { recordType: number; value: Uint8Array } {
  if (record.type === 'unknown') return record;
  const row = ADDRESSES.find(one => one.type === record.type)!;
  if (record.address.length !== row.addressBytes || record.names.length === 0) {
    throw captureError(
      'SKEP3013',
      `an ${record.type} name record needs an address of ${row.addressBytes} bytes and a name, not ${record.address.length} bytes and ${record.names.length} names`,
    );
  }
  const names = new TextEncoder().encode(`${record.names.join('\0')}\0`);
  const value = new Uint8Array(row.addressBytes + names.length);
  value.set(record.address);
  value.set(names, row.addressBytes);
  return { recordType: row.recordType, value };
}
