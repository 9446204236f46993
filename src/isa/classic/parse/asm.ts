// Assembler text: the language of bpf_asm (tools/bpf/bpf_exp.y in the Linux source, Documentation/networking/filter.rst),
// case ignored, one instruction a line, and `.insn code, jt, jf, k` for what it has no words for.
//
//           ldh [12]            ; the EtherType
//           jeq #0x800, ip      ; else the next line
//           ret #0
//     ip:   ret #-1

import type { Span } from '../../../diagnostics/index.js';
import { closestName } from '../../../diagnostics/index.js';
import { type ClassicInstruction, instruction } from '../instruction.js';
import { BPF_JA, BPF_JMP } from '../opcodes.js';
import type { InstructionRow } from '../table.js';
import { chooseRow, readNumber, readOperand, rowsOf, unknownMnemonic } from './operand.js';
import type { ParsedProgram, ParseOptions } from './parsed.js';
import { Problems } from './problems.js';
import { ASM_STYLE, missingAt, type Token, TokenReader } from './tokens.js';

interface LabelUse {
  readonly name: string;
  readonly span: Span;
}

/** An instruction whose jump targets are still names. A missing target is the next instruction. */
interface Item {
  readonly code: number;
  readonly k: number;
  readonly span: Span;
  readonly kind: 'plain' | 'always' | 'conditional';
  readonly taken?: LabelUse | undefined;
  readonly otherwise?: LabelUse | undefined;
  /** `.insn` brings its own. */
  readonly jt?: number;
  readonly jf?: number;
}

/** Assembles text. Throws SkepError with all that is wrong. */
export function parseAsm(text: string, options: ParseOptions = {}): ParsedProgram {
  const problems = new Problems();
  const reader = new TokenReader(text, ASM_STYLE, problems);
  const items: Item[] = [];
  const labels = new Map<string, { readonly index: number; readonly span: Span }>();

  while (!reader.isAtEnd && !problems.isFull) {
    if (reader.isAtLineEnd) {
      reader.next();
      continue;
    }
    if (reader.token.kind === 'word' && reader.peek(1).text === ':') {
      const name = reader.next();
      reader.next();
      const known = labels.get(name.text);
      if (known) {
        problems.error('SKEP2007', `the label \`${name.text}\` is defined twice`, name.span);
      } else {
        labels.set(name.text, { index: items.length, span: name.span });
      }
      continue;
    }
    const item = readInstruction(reader, problems);
    if (item) items.push(item);
    else {
      // So that the labels after it keep their place, a broken line counts as an instruction.
      items.push({ code: 0, k: 0, span: reader.token.span, kind: 'plain' });
      while (!reader.isAtLineEnd) reader.next();
    }
  }
  if (items.length === 0) {
    problems.error('SKEP2030', 'there are no instructions', { start: 0, end: text.length });
  }
  checkLabels(items, labels, problems);
  problems.throwIfAny();
  const placed = place(items, labels, options.longJumps ?? 'error', problems);
  problems.throwIfAny();
  return { ...placed, diagnostics: problems.warnings };
}

/** One instruction up to the end of its line (or to the next mnemonic). undefined after reporting. */
function readInstruction(reader: TokenReader, problems: Problems): Item | undefined {
  const mnemonic = reader.token;
  if (mnemonic.kind !== 'word') {
    problems.error('SKEP2003', `expected an instruction or a label, found \`${mnemonic.text}\``, mnemonic.span);
    return undefined;
  }
  reader.next();
  if (mnemonic.text.toLowerCase() === '.insn') return readRaw(reader, mnemonic, problems);
  const rows = rowsOf(mnemonic.text);
  if (rows.length === 0) {
    unknownMnemonic(mnemonic, problems);
    return undefined;
  }
  const item =
    rows[0]!.class === 'jmp' ? readJump(reader, mnemonic, rows, problems) : readPlain(reader, mnemonic, problems);
  if (!item) return undefined;
  const { token } = reader;
  if (token.kind === 'newline' || token.kind === 'end' || isInstructionStart(reader)) return item;
  problems.error('SKEP2003', `\`${token.text}\` does not belong here: the instruction is complete`, token.span);
  return undefined;
}

function isInstructionStart(reader: TokenReader): boolean {
  const { kind, text } = reader.token;
  return kind === 'word' && (rowsOf(text).length > 0 || text === '.insn' || reader.peek(1).text === ':');
}

function readPlain(reader: TokenReader, mnemonic: Token, problems: Problems): Item | undefined {
  // `tax` and the like take nothing, so that what follows them may be the next instruction.
  const isAlone = rowsOf(mnemonic.text).every(row => row.operand === 'none');
  const operand = isAlone ? { form: 'none' as const, k: 0, span: mnemonic.span } : readOperand(reader, problems);
  const chosen = operand && chooseRow(mnemonic, operand, problems);
  if (!chosen) return undefined;
  const { row, operand: found } = chosen;
  const span = { start: mnemonic.span.start, end: Math.max(mnemonic.span.end, found.span.end) };
  if (row.operand === 'mem' && found.k > 15) {
    problems.error('SKEP2033', `M[${found.k}] does not exist: the last word is M[15]`, found.span);
    return undefined;
  }
  return { code: row.code, k: found.k, span, kind: 'plain' };
}

function readJump(
  reader: TokenReader,
  mnemonic: Token,
  rows: readonly InstructionRow[],
  problems: Problems,
): Item | undefined {
  const start = mnemonic.span.start;
  if (rows[0]!.operand === 'goto') {
    const taken = readLabel(reader, problems);
    if (!taken) return undefined;
    return { code: BPF_JMP | BPF_JA, k: 0, span: { start, end: taken.span.end }, kind: 'always', taken };
  }
  const operand = readOperand(reader, problems);
  const chosen = operand && chooseRow(mnemonic, operand, problems);
  if (!chosen) return undefined;
  if (!reader.take(',')) {
    problems.error('SKEP2003', 'expected `,` and a label to jump to', missingAt(reader));
    return undefined;
  }
  const first = readLabel(reader, problems);
  if (!first) return undefined;
  const isNegated = mnemonic.text.toLowerCase() !== chosen.row.mnemonic;
  let second: LabelUse | undefined;
  if (reader.is(',')) {
    if (isNegated) {
      problems.error('SKEP2004', `\`${mnemonic.text}\` takes one label`, reader.token.span, {
        notes: [`\`${chosen.row.mnemonic}\` takes two: where to go when it holds, and where else`],
      });
      return undefined;
    }
    reader.next();
    second = readLabel(reader, problems);
    if (!second) return undefined;
  }
  return {
    code: chosen.row.code,
    k: chosen.operand.k,
    span: { start, end: (second ?? first).span.end },
    kind: 'conditional',
    taken: isNegated ? undefined : first,
    otherwise: isNegated ? first : second,
  };
}

function readLabel(reader: TokenReader, problems: Problems): LabelUse | undefined {
  const { token } = reader;
  if (token.kind === 'word') {
    reader.next();
    return { name: token.text, span: token.span };
  }
  problems.error('SKEP2003', 'expected a label to jump to', missingAt(reader), {
    ...(token.kind === 'number' && { notes: ['jumps name a label: put `name:` before the instruction to jump to'] }),
  });
  return undefined;
}

/** `.insn code, jt, jf, k`: the four fields as they are. */
function readRaw(reader: TokenReader, directive: Token, problems: Problems): Item | undefined {
  const fields: number[] = [];
  for (const [index, [what, limit]] of RAW_FIELDS.entries()) {
    if (index > 0 && !reader.take(',')) {
      problems.error('SKEP2003', `expected \`,\` and ${what}`, missingAt(reader), {
        notes: ['.insn takes four numbers: code, jt, jf, k'],
      });
      return undefined;
    }
    const token = reader.token;
    const value = readNumber(reader, problems, what);
    if (value === undefined) return undefined;
    if (value > limit) {
      problems.error('SKEP2005', `${what} is at most ${limit}`, token.span);
      return undefined;
    }
    fields.push(value);
  }
  const [code, jt, jf, k] = fields as [number, number, number, number];
  return { code, k, jt, jf, span: { start: directive.span.start, end: reader.previous!.span.end }, kind: 'plain' };
}

const RAW_FIELDS = [
  ['the code', 0xffff],
  ['jt', 0xff],
  ['jf', 0xff],
  ['k', 0xffffffff],
] as const;

type Labels = ReadonlyMap<string, { readonly index: number; readonly span: Span }>;

/** Every label that is used exists and stands before an instruction. */
function checkLabels(items: readonly Item[], labels: Labels, problems: Problems): void {
  for (const { taken, otherwise } of items) {
    for (const use of [taken, otherwise]) {
      if (!use) continue;
      const label = labels.get(use.name);
      if (label && label.index < items.length) continue;
      if (label) {
        problems.error('SKEP2006', `the label \`${use.name}\` stands at the end, before no instruction`, use.span);
        continue;
      }
      const near = closestName(use.name, labels.keys());
      problems.error('SKEP2006', `the label \`${use.name}\` is not defined`, use.span, {
        ...(near !== undefined && {
          fix: { description: `did you mean \`${near}\`?`, span: use.span, replacement: near },
        }),
      });
    }
  }
}

/** Gives each item its place, lengthening jumps that do not reach where that is asked for, and makes the instructions. */
function place(
  items: readonly Item[],
  labels: Labels,
  longJumps: 'error' | 'trampoline',
  problems: Problems,
): Omit<ParsedProgram, 'diagnostics'> {
  // Which ways of each conditional jump go over a `ja` behind it. Each one moves what follows, which may put other targets
  // out of reach: repeated until nothing changes. Ways only ever become far, so this ends.
  const far = items.map(() => ({ taken: false, otherwise: false }));
  const at: number[] = new Array<number>(items.length + 1).fill(0);
  const target = (use: LabelUse | undefined, index: number): number => {
    return use ? at[labels.get(use.name)!.index]! : at[index + 1]!;
  };
  const reaches = (from: number, to: number): boolean => to > from && to - from - 1 <= 0xff;
  for (let changed = true; changed; ) {
    changed = false;
    items.forEach((_, index) => {
      at[index + 1] = at[index]! + 1 + Number(far[index]!.taken) + Number(far[index]!.otherwise);
    });
    if (longJumps === 'error') break;
    items.forEach((item, index) => {
      if (item.kind !== 'conditional') return;
      for (const way of ['taken', 'otherwise'] as const) {
        if (item[way] && !far[index]![way] && !reaches(at[index]!, target(item[way], index))) {
          far[index]![way] = true;
          changed = true;
        }
      }
    });
  }

  const program: ClassicInstruction[] = [];
  const spans: Span[] = [];
  const emit = (item: Item, code: number, k: number, jt = 0, jf = 0): void => {
    program.push(instruction(code, k, jt, jf));
    spans.push(item.span);
  };
  const jumpTo = (item: Item, to: number): void => emit(item, BPF_JMP | BPF_JA, to - program.length - 1);
  items.forEach((item, index) => {
    const from = at[index]!;
    const taken = target(item.taken, index);
    const otherwise = target(item.otherwise, index);
    if (item.kind === 'plain') emit(item, item.code, item.k, item.jt, item.jf);
    else if (item.kind === 'always') jumpTo(item, taken);
    else {
      const goesFar = far[index]!;
      const skip = (way: 'taken' | 'otherwise', to: number, trampoline: number): number => {
        if (goesFar[way]) return trampoline;
        if (!reaches(from, to)) reportReach(item[way]!, from, to, problems);
        return to - from - 1;
      };
      const jt = skip('taken', taken, 0);
      const jf = skip('otherwise', otherwise, goesFar.taken ? 1 : 0);
      emit(item, item.code, item.k, jt, jf);
      if (goesFar.taken) jumpTo(item, taken);
      if (goesFar.otherwise) jumpTo(item, otherwise);
    }
  });
  const places = new Map([...labels].map(([name, { index }]) => [name, at[index]!]));
  return { program, spans, labels: places };
}

function reportReach(use: LabelUse, from: number, to: number, problems: Problems): void {
  if (to <= from) {
    problems.error('SKEP2008', `a conditional jump goes forward only, and \`${use.name}\` is behind it`, use.span);
    return;
  }
  problems.error('SKEP2008', `\`${use.name}\` is ${to - from - 1} instructions ahead, 255 is the furthest`, use.span, {
    notes: ['`ja` has no such limit: jump to one, or assemble with long jumps allowed'],
  });
}
