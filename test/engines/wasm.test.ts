// The WebAssembly encoder and its text printer: every row of the table through V8 and through wabt.

import { describe, expect, it } from 'vitest';
import {
  BLOCK_I32,
  BLOCK_I64,
  BLOCK_VOID,
  ByteBuffer,
  type FunctionBuilder,
  ModuleBuilder,
  OPCODES,
  type OpcodeName,
  type OpcodeRow,
  printWat,
  type ValueType,
} from '../../src/engine/index.js';
import { assembleText, withoutNames } from './wat.js';

/** Both ways to the binary give the same bytes, and V8 takes them. */
function expectSame(module: ModuleBuilder): Uint8Array<ArrayBuffer> {
  const bytes = module.toBytes();
  expect(WebAssembly.validate(bytes)).toBe(true);
  expect(Buffer.from(assembleText(printWat(module))).toString('hex')).toBe(
    Buffer.from(withoutNames(bytes)).toString('hex'),
  );
  return bytes;
}

const TYPES: Record<string, ValueType> = { i: 'i32', l: 'i64' };

/** A function that uses the instruction once, operands and results of the right types. */
function useOnce(row: OpcodeRow): ModuleBuilder {
  const module = new ModuleBuilder();
  module.memory = { minimum: 1 };
  module.table = { minimum: 1, maximum: 1 };
  const global = module.global('g', 'i32', true, -7);
  const helper = module.function('helper', [['n', 'i32']], ['i32']);
  helper.get(0);
  const code = module.function('use', [['n', 'i32']], []);
  const emit = code.emit.bind(code) as (name: OpcodeName, ...immediates: number[]) => FunctionBuilder;
  const name = row.name as OpcodeName;
  for (const param of row.params.replace('*', '')) {
    if (param === 'i') code.i32(1);
    else code.i64(1, 0);
  }
  let results = row.results;
  switch (name) {
    case 'block':
    case 'loop':
    case 'if':
      emit(name, BLOCK_VOID).emit('end');
      for (const [type, value] of [
        [BLOCK_I32, 'i'],
        [BLOCK_I64, 'l'],
      ] as const) {
        if (name === 'if') code.i32(1);
        emit(name, type);
        if (value === 'i') code.i32(5);
        else code.i64(5, 0);
        if (name === 'if') {
          code.emit('else');
          if (value === 'i') code.i32(6);
          else code.i64(6, 0);
        }
        code.emit('end').emit('drop');
      }
      return module;
    case 'else':
    case 'end':
      code.i32(1).emit('if', BLOCK_VOID).emit('else').emit('nop').emit('end');
      return module;
    case 'call':
      code.i32(1).emit('call', helper.index);
      results = 'i';
      break;
    case 'call_indirect':
      module.elements.push({ offset: 0, functions: [helper.index] });
      code.i32(1).i32(0).emit('call_indirect', helper.typeIndex, 0);
      results = 'i';
      break;
    case 'return_call':
      module
        .function('tail', [['n', 'i32']], ['i32'])
        .get(0)
        .emit('return_call', helper.index);
      return module;
    case 'drop':
      code.i64(1, 2).emit('drop');
      return module;
    case 'select':
      code.i32(1).i32(2).i32(0).emit('select');
      results = 'i';
      break;
    case 'local.get':
    case 'global.get':
      emit(name, name === 'local.get' ? 0 : global);
      results = 'i';
      break;
    case 'local.set':
    case 'global.set':
      code.i32(9);
      emit(name, name === 'local.set' ? 0 : global);
      break;
    case 'local.tee':
      code.i32(9).emit('local.tee', 0);
      results = 'i';
      break;
    case 'br_table':
      code.brTable([0, 0], 0);
      break;
    default:
      switch (row.immediate) {
        case 'memarg':
          emit(name, row.widthLog2, 0);
          if (row.results) code.emit('drop');
          for (const param of row.params) {
            if (param === 'i') code.i32(1);
            else code.i64(1, 0);
          }
          emit(name, 0, 70_000);
          break;
        case 'i64':
          code.i64(1, 2);
          break;
        case 'i32':
        case 'label':
          emit(name, 0);
          break;
        default:
          emit(name);
      }
  }
  for (const _ of results) code.emit('drop');
  return module;
}

describe('instructions', () => {
  it.each(OPCODES.filter(({ name }) => name !== 'return_call').map(row => [row.name, row] as const))('%s', (_, row) => {
    expectSame(useOnce(row));
  });
  it('tail calls, which wabt takes as a feature only, are valid', () => {
    const row = OPCODES.find(({ name }) => name === 'return_call')!;
    expect(WebAssembly.validate(useOnce(row).toBytes())).toBe(true);
  });
  it('are each in the table once', () => {
    expect(new Set(OPCODES.map(({ bytes }) => bytes.join())).size).toBe(OPCODES.length);
  });
});

describe('constants', () => {
  const edges = [0, 1, 63, 64, 127, 128, 8191, 8192, 0x7fffffff, -1, -64, -65, -128, -129, -0x80000000];

  it('of 32 bits come back', () => {
    for (const value of edges) {
      const module = new ModuleBuilder();
      const code = module.function('f', [], ['i32']).i32(value);
      module.export('f', 'function', code.index);
      const instance = new WebAssembly.Instance(new WebAssembly.Module(expectSame(module)));
      expect((instance.exports['f'] as () => number)()).toBe(value);
    }
  });

  it('of 64 bits come back, from two halves', () => {
    for (const low of edges) {
      for (const high of edges) {
        const module = new ModuleBuilder();
        const code = module.function('f', [], ['i64']).i64(low, high);
        module.export('f', 'function', code.index);
        const instance = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes()));
        const expected = BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low >>> 0));
        expect((instance.exports['f'] as () => bigint)()).toBe(expected);
        expect(assembleText(printWat(module))).toEqual(withoutNames(module.toBytes()));
      }
    }
  });

  it('are written as the shortest LEB128', () => {
    const bytes = (write: (out: ByteBuffer) => void): number[] => {
      const out = new ByteBuffer(1);
      write(out);
      return [...out.toBytes()];
    };
    expect(bytes(out => out.unsigned(624485))).toEqual([0xe5, 0x8e, 0x26]);
    expect(bytes(out => out.unsigned(0xffffffff))).toEqual([0xff, 0xff, 0xff, 0xff, 0x0f]);
    expect(bytes(out => out.signed(-123456))).toEqual([0xc0, 0xbb, 0x78]);
    expect(bytes(out => out.signed64(-123456, -1))).toEqual([0xc0, 0xbb, 0x78]);
    expect(bytes(out => out.signed64(0, 0x80000000))).toEqual([128, 128, 128, 128, 128, 128, 128, 128, 128, 0x7f]);
    expect(bytes(out => out.name('é'))).toEqual([2, 0xc3, 0xa9]);
  });
});

describe('modules', () => {
  it('have imports, globals, tables, data and exports', () => {
    const module = new ModuleBuilder();
    const log = module.importFunction('host', 'log', ['i32', 'i64']);
    module.importMemory('host', 'memory', { minimum: 1, maximum: 3 });
    const base = module.importGlobal('host', 'base', 'i32');
    const counter = module.global('counter', 'i64', true, 5, -1);
    module.table = { minimum: 2, maximum: 2 };
    module.data.push({ offset: 16, bytes: Uint8Array.of(1, 2, 0xff, 34, 92) });
    const first = module.function('first', [['x', 'i32']], ['i32']);
    first.get(0).emit('global.get', base).emit('i32.add');
    const second = module.function('second', [['x', 'i32']], ['i32']);
    second.get(0).emit('global.get', counter).emit('call', log).i32(18).emit('i32.load8_u', 0, 0);
    module.elements.push({ offset: 0, functions: [first.index, second.index] });
    const choose = module.function('choose', [['which', 'i32']], ['i32']);
    choose.i32(100).get(0).emit('call_indirect', first.typeIndex, 0);
    module.export('choose', 'function', choose.index);
    module.export('table', 'table', 0);
    const bytes = expectSame(module);

    const calls: unknown[] = [];
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 3 });
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
      host: { memory, base: 11, log: (...values: unknown[]) => calls.push(values) },
    });
    const run = exports['choose'] as (which: number) => number;
    expect(run(0)).toBe(111);
    expect(run(1)).toBe(0xff);
    expect(calls).toEqual([[100, -4294967291n]]);
    expect(exports['table']).toBeInstanceOf(WebAssembly.Table);
  });

  it('have one index for one type, and locals in runs', () => {
    const module = new ModuleBuilder();
    expect(module.type(['i32'], [])).toBe(module.type(['i32'], []));
    expect(module.type(['i32'], ['i32'])).not.toBe(module.type(['i32', 'i32'], []));
    const code = module.function('f', [], ['i64']);
    for (const type of ['i32', 'i32', 'i64', 'i32', 'i64'] as const) code.local(type);
    code.get(4);
    expectSame(module);
  });

  it('do not take imports after definitions', () => {
    const module = new ModuleBuilder();
    module.function('f', []);
    expect(() => module.importFunction('a', 'b', [])).toThrow('imports come before definitions');
  });

  it('of a function with 30,000 nested blocks are encoded', () => {
    const module = new ModuleBuilder();
    const code = module.function('f', []);
    for (let n = 0; n < 30_000; n++) code.emit('block', BLOCK_VOID);
    code.i32(0).emit('br_if', 29_999);
    for (let n = 0; n < 30_000; n++) code.emit('end');
    expect(WebAssembly.validate(module.toBytes())).toBe(true);
  });
});

describe('negation', () => {
  it('turns the comparison around, or asks for zero', () => {
    const all = OPCODES.filter(
      ({ name, params, results }) => params.length === 2 && results === 'i' && /\.(eq|ne|[lg][te])(_|$)/.test(name),
    );
    expect(all.length).toBe(20);
    for (const row of all) {
      const values = [-2, -1, 0, 1, 2];
      const module = new ModuleBuilder();
      const type = TYPES[row.params[0]!]!;
      for (const negated of [false, true]) {
        const code = module.function(
          negated ? 'no' : 'yes',
          [
            ['a', type],
            ['b', type],
          ],
          ['i32'],
        );
        code
          .get(0)
          .get(1)
          .emit(row.name as OpcodeName);
        if (negated) code.negate();
        expect(code.stream.length).toBe(5);
        module.export(code.name, 'function', code.index);
      }
      const { yes, no } = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes())).exports as Record<
        string,
        (a: unknown, b: unknown) => number
      >;
      for (const a of values) {
        for (const b of values) {
          const [x, y] = type === 'i64' ? [BigInt(a), BigInt(b)] : [a, b];
          expect(no!(x, y)).toBe(1 - yes!(x, y));
        }
      }
    }
    // A number that looks like a comparison's place in the table is none.
    const code = new ModuleBuilder().function('f', [], ['i32']);
    code.i32(OPCODES.findIndex(({ name }) => name === 'i32.eq')).negate();
    expect(code.stream.length).toBe(3);
  });
});
