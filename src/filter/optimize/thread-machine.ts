// Jump threading in machine code, for what stands around loops: the values that loops leave in A have no names, but a jump that
// leads to another jump on the same A often knows where that one goes.

import { BPF_JEQ, BPF_JGE, BPF_JGT, BPF_JMP, BPF_JSET, BPF_X } from '../../isa/index.js';
import { type MachineBlock, type MachineGraph, machinePostorder } from './machine.js';

/** A comparison of A with a constant whose outcome is known. */
interface Fact {
  readonly jump: number;
  readonly k: number;
  readonly taken: boolean;
}

export function threadMachineJumps(graph: MachineGraph): void {
  const order = machinePostorder(graph.entry);
  /** The only way into a block, if there is only one. */
  const ways = new Map<MachineBlock, { readonly from: MachineBlock; readonly taken: boolean } | undefined>();
  for (const block of order) {
    if (block.kind === 'repeat') ways.set(block.whenTrue, undefined);
    if (!block.hasSuccessors) continue;
    for (const taken of [true, false]) {
      const target = taken ? block.whenTrue : block.whenFalse;
      ways.set(target, ways.has(target) || block.kind !== 'branch' ? undefined : { from: block, taken });
    }
  }
  for (const block of order) {
    if (block.kind !== 'branch' || block.jump & BPF_X) continue;
    for (const taken of [true, false]) {
      const facts: Fact[] = [{ jump: block.jump, k: block.k, taken }];
      // As long as A is the same, what was asked before still holds.
      for (let at = block; at.code.length === 0; ) {
        const way = ways.get(at);
        if (!way || way.from.jump & BPF_X) break;
        facts.push({ jump: way.from.jump, k: way.from.k, taken: way.taken });
        at = way.from;
      }
      let target = taken ? block.whenTrue : block.whenFalse;
      while (target.kind === 'branch' && target.code.length === 0 && !target.loops && !(target.jump & BPF_X)) {
        const answer = decide(target, facts);
        if (answer === undefined) break;
        target = answer ? target.whenTrue : target.whenFalse;
      }
      if (taken && target !== block.whenTrue) {
        block.whenTrue = target;
        block.skipTrue = 0;
      } else if (!taken && target !== block.whenFalse) {
        block.whenFalse = target;
        block.skipFalse = 0;
      }
    }
  }
}

function decide({ jump, k }: MachineBlock, facts: readonly Fact[]): boolean | undefined {
  for (const fact of facts) {
    if (fact.jump === jump && fact.k === k) return fact.taken;
    if (fact.taken && fact.jump === (BPF_JMP | BPF_JEQ)) return jumps(jump, fact.k, k);
  }
  return undefined;
}

function jumps(jump: number, a: number, k: number): boolean | undefined {
  switch (jump & 0xf0) {
    case BPF_JEQ:
      return a === k;
    case BPF_JGT:
      return a > k;
    case BPF_JGE:
      return a >= k;
    case BPF_JSET:
      return (a & k) !== 0;
    default:
      return undefined;
  }
}
