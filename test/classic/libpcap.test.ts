import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { interpret, isAccepted, validate } from '../../src/classic/index.js';
import { type ClassicInstruction, type ClassicProgram, encodeProgram, instruction } from '../../src/isa/index.js';
import { packetBytes, soundProgram, wildInstruction, wildProgram } from './arbitrary.js';

interface Libpcap {
  validate(program: ClassicProgram): boolean;
  filter(program: ClassicProgram, packet: Uint8Array, wireLength: number): number;
}

async function openLibpcap(whatIsSkipped: string): Promise<Libpcap | undefined> {
  try {
    const { default: koffi } = await import('koffi');
    const library = koffi.load('libpcap.so.0.8');
    const bpfValidate = library.func('int bpf_validate(void *, int)');
    const bpfFilter = library.func('uint bpf_filter(void *, void *, uint, uint)');
    return {
      validate: program => bpfValidate(encodeProgram(program), program.length) !== 0,
      filter: (program, packet, wireLength) => bpfFilter(encodeProgram(program), packet, wireLength, packet.length),
    };
  } catch (error) {
    console.warn(`SKIPPED: ${whatIsSkipped}: no libpcap.so.0.8 or no koffi here (${(error as Error).message})`);
    return undefined;
  }
}

const libpcap = await openLibpcap("verdicts and results compared with libpcap's bpf_validate and bpf_filter");

/** libpcap 1.10 does not clear the scratch memory. */
const storesFirst = Array.from({ length: 16 }, (_, word) => instruction(2, word));

describe.skipIf(!libpcap)('the bsd check is bpf_validate', () => {
  const compare = (program: ClassicProgram): void => {
    const findings = validate(program, 'bsd').map(({ message }) => message);
    expect({ accepted: isAccepted(program, 'bsd'), findings }).toMatchObject({ accepted: libpcap!.validate(program) });
  };
  const changed: fc.Arbitrary<ClassicInstruction[]> = fc
    .tuple(soundProgram({ maxLength: 12 }), fc.nat(), wildInstruction)
    .map(([program, at, other]) => program.with(at % program.length, other));

  it('on programs that are in order, with one thing changed, and random', () => {
    fc.assert(fc.property(fc.oneof(soundProgram(), changed, wildProgram), compare), { numRuns: 10_000 });
  });
  it('on every opcode of 16 bits', () => {
    for (let code = 0; code < 0x10000; code += code < 512 ? 1 : 37) {
      for (const k of [0, 1, 40]) compare([instruction(code, k), instruction(6, 0), instruction(6, 0)]);
      compare([instruction(0, 0), instruction(code, 1)]);
    }
  });
  it('on jumps backwards', () => {
    for (let k = -5; k < 5; k++)
      compare([instruction(0), instruction(0), instruction(5, k), instruction(0), instruction(6)]);
  });
});

describe.skipIf(!libpcap)('the libpcap dialect computes what bpf_filter does', () => {
  it('on random programs and packets', () => {
    fc.assert(
      fc.property(soundProgram(), packetBytes, fc.nat(3000), (body, packet, extra) => {
        const program = [...storesFirst, ...body];
        const wireLength = packet.length + extra;
        expect(interpret(program, packet, wireLength)).toBe(libpcap!.filter(program, packet, wireLength));
      }),
      { numRuns: 6000 },
    );
  });
});
