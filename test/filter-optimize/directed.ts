// Packets that get through a program: where it compares bytes that it loaded, they are given the value it looks for. Random
// packets seldom leave the first tests; these reach the last ones, and both ways of each.

import { trace } from '../../src/classic/index.js';
import type { ClassicProgram } from '../../src/isa/index.js';
import type { Random } from '../filter-codegen/random.js';

const MOST_ROUNDS = 24;

/** The packet, changed so that a random number of comparisons come out the way a coin says. */
export function direct(program: ClassicProgram, packet: Uint8Array, random: Random): Uint8Array {
  const bytes = packet.slice();
  const decided = new Set<number>();
  for (let round = 0; round < MOST_ROUNDS; round++) {
    let read: { readonly offset: number; readonly bytes: number } | undefined;
    let mask = 0xffffffff;
    let changed = false;
    for (const step of trace(program, bytes, bytes.length, { stepBudget: 2_000 })) {
      const { code, k } = step.instruction;
      const kind = code & 7;
      if (kind === 0) {
        read = step.read;
        mask = 0xffffffff;
      } else if (kind === 4) {
        if (code === 0x54) mask = (mask & k) >>> 0;
        else read = undefined;
      } else if (kind === 7) {
        if (code === 0x87) read = undefined;
      } else if (kind === 5 && (code & 8) === 0 && code !== 0x05 && read && !decided.has(step.pc)) {
        decided.add(step.pc);
        if (random.chance(0.3)) continue;
        const wanted = wantedValue(code & 0xf0, k, random);
        let value = 0;
        for (let i = 0; i < read.bytes; i++) value = value * 256 + bytes[read.offset + i]!;
        value = ((value & ~mask) | (wanted & mask)) >>> 0;
        for (let i = 0; i < read.bytes; i++) bytes[read.offset + i] = (value >>> (8 * (read.bytes - 1 - i))) & 0xff;
        changed = true;
        break;
      }
    }
    if (!changed) break;
  }
  return bytes;
}

/** A number at or next to the constant. */
function wantedValue(jump: number, k: number, random: Random): number {
  const near = random.below(4) === 0 ? random.pick([k - 1, k + 1]) : k;
  return (jump === 0x40 && random.chance(0.5) ? random.below(256) : near) >>> 0;
}
