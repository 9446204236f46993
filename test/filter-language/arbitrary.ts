// Syntax trees that the parser can make, at random.

import fc from 'fast-check';
import type { Arithmetic, Expression, Id, Primitive, ProtocolName, Qualifiers } from '../../src/filter/ast.js';
import { KEYWORDS } from '../../src/filter/keywords.js';

const span = { start: 0, end: 0 };
const words = (kind: string): string[] => [
  ...new Set([...KEYWORDS.values()].filter(keyword => keyword.kind === kind).map(keyword => keyword.word)),
];
const protocols = words('protocol') as ProtocolName[];
const protocol = fc.constantFrom(...protocols);
const number = fc.oneof(fc.nat(255), fc.integer({ min: 0, max: 0xffffffff }));
const directions = ['src', 'dst', 'src or dst', 'src and dst', 'addr1', 'addr2', 'addr3', 'addr4', 'ra', 'ta'] as const;

/** Names, keywords and number-like words among them: they are printed with a backslash. */
const name = fc.oneof(
  fc.stringMatching(/^[a-z][a-z0-9_.-]{0,8}[a-z0-9.]$/),
  fc.constantFrom(...KEYWORDS.keys(), '80', '10.0.0.1', 'tcp-syn', '1:2:3:4:5:6', 'a&b', '::1', 'x-', '_y'),
);

/** Each kind of id with the qualifiers that it goes with. */
const idPrimitive: fc.Arbitrary<Primitive> = fc
  .oneof(
    pair(
      name.filter(text => !/^\d+-\d+$/.test(text)).map((text): Id => ({ type: 'name', text })),
      { types: [undefined, 'host', 'net', 'port'] },
    ),
    pair(
      name.map((text): Id => ({ type: 'name', text })),
      { types: ['proto', 'protochain', 'gateway'], directions: false },
    ),
    pair(
      fc.tuple(fc.nat(65535), fc.nat(65535)).map(([a, b]): Id => ({ type: 'name', text: `${a}-${b}` })),
      { types: ['portrange'] },
    ),
    pair(
      fc.nat(65535).map((value): Id => ({ type: 'number', value })),
      { types: [undefined, 'host', 'net', 'port', 'portrange'], link: false },
    ),
    pair(
      number.map((value): Id => ({ type: 'number', value })),
      { types: ['proto', 'protochain'], directions: false },
    ),
    pair(
      fc.array(fc.nat(255), { minLength: 2, maxLength: 4 }).map((octets): Id => ({ type: 'ipv4', octets })),
      { types: [undefined, 'host', 'net'], link: false },
    ),
    pair(
      fc.nat(255).map((first): Id => ({ type: 'ipv4', octets: [first, 0], prefixLength: 8 })),
      { types: ['net'], link: false },
    ),
    pair(
      fc.nat(255).map((first): Id => ({ type: 'ipv4', octets: [first, 0, 0, 0], mask: [255, 255] })),
      { types: ['net'], link: false },
    ),
    pair(
      fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes): Id => ({ type: 'ipv6', bytes })),
      { types: [undefined, 'host', 'net'], link: false },
    ),
    pair(
      fc
        .tuple(fc.uint8Array({ minLength: 8, maxLength: 8 }), fc.integer({ min: 64, max: 128 }))
        .map(([high, prefixLength]): Id => {
          const bytes = new Uint8Array(16);
          bytes.set(high);
          return { type: 'ipv6', bytes, prefixLength };
        }),
      { types: ['net'], link: false },
    ),
    pair(
      fc.uint8Array({ minLength: 6, maxLength: 6 }).map((bytes): Id => ({ type: 'mac', bytes })),
      { types: [undefined, 'host'], onlyLink: true },
    ),
    pair(
      fc.nat(255).map((value): Id => ({ type: 'arcnet', value })),
      { types: [undefined, 'host'], onlyLink: true },
    ),
  )
  .map(([id, qualifiers]): Primitive => ({ kind: 'id', qualifiers, id, idSpan: span, span }));

interface Fits {
  readonly types: readonly Qualifiers['type'][];
  readonly directions?: boolean;
  /** `link` fits. */
  readonly link?: boolean;
  readonly onlyLink?: boolean;
}

function pair(id: fc.Arbitrary<Id>, fits: Fits): fc.Arbitrary<[Id, Qualifiers]> {
  const allowed = protocols.filter(word => word !== 'decnet' && (fits.link !== false || word !== 'link'));
  return fc
    .tuple(
      id,
      fits.onlyLink ? fc.constant<ProtocolName>('link') : fc.option(fc.constantFrom(...allowed), { nil: undefined }),
      fits.directions === false
        ? fc.constant(undefined)
        : fc.option(fc.constantFrom(...directions), { nil: undefined }),
      fc.constantFrom(...fits.types),
    )
    .map(([made, of, direction, type]) => {
      // An id needs a direction or a type before it.
      const given = direction === undefined && type === undefined ? 'src' : direction;
      return [
        made,
        { ...(of ? { protocol: of } : {}), ...(given ? { direction: given } : {}), ...(type ? { type } : {}) },
      ] as [Id, Qualifiers];
    });
}

const { arithmetic } = fc.letrec<{ arithmetic: Arithmetic }>(tie => ({
  arithmetic: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'arithmetic' },
    number.map((value): Arithmetic => ({ kind: 'number', value, span })),
    fc.constant<Arithmetic>({ kind: 'length', span }),
    fc
      .tuple(protocol, tie('arithmetic'), fc.constantFrom(1, 2, 4))
      .map(([of, offset, size]): Arithmetic => ({ kind: 'load', protocol: of, offset, size, span })),
    fc
      .tuple(fc.constantFrom('+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>'), tie('arithmetic'), tie('arithmetic'))
      .map(([operator, left, right]) => ({ kind: 'binary', operator, left, right, span }) as Arithmetic),
    tie('arithmetic').map((operand): Arithmetic => ({ kind: 'negate', operand, span })),
  ),
}));

const operator = fc.constantFrom('>', '>=', '=', '<=', '<', '!=');

const other: fc.Arbitrary<Primitive> = fc.oneof(
  protocol.map(of => ({ kind: 'protocol', protocol: of, span }) as Primitive),
  fc
    .tuple(operator, arithmetic, arithmetic)
    .map(([op, left, right]) => ({ kind: 'relation', operator: op, left, right, span }) as Primitive),
  fc
    .tuple(fc.constantFrom('broadcast', 'multicast'), fc.option(protocol, { nil: undefined }))
    .map(([kind, of]) => ({ kind, ...(of ? { protocol: of } : {}), span }) as Primitive),
  fc
    .tuple(fc.constantFrom('less', 'greater', 'ifindex'), number)
    .map(([kind, value]) => ({ kind, value, span }) as Primitive),
  fc
    .tuple(number, fc.constantFrom('&', '|', '<', '>', '='), number)
    .map(([offset, op, value]) => ({ kind: 'byte', offset, operator: op, value, span }) as Primitive),
  fc.constantFrom('inbound', 'outbound', 'pppoed').map(kind => ({ kind, span }) as Primitive),
  fc
    .tuple(fc.constantFrom(...words('encapsulation')), fc.option(number, { nil: undefined }))
    .map(([kind, value]) => ({ kind, ...(value === undefined ? {} : { value }), span }) as Primitive),
  fc
    .tuple(fc.constantFrom('ifname', 'ruleset'), name)
    .map(([field, value]) => ({ kind: 'pflog', field, value, span }) as Primitive),
  fc
    .tuple(fc.constantFrom('rulenum', 'subrulenum', 'reason'), number)
    .map(([field, value]) => ({ kind: 'pflog', field, value, span }) as Primitive),
  fc
    .constantFrom('pass', 'drop', 'synproxy-drop')
    .map(value => ({ kind: 'pflog', field: 'action', value, span }) as Primitive),
  fc
    .tuple(fc.nat(3), fc.nat(15))
    .map(
      ([type, subtype]) => ({ kind: 'wlan-type', value: (type << 2) | (subtype << 4), mask: 0xfc, span }) as Primitive,
    ),
  fc.nat(3).map(type => ({ kind: 'wlan-type', value: type << 2, mask: 0x0c, span }) as Primitive),
  fc.nat(3).map(value => ({ kind: 'wlan-dir', value, span }) as Primitive),
  fc
    .option(
      fc.constantFrom('i', 's', 'u', 'rr', 'rnr', 'rej', 'ui', 'ua', 'disc', 'dm', 'sabme', 'test', 'xid', 'frmr'),
      { nil: undefined },
    )
    .map(type => ({ kind: 'llc', ...(type ? { type } : {}), span }) as Primitive),
  fc.constantFrom(...words('atm')).map(type => ({ kind: 'atm', type, span }) as Primitive),
  fc.constantFrom(...words('mtp2')).map(type => ({ kind: 'mtp2', type, span }) as Primitive),
  fc
    .tuple(fc.constantFrom(...words('atm field')), operator, number)
    .map(([field, op, value]) => ({ kind: 'atm-field', field, operator: op, value, span }) as Primitive),
  fc
    .tuple(fc.constantFrom(...words('mtp3 field')), operator, number)
    .map(([field, op, value]) => ({ kind: 'mtp3-field', field, operator: op, value, span }) as Primitive),
);

/** Any expression that the parser can make. */
export function expression(): fc.Arbitrary<Expression> {
  return fc.letrec<{ expression: Expression }>(tie => ({
    expression: fc.oneof(
      { maxDepth: 5 },
      idPrimitive,
      other,
      fc
        .tuple(fc.constantFrom('and', 'or'), tie('expression'), tie('expression'))
        .map(([kind, left, right]) => ({ kind, left, right, span }) as Expression),
      tie('expression').map((operand): Expression => ({ kind: 'not', operand, span })),
    ),
  })).expression;
}
