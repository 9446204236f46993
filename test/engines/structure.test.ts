// Structured control flow: graphs of every shape run the same before and after, in WebAssembly and in JavaScript.

import { describe, expect, it } from 'vitest';
import {
  computeDominance,
  type FlowEnd,
  type FlowSink,
  ModuleBuilder,
  structureFlow,
  WasmFlowSink,
} from '../../src/engine/index.js';
import { randomNumbers } from './random-programs.js';

type Graph = readonly FlowEnd[];
type Random = (below: number) => number;

/** Reaching one of these many outer labels, running into the limit, or leaving by a node's own code. */
const OUTER = 3;
const LIMIT = 60;

/** What happens along the way: a number that depends on every node in its order. */
const visit = (trace: number, node: number): number => (Math.imul(trace, 31) + node + 1) | 0;
/** Conditions and indices depend on the way too, so that loops end some time. */
const conditionOf = (trace: number): number => (trace >>> 3) & 1;
const indexOf = (trace: number): number => (trace >>> 2) & 7;

interface Ending {
  readonly trace: number;
  /** 0 to OUTER - 1: an outer label; OUTER: an exit of its own; OUTER + 1: the limit. */
  readonly where: number;
}

function runGraph(graph: Graph, seed: number): Ending {
  let trace = seed;
  let node = 0;
  for (let steps = 0; ; steps++) {
    if (steps === LIMIT) return { trace, where: OUTER + 1 };
    trace = visit(trace, node);
    const end = graph[node]!;
    if (end.kind === 'exit') return { trace, where: OUTER };
    const to =
      end.kind === 'jump'
        ? end.to
        : end.kind === 'branch'
          ? conditionOf(trace)
            ? end.taken
            : end.otherwise
          : (end.to[indexOf(trace)] ?? end.otherwise);
    if (to < 0) return { trace, where: ~to };
    node = to;
  }
}

function compileWasm(graph: Graph, forceDispatch: boolean): (seed: number) => Ending {
  const module = new ModuleBuilder();
  const trace = module.global('trace', 'i32', true);
  const code = module.function('run', [['seed', 'i32']], ['i32']);
  const steps = code.local('i32', 'steps');
  code.get(0).emit('global.set', trace);
  for (let label = 0; label < OUTER; label++) code.emit('block', -64);
  const sink: WasmFlowSink = new WasmFlowSink(code, node => {
    code
      .get(steps)
      .i32(LIMIT)
      .emit('i32.eq')
      .emit('if', -64)
      .i32(OUTER + 1)
      .emit('return')
      .emit('end');
    code.get(steps).i32(1).emit('i32.add').set(steps);
    code
      .emit('global.get', trace)
      .i32(31)
      .emit('i32.mul')
      .i32(node + 1)
      .emit('i32.add')
      .emit('global.set', trace);
    const end = graph[node]!;
    if (end.kind === 'exit') code.i32(OUTER).emit('return');
    if (end.kind === 'branch') code.emit('global.get', trace).i32(3).emit('i32.shr_u').i32(1).emit('i32.and');
    if (end.kind === 'switch') code.emit('global.get', trace).i32(2).emit('i32.shr_u').i32(7).emit('i32.and');
  });
  structureFlow({ size: graph.length, end: node => graph[node]! }, sink, { forceDispatch });
  for (let label = 0; label < OUTER; label++) code.emit('end').i32(label).emit('return');
  code.emit('unreachable');
  module.export('run', 'function', code.index);
  module.export('trace', 'global', trace);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes()));
  return seed => {
    const where = (exports['run'] as (seed: number) => number)(seed);
    return { where, trace: (exports['trace'] as WebAssembly.Global).value as number };
  };
}

/** The simplest JavaScript sink. */
class TextSink implements FlowSink {
  readonly lines: string[] = [];
  depth = 0;
  deepest = 0;
  private readonly graph: Graph;

  constructor(graph: Graph) {
    this.graph = graph;
  }

  private open(text: string): void {
    this.lines.push(`${text} {`);
    this.deepest = Math.max(this.deepest, ++this.depth);
  }

  private leave(to: number, back: boolean): string {
    if (to < 0) return `return {trace, where: ${~to}};`;
    return back ? `continue l${to};` : `break b${to};`;
  }

  node(node: number): void {
    this.lines.push(`if (steps++ === ${LIMIT}) return {trace, where: ${OUTER + 1}};`);
    this.lines.push(`trace = Math.imul(trace, 31) + ${node + 1} | 0;`);
    if (this.graph[node]!.kind === 'exit') this.lines.push(`return {trace, where: ${OUTER}};`);
  }

  block(node: number): void {
    this.open(`b${node}:`);
  }

  loop(node: number): void {
    this.open(`l${node}: for (;;)`);
  }

  if(negated: boolean): void {
    this.open(`if ((trace >>> 3 & 1) ${negated ? '=' : '!'}== 0)`);
  }

  end(): void {
    this.depth--;
    this.lines.push('}');
  }

  jump(to: number, back: boolean): void {
    this.lines.push(this.leave(to, back));
  }

  jumpIf(to: number, back: boolean, negated: boolean): void {
    this.lines.push(`if ((trace >>> 3 & 1) ${negated ? '=' : '!'}== 0) ${this.leave(to, back)}`);
  }

  switch(to: readonly number[], otherwise: number, isBack: (to: number) => boolean): void {
    const cases = to.map((target, n) => `case ${n}: ${this.leave(target, isBack(target))}`);
    this.lines.push(
      `switch (trace >>> 2 & 7) { ${cases.join(' ')} default: ${this.leave(otherwise, isBack(otherwise))} }`,
    );
  }

  dispatch(): void {
    this.lines.push('let next = 0;');
    this.open('top: for (;;) switch (next)');
  }

  dispatchCase(number: number): void {
    this.lines.push(`case ${number}:`);
  }

  dispatchTo(number: number): void {
    this.lines.push(`next = ${number}; continue top;`);
  }

  dispatchEnd(): void {
    this.end();
  }
}

function compileText(graph: Graph, forceDispatch: boolean): (seed: number) => Ending {
  const sink = new TextSink(graph);
  structureFlow({ size: graph.length, end: node => graph[node]! }, sink, { forceDispatch });
  return new Function('trace', `let steps = 0; ${sink.lines.join('\n')}`) as (seed: number) => Ending;
}

function expectSame(graph: Graph): void {
  const ways = [false, true].flatMap(force => [compileWasm(graph, force), compileText(graph, force)]);
  for (let seed = 0; seed < 40; seed++) {
    const start = Math.imul(seed, 0x9e3779b9) | 0;
    const expected = runGraph(graph, start);
    for (const run of ways) expect(run(start)).toEqual(expected);
  }
}

function randomGraph(random: Random, size: number, target: (node: number) => number): Graph {
  return Array.from({ length: size }, (_, node): FlowEnd => {
    switch (random(10)) {
      case 0:
        return { kind: 'exit' };
      case 1:
      case 2:
        return { kind: 'jump', to: target(node) };
      case 3:
        return { kind: 'switch', to: Array.from({ length: random(6) }, () => target(node)), otherwise: target(node) };
      default:
        return { kind: 'branch', taken: target(node), otherwise: target(node) };
    }
  });
}

describe('structured control flow', () => {
  it('of forward graphs', () => {
    const random = randomNumbers(11);
    for (let n = 0; n < 150; n++) {
      const size = 1 + random(25);
      const target = (node: number): number =>
        node === size - 1 || random(8) === 0
          ? ~random(OUTER)
          : node + 1 + random(Math.min(size - node - 1, 1 + random(12)));
      expectSame(randomGraph(random, size, target));
    }
  });

  it('of graphs with loops, most of them irreducible', () => {
    const random = randomNumbers(12);
    for (let n = 0; n < 150; n++) {
      const size = 1 + random(12);
      expectSame(randomGraph(random, size, () => (random(6) === 0 ? ~random(OUTER) : random(size))));
    }
  });

  it('of nested loops', () => {
    const random = randomNumbers(13);
    for (let n = 0; n < 150; n++) {
      // Back edges only to nodes on the path from the entry: a tree of loops.
      const size = 2 + random(14);
      const target = (node: number): number => {
        if (random(7) === 0 || node === size - 1) return random(3) === 0 ? ~random(OUTER) : random(4) === 0 ? node : 0;
        return node + 1;
      };
      expectSame(randomGraph(random, size, target));
    }
  });

  it('of one node, and of one that goes to itself', () => {
    expectSame([{ kind: 'exit' }]);
    expectSame([{ kind: 'jump', to: ~1 }]);
    expectSame([{ kind: 'jump', to: 0 }]);
    expectSame([{ kind: 'branch', taken: 0, otherwise: ~2 }]);
    expectSame([{ kind: 'branch', taken: 1, otherwise: 1 }, { kind: 'exit' }]);
  });

  it('of nothing is nothing', () => {
    structureFlow({ size: 0, end: () => ({ kind: 'exit' }) }, new TextSink([]));
  });

  it('of trees nests with the logarithm of their size', () => {
    const size = 4095;
    const graph = Array.from(
      { length: size },
      (_, node): FlowEnd =>
        node * 2 + 2 < size
          ? { kind: 'branch', taken: node * 2 + 1, otherwise: node * 2 + 2 }
          : { kind: 'jump', to: ~(node & 1) },
    );
    const sink = new TextSink(graph);
    structureFlow({ size, end: node => graph[node]! }, sink);
    expect(sink.deepest).toBeLessThanOrEqual(12);
    // A chain of tests: as flat as it is long.
    const chain = Array.from(
      { length: size },
      (_, node): FlowEnd => ({ kind: 'branch', taken: ~0, otherwise: node + 1 < size ? node + 1 : ~1 }),
    );
    const flat = new TextSink(chain);
    structureFlow({ size, end: node => chain[node]! }, flat);
    expect(flat.deepest).toBe(0);
  });

  it('of 100,000 nodes does not recurse, and takes well under a second', () => {
    const random = randomNumbers(14);
    const size = 100_000;
    for (const reach of [1, 3, 1000]) {
      const graph = Array.from(
        { length: size },
        (_, node): FlowEnd =>
          node + reach >= size
            ? { kind: 'exit' }
            : { kind: 'branch', taken: node + 1 + random(reach), otherwise: node + 1 + random(reach) },
      );
      const code = new ModuleBuilder().function('f', []);
      const begin = performance.now();
      structureFlow({ size, end: node => graph[node]! }, new WasmFlowSink(code, () => code.i32(0)));
      expect(performance.now() - begin).toBeLessThan(3000);
      expect(code.stream.length).toBeGreaterThan(10);
    }
  });
});

describe('dominators', () => {
  /** By the definition: a dominates b when there is no way to b without a. */
  function dominatorsOf(successors: readonly (readonly number[])[]): (number | undefined)[] {
    const reach = (without: number): Set<number> => {
      const seen = new Set<number>(without === 0 ? [] : [0]);
      for (const node of seen) for (const next of successors[node]!) if (next !== without) seen.add(next);
      return seen;
    };
    const reachable = reach(-1);
    const strict = successors.map((_, node) =>
      successors
        .map((_, other) => other)
        .filter(other => other !== node && reachable.has(other) && !reach(other).has(node)),
    );
    return successors.map((_, node) => {
      if (node === 0 || !reachable.has(node)) return undefined;
      // The immediate one is dominated by all the others.
      return strict[node]!.find(candidate =>
        strict[node]!.every(other => other === candidate || strict[candidate]!.includes(other)),
      );
    });
  }

  it('are those of the definition', () => {
    const random = randomNumbers(15);
    for (let n = 0; n < 300; n++) {
      const size = 1 + random(12);
      const successors = Array.from({ length: size }, () => Array.from({ length: random(4) }, () => random(size)));
      const start = Int32Array.from([0, ...successors].map((_, at) => successors.slice(0, at).flat().length));
      const { idom, order, place } = computeDominance({ size, start, targets: Int32Array.from(successors.flat()) });
      expect([...idom].map(node => (node === -1 ? undefined : node))).toEqual(dominatorsOf(successors));
      // In the order, a dominator comes first; unreachable nodes have no place.
      expect(order[0]).toBe(0);
      idom.forEach((above, node) => {
        if (above !== -1) expect(place[above]).toBeLessThan(place[node]!);
        if (node !== 0 && above === -1) expect(place[node]).toBe(-1);
      });
    }
  });
});
