// What is refused, with the span of the part at fault (cases/refusals.txt), and what libpcap refuses by mistake.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createResolver } from '../../src/filter/names.js';
import { generateFor, refusal } from './helpers.js';

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

  it('a link type without a row and outside of the assigned range', () => {
    expect(() => generateFor('EN10MB', 'ip')).not.toThrow();
    expect(refusal('EN10MB', 'ip')).toBeUndefined();
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
