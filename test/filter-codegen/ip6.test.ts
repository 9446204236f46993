// What is opt-in: transport headers behind IPv6 extension headers, and `tcp[...]` over IPv6. libpcap has neither, so the
// reference is a plain walk over the packet, here.

import { describe, expect, it } from 'vitest';
import type { Target } from '../../src/filter/codegen/index.js';
import { matches } from './evaluate.js';
import { generateFor, type Options, toHex } from './helpers.js';
import { Random } from './random.js';

const ETHERNET = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x86, 0xdd];
const ADDRESSES = new Array<number>(32).fill(0);

interface Extension {
  readonly type: number;
  /** Bytes, without the next header field. */
  readonly rest: readonly number[];
}

const options = (type: number, words = 0): Extension => ({
  type,
  rest: [words, ...new Array<number>(6 + 8 * words).fill(0)],
});
const fragment = (offset: number): Extension => ({
  type: 44,
  rest: [0, (offset >> 5) & 0xff, (offset << 3) & 0xff, 0, 0, 0, 1],
});
const authentication = (words: number): Extension => ({
  type: 51,
  rest: [words, ...new Array<number>(4 * words + 6).fill(0)],
});

/** Ethernet, IPv6, the extensions, then the transport. */
function packet(extensions: readonly Extension[], protocol: number, transport: readonly number[]): Uint8Array {
  const types = [...extensions.map(({ type }) => type), protocol];
  const headers = extensions.flatMap(({ rest }, i) => [types[i + 1]!, ...rest]);
  return Uint8Array.from([...ETHERNET, 0x60, 0, 0, 0, 0, 60, types[0]!, 64, ...ADDRESSES, ...headers, ...transport]);
}

const tcp = (source: number, destination: number, flags = 2): number[] => [
  ...[source >> 8, source & 0xff, destination >> 8, destination & 0xff],
  ...[0, 0, 0, 1, 0, 0, 0, 0, 0x50, flags, 0xff, 0xff, 0, 0, 0, 0],
];
const udp = (source: number, destination: number): number[] => [...tcp(source, destination).slice(0, 4), 0, 8, 0, 0];

const TARGETS: Target[] = ['savefile', 'linux'];
const says = (expression: string, bytes: Uint8Array, extra: Options): boolean =>
  matches(generateFor('EN10MB', expression, extra).condition, bytes);

describe.each(TARGETS)('ip6Extensions over %s', target => {
  const walk: Options = { target, ip6Extensions: true };
  const chains: [string, Extension[]][] = [
    ['none', []],
    ['hop-by-hop', [options(0)]],
    ['hop-by-hop of 16 bytes', [options(0, 1)]],
    ['routing', [options(43, 2)]],
    ['destination options', [options(60)]],
    ['first fragment', [fragment(0)]],
    ['AH', [authentication(4)]],
    ['mobility, HIP, shim6', [options(135), options(139), options(140)]],
    ['six of them', [options(0), options(60), options(43), fragment(0), authentication(3), options(60)]],
  ];

  it.each(chains)('finds ports behind %s', (_, extensions) => {
    const bytes = packet(extensions, 6, tcp(1234, 80));
    for (const expression of [
      'tcp',
      'port 80',
      'tcp dst port 80',
      'src portrange 1000-2000',
      'tcp and port 80',
      'ip6 proto 6',
    ]) {
      expect(says(expression, bytes, walk), expression).toBe(true);
    }
    for (const expression of ['udp', 'port 81', 'udp port 80', 'ip', 'src port 80']) {
      expect(says(expression, bytes, walk), expression).toBe(false);
    }
  });

  it('finds ICMPv6 behind the hop-by-hop options of multicast listener reports', () => {
    const report = packet([options(0)], 58, [143, 0, 0, 0, 0, 0, 0, 0]);
    for (const expression of ['icmp6', 'icmp6[0] = 143', 'icmp6[icmp6type] = icmp6-multicastlistenerreportv2']) {
      expect(says(expression, report, walk), expression).toBe(true);
      expect(says(expression, report, { target }), `${expression}, as libpcap`).toBe(false);
    }
  });

  it('still matches a header that is in the chain, by its number', () => {
    const bytes = packet([options(0), authentication(4)], 17, udp(53, 53));
    expect(says('ip6 proto 0', bytes, walk)).toBe(true);
    expect(says('ip6 proto 17', bytes, walk)).toBe(true);
  });

  it('takes a later fragment for what it says, and looks for no ports in it', () => {
    const bytes = packet([fragment(100)], 6, tcp(1234, 80));
    expect(says('tcp', bytes, walk)).toBe(true);
    expect(says('port 80', bytes, walk)).toBe(false);
    expect(says('tcp[13] & 2 != 0', bytes, { ...walk, transportOverIp6: true })).toBe(false);
    expect(says('not port 80', bytes, walk)).toBe(true);
    // What follows the fragment header of a later fragment is no header.
    expect(says('udp', packet([fragment(100)], 60, udp(53, 53)), walk)).toBe(false);
  });

  it('finds tunnels behind extension headers', () => {
    const inner = [
      ...ETHERNET.slice(0, 12),
      8,
      0,
      0x45,
      0,
      0,
      20,
      0,
      0,
      0,
      0,
      64,
      6,
      0,
      0,
      10,
      0,
      0,
      1,
      10,
      0,
      0,
      2,
      ...tcp(1, 80),
    ];
    const bytes = packet([options(0)], 17, [...udp(1000, 4789), 8, 0, 0, 0, 0, 0, 77, 0, ...inner]);
    expect(says('vxlan 77 and tcp port 80', bytes, walk)).toBe(true);
    expect(says('vxlan 78', bytes, walk)).toBe(false);
    expect(says('vxlan', bytes, { target })).toBe(false);
    const geneve = packet([options(60)], 17, [...udp(1000, 6081), 0, 0, 0x65, 0x58, 0, 0, 5, 0, ...inner]);
    expect(says('geneve 5 and ip host 10.0.0.1', geneve, walk)).toBe(true);
    expect(says('geneve 6', geneve, walk)).toBe(false);
  });

  it('ends on chains that loop or are cut', () => {
    for (const bytes of [
      packet([options(0)], 0, []),
      packet([authentication(4)], 51, [51, 0]),
      packet([], 44, [44, 0, 0]),
    ]) {
      expect(says('tcp', bytes, walk)).toBe(false);
    }
  });

  it('leaves IPv4 as it is', () => {
    const bytes = Uint8Array.from([
      ...ETHERNET.slice(0, 12),
      8,
      0,
      0x45,
      0,
      0,
      40,
      0,
      0,
      0,
      0,
      64,
      6,
      0,
      0,
      10,
      0,
      0,
      1,
      10,
      0,
      0,
      2,
      ...tcp(5, 80),
    ]);
    expect(says('tcp port 80', bytes, walk)).toBe(true);
    expect(says('udp', bytes, walk)).toBe(false);
  });
});

describe.each(TARGETS)('transportOverIp6 over %s', target => {
  const both: Options = { target, transportOverIp6: true };
  const syn6 = packet([], 6, tcp(1234, 80, 2));
  const syn4 = Uint8Array.from([
    ...ETHERNET.slice(0, 12),
    8,
    0,
    0x46,
    0,
    0,
    44,
    0,
    0,
    0,
    0,
    64,
    6,
    0,
    0,
    10,
    0,
    0,
    1,
    10,
    0,
    0,
    2,
    0,
    0,
    0,
    0,
    ...tcp(1234, 80, 2),
  ]);

  it.each([
    ['tcp[13] & 2 != 0', true],
    ['tcp[tcpflags] & tcp-syn != 0', true],
    ['tcp[0:2] = 1234 and tcp[2:2] = 80', true],
    ['tcp[0:2] < tcp[2:2]', false],
    ['10 + tcp[13] = 12', true],
    ['tcp[tcp[13]] = 0', true],
    ['tcp[13] = 16', false],
    ['udp[0:2] = 1234', false],
  ])('%s', (expression, verdict) => {
    expect(says(expression, syn4, both), 'IPv4').toBe(verdict);
    expect(says(expression, syn6, both), 'IPv6').toBe(verdict);
    expect(
      says(expression, packet([options(0)], 6, tcp(1234, 80, 2)), { ...both, ip6Extensions: true }),
      'behind options',
    ).toBe(verdict);
    if (verdict) expect(says(expression, syn6, { target }), 'as libpcap').toBe(false);
  });

  it('is for protocols over both versions only', () => {
    const icmp = packet([], 1, [8, 0, 0, 0]);
    expect(says('icmp[0] = 8', icmp, both)).toBe(false);
    expect(says('ip[0] & 0xf = tcp[12] >> 4', syn6, both)).toBe(false);
    expect(says('ip6[6] = 6 and ip6[6] = tcp[13] + 4', syn6, both)).toBe(true);
  });
});

describe('the walk against a plain one', () => {
  const PORTS = [53, 80, 443];

  /** The upper-layer protocol and where its header begins; later fragments have none. */
  function upper(bytes: Uint8Array): { protocol: number; at: number; later: boolean } | undefined {
    let protocol = bytes[14 + 6];
    let at = 54;
    let later = false;
    while (protocol !== undefined && !later && [0, 43, 44, 51, 60, 135, 139, 140].includes(protocol)) {
      const length = bytes[at + 1];
      if (length === undefined) return undefined;
      if (protocol === 44) {
        if (bytes[at + 3] === undefined) return undefined;
        later = ((bytes[at + 2]! << 8) | bytes[at + 3]!) >= 8;
      }
      const size = protocol === 44 ? 8 : protocol === 51 ? (length + 2) * 4 : (length + 1) * 8;
      protocol = bytes[at]!;
      at += size;
    }
    return protocol === undefined ? undefined : { protocol, at, later };
  }

  it.each(TARGETS)('over %s', target => {
    const random = new Random(99);
    const walk: Options = { target, ip6Extensions: true, transportOverIp6: true };
    const filters = new Map(
      ['tcp', 'udp', 'port 80', 'tcp port 443', 'udp dst port 53', 'tcp[0:2] = 80', 'udp[2:2] = 53'].map(text => [
        text,
        generateFor('EN10MB', text, walk).condition,
      ]),
    );
    const makers = [
      () => options(0, random.below(2)),
      () => options(60),
      () => options(43, random.below(3)),
      () => authentication(random.below(5)),
      () => fragment(random.pick([0, 0, 0, 7])),
    ];
    for (let i = 0; i < 1500; i++) {
      const extensions = Array.from({ length: random.below(6) }, () => random.pick(makers)());
      const transport = random.chance(0.5)
        ? tcp(random.pick(PORTS), random.pick(PORTS))
        : udp(random.pick(PORTS), random.pick(PORTS));
      let bytes = packet(extensions, random.pick([6, 17, 17, 6, 58]), transport);
      if (random.chance(0.2)) bytes = bytes.slice(0, random.below(bytes.length));
      const found = bytes.length < 21 ? undefined : upper(bytes);
      const port = (offset: number): number | undefined =>
        found && !found.later && found.at + offset + 2 <= bytes.length
          ? (bytes[found.at + offset]! << 8) | bytes[found.at + offset + 1]!
          : undefined;
      const { protocol } = found ?? {};
      const expected = new Map<string, boolean>([
        ['tcp', protocol === 6],
        ['udp', protocol === 17],
        ['port 80', (protocol === 6 || protocol === 17) && (port(0) === 80 || port(2) === 80)],
        ['tcp port 443', protocol === 6 && (port(0) === 443 || port(2) === 443)],
        ['udp dst port 53', protocol === 17 && port(2) === 53],
        ['tcp[0:2] = 80', protocol === 6 && port(0) === 80],
        ['udp[2:2] = 53', protocol === 17 && port(2) === 53],
      ]);
      for (const [text, condition] of filters) {
        expect({ text, bytes: toHex(bytes), verdict: matches(condition, bytes) }).toEqual({
          text,
          bytes: toHex(bytes),
          verdict: expected.get(text),
        });
      }
    }
  });
});
