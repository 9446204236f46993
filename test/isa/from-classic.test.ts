// Classic programs as extended ones: the classic interpreter, the extended engines and the real kernel give the same result
// for every packet.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { isAccepted, prepare } from '../../src/classic/index.js';
import {
  type CallTarget,
  createAddressSpace,
  createMachine,
  type Executable,
  interpreter,
  linkProgram,
  type Machine,
} from '../../src/engine/index.js';
import { compileFilter } from '../../src/filter/index.js';
import { checkInstructions, fromClassic, insn, rowOf } from '../../src/isa/extended/index.js';
import { ANCILLARY, assembleProgram, type ClassicProgram, instruction, SKF_AD_OFF } from '../../src/isa/index.js';
import { soundProgram } from '../classic/arbitrary.js';
import { randomNumbers, randomPacket, randomProgram } from '../engines/random-programs.js';
import { generateEthernet } from '../filter-codegen/packets.js';
import { Random } from '../filter-codegen/random.js';
import { BPF_PROG_TYPE, openKernelBpf } from '../support/kernel-bpf.js';

const classic = (text: string): ClassicProgram => assembleProgram(text, {}).program;

/** What the kernel's TEST_RUN makes of a packet with ETHERNET in front of it; the classic interpreter is told the same. */
const ETHERNET = Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x88, 0xb5]);
const ANCILLARY_DATA = {
  protocol: 0x88b5,
  packetType: 0,
  interfaceIndex: 1,
  mark: 0,
  queue: 0,
  rxHash: 0,
  cpu: 3,
  vlanTag: 0,
  vlanTagPresent: false,
  vlanProtocol: 0,
  random: 0x12345678,
  networkOffset: 0,
} as const;
const PROGRAM_CPU = (SKF_AD_OFF + 36) >>> 0;
const PROGRAM_RANDOM = (SKF_AD_OFF + 56) >>> 0;

/** struct __sk_buff of such a packet, for the engines. */
const SKB_FIELDS: readonly (readonly [offset: number, value: number])[] = [
  [16, 0xb588], // protocol, as two bytes in network order
  [40, 1], // ifindex
];

const space = createAddressSpace();
const context = space.allocate(192, 'context', 'read-write');
let current = new Uint8Array();
const machine: Machine = createMachine({
  space,
  loadPacket: (_, offset, sizeBytes) => {
    // SKF_NET_OFF: the packet begins with its network header.
    const at = offset < 0 ? (offset >>> 0) - 0xfff00000 : offset;
    if (at < 0 || at + sizeBytes > current.length) return -1;
    let value = 0;
    for (let byte = 0; byte < sizeBytes; byte++) value = value * 256 + current[at + byte]!;
    return value;
  },
});
const constantHelper = (name: string, value: number): CallTarget => ({
  name,
  signature: { count: 0, wideMask: 0, result: 'u32' },
  call: () => value,
});
const helpers = new Map([
  [7, constantHelper('bpf_get_prandom_u32', ANCILLARY_DATA.random)],
  [8, constantHelper('bpf_get_smp_processor_id', ANCILLARY_DATA.cpu)],
]);

function compile(program: ClassicProgram, flavour: 'socket' | 'seccomp' = 'socket'): Executable {
  const { instructions } = fromClassic(program, { flavour });
  expect(checkInstructions(instructions)).toEqual([]);
  return interpreter.compile(linkProgram({ name: 'filter', instructions }), id => helpers.get(id), { checked: true });
}

function runOnPacket(executable: Executable, packet: Uint8Array): number {
  space.bytes.fill(0, context.address, context.address + context.sizeBytes);
  for (const [offset, value] of SKB_FIELDS) space.view.setUint32(context.address + offset, value, true);
  space.view.setUint32(context.address, packet.length, true);
  current = packet as Uint8Array<ArrayBuffer>;
  const low = executable.run(machine, context.address);
  expect(machine.high[0], 'results have 32 bits').toBe(0);
  return low >>> 0;
}

const kernel = await openKernelBpf('translated classic filters');
afterAll(() => kernel?.[Symbol.dispose]());

/** Whether its result is the same each time and everywhere. */
const isSteady = (program: ClassicProgram): boolean =>
  !program.some(({ k }) => k === PROGRAM_CPU || k === PROGRAM_RANDOM);

/** Interpreter, translation, and the translation in the kernel, over packets. */
function expectSame(program: ClassicProgram, packets: readonly Uint8Array[], name: string): void {
  const prepared = prepare(program, { dialect: 'linux' });
  const translated = compile(program);
  using loaded =
    kernel && isSteady(program)
      ? kernel.loadProgram({
          type: BPF_PROG_TYPE.socket_filter,
          name: 'classic',
          instructions: fromClassic(program).instructions,
        })
      : undefined;
  for (const packet of packets) {
    const expected = prepared.run(packet, packet.length, ANCILLARY_DATA);
    const what = `${name} of ${Buffer.from(packet).toString('hex')}`;
    expect(runOnPacket(translated, packet), what).toBe(expected);
    if (!loaded) continue;
    const data = new Uint8Array([...ETHERNET, ...packet]);
    expect(loaded.testRun({ data }).returnValue, `${what}, in the kernel`).toBe(expected);
  }
}

/** The instructions whose loads no program can make. */
const HIDDEN = ANCILLARY.filter(({ macro }) => /HATYPE|PAY_OFFSET|NLATTR/.test(macro));
const isHidden = ({ k }: { k: number }): boolean => HIDDEN.some(({ offset }) => (SKF_AD_OFF + offset) >>> 0 === k);

describe('socket filters', () => {
  const expressions = readFileSync(new URL('../engines/cases/expressions.txt', import.meta.url), 'utf8')
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('#'));
  const random = new Random(7);
  const packets = Array.from({ length: 60 }, () => generateEthernet(random)).filter(({ length }) => length > 0);

  it.each(expressions)('%s', expression => {
    const { program } = compileFilter(expression);
    // libpcap's loops have no equal in Linux.
    if (!isAccepted(program, 'linux')) return expect(() => fromClassic(program)).toThrow(/leads out of the program/);
    expectSame(program, packets, expression);
  });

  it('of random programs', () => {
    const numbers = randomNumbers(11);
    for (let round = 0; round < 300; round++) {
      const program = randomProgram(numbers, { ancillary: true });
      if (program.some(isHidden)) {
        // Refused, unless nothing reaches the load.
        try {
          fromClassic(program);
        } catch (error) {
          expect((error as Error).message).toContain('extended programs are not shown SKF_AD_');
          continue;
        }
      }
      if (!isAccepted(program, 'linux')) continue;
      expectSame(
        program,
        Array.from({ length: 5 }, () => randomPacket(numbers)),
        JSON.stringify(program),
      );
    }
  });

  it.each(ANCILLARY.filter(row => !HIDDEN.includes(row)).map(row => [row.macro, row] as const))('%s', (_, row) => {
    const k = (SKF_AD_OFF + row.offset) >>> 0;
    const program = [instruction(0x00, 9), instruction(0x01, 5), instruction(0x20, k), instruction(0x16)];
    expectSame(program, [Uint8Array.of(1, 2, 3)], row.macro);
  });

  it.each(HIDDEN.map(row => [row.macro, row] as const))('%s is refused', (macro, row) => {
    const program = [instruction(0x20, (SKF_AD_OFF + row.offset) >>> 0), instruction(0x16)];
    expect(() => fromClassic(program)).toThrow(`extended programs are not shown ${macro}`);
  });

  it('a packet without an interface: the filter ends with A', () => {
    const executable = compile([instruction(0x00, 9), instruction(0x20, (SKF_AD_OFF + 8) >>> 0), instruction(0x06, 1)]);
    space.bytes.fill(0, context.address, context.address + context.sizeBytes);
    expect(executable.run(machine, context.address)).toBe(9);
  });

  it('scratch words that were not written are 0', () => {
    expectSame(classic('ld M[3]\nadd #7\nret a'), [Uint8Array.of(0)], 'M[3]');
  });

  it('a load relative to the network header', () => {
    expectSame([instruction(0x30, 0xfff00001), instruction(0x16)], [Uint8Array.of(1, 2, 3)], 'SKF_NET_OFF');
  });

  it('the longest program: 4,096 instructions, and a jump over all of them', () => {
    // Each division becomes four instructions: the jump is longer than 16 bits can say.
    const divisions = Array.from({ length: 4092 }, () => instruction(0x3c));
    const over = [instruction(0x01, 1), instruction(0x05, divisions.length), ...divisions, instruction(0x06, 77)];
    const { instructions } = fromClassic(over);
    expect(instructions.length).toBeLessThan(20); // nothing reaches the divisions
    const both = [instruction(0x01, 1), instruction(0x15, 5, 0, 1), instruction(0x05, divisions.length - 1)];
    const program = [...both, ...divisions, instruction(0x06, 77)];
    expect(program.length).toBe(4096);
    expect(fromClassic(program).instructions.length).toBeGreaterThan(16_000);
    expectSame(program, [Uint8Array.of(1, 2, 3)], 'long');
  });

  it('says where each instruction went', () => {
    const { instructions, slots } = fromClassic(classic('ldh [12]\njeq #0x800, yes\nret #0\nyes: ret #-1'));
    expect(slots).toHaveLength(4);
    expect(rowOf(instructions[slots[0]!]!)?.mnemonic).toBe('ldabsh');
    expect(instructions[slots[3]!]).toEqual(insn(0xb4, 0, 0, 0, -1));
    const left = fromClassic([instruction(0x05, 1), instruction(0x06, 1), instruction(0x06, 2)]);
    expect(left.slots[1]).toBe(-1);
  });

  it.each([
    ['nothing', [], 'at least one instruction'],
    ['no return', [instruction(0x00, 1)], 'without a return'],
    ['a jump out', [instruction(0x05, 7), instruction(0x06)], 'out of the program'],
    ['a jump back', [instruction(0x05, -1 >>> 0), instruction(0x06)], 'out of the program'],
    ['a division by 0', [instruction(0x34, 0), instruction(0x06)], 'division by the constant 0'],
    ['a long shift', [instruction(0x64, 32), instruction(0x06)], 'shift by 32'],
    ['a word too far', [instruction(0x60, 16), instruction(0x06)], 'no scratch word 16'],
    ['no instruction', [instruction(0xff), instruction(0x06)], 'no classic instruction 0xff'],
    ['unknown ancillary data', [instruction(0x20, 0xfffff001), instruction(0x06)], 'no ancillary data'],
  ] as const)('refuses %s', (_, program, message) => {
    expect(() => fromClassic(program)).toThrow(message);
  });

  it('never crashes', () => {
    fc.assert(
      fc.property(soundProgram(), program => {
        try {
          expect(checkInstructions(fromClassic(program).instructions)).toEqual([]);
        } catch (error) {
          expect((error as Error).name).toBe('SkepError');
        }
      }),
      { numRuns: 300, seed: 3 },
    );
  });
});

describe('seccomp filters', () => {
  const FILTERS = [
    'ld [4]\njne #0xc000003e, bad\nld [0]\njeq #59, bad\njge #300, bad\nret #0x7fff0000\nbad: ret #0x80000000',
    'ld #len\ntax\nld [16]\nadd x\nst M[2]\nldx M[2]\ntxa\nand #0xff\nret a',
    'ld [20]\nldx #3\nrsh x\nxor #0x55\nneg\nret a',
    'ldx #0\nld [24]\ndiv x\nret #1',
  ];
  const DATA = Array.from({ length: 6 }, (_, seed) => {
    const numbers = randomNumbers(seed + 1);
    return Uint8Array.from({ length: 64 }, (_, at) => (at < 4 && seed < 3 ? [59, 0, 0, 0][at]! : numbers(256)));
  });
  DATA.push(
    new Uint8Array(64),
    Uint8Array.from({ length: 64 }, (_, at) => [1, 0, 0, 0, 0x3e, 0, 0, 0xc0][at] ?? 0),
  );

  function expectSameVerdicts(program: ClassicProgram, name: string): void {
    const prepared = prepare(program, { dialect: 'seccomp' });
    const translated = compile(program, 'seccomp');
    // A program of type syscall has any 64 bytes as its context.
    using loaded = kernel?.loadProgram({
      type: BPF_PROG_TYPE.syscall,
      flags: 16,
      instructions: fromClassic(program, { flavour: 'seccomp' }).instructions,
    });
    for (const data of DATA) {
      const expected = prepared.run(data, 64);
      space.bytes.set(data, context.address);
      expect(translated.run(machine, context.address) >>> 0, name).toBe(expected);
      if (loaded)
        expect(loaded.testRun({ context: data.slice() }).returnValue, `${name}, in the kernel`).toBe(expected);
    }
  }

  it.each(FILTERS)('%j', text => expectSameVerdicts(classic(text), text));

  it('of random programs', () => {
    const numbers = randomNumbers(5);
    let compared = 0;
    for (let round = 0; round < 1500; round++) {
      // Loads of packets become loads of the structure.
      const program = randomProgram(numbers, { maxLength: 12 })
        .filter(({ code }) => ![0x28, 0x30, 0x40, 0x48, 0x50, 0xb1, 0x94, 0x9c].includes(code))
        .map(each => (each.code === 0x20 ? instruction(0x20, (each.k % 16) * 4) : each));
      if (!isAccepted(program, 'seccomp')) continue;
      expectSameVerdicts(program, JSON.stringify(program));
      compared++;
    }
    expect(compared).toBeGreaterThan(200);
  });

  it.each([
    ['a half word', instruction(0x28, 0), 'have no'],
    ['a word that is not aligned', instruction(0x20, 2), 'no word at 2'],
    ['a word behind the structure', instruction(0x20, 64), 'no word at 64'],
    ['an indexed load', instruction(0x40, 0), 'have no'],
    ['a modulo', instruction(0x94, 3), 'have no mod'],
  ] as const)('have no %s', (_, load, message) => {
    expect(() => fromClassic([load, instruction(0x16)], { flavour: 'seccomp' })).toThrow(message);
  });
});
