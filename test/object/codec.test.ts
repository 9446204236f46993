import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Btf, BtfBuilder, codecOf, loadObject, type NewType } from '../../src/object/index.js';
import { ORDERS, objectBytes } from './support/objects.js';

/** A type to build, and the values that it has. */
interface Sample {
  readonly name: string;
  readonly add: (builder: BtfBuilder) => number;
  readonly values: fc.Arbitrary<unknown>;
}

const integers: Sample[] = [1, 2, 4, 8].flatMap(bytes =>
  [false, true].map(signed => {
    const bits = bytes * 8;
    const [min, max] = signed
      ? [-(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1) - 1n]
      : [0n, 2n ** BigInt(bits) - 1n];
    const values = fc.bigInt({ min, max }).map(value => (bytes > 4 ? value : Number(value)));
    return {
      name: `${signed ? 's' : 'u'}${bits}`,
      add: (builder: BtfBuilder) => builder.int('i', bytes, { signed }),
      values,
    };
  }),
);

const scalars: Sample[] = [
  ...integers,
  { name: 'bool', add: builder => builder.int('_Bool', 1, { bool: true }), values: fc.boolean() },
  { name: 'pointer', add: builder => builder.pointer(0), values: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) },
  {
    name: 'double',
    add: builder => builder.add({ kind: 'float', name: 'double', sizeBytes: 8 }),
    values: fc.double({ noNaN: true }),
  },
  {
    name: 'float',
    add: builder => builder.add({ kind: 'float', name: 'float', sizeBytes: 4 }),
    values: fc.float({ noNaN: true }),
  },
  {
    name: 'int128',
    add: builder => builder.int('__int128', 16, { signed: true }),
    values: fc.bigInt({ min: -(2n ** 127n), max: 2n ** 127n - 1n }),
  },
  {
    name: 'enum',
    add: builder =>
      builder.add({
        kind: 'enum',
        name: 'e',
        sizeBytes: 4,
        signed: true,
        values: [
          { name: 'A', value: -1 },
          { name: 'B', value: 7 },
        ],
      }),
    values: fc.oneof(
      fc.constantFrom('A', 'B'),
      fc.integer().filter(value => value !== -1 && value !== 7),
    ),
  },
  {
    name: 'enum64',
    add: builder =>
      builder.add({
        kind: 'enum64',
        name: 'w',
        sizeBytes: 8,
        signed: false,
        values: [{ name: 'W', value: 2n ** 63n }],
      }),
    values: fc.oneof(fc.constant('W'), fc.bigInt({ min: 0n, max: 2n ** 63n - 1n })),
  },
  {
    name: 'text',
    add: builder => builder.array(builder.int('char', 1, { signed: true, char: true }), 16, builder.int('i', 4)),
    values: fc.string({ maxLength: 16, unit: 'binary-ascii' }).map(text => text.replaceAll('\0', '?')),
  },
  {
    name: 'bytes',
    add: builder => builder.array(builder.int('unsigned char', 1), 5, builder.int('i', 4)),
    values: fc.uint8Array({ minLength: 5, maxLength: 5 }),
  },
];

/** An array of u8 is bytes: it has a sample of its own. */
const elements = scalars.filter(({ name }) => name !== 'u8');

/** Arrays and structs of the scalars, bit fields among the members. */
const composite: fc.Arbitrary<Sample> = fc
  .array(fc.tuple(fc.constantFrom(...elements), fc.integer({ min: 0, max: 3 }), fc.integer({ min: 1, max: 31 })), {
    minLength: 1,
    maxLength: 6,
  })
  .map(parts => ({
    name: parts.map(([{ name }, repeat, bits]) => `${name}*${repeat}:${bits}`).join(' '),
    add(builder) {
      let at = 0;
      const members = parts.flatMap(([sample, repeat, bits], index) => {
        const element = sample.add(builder);
        const name = `m${index}`;
        if (repeat === 3) {
          const u32 = builder.int('unsigned int', 4);
          const member = { name, typeId: u32, offsetBits: at, bitfieldBits: bits };
          at += bits;
          return [member];
        }
        at = Math.ceil(at / 128) * 128;
        const typeId = repeat === 0 ? element : builder.array(element, repeat, element);
        const member = { name, typeId, offsetBits: at, bitfieldBits: 0 };
        at += 512;
        return [member];
      });
      return builder.add({ kind: 'struct', name: 's', sizeBytes: Math.ceil(at / 8), members });
    },
    values: fc.record(
      Object.fromEntries(
        parts.map(([{ values }, repeat, bits], index) => {
          if (repeat === 3) return [`m${index}`, fc.integer({ min: 0, max: 2 ** bits - 1 })];
          if (repeat === 0) return [`m${index}`, values];
          return [`m${index}`, fc.array(values, { minLength: repeat, maxLength: repeat })];
        }),
      ),
      { noNullPrototype: true },
    ),
  }));

function build(sample: Sample, byteOrder: 'little' | 'big'): { btf: Btf; id: number } {
  const builder = new BtfBuilder({ byteOrder });
  const id = sample.add(builder);
  return { btf: builder.build(), id };
}

describe.each(['little', 'big'] as const)('values, %s endian', byteOrder => {
  it.each(scalars.map(sample => [sample.name, sample] as const))('%s come back as they went', (_, sample) => {
    const { btf, id } = build(sample, byteOrder);
    const codec = codecOf(btf, id);
    fc.assert(
      fc.property(sample.values, value => {
        expect(codec.decode(codec.encode(value))).toEqual(value);
      }),
      { numRuns: 50 },
    );
  });

  it('of structs come back as they went, at any offset', () => {
    fc.assert(
      fc.property(
        composite.chain(sample => fc.tuple(fc.constant(sample), sample.values, fc.integer({ min: 0, max: 9 }))),
        ([sample, value, offset]) => {
          const { btf, id } = build(sample, byteOrder);
          const codec = codecOf(btf, id);
          const bytes = new Uint8Array(codec.sizeBytes + offset + 3).fill(0xaa);
          codec.encodeInto(value, bytes, offset);
          expect(codec.decode(bytes, offset)).toEqual(value);
          expect(bytes.subarray(0, offset).every(byte => byte === 0xaa)).toBe(true);
          expect(bytes.subarray(offset + codec.sizeBytes)).toEqual(new Uint8Array(3).fill(0xaa));
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe.each(ORDERS)('values of compiled types (%s)', order => {
  const btf = loadObject(objectBytes('types', order)).btf!;
  const codec = (name: string, kind: 'struct' | 'union' | 'typedef' = 'struct') =>
    codecOf(btf, btf.findByName(name, kind)!.id);

  it('of bit fields stand where the compiler puts them', () => {
    const value = { a: 5, b: 17, c: -3, d: 0x1_2345_6789n, e: 1, f: 2, g: true };
    const bits = codec('bits');
    const bytes = bits.encode(value);
    expect(bits.decode(bytes)).toEqual(value);
    // By hand: a and b fill the first byte, from the low end or from the high end.
    expect(bytes[0]).toBe(order === 'le' ? (17 << 3) | 5 : (5 << 5) | 17);
  });

  it('of members of anonymous structs and unions are the own', () => {
    const node = codec('node');
    const bytes = node.encode({
      x: -2,
      y: 0x0102,
      name: 'bee',
      color: 'BLUE',
      wide: 'LARGE',
      on: true,
      number: { whole: 7 },
      ratio: 0.5,
    });
    const value = node.decode(bytes) as Record<string, unknown>;
    expect(value).toMatchObject({ x: -2, y: 0x0102, name: 'bee', color: 'BLUE', wide: 'LARGE', on: true, ratio: 0.5 });
    expect(value['z']).toEqual(order === 'le' ? [2, 1] : [1, 2]);
    expect(value['number']).toMatchObject({
      whole: 7,
      parts: Uint8Array.from(order === 'le' ? [7, 0, 0, 0] : [0, 0, 0, 7]),
    });
    expect(value['tail']).toEqual([]);
    // All of a union at once: the largest reading is written last.
    expect(node.encode(value)).toEqual(bytes);
  });

  it.each<[string, unknown, string]>([
    ['an unknown member', { nothing: 1 }, "'nothing' is no member of node"],
    ['a number that is too large', { bits: { a: 8 } }, "'bits.a' holds 3 bits, which 8 does not fit"],
    ['a fraction', { x: 1.5 }, "'x' wants a whole number, not 1.5"],
    ['a text that is too long', { name: 'seventeen letters' }, "'name' has 16 bytes, and 17 were given"],
    ['an unknown enumerator', { color: 'PINK' }, "'color' has no enumerator 'PINK': it has RED, GREEN, BLUE"],
    ['too many elements', { matrix: [[1, 2, 3, 4]] }, "'matrix[0]' has 3 elements, and 4 were given"],
    ['no object', 7, 'the value wants an object, not 7'],
    ['text for a number', { next: 'here' }, '\'next\' wants a whole number, not "here"'],
  ])('%s is refused with its path', (_, value, message) => {
    expect(() => codec('node').encode(value)).toThrow(expect.objectContaining({ code: 'SKEP4107', message }));
  });

  it('too few bytes are refused', () => {
    for (const [bytes, offset] of [
      [new Uint8Array(3), 0],
      [new Uint8Array(100), 99],
      [new Uint8Array(100), -1],
    ] as const) {
      expect(() => codec('bits').decode(bytes, offset)).toThrow(expect.objectContaining({ code: 'SKEP4107' }));
    }
  });
});

it('a type that claims a huge array makes no huge value', () => {
  const builder = new BtfBuilder();
  const types: NewType[] = [
    { kind: 'array', name: '', elementTypeId: builder.int('short', 2), indexTypeId: 1, length: 0x3fffffff },
  ];
  const ids = types.map(type => builder.add(type));
  expect(() => codecOf(builder.build(), ids[0]!)).toThrow(expect.objectContaining({ code: 'SKEP4107' }));
});
