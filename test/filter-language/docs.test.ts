// docs/filter.md: every expression in it compiles (or is refused, where it says so), and every keyword stands in it.
//
// Blocks: ```filter [LINK TYPE] are expressions; ```same has two that compile to the same program on a line; ```refused are
// refused; ```listing EXPRESSION is what is printed for it; ```ts type checks by eye, its imports are looked up.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { SkepError } from '../../src/diagnostics/index.js';
import * as filterRoom from '../../src/filter/index.js';
import { compileFilter, KEYWORDS, NAMED_CONSTANTS } from '../../src/filter/index.js';
import { PF_ACTIONS, PF_REASONS } from '../../src/filter/pf-names.js';
import { WLAN_DIRECTIONS, WLAN_SUBTYPES } from '../../src/filter/wlan-names.js';
import { formatProgram } from '../../src/isa/index.js';
import { matchesSame } from './same.js';

const manual = readFileSync(fileURLToPath(new URL('../../docs/filter.md', import.meta.url)), 'utf8');
const blocks = [...manual.matchAll(/^```(\w+)(?: ([^\n]+))?\n([\s\S]*?)^```$/gm)].map(([, kind, argument, body]) => ({
  kind: kind!,
  argument: argument ?? '',
  lines: body!
    .split('\n')
    .map(line => (kind === 'ts' || kind === 'listing' ? line : line.replace(/\s*#.*$/, '').trim()))
    .filter(line => line !== ''),
}));
const ofKind = (kind: string): [string, string][] =>
  blocks
    .filter(block => block.kind === kind)
    .flatMap(({ argument, lines }) => lines.map((line): [string, string] => [line, argument]));

describe('the manual', () => {
  it('has enough examples', () => expect(ofKind('filter').length).toBeGreaterThan(150));

  it.each(ofKind('filter'))('%s compiles (%s)', (text, linkType) => {
    const filter = compileFilter(text, linkType === '' ? {} : { linkType });
    expect(filter.program.length).toBeGreaterThan(0);
    expect(String(filter.explain())).not.toMatch(/undefined/);
  });

  it.each(ofKind('same'))('%s', line => {
    const [text, other] = line.split(/\s+=>\s+/) as [string, string];
    expect(matchesSame(compileFilter(text), compileFilter(other))).toBe(true);
  });

  it.each(ofKind('refused'))('%s is refused', text => {
    expect(() => compileFilter(text)).toThrow(SkepError);
  });

  it.each(blocks.filter(block => block.kind === 'listing').map(({ argument, lines }) => [argument, lines.join('\n')]))(
    'the listing of %s',
    (text, listing) => {
      expect(formatProgram(compileFilter(text!).program, 'tcpdump').trimEnd()).toBe(listing);
    },
  );

  it('names every keyword', () => {
    const words = new Set(manual.split(/[^\w-]+/));
    const names = [
      ...KEYWORDS.keys(),
      ...NAMED_CONSTANTS.keys(),
      ...PF_REASONS.keys(),
      ...PF_ACTIONS.keys(),
      ...WLAN_DIRECTIONS.keys(),
      ...[...WLAN_SUBTYPES.values()].flatMap(subtypes => [...subtypes.keys()]),
    ];
    // Said in words: "each also with a hyphen", "addr1 to addr4".
    const inWords = /^(assoc|reassoc|probe)-?re(q|sp)$|^addr(ess)?\d$/;
    expect(names.filter(name => !words.has(name) && !inWords.test(name))).toEqual([]);
  });

  it('imports what there is', () => {
    const imports = blocks
      .filter(block => block.kind === 'ts')
      .flatMap(({ lines }) => [...lines.join('\n').matchAll(/import \{ ([^}]+) \} from 'skep\/filter'/g)])
      .flatMap(([, names]) => names!.split(', '));
    expect(imports.length).toBeGreaterThan(0);
    for (const name of imports) expect(filterRoom).toHaveProperty(name);
    for (const [, name] of manual.matchAll(/`(\w+)\((?:text|tree|condition|graph)/g))
      expect(filterRoom).toHaveProperty(name!);
  });
});
