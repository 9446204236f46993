// A classic program as the source of a JavaScript function, for `new Function` where WebAssembly is missing, and for
// packets that lie in JavaScript's memory: no copy, no call across.
//
//     function filter(bytes, start, captured, wireLength, ancillary) { ... return result; }
//
// Registers are kept as signed 32-bit integers; `>>> 0` makes them unsigned where that matters.

import { type FlowSink, structureFlow } from '../../engine/index.js';
import { BPF_MEMWORDS, type ClassicProgram } from '../../isa/index.js';
import { ABSENT, type Ancillary, headerOffset, loadAncillary } from '../ancillary.js';
import type { RunOptions } from '../run-options.js';
import { A, memoryBit, X } from './blocks.js';
import { buildFlow } from './flow.js';
import {
  ACCEPT,
  type AluOperator,
  type ClassicFlow,
  type FlowNode,
  type Operation,
  type Test,
  type Variable,
} from './graph.js';

export type FilterFunction = (
  bytes: Uint8Array,
  start: number,
  captured: number,
  wireLength: number,
  ancillary?: Ancillary,
) => number;

/**
 * JavaScript engines give up optimizing functions that are too long (V8: 60 KiB of bytecode); of longer programs the
 * interpreter makes more. They still compile and run right.
 */
export const MOST_JS_INSTRUCTIONS = 1000;

/** More nodes than this would be nested too deeply for JavaScript parsers: they become the cases of a switch. */
const NESTED_NODES = 2000;

/** The source of the function, a function declaration named `filter`. Throws SkepError when the program cannot run. */
export function filterSource(program: ClassicProgram, options: RunOptions = {}): string {
  return new SourceWriter(buildFlow(program, options)).write();
}

/**
 * Compiles with `new Function`. Throws SkepError when the program cannot run, and EvalError where a content security
 * policy forbids it.
 */
export function compileFilterFunction(program: ClassicProgram, options: RunOptions = {}): FilterFunction {
  const make = new Function('skep', `${filterSource(program, options)}return filter;`) as (
    machine: typeof MACHINE,
  ) => FilterFunction;
  return make(MACHINE);
}

/** What the function's source calls. */
const MACHINE = {
  /** The value of an ancillary load, or -1. */
  ancillary: (offset: number, data: Ancillary | undefined): number => loadAncillary(offset, data, 0, 0, NO_BYTES, 0, 0),
  /** The offset of a netlink attribute, or 0. */
  attribute: (offset: number, a: number, x: number, bytes: Uint8Array, start: number, captured: number): number =>
    loadAncillary(offset, undefined, a, x, bytes, start, captured),
  /** The place in the packet of an offset that can be relative to a header, or -1. */
  address: (offset: number, data: Ancillary | undefined): number => (offset >= 0 ? offset : headerOffset(offset, data)),
} as const;

const NO_BYTES = new Uint8Array(0);

const OPERATORS: Readonly<Partial<Record<AluOperator, string>>> = {
  add: '+',
  sub: '-',
  and: '&',
  or: '|',
  xor: '^',
  lsh: '<<',
  rsh: '>>>',
  div: '/',
  mod: '%',
};

class SourceWriter implements FlowSink {
  private readonly flow: ClassicFlow;
  private readonly lines: string[] = [];
  private indent = 1;
  /** The condition that the last node left. */
  private condition = '';
  private negation = '';

  constructor(flow: ClassicFlow) {
    this.flow = flow;
  }

  write(): string {
    const { flow } = this;
    this.lines.push('function filter(bytes, start, captured, wireLength, ancillary) {');
    const registers = [];
    if (flow.variables & A) registers.push('A = 0');
    if (flow.variables & X) registers.push('X = 0');
    for (let word = 0; word < BPF_MEMWORDS; word++)
      if (flow.variables & memoryBit(word)) registers.push(`M${word} = 0`);
    if (flow.nodes.some(({ end }) => end.kind === 'branch' && end.test.kind === 'address')) registers.push('at = 0');
    if (flow.usesAncillary) registers.push('value = 0');
    if (flow.stepBudget !== undefined) registers.push(`budget = ${flow.stepBudget}`);
    this.line(`let ${registers.join(', ')};`);
    structureFlow(flow, this, { forceDispatch: flow.nodes.length > NESTED_NODES });
    this.lines.push('}', '');
    return this.lines.join('\n');
  }

  private line(text: string): void {
    this.lines.push('  '.repeat(Math.min(this.indent, 30)) + text);
  }

  private open(text: string): void {
    this.line(`${text} {`);
    this.indent++;
  }

  private outside(label: number): string {
    return label === ACCEPT ? `return ${this.flow.acceptValue};` : 'return 0;';
  }

  private leave(to: number, back: boolean): string {
    if (to < 0) return this.outside(to);
    return back ? `continue loop${to};` : `break to${to};`;
  }

  block(node: number): void {
    this.open(`to${node}:`);
  }

  loop(node: number): void {
    this.open(`loop${node}: for (;;)`);
  }

  if(negated: boolean): void {
    this.open(`if (${negated ? this.negation : this.condition})`);
  }

  end(): void {
    this.indent--;
    this.line('}');
  }

  jump(to: number, back: boolean): void {
    this.line(this.leave(to, back));
  }

  jumpIf(to: number, back: boolean, negated: boolean): void {
    this.line(`if (${negated ? this.negation : this.condition}) ${this.leave(to, back)}`);
  }

  switch(): void {
    throw new Error('classic programs have no switches');
  }

  dispatch(): void {
    this.line('let next = 0;');
    this.open('dispatch: for (;;)');
    this.open('switch (next)');
  }

  dispatchCase(number: number): void {
    this.line(`case ${number}:`);
  }

  dispatchTo(number: number): void {
    this.line(`next = ${number}; continue dispatch;`);
  }

  dispatchEnd(): void {
    this.end();
    this.end();
  }

  node(number: number): void {
    const node: FlowNode = this.flow.nodes[number]!;
    for (const operation of node.operations) this.line(`${this.operation(operation)};`);
    const { end } = node;
    if (end.kind === 'return') this.line(end.value === 'a' ? 'return A >>> 0;' : `return ${end.value >>> 0};`);
    else if (end.kind === 'branch') [this.condition, this.negation] = this.test(end.test);
  }

  private operation(operation: Operation): string {
    switch (operation.kind) {
      case 'load':
        return load(operation);
      case 'constant':
        return `${name(operation.to)} = ${operation.value}`;
      case 'copy':
        return `${name(operation.to)} = ${name(operation.from)}`;
      case 'length':
        return `${name(operation.to)} = ${this.flow.fixedLength ?? 'wireLength | 0'}`;
      case 'negate':
        return 'A = -A | 0';
      case 'ancillary':
        return 'A = value | 0';
      case 'attribute':
        return `A = skep.attribute(${operation.nested ? 16 : 12}, A, X, bytes, start, captured)`;
      case 'alu':
        return alu(operation.operator, operation.k);
    }
  }

  /** The condition and its opposite. */
  private test(test: Test): [string, string] {
    switch (test.kind) {
      case 'compare': {
        const { operator, k } = test;
        const right = k === undefined ? 'X' : constant(k);
        const unsigned = k === undefined ? 'X >>> 0' : String(k >>> 0);
        switch (operator) {
          case 'jeq':
            return [`A === ${right}`, `A !== ${right}`];
          case 'jset':
            return [`(A & ${right}) !== 0`, `(A & ${right}) === 0`];
          case 'jgt':
            return [`A >>> 0 > ${unsigned}`, `A >>> 0 <= ${unsigned}`];
          default:
            return [`A >>> 0 >= ${unsigned}`, `A >>> 0 < ${unsigned}`];
        }
      }
      case 'shorter':
        return [`captured < ${test.bytes}`, `captured >= ${test.bytes}`];
      case 'index-beyond':
        return [`X >>> 0 > captured - ${test.bytes}`, `X >>> 0 <= captured - ${test.bytes}`];
      case 'address': {
        const offset = test.indexed ? `X + ${test.k} | 0` : String(test.k);
        const failing = `(at = skep.address(${offset}, ancillary)) < 0 || at > captured - ${test.bytes}`;
        return [failing, `!(${failing})`];
      }
      case 'x-zero':
        return ['X === 0', 'X !== 0'];
      case 'ancillary-absent': {
        const value = `(value = skep.ancillary(${test.offset}, ancillary))`;
        return [`${value} === ${ABSENT}`, `${value} !== ${ABSENT}`];
      }
      case 'budget':
        return [`(budget -= ${test.steps}) < 0`, `(budget -= ${test.steps}) >= 0`];
    }
  }
}

const name = (variable: Variable): string =>
  variable.kind === 'a' ? 'A' : variable.kind === 'x' ? 'X' : `M${variable.word}`;

/** A constant as a signed number, in hexadecimal as listings have it. */
const constant = (k: number): string =>
  k >= 0 && k < 10 ? String(k) : k > 0 ? `0x${k.toString(16)}` : `(0x${(k >>> 0).toString(16)} | 0)`;

function load({ at, k, bytes, order, msh }: Operation & { kind: 'load' }): string {
  const base = at === 'constant' ? 'start' : at === 'index' ? 'start + X' : 'start + at';
  const byte = (index: number): string => (k + index === 0 ? `bytes[${base}]` : `bytes[${base} + ${k + index}]`);
  if (bytes === 1) return msh ? `X = (${byte(0)} & 15) << 2` : `A = ${byte(0)}`;
  const terms = Array.from({ length: bytes }, (_, index) => {
    const shift = (order === 'big' ? bytes - 1 - index : index) * 8;
    return shift === 0 ? byte(index) : `${byte(index)} << ${shift}`;
  });
  return `A = ${(order === 'big' ? terms : terms.reverse()).join(' | ')}`;
}

function alu(operator: AluOperator, k: number | undefined): string {
  const right = k === undefined ? 'X' : constant(k);
  const unsigned = k === undefined ? '(X >>> 0)' : String(k >>> 0);
  switch (operator) {
    case 'mul':
      return `A = Math.imul(A, ${right})`;
    case 'div':
    case 'mod':
      return `A = (A >>> 0) ${OPERATORS[operator]} ${unsigned} | 0`;
    case 'lsh-wide':
      return 'A = X >>> 0 < 32 ? A << X : 0';
    case 'rsh-wide':
      return 'A = X >>> 0 < 32 ? A >>> X | 0 : 0';
    case 'rsh':
      return `A = A >>> ${right} | 0`;
    case 'add':
    case 'sub':
      return `A = A ${OPERATORS[operator]} ${right} | 0`;
    default:
      return `A = A ${OPERATORS[operator]} ${right}`;
  }
}
