// Explanations as data: what expressions mean, and why packets match or do not.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SkepError } from '../../src/diagnostics/index.js';
import { explainExpression, renderExpressionExplanation } from '../../src/filter/explain/index.js';
import { compileFilter, createResolver, type FilterOptions, parseFilter } from '../../src/filter/index.js';
import { bytes } from '../support/packets.js';
import { expression } from './arbitrary.js';
import { readCases } from './cases.js';
import { PACKETS } from './packets.js';

const resolver = createResolver({
  host: name => (name === 'printer' ? [bytes('0a000007'), bytes('20010db8 00000000 00000000 00000007')] : undefined),
  network: name => (name === 'office' ? 0xc0a8 : undefined),
  etherHost: name => (name === 'printer' ? bytes('001122aabbcc') : undefined),
});
const context = { resolver, ip6Extensions: false, transportOverIp6: false };
const meaning = (text: string): string =>
  renderExpressionExplanation(explainExpression(parseFilter(text), text, context)).trimEnd();

describe('meanings', () => {
  it.each(readCases('meanings.txt', meaning))('$input', ({ input, expected }) => {
    expect(meaning(input)).toBe(expected);
  });

  it('of any tree are words', () => {
    fc.assert(
      fc.property(expression(), tree => {
        const text = renderExpressionExplanation(explainExpression(tree, '', context));
        expect(text).not.toMatch(/undefined|NaN|\[object/);
        JSON.stringify(explainExpression(tree, '', context));
      }),
      { numRuns: 500 },
    );
  });
});

/** `packet: expression`, and what is said about it. */
function verdict(line: string): string {
  const [, name, text] = /^([\w-]+): (.*)$/.exec(line)!;
  const packet = PACKETS[name!];
  if (!packet) throw new Error(`no packet ${name}`);
  const options: FilterOptions = { resolver, ...(packet.linkType ? { linkType: packet.linkType } : {}) };
  return compileFilter(text!, options)
    .explain(packet.data, packet.wireLength)
    .toString({ bytes: packet.data })
    .trimEnd();
}

describe('verdicts', () => {
  const cases = readCases('verdicts.txt', verdict);

  it.each(cases)('$input', ({ input, expected }) => {
    expect(verdict(input)).toBe(expected);
  });

  it('are enough', () => expect(cases.length).toBeGreaterThanOrEqual(60));

  it('are plain data beside their text', () => {
    const explained = compileFilter('tcp port 80').explain(PACKETS['arp']!.data);
    expect(JSON.parse(JSON.stringify(explained))).toEqual({ ...explained });
    expect(explained).toMatchObject({
      matches: false,
      capturedLength: 42,
      wireLength: 42,
      decidedBy: [
        {
          span: { start: 0, end: 11 },
          source: 'tcp port 80',
          holds: false,
          because: [
            { test: 'EtherType is IPv6 (0x86dd)', holds: false, bytes: { start: 12, end: 14 }, value: 0x0806 },
            { test: 'EtherType is IPv4 (0x0800)', holds: false, bytes: { start: 12, end: 14 }, value: 0x0806 },
          ],
        },
      ],
    });
  });

  it('show every test on request', () => {
    const text = compileFilter('ip or arp').explain(PACKETS['arp']!.data).toString({ all: true });
    expect(text).toContain(
      'tests in order:\n   1   no  EtherType (bytes 12-13) is ARP (0x0806), not IPv4 (0x0800)\n   2  yes  EtherType',
    );
  });
});

describe('an explanation agrees with the program', () => {
  const texts = fc.oneof(
    expression().map(tree => tree),
    fc
      .constantFrom(
        'tcp port 80',
        'not host 10.0.0.1',
        'vlan and ip',
        'ip[0] & 0xf > 5',
        'tcp[13] % 3 = 2',
        'ip protochain 6',
      )
      .map(text => parseFilter(text)!),
  );
  const packets = fc.oneof(
    fc.constantFrom(
      ...Object.values(PACKETS)
        .filter(packet => !packet.linkType)
        .map(packet => packet.data),
    ),
    fc.uint8Array({ maxLength: 80 }),
  );

  it('for any expression and packet', async () => {
    const { formatExpression } = await import('../../src/filter/index.js');
    let compiled = 0;
    fc.assert(
      fc.property(texts, fc.array(packets, { minLength: 1, maxLength: 4 }), (tree, list) => {
        let filter: ReturnType<typeof compileFilter>;
        try {
          filter = compileFilter(formatExpression(tree), { resolver, netmask: 0xffffff00, optimize: false });
        } catch (error) {
          if (error instanceof SkepError) return;
          throw error;
        }
        compiled++;
        for (const packet of list) {
          const explained = filter.explain(packet, packet.length + 3);
          expect(explained.matches).toBe(filter.matches(packet, packet.length + 3));
          const text = explained.toString({ bytes: packet, all: true });
          expect(text).not.toMatch(/undefined|NaN|\[object/);
          for (const part of explained.decidedBy) expect(part.because.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 600 },
    );
    expect(compiled).toBeGreaterThan(40);
  });

  it('for a list of 5,000 hosts', () => {
    const text = Array.from({ length: 5_000 }, (_, i) => `host 10.${i >> 8}.${i & 255}.1`).join(' or ');
    const filter = compileFilter(text, { optimize: false });
    const explained = filter.explain(PACKETS['http']!.data);
    expect(explained.matches).toBe(true);
    expect(explained.toString().split('\n').length).toBeLessThan(60);
    expect(filter.explain(PACKETS['dns6']!.data).decidedBy.length).toBe(5_000);
    expect(filter.explain().terms?.length).toBe(5_000);
  });
});
