// Definite assignment of scratch memory: a register that some path reads before any test stored it must be set first.
//
// libpcap reads its interpreter's zeros there (`geneve or ip` looks for IPv4 at what would be inside Geneve); kernels refuse
// a program that may do so. Setting them to 0 in front means the same and is accepted everywhere.

import { BPF_LD, BPF_LDX, BPF_MEM, BPF_ST, BPF_STX } from '../../isa/index.js';
import type { Condition, Statement } from '../condition.js';

/** The registers that may be read before they are stored, in order. */
export function unassignedReads(root: Condition): number[] {
  // Most registers are temporaries, stored and read in one test. Only those that some test reads without having stored them
  // itself need the flow between tests: a handful, so their sets are cheap to copy.
  const exposed = new Set<number>();
  eachTest(root, statements => run(statements, new Set(), register => exposed.add(register)));
  if (exposed.size === 0) return [];
  return flow(root, exposed);
}

/** Follows statements: `assigned` grows, `readUnassigned` hears of reads of what is not in it. */
function run(
  statements: readonly Statement[],
  assigned: Set<number>,
  readUnassigned: (register: number) => void,
): void {
  for (const statement of statements) {
    switch (statement.kind) {
      case 'instruction': {
        const { code, k } = statement;
        if (code === (BPF_LD | BPF_MEM) || code === (BPF_LDX | BPF_MEM)) {
          if (!assigned.has(k)) readUnassigned(k);
        } else if (code === BPF_ST || code === BPF_STX) {
          assigned.add(k);
        }
        break;
      }
      case 'if': {
        const then = new Set(assigned);
        const otherwise = new Set(assigned);
        run(statement.then, then, readUnassigned);
        run(statement.else, otherwise, readUnassigned);
        for (const register of then) if (otherwise.has(register)) assigned.add(register);
        break;
      }
      case 'loop':
        // What the body stores is not relied upon behind it: a `break` may come first.
        run(statement.body, new Set(assigned), readUnassigned);
        break;
      case 'break':
        return;
    }
  }
}

function eachTest(root: Condition, visit: (statements: readonly Statement[]) => void): void {
  // The same loads share one array (load.ts): once is enough.
  const seen = new Set<readonly Statement[]>();
  const work: Condition[] = [root];
  for (let node = work.pop(); node; node = work.pop()) {
    if (node.kind === 'test') {
      if (seen.has(node.statements)) continue;
      seen.add(node.statements);
      visit(node.statements);
    } else if (node.kind === 'not') work.push(node.term);
    else if (node.kind !== 'constant') for (const term of node.terms) work.push(term);
  }
}

/** Where the condition holds, and where it does not. */
interface Outcome {
  readonly whenTrue: ReadonlySet<number>;
  readonly whenFalse: ReadonlySet<number>;
}

interface Frame {
  readonly node: Condition;
  /** Assigned on entry of the next term. */
  entry: ReadonlySet<number>;
  next: number;
  /** What the ways out that skip the remaining terms have in common. */
  early?: ReadonlySet<number>;
}

function flow(root: Condition, exposed: ReadonlySet<number>): number[] {
  const unassigned = new Set<number>();
  const stack: Frame[] = [{ node: root, entry: new Set(), next: 0 }];
  let outcome: Outcome | undefined;
  // Trees are deep: an explicit stack; a frame is looked at again when a child's outcome is there.
  for (let frame = stack.at(-1); frame; frame = stack.at(-1)) {
    const { node } = frame;
    if (node.kind === 'constant') {
      outcome = { whenTrue: frame.entry, whenFalse: frame.entry };
      stack.pop();
    } else if (node.kind === 'test') {
      const assigned = afterTest(node.statements, frame.entry, exposed, unassigned);
      outcome = { whenTrue: assigned, whenFalse: assigned };
      stack.pop();
    } else if (node.kind === 'not') {
      if (frame.next === 0) {
        frame.next = 1;
        stack.push({ node: node.term, entry: frame.entry, next: 0 });
      } else {
        outcome = { whenTrue: outcome!.whenFalse, whenFalse: outcome!.whenTrue };
        stack.pop();
      }
    } else {
      if (frame.next > 0) {
        const [goesOn, leaves] =
          node.kind === 'and' ? [outcome!.whenTrue, outcome!.whenFalse] : [outcome!.whenFalse, outcome!.whenTrue];
        frame.entry = goesOn;
        frame.early = frame.early ? common(frame.early, leaves) : leaves;
      }
      const term = node.terms[frame.next++];
      if (term) {
        stack.push({ node: term, entry: frame.entry, next: 0 });
      } else {
        const early = frame.early ?? frame.entry;
        const through = frame.entry;
        outcome =
          node.kind === 'and' ? { whenTrue: through, whenFalse: early } : { whenTrue: early, whenFalse: through };
        stack.pop();
      }
    }
  }
  return [...unassigned].sort((a, b) => a - b);
}

function afterTest(
  statements: readonly Statement[],
  entry: ReadonlySet<number>,
  exposed: ReadonlySet<number>,
  unassigned: Set<number>,
): ReadonlySet<number> {
  const assigned = new Set(entry);
  run(statements, assigned, register => unassigned.add(register));
  let grew = false;
  for (const register of assigned) {
    if (!exposed.has(register)) assigned.delete(register);
    else if (!entry.has(register)) grew = true;
  }
  return grew ? assigned : entry;
}

function common(a: ReadonlySet<number>, b: ReadonlySet<number>): ReadonlySet<number> {
  if (a === b) return a;
  const both = new Set<number>();
  for (const register of a) if (b.has(register)) both.add(register);
  return both;
}
