// Expressions over the packet: whatever they are simplified to computes the same; bounds and facts hold.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Facts } from '../../src/filter/optimize/facts.js';
import { Interner, ListInterner } from '../../src/filter/optimize/interner.js';
import { PathFacts } from '../../src/filter/optimize/path-facts.js';
import { EQUAL, GREATER, predicate } from '../../src/filter/optimize/predicate.js';
import { between, contains, union, without } from '../../src/filter/optimize/ranges.js';
import { SymbolicMachine } from '../../src/filter/optimize/symbolic.js';
import {
  BINARY,
  CONSTANT,
  FAILURE,
  fold,
  INDEXED,
  LENGTH,
  NEGATE,
  PACKET,
  type Value,
  Values,
  valueText,
} from '../../src/filter/optimize/values.js';
import { BPF_B, BPF_H } from '../../src/isa/index.js';
import { readValue } from './graph-reader.js';

const FAILED = Symbol('failed');

/** The value over a packet; FAILED where the machine would reject it. */
function evaluate(values: Values, value: Value, packet: Uint8Array): number | typeof FAILED {
  const left = (): number | typeof FAILED => evaluate(values, values.left[value]!, packet);
  const load = (offset: number): number | typeof FAILED => {
    const size = values.operation[value] === BPF_B ? 1 : values.operation[value] === BPF_H ? 2 : 4;
    if (offset + size > packet.length) return FAILED;
    let loaded = 0;
    for (let i = 0; i < size; i++) loaded = loaded * 256 + packet[offset + i]!;
    return loaded;
  };
  switch (values.kind[value]) {
    case CONSTANT:
      return values.k[value]!;
    case LENGTH:
      return packet.length;
    case PACKET:
      return load(values.k[value]!);
    case INDEXED: {
      const index = left();
      return index === FAILED ? FAILED : load(index + values.k[value]!);
    }
    case NEGATE: {
      const operand = left();
      return operand === FAILED ? FAILED : -operand >>> 0;
    }
    case BINARY: {
      const a = left();
      const b = evaluate(values, values.right[value]!, packet);
      return a === FAILED || b === FAILED ? FAILED : (fold(values.operation[value]!, a, b) ?? FAILED);
    }
    case FAILURE:
      return FAILED;
    default:
      throw new Error('no such value');
  }
}

const OPERATIONS = [0x00, 0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0x90, 0xa0];
const constant = fc.oneof(
  fc.constantFrom(0, 1, 2, 4, 8, 15, 0xff, 0xfff0, 0xffff0000, 0xffffffff, 31, 32),
  fc.integer({ min: 0, max: 0xffffffff }),
);
/** Statements that compute something: loads of the packet, arithmetic with constants and X, moves between A, X and M[]. */
const statement = fc.oneof(
  fc.tuple(fc.constantFrom(0x20, 0x28, 0x30, 0x30), fc.nat(24)),
  fc.tuple(fc.constantFrom(0x40, 0x48, 0x50), fc.nat(12)),
  fc.tuple(fc.constant(0xb1), fc.nat(24)),
  fc.tuple(
    fc.constantFrom(...OPERATIONS).map(operation => 0x04 | operation),
    constant,
  ),
  fc.tuple(
    fc.constantFrom(...OPERATIONS).map(operation => 0x0c | operation),
    fc.constant(0),
  ),
  fc.tuple(fc.constantFrom(0x00, 0x01), constant),
  fc.tuple(fc.constantFrom(0x80, 0x81, 0x84, 0x07, 0x87), fc.constant(0)),
  fc.tuple(fc.constantFrom(0x02, 0x03, 0x60, 0x61), fc.nat(2)),
);

/** What the machine has in A after the statements. */
function run(statements: readonly (readonly [number, number])[], packet: Uint8Array): number | typeof FAILED {
  const memory = [0, 0, 0];
  let a = 0;
  let x = 0;
  for (const [code, k] of statements) {
    const size = [4, 2, 1][(code >> 3) & 3]!;
    const load = (offset: number): number | undefined => {
      if (offset + size > packet.length) return undefined;
      let value = 0;
      for (let i = 0; i < size; i++) value = value * 256 + packet[offset + i]!;
      return value;
    };
    let loaded: number | undefined = 0;
    if (code === 0x00) a = k;
    else if (code === 0x01) x = k;
    else if (code === 0x80) a = packet.length;
    else if (code === 0x81) x = packet.length;
    else if (code === 0x84) a = -a >>> 0;
    else if (code === 0x07) x = a;
    else if (code === 0x87) a = x;
    else if (code === 0x02) memory[k] = a;
    else if (code === 0x03) memory[k] = x;
    else if (code === 0x60) a = memory[k]!;
    else if (code === 0x61) x = memory[k]!;
    else if (code === 0xb1) {
      if (k >= packet.length) return FAILED;
      x = (packet[k]! & 15) * 4;
    } else if ((code & 7) === 0) {
      loaded = load((code & 0xe0) === 0x40 ? x + k : k);
      if (loaded === undefined) return FAILED;
      a = loaded;
    } else {
      const result = fold(code & 0xf0, a, code & 8 ? x : k);
      if (result === undefined) return FAILED;
      a = result;
    }
  }
  return a;
}

const program = fc.array(statement, { maxLength: 14 });
const packet = fc.uint8Array({ minLength: 40, maxLength: 60 });

function symbolic(values: Values, statements: readonly (readonly [number, number])[]): Value {
  const machine = new SymbolicMachine(values);
  for (const start of [0x00, 0x01]) machine.step(start, 0);
  for (const register of [0, 1, 2]) machine.step(0x02, register);
  for (const [code, k] of statements) machine.step(code, k);
  return machine.accumulator;
}

describe('values', () => {
  it('compute what the statements do', () => {
    fc.assert(
      fc.property(program, packet, (statements, bytes) => {
        const values = new Values();
        const result = run(statements, bytes);
        const value = symbolic(values, statements);
        // What is not used is not loaded: only that much may differ.
        if (result !== FAILED) expect(evaluate(values, value, bytes)).toBe(result);
      }),
      { numRuns: 3_000, seed: 1 },
    );
  });

  it('lie within their bounds', () => {
    fc.assert(
      fc.property(program, packet, (statements, bytes) => {
        const values = new Values();
        symbolic(values, statements);
        for (let value = 0; value < values.size; value++) {
          const found = evaluate(values, value, bytes);
          if (found === FAILED) continue;
          expect(found).toBeGreaterThanOrEqual(values.low[value]!);
          expect(found).toBeLessThanOrEqual(values.high[value]!);
        }
      }),
      { numRuns: 1_500, seed: 2 },
    );
  });

  it('are asked the same question in its simplest form', () => {
    const holds = (jump: number, a: number, b: number): boolean =>
      jump === 0x10 ? a === b : jump === 0x20 ? a > b : jump === 0x30 ? a >= b : (a & b) !== 0;
    fc.assert(
      fc.property(
        program,
        program,
        constant,
        fc.constantFrom(0x10, 0x20, 0x30, 0x40),
        packet,
        (one, other, k, jump, bytes) => {
          for (const withX of [false, true]) {
            const values = new Values();
            const a = symbolic(values, one);
            const b = withX ? symbolic(values, other) : -1;
            const left = evaluate(values, a, bytes);
            const right = withX ? evaluate(values, b, bytes) : k;
            if (left === FAILED || right === FAILED) continue;
            const asked = predicate(values, jump, a, b, k);
            if (asked.kind === 'failure') throw new Error('nothing fails here');
            if (asked.kind === 'constant') {
              expect(asked.value).toBe(holds(jump, left, right));
              continue;
            }
            const simpleLeft = evaluate(values, asked.a, bytes) as number;
            const simpleRight = asked.b === -1 ? asked.k : (evaluate(values, asked.b, bytes) as number);
            const answer = asked.relation === EQUAL ? simpleLeft === simpleRight : simpleLeft > simpleRight;
            expect(answer === asked.positive).toBe(holds(jump, left, right));
          }
        },
      ),
      { numRuns: 3_000, seed: 3 },
    );
  });

  it.each([
    ['((u8[14] & 0xf) << 2)', '4*(u8[14]&0xf)'],
    ['((u8[14] & 0xf) * 4)', '4*(u8[14]&0xf)'],
    ['(u8[0] & 0xff)', 'u8[0]'],
    ['((u16[0] & 0xff0) & 0xfc)', '(u16[0] & 0xf0)'],
    ['((len + 4) - 4)', 'len'],
    ['((u8[0] + 5) + (u8[1] + 7))', '((u8[0] + u8[1]) + 0xc)'],
    ['u8[(u8[0] + 6) + 8]', 'u8[u8[0] + 14]'],
    ['u8[5 + 9]', 'u8[14]'],
    ['(u32[0] / 16)', '(u32[0] >> 4)'],
    ['(u32[0] % 16)', '(u32[0] & 0xf)'],
    ['(u8[0] / 0)', 'failure'],
    ['(u8[0] >> 8)', '0'],
    ['(u8[3] ^ u8[3])', '0'],
    ['(u8[3] - u8[3])', '0'],
    ['(2 + 3)', '5'],
  ])('%s is %s', (before, after) => {
    const values = new Values();
    expect(valueText(values, readValue(values, before))).toBe(after);
  });
});

describe('sets of ranges', () => {
  const members = fc.uniqueArray(fc.nat(60), { maxLength: 20 });
  const rangesOf = (list: readonly number[]): readonly number[] =>
    list.reduce<readonly number[]>((ranges, one) => union(ranges, [one, one]), []);
  const listOf = (ranges: readonly number[]): number[] =>
    Array.from({ length: 70 }, (_, n) => n).filter(n => contains(ranges, n));

  it('hold what sets hold', () => {
    fc.assert(
      fc.property(members, members, fc.nat(60), fc.nat(60), (one, other, low, high) => {
        const sorted = [...new Set(one)].sort((a, b) => a - b);
        expect(listOf(rangesOf(one))).toEqual(sorted);
        expect(listOf(union(rangesOf(one), rangesOf(other)))).toEqual(
          [...new Set([...one, ...other])].sort((a, b) => a - b),
        );
        expect(listOf(without(rangesOf(one), low))).toEqual(sorted.filter(n => n !== low));
        expect(listOf(between(rangesOf(one), low, high))).toEqual(sorted.filter(n => n >= low && n <= high));
      }),
      { seed: 4 },
    );
  });
});

describe('facts', () => {
  /** Questions about a few bytes, with the answers that a packet gives. */
  const question = fc.record({
    relation: fc.constantFrom(EQUAL, GREATER),
    a: fc.constantFrom('u8[0]', 'u8[1]', '(u8[0] & 0xf0)', 'u16[0]', '(u32[0] & 0xffff0000)', 'u32[0]', '(u8[1] >> 4)'),
    b: fc.option(fc.constantFrom('u8[1]', 'u8[2]'), { nil: undefined }),
    k: fc.oneof(fc.nat(255), fc.constantFrom(0x1000, 0x12340000, 0xffff)),
  });

  it('never contradict the packet they were learnt from', () => {
    fc.assert(
      fc.property(
        fc.array(question, { maxLength: 12 }),
        question,
        fc.uint8Array({ minLength: 4, maxLength: 4 }),
        (learnt, asked, bytes) => {
          const values = new Values();
          const ask = ({ relation, a, b, k }: typeof asked) => {
            const left = readValue(values, a);
            const right = b === undefined ? -1 : readValue(values, b);
            const x = evaluate(values, left, bytes) as number;
            const y = right === -1 ? k : (evaluate(values, right, bytes) as number);
            const ordered = relation === EQUAL && right !== -1 && left > right;
            return {
              relation,
              a: ordered ? right : left,
              b: ordered ? left : right,
              k: right === -1 ? k : 0,
              answer: relation === EQUAL ? x === y : x > y,
            };
          };
          const facts = learnt.map(ask);
          const final = ask(asked);
          for (const derive of [false, true]) {
            const stacked = new Facts(values, derive);
            let path = new PathFacts(values, derive);
            for (const { relation, a, b, k, answer } of facts) {
              stacked.learn(relation, a, b, k, answer);
              path = path.learn(relation, a, b, k, answer);
            }
            for (const knowledge of [
              stacked,
              path,
              path.meet(new PathFacts(values, derive)),
              path.meet(path.learn(final.relation, final.a, final.b, final.k, !final.answer)),
            ]) {
              const decided = knowledge.decide(final.relation, final.a, final.b, final.k);
              if (decided !== undefined) expect(decided).toBe(final.answer);
            }
            stacked.undo(0);
            const fresh = new Facts(values, derive);
            expect(stacked.decide(final.relation, final.a, final.b, final.k)).toBe(
              fresh.decide(final.relation, final.a, final.b, final.k),
            );
          }
        },
      ),
      { numRuns: 3_000, seed: 5 },
    );
  });
});

describe('numbering', () => {
  it('gives equal tuples equal numbers, in any amount', () => {
    const interner = new Interner();
    const tuple = (n: number): [number, number, number, number, number, number] => [
      n,
      n % 7,
      -n,
      n * 65_537,
      n >> 3,
      5,
    ];
    for (let n = 0; n < 5_000; n++) {
      expect(interner.intern(...tuple(n))).toBe(n);
      if (n % 3 === 0) for (const other of [0, n >> 1, n]) expect(interner.intern(...tuple(other))).toBe(other);
    }
    expect(interner.size).toBe(5_000);
  });

  it('tells lists apart', () => {
    const lists = new ListInterner();
    const numbers = [[], [1], [1, 2], [2, 1], [1, 2, 3], [0], [0, 0]].map(list => lists.intern(list));
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(lists.intern([2, 1])).toBe(numbers[3]);
  });
});
