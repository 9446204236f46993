// Sixteen registers for as many as there are: those that are never live together share one (Chaitin's colouring, greedy, in
// the order of first use).

import { BPF_MEMWORDS, BPF_ST, BPF_STX } from '../../isa/index.js';
import { isMemoryAccess, liveRegisters } from './dead-code.js';
import { type MachineBlock, type MachineGraph, machinePostorder } from './machine.js';

/** M[] word by virtual register. */
export type Allocation = ReadonlyMap<number, number>;

/** Words for the graph's registers; undefined: more than sixteen are needed at once. */
export function allocateRegisters(graph: MachineGraph): Allocation | undefined {
  const order = machinePostorder(graph.entry);
  const words = new Map<number, number>();
  // In the order of the listing: few programs have registers at all, and most of those have two or three.
  for (let i = order.length - 1; i >= 0; i--) {
    for (const { code, k } of order[i]!.code) if (isMemoryAccess(code) && !words.has(k)) words.set(k, words.size);
  }
  return words.size <= BPF_MEMWORDS ? words : color(order, [...words.keys()]);
}

function color(order: readonly MachineBlock[], registers: readonly number[]): Allocation | undefined {
  const interferes = new Map<number, Set<number>>(registers.map(register => [register, new Set()]));
  const conflict = (a: number, b: number): void => {
    if (a === b) return;
    interferes.get(a)!.add(b);
    interferes.get(b)!.add(a);
  };
  const liveIn = liveRegisters(order);
  for (const block of order) {
    const live = new Set<number>(block.kind === 'repeat' ? registers : []);
    if (block.hasSuccessors) {
      for (const one of liveIn[block.whenTrue.index]!) live.add(one);
      for (const one of liveIn[block.whenFalse.index]!) live.add(one);
    }
    for (let i = block.code.length - 1; i >= 0; i--) {
      const { code, k } = block.code[i]!;
      if (!isMemoryAccess(code)) continue;
      if (code === BPF_ST || code === BPF_STX) {
        for (const other of live) conflict(k, other);
        live.delete(k);
      } else {
        live.add(k);
      }
    }
  }
  const words = new Map<number, number>();
  for (const register of registers) {
    const taken = new Set<number>();
    for (const other of interferes.get(register)!) {
      const word = words.get(other);
      if (word !== undefined) taken.add(word);
    }
    let word = 0;
    while (taken.has(word)) word++;
    if (word >= BPF_MEMWORDS) return undefined;
    words.set(register, word);
  }
  return words;
}
