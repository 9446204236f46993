import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { assemble, formatProgram, INSTRUCTIONS, instruction, instructionRow, usedFields } from '../../src/isa/index.js';
import { hasTcpdump, tcpdump } from './helpers.js';

const expressions = readFileSync(new URL('./cases/expressions.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter(line => line !== '' && !line.startsWith('#'));

describe.skipIf(!hasTcpdump('listings compared with tcpdump'))('listings are what tcpdump prints', () => {
  const seen = new Set<number>();
  for (const line of expressions) {
    const [dlt, ...words] = line.split(' ') as [string, ...string[]];
    for (const optimize of [[], ['-O']]) {
      it(`${optimize.join('')} ${line}`, () => {
        const args = [...optimize, '-y', dlt, ...(words.length > 0 ? [words.join(' ')] : [])];
        const decimal = tcpdump('-ddd', ...args);
        if (decimal === undefined) throw new Error(`tcpdump refuses ${line}`);
        const program = assemble(decimal);
        for (const { code } of program) seen.add(code);
        expect(formatProgram(program, 'decimal')).toBe(decimal);
        expect(formatProgram(program, 'tcpdump')).toBe(tcpdump('-d', ...args));
        expect(formatProgram(program, 'c')).toBe(tcpdump('-dd', ...args));
        // And back: reading what tcpdump printed gives the program, but for what libpcap leaves in fields that do not count.
        const clean = program.map(insn =>
          usedFields(instructionRow(insn.code)!.operand).k ? insn : { ...insn, k: 0 },
        );
        expect(assemble(tcpdump('-d', ...args)!, { syntax: 'tcpdump' })).toEqual(clean);
        expect(assemble(tcpdump('-dd', ...args)!, { syntax: 'c' })).toEqual(program);
      });
    }
  }

  it('meets the instructions that libpcap generates', () => {
    const never = [
      'BPF_LDX+BPF_W+BPF_LEN',
      'BPF_ALU+BPF_SUB+BPF_K',
      'BPF_JMP+BPF_JSET+BPF_X',
      'BPF_RET+BPF_A',
      'BPF_RET+BPF_X',
    ];
    const missing = INSTRUCTIONS.filter(row => !seen.has(row.code)).map(row => row.macros.join('+'));
    expect(missing.filter(name => !never.includes(name))).toEqual([]);
  });
});

describe('listings of what no expression compiles to', () => {
  const ancillary = [
    [0x28, 0xfffff000],
    [0x30, 0xfffff02c],
    [0x30, 0xfffff030],
    [0x20, 0xfffff038],
    [0x20, 0xfffff028],
  ] as const;
  it('names ancillary loads as libpcap does', () => {
    const program = ancillary.map(([code, k]) => instruction(code, k));
    expect(formatProgram(program, 'tcpdump')).toBe(
      '(000) ldh      [proto]\n(001) ldb      [vlan_tci]\n(002) ldb      [vlanp]\n(003) ld       [random]\n(004) ld       [xor_x]\n',
    );
  });

  it.each([
    ['1.10', '(000) unimp    0x81\n(001) tax      \n(002) ret      \n(003) unimp    0xe\n'],
    ['1.11', '(000) ldx      #pktlen\n(001) tax\n(002) ret\n(003) unimp    0xe\n'],
  ] as const)('differs between libpcap 1.10 and 1.11 as they do: %s', (libpcap, expected) => {
    const program = [0x81, 0x07, 0x16, 0x0e].map(code => instruction(code));
    expect(formatProgram(program, 'tcpdump', { libpcap })).toBe(expected);
    expect(assemble(expected)).toEqual(program);
  });

  it('prints k as a signed number where C has %d', () => {
    const program = [
      instruction(0x20, 0xffffffff),
      instruction(0x40, 0xfffffff2),
      instruction(0x04, 0xffffffff),
      instruction(0x05, 0xfffffffd),
      instruction(0x15, 0xffffffff, 0, 0),
      instruction(0x95, 0, 1, 2),
    ];
    const text = formatProgram(program, 'tcpdump');
    expect(text.split('\n').slice(0, 6)).toEqual([
      '(000) ld       [-1]',
      '(001) ld       [x + -14]',
      '(002) add      #-1',
      '(003) ja       1',
      '(004) jeq      #0xffffffff      jt 5\tjf 5',
      '(005) unimp    0x95             jt 7\tjf 8',
    ]);
    expect(assemble(text)).toEqual(program);
  });
});
