// Printed lines, as data: test/print/cases/*.txt. With SKEP_UPDATE=1 the files are written anew from the corpus; a packet whose lines
// are not tcpdump's own is then an error.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { NameSource } from '../../src/capture/print/index.js';
import { createPrinter } from '../../src/capture/print/index.js';
import type { PrintedCase } from './case-files.js';
import { formatCases, parseCases } from './case-files.js';
import type { NamedPacket } from './corpus.js';
import { corpus } from './corpus.js';
import { printable, printerOptions, tcpdumpLines, tcpdumpVersion } from './tcpdump.js';

const FOLDER = new URL('./cases/', import.meta.url);

/** Every packet is printed with these. */
const FLAGS = ['-n -t', '-n -t -e -vv'];
/** The first packet of each group is printed with these too. */
const FIRST_FLAGS = [
  '-t',
  '-n',
  '-n -tt',
  '-n -q',
  '-n -v',
  '-n -S -t',
  '-n -x -t',
  '-n -xx -t',
  '-n -X -t',
  '-n -XX -t',
  '-n -A -t',
  '-n -AA -t',
];

/** Packets are filed by the word before the first colon or blank of their names. */
function groupOf(packet: NamedPacket): string {
  return /^[a-z0-9]+/.exec(packet.name)![0];
}

function timed(packets: readonly NamedPacket[]): (NamedPacket & { timeSeconds: number; timeNanoseconds: number })[] {
  return packets.map((packet, index) => ({
    ...packet,
    timeSeconds: 1700000000 + index,
    timeNanoseconds: 123456000 + index,
  }));
}

/** The names the cases need, so that they hold on machines with other files in /etc. */
const names: NameSource = {
  service: (port, transport) => (port === 22 && transport === 'tcp' ? 'ssh' : undefined),
  interface: index => (index === 1 ? 'lo' : undefined),
};

/** What our printer prints for the packets, one printer for all. */
function printed(packets: readonly NamedPacket[], flags: string): string[] {
  const printer = createPrinter({ ...printerOptions(flags), names });
  return timed(packets).map(packet => printer.line(printable(packet.linkType, packet)));
}

/** What tcpdump prints for them: a run for each link type. */
function tcpdumpPrinted(packets: readonly NamedPacket[], flags: string): string[] {
  const lines: string[] = new Array(packets.length);
  const all = timed(packets);
  for (const linkType of new Set(packets.map(packet => packet.linkType))) {
    const indices = all.map((_, index) => index).filter(index => all[index]!.linkType === linkType);
    tcpdumpLines(
      linkType,
      indices.map(index => all[index]!),
      flags,
    ).forEach((line, i) => {
      lines[indices[i]!] = line;
    });
  }
  return lines;
}

function update(): void {
  mkdirSync(FOLDER, { recursive: true });
  const groups = new Map<string, NamedPacket[]>();
  for (const packet of corpus) groups.set(groupOf(packet), [...(groups.get(groupOf(packet)) ?? []), packet]);
  for (const [group, packets] of groups) {
    const expected = packets.map(() => new Map<string, string>());
    for (const flags of [...FLAGS, ...FIRST_FLAGS]) {
      const shown = FLAGS.includes(flags) ? packets : packets.slice(0, 1);
      for (const [index, line] of tcpdumpPrinted(shown, flags).entries()) expected[index]!.set(flags, line);
    }
    const cases: PrintedCase[] = packets.map((packet, index) => ({ packet, expected: expected[index]! }));
    writeFileSync(new URL(`${group}.txt`, FOLDER), formatCases(group, cases));
  }
}

if (process.env['SKEP_UPDATE'] === '1') {
  if (tcpdumpVersion === undefined) throw new Error('SKEP_UPDATE needs tcpdump');
  update();
}

describe('printed lines', () => {
  const files = readdirSync(FOLDER).filter(name => name.endsWith('.txt'));
  let rows = 0;
  for (const file of files) {
    it(file, () => {
      const cases = parseCases(readFileSync(new URL(file, FOLDER), 'utf8'));
      const flagSets = new Set(cases.flatMap(({ expected }) => [...expected.keys()]));
      for (const flags of flagSets) {
        const shown = cases.filter(({ expected }) => expected.has(flags));
        const lines = printed(
          shown.map(({ packet }) => packet),
          flags,
        );
        shown.forEach(({ packet, expected }, index) => {
          rows++;
          expect(lines[index], `${packet.name} [${flags}]`).toBe(expected.get(flags));
        });
      }
    });
  }
  it('are many', () => {
    expect(rows).toBeGreaterThan(1000);
  });
});
