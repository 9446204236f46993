import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { positionAt, SkepError } from '../../src/diagnostics/index.js';
import { assemble, assembleProgram, type ClassicProgram, formatProgram, instruction } from '../../src/isa/index.js';

/** Blocks of a case file: text, `----`, what is expected. */
function cases(name: string): { readonly text: string; readonly expected: readonly string[] }[] {
  const file = readFileSync(new URL(`./cases/${name}`, import.meta.url), 'utf8');
  return file
    .split(/^====\n/m)
    .map((block, index) => (index === 0 ? block.replace(/^#.*\n/, '') : block))
    .map(block => {
      const [text, expected] = block.split(/^----\n/m) as [string, string];
      return { text, expected: expected.trim().split('\n') };
    });
}

const numbers = (program: ClassicProgram): string[] => program.map(({ code, jt, jf, k }) => `${code} ${jt} ${jf} ${k}`);

describe('assembler text', () => {
  it.each(cases('asm.txt'))('$text', ({ text, expected }) => {
    expect(numbers(assemble(text, { syntax: 'asm' }))).toEqual(expected);
  });
});

describe('errors have a place and, where there is one, a remedy', () => {
  it.each(cases('asm-errors.txt'))('$text', ({ text, expected }) => {
    const found: string[] = [];
    try {
      assemble(text);
    } catch (error) {
      if (!(error instanceof SkepError)) throw error;
      for (const { code, message, span, fix } of error.diagnostics) {
        const { line, column } = positionAt(text, span!.start);
        found.push(`${code} ${line}:${column} ${message}${fix ? ` | ${fix.description}` : ''}`);
      }
    }
    expect(found).toEqual(expected);
  });

  it('a fix, applied, mends the text', () => {
    const text = 'jeq 0x800, dorp\nlhd [12]\ndrop: ret #0\n';
    let mended = text;
    for (let round = 0; round < 5; round++) {
      try {
        assemble(mended);
        break;
      } catch (error) {
        const fix = (error as SkepError).diagnostics[0]!.fix!;
        mended = mended.slice(0, fix.span.start) + fix.replacement + mended.slice(fix.span.end);
      }
    }
    expect(mended).toBe('jeq #0x800, drop\nldh [12]\ndrop: ret #0\n');
  });
});

describe('C source', () => {
  it('reads what people write', () => {
    const source = `
#include <linux/filter.h>
/* A seccomp filter. */
static struct sock_filter filter[] = {
  BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
  BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
  BPF_STMT(BPF_LD + BPF_W + BPF_ABS, (offsetof(struct seccomp_data, args[1]) + 4)),  // upper half
  BPF_JUMP(BPF_JMP+BPF_JEQ+BPF_K, __NR_write, 0, 1),
  { BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | (EPERM & SECCOMP_RET_DATA) },
  { .code = 0x06, .k = (unsigned int)SECCOMP_RET_ALLOW, },
};
static struct sock_fprog prog = { .len = 7, .filter = filter };
`;
    expect(numbers(assemble(source))).toEqual([
      '32 0 0 4',
      '21 1 0 3221225534',
      '6 0 0 2147483648',
      '32 0 0 28',
      '21 0 1 1',
      '6 0 0 327681',
      '6 0 0 2147418112',
    ]);
  });

  it('takes system calls of the architecture it is told', () => {
    const text = 'BPF_JUMP(BPF_JMP+BPF_JEQ+BPF_K, __NR_write, 0, 0), BPF_STMT(BPF_RET+BPF_K, 0)';
    expect(assemble(text)[0]?.k).toBe(1);
    expect(assemble(text, { arch: 'aarch64' })[0]?.k).toBe(64);
  });

  it('computes as C does', () => {
    const k = (expression: string): number | undefined => assemble(`{ 6, 0, 0, ${expression} }`)[0]?.k;
    expect(k('1 | 2 ^ 3 & 6 << 1 + 1 * 2')).toBe((1 | (2 ^ (3 & (6 << 3)))) >>> 0);
    expect(k('~0U')).toBe(0xffffffff);
    expect(k('-1')).toBe(0xffffffff);
    expect(k('SKF_AD_OFF + SKF_AD_VLAN_TAG')).toBe(0xfffff02c);
    expect(k('0xffffffff >> 4')).toBe(0x0fffffff);
    expect(k('10 - 3 - 2')).toBe(5);
  });
});

describe('long jumps', () => {
  const far = (count: number): string => `jeq #1, yes, no\n${'tax\n'.repeat(count)}yes: ret #1\nno: ret #0\n`;

  it('are refused with what to do', () => {
    expect(() => assemble(far(255))).toThrowError(/`no` is 256 instructions ahead, 255 is the furthest/);
    expect(assemble(far(254))[0]).toEqual(instruction(0x15, 1, 254, 255));
  });

  it('go over a ja where that is asked for, and every way arrives', () => {
    for (const count of [254, 255, 256, 300]) {
      const text = `ld [0]\n${far(count)}`;
      const { program, spans, labels } = assembleProgram(text, { syntax: 'asm', longJumps: 'trampoline' });
      expect(spans.length).toBe(program.length);
      // Follow both ways through the trampolines.
      for (const [label, distance] of [
        ['yes', 'jt'],
        ['no', 'jf'],
      ] as const) {
        let pc = 2 + program[1]![distance];
        while (program[pc]!.code === 0x05) pc += 1 + program[pc]!.k;
        expect(pc).toBe(labels!.get(label));
        expect(program[pc]?.code).toBe(0x06);
      }
    }
  });

  it('reach backwards too', () => {
    const program = assemble('loop: ld #1\njeq #0, loop, out\nout: ret #0', { longJumps: 'trampoline' });
    expect(numbers(program)).toEqual(['0 0 0 1', '21 0 1 0', '5 0 0 4294967293', '6 0 0 0']);
  });
});

describe('the printed assembler text', () => {
  it('is aligned, names targets, and keeps what has no words', () => {
    const program = [
      instruction(0x28, 12),
      instruction(0x15, 0x800, 0, 3),
      instruction(0x30, 23),
      instruction(0x15, 6, 0, 1),
      instruction(0x06, 0x40000),
      instruction(0x06, 0),
      instruction(0x07, 1),
      instruction(0xff, 2, 3, 4),
    ];
    expect(formatProgram(program, 'asm')).toBe(
      [
        '    ldh [12]',
        '    jneq #0x800, L5',
        '    ldb [23]',
        '    jneq #0x6, L5',
        '    ret #262144',
        'L5: ret #0',
        '    .insn 0x07, 0, 0, 0x1  ; X = A',
        '    .insn 0xff, 3, 4, 0x2',
        '',
      ].join('\n'),
    );
  });
});
