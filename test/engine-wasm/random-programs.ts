// Random programs for comparing engines: any instruction of the table, jumps to anywhere in their function (so that loops with two
// entries come up too), memory of the stack and the context, wild addresses now and then, helpers, functions.
//
// What engines may do as they like does not occur: the caller's r1 to r5 after a call of a function, the callee's r0 and r6 to r8 before it
// writes them. A program is a list of items; jumps lead to the beginning of items.

import {
  INSTRUCTIONS,
  type Instruction,
  type InstructionRow,
  insn,
  lddw,
  type Program,
} from '../../src/isa/extended/index.js';

/** Numbers from 0 to below - 1. */
export type Random = (below: number) => number;

/** Marsaglia's xorshift. */
export function randomNumbers(seed: number): Random {
  let state = Math.imul(seed + 1, 0x9e3779b9) | 1;
  return below => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return Math.floor(((state >>> 0) / 2 ** 32) * below);
  };
}

const rowsOf = (...kinds: InstructionRow['kind'][]): InstructionRow[] =>
  INSTRUCTIONS.filter(({ kind }) => kinds.includes(kind));
const ALU = rowsOf('alu', 'neg', 'mov', 'movsx', 'end');
const JUMPS = rowsOf('jump');
const LOADS = rowsOf('load', 'load-acquire');
const STORES = rowsOf('store', 'store-imm', 'store-release', 'atomic');
const [MAY_GOTO] = rowsOf('may-goto');
const PACKET = rowsOf('packet');
const CORNERS = [0, 1, -1, 2, 7, 31, 32, 63, 64, 255, 0x7fff, 0x10000, 0x7fffffff, -0x80000000];
const EXIT = insn(0x95);
const CONTEXT_BYTES = 64;

interface Item {
  readonly code: Instruction[];
  /** Its last instruction jumps: to this item. */
  target?: number;
  /** Its first instruction calls this function. */
  callee?: number;
}

export interface RandomOptions {
  /** Items of a function at most. Default 25. */
  readonly items?: number;
  /** Numbers of helpers that may be called. */
  readonly helpers?: readonly number[];
  /** Addresses that may not be touched come up. Default true; what comes of them without checks is not defined. */
  readonly wild?: boolean;
}

function fill(row: InstructionRow, dst: number, src: number, offset: number, imm: number): Instruction {
  const { selects, uses } = row;
  const field = (name: 'src' | 'offset' | 'imm', given: number): number =>
    selects[name] ?? (uses.includes(name) ? given : 0);
  return insn(
    row.opcode,
    uses.includes('dst') ? dst : 0,
    field('src', src),
    field('offset', offset),
    field('imm', imm),
  );
}

export function randomProgram(random: Random, { items = 25, helpers = [], wild = true }: RandomOptions = {}): Program {
  const pick = <T>(list: readonly T[]): T => list[random(list.length)]!;
  const imm = (): number => (random(2) === 0 ? pick(CORNERS) : random(2 ** 32) | 0);
  const register = (): number => random(9);
  const constant = (to: number): Instruction[] =>
    random(2) === 0 ? [insn(0xb7, to, 0, 0, imm())] : lddw(to, 0, imm(), random(2) === 0 ? 0 : imm());
  /** A base and an offset: r9, the context, or r10, the frame; rarely anything. */
  const address = (sizeBytes: number): [number, number] => {
    const aligned = (offset: number): number => (random(5) === 0 ? offset : offset - (offset % sizeBytes));
    switch (wild ? random(60) : 3) {
      case 0:
        return [register(), random(64) - 32];
      case 1:
        return [9, CONTEXT_BYTES - random(8)];
      case 2:
        return [10, -512 - random(16)];
      default:
        return random(2) === 0
          ? [9, aligned(random(CONTEXT_BYTES - sizeBytes + 1))]
          : [10, aligned(-random(64) - sizeBytes)];
    }
  };

  const functionCount = 1 + (random(3) === 0 ? 1 + random(3) : 0);
  const functions = Array.from({ length: functionCount }, (_, number) => {
    const list: Item[] = [];
    // r9 is the context: r1 at first, and what callers pass on.
    const prologue = [insn(0xbf, 9, 1)];
    for (const to of number === 0 ? [0, 1, 2, 3, 4, 5, 6, 7, 8] : [0, 6, 7, 8]) prologue.push(...constant(to));
    list.push({ code: prologue });
    const count = 1 + random(items);
    const addItem = (): void => {
      const kind = random(20);
      if (kind < 8) {
        list.push({ code: [fill(pick(ALU), register(), random(11), 0, imm())] });
      } else if (kind < 11) {
        const row = random(25) === 0 ? MAY_GOTO! : pick(JUMPS);
        list.push({ code: [fill(row, register(), register(), 0, imm())], target: 1 + random(count + 1) });
      } else if (kind < 13) {
        const row = pick(LOADS);
        const [base, offset] = address(row.bits / 8);
        list.push({ code: [fill(row, register(), base, offset, 0)] });
      } else if (kind < 16) {
        const row = pick(STORES);
        const [base, offset] = address(row.bits / 8);
        list.push({ code: [fill(row, base, register(), offset, imm())] });
      } else if (kind === 16 && number + 1 < functionCount) {
        const code = [insn(0xbf, 1, 9), insn(0x85, 0, 1)];
        for (const to of [1, 2, 3, 4, 5]) code.push(...constant(to));
        list.push({ code, callee: number + 1 + random(functionCount - number - 1) });
      } else if (kind === 17 && helpers.length > 0) {
        list.push({ code: [insn(0x85, 0, 0, 0, pick(helpers))] });
      } else if (kind === 18 && random(6) === 0) {
        list.push({ code: [fill(pick(PACKET), 0, register(), 0, random(24))] });
      } else if (kind === 19) {
        // A pointer of its own: what checks remember of registers moves with it.
        const to = register();
        const pointer = pick([9, 10]);
        const by = random(wild ? 16 : 1);
        list.push({
          code: [
            insn(0xbf, to, pointer),
            insn(0x07, to, 0, 0, random(4) === 0 ? by : -by),
            insn(0x79, register(), to, wild ? -8 : pointer === 10 ? -8 : 0),
          ],
        });
      } else list.push({ code: constant(register()) });
    };
    while (list.length <= count) addItem();
    list.push({ code: [EXIT] });
    return list;
  });

  const starts: number[] = [];
  const itemSlots: number[][] = [];
  let slot = 0;
  for (const list of functions) {
    starts.push(slot);
    itemSlots.push(
      list.map(({ code }) => {
        const at = slot;
        slot += code.length;
        return at;
      }),
    );
  }
  return functions.flatMap((list, number) =>
    list.flatMap(({ code, target, callee }, item) => {
      const at = itemSlots[number]![item]!;
      if (target !== undefined) {
        const last = code.length - 1;
        return [...code.slice(0, last), { ...code[last]!, offset: itemSlots[number]![target]! - (at + last) - 1 }];
      }
      if (callee !== undefined)
        return code.map((each, n) => (n === 1 ? { ...each, imm: starts[callee]! - at - 2 } : each));
      return code;
    }),
  );
}
