// Filter expressions for property tests, made by fast-check so that a failure shrinks to the primitives that matter: trees of
// `and`, `or`, `not` over primitives whose values come from the same small pools as the packets of
// test/filter-codegen/packets.ts.

import fc from 'fast-check';
import * as pools from '../filter-codegen/pools.js';

export interface ExpressionOptions {
  /** What the link layer has besides what every one has. Default: Ethernet. */
  readonly link?: 'EN10MB' | 'RAW' | 'LINUX_SLL' | 'PPP' | 'IEEE802_11';
  /** How deep `and` and `or` nest. Default 3. */
  readonly depth?: number;
  /** How many primitives there are in a list like `host (a or b or c)`, at most. Default 12. */
  readonly listLength?: number;
  /** How often each kind of primitive comes, against 1 for the others; 0: never. */
  readonly weights?: Partial<Record<Kind, number>>;
}

/** The kinds of primitives. */
export type Kind =
  | 'protocol'
  | 'host'
  | 'net'
  | 'port'
  | 'ether'
  | 'number'
  | 'relation'
  | 'length'
  | 'cast'
  | 'encapsulation'
  | 'protochain'
  | 'list'
  | 'wlan';

const words = (text: string): fc.Arbitrary<string> => fc.constantFrom(...text.split(' '));
const direction = fc.constantFrom('', '', 'src ', 'dst ', 'src or dst ', 'src and dst ');
const join = (...parts: fc.Arbitrary<string | number>[]): fc.Arbitrary<string> =>
  fc.tuple(...parts).map(texts => texts.join(''));
const text = (value: string): fc.Arbitrary<string> => fc.constant(value);

const ip4 = fc.constantFrom(...pools.IP4);
const ip6 = fc.constantFrom(...pools.IP6);
const mac = fc.constantFrom(...pools.MAC);
const port = fc.constantFrom(...pools.PORTS);
const ipProtocol = fc.constantFrom(...pools.IP_PROTOCOLS);

/** An IPv4 network with no bits outside its mask. */
const net4 = fc.tuple(ip4, fc.constantFrom(1, 4, 8, 12, 16, 20, 24, 31, 32)).map(([address, length]) => {
  const value = address.split('.').reduce((sum, octet) => ((sum << 8) | Number(octet)) >>> 0, 0);
  const masked = (value & (0xffffffff << (32 - length))) >>> 0;
  return `${[24, 16, 8, 0].map(shift => (masked >>> shift) & 0xff).join('.')}/${length}`;
});
const net6 = fc.constantFrom('2001:db8::/32', '2001:db8::/33', 'fe80::/10', 'ff00::/8', '2001:db8::1/128', '::2/127');

const LOADABLE = 'ether ip ip6 tcp udp icmp';
const { arithmetic } = fc.letrec<{ arithmetic: string }>(tie => ({
  arithmetic: fc.oneof(
    { maxDepth: 2, depthIdentifier: 'arithmetic' },
    fc.constantFrom(0, 1, 2, 4, 6, 8, 13, 15, 17, 20, 64, 80, 255, 0x1fff).map(String),
    join(words(LOADABLE), text('['), fc.nat(20), fc.constantFrom('', ':2', ':4'), text(']')),
    text('len'),
    join(
      text('('),
      tie('arithmetic'),
      words('+ - * & | ^').map(word => ` ${word} `),
      tie('arithmetic'),
      text(')'),
    ),
    join(
      text('('),
      tie('arithmetic'),
      words('<< >>').map(word => ` ${word} `),
      fc.nat(12),
      text(')'),
    ),
    join(
      text('('),
      tie('arithmetic'),
      words('/ %').map(word => ` ${word} `),
      fc.integer({ min: 1, max: 9 }),
      text(')'),
    ),
    join(words('ip tcp'), text('['), tie('arithmetic'), text(']')),
    join(text('-('), tie('arithmetic'), text(')')),
  ),
}));

const idioms = fc.constantFrom(
  'tcp[tcpflags] & (tcp-syn|tcp-fin) != 0',
  'ip[6:2] & 0x1fff = 0',
  'icmp[icmptype] != icmp-echo and icmp[icmptype] != icmp-echoreply',
  'tcp[((tcp[12:1] & 0xf0) >> 2):4] = 0x47455420',
  'tcp port 80 and (((ip[2:2] - ((ip[0]&0xf)<<2)) - ((tcp[12]&0xf0)>>2)) != 0)',
);

/** The parentheses around a list, or a single one. */
function listOf(prefix: string, item: fc.Arbitrary<string | number>, most: number): fc.Arbitrary<string> {
  return fc.array(item, { minLength: 1, maxLength: most }).map(items => {
    return items.length === 1 ? `${prefix} ${items[0]}` : `${prefix} (${items.join(' or ')})`;
  });
}

function primitives({ link = 'EN10MB', listLength = 12 }: ExpressionOptions): Record<Kind, fc.Arbitrary<string>[]> {
  const ethernet = link === 'EN10MB';
  const wlan = link === 'IEEE802_11';
  return {
    protocol: [words('ip ip6 tcp udp icmp icmp6 sctp igmp pim ah esp'), words('arp rarp')],
    host: [
      join(
        words('ip arp').map(word => `${word} `),
        direction,
        text('host '),
        ip4,
      ),
      join(direction, text('host '), ip4),
      join(direction, text('host '), ip6),
    ],
    net: [join(direction, text('net '), net4), join(direction, text('net '), net6)],
    port: [
      join(fc.constantFrom('', 'tcp ', 'udp ', 'sctp '), direction, text('port '), port),
      join(fc.constantFrom('', 'tcp ', 'udp '), direction, text('portrange '), port, text('-'), port),
    ],
    ether: ethernet || wlan ? [join(text('ether '), direction, text('host '), mac)] : [],
    number: [
      join(
        words('ip ip6').map(word => `${word} proto `),
        ipProtocol,
      ),
    ],
    relation: [
      join(
        arithmetic,
        words('= != > >= < <=').map(word => ` ${word} `),
        arithmetic,
      ),
      join(words(LOADABLE), text('['), fc.nat(20), text('] '), words('= != > <'), text(' '), fc.nat(255)),
      idioms,
    ],
    length: [
      join(
        words('less greater').map(word => `${word} `),
        fc.constantFrom(0, 40, 60, 64, 100),
      ),
    ],
    cast: ethernet ? [words('ether ip6').map(word => `${word} multicast`), text('ether broadcast')] : [],
    encapsulation: ethernet
      ? [
          text('vlan'),
          join(text('vlan '), fc.constantFrom(...pools.VLANS)),
          join(text('mpls '), fc.constantFrom(...pools.LABELS)),
          join(text('pppoes '), fc.constantFrom(...pools.SESSIONS)),
          text('pppoed'),
          words('geneve vxlan'),
        ]
      : [],
    protochain: wlan
      ? []
      : [
          join(
            words('ip ip6').map(word => `${word} protochain `),
            fc.constantFrom(6, 17, 50, 58),
          ),
        ],
    list: [
      listOf('host', ip4, listLength),
      listOf('host', ip6, listLength),
      listOf('src host', ip4, listLength),
      listOf('net', net4, listLength),
      listOf('port', fc.nat(100), listLength),
      listOf('tcp dst port', port, listLength),
      ...(ethernet
        ? [listOf('ether host', mac, listLength), listOf('ether proto', fc.constantFrom(...pools.ETHERTYPES), 6)]
        : []),
    ],
    wlan: wlan
      ? [words('mgt ctl data').map(word => `type ${word}`), words('beacon ack').map(word => `subtype ${word}`)]
      : [],
  };
}

/** An expression of the grammar. Its primitives are such that the link type has them. */
export function expressionArbitrary(options: ExpressionOptions = {}): fc.Arbitrary<string> {
  const weighted = Object.entries(primitives(options)).flatMap(([kind, made]) =>
    made.map(arbitrary => ({ arbitrary, weight: options.weights?.[kind as Kind] ?? 1 })),
  );
  const primitive = fc.oneof(...weighted.filter(({ weight }) => weight > 0));
  const { expression } = fc.letrec<{ expression: string }>(tie => ({
    expression: fc.oneof(
      { maxDepth: options.depth ?? 3, depthIdentifier: fc.createDepthIdentifier() },
      { arbitrary: primitive, weight: 3 },
      { arbitrary: join(text('not ('), tie('expression'), text(')')), weight: 1 },
      {
        arbitrary: join(
          text('('),
          tie('expression'),
          words('and or').map(word => `) ${word} (`),
          tie('expression'),
          text(')'),
        ),
        weight: 4,
      },
    ),
  }));
  return expression;
}
