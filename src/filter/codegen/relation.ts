// `tcp[13] & 2 != 0`: comparisons of arithmetic expressions, and the protocols that their loads take for granted.
//
// A load is done only in packets of its protocol. libpcap drops that check for loads to the right of an arithmetic
// operator (`10 + tcp[0]` reads the byte in UDP as well); filters must mean the same here, so a warning is all there is.

import type { Arithmetic, ProtocolName, RelationalOperator, RelationPrimitive } from '../ast.js';
import type { Condition } from '../condition.js';
import { type ArithmeticContext, Constants, evaluate, loadBase } from './arithmetic.js';
import { all, any, loadXMemory, not, store, test, testX } from './build.js';
import { type FactSet, intersection, NO_FACTS, protocolFact, union } from './facts.js';
import { ip6Upper } from './ip6-extensions.js';
import { linkProtocol } from './link-layer.js';
import { JUMPS } from './load.js';
import { ETHERTYPE, ETHERTYPE_OF, IP_PROTOCOL_OF } from './protocols.js';
import type { State } from './state.js';
import { firstIp4Fragment, ip4ProtocolIs, ip6NextHeaderIs } from './transport.js';

/** The relation with its operands swapped. */
const SWAPPED: Readonly<Record<RelationalOperator, RelationalOperator>> = {
  '=': '=',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

type Load = Extract<Arithmetic, { kind: 'load' }>;

export interface Related {
  readonly condition: Condition;
  readonly whenTrue: FactSet;
}

export function relation(state: State, primitive: RelationPrimitive): Related {
  const left = loadsOf(primitive.left);
  const right = loadsOf(primitive.right);
  for (const load of [...left.all, ...right.all]) loadBase(state, load, 4);

  if (state.options.transportOverIp6 && [...left.all, ...right.all].some(isTransportOverBoth)) {
    return { condition: overBothVersions(state, primitive, [...left.all, ...right.all]), whenTrue: NO_FACTS };
  }

  const checked = [...right.checked, ...left.checked];
  const facts = checked.map(load => protocolFact(load.protocol)).reduce(union, NO_FACTS);
  const unchecked = [...left.unchecked, ...right.unchecked];
  warnOfUnchecked(state, unchecked, facts);
  // What is not checked must still be possible on this link type.
  for (const load of unchecked) protocolCheck(state, load.protocol);
  const checks = checked.map(load => protocolCheck(state, load.protocol));
  const context: ArithmeticContext = { constants: constantsOf(primitive), version: 4 };
  return { condition: all([...checks, comparison(state, primitive, context)]), whenTrue: facts };
}

function constantsOf(primitive: RelationPrimitive): Constants {
  const { left, right, span } = primitive;
  return new Constants({ kind: 'binary', operator: '-', left, right, span });
}

/** The comparison alone. Constant operands are compared by the machine too: only the words `true` and `false` fold. */
function comparison(
  state: State,
  { left, right, operator, span }: RelationPrimitive,
  context: ArithmeticContext,
): Condition {
  const { constants } = context;
  const words = `${arithmeticWords(left)} ${operator} ${arithmeticWords(right)}`;
  const origin = { span, text: words };
  const rightValue = constants.of(right);
  const leftValue = constants.of(left);
  if (rightValue !== undefined || leftValue !== undefined) {
    const swap = rightValue === undefined;
    const { jump, negate } = JUMPS[swap ? SWAPPED[operator] : operator];
    const statements = evaluate(state, swap ? right : left, context);
    const leaf = test(statements, jump, (swap ? leftValue : rightValue)!, origin);
    return negate ? not(leaf, origin) : leaf;
  }
  const register = state.allocate();
  const { jump, negate } = JUMPS[operator];
  const statements = [
    ...evaluate(state, right, context),
    store(register),
    ...evaluate(state, left, context),
    loadXMemory(register),
  ];
  const leaf = testX(statements, jump, origin);
  return negate ? not(leaf, origin) : leaf;
}

/** What a load's protocol must be before the load: tests in order. */
function protocolCheck(state: State, protocol: ProtocolName): Condition {
  const ethertype = ETHERTYPE_OF[protocol];
  if (ethertype !== undefined) return linkProtocol(state, ethertype);
  const ip = IP_PROTOCOL_OF[protocol];
  if (!ip) return all([]);
  if (ip.over === 'ip6') {
    return all([linkProtocol(state, ETHERTYPE.IP6), ip6NextHeaderIs(state, ip.number)]);
  }
  return all([linkProtocol(state, ETHERTYPE.IP), ip4ProtocolIs(state, ip.number), firstIp4Fragment(state)]);
}

interface Loads {
  readonly all: readonly Load[];
  /** Innermost first: their protocols are tested. */
  readonly checked: readonly Load[];
  readonly unchecked: readonly Load[];
}

function needsCheck({ protocol }: Load): boolean {
  return protocol !== 'link' && protocol !== 'radio';
}

/** The loads of an expression. Those on its left edge, and in the offsets of such, are checked. */
function loadsOf(root: Arithmetic): Loads {
  const checked: Load[] = [];
  for (let node: Arithmetic | undefined = root; node; ) {
    if (node.kind === 'load') {
      checked.push(node);
      node = node.offset;
    } else if (node.kind === 'binary') node = node.left;
    else if (node.kind === 'negate') node = node.operand;
    else node = undefined;
  }
  const every: Load[] = [];
  const work: Arithmetic[] = [root];
  for (let node = work.pop(); node; node = work.pop()) {
    if (node.kind === 'load') {
      every.push(node);
      work.push(node.offset);
    } else if (node.kind === 'binary') work.push(node.right, node.left);
    else if (node.kind === 'negate') work.push(node.operand);
  }
  const left = new Set(checked);
  return {
    all: every,
    checked: checked.filter(needsCheck).reverse(),
    unchecked: every.filter(load => needsCheck(load) && !left.has(load)),
  };
}

function warnOfUnchecked(state: State, loads: readonly Load[], checkedHere: FactSet): void {
  const known = union(state.facts.known, checkedHere);
  const warned = new Set<ProtocolName>();
  for (const { protocol, span } of loads) {
    const fact = protocolFact(protocol);
    if (warned.has(protocol) || intersection(known, fact).protocols !== 0) continue;
    warned.add(protocol);
    state.warnings.push({
      code: 'SKEP1151',
      severity: 'warning',
      message: `'${protocol}[...]' to the right of an operator is read in packets of other protocols too`,
      span,
      notes: [
        `pcap-filter checks the protocol of the leftmost load only; write \`${protocol} and ...\` to have it checked here`,
      ],
    });
  }
}

function isTransportOverBoth({ protocol }: Load): boolean {
  return IP_PROTOCOL_OF[protocol]?.over === 'both';
}

/** With `transportOverIp6`: the relation over IPv4, or the same over IPv6. All protocols are checked. */
function overBothVersions(state: State, primitive: RelationPrimitive, loads: readonly Load[]): Condition {
  const constants = constantsOf(primitive);
  const protocols = [...new Set(loads.filter(needsCheck).map(load => load.protocol))];
  const over4 = all([
    ...protocols.map(protocol => protocolCheck(state, protocol)),
    comparison(state, primitive, { constants, version: 4 }),
  ]);
  // A load of a protocol that is over IPv4 alone never matches over IPv6.
  const over6 = protocols.every(protocol => IP_PROTOCOL_OF[protocol]?.over !== 'ip' && protocol !== 'ip')
    ? [relationOverIp6(state, primitive, constants, protocols)]
    : [];
  return any([over4, ...over6]);
}

function relationOverIp6(
  state: State,
  primitive: RelationPrimitive,
  constants: Constants,
  protocols: readonly ProtocolName[],
): Condition {
  const numbers = protocols.flatMap(protocol => IP_PROTOCOL_OF[protocol]?.number ?? []);
  const others = protocols
    .filter(protocol => !IP_PROTOCOL_OF[protocol])
    .map(protocol => protocolCheck(state, protocol));
  const version = linkProtocol(state, ETHERTYPE.IP6);
  if (!state.options.ip6Extensions) {
    return all([
      version,
      ...others,
      ...numbers.map(number => ip6NextHeaderIs(state, number)),
      comparison(state, primitive, { constants, version: 6 }),
    ]);
  }
  const upper = ip6Upper(state);
  const { register, constant } = upper.offset;
  return all([
    version,
    ...others,
    upper.walk,
    ...numbers.map(number => upper.protocolIs(number)),
    upper.firstFragment(),
    comparison(state, primitive, {
      constants,
      version: 6,
      ip6Payload: { intoX: [loadXMemory(register)], constant },
    }),
  ]);
}

const OPERAND_WORDS = 60;

/** An expression as text, cut where it gets long. */
function arithmeticWords(root: Arithmetic): string {
  let text = '';
  const work: (Arithmetic | string)[] = [root];
  for (let item = work.pop(); item !== undefined; item = work.pop()) {
    if (text.length > OPERAND_WORDS) return `${text}...`;
    if (typeof item === 'string') text += item;
    else if (item.kind === 'number') text += item.value > 9 ? `0x${item.value.toString(16)}` : String(item.value);
    else if (item.kind === 'length') text += 'length';
    else if (item.kind === 'negate') work.push(item.operand, '-');
    else if (item.kind === 'load') {
      work.push(item.size === 1 ? ']' : `:${item.size}]`, item.offset, `${item.protocol}[`);
    } else {
      const nested = (operand: Arithmetic): (Arithmetic | string)[] =>
        operand.kind === 'binary' ? [')', operand, '('] : [operand];
      work.push(...nested(item.right), ` ${item.operator} `, ...nested(item.left));
    }
  }
  return text;
}
