// Mutated objects and types: whatever the bytes, there is an answer or a SkepError, soon and without much memory.
// FUZZ_RUNS=100000 for a long night.

import { describe, expect, it } from 'vitest';
import { SkepError } from '../../src/diagnostics/index.js';
import {
  Btf,
  codecOf,
  linkObjects,
  loadObject,
  parseBtfExt,
  readElf,
  relocate,
  writeC,
  writeRaw,
  writeTypeScript,
} from '../../src/object/index.js';
import { ORDERS, objectBytes } from './support/objects.js';

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 1500);
const NAMES = ['arena', 'calls', 'core', 'globals', 'legacy', 'maps', 'struct_ops', 'types', 'link-a'] as const;
const SEEDS = NAMES.flatMap(name => ORDERS.map(order => objectBytes(name, order)));
/** Slower than this for a few kilobytes is a hang in the making. */
const MAX_MS = 2000;

/** mulberry32: the same mutations every time. */
function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return below => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const EXTREMES = [0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff8];

/** A few changes: bytes, words of extreme value, a cut, a copy of one place over another. */
function mutate(original: Uint8Array, random: (below: number) => number, from = 0, to = original.length): Uint8Array {
  let bytes = original.slice();
  const view = new DataView(bytes.buffer);
  const at = (size: number): number => from + random(Math.max(1, to - from - size));
  for (let count = 1 + random(6); count > 0; count--) {
    switch (random(8)) {
      case 0:
      case 1:
        bytes[at(1)] = random(256);
        break;
      case 2:
        bytes[at(1)]! ^= 1 << random(8);
        break;
      case 3:
      case 4:
        view.setUint32(at(4), EXTREMES[random(EXTREMES.length)]!, random(2) === 0);
        break;
      case 5: {
        const place = at(4);
        view.setUint32(place, view.getUint32(place, true) + random(9) - 4, true);
        break;
      }
      case 6:
        bytes.copyWithin(at(32), at(32), at(32));
        break;
      default:
        if (random(8) === 0) bytes = bytes.slice(0, random(bytes.length));
        return bytes;
    }
  }
  return bytes;
}

/** Runs it; anything but a SkepError is a failure of the test. True: it was refused. */
function refused(action: () => void): boolean {
  try {
    action();
    return false;
  } catch (error) {
    if (!(error instanceof SkepError)) throw error;
    expect(error.diagnostics.length).toBeGreaterThan(0);
    for (const { code, span } of error.diagnostics) {
      expect(code).toMatch(/^SKEP(4|25)\d\d/);
      if (span) expect(span.start).toBeLessThanOrEqual(span.end);
    }
    return true;
  }
}

function useTypes(btf: Btf): void {
  const attempts = [
    () => writeC(btf),
    () => writeTypeScript(btf),
    () => {
      for (const _ of writeRaw(btf));
    },
    ...Array.from({ length: Math.min(btf.typeCount, 200) }, (_, id) => () => {
      const codec = codecOf(btf, id);
      if (codec.sizeBytes < 1 << 16) codec.encode(codec.decode(new Uint8Array(codec.sizeBytes)));
    }),
  ];
  for (const attempt of attempts) refused(attempt);
}

function run(
  seed: number,
  make: (random: (below: number) => number) => Uint8Array,
  use: (bytes: Uint8Array) => void,
): boolean {
  const bytes = make(generator(seed));
  const start = performance.now();
  try {
    return refused(() => use(bytes));
  } catch (error) {
    throw new Error(`seed ${seed}: ${(error as Error).stack}`);
  } finally {
    expect(performance.now() - start, `seed ${seed}`).toBeLessThan(MAX_MS);
  }
}

describe('mutated bytes', () => {
  it('of objects are loaded or refused', () => {
    const target = Btf.parse(readElf(objectBytes('core')).sections.find(({ name }) => name === '.BTF')!.bytes);
    let refusals = 0;
    for (let seed = 0; seed < RUNS; seed++) {
      const isRefused = run(
        seed,
        random => mutate(SEEDS[random(SEEDS.length)]!, random),
        bytes => {
          const spec = loadObject(bytes);
          relocate(spec, target);
          if (seed % 8 === 0) linkObjects([bytes, bytes]);
        },
      );
      if (isRefused) refusals++;
    }
    // Both happen: the mutations are neither harmless nor hopeless.
    expect(refusals).toBeGreaterThan(RUNS / 10);
    expect(refusals).toBeLessThan(RUNS);
  });

  it('of types are read or refused, and used', () => {
    for (let seed = 0; seed < RUNS / 3; seed++) {
      const elf = readElf(SEEDS[(seed * 7) % SEEDS.length]!);
      const section = (name: string) => elf.sections.find(candidate => candidate.name === name);
      const types = section('.BTF');
      if (!types) continue;
      run(
        seed,
        random => mutate(types.bytes, random),
        bytes => {
          const btf = Btf.parse(bytes);
          useTypes(btf);
          parseBtfExt(section('.BTF.ext')!.bytes, btf);
        },
      );
    }
  });

  it('of .BTF.ext are read or refused', () => {
    for (let seed = 0; seed < RUNS / 3; seed++) {
      const elf = readElf(SEEDS[(seed * 5) % SEEDS.length]!);
      const section = (name: string) => elf.sections.find(candidate => candidate.name === name);
      const types = section('.BTF');
      if (!types) continue;
      const btf = Btf.parse(types.bytes);
      run(
        seed,
        random => mutate(section('.BTF.ext')!.bytes, random),
        bytes => {
          parseBtfExt(bytes, btf);
        },
      );
    }
  });

  it('cut anywhere are refused', () => {
    const whole = objectBytes('maps');
    for (let length = 0; length < whole.length; length += 7) {
      expect(
        refused(() => loadObject(whole.subarray(0, length))),
        `${length} bytes`,
      ).toBe(true);
    }
  });
});
