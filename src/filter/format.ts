// The text of a syntax tree: what parses back to the same tree, every qualifier written out.

import type { Arithmetic, Expression, Id, Primitive, Qualifiers } from './ast.js';
import { formatIpv6 } from './id-checks.js';
import { tokenize } from './lexer.js';

/** The expression in full: inherited qualifiers repeated, parentheses only where the grouping needs them. */
export function formatExpression(expression: Expression): string {
  // Long chains lean to the left: walk down that side, print on the way back.
  const rights: string[] = [];
  let node = expression;
  while (node.kind === 'and' || node.kind === 'or') {
    rights.push(` ${node.kind} ${formatOperand(node.right)}`);
    node = node.left;
  }
  const first = node.kind === 'not' ? `not ${formatOperand(node.operand)}` : formatPrimitive(node as Primitive);
  return first + rights.reverse().join('');
}

function formatOperand(node: Expression): string {
  const text = formatExpression(node);
  return node.kind === 'and' || node.kind === 'or' ? `(${text})` : text;
}

function formatPrimitive(node: Primitive): string {
  switch (node.kind) {
    case 'id':
      return [...qualifierWords(node.qualifiers), formatId(node.id)].join(' ');
    case 'protocol':
      return node.protocol;
    case 'relation':
      return `${formatArithmetic(node.left)} ${node.operator} ${formatArithmetic(node.right)}`;
    case 'broadcast':
    case 'multicast':
      return node.protocol ? `${node.protocol} ${node.kind}` : node.kind;
    case 'less':
    case 'greater':
    case 'ifindex':
      return `${node.kind} ${node.value}`;
    case 'byte':
      return `byte ${node.offset} ${node.operator} ${node.value}`;
    case 'inbound':
    case 'outbound':
      return node.kind;
    case 'vlan':
    case 'mpls':
    case 'pppoed':
    case 'pppoes':
    case 'geneve':
    case 'vxlan':
      return node.value === undefined ? node.kind : `${node.kind} ${node.value}`;
    case 'pflog':
      return `${node.field} ${typeof node.value === 'number' ? node.value : formatName(node.value)}`;
    case 'wlan-type':
      return node.mask & 0xf0
        ? `type 0x${(node.value & 0x0c).toString(16)} subtype 0x${(node.value & 0xf0).toString(16)}`
        : `type 0x${node.value.toString(16)}`;
    case 'wlan-dir':
      return `dir ${node.value}`;
    case 'llc':
      return node.type ? `llc ${node.type}` : 'llc';
    case 'atm':
    case 'mtp2':
      return node.type;
    case 'atm-field':
    case 'mtp3-field':
      return `${node.field} ${node.operator} ${node.value}`;
  }
}

/** The qualifiers' words in their order: protocol, direction, type. */
export function qualifierWords({ protocol, direction, type }: Qualifiers): string[] {
  return [protocol, direction, type].filter(word => word !== undefined);
}

/** An id's text. */
export function formatId(id: Id): string {
  switch (id.type) {
    case 'name':
      return formatName(id.text);
    case 'number':
      return String(id.value);
    case 'ipv4': {
      const address = id.octets.join('.');
      if (id.mask) return `${address} mask ${id.mask.join('.')}`;
      return id.prefixLength === undefined ? address : `${address}/${id.prefixLength}`;
    }
    case 'ipv6':
      return id.prefixLength === undefined ? formatIpv6(id.bytes) : `${formatIpv6(id.bytes)}/${id.prefixLength}`;
    case 'mac':
      return formatMac(id.bytes);
    case 'arcnet':
      return `$${id.value.toString(16).padStart(2, '0')}`;
  }
}

/** `00:11:22:aa:bb:cc`. */
export function formatMac(bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join(':');
}

/** A name, with a backslash where the bare word would be something else. */
function formatName(text: string): string {
  const [token, end] = tokenize(text);
  return token?.kind === 'name' && !token.escaped && token.word === text && end?.kind === 'end' ? text : `\\${text}`;
}

/** Arithmetic with every grouping in parentheses, because `%` and `^` bind in a way that nobody expects. */
export function formatArithmetic(node: Arithmetic): string {
  switch (node.kind) {
    case 'number':
      return String(node.value);
    case 'length':
      return 'len';
    case 'load':
      return `${node.protocol}[${formatArithmetic(node.offset)}${node.size === 1 ? '' : `:${node.size}`}]`;
    case 'negate':
      return `- ${formatTerm(node.operand)}`;
    case 'binary':
      return `${formatTerm(node.left)} ${node.operator} ${formatTerm(node.right)}`;
  }
}

function formatTerm(node: Arithmetic): string {
  const text = formatArithmetic(node);
  return node.kind === 'binary' || node.kind === 'negate' ? `(${text})` : text;
}
