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
import { registersOf } from './resolve.js';

const CLASS = 0x07;
const A = -1;
const X = -2;

/** Takes out instructions whose result nothing reads. A load that goes was able to reject a packet that is cut short. */
export function removeDeadCode(graph: MachineGraph): void {
  const order = machinePostorder(graph.entry);
  const liveIn: Set<number>[] = [];
  for (const block of order) {
    const live = new Set<number>();
    if (block.kind !== 'return') {
      for (const one of liveIn[block.whenTrue.index]!) live.add(one);
      for (const one of liveIn[block.whenFalse.index]!) live.add(one);
    }
    if (block.kind === 'branch') {
      live.add(A);
      if (block.jump & BPF_X) live.add(X);
    } else if (block.kind === 'return' && block.k === -1) {
      live.add(A);
    }
    if (block.statements) {
      const { read, written } = registersOf(block.statements);
      for (const register of written) live.delete(register);
      for (const register of read) live.add(register);
      live.delete(A);
      live.delete(X);
    } else {
      const kept: MachineInstruction[] = [];
      for (let i = block.code.length - 1; i >= 0; i--) {
        const instruction = block.code[i]!;
        if (step(instruction, live)) kept.push(instruction);
      }
      if (kept.length !== block.code.length) block.code = kept.reverse();
    }
    liveIn.push(live);
  }
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

/** The blocks' registers that are live where each begins, by index in postorder: for register allocation. */
export function liveRegisters(order: readonly MachineBlock[]): Set<number>[] {
  const liveIn: Set<number>[] = [];
  for (const block of order) {
    const live = new Set<number>();
    if (block.kind !== 'return') {
      for (const one of liveIn[block.whenTrue.index]!) live.add(one);
      for (const one of liveIn[block.whenFalse.index]!) live.add(one);
    }
    if (block.statements) {
      for (const register of registersOf(block.statements).read) live.add(register);
    } else {
      for (let i = block.code.length - 1; i >= 0; i--) step(block.code[i]!, live);
    }
    live.delete(A);
    live.delete(X);
    liveIn.push(live);
  }
  return liveIn;
}
