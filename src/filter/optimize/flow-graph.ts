// The control-flow graph of a finished program, for people and tools: blocks, ways between them, what each tests in words.

import { BPF_JA, BPF_JMP, BPF_RET, type ClassicProgram } from '../../isa/index.js';
import type { Origin } from '../condition.js';

/** Instructions that run one after another, entered at the first and left at the last. */
export interface FlowBlock {
  /** Place in `FlowGraph.blocks`. */
  readonly id: number;
  /** Instructions `start` up to and without `end`. */
  readonly start: number;
  readonly end: number;
  readonly kind: 'test' | 'jump' | 'return';
  /** kind 'test': the block that follows where the jump is taken, and where it is not. */
  readonly whenTrue?: number;
  readonly whenFalse?: number;
  /** kind 'jump': the block that follows. */
  readonly next?: number;
  /** kind 'return': whether the packet matches; undefined: what A holds decides. */
  readonly accepts?: boolean;
  /** The tests of the expression that this block answers. */
  readonly origins: readonly Origin[];
}

export interface FlowGraph {
  readonly program: ClassicProgram;
  /** In the order of the program. */
  readonly blocks: readonly FlowBlock[];
}

/** The blocks of a valid program; `originsAt` tells what an instruction is for. */
export function buildFlowGraph(
  program: ClassicProgram,
  originsAt: (index: number) => readonly Origin[] = () => [],
): FlowGraph {
  const leads = new Uint8Array(program.length + 1);
  leads[0] = 1;
  for (let i = 0; i < program.length; i++) {
    const { code, jt, jf, k } = program[i]!;
    if ((code & 7) === BPF_JMP) {
      leads[i + 1] = 1;
      if ((code & 0xf0) === BPF_JA) leads[target(i, k)] = 1;
      else leads[i + 1 + jt] = leads[i + 1 + jf] = 1;
    } else if ((code & 7) === BPF_RET) {
      leads[i + 1] = 1;
    }
  }
  const starts: number[] = [];
  const idAt = new Map<number, number>();
  for (let i = 0; i < program.length; i++) {
    if (!leads[i]) continue;
    idAt.set(i, starts.length);
    starts.push(i);
  }
  const blocks = starts.map((start, id): FlowBlock => {
    const end = id + 1 < starts.length ? starts[id + 1]! : program.length;
    const { code, jt, jf, k } = program[end - 1]!;
    const common = { id, start, end, origins: originsAt(end - 1) };
    if ((code & 7) === BPF_RET) {
      return (code & 0x18) === 0 ? { ...common, kind: 'return', accepts: k !== 0 } : { ...common, kind: 'return' };
    }
    if ((code & 7) !== BPF_JMP) return { ...common, kind: 'jump', next: idAt.get(end)! };
    if ((code & 0xf0) === BPF_JA) return { ...common, kind: 'jump', next: idAt.get(target(end - 1, k))! };
    return { ...common, kind: 'test', whenTrue: idAt.get(end + jt)!, whenFalse: idAt.get(end + jf)! };
  });
  return { program, blocks };
}

/** Where `ja` at `index` goes: loops go backwards. */
function target(index: number, k: number): number {
  return index + 1 + (k | 0);
}
