// `skep asm --isa ebpf` and `skep disasm --isa ebpf` as people run them, and the forms they read and write.

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  assemble,
  checkInstructions,
  DIALECTS,
  type DialectName,
  decode,
  EXTENDED_FORMATS,
  encode,
  formatExtended,
  guessExtendedByteOrder,
  INSTRUCTIONS,
  type Instruction,
  type InstructionRow,
  insn,
  list,
  type Program,
  parseExtended,
} from '../../src/isa/extended/index.js';
import { buildCli, type Cli, type CliResult } from '../support/cli.js';

/** Well-formed instructions with any operands; a 64-bit load is two slots. */
const wellFormed = fc
  .record({
    row: fc.constantFrom(...INSTRUCTIONS.filter(({ kind }) => kind !== 'callx')),
    dst: fc.nat(9),
    src: fc.nat(10),
    offset: fc.integer({ min: -32768, max: 32767 }),
    imm: fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.integer({ min: -9, max: 9 })),
    next: fc.oneof(fc.constant(0), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  })
  .map(({ row, dst, src, offset, imm, next }): Instruction[] => {
    const field = (name: 'src' | 'offset' | 'imm', value: number): number =>
      row.selects[name] ?? (row.uses.includes(name) ? value : 0);
    const slot = insn(
      row.opcode,
      row.uses.includes('dst') ? dst : 0,
      field('src', src),
      field('offset', offset),
      field('imm', imm),
    );
    return row.kind === 'lddw' ? [slot, insn(0, 0, 0, 0, row.mnemonic === 'lddw_btf_id' ? 0 : next)] : [slot];
  })
  .filter(slots => checkInstructions(slots).length === 0);
const programs = fc.array(wellFormed, { minLength: 1, maxLength: 12 }).map(parts => parts.flat());

/** What a notation cannot tell: what a constant of LLVM's is an address of, and which call it is. */
const tells = (dialect: DialectName, row: InstructionRow | undefined): boolean =>
  dialect !== 'llvm' ||
  (row?.kind !== 'lddw' && row?.kind !== 'call') ||
  row.mnemonic === 'lddw' ||
  row.mnemonic === 'call';
/** The kernel's notation leaves the module of a kernel function out. */
const complete = (dialect: DialectName, program: Program): boolean =>
  program.every(each => {
    const row = INSTRUCTIONS.find(
      ({ opcode, selects }) => opcode === each.opcode && (selects.src ?? each.src) === each.src,
    );
    return tells(dialect, row) && (dialect !== 'kernel' || row?.mnemonic !== 'call_kfunc' || each.offset === 0);
  });

describe('the forms of extended programs', () => {
  it.each(['hex', 'c', 'json'] as const)('%s reads what it wrote', name => {
    fc.assert(
      fc.property(programs, program => {
        const text = formatExtended(program, name);
        expect(parseExtended(text, { format: name })).toEqual(program);
        expect(parseExtended(text)).toEqual(program);
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  it.each(Object.keys(DIALECTS) as DialectName[])('%s reads what it wrote', name => {
    fc.assert(
      fc.property(
        programs.filter(program => complete(name, program)),
        program => {
          const text = formatExtended(program, name);
          expect(parseExtended(text, { format: name })).toEqual(program);
        },
      ),
      { numRuns: 300, seed: 1 },
    );
  });

  it('have a name and a summary each', () => {
    expect(new Set(EXTENDED_FORMATS.map(({ name }) => name)).size).toBe(EXTENDED_FORMATS.length);
    for (const { summary } of EXTENDED_FORMATS) expect(summary).not.toBe('');
  });

  it('bytes tell their order', () => {
    const program = assemble('r1 = 1\nr2 = 70000\nr0 = *(u32 *)(r1 + 4)\nif r0 == 3 goto +1\nr0 += r2\nexit');
    expect(guessExtendedByteOrder(encode(program))).toBe('little');
    expect(guessExtendedByteOrder(encode(program, { bigEndian: true }))).toBe('big');
  });

  it.each([
    ['hex', 'b7 0', 'the last byte has one digit'],
    ['hex', 'b7 zz', 'is not a hexadecimal digit'],
    ['c', '{ 0xb7, 1, 0, 0 },', 'no initializer'],
    ['c', '{ 0xb7, 16, 0, 0, 0 },', 'dst 16 is not within 0 to 15'],
    ['json', '{"instructions": 5}', 'no list of instructions'],
    ['json', '[{"dst": 1}]', 'no number for opcode'],
    ['json', '{', 'no JSON'],
  ] as const)('%s refuses %s', (format, text, message) => {
    expect(() => parseExtended(text, { format })).toThrow(message);
  });

  it('never crash on any text', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(...EXTENDED_FORMATS.map(({ name }) => name)), (text, format) => {
        try {
          parseExtended(text, { format });
        } catch (error) {
          expect((error as Error).name).toBe('SkepError');
        }
      }),
      { numRuns: 500, seed: 1 },
    );
  });
});

describe('the command line', () => {
  let cli: Cli;
  beforeAll(async () => {
    cli = await buildCli();
  });
  afterAll(() => cli.remove());
  const skep = (args: readonly string[], input: string | Uint8Array = ''): CliResult =>
    cli.run(args, { input, encoding: 'latin1' });

  const TEXT = 'r1 = 0x1122334455667788 ll\nr0 = 2\nif r0 == 2 goto out\nr0 += r1\nout: exit\n';
  const HEX = `18 01 00 00 88 77 66 55
00 00 00 00 44 33 22 11
b7 00 00 00 02 00 00 00
15 00 01 00 02 00 00 00
0f 10 00 00 00 00 00 00
95 00 00 00 00 00 00 00
`;

  it('assembles to hexadecimal', () => {
    expect(skep(['asm', '--isa', 'ebpf'], TEXT)).toEqual({ status: 0, stdout: HEX, stderr: '' });
  });

  it('prints the three notations', () => {
    expect(skep(['disasm', '--isa', 'ebpf'], HEX).stdout).toBe(`   0: (18) r1 = 0x1122334455667788
   2: (b7) r0 = 2
   3: (15) if r0 == 0x2 goto pc+1
   4: (0f) r0 += r1
   5: (95) exit
`);
    expect(skep(['disasm', '--isa', 'ebpf', '-f', 'rfc'], HEX).stdout).toBe(`lddw %r1, 0x1122334455667788
mov %r0, 2
jeq %r0, 2, +1
add %r0, %r1
exit
`);
    expect(skep(['disasm', '--isa', 'ebpf', '-f', 'llvm'], HEX).stdout).toContain(
      '       2:\tb7 00 00 00 02 00 00 00\tr0 = 0x2\n',
    );
  });

  it('every form goes back to the same bytes', () => {
    const raw = skep(['asm', '--isa', 'ebpf', '-f', 'raw'], TEXT).stdout;
    for (const format of [...EXTENDED_FORMATS.map(({ name }) => name), 'raw']) {
      const shown = skep(['disasm', '--isa', 'ebpf', '-f', format], Buffer.from(raw, 'latin1')).stdout;
      const again = skep(['asm', '--isa', 'ebpf', '-f', 'raw'], Buffer.from(shown, 'latin1'));
      expect(again, format).toEqual({ status: 0, stdout: raw, stderr: '' });
    }
  });

  it('writes and reads big-endian bytes and files', () => {
    const file = `${cli.folder}/program.bin`;
    expect(skep(['asm', '--isa', 'ebpf', '-f', 'raw', '--byte-order', 'big', '-o', file], TEXT).status).toBe(0);
    expect(decode(readFileSync(file), { bigEndian: true })).toEqual(assemble(TEXT));
    expect(skep(['disasm', '--isa', 'ebpf', file, '-f', 'hex']).stdout).toBe(HEX);
  });

  it('names helpers, and takes their names', () => {
    const bytes = skep(['asm', '--isa', 'ebpf'], 'call bpf_ktime_get_ns\nexit\n').stdout;
    expect(bytes).toContain('85 00 00 00 05 00 00 00');
    expect(skep(['disasm', '--isa', 'ebpf'], bytes).stdout).toContain('call bpf_ktime_get_ns#5');
  });

  it('shows what is no instruction, and --check refuses it', () => {
    const text = 'ff 00 00 00 00 00 00 00\n95 00 00 00 01 00 00 00\n';
    const shown = skep(['disasm', '--isa', 'ebpf'], text);
    expect(shown.status).toBe(0);
    expect(shown.stdout).toContain('no instruction has opcode 0xff');
    const checked = skep(['disasm', '--isa', 'ebpf', '--check'], text);
    expect(checked.status).toBe(1);
    expect(checked.stdout).toBe('');
    expect(checked.stderr).toContain('there is no opcode 0xff');
    expect(checked.stderr).toContain('exit does not use its imm field');
  });

  it('points at the line that is wrong', () => {
    const { status, stderr } = skep(['asm', '--isa', 'ebpf'], 'r0 = 1\nr0 ?= 1\nexit\n');
    expect(status).toBe(1);
    expect(stderr).toContain('<stdin>:2:1');
  });

  it.each([
    [['asm', '--isa', 'ebpf', '-f', 'tcpdump'], 'form of classic programs'],
    [['asm', '-f', 'llvm'], 'form of eBPF programs'],
    [['disasm', '--isa', 'ebpf', '--check', 'linux'], 'checks classic programs'],
    [['asm', '--check'], 'who shall check'],
    [['asm', '--isa', 'ebpf', '--long-jumps'], 'eBPF has gotol'],
  ])('%j is wrong usage', (args, message) => {
    const { status, stderr } = skep(args, 'exit\n');
    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });

  it('sends object files to inspect', () => {
    const file = `${cli.folder}/x.o`;
    writeFileSync(file, new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]));
    const { status, stderr } = skep(['disasm', '--isa', 'ebpf', file]);
    expect(status).toBe(1);
    expect(stderr).toContain('skep inspect');
  });
});

describe('llvm-objdump', () => {
  const run = (tool: string, args: readonly string[], input: string | Uint8Array) => spawnSync(tool, args, { input });
  const tools = ['llvm-mc', 'llvm-objdump'].every(tool => run(tool, ['--version'], '').status === 0);
  if (!tools) console.warn('SKIPPED: LLVM as an oracle of its notation: llvm-mc and llvm-objdump are not installed');
  // The newest set that this LLVM knows.
  const cpu = tools && !/not a recognized/.test(`${run('llvm-mc', ['-triple=bpfel', '-mcpu=v4'], '').stderr}`) ? 4 : 3;

  /**
   * Newer kernels' instructions are not in every LLVM, the register of callx moved from imm to dst, and relocations say
   * what a 64-bit load refers to. */
  const NOT_EVERYWHERE = /may_goto|addr_space|load_acquire|store_release|callx|lddw_/;
  const rows = INSTRUCTIONS.filter(row => row.cpu <= cpu && !NOT_EVERYWHERE.test(row.mnemonic));

  it.skipIf(!tools)('prints every instruction as we do, and as we read', () => {
    const program = rows.flatMap(row => {
      const field = (name: 'src' | 'offset' | 'imm', value: number): number =>
        row.selects[name] ?? (row.uses.includes(name) ? value : 0);
      const dst = row.uses.includes('dst') ? 3 : 0;
      // LLVM knows no constant in a packet load at a register, and calls a function of another module what it likes.
      const imm = row.mnemonic.startsWith('ldind') ? 0 : 5;
      const slot = insn(
        row.opcode,
        dst,
        field('src', 4),
        field('offset', row.kind === 'call' ? 0 : 16),
        field('imm', imm),
      );
      return row.kind === 'lddw' ? [slot, insn(0, 0, 0, 0, 1)] : [slot];
    });
    const bytes = [...encode(program)].map(each => `.byte ${each}`).join('\n');
    const object = run('llvm-mc', ['-triple=bpfel', '-filetype=obj', '-o', '-'], `${bytes}\n`);
    expect(`${object.stderr}`).toBe('');
    const listing = `${run('llvm-objdump', ['-d', '--mattr=+alu32', `--mcpu=v${cpu}`, '-'], object.stdout).stdout}`;
    // Older versions print decimal constants, and + for every sum.
    const plain = (text: string): string =>
      text
        .trim()
        .replace(/ <[^<>]*>$/, '')
        // The register of a short access has two names, by the version; the assembler takes both.
        .replace(/^w(\d) = \*|^(lock .*|\*.*) w(\d)$/, (_, loaded, before, stored) =>
          loaded === undefined ? `${before} r${stored}` : `r${loaded} = *`,
        )
        .replace(/-?0x[\da-f]+/gi, digits => String(Number(digits)));
    const unknown: string[] = [];
    let compared = 0;
    const ours = new Map(list(program, DIALECTS.llvm).map(each => [each.slot, each]));
    for (const line of listing.split('\n')) {
      const [, slot, text] = /^\s+(\d+):\t(?:[\da-f]{2} )*\t?(?:[\da-f]{2} ?)*\t(.*)$/.exec(line) ?? [];
      if (slot === undefined) continue;
      const mine = ours.get(Number(slot));
      if (text!.includes('<unknown>')) {
        if (mine) unknown.push(mine.text ?? '');
        continue;
      }
      expect(plain(text!), line).toBe(plain(mine!.text!));
      const read = assemble(text!.replace(/ <[^<>]*>$/, ''), { dialect: 'llvm' })[0]!;
      if (mine!.instruction.opcode !== 0x85) expect(read, line).toEqual(mine!.instruction);
      compared++;
    }
    console.info(
      `llvm-objdump -mcpu=v${cpu}: ${compared} instructions alike, unknown to it: ${unknown.join('; ') || 'none'}`,
    );
    expect(compared).toBeGreaterThan(120);
  });
});
