// tcpdump, tshark and capinfos beside us: they read what we write, and we read what they read, damage included.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import {
  type ByteOrder,
  type CapturedPacket,
  type CaptureItem,
  encodeCapture,
  readCaptureSync,
  type WritableItem,
} from '../../src/capture/index.js';
import { SkepError } from '../../src/diagnostics/index.js';
import { mixedLinkTypes, mixedPackets, pcapFile, pcapngFile, randomNumbers } from '../support/captures.js';
import { readCases } from './cases.js';

const present = (tool: string): boolean => {
  const found = spawnSync(tool, ['--version']).status === 0;
  if (!found)
    console.warn(`SKIPPED: ${tool} is not installed, so nothing is compared with it (apt-get install tcpdump tshark)`);
  return found;
};
const hasTcpdump = present('tcpdump');
const hasTshark = present('tshark');
const hasCapinfos = present('capinfos');

const EXAMPLES = fileURLToPath(new URL('../../examples/captures', import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'skep-capture-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What tcpdump makes of a file: its packets, written again as pcap, and whether it complained. */
function tcpdump(bytes: Uint8Array): { packets: CapturedPacket[]; failed: boolean } {
  const { stdout, status } = spawnSync('tcpdump', ['-r', '-', '-w', '-'], { input: bytes, maxBuffer: 1e9 });
  return { packets: stdout.length > 0 ? [...readCaptureSync(new Uint8Array(stdout))] : [], failed: status !== 0 };
}

function ours(bytes: Uint8Array): { items: CaptureItem[]; packets: CapturedPacket[]; failed: boolean } {
  const items: CaptureItem[] = [];
  let failed = false;
  try {
    for (const item of readCaptureSync(bytes).items()) items.push(item);
  } catch (error) {
    if (!(error instanceof SkepError)) throw error;
    failed = true;
  }
  return { items, packets: items.filter(item => item.kind === 'packet'), failed };
}

const line = ({ timeSeconds, timeNanoseconds, data, originalLength }: CapturedPacket): string =>
  `${timeSeconds}.${Math.floor(timeNanoseconds / 1000)} ${originalLength} ${Buffer.from(data).toString('hex')}`;
const withoutTime = (packet: CapturedPacket): string => line(packet).replace(/^\S+ /, '');

describe.skipIf(!hasTcpdump)('tcpdump reads what is written here', () => {
  const packets = mixedPackets(50);
  for (const format of ['pcap', 'pcapng'] as const) {
    for (const byteOrder of ['little', 'big'] as ByteOrder[]) {
      for (const precision of ['micro', 'nano'] as const) {
        it(`${format}, ${byteOrder} endian, ${precision}seconds`, () => {
          const bytes = encodeCapture(packets, { format, byteOrder, precision, linkType: 1 });
          const { packets: read, failed } = tcpdump(bytes);
          expect(failed).toBe(false);
          expect(read.map(line)).toEqual(ours(bytes).packets.map(line));
        });
      }
    }
  }
});

describe.skipIf(!hasTcpdump)('tcpdump and we make the same of', () => {
  /** What libpcap does not read, or reads otherwise, and why. */
  const differences: Readonly<Record<string, string>> = {
    "Ixia's variant from hardware: nanoseconds, the size of all records behind the header": 'libpcap does not know it',
    "Ixia's variant from software, big endian: microseconds": 'libpcap does not know it',
    'two sections of different byte orders, each with interfaces of its own': 'libpcap wants one byte order',
    'a fraction of more than a second runs over': 'libpcap leaves it as it is',
    'time stamp units: powers of ten and of two, and an offset': 'libpcap 1.10 overflows with units of 2^-63',
  };

  for (const file of ['pcap.txt', 'pcapng.txt', 'damage.txt']) {
    it.each(
      readCases(file)
        .filter(one => !(one.name in differences))
        .map(one => [one.name, one] as const),
    )(`${file}: %s`, (_, { bytes }) => {
      const theirs = tcpdump(bytes);
      const mine = ours(bytes);
      expect(theirs.packets.map(line)).toEqual(mine.packets.map(line));
      // pcapng without an interface is an error to libpcap and an empty capture to us.
      const hasInterface = mine.items.some(item => item.kind === 'interface');
      if (hasInterface) expect(mine.failed).toBe(theirs.failed);
    });
  }

  const examples = readdirSync(EXAMPLES).filter(name => /\.pcap(ng)?$/.test(name));

  it.each(examples)('examples/captures/%s', name => {
    const bytes = readFileSync(join(EXAMPLES, name));
    const mine = ours(bytes);
    const theirs = tcpdump(bytes);
    expect(mine.failed).toBe(false);
    // libpcap gives up at the second link type or snap length of a file.
    const same =
      new Set(mine.packets.map(packet => `${packet.interface.linkType} ${packet.interface.snapLength}`)).size === 1;
    expect(mine.packets.slice(0, same ? undefined : theirs.packets.length).map(line)).toEqual(theirs.packets.map(line));
    const again = encodeCapture(mine.items, { format: mine.items[0]!.kind === 'section' ? 'pcapng' : 'pcap' });
    expect(ours(again).packets.map(line)).toEqual(mine.packets.map(line));
  });

  it('files cut anywhere', () => {
    for (const bytes of [
      pcapFile(3, 5),
      pcapngFile(3, 5),
      encodeCapture(mixedPackets(3, 5), { linkType: 1, byteOrder: 'big' }),
    ]) {
      const step = Math.max(1, Math.floor(bytes.length / 40));
      for (let cut = 24; cut < bytes.length; cut += step) {
        const theirs = tcpdump(bytes.subarray(0, cut));
        const mine = ours(bytes.subarray(0, cut));
        expect(mine.packets.map(line), `cut at ${cut} of ${bytes.length}`).toEqual(theirs.packets.map(line));
      }
    }
  });

  it('files with bytes changed: all that it prints, we deliver', () => {
    const random = randomNumbers(99);
    const seeds = [
      pcapFile(6, 3),
      pcapngFile(6, 3),
      encodeCapture(mixedPackets(6, 4), { format: 'pcap', linkType: 1, byteOrder: 'big' }),
    ];
    for (let round = 0; round < 150; round++) {
      const bytes = seeds[round % seeds.length]!.slice();
      const at = round % 5 === 0 ? random(60) : random(bytes.length);
      bytes[at] = random(256);
      const theirs = tcpdump(bytes);
      const mine = ours(bytes);
      const message = `byte ${at} of seed ${round % seeds.length} is ${bytes[at]}`;
      expect(mine.packets.slice(0, theirs.packets.length).map(withoutTime), message).toEqual(
        theirs.packets.map(withoutTime),
      );
      if (!theirs.failed) expect([mine.packets.length, mine.failed], message).toEqual([theirs.packets.length, false]);
    }
  });
});

describe.skipIf(!hasTshark)('tshark reads what is written here', () => {
  const fields = (bytes: Uint8Array, names: readonly string[]): string[][] => {
    const path = join(folder, 'tshark.capture');
    writeFileSync(path, bytes);
    const args = ['-n', '-r', path, '-T', 'fields', '-E', 'separator=|', ...names.flatMap(name => ['-e', name])];
    const { stdout, status, stderr } = spawnSync('tshark', args, { encoding: 'utf8', maxBuffer: 1e9 });
    expect(status, stderr).toBe(0);
    return stdout
      .trimEnd()
      .split('\n')
      .map(row => row.split('|'));
  };

  it('link types, interfaces, times and comments of a pcapng file of both byte orders', () => {
    for (const byteOrder of ['little', 'big'] as ByteOrder[]) {
      const items = mixedLinkTypes(20).map(
        (item, i): WritableItem =>
          'data' in item && !('kind' in item)
            ? { ...item, timeNanoseconds: 123_456_000, options: [{ code: 1, name: 'opt_comment', value: `no. ${i}` }] }
            : item,
      );
      const rows = fields(encodeCapture(items, { byteOrder }), [
        'frame.time_epoch',
        'frame.len',
        'frame.interface_id',
        'frame.interface_name',
        'frame.comment',
        'ip.src',
      ]);
      const wanted = items.flatMap((item, i) =>
        'interface' in item && 'data' in item
          ? [
              [
                `${item.timeSeconds}.123456000`,
                String(item.data.length),
                String(item.interface!.index),
                `if${item.interface!.index}`,
                `no. ${i}`,
                '10.0.0.1',
              ],
            ]
          : [],
      );
      expect(rows).toEqual(wanted);
    }
  });

  it('nanoseconds, cut packets, gzip', () => {
    const packets = mixedPackets(10).map(packet => ({
      ...packet,
      timeNanoseconds: 987_654_321,
      originalLength: packet.data.length,
      data: packet.data.subarray(0, 40),
    }));
    const wanted = packets.map(({ timeSeconds, originalLength }) => [
      `${timeSeconds}.987654321`,
      String(originalLength),
      '40',
    ]);
    for (const format of ['pcap', 'pcapng'] as const) {
      const bytes = encodeCapture(packets, { format, precision: 'nano', linkType: 1 });
      const names = ['frame.time_epoch', 'frame.len', 'frame.cap_len'];
      expect(fields(bytes, names)).toEqual(wanted);
      expect(fields(new Uint8Array(gzipSync(bytes)), names)).toEqual(wanted);
    }
  });
});

describe.skipIf(!hasCapinfos)('capinfos agrees on', () => {
  it.each([
    ['pcap', { format: 'pcap', linkType: 1 }, /pcap/],
    ['nanosecond pcap', { format: 'pcap', linkType: 1, precision: 'nano' }, /nsecpcap|nanosecond/],
    ['big-endian pcapng', { format: 'pcapng', linkType: 1, byteOrder: 'big' }, /pcapng/],
  ] as const)('%s', (_, options, type) => {
    const path = join(folder, 'capinfos.capture');
    writeFileSync(path, encodeCapture(mixedPackets(25), options));
    const { stdout } = spawnSync('capinfos', ['-M', '-t', '-c', '-d', path], { encoding: 'utf8' });
    expect(stdout).toMatch(type);
    expect(stdout).toMatch(/Number of packets:\s+25\b/);
    const bytes = mixedPackets(25).reduce((sum, { data }) => sum + data.length, 0);
    expect(stdout).toContain(`${bytes} bytes`);
  });
});
