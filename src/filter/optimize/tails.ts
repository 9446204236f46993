// Equal code becomes one piece: whole blocks, and the ends of blocks.
//
// Two blocks with the same instructions and the same ways out do the same, whatever the values mean that they compare:
// the search in a list of hosts is one piece of code for IPv4 and for ARP, entered with another word in A. Equality is decided
// from the end of the graph upwards, as in the minimization of automata without cycles (Revuz, 1992).

import { joinOrigins } from './cfg.js';
import { Interner, ListInterner } from './interner.js';
import { type MachineBlock, type MachineGraph, machinePostorder } from './machine.js';

export function mergeTails(graph: MachineGraph): void {
  mergeWhole(graph);
  if (splitTails(graph)) mergeWhole(graph);
}

function mergeWhole(graph: MachineGraph): void {
  const lists = new ListInterner();
  const seen = new Interner();
  const blocks: MachineBlock[] = [];
  const substitutes: MachineBlock[] = [];
  const skips: number[] = [];
  for (const block of machinePostorder(graph.entry)) {
    let substitute = block;
    let skip = -1;
    if (block.hasSuccessors) {
      const { index } = block.whenTrue;
      const otherIndex = block.whenFalse.index;
      block.whenTrue = substitutes[index]!;
      block.whenFalse = substitutes[otherIndex]!;
      if (skips[index] !== -1) block.skipTrue = skips[index]!;
      if (skips[otherIndex] !== -1) block.skipFalse = skips[otherIndex]!;
      if (block.kind === 'goto' && block.code.length === 0 && !block.loops) {
        // Nothing but the way on. What comes here may skip as much as this block's own way does.
        substitute = block.whenTrue;
        skip = block.skipTrue;
      } else if (!block.loops) {
        const code = block.code.length === 0 ? 0 : lists.intern(block.code.flatMap(({ code, k }) => [code, k]));
        const id = seen.intern(
          block.kind === 'goto' ? -1 : block.jump,
          block.k,
          code,
          block.whenTrue.id,
          block.whenFalse.id,
        );
        const known = blocks[id];
        if (known) {
          substitute = known;
          agreeOnSkips(known, block);
          known.origins = joinOrigins(known.origins, block.origins);
        } else {
          blocks[id] = block;
        }
      }
    }
    substitutes.push(substitute);
    skips.push(skip);
  }
  graph.entry = substitutes[graph.entry.index]!;
}

/** A way that is now several may leave out only what each of them did. */
function agreeOnSkips(kept: MachineBlock, merged: MachineBlock): void {
  if (kept.skipTrue !== merged.skipTrue) kept.skipTrue = 0;
  if (kept.skipFalse !== merged.skipFalse) kept.skipFalse = 0;
}

/** Blocks that end alike share the end, where that takes an instruction or more off. True where something changed. */
function splitTails(graph: MachineGraph): boolean {
  const order = machinePostorder(graph.entry);
  const ends = new Interner();
  const groups: MachineBlock[][] = [];
  for (const block of order) {
    if (block.kind !== 'branch' || block.loops || block.code.length === 0) continue;
    const last = block.code[block.code.length - 1]!;
    const id = ends.intern(block.jump, block.k, block.whenTrue.id, block.whenFalse.id, last.code, last.k);
    groups[id] ??= [];
    groups[id].push(block);
  }
  const replacements = new Map<MachineBlock, MachineBlock>();
  const made: MachineBlock[] = [];
  for (const group of groups) {
    if (group.length < 2) continue;
    // The longest end that all of them share.
    let length = 1;
    const shortest = Math.min(...group.map(block => block.code.length));
    const [first] = group as [MachineBlock, ...MachineBlock[]];
    while (
      length < shortest &&
      group.every(({ code }) => same(code[code.length - 1 - length]!, first.code[first.code.length - 1 - length]!))
    ) {
      length++;
    }
    const shared = group.find(block => block.code.length === length) ?? graph.blocks.make('branch');
    if (!group.includes(shared)) {
      made.push(shared);
      shared.code = first.code.slice(-length);
      shared.jump = first.jump;
      shared.k = first.k;
      shared.whenTrue = first.whenTrue;
      shared.whenFalse = first.whenFalse;
      shared.skipTrue = first.skipTrue;
      shared.skipFalse = first.skipFalse;
      shared.origins = first.origins;
    }
    for (const block of group) {
      if (block === shared) continue;
      agreeOnSkips(shared, block);
      const front = graph.blocks.goto(shared, block.code.slice(0, -length), block.origins);
      shared.origins = joinOrigins(shared.origins, block.origins);
      replacements.set(block, front);
    }
  }
  if (replacements.size === 0) return false;
  for (const block of [...order, ...made]) {
    const front = replacements.get(block.whenTrue);
    if (front) {
      block.whenTrue = front;
      if (block.skipTrue > front.code.length) block.skipTrue = 0;
    }
    const otherFront = replacements.get(block.whenFalse);
    if (otherFront) {
      block.whenFalse = otherFront;
      if (block.skipFalse > otherFront.code.length) block.skipFalse = 0;
    }
  }
  graph.entry = replacements.get(graph.entry) ?? graph.entry;
  return true;
}

const same = (a: { code: number; k: number }, b: { code: number; k: number }): boolean =>
  a.code === b.code && a.k === b.k;
