// The extended instruction set's table: every row decodes to itself, its unused fields are refused, and it prints as written.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assemble, DIALECTS, type DialectName } from '../../src/isa/extended/assemble.js';
import { checkInstructions } from '../../src/isa/extended/check.js';
import { decode, encode } from '../../src/isa/extended/encode.js';
import { type Instruction, insn } from '../../src/isa/extended/instruction.js';
import { list } from '../../src/isa/extended/print/dialect.js';
import { kernelDialect } from '../../src/isa/extended/print/kernel.js';
import { llvmDialect } from '../../src/isa/extended/print/llvm.js';
import { rfcDialect } from '../../src/isa/extended/print/rfc.js';
import { type Field, INSTRUCTIONS, type InstructionRow, rowOf } from '../../src/isa/extended/table.js';

/** A well-formed instruction of a row: small operands that no rule refuses. */
function sample(row: InstructionRow): Instruction[] {
  const operand = (field: Field): number => (row.uses.includes(field) ? 3 : 0);
  const { src = operand('src'), offset = operand('offset'), imm = operand('imm') } = row.selects;
  const slot = insn(row.opcode, operand('dst'), src, offset, imm);
  return row.kind === 'lddw' ? [slot, insn(0)] : [slot];
}

const rows = INSTRUCTIONS.map(row => [`${row.mnemonic} ${row.source}`, row] as const);
const text = (program: readonly Instruction[], dialect: typeof rfcDialect): string | undefined =>
  list(program, dialect)[0]?.text;

describe('the extended instruction table', () => {
  it('names each instruction once', () => {
    expect(new Set(rows.map(([name]) => name)).size).toBe(rows.length);
  });

  it.each(rows)('%s is found by its own fields', (_, row) => {
    expect(rowOf(sample(row)[0]!)).toBe(row);
  });

  it.each(rows.filter(([, { kind }]) => kind !== 'callx'))(
    '%s is well formed, and not with a field it does not use',
    (_, row) => {
      const [first, ...rest] = sample(row) as [Instruction, ...Instruction[]];
      expect(checkInstructions([first, ...rest])).toEqual([]);
      for (const field of ['dst', 'src', 'offset', 'imm'] as const) {
        if (row.uses.includes(field) || (field !== 'dst' && row.selects[field] !== undefined)) continue;
        const codes = checkInstructions([{ ...first, [field]: 9 }, ...rest]).map(({ code }) => code);
        // Another value may select nothing at all, which is as much of a refusal.
        expect(['SKEP2502', 'SKEP2503']).toContain(codes[0]);
      }
    },
  );

  it('writes each instruction differently in every notation', () => {
    for (const dialect of [kernelDialect, llvmDialect, rfcDialect]) {
      const seen = new Map<string, string>();
      for (const [name, row] of rows) {
        const shown = text(sample(row), dialect)!;
        // LLVM's listing does not tell what a 64-bit constant or a call stands for: relocations do.
        if (dialect === llvmDialect && (row.kind === 'lddw' || row.kind === 'call')) continue;
        // The kernel and LLVM write 32-bit sign extensions and widths through register letters only.
        expect(seen.get(shown), `${name} as ${shown}`).toBeUndefined();
        seen.set(shown, name);
      }
    }
  });
});

/** bytes (hex, little endian) -> the kernel's, LLVM's and the RFC's way of writing them. */
const LISTING: readonly (readonly [string, string, string, string])[] = [
  ['0701000001000000', 'r1 += 1', 'r1 += 0x1', 'add %r1, 1'],
  ['b701000002000000', 'r1 = 2', 'r1 = 0x2', 'mov %r1, 2'],
  ['631afcff00000000', '*(u32 *)(r10 -4) = r1', '*(u32 *)(r10 - 0x4) = r1', 'stxw [%r10-4], %r1'],
  ['61a1f8ff00000000', 'r1 = *(u32 *)(r10 -8)', 'r1 = *(u32 *)(r10 - 0x8)', 'ldxw %r1, [%r10-8]'],
  ['bf10000000000000', 'r0 = r1', 'r0 = r1', 'mov %r0, %r1'],
  ['9500000000000000', 'exit', 'exit', 'exit'],
  ['1501030005000000', 'if r1 == 0x5 goto pc+3', 'if r1 == 0x5 goto +0x3', 'jeq %r1, 5, +3'],
  ['ae21feff00000000', 'if w1 < w2 goto pc-2', 'if w1 < w2 goto -0x2', 'jlt32 %r1, %r2, -2'],
  ['3c21010000000000', 'w1 s/= w2', 'w1 s/= w2', 'sdiv32 %r1, %r2'],
  ['bf21080000000000', 'r1 = (s8)r2', 'r1 = (s8)r2', 'movs8 %r1, %r2'],
  ['dc01000010000000', 'r1 = be16 r1', 'r1 = be16 r1', 'be16 %r1'],
  ['d701000040000000', 'r1 = bswap64 r1', 'r1 = bswap64 r1', 'bswap64 %r1'],
  ['db21080000000000', 'lock *(u64 *)(r1 +8) += r2', 'lock *(u64 *)(r1 + 0x8) += r2', 'lock add [%r1+8], %r2'],
  [
    'c321000001000000',
    'r2 = atomic_fetch_add((u32 *)(r1 +0), r2)',
    'w2 = atomic_fetch_add((u32 *)(r1 + 0x0), w2)',
    'lock fetch_add32 [%r1+0], %r2',
  ],
  [
    'db210000f1000000',
    'r0 = atomic64_cmpxchg((u64 *)(r1 +0), r0, r2)',
    'r0 = cmpxchg_64(r1 + 0x0, r0, r2)',
    'lock cmpxchg [%r1+0], %r2',
  ],
  ['8121000000000000', 'r1 = *(s32 *)(r2 +0)', 'r1 = *(s32 *)(r2 + 0x0)', 'ldxsw %r1, [%r2+0]'],
  ['0600000005000000', 'gotol pc+5', 'gotol +0x5', 'gotol +5'],
  ['300000000e000000', 'r0 = *(u8 *)skb[14]', 'r0 = *(u8 *)skb[0xe]', 'ldabsb 14'],
  [
    '180100004433221100000000 88776655'.replace(' ', ''),
    'r1 = 0x5566778811223344',
    'r1 = 0x5566778811223344 ll',
    'lddw %r1, 0x5566778811223344',
  ],
];

describe('the three notations', () => {
  it.each(LISTING)('%s: %s | %s | %s', (hex, kernel, llvm, rfc) => {
    const program = decode(Uint8Array.from(hex.match(/../g)!, byte => Number.parseInt(byte, 16)));
    expect([kernelDialect, llvmDialect, rfcDialect].map(dialect => text(program, dialect))).toEqual([
      kernel,
      llvm,
      rfc,
    ]);
  });
});

describe('the bytes of a program', () => {
  it('survive decoding and encoding, whatever they are, in both byte orders', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, bigEndian) => {
        const whole = bytes.subarray(0, bytes.length - (bytes.length % 8));
        expect(encode(decode(whole, { bigEndian }), { bigEndian })).toEqual(whole);
        checkInstructions(decode(whole, { bigEndian }));
      }),
    );
  });

  it('must be a whole number of slots', () => {
    expect(() => decode(new Uint8Array(12))).toThrow('4 bytes are left over');
  });
});

describe('the assembler', () => {
  const notations = Object.keys(DIALECTS) as DialectName[];

  it.each(rows)('reads %s back in each notation', (_, row) => {
    for (const dialect of notations) {
      const program = sample(row);
      const shown = text(program, DIALECTS[dialect])!;
      const back = assemble(shown, { dialect });
      // LLVM leaves to relocations what a 64-bit constant and a call stand for; a call by number is one of a helper.
      if (dialect === 'llvm' && (row.kind === 'lddw' || row.kind === 'call')) expect(back[0]!.opcode).toBe(row.opcode);
      // The kernel's does not print the module of a kernel function.
      else if (dialect === 'kernel' && row.mnemonic === 'call_kfunc')
        expect(back).toEqual([{ ...program[0], offset: 0 }]);
      else expect(back, `${dialect}: ${shown}`).toEqual(program);
    }
  });

  it('reads labels, comments, helper names and the decoration of a verifier log', () => {
    const program = assemble(
      `
      start:                      ; a label alone
        r1 = 5                    // the kernel's notation
        mov %r2, 7                # and a mnemonic
      loop: r1 += -1
        if r1 != 0 goto loop
        goto done
      12: (85) call bpf_map_lookup_elem#1
        call bpf_ktime_get_ns
      done:
        exit`.replace('# and', '; and'),
      { helper: name => (name === 'bpf_ktime_get_ns' ? 5 : undefined) },
    );
    expect(list(program, kernelDialect).map(line => line.text)).toEqual([
      'r1 = 5',
      'r2 = 7',
      'r1 += -1',
      'if r1 != 0x0 goto pc-2',
      'goto pc+2',
      'call unknown#1',
      'call unknown#5',
      'exit',
    ]);
  });

  it.each([
    ['r1 =* 2', 'no instruction is written like this'],
    ['frobnicate %r1', 'no instruction is written like this'],
    ['r1 = 0x11223344556677889', 'does not fit 64 bits'],
    ['if r1 == 0 goto nowhere', 'there is no label nowhere'],
    ['r1 = *(u32 *)(r2 +40000)', '\\+40000 does not fit 16 bits'],
    ['a:\nr0 = 0\na:\nexit', 'the label a stands twice'],
    ['r1 = -r2', 'the same register must stand twice'],
  ])('refuses %j: %s', (source, message) => {
    expect(() => assemble(source, { dialect: source.includes('%') ? 'rfc' : 'kernel' })).toThrow(new RegExp(message));
  });

  it('never throws anything but its own error', () => {
    const words = fc.constantFrom(
      'r1',
      'w2',
      '%r3',
      '=',
      '+=',
      'goto',
      'pc+1',
      'call',
      '#',
      '0x5',
      '-1',
      'if',
      '(',
      ')',
      '*',
      'u32',
      'lddw',
      ',',
      '[',
      ']',
      ':',
      'x',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(words).map(list => list.join(' ')),
        ),
        source => {
          try {
            assemble(source);
          } catch (error) {
            expect((error as Error).name).toBe('SkepError');
          }
        },
      ),
    );
  });
});
