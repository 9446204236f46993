// The listing of seccomp-tools (David Lee's `seccomp-tools disasm`), for filters over struct seccomp_data.
//
//      line  CODE  JT   JF      K
//     =================================
//      0000: 0x20 0x00 0x00 0x00000004  A = arch
//      0001: 0x15 0x00 0x02 0xc000003e  if (A != ARCH_X86_64) goto 0004
//
// Numbers get names from what the compared register holds: a forward data-flow analysis follows loads, moves and stores, and
// the architecture that the checks on the way have settled, so that each branch names the system calls of its own table.

import { isAlwaysJump, isConditionalJump, successors } from '../flow.js';
import type { ClassicInstruction, ClassicProgram } from '../instruction.js';
import { BPF_JEQ, BPF_JGE, BPF_JGT, BPF_MEMWORDS, BPF_X } from '../opcodes.js';
import { type Architecture, architectureNamed, architectureOf, syscallName } from '../seccomp/architectures.js';
import { SECCOMP_DATA_BYTES, seccompActionOf, seccompFieldAt } from '../seccomp/data.js';
import { type InstructionRow, instructionRow } from '../table.js';

export interface SeccompPrintOptions {
  /** Whose system calls are named where the filter has not checked `arch`, and whose byte order decides which half of a field is which. Default x86_64. */
  readonly arch?: Architecture | string;
}

/** What a register or memory word is known to hold. `?` is anything. */
type Value = 'nr' | 'arch' | '?';

/** What is known before an instruction. */
interface State {
  readonly a: Value;
  readonly x: Value;
  readonly m: readonly Value[];
  /** A value of seccomp_data.arch, once a comparison on every path here has settled it. */
  readonly arch: number | undefined;
}

const START: State = { a: '?', x: '?', m: new Array<Value>(BPF_MEMWORDS).fill('?'), arch: undefined };

/** The whole listing, with its two lines of heading. */
export function printSeccomp(program: ClassicProgram, options: SeccompPrintOptions = {}): string {
  const fallback =
    (typeof options.arch === 'string' ? architectureNamed(options.arch) : options.arch) ?? architectureNamed('x86_64')!;
  const states = analyse(program);
  const lines = program.map((insn, pc) => {
    const { code, jt, jf, k } = insn;
    const numbers = `0x${hex(code, 2)} 0x${hex(jt, 2)} 0x${hex(jf, 2)} 0x${hex(k, 8)}`;
    return ` ${index(pc)}: ${numbers}  ${statement(insn, pc, states[pc] ?? START, fallback)}\n`;
  });
  return ` line  CODE  JT   JF      K\n=================================\n${lines.join('')}`;
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
const index = (pc: number): string => String(pc).padStart(4, '0');

/** The state before each instruction; undefined where control never arrives. */
function analyse(program: ClassicProgram): (State | undefined)[] {
  const before: (State | undefined)[] = new Array(program.length);
  const pending: number[] = [];
  const flow = (target: number, state: State): void => {
    if (target < 0 || target >= program.length) return;
    const known = before[target];
    const merged = known ? meet(known, state) : state;
    if (merged === known) return;
    before[target] = merged;
    pending.push(target);
  };
  flow(0, START);
  // States only ever lose knowledge, 19 facts an instruction, so this ends also where a program loops.
  for (let pc = pending.pop(); pc !== undefined; pc = pending.pop()) {
    const insn = program[pc]!;
    const state = before[pc]!;
    const after = transfer(insn, state);
    const targets = successors(insn, pc);
    const isArchCheck =
      isConditionalJump(insn.code) && (insn.code & 0xf8) === BPF_JEQ && state.a === 'arch' && targets.length === 2;
    targets.forEach((target, branch) => {
      flow(target, isArchCheck && branch === 0 ? { ...after, arch: insn.k } : after);
    });
  }
  return before;
}

/** What holds on both ways; `known` itself when nothing is lost. */
function meet(known: State, other: State): State {
  const a = known.a === other.a ? known.a : '?';
  const x = known.x === other.x ? known.x : '?';
  const arch = known.arch === other.arch ? known.arch : undefined;
  const lost = known.m.some((value, word) => value !== '?' && value !== other.m[word]);
  if (a === known.a && x === known.x && arch === known.arch && !lost) return known;
  return { a, x, arch, m: known.m.map((value, word) => (value === other.m[word] ? value : '?')) };
}

function transfer(insn: ClassicInstruction, state: State): State {
  const row = instructionRow(insn.code);
  switch (row?.class) {
    case 'ld':
      return { ...state, a: loaded(insn, row, state) };
    case 'ldx':
      return { ...state, x: loaded(insn, row, state) };
    case 'st':
      return { ...state, m: state.m.with(insn.k % BPF_MEMWORDS, state.a) };
    case 'stx':
      return { ...state, m: state.m.with(insn.k % BPF_MEMWORDS, state.x) };
    case 'alu':
      return { ...state, a: '?' };
    case 'misc':
      return row.mnemonic === 'tax' ? { ...state, x: state.a } : { ...state, a: state.x };
    default:
      return state;
  }
}

function loaded(insn: ClassicInstruction, row: InstructionRow, state: State): Value {
  if (row.operand === 'mem') return state.m[insn.k % BPF_MEMWORDS]!;
  if (row.operand !== 'abs' || row.mnemonic !== 'ld') return '?';
  if (insn.k === 0) return 'nr';
  return insn.k === 4 ? 'arch' : '?';
}

function statement(insn: ClassicInstruction, pc: number, state: State, fallback: Architecture): string {
  const row = instructionRow(insn.code);
  if (!row) return 'unknown instruction';
  const target = row.class === 'ldx' ? 'X' : 'A';
  switch (row.class) {
    case 'ld':
    case 'ldx':
      return `${target} = ${loadText(insn, row, state, fallback)}`;
    case 'st':
      return `mem[${insn.k}] = A`;
    case 'stx':
      return `mem[${insn.k}] = X`;
    case 'alu':
      return row.operand === 'none' ? 'A = -A' : `A ${aluSign(row.mnemonic)}= ${aluOperand(insn, row)}`;
    case 'jmp':
      return jumpText(insn, pc, state, fallback);
    case 'ret':
      return `return ${returnText(insn, row)}`;
    case 'misc':
      return row.mnemonic === 'tax' ? 'X = A' : 'A = X';
  }
}

function loadText(insn: ClassicInstruction, row: InstructionRow, state: State, fallback: Architecture): string {
  const { k } = insn;
  switch (row.operand) {
    case 'imm':
      return `0x${k.toString(16)}`;
    case 'mem':
      return `mem[${k}]`;
    case 'len':
      return `0x${SECCOMP_DATA_BYTES.toString(16)}`;
    case 'abs':
      return row.mnemonic === 'ld' ? dataWord(k, state, fallback) : `data[${k}] (${sizeOf(row)})`;
    case 'ind':
      return `data[X + ${k}] (${sizeOf(row)})`;
    default:
      return `4 * (data[${k}] & 0xf)`;
  }
}

function sizeOf(row: InstructionRow): string {
  return { ldb: '1 byte', ldh: '2 bytes', ld: '4 bytes' }[row.mnemonic] ?? '';
}

/** A word of struct seccomp_data. Which half of a 64-bit member comes first is the machine's byte order. */
function dataWord(offset: number, state: State, fallback: Architecture): string {
  const found = seccompFieldAt(offset);
  if (!found) return `data[${offset}]`;
  const { field, word } = found;
  if (field.bytes === 4) return field.toolsName;
  const isLittleEndian = ((state.arch ?? fallback.audit) & 0x40000000) !== 0;
  const isUpperHalf = isLittleEndian ? word === 1 : word === 0;
  return isUpperHalf ? `${field.toolsName} >> 32` : field.toolsName;
}

function aluSign(mnemonic: string): string {
  const signs: Readonly<Record<string, string>> = {
    add: '+',
    sub: '-',
    mul: '*',
    div: '/',
    mod: '%',
    and: '&',
    or: '|',
    xor: '^',
    lsh: '<<',
    rsh: '>>',
  };
  return signs[mnemonic]!;
}

function aluOperand(insn: ClassicInstruction, row: InstructionRow): string {
  if (row.operand === 'x') return 'X';
  return row.mnemonic === 'lsh' || row.mnemonic === 'rsh' ? String(insn.k) : `0x${insn.k.toString(16)}`;
}

function jumpText(insn: ClassicInstruction, pc: number, state: State, fallback: Architecture): string {
  if (isAlwaysJump(insn.code)) return `goto ${index(pc + 1 + (insn.k | 0))}`;
  const taken = index(pc + 1 + insn.jt);
  const otherwise = index(pc + 1 + insn.jf);
  if (insn.jt === insn.jf) return `goto ${taken}`;
  const right = insn.code & BPF_X ? 'X' : comparedWith(insn, state, fallback);
  const operation = insn.code & 0xf0;
  if (insn.jt === 0) return `if (${condition(operation, right, false)}) goto ${otherwise}`;
  const start = `if (${condition(operation, right, true)}) goto ${taken}`;
  return insn.jf === 0 ? start : `${start} else goto ${otherwise}`;
}

function condition(operation: number, right: string, holds: boolean): string {
  switch (operation) {
    case BPF_JEQ:
      return `A ${holds ? '==' : '!='} ${right}`;
    case BPF_JGT:
      return `A ${holds ? '>' : '<='} ${right}`;
    case BPF_JGE:
      return `A ${holds ? '>=' : '<'} ${right}`;
    default:
      return holds ? `A & ${right}` : `!(A & ${right})`;
  }
}

/** The constant of a comparison, by name where equality with a system call or an architecture is asked. */
function comparedWith(insn: ClassicInstruction, state: State, fallback: Architecture): string {
  const number = `0x${insn.k.toString(16)}`;
  if ((insn.code & 0xf0) !== BPF_JEQ) return number;
  if (state.a === 'arch') {
    const arch = architectureOf(insn.k);
    return arch ? `ARCH_${arch.name.toUpperCase()}` : number;
  }
  if (state.a === 'nr') {
    // A settled architecture without a table names nothing: better a number than another machine's name.
    const arch = state.arch === undefined ? fallback : architectureOf(state.arch);
    return (arch && syscallName(arch, insn.k)) ?? number;
  }
  return number;
}

function returnText(insn: ClassicInstruction, row: InstructionRow): string {
  if (row.operand !== 'imm') return row.operand.toUpperCase();
  const action = seccompActionOf(insn.k);
  if (!action) return `0x${insn.k.toString(16)}`;
  const data = insn.k & 0xffff;
  return action.name === 'ERRNO' || (data !== 0 && action.hasData) ? `${action.toolsName}(${data})` : action.toolsName;
}
