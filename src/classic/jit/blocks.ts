// A classic program as basic blocks: what every compiler of it begins with. Flat arrays, because programs have up to
// 100,000 instructions and filters are compiled while somebody waits.

import { computeDominance } from '../../engine/index.js';
import {
  ancillaryAt,
  BPF_MEMWORDS,
  type ClassicProgram,
  instructionRow,
  isAlwaysJump,
  isConditionalJump,
} from '../../isa/index.js';

/** The machine's variables as bits of a set: A, X and M[0] to M[15]. */
export const A = 1;
export const X = 2;
export const memoryBit = (word: number): number => 4 << word;
export const VARIABLES = 2 + BPF_MEMWORDS;

export interface Blocks {
  readonly count: number;
  /** Block b is the instructions start[b] to end[b] - 1; the last one may be the jump or return it ends on. */
  readonly start: Int32Array;
  readonly end: Int32Array;
  /** Block that follows when a jump is taken, or always; -1 after a return. */
  readonly taken: Int32Array;
  /** Block that follows when a conditional jump is not taken; -1 where there is none. */
  readonly otherwise: Int32Array;
  /** Reachable blocks in reverse postorder, and each block's place there (-1: unreachable). Block 0 comes first. */
  readonly order: Int32Array;
  readonly place: Int32Array;
  /** Variables that are read before they are written, from the block's beginning on. */
  readonly liveIn: Int32Array;
}

/**
 * Cuts a program that assertRunnable() has passed into blocks. All checks of packet lengths stand at the beginnings of
 * blocks, so a block also ends where X changes, and behind an ancillary load, which may end the program with a result that
 * is not 0 before a load behind it fails.
 */
export function findBlocks(program: ClassicProgram): Blocks {
  const length = program.length;
  const leads = new Uint8Array(length + 1);
  leads[0] = 1;
  for (let pc = 0; pc < length; pc++) {
    const { code, jt, jf, k } = program[pc]!;
    if (isConditionalJump(code)) {
      leads[pc + 1] = leads[pc + 1 + jt] = leads[pc + 1 + jf] = 1;
    } else if (isAlwaysJump(code)) {
      leads[pc + 1] = leads[pc + 1 + (k | 0)] = 1;
    } else if (instructionRow(code)!.class === 'ret' || writesOf(program, pc) & X || ancillaryAt(k)) {
      leads[pc + 1] = 1;
    }
  }
  let count = 0;
  const blockAt = new Int32Array(length + 1);
  for (let pc = 0; pc < length; pc++) {
    if (leads[pc]) count++;
    blockAt[pc] = count - 1;
  }

  const start = new Int32Array(count);
  const end = new Int32Array(count);
  const taken = new Int32Array(count).fill(-1);
  const otherwise = new Int32Array(count).fill(-1);
  for (let pc = length - 1; pc >= 0; pc--) start[blockAt[pc]!] = pc;
  for (let block = 0; block < count; block++) {
    end[block] = block + 1 < count ? start[block + 1]! : length;
    const last = end[block]! - 1;
    const { code, jt, jf, k } = program[last]!;
    if (isConditionalJump(code)) {
      taken[block] = blockAt[last + 1 + jt]!;
      otherwise[block] = blockAt[last + 1 + jf]!;
    } else if (isAlwaysJump(code)) {
      taken[block] = blockAt[last + 1 + (k | 0)]!;
    } else if (instructionRow(code)!.class !== 'ret') {
      taken[block] = block + 1;
    }
  }
  skipPlainJumps(program, { start, end, taken, otherwise });

  const edges: number[] = [];
  const edgeStart = new Int32Array(count + 1);
  for (let block = 0; block < count; block++) {
    if (taken[block] !== -1) edges.push(taken[block]!);
    if (otherwise[block] !== -1) edges.push(otherwise[block]!);
    edgeStart[block + 1] = edges.length;
  }
  const { order, place } = computeDominance({ size: count, start: edgeStart, targets: Int32Array.from(edges) });
  const liveIn = computeLiveness(program, { start, end, taken, otherwise }, order);
  return { count, start, end, taken, otherwise, order, place, liveIn };
}

type Edges = Pick<Blocks, 'start' | 'end' | 'taken' | 'otherwise'>;

/** Long programs are full of `ja` islands, for 8-bit jumps to reach further: go where they go. */
function skipPlainJumps(program: ClassicProgram, { start, end, taken, otherwise }: Edges): void {
  const isIsland = (block: number): boolean => {
    const insn = program[start[block]!]!;
    return end[block]! - start[block]! === 1 && isAlwaysJump(insn.code) && (insn.k | 0) >= 0;
  };
  // Islands lead forward, so from the last block on each is already short.
  for (let block = taken.length - 1; block >= 0; block--) {
    const next = taken[block]!;
    if (next > block && isIsland(next)) taken[block] = taken[next]!;
    const other = otherwise[block]!;
    if (other > block && isIsland(other)) otherwise[block] = taken[other]!;
  }
}

/** Variables that an instruction reads. */
export function readsOf(program: ClassicProgram, pc: number): number {
  const { code, k } = program[pc]!;
  const row = instructionRow(code)!;
  switch (row.operand) {
    case 'abs':
      // Netlink attributes and xor_x compute from the registers; telling them apart here saves nothing.
      return k > 0x7fffffff ? A | X : 0;
    case 'ind':
      return X;
    case 'mem':
      if (row.class === 'st') return A;
      return row.class === 'stx' ? X : memoryBit(k);
    case 'imm':
      return row.class === 'alu' ? A : 0;
    case 'x':
    case 'cond-x':
      return A | X;
    case 'cond-k':
    case 'a':
      return A;
    case 'none':
      return row.mnemonic === 'txa' ? X : A;
    default:
      return 0;
  }
}

/** The variable that an instruction writes; 0: none. */
export function writesOf(program: ClassicProgram, pc: number): number {
  const { code, k } = program[pc]!;
  const row = instructionRow(code)!;
  switch (row.class) {
    case 'ld':
    case 'alu':
      return A;
    case 'ldx':
      return X;
    case 'st':
    case 'stx':
      return memoryBit(k);
    case 'misc':
      return row.mnemonic === 'tax' ? X : A;
    default:
      return 0;
  }
}

function computeLiveness(
  program: ClassicProgram,
  { start, end, taken, otherwise }: Edges,
  order: Int32Array,
): Int32Array {
  const count = start.length;
  const used = new Int32Array(count);
  const written = new Int32Array(count);
  for (const block of order) {
    let uses = 0;
    let writes = 0;
    for (let pc = start[block]!; pc < end[block]!; pc++) {
      uses |= readsOf(program, pc) & ~writes;
      writes |= writesOf(program, pc);
    }
    used[block] = uses;
    written[block] = writes;
  }
  const liveIn = new Int32Array(count);
  // Backwards over an acyclic graph once is enough; `protochain` loops take another round.
  for (let changed = true; changed; ) {
    changed = false;
    for (let at = order.length - 1; at >= 0; at--) {
      const block = order[at]!;
      let live = 0;
      if (taken[block] !== -1) live |= liveIn[taken[block]!]!;
      if (otherwise[block] !== -1) live |= liveIn[otherwise[block]!]!;
      live = used[block]! | (live & ~written[block]!);
      if (live !== liveIn[block]) {
        liveIn[block] = live;
        changed = true;
      }
    }
  }
  return liveIn;
}
