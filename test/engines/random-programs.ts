// Random programs that do something: loads inside the packets, constants that occur in them, jumps of all lengths. The
// property tests of test/classic take any program; these get further than the first load.

import { type ClassicInstruction, instruction } from '../../src/isa/index.js';

/** A generator of integers from 0 to below - 1 (Marsaglia's xorshift). */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed | 0 || 1;
  return below => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return Math.floor(((state >>> 0) / 4294967296) * below);
  };
}

export interface ProgramOptions {
  readonly maxLength?: number;
  /** Backward jumps, which libpcap has and Linux has not. */
  readonly loops?: boolean;
  /** Loads of scratch words that may not have been written; shifts of 32 and more by a constant. */
  readonly libpcapOnly?: boolean;
  readonly ancillary?: boolean;
}

const SIZES = [0x00, 0x08, 0x10];
const JUMPS = [0x10, 0x20, 0x30, 0x40];
const ALU = [0x00, 0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0x90, 0xa0];
const INTERESTING = [0, 1, 2, 6, 17, 0x0800, 0x86dd, 0x0806, 0x1fff, 0x3fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000];

/** A program that every validator but for its loops and `libpcapOnly` accepts. Its packets are randomPacket()'s. */
export function randomProgram(random: (below: number) => number, options: ProgramOptions = {}): ClassicInstruction[] {
  const length = 1 + random(options.maxLength ?? 30);
  const program: ClassicInstruction[] = [];
  // Linux wants words written before they are read.
  const words = options.libpcapOnly ? 16 : random(3);
  if (!options.libpcapOnly) for (let word = 0; word < words; word++) program.push(instruction(2 + random(2), word));
  const body = program.length + length;
  const constant = (): number =>
    random(2) === 0 ? INTERESTING[random(INTERESTING.length)]! : random(3) === 0 ? random(2 ** 32) : random(256);
  const offset = (): number => (random(12) === 0 ? random(200) : random(40));
  while (program.length < body) {
    const room = body - program.length - 1;
    const size = SIZES[random(3)]!;
    if (room > 5 && random(9) === 0) {
      program.push(...indexedLoads(random, offset));
      continue;
    }
    switch (random(options.ancillary ? 16 : 15)) {
      case 0:
      case 1:
      case 2:
        program.push(instruction(0x20 | size, offset()));
        break;
      case 3:
        program.push(instruction(0x40 | size, random(30) === 0 ? 2 ** 32 - 1 - random(20) : offset()));
        break;
      case 4:
        program.push(instruction(0xb1, offset()));
        break;
      case 5:
        program.push(instruction(random(2), random(4) === 0 ? constant() : random(40)));
        break;
      case 6:
        program.push(random(3) === 0 ? instruction(0x81) : instruction(0x80));
        break;
      case 7:
        if (words > 0) program.push(instruction([0x60, 0x61, 2, 3][random(4)]!, random(words)));
        else program.push(instruction(7));
        break;
      case 8: {
        const operation = ALU[random(ALU.length)]!;
        let k = constant();
        if ((operation === 0x30 || operation === 0x90) && k === 0) k = 3;
        if ((operation === 0x60 || operation === 0x70) && !options.libpcapOnly) k &= 31;
        program.push(instruction(0x04 | operation, k));
        break;
      }
      case 9:
        // Masks, mostly: they keep values comparable in packet order.
        program.push(instruction(0x54, [0xff, 0xf0, 0xff00, 0x1fff, 0xffff0000, constant()][random(6)]!));
        break;
      case 10:
        program.push(instruction(0x0c | ALU[random(ALU.length)]!));
        break;
      case 11:
        program.push([instruction(7), instruction(0x87), instruction(0x84)][random(3)]!);
        break;
      case 12:
        if (options.loops && random(2) === 0 && program.length > 2) {
          program.push(instruction(0x05, -1 - random(program.length)));
        } else if (random(4) === 0) program.push(instruction(0x05, random(Math.min(room, 6) + 1)));
        else
          program.push(
            instruction(0x0d | JUMPS[random(4)]!, 0, random(Math.min(room, 9) + 1), random(Math.min(room, 9) + 1)),
          );
        break;
      case 13:
      case 14: {
        const far = random(6) === 0 ? Math.min(room, 255) : Math.min(room, 5);
        program.push(instruction(0x05 | JUMPS[random(4)]!, constant(), random(far + 1), random(far + 1)));
        break;
      }
      default:
        program.push(instruction(0x20 | size, 0xfffff000 + 4 * random(16)));
    }
    if (random(14) === 0 && program.length < body) program.push(returning(random));
  }
  program.push(returning(random));
  return program;
}

/** What filters do with ports: X, then loads behind it with tests between. Five instructions. */
function indexedLoads(random: (below: number) => number, offset: () => number): ClassicInstruction[] {
  const size = SIZES[random(3)]!;
  const first = random(24);
  const x =
    random(2) === 0
      ? [instruction(0x28, random(12)), instruction(0x07)]
      : [instruction(0xb1, random(20)), instruction(0x20 | size, offset())];
  return [
    ...x,
    instruction(0x40 | size, first),
    instruction(0x05 | JUMPS[random(4)]!, INTERESTING[random(INTERESTING.length)]!, random(2), random(2)),
    instruction(0x40 | size, Math.max(0, first - 2 + random(6))),
  ];
}

function returning(random: (below: number) => number): ClassicInstruction {
  const dice = random(6);
  return dice === 0 ? instruction(0x16) : instruction(0x06, [0, 0, 262144, 262144, 0xffffffff, random(80)][dice]!);
}

/** Up to 80 bytes, many of them small or those of interesting constants. */
export function randomPacket(random: (below: number) => number): Uint8Array {
  const packet = new Uint8Array(1 + random(random(4) === 0 ? 20 : 80));
  for (let at = 0; at < packet.length; at++) {
    packet[at] = [0, 6, 8, 0x45, 0x86, 0xdd, 0xff, random(256), random(256), random(64)][random(10)]!;
  }
  return packet;
}
