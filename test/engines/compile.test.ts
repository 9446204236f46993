// How programs are compiled: which engine is chosen, what the texts say, how long the longest take.

import { describe, expect, it } from 'vitest';
import {
  buildFilterModule,
  type CompileOptions,
  compileProgram,
  compileProgramAsync,
  DESCRIPTOR_BYTES,
  filterSource,
  filterWat,
  interpret,
  prepare,
} from '../../src/classic/index.js';
import { assemble, type ClassicInstruction, type ClassicProgram, instruction } from '../../src/isa/index.js';
import { randomNumbers, randomPacket, randomProgram } from './random-programs.js';
import { assembleText, withoutNames } from './wat.js';

const TCP_PORT_80 = assemble(`
       ldh [12]
       jeq #0x800, ip, no
ip:    ldb [23]
       jeq #6, tcp, no
tcp:   ldh [20]
       jset #0x1fff, no, first
first: ldxb 4*([14]&0xf)
       ldh [x + 14]
       jeq #80, yes, dst
dst:   ldh [x + 16]
       jeq #80, yes, no
yes:   ret #262144
no:    ret #0`);

/** The first `length` bytes of a TCP packet to that port. */
const frame = (length: number, port = 80): Uint8Array => {
  const bytes = new Uint8Array(60);
  bytes.set([8, 0, 0x45], 12);
  bytes.set([6], 23);
  bytes.set([port >> 8, port & 255], 36);
  return bytes.slice(0, length);
};

/** Runs `work` without some of the globals. */
function without<T>(names: readonly ('WebAssembly' | 'Function')[], work: () => T): T {
  const kept = Object.fromEntries(names.map(name => [name, globalThis[name]]));
  class Forbidden {
    constructor() {
      throw new EvalError('forbidden by the content security policy');
    }
  }
  try {
    for (const name of names) Object.assign(globalThis, { [name]: name === 'Function' ? Forbidden : undefined });
    return work();
  } finally {
    Object.assign(globalThis, kept);
  }
}

describe('the engine', () => {
  const warm = (options?: CompileOptions) => {
    const filter = compileProgram(TCP_PORT_80, options);
    for (let n = 0; n < 100; n++) {
      expect(filter.matches(frame(60))).toBe(true);
      expect(filter.run(frame(60, 81), 60)).toBe(0);
    }
    return filter.engine;
  };

  it('is the one that is named', () => {
    for (const engine of ['wasm', 'js', 'interpreter'] as const) {
      const filter = compileProgram(TCP_PORT_80, { engine });
      expect(filter.engine).toBe(engine);
      expect(warm({ engine })).toBe(engine);
      expect(filter).toMatchObject({ program: TCP_PORT_80, dialect: 'libpcap' });
    }
  });

  it('is the interpreter at first, then JavaScript', () => {
    expect(compileProgram(TCP_PORT_80).engine).toBe('interpreter');
    expect(warm()).toBe('js');
  });

  it('is WebAssembly where JavaScript may not be made, and the interpreter where nothing may', () => {
    expect(without(['Function'], warm)).toBe('wasm');
    expect(without(['Function', 'WebAssembly'], warm)).toBe('interpreter');
    expect(without(['WebAssembly'], warm)).toBe('js');
  });

  it('that is named and forbidden throws', () => {
    expect(() => without(['Function'], () => compileProgram(TCP_PORT_80, { engine: 'js' }))).toThrow(EvalError);
    expect(() => without(['WebAssembly'], () => compileProgram(TCP_PORT_80, { engine: 'wasm' }))).toThrow();
  });

  it('can be compiled off the thread', async () => {
    for (const engine of ['wasm', 'js', 'interpreter'] as const) {
      const filter = await compileProgramAsync(TCP_PORT_80, { engine });
      expect(filter.engine).toBe(engine);
      expect(filter.matches(frame(60))).toBe(true);
    }
  });

  it('refuses programs that cannot run, all in the same words', () => {
    const programs: ClassicProgram[] = [
      [],
      [instruction(0x15, 0, 9, 9)],
      [instruction(0xff)],
      [instruction(0x34, 0), instruction(6)],
    ];
    for (const program of programs) {
      const messages = (['wasm', 'js', 'interpreter', 'auto'] as const).map(engine => {
        try {
          compileProgram(program, { engine });
        } catch (error) {
          return (error as Error).message;
        }
        return 'nothing';
      });
      expect(new Set(messages).size).toBe(1);
      expect(messages[0]).not.toBe('nothing');
    }
  });

  it('takes packets that are longer than its memory was', () => {
    const filter = compileProgram(assemble('ld [299990]\nret a'), { engine: 'wasm' });
    const packet = new Uint8Array(300_000).fill(1);
    expect(filter.run(packet, packet.length)).toBe(0x01010101);
    expect(filter.run(packet.subarray(0, 100), 100)).toBe(0);
  });

  it('calls the function of random numbers once for each load of one', () => {
    const program = assemble('ld rand\nst M[0]\nld rand\nldx M[0]\nsub x\nret a');
    for (const engine of ['wasm', 'js', 'interpreter'] as const) {
      let next = 0xfffffff0;
      const filter = compileProgram(program, { engine, dialect: 'linux' });
      const random = (): number => (next += 5);
      expect(filter.run(frame(20), 20, { random })).toBe(5);
      expect(filter.run(frame(20), 20, { random: 7 })).toBe(0);
      expect(next).toBe(0xfffffff0 + 10);
    }
  });
});

describe('the module', () => {
  it('filters a batch in the memory of the caller', () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(buildFilterModule(TCP_PORT_80).toBytes()), {
      skep: { memory },
    });
    const bytes = new Uint8Array(memory.buffer);
    const descriptors = 1024;
    const results = 8192;
    const words = new Uint32Array(memory.buffer);
    const lengths = [60, 38, 37, 14, 13, 0, 60, 1, 20, 60, 60, 38, 60, 60, 60];
    lengths.forEach((length, n) => {
      const at = 16384 + n * 100;
      bytes.set(frame(length, n % 2 ? 81 : 80), at);
      words.set([at, length, length, 0], (descriptors + n * DESCRIPTOR_BYTES) / 4);
    });
    const batch = exports['batch'] as (descriptors: number, count: number, results: number) => number;
    words.fill(7, results / 4, 4096);
    const expected = lengths.map((length, n) => interpret(TCP_PORT_80, frame(length, n % 2 ? 81 : 80)));
    expect(batch(descriptors, lengths.length, results)).toBe(expected.filter(Boolean).length);
    expect([...words.subarray(results / 4, results / 4 + lengths.length)]).toEqual(expected);
    // Nothing is written behind the last result, and an empty batch writes nothing.
    expect(words[results / 4 + lengths.length]).toBe(7);
    expect(batch(descriptors, 0, results + 4 * lengths.length)).toBe(0);
    expect(words[results / 4 + lengths.length]).toBe(7);
  });

  it('does not touch a packet at the very end of the memory that is too short for it', () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(buildFilterModule(TCP_PORT_80).toBytes()), {
      skep: { memory },
    });
    const words = new Uint32Array(memory.buffer);
    for (let n = 0; n < 40; n++) {
      const length = n % 30;
      words.set([65536 - length, length, length, 0], 256 + n * 4);
    }
    expect((exports['batch'] as (...args: number[]) => number)(1024, 40, 4096)).toBe(0);
  });

  it('as text is the module, to the byte', () => {
    const random = randomNumbers(21);
    const programs = [TCP_PORT_80, ...Array.from({ length: 60 }, () => randomProgram(random, { ancillary: true }))];
    for (const program of programs) {
      const text = filterWat(program, { dialect: 'linux' });
      const bytes = buildFilterModule(program, { dialect: 'linux' }).toBytes();
      expect(Buffer.compare(assembleText(text), withoutNames(bytes))).toBe(0);
    }
  });

  it('as text can be read', () => {
    const text = filterWat(TCP_PORT_80);
    expect(text).toContain('(export "match" (func $match))');
    expect(text).toContain('(param $packet i32) (param $captured i32) (param $wireLength i32)');
    // The EtherType is compared as it lies in memory.
    expect(text).toMatch(/i32\.load16_u offset=12 align=1\n\s+local\.set \$A\n\s+local\.get \$A\n\s+i32\.const 8\n/);
  });
});

describe('the JavaScript', () => {
  it('can be read, and run by itself', () => {
    const source = filterSource(TCP_PORT_80);
    expect(source).toContain('function filter(bytes, start, captured, wireLength, ancillary) {');
    expect(source).toContain('A = bytes[start + 12] << 8 | bytes[start + 13];');
    expect(source).toContain('A !== 0x800');
    const filter = new Function(`${source}; return filter;`)() as (...args: unknown[]) => number;
    expect(filter(frame(60), 0, 60, 60)).toBe(262144);
    expect(filter(frame(60, 81), 0, 60, 60)).toBe(0);
  });
});

/** Compares A with every value of a list: one after the other. */
function chain(values: readonly number[]): ClassicInstruction[] {
  return [
    instruction(0x20, 26),
    ...values.flatMap(value => [instruction(0x15, value, 0, 1), instruction(6, 262144)]),
    instruction(0x20, 30),
    ...values.flatMap(value => [instruction(0x15, value, 0, 1), instruction(6, 262144)]),
    instruction(6, 0),
  ];
}

/** The same by halving, with `ja` where a conditional jump does not reach. */
function tree(values: readonly number[]): ClassicInstruction[] {
  const search = (low: number, high: number): ClassicInstruction[] => {
    if (high - low <= 2) {
      const tests = values.slice(low, high).flatMap(value => [instruction(0x15, value, 0, 1), instruction(6, 262144)]);
      return [...tests, instruction(6, 0)];
    }
    const middle = (low + high) >> 1;
    const left = search(low, middle);
    const right = search(middle, high);
    const split = values[middle - 1]!;
    const jump =
      left.length < 256
        ? [instruction(0x25, split, left.length, 0)]
        : [instruction(0x25, split, 0, 1), instruction(0x05, left.length)];
    return jump.concat(left, right);
  };
  return [instruction(0x20, 26), ...search(0, values.length)];
}

describe('long programs', () => {
  const values = (count: number): number[] => Array.from({ length: count }, (_, n) => 0x0a010000 + n * 3);
  const sample = (source: number, destination: number): Uint8Array => {
    const bytes = new Uint8Array(60);
    new DataView(bytes.buffer).setUint32(26, source);
    new DataView(bytes.buffer).setUint32(30, destination);
    return bytes;
  };

  it.each([
    ['1,005 instructions in a row', chain(values(250))],
    ['4,005 instructions in a row', chain(values(1000))],
    ['20,005 instructions in a row', chain(values(5000))],
    ['100,005 instructions in a row', chain(values(25_000))],
    ['a search among 1,000 values', tree(values(1000))],
    ['a search among 30,000 values', tree(values(30_000))],
  ])('%s', (_, program) => {
    const engines = (['wasm', 'js', 'auto'] as const)
      // Functions of so many cases take JavaScript engines milliseconds a packet; `auto` leaves them to the others.
      .filter(engine => engine !== 'js' || program.length < 5000)
      .map(engine => compileProgram(program, { engine }));
    const reference = prepare(program);
    const most = program.length / 2;
    for (let n = 0; n < 70; n++) {
      const value = 0x0a010000 + Math.floor((n * most * 3) / 60);
      for (const packet of [sample(value, 0), sample(0, value), sample(0, 0).subarray(0, n)]) {
        const expected = reference.run(packet, packet.length);
        for (const engine of engines) expect(engine.run(packet, packet.length)).toBe(expected);
      }
    }
  });

  it('of random instructions, with loops', () => {
    const random = randomNumbers(22);
    for (let n = 0; n < 6; n++) {
      const program = randomProgram(random, { maxLength: 6000, libpcapOnly: true, loops: n % 2 === 0 });
      const filter = compileProgram(program, { engine: 'wasm', stepBudget: 5000 });
      for (let packet = 0; packet < 60; packet++) {
        const bytes = randomPacket(random);
        expect(filter.run(bytes, bytes.length)).toBe(interpret(program, bytes, bytes.length, { stepBudget: 5000 }));
      }
    }
  });
});
