// Reads C source: the initializers that `tcpdump -dd` prints, BPF_STMT and BPF_JUMP calls, whole array definitions. Numbers
// may be constant expressions over the names of the BPF, seccomp and system call headers.

import { closestName, type Span } from '../../../diagnostics/index.js';
import { type ClassicInstruction, instruction } from '../instruction.js';
import { SECCOMP_FIELDS } from '../seccomp/data.js';
import { cConstant, constantNames } from './c-constants.js';
import type { ParsedProgram, ParseOptions } from './parsed.js';
import { Problems } from './problems.js';
import { C_STYLE, missingAt, TokenReader } from './tokens.js';

const FIELD_LIMITS = { code: 0xffff, jt: 0xff, jf: 0xff, k: 0xffffffff } as const;
type FieldName = keyof typeof FIELD_LIMITS;
const FIELDS: readonly FieldName[] = ['code', 'jt', 'jf', 'k'];
const MACROS: ReadonlyMap<string, readonly FieldName[]> = new Map([
  ['BPF_STMT', ['code', 'k']],
  ['BPF_JUMP', ['code', 'k', 'jt', 'jf']],
]);

interface Field {
  readonly value: number;
  readonly span: Span;
}

/** The program in C source. Throws SkepError with all that is wrong. */
export function parseC(text: string, options: ParseOptions = {}): ParsedProgram {
  const problems = new Problems();
  const reader = new TokenReader(text, C_STYLE, problems);
  const arch = options.arch ?? 'x86_64';
  const program: ClassicInstruction[] = [];
  const spans: Span[] = [];
  let depth = 0;
  while (!reader.isAtEnd && !problems.isFull) {
    const start = reader.token.span.start;
    const macro = reader.token.kind === 'word' ? MACROS.get(reader.token.text) : undefined;
    let fields: Partial<Record<FieldName, Field>> | undefined;
    if (macro && reader.peek(1).text === '(') {
      reader.next();
      reader.next();
      fields = readFields(reader, problems, arch, macro, ')');
    } else if (reader.is('{') && !isArrayStart(reader)) {
      reader.next();
      fields = readFields(reader, problems, arch, FIELDS, '}');
    } else if (reader.take('{')) {
      depth++;
      continue;
    } else if (reader.take(',')) {
      continue;
    } else if (reader.is('}') || reader.is(';')) {
      // The end of the array: what follows is other C code.
      if (program.length > 0 || depth > 0) break;
      reader.next();
      continue;
    } else if (program.length === 0 && depth === 0) {
      // What comes before: `static struct sock_filter code[] =`.
      reader.next();
      continue;
    } else {
      problems.error('SKEP2003', `expected BPF_STMT, BPF_JUMP or \`{ code, jt, jf, k }\``, reader.token.span);
      skipBeyond(reader);
      continue;
    }
    if (!fields) {
      skipBeyond(reader);
      continue;
    }
    const field = (name: FieldName): number => fields[name]?.value ?? 0;
    program.push(instruction(field('code'), field('k'), field('jt'), field('jf')));
    spans.push({ start, end: reader.previous!.span.end });
  }
  problems.throwIfAny();
  if (program.length === 0) {
    problems.error('SKEP2030', 'there are no instructions', { start: 0, end: text.length });
    problems.throwIfAny();
  }
  return { program, spans, diagnostics: problems.warnings };
}

/** Whether the `{` opens an array of instructions, not an instruction. */
function isArrayStart(reader: TokenReader): boolean {
  const after = reader.peek(1);
  return after.text === '{' || after.text === '}' || MACROS.has(after.text);
}

/** After an error: to the end of this initializer or call. */
function skipBeyond(reader: TokenReader): void {
  while (!reader.isAtEnd && !reader.is('}') && !reader.is(')') && !reader.is(';')) reader.next();
  reader.next();
}

/** The values of the fields up to `close`, in the order of `names` or by `.name =`. undefined after reporting. */
function readFields(
  reader: TokenReader,
  problems: Problems,
  arch: string,
  names: readonly FieldName[],
  close: string,
): Partial<Record<FieldName, Field>> | undefined {
  const fields: Partial<Record<FieldName, Field>> = {};
  for (let index = 0; !reader.take(close); index++) {
    if (index > 0 && !reader.take(',')) {
      problems.error('SKEP2003', `expected \`,\` or \`${close}\``, missingAt(reader));
      return undefined;
    }
    if (index > 0 && reader.take(close)) break;
    const designated = reader.token.kind === 'word' && reader.token.text.startsWith('.');
    const name = designated ? FIELDS.find(field => `.${field}` === reader.token.text) : names[index];
    if (name === undefined) {
      problems.error(
        'SKEP2003',
        designated ? 'there is no such field' : 'there are too many numbers',
        reader.token.span,
        {
          notes: [`these are ${names.join(', ')}`],
        },
      );
      return undefined;
    }
    if (designated) {
      reader.next();
      if (!reader.take('=')) {
        problems.error('SKEP2003', 'expected `=`', missingAt(reader));
        return undefined;
      }
    }
    const start = reader.token.span.start;
    const value = readExpression(reader, problems, arch, 0);
    if (value === undefined) return undefined;
    const span = { start, end: reader.previous!.span.end };
    if (value > FIELD_LIMITS[name]) {
      problems.error('SKEP2005', `${name} is at most ${FIELD_LIMITS[name]}, this is ${value}`, span);
      return undefined;
    }
    fields[name] = { value, span };
  }
  const isDesignated = Object.keys(fields).length < names.length;
  if (isDesignated && !fields.code) {
    problems.error('SKEP2003', `expected ${names.join(', ')}`, reader.previous!.span);
    return undefined;
  }
  return fields;
}

/** C's binary operators by precedence, weakest first. */
const OPERATORS: readonly Readonly<Record<string, (left: number, right: number) => number>>[] = [
  { '|': (left, right) => left | right },
  { '^': (left, right) => left ^ right },
  { '&': (left, right) => left & right },
  { '<<': (left, right) => left << right, '>>': (left, right) => left >>> right },
  { '+': (left, right) => left + right, '-': (left, right) => left - right },
  { '*': Math.imul },
];

/** How deep parentheses may nest. */
const MAX_DEPTH = 64;

/** A constant expression of 32 bits, unsigned. undefined after reporting. */
function readExpression(
  reader: TokenReader,
  problems: Problems,
  arch: string,
  depth: number,
  level = 0,
): number | undefined {
  const operators = OPERATORS[level];
  if (!operators) return readUnary(reader, problems, arch, depth);
  let left = readExpression(reader, problems, arch, depth, level + 1);
  while (left !== undefined && reader.token.kind === 'sign' && reader.token.text in operators) {
    const apply = operators[reader.next().text]!;
    const right = readExpression(reader, problems, arch, depth, level + 1);
    left = right === undefined ? undefined : apply(left, right) >>> 0;
  }
  return left;
}

function readUnary(reader: TokenReader, problems: Problems, arch: string, depth: number): number | undefined {
  if (depth > MAX_DEPTH) {
    problems.error('SKEP2003', 'the expression is nested too deeply', reader.token.span);
    return undefined;
  }
  const { token } = reader;
  for (const [sign, apply] of UNARY) {
    if (!reader.take(sign)) continue;
    const value = readUnary(reader, problems, arch, depth + 1);
    return value === undefined ? undefined : apply(value) >>> 0;
  }
  if (reader.take('(')) {
    if (isCast(reader)) {
      while (!reader.take(')') && !reader.isAtEnd) reader.next();
      return readUnary(reader, problems, arch, depth + 1);
    }
    const value = readExpression(reader, problems, arch, depth + 1);
    if (value === undefined || reader.take(')')) return value;
    problems.error('SKEP2003', 'expected `)`', missingAt(reader));
    return undefined;
  }
  if (token.kind === 'number') {
    reader.next();
    if (token.value <= 0xffffffff) return token.value;
    const message = Number.isNaN(token.value)
      ? `\`${token.text}\` is not a number`
      : `${token.text} does not fit into 32 bits`;
    problems.error('SKEP2005', message, token.span);
    return undefined;
  }
  if (token.kind !== 'word') {
    problems.error('SKEP2003', 'expected a number', missingAt(reader));
    return undefined;
  }
  reader.next();
  if (token.text === 'offsetof') return readOffsetOf(reader, problems);
  const value = cConstant(token.text, arch);
  if (value !== undefined) return value;
  const near = closestName(token.text, constantNames());
  const isCall = /^(__NR_|SYS_)/.test(token.text);
  problems.error(isCall ? 'SKEP2051' : 'SKEP2003', `\`${token.text}\` is not known`, token.span, {
    ...(isCall && { notes: [`system calls are those of ${arch}`] }),
    ...(near !== undefined && {
      fix: { description: `did you mean \`${near}\`?`, span: token.span, replacement: near },
    }),
  });
  return undefined;
}

const UNARY: readonly (readonly [sign: string, apply: (value: number) => number])[] = [
  ['-', value => -value],
  ['~', value => ~value],
  ['+', value => value],
];

const TYPE_WORDS =
  /^(unsigned|signed|int|short|long|char|const|__u(8|16|32)|u?int(8|16|32)_t|u(8|16|32|_int|_short|_char))$/;

/** After `(`: whether a type stands there. */
function isCast(reader: TokenReader): boolean {
  return reader.token.kind === 'word' && TYPE_WORDS.test(reader.token.text);
}

/** `(struct seccomp_data, args[1])`. */
function readOffsetOf(reader: TokenReader, problems: Problems): number | undefined {
  const start = reader.token.span.start;
  let text = '';
  while (!reader.isAtEnd && !reader.is(')') && !reader.is('}') && !reader.is(';')) {
    const { kind, text: word } = reader.next();
    text += kind === 'word' && /\w$/.test(text) ? ` ${word}` : word;
  }
  const isClosed = reader.take(')');
  const member = /^\(struct seccomp_data,(.+)$/.exec(text)?.[1];
  const field = SECCOMP_FIELDS.find(({ name }) => name === member);
  if (isClosed && field) return field.offset;
  const near =
    member === undefined
      ? undefined
      : closestName(
          member,
          SECCOMP_FIELDS.map(({ name }) => name),
        );
  problems.error(
    'SKEP2003',
    'expected a member of `struct seccomp_data`',
    { start, end: reader.previous!.span.end },
    {
      notes: [
        near === undefined
          ? 'they are nr, arch, instruction_pointer and args[0] to args[5]'
          : `did you mean \`${near}\`?`,
      ],
    },
  );
  return undefined;
}
