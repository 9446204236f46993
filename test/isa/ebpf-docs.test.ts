// docs/ebpf-isa.md says what the table says. `UPDATE_DOCS=1 npx vitest run test/isa/ebpf-docs.test.ts` writes it anew.

import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  DIALECTS,
  formatExtended,
  INSTRUCTIONS,
  type InstructionKind,
  type InstructionRow,
  insn,
  list,
  parseExtended,
} from '../../src/isa/extended/index.js';

const PAGE = new URL('../../docs/ebpf-isa.md', import.meta.url);
const BEGIN = '<!-- instructions: begin -->\n';
const END = '<!-- instructions: end -->';

/** The sections, in order; every kind is in one. */
const SECTIONS: readonly (readonly [title: string, ...kinds: InstructionKind[]])[] = [
  ['Arithmetic', 'alu', 'neg'],
  ['Moves, byte order, constants', 'mov', 'movsx', 'end', 'addr-space', 'lddw'],
  ['Memory', 'load', 'store', 'store-imm', 'load-acquire', 'store-release'],
  ['Atomics', 'atomic'],
  ['Jumps', 'goto', 'jump', 'may-goto'],
  ['Calls', 'call', 'callx', 'exit'],
  ['Packets', 'packet'],
];

const cell = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;

function rowText(row: InstructionRow): string {
  const field = (name: 'src' | 'offset' | 'imm', value: number): number =>
    row.selects[name] ?? (row.uses.includes(name) ? value : 0);
  const first = insn(
    row.opcode,
    row.uses.includes('dst') ? 1 : 0,
    field('src', 2),
    field('offset', 4),
    field('imm', 5),
  );
  const example = row.kind === 'lddw' ? [first, insn(0)] : [first];
  const written = Object.values(DIALECTS).map(dialect => cell(list(example, dialect)[0]!.text!));
  const selects = Object.entries(row.selects)
    .map(([name, value]) => ` ${name} ${value < 10 ? value : `0x${value.toString(16)}`}`)
    .join(',');
  const opcode = `\`${row.opcode.toString(16).padStart(2, '0')}\`${selects}`;
  return `| ${opcode} | ${written.join(' | ')} | ${cell(row.meaning)} | v${row.cpu} | ${row.since === 'none' ? '' : row.since} |`;
}

function sections(): string {
  return SECTIONS.map(([title, ...kinds]) => {
    const rows = INSTRUCTIONS.filter(({ kind }) => kinds.includes(kind));
    return [
      `### ${title}\n`,
      '| opcode | kernel | LLVM | RFC 9669 | does | cpu | Linux |',
      '|---|---|---|---|---|---|---|',
      ...rows.map(rowText),
      '',
    ].join('\n');
  }).join('\n');
}

it('has a section for every instruction', () => {
  const kinds = SECTIONS.flatMap(([, ...each]) => each);
  expect(new Set(kinds)).toEqual(new Set(INSTRUCTIONS.map(({ kind }) => kind)));
});

it('docs/ebpf-isa.md is in step with the table', () => {
  const page = readFileSync(PAGE, 'utf8');
  const [before, rest] = page.split(BEGIN) as [string, string];
  const after = rest.slice(rest.indexOf(END));
  const wanted = `${before}${BEGIN}\n${sections()}\n${after}`;
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PAGE, wanted);
  expect(readFileSync(PAGE, 'utf8')).toBe(wanted);
});

it('the example of docs/ebpf-isa.md is what the assembler does', () => {
  const [, text, bytes] = /printf '(.*)' \| skep asm --isa ebpf\n((?: {4}(?:[\da-f]{2} ?)+\n)+)/.exec(
    readFileSync(PAGE, 'utf8'),
  )!;
  const program = parseExtended(text!.replaceAll('\\n', '\n').replaceAll('%%', '%'));
  expect(formatExtended(program, 'hex')).toBe(bytes!.replace(/^ {4}/gm, ''));
});
