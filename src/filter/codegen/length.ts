// `less`, `greater`, and the old `byte N OP V`.

import { BPF_AND, BPF_JEQ, BPF_JGE, BPF_JGT, BPF_OR } from '../../isa/index.js';
import type { BytePrimitive, LengthPrimitive } from '../ast.js';
import type { Condition } from '../condition.js';
import { alu, loadLength, not, test } from './build.js';
import { requireAtMost } from './errors.js';
import { compare, field, load } from './load.js';
import type { State } from './state.js';

/** Both include the number itself. */
export function packetLength(state: State, { kind, value }: LengthPrimitive): Condition {
  if (kind === 'greater') {
    return test([loadLength()], BPF_JGE, value, state.origin(`the packet has at least ${value} bytes`));
  }
  const origin = state.origin(`the packet has at most ${value} bytes`);
  return not(test([loadLength()], BPF_JGT, value, origin), origin);
}

export function linkByte(state: State, { offset, operator, value }: BytePrimitive): Condition {
  requireAtMost('byte argument', value, 0xff, state.span);
  const byte = field('link header', offset, 1);
  const words = `link-layer byte ${offset} ${operator} ${value}`;
  if (operator === '&' || operator === '|') {
    const origin = state.origin(`${words} is not 0`);
    const statements = [...load(state, byte), alu(operator === '&' ? BPF_AND : BPF_OR, value)];
    return not(test(statements, BPF_JEQ, 0, origin), origin);
  }
  return compare(state, byte, operator, value, words);
}
