// A program as functions of basic blocks: what the code generator walks. Control leaves a function only by `exit`; a jump that would
// leave it otherwise goes to a block that faults (fault.ts has the rules).

import {
  FRAME_POINTER,
  type Instruction,
  type InstructionRow,
  LDDW_OPCODE,
  type Program,
  REGISTER_COUNT,
  rowOf,
} from '../../isa/extended/index.js';
import type { LinkedProgram } from '../engine.js';
import type { FlowEnd } from '../structure.js';

/** Why control cannot go on at a slot. */
export type DeadEnd = 'unknown-instruction' | 'fell-off-the-end';

export interface BasicBlock {
  /** First slot. */
  readonly start: number;
  /** Slot behind its last instruction. */
  readonly end: number;
  /** The block is only there to fault, at `start`. */
  readonly deadEnd: DeadEnd | undefined;
  readonly flow: FlowEnd;
}

export interface BpfFunction {
  /** First slot. */
  readonly start: number;
  /** Slot behind its last one. */
  readonly end: number;
  /** Block 0 is the entry. */
  readonly blocks: readonly BasicBlock[];
  /** Argument registers that it reads before it writes them: r1 to r`argumentCount` at most. */
  readonly argumentCount: number;
  /** Whether an instruction writes r10, which no verified program does. */
  readonly writesFramePointer: boolean;
  readonly usesMayGoto: boolean;
}

export interface DecodedProgram {
  readonly slots: Program;
  /** Slots that the instruction at each slot takes: 1, or 2; 0 for the second slot of such a one. */
  readonly lengths: Uint8Array;
  /** Row of each slot; undefined for what no engine runs, the second slots of 64-bit loads included. */
  readonly rows: readonly (InstructionRow | undefined)[];
  readonly functions: readonly BpfFunction[];
}

/** Kinds that write `dst`. */
const WRITES_DST: ReadonlySet<string> = new Set([
  'alu',
  'neg',
  'mov',
  'movsx',
  'end',
  'addr-space',
  'lddw',
  'load',
  'load-acquire',
]);
/** Kinds whose old `dst` matters. */
const READS_DST: ReadonlySet<string> = new Set([
  'alu',
  'neg',
  'end',
  'store',
  'store-imm',
  'store-release',
  'atomic',
  'jump',
]);
const ARGUMENTS = 0b111110;

/** The helper that does not come back when it succeeds. */
export const TAIL_CALL_HELPER = 12;

/** Cuts a program into functions and blocks. Never throws: what is malformed becomes a block that faults. */
export function decodeProgram({ instructions: slots, functionStarts }: LinkedProgram): DecodedProgram {
  const rows = slots.map(runnableRow);
  const lengths = new Uint8Array(slots.length).fill(1);
  const decoded = { slots, rows, lengths };
  const functions = functionStarts.map((start, n) => {
    const end = functionStarts[n + 1] ?? slots.length;
    for (let slot = start; slot < end; slot++) {
      if (slots[slot]!.opcode !== LDDW_OPCODE) continue;
      if (slot + 1 < end) {
        lengths[slot] = 2;
        lengths[++slot] = 0;
        rows[slot] = undefined;
      } else rows[slot] = undefined;
    }
    return decodeFunction(decoded, start, end);
  });
  return { ...decoded, functions };
}

/** The row of an instruction that engines run. */
function runnableRow(instruction: Instruction): InstructionRow | undefined {
  const row = rowOf(instruction);
  if (!row || row.kind === 'callx') return undefined;
  if (row.uses.includes('dst') && instruction.dst >= REGISTER_COUNT) return undefined;
  if (row.uses.includes('src') && instruction.src >= REGISTER_COUNT) return undefined;
  return row;
}

type Decoded = Omit<DecodedProgram, 'functions'>;

function decodeFunction(program: Decoded, start: number, end: number): BpfFunction {
  const { slots, rows, lengths } = program;
  // Slots where a block begins, and those where nothing can run: outside of the function, in a 64-bit load.
  const leader = new Uint8Array(end - start + 1);
  const nowhere = new Set<number>();
  let writesFramePointer = false;
  let usesMayGoto = false;
  const mark = (slot: number): void => {
    if (slot >= start && slot < end && lengths[slot] !== 0) leader[slot - start] = 1;
    else nowhere.add(slot);
  };
  mark(start);
  for (let slot = start; slot < end; slot += lengths[slot]!) {
    const instruction = slots[slot]!;
    const row = rows[slot];
    const next = slot + lengths[slot]!;
    if (!row) {
      // A block of its own, which ends there.
      mark(slot);
      if (next < end) mark(next);
      continue;
    }
    if (WRITES_DST.has(row.kind) && instruction.dst === FRAME_POINTER) writesFramePointer = true;
    if (row.fetch && row.operation !== 'cmpxchg' && instruction.src === FRAME_POINTER) writesFramePointer = true;
    if (row.kind === 'may-goto') usesMayGoto = true;
    const target = targetOf(row, instruction, slot);
    if (target !== undefined) mark(target);
    const ends = target !== undefined || row.kind === 'exit' || isTailCall(row, instruction);
    if (next >= end ? row.kind !== 'exit' && row.kind !== 'goto' : ends) mark(next);
  }

  const starts: number[] = [];
  for (let slot = start; slot < end; slot++) if (leader[slot - start]) starts.push(slot);
  const places = [...starts, ...nowhere];
  const nodeOf = new Map(places.map((slot, node) => [slot, node]));
  const blocks = places.map((place, node): BasicBlock => {
    if (place < start || place >= end) return dead(place, 'fell-off-the-end');
    if (!rows[place]) return dead(place, 'unknown-instruction');
    const limit = starts[node + 1] ?? end;
    let last = place;
    let after = place + lengths[place]!;
    while (after < limit) {
      last = after;
      after += lengths[after]!;
    }
    return {
      start: place,
      end: after,
      deadEnd: undefined,
      flow: flowOf(rows[last]!, slots[last]!, last, after, nodeOf),
    };
  });
  const argumentCount = countArguments(program, blocks);
  return { start, end, blocks, argumentCount, writesFramePointer, usesMayGoto };
}

const dead = (slot: number, deadEnd: DeadEnd): BasicBlock => ({
  start: slot,
  end: slot,
  deadEnd,
  flow: { kind: 'exit' },
});

export const isTailCall = (row: InstructionRow, { src, imm }: Instruction): boolean =>
  row.kind === 'call' && src === 0 && imm === TAIL_CALL_HELPER;

function targetOf(row: InstructionRow, { offset, imm }: Instruction, slot: number): number | undefined {
  switch (row.kind) {
    case 'goto':
      return slot + 1 + (row.bits === 32 ? imm : offset);
    case 'jump':
    case 'may-goto':
      return slot + 1 + offset;
    default:
      return undefined;
  }
}

function flowOf(
  row: InstructionRow,
  instruction: Instruction,
  slot: number,
  next: number,
  nodeOf: ReadonlyMap<number, number>,
): FlowEnd {
  if (row.kind === 'exit') return { kind: 'exit' };
  const target = targetOf(row, instruction, slot);
  if (target === undefined) return { kind: 'jump', to: nodeOf.get(next)! };
  if (row.kind === 'goto') return { kind: 'jump', to: nodeOf.get(target)! };
  return { kind: 'branch', taken: nodeOf.get(target)!, otherwise: nodeOf.get(next)! };
}

/** Liveness of r1 to r5 at the entry: backward data flow over the blocks, five bits each. */
function countArguments({ slots, rows, lengths }: Decoded, blocks: readonly BasicBlock[]): number {
  const reads = new Uint8Array(blocks.length);
  const writes = new Uint8Array(blocks.length);
  let any = 0;
  blocks.forEach((block, node) => {
    let read = 0;
    let written = 0;
    for (let slot = block.start; slot < block.end; slot += lengths[slot]!) {
      const { dst, src } = slots[slot]!;
      const row = rows[slot]!;
      let uses = 0;
      if (row.kind === 'call') uses = ARGUMENTS;
      else {
        if (row.uses.includes('src')) uses |= 1 << src;
        if (READS_DST.has(row.kind)) uses |= 1 << dst;
      }
      read |= uses & ~written & ARGUMENTS;
      if (row.kind === 'call') written |= ARGUMENTS;
      else if (WRITES_DST.has(row.kind)) written |= 1 << dst;
      else if (row.fetch && row.operation !== 'cmpxchg') written |= 1 << src;
    }
    reads[node] = read;
    writes[node] = written & ARGUMENTS;
    any |= read;
  });
  if (any === 0) return 0;
  const live = reads.slice();
  const predecessors: number[][] = blocks.map(() => []);
  blocks.forEach(({ flow }, node) => {
    if (flow.kind === 'jump') predecessors[flow.to]!.push(node);
    else if (flow.kind === 'branch') {
      predecessors[flow.taken]!.push(node);
      predecessors[flow.otherwise]!.push(node);
    }
  });
  const work = blocks.map((_, node) => node);
  while (work.length > 0) {
    const node = work.pop()!;
    for (const before of predecessors[node]!) {
      const wider = live[before]! | (live[node]! & ~writes[before]!);
      if (wider === live[before]) continue;
      live[before] = wider;
      work.push(before);
    }
  }
  return 31 - Math.clz32(live[0]! | 1);
}
