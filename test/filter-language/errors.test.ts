// What a person sees for an expression that does not parse, as data; and that the fixes which are offered mend something.

import { expect, it, describe as suite } from 'vitest';
import { FILTER_CODES } from '../../src/diagnostics/codes/filter.js';
import { type Diagnostic, renderDiagnostics, SkepError } from '../../src/diagnostics/index.js';
import { parseFilter } from '../../src/filter/parser.js';
import { readCases } from './cases.js';

function diagnosticsOf(input: string): readonly Diagnostic[] {
  try {
    parseFilter(input);
  } catch (error) {
    if (error instanceof SkepError) return error.diagnostics;
    throw error;
  }
  return [];
}

const render = (input: string): string => renderDiagnostics(diagnosticsOf(input), input, { sourceName: 'filter' });
const cases = readCases('errors.txt', render);

suite('errors', () => {
  it('are enough', () => expect(cases.length).toBeGreaterThanOrEqual(100));

  it.each(cases)('$input', ({ input, expected }) => {
    const rendered = render(input);
    expect(rendered).not.toBe('');
    expect(rendered).toBe(expected);
  });

  it.each(cases)('$input: the fix leads to another finding or to none', ({ input }) => {
    const [first] = diagnosticsOf(input);
    if (!first?.fix) return;
    const { span, replacement } = first.fix;
    const mended = input.slice(0, span.start) + replacement + input.slice(span.end);
    const [after] = diagnosticsOf(mended);
    expect([after?.code, after?.message, after?.span]).not.toEqual([first.code, first.message, first.span]);
  });

  it('use every code of the parser', () => {
    const used = new Set(cases.flatMap(({ input }) => diagnosticsOf(input).map(({ code }) => code as string)));
    const parsers = Object.keys(FILTER_CODES).filter(code => /^SKEP10[0-4]\d$/.test(code));
    expect(parsers.filter(code => !used.has(code))).toEqual([]);
  });
});
