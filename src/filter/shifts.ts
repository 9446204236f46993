// Which encapsulations move the places of what follows, as notes: the language's best known surprise.
//
// `vlan` and its like move the offsets of everything to the right of them, whatever `or`, `not` and parentheses stand between
// (pcap-filter(7)). Where that is likely a mistake, code generation warns (SKEP1150); here it is only said.

import type { Diagnostic, Span } from '../diagnostics/index.js';
import type { EncapsulationPrimitive, Expression, Primitive } from './ast.js';

const INSIDE: Readonly<Record<EncapsulationPrimitive['kind'], string | undefined>> = {
  vlan: 'behind the VLAN tag, 4 bytes further on',
  mpls: 'behind the MPLS label, 4 bytes further on',
  pppoed: undefined,
  pppoes: 'in the PPP packet inside the PPPoE session',
  geneve: 'inside the Geneve tunnel',
  vxlan: 'inside the VXLAN tunnel',
};

/** Primitives whose outcome depends on where the headers are. */
function isMoved(node: Primitive): boolean {
  switch (node.kind) {
    case 'less':
    case 'greater':
    case 'inbound':
    case 'outbound':
    case 'ifindex':
    case 'pflog':
      return false;
    default:
      return true;
  }
}

/** A note for each encapsulation that something depends on to its right. */
export function offsetShiftNotes(expression: Expression, text: string): Diagnostic[] {
  const primitives = leaves(expression);
  const notes: Diagnostic[] = [];
  for (let i = 0; i < primitives.length; i++) {
    const node = primitives[i]!;
    const inside = node.kind in INSIDE ? INSIDE[node.kind as EncapsulationPrimitive['kind']] : undefined;
    if (inside === undefined) continue;
    const moved = primitives.slice(i + 1, i + 1 + MAX_LOOKED_AT).find(isMoved);
    if (!moved) continue;
    notes.push({
      code: 'SKEP1070',
      severity: 'note',
      message: `\`${node.kind}\` moves what follows: \`${textOf(text, moved.span)}\` is looked for ${inside}`,
      span: { start: node.span.start, end: node.span.start + node.kind.length },
    });
  }
  return notes;
}

/** Whether the next primitives depend on offsets is seen within a few: `less`, `inbound` and so on are rarely many. */
const MAX_LOOKED_AT = 16;

function textOf(text: string, span: Span): string {
  const shown = text.slice(span.start, span.end);
  return shown.length <= 40 ? shown : `${shown.slice(0, 37)}...`;
}

/** The primitives of an expression from left to right; no recursion, since chains are long. */
export function leaves(expression: Expression): Primitive[] {
  const found: Primitive[] = [];
  const work: Expression[] = [expression];
  for (let node = work.pop(); node; node = work.pop()) {
    if (node.kind === 'and' || node.kind === 'or') work.push(node.right, node.left);
    else if (node.kind === 'not') work.push(node.operand);
    else found.push(node as Primitive);
  }
  return found;
}
