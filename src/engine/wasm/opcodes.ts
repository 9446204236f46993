// The WebAssembly instructions that engines use: integer, memory and control. One row an instruction; the encoder, the
// text printer and the tests iterate it. Source: WebAssembly Core Specification 2.0, sections 5.4 (binary) and 6.5 (text).

/** What follows an opcode in the binary format, and how many numbers stand for it in an instruction stream. */
export type Immediate =
  | 'none'
  /** Block type: one number, see `blockType`. */
  | 'block'
  /** A label: how many enclosing blocks to leave. */
  | 'label'
  /** A count n, then n labels, then the default label. */
  | 'labels'
  | 'local'
  | 'global'
  | 'function'
  /** A type index and a table index. */
  | 'indirect'
  /** Alignment (log2 of bytes) and offset. */
  | 'memarg'
  /** The memory: always 0, no number in the stream. */
  | 'memory'
  /** Two memories: always 0 and 0, no number in the stream. */
  | 'memories'
  | 'i32'
  /** Two numbers: low and high half. */
  | 'i64';

export interface OpcodeRow {
  readonly name: string;
  /** Most are one byte; a prefixed one is the prefix and a number below 128. */
  readonly bytes: readonly number[];
  readonly immediate: Immediate;
  /** Operand types, the last one on top of the stack: i = i32, l = i64. '*': depends on the context. */
  readonly params: string;
  readonly results: string;
  /** Bytes that a load or store touches, as log2; the alignment that the text format leaves out. */
  readonly widthLog2: number;
}

type Row = readonly [
  code: number | readonly number[],
  immediate: Immediate,
  params: string,
  results: string,
  width?: number,
];

const ROWS = {
  unreachable: [0x00, 'none', '', ''],
  nop: [0x01, 'none', '', ''],
  block: [0x02, 'block', '', ''],
  loop: [0x03, 'block', '', ''],
  if: [0x04, 'block', 'i', ''],
  else: [0x05, 'none', '', ''],
  end: [0x0b, 'none', '', ''],
  br: [0x0c, 'label', '', ''],
  br_if: [0x0d, 'label', 'i', ''],
  br_table: [0x0e, 'labels', 'i', ''],
  return: [0x0f, 'none', '*', ''],
  call: [0x10, 'function', '*', '*'],
  call_indirect: [0x11, 'indirect', '*', '*'],
  return_call: [0x12, 'function', '*', ''],
  drop: [0x1a, 'none', '*', ''],
  select: [0x1b, 'none', '*', '*'],
  'local.get': [0x20, 'local', '', '*'],
  'local.set': [0x21, 'local', '*', ''],
  'local.tee': [0x22, 'local', '*', '*'],
  'global.get': [0x23, 'global', '', '*'],
  'global.set': [0x24, 'global', '*', ''],

  'i32.load': [0x28, 'memarg', 'i', 'i', 2],
  'i64.load': [0x29, 'memarg', 'i', 'l', 3],
  'i32.load8_s': [0x2c, 'memarg', 'i', 'i', 0],
  'i32.load8_u': [0x2d, 'memarg', 'i', 'i', 0],
  'i32.load16_s': [0x2e, 'memarg', 'i', 'i', 1],
  'i32.load16_u': [0x2f, 'memarg', 'i', 'i', 1],
  'i64.load8_s': [0x30, 'memarg', 'i', 'l', 0],
  'i64.load8_u': [0x31, 'memarg', 'i', 'l', 0],
  'i64.load16_s': [0x32, 'memarg', 'i', 'l', 1],
  'i64.load16_u': [0x33, 'memarg', 'i', 'l', 1],
  'i64.load32_s': [0x34, 'memarg', 'i', 'l', 2],
  'i64.load32_u': [0x35, 'memarg', 'i', 'l', 2],
  'i32.store': [0x36, 'memarg', 'ii', '', 2],
  'i64.store': [0x37, 'memarg', 'il', '', 3],
  'i32.store8': [0x3a, 'memarg', 'ii', '', 0],
  'i32.store16': [0x3b, 'memarg', 'ii', '', 1],
  'i64.store8': [0x3c, 'memarg', 'il', '', 0],
  'i64.store16': [0x3d, 'memarg', 'il', '', 1],
  'i64.store32': [0x3e, 'memarg', 'il', '', 2],
  'memory.size': [0x3f, 'memory', '', 'i'],
  'memory.grow': [0x40, 'memory', 'i', 'i'],

  'i32.const': [0x41, 'i32', '', 'i'],
  'i64.const': [0x42, 'i64', '', 'l'],

  'i32.eqz': [0x45, 'none', 'i', 'i'],
  'i32.eq': [0x46, 'none', 'ii', 'i'],
  'i32.ne': [0x47, 'none', 'ii', 'i'],
  'i32.lt_s': [0x48, 'none', 'ii', 'i'],
  'i32.lt_u': [0x49, 'none', 'ii', 'i'],
  'i32.gt_s': [0x4a, 'none', 'ii', 'i'],
  'i32.gt_u': [0x4b, 'none', 'ii', 'i'],
  'i32.le_s': [0x4c, 'none', 'ii', 'i'],
  'i32.le_u': [0x4d, 'none', 'ii', 'i'],
  'i32.ge_s': [0x4e, 'none', 'ii', 'i'],
  'i32.ge_u': [0x4f, 'none', 'ii', 'i'],
  'i64.eqz': [0x50, 'none', 'l', 'i'],
  'i64.eq': [0x51, 'none', 'll', 'i'],
  'i64.ne': [0x52, 'none', 'll', 'i'],
  'i64.lt_s': [0x53, 'none', 'll', 'i'],
  'i64.lt_u': [0x54, 'none', 'll', 'i'],
  'i64.gt_s': [0x55, 'none', 'll', 'i'],
  'i64.gt_u': [0x56, 'none', 'll', 'i'],
  'i64.le_s': [0x57, 'none', 'll', 'i'],
  'i64.le_u': [0x58, 'none', 'll', 'i'],
  'i64.ge_s': [0x59, 'none', 'll', 'i'],
  'i64.ge_u': [0x5a, 'none', 'll', 'i'],

  'i32.clz': [0x67, 'none', 'i', 'i'],
  'i32.ctz': [0x68, 'none', 'i', 'i'],
  'i32.popcnt': [0x69, 'none', 'i', 'i'],
  'i32.add': [0x6a, 'none', 'ii', 'i'],
  'i32.sub': [0x6b, 'none', 'ii', 'i'],
  'i32.mul': [0x6c, 'none', 'ii', 'i'],
  'i32.div_s': [0x6d, 'none', 'ii', 'i'],
  'i32.div_u': [0x6e, 'none', 'ii', 'i'],
  'i32.rem_s': [0x6f, 'none', 'ii', 'i'],
  'i32.rem_u': [0x70, 'none', 'ii', 'i'],
  'i32.and': [0x71, 'none', 'ii', 'i'],
  'i32.or': [0x72, 'none', 'ii', 'i'],
  'i32.xor': [0x73, 'none', 'ii', 'i'],
  'i32.shl': [0x74, 'none', 'ii', 'i'],
  'i32.shr_s': [0x75, 'none', 'ii', 'i'],
  'i32.shr_u': [0x76, 'none', 'ii', 'i'],
  'i32.rotl': [0x77, 'none', 'ii', 'i'],
  'i32.rotr': [0x78, 'none', 'ii', 'i'],
  'i64.clz': [0x79, 'none', 'l', 'l'],
  'i64.ctz': [0x7a, 'none', 'l', 'l'],
  'i64.popcnt': [0x7b, 'none', 'l', 'l'],
  'i64.add': [0x7c, 'none', 'll', 'l'],
  'i64.sub': [0x7d, 'none', 'll', 'l'],
  'i64.mul': [0x7e, 'none', 'll', 'l'],
  'i64.div_s': [0x7f, 'none', 'll', 'l'],
  'i64.div_u': [0x80, 'none', 'll', 'l'],
  'i64.rem_s': [0x81, 'none', 'll', 'l'],
  'i64.rem_u': [0x82, 'none', 'll', 'l'],
  'i64.and': [0x83, 'none', 'll', 'l'],
  'i64.or': [0x84, 'none', 'll', 'l'],
  'i64.xor': [0x85, 'none', 'll', 'l'],
  'i64.shl': [0x86, 'none', 'll', 'l'],
  'i64.shr_s': [0x87, 'none', 'll', 'l'],
  'i64.shr_u': [0x88, 'none', 'll', 'l'],
  'i64.rotl': [0x89, 'none', 'll', 'l'],
  'i64.rotr': [0x8a, 'none', 'll', 'l'],

  'i32.wrap_i64': [0xa7, 'none', 'l', 'i'],
  'i64.extend_i32_s': [0xac, 'none', 'i', 'l'],
  'i64.extend_i32_u': [0xad, 'none', 'i', 'l'],
  'i32.extend8_s': [0xc0, 'none', 'i', 'i'],
  'i32.extend16_s': [0xc1, 'none', 'i', 'i'],
  'i64.extend8_s': [0xc2, 'none', 'l', 'l'],
  'i64.extend16_s': [0xc3, 'none', 'l', 'l'],
  'i64.extend32_s': [0xc4, 'none', 'l', 'l'],

  'memory.copy': [[0xfc, 10], 'memories', 'iii', ''],
  'memory.fill': [[0xfc, 11], 'memory', 'iii', ''],
} as const satisfies Record<string, Row>;

export type OpcodeName = keyof typeof ROWS;

/** All instructions, in order of their opcodes. An instruction stream refers to them by their place here. */
export const OPCODES: readonly OpcodeRow[] = Object.entries(ROWS as Record<string, Row>).map(
  ([name, [code, immediate, params, results, widthLog2 = 0]]) => ({
    name,
    bytes: typeof code === 'number' ? [code] : code,
    immediate,
    params,
    results,
    widthLog2,
  }),
);

/** name -> place in OPCODES. */
export const OPCODE_INDEX = Object.fromEntries(OPCODES.map((row, index) => [row.name, index])) as Readonly<
  Record<OpcodeName, number>
>;

/** Value types: i32 and i64 are all that BPF needs. */
export const VALUE_TYPES = { i32: 0x7f, i64: 0x7e } as const;
export type ValueType = keyof typeof VALUE_TYPES;

/** Block types as they stand in an instruction stream: nothing, one value, or a type index (0 and up). */
export const BLOCK_VOID = -64;
export const BLOCK_I32 = -1;
export const BLOCK_I64 = -2;
