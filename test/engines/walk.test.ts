// The record walk: engines agree on every byte of every file, whole, cut and damaged, and nothing outside is touched.

import { describe, expect, it } from 'vitest';
import { createRecordWalker, type EngineName, type RecordWalker, type WalkRequest } from '../../src/classic/index.js';
import { assemble, type ClassicProgram } from '../../src/isa/index.js';
import { randomNumbers } from './random-programs.js';

const ENGINES: readonly EngineName[] = ['wasm', 'js', 'interpreter'];
/** Keeps packets whose first byte is odd. */
const ODD = assemble('ldb [0]\njset #1, yes, no\nyes: ret #262144\nno: ret #0');
const ALL = assemble('ret #262144');
const AREA = 4096;

type Request = Omit<WalkRequest, 'start' | 'end'>;

interface Walked {
  readonly status: string;
  readonly position: number;
  readonly records: number;
  readonly matches: number;
  readonly output: string;
}

/** Walks over `input` with all engines, compares them, and says what one of them did. Positions count from the input's beginning. */
function walkAll(programs: readonly ClassicProgram[], input: Uint8Array, request: Request, shift = 0): Walked {
  const walked = ENGINES.map(engine => {
    const walker = createRecordWalker(programs, { engine, inputBytes: AREA, outputBytes: AREA });
    expect(walker.engine).toBe(engine);
    return walkOnce(walker, input, request, shift);
  });
  for (const other of walked) expect(other).toEqual(walked[0]);
  return walked[0]!;
}

function walkOnce(walker: RecordWalker, input: Uint8Array, request: Request, shift: number): Walked {
  // What lies around the input would match, if anything looked at it.
  walker.bytes.fill(0xff, walker.inputStart);
  const start = walker.inputStart + shift;
  walker.bytes.set(input, start);
  const before = walker.bytes.slice();
  const outputStart = request.outputStart === undefined ? walker.outputStart : walker.outputStart + request.outputStart;
  const outputEnd =
    request.outputEnd === undefined ? walker.outputStart + walker.outputBytes : walker.outputStart + request.outputEnd;
  const result = { ...walker.walk({ ...request, outputStart, outputEnd, start, end: start + input.length }) };
  expect(result.outputStart).toBe(outputStart);
  expect(result.outputEnd).toBeLessThanOrEqual(outputEnd);
  // Only the output has changed. (The first 8 KiB are the walker's own.)
  const untouched = walker.bytes.slice();
  untouched.set(before.subarray(result.outputStart, result.outputEnd), result.outputStart);
  expect(Buffer.compare(untouched.subarray(walker.inputStart), before.subarray(walker.inputStart))).toBe(0);
  const output = walker.bytes.slice(result.outputStart, result.outputEnd);
  if (request.output === 'list') {
    const view = new DataView(output.buffer);
    for (let at = 0; at < output.length; at += 8) view.setUint32(at, view.getUint32(at, true) - start, true);
  }
  return {
    status: result.status,
    position: result.position - start,
    records: result.records,
    matches: result.matches,
    output: Buffer.from(output).toString('hex'),
  };
}

const word = (value: number, bigEndian: boolean): number[] => {
  const bytes = [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24];
  return bigEndian ? bytes.reverse() : bytes;
};

function record(
  data: readonly number[],
  { bigEndian = false, headerBytes = 16, captured = data.length } = {},
): number[] {
  const header = [1700000000, 5, captured, data.length + 100].flatMap(value => word(value, bigEndian));
  return [...header, ...new Array(headerBytes - 16).fill(0xab), ...data];
}

interface Sizes {
  readonly bigEndian?: boolean;
  readonly total?: number | undefined;
  readonly trailer?: number | undefined;
}

function block(type: number, body: readonly number[], { bigEndian = false, ...sizes }: Sizes = {}): number[] {
  const total = sizes.total ?? body.length + 12;
  const trailer = sizes.trailer ?? total;
  return [...word(type, bigEndian), ...word(total, bigEndian), ...body, ...word(trailer, bigEndian)];
}

function packetBlock(
  data: readonly number[],
  {
    type = 6,
    id = 0,
    bigEndian = false,
    captured = data.length,
    options = [] as number[],
    total = undefined as number | undefined,
    trailer = undefined as number | undefined,
  } = {},
): number[] {
  const padding = new Array((4 - (data.length % 4)) % 4).fill(0);
  const first = type === 2 ? (bigEndian ? [id >> 8, id & 255, 0, 9] : [id & 255, id >> 8, 9, 0]) : word(id, bigEndian);
  const fields =
    type === 3
      ? word(data.length, bigEndian)
      : [...first, ...[1, 2, captured, data.length + 7].flatMap(value => word(value, bigEndian))];
  return block(type, [...fields, ...data, ...padding, ...options], { bigEndian, total, trailer });
}

const bytesOf = (...parts: readonly (readonly number[])[]): Uint8Array => Uint8Array.from(parts.flat());
const hex = (...parts: readonly (readonly number[])[]): string => Buffer.from(bytesOf(...parts)).toString('hex');
const rows = (...pairs: readonly (readonly [number, number])[]): string =>
  hex(...pairs.flat().map(value => word(value, false)));
const PCAP = { format: 'pcap', limitBytes: 100 } as const;

describe('pcap records', () => {
  for (const bigEndian of [false, true]) {
    for (const headerBytes of [16, 24] as const) {
      const make = (data: readonly number[]): number[] => record(data, { bigEndian, headerBytes });
      const records = [make([1, 2, 3]), make([2]), make([3]), make([5, 5]), make([]), make([4]), make([7])];
      const request = { ...PCAP, bigEndian, headerBytes };
      const odd = [0, 2, 3, 6].map(n => records[n]!);

      it(`are copied as they are: ${bigEndian ? 'big' : 'little'} endian, headers of ${headerBytes} bytes`, () => {
        const walked = walkAll([ODD], bytesOf(...records), { ...request, output: 'copy' });
        expect(walked).toEqual({
          status: 'more',
          position: records.flat().length,
          records: 7,
          matches: 4,
          output: hex(...odd),
        });
      });
      it(`are listed and counted: ${bigEndian ? 'big' : 'little'} endian, headers of ${headerBytes} bytes`, () => {
        const offset = (n: number): number => records.slice(0, n).flat().length;
        const walked = walkAll([ODD], bytesOf(...records), { ...request, output: 'list' }, 8);
        expect(walked.output).toBe(rows(...[0, 2, 3, 6].map(n => [offset(n), records[n]!.length] as const)));
        expect(walkAll([ODD], bytesOf(...records), { ...request, output: 'count' })).toMatchObject({
          matches: 4,
          output: '',
        });
      });
    }
  }

  it('give the filter the length on the wire', () => {
    const long = assemble('ld #len\njgt #104, yes, no\nyes: ret #1\nno: ret #0');
    const walked = walkAll([long], bytesOf(record([1, 2, 3, 4]), record([1, 2, 3, 4, 5])), { ...PCAP, output: 'list' });
    expect(walked.output).toBe(rows([20, 21]));
  });

  it('that are not whole wait for more, wherever they are cut', () => {
    const input = bytesOf(record([1, 1]), record([3, 3, 3]));
    for (let length = 0; length <= input.length; length++) {
      const walked = walkAll([ODD], input.subarray(0, length), { ...PCAP, output: 'copy' });
      const done = length === input.length ? 2 : length >= 18 ? 1 : 0;
      expect(walked).toMatchObject({ status: 'more', records: done, matches: done, position: [0, 18, 37][done] });
    }
  });

  it('that claim more than the limit stop the walk in front of them, also when they are not whole', () => {
    for (const captured of [101, 0x7fffffff, 0x80000000, 0xffffffff]) {
      const input = bytesOf(record([1]), record([1], { captured }));
      expect(walkAll([ODD], input, { ...PCAP, output: 'copy' })).toMatchObject({
        status: 'oversize',
        position: 17,
        records: 1,
      });
    }
    const most = bytesOf(record(new Array(100).fill(1)));
    expect(walkAll([ODD], most, { ...PCAP, output: 'copy' })).toMatchObject({ status: 'more', records: 1 });
  });

  it('with a limit no file has, still stay inside', () => {
    for (const captured of [0x7ffffff0, 0xfffffff0, 0xffffffff]) {
      const walked = walkAll([ODD], bytesOf(record([1], { captured })), {
        ...PCAP,
        limitBytes: 0xffffffff,
        output: 'copy',
      });
      expect(['more', 'oversize']).toContain(walked.status);
      expect(walked.records).toBe(0);
    }
  });

  it('stop after so many matches', () => {
    const input = bytesOf(record([1]), record([2]), record([3]), record([5]));
    for (const output of ['copy', 'list', 'count'] as const) {
      expect(walkAll([ODD], input, { ...PCAP, output, maxMatches: 2 })).toMatchObject({
        status: 'limit',
        position: 51,
        records: 3,
        matches: 2,
      });
      expect(walkAll([ODD], input, { ...PCAP, output, maxMatches: 0 })).toMatchObject({
        status: 'limit',
        position: 0,
        records: 0,
      });
      expect(walkAll([ODD], input, { ...PCAP, output, maxMatches: 3 })).toMatchObject({
        status: 'limit',
        position: 68,
        records: 4,
      });
      expect(walkAll([ODD], input, { ...PCAP, output, maxMatches: 4 })).toMatchObject({
        status: 'more',
        records: 4,
        matches: 3,
      });
    }
  });

  it('stop when the output is full, and go on where they stopped', () => {
    const input = bytesOf(record([1]), record([3]), record([2]), record([5]), record([7]));
    for (let room = 0; room < 40; room++) {
      const walked = walkAll([ODD], input, { ...PCAP, output: 'copy', outputStart: 64, outputEnd: 64 + room });
      const fits = Math.floor(room / 17);
      expect(walked).toMatchObject({ status: 'full', matches: fits, position: [0, 17, 51][fits] });
      expect(walked.output).toBe(hex(...[record([1]), record([3])].slice(0, fits)));
    }
    expect(walkAll([ODD], input, { ...PCAP, output: 'list', outputEnd: 17 })).toMatchObject({
      status: 'full',
      matches: 2,
      position: 51,
      records: 3,
    });
  });
});

describe('pcapng blocks', () => {
  const PCAPNG = { format: 'pcapng', limitBytes: 100, interfaces: [{ filter: 0, snapBytes: 0 }] } as const;

  for (const bigEndian of [false, true]) {
    it(`that hold packets are filtered, ${bigEndian ? 'big' : 'little'} endian`, () => {
      const blocks = [6, 3, 2].flatMap(type =>
        [[1, 2, 3], [2], [3, 4, 5, 6, 7]].map(data => packetBlock(data, { type, bigEndian })),
      );
      const kept = blocks.filter((_, n) => n % 3 !== 1);
      const walked = walkAll([ODD], bytesOf(...blocks), { ...PCAPNG, bigEndian, output: 'copy' });
      expect(walked).toEqual({
        status: 'more',
        position: blocks.flat().length,
        records: 9,
        matches: 6,
        output: hex(...kept),
      });
    });

    it(`go to the filter of their interface, ${bigEndian ? 'big' : 'little'} endian`, () => {
      const even = assemble('ldb [0]\njset #1, no, yes\nyes: ret #1\nno: ret #0');
      const programs = [ODD, even, ALL];
      const interfaces = [1, 2, 0, -1].map(filter => ({ filter, snapBytes: 0 }));
      const blocks = [0, 1, 2].flatMap(id =>
        [1, 2].map(first => packetBlock([first], { id, bigEndian, type: id === 1 ? 2 : 6 })),
      );
      const request = { ...PCAPNG, interfaces, bigEndian, output: 'copy' } as const;
      expect(walkAll(programs, bytesOf(...blocks), request)).toMatchObject({
        status: 'more',
        records: 6,
        output: hex(...[1, 2, 3, 4].map(n => blocks[n]!)),
      });
      for (const id of [3, 4, 0x10000, 0xffffffff]) {
        const input = bytesOf(...blocks, packetBlock([1], { id, bigEndian }));
        expect(walkAll(programs, input, request)).toMatchObject({
          status: 'interface',
          records: 6,
          position: blocks.flat().length,
        });
      }
    });
  }

  it('may have options', () => {
    const options = [1, 0, 4, 0, 65, 66, 67, 68, 0, 0, 0, 0];
    const input = bytesOf(packetBlock([1], { options }), packetBlock([2], { options }), packetBlock([3]));
    expect(walkAll([ODD], input, { ...PCAPNG, output: 'list' }).output).toBe(rows([0, 48], [96, 36]));
  });

  it('of the simple kind are cut to the snap length', () => {
    const short = assemble('ldb [3]\nret #1');
    const input = bytesOf(packetBlock([1, 2, 3, 4, 5], { type: 3 }));
    for (const snapBytes of [3, 4, 5, 9]) {
      const walked = walkAll([short], input, { ...PCAPNG, interfaces: [{ filter: 0, snapBytes }], output: 'count' });
      expect(walked).toMatchObject({ status: 'more', records: 1, matches: snapBytes > 3 ? 1 : 0 });
    }
  });

  it('of any other kind stop the walk', () => {
    for (const type of [1, 4, 5, 0x0a0d0d0a, 0xbad, 0x80000006, 0x06000000]) {
      const input = bytesOf(packetBlock([1]), block(type, [0, 0, 0, 0]));
      expect(walkAll([ODD], input, { ...PCAPNG, output: 'copy' })).toMatchObject({
        status: 'block',
        position: 36,
        records: 1,
      });
    }
  });

  it('whose lengths cannot be are corrupt', () => {
    const good = packetBlock([1, 1, 1, 1]);
    const damaged: Record<string, number[]> = {
      'a length of 0': packetBlock([1, 1, 1, 1], { total: 0 }),
      'a length that is not a multiple of 4': packetBlock([1, 1, 1, 1], { total: 33 }),
      'a length that holds no packet': packetBlock([1, 1, 1, 1], { total: 28 }),
      'a different length at the end': packetBlock([1, 1, 1, 1], { trailer: 32 }),
      'more packet than block': packetBlock([1, 1, 1, 1], { captured: 5 }),
      'a simple block without room': packetBlock([1, 1, 1, 1], { type: 3, total: 12 }),
    };
    for (const [name, bad] of Object.entries(damaged)) {
      const walked = walkAll([ODD], bytesOf(good, bad), { ...PCAPNG, output: 'copy' });
      expect({ name, ...walked }).toMatchObject({ name, status: 'corrupt', position: 36, records: 1 });
    }
    const oversize = bytesOf(packetBlock(new Array(101).fill(1)));
    expect(walkAll([ODD], oversize, { ...PCAPNG, output: 'copy' })).toMatchObject({ status: 'oversize', records: 0 });
  });

  it('that are not whole wait for more, wherever they are cut', () => {
    const input = bytesOf(packetBlock([1, 1]), packetBlock([3, 3, 3], { type: 3 }));
    for (let length = 0; length <= input.length; length++) {
      const done = length === input.length ? 2 : length >= 36 ? 1 : 0;
      const walked = walkAll([ODD], input.subarray(0, length), { ...PCAPNG, output: 'copy' });
      expect(walked).toMatchObject({ status: 'more', records: done, matches: done });
    }
  });
});

describe('noise', () => {
  it('is walked the same way by all engines, and never outside', () => {
    const random = randomNumbers(5);
    const walkers = ENGINES.map(engine =>
      createRecordWalker([ODD, ALL], { engine, inputBytes: 512, outputBytes: 256 }),
    );
    for (let n = 0; n < 600; n++) {
      const bigEndian = random(2) === 1;
      const format = random(2) === 1 ? 'pcapng' : 'pcap';
      const parts = Array.from({ length: random(9) }, () => {
        const data = Array.from({ length: random(20) }, () => random(256));
        return format === 'pcap'
          ? record(data, { bigEndian })
          : packetBlock(data, { bigEndian, type: [6, 6, 3, 2, 5][random(5)]!, id: random(4) });
      });
      const input = bytesOf(...parts).subarray(0, 500);
      for (let damage = random(4); damage > 0 && input.length > 0; damage--) {
        input[random(input.length)] = random(3) === 0 ? random(256) : random(2) * 255;
      }
      const request: Request = {
        format,
        bigEndian,
        limitBytes: random(2) === 0 ? 16 : 2 ** 32 - 1,
        output: (['copy', 'list', 'count'] as const)[random(3)]!,
        maxMatches: random(3) === 0 ? random(4) : 1000,
        interfaces: [0, 1, -1].map(filter => ({ filter, snapBytes: random(2) * 7 })),
        outputEnd: random(2) === 0 ? 256 : random(100),
      };
      const [first, ...others] = walkers.map(walker => walkOnce(walker, input, request, random(1)));
      for (const other of others) expect(other).toEqual(first);
    }
  });
});

describe('a walker', () => {
  it('takes other filters without losing what is in its memory', () => {
    for (const engine of ENGINES) {
      const walker = createRecordWalker([ODD], { engine, inputBytes: AREA, outputBytes: AREA });
      const input = bytesOf(record([1]), record([2]));
      walker.bytes.set(input, walker.inputStart);
      const request = {
        ...PCAP,
        start: walker.inputStart,
        end: walker.inputStart + input.length,
        output: 'count',
      } as const;
      expect(walker.walk(request).matches).toBe(1);
      walker.setFilters([ALL]);
      expect(walker.walk(request).matches).toBe(2);
    }
  });

  it('refuses areas that are not its own, and programs that cannot run', () => {
    const walker = createRecordWalker([ODD], { inputBytes: AREA, outputBytes: AREA });
    const request = { ...PCAP, output: 'copy', start: walker.inputStart, end: walker.inputStart } as const;
    for (const bad of [
      { start: 0 },
      { end: walker.bytes.length + 1 },
      { end: walker.inputStart - 1 },
      { outputStart: 5 },
      { outputEnd: 2 ** 32 },
    ]) {
      expect(() => walker.walk({ ...request, ...bad })).toThrow(RangeError);
    }
    expect(() => createRecordWalker([ODD], { inputBytes: 2 ** 31, outputBytes: 0 })).toThrow(RangeError);
    expect(() => createRecordWalker([[]], { inputBytes: AREA, outputBytes: 0 })).toThrow('no instructions');
  });

  it('works where WebAssembly, or all code generation, is forbidden', () => {
    const { WebAssembly: kept, Function: made } = globalThis;
    class Forbidden {
      constructor() {
        throw new EvalError('forbidden by the content security policy');
      }
    }
    const input = bytesOf(record([1]), record([2]), record([3]));
    const walked = (): [EngineName, number] => {
      const walker = createRecordWalker([ODD], { inputBytes: AREA, outputBytes: AREA });
      walker.bytes.set(input, walker.inputStart);
      const area = { start: walker.inputStart, end: walker.inputStart + input.length };
      const { matches } = walker.walk({ ...PCAP, ...area, output: 'count' });
      return [walker.engine, matches];
    };
    try {
      expect(walked()).toEqual(['wasm', 2]);
      // Memory may be made, modules not.
      Object.assign(globalThis, { WebAssembly: { Memory: kept.Memory, Module: Forbidden } });
      expect(walked()).toEqual(['js', 2]);
      Object.assign(globalThis, { WebAssembly: undefined });
      expect(walked()).toEqual(['js', 2]);
      Object.assign(globalThis, { Function: Forbidden });
      expect(walked()).toEqual(['interpreter', 2]);
    } finally {
      Object.assign(globalThis, { WebAssembly: kept, Function: made });
    }
  });
});
