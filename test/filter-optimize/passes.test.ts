// Each pass over small graphs, written down in cases/passes.txt.

import { describe, expect, it } from 'vitest';
import { type Graph, graphText } from '../../src/filter/optimize/cfg.js';
import { mergeBlocks } from '../../src/filter/optimize/merge.js';
import { optimizeGraph } from '../../src/filter/optimize/passes.js';
import { reorderChains } from '../../src/filter/optimize/reorder.js';
import { resolveRegisters } from '../../src/filter/optimize/resolve.js';
import { threadJumps } from '../../src/filter/optimize/thread.js';
import { readGraph } from './graph-reader.js';
import { caseFile } from './support.js';

const PASSES: Record<string, (graph: Graph) => void> = {
  merge: mergeBlocks,
  thread: graph => threadJumps(graph, { derive: false }),
  'thread-derived': graph => threadJumps(graph, { derive: true }),
  subsume: graph => {
    mergeBlocks(graph);
    threadJumps(graph, { derive: true, subsume: true });
    mergeBlocks(graph);
  },
  reorder: reorderChains,
  resolve: resolveRegisters,
  all: optimizeGraph,
};

const cases = caseFile('passes.txt')
  .split(/\n\n+/)
  .map(text => text.replace(/^#.*\n?/gm, '').trim())
  .filter(text => text !== '')
  .map(text => {
    const [head, ...lines] = text.split('\n');
    const [pass, title] = head!.split(/: (.*)/);
    const arrow = lines.indexOf('->');
    return {
      pass: pass!,
      title: title!,
      before: lines.slice(0, arrow).join('\n'),
      after: lines.slice(arrow + 1).join('\n'),
    };
  });

/** Numbers in a case are written as is clearest. */
const normalized = (text: string): string => (text.includes('phi') ? text : graphText(readGraph(text)));

describe('passes', () => {
  it('has cases for every pass', () => {
    expect([...new Set(cases.map(({ pass }) => pass))].sort()).toEqual(Object.keys(PASSES).sort());
  });

  it.each(cases)('$pass: $title', ({ pass, before, after }) => {
    const graph = readGraph(before);
    PASSES[pass]!(graph);
    expect(graphText(graph)).toBe(normalized(after));
  });

  it.each(cases)('$pass is done after one run: $title', ({ pass, after }) => {
    if (after.includes('phi')) return;
    const graph = readGraph(after);
    PASSES[pass]!(graph);
    expect(graphText(graph)).toBe(normalized(after));
  });

  it.each(cases)('the text form reads back: $title', ({ before }) => {
    const text = graphText(readGraph(before));
    if (!text.includes('phi')) expect(graphText(readGraph(text))).toBe(text);
  });
});
