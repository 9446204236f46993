// `tcp[13] & 2 != 0`: comparisons of arithmetic expressions, and the protocols that their loads take for granted.
//
// A load is done only in packets of its protocol. libpcap drops that check for loads to the right of an arithmetic
// operator (`10 + tcp[0]` reads the byte in UDP as well); filters must mean the same here, so a warning is all there is.

import type { Arithmetic, ProtocolName, RelationalOperator, RelationPrimitive } from '../ast.js';
import type { Condition } from '../condition.js';
import { type ArithmeticContext, Constants, evaluate, loadBase } from './arithmetic.js';
import { all, any, constant, loadXMemory, not, store, test, testX } from './build.js';
import { type FactSet, intersection, NO_FACTS, protocolFact, union } from './facts.js';
import { ip6Upper } from './ip6-extensions.js';
import { linkProtocol } from './link-layer.js';
import { JUMPS } from './load.js';
import { LazyOrigin } from './origin.js';
import { ETHERTYPE, ETHERTYPE_OF, hex, IP_PROTOCOL_OF } from './protocols.js';
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
  const loads = [...left.all, ...right.all];
  if (loads.some(load => isReadElsewhere(state, load))) {
    return { condition: overEachVersion(state, primitive, loads), whenTrue: NO_FACTS };
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

/** The comparison alone. `1 = 1` stays a test: libpcap does not take it for a constant, so what stands beside it is still loaded. */
function comparison(
  state: State,
  { left, right, operator, span }: RelationPrimitive,
  context: ArithmeticContext,
): Condition {
  const { constants } = context;
  const origin = new LazyOrigin(span, () => `${arithmeticWords(left)} ${operator} ${arithmeticWords(right)}`);
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

/** A load that an opt-in finds where libpcap does not look: TCP over IPv6, ICMPv6 behind extension headers. */
function isReadElsewhere({ options }: State, { protocol }: Load): boolean {
  const over = IP_PROTOCOL_OF[protocol]?.over;
  return (over === 'both' && options.transportOverIp6 === true) || (over === 'ip6' && options.ip6Extensions === true);
}

/** The relation over IPv4, or the same over IPv6: whichever its protocols can be in. All of them are checked. */
function overEachVersion(state: State, primitive: RelationPrimitive, loads: readonly Load[]): Condition {
  const constants = constantsOf(primitive);
  const protocols = [...new Set(loads.filter(needsCheck).map(load => load.protocol))];
  const canBeIn = (version: 'ip' | 'ip6'): boolean =>
    protocols.every(protocol => {
      const over = IP_PROTOCOL_OF[protocol]?.over ?? protocol;
      return over === version || (over === 'both' && (version === 'ip' || state.options.transportOverIp6 === true));
    });
  const terms: Condition[] = [];
  if (canBeIn('ip')) {
    terms.push(
      all([
        ...protocols.map(protocol => protocolCheck(state, protocol)),
        comparison(state, primitive, { constants, version: 4 }),
      ]),
    );
  }
  if (canBeIn('ip6')) terms.push(relationOverIp6(state, primitive, constants, protocols));
  return terms.length > 0 ? any(terms) : constant(false, state.origin('no packet has all of these protocols'));
}

function relationOverIp6(
  state: State,
  primitive: RelationPrimitive,
  constants: Constants,
  protocols: readonly ProtocolName[],
): Condition {
  const numbers = protocols.flatMap(protocol => IP_PROTOCOL_OF[protocol]?.number ?? []);
  const others = protocols
    .filter(protocol => !IP_PROTOCOL_OF[protocol] && protocol !== 'ip6')
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
  const { register, constant: behind } = upper.offset;
  return all([
    version,
    ...others,
    upper.walk,
    ...numbers.map(number => upper.protocolIs(number)),
    upper.firstFragment(),
    comparison(state, primitive, {
      constants,
      version: 6,
      ip6Payload: { intoX: [loadXMemory(register)], constant: behind },
    }),
  ]);
}

const OPERAND_WORDS = 60;

const BITWISE: ReadonlySet<string> = new Set(['&', '|', '^']);

/** An expression as text, cut where it gets long; the operands of bitwise operators in hexadecimal. */
function arithmeticWords(root: Arithmetic): string {
  let text = '';
  const work: (Arithmetic | string)[] = [root];
  for (let item = work.pop(); item !== undefined; item = work.pop()) {
    if (text.length > OPERAND_WORDS) return `${text}...`;
    if (typeof item === 'string') text += item;
    else if (item.kind === 'number') text += item.value;
    else if (item.kind === 'length') text += 'length';
    else if (item.kind === 'negate') work.push(item.operand, '-');
    else if (item.kind === 'load') {
      work.push(item.size === 1 ? ']' : `:${item.size}]`, item.offset, `${item.protocol}[`);
    } else {
      const { operator } = item;
      const nested = (operand: Arithmetic): (Arithmetic | string)[] => {
        if (operand.kind === 'binary') return [')', operand, '('];
        return operand.kind === 'number' && BITWISE.has(operator) ? [hex(operand.value, 2)] : [operand];
      };
      work.push(...nested(item.right), ` ${operator} `, ...nested(item.left));
    }
  }
  return text;
}
