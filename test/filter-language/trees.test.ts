// Texts and their syntax trees, as data; printing a tree and parsing it again gives the same tree.

import fc from 'fast-check';
import { expect, it, describe as suite } from 'vitest';
import { formatExpression } from '../../src/filter/format.js';
import { parseFilter } from '../../src/filter/parser.js';
import { expression } from './arbitrary.js';
import { readCases } from './cases.js';
import { describe } from './describe.js';

const cases = readCases('trees.txt', input => describe(parseFilter(input)));

suite('syntax trees', () => {
  it('are enough', () => expect(cases.length).toBeGreaterThanOrEqual(250));

  it.each(cases)('$input', ({ input, expected }) => {
    const tree = parseFilter(input);
    expect(describe(tree)).toBe(expected);
    if (tree) expect(describe(parseFilter(formatExpression(tree)))).toBe(expected);
  });

  it('every keyword and constant stands in the cases', async () => {
    const { KEYWORDS } = await import('../../src/filter/keywords.js');
    const words = new Set(cases.flatMap(({ input }) => input.split(/[^a-z0-9_-]+/)));
    expect([...KEYWORDS.keys()].filter(word => !words.has(word))).toEqual([]);
  });
});

suite('round trip', () => {
  it('a printed tree parses to the same tree', () => {
    fc.assert(
      fc.property(expression(), tree => {
        const text = formatExpression(tree);
        expect(describe(parseFilter(text))).toBe(describe(tree));
      }),
      { numRuns: 1000 },
    );
  });
});

suite('spans', () => {
  it.each(cases)('of $input lie inside the text and inside their parent', ({ input }) => {
    const check = (node: unknown, from: number, to: number): void => {
      if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return;
      const { span, idSpan } = node as {
        span?: { start: number; end: number };
        idSpan?: { start: number; end: number };
      };
      for (const inner of [span, idSpan]) {
        if (!inner) continue;
        expect(inner.start).toBeGreaterThanOrEqual(from);
        expect(inner.end).toBeLessThanOrEqual(to);
        expect(inner.start).toBeLessThan(inner.end);
      }
      for (const [name, child] of Object.entries(node)) {
        if (name !== 'span' && name !== 'idSpan') check(child, span?.start ?? from, span?.end ?? to);
      }
    };
    check(parseFilter(input), 0, input.length);
  });
});
