// Reads the operand of an instruction, in bpf_asm's notation and in tcpdump's, and finds the instruction that takes it.

import type { Diagnostic, Span } from '../../../diagnostics/index.js';
import { closestName } from '../../../diagnostics/index.js';
import { ANCILLARY, ancillaryNamed } from '../ancillary.js';
import { SKF_AD_OFF, SKF_LL_OFF, SKF_NET_OFF } from '../opcodes.js';
import { INSTRUCTIONS, type InstructionRow, type OperandForm } from '../table.js';
import type { Problems } from './problems.js';
import { missingAt, type Token, type TokenReader } from './tokens.js';

/** An operand as written. `goto` holds the name of a label; comparisons are `imm` or `x` here. */
export interface Operand {
  readonly form: Exclude<OperandForm, 'cond-k' | 'cond-x'>;
  readonly k: number;
  readonly label?: string;
  /** A number without `#`, which only `ldi` and `ldxi` take. */
  readonly isBare?: true;
  readonly span: Span;
}

/** How the forms are written, for messages. */
const FORM_TEXT: Readonly<Record<OperandForm, string>> = {
  none: '',
  imm: '#number',
  abs: '[offset]',
  ind: '[x + offset]',
  msh: '4*([offset]&0xf)',
  mem: 'M[0..15]',
  len: '#len',
  a: 'a',
  x: 'x',
  goto: 'label',
  'cond-k': '#number, label, label',
  'cond-x': 'x, label, label',
};

const NAMED_OFFSETS: Readonly<Record<string, number>> = { SKF_AD_OFF, SKF_NET_OFF, SKF_LL_OFF };

const LENGTH_NAMES = ['len', 'pktlen'];

/** The rows of a mnemonic (an alias resolved), empty for a word that is none. */
export function rowsOf(mnemonic: string): readonly InstructionRow[] {
  return BY_MNEMONIC.get(mnemonic.toLowerCase()) ?? [];
}

/** Other words of bpf_asm for the same instructions. */
const ALIASES: Readonly<Record<string, (row: InstructionRow) => boolean>> = {
  jmp: row => row.mnemonic === 'ja',
  jne: row => row.negated === 'jneq',
  ldi: row => row.mnemonic === 'ld' && row.operand === 'imm',
  ldxi: row => row.mnemonic === 'ldx' && row.operand === 'imm',
  // `ldx 4*([14]&0xf)` is `ldxb`.
  ldx: row => row.mnemonic === 'ldx' || row.operand === 'msh',
};

function rowsByMnemonic(): Map<string, readonly InstructionRow[]> {
  const table = new Map<string, readonly InstructionRow[]>();
  for (const row of INSTRUCTIONS) {
    for (const name of [row.mnemonic, row.negated]) {
      if (name !== undefined) table.set(name, [...(table.get(name) ?? []), row]);
    }
  }
  for (const [name, isMeant] of Object.entries(ALIASES)) table.set(name, INSTRUCTIONS.filter(isMeant));
  return table;
}

const BY_MNEMONIC = /* @__PURE__ */ rowsByMnemonic();

/** Every word that begins an instruction. */
export const MNEMONICS: readonly string[] = [...BY_MNEMONIC.keys()];

/** Reports an unknown mnemonic, with the nearest known. */
export function unknownMnemonic(token: Token, problems: Problems): void {
  // Of words equally near, one of the same length is likelier: `lhd` is `ldh`, not `ld`.
  const difference = (name: string): number => Math.abs(name.length - token.text.length);
  const near = closestName(
    token.text,
    [...MNEMONICS].sort((left, right) => difference(left) - difference(right)),
  );
  problems.error('SKEP2001', `\`${token.text}\` is not an instruction`, token.span, {
    ...(near !== undefined && {
      fix: { description: `did you mean \`${near}\`?`, span: token.span, replacement: near },
    }),
  });
}

/** Reads a number with signs before it as an unsigned 32-bit one; undefined after reporting that there is none, or too big a one. */
export function readNumber(reader: TokenReader, problems: Problems, what = 'a number'): number | undefined {
  const start = reader.token.span.start;
  let isNegative = false;
  while (reader.is('-') || reader.is('+')) if (reader.next().text === '-') isNegative = !isNegative;
  const { token } = reader;
  if (token.kind !== 'number') {
    problems.error('SKEP2003', `expected ${what}`, missingAt(reader));
    return undefined;
  }
  reader.next();
  const span = { start, end: token.span.end };
  if (Number.isNaN(token.value)) {
    problems.error('SKEP2005', `\`${token.text}\` is not a number`, token.span, {
      notes: ['numbers are decimal, 0x hexadecimal, 0b binary or, after a 0, octal'],
    });
    return undefined;
  }
  const value = isNegative ? -token.value : token.value;
  if (value > 0xffffffff || value < -0x80000000) {
    problems.error('SKEP2005', `${isNegative ? '-' : ''}${token.text} does not fit into 32 bits`, span);
    return undefined;
  }
  return value >>> 0;
}

/** Reads one operand. undefined after reporting what is wrong with it. Takes nothing at the end of a line. */
export function readOperand(reader: TokenReader, problems: Problems): Operand | undefined {
  const start = reader.token.span.start;
  const done = (form: Operand['form'], k = 0): Operand => ({
    form,
    k,
    span: { start, end: reader.previous?.span.end ?? start },
  });
  const expect = (sign: string): boolean => {
    if (reader.take(sign)) return true;
    problems.error('SKEP2003', `expected \`${sign}\``, missingAt(reader));
    return false;
  };

  const { token } = reader;
  if (token.kind === 'newline' || token.kind === 'end') return { form: 'none', k: 0, span: missingAt(reader) };
  if (reader.take('#')) {
    if (reader.token.kind !== 'word') {
      const k = readNumber(reader, problems);
      return k === undefined ? undefined : done('imm', k);
    }
    return readName(reader, problems, start, true);
  }
  if (reader.take('%')) {
    if (reader.take('x')) return done('x');
    if (reader.take('a')) return done('a');
    problems.error('SKEP2003', 'expected `x` or `a`', missingAt(reader));
    return undefined;
  }
  if (reader.take('[')) {
    if (reader.take('%') || reader.is('x')) {
      if (!expect('x')) return undefined;
      let k: number | undefined = 0;
      if (!reader.is(']')) {
        if (!reader.is('-') && !expect('+')) return undefined;
        k = readOffset(reader, problems);
      }
      return k !== undefined && expect(']') ? done('ind', k) : undefined;
    }
    // tcpdump prints ancillary loads as `[vlan_tci]`.
    if (reader.token.kind === 'word' && !(reader.token.text.toUpperCase() in NAMED_OFFSETS)) {
      const operand = readName(reader, problems, start, false);
      return operand && expect(']') ? { ...operand, span: { start, end: reader.previous!.span.end } } : undefined;
    }
    const k = readOffset(reader, problems);
    return k !== undefined && expect(']') ? done('abs', k) : undefined;
  }
  if (token.kind === 'word' && token.text.toLowerCase() === 'm' && reader.peek(1).text === '[') {
    reader.next();
    reader.next();
    const k = readNumber(reader, problems);
    return k !== undefined && expect(']') ? done('mem', k) : undefined;
  }
  if (token.kind === 'number' && reader.peek(1).text === '*') return readHeaderLength(reader, problems, expect, done);
  if (token.kind === 'number' || reader.is('-') || reader.is('+')) {
    const k = readNumber(reader, problems);
    if (k === undefined) return undefined;
    return { ...done('imm', k), isBare: true };
  }
  if (token.kind === 'word') {
    reader.next();
    const name = token.text.toLowerCase();
    if (name === 'x' || name === 'a') return done(name);
    return { ...done('goto'), label: token.text };
  }
  reader.next();
  problems.error('SKEP2003', `\`${token.text}\` does not begin an operand`, token.span);
  return undefined;
}

/** `k`, or `SKF_NET_OFF + k`. */
function readOffset(reader: TokenReader, problems: Problems): number | undefined {
  const named = reader.token.kind === 'word' ? NAMED_OFFSETS[reader.token.text.toUpperCase()] : undefined;
  if (named === undefined) return readNumber(reader, problems, 'an offset');
  reader.next();
  if (!reader.is('+') && !reader.is('-')) return named;
  const k = readNumber(reader, problems, 'an offset');
  return k === undefined ? undefined : (named + k) >>> 0;
}

/** `4*([k]&0xf)`: the length of an IPv4 header, and nothing else. */
function readHeaderLength(
  reader: TokenReader,
  problems: Problems,
  expect: (sign: string) => boolean,
  done: (form: Operand['form'], k?: number) => Operand,
): Operand | undefined {
  const factor = reader.next();
  reader.next();
  if (!expect('(') || !expect('[')) return undefined;
  const k = readOffset(reader, problems);
  if (k === undefined || !expect(']') || !expect('&')) return undefined;
  const mask = reader.token;
  const maskValue = readNumber(reader, problems, 'the mask');
  if (maskValue === undefined || !expect(')')) return undefined;
  for (const [token, value, wanted] of [
    [factor, factor.value, '4'],
    [mask, maskValue, '0xf'],
  ] as const) {
    if (value !== Number(wanted)) {
      problems.error('SKEP2004', 'the machine can load 4*([k]&0xf) only', token.span, {
        fix: { description: `write ${wanted}`, span: token.span, replacement: wanted },
      });
      return undefined;
    }
  }
  return done('msh', k);
}

/** `len` or the name of an ancillary load, after `#` or `[`. */
function readName(reader: TokenReader, problems: Problems, start: number, isMarked: boolean): Operand | undefined {
  const token = reader.next();
  const span = { start, end: token.span.end };
  const named = namedOperand(token.text, span);
  if (named) return named;
  const near = closestName(token.text, [...LENGTH_NAMES, ...ANCILLARY.flatMap(row => row.asmNames)]);
  const what = isMarked ? 'neither a number nor an ancillary load' : 'neither an offset nor an ancillary load';
  problems.error('SKEP2004', `\`${token.text}\` is ${what}`, token.span, {
    ...(near !== undefined && {
      fix: { description: `did you mean \`${near}\`?`, span: token.span, replacement: near },
    }),
  });
  return undefined;
}

function namedOperand(name: string, span: Span): Operand | undefined {
  if (LENGTH_NAMES.includes(name.toLowerCase())) return { form: 'len', k: 0, span };
  const row = ancillaryNamed(name);
  return row && { form: 'abs', k: (SKF_AD_OFF + row.offset) >>> 0, span };
}

/**
 * The instruction of `mnemonic` that takes this operand, undefined after reporting that none does.
 * A comparison is found by its `imm` or `x` operand. bpf_asm lets `len`, `proto`, ... stand without `#`.
 */
export function chooseRow(
  mnemonic: Token,
  operand: Operand,
  problems: Problems,
): { readonly row: InstructionRow; readonly operand: Operand } | undefined {
  const rows = rowsOf(mnemonic.text);
  const resolved = operand.form === 'goto' ? (namedIfLoad(rows, operand) ?? operand) : operand;
  const found = rows.find(row => formOf(row) === resolved.form);
  const isBareAllowed = rows.length === 1 && mnemonic.text.toLowerCase().endsWith('i');
  if (found && (!operand.isBare || isBareAllowed)) return { row: found, operand: resolved };

  const notes = [`it takes ${[...new Set(rows.map(row => `\`${FORM_TEXT[row.operand]}\``))].join(' or ')}`];
  if (operand.form === 'none') {
    problems.error('SKEP2004', `\`${mnemonic.text}\` needs an operand`, operand.span, { notes });
  } else {
    problems.error('SKEP2004', `\`${mnemonic.text}\` does not take this operand`, operand.span, {
      notes,
      ...(found && operand.isBare && { fix: prefixFix(rows, operand.span) }),
    });
  }
  return undefined;
}

function prefixFix(rows: readonly InstructionRow[], span: Span): Diagnostic['fix'] {
  const isLoad = rows.some(row => row.operand === 'abs');
  return {
    description: isLoad ? 'a constant is written `#k`, an offset `[k]`' : 'a constant is written with `#` before it',
    span: { start: span.start, end: span.start },
    replacement: '#',
  };
}

function namedIfLoad(rows: readonly InstructionRow[], operand: Operand): Operand | undefined {
  if (!rows.some(row => row.operand === 'abs' || row.operand === 'len')) return undefined;
  return namedOperand(operand.label ?? '', operand.span);
}

/** The form of a row's first operand. */
function formOf(row: InstructionRow): Operand['form'] {
  if (row.operand === 'cond-k') return 'imm';
  return row.operand === 'cond-x' ? 'x' : row.operand;
}
