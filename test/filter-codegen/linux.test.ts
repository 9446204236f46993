// Live Linux: the VLAN tag, the direction and the interface are not in the packet but in what the kernel knows of it.

import { describe, expect, it } from 'vitest';
import { type Metadata, matches } from './evaluate.js';
import { generateFor } from './helpers.js';

const MACS = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];
const IP = [
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
  0,
  100,
  0,
  80,
  ...new Array<number>(16).fill(0),
];
const tag = (id: number, ethertype = 0x8100): number[] => [ethertype >> 8, ethertype & 0xff, id >> 8, id & 0xff];

const untagged = Uint8Array.from([...MACS, ...IP]);
const tagged5 = Uint8Array.from([...MACS, ...tag(5), ...IP]);
const tagged5and7 = Uint8Array.from([...MACS, ...tag(5, 0x88a8), ...tag(7), ...IP]);

function says(expression: string, packet: Uint8Array, metadata: Metadata = {}): boolean {
  return matches(generateFor('EN10MB', expression, { target: 'linux' }).condition, packet, metadata);
}

describe('vlan', () => {
  const cases: [expression: string, packet: Uint8Array, metadata: Metadata, verdict: boolean, words: string][] = [
    ['vlan', untagged, {}, false, 'no tag'],
    ['vlan', tagged5, {}, true, 'in the packet'],
    ['vlan', untagged, { vlanTag: 5 }, true, 'in the metadata'],
    ['vlan 5', untagged, { vlanTag: 5 }, true, 'in the metadata'],
    ['vlan 5', untagged, { vlanTag: 0xe005 }, true, 'with a priority'],
    ['vlan 6', untagged, { vlanTag: 5 }, false, 'another id'],
    ['vlan 5', tagged5, {}, true, 'in the packet'],
    ['vlan 0', untagged, { vlanTag: 0 }, true, 'priority tag'],
    ['vlan 5 and tcp port 80', untagged, { vlanTag: 5 }, true, 'nothing moves'],
    ['vlan 5 and tcp port 80', tagged5, {}, true, 'four bytes further'],
    ['vlan and ip host 10.0.0.1', tagged5, {}, true, 'four bytes further'],
    ['vlan 5 and vlan 7 and tcp port 80', tagged5and7, {}, true, 'both in the packet'],
    ['vlan 5 and vlan 7 and tcp', Uint8Array.from([...MACS, ...tag(7), ...IP]), { vlanTag: 5 }, true, 'one each'],
    ['vlan and vlan', untagged, { vlanTag: 5 }, false, 'one only'],
    ['not vlan', untagged, {}, true, 'no tag'],
    ['tcp and not vlan', untagged, {}, true, 'tested before'],
  ];

  it.each(cases)('%s (%5$s)', (expression, packet, metadata, verdict) => {
    expect(says(expression, packet, metadata)).toBe(verdict);
  });

  it('on other link types the tag is in the packet', () => {
    const { condition } = generateFor('NETANALYZER', 'vlan 5', { target: 'linux' });
    expect(matches(condition, Uint8Array.from([0, 0, 0, 0, ...tagged5]))).toBe(true);
  });
});

describe('direction and interface', () => {
  const PACKET_OUTGOING = 4;

  it.each([
    ['outbound', { packetType: PACKET_OUTGOING }, true],
    ['outbound', { packetType: 0 }, false],
    ['inbound', { packetType: PACKET_OUTGOING }, false],
    ['inbound', { packetType: 3 }, true],
    ['ifindex 2', { interfaceIndex: 2 }, true],
    ['ifindex 2', { interfaceIndex: 3 }, false],
    ['outbound and tcp port 80 and ifindex 1', { packetType: 4, interfaceIndex: 1 }, true],
  ])('%s, %j', (expression, metadata, verdict) => {
    expect(says(expression, untagged, metadata)).toBe(verdict);
  });

  it('link types that say it themselves are asked, also live', () => {
    const { condition } = generateFor('LINUX_SLL2', 'ifindex 3 and outbound', { target: 'linux' });
    const header = [8, 0, 0, 0, 0, 0, 0, 3, 0, 1, 4, 6, ...new Array<number>(8).fill(0)];
    expect(matches(condition, Uint8Array.from([...header, ...IP.slice(2)]))).toBe(true);
  });

  it('ancillary data can be read through `link[...]`, as libpcap lets one do', () => {
    expect(says('link[0xfffff008:4] = 7', untagged, { interfaceIndex: 7 })).toBe(true);
  });
});
