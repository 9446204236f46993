// Reads the text form of graphs (graphText of src/filter/optimize/cfg.ts), so that cases of the passes can be written in it.

import { type Block, Graph } from '../../src/filter/optimize/cfg.js';
import { EQUAL, GREATER } from '../../src/filter/optimize/predicate.js';
import { type Value, Values } from '../../src/filter/optimize/values.js';
import {
  BPF_ADD,
  BPF_AND,
  BPF_B,
  BPF_DIV,
  BPF_H,
  BPF_LSH,
  BPF_MOD,
  BPF_MUL,
  BPF_OR,
  BPF_RSH,
  BPF_SUB,
  BPF_W,
  BPF_XOR,
} from '../../src/isa/index.js';

const SIZES: Record<string, number> = { u8: BPF_B, u16: BPF_H, u32: BPF_W };
const OPERATIONS: Record<string, number> = {
  '+': BPF_ADD,
  '-': BPF_SUB,
  '*': BPF_MUL,
  '/': BPF_DIV,
  '%': BPF_MOD,
  '&': BPF_AND,
  '|': BPF_OR,
  '^': BPF_XOR,
  '<<': BPF_LSH,
  '>>': BPF_RSH,
};

/** A line a block, the entry first: `b0: u16[12] == 0x800 ? b1 : reject`, `b1: M0 = u8[14]; goto b2`, ` (pinned)` at the end. */
export function readGraph(text: string): Graph {
  const graph = new Graph(new Values());
  const lines = text
    .trim()
    .split('\n')
    .map(line => line.trim());
  if (lines.length === 1 && (lines[0] === 'accept' || lines[0] === 'reject')) {
    graph.entry = graph.return(lines[0] === 'accept' ? 1 : 0);
    return graph;
  }
  const blocks = new Map<string, Block>([
    ['accept', graph.return(1)],
    ['reject', graph.return(0)],
  ]);
  const rows = lines.map(line => {
    const [, name, pinned, body] = /^(\w+): (.*)$/.exec(line.replace(/ \(pinned\)$/, ''))
      ? [
          line,
          line.slice(0, line.indexOf(':')),
          line.endsWith(' (pinned)'),
          line.slice(line.indexOf(':') + 2).replace(/ \(pinned\)$/, ''),
        ]
      : fail(line);
    const block = graph.block(/(^|; )goto /.test(body as string) ? 'goto' : 'question');
    block.pinned = pinned as boolean;
    blocks.set(name as string, block);
    return { block, body: body as string };
  });
  for (const { block, body } of rows) {
    const parts = body.split('; ');
    const last = parts.pop()!;
    block.assignments = parts.map(part => {
      const [, register, value] = /^M(\d+) = (.*)$/.exec(part) ?? fail(part);
      return { register: Number(register), value: new Reader(graph.values, value!).whole() };
    });
    const target = (name: string): Block => blocks.get(name) ?? fail(name);
    if (block.kind === 'goto') {
      block.whenTrue = block.whenFalse = target(last.slice('goto '.length));
      continue;
    }
    const [, question, whenTrue, whenFalse] = /^(.*) \? (\w+) : (\w+)$/.exec(last) ?? fail(last);
    const [, left, relation, right] = /^(.*) (==|>) (.*)$/.exec(question!) ?? fail(question!);
    block.relation = relation === '==' ? EQUAL : GREATER;
    block.a = new Reader(graph.values, left!).whole();
    const b = new Reader(graph.values, right!).whole();
    if (graph.values.isConstant(b)) block.k = graph.values.k[b]!;
    else block.b = b;
    block.whenTrue = target(whenTrue!);
    block.whenFalse = target(whenFalse!);
  }
  graph.entry = rows[0]!.block;
  return graph;
}

/** An expression over the packet: `u16[12]`, `len`, `(u8[14] & 0xf)`, `u16[4*(u8[14]&0xf) + 14]`, `M3`. */
export function readValue(values: Values, text: string): Value {
  return new Reader(values, text).whole();
}

class Reader {
  readonly #values: Values;
  readonly #text: string;
  #at = 0;

  constructor(values: Values, text: string) {
    this.#values = values;
    this.#text = text;
  }

  whole(): Value {
    const value = this.#value();
    if (this.#at !== this.#text.length) fail(this.#text.slice(this.#at));
    return value;
  }

  #take(pattern: RegExp): string | undefined {
    const found = new RegExp(pattern.source, 'y');
    found.lastIndex = this.#at;
    const match = found.exec(this.#text);
    if (!match) return undefined;
    this.#at = found.lastIndex;
    return match[0];
  }

  #expect(text: string): void {
    if (!this.#text.startsWith(text, this.#at)) fail(this.#text.slice(this.#at));
    this.#at += text.length;
  }

  #value(): Value {
    const values = this.#values;
    const header = this.#take(/4\*\(u8\[\d+\]&0xf\)/);
    if (header) {
      const byte = values.packet(BPF_B, Number(/\[(\d+)\]/.exec(header)![1]));
      return values.binary(BPF_LSH, values.binary(BPF_AND, byte, values.constant(0xf)), values.constant(2));
    }
    if (this.#take(/len/)) return values.length();
    const size = this.#take(/u(8|16|32)\[/);
    if (size) {
      const fixed = this.#take(/\d+\]/);
      if (fixed) return values.packet(SIZES[size.slice(0, -1)]!, Number.parseInt(fixed, 10));
      const index = this.#value();
      this.#expect(' + ');
      const k = Number(this.#take(/\d+/));
      this.#expect(']');
      return values.indexed(SIZES[size.slice(0, -1)]!, index, k);
    }
    const number = this.#take(/0x[0-9a-f]+|\d+/);
    if (number) return values.constant(Number(number));
    if (this.#take(/-/)) return values.negate(this.#value());
    const register = this.#take(/M\d+/);
    if (register) return values.register(Number(register.slice(1)));
    this.#expect('(');
    const left = this.#value();
    this.#expect(' ');
    const operation = OPERATIONS[this.#take(/<<|>>|[-+*/%&|^]/) ?? fail(this.#text.slice(this.#at))]!;
    this.#expect(' ');
    const right = this.#value();
    this.#expect(')');
    return values.binary(operation, left, right);
  }
}

function fail(text: string): never {
  throw new Error(`not in the graph's notation: ${text}`);
}
