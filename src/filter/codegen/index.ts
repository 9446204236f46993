// Code generation: the syntax tree of a filter, for one link type, to a tree of conditions.
//
// The expression is walked once from left to right, because encapsulations (`vlan`) move the places of everything to the
// right of them. The reference for what a filter means is libpcap 1.11's unoptimized code; docs/parity-libpcap.md has the
// few places where this differs on purpose. Expressions may be 50,000 terms long or deep: no recursion.

import type { Diagnostic } from '../../diagnostics/index.js';
import type { Expression, LogicalExpression, Primitive, ProtocolName } from '../ast.js';
import type { Condition } from '../condition.js';
import { protocolName } from './abbreviations.js';
import { atm, atmField } from './atm.js';
import { broadcastOrMulticast } from './broadcast.js';
import { constant, not } from './build.js';
import { directionOrInterface } from './direction.js';
import { encapsulation } from './encapsulation.js';
import { type FactSet, intersection, NO_FACTS, protocolFact, union } from './facts.js';
import { idPrimitive } from './id.js';
import { linkByte, packetLength } from './length.js';
import { llcFrame } from './llc.js';
import { unassignedReads } from './memory.js';
import { pflog } from './pflog.js';
import { withPreamble, withZeroed } from './preamble.js';
import { relation } from './relation.js';
import { routingField, signalUnit } from './signalling.js';
import { type GenerateOptions, State } from './state.js';
import { wlanFrame } from './wlan.js';

export type { GenerateOptions, Target } from './state.js';

export interface Generated {
  /** Holds for the packets that match. */
  readonly condition: Condition;
  readonly warnings: readonly Diagnostic[];
}

/**
 * Generates the condition that an expression stands for; undefined is the empty expression, which every packet matches.
 * @throws SkepError for what the link type has no way to tell, for names that the resolver does not know, and for numbers
 *   that their field cannot hold; the span is that of the primitive, or of the id in it
 */
export function generate(expression: Expression | undefined, options: GenerateOptions): Generated {
  const state = new State(options);
  const generated = expression ? walk(state, expression) : constant(true);
  const condition = expression ? withPreamble(state, generated) : generated;
  return { condition: withZeroed(unassignedReads(condition), condition), warnings: state.warnings };
}

/** A condition, with the facts of its holding and of its not holding. */
interface Result {
  readonly condition: Condition;
  readonly whenTrue: FactSet;
  readonly whenFalse: FactSet;
}

interface Frame {
  readonly node: Expression;
  /** What is known where the node is evaluated. */
  readonly known: FactSet;
  left?: Result;
}

/** Post-order over the syntax tree with an explicit stack; operands from left to right. */
function walk(state: State, root: Expression): Condition {
  const stack: Frame[] = [{ node: root, known: NO_FACTS }];
  let result: Result | undefined;
  for (let frame = stack.at(-1); frame; frame = stack.at(-1)) {
    const { node, known } = frame;
    if (isLogical(node)) {
      if (!result) {
        stack.push({ node: node.left, known });
        continue;
      }
      if (!frame.left) {
        frame.left = result;
        const more = node.kind === 'and' ? result.whenTrue : result.whenFalse;
        result = undefined;
        stack.push({ node: node.right, known: union(known, more) });
        continue;
      }
      result = node.kind === 'and' ? conjunction(frame.left, result) : disjunction(frame.left, result);
    } else if (node.kind === 'not') {
      if (!result) {
        stack.push({ node: node.operand, known });
        continue;
      }
      result = { condition: not(result.condition), whenTrue: result.whenFalse, whenFalse: result.whenTrue };
    } else {
      state.span = node.span;
      state.facts.known = known;
      const { condition, whenTrue } = primitive(state, node);
      result = { condition, whenTrue, whenFalse: NO_FACTS };
    }
    stack.pop();
  }
  return result!.condition;
}

function isLogical(node: Expression): node is LogicalExpression {
  return node.kind === 'and' || node.kind === 'or';
}

function conjunction(left: Result, right: Result): Result {
  return {
    condition: append('and', left.condition, right.condition),
    whenTrue: union(left.whenTrue, right.whenTrue),
    whenFalse: intersection(left.whenFalse, union(left.whenTrue, right.whenFalse)),
  };
}

function disjunction(left: Result, right: Result): Result {
  return {
    condition: append('or', left.condition, right.condition),
    whenTrue: intersection(left.whenTrue, union(left.whenFalse, right.whenTrue)),
    whenFalse: union(left.whenFalse, right.whenFalse),
  };
}

/** The nodes that `append` made itself, whose terms it may therefore extend: chains grow in place, in linear time. */
const chains = new WeakSet<Condition>();

function append(kind: 'and' | 'or', left: Condition, right: Condition): Condition {
  const deciding = kind === 'or';
  for (const [one, other] of [
    [left, right],
    [right, left],
  ] as const) {
    if (one.kind === 'constant' && one.value === deciding) return one;
    if (one.kind === 'constant' && other.kind === 'constant') return other;
  }
  if (left.kind === 'constant') return right;
  if (right.kind === 'constant') return left;
  if (left.kind === kind && chains.has(left)) {
    (left.terms as Condition[]).push(right);
    return left;
  }
  const chain: Condition = { kind, terms: [left, right] };
  chains.add(chain);
  return chain;
}

/** One primitive: its condition, and what is known where it holds. */
function primitive(state: State, node: Primitive): { condition: Condition; whenTrue: FactSet } {
  switch (node.kind) {
    case 'relation':
      return relation(state, node);
    case 'atm':
      return atm(state, node);
    case 'vlan':
    case 'mpls':
    case 'pppoed':
    case 'pppoes':
    case 'geneve':
    case 'vxlan':
      return encapsulation(state, node);
    case 'id':
      return { condition: idPrimitive(state, node), whenTrue: protocolFacts(node.qualifiers.protocol) };
    case 'protocol':
      return { condition: protocolName(state, node), whenTrue: protocolFacts(node.protocol) };
    default:
      return { condition: other(state, node), whenTrue: NO_FACTS };
  }
}

function protocolFacts(protocol: ProtocolName | undefined): FactSet {
  return protocol ? protocolFact(protocol) : NO_FACTS;
}

type Other = Exclude<
  Primitive,
  { kind: 'relation' | 'atm' | 'vlan' | 'mpls' | 'pppoed' | 'pppoes' | 'geneve' | 'vxlan' | 'id' | 'protocol' }
>;

function other(state: State, node: Other): Condition {
  switch (node.kind) {
    case 'broadcast':
    case 'multicast':
      return broadcastOrMulticast(state, node);
    case 'less':
    case 'greater':
      return packetLength(state, node);
    case 'byte':
      return linkByte(state, node);
    case 'inbound':
    case 'outbound':
    case 'ifindex':
      return directionOrInterface(state, node);
    case 'pflog':
      return pflog(state, node);
    case 'wlan-type':
    case 'wlan-dir':
      return wlanFrame(state, node);
    case 'llc':
      return llcFrame(state, node);
    case 'atm-field':
      return atmField(state, node);
    case 'mtp2':
      return signalUnit(state, node);
    case 'mtp3-field':
      return routingField(state, node);
  }
}
