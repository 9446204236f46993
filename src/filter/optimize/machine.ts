// The control-flow graph in machine code: what select.ts makes of blocks, and emit.ts lays out.

import type { Origin, Statement } from '../condition.js';

export interface MachineInstruction {
  readonly code: number;
  /** The register of a load from or a store to M[] is still a virtual one. */
  readonly k: number;
}

/** A block: code, then a way out. */
export class MachineBlock {
  readonly id: number;
  readonly kind: 'branch' | 'goto' | 'return';
  code: MachineInstruction[] = [];
  /** Statements with branches and loops, in place of `code`. */
  statements: readonly Statement[] | undefined;
  /** kind 'branch': the jump's opcode. */
  jump = 0;
  /** The jump's operand; kind 'return': the value, or -1 for A. */
  k = 0;
  whenTrue: MachineBlock = this;
  /** kind 'goto' has the same as `whenTrue`. */
  whenFalse: MachineBlock = this;
  /** How many instructions of the target need not run on this way: what they load is there already. */
  skipTrue = 0;
  skipFalse = 0;
  origins: readonly Origin[] = [];
  /** Scratch of the pass at work. */
  mark = 0;
  index = 0;

  constructor(id: number, kind: MachineBlock['kind']) {
    this.id = id;
    this.kind = kind;
  }
}

export interface MachineGraph {
  entry: MachineBlock;
  /** M[] occurs: stores may be dead. */
  readonly usesRegisters: boolean;
}

let lastMark = 0;

/** The reachable blocks, successors first, the false way walked first; `index` counts them. */
export function machinePostorder(entry: MachineBlock): MachineBlock[] {
  const mark = ++lastMark;
  const order: MachineBlock[] = [];
  const stack: MachineBlock[] = [entry];
  entry.mark = mark;
  entry.index = 0;
  while (stack.length > 0) {
    const block = stack[stack.length - 1]!;
    let next: MachineBlock | undefined;
    if (block.kind !== 'return' && block.index < 2) next = block.index++ === 0 ? block.whenFalse : block.whenTrue;
    if (!next) {
      if (block.kind !== 'return' && block.index < 2) continue;
      stack.pop();
      block.index = order.length;
      order.push(block);
    } else if (next.mark !== mark) {
      next.mark = mark;
      next.index = 0;
      stack.push(next);
    }
  }
  return order;
}
