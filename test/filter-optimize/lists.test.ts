// Long lists: searched by halves, as long as the list and no longer, right at every entry and beside it, legal for the machine.

import { describe, expect, it } from 'vitest';
import { isAccepted } from '../../src/classic/index.js';
import { compileCondition, LINUX_MAX_INSTRUCTIONS, longestPath } from '../../src/filter/optimize/index.js';
import { Random } from '../filter-codegen/random.js';
import { compile, conditionOf, prepared } from './support.js';

const random = new Random(4);
const dotted = (address: number): string => [24, 16, 8, 0].map(shift => (address >>> shift) & 255).join('.');
/** Different numbers, in no order. */
function numbers(count: number, make: () => number): number[] {
  const made = new Set<number>();
  while (made.size < count) made.add(make() >>> 0);
  return [...made];
}
const addresses = (count: number): number[] => numbers(count, () => random.next() % 0xdf000000);
const hosts = (list: readonly number[], prefix = 'host'): string =>
  list.map(one => `${prefix} ${dotted(one)}`).join(' or ');

const be16 = (value: number): number[] => [value >>> 8, value & 255];
const be32 = (value: number): number[] => [...be16(value >>> 16), ...be16(value & 0xffff)];

function ip4(source: number, destination: number, protocol = 17, ports: readonly number[] = [1, 2]): Uint8Array {
  const header = [0x45, 0, ...be16(28), 0, 0, 0, 0, 64, protocol, 0, 0, ...be32(source), ...be32(destination)];
  return Uint8Array.from([...new Array(12).fill(2), 8, 0, ...header, ...ports.flatMap(be16), 0, 8, 0, 0, 0, 0, 0, 0]);
}
function ip6(protocol: number, ports: readonly number[]): Uint8Array {
  const header = [0x60, 0, 0, 0, 0, 8, protocol, 64, ...new Array(32).fill(1)];
  return Uint8Array.from([...new Array(12).fill(2), 0x86, 0xdd, ...header, ...ports.flatMap(be16), 0, 8, 0, 0]);
}
function arp(type: number, sender: number, target: number): Uint8Array {
  const body = [
    0,
    1,
    8,
    0,
    6,
    4,
    0,
    1,
    ...new Array(6).fill(1),
    ...be32(sender),
    ...new Array(6).fill(1),
    ...be32(target),
  ];
  return Uint8Array.from([...new Array(12).fill(2), ...be16(type), ...body]);
}

/** Every entry of the list and both of its neighbours. */
const around = (list: readonly number[]): number[] => list.flatMap(one => [one, (one + 1) >>> 0, (one - 1) >>> 0]);

describe('a list of hosts', () => {
  it.each([3, 9, 10, 33, 120, 300, 1_000])(
    'of %i entries matches the entries, in IPv4, ARP and RARP, either way',
    count => {
      const list = addresses(count);
      const members = new Set(list);
      const { run } = prepared(compile(hosts(list)).program);
      const expected = (one: number): number => (members.has(one) ? 262_144 : 0);
      const other = 0xe0000001;
      for (const one of around(list)) {
        for (const packet of [
          ip4(one, other),
          ip4(other, one),
          arp(0x806, one, other),
          arp(0x806, other, one),
          arp(0x8035, one, other),
        ]) {
          expect(run(packet, packet.length)).toBe(expected(one));
        }
      }
      expect(run(ip6(6, [1, 2]), 62)).toBe(0);
    },
  );

  it.each([10, 100, 1_000])('of %i entries, negated, matches all others', count => {
    const list = addresses(count);
    const members = new Set(list);
    const { run } = prepared(compile(`not (${hosts(list)})`).program);
    for (const one of around(list)) {
      const packet = ip4(one, 0xe0000001);
      expect(run(packet, packet.length)).toBe(members.has(one) ? 0 : 262_144);
    }
  });

  it.each([100, 400])('of %i entries, written as `not a and not b`, is the same', count => {
    const list = addresses(count);
    const text = list.map(one => `not host ${dotted(one)}`).join(' and ');
    expect(compile(text).program.length).toBe(compile(`not (${hosts(list)})`).program.length);
  });
});

describe('a list of networks', () => {
  it.each([4, 40, 400])('of %i entries of all lengths matches what lies inside', count => {
    const networks = Array.from({ length: count }, () => {
      const length = 6 + random.below(27);
      const mask = (0xffffffff << (32 - length)) >>> 0;
      return { base: (random.next() & mask) >>> 0, mask, length };
    });
    const text = networks.map(({ base, length }) => `net ${dotted(base)}/${length}`).join(' or ');
    const { run } = prepared(compile(text).program);
    const inside = (one: number): boolean => networks.some(({ base, mask }) => (one & mask) >>> 0 === base);
    const other = networks.length === 4 ? 0 : numbers(1, () => random.next()).find(one => !inside(one));
    if (other === undefined || inside(other)) return;
    for (const { base, mask } of networks) {
      for (const one of [base, (base - 1) >>> 0, (base | ~mask) >>> 0, ((base | ~mask) + 1) >>> 0]) {
        for (const packet of [ip4(one, other), ip4(other, one), arp(0x806, other, one)]) {
          expect(run(packet, packet.length)).toBe(inside(one) ? 262_144 : 0);
        }
      }
    }
  });
});

describe('a list of ports', () => {
  it.each([5, 17, 100, 700])('of %i entries matches them in IPv4 and IPv6, either way', count => {
    const list = numbers(count, () => random.below(65_536));
    const members = new Set(list);
    const { run } = prepared(compile(`port (${list.join(' or ')})`).program);
    const other = numbers(1, () => random.below(65_536)).find(one => !members.has(one)) ?? 0;
    for (const one of around(list).filter(number => number <= 0xffff)) {
      const expected = members.has(one) || members.has(other) ? 262_144 : 0;
      for (const protocol of [6, 17, 132]) {
        for (const packet of [ip4(1, 2, protocol, [one, other]), ip6(protocol, [other, one])]) {
          expect(run(packet, packet.length)).toBe(expected);
        }
      }
      const icmp = ip4(1, 2, 1, [one, other]);
      expect(run(icmp, icmp.length)).toBe(0);
    }
  });

  it('next to each other become ranges', () => {
    const list = Array.from({ length: 1_000 }, (_, index) => 5_000 + index);
    expect(compile(`port (${list.join(' or ')})`).program.length).toBeLessThan(30);
    expect(compile('port (1 or 2 or 3 or 4 or 5 or 6 or 7 or 8)').program.length).toBeLessThan(30);
  });
});

describe('size and longest path', () => {
  const measure = (count: number): { readonly length: number; readonly path: number } => {
    const { program } = compile(hosts(addresses(count)));
    return { length: program.length, path: longestPath(program) };
  };

  it('grow linearly and with the logarithm', () => {
    const [small, large] = [measure(100), measure(1_600)] as const;
    expect(large.length / small.length).toBeLessThan(18);
    expect(small.length).toBeLessThan(260);
    // Two searches (source, destination), four more halvings each.
    expect(large.path).toBeLessThan(small.path + 24);
    expect(small.path).toBeLessThan(40);
  });

  it('a list has each entry twice: sources and destinations, IPv4 and ARP sharing them', () => {
    const list = addresses(500);
    const { program } = compile(hosts(list));
    for (const one of list)
      expect(program.filter(({ code, k }) => code === 0x15 && k === one).length).toBeLessThanOrEqual(3);
  });

  it('mixed lists too', () => {
    const mixed = (count: number): string =>
      Array.from({ length: count }, (_, index) =>
        index % 3 === 0
          ? `host ${dotted(random.next())}`
          : index % 3 === 1
            ? `net ${dotted((random.next() & 0xffffff00) >>> 0)}/24`
            : `tcp port ${random.below(65_536)}`,
      ).join(' or ');
    const [small, large] = [mixed(60), mixed(960)].map(text => compile(text).program);
    expect(large!.length).toBeLessThan(small!.length * 18);
    expect(longestPath(large!)).toBeLessThan(longestPath(small!) + 40);
  });
});

describe('long programs', () => {
  it('stay within what jumps reach and kernels check', () => {
    for (const count of [120, 300, 1_000]) {
      const { program } = compile(hosts(addresses(count)));
      expect(isAccepted(program, 'bsd')).toBe(true);
      expect(isAccepted(program, 'linux')).toBe(true);
    }
    // Without its optimizer too, where each test stands for itself.
    expect(isAccepted(compile(hosts(addresses(400)), 'EN10MB', { optimize: false }).program, 'bsd')).toBe(true);
  });

  it('get longer chains where that makes them short enough for Linux', () => {
    const { program, diagnostics } = compile(hosts(addresses(1_950)));
    expect(program.length).toBeLessThanOrEqual(LINUX_MAX_INSTRUCTIONS);
    expect(diagnostics).toEqual([]);
  });

  it('say that they are too long for Linux, and run all the same', () => {
    const list = addresses(5_000);
    const { program, diagnostics } = compile(hosts(list));
    expect(program.length).toBeGreaterThan(LINUX_MAX_INSTRUCTIONS);
    expect(diagnostics).toMatchObject([{ code: 'SKEP1201', severity: 'warning' }]);
    const { run } = prepared(program);
    for (const one of list.slice(0, 500)) expect(run(ip4(7, one), 50)).toBe(262_144);
    expect(longestPath(program)).toBeLessThan(80);
  });

  it('take neither stack nor quadratic time', () => {
    const time = (count: number): number => {
      const condition = conditionOf(hosts(addresses(count)));
      const begin = process.cpuUsage();
      compileCondition(condition);
      const { user, system } = process.cpuUsage(begin);
      return user + system;
    };
    time(3_000);
    const few = time(3_000);
    expect(time(24_000)).toBeLessThan(few * 8 * 4);
  });

  it('may be nested as deep as the parser lets them', () => {
    let text = 'ip';
    for (let i = 0; i < 450; i++)
      text = i % 2 ? `(ip[${i % 20}] = ${i % 9} and ${text})` : `(udp[${i % 20}] = ${i % 9} or ${text})`;
    expect(compile(text).program.length).toBeGreaterThan(0);
    const sum = Array.from({ length: 900 }, (_, index) => `tcp[${index % 60}]`).join(' - ');
    expect(compile(`${sum} > 5`).optimized).toBe(true);
  });
});
