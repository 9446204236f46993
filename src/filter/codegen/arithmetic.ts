// Arithmetic expressions to statements that leave the value in A.
//
// Operands that are constants become the instructions' own; others go through virtual registers, left operand first, so that
// a chain of operators of any length needs one register for each level of parentheses. No recursion: expressions may be
// 50,000 operators long. Numbers are 32 bits, unsigned, wrapping around.

import {
  BPF_ADD,
  BPF_ALU,
  BPF_AND,
  BPF_DIV,
  BPF_K,
  BPF_LSH,
  BPF_MOD,
  BPF_MUL,
  BPF_NEG,
  BPF_OR,
  BPF_RSH,
  BPF_SUB,
  BPF_XOR,
} from '../../isa/index.js';
import type { Arithmetic, ArithmeticOperator, ProtocolName } from '../ast.js';
import type { Statement } from '../condition.js';
import {
  addX,
  alu,
  aluX,
  instruct,
  loadAbsolute,
  loadImmediate,
  loadIndexed,
  loadLength,
  loadMemory,
  loadXImmediate,
  loadXMemory,
  type Size,
  store,
  tax,
} from './build.js';
import { fail } from './errors.js';
import { type Place, place } from './load.js';
import type { Base, State } from './state.js';

type Binary = Extract<Arithmetic, { kind: 'binary' }>;
type Load = Extract<Arithmetic, { kind: 'load' }>;

const OPERATIONS: Readonly<Record<ArithmeticOperator, { code: number; commutes: boolean; value: Fold }>> = {
  '+': { code: BPF_ADD, commutes: true, value: (a, b) => a + b },
  '-': { code: BPF_SUB, commutes: false, value: (a, b) => a - b },
  '*': { code: BPF_MUL, commutes: true, value: (a, b) => Math.imul(a, b) },
  '/': { code: BPF_DIV, commutes: false, value: (a, b) => Math.floor(a / b) },
  '%': { code: BPF_MOD, commutes: false, value: (a, b) => a % b },
  '&': { code: BPF_AND, commutes: true, value: (a, b) => a & b },
  '|': { code: BPF_OR, commutes: true, value: (a, b) => a | b },
  '^': { code: BPF_XOR, commutes: true, value: (a, b) => a ^ b },
  '<<': { code: BPF_LSH, commutes: false, value: (a, b) => a << b },
  '>>': { code: BPF_RSH, commutes: false, value: (a, b) => a >>> b },
};

type Fold = (a: number, b: number) => number;

/** The values of the parts that are constants. Refuses division by, and shifts over, constants that make no sense. */
export class Constants {
  readonly #values = new Map<Arithmetic, number>();

  constructor(root: Arithmetic) {
    // Post-order without recursion: a node is met a second time when its operands are done.
    const work: { node: Arithmetic; ready: boolean }[] = [{ node: root, ready: false }];
    for (let item = work.pop(); item; item = work.pop()) {
      const { node, ready } = item;
      if (node.kind === 'number') {
        this.#values.set(node, node.value >>> 0);
      } else if (node.kind === 'binary') {
        if (ready) this.#fold(node);
        else work.push({ node, ready: true }, { node: node.right, ready: false }, { node: node.left, ready: false });
      } else if (node.kind === 'negate') {
        if (!ready) work.push({ node, ready: true }, { node: node.operand, ready: false });
        else {
          const value = this.#values.get(node.operand);
          if (value !== undefined) this.#values.set(node, -value >>> 0);
        }
      } else if (node.kind === 'load') {
        work.push({ node: node.offset, ready: false });
      }
    }
  }

  of(node: Arithmetic): number | undefined {
    return this.#values.get(node);
  }

  #fold(node: Binary): void {
    const { operator, left, right } = node;
    const b = this.#values.get(right);
    if (b === undefined) return;
    if ((operator === '/' || operator === '%') && b === 0) {
      fail('SKEP1110', operator === '/' ? 'division by zero' : 'remainder of a division by zero', right.span);
    }
    if ((operator === '<<' || operator === '>>') && b > 31) {
      fail('SKEP1110', `a shift by ${b} bits: numbers have 32, so at most 31`, right.span);
    }
    const a = this.#values.get(left);
    if (a !== undefined) this.#values.set(node, OPERATIONS[operator].value(a, b) >>> 0);
  }
}

/** Which header `protocol[...]` reads, for the version of IP that is looked at. */
export function loadBase(state: State, { protocol, span }: Load, version: 4 | 6): Base {
  const base = LOAD_BASES[protocol];
  if (!base) {
    fail('SKEP1111', `'${protocol}' has no bytes that can be indexed`, span, {
      notes: [`protocols with [...]: ${Object.keys(LOAD_BASES).join(', ')}`],
    });
  }
  if (protocol === 'radio' && !state.layout.radioHeader) {
    fail('SKEP1111', "there is no radio header in these packets, so no 'radio[...]'", span, {
      notes: ['link types with one: PRISM_HEADER, IEEE802_11_RADIO, IEEE802_11_RADIO_AVS'],
    });
  }
  return base === 'IPv4 payload' && version === 6 ? 'IPv6 payload' : base;
}

const LOAD_BASES: Partial<Record<ProtocolName, Base>> = {
  radio: 'packet',
  link: 'link header',
  ip: 'network header',
  arp: 'network header',
  rarp: 'network header',
  atalk: 'network header',
  decnet: 'network header',
  sca: 'network header',
  lat: 'network header',
  moprc: 'network header',
  mopdl: 'network header',
  ip6: 'network header',
  sctp: 'IPv4 payload',
  tcp: 'IPv4 payload',
  udp: 'IPv4 payload',
  icmp: 'IPv4 payload',
  igmp: 'IPv4 payload',
  igrp: 'IPv4 payload',
  pim: 'IPv4 payload',
  vrrp: 'IPv4 payload',
  carp: 'IPv4 payload',
  icmp6: 'IPv6 payload',
};

/** How an expression is generated: where transport headers are. */
export interface ArithmeticContext {
  readonly constants: Constants;
  readonly version: 4 | 6;
  /** Instead of the place behind a bare IPv6 header. */
  readonly ip6Payload?: Place;
}

/** Statements that leave the expression's value in A (and anything in X). */
export function evaluate(state: State, root: Arithmetic, context: ArithmeticContext): Statement[] {
  const out: Statement[] = [];
  const work: (Arithmetic | Statement)[] = [root];
  for (let item = work.pop(); item; item = work.pop()) {
    if (isStatement(item)) {
      out.push(item);
      continue;
    }
    const constant = context.constants.of(item);
    if (constant !== undefined) out.push(loadImmediate(constant));
    else work.push(...expand(state, item, context).reverse());
  }
  return out;
}

function isStatement(item: Arithmetic | Statement): item is Statement {
  return item.kind === 'instruction' || item.kind === 'if' || item.kind === 'loop' || item.kind === 'break';
}

function expand(state: State, node: Arithmetic, context: ArithmeticContext): (Arithmetic | Statement)[] {
  switch (node.kind) {
    case 'number':
      return [loadImmediate(node.value)];
    case 'length':
      return [loadLength()];
    case 'negate':
      return [node.operand, instruct(BPF_ALU | BPF_NEG | BPF_K)];
    case 'binary':
      return binary(state, node, context);
    case 'load':
      return packetLoad(state, node, context);
  }
}

function binary(
  state: State,
  { operator, left, right }: Binary,
  { constants }: ArithmeticContext,
): (Arithmetic | Statement)[] {
  const { code, commutes } = OPERATIONS[operator];
  const rightValue = constants.of(right);
  if (rightValue !== undefined) return [left, alu(code, rightValue)];
  const leftValue = constants.of(left);
  if (leftValue !== undefined) {
    if (commutes) return [right, alu(code, leftValue)];
    return [right, tax(), loadImmediate(leftValue), aluX(code)];
  }
  const register = state.allocate();
  if (commutes) return [left, store(register), right, loadXMemory(register), aluX(code)];
  return [left, store(register), right, tax(), loadMemory(register), aluX(code)];
}

const SIZES: ReadonlySet<number> = new Set([1, 2, 4]);

/** Offsets from here on are "negative": the sum with what comes before must be made by the machine, which wraps around. */
const LARGEST_PLAIN_OFFSET = 0x7fffffff;

function packetLoad(state: State, node: Load, context: ArithmeticContext): (Arithmetic | Statement)[] {
  const { offset, size: bytes, span } = node;
  if (!SIZES.has(bytes)) fail('SKEP1111', `a load takes 1, 2 or 4 bytes, not ${bytes}`, span);
  const size = bytes as Size;
  const base = loadBase(state, node, context.version);
  const { intoX, constant } = (base === 'IPv6 payload' && context.ip6Payload) || place(state, base);
  const index = context.constants.of(offset);
  if (index !== undefined) {
    const sum = constant + index;
    if (sum <= LARGEST_PLAIN_OFFSET) {
      return [...intoX, intoX.length > 0 ? loadIndexed(size, sum) : loadAbsolute(size, sum)];
    }
    // In the kernel these are ancillary data (linux/filter.h).
    if (intoX.length === 0 && constant === 0 && state.target === 'linux') return [loadAbsolute(size, index)];
    if (intoX.length === 0) return [loadXImmediate(index), loadIndexed(size, constant)];
    return [...intoX, loadImmediate(index), addX(), tax(), loadIndexed(size, constant)];
  }
  if (intoX.length === 0) return [offset, tax(), loadIndexed(size, constant)];
  if (intoX.length === 1) return [offset, ...intoX, addX(), tax(), loadIndexed(size, constant)];
  const register = state.allocate();
  return [offset, store(register), ...intoX, loadMemory(register), addX(), tax(), loadIndexed(size, constant)];
}
