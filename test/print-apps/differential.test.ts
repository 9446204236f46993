// The printer against the tcpdump of this machine: the example captures with many flag sets, and the corpus of application protocols cut
// at every few bytes and changed at random.

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readCaptureFileSync } from '../../src/capture/node/index.js';
import type { NameSource } from '../../src/capture/print/index.js';
import { createPrinter } from '../../src/capture/print/index.js';
import { machineNames as namesOfFiles } from '../../src/cli/dump/names.js';
import type { NamedPacket } from '../print/corpus.js';
import { machineNames, ourLines, printerOptions, tcpdumpLines, tcpdumpVersion } from '../print/tcpdump.js';
import { corpus } from './corpus.js';
import { mutate, randomNumbers } from './mutate.js';

const available = tcpdumpVersion === '4.99.3';
if (!available)
  console.warn(`test/print-apps/differential.test.ts SKIPPED: needs tcpdump 4.99.3, found ${tcpdumpVersion ?? 'none'}`);

/** Without a network tcpdump's questions for host names fail at once. Needs root. */
const canIsolate = available && spawnSync('unshare', ['--net', 'true']).status === 0;
if (available && !canIsolate)
  console.warn(
    'test/print-apps/differential.test.ts: SKIPPED flag sets without -n: they need root, to keep tcpdump from name servers',
  );

const CAPTURES = new URL('../../examples/captures/', import.meta.url).pathname;

/** tcpdump refuses files with several link types. */
const REFUSED = new Set(['link-types.pcapng']);

const FLAG_SETS = [
  '-n',
  '-nn -v',
  '-n -vv',
  '-n -vvv -e',
  '-n -q',
  '-n -q -v -e',
  '-n -t -X',
  '-n -tt -x',
  '-n -ttt -XX -v',
  '-n -tttt -xx',
  '-n -ttttt -A',
  '-n -S -K -vv',
];
const FLAG_SETS_WITH_NAMES = ['', '-v', '-e -vv', '-q -t'];

/**
 * Names as in a network namespace of one's own: /etc/hosts, /etc/services (without the services skep knows itself), the loopback
 * interface alone.
 */
const isolatedNames: NameSource = {
  ...namesOfFiles(),
  service: (port, transport) => machineNames.service?.(port, transport),
  interface: index => (index === 1 ? 'lo' : undefined),
};

function tcpdumpOutput(file: string, flags: string): string {
  const words = flags.split(' ').filter(word => word !== '');
  const command = canIsolate ? ['unshare', '--net', 'tcpdump'] : ['tcpdump'];
  // tcpdump does not read compressed files itself.
  const input = file.endsWith('.gz') ? spawnSync('gzip', ['-dc', file], { maxBuffer: 1 << 26 }).stdout : undefined;
  const result = spawnSync(command[0]!, [...command.slice(1), ...words, '-r', input === undefined ? file : '-'], {
    encoding: 'latin1',
    env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' },
    maxBuffer: 1 << 28,
    ...(input === undefined ? {} : { input }),
  });
  expect(result.status, result.stderr).toBe(0);
  return result.stdout;
}

function ourOutput(file: string, flags: string): string {
  const names = canIsolate ? isolatedNames : machineNames;
  const printer = createPrinter({ ...printerOptions(flags), names });
  let text = '';
  for (const packet of readCaptureFileSync(file)) text += `${printer.line(packet)}\n`;
  return text;
}

/** The first lines that differ, side by side. */
function firstDifferences(ours: string, theirs: string): string[] {
  const [a, b] = [ours.split('\n'), theirs.split('\n')];
  const found: string[] = [];
  for (let i = 0; i < Math.max(a.length, b.length) && found.length < 6; i++) {
    if (a[i] !== b[i])
      found.push(`line ${i + 1}`, `  tcpdump ${JSON.stringify(b[i])}`, `  skep    ${JSON.stringify(a[i])}`);
  }
  return found;
}

describe.skipIf(!available)('example captures against tcpdump', () => {
  const files = readdirSync(CAPTURES).filter(name => /\.pcap(ng)?(\.gz)?$/.test(name));
  for (const flags of [...FLAG_SETS, ...(canIsolate ? FLAG_SETS_WITH_NAMES : [])]) {
    it(`prints them like it with ${flags === '' ? 'no flags' : flags}`, () => {
      for (const file of files.filter(name => !REFUSED.has(name))) {
        const differences = firstDifferences(ourOutput(CAPTURES + file, flags), tcpdumpOutput(CAPTURES + file, flags));
        expect(differences, file).toEqual([]);
      }
    });
  }

  it('prints a file tcpdump refuses: interfaces of several link types', () => {
    for (const file of REFUSED) {
      const refusal = spawnSync('tcpdump', ['-r', CAPTURES + file], { encoding: 'latin1' });
      expect(refusal.stderr).toMatch(/different from the type of the first interface/);
      expect(
        ourOutput(CAPTURES + file, '-n')
          .trimEnd()
          .split('\n').length,
      ).toBeGreaterThan(40);
    }
  });
});

interface Outcome {
  readonly name: string;
  readonly hex: string;
  readonly theirs: string;
  readonly ours: string;
}

function different(packets: readonly NamedPacket[], flags: string): Outcome[] {
  const ours = ourLines(1, packets, flags);
  const theirs = tcpdumpLines(1, packets, flags);
  return packets.flatMap((packet, index) =>
    ours[index] === theirs[index]
      ? []
      : [
          {
            name: packet.name,
            hex: Buffer.from(packet.data).toString('hex'),
            theirs: theirs[index]!,
            ours: ours[index]!,
          },
        ],
  );
}

/** Where the two may differ: what tcpdump prints for protocols without a decoder here, when a changed byte leads to one. */
const EXPLAINED: readonly (readonly [reason: string, words: RegExp])[] = [
  ['DVMRP and PIM version 1 inside IGMP have their names only', /igmp (dvmrp|pimv1)/],
];

function unexplained(outcomes: readonly Outcome[]): Outcome[] {
  return outcomes.filter(({ theirs }) => !EXPLAINED.some(([, words]) => words.test(theirs)));
}

describe.skipIf(!available)('application protocols against tcpdump', () => {
  for (const [flags, step] of [
    ['-n -vvv -e', 2],
    ['-n', 5],
    ['-n -v -x', 7],
  ] as const) {
    it(`prints packets cut at every ${step} bytes like it with ${flags}`, () => {
      const cut = corpus.flatMap(packet => {
        const packets: NamedPacket[] = [];
        for (let length = 42; length < packet.data.length; length += step)
          packets.push({ ...packet, data: packet.data.slice(0, length), originalLength: packet.data.length });
        return packets;
      });
      expect(unexplained(different(cut, flags)).slice(0, 5)).toEqual([]);
    });
  }

  for (const [seed, flags] of [
    [1, '-n'],
    [2, '-n -v'],
    [3, '-n -vvv -e'],
    [4, '-n -q -x'],
  ] as const) {
    it(`prints packets changed at random like it with ${flags}`, () => {
      const next = randomNumbers(seed);
      const changed = corpus.flatMap(packet => Array.from({ length: 8 }, () => mutate(packet, next)));
      const outcomes = different(changed, flags);
      expect(unexplained(outcomes).slice(0, 5)).toEqual([]);
      expect(outcomes.length).toBeLessThan(changed.length * 0.01);
    });
  }
});
