// Loops as so many copies of their body: Linux takes no jump backwards.

import type { Condition, Statement } from '../condition.js';

/** The same condition; a loop that would go around more than `times` ends where it is. Takes stack for no depth of the tree. */
export function unrollLoops(condition: Condition, times: number): Condition {
  const order: Condition[] = [];
  const pending: Condition[] = [condition];
  let loops = false;
  while (pending.length > 0) {
    const item = pending.pop()!;
    order.push(item);
    if (item.kind === 'not') pending.push(item.term);
    else if (item.kind === 'and' || item.kind === 'or') for (const term of item.terms) pending.push(term);
    else if (item.kind === 'test') loops ||= item.statements.some(isLoop);
  }
  if (!loops) return condition;
  const done = new Map<Condition, Condition>();
  for (const item of order.reverse()) {
    switch (item.kind) {
      case 'test':
        done.set(item, { ...item, statements: item.statements.flatMap(statement => unroll(statement, times)) });
        break;
      case 'not':
        done.set(item, { ...item, term: done.get(item.term)! });
        break;
      case 'and':
      case 'or':
        done.set(item, { ...item, terms: item.terms.map(term => done.get(term)!) });
        break;
      default:
        done.set(item, item);
    }
  }
  return done.get(condition)!;
}

const isLoop = (statement: Statement): boolean => statement.kind === 'loop';

/** A loop that always leaves at its end is laid out without the jump back. */
function unroll(statement: Statement, times: number): Statement[] {
  if (statement.kind !== 'loop') return [statement];
  const body: Statement[] = [];
  for (let i = 0; i < times; i++) body.push(...statement.body);
  return [{ kind: 'loop', body: [...body, { kind: 'break' }] }];
}
