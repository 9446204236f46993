// The control-flow graph in machine code: what select.ts makes of blocks, and emit.ts lays out.

import type { Origin } from '../condition.js';

export interface MachineInstruction {
  readonly code: number;
  /** The register of a load from or a store to M[] is still a virtual one. */
  readonly k: number;
}

/** A block: code, then a way out. */
export class MachineBlock {
  readonly id: number;
  /** 'repeat' goes back to a loop's beginning, which is no successor in the sense of the passes: they see no cycles. */
  readonly kind: 'branch' | 'goto' | 'repeat' | 'return';
  code: MachineInstruction[] = [];
  /** kind 'branch': the jump's opcode. */
  jump = 0;
  /** The jump's operand; kind 'return': the value, or -1 for A. */
  k = 0;
  whenTrue: MachineBlock = this;
  /** kind 'goto' and 'repeat' have the same as `whenTrue`. */
  whenFalse: MachineBlock = this;
  /** How many instructions of the target need not run on this way: what they load is there already. */
  skipTrue = 0;
  skipFalse = 0;
  /** A loop begins here: it stays where it is. */
  loops = false;
  origins: readonly Origin[] = [];
  /** Scratch of the pass at work. */
  mark = 0;
  index = 0;

  constructor(id: number, kind: MachineBlock['kind']) {
    this.id = id;
    this.kind = kind;
  }

  get hasSuccessors(): boolean {
    return this.kind === 'branch' || this.kind === 'goto';
  }
}

/** Makes blocks with numbers of their own. */
export class MachineBlocks {
  #count = 0;

  make(kind: MachineBlock['kind'], origins: readonly Origin[] = []): MachineBlock {
    const block = new MachineBlock(this.#count++, kind);
    block.origins = origins;
    return block;
  }

  goto(target: MachineBlock, code: MachineInstruction[], origins: readonly Origin[]): MachineBlock {
    const block = this.make('goto', origins);
    block.code = code;
    block.whenTrue = target;
    block.whenFalse = target;
    return block;
  }
}

export interface MachineGraph {
  entry: MachineBlock;
  readonly blocks: MachineBlocks;
  /** M[] occurs: stores may be dead. */
  readonly usesRegisters: boolean;
  readonly hasLoops: boolean;
}

let lastMark = 0;

/**
 * The reachable blocks, successors first, the false way walked first: reversed it is the order of libpcap's listings. `index`
 * counts them.
 */
export function machinePostorder(entry: MachineBlock): MachineBlock[] {
  const mark = ++lastMark;
  const order: MachineBlock[] = [];
  const stack: MachineBlock[] = [entry];
  entry.mark = mark;
  entry.index = 0;
  while (stack.length > 0) {
    const block = stack[stack.length - 1]!;
    const step = block.hasSuccessors ? block.index++ : 2;
    if (step === 2) {
      stack.pop();
      block.index = order.length;
      order.push(block);
      continue;
    }
    const next = step === 0 ? block.whenFalse : block.whenTrue;
    if (next.mark !== mark) {
      next.mark = mark;
      next.index = 0;
      stack.push(next);
    }
  }
  return order;
}
