// Condition trees themselves: words for every test, warnings, long expressions, registers.

import { describe, expect, it } from 'vitest';
import type { Expression } from '../../src/filter/ast.js';
import { generate } from '../../src/filter/codegen/index.js';
import { unassignedReads } from '../../src/filter/codegen/memory.js';
import { LINK_TYPES } from '../../src/filter/link-types.js';
import { builtInResolver } from '../../src/filter/names.js';
import { matches } from './evaluate.js';
import { generateExpression } from './expressions.js';
import { generateFor, leaves, refusal } from './helpers.js';
import { generatePacket } from './packets.js';
import { Random } from './random.js';

describe('origins', () => {
  it('every test has words and a place inside the text', () => {
    const random = new Random(7);
    for (const link of LINK_TYPES.filter(({ layout }) => layout)) {
      for (let i = 0; i < 8; i++) {
        const expression = generateExpression(random, link);
        if (refusal(link.name, expression)) continue;
        for (const leaf of leaves(generateFor(link.name, expression).condition)) {
          expect(leaf.origin?.text ?? '', `${link.name}: ${expression}`).toMatch(/\S/);
          expect(leaf.origin!.span.end, expression).toBeLessThanOrEqual(expression.length);
        }
      }
    }
  });

  it.each([
    [
      'tcp src port 80',
      [
        'EtherType is IPv6 (0x86dd)',
        'IPv6 next header is TCP (6)',
        'source port is 80',
        'EtherType is IPv4 (0x0800)',
        'IPv4 protocol is TCP (6)',
        'not a later IPv4 fragment',
        'source port is 80',
      ],
    ],
    [
      'dst net 10.1.0.0/16',
      [
        'EtherType is IPv4 (0x0800)',
        'destination address is in 10.1.0.0/16',
        'EtherType is ARP (0x0806)',
        'ARP target address is in 10.1.0.0/16',
        'EtherType is RARP (0x8035)',
        'RARP target address is in 10.1.0.0/16',
      ],
    ],
    [
      'tcp[13] & 2 != 0',
      ['EtherType is IPv4 (0x0800)', 'IPv4 protocol is TCP (6)', 'not a later IPv4 fragment', 'tcp[13] & 0x02 != 0'],
    ],
    [
      'ether dst 2:0:0:0:0:1',
      [
        'destination MAC address is 02:00:00:00:00:01 (bytes 3 to 6)',
        'destination MAC address is 02:00:00:00:00:01 (bytes 1 to 2)',
      ],
    ],
    ['less 60', ['the packet has at most 60 bytes']],
  ])('%s', (expression, words) => {
    expect([...leaves(generateFor('EN10MB', expression).condition)].map(({ origin }) => origin!.text)).toEqual(words);
  });
});

describe('constants', () => {
  it.each([
    ['IPV4', 'ip', true],
    ['IPV4', 'arp', false],
    ['IPV4', 'not arp', true],
    ['IPV4', 'ip6 or not ip', false],
    ['RAW', 'arp and link[0] = 1', false],
    ['RAW', 'not (link[100] = 1 and arp)', true],
    ['EN10MB', '', true],
  ])('on %s, "%s" is always %s', (link, expression, value) => {
    expect(generateFor(link, expression).condition).toMatchObject({ kind: 'constant', value });
  });

  it('never stand inside `and` and `or`', () => {
    const random = new Random(11);
    for (const link of LINK_TYPES.filter(({ layout }) => layout)) {
      for (let i = 0; i < 8; i++) {
        const expression = generateExpression(random, link);
        if (refusal(link.name, expression)) continue;
        const { condition } = generateFor(link.name, expression);
        const constants = [...leaves(condition)].filter(({ kind }) => kind === 'constant');
        expect(constants.length, expression).toBe(condition.kind === 'constant' ? 1 : 0);
      }
    }
  });
});

describe('registers', () => {
  it('are never read before they are stored', () => {
    const random = new Random(13);
    for (const link of LINK_TYPES.filter(({ layout }) => layout)) {
      for (let i = 0; i < 8; i++) {
        const expression = generateExpression(random, link);
        for (const target of ['savefile', 'linux'] as const) {
          if (refusal(link.name, expression, { target })) continue;
          expect(unassignedReads(generateFor(link.name, expression, { target }).condition), expression).toEqual([]);
        }
      }
    }
  });
});

describe('warnings', () => {
  const codes = (expression: string): string[] => generateFor('EN10MB', expression).warnings.map(({ code }) => code);

  it.each([
    ['vlan or ip', 'ip'],
    ['not vlan and tcp', 'tcp'],
    ['(vlan and ip) or arp', 'arp'],
    ['vlan 5 or vlan 6', 'vlan 6'],
    ['vxlan or ether host 1:2:3:4:5:6', 'ether host 1:2:3:4:5:6'],
    ['(mpls or tcp) and port 80', 'tcp'],
  ])('%s', (expression, part) => {
    const { warnings } = generateFor('EN10MB', expression);
    expect(warnings.map(({ code }) => code)).toContain('SKEP1150');
    const { start, end } = warnings[0]!.span!;
    expect(expression.slice(start, end)).toBe(part);
  });

  it.each([
    ['vlan and ip'],
    ['vlan and (ip or arp)'],
    ['ip or vlan'],
    ['vlan and vlan and tcp port 80'],
    ['vlan and not tcp'],
    ['vlan or ether host 1:2:3:4:5:6'],
    ['vlan or less 60'],
    ['not (not vlan or not ip)'],
    ['vxlan and ether broadcast and tcp'],
  ])('none: %s', expression => {
    expect(codes(expression)).toEqual([]);
  });

  it('once for each encapsulation, however much follows', () => {
    expect(codes(`vlan or ${'ip or '.repeat(100)}tcp`)).toEqual(['SKEP1150']);
  });

  it('say where a load is done in packets of other protocols too', () => {
    expect(codes('10 + tcp[0] = 5')).toEqual(['SKEP1151']);
    expect(codes('tcp and 10 + tcp[0] = 5')).toEqual([]);
    expect(codes('tcp[1] + tcp[0] = 5')).toEqual([]);
    expect(codes('tcp port 80 and (((ip[2:2] - ((ip[0]&0xf)<<2)) - ((tcp[12]&0xf0)>>2)) != 0)')).toEqual([]);
  });
});

describe('long expressions', () => {
  const span = { start: 0, end: 1 };
  const number = (value: number): Expression => ({
    kind: 'id',
    qualifiers: { type: 'port', protocol: 'tcp' },
    id: { type: 'number', value },
    idSpan: span,
    span,
  });
  const options = { linkType: 1, resolver: builtInResolver() };

  it('50,000 terms of `or`, as the parser leaves them, become one chain, in linear time', () => {
    let expression = number(1);
    for (let i = 2; i <= 50_000; i++) expression = { kind: 'or', left: expression, right: number(i), span };
    const { condition } = generate(expression, options);
    expect(condition).toMatchObject({ kind: 'or' });
    expect(condition.kind === 'or' && condition.terms.length).toBe(50_000);
  });

  it('deep trees of alternating operators, to the left and to the right', () => {
    let left = number(1);
    let right = number(1);
    for (let i = 2; i <= 20_000; i++) {
      const kind = i % 2 === 0 ? 'and' : 'or';
      left = { kind, left, right: number(i), span };
      right = { kind, left: number(i), right: { kind: 'not', operand: right, span }, span };
    }
    expect(generate(left, options).condition.kind).toBe('and');
    expect(generate(right, options).condition.kind).toBe('and');
    expect(generate(right, { ...options, linkType: 105 }).condition.kind).toBe('and');
  });

  it('a sum of 50,000 terms', () => {
    let sum: Extract<Expression, { kind: 'relation' }>['left'] = { kind: 'length', span };
    for (let i = 0; i < 50_000; i++)
      sum = { kind: 'binary', operator: '+', left: sum, right: { kind: 'length', span }, span };
    const relation: Expression = {
      kind: 'relation',
      operator: '=',
      left: sum,
      right: { kind: 'number', value: 3, span },
      span,
    };
    expect(generate(relation, options).condition.kind).toBe('test');
  });

  it('1,000 hosts take milliseconds', () => {
    const hosts = Array.from({ length: 1000 }, (_, i) => `10.0.${i >> 8}.${i & 255}`).join(' or ');
    const { condition } = generateFor('EN10MB', `host ${hosts}`);
    expect(condition.kind === 'or' && condition.terms.length).toBe(1000);
    const packet = generatePacket(new Random(1), LINK_TYPES[1]!);
    expect(matches(condition, packet)).toBe(false);
  });
});
