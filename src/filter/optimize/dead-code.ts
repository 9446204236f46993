// Dead stores and what only they needed: liveness of A, X and the registers, backwards through the graph.

import {
  BPF_ALU,
  BPF_IND,
  BPF_LD,
  BPF_LDX,
  BPF_MEM,
  BPF_MISC,
  BPF_NEG,
  BPF_ST,
  BPF_STX,
  BPF_TXA,
  BPF_X,
} from '../../isa/index.js';
import { type MachineBlock, type MachineGraph, type MachineInstruction, machinePostorder } from './machine.js';

const CLASS = 0x07;
const A = -1;
const X = -2;

/** Takes out instructions whose result nothing reads. A load that goes was able to reject a packet that is cut short. */
export function removeDeadCode(graph: MachineGraph): void {
  const order = machinePostorder(graph.entry);
  const liveIn: Set<number>[] = [];
  for (const block of order) {
    const live = liveAtEnd(block, liveIn, order);
    const kept: MachineInstruction[] = [];
    for (let i = block.code.length - 1; i >= 0; i--) {
      const instruction = block.code[i]!;
      if (step(instruction, live)) kept.push(instruction);
    }
    if (kept.length !== block.code.length) block.code = kept.reverse();
    liveIn.push(live);
  }
}

/** What is read behind the block's code. */
function liveAtEnd(block: MachineBlock, liveIn: readonly Set<number>[], order: readonly MachineBlock[]): Set<number> {
  const live = new Set<number>();
  switch (block.kind) {
    case 'branch':
      for (const one of liveIn[block.whenTrue.index]!) live.add(one);
      for (const one of liveIn[block.whenFalse.index]!) live.add(one);
      live.add(A);
      if (block.jump & BPF_X) live.add(X);
      break;
    case 'goto':
      for (const one of liveIn[block.whenTrue.index]!) live.add(one);
      break;
    case 'repeat':
      // What the loop reads has not been seen yet: anything.
      live.add(A);
      live.add(X);
      for (const { code } of order) for (const one of code) if (isMemoryAccess(one.code)) live.add(one.k);
      break;
    case 'return':
      if (block.k === -1) live.add(A);
      break;
  }
  return live;
}

/** False where the instruction's result is not live; else `live` before it. */
function step({ code, k }: MachineInstruction, live: Set<number>): boolean {
  switch (code & CLASS) {
    case BPF_LD:
      if (!live.delete(A)) return false;
      if ((code & 0xe0) === BPF_IND) live.add(X);
      else if ((code & 0xe0) === BPF_MEM) live.add(k);
      return true;
    case BPF_LDX:
      if (!live.delete(X)) return false;
      if ((code & 0xe0) === BPF_MEM) live.add(k);
      return true;
    case BPF_ST:
      if (!live.delete(k)) return false;
      live.add(A);
      return true;
    case BPF_STX:
      if (!live.delete(k)) return false;
      live.add(X);
      return true;
    case BPF_ALU:
      if (!live.has(A)) return false;
      if (code & BPF_X && (code & 0xf0) !== BPF_NEG) live.add(X);
      return true;
    case BPF_MISC:
      if ((code & 0xf8) === BPF_TXA) {
        if (!live.delete(A)) return false;
        live.add(X);
      } else {
        if (!live.delete(X)) return false;
        live.add(A);
      }
      return true;
    default:
      return true;
  }
}

/** By index in postorder: the registers that are live where each block begins. */
export function liveRegisters(order: readonly MachineBlock[]): ReadonlySet<number>[] {
  const liveIn: Set<number>[] = [];
  for (const block of order) {
    const live = liveAtEnd(block, liveIn, order);
    for (let i = block.code.length - 1; i >= 0; i--) step(block.code[i]!, live);
    live.delete(A);
    live.delete(X);
    liveIn.push(live);
  }
  return liveIn;
}

export function isMemoryAccess(code: number): boolean {
  return code === BPF_ST || code === BPF_STX || code === (BPF_LD | BPF_MEM) || code === (BPF_LDX | BPF_MEM);
}
