// What is refused, with the span of the part at fault (cases/refusals.txt), and what libpcap refuses by mistake.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SkepError } from '../../src/diagnostics/index.js';
import type { Expression, Id, Qualifiers } from '../../src/filter/ast.js';
import { generate } from '../../src/filter/codegen/index.js';
import { builtInResolver, createResolver } from '../../src/filter/names.js';
import { refusal } from './helpers.js';

const rows = readFileSync(new URL('cases/refusals.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter(line => line !== '' && !line.startsWith('#'))
  .map(line => line.split('|').map(cell => cell.trim()) as [string, string, string, string, string]);

describe('refused', () => {
  it.each(rows)('%s: %s', (link, expression, part, code, words) => {
    const error = refusal(link, expression);
    expect(error, 'nothing refuses it').toBeDefined();
    const [diagnostic] = error!.diagnostics;
    expect(diagnostic!.code.startsWith(code), `${diagnostic!.code}: ${diagnostic!.message}`).toBe(true);
    expect(diagnostic!.message).toContain(words);
    expect(diagnostic!.message).not.toMatch(/^(The|A|An|This|It) |\.$/);
    const { start, end } = diagnostic!.span!;
    expect(expression.slice(start, end)).toBe(part);
  });

  it('a link type without a row, outside of the range that numbers are assigned from', () => {
    const options = { resolver: builtInResolver() };
    expect(() => generate(undefined, { ...options, linkType: 13 })).toThrow('unknown link type 13');
    expect(() => generate(undefined, { ...options, linkType: 9999 })).toThrow('unknown link type 9999');
    expect(() => generate(undefined, { ...options, linkType: 172 })).not.toThrow();
  });
});

describe('a syntax tree that the parser would not make', () => {
  const span = { start: 3, end: 9 };
  const bytes = new Uint8Array(16).fill(0xff);

  it.each<[string, string, Id, Qualifiers]>([
    ['an octet too large', 'SKEP1106', { type: 'ipv4', octets: [10, 256, 0, 1] }, { type: 'host' }],
    ['a mask with one', 'SKEP1106', { type: 'ipv4', octets: [10], mask: [300] }, { type: 'net' }],
    ['a prefix too long', 'SKEP1108', { type: 'ipv4', octets: [10], prefixLength: 33 }, { type: 'net' }],
    ['bits outside of it', 'SKEP1107', { type: 'ipv4', octets: [10, 1], prefixLength: 8 }, { type: 'net' }],
    ['a network for a host', 'SKEP1104', { type: 'ipv4', octets: [10, 0], prefixLength: 16 }, { type: 'host' }],
    ['a port of four octets', 'SKEP1104', { type: 'ipv4', octets: [10, 0, 0, 1] }, { type: 'port' }],
    ['an IPv6 prefix too long', 'SKEP1108', { type: 'ipv6', bytes, prefixLength: 129 }, { type: 'net' }],
    ['IPv6 bits outside of it', 'SKEP1107', { type: 'ipv6', bytes, prefixLength: 64 }, { type: 'net' }],
    ['an IPv6 network for a host', 'SKEP1104', { type: 'ipv6', bytes: new Uint8Array(16), prefixLength: 64 }, {}],
    ['an IPv6 address in IPv4', 'SKEP1102', { type: 'ipv6', bytes }, { protocol: 'ip' }],
    ['a port too large', 'SKEP1105', { type: 'number', value: 65536 }, { type: 'port' }],
    ['ports of ICMP', 'SKEP1102', { type: 'number', value: 80 }, { type: 'port', protocol: 'icmp' }],
    ['a port to a radio', 'SKEP1103', { type: 'number', value: 80 }, { type: 'port', direction: 'ra' }],
    ['a numbered gateway', 'SKEP1104', { type: 'number', value: 80 }, { type: 'gateway' }],
    ['a MAC address of IP', 'SKEP1104', { type: 'mac', bytes: new Uint8Array(6) }, { protocol: 'ip' }],
    ['an ARCnet network', 'SKEP1104', { type: 'arcnet', value: 5 }, { protocol: 'link', type: 'net' }],
    ['half a port range', 'SKEP1116', { type: 'name', text: '80-' }, { type: 'portrange' }],
    ['a port range too large', 'SKEP1105', { type: 'name', text: '80-65536' }, { type: 'portrange' }],
  ])('%s', (_, code, id, qualifiers) => {
    const expression: Expression = { kind: 'id', id, qualifiers, idSpan: span, span };
    let error: unknown;
    try {
      generate(expression, { linkType: 1, resolver: builtInResolver() });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(SkepError);
    expect((error as SkepError).code).toBe(code);
    expect((error as SkepError).diagnostics[0]!.span).toEqual(span);
  });

  it.each([3, 8, 0])('a load of %i bytes', size => {
    const load = { kind: 'load', protocol: 'ip', offset: { kind: 'number', value: 0, span }, size, span } as const;
    const expression: Expression = { kind: 'relation', operator: '=', left: load, right: load, span };
    expect(() => generate(expression, { linkType: 1, resolver: builtInResolver() })).toThrow('1, 2 or 4 bytes');
  });
});

describe('names', () => {
  const resolver = createResolver({
    host: name =>
      ({ both: [Uint8Array.of(10, 0, 0, 1), new Uint8Array(16).fill(1)], six: [new Uint8Array(16).fill(2)] })[name],
    etherHost: name => (name === 'both' || name === 'six' ? Uint8Array.of(2, 0, 0, 0, 0, 1) : undefined),
    network: name => ({ ours: 10 })[name],
  });

  it.each([
    ['host nosuch', 'nosuch', 'SKEP1060'],
    ['gateway nosuch', 'nosuch', 'SKEP1060'],
    ['net nosuch', 'nosuch', 'SKEP1060'],
    ['ether host nosuch', 'nosuch', 'SKEP1060'],
    ['port nosuchport', 'nosuchport', 'SKEP1060'],
    ['ip proto \\nosuch', '\\nosuch', 'SKEP1060'],
    ['ip host six', 'six', 'SKEP1060'],
    ['gateway six', 'six', 'SKEP1060'],
    ['udp port http', 'http', 'SKEP1117'],
  ])('%s', (expression, part, code) => {
    const error = refusal('EN10MB', expression, { resolver });
    expect(error?.code).toBe(code);
    const { start, end } = error!.diagnostics[0]!.span!;
    expect(expression.slice(start, end)).toBe(part);
  });

  it('gateways need Ethernet, and no encapsulation before them', () => {
    expect(refusal('RAW', 'gateway both', { resolver })?.code).toBe('SKEP1101');
    expect(refusal('EN10MB', 'mpls and gateway both', { resolver })?.code).toBe('SKEP1112');
    expect(refusal('EN10MB', 'vxlan and gateway both', { resolver })?.code).toBe('SKEP1112');
    expect(refusal('EN10MB', 'udp gateway both', { resolver })?.code).toBe('SKEP1102');
  });
});

describe('accepted, though libpcap refuses it', () => {
  it.each([
    // Its check looks at the first number of the right operand, whatever that is.
    ['10 / tcp[0] > 3'],
    ['ip[0] / (0 + 2) = 34'],
    ['ip[0] << ip[40] = 1'],
    // It has sixteen registers and gives none back early enough.
    [`len = ${'(len + '.repeat(20)}1${')'.repeat(20)}`],
  ])('%s', expression => {
    expect(refusal('EN10MB', expression)).toBeUndefined();
  });
});

describe('refused, though libpcap accepts it', () => {
  it.each([
    ['ip[0] / (1 - 1) = 1', '1 - 1'],
    ['ip[0] >> (16 + 16) = 1', '16 + 16'],
  ])('%s', (expression, part) => {
    const error = refusal('EN10MB', expression);
    expect(error?.code).toBe('SKEP1110');
    const { start, end } = error!.diagnostics[0]!.span!;
    expect(expression.slice(start, end)).toContain(part);
  });
});
