// The text form of the printed-line cases: packets in hex, and for each flag set the text that is expected.
//
//   == tcp: syn                     a packet's name
//   1 0200...                       its link type and bytes; "1/60 0200..." when 60 bytes were on the wire
//   -n -t                           flags
//   | IP 10.0.0.1.40000 > ...       the lines printed with them
//
// The packets of a file are printed in order by one printer a flag set, so that connections build up.

import { fromHex, toHex } from '../support/packets.js';
import type { NamedPacket } from './corpus.js';

export interface PrintedCase {
  readonly packet: NamedPacket;
  /** Expected text by flags. */
  readonly expected: ReadonlyMap<string, string>;
}

export function formatCases(title: string, cases: readonly PrintedCase[]): string {
  let text = `# ${title}\n# What tcpdump 4.99.3 prints for these packets. To rewrite: SKEP_UPDATE=1 npx vitest run test/print/cases.test.ts\n`;
  for (const { packet, expected } of cases) {
    const wire = packet.originalLength === undefined ? '' : `/${packet.originalLength}`;
    text += `\n== ${packet.name}\n${packet.linkType}${wire} ${toHex(packet.data)}\n`;
    for (const [flags, lines] of expected)
      text += `${flags}\n${lines.replace(/^/gm, '| ').replace(/ +$/gm, trailing)}\n`;
  }
  return text;
}

/** Blanks at the end of a line are shown as "␠", so that no editor removes them. */
function trailing(blanks: string): string {
  return `${'␠'.repeat(blanks.length)}`;
}

export function parseCases(text: string): PrintedCase[] {
  const cases: { packet: NamedPacket; expected: Map<string, string> }[] = [];
  let name = '';
  let flags = '';
  for (const line of text.split('\n')) {
    const current = cases.at(-1);
    if (line.startsWith('#') || line === '') continue;
    if (line.startsWith('== ')) name = line.slice(3);
    else if (line.startsWith('|')) {
      const content = line.slice(1).replace(/^[ ␠]/, '').replaceAll('␠', ' ');
      const before = current!.expected.get(flags);
      current!.expected.set(flags, before === undefined ? content : `${before}\n${content}`);
    } else if (line.startsWith('-')) flags = line;
    else {
      const match = /^(\d+)(?:\/(\d+))? ([0-9a-f]*)$/.exec(line);
      if (match === null) throw new Error(`not a case line: ${line}`);
      const wire = match[2] === undefined ? {} : { originalLength: Number(match[2]) };
      cases.push({
        packet: { name, linkType: Number(match[1]), data: fromHex(match[3]!), ...wire },
        expected: new Map(),
      });
    }
  }
  return cases;
}
