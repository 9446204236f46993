// Texts in and near the language at random: by the grammar, with words put in, taken out or exchanged, and plain soup.
//
// The only host name is `localhost`, so that asking a C library about them asks nobody else.

import fc from 'fast-check';

const IDS = [
  'localhost',
  '1.2.3.4',
  '10.0',
  '10.0.0.0/8',
  '10.0.0.0 mask 255.0.0.0',
  '::1',
  'fe80::/16',
  '1:2:3:4:5:6',
  '$ab',
  '80',
  '6',
  '(80)',
  '((81))',
  '\\tcp',
];
const QUALIFIERS = [
  ...['host', 'src', 'dst', 'src or dst', 'src and dst', 'port', 'net', 'proto', 'protochain', 'src host', 'dst port'],
  ...[
    'tcp port',
    'udp dst port',
    'ip proto',
    'ether host',
    'ether src',
    'ip host',
    'arp host',
    'ip6 host',
    'link host',
  ],
  ...['ether proto', 'iso proto', 'decnet host'],
];
const TERMS = [
  ...[
    'tcp',
    'ip',
    'ip6',
    'arp',
    'vlan',
    'vlan 5',
    'mpls',
    'pppoes',
    'less 5',
    'greater 6',
    'broadcast',
    'ip multicast',
  ],
  ...[
    'llc',
    'llc rr',
    'len > 5',
    'tcp[13] & 2 != 0',
    'ip[0] = 1',
    '(ip[2:2] + 1) > 5',
    '- 1 = 2',
    'byte 0 = 1',
    '1 = 1',
  ],
  ...['pppoed', 'len <= 3', 'ifindex 1', 'port 80', 'portrange 1-2', 'isis', 'geneve'],
];
const NUMBERS = ['1', '0x10', 'len', 'tcp[1]', '(2)', 'ip[1:2]', 'tcp-syn', 'icmptype'];
const OPERATORS = [' + ', ' - ', '*', '/', '%', '^', '&', '|', '<<', '>>'];

const { expression } = fc.letrec<{ expression: string; term: string; id: string; number: string }>(tie => {
  const joined = (first: fc.Arbitrary<string>, more: fc.Arbitrary<string>): fc.Arbitrary<string> =>
    fc
      .tuple(first, fc.array(fc.tuple(fc.constantFrom(' and ', ' or ', ' && ', '||'), more), { maxLength: 3 }))
      .map(([head, rest]) => head + rest.flat().join(''));
  return {
    id: fc.oneof(
      { maxDepth: 4 },
      { arbitrary: fc.constantFrom(...IDS), weight: 6 },
      tie('id').map(id => `not ${id}`),
      joined(tie('id'), tie('id')).map(list => `(${list})`),
    ),
    number: fc.oneof(
      { maxDepth: 4 },
      { arbitrary: fc.constantFrom(...NUMBERS), weight: 3 },
      fc.tuple(tie('number'), fc.constantFrom(...OPERATORS), tie('number')).map(parts => parts.join('')),
      tie('number').map(number => `-${number}`),
      tie('number').map(number => `(${number})`),
    ),
    term: fc.oneof(
      { maxDepth: 4 },
      fc.tuple(fc.constantFrom(...QUALIFIERS), tie('id')).map(words => words.join(' ')),
      fc.constantFrom(...TERMS),
      fc.tuple(fc.constantFrom('not ', '! ', '!'), tie('term')).map(words => words.join('')),
      tie('expression').map(inner => `(${inner})`),
      fc.tuple(tie('number'), fc.constantFrom(' = ', '>', '<=', ' != '), tie('number')).map(parts => parts.join('')),
    ),
    expression: joined(tie('term'), fc.oneof(tie('term'), tie('id'))),
  };
});

const SOUP = [
  ...IDS,
  ...QUALIFIERS,
  ...TERMS,
  ...'and or not ( ) ( ) [ ] = + - * % ! < / & mask : type data subtype beacon vpi 5 tcp and or'.split(' '),
];

/** Takes out, puts in or exchanges a word at a place. */
const mutated = fc
  .tuple(expression, fc.array(fc.tuple(fc.nat(), fc.nat(2), fc.constantFrom(...SOUP)), { minLength: 1, maxLength: 2 }))
  .map(([text, changes]) => {
    const words = text.split(/(?<=\W)|(?=\W)/);
    for (const [place, how, word] of changes) {
      words.splice(place % words.length, how === 0 ? 0 : 1, ...(how === 2 ? [] : [` ${word} `]));
      if (words.length === 0) words.push(word);
    }
    return words.join('');
  });

/** Runs of what addresses and numbers are made of, behind qualifiers. */
const addresses = fc
  .tuple(
    fc.constantFrom(
      'net ',
      'ether host ',
      'port ',
      'link host ',
      'ip6 net ',
      'decnet host ',
      'ether proto ',
      'tcp[',
      'len =',
    ),
    fc.array(
      fc.constantFrom('0', '1', '9', 'a', 'f', 'F', ':', '::', '.', '-', 'x', '12', '255', '1.2.3.4', '/8', '$'),
      { maxLength: 14 },
    ),
  )
  .map(([before, parts]) => `${before}${parts.join('')}${before === 'tcp[' ? '] = 1' : ''}`);

/** A text in the language or near it. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: expression, weight: 3 },
  { arbitrary: mutated, weight: 3 },
  fc.array(fc.constantFrom(...SOUP), { minLength: 1, maxLength: 8 }).map(words => words.join(' ')),
  { arbitrary: addresses, weight: 2 },
);
