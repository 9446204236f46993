// What an expression means, as an outline: `and` and `or` as "all of" and "any of", each primitive in words.

import type { Span } from '../../diagnostics/index.js';
import type { Expression, Primitive } from '../ast.js';
import { formatExpression } from '../format.js';
import { primitiveWords, type WordsContext } from './words.js';

/** An expression in words. Plain data. */
export interface ExpressionExplanation {
  readonly kind: 'all' | 'any' | 'not' | 'test' | 'everything';
  readonly span: Span;
  /** The expression itself; inherited qualifiers are written out. */
  readonly expression: string;
  /** Of a test: what it tests. */
  readonly text?: string;
  /** Of a test: what it takes for granted. */
  readonly implies?: readonly string[];
  readonly terms?: readonly ExpressionExplanation[];
}

/** Deeper nesting than this is shown as it is written. */
const MAX_DEPTH = 60;

/** Explains the syntax tree of `text`; undefined is the empty expression. */
export function explainExpression(
  node: Expression | undefined,
  text: string,
  context: WordsContext,
): ExpressionExplanation {
  if (!node) return { kind: 'everything', span: { start: 0, end: 0 }, expression: '', text: 'every packet' };
  return explainNode(node, text, context, 0);
}

/** The text of a node; of an id that takes its qualifiers from elsewhere, with them. */
function textOf(node: Expression, text: string): string {
  const { start, end } = node.span;
  const isBareId = node.kind === 'id' && node.idSpan.start <= start;
  return isBareId || end > text.length || end === start ? formatExpression(node) : text.slice(start, end);
}

function explainNode(node: Expression, text: string, context: WordsContext, depth: number): ExpressionExplanation {
  const { span } = node;
  if (node.kind === 'and' || node.kind === 'or') {
    const terms: ExpressionExplanation[] = [];
    let left: Expression = node;
    // `a and b and c` is one list; chains lean to the left.
    while (left.kind === node.kind) {
      terms.push(explainNode(left.right, text, context, depth + 1));
      left = left.left;
    }
    terms.push(
      depth < MAX_DEPTH
        ? explainNode(left, text, context, depth + 1)
        : { kind: 'test', span: left.span, expression: textOf(left, text), text: 'as it is written' },
    );
    return {
      kind: node.kind === 'and' ? 'all' : 'any',
      span,
      expression: textOf(node, text),
      terms: terms.reverse(),
    };
  }
  if (node.kind === 'not') {
    return {
      kind: 'not',
      span,
      expression: textOf(node, text),
      terms: [explainNode(node.operand, text, context, depth + 1)],
    };
  }
  return { kind: 'test', span, expression: textOf(node, text), ...primitiveWords(node as Primitive, context) };
}

/** The outline as text, ended by a newline. */
export function renderExpressionExplanation(explanation: ExpressionExplanation): string {
  return `${outline(explanation, '').join('\n')}\n`;
}

function outline(node: ExpressionExplanation, prefix: string): string[] {
  switch (node.kind) {
    case 'everything':
      return ['every packet'];
    case 'test': {
      const lines = [`${prefix}${node.expression}`, `${continuation(prefix)}    ${node.text}`];
      for (const clause of node.implies ?? []) lines.push(`${continuation(prefix)}    (${clause})`);
      return lines;
    }
    case 'not': {
      const [term] = node.terms!;
      if (term!.kind === 'test') return outline(term!, `${prefix}not: `);
      return [`${prefix}not:`, ...outline(term!, `${continuation(prefix)}  `)];
    }
    default: {
      const title = node.kind === 'all' ? 'all of:' : 'any of:';
      return [`${prefix}${title}`, ...node.terms!.flatMap(term => outline(term, `${continuation(prefix)}  `))];
    }
  }
}

/** Blanks as wide as the indentation of a line. */
function continuation(prefix: string): string {
  return ' '.repeat(/^ */.exec(prefix)![0].length);
}
