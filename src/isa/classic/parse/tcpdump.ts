// Reads a listing of `tcpdump -d`: `(001) jeq      #0x800           jt 2	jf 5`. Jumps name absolute instructions there.

import { type ClassicInstruction, instruction } from '../instruction.js';
import { BPF_JA, BPF_JMP, BPF_LDX, BPF_LEN, BPF_RET, BPF_X } from '../opcodes.js';
import { chooseRow, readNumber, readOperand, rowsOf, unknownMnemonic } from './operand.js';
import type { ParsedProgram } from './parsed.js';
import { Problems } from './problems.js';
import { LISTING_STYLE, missingAt, TokenReader } from './tokens.js';

const LINE = /^[ \t]*\((\d+)\)[ \t]*/;

/** Instructions that tcpdump calls `unimp` though they have no fields that it would lose. */
const NOTHING_LOST: readonly number[] = [BPF_LDX | BPF_LEN, BPF_RET | BPF_X];

/** The program of a listing. Throws SkepError with all that is wrong. */
export function parseTcpdump(text: string): ParsedProgram {
  const problems = new Problems();
  const program: ClassicInstruction[] = [];
  const spans: { start: number; end: number }[] = [];
  let offset = 0;
  for (const line of text.split('\n')) {
    const start = offset;
    offset += line.length + 1;
    if (line.trim() === '') continue;
    if (problems.isFull) break;
    const span = { start, end: start + line.trimEnd().length };
    const head = LINE.exec(line);
    if (!head) {
      problems.error('SKEP2003', 'expected a line of a listing, such as `(000) ldh [12]`', span);
      continue;
    }
    if (Number(head[1]) !== program.length) {
      const at = start + line.indexOf('(');
      problems.error('SKEP2010', `the line is numbered ${Number(head[1])}, its place is ${program.length}`, {
        start: at,
        end: at + head[1]!.length + 2,
      });
    }
    const reader = new TokenReader(text, LISTING_STYLE, problems, start + head[0].length, start + line.length);
    program.push(readLine(reader, program.length, problems) ?? instruction(0));
    spans.push(span);
  }
  if (program.length === 0) problems.error('SKEP2030', 'there are no instructions', { start: 0, end: text.length });
  problems.throwIfAny();
  return { program, spans, diagnostics: problems.warnings };
}

function readLine(reader: TokenReader, pc: number, problems: Problems): ClassicInstruction | undefined {
  const mnemonic = reader.token;
  if (mnemonic.kind !== 'word') {
    problems.error('SKEP2003', 'expected an instruction', missingAt(reader));
    return undefined;
  }
  reader.next();
  const name = mnemonic.text.toLowerCase();
  if (name === 'unimp') {
    const code = readNumber(reader, problems, 'the opcode');
    if (code === undefined) return undefined;
    if (code > 0xffff) problems.error('SKEP2005', 'an opcode has 16 bits', mnemonic.span);
    const jumps = reader.isAtEnd ? undefined : readTargets(reader, pc, problems);
    if (!NOTHING_LOST.includes(code)) {
      problems.warning('SKEP2012', 'a listing does not say what k was in this instruction: it is 0 now', mnemonic.span);
    }
    return instruction(code, 0, jumps?.jt, jumps?.jf);
  }
  if (name === 'ja') {
    const target = readNumber(reader, problems, 'the instruction to jump to');
    if (target === undefined) return undefined;
    return isComplete(reader, problems) ? instruction(BPF_JMP | BPF_JA, (target | 0) - pc - 1) : undefined;
  }
  if (rowsOf(name).length === 0) {
    unknownMnemonic(mnemonic, problems);
    return undefined;
  }
  // `ret` alone is `ret a`.
  const operand =
    name === 'ret' && reader.isAtEnd
      ? { form: 'a' as const, k: 0, span: mnemonic.span }
      : readOperand(reader, problems);
  const chosen = operand && chooseRow(mnemonic, operand, problems);
  if (!chosen) return undefined;
  const { row } = chosen;
  const isConditional = row.operand === 'cond-k' || row.operand === 'cond-x';
  const jumps = isConditional ? readTargets(reader, pc, problems) : undefined;
  if (isConditional && !jumps) return undefined;
  return isComplete(reader, problems) ? instruction(row.code, chosen.operand.k, jumps?.jt, jumps?.jf) : undefined;
}

function isComplete(reader: TokenReader, problems: Problems): boolean {
  if (reader.isAtEnd) return true;
  problems.error('SKEP2003', `\`${reader.token.text}\` does not belong here`, reader.token.span);
  return false;
}

/** `jt 2 jf 5` as distances; undefined after reporting what is wrong. */
function readTargets(
  reader: TokenReader,
  pc: number,
  problems: Problems,
): { readonly jt: number; readonly jf: number } | undefined {
  const distances: number[] = [];
  for (const name of ['jt', 'jf']) {
    if (!reader.take(name)) {
      problems.error('SKEP2003', `expected \`${name}\` and the instruction to jump to`, missingAt(reader));
      return undefined;
    }
    const token = reader.token;
    const target = readNumber(reader, problems, 'the instruction to jump to');
    if (target === undefined) return undefined;
    const distance = target - pc - 1;
    if (distance < 0 || distance > 0xff) {
      problems.error(
        'SKEP2008',
        `a conditional jump goes at most 255 instructions forward, not to ${target}`,
        token.span,
      );
      return undefined;
    }
    distances.push(distance);
  }
  return { jt: distances[0]!, jf: distances[1]! };
}
