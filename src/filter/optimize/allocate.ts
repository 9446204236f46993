// Sixteen registers for as many as there are: those that are never live together share one (Chaitin's colouring, greedy, in
// the order of first use).

import { BPF_LD, BPF_LDX, BPF_MEM, BPF_MEMWORDS, BPF_ST, BPF_STX } from '../../isa/index.js';
import { liveRegisters } from './dead-code.js';
import type { MachineBlock, MachineGraph } from './machine.js';
import { machinePostorder } from './machine.js';
import { registersOf } from './resolve.js';

/** M[] word by virtual register; undefined: more than sixteen are needed at once. */
export type Allocation = ReadonlyMap<number, number>;

/** A program for `graph` can be emitted with these words. */
export function allocateRegisters(graph: MachineGraph): Allocation | undefined {
  const order = machinePostorder(graph.entry);
  const words = new Map<number, number>();
  // In the order of the listing: few programs have registers at all, and most of those have two or three.
  for (let i = order.length - 1; i >= 0; i--) {
    for (const register of registersIn(order[i]!)) if (!words.has(register)) words.set(register, words.size);
  }
  return words.size <= BPF_MEMWORDS ? words : color(order, [...words.keys()]);
}

export function registersIn(block: MachineBlock): Iterable<number> {
  if (block.statements) {
    const { read, written } = registersOf(block.statements);
    return new Set([...written, ...read]);
  }
  const registers: number[] = [];
  for (const { code, k } of block.code) if (isMemoryAccess(code)) registers.push(k);
  return registers;
}

export function isMemoryAccess(code: number): boolean {
  return code === BPF_ST || code === BPF_STX || code === (BPF_LD | BPF_MEM) || code === (BPF_LDX | BPF_MEM);
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
    const live = new Set<number>();
    if (block.kind !== 'return') {
      for (const one of liveIn[block.whenTrue.index]!) live.add(one);
      for (const one of liveIn[block.whenFalse.index]!) live.add(one);
    }
    if (block.statements) {
      // Inside loops everything is live at once.
      const own = [...registersIn(block)];
      for (const one of own) {
        for (const other of own) conflict(one, other);
        for (const other of live) conflict(one, other);
      }
      continue;
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
