// Reads an expression into its syntax tree.
//
// The language is what bison makes of libpcap 1.11's grammar.y: an LALR(1) grammar with shift/reduce conflicts that are
// all settled by shifting. It is read here by recursive descent; three of its traits shape the code:
//
// - A `(` may open a number, an arithmetic expression, a list of ids or an expression. What it was is known at its `)`, so
//   every operand is a `Unit` that says which of the four it is.
// - An id without qualifiers takes those in force: of the primitive before it, or of the group's surroundings after a `)`.
//   `qualifiers` undefined means that there are none to take (after `tcp`, `vlan`, a comparison...).
// - `%` and `^` have no precedence: they always bind what follows, whatever it is. `1 % 2 + 3` is `1 % (2 + 3)`.

import { type Diagnostic, joinSpans, SkepError, type Span } from '../diagnostics/index.js';
import type {
  AddressType,
  Arithmetic,
  ArithmeticOperator,
  Direction,
  Expression,
  Id,
  IdPrimitive,
  Primitive,
  ProtocolName,
  Qualifiers,
  RelationalOperator,
  SignallingPrimitive,
} from './ast.js';
import { checkId } from './id-checks.js';
import type { AtmWord, DirectionWord, EncapsulationWord, SignallingWord, TokenKind } from './keywords.js';
import { type Token, tokenize } from './lexer.js';
import { PF_ACTIONS, PF_REASONS } from './pf-names.js';
import * as trouble from './syntax-errors.js';
import {
  WLAN_DIRECTION_MASK,
  WLAN_DIRECTIONS,
  WLAN_SUBTYPE_MASK,
  WLAN_SUBTYPES,
  WLAN_TYPE_MASK,
  WLAN_TYPES,
} from './wlan-names.js';

/** Parentheses, `not`s and unary minuses inside one another. */
export const MAX_NESTING = 1000;
/** Operators in one comparison. */
export const MAX_ARITHMETIC_OPERATORS = 1000;

/** An operand: what a `(` opened, or a term, is one of these. */
type Unit =
  /** A number, perhaps in parentheses: an id or arithmetic, as what follows decides. */
  | { readonly is: 'number'; readonly value: number; readonly span: Span }
  | { readonly is: 'arithmetic'; readonly node: Arithmetic; readonly span: Span }
  /** Ids joined by `and`, `or`, `not`. `list`: they stand in parentheses. */
  | {
      readonly is: 'ids';
      readonly node: Expression;
      readonly span: Span;
      readonly qualifiers: Qualifiers;
      readonly list: boolean;
    }
  | {
      readonly is: 'term';
      readonly node: Expression;
      readonly span: Span;
      readonly qualifiers: Qualifiers | undefined;
    };

const PRECEDENCE: Partial<Record<TokenKind, number>> = {
  '|': 1,
  '&': 2,
  '<<': 3,
  '>>': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
};
const UNARY_PRECEDENCE = 6;

const RELATIONAL: ReadonlySet<TokenKind> = new Set<TokenKind>(['>', '>=', '=', '<=', '<', '!=']);

/**
 * Parses a filter expression.
 * @returns undefined for an expression without a word, which accepts every packet
 * @throws SkepError with one diagnostic (SKEP10xx), spans being offsets into `text`
 */
export function parseFilter(text: string): Expression | undefined {
  return new Parser(text).parse();
}

class Parser {
  private readonly text: string;
  private readonly tokens: readonly Token[];
  private position = 0;
  private nesting = 0;
  private operators = 0;

  constructor(text: string) {
    this.text = text;
    this.tokens = tokenize(text);
  }

  parse(): Expression | undefined {
    if (this.peek().kind === 'end') return undefined;
    const unit = this.parseExpression(false, undefined);
    const node = this.asTerm(unit, false, undefined).node;
    if (this.peek().kind !== 'end') this.failLeftover();
    return node;
  }

  // --- tokens

  private peek(ahead = 0): Token {
    return this.tokens[Math.min(this.position + ahead, this.tokens.length - 1)]!;
  }

  private next(): Token {
    const token = this.peek();
    if (token.kind === 'error') throw new SkepError(token.diagnostic!);
    if (token.kind !== 'end') this.position++;
    return token;
  }

  private at(kind: TokenKind): boolean {
    return this.tokens[this.position]!.kind === kind;
  }

  private fail(diagnostic: Omit<Diagnostic, 'severity'>): never {
    // A token that cannot be read is the cause of whatever the parser thinks of it.
    const token = this.peek();
    if (token.kind === 'error') throw new SkepError(token.diagnostic!);
    throw new SkepError({ severity: 'error', ...diagnostic });
  }

  private context(): trouble.Context {
    return { text: this.text, tokens: this.tokens, position: this.position };
  }

  private enter(at: Span): void {
    if (++this.nesting > MAX_NESTING) {
      this.fail({
        code: 'SKEP1050',
        message: `parentheses, \`not\` and \`-\` are nested more than ${MAX_NESTING} deep`,
        span: at,
      });
    }
  }

  private leave(): void {
    this.nesting--;
  }

  // --- logic

  /** The whole text, or what a parenthesis holds. `idsAllowed`: an id may begin it, taking `qualifiers`. */
  private parseExpression(idsAllowed: boolean, qualifiers: Qualifiers | undefined): Unit {
    let first = this.parseUnit(idsAllowed, qualifiers);
    if (first.is === 'number' && idsAllowed && (this.at('and') || this.at('or'))) {
      first = this.numberAsId(first, qualifiers);
    }
    if (first.is === 'ids') return this.parseIdListRest(first);
    if (first.is !== 'term') return first;

    let node = first.node;
    let inForce = first.qualifiers;
    while (this.at('and') || this.at('or')) {
      const operator = this.next();
      this.checkOperand(operator);
      const right = this.asTerm(this.parseUnit(true, inForce), true, inForce);
      node = {
        kind: operator.kind as 'and' | 'or',
        left: node,
        right: right.node,
        span: joinSpans(node.span, right.span),
      };
      inForce = right.qualifiers;
    }
    return { is: 'term', node, span: node.span, qualifiers: inForce };
  }

  /** A unit that must be a test by now: ids and terms are, a number is where an id may stand. */
  private asTerm(
    unit: Unit,
    idsAllowed: boolean,
    qualifiers: Qualifiers | undefined,
  ): { node: Expression; span: Span; qualifiers: Qualifiers | undefined } {
    if (unit.is === 'number' && idsAllowed) return this.numberAsId(unit, qualifiers);
    if (unit.is === 'ids' || unit.is === 'term') return unit;
    if (unit.is === 'number') this.fail(trouble.bareId(this.context(), unit.span));
    this.fail(trouble.missingComparison(this.context(), unit.span));
  }

  /** One operand of `and`, `or`, `not`: a term, an id, or arithmetic that its parenthesis closes without a comparison. */
  private parseUnit(idsAllowed: boolean, qualifiers: Qualifiers | undefined): Unit {
    if (this.at('not')) {
      const mark = this.next();
      this.enter(mark);
      this.checkOperand(mark);
      const operand = this.asUnitOfNot(this.parseUnit(idsAllowed, qualifiers), idsAllowed, qualifiers);
      this.leave();
      const span = joinSpans(mark, operand.span);
      return {
        ...operand,
        node: { kind: 'not', operand: operand.node, span },
        span,
        ...(operand.is === 'ids' ? { list: false } : {}),
      };
    }
    const operand = this.parseOperand(idsAllowed, qualifiers);
    if (operand.is !== 'number' && operand.is !== 'arithmetic') return operand;
    return this.parseRelationRest(operand);
  }

  private asUnitOfNot(
    unit: Unit,
    idsAllowed: boolean,
    qualifiers: Qualifiers | undefined,
  ): Extract<Unit, { is: 'ids' | 'term' }> {
    if (unit.is === 'ids' || unit.is === 'term') return unit;
    if (unit.is === 'number' && idsAllowed) return this.numberAsId(unit, qualifiers);
    this.asTerm(unit, false, qualifiers);
    throw new Error('unreachable');
  }

  private parseOperand(idsAllowed: boolean, qualifiers: Qualifiers | undefined): Unit {
    const token = this.peek();
    switch (token.kind) {
      case '(':
        return this.parseGroup(idsAllowed, qualifiers);
      case 'number':
        this.operators = 0;
        this.next();
        return { is: 'number', value: token.value, span: token };
      case 'len':
      case '-': {
        this.operators = 0;
        const node = this.parseArithmeticOperand();
        return { is: 'arithmetic', node, span: node.span };
      }
      case 'name':
      case 'ipv4':
      case 'ipv6':
      case 'mac':
      case 'arcnet':
        if (!idsAllowed) this.fail(trouble.bareId(this.context(), token));
        return this.parseId(qualifiers);
      case 'protocol':
        if (this.peek(1).kind === '[') {
          this.operators = 0;
          const node = this.parseLoad();
          return { is: 'arithmetic', node, span: node.span };
        }
        return this.parseTerm();
      default:
        return this.parseTerm();
    }
  }

  private parseGroup(idsAllowed: boolean, qualifiers: Qualifiers | undefined): Unit {
    const open = this.next();
    this.enter(open);
    if (this.at(')')) this.fail(trouble.emptyParentheses(open, this.peek()));
    this.checkOperand(open);
    const inner = this.parseExpression(idsAllowed, qualifiers);
    const span = { start: open.start, end: this.close(open, inner).end };
    this.leave();
    switch (inner.is) {
      case 'number':
        return { ...inner, span };
      case 'arithmetic':
        return { ...inner, node: { ...inner.node, span }, span };
      case 'ids':
        return { ...inner, node: { ...inner.node, span }, span, list: true };
      case 'term':
        // After the parenthesis, the qualifiers from before it are in force again.
        return { is: 'term', node: { ...inner.node, span }, span, qualifiers };
    }
  }

  private close(open: Token, inner?: Unit): Token {
    if (this.at(')')) return this.next();
    if (inner && (inner.is === 'number' || inner.is === 'arithmetic') && !this.at('end'))
      this.asTerm(inner, false, undefined);
    this.fail(trouble.unclosedParenthesis(this.context(), open));
  }

  /** After `and`, `or`, `not` and `(`, something must follow: a better message than "unexpected end". */
  private checkOperand(mark: Token): void {
    const token = this.peek();
    if (token.kind === 'end' || token.kind === ')' || token.kind === 'and' || token.kind === 'or') {
      this.fail(trouble.missingOperand(this.context(), mark));
    }
  }

  private failLeftover(): never {
    this.fail(trouble.leftover(this.context()));
  }

  // --- ids

  /** Ids after qualifiers, or after `and`, `or`, `not` in a list of them. */
  private parseIdUnit(qualifiers: Qualifiers): Extract<Unit, { is: 'ids' }> {
    const token = this.peek();
    switch (token.kind) {
      case 'not': {
        this.next();
        this.enter(token);
        const operand = this.parseIdUnit(qualifiers);
        this.leave();
        const span = joinSpans(token, operand.span);
        return { is: 'ids', node: { kind: 'not', operand: operand.node, span }, span, qualifiers, list: false };
      }
      case '(': {
        this.next();
        this.enter(token);
        if (this.at(')')) this.fail(trouble.emptyParentheses(token, this.peek()));
        // A number may stand in any number of parentheses; any other id or list may not begin a list.
        const first = this.parseIdUnit(qualifiers);
        const list = this.parseIdListRest(first);
        const span = { start: token.start, end: this.close(token).end };
        this.leave();
        const loneNumber = list.node.kind === 'id' && list.node.id.type === 'number';
        return { ...list, node: { ...list.node, span }, span, list: !loneNumber };
      }
      case 'number':
        this.next();
        return this.numberAsId({ is: 'number', value: token.value, span: token }, qualifiers);
      default:
        return this.parseId(qualifiers);
    }
  }

  private parseIdListRest(first: Extract<Unit, { is: 'ids' }>): Extract<Unit, { is: 'ids' }> {
    // bison's grammar has no list that begins with a list in parentheses.
    if (first.list) this.fail(trouble.listBeginsWithList(first.span));
    let node = first.node;
    while (this.at('and') || this.at('or')) {
      const operator = this.next();
      this.checkOperand(operator);
      const right = this.parseIdUnit(first.qualifiers);
      node = {
        kind: operator.kind as 'and' | 'or',
        left: node,
        right: right.node,
        span: joinSpans(node.span, right.span),
      };
    }
    return { ...first, node, span: node.span, list: false };
  }

  private numberAsId(
    unit: Extract<Unit, { is: 'number' }>,
    qualifiers: Qualifiers | undefined,
  ): Extract<Unit, { is: 'ids' }> {
    return this.idPrimitive({ type: 'number', value: unit.value }, unit.span, qualifiers);
  }

  private parseId(qualifiers: Qualifiers | undefined): Extract<Unit, { is: 'ids' }> {
    const token = this.peek();
    switch (token.kind) {
      case 'name':
        this.next();
        return this.idPrimitive({ type: 'name', text: token.word }, token, qualifiers);
      case 'mac':
        this.next();
        return this.idPrimitive({ type: 'mac', bytes: token.bytes as Uint8Array }, token, qualifiers);
      case 'arcnet':
        this.next();
        return this.idPrimitive({ type: 'arcnet', value: token.value }, token, qualifiers);
      case 'ipv4': {
        this.next();
        const octets = token.bytes as readonly number[];
        if (this.at('/')) {
          this.next();
          const length = this.expectNumber('prefix length');
          return this.idPrimitive(
            { type: 'ipv4', octets, prefixLength: length.value },
            joinSpans(token, length),
            qualifiers,
          );
        }
        if (this.at('mask')) {
          this.next();
          if (!this.at('ipv4')) this.fail(trouble.expected(this.context(), 'an IPv4 mask such as 255.255.255.0'));
          const mask = this.next();
          return this.idPrimitive(
            { type: 'ipv4', octets, mask: mask.bytes as readonly number[] },
            joinSpans(token, mask),
            qualifiers,
          );
        }
        return this.idPrimitive({ type: 'ipv4', octets }, token, qualifiers);
      }
      case 'ipv6': {
        this.next();
        const bytes = token.bytes as Uint8Array;
        if (this.at('/')) {
          this.next();
          const length = this.expectNumber('prefix length');
          return this.idPrimitive(
            { type: 'ipv6', bytes, prefixLength: length.value },
            joinSpans(token, length),
            qualifiers,
          );
        }
        return this.idPrimitive({ type: 'ipv6', bytes }, token, qualifiers);
      }
      default:
        this.fail(trouble.missingId(this.context(), qualifiers));
    }
  }

  private idPrimitive(id: Id, span: Span, qualifiers: Qualifiers | undefined): Extract<Unit, { is: 'ids' }> {
    const place = { start: span.start, end: span.end };
    if (!qualifiers) this.fail(trouble.nothingToInherit(this.context(), place));
    const wrong = checkId(id, place, qualifiers, this.text);
    if (wrong) this.fail(wrong);
    const node: IdPrimitive = { kind: 'id', qualifiers, id, idSpan: place, span: place };
    return { is: 'ids', node, span: place, qualifiers, list: false };
  }

  // --- primitives

  private parseTerm(): Unit {
    const token = this.peek();
    switch (token.kind) {
      case 'protocol': {
        this.next();
        const protocol = token.word as ProtocolName;
        switch (this.peek().kind) {
          case 'direction':
          case 'type':
          case 'proto':
          case 'gateway':
            return this.parseQualified(token, protocol);
          case 'cast':
            return this.parseCast(token, protocol);
          case 'wlan type':
          case 'wlan subtype':
          case 'wlan dir':
            return this.parseWlan(token);
          default:
            return term({ kind: 'protocol', protocol, span: spanOf(token) });
        }
      }
      case 'direction':
      case 'type':
      case 'proto':
      case 'gateway':
        return this.parseQualified(token, undefined);
      case 'cast':
        return this.parseCast(token, undefined);
      case 'wlan type':
      case 'wlan subtype':
      case 'wlan dir':
        return this.parseWlan(token);
      case 'length bound': {
        this.next();
        const value = this.expectNumber('length');
        return term({ kind: token.word as 'less' | 'greater', value: value.value, span: joinSpans(token, value) });
      }
      case 'byte':
        return this.parseByte(token);
      case 'way':
        this.next();
        return term({ kind: token.word as 'inbound' | 'outbound', span: spanOf(token) });
      case 'ifindex': {
        this.next();
        const value = this.expectNumber('interface index');
        return term({ kind: 'ifindex', value: value.value, span: joinSpans(token, value) });
      }
      case 'pppoed':
        this.next();
        return term({ kind: 'pppoed', span: spanOf(token) });
      case 'encapsulation': {
        this.next();
        const kind = token.word as EncapsulationWord;
        if (!this.at('number') && !this.at('(')) return term({ kind, span: spanOf(token) });
        const number = this.parseNumberInParentheses();
        return term({ kind, value: number.value, span: joinSpans(token, number.span) });
      }
      case 'llc':
        return this.parseLlc(token);
      case 'atm':
        this.next();
        return term({ kind: 'atm', type: token.word as AtmWord, span: spanOf(token) });
      case 'mtp2':
        this.next();
        return term({ kind: 'mtp2', type: token.word as SignallingWord, span: spanOf(token) });
      case 'atm field':
      case 'mtp3 field':
        return this.parseFieldValues(token);
      case 'pf name': {
        this.next();
        if (!this.at('name'))
          this.fail(
            trouble.expectedName(this.context(), token.word === 'ifname' ? 'an interface name' : 'a ruleset name'),
          );
        const name = this.next();
        return term({
          kind: 'pflog',
          field: token.word as 'ifname' | 'ruleset',
          value: name.word,
          span: joinSpans(token, name),
        });
      }
      case 'pf number': {
        this.next();
        const value = this.expectNumber('rule number');
        return term({
          kind: 'pflog',
          field: token.word as 'rulenum' | 'subrulenum',
          value: value.value,
          span: joinSpans(token, value),
        });
      }
      case 'pf reason': {
        this.next();
        const value = this.at('number') ? this.next() : this.expectTableName('PF reason', PF_REASONS);
        return term({
          kind: 'pflog',
          field: 'reason',
          value: value.kind === 'number' ? value.value : value.word.toLowerCase(),
          span: joinSpans(token, value),
        });
      }
      case 'pf action': {
        this.next();
        const value = this.expectTableName('PF action', PF_ACTIONS);
        return term({ kind: 'pflog', field: 'action', value: value.word.toLowerCase(), span: joinSpans(token, value) });
      }
      default:
        this.fail(trouble.noPrimitive(this.context()));
    }
  }

  /** Qualifiers and the ids they are for. */
  private parseQualified(first: Token, protocol: ProtocolName | undefined): Unit {
    let direction: Direction | undefined;
    let type: AddressType | undefined;
    if (this.at('direction')) {
      const word = this.next().word as DirectionWord;
      direction = word;
      if (word === 'src' || word === 'dst') {
        const join = this.peek().kind;
        if (join === 'and' || join === 'or') {
          const other = this.peek(1);
          if (other.kind !== 'direction' || other.word !== (word === 'src' ? 'dst' : 'src')) {
            this.fail(trouble.halfDirection(this.context(), word, join));
          }
          this.next();
          this.next();
          direction = join === 'or' ? 'src or dst' : 'src and dst';
        }
      }
      if (this.at('type')) type = this.next().word as AddressType;
      else if (this.at('proto') || this.at('gateway'))
        this.fail(trouble.directionNotAllowed(this.context(), direction));
    } else {
      type = this.next().word as AddressType;
    }
    if (this.at('direction') || this.at('type') || this.at('protocol') || this.at('proto') || this.at('gateway')) {
      this.fail(trouble.qualifierOutOfOrder(this.context(), first));
    }
    const qualifiers: { protocol?: ProtocolName; direction?: Direction; type?: AddressType } = {};
    if (protocol) qualifiers.protocol = protocol;
    if (direction) qualifiers.direction = direction;
    if (type) qualifiers.type = type;
    const ids = this.parseIdUnit(qualifiers);
    const span = joinSpans(first, ids.span);
    return { is: 'term', node: { ...ids.node, span }, span, qualifiers };
  }

  private parseCast(first: Token, protocol: ProtocolName | undefined): Unit {
    const token = this.next();
    const kind = token.word as 'broadcast' | 'multicast';
    const span = joinSpans(first, token);
    return term(protocol ? { kind, protocol, span } : { kind, span });
  }

  private parseByte(token: Token): Unit {
    this.next();
    const offset = this.expectNumber('byte offset');
    const operator = this.peek();
    if (
      operator.kind !== '&' &&
      operator.kind !== '|' &&
      operator.kind !== '<' &&
      operator.kind !== '>' &&
      operator.kind !== '='
    ) {
      this.fail(trouble.expected(this.context(), 'one of `=`, `<`, `>`, `&`, `|`'));
    }
    this.next();
    const value = this.expectNumber('value');
    return term({
      kind: 'byte',
      offset: offset.value,
      operator: operator.kind,
      value: value.value,
      span: joinSpans(token, value),
    });
  }

  private parseLlc(token: Token): Unit {
    this.next();
    const name = this.peek();
    if (name.kind === 'pf number' && name.word === 'rulenum') {
      // `rnr` is PF's keyword too.
      this.next();
      return term({ kind: 'llc', type: 'rnr', span: joinSpans(token, name) });
    }
    if (name.kind !== 'name') return term({ kind: 'llc', span: spanOf(token) });
    const type = LLC_TYPES.find(known => known === name.word.toLowerCase());
    if (!type) this.fail(trouble.unknownWord('SKEP1041', 'LLC type', name, LLC_TYPES));
    this.next();
    return term({ kind: 'llc', type, span: joinSpans(token, name) });
  }

  /** `vpi 3`, `vci > 5`, `opc (1 or 2)`. */
  private parseFieldValues(token: Token): Unit {
    this.next();
    const make = (operator: RelationalOperator, value: Token, span: Span): Primitive =>
      token.kind === 'atm field'
        ? { kind: 'atm-field', field: token.word as 'vpi' | 'vci', operator, value: value.value, span }
        : { kind: 'mtp3-field', field: token.word as Mtp3Field, operator, value: value.value, span };
    const what = `value of \`${token.word}\``;
    if (RELATIONAL.has(this.peek().kind)) {
      const operator = this.next().kind as RelationalOperator;
      const value = this.expectNumber(what);
      return term(make(operator, value, joinSpans(token, value)));
    }
    if (this.at('(')) {
      const open = this.next();
      const first = this.expectNumber(what);
      let node: Expression = make('=', first, spanOf(first));
      while (this.at('or')) {
        this.next();
        const value = this.expectNumber(what);
        const right = make('=', value, spanOf(value));
        node = { kind: 'or', left: node, right, span: joinSpans(node.span, right.span) };
      }
      if (!this.at(')') && !this.at('end')) this.fail(trouble.expected(this.context(), '`or` or `)`'));
      const span = joinSpans(token, this.close(open));
      return { is: 'term', node: { ...node, span }, span, qualifiers: undefined };
    }
    const value = this.expectNumber(what);
    return term(make('=', value, joinSpans(token, value)));
  }

  private parseWlan(first: Token): Unit {
    const token = this.next();
    if (token.kind === 'wlan dir') {
      const value = this.parseWlanValue('802.11 direction', WLAN_DIRECTIONS, WLAN_DIRECTION_MASK);
      return term({ kind: 'wlan-dir', value: value.value, span: joinSpans(first, value.token) });
    }
    if (token.kind === 'wlan subtype') {
      // Without a type the subtype is a name, the first table that has it decides.
      if (!this.at('name')) this.fail(trouble.expectedName(this.context(), 'the name of an 802.11 subtype'));
      const name = this.peek();
      for (const [type, subtypes] of WLAN_SUBTYPES) {
        const subtype = subtypes.get(name.word.toLowerCase());
        if (subtype !== undefined) {
          this.next();
          return term({
            kind: 'wlan-type',
            value: type | subtype,
            mask: WLAN_TYPE_MASK | WLAN_SUBTYPE_MASK,
            span: joinSpans(first, name),
          });
        }
      }
      this.fail(
        trouble.unknownWord(
          'SKEP1040',
          '802.11 subtype',
          name,
          [...WLAN_SUBTYPES.values()].flatMap(names => [...names.keys()]),
        ),
      );
    }
    const type = this.parseWlanValue('802.11 type', WLAN_TYPES, WLAN_TYPE_MASK);
    if (!this.at('wlan subtype')) {
      return term({ kind: 'wlan-type', value: type.value, mask: WLAN_TYPE_MASK, span: joinSpans(first, type.token) });
    }
    this.next();
    const names = WLAN_SUBTYPES.get(type.value);
    if (!names && this.at('name')) {
      this.fail({
        code: 'SKEP1040',
        message: `the 802.11 type ${type.value} has no subtypes with names`,
        span: spanOf(this.peek()),
        notes: ['types with names are mgt (0), ctl (4) and data (8)'],
      });
    }
    const subtype = this.parseWlanValue(
      `802.11 subtype of type ${type.token.word}`,
      names ?? new Map(),
      WLAN_SUBTYPE_MASK,
    );
    return term({
      kind: 'wlan-type',
      value: type.value | subtype.value,
      mask: WLAN_TYPE_MASK | WLAN_SUBTYPE_MASK,
      span: joinSpans(first, subtype.token),
    });
  }

  private parseWlanValue(
    what: string,
    names: ReadonlyMap<string, number>,
    mask: number,
  ): { value: number; token: Token } {
    const token = this.peek();
    if (token.kind === 'number') {
      if ((token.value & ~mask) !== 0) {
        this.fail({
          code: 'SKEP1040',
          message: `${token.word} is not an ${what}`,
          span: spanOf(token),
          notes: [`its bits are those of 0x${mask.toString(16).padStart(2, '0')}`],
        });
      }
      return { value: token.value, token: this.next() };
    }
    if (token.kind !== 'name') this.fail(trouble.expectedName(this.context(), `the name or number of an ${what}`));
    const value = names.get(token.word.toLowerCase());
    if (value === undefined) this.fail(trouble.unknownWord('SKEP1040', what, token, [...names.keys()]));
    return { value, token: this.next() };
  }

  private expectTableName(what: string, names: ReadonlyMap<string, number>): Token {
    const token = this.peek();
    if (token.kind !== 'name') this.fail(trouble.expectedName(this.context(), `a ${what}`));
    if (!names.has(token.word.toLowerCase()))
      this.fail(trouble.unknownWord('SKEP1042', what, token, [...names.keys()]));
    return this.next();
  }

  private expectNumber(what: string): Token {
    if (!this.at('number')) this.fail(trouble.expectedNumber(this.context(), what));
    return this.next();
  }

  private parseNumberInParentheses(): { value: number; span: Span } {
    const opens: Token[] = [];
    while (this.at('(')) {
      const open = this.next();
      this.enter(open);
      opens.push(open);
    }
    const token = this.expectNumber('number');
    let span: Span = token;
    for (let open = opens.pop(); open; open = opens.pop()) {
      span = { start: open.start, end: this.close(open).end };
      this.leave();
    }
    return { value: token.value, span };
  }

  // --- arithmetic

  /** What follows a number or arithmetic: more of it, and a comparison. */
  private parseRelationRest(operand: Extract<Unit, { is: 'number' | 'arithmetic' }>): Unit {
    const kind = this.peek().kind;
    if (operand.is === 'number' && !isArithmeticOperator(kind) && !RELATIONAL.has(kind)) return operand;
    const left = this.parseArithmeticRest(
      operand.is === 'number' ? { kind: 'number', value: operand.value, span: spanOf(operand.span) } : operand.node,
      0,
    );
    if (!RELATIONAL.has(this.peek().kind)) return { is: 'arithmetic', node: left, span: left.span };
    const operator = this.next();
    const slip = trouble.misspeltOperator(this.context());
    if (slip) this.fail(slip);
    const right = this.parseArithmetic(0);
    if (RELATIONAL.has(this.peek().kind)) this.fail(trouble.chainedComparison(this.context()));
    return term({
      kind: 'relation',
      operator: operator.kind as RelationalOperator,
      left,
      right,
      span: joinSpans(left.span, right.span),
    });
  }

  private parseArithmetic(above: number): Arithmetic {
    return this.parseArithmeticRest(this.parseArithmeticOperand(), above);
  }

  /** Operators that bind closer than `above`, to the left; `%` and `^` always. */
  private parseArithmeticRest(first: Arithmetic, above: number): Arithmetic {
    let left = first;
    for (;;) {
      const token = this.peek();
      const always = token.kind === '%' || token.kind === '^';
      const precedence = PRECEDENCE[token.kind];
      if (!always && (precedence === undefined || precedence <= above)) return left;
      this.next();
      if (++this.operators > MAX_ARITHMETIC_OPERATORS) {
        this.fail({
          code: 'SKEP1050',
          message: `more than ${MAX_ARITHMETIC_OPERATORS} operators in one comparison`,
          span: spanOf(token),
        });
      }
      const right = this.parseArithmetic(always ? 0 : precedence!);
      left = {
        kind: 'binary',
        operator: token.kind as ArithmeticOperator,
        left,
        right,
        span: joinSpans(left.span, right.span),
      };
    }
  }

  private parseArithmeticOperand(): Arithmetic {
    const token = this.peek();
    switch (token.kind) {
      case 'number':
        this.next();
        return { kind: 'number', value: token.value, span: spanOf(token) };
      case 'len':
        this.next();
        return { kind: 'length', span: spanOf(token) };
      case '-': {
        this.next();
        this.enter(token);
        const operand = this.parseArithmetic(UNARY_PRECEDENCE);
        this.leave();
        return { kind: 'negate', operand, span: joinSpans(token, operand.span) };
      }
      case '(': {
        this.next();
        this.enter(token);
        const inner = this.parseArithmetic(0);
        const span = { start: token.start, end: this.close(token).end };
        this.leave();
        return { ...inner, span };
      }
      case 'protocol':
        if (this.peek(1).kind === '[') return this.parseLoad();
    }
    this.fail(trouble.noArithmetic(this.context()));
  }

  /** `proto[offset:size]`. */
  private parseLoad(): Arithmetic {
    const token = this.next();
    const open = this.next();
    if (this.at(']')) this.fail(trouble.expected(this.context(), `an offset into the ${token.word} header`));
    this.enter(open);
    const offset = this.parseArithmetic(0);
    this.leave();
    let size = 1;
    if (this.at(':')) {
      this.next();
      const number = this.expectNumber('size');
      size = number.value;
      if (size !== 1 && size !== 2 && size !== 4) {
        this.position--;
        this.fail({
          code: 'SKEP1022',
          message: `a field of ${number.word} bytes cannot be loaded`,
          span: spanOf(number),
          notes: [
            'the size is 1, 2 or 4 bytes',
            ...(size === 3 ? [`three bytes are \`${token.word}[...:4] >> 8\``] : []),
          ],
        });
      }
    }
    if (!this.at(']')) this.fail(trouble.unclosedBracket(this.context(), open));
    const span = { start: token.start, end: this.next().end };
    return { kind: 'load', protocol: token.word as ProtocolName, offset, size, span };
  }
}

type Mtp3Field = Extract<SignallingPrimitive, { kind: 'mtp3-field' }>['field'];

const LLC_TYPES = [
  'i',
  's',
  'u',
  'rr',
  'rnr',
  'rej',
  'ui',
  'ua',
  'disc',
  'dm',
  'sabme',
  'test',
  'xid',
  'frmr',
] as const;

function isArithmeticOperator(kind: TokenKind): boolean {
  return PRECEDENCE[kind] !== undefined || kind === '%' || kind === '^';
}

function spanOf(span: Span): Span {
  return { start: span.start, end: span.end };
}

function term(node: Primitive): Extract<Unit, { is: 'term' }> {
  return { is: 'term', node, span: node.span, qualifiers: undefined };
}
