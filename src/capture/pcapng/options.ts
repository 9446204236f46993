// The options of pcapng blocks: bytes to values and back, by the rows of the option table.
// Source: draft-ietf-opsawg-pcapng, section 3.5: code (u16), length (u16), value, padding to 32 bits; code 0 ends them.

import { captureError } from '../errors.js';
import type {
  CaptureOption,
  CustomOptionValue,
  OptionValue,
  ProcessValue,
  RawTimestamp,
  VerdictValue,
} from '../types.js';
import { OPTION_END, type OptionBlock, type OptionType, optionRow } from './option-table.js';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const TO_UTF8 = new TextEncoder();

/** Text of bytes, or undefined when they are no UTF-8. */
export function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}

export interface DecodedOptions {
  readonly options: CaptureOption[];
  /** The position in `bytes` where an option did not fit, -1 when all did. What stands before it is decoded. */
  readonly damageAt: number;
}

/**
 * Decodes the options in `bytes`, which end with it or with opt_endofopt.
 * A value that does not fit its type stays bytes. Never throws.
 */
export function decodeOptions(block: OptionBlock, bytes: Uint8Array, littleEndian: boolean): DecodedOptions {
  const options: CaptureOption[] = [];
  if (bytes.length === 0) return { options, damageAt: -1 };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; ) {
    if (at + 4 > bytes.length) return { options, damageAt: at };
    const code = view.getUint16(at, littleEndian);
    const length = view.getUint16(at + 2, littleEndian);
    if (code === OPTION_END) break;
    if (at + 4 + length > bytes.length) return { options, damageAt: at };
    const row = optionRow(block, code);
    const value = bytes.subarray(at + 4, at + 4 + length);
    options.push({
      code,
      name: row?.name ?? `option ${code}`,
      value: row ? decodeValue(row.type, row.lengthBytes, value, view, at + 4, littleEndian) : value,
    });
    at += 4 + ((length + 3) & ~3);
  }
  return { options, damageAt: -1 };
}

function decodeValue(
  type: OptionType,
  lengthBytes: number | undefined,
  bytes: Uint8Array,
  view: DataView,
  at: number,
  little: boolean,
): OptionValue {
  const length = bytes.length;
  if (lengthBytes !== undefined && length !== lengthBytes) return bytes;
  switch (type) {
    case 'text':
      return decodeText(bytes) ?? bytes;
    case 'bytes':
      return bytes;
    case 'u8':
      return length === 1 ? bytes[0]! : bytes;
    case 'u32':
      return length === 4 ? view.getUint32(at, little) : bytes;
    case 'u64':
      return length === 8 ? view.getBigUint64(at, little) : bytes;
    case 'i64':
      return length === 8 ? view.getBigInt64(at, little) : bytes;
    case 'timestamp':
      return length === 8 ? { high: view.getUint32(at, little), low: view.getUint32(at + 4, little) } : bytes;
    case 'process':
      return length === 8 ? { processId: view.getUint32(at, little), threadId: view.getUint32(at + 4, little) } : bytes;
    case 'filter':
      return length > 0 && bytes[0] === 0 ? (decodeText(bytes.subarray(1)) ?? bytes) : bytes;
    case 'verdict': {
      if (length === 0) return bytes;
      const kind = bytes[0]!;
      if (kind !== 1 && kind !== 2) return { kind, verdict: bytes.subarray(1) };
      return length === 9 ? { kind, verdict: view.getBigUint64(at + 1, little) } : bytes;
    }
    case 'custom-text':
    case 'custom-bytes': {
      if (length < 4) return bytes;
      const rest = bytes.subarray(4);
      const data = type === 'custom-text' ? decodeText(rest) : rest;
      return data === undefined ? bytes : { enterprise: view.getUint32(at, little), data };
    }
  }
}

/** Bytes of the options, opt_endofopt behind them when there are any, padded: ready to stand at the end of a block. */
export function encodeOptions(
  block: OptionBlock,
  options: readonly CaptureOption[],
  littleEndian: boolean,
): Uint8Array {
  if (options.length === 0) return new Uint8Array(0);
  const values = options.map(option => encodeValue(block, option, littleEndian));
  const size = values.reduce((sum, value) => sum + 4 + ((value.length + 3) & ~3), 4);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [i, value] of values.entries()) {
    view.setUint16(at, options[i]!.code, littleEndian);
    view.setUint16(at + 2, value.length, littleEndian);
    bytes.set(value, at + 4);
    at += 4 + ((value.length + 3) & ~3);
  }
  return bytes;
}

function encodeValue(block: OptionBlock, option: CaptureOption, little: boolean): Uint8Array {
  const { code, value } = option;
  const bytes = value instanceof Uint8Array ? value : encodeTyped(optionRow(block, code)?.type, option, little);
  if (bytes === undefined) {
    throw captureError(
      'SKEP3013',
      `option ${option.name} (${code}) cannot hold a value of this type: ${describe(value)}`,
    );
  }
  if (!Number.isInteger(code) || code < 1 || code > 0xffff) {
    throw captureError('SKEP3013', `${code} is no option code: 1 to 65535 can be written`);
  }
  if (bytes.length > 0xffff) {
    throw captureError('SKEP3013', `option ${option.name} has ${bytes.length} bytes, but pcapng can hold 65535`);
  }
  return bytes;
}

function encodeTyped(type: OptionType | undefined, option: CaptureOption, little: boolean): Uint8Array | undefined {
  const { value } = option;
  switch (type) {
    case undefined:
    case 'bytes':
      return undefined;
    case 'text':
      return typeof value === 'string' ? TO_UTF8.encode(value) : undefined;
    case 'filter':
      return typeof value === 'string' ? withPrefix([0], TO_UTF8.encode(value)) : undefined;
    case 'u8':
      return isUnsigned(value, 0xff) ? Uint8Array.of(value) : undefined;
    case 'u32':
      return isUnsigned(value, 0xffffffff) ? words([value], little) : undefined;
    case 'u64':
    case 'i64':
      return typeof value === 'bigint' && fits64(value, type) ? u64(value, little) : undefined;
    case 'timestamp': {
      const stamp = value as RawTimestamp;
      return isUnsigned(stamp.high, 0xffffffff) && isUnsigned(stamp.low, 0xffffffff)
        ? words([stamp.high, stamp.low], little)
        : undefined;
    }
    case 'process': {
      const { processId, threadId } = value as ProcessValue;
      return isUnsigned(processId, 0xffffffff) && isUnsigned(threadId, 0xffffffff)
        ? words([processId, threadId], little)
        : undefined;
    }
    case 'verdict': {
      const { kind, verdict } = value as VerdictValue;
      if (!isUnsigned(kind, 0xff)) return undefined;
      if (verdict instanceof Uint8Array) return withPrefix([kind], verdict);
      return typeof verdict === 'bigint' && fits64(verdict, 'u64')
        ? withPrefix([kind], u64(verdict, little))
        : undefined;
    }
    case 'custom-text':
    case 'custom-bytes': {
      const { enterprise, data } = value as CustomOptionValue;
      if (!isUnsigned(enterprise, 0xffffffff)) return undefined;
      if (typeof data === 'string') return withPrefix(words([enterprise], little), TO_UTF8.encode(data));
      return data instanceof Uint8Array ? withPrefix(words([enterprise], little), data) : undefined;
    }
  }
}

function isUnsigned(value: unknown, maximum: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= maximum;
}

function fits64(value: bigint, type: 'u64' | 'i64'): boolean {
  return value === (type === 'u64' ? BigInt.asUintN(64, value) : BigInt.asIntN(64, value));
}

function words(values: readonly number[], little: boolean): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of values.entries()) view.setUint32(i * 4, value, little);
  return bytes;
}

function u64(value: bigint, little: boolean): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, value), little);
  return bytes;
}

function withPrefix(prefix: ArrayLike<number>, rest: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(prefix.length + rest.length);
  bytes.set(prefix);
  bytes.set(rest, prefix.length);
  return bytes;
}

function describe(value: OptionValue): string {
  return typeof value === 'object' ? `{${Object.keys(value).join(', ')}}` : `${typeof value} ${String(value)}`;
}

/** The first value of that code that is text. */
export function textOption(options: readonly CaptureOption[], code: number): string | undefined {
  const value = options.find(option => option.code === code)?.value;
  return typeof value === 'string' ? value : undefined;
}
