import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Ancillary,
  type Dialect,
  interpret,
  type Outcome,
  prepare,
  type Step,
  trace,
} from '../../src/classic/index.js';
import { type ClassicProgram, instruction } from '../../src/isa/index.js';
import { packetBytes, soundProgram } from './arbitrary.js';

function outcomeOf(steps: Generator<Step, Outcome>): Outcome {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

const ancillaryRecord: fc.Arbitrary<Ancillary> = fc.record(
  {
    protocol: fc.nat(0xffff),
    packetType: fc.nat(4),
    interfaceIndex: fc.nat(100),
    mark: fc.nat(0xffffffff),
    queue: fc.nat(9),
    hardwareType: fc.nat(0xffff),
    rxHash: fc.nat(0xffffffff),
    cpu: fc.nat(63),
    vlanTag: fc.nat(0xffff),
    vlanTagPresent: fc.boolean(),
    vlanProtocol: fc.constantFrom(0x8100, 0x88a8),
    payloadOffset: fc.nat(100),
    random: fc.nat(0xffffffff),
    networkOffset: fc.constantFrom(0, 14, 18),
    linkOffset: fc.constant(0),
  },
  { requiredKeys: [] },
);

describe('the two interpreters agree', () => {
  for (const dialect of ['libpcap', 'linux'] as const) {
    it(`in the ${dialect} dialect, on random programs and packets`, () => {
      fc.assert(
        fc.property(soundProgram(), packetBytes, fc.nat(2000), ancillaryRecord, (program, packet, extra, ancillary) => {
          const wire = packet.length + extra;
          const slow = outcomeOf(trace(program, packet, wire, { dialect, ancillary }));
          expect(interpret(program, packet, wire, { dialect, ancillary })).toBe(slow.value);
          // At an offset of a larger buffer, and again with the same prepared program.
          const buffer = new Uint8Array(packet.length + 40).fill(0xee);
          buffer.set(packet, 17);
          const prepared = prepare(program, { dialect });
          for (let again = 0; again < 2; again++) {
            expect(prepared.runAt(buffer, 17, packet.length, wire, ancillary)).toBe(slow.value);
          }
        }),
        { numRuns: 4000 },
      );
    });
  }
});

const packet = Uint8Array.from({ length: 20 }, (_, index) => 0x10 + index);

interface Case {
  readonly name: string;
  readonly program: readonly (readonly [code: number, k?: number, jt?: number, jf?: number])[];
  readonly libpcap: number;
  readonly linux?: number;
  readonly ancillary?: Ancillary;
}

const RET_A = [0x16] as const;
/** Puts `a` into A and `x` into X. */
const set = (a: number, x: number) =>
  [
    [0x00, a],
    [0x01, x],
  ] as const;

const CASES: readonly Case[] = [
  { name: 'ld [4] is big endian', program: [[0x20, 4], RET_A], libpcap: 0x14151617 },
  { name: 'ldh [18], the last two bytes', program: [[0x28, 18], RET_A], libpcap: 0x2223 },
  { name: 'ldh [19], one byte short', program: [[0x28, 19], RET_A], libpcap: 0 },
  { name: 'ldb [19]', program: [[0x30, 19], RET_A], libpcap: 0x23 },
  { name: 'ld [x + 2]', program: [[0x01, 3], [0x40, 2], RET_A], libpcap: 0x15161718 },
  {
    name: 'ldb [x - 1] is beyond the packet for libpcap, 4 - 1 for Linux',
    program: [[0x01, 4], [0x50, 0xffffffff], RET_A],
    libpcap: 0,
    linux: 0x13,
  },
  { name: 'ldxb 4*([1]&0xf)', program: [[0xb1, 1], [0x87], RET_A], libpcap: 4 },
  { name: 'ld #len', program: [[0x80], RET_A], libpcap: 1500 },
  { name: 'st, ld M[]', program: [...set(7, 0), [0x02, 15], [0x00, 9], [0x60, 15], RET_A], libpcap: 7 },
  { name: 'M[] is zero at the start', program: [[0x60, 3], [0x14, 1], RET_A], libpcap: 0xffffffff },
  { name: 'add wraps', program: [...set(0xffffffff, 2), [0x0c], RET_A], libpcap: 1 },
  { name: 'sub wraps', program: [...set(1, 2), [0x1c], RET_A], libpcap: 0xffffffff },
  { name: 'mul keeps the low 32 bits', program: [...set(0xffffffff, 0xfffffff1), [0x2c], RET_A], libpcap: 15 },
  { name: 'div is unsigned', program: [...set(0xfffffffe, 2), [0x3c], RET_A], libpcap: 0x7fffffff },
  { name: 'div by X = 0 rejects', program: [...set(5, 0), [0x3c], [0x06, 1]], libpcap: 0 },
  { name: 'mod is unsigned', program: [...set(0xffffffff, 10), [0x9c], RET_A], libpcap: 5 },
  { name: 'mod by X = 0 rejects', program: [...set(5, 0), [0x9c], [0x06, 1]], libpcap: 0 },
  { name: 'neg', program: [[0x00, 1], [0x84], RET_A], libpcap: 0xffffffff },
  { name: 'lsh x by 31', program: [...set(3, 31), [0x6c], RET_A], libpcap: 0x80000000 },
  { name: 'lsh x by 32', program: [...set(3, 32), [0x6c], RET_A], libpcap: 0, linux: 3 },
  { name: 'lsh x by 33', program: [...set(3, 33), [0x6c], RET_A], libpcap: 0, linux: 6 },
  { name: 'rsh x by 32', program: [...set(0x80000000, 32), [0x7c], RET_A], libpcap: 0, linux: 0x80000000 },
  { name: 'rsh is logical', program: [[0x00, 0x80000000], [0x74, 31], RET_A], libpcap: 1 },
  {
    name: 'jgt is unsigned',
    program: [
      [0x00, 0x80000000],
      [0x25, 1, 0, 1],
      [0x06, 11],
      [0x06, 22],
    ],
    libpcap: 11,
  },
  { name: 'jge x, equal', program: [...set(5, 5), [0x3d, 0, 0, 1], [0x06, 11], [0x06, 22]], libpcap: 11 },
  {
    name: 'jset, upper bit',
    program: [
      [0x00, 0x80000001],
      [0x45, 0x80000000, 0, 1],
      [0x06, 11],
      [0x06, 22],
    ],
    libpcap: 11,
  },
  {
    name: 'ja backwards counts down',
    program: [
      [0x00, 5],
      [0x15, 0, 2, 0],
      [0x14, 1],
      [0x05, -3 >>> 0],
      [0x06, 42],
    ],
    libpcap: 42,
  },
  {
    name: 'a loop without end is stopped',
    program: [
      [0x05, -1 >>> 0],
      [0x06, 1],
    ],
    libpcap: 0,
  },
  {
    name: 'ldb [vlanp] with ancillary data',
    program: [[0x30, 0xfffff030], RET_A],
    ancillary: { vlanTagPresent: true },
    libpcap: 1,
    linux: 1,
  },
  {
    name: 'ldh [vlan_tci]: libpcap knows it as ldb only',
    program: [[0x28, 0xfffff02c], RET_A],
    ancillary: { vlanTag: 5 },
    libpcap: 0,
    linux: 5,
  },
  {
    name: 'ld #mark',
    program: [[0x20, 0xfffff014], RET_A],
    ancillary: { mark: 0xdeadbeef },
    libpcap: 0,
    linux: 0xdeadbeef,
  },
  {
    name: 'ld #ifidx without an interface ends with A',
    program: [
      [0x00, 7],
      [0x20, 0xfffff008],
      [0x06, 9],
    ],
    ancillary: {},
    libpcap: 0,
    linux: 7,
  },
  {
    name: 'ld #mark that is not given ends with 0',
    program: [
      [0x00, 7],
      [0x20, 0xfffff014],
      [0x06, 9],
    ],
    ancillary: {},
    libpcap: 0,
    linux: 0,
  },
  { name: 'xor_x', program: [...set(6, 3), [0x20, 0xfffff028], RET_A], libpcap: 0, linux: 5 },
  {
    name: 'ldb [SKF_NET_OFF + 2]',
    program: [[0x30, 0xfff00002], RET_A],
    ancillary: { networkOffset: 14 },
    libpcap: 0,
    linux: 0x20,
  },
  {
    name: 'ldh [SKF_LL_OFF + 12]',
    program: [[0x28, 0xffe0000c], RET_A],
    ancillary: { linkOffset: 0 },
    libpcap: 0,
    linux: 0x1c1d,
  },
  {
    name: 'ldxb 4*([SKF_NET_OFF]&0xf)',
    program: [[0xb1, 0xfff00000], [0x87], RET_A],
    ancillary: { networkOffset: 5 },
    libpcap: 0,
    linux: 20,
  },
  {
    name: 'ldb [x + k] with x in the network header',
    program: [[0x01, 0xfff00000], [0x50, 3], RET_A],
    ancillary: { networkOffset: 4 },
    libpcap: 0,
    linux: 0x17,
  },
];

describe('one instruction at a time', () => {
  for (const { name, program, libpcap, linux = libpcap, ancillary } of CASES) {
    const insns: ClassicProgram = program.map(([code, k, jt, jf]) => instruction(code, k, jt, jf));
    const expected: Readonly<Partial<Record<Dialect, number>>> = { libpcap, linux };
    for (const [dialect, value] of Object.entries(expected) as [Dialect, number][]) {
      it(`${dialect}: ${name}`, () => {
        const options = { dialect, stepBudget: 1000, ...(ancillary && { ancillary }) };
        expect(interpret(insns, packet, 1500, options)).toBe(value);
        expect(outcomeOf(trace(insns, packet, 1500, options)).value).toBe(value);
      });
    }
  }
});

describe('netlink attributes', () => {
  // type 1, 5 bytes (padded to 8); type 2 nested (flag 0x8000), 12 bytes, holding type 7, 8 bytes; then one too long.
  const message = Uint8Array.from([5, 0, 1, 0, 0xaa, 0, 0, 0, 12, 0, 2, 0x80, 8, 0, 7, 0, 1, 2, 3, 4, 99, 0, 3, 0]);
  const find = (offset: number, a: number, x: number): number =>
    interpret(
      [instruction(0x00, a), instruction(0x01, x), instruction(0x20, 0xfffff000 + offset), instruction(0x16)],
      message,
      message.length,
      { dialect: 'linux' },
    );
  it.each([
    ['the first', 12, 0, 1, 0],
    ['the second, its flag ignored', 12, 0, 2, 8],
    ['from the second on', 12, 8, 2, 8],
    ['one that is too long is none', 12, 0, 3, 0],
    ['inside the nested one', 16, 8, 7, 12],
    ['not there', 16, 8, 9, 0],
    ['beyond the packet', 12, 22, 1, 0],
    ['far beyond the packet', 12, 0xffffffff, 1, 0],
  ])('%s', (_name, offset, a, x, expected) => {
    expect(find(offset, a, x)).toBe(expected);
  });
});

describe('the trace says why', () => {
  const reasons: readonly (readonly [string, ClassicProgram, RegExp])[] = [
    ['a load', [instruction(0x28, 30), instruction(0x06, 1)], /2 bytes at offset 30, but only 20 bytes were captured/],
    ['a division', [instruction(0x3c), instruction(0x06, 1)], /div by X, which is 0/],
    ['a loop', [instruction(0x05, 0xffffffff), instruction(0x06, 1)], /loop/],
    ['a return', [instruction(0x06, 7)], /returned 7/],
  ];
  it.each(reasons)('%s', (_name, program, pattern) => {
    expect(outcomeOf(trace(program, packet, 20, { stepBudget: 50 })).reason).toMatch(pattern);
  });

  it('gives the registers and where the packet was read after each step', () => {
    const program = [instruction(0x28, 12), instruction(0x15, 0x1c1d, 1, 0), instruction(0x06, 0), instruction(0x16)];
    const steps = [...trace(program, packet, 20)];
    expect(steps.map(({ pc, a, next }) => [pc, a, next])).toEqual([
      [0, 0x1c1d, 1],
      [1, 0x1c1d, 3],
      [3, 0x1c1d, undefined],
    ]);
    expect(steps[0]?.read).toEqual({ offset: 12, bytes: 2 });
    expect(steps[2]?.outcome).toMatchObject({ kind: 'return', value: 0x1c1d });
  });
});

describe('programs that cannot run are refused with the instruction', () => {
  const cases: readonly (readonly [string, ClassicProgram, number | undefined, string])[] = [
    ['none', [], undefined, 'SKEP2030'],
    ['an unknown opcode', [instruction(0xff), instruction(0x06)], 0, 'SKEP2032'],
    ['ret x', [instruction(0x0e)], 0, 'SKEP2032'],
    ['M[16]', [instruction(0x02, 16), instruction(0x06)], 0, 'SKEP2033'],
    ['div #0', [instruction(0x34, 0), instruction(0x06)], 0, 'SKEP2034'],
    ['a jump out', [instruction(0x05, 5), instruction(0x06)], 0, 'SKEP2036'],
    ['a jump before the start', [instruction(0x05, -9 >>> 0), instruction(0x06)], 0, 'SKEP2036'],
    ['no return', [instruction(0x00, 1)], 0, 'SKEP2038'],
  ];
  it.each(cases)('%s', (_name, program, index, code) => {
    expect(() => prepare(program)).toThrowError(
      expect.objectContaining({
        diagnostics: [expect.objectContaining({ code, ...(index !== undefined && { instruction: index }) })],
      }),
    );
  });
});
