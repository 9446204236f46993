// What the three checkers refuse, one rule a row.
//
// bsd:     bpf_validate() of libpcap (and of the BSD kernels, but for their bound on packet offsets)
// linux:   bpf_check_classic() and check_load_and_stores() in net/core/filter.c
// seccomp: those, then seccomp_check_filter() in kernel/seccomp.c
// run:     what an engine needs so that nothing it meets is undefined

import type { DiagnosticCode } from '../diagnostics/index.js';
import {
  ancillaryAt,
  BPF_ABS,
  BPF_ALU,
  BPF_DIV,
  BPF_IMM,
  BPF_JSET,
  BPF_LD,
  BPF_LDX,
  BPF_LEN,
  BPF_LSH,
  BPF_MEM,
  BPF_MEMWORDS,
  BPF_MOD,
  BPF_MSH,
  BPF_RET,
  BPF_RSH,
  BPF_ST,
  BPF_STX,
  BPF_X,
  BPF_XOR,
  type ClassicInstruction,
  type ClassicProgram,
  instructionRow,
  isAlwaysJump,
  isConditionalJump,
  SECCOMP_DATA_BYTES,
  SKF_AD_OFF,
  successors,
  type ValidatorName,
} from '../isa/index.js';

/** BPF_MAXINSNS of linux/bpf_common.h. */
export const MAX_LINUX_INSTRUCTIONS = 4096;

/** A checker, or 'run': whether an engine can run the program at all. */
export type RuleSet = ValidatorName | 'run';

/** What a rule found: in which instruction (undefined: in the program as a whole), and in words. */
export interface Finding {
  readonly instruction?: number;
  readonly message: string;
  readonly notes?: readonly string[];
}

export interface Rule {
  readonly name: string;
  readonly code: DiagnosticCode;
  readonly sets: readonly RuleSet[];
  /** The rule in a sentence, for the documentation. */
  readonly text: string;
  /** 'warning' where the program passes nevertheless. Default 'error'. */
  readonly severity?: 'warning';
  readonly check: (program: ClassicProgram, set: RuleSet) => Finding[];
}

const ALL: readonly RuleSet[] = ['bsd', 'linux', 'seccomp', 'run'];
const LINUX: readonly RuleSet[] = ['linux', 'seccomp'];

/** In the order in which findings are reported. */
export const RULES: readonly Rule[] = [
  {
    name: 'not-empty',
    code: 'SKEP2030',
    sets: ALL,
    text: 'There is at least one instruction.',
    check: program => (program.length === 0 ? [{ message: 'the program has no instructions' }] : []),
  },
  {
    name: 'length',
    code: 'SKEP2031',
    sets: LINUX,
    text: 'There are at most 4,096 instructions.',
    check: program =>
      program.length <= MAX_LINUX_INSTRUCTIONS
        ? []
        : [{ message: `the program has ${program.length} instructions, ${MAX_LINUX_INSTRUCTIONS} are allowed` }],
  },
  {
    name: 'opcode',
    code: 'SKEP2032',
    sets: ALL,
    text: "Each opcode is one of the checker's own list (BSD: its class and mode or operation exist).",
    check: each(({ code }, _pc, _program, set) => {
      if (isAllowed(code, set)) return undefined;
      const row = instructionRow(code);
      const name = row ? `\`${row.mnemonic}\` (${row.meaning})` : `opcode 0x${code.toString(16)}`;
      return { message: `${name} ${row || set === 'bsd' ? REFUSES[set] : 'does not exist'}` };
    }),
  },
  {
    name: 'runnable',
    code: 'SKEP2042',
    sets: ['bsd'],
    severity: 'warning',
    text: 'The BSD check looks at parts of the opcode only, and so passes some that bpf_filter() would abort on.',
    check: each(({ code }) => {
      if (!isAllowed(code, 'bsd') || isAllowed(code, 'run')) return undefined;
      return { message: `opcode 0x${code.toString(16)} passes the check, but no interpreter runs it` };
    }),
  },
  {
    name: 'scratch-index',
    code: 'SKEP2033',
    sets: ALL,
    text: 'Scratch memory is M[0] to M[15].',
    check: each(insn =>
      usesMemory(insn.code) && insn.k >= BPF_MEMWORDS
        ? { message: `M[${insn.k}] does not exist: the last word is M[${BPF_MEMWORDS - 1}]` }
        : undefined,
    ),
  },
  {
    name: 'division',
    code: 'SKEP2034',
    sets: ALL,
    text: '`div #0` and `mod #0` are refused. (By X, the machine returns 0 when X is 0.)',
    check: each(({ code, k }) =>
      k === 0 && isDivision(code) ? { message: `${instructionRow(code)?.mnemonic ?? 'division'} by 0` } : undefined,
    ),
  },
  {
    name: 'shift',
    code: 'SKEP2035',
    sets: LINUX,
    text: '`lsh #k` and `rsh #k` need k < 32.',
    check: each(({ code, k }) =>
      k >= 32 && (code === (BPF_ALU | BPF_LSH) || code === (BPF_ALU | BPF_RSH))
        ? { message: `a shift by ${k} leaves nothing of 32 bits, and Linux refuses it` }
        : undefined,
    ),
  },
  {
    name: 'jump-range',
    code: 'SKEP2036',
    sets: ALL,
    text: 'Jumps stay within the program.',
    check: each((insn, pc, program) => {
      if (!isAlwaysJump(insn.code) && !isConditionalJump(insn.code)) return undefined;
      const outside = successors(insn, pc).find(target => target < 0 || target >= program.length);
      return outside === undefined
        ? undefined
        : { message: `the jump goes to instruction ${outside}, the last is ${program.length - 1}` };
    }),
  },
  {
    name: 'jump-forward',
    code: 'SKEP2037',
    sets: LINUX,
    text: 'Jumps go forward; libpcap allows `ja` backwards, which `protochain` needs.',
    check: each(({ code, k }, pc) =>
      isAlwaysJump(code) && (k | 0) < 0
        ? { message: `the jump goes backwards, to instruction ${pc + 1 + (k | 0)}: Linux runs no loops` }
        : undefined,
    ),
  },
  {
    name: 'ancillary',
    code: 'SKEP2040',
    sets: LINUX,
    text: 'An absolute load at SKF_AD_OFF (0xfffff000) or above is one of the ancillary loads.',
    check: each(({ code, k }) =>
      (code & 0xe7) === (BPF_LD | BPF_ABS) && k >= SKF_AD_OFF && !ancillaryAt(k)
        ? { message: `there is no ancillary load at SKF_AD_OFF + ${k - SKF_AD_OFF}` }
        : undefined,
    ),
  },
  {
    name: 'seccomp-data',
    code: 'SKEP2041',
    sets: ['seccomp'],
    text: 'Loads are of aligned words within the 64 bytes of struct seccomp_data.',
    check: each(({ code, k }) => {
      if (code !== (BPF_LD | BPF_ABS) || (k < SECCOMP_DATA_BYTES && k % 4 === 0)) return undefined;
      return k < SECCOMP_DATA_BYTES
        ? { message: `the load at ${k} is not at a multiple of 4` }
        : { message: `the load at ${k} is outside struct seccomp_data, which has ${SECCOMP_DATA_BYTES} bytes` };
    }),
  },
  {
    name: 'last-return',
    code: 'SKEP2038',
    sets: ALL,
    text: 'The last instruction returns.',
    check: (program, set) => {
      const last = program.at(-1);
      if (!last || (last.code & 7) === BPF_RET) return [];
      const message =
        set === 'run' && successors(last, program.length - 1).every(target => target < program.length)
          ? undefined
          : 'the last instruction is not a return';
      return message === undefined ? [] : [{ instruction: program.length - 1, message }];
    },
  },
  {
    name: 'scratch-written',
    code: 'SKEP2039',
    sets: LINUX,
    text: 'A word of scratch memory is read only where every path before has written it, a return counting as a path to the next instruction.',
    check: unwrittenReads,
  },
];

const REFUSES: Readonly<Record<RuleSet, string>> = {
  bsd: 'is refused: its class, mode or operation does not exist',
  linux: 'is not allowed in a socket filter',
  seccomp: 'is not allowed in a seccomp filter',
  run: 'cannot be run: no machine implements it',
};

type InstructionCheck = (
  insn: ClassicInstruction,
  pc: number,
  program: ClassicProgram,
  set: RuleSet,
) => { readonly message: string; readonly notes?: readonly string[] } | undefined;

/** A rule about single instructions. */
function each(check: InstructionCheck): Rule['check'] {
  return (program, set) => {
    const findings: Finding[] = [];
    program.forEach((insn, pc) => {
      const found = check(insn, pc, program, set);
      if (found) findings.push({ instruction: pc, ...found });
    });
    return findings;
  };
}

function isAllowed(code: number, set: RuleSet): boolean {
  switch (set) {
    case 'bsd':
      return passesBsd(code);
    case 'run':
      return instructionRow(code)?.acceptedBy.includes('linux') ?? false;
    default:
      return instructionRow(code)?.acceptedBy.includes(set) ?? false;
  }
}

/** bpf_validate() takes an opcode apart and checks only the part that its class uses; size and source are not looked at. */
function passesBsd(code: number): boolean {
  switch (code & 7) {
    case BPF_LD:
    case BPF_LDX:
      return [BPF_IMM, BPF_ABS, 0x40, BPF_MEM, BPF_LEN, BPF_MSH].includes(code & 0xe0);
    case BPF_ALU:
      return (code & 0xf0) <= BPF_XOR;
    case 5:
      return (code & 0xf0) <= BPF_JSET;
    default:
      return true;
  }
}

function usesMemory(code: number): boolean {
  const kind = code & 7;
  if (kind === BPF_ST || kind === BPF_STX) return true;
  return (kind === BPF_LD || kind === BPF_LDX) && (code & 0xe0) === BPF_MEM;
}

function isDivision(code: number): boolean {
  const operation = code & 0xf0;
  return (code & 7) === BPF_ALU && (operation === BPF_DIV || operation === BPF_MOD) && (code & BPF_X) === 0;
}

/**
 * check_load_and_stores(): one pass with a bit a word. A jump hands the bits it has to its targets and leaves all set for the
 * instruction after it; anything else, a return too, hands them on to the next.
 */
function unwrittenReads(program: ClassicProgram): Finding[] {
  const findings: Finding[] = [];
  const arriving = new Uint16Array(program.length + 1).fill(0xffff);
  let written = 0;
  const hand = (target: number): void => {
    if (target > 0 && target <= program.length) arriving[target]! &= written;
  };
  program.forEach((insn, pc) => {
    written &= arriving[pc]!;
    const row = instructionRow(insn.code);
    if (row?.operand === 'mem') {
      const bit = 1 << (insn.k & 15);
      if (row.class === 'st' || row.class === 'stx') written |= bit;
      else if ((written & bit) === 0 && insn.k < BPF_MEMWORDS) {
        findings.push({ instruction: pc, message: `M[${insn.k}] is read, but not every path before has written it` });
      }
    } else if (row?.class === 'jmp') {
      for (const target of successors(insn, pc)) hand(target);
      written = 0xffff;
    }
  });
  return findings;
}
