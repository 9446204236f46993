// The printer against the tcpdump of this machine: every packet of the corpus with every flag set, the corpus cut at every byte, and
// changed at random. tcpdump decodes more protocols than we do; what it prints for those is told apart by its words.

import { describe, expect, it } from 'vitest';
import type { NamedPacket } from './corpus.js';
import { corpus, flagSets } from './corpus.js';
import { explainedDifferences } from './differences.js';
import { canPrintNames, ourLines, tcpdumpLines, tcpdumpVersion } from './tcpdump.js';

const available = tcpdumpVersion === '4.99.3';
if (!available) {
  console.warn(`test/print/differential.test.ts SKIPPED: needs tcpdump 4.99.3, found ${tcpdumpVersion ?? 'none'}`);
}

if (available && !canPrintNames) {
  console.warn('test/print/differential.test.ts: flag sets without -n SKIPPED: no network namespace can be made');
}

const START = 1700000000;

interface Outcome {
  readonly packet: NamedPacket;
  readonly theirs: string;
  readonly ours: string;
}

/** Prints the packets with both, one run for each link type; the pairs that differ, and how many there were. */
function compare(packets: readonly NamedPacket[], flags: string): { total: number; different: Outcome[] } {
  const different: Outcome[] = [];
  for (const linkType of new Set(packets.map(packet => packet.linkType))) {
    const some = packets
      .filter(packet => packet.linkType === linkType)
      .map((packet, index) => ({ ...packet, timeSeconds: START + index, timeNanoseconds: 123456000 }));
    const theirs = tcpdumpLines(linkType, some, flags);
    const ours = ourLines(linkType, some, flags);
    some.forEach((packet, index) => {
      if (theirs[index] !== ours[index]) different.push({ packet, theirs: theirs[index]!, ours: ours[index]! });
    });
  }
  return { total: packets.length, different };
}

function report({ packet, theirs, ours }: Outcome): string {
  return `${packet.name} ${Buffer.from(packet.data).toString('hex')}\n  tcpdump ${JSON.stringify(theirs)}\n  skep    ${JSON.stringify(ours)}`;
}

/** Words of tcpdump's for protocols that have no decoder here. */
const OTHER_PROTOCOLS =
  /igmp|DCCP|GeoNet|OSI|NLPID|mobile|EIGRP|OSPF|PIM|RSVP|VRRP|CARP|PGM|egp|EGP|igrp|IGRP|MACsec|Realtek|EAP|CFM|MPCP|ipx-sap|ipx-rip|\bat-|aarp|LLDP|Slow|NSH|TIPC|AoE|PTP|DTP|CDP|VTP|UDLD|STP|decnet|imp_|LACP|OAM|FAST|NLB|802\.1AE/;

describe.skipIf(!available)('against tcpdump', () => {
  for (const flags of flagSets) {
    it.skipIf(!canPrintNames && !flags.includes('-n'))(
      `prints the corpus like it with ${flags === '' ? 'no flags' : flags}`,
      () => {
        const { different } = compare(corpus, flags);
        expect(different.map(report)).toEqual([]);
      },
    );
  }

  for (const [flags, step] of [
    ['-n -vvv -e', 1],
    ['-n', 5],
    ['-n -v -x', 7],
  ] as const) {
    it(`prints packets cut at every ${step === 1 ? 'byte' : `${step} bytes`} like it with ${flags}`, () => {
      const cut: NamedPacket[] = [];
      for (const packet of corpus) {
        for (let length = 1; length < packet.data.length; length += step) {
          const name = `${packet.name}, ${length} bytes`;
          // Cut by the capture, and cut on the wire.
          cut.push({ ...packet, name, data: packet.data.slice(0, length), originalLength: packet.data.length });
          if (length % 3 === 0)
            cut.push({ ...packet, name, data: packet.data.slice(0, length), originalLength: length });
        }
      }
      const { different } = compare(cut, flags);
      expect(different.slice(0, 5).map(report)).toEqual([]);
    });
  }

  for (const flags of ['-n', '-n -vvv -e']) {
    it(`prints packets changed at random like it with ${flags}`, () => {
      const changed = mutations(20261, 6);
      const { total, different } = compare(changed, flags);
      const unexplained = different.filter(outcome => !OTHER_PROTOCOLS.test(outcome.theirs));
      expect(unexplained.slice(0, 5).map(report)).toEqual([]);
      expect(different.length).toBeLessThan(total * 0.01);
    });
  }

  for (const flags of ['', '-t', '-tt', '-ttt', '-tttt', '-ttttt']) {
    it(`writes time stamps like it with ${flags === '' ? 'no flags' : flags}`, () => {
      const times: readonly (readonly [number, number])[] = [
        [0, 1000],
        [START, 0],
        [START, 999999999],
        [START + 1, 1],
        [START - 1, 500],
        [START + 86400, 5],
        [951782400, 123456789],
        [2147483647, 999999000],
      ];
      const packets = times.map(([timeSeconds, timeNanoseconds]) => ({ ...corpus[0]!, timeSeconds, timeNanoseconds }));
      for (const digits of ['', '--nano']) {
        const all = `-n ${flags} ${digits}`.trim();
        expect(ourLines(1, packets, all)).toEqual(tcpdumpLines(1, packets, all));
      }
    });
  }

  it('numbers packets and names impossible record headers like it', () => {
    const { data } = corpus[0]!;
    const packets = [
      { data },
      { data, originalLength: 10 },
      { data, originalLength: 0 },
      { data: data.slice(0, 0), originalLength: 0 },
      { data: data.slice(0, 0), originalLength: 70 },
      { data, originalLength: 300000 },
    ];
    for (const flags of ['-n', '-n -x', '-n --number']) {
      expect(ourLines(1, packets, flags)).toEqual(tcpdumpLines(1, packets, flags));
    }
  });

  for (const { name, linkType, packet, flags, theirs, ours } of explainedDifferences) {
    it(`differs where it should: ${name}`, () => {
      expect(tcpdumpLines(linkType, [packet], flags)).toEqual([theirs]);
      expect(ourLines(linkType, [packet], flags)).toEqual([ours]);
    });
  }
});

/** Every packet of the corpus `copies` times with one to three bytes changed. The same seed gives the same packets. */
function mutations(seed: number, copies: number): NamedPacket[] {
  let state = seed;
  const random = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * below);
  };
  const packets: NamedPacket[] = [];
  for (const packet of corpus) {
    for (let copy = 0; copy < copies; copy++) {
      const data = packet.data.slice();
      const changes = 1 + random(3);
      for (let i = 0; i < changes && data.length > 0; i++) {
        const at = random(data.length);
        data[at] = [0, 255, random(256), data[at]! ^ (1 << random(8)), data[at]! + 1][random(5)]!;
      }
      packets.push({ ...packet, name: `${packet.name}, change ${copy}`, data });
    }
  }
  return packets;
}
