// Never longer than the shorter of what tcpdump prints with and without its optimizer: over the expressions of
// cases/listings.txt, on many link types.
//
// The file holds our length and a fingerprint of our listing, so that a change shows, and the lengths of Debian's tcpdump 4.99.3
// (libpcap 1.10.3), for machines without it. `UPDATE_CASES=1 npx vitest run test/filter-optimize/listings` writes it anew.

import { writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { validate } from '../../src/classic/index.js';
import { compileCondition } from '../../src/filter/optimize/index.js';
import { formatProgram } from '../../src/isa/index.js';
import { expressionArbitrary } from '../support/expressions.js';
import {
  caseFile,
  caseRows,
  compile,
  conditionOf,
  fingerprint,
  hasTcpdump,
  skipLoudly,
  tcpdumpPrograms,
} from './support.js';

interface Row {
  readonly link: string;
  readonly expression: string;
  readonly length: number;
  readonly fingerprint: string;
  /** tcpdump's lengths, with and without its optimizer; undefined: it refuses the expression. */
  readonly optimized: number | undefined;
  readonly plain: number | undefined;
}

const number = (text: string | undefined): number | undefined =>
  text === undefined || text === '-' ? undefined : Number(text);
const rows = caseRows('listings.txt').map(
  ([link, expression, length, print, optimized, plain]): Row => ({
    link: link!,
    expression: expression!,
    length: Number(length),
    fingerprint: print!,
    optimized: number(optimized),
    plain: number(plain),
  }),
);

/** Where a longer program says something else than libpcap 1.10.3's: the meaning is that of 1.11, or 1.10's is a mistake. */
const EXPLAINED: readonly { readonly link?: RegExp; readonly expression?: RegExp; readonly why: string }[] = [
  { expression: /ip multicast|^multicast$/, why: '1.10 takes 240.0.0.0/4 for multicast' },
  { expression: /\b(l1|l2|iih|lsp|c?snp|psnp)\b|isis proto/, why: '1.10 compares the reserved bits too' },
  { link: /^(NULL|ENC|LOOP|PFLOG)$/, why: 'files hold address families of every system' },
  { link: /IEEE802_11|PRISM|PPI/, expression: /pppoes|geneve/, why: '1.10 loses the length of the radio header' },
  { expression: /byte \d+ [&|]/, why: '1.10 forgets to load the byte' },
];

const theirs = (row: Row): number =>
  Math.min(row.optimized ?? Number.POSITIVE_INFINITY, row.plain ?? Number.POSITIVE_INFINITY);
const explanation = ({ link, expression }: Row): string | undefined =>
  EXPLAINED.find(row => (row.link?.test(link) ?? true) && (row.expression?.test(expression) ?? true))?.why;

if (process.env['UPDATE_CASES']) {
  const programs = tcpdumpPrograms(rows);
  const lines = rows.map(({ link, expression }, index) => {
    const { program } = compile(expression, link);
    const { optimized, plain } = programs[index]!;
    return [
      link,
      expression,
      program.length,
      fingerprint(formatProgram(program, 'tcpdump')),
      optimized?.length ?? '-',
      plain?.length ?? '-',
    ].join('\t');
  });
  const comments = caseFile('listings.txt')
    .split('\n')
    .filter(line => line.startsWith('#'));
  writeFileSync(new URL('cases/listings.txt', import.meta.url), `${[...comments, ...lines].join('\n')}\n`);
}

describe('listings', () => {
  it('are of at least 300 expressions', () => {
    expect(rows.length).toBeGreaterThanOrEqual(300);
    expect(new Set(rows.map(({ link, expression }) => `${link}\t${expression}`)).size).toBe(rows.length);
  });

  it.each(rows)('$link: $expression', row => {
    const { program, optimized } = compile(row.expression, row.link);
    expect(optimized).toBe(true);
    expect(program.length).toBe(row.length);
    expect(fingerprint(formatProgram(program, 'tcpdump'))).toBe(row.fingerprint);
    if (program.length > theirs(row)) expect(explanation(row), 'longer than tcpdump').toBeDefined();
    const repeats = program.some(({ code, k }) => code === 0x05 && k > 0x7fffffff);
    for (const validator of repeats ? [] : (['bsd', 'linux'] as const)) {
      expect(validate(program, validator).filter(({ severity }) => severity === 'error')).toEqual([]);
    }
  });

  it('the lengths of tcpdump in the case file are those of the tcpdump here', () => {
    if (!hasTcpdump) return skipLoudly('comparing the recorded lengths with tcpdump');
    const programs = tcpdumpPrograms(rows);
    const found = rows.map((row, index) => ({
      ...row,
      optimized: programs[index]!.optimized?.length,
      plain: programs[index]!.plain?.length,
    }));
    expect(found).toEqual(rows);
  });

  it('are no longer for generated expressions', () => {
    if (!hasTcpdump) return skipLoudly('comparing the lengths of generated expressions with tcpdump');
    const seed = Number(process.env['FUZZ_SEED'] ?? 1);
    const numRuns = 150 * Number(process.env['FUZZ_FACTOR'] ?? 1);
    const expressions = fc.sample(expressionArbitrary(), { numRuns, seed });
    const programs = tcpdumpPrograms(expressions.map(expression => ({ link: 'EN10MB', expression })));
    const longer: string[] = [];
    let compared = 0;
    for (const [index, expression] of expressions.entries()) {
      const { optimized, plain } = programs[index]!;
      // libpcap folds a negative index into the offset, which is another place when the header is shorter than that.
      if (!plain || /\[-\(/.test(expression)) continue;
      const { program } = compile(expression);
      compared++;
      if (program.length <= Math.min(plain.length, optimized?.length ?? plain.length)) continue;
      longer.push(`${program.length} > ${optimized?.length}, ${plain.length}: ${expression}`);
    }
    expect(longer).toEqual([]);
    expect(compared).toBeGreaterThan(numRuns / 2);
  });

  it('are two thirds as long as the shorter of tcpdump on average', () => {
    const comparable = rows.filter(row => Number.isFinite(theirs(row)));
    const ours = comparable.reduce((sum, { length }) => sum + length, 0);
    expect(ours / comparable.reduce((sum, row) => sum + theirs(row), 0)).toBeLessThan(0.8);
  });
});

describe('the listing of `tcp and port 80` on Ethernet', () => {
  const listing = caseFile('tcp-and-port-80.txt');

  it('has the 20 instructions that people know, in their order', () => {
    expect(formatProgram(compile('tcp and port 80').program, 'tcpdump')).toBe(listing);
    expect(formatProgram(compile('tcp port 80').program, 'tcpdump').split('\n')).toHaveLength(21);
  });

  it('is kept without a word for the snapshot length', () => {
    const { program } = compileCondition(conditionOf('tcp and port 80'), { snapLength: 96 });
    expect(formatProgram(program, 'tcpdump')).toBe(listing.replace('#262144', '#96'));
  });
});
