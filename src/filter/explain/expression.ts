// What an expression means, as an outline: `and` and `or` as "all of" and "any of", each primitive in words.

import type { Span } from '../../diagnostics/index.js';
import type { Expression, Primitive } from '../ast.js';
import { formatExpression } from '../format.js';
import { primitiveWords, type WordsContext } from './words.js';

/** An expression in words. Plain data. */
export interface ExpressionExplanation {
  readonly kind: 'all' | 'any' | 'not' | 'test' | 'everything';
  readonly span: Span;
  /** The expression itself, inherited qualifiers written out. */
  readonly expression: string;
  /** Of a test: what it tests. */
  readonly text?: string;
  /** Of a test: what it takes for granted. */
  readonly implies?: readonly string[];
  readonly terms?: readonly ExpressionExplanation[];
}

/** Deeper nesting than this is shown as it is written. */
const MAX_DEPTH = 60;

/** Explains a syntax tree; undefined is the empty expression. */
export function explainExpression(node: Expression | undefined, context: WordsContext): ExpressionExplanation {
  if (!node) return { kind: 'everything', span: { start: 0, end: 0 }, expression: '', text: 'every packet' };
  return explainNode(node, context, 0);
}

function explainNode(node: Expression, context: WordsContext, depth: number): ExpressionExplanation {
  const { span } = node;
  if (node.kind === 'and' || node.kind === 'or') {
    const terms: ExpressionExplanation[] = [];
    let left: Expression = node;
    // `a and b and c` is one list; chains lean to the left.
    while (left.kind === node.kind) {
      terms.push(explainNode(left.right, context, depth + 1));
      left = left.left;
    }
    terms.push(
      depth < MAX_DEPTH
        ? explainNode(left, context, depth + 1)
        : { kind: 'test', span: left.span, expression: formatExpression(left), text: 'as it is written' },
    );
    return {
      kind: node.kind === 'and' ? 'all' : 'any',
      span,
      expression: formatExpression(node),
      terms: terms.reverse(),
    };
  }
  if (node.kind === 'not') {
    return {
      kind: 'not',
      span,
      expression: formatExpression(node),
      terms: [explainNode(node.operand, context, depth + 1)],
    };
  }
  return { kind: 'test', span, expression: formatExpression(node), ...primitiveWords(node as Primitive, context) };
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
