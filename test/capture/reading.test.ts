// Reading files of every variant, and damaged ones: the case files say what stands in them and what comes out.

import { describe, expect, it } from 'vitest';
import { readCaptureSync } from '../../src/capture/index.js';
import { SkepError } from '../../src/diagnostics/index.js';
import { readCases } from './cases.js';
import { summarizeFile } from './summary.js';

for (const file of ['pcap.txt', 'pcapng.txt', 'damage.txt']) {
  describe(`reading: ${file}`, () => {
    it.each(readCases(file).map(one => [one.name, one] as const))('%s', (_, { bytes, gives }) => {
      expect(summarizeFile(bytes).join('\n')).toBe(gives);
    });

    it.each(readCases(file).map(one => [one.name, one] as const))('%s, a byte at a time', (_, { bytes, gives }) => {
      expect(summarizeFile(Array.from(bytes, byte => Uint8Array.of(byte))).join('\n')).toBe(gives);
    });
  });
}

describe('files that are taken for captures', () => {
  it.each([
    ['a zstd file', [0x28, 0xb5, 0x2f, 0xfd], 'zstd -dc'],
    ['an xz file', [0xfd, 0x37, 0x7a, 0x58], 'xz -dc'],
    ['a snoop file', [0x73, 0x6e, 0x6f, 0x6f, 0x70], 'editcap'],
    ['a pcapng file sent as text', [0x0a, 0x0a, 0x0a, 0x1c], 'line ends'],
    ['a BPF savefile', [0xa1, 0xb2, 0xc3, 0xcb], 'BPF program'],
  ])('%s gets a hint', (_, bytes, hint) => {
    let thrown: unknown;
    try {
      readCaptureSync(Uint8Array.from(bytes)).header;
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(SkepError);
    expect((thrown as SkepError).diagnostics[0]!.notes!.join()).toContain(hint);
  });
});
