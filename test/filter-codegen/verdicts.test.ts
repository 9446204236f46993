// Verdicts that libpcap 1.11 gives (cases/verdicts.txt), on every link type that there is a layout for.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LINK_TYPES } from '../../src/filter/link-types.js';
import { matches } from './evaluate.js';
import { fromHex, generateFor } from './helpers.js';

interface Case {
  readonly link: string;
  readonly expression: string;
  readonly packets: { readonly hex: string; readonly verdict: boolean }[];
}

/** Indentation says what a line is: a link type, an expression, a packet. */
function parseCases(text: string): Case[] {
  const cases: Case[] = [];
  let link = '';
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('    ')) {
      const [verdict, hex = ''] = line.trim().split(' ');
      cases.at(-1)!.packets.push({ hex, verdict: verdict === '1' });
    } else if (line.startsWith('  ')) cases.push({ link, expression: line.trim(), packets: [] });
    else link = line;
  }
  return cases;
}

const cases = parseCases(readFileSync(new URL('cases/verdicts.txt', import.meta.url), 'utf8'));

describe('verdicts', () => {
  const links = [...new Set(cases.map(({ link }) => link))];

  it.each(links)('%s', link => {
    for (const { expression, packets } of cases.filter(row => row.link === link)) {
      const { condition } = generateFor(link, expression, { netmask: 0xffffff00 });
      for (const { hex, verdict } of packets) {
        expect({ expression, hex, verdict: matches(condition, fromHex(hex)) }).toEqual({ expression, hex, verdict });
      }
    }
  });

  it('cover every link type with a layout, and both verdicts', () => {
    const without = LINK_TYPES.filter(({ layout, name }) => layout && !links.includes(name)).map(({ name }) => name);
    expect(without).toEqual([]);
    const packets = cases.flatMap(row => row.packets);
    expect(packets.length).toBeGreaterThanOrEqual(2000);
    expect(packets.filter(({ verdict }) => verdict).length).toBeGreaterThan(packets.length / 4);
  });
});
