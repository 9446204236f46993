// Generators of whatever a capture file can hold.

import fc from 'fast-check';
import {
  type ByteOrder,
  type CaptureInterface,
  type CaptureOption,
  createInterface,
  type NameRecord,
  type OptionBlock,
  type OptionRow,
  PCAPNG_OPTIONS,
  type WritableItem,
} from '../../src/capture/index.js';

const bytes = (maximum: number, minimum = 0): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: minimum, maxLength: maximum });
const u32 = fc.nat(0xffffffff);
const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const text = fc.string({ maxLength: 20, unit: 'grapheme' }).filter(one => !one.includes('\0'));

function optionValue(row: OptionRow): fc.Arbitrary<CaptureOption['value']> {
  switch (row.type) {
    case 'text':
    case 'filter':
      return text;
    case 'bytes':
      return bytes(row.lengthBytes ?? 9, row.lengthBytes ?? 1);
    case 'u8':
      return fc.nat(255);
    case 'u32':
      return u32;
    case 'u64':
      return u64;
    case 'i64':
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    case 'timestamp':
      return fc.record({ high: u32, low: u32 });
    case 'process':
      return fc.record({ processId: u32, threadId: u32 });
    case 'verdict':
      return fc.oneof(
        fc.record({ kind: fc.constantFrom(1, 2), verdict: u64 }),
        fc.record({ kind: fc.constantFrom(0, 3, 255), verdict: bytes(5) }),
      );
    case 'custom-text':
      return fc.record({ enterprise: u32, data: text });
    case 'custom-bytes':
      return fc.record({ enterprise: u32, data: bytes(9) });
  }
}

/** Options of a block: those of its rows, and unknown codes. `without` are codes left out. */
export function optionsOf(block: OptionBlock, without: readonly number[] = []): fc.Arbitrary<CaptureOption[]> {
  const rows = PCAPNG_OPTIONS.filter(
    row => (row.block === block || row.block === 'every') && !without.includes(row.code),
  );
  const known = fc
    .constantFrom(...rows)
    .chain(row => optionValue(row).map(value => ({ code: row.code, name: row.name, value })));
  const unknown = fc
    .record({ code: fc.integer({ min: 3000, max: 4000 }), value: bytes(7) })
    .map(({ code, value }) => ({ code, name: `option ${code}`, value }));
  return fc.array(fc.oneof({ arbitrary: known, weight: 4 }, { arbitrary: unknown, weight: 1 }), { maxLength: 4 });
}

const IF_TSRESOL = 9;
const IF_FCSLEN = 13;
const IF_TSOFFSET = 14;

export function interfaces(byteOrder: ByteOrder): fc.Arbitrary<CaptureInterface> {
  return fc
    .record({
      linkType: fc.constantFrom(0, 1, 101, 113, 189, 220, 239, 276, 65535),
      snapLength: fc.constantFrom(0, 1, 65535, 0xffffffff),
      timestampResolution: fc.oneof(
        fc.record({ base: fc.constant(10 as const), exponent: fc.nat(19) }),
        fc.record({ base: fc.constant(2 as const), exponent: fc.nat(63) }),
      ),
      timestampOffsetSeconds: fc.constantFrom(0, 0, 3600, -3600, 2 ** 40),
      options: optionsOf('interface', [IF_TSRESOL, IF_TSOFFSET, IF_FCSLEN]),
    })
    .map(init => createInterface({ ...init, byteOrder }));
}

/** Times that the interface can hold exactly, with the nanoseconds that reading gives. */
function timeOn(iface: CaptureInterface): fc.Arbitrary<{ timeSeconds: number; timeNanoseconds: number }> {
  const { base, exponent } = iface.timestampResolution;
  const units = BigInt(base) ** BigInt(exponent);
  const most = (2n ** 64n - 1n) / units;
  const offset = iface.timestampOffsetSeconds;
  return fc
    .record({
      seconds: fc.bigInt({ min: 0n, max: most > 2n ** 33n ? 2n ** 33n : most > 0n ? most - 1n : 0n }),
      fraction: fc.bigInt({ min: 0n, max: units - 1n }),
    })
    .map(({ seconds, fraction }) => ({
      timeSeconds: Number(seconds) + offset,
      timeNanoseconds: Number((fraction * 1_000_000_000n) / units),
    }));
}

const nameRecord: fc.Arbitrary<NameRecord> = fc
  .constantFrom(['ipv4', 4] as const, ['ipv6', 16] as const, ['eui48', 6] as const, ['eui64', 8] as const)
  .chain(([type, length]) =>
    fc.record({
      type: fc.constant(type),
      address: bytes(length, length),
      names: fc.array(text, { minLength: 1, maxLength: 3 }),
    }),
  );

/** A section of a pcapng file: its header, interfaces, and blocks of every kind between packets. */
export function section(byteOrder: ByteOrder): fc.Arbitrary<WritableItem[]> {
  return fc
    .record({ options: optionsOf('section'), all: fc.array(interfaces(byteOrder), { minLength: 1, maxLength: 3 }) })
    .chain(({ options, all }) => {
      const head: WritableItem[] = [
        { kind: 'section', offsetBytes: 0, index: 0, byteOrder, majorVersion: 1, minorVersion: 0, options },
        ...all.map(iface => ({ kind: 'interface', offsetBytes: 0, interface: iface }) as const),
      ];
      const packet = fc.constantFrom(...all).chain(iface =>
        fc.record({ data: bytes(90), extra: fc.nat(1000), options: optionsOf('packet'), time: timeOn(iface) }).map(
          ({ data, extra, options: own, time }): WritableItem => ({
            kind: 'packet',
            data,
            originalLength: data.length + extra,
            ...time,
            interface: iface,
            options: own,
          }),
        ),
      );
      const other: fc.Arbitrary<WritableItem> = fc.oneof(
        fc.record({
          kind: fc.constant('names' as const),
          offsetBytes: fc.constant(0),
          records: fc.array(nameRecord, { maxLength: 3 }),
          options: optionsOf('names'),
        }),
        fc.constantFrom(...all).chain(iface =>
          fc.record({ options: optionsOf('statistics'), time: timeOn(iface) }).map(
            ({ options: own, time }): WritableItem => ({
              kind: 'statistics',
              offsetBytes: 0,
              interface: iface,
              ...time,
              options: own,
            }),
          ),
        ),
        fc.record({
          kind: fc.constant('secrets' as const),
          offsetBytes: fc.constant(0),
          secretsType: u32,
          data: bytes(20),
          options: optionsOf('secrets'),
        }),
        fc.record({
          kind: fc.constant('custom' as const),
          offsetBytes: fc.constant(0),
          copyable: fc.boolean(),
          enterprise: u32,
          // What pads a block cannot be told from data that belongs to it.
          data: bytes(20).map(data => data.subarray(0, data.length & ~3)),
          byteOrder: fc.constant(byteOrder),
        }),
        fc.record({
          kind: fc.constant('unknown' as const),
          offsetBytes: fc.constant(0),
          blockType: fc.integer({ min: 0x1000, max: 0xffff }),
          body: bytes(20).map(body => body.subarray(0, body.length & ~3)),
          byteOrder: fc.constant(byteOrder),
        }),
      );
      return fc
        .array(fc.oneof({ arbitrary: packet, weight: 3 }, { arbitrary: other, weight: 1 }), { maxLength: 8 })
        .map(rest => [...head, ...rest]);
    });
}
