// Writing: what is written reads back as it was, in every format, byte order and unit; what cannot be written is refused.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ByteOrder,
  type CaptureItem,
  createInterface,
  encodeCapture,
  readCaptureSync,
  type WritableItem,
  writeCapture,
} from '../../src/capture/index.js';
import { SkepError } from '../../src/diagnostics/index.js';
import { section } from './arbitraries.js';
import { readCases } from './cases.js';
import { summarize, summarizeFile } from './summary.js';

const byteOrders = fc.constantFrom<ByteOrder>('little', 'big');

/** Without offsets, which depend on the writer. */
const plain = (line: string): string => line.replace(/ @\d+/, '');

/** A summary of what is to be written, as if it had been read: interfaces counted, the fields that a reader adds. */
function expected(items: readonly WritableItem[]): string[] {
  let sectionIndex = -1;
  let total = 0;
  let inSection = 0;
  const known = new Map<object, object>();
  return items.map(item => {
    if (item.kind === 'section') {
      sectionIndex++;
      inSection = 0;
      return plain(summarize({ ...item, index: sectionIndex } as CaptureItem));
    }
    if (item.kind === 'interface') {
      const iface = { ...item.interface, index: total++, section: sectionIndex, indexInSection: inSection++ };
      known.set(item.interface, iface);
      return plain(summarize({ ...item, interface: iface }));
    }
    if (item.kind === 'packet' || item.kind === undefined) {
      const options = item.options ?? [];
      const drops = options.find(option => option.name === 'epb_dropcount' && typeof option.value === 'bigint')?.value;
      const packet = {
        block: 'enhanced',
        hasTime: true,
        ...item,
        offsetBytes: 0,
        interface: known.get(item.interface!)!,
      };
      return plain(summarize({ ...packet, dropCount: drops } as CaptureItem));
    }
    if (item.kind === 'statistics')
      return plain(summarize({ ...item, interface: known.get(item.interface) } as CaptureItem));
    return plain(summarize(item as CaptureItem));
  });
}

describe('round trips', () => {
  it('pcap: packets in either byte order and precision', () => {
    const packet = fc.record({
      data: fc.uint8Array({ maxLength: 100 }),
      extra: fc.nat(1000),
      timeSeconds: fc.nat(0xffffffff),
      units: fc.nat(999_999),
      rest: fc.nat(999),
    });
    fc.assert(
      fc.property(
        fc.array(packet, { maxLength: 10 }),
        byteOrders,
        fc.constantFrom('micro' as const, 'nano' as const),
        fc.constantFrom(0, 1, 101, 113, 189, 220, 239, 276),
        fc.constantFrom(0, 4, 30),
        (packets, byteOrder, precision, linkType, fcsLengthBytes) => {
          const written = packets.map(({ data, extra, timeSeconds, units, rest }) => ({
            data,
            originalLength: data.length + extra,
            timeSeconds,
            timeNanoseconds: units * 1000 + (precision === 'nano' ? rest : 0),
          }));
          const bytes = encodeCapture(written, { format: 'pcap', linkType, byteOrder, precision, fcsLengthBytes });
          const reader = readCaptureSync(bytes);
          expect(reader.header).toMatchObject({ format: 'pcap', byteOrder, majorVersion: 2, minorVersion: 4 });
          const read = [...reader].map(({ data, originalLength, timeSeconds, timeNanoseconds }) => ({
            data,
            originalLength,
            timeSeconds,
            timeNanoseconds,
          }));
          expect(read).toEqual(written);
          expect(reader.interfaces).toMatchObject([{ linkType, ...(fcsLengthBytes ? { fcsLengthBytes } : {}) }]);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('pcapng: sections of both byte orders with blocks of every kind', () => {
    const file = fc
      .array(byteOrders.chain(section), { minLength: 1, maxLength: 3 })
      .map(sections => sections.flat() as WritableItem[]);
    fc.assert(
      fc.property(file, items => {
        const read = summarizeFile(encodeCapture(items)).map(plain);
        // The exact units of fine resolutions are kept beside the nanoseconds.
        expect(read.map(line => line.replace(/ units=\d+:\d+/, ''))).toEqual(expected(items));
      }),
      { numRuns: 150 },
    );
  });

  it('pcapng: reading and writing again gives the same bytes', () => {
    fc.assert(
      fc.property(fc.array(byteOrders.chain(section), { minLength: 1, maxLength: 2 }), sections => {
        const bytes = encodeCapture(sections.flat());
        expect(encodeCapture(readCaptureSync(bytes).items())).toEqual(bytes);
      }),
      { numRuns: 100 },
    );
  });

  it('pcapng: into the other byte order and back', () => {
    fc.assert(
      fc.property(byteOrders.chain(section), items => {
        // Custom and unknown blocks have an order of their own, which nobody else knows.
        const mine = items.filter(item => item.kind !== 'custom' && item.kind !== 'unknown');
        const bytes = encodeCapture(mine);
        const little = encodeCapture(readCaptureSync(bytes).items(), { byteOrder: 'little' });
        const big = encodeCapture(readCaptureSync(little).items(), { byteOrder: 'big' });
        expect(encodeCapture(readCaptureSync(big).items(), { byteOrder: 'little' })).toEqual(little);
      }),
      { numRuns: 100 },
    );
  });

  it.each(readCases('pcapng.txt').map(one => [one.name, one] as const))('of the case: %s', (_, { bytes, gives }) => {
    // The obsolete packet block is written as its successor, versions as 1.0, lengths of sections left open.
    const wanted = gives.split('\n').map(line =>
      plain(line)
        .replace(/(section \d+ \w+) 1\.\d+( length=\d+)?/, '$1 1.0')
        .replace(/^packet obsolete (.*) drops=(\d+)(.*)/, 'packet enhanced $1 drops=$2$3 epb_dropcount=$2')
        .replace('packet obsolete', 'packet enhanced')
        .replaceAll(' pack_', ' epb_'),
    );
    const again = encodeCapture(readCaptureSync(bytes).items());
    expect(summarizeFile(again).map(plain)).toEqual(wanted);
  });

  it.each(readCases('pcap.txt').map(one => [one.name, one] as const))(
    'into pcapng, of the case: %s',
    (_, { bytes, gives }) => {
      const wanted = gives.split('\n').map(line =>
        plain(line)
          .replace('packet record', 'packet enhanced')
          .replace(/ extra=\w+/, ''),
      );
      const again = encodeCapture(readCaptureSync(bytes).items(), { format: 'pcapng' });
      expect(summarizeFile(again).map(plain).slice(1)).toEqual(wanted);
    },
  );
});

describe('what cannot be written', () => {
  const code = (run: () => unknown): string | undefined => {
    try {
      run();
    } catch (error) {
      if (error instanceof SkepError) return error.code;
      throw error;
    }
    return undefined;
  };
  const ethernet = createInterface({ linkType: 1 });
  const raw = createInterface({ linkType: 101 });
  const data = Uint8Array.of(1, 2, 3);

  it('two link types in pcap, with a hint', () => {
    const writer = writeCapture({ format: 'pcap' });
    writer.write({ data, interface: ethernet });
    let thrown: unknown;
    try {
      writer.write({ data, interface: raw });
    } catch (error) {
      thrown = error;
    }
    expect((thrown as SkepError).code).toBe('SKEP3011');
    expect((thrown as SkepError).diagnostics[0]!.notes).toEqual(['pcapng holds packets of any link types in one file']);
    expect([...readCaptureSync(writer.finish())]).toHaveLength(1);
  });

  it.each([
    ['a time after 2106', 'SKEP3012', { data, timeSeconds: 2 ** 32 }],
    ['a time before 1970', 'SKEP3012', { data, timeSeconds: -1 }],
    ['half a second as seconds', 'SKEP3012', { data, timeSeconds: 0.5 }],
    ['more nanoseconds than a second has', 'SKEP3012', { data, timeNanoseconds: 1e9 }],
    ['a negative length', 'SKEP3013', { data, originalLength: -1 }],
    ['a length beyond 32 bits', 'SKEP3013', { data, originalLength: 2 ** 32 }],
    ['more bytes than any Ethernet packet has', 'SKEP3013', { data: new Uint8Array(262145) }],
  ])('pcap: %s', (_, wanted, packet) => {
    expect(code(() => encodeCapture([packet], { format: 'pcap', linkType: 1 }))).toBe(wanted);
  });

  it.each([
    ['a time beyond 64 bits of nanoseconds', 'SKEP3012', { timeSeconds: 2 ** 35 }],
    ['a time before 1970', 'SKEP3012', { timeSeconds: -1 }],
    ['a length beyond 32 bits', 'SKEP3013', { originalLength: 2 ** 32 }],
    ['an option with a value of another type', 'SKEP3013', { options: [{ code: 2, name: 'epb_flags', value: 'x' }] }],
    [
      'an option longer than 65535 bytes',
      'SKEP3013',
      { options: [{ code: 1, name: 'opt_comment', value: 'x'.repeat(65536) }] },
    ],
    ['an option with code 0', 'SKEP3013', { options: [{ code: 0, name: 'opt_endofopt', value: new Uint8Array(0) }] }],
  ])('pcapng: %s; what was written before stays good', (_, wanted, rest) => {
    const writer = writeCapture({ linkType: 1, precision: 'nano' });
    writer.write({ data });
    expect(code(() => writer.write({ data, ...rest }))).toBe(wanted);
    writer.write({ data });
    expect([...readCaptureSync(writer.finish())]).toHaveLength(2);
  });

  it('an empty pcap file without a link type', () => {
    expect(code(() => writeCapture({ format: 'pcap' }).finish())).toBe('SKEP3014');
  });

  it('anything after the end', () => {
    const writer = writeCapture({ linkType: 1 });
    writer.finish();
    expect(code(() => writer.write({ data }))).toBe('SKEP3014');
  });

  it.each([
    ['a link type of 17 bits', { linkType: 65536 }],
    ['an odd FCS length', { linkType: 1, fcsLengthBytes: 3 }],
    ['a negative snap length', { linkType: 1, snapLength: -1 }],
  ])('pcap options: %s', (_, options) => {
    expect(code(() => writeCapture({ format: 'pcap', ...options }))).toMatch(/^SKEP301[34]$/);
  });

  it.each([
    ['a link type of 17 bits', { linkType: 65536 }],
    ['units finer than 64 bits can count', { linkType: 1, timestampResolution: { base: 10 as const, exponent: 20 } }],
    ['a snap length of 33 bits', { linkType: 1, snapLength: 2 ** 32 }],
  ])('an interface with %s', (_, init) => {
    expect(code(() => createInterface(init))).toBe('SKEP3009');
  });
});

describe('what a format cannot hold', () => {
  it('is counted, not written', () => {
    const writer = writeCapture({ format: 'pcap', linkType: 1 });
    writer.write({ data: Uint8Array.of(1), options: [{ code: 1, name: 'opt_comment', value: 'lost' }] });
    writer.write({ kind: 'names', offsetBytes: 0, records: [], options: [] });
    expect(writer.omitted).toBe(2);
  });

  it('is kept in pcapng', () => {
    const writer = writeCapture({ linkType: 1 });
    writer.write({ data: Uint8Array.of(1), options: [{ code: 1, name: 'opt_comment', value: 'kept' }] });
    expect(writer.omitted).toBe(0);
    expect([...readCaptureSync(writer.finish())][0]!.comments).toEqual(['kept']);
  });
});

describe('an interface', () => {
  it('has its named fields and its options agree', () => {
    const given = createInterface({ linkType: 1, name: 'eth0', speedBitsPerSecond: 10n ** 9n, fcsLengthBytes: 4 });
    expect(given.options.map(option => [option.name, option.value])).toEqual([
      ['if_name', 'eth0'],
      ['if_speed', 10n ** 9n],
      ['if_fcslen', 4],
    ]);
    const renamed = createInterface({ ...given, name: 'lan' });
    expect(renamed.options.find(option => option.name === 'if_name')!.value).toBe('lan');
    expect(renamed.options).toHaveLength(3);
  });

  it('is written into every section that needs it', () => {
    const iface = createInterface({ linkType: 101, name: 'tun0' });
    const begin = {
      kind: 'section',
      offsetBytes: 0,
      index: 0,
      byteOrder: 'little',
      majorVersion: 1,
      minorVersion: 0,
      options: [],
    } as const;
    const packet = { data: Uint8Array.of(0x45), interface: iface };
    const lines = summarizeFile(encodeCapture([begin, packet, packet, begin, packet])).map(plain);
    expect(lines.map(line => line.split(' ')[0])).toEqual([
      'section',
      'interface',
      'packet',
      'packet',
      'section',
      'interface',
      'packet',
    ]);
  });
});
