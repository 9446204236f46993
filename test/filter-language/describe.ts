// A syntax tree on one line, for the data cases: everything it holds except the spans.

import type { Arithmetic, Expression, Id } from '../../src/filter/ast.js';

/** `(and [tcp dst port 80] (not {vlan 5}))`; undefined is `accept`. */
export function describe(node: Expression | undefined): string {
  if (node === undefined) return 'accept';
  switch (node.kind) {
    case 'and':
    case 'or':
      return `(${node.kind} ${describe(node.left)} ${describe(node.right)})`;
    case 'not':
      return `(not ${describe(node.operand)})`;
    case 'id': {
      const { protocol, direction, type } = node.qualifiers;
      return `[${protocol ?? '-'} ${direction?.replaceAll(' ', '_') ?? '-'} ${type ?? '-'} ${describeId(node.id)}]`;
    }
    case 'relation':
      return `(${node.operator} ${describeArithmetic(node.left)} ${describeArithmetic(node.right)})`;
    default: {
      const { span: _, kind, ...fields } = node;
      const words = Object.entries(fields).map(([name, value]) => `${name}=${value}`);
      return `{${[kind, ...words].join(' ')}}`;
    }
  }
}

function describeId(id: Id): string {
  const hex = (bytes: Uint8Array): string => Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
  switch (id.type) {
    case 'name':
      return `name:${id.text}`;
    case 'number':
      return `number:${id.value}`;
    case 'ipv4':
      return `ipv4:${id.octets.join('.')}${id.prefixLength === undefined ? '' : `/${id.prefixLength}`}${id.mask ? `~${id.mask.join('.')}` : ''}`;
    case 'ipv6':
      return `ipv6:${hex(id.bytes)}${id.prefixLength === undefined ? '' : `/${id.prefixLength}`}`;
    case 'mac':
      return `mac:${hex(id.bytes)}`;
    case 'arcnet':
      return `arcnet:${id.value}`;
  }
}

function describeArithmetic(node: Arithmetic): string {
  switch (node.kind) {
    case 'number':
      return String(node.value);
    case 'length':
      return 'len';
    case 'negate':
      return `(- ${describeArithmetic(node.operand)})`;
    case 'load':
      return `${node.protocol}[${describeArithmetic(node.offset)}:${node.size}]`;
    case 'binary':
      return `(${node.operator} ${describeArithmetic(node.left)} ${describeArithmetic(node.right)})`;
  }
}
