// The extended BPF instruction set: one row an instruction. Decoder, printers, assembler, checks, engines and docs iterate it.
//
// An opcode alone does not name an instruction: `src`, `offset` or `imm` may select among several (signed division is `div`
// with offset 1; an atomic's operation stands in imm). A row says which fields select it, which it uses, and so
// which must be zero ("unused field must be zero": RFC 9669, section 3; the kernel's bpf_check()).
//
// Sources: RFC 9669 with its instruction registry (appendix A); Linux 6.18 include/uapi/linux/bpf.h, kernel/bpf/verifier.c.

import {
  BPF_ABS,
  BPF_ADD,
  BPF_ALU,
  BPF_AND,
  BPF_B,
  BPF_DIV,
  BPF_H,
  BPF_IMM,
  BPF_IND,
  BPF_JA,
  BPF_JEQ,
  BPF_JGE,
  BPF_JGT,
  BPF_JMP,
  BPF_JSET,
  BPF_K,
  BPF_LD,
  BPF_LDX,
  BPF_LSH,
  BPF_MEM,
  BPF_MOD,
  BPF_MUL,
  BPF_NEG,
  BPF_OR,
  BPF_RSH,
  BPF_ST,
  BPF_STX,
  BPF_SUB,
  BPF_W,
  BPF_X,
  BPF_XOR,
} from '../classic/opcodes.js';
import type { Instruction } from './instruction.js';
import {
  BPF_ADDR_SPACE_CAST,
  BPF_ALU64,
  BPF_ARSH,
  BPF_ATOMIC,
  BPF_CALL,
  BPF_CMPXCHG,
  BPF_DW,
  BPF_END,
  BPF_EXIT,
  BPF_FETCH,
  BPF_JCOND,
  BPF_JLE,
  BPF_JLT,
  BPF_JMP32,
  BPF_JNE,
  BPF_JSGE,
  BPF_JSGT,
  BPF_JSLE,
  BPF_JSLT,
  BPF_LOAD_ACQ,
  BPF_MEMSX,
  BPF_MOV,
  BPF_PSEUDO_BTF_ID,
  BPF_PSEUDO_CALL,
  BPF_PSEUDO_FUNC,
  BPF_PSEUDO_KFUNC_CALL,
  BPF_PSEUDO_MAP_FD,
  BPF_PSEUDO_MAP_IDX,
  BPF_PSEUDO_MAP_IDX_VALUE,
  BPF_PSEUDO_MAP_VALUE,
  BPF_STORE_REL,
  BPF_TO_BE,
  BPF_XCHG,
} from './opcodes.js';

/**
 * What an instruction does, coarsely: which shape its operands have and how engines dispatch it.
 *
 * | kind         | effect                                        |
 * |--------------|-----------------------------------------------|
 * | alu          | dst = dst op (src or imm)                     |
 * | neg          | dst = -dst                                    |
 * | mov          | dst = src or imm                              |
 * | movsx        | dst = src, sign extended from `bits`          |
 * | end          | dst = byte order change of the low `imm` bits |
 * | addr-space   | dst = src, cast between address spaces        |
 * | lddw         | dst = 64-bit constant, map, address...        |
 * | load         | dst = memory at src + offset                  |
 * | store        | memory at dst + offset = src                  |
 * | store-imm    | memory at dst + offset = imm                  |
 * | atomic       | read-modify-write of memory at dst + offset   |
 * | load-acquire | dst = memory at src + offset, then a barrier  |
 * | store-release| a barrier, then memory at dst + offset = src  |
 * | packet       | r0 = packet bytes, big endian (LD_ABS, LD_IND)|
 * | goto         | pc += offset (or imm: gotol)                  |
 * | jump         | if dst op (src or imm): pc += offset          |
 * | may-goto     | if the budget is spent: pc += offset          |
 * | call         | r0 = function(r1..r5)                         |
 * | callx        | call of the address in dst                    |
 * | exit         | leave the function with r0                    |
 */
export type InstructionKind =
  | 'alu'
  | 'neg'
  | 'mov'
  | 'movsx'
  | 'end'
  | 'addr-space'
  | 'lddw'
  | 'load'
  | 'store'
  | 'store-imm'
  | 'atomic'
  | 'load-acquire'
  | 'store-release'
  | 'packet'
  | 'goto'
  | 'jump'
  | 'may-goto'
  | 'call'
  | 'callx'
  | 'exit';

/** The second operand: a constant, a register, or none. */
export type Source = 'k' | 'x' | 'none';

/** The operator's name, shared by every width and source of it. */
export type Operation =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'sdiv'
  | 'mod'
  | 'smod'
  | 'or'
  | 'and'
  | 'xor'
  | 'lsh'
  | 'rsh'
  | 'arsh'
  | 'neg'
  | 'mov'
  | 'le'
  | 'be'
  | 'bswap'
  | 'eq'
  | 'ne'
  | 'gt'
  | 'ge'
  | 'lt'
  | 'sgt'
  | 'sge'
  | 'slt'
  | 'sle'
  | 'set'
  | 'xchg'
  | 'cmpxchg';

/** The fields of a slot beside the opcode. */
export type Field = 'dst' | 'src' | 'offset' | 'imm';

export interface InstructionRow {
  /** RFC 9669's mnemonic, unique in the table with `variant`: `add`, `add32`, `ldxw`, `jeq`, `lock fetch_add32`. */
  readonly mnemonic: string;
  readonly opcode: number;
  readonly kind: InstructionKind;
  readonly operation?: Operation;
  readonly source: Source;
  /** Width in bits: of the operation (32, 64), of the memory touched (8 to 64), of what is sign extended (movsx). */
  readonly bits: 8 | 16 | 32 | 64;
  /** Of a movsx: the width of the destination. */
  readonly intoBits?: 32 | 64;
  /** Loads and moves that sign extend; comparisons and divisions that are signed. */
  readonly signed: boolean;
  /** Fields whose value selects this row among those with the same opcode. */
  readonly selects: Partial<Record<Exclude<Field, 'dst'>, number>>;
  /** Fields that carry an operand. A field neither here nor in `selects` must be zero. */
  readonly uses: readonly Field[];
  /** An atomic that also returns what was there. */
  readonly fetch?: boolean;
  /** -mcpu=v1..v4: the version of the set that brought it, as compilers count. */
  readonly cpu: 1 | 2 | 3 | 4;
  /** The first kernel that takes it. */
  readonly since: string;
  /** What it does, in C-like notation. */
  readonly meaning: string;
}

type Draft = Partial<InstructionRow> & Pick<InstructionRow, 'mnemonic' | 'opcode' | 'kind' | 'uses' | 'meaning'>;

function row(draft: Draft): InstructionRow {
  return { source: 'none', bits: 64, signed: false, selects: {}, cpu: 1, since: '3.18', ...draft };
}

interface AluOperation {
  readonly name: Operation;
  readonly code: number;
  readonly symbol: string;
  /** Signed forms share the code and are told by offset 1. */
  readonly offset?: number;
}

const ALU_OPERATIONS: readonly AluOperation[] = [
  { name: 'add', code: BPF_ADD, symbol: '+=' },
  { name: 'sub', code: BPF_SUB, symbol: '-=' },
  { name: 'mul', code: BPF_MUL, symbol: '*=' },
  { name: 'div', code: BPF_DIV, symbol: '/=' },
  { name: 'sdiv', code: BPF_DIV, symbol: 's/=', offset: 1 },
  { name: 'or', code: BPF_OR, symbol: '|=' },
  { name: 'and', code: BPF_AND, symbol: '&=' },
  { name: 'lsh', code: BPF_LSH, symbol: '<<=' },
  { name: 'rsh', code: BPF_RSH, symbol: '>>=' },
  { name: 'mod', code: BPF_MOD, symbol: '%=' },
  { name: 'smod', code: BPF_MOD, symbol: 's%=', offset: 1 },
  { name: 'xor', code: BPF_XOR, symbol: '^=' },
  { name: 'arsh', code: BPF_ARSH, symbol: 's>>=' },
];

/** How the kernel and LLVM write each operator of an ALU instruction. */
export const ALU_SYMBOLS: Readonly<Record<string, string>> = Object.fromEntries(
  ALU_OPERATIONS.map(({ name, symbol }) => [name, symbol]),
);

/** The two widths of arithmetic: class, mnemonic suffix. */
const WIDTHS = [
  { bits: 64, aluClass: BPF_ALU64, jumpClass: BPF_JMP, suffix: '' },
  { bits: 32, aluClass: BPF_ALU, jumpClass: BPF_JMP32, suffix: '32' },
] as const;

/** The two kinds of second operand. */
const SOURCES = [
  { source: 'k', bit: BPF_K, field: 'imm' },
  { source: 'x', bit: BPF_X, field: 'src' },
] as const;

function aluRows(): InstructionRow[] {
  const rows: InstructionRow[] = [];
  for (const { bits, aluClass, suffix } of WIDTHS) {
    for (const { source, bit, field } of SOURCES) {
      for (const { name, code, symbol, offset } of ALU_OPERATIONS) {
        rows.push(
          row({
            mnemonic: name + suffix,
            opcode: aluClass | bit | code,
            kind: 'alu',
            operation: name,
            source,
            bits,
            signed: offset === 1 || name === 'arsh',
            selects: name === 'div' || name === 'mod' || offset ? { offset: offset ?? 0 } : {},
            uses: ['dst', field],
            cpu: offset ? 4 : 1,
            since: offset ? '6.6' : bits === 32 && name === 'arsh' ? '5.0' : '3.18',
            meaning: `${bits === 32 ? '(u32) ' : ''}dst ${symbol} ${field}`,
          }),
        );
      }
      rows.push(
        row({
          mnemonic: `mov${suffix}`,
          opcode: aluClass | bit | BPF_MOV,
          kind: 'mov',
          operation: 'mov',
          source,
          bits,
          selects: source === 'x' ? { offset: 0 } : {},
          uses: ['dst', field],
          meaning: bits === 32 ? `dst = (u32) ${field}` : `dst = ${field}`,
        }),
      );
    }
    for (const from of [8, 16, 32] as const) {
      if (from >= bits) continue;
      rows.push(
        row({
          mnemonic: `movs${from}${suffix}`,
          opcode: aluClass | BPF_X | BPF_MOV,
          kind: 'movsx',
          operation: 'mov',
          source: 'x',
          bits: from,
          intoBits: bits,
          signed: true,
          selects: { offset: from },
          uses: ['dst', 'src'],
          cpu: 4,
          since: '6.6',
          meaning: bits === 32 ? `dst = (u32) (s32) (s${from}) src` : `dst = (s64) (s${from}) src`,
        }),
      );
    }
    rows.push(
      row({
        mnemonic: `neg${suffix}`,
        opcode: aluClass | BPF_NEG,
        kind: 'neg',
        operation: 'neg',
        bits,
        uses: ['dst'],
        meaning: bits === 32 ? 'dst = (u32) -dst' : 'dst = -dst',
      }),
    );
  }
  rows.push(
    row({
      mnemonic: 'addr_space_cast',
      opcode: BPF_ALU64 | BPF_X | BPF_MOV,
      kind: 'addr-space',
      source: 'x',
      selects: { offset: BPF_ADDR_SPACE_CAST },
      uses: ['dst', 'src', 'imm'],
      cpu: 4,
      since: '6.9',
      meaning: 'dst = src, from address space imm & 0xffff into imm >> 16',
    }),
  );
  for (const bits of [16, 32, 64] as const) {
    const end = (name: 'le' | 'be' | 'bswap', opcode: number, cpu: 1 | 4, meaning: string): InstructionRow =>
      row({
        mnemonic: `${name}${bits}`,
        opcode,
        kind: 'end',
        operation: name,
        bits,
        selects: { imm: bits },
        uses: ['dst'],
        cpu,
        since: cpu === 4 ? '6.6' : '3.18',
        meaning,
      });
    rows.push(
      end('le', BPF_ALU | BPF_END, 1, `dst = htole${bits}(dst)`),
      end('be', BPF_ALU | BPF_END | BPF_TO_BE, 1, `dst = htobe${bits}(dst)`),
      end('bswap', BPF_ALU64 | BPF_END, 4, `dst = bswap${bits}(dst)`),
    );
  }
  return rows;
}

interface JumpOperation {
  readonly name: Operation;
  readonly code: number;
  readonly symbol: string;
  readonly signed?: boolean;
  /** The four "less than" jumps came with v2. */
  readonly cpu?: 2;
}

const JUMP_OPERATIONS: readonly JumpOperation[] = [
  { name: 'eq', code: BPF_JEQ, symbol: '==' },
  { name: 'gt', code: BPF_JGT, symbol: '>' },
  { name: 'ge', code: BPF_JGE, symbol: '>=' },
  { name: 'set', code: BPF_JSET, symbol: '&' },
  { name: 'ne', code: BPF_JNE, symbol: '!=' },
  { name: 'sgt', code: BPF_JSGT, symbol: 's>', signed: true },
  { name: 'sge', code: BPF_JSGE, symbol: 's>=', signed: true },
  { name: 'lt', code: BPF_JLT, symbol: '<', cpu: 2 },
  { name: 'le', code: BPF_JLE, symbol: '<=', cpu: 2 },
  { name: 'slt', code: BPF_JSLT, symbol: 's<', signed: true, cpu: 2 },
  { name: 'sle', code: BPF_JSLE, symbol: 's<=', signed: true, cpu: 2 },
];

/** How the kernel and LLVM write each comparison. */
export const JUMP_SYMBOLS: Readonly<Record<string, string>> = Object.fromEntries(
  JUMP_OPERATIONS.map(({ name, symbol }) => [name, symbol]),
);

function jumpRows(): InstructionRow[] {
  const rows: InstructionRow[] = [
    row({ mnemonic: 'ja', opcode: BPF_JMP | BPF_JA, kind: 'goto', uses: ['offset'], meaning: 'pc += offset' }),
    row({
      mnemonic: 'gotol',
      opcode: BPF_JMP32 | BPF_JA,
      kind: 'goto',
      bits: 32,
      uses: ['imm'],
      cpu: 4,
      since: '6.6',
      meaning: 'pc += imm',
    }),
    row({
      mnemonic: 'may_goto',
      opcode: BPF_JMP | BPF_JCOND,
      kind: 'may-goto',
      selects: { src: 0 },
      uses: ['offset'],
      cpu: 4,
      since: '6.9',
      meaning: 'if the loop budget is spent: pc += offset',
    }),
  ];
  for (const { bits, jumpClass, suffix } of WIDTHS) {
    for (const { source, bit, field } of SOURCES) {
      for (const { name, code, symbol, signed, cpu } of JUMP_OPERATIONS) {
        rows.push(
          row({
            mnemonic: `j${name}${suffix}`,
            opcode: jumpClass | bit | code,
            kind: 'jump',
            operation: name,
            source,
            bits,
            signed: signed ?? false,
            uses: ['dst', field, 'offset'],
            cpu: bits === 32 ? 3 : (cpu ?? 1),
            since: bits === 32 ? '5.1' : cpu ? '4.14' : '3.18',
            meaning: `if (${bits === 32 ? `(${signed ? 's' : 'u'}32) ` : ''}dst ${symbol} ${field}) pc += offset`,
          }),
        );
      }
    }
  }
  const call = (mnemonic: string, src: number, since: string, meaning: string, uses: readonly Field[] = ['imm']) =>
    row({ mnemonic, opcode: BPF_JMP | BPF_CALL, kind: 'call', selects: { src }, uses, since, meaning });
  rows.push(
    call('call', 0, '3.18', 'r0 = helper imm (r1..r5)'),
    call('call_local', BPF_PSEUDO_CALL, '4.16', 'r0 = the function at pc + imm (r1..r5)'),
    call('call_kfunc', BPF_PSEUDO_KFUNC_CALL, '5.13', 'r0 = kernel function with BTF id imm (r1..r5)', [
      'imm',
      'offset',
    ]),
    row({
      mnemonic: 'callx',
      opcode: BPF_JMP | BPF_X | BPF_CALL,
      kind: 'callx',
      source: 'x',
      uses: ['dst'],
      since: 'none',
      meaning: 'r0 = the function whose address is in dst; no kernel takes it',
    }),
    row({ mnemonic: 'exit', opcode: BPF_JMP | BPF_EXIT, kind: 'exit', uses: [], meaning: 'return r0' }),
  );
  return rows;
}

const SIZES = [
  { bits: 8, size: BPF_B, letter: 'b' },
  { bits: 16, size: BPF_H, letter: 'h' },
  { bits: 32, size: BPF_W, letter: 'w' },
  { bits: 64, size: BPF_DW, letter: 'dw' },
] as const;

function memoryRows(): InstructionRow[] {
  const rows: InstructionRow[] = [];
  const pseudo = (mnemonic: string, src: number, since: string, meaning: string): InstructionRow =>
    row({
      mnemonic,
      opcode: BPF_LD | BPF_DW | BPF_IMM,
      kind: 'lddw',
      source: 'k',
      selects: { src },
      uses: ['dst', 'imm'],
      since,
      meaning,
    });
  rows.push(
    pseudo('lddw', 0, '3.18', 'dst = imm64'),
    pseudo('lddw_map_fd', BPF_PSEUDO_MAP_FD, '3.18', 'dst = the map with file descriptor imm'),
    pseudo('lddw_map_value', BPF_PSEUDO_MAP_VALUE, '5.2', 'dst = address of the first value of map imm, plus next_imm'),
    pseudo('lddw_btf_id', BPF_PSEUDO_BTF_ID, '5.10', 'dst = address of the kernel variable with BTF id imm'),
    pseudo('lddw_func', BPF_PSEUDO_FUNC, '5.13', 'dst = address of the function at pc + imm'),
    pseudo('lddw_map_idx', BPF_PSEUDO_MAP_IDX, '5.14', 'dst = the map at index imm of fd_array'),
    pseudo(
      'lddw_map_idx_value',
      BPF_PSEUDO_MAP_IDX_VALUE,
      '5.14',
      'dst = address of the first value of the map at index imm, plus next_imm',
    ),
  );
  for (const { bits, size, letter } of SIZES) {
    rows.push(
      row({
        mnemonic: `ldx${letter}`,
        opcode: BPF_LDX | size | BPF_MEM,
        kind: 'load',
        bits,
        uses: ['dst', 'src', 'offset'],
        meaning: `dst = *(u${bits} *)(src + offset)`,
      }),
    );
    if (bits !== 64) {
      rows.push(
        row({
          mnemonic: `ldxs${letter}`,
          opcode: BPF_LDX | size | BPF_MEMSX,
          kind: 'load',
          bits,
          signed: true,
          uses: ['dst', 'src', 'offset'],
          cpu: 4,
          since: '6.6',
          meaning: `dst = (s64) *(s${bits} *)(src + offset)`,
        }),
      );
    }
    rows.push(
      row({
        mnemonic: `st${letter}`,
        opcode: BPF_ST | size | BPF_MEM,
        kind: 'store-imm',
        source: 'k',
        bits,
        uses: ['dst', 'offset', 'imm'],
        meaning: `*(u${bits} *)(dst + offset) = imm`,
      }),
      row({
        mnemonic: `stx${letter}`,
        opcode: BPF_STX | size | BPF_MEM,
        kind: 'store',
        source: 'x',
        bits,
        uses: ['dst', 'src', 'offset'],
        meaning: `*(u${bits} *)(dst + offset) = src`,
      }),
      row({
        mnemonic: `load_acquire${bits}`,
        opcode: BPF_STX | size | BPF_ATOMIC,
        kind: 'load-acquire',
        bits,
        selects: { imm: BPF_LOAD_ACQ },
        uses: ['dst', 'src', 'offset'],
        cpu: 4,
        since: '6.15',
        meaning: `dst = *(u${bits} *)(src + offset); later accesses stay behind`,
      }),
      row({
        mnemonic: `store_release${bits}`,
        opcode: BPF_STX | size | BPF_ATOMIC,
        kind: 'store-release',
        bits,
        selects: { imm: BPF_STORE_REL },
        uses: ['dst', 'src', 'offset'],
        cpu: 4,
        since: '6.15',
        meaning: `*(u${bits} *)(dst + offset) = src; earlier accesses stay before`,
      }),
    );
  }
  // Packet loads that the set keeps from its classic ancestor; deprecated by the RFC, alive in socket filters.
  for (const { bits, size, letter } of SIZES) {
    if (bits === 64) continue;
    rows.push(
      row({
        mnemonic: `ldabs${letter}`,
        opcode: BPF_LD | size | BPF_ABS,
        kind: 'packet',
        source: 'none',
        bits,
        uses: ['imm'],
        meaning: `r0 = ntoh(*(u${bits} *)(packet + imm)); ends the program with 0 outside of it`,
      }),
      row({
        mnemonic: `ldind${letter}`,
        opcode: BPF_LD | size | BPF_IND,
        kind: 'packet',
        source: 'x',
        bits,
        uses: ['src', 'imm'],
        meaning: `r0 = ntoh(*(u${bits} *)(packet + src + imm)); ends the program with 0 outside of it`,
      }),
    );
  }
  return rows;
}

const ATOMIC_OPERATIONS = [
  { name: 'add', imm: BPF_ADD },
  { name: 'or', imm: BPF_OR },
  { name: 'and', imm: BPF_AND },
  { name: 'xor', imm: BPF_XOR },
] as const;

function atomicRows(): InstructionRow[] {
  const rows: InstructionRow[] = [];
  for (const { bits, size, suffix } of [
    { bits: 64, size: BPF_DW, suffix: '' },
    { bits: 32, size: BPF_W, suffix: '32' },
  ] as const) {
    const atomic = (name: Operation, imm: number, fetch: boolean, meaning: string, first: boolean): void => {
      const exchange = name === 'xchg' || name === 'cmpxchg';
      rows.push(
        row({
          mnemonic: `lock ${fetch && !exchange ? 'fetch_' : ''}${name}${suffix}`,
          opcode: BPF_STX | size | BPF_ATOMIC,
          kind: 'atomic',
          operation: name,
          source: 'x',
          bits,
          fetch,
          selects: { imm },
          uses: ['dst', 'src', 'offset'],
          cpu: first ? 1 : 3,
          since: first ? '3.18' : '5.12',
          meaning,
        }),
      );
    };
    const place = `*(u${bits} *)(dst + offset)`;
    for (const { name, imm } of ATOMIC_OPERATIONS) {
      atomic(name, imm, false, `${place} ${ALU_SYMBOLS[name]} src`, name === 'add');
      atomic(name, imm | BPF_FETCH, true, `tmp = ${place}; ${place} ${ALU_SYMBOLS[name]} src; src = tmp`, false);
    }
    atomic('xchg', BPF_XCHG, true, `tmp = ${place}; ${place} = src; src = tmp`, false);
    atomic('cmpxchg', BPF_CMPXCHG, true, `tmp = ${place}; if (tmp == r0) ${place} = src; r0 = tmp`, false);
  }
  return rows;
}

/** Every instruction. */
export const INSTRUCTIONS: readonly InstructionRow[] = [...aluRows(), ...jumpRows(), ...memoryRows(), ...atomicRows()];

/** opcode -> its rows. */
const BY_OPCODE: readonly (readonly InstructionRow[])[] = Array.from({ length: 256 }, (_, opcode) =>
  INSTRUCTIONS.filter(candidate => candidate.opcode === opcode),
);

/** The rows that share an opcode; none for an unknown one. */
export function rowsOfOpcode(opcode: number): readonly InstructionRow[] {
  return BY_OPCODE[opcode] ?? [];
}

/** The row an instruction is of, undefined when no row's selecting fields fit. Fields that must be zero are not looked at. */
export function rowOf({ opcode, src, offset, imm }: Instruction): InstructionRow | undefined {
  const rows = BY_OPCODE[opcode]!;
  for (const candidate of rows) {
    const { selects } = candidate;
    if (
      (selects.src === undefined || selects.src === src) &&
      (selects.offset === undefined || selects.offset === offset) &&
      (selects.imm === undefined || selects.imm === imm)
    ) {
      return candidate;
    }
  }
  return undefined;
}
