// Printed lines of the application protocols, as data: test/print-apps/cases/*.txt, all of them tcpdump 4.99.3's own words. With
// SKEP_UPDATE=1 the files are written anew from the corpus.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatCases, parseCases } from '../print/case-files.js';
import { ourLines, tcpdumpLines, tcpdumpVersion } from '../print/tcpdump.js';
import { corpus } from './corpus.js';

const FOLDER = new URL('./cases/', import.meta.url);
const FLAGS = ['-n -t', '-n -t -v', '-n -t -vvv -e'];
const LINK_ETHERNET = 1;

/** The protocol a packet's name begins with. */
function groupOf(name: string): string {
  return /^[a-z0-9]+/.exec(name)![0];
}

function update(): void {
  mkdirSync(FOLDER, { recursive: true });
  for (const group of new Set(corpus.map(packet => groupOf(packet.name)))) {
    const packets = corpus.filter(packet => groupOf(packet.name) === group);
    const expected = packets.map(() => new Map<string, string>());
    for (const flags of FLAGS)
      tcpdumpLines(LINK_ETHERNET, packets, flags).forEach((line, index) => {
        expected[index]!.set(flags, line);
      });
    const text = formatCases(
      group,
      packets.map((packet, index) => ({ packet, expected: expected[index]! })),
    );
    writeFileSync(new URL(`${group}.txt`, FOLDER), text.replace('test/print/cases', 'test/print-apps/cases'));
  }
}

if (process.env['SKEP_UPDATE'] === '1') {
  if (tcpdumpVersion === undefined) throw new Error('SKEP_UPDATE needs tcpdump');
  update();
}

describe('printed lines of application protocols', () => {
  let rows = 0;
  for (const file of readdirSync(FOLDER).filter(name => name.endsWith('.txt'))) {
    it(file, () => {
      const cases = parseCases(readFileSync(new URL(file, FOLDER), 'utf8'));
      const packets = cases.map(({ packet }) => packet);
      for (const flags of FLAGS) {
        const lines = ourLines(LINK_ETHERNET, packets, flags);
        cases.forEach(({ packet, expected }, index) => {
          rows++;
          expect(lines[index], `${packet.name} [${flags}]`).toBe(expected.get(flags));
        });
      }
    });
  }
  it('are many', () => {
    expect(rows).toBeGreaterThan(1500);
  });
});
