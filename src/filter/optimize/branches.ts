// Statements with `if`s as blocks: one for each straight stretch of statements. The machine's registers A and X join the virtual
// ones, so that a stretch may go on with what the one before left there.

import { BPF_X } from '../../isa/index.js';
import type { Statement } from '../condition.js';
import type { Block, Graph } from './cfg.js';
import { predicate } from './predicate.js';
import { SymbolicMachine } from './symbolic.js';
import type { Assignment, Leaf } from './terms.js';
import { A_REGISTER, X_REGISTER } from './values.js';

/** What a stretch ends with: a question, or the block that goes on. */
type Ending =
  | { readonly jump: number; readonly k: number; readonly whenTrue: Block; readonly whenFalse: Block }
  | Block;

/** The block to enter for a leaf without loops. */
export function lowerBranches(graph: Graph, leaf: Leaf, whenTrue: Block, whenFalse: Block): Block {
  graph.values.registersRead.add(A_REGISTER);
  graph.values.registersRead.add(X_REGISTER);
  return list(graph, leaf, leaf.statements, { jump: leaf.jump, k: leaf.k, whenTrue, whenFalse });
}

function list(graph: Graph, leaf: Leaf, statements: readonly Statement[], ending: Ending): Block {
  // What follows the last `if` is one stretch, which both of its ways lead to; what stands before it ends in its question.
  let border = statements.length - 1;
  while (border >= 0 && statements[border]!.kind === 'instruction') border--;
  const last = stretch(graph, leaf, statements.slice(border + 1), ending);
  if (border < 0) return last;
  const branch = statements[border]!;
  if (branch.kind !== 'if') throw new Error(`a ${branch.kind} in a leaf without loops`);
  return list(graph, leaf, statements.slice(0, border), {
    jump: branch.jump,
    k: branch.k,
    whenTrue: branch.then.length > 0 ? list(graph, leaf, branch.then, last) : last,
    whenFalse: branch.else.length > 0 ? list(graph, leaf, branch.else, last) : last,
  });
}

function stretch(graph: Graph, leaf: Leaf, statements: readonly Statement[], ending: Ending): Block {
  const machine = new SymbolicMachine(graph.values);
  for (const statement of statements) if (statement.kind === 'instruction') machine.step(statement.code, statement.k);
  let block: Block;
  if ('jump' in ending) {
    const b = ending.jump & BPF_X ? machine.index : -1;
    const asked = predicate(graph.values, ending.jump & 0xf0, machine.accumulator, b, ending.k);
    block = graph.ask(asked, ending.whenTrue, ending.whenFalse);
  } else {
    block = graph.goto(ending);
  }
  const assignments: Assignment[] = [];
  for (const [register, value] of machine.memory ?? []) assignments.push({ register, value });
  if (machine.a !== -1) assignments.push({ register: A_REGISTER, value: machine.a });
  if (machine.x !== -1) assignments.push({ register: X_REGISTER, value: machine.x });
  block.assignments = assignments;
  if (leaf.origin) block.origins = [leaf.origin];
  return block;
}
