// The control-flow graph in the language of Graphviz: `skep filter --format dot EXPR | dot -Tsvg`.

import { tcpdumpLine } from '../../isa/index.js';
import type { FlowGraph } from './flow-graph.js';

export interface FlowGraphDotOptions {
  /** The graph's label: the expression. */
  readonly title?: string;
}

/** One box a block: the tests in words, then the instructions. Green edges are taken where the test holds, red ones where not. */
export function flowGraphToDot(graph: FlowGraph, options: FlowGraphDotOptions = {}): string {
  const lines = [
    'digraph filter {',
    '  node [shape=box, fontname="monospace", fontsize=10];',
    '  edge [fontname="monospace", fontsize=9];',
  ];
  if (options.title !== undefined) {
    lines.push(`  label="${quoted(options.title)}";`, '  labelloc=t;');
  }
  for (const { id, kind, start, end, origins, accepts } of graph.blocks) {
    const words = origins.map(origin => origin.text);
    const code = graph.program.slice(start, end).map((one, offset) => tcpdumpLine(one, start + offset));
    const text = [...words, ...code].map(line => `${quoted(line)}\\l`).join('');
    const style = kind === 'return' ? `, style=filled, fillcolor="${accepts === false ? '#f8d7da' : '#d4edda'}"` : '';
    lines.push(`  b${id} [label="${text}"${style}];`);
  }
  for (const { id, whenTrue, whenFalse, next } of graph.blocks) {
    if (whenTrue !== undefined) lines.push(`  b${id} -> b${whenTrue} [label="true", color="#28a745"];`);
    if (whenFalse !== undefined) lines.push(`  b${id} -> b${whenFalse} [label="false", color="#dc3545"];`);
    if (next !== undefined) lines.push(`  b${id} -> b${next};`);
  }
  lines.push('}');
  return `${lines.join('\n')}\n`;
}

function quoted(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
