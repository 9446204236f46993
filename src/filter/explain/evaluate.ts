// Evaluates a condition over one packet and remembers why it came out as it did.
//
// The machine is the classic one (bpf_filter of libpcap, or Linux's): a load outside of the captured bytes and a division by
// zero end the whole filter with "no match". The condition is the unoptimized one, so what is told is what the expression
// says, not how the program that runs is arranged. Conditions may be 50,000 levels deep: no recursion.

import { ABSENT, type Ancillary, loadAncillary } from '../../classic/index.js';
import {
  BPF_ABS,
  BPF_ADD,
  BPF_ALU,
  BPF_AND,
  BPF_B,
  BPF_DIV,
  BPF_H,
  BPF_IMM,
  BPF_IND,
  BPF_JEQ,
  BPF_JGE,
  BPF_JGT,
  BPF_JSET,
  BPF_LD,
  BPF_LDX,
  BPF_LEN,
  BPF_LSH,
  BPF_MEM,
  BPF_MISC,
  BPF_MOD,
  BPF_MSH,
  BPF_MUL,
  BPF_NEG,
  BPF_OR,
  BPF_RSH,
  BPF_ST,
  BPF_STX,
  BPF_SUB,
  BPF_TAX,
  BPF_TXA,
  BPF_X,
  BPF_XOR,
  SKF_AD_OFF,
} from '../../isa/index.js';
import type { Condition, Origin, Statement } from '../condition.js';

/** What a filter sees of a packet. */
export interface Packet {
  /** The captured bytes. */
  readonly bytes: Uint8Array;
  /** The packet's length on the wire. */
  readonly wireLength: number;
  /** What the kernel knows of it, for conditions made for Linux. */
  readonly ancillary?: Ancillary;
  /** Linux masks shift counts. */
  readonly dialect?: 'libpcap' | 'linux';
}

/** A load from the packet: `size` bytes at `offset`. */
export interface Load {
  readonly offset: number;
  readonly size: 1 | 2 | 4;
  readonly value: number;
}

/** Why the filter ended before the test had an outcome. */
export type Failure =
  | { readonly kind: 'outside'; readonly offset: number; readonly size: 1 | 2 | 4 }
  | { readonly kind: 'division' }
  | { readonly kind: 'ancillary'; readonly offset: number }
  | { readonly kind: 'endless' };

/** One test as it was run. */
export interface TestRun {
  readonly leaf: Extract<Condition, { kind: 'test' | 'constant' }>;
  /** The words that fit `holds`; those of a `not` around the leaf, where it has some. */
  readonly origin: Origin | undefined;
  /** Whether what `origin` says holds; false where the load failed. */
  readonly holds: boolean;
  /** A and the value it was compared with. */
  readonly a: number;
  readonly compared: number;
  readonly loads: readonly Load[];
  readonly failure?: Failure;
}

/** How a part of the expression came out. */
export interface PartRun {
  readonly start: number;
  readonly end: number;
  readonly holds: boolean;
}

export interface Evaluation {
  readonly matches: boolean;
  /** Every test that was run, in order. */
  readonly tests: readonly TestRun[];
  /** The tests without which the outcome would not have been what it is. */
  readonly deciding: readonly TestRun[];
  /** The primitives that came to an outcome, in order. */
  readonly parts: readonly PartRun[];
}

/** Steps of loops in one test; only `protochain` loops, once for each header. */
const MAX_LOOP_STEPS = 100_000;

class Failed extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super('the load failed');
    this.failure = failure;
  }
}

class Machine {
  a = 0;
  x = 0;
  readonly registers: number[] = [];
  loads: Load[] = [];
  private steps = 0;
  private readonly packet: Packet;

  constructor(packet: Packet) {
    this.packet = packet;
  }

  /** Runs statements; true: a `break` ended them. */
  run(statements: readonly Statement[]): boolean {
    for (const statement of statements) {
      switch (statement.kind) {
        case 'instruction':
          this.instruction(statement.code, statement.k);
          break;
        case 'if':
          if (this.run(this.compare(statement.jump, statement.k) ? statement.then : statement.else)) return true;
          break;
        case 'loop':
          while (!this.run(statement.body)) {
            if (++this.steps > MAX_LOOP_STEPS) throw new Failed({ kind: 'endless' });
          }
          break;
        case 'break':
          return true;
      }
    }
    return false;
  }

  compare(jump: number, k: number): boolean {
    const other = jump & BPF_X ? this.x : k;
    switch (jump & 0xf0) {
      case BPF_JEQ:
        return this.a === other;
      case BPF_JGT:
        return this.a > other;
      case BPF_JGE:
        return this.a >= other;
      case BPF_JSET:
        return (this.a & other) !== 0;
      default:
        throw new Error(`no such jump: ${jump}`);
    }
  }

  private load(offset: number, size: 1 | 2 | 4): number {
    const { bytes } = this.packet;
    if (offset + size > bytes.length) throw new Failed({ kind: 'outside', offset, size });
    let value = 0;
    for (let i = 0; i < size; i++) value = value * 256 + bytes[offset + i]!;
    this.loads.push({ offset, size, value });
    return value;
  }

  private instruction(code: number, k: number): void {
    switch (code & 7) {
      case BPF_LD:
        this.a = this.loadValue(code, k);
        return;
      case BPF_LDX:
        this.x =
          (code & 0xe0) === BPF_MSH
            ? 4 * (this.load(k, 1) & 15)
            : (code & 0xe0) === BPF_MEM
              ? (this.registers[k] ?? 0)
              : (code & 0xe0) === BPF_LEN
                ? this.packet.wireLength
                : k;
        return;
      case BPF_ST:
        this.registers[k] = this.a;
        return;
      case BPF_STX:
        this.registers[k] = this.x;
        return;
      case BPF_ALU:
        this.a = this.arithmetic(code & 0xf0, code & BPF_X ? this.x : k) >>> 0;
        return;
      case BPF_MISC:
        if ((code & 0xf8) === BPF_TAX) this.x = this.a;
        else if ((code & 0xf8) === BPF_TXA) this.a = this.x;
        return;
      default:
        throw new Error(`no statement: ${code}`);
    }
  }

  private loadValue(code: number, k: number): number {
    const size = (code & 0x18) === BPF_B ? 1 : (code & 0x18) === BPF_H ? 2 : 4;
    switch (code & 0xe0) {
      case BPF_ABS:
        if (k >= SKF_AD_OFF && this.packet.dialect === 'linux') return this.ancillary(k - SKF_AD_OFF);
        return this.load(k, size);
      case BPF_IND:
        return this.load(this.x + k, size);
      case BPF_MEM:
        return this.registers[k] ?? 0;
      case BPF_LEN:
        return this.packet.wireLength;
      case BPF_IMM:
        return k;
      default:
        throw new Error(`no load: ${code}`);
    }
  }

  private ancillary(offset: number): number {
    const { bytes, ancillary } = this.packet;
    const value = loadAncillary(offset, ancillary, this.a, this.x, bytes, 0, bytes.length);
    if (value === ABSENT) throw new Failed({ kind: 'ancillary', offset });
    return value;
  }

  private arithmetic(operation: number, operand: number): number {
    const { a } = this;
    const count = this.packet.dialect === 'linux' ? operand & 31 : operand;
    switch (operation) {
      case BPF_ADD:
        return a + operand;
      case BPF_SUB:
        return a - operand;
      case BPF_MUL:
        return Math.imul(a, operand);
      case BPF_DIV:
        if (operand === 0) throw new Failed({ kind: 'division' });
        return Math.floor(a / operand);
      case BPF_MOD:
        if (operand === 0) throw new Failed({ kind: 'division' });
        return a % operand;
      case BPF_AND:
        return a & operand;
      case BPF_OR:
        return a | operand;
      case BPF_XOR:
        return a ^ operand;
      case BPF_LSH:
        return count > 31 ? 0 : a << count;
      case BPF_RSH:
        return count > 31 ? 0 : a >>> count;
      case BPF_NEG:
        return -a;
      default:
        throw new Error(`no such operation: ${operation}`);
    }
  }
}

/** The reasons of an outcome as a tree, so that long chains join in constant time. */
type Reasons = TestRun | { readonly left: Reasons; readonly right: Reasons };

interface Outcome {
  readonly value: boolean;
  readonly reasons: Reasons | undefined;
}

interface Frame {
  readonly node: Condition;
  next: number;
  reasons: Reasons | undefined;
}

/** Runs a condition over a packet. */
export function evaluateCondition(condition: Condition, packet: Packet): Evaluation {
  const machine = new Machine(packet);
  const tests: TestRun[] = [];
  const parts: PartRun[] = [];
  const spans = commonSpans(condition);
  const stack: Frame[] = [{ node: condition, next: 0, reasons: undefined }];
  let outcome: Outcome | undefined;

  const leaf = (node: Extract<Condition, { kind: 'test' | 'constant' }>, inverse: Origin | undefined): Outcome => {
    const run = runLeaf(machine, node, inverse);
    tests.push(run);
    return { value: inverse ? !run.holds : run.holds, reasons: run };
  };

  try {
    while (stack.length > 0) {
      const frame = stack.at(-1)!;
      const { node } = frame;
      if (node.kind === 'test' || node.kind === 'constant') {
        outcome = leaf(node, undefined);
      } else if (node.kind === 'not') {
        if (node.origin && node.term.kind === 'test') {
          // A test that is told by its opposite: "not a later fragment".
          const { value, reasons } = leaf(node.term, node.origin);
          outcome = { value: !value, reasons };
        } else if (!outcome) {
          stack.push({ node: node.term, next: 0, reasons: undefined });
          continue;
        } else {
          outcome = { value: !outcome.value, reasons: outcome.reasons };
        }
      } else {
        const deciding = node.kind === 'or';
        if (outcome) {
          const { value, reasons } = outcome;
          if (value === deciding) {
            // One term alone decides.
            frame.reasons = reasons;
            frame.next = node.terms.length;
            outcome = { value, reasons };
          } else {
            frame.reasons =
              frame.reasons && reasons ? { left: frame.reasons, right: reasons } : (frame.reasons ?? reasons);
            outcome = undefined;
          }
        }
        if (frame.next < node.terms.length) {
          stack.push({ node: node.terms[frame.next++]!, next: 0, reasons: undefined });
          continue;
        }
        outcome ??= { value: !deciding, reasons: frame.reasons };
      }
      stack.pop();
      const span = spans.get(node);
      if (span && !isNegation(node) && !spans.get(outer(stack) as Condition))
        parts.push({ ...span, holds: outcome.value });
    }
  } catch (error) {
    if (!(error instanceof Aborted)) throw error;
    tests.push(error.run);
    return { matches: false, tests, deciding: [error.run], parts };
  }
  return { matches: outcome!.value, tests, deciding: flatten(outcome!.reasons), parts };
}

/** `not` as the expression has it: what is inside is the part that came out one way or the other. */
function isNegation(node: Condition): boolean {
  return node.kind === 'not' && !node.origin;
}

/** The node around the one that was just left, past such `not`s. */
function outer(stack: readonly Frame[]): Condition | undefined {
  let index = stack.length - 1;
  while (index >= 0 && isNegation(stack[index]!.node)) index--;
  return stack[index]?.node;
}

/** A failed load ends the filter, not only its test. */
class Aborted extends Error {
  readonly run: TestRun;
  constructor(run: TestRun) {
    super('the filter ended');
    this.run = run;
  }
}

function runLeaf(
  machine: Machine,
  leaf: Extract<Condition, { kind: 'test' | 'constant' }>,
  inverse: Origin | undefined,
): TestRun {
  const origin = inverse ?? leaf.origin;
  if (leaf.kind === 'constant') return { leaf, origin, holds: leaf.value, a: 0, compared: 0, loads: [] };
  machine.loads = [];
  try {
    machine.run(leaf.statements);
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    const run = { leaf, origin, holds: false, a: machine.a, compared: leaf.k, loads: machine.loads };
    throw new Aborted({ ...run, failure: error.failure });
  }
  const taken = machine.compare(leaf.jump, leaf.k);
  return {
    leaf,
    origin,
    holds: inverse ? !taken : taken,
    a: machine.a,
    compared: leaf.jump & BPF_X ? machine.x : leaf.k,
    loads: machine.loads,
  };
}

function flatten(reasons: Reasons | undefined): TestRun[] {
  const out: TestRun[] = [];
  const stack: Reasons[] = reasons ? [reasons] : [];
  for (let top = stack.pop(); top; top = stack.pop()) {
    if ('left' in top) stack.push(top.right, top.left);
    else out.push(top);
  }
  return out;
}

/** The place in the text that all tests of a node share: the node is then a primitive, or a part of one. */
function commonSpans(root: Condition): Map<Condition, { start: number; end: number } | null> {
  const spans = new Map<Condition, { start: number; end: number } | null>();
  const stack: { node: Condition; opened: boolean }[] = [{ node: root, opened: false }];
  for (let frame = stack.pop(); frame; frame = stack.pop()) {
    const { node, opened } = frame;
    if (node.kind === 'test' || node.kind === 'constant') {
      spans.set(node, node.origin && node.origin.span.end > node.origin.span.start ? node.origin.span : null);
      continue;
    }
    const terms = node.kind === 'not' ? [node.term] : node.terms;
    if (!opened) {
      stack.push({ node, opened: true });
      for (const term of terms) stack.push({ node: term, opened: false });
      continue;
    }
    let common = spans.get(terms[0]!) ?? null;
    for (const term of terms) {
      const span = spans.get(term) ?? null;
      if (!span || !common || span.start !== common.start || span.end !== common.end) common = null;
    }
    spans.set(node, common);
  }
  return spans;
}
