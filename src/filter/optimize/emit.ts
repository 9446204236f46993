// From blocks to a program, from the end to the beginning: every jump is forward, so its length is known when it is written.
//
// A conditional jump reaches 255 instructions. Where a target is farther, the block gets an island right behind its own jump: a
// `ja` to the target, or the return itself. Nothing falls into it, since blocks end in jumps, and earlier blocks in reach use it
// too: a long list costs an instruction in 255, not one a test.

import {
  BPF_A,
  BPF_JA,
  BPF_JMP,
  BPF_K,
  BPF_RET,
  type ClassicInstruction,
  type ClassicProgram,
  instruction,
} from '../../isa/index.js';
import type { Allocation } from './allocate.js';
import { isMemoryAccess } from './dead-code.js';
import { type MachineBlock, type MachineGraph, machinePostorder } from './machine.js';

export interface Emitted {
  readonly program: ClassicProgram;
  /** By instruction: the block it belongs to; undefined for a jump that only carries another one farther. */
  readonly blocks: readonly (MachineBlock | undefined)[];
}

const JUMP_ALWAYS = BPF_JMP | BPF_JA;
/** What jt and jf hold. */
const REACH = 255;

export function emit(graph: MachineGraph, allocation: Allocation): Emitted {
  return new Emitter(allocation).run(graph);
}

/** Places are counted from the end: how many instructions there are from there on. */
class Emitter {
  // The program backwards.
  readonly #instructions: ClassicInstruction[] = [];
  readonly #blocks: (MachineBlock | undefined)[] = [];
  readonly #starts: number[] = [];
  /** target index * 256 + skipped -> place of the latest island for it. */
  readonly #islands = new Map<number, number>();
  /** Jumps backwards: where they go is known at the end. */
  readonly #repeats: { readonly place: number; readonly block: MachineBlock }[] = [];
  readonly #allocation: Allocation;

  constructor(allocation: Allocation) {
    this.#allocation = allocation;
  }

  run(graph: MachineGraph): Emitted {
    let order = machinePostorder(graph.entry);
    if (graph.hasLoops) {
      // Elsewhere the returns are at the end by themselves.
      order = [...order.filter(({ kind }) => kind === 'return'), ...order.filter(({ kind }) => kind !== 'return')];
    }
    for (const block of order) {
      this.#exit(block);
      for (let i = block.code.length - 1; i >= 0; i--) this.#straight(block.code[i]!.code, block.code[i]!.k, block);
      this.#starts[block.index] = this.#here;
    }
    for (const { place, block } of this.#repeats) {
      this.#instructions[place] = instruction(JUMP_ALWAYS, place - this.#starts[block.whenTrue.index]!);
    }
    return { program: this.#instructions.reverse(), blocks: this.#blocks.reverse() };
  }

  get #here(): number {
    return this.#instructions.length;
  }

  #push(one: ClassicInstruction, block: MachineBlock | undefined): void {
    this.#instructions.push(one);
    this.#blocks.push(block);
  }

  #straight(code: number, k: number, block: MachineBlock): void {
    this.#push(instruction(code, isMemoryAccess(code) ? this.#allocation.get(k)! : k), block);
  }

  #exit(block: MachineBlock): void {
    if (block.kind === 'return') {
      this.#push(returnOf(block), block);
      return;
    }
    if (block.kind === 'repeat') {
      this.#repeat(block);
      return;
    }
    if (block.kind === 'goto') {
      const target = this.#place(block.whenTrue, block.skipTrue);
      if (target === this.#here) return;
      if (block.whenTrue.kind === 'repeat' && block.whenTrue.code.length === 0) {
        this.#repeat(block.whenTrue);
      } else if (block.whenTrue.kind === 'return' && block.whenTrue.code.length === 0) {
        this.#push(returnOf(block.whenTrue), block);
      } else {
        this.#push(instruction(JUMP_ALWAYS, this.#here - target), block);
      }
      return;
    }
    let whenTrue = 0;
    let whenFalse = 0;
    // An island for one way can push the other way's target out of reach.
    for (;;) {
      whenTrue = this.#here - this.#reachable(block.whenTrue, block.skipTrue);
      whenFalse = this.#here - this.#reachable(block.whenFalse, block.skipFalse);
      if (whenTrue > REACH) this.#island(block.whenTrue, block.skipTrue);
      else if (whenFalse > REACH) this.#island(block.whenFalse, block.skipFalse);
      else break;
    }
    this.#push(instruction(block.jump, block.k, whenTrue, whenFalse), block);
  }

  #repeat(block: MachineBlock): void {
    this.#repeats.push({ place: this.#here, block });
    this.#push(instruction(JUMP_ALWAYS), block);
  }

  #place(target: MachineBlock, skipped: number): number {
    return this.#starts[target.index]! - skipped;
  }

  /** The target itself or its nearest island. */
  #reachable(target: MachineBlock, skipped: number): number {
    const place = this.#place(target, skipped);
    if (this.#here - place <= REACH) return place;
    return this.#islands.get(target.index * 256 + skipped) ?? place;
  }

  #island(target: MachineBlock, skipped: number): void {
    const jump =
      target.kind === 'return' && target.code.length === 0
        ? returnOf(target)
        : instruction(JUMP_ALWAYS, this.#here - this.#place(target, skipped));
    this.#push(jump, undefined);
    this.#islands.set(target.index * 256 + skipped, this.#here);
  }
}

function returnOf(block: MachineBlock): ClassicInstruction {
  return block.k === -1 ? instruction(BPF_RET | BPF_A) : instruction(BPF_RET | BPF_K, block.k);
}

/** The longest way through the program, in instructions; loops count once. */
export function longestPath(program: ClassicProgram): number {
  const longest = new Int32Array(program.length + 1);
  for (let i = program.length - 1; i >= 0; i--) {
    const { code, jt, jf, k } = program[i]!;
    let rest = 0;
    if ((code & 7) === BPF_RET) rest = 0;
    else if ((code & 7) !== BPF_JMP) rest = longest[i + 1]!;
    else if (code === JUMP_ALWAYS) rest = k < program.length - i ? longest[i + 1 + k]! : 0;
    else rest = Math.max(longest[i + 1 + jt]!, longest[i + 1 + jf]!);
    longest[i] = rest + 1;
  }
  return longest[0]!;
}
