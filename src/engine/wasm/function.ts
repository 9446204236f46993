// A function body under construction: locals and a flat instruction stream. The stream is a list of numbers, an index
// into OPCODES followed by the immediates, from which both the binary and the text format are made.

import type { ByteBuffer } from './byte-buffer.js';
import { ByteBuffer as Buffer } from './byte-buffer.js';
import { OPCODE_INDEX, OPCODES, type OpcodeName, VALUE_TYPES, type ValueType } from './opcodes.js';

export interface FunctionType {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}

export interface Local {
  readonly type: ValueType;
  readonly name: string;
}

const COMPARISONS: readonly (readonly [OpcodeName, OpcodeName])[] = [
  ['i32.eq', 'i32.ne'],
  ['i32.lt_s', 'i32.ge_s'],
  ['i32.lt_u', 'i32.ge_u'],
  ['i32.gt_s', 'i32.le_s'],
  ['i32.gt_u', 'i32.le_u'],
  ['i64.eq', 'i64.ne'],
  ['i64.lt_s', 'i64.ge_s'],
  ['i64.lt_u', 'i64.ge_u'],
  ['i64.gt_s', 'i64.le_s'],
  ['i64.gt_u', 'i64.le_u'],
];
const OPPOSITES = new Map(
  COMPARISONS.flatMap(([one, other]): [number, number][] => [
    [OPCODE_INDEX[one], OPCODE_INDEX[other]],
    [OPCODE_INDEX[other], OPCODE_INDEX[one]],
  ]),
);

const LABELS = OPCODE_INDEX['br_table'];

export class FunctionBuilder {
  readonly name: string;
  readonly type: FunctionType;
  readonly typeIndex: number;
  /** Parameters first. */
  readonly locals: Local[];
  readonly stream: number[] = [];
  /** Index in the function index space of the module. */
  readonly index: number;
  /** Where the last instruction begins in the stream. */
  private last = 0;

  constructor(name: string, index: number, typeIndex: number, type: FunctionType, paramNames: readonly string[]) {
    this.name = name;
    this.index = index;
    this.type = type;
    this.typeIndex = typeIndex;
    this.locals = type.params.map((param, at) => ({ type: param, name: paramNames[at] ?? `p${at}` }));
  }

  /** Declares a local, zero at first, and gives its index. Names are for the text format and must differ. */
  local(type: ValueType, name = `v${this.locals.length}`): number {
    this.locals.push({ type, name });
    return this.locals.length - 1;
  }

  /** Appends an instruction. The number of immediates is given by its row. */
  emit(name: OpcodeName): this;
  emit(name: OpcodeName, immediate: number): this;
  emit(name: OpcodeName, first: number, second: number): this;
  emit(name: OpcodeName, first?: number, second?: number): this {
    this.last = this.stream.push(OPCODE_INDEX[name]) - 1;
    if (first !== undefined) this.stream.push(first);
    if (second !== undefined) this.stream.push(second);
    return this;
  }

  get(local: number): this {
    return this.emit('local.get', local);
  }

  set(local: number): this {
    return this.emit('local.set', local);
  }

  i32(value: number): this {
    return this.emit('i32.const', value | 0);
  }

  i64(low: number, high: number): this {
    return this.emit('i64.const', low | 0, high | 0);
  }

  brTable(labels: readonly number[], otherwise: number): this {
    this.last = this.stream.length;
    this.stream.push(LABELS, labels.length);
    for (const label of labels) this.stream.push(label);
    this.stream.push(otherwise);
    return this;
  }

  /** Negates the condition on the stack: turns the comparison that left it around, if one did. */
  negate(): this {
    const opposite = OPPOSITES.get(this.stream[this.last]!);
    if (opposite === undefined) return this.emit('i32.eqz');
    this.stream[this.last] = opposite;
    return this;
  }

  /**
   * The body as it stands in the code section, without its size. `onInstruction` is told of each instruction: its place in the
   * stream and its position in the body.
   */
  encode(onInstruction?: (place: number, position: number) => void): ByteBuffer {
    const out = new Buffer(this.stream.length * 2 + 64);
    const locals = this.locals.slice(this.type.params.length);
    const runs: { type: ValueType; count: number }[] = [];
    for (const { type } of locals) {
      const last = runs.at(-1);
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    out.unsigned(runs.length);
    for (const { type, count } of runs) {
      out.unsigned(count);
      out.u8(VALUE_TYPES[type]);
    }
    encodeStream(this.stream, out, onInstruction);
    out.u8(OPCODES[OPCODE_INDEX['end']]!.bytes[0]!);
    return out;
  }
}

function encodeStream(
  stream: readonly number[],
  out: ByteBuffer,
  onInstruction?: (place: number, position: number) => void,
): void {
  for (let at = 0; at < stream.length; ) {
    onInstruction?.(at, out.length);
    const row = OPCODES[stream[at++]!]!;
    for (const byte of row.bytes) out.u8(byte);
    switch (row.immediate) {
      case 'none':
        break;
      case 'block':
      case 'i32':
        out.signed(stream[at++]!);
        break;
      case 'i64':
        out.signed64(stream[at]!, stream[at + 1]!);
        at += 2;
        break;
      case 'label':
      case 'local':
      case 'global':
      case 'function':
        out.unsigned(stream[at++]!);
        break;
      case 'indirect':
      case 'memarg':
        out.unsigned(stream[at]!);
        out.unsigned(stream[at + 1]!);
        at += 2;
        break;
      case 'labels': {
        const count = stream[at++]!;
        out.unsigned(count);
        for (let n = 0; n <= count; n++) out.unsigned(stream[at++]!);
        break;
      }
      case 'memory':
        out.u8(0);
        break;
      case 'memories':
        out.u8(0);
        out.u8(0);
        break;
    }
  }
}
