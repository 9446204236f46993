import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SkepError } from '../../src/diagnostics/index.js';
import {
  assemble,
  assembleProgram,
  type ClassicInstruction,
  type ClassicProgram,
  decodeProgram,
  detectFormat,
  encodeProgram,
  FORMATS,
  type FormatName,
  formatProgram,
  guessByteOrder,
  INSTRUCTIONS,
  instruction,
} from '../../src/isa/index.js';
import { soundProgram, wildInstruction } from '../classic/arbitrary.js';

const anyInstruction: fc.Arbitrary<ClassicInstruction> = fc.oneof(
  wildInstruction,
  fc
    .tuple(fc.nat(0xffff), fc.nat(0xffffffff), fc.nat(255), fc.nat(255))
    .map(([code, k, jt, jf]) => instruction(code, k, jt, jf)),
);
const anyProgram = fc.array(anyInstruction, { minLength: 1, maxLength: 40 });

describe('whatever the 8 bytes are, they survive', () => {
  it.each(['little', 'big'] as const)('as bytes, %s endian', byteOrder => {
    fc.assert(
      fc.property(anyProgram, program => {
        expect(decodeProgram(encodeProgram(program, byteOrder), byteOrder)).toEqual(program);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), bytes => {
        const whole = bytes.slice(0, bytes.length & ~7);
        expect(encodeProgram(decodeProgram(whole, byteOrder), byteOrder)).toEqual(whole);
      }),
    );
  });

  // A listing of tcpdump leaves fields out, so it is not among these.
  it.each(FORMATS.map(row => row.name).filter(name => name !== 'tcpdump'))('as %s text', name => {
    fc.assert(
      fc.property(anyProgram, program => {
        const text = formatProgram(program, name);
        const options = name === 'hex' ? { byteOrder: 'little' as const } : {};
        expect(assemble(text, { syntax: name, ...options })).toEqual(program);
      }),
      { numRuns: 300 },
    );
  });

  it('as a listing of tcpdump, where all fields that it leaves out are 0', () => {
    fc.assert(
      fc.property(soundProgram(), program => {
        const cleaned = program.map(insn => (insn.code === 0x85 ? instruction(0x87) : insn));
        for (const libpcap of ['1.10', '1.11'] as const) {
          expect(assemble(formatProgram(cleaned, 'tcpdump', { libpcap }))).toEqual(cleaned);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('a form is recognized', () => {
  it.each(FORMATS.map(row => row.name))('%s', name => {
    fc.assert(
      fc.property(soundProgram(), program => {
        const found = detectFormat(formatProgram(program, name));
        // A program without a macro call is an initializer list in either dress.
        expect(found).toBe(name);
      }),
      { numRuns: 200 },
    );
  });

  it.each<[string, FormatName]>([
    ['4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0', 'decimal'],
    ['1\n6 0 0 0\n', 'decimal'],
    ['0600000000000000', 'hex'],
    ['06 00 00 00 00 00 00 00', 'hex'],
    ['[{"code":6}]', 'json'],
    ['[[6,0,0,0]]', 'json'],
    ['struct sock_filter f[] = { { 6, 0, 0, 0 } };', 'c'],
    ['ret #0', 'asm'],
    ['; a comment\nret #0', 'asm'],
  ])('%s', (text, name) => {
    expect(detectFormat(text)).toBe(name);
    expect(assemble(text).at(-1)?.code).toBe(6);
  });
});

describe('any input is answered', () => {
  const pieces = [
    ...INSTRUCTIONS.flatMap(row => [row.mnemonic, ...row.macros]),
    '#',
    '[',
    ']',
    '(',
    ')',
    '{',
    '}',
    ',',
    ':',
    ';',
    'x',
    'a',
    'M[',
    '4*([14]&0xf)',
    '0x',
    '0x10',
    '255',
    '256',
    '-1',
    '4294967296',
    '\n',
    ' ',
    '\t',
    '"',
    'jt',
    'jf',
    'L1',
    'L1:',
    '.insn',
    '/*',
    '*/',
    '(000)',
    '0000:',
    'BPF_STMT(',
    'BPF_JUMP(',
    'offsetof(',
    'struct',
    '.k =',
    '\u0000',
    'é',
    '𝄞',
    '%',
    '|',
    '<<',
    '~',
  ];
  const noise = fc.oneof(
    fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map(words => words.join(' ')),
    fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map(words => words.join('')),
    fc.string({ unit: 'binary', maxLength: 80 }),
  );

  it.each([undefined, ...FORMATS.map(row => row.name)])(
    'as %s: a program, or an error with spans inside the text',
    syntax => {
      fc.assert(
        fc.property(noise, text => {
          try {
            const { program, spans } = assembleProgram(text, syntax === undefined ? {} : { syntax });
            expect(program.length).toBeGreaterThan(0);
            expect(spans.length).toBe(program.length);
            for (const { start, end } of spans) expect(start <= end && end <= text.length).toBe(true);
          } catch (error) {
            if (!(error instanceof SkepError)) throw error;
            expect(error.diagnostics.length).toBeGreaterThan(0);
            for (const { span } of error.diagnostics) {
              expect(span && span.start <= span.end && span.end <= text.length).toBe(true);
            }
          }
        }),
        { numRuns: 1500 },
      );
    },
  );

  it('a printed program with one character changed', () => {
    fc.assert(
      fc.property(
        soundProgram(),
        fc.constantFrom(...FORMATS),
        fc.nat(),
        fc.constantFrom(...'x#[]{},0(:;\n'),
        (program, row, at, character) => {
          const text = row.print(program, {});
          const place = at % text.length;
          const changed = text.slice(0, place) + character + text.slice(place + 1);
          try {
            row.parse(changed, {});
          } catch (error) {
            expect(error).toBeInstanceOf(SkepError);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('bytes that end within an instruction are refused with the place', () => {
    expect(() => decodeProgram(new Uint8Array(13))).toThrowError(
      expect.objectContaining({
        diagnostics: [expect.objectContaining({ code: 'SKEP2002', span: { start: 8, end: 13 } })],
      }),
    );
  });

  it('tells the byte orders apart', () => {
    const program = [instruction(0x28, 12), instruction(0x15, 0x800, 0, 1), instruction(6, 1), instruction(6, 0)];
    expect(guessByteOrder(encodeProgram(program, 'big'))).toBe('big');
    expect(guessByteOrder(encodeProgram(program, 'little'))).toBe('little');
    expect(assemble(formatProgram(program, 'hex', { byteOrder: 'big' }))).toEqual(program);
  });
});

describe('large and hostile texts are answered in time', () => {
  const size = 2_000_000;
  it.each([
    ['spaces', `a${' '.repeat(size)}b`],
    ['spaces before a number', `${' '.repeat(size)}4`],
    ['a number with suffixes', `{ 0${'u'.repeat(size)}x, 0, 0, 0 }`],
    ['one long word', 'x'.repeat(size)],
    ['digits', `${'1'.repeat(size)}!`],
    ['open brackets', '['.repeat(size)],
    ['open braces', '{'.repeat(size)],
    ['open parentheses', `{ ${'('.repeat(size)}`],
    ['minus signs', `{ ${'-'.repeat(size)}`],
    ['commas', ','.repeat(size)],
    ['equal signs', `line CODE\n${'='.repeat(size)}x`],
    ['comment openings', '/*'.repeat(size / 2)],
    ['labels', Array.from({ length: 100_000 }, (_, index) => `l${index}:`).join('\n')],
    ['unknown mnemonics', 'lda #1\n'.repeat(100_000)],
    ['newlines', '\n'.repeat(size)],
  ])('%s', (_name, text) => {
    const start = performance.now();
    expect(() => assemble(text)).toThrowError(SkepError);
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it('a program of a hundred thousand instructions goes through every form', () => {
    const program = Array.from({ length: 100_000 }, (_, index) => instruction(0x15, index, index % 3, 0));
    program.push(...Array.from({ length: 4 }, () => instruction(6, 0)));
    const same = (other: ClassicProgram): boolean => Buffer.compare(encodeProgram(other), encodeProgram(program)) === 0;
    for (const row of FORMATS) expect(same(assemble(row.print(program, {})))).toBe(true);
  });

  it('a text beyond all measure is refused', () => {
    expect(() => assemble('tax\n'.repeat(3_000_000))).toThrowError(/more than any program/);
  });
});
