// Any text at all: a tree or a SkepError with a span inside the text, and in good time.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderDiagnostics, SkepError } from '../../src/diagnostics/index.js';
import type { Expression } from '../../src/filter/ast.js';
import { formatExpression } from '../../src/filter/format.js';
import { KEYWORDS, NAMED_CONSTANTS } from '../../src/filter/keywords.js';
import { MAX_EXPRESSION_LENGTH, tokenize } from '../../src/filter/lexer.js';
import { MAX_NESTING, parseFilter } from '../../src/filter/parser.js';
import { describe as describeTree } from './describe.js';

/** Parses; anything but a SkepError that can be drawn fails the test. */
function attempt(text: string): Expression | SkepError | undefined {
  try {
    return parseFilter(text);
  } catch (error) {
    if (!(error instanceof SkepError)) throw error;
    for (const { span, message, fix } of error.diagnostics) {
      expect(message).not.toMatch(/syntax error|undefined|NaN|\[object/);
      for (const range of [span, fix?.span]) {
        if (!range) continue;
        expect(range.start).toBeGreaterThanOrEqual(0);
        expect(range.end).toBeLessThanOrEqual(text.length);
        expect(range.start).toBeLessThanOrEqual(range.end);
      }
    }
    renderDiagnostics(error.diagnostics, text);
    return error;
  }
}

const WORDS = [
  ...KEYWORDS.keys(),
  ...['tcp-syn', 'icmptype', 'icmp6-echo'].filter(name => NAMED_CONSTANTS.has(name)),
  ...['80', '0x1f', '017', '10.0.0.1', '10.0', '::1', 'fe80::', '1:2:3:4:5:6', '$5', 'localhost', '6000-6008', '\\tcp'],
  ...'( ) [ ] ( ) + - * / % & | ^ << >> < > <= >= = != ! && || : / and or not'.split(' '),
];

describe('fuzzing', () => {
  it('soup of words', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...WORDS), { maxLength: 30 }), fc.constantFrom(' ', ''), (words, glue) => {
        const text = words.join(glue);
        const result = attempt(text);
        if (result && !(result instanceof SkepError)) {
          expect(describeTree(parseFilter(formatExpression(result)))).toBe(describeTree(result));
        }
      }),
      { numRuns: 5000 },
    );
  });

  it('any characters', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary-ascii' }), fc.string({ unit: 'grapheme' })), text => {
        attempt(text);
      }),
      { numRuns: 3000 },
    );
  });

  it('any bytes, as Latin-1', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        attempt(String.fromCharCode(...bytes));
      }),
      { numRuns: 2000 },
    );
  });

  it('runs of what addresses are made of', () => {
    const piece = fc.constantFrom(
      '0',
      '1',
      '9',
      'a',
      'f',
      'F',
      ':',
      '::',
      '.',
      '-',
      'x',
      '1234',
      '255',
      '10.0.0.1',
      '/',
      '$',
      '_',
    );
    fc.assert(
      fc.property(
        fc.constantFrom('host ', 'net ', 'ether host ', 'port ', ''),
        fc.array(piece, { maxLength: 24 }),
        (before, pieces) => {
          attempt(before + pieces.join(''));
        },
      ),
      { numRuns: 5000 },
    );
  });

  it('tokens cover the text: what is between them is white space', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...WORDS, ' ', '\t', '\n', 'é', '.', '_'), { maxLength: 20 }), words => {
        const text = words.join('');
        let at = 0;
        for (const token of tokenize(text)) {
          if (token.kind === 'error') return;
          expect(text.slice(at, token.start)).toMatch(/^[ \t\r\n]*$/);
          expect(token.end).toBeGreaterThanOrEqual(token.start);
          at = token.end;
        }
        expect(at).toBe(text.length);
      }),
    );
  });
});

describe('limits', () => {
  const within = (milliseconds: number, run: () => void): void => {
    const start = performance.now();
    run();
    expect(performance.now() - start).toBeLessThan(milliseconds);
  };
  const code = (text: string): string | undefined => {
    const result = attempt(text);
    return result instanceof SkepError ? result.code : undefined;
  };
  const host = (i: number): string => `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`;

  it.each([5000, 50000])('%i hosts', count => {
    const ids = Array.from({ length: count }, (_, i) => host(i));
    for (const text of [
      ids.map(id => `host ${id}`).join(' or '),
      `host (${ids.join(' or ')})`,
      `host ${ids.join(' or ')}`,
    ]) {
      within(count === 5000 ? 500 : 3000, () => {
        const tree = attempt(text);
        let node = tree as Expression;
        let terms = 1;
        while (node.kind === 'or') {
          node = node.left;
          terms++;
        }
        expect(terms).toBe(count);
        expect(formatExpression(tree as Expression)).toBe(ids.map(id => `host ${id}`).join(' or '));
      });
    }
  });

  it.each([
    ['(', '', ''],
    ['(', 'tcp', ')'],
    ['not ', 'tcp', ''],
    ['! ', '', ''],
    ['host (', '10.0.0.1', ')'],
    ['- ', '1', ' = 1'],
    ['(', '1', ') = 1'],
    ['ip[', '0', ']'],
    ['1 % ', '1', ' = 1'],
    ['1 + ', '1', ' = 1'],
    ['vlan (', '5', ')'],
    ['port (', '5', ')'],
    ['tcp and (', 'udp', ')'],
  ])('100,000 times %j', (open, middle, close) => {
    within(1500, () => {
      const text = open.repeat(100_000) + middle + (close.length > 1 ? close : close.repeat(100_000));
      expect(code(text)).toBeDefined();
    });
  });

  it('nesting up to the limit is read', () => {
    const deep = (n: number): string => `${'('.repeat(n)}tcp${')'.repeat(n)}`;
    expect(code(deep(MAX_NESTING))).toBeUndefined();
    expect(code(deep(MAX_NESTING + 1))).toBe('SKEP1050');
  });

  it('a long chain of and and or in turn', () => {
    within(1000, () => expect(attempt(`tcp${' or udp and tcp'.repeat(20_000)}`)).toMatchObject({ kind: 'and' }));
  });

  it('text that is too long', () => {
    within(1000, () => expect(code(' '.repeat(MAX_EXPRESSION_LENGTH + 1))).toBe('SKEP1051'));
  });

  it('long runs of one character', () => {
    for (const c of ['a', '1', ':', 'a:', '1.', '-', '_', '\\', '$', '.', 'f', '::', '1:2:']) {
      within(2000, () => attempt(`host ${c.repeat(200_000)}`));
    }
  });
});
