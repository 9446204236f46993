// Text -> extended BPF program, in any of the three notations. There is no grammar of its own here: each notation's printer
// is asked how it writes every row of the table, and what it answers *is* the grammar. A line is cut into tokens, its registers,
// numbers and jump targets become placeholders, and the shape that remains is looked up among the printed shapes.
//
//     if w1 == 0x5 goto pc+3     ->  if W == N goto T      ->  jeq32, source k: dst 1, imm 5, offset 3
//
// A listing's decoration is understood and dropped: `12:`, `(b7)`, `; comments`, verifier state behind `;`.

import { type Diagnostic, SkepError, type Span } from '../../diagnostics/index.js';
import { type Instruction, insn, LDDW_OPCODE, type Program } from './instruction.js';
import type { Dialect } from './print/dialect.js';
import { kernelDialect } from './print/kernel.js';
import { llvmDialect } from './print/llvm.js';
import { rfcDialect } from './print/rfc.js';
import { INSTRUCTIONS, type InstructionRow } from './table.js';

/** The notations, by name. */
export const DIALECTS = { kernel: kernelDialect, llvm: llvmDialect, rfc: rfcDialect } as const satisfies Record<
  string,
  Dialect
>;
export type DialectName = keyof typeof DIALECTS;

export interface AssembleOptions {
  /** Default: each line in whichever notation it fits; `r1 = 0x5` is then the short move, unless the constant needs 64 bits. */
  readonly dialect?: DialectName;
  /** Number of a helper named in a call. */
  readonly helper?: (name: string) => number | undefined;
}

/** Reports at most so many errors: the rest is likely more of the same. */
const MAX_ERRORS = 20;

type TokenKind = 'register' | 'number' | 'word' | 'punctuation';

interface Token {
  readonly kind: TokenKind;
  /** What the shape says of it: `R`, `W`, `N`, or the text itself. */
  readonly shape: string;
  /** Register number, or the value of a number. */
  readonly value: bigint;
  readonly text: string;
  readonly span: Span;
}

const TOKEN =
  /\s+|(?<register>%?[rw](?:1[0-5]|\d)(?!\w))|(?<number>(?:\+\s*-|[+-]\s*)?(?:0[xX][\da-fA-F]+|\d+)(?!\w))|(?<word>[A-Za-z_.][\w.]*)|(?<punctuation>s?(?:<<|>>)=|s[%/]=|s?[<>]=|s[<>](?!\w)|[-+*/%&|^=!]=|.)/gy;

function tokenize(line: string, at: number): Token[] {
  const tokens: Token[] = [];
  // `r1 s>>= 2`: an operator may begin with a letter, so a lone `s` before one belongs to it.
  for (const match of line.matchAll(TOKEN)) {
    const groups = match.groups!;
    const text = match[0];
    const span = { start: at + match.index, end: at + match.index + text.length };
    if (groups['register'] !== undefined) {
      const digits = text.replace(/^%?[rw]/, '');
      const shape = text.startsWith('%') ? '%R' : text.startsWith('w') ? 'W' : 'R';
      tokens.push({ kind: 'register', shape, value: BigInt(digits), text, span });
    } else if (groups['number'] !== undefined) {
      // `skb[r1 + -4]` is how the kernel writes a negative constant behind a plus.
      const digits = text.replace(/^[-+\s]+/, '');
      const value = text.slice(0, -digits.length).includes('-') ? -BigInt(digits) : BigInt(digits);
      tokens.push({ kind: 'number', shape: 'N', value, text, span });
    } else if (text.trim() !== '') {
      tokens.push({ kind: groups['word'] === undefined ? 'punctuation' : 'word', shape: text, value: 0n, text, span });
    }
  }
  return tokens;
}

/** Where a register, number or target of a shape goes; `fixed` must be what the notation always writes there (r0, 0). */
type Operand =
  | { readonly field: 'dst' | 'src' | 'offset' | 'imm' | 'immHigh' | 'immLow' | 'next' | 'wide' | 'target' }
  | { readonly field: 'fixed'; readonly value: bigint };

interface Form {
  readonly row: InstructionRow;
  /** For each register, number and target of the shape, in order: where its value goes. */
  readonly operands: readonly Operand[];
}

// Sentinels: values that tell where in the printed text each field stands.
const DST = 7;
const SRC = 8;
const OFFSET = 0x2345;
const IMM = 0x34564567;
const NEXT = 0x12345678;

/** What a register or number in the printed sentinel instruction is. */
function operandOf({ kind, value }: Token): Operand {
  if (kind === 'register') {
    if (value === BigInt(DST)) return { field: 'dst' };
    if (value === BigInt(SRC)) return { field: 'src' };
    return { field: 'fixed', value };
  }
  switch (value) {
    case BigInt(OFFSET):
      return { field: 'offset' };
    case BigInt(IMM):
      return { field: 'imm' };
    case BigInt(IMM >>> 16):
      return { field: 'immHigh' };
    case BigInt(IMM & 0xffff):
      return { field: 'immLow' };
    case BigInt(NEXT):
      return { field: 'next' };
    case (BigInt(NEXT) << 32n) | BigInt(IMM):
      return { field: 'wide' };
    default:
      return { field: 'fixed', value };
  }
}

const isJump = ({ kind, mnemonic }: InstructionRow): boolean =>
  kind === 'goto' || kind === 'jump' || kind === 'may-goto' || mnemonic === 'call_local' || mnemonic === 'lddw_func';

/** shape -> the row that is written so, for one notation. */
function formsOf(dialect: Dialect): Map<string, Form> {
  const forms = new Map<string, Form>();
  for (const row of INSTRUCTIONS) {
    const { src = SRC } = row.selects;
    // An operand of 0 may be left out where it adds nothing (`skb[r1]`): then that is a shape too.
    const offsets = row.selects.offset === undefined ? [OFFSET, 0] : [row.selects.offset];
    const imms = row.selects.imm === undefined ? [IMM, 0] : [row.selects.imm];
    for (const [offset, imm] of offsets.flatMap(each => imms.map(imm => [each, imm] as const))) {
      const instruction = insn(row.opcode, DST, src, offset, imm);
      const tokens = foldTarget(tokenize(dialect({ instruction, row, slot: 0, next: NEXT }, {}), 0), isJump(row));
      const operands = tokens
        .filter(isOperand)
        .map((token): Operand => (token.shape === 'T' ? { field: 'target' } : operandOf(token)));
      for (const written of dialect === llvmDialect ? [tokens, otherWidth(row, tokens)] : [tokens]) {
        const key = shapeOf(written, row.kind === 'lddw');
        if (!forms.has(key)) forms.set(key, { row, operands });
      }
    }
  }
  return forms;
}

/**
 * LLVM names the register of an access of 32 bits or less `r1` or `w1`, by the version of the set that it prints for: the same tokens
 * with the other name.
 */
function otherWidth(row: InstructionRow, tokens: readonly Token[]): readonly Token[] {
  const isStore = row.kind === 'store' || (row.kind === 'atomic' && !row.fetch);
  if (row.bits === 64 || row.signed || !(isStore || row.kind === 'load')) return tokens;
  const at = isStore ? tokens.findLastIndex(({ kind }) => kind === 'register') : 0;
  const token = tokens[at]!;
  return tokens.toSpliced(at, 1, { ...token, shape: token.shape === 'W' ? 'R' : 'W' });
}

/** In a jump, the last number (with `pc` before it, with `<label>` behind it) or word is the target: one token `T`. */
function foldTarget(tokens: readonly Token[], jump: boolean): Token[] {
  const kept = [...tokens];
  if (!jump) return kept;
  if (kept.at(-1)?.text === '>' && kept.at(-3)?.text === '<') kept.splice(-3);
  if (kept.at(-1)?.text === ']') kept.pop(); // subprog[+3]
  const last = kept.pop();
  if (!last) return kept;
  const before = kept.at(-1)?.text;
  const span = { start: last.span.start, end: last.span.end };
  if (before === 'pc' || before === '[') kept.pop();
  kept.push({ ...last, shape: 'T', span });
  return kept;
}

const isOperand = ({ kind, shape }: Token): boolean => shape === 'T' || kind === 'register' || kind === 'number';

/**
 * What the tokens look like once their operands are taken out. `wide`: the constant of `r1 = 0x...` has 64 bits, which the kernel's
 * notation tells only by writing it in hexadecimal.
 */
function shapeOf(tokens: readonly Token[], wide = false): string {
  const shape = tokens.map(token => token.shape).join(' ');
  return wide && shape === 'R = N' ? 'R = 64-bit N' : shape;
}

/** Whether the constant of `r1 = constant` is one of 64 bits: by its size, and in the kernel's notation by its base. */
function isWide(tokens: readonly Token[], options: AssembleOptions): boolean {
  const constant = tokens[2];
  if (tokens.length !== 3 || constant?.kind !== 'number') return false;
  if (options.dialect === 'kernel' && /0x/i.test(constant.text)) return true;
  return options.dialect !== 'llvm' && (constant.value >= 1n << 32n || constant.value < -(1n << 31n));
}

const FORMS = new Map<DialectName, Map<string, Form>>();

/** The forms of a notation, made when first asked for. */
function formsFor(name: DialectName): Map<string, Form> {
  let forms = FORMS.get(name);
  if (!forms) FORMS.set(name, (forms = formsOf(DIALECTS[name])));
  return forms;
}

/** A line of text that holds an instruction. */
interface Statement {
  readonly tokens: readonly Token[];
  readonly span: Span;
}

/** Thrown for one line, caught by `assemble`, which goes on with the next. */
class LineError extends Error {
  readonly diagnostic: Diagnostic;
  constructor(code: Diagnostic['code'], message: string, span: Span, notes: readonly string[] = []) {
    super(message);
    this.diagnostic = { code, severity: 'error', message, span, notes };
  }
}

/**
 * Assembles a text, one instruction a line; labels are `name:` alone or before an instruction.
 * Throws SkepError with one diagnostic a faulty line (at most 20): SKEP2507 a line that is no instruction, SKEP2508 a value that does
 * not fit its field, SKEP2509 an unknown or doubled label or helper.
 */
export function assemble(text: string, options: AssembleOptions = {}): Program {
  const dialects = options.dialect ? [options.dialect] : (Object.keys(DIALECTS) as DialectName[]);
  const errors: Diagnostic[] = [];
  const guarded = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      if (errors.length < MAX_ERRORS) errors.push(error.diagnostic);
    }
  };

  const labels = new Map<string, number>();
  const statements: { form: Form; statement: Statement; slot: number }[] = [];
  let slot = 0;
  for (const { tokens, span, label } of lines(text)) {
    guarded(() => {
      if (label) {
        if (labels.has(label.text)) throw new LineError('SKEP2509', `the label ${label.text} stands twice`, label.span);
        labels.set(label.text, slot);
      }
      if (tokens.length === 0) return;
      const found = match(tokens, span, dialects, options);
      statements.push({ ...found, slot });
      slot += found.form.row.kind === 'lddw' ? 2 : 1;
    });
  }
  const program: Instruction[] = [];
  for (const { form, statement, slot: at } of statements) {
    guarded(() => program.push(...emit(form, statement, at, labels)));
  }
  if (errors.length > 0) throw new SkepError(errors);
  return program;
}

interface Line extends Statement {
  readonly label?: { readonly text: string; readonly span: Span };
}

/** Cuts a text into lines without comments, listing numbers and raw opcodes; takes the label off. */
function* lines(text: string): Generator<Line> {
  let start = 0;
  for (const raw of text.split('\n')) {
    const lineStart = start;
    start += raw.length + 1;
    const code = raw.replace(/(?:;|\/\/|^\s*#).*$/, '');
    // `12: (b7) r1 = 2` of a verifier log, `  12:\tb7 01 00 ...\t` of an object dump.
    const decoration =
      /^\s*\d+:\s*(?:\([\da-fA-F]{2}\)\s*|(?:(?:[\da-fA-F]{2}\s){8}){1,2}\s*)?/.exec(code)?.[0].length ?? 0;
    const rest = code.slice(decoration);
    const labelled = /^\s*([A-Za-z_.$][\w.$]*):(?!\S)/.exec(rest);
    const from = decoration + (labelled?.[0].length ?? 0);
    const body = code.slice(from);
    const trimmed = body.trim();
    const bodyStart = lineStart + from + (body.length - body.trimStart().length);
    if (!labelled && trimmed === '') continue;
    const name = labelled?.[1];
    const labelStart = lineStart + decoration + rest.indexOf(name ?? '');
    yield {
      tokens: tokenize(body, lineStart + from),
      span: { start: bodyStart, end: bodyStart + trimmed.length },
      ...(name !== undefined && { label: { text: name, span: { start: labelStart, end: labelStart + name.length } } }),
    };
  }
}

function match(
  tokens: readonly Token[],
  span: Span,
  dialects: readonly DialectName[],
  options: AssembleOptions,
): { form: Form; statement: Statement } {
  const call = namedCall(tokens, options);
  for (const variant of call ? [call] : [tokens, foldTarget(tokens, true)]) {
    for (const dialect of dialects) {
      const form = formsFor(dialect).get(shapeOf(variant, isWide(variant, options)));
      const operands = variant.filter(isOperand);
      if (
        form?.operands.every((operand, index) => operand.field !== 'fixed' || operand.value === operands[index]!.value)
      ) {
        return { form, statement: { tokens: variant, span } };
      }
    }
  }
  const first = tokens[0]!.text;
  const same = dialects.flatMap(dialect => [...formsFor(dialect).keys()].filter(key => key.startsWith(`${first} `)));
  const notes = same
    .slice(0, 4)
    .map(
      key =>
        `it could be: ${key.replaceAll(' T', ' target').replaceAll('%R', '%r1').replaceAll('R', 'r1').replaceAll('N', '1')}`,
    );
  throw new LineError('SKEP2507', 'no instruction is written like this', span, notes);
}

/** `call name#1` and `call name`: the helper's name stays a word and its number, where given, decides. */
function namedCall(tokens: readonly Token[], options: AssembleOptions): readonly Token[] | undefined {
  const [call, name, hash, number] = tokens;
  if (call?.text !== 'call' || name?.kind !== 'word' || name.text === 'pc') return undefined;
  if (tokens.length === 4 && hash?.text === '#' && number?.kind === 'number') {
    return [call, { ...name, shape: 'unknown' }, hash, number];
  }
  const id = tokens.length === 2 ? options.helper?.(name.text) : undefined;
  if (id !== undefined) return [call, { ...name, kind: 'number', shape: 'N', value: BigInt(id) }];
  return undefined;
}

function emit(form: Form, { tokens }: Statement, slot: number, labels: ReadonlyMap<string, number>): Instruction[] {
  const { row } = form;
  const { src: fixedSrc, offset: fixedOffset, imm: fixedImm } = row.selects;
  const fields = { dst: 0, src: fixedSrc ?? 0, offset: fixedOffset ?? 0, imm: fixedImm ?? 0, next: 0 };
  const written = tokens.filter(isOperand);
  const seen = new Map<string, bigint>();
  for (const [index, { field }] of form.operands.entries()) {
    const token = written[index]!;
    if (field === 'fixed') continue;
    if (field === 'target') {
      const distance = targetDistance(token, slot, labels);
      if (row.kind === 'call' || row.kind === 'lddw' || (row.kind === 'goto' && row.uses.includes('imm')))
        fields.imm = fitting(distance, 32, token);
      else fields.offset = fitting(distance, 16, token);
      continue;
    }
    // `r1 = -r1` writes its register twice, and means one.
    const before = seen.get(field);
    if (before !== undefined && before !== token.value)
      throw new LineError('SKEP2508', `${token.text} stands where the same register must stand twice`, token.span);
    seen.set(field, token.value);
    switch (field) {
      case 'dst':
      case 'src':
        fields[field] = Number(token.value);
        break;
      case 'offset':
        fields.offset = fitting(token.value, 16, token);
        break;
      case 'imm':
        fields.imm = fitting(token.value, 32, token, true);
        break;
      case 'immHigh':
        fields.imm |= fitting(token.value, 16, token, true) << 16;
        break;
      case 'immLow':
        fields.imm |= fitting(token.value, 16, token, true) & 0xffff;
        break;
      case 'next':
        fields.next = fitting(token.value, 32, token, true);
        break;
      case 'wide': {
        if (token.value >= 1n << 64n || token.value < -(1n << 63n))
          throw new LineError('SKEP2508', `${token.text} does not fit 64 bits`, token.span);
        fields.imm = Number(BigInt.asIntN(32, token.value));
        fields.next = Number(BigInt.asIntN(32, token.value >> 32n));
        break;
      }
    }
  }
  const first = insn(row.opcode, fields.dst, fields.src, fields.offset, fields.imm);
  return row.opcode === LDDW_OPCODE ? [first, insn(0, 0, 0, 0, fields.next)] : [first];
}

/** Slots from behind the instruction to a target. */
function targetDistance(token: Token, slot: number, labels: ReadonlyMap<string, number>): bigint {
  if (token.kind === 'number') return token.value;
  const at = labels.get(token.text);
  if (at !== undefined) return BigInt(at - slot - 1);
  throw new LineError('SKEP2509', `there is no label ${token.text}`, token.span);
}

/** A value that must fit `bits` signed (or unsigned, where the text may write either). */
function fitting(value: bigint, bits: 16 | 32, token: Token, orUnsigned = false): number {
  const limit = 1n << BigInt(bits - 1);
  if (value < -limit || value >= (orUnsigned ? limit * 2n : limit)) {
    throw new LineError('SKEP2508', `${token.text} does not fit ${bits} bits`, token.span);
  }
  return Number(BigInt.asIntN(bits, value));
}
