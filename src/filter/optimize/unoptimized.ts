// The condition as it stands: each test is its statements and a jump. What the optimizer is measured against.

import type { Condition } from '../condition.js';
import { type MachineBlock, MachineBlocks, type MachineGraph } from './machine.js';
import { expandStatements } from './structured.js';
import { hasLoop } from './terms.js';

interface Frame {
  readonly condition: Condition & { readonly kind: 'and' | 'or' };
  readonly whenTrue: MachineBlock;
  readonly whenFalse: MachineBlock;
  /** Terms that are still to be lowered, from the last to the first. */
  left: number;
  next: MachineBlock;
}

/** Takes stack for no depth. */
export function lowerUnoptimized(condition: Condition, accept: number): MachineGraph {
  const blocks = new MachineBlocks();
  let hasLoops = false;
  const ending = (k: number): MachineBlock => {
    const block = blocks.make('return');
    block.k = k;
    return block;
  };
  const stack: Frame[] = [];

  const start = (from: Condition, whenTrue: MachineBlock, whenFalse: MachineBlock): MachineBlock | undefined => {
    for (;;) {
      switch (from.kind) {
        case 'constant':
          return from.value ? whenTrue : whenFalse;
        case 'not': {
          const other: MachineBlock = whenTrue;
          whenTrue = whenFalse;
          whenFalse = other;
          from = from.term;
          break;
        }
        case 'test': {
          hasLoops ||= hasLoop(from.statements);
          const { statements, jump, k, origin } = from;
          return expandStatements(blocks, statements, { jump, k, whenTrue, whenFalse }, origin ? [origin] : []);
        }
        default:
          stack.push({
            condition: from,
            whenTrue,
            whenFalse,
            left: from.terms.length,
            next: from.kind === 'and' ? whenTrue : whenFalse,
          });
          return undefined;
      }
    }
  };

  let result = start(condition, ending(accept), ending(0));
  while (stack.length > 0) {
    const frame = stack[stack.length - 1]!;
    if (result) frame.next = result;
    if (frame.left === 0) {
      result = frame.next;
      stack.pop();
      continue;
    }
    const term = frame.condition.terms[--frame.left]!;
    result =
      frame.condition.kind === 'and'
        ? start(term, frame.next, frame.whenFalse)
        : start(term, frame.whenTrue, frame.next);
  }
  return { entry: result!, blocks, usesRegisters: true, hasLoops };
}
