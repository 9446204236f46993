import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { interpret, isAccepted, validate } from '../../src/classic/index.js';
import { type ClassicInstruction, INSTRUCTIONS, instruction, SKF_AD_OFF } from '../../src/isa/index.js';
import { soundProgram, wildInstruction, wildProgram } from './arbitrary.js';
import { askResult, openKernel, UNIX_DATAGRAM } from './kernel.js';

const EINVAL = 22;
const ENOMEM = 12;

const kernel = await openKernel("verdicts and results compared with the Linux kernel's socket filters");
afterAll(() => kernel?.close());

/** A sound program with one instruction replaced, or one field of one changed. */
const nearlySound: fc.Arbitrary<ClassicInstruction[]> = fc
  .tuple(soundProgram({ maxLength: 12 }), fc.nat(), wildInstruction, fc.constantFrom('code', 'k', 'jt', 'jf', 'all'))
  .map(([program, at, other, field]) => {
    const index = at % program.length;
    const old = program[index]!;
    program[index] = field === 'all' ? other : { ...old, [field]: other[field as keyof ClassicInstruction] };
    return program;
  });

describe.skipIf(!kernel)('the linux check is the kernel’s', () => {
  const compare = (program: readonly ClassicInstruction[]): void => {
    const errno = kernel!.attach(program);
    expect([0, EINVAL, ENOMEM]).toContain(errno);
    const findings = validate(program, 'linux').map(({ message }) => message);
    expect({ accepted: isAccepted(program, 'linux'), findings }).toMatchObject({ accepted: errno !== EINVAL });
  };

  it('on programs that are in order', () => {
    fc.assert(fc.property(soundProgram(), compare), { numRuns: 3000 });
  });
  it('on programs with one thing changed', () => {
    fc.assert(fc.property(nearlySound, compare), { numRuns: 8000 });
  });
  it('on random instructions', () => {
    fc.assert(fc.property(wildProgram, compare), { numRuns: 2000 });
  });
  it('on every opcode of 16 bits that has an upper byte of 0 or 1, with a small and a large k', () => {
    for (let code = 0; code < 512; code++) {
      for (const k of [0, 1, 40, 0xfffff000])
        compare([instruction(2, 1), instruction(code, k), instruction(6, 0), instruction(6, 0)]);
    }
  });
  it('on every ancillary offset, with each size of load', () => {
    for (let offset = 0; offset < 80; offset++) {
      for (const code of [0x20, 0x28, 0x30, 0x40, 0xb1])
        compare([instruction(code, SKF_AD_OFF + offset), instruction(6, 0)]);
    }
  });
  it('on the reads of scratch memory that only the order of the text forbids', () => {
    // Every short program of stores, loads, jumps and returns.
    const parts = [
      instruction(2, 0),
      instruction(0x60, 0),
      instruction(5, 1),
      instruction(0x15, 0, 1, 0),
      instruction(6, 0),
    ];
    const end = [instruction(6, 0), instruction(6, 0), instruction(6, 0)];
    for (let number = 0; number < parts.length ** 5; number++) {
      const program: ClassicInstruction[] = [];
      for (let rest = number, i = 0; i < 5; i++, rest = Math.floor(rest / parts.length))
        program.push(parts[rest % parts.length]!);
      compare([...program, ...end]);
    }
  });
  it('at the bound of 4,096 instructions', () => {
    for (const length of [4095, 4096, 4097, 65535]) compare(new Array(length).fill(instruction(6, 0)));
  });
});

describe.skipIf(!kernel)('the linux dialect computes what the kernel does', () => {
  // What the test cannot foresee, and returns other than the last, which askResult() needs to be the only one.
  const codes = INSTRUCTIONS.filter(row => row.class !== 'ret').map(row => row.code);
  const unforeseeable = new Set([SKF_AD_OFF + 36, SKF_AD_OFF + 56]);
  const storesFirst = Array.from({ length: 16 }, (_, word) => instruction(2, word));

  it('on random programs and messages', () => {
    let accepted = 0;
    let rejected = 0;
    fc.assert(
      fc.property(
        soundProgram({ codes }).filter(
          program =>
            isAccepted([...storesFirst, ...program], 'linux') && !program.some(({ k }) => unforeseeable.has(k)),
        ),
        fc.uint8Array({ minLength: 2, maxLength: 96 }),
        (body, packet) => {
          const program = [...storesFirst, ...body];
          const options = { dialect: 'linux', ancillary: UNIX_DATAGRAM } as const;
          const value = interpret(program, packet, packet.length, options);
          const asking = askResult(program, value);
          // A result of 0 is the program's own or the machine's: the changed program tells them apart here as there.
          const expected = interpret(asking, packet, packet.length, options);
          const errno = kernel!.attach(asking);
          expect(errno).toBe(0);
          // More than there is (a load that ends the program with A) keeps everything.
          expect(kernel!.deliver(packet)?.length ?? 0).toBe(Math.min(expected, packet.length));
          if (expected === 0) rejected++;
          else accepted++;
        },
      ),
      { numRuns: 6000 },
    );
    // Neither way may be rare, or the test would prove little.
    expect(Math.min(accepted, rejected)).toBeGreaterThan(500);
  });
});
