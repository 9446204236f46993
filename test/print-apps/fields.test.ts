// The fields of application protocols (JSON), and packets changed at random: nothing throws, nothing hangs, and the fields depend neither
// on -v nor on -n nor on -q.

import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readCaptureFileSync } from '../../src/capture/node/index.js';
import type { Layer, PrintablePacket } from '../../src/capture/print/index.js';
import { createPrinter } from '../../src/capture/print/index.js';
import { printable } from '../print/tcpdump.js';
import { corpus } from './corpus.js';
import { mutate, randomNumbers } from './mutate.js';

const names = { host: () => 'a.name', ether: () => 'another.name' };

/** The last layer of a packet of the corpus. */
function lastLayer(name: string): Layer {
  const packet = corpus.find(candidate => candidate.name === name);
  if (packet === undefined) throw new Error(`no packet ${name}`);
  return createPrinter({ names }).json(printable(1, packet)).layers.at(-1)!;
}

describe('fields', () => {
  it('of a DNS question and answer', () => {
    expect(lastLayer('dns: a question')).toMatchObject({
      protocol: 'dns',
      id: 12345,
      response: false,
      recursionDesired: true,
      questions: [{ name: 'example.com.', type: 'A', class: 'IN' }],
      answers: [],
    });
    expect(lastLayer('dns: all three sections')).toMatchObject({
      response: true,
      authoritative: true,
      answers: [
        { name: 'example.com.', type: 'A', class: 'IN', timeToLive: 93784, data: '192.0.2.1' },
        { type: 'A', data: '192.0.2.2' },
      ],
      authorities: [
        { type: 'NS', data: 'ns1.' },
        { type: 'NS', data: 'ns.example.com.' },
      ],
      additionals: [
        { name: 'ns1.', type: 'A', data: '192.0.2.53' },
        { type: 'OPT', data: 'UDPsize=4096 DO' },
      ],
    });
    expect(lastLayer('mdns: an answer that flushes')).toMatchObject({ protocol: 'mdns', answers: [{ class: 'IN' }] });
  });

  it('of a DNS message with a pointer to itself', () => {
    expect(lastLayer('dns: name: a pointer to itself')).toMatchObject({ questions: [{ name: '<BAD PTR>' }] });
  });

  it('of DHCP', () => {
    expect(lastLayer('dhcp: option: routers')).toMatchObject({
      protocol: 'dhcp',
      operation: 1,
      transactionId: 0x12345678,
      hardwareAddress: '02:00:00:00:00:01',
      options: [
        { code: 53, name: 'DHCP-Message', value: 'Discover' },
        { code: 3, name: 'Default-Gateway', value: '10.0.0.1,10.0.0.2' },
      ],
    });
    expect(lastLayer('dhcp: option: a parameter list')).toMatchObject({
      options: [{}, { code: 55, value: expect.stringMatching(/^Subnet-Mask \(1\), Default-Gateway \(3\)/) }],
    });
  });

  it('of DHCPv6', () => {
    expect(lastLayer('dhcpv6: option: preference and elapsed time')).toMatchObject({
      protocol: 'dhcpv6',
      messageName: 'solicit',
      transactionId: 0x123456,
      options: [
        { code: 7, name: 'preference', data: 'ff' },
        { code: 8, name: 'elapsed-time', data: '0064' },
      ],
    });
    expect(lastLayer('dhcpv6: relayed')).toMatchObject({ messageName: 'relay-fwd', hops: 1, peerAddress: 'fe80::1' });
  });

  it('of NTP', () => {
    expect(lastLayer('ntp: mode 3')).toMatchObject({
      protocol: 'ntp',
      version: 4,
      mode: 3,
      stratum: 2,
      precisionExponent: -23,
      referenceTime: '2023-08-02T21:20:00.000000000Z',
      originateTime: '2023-08-02T21:20:01.500000000Z',
    });
    expect(lastLayer('ntp: times not set')).toMatchObject({ referenceTime: null });
  });

  it('of lines of text', () => {
    expect(lastLayer('text: HTTP request')).toEqual({ protocol: 'http', length: 50, line: 'GET / HTTP/1.1' });
    expect(lastLayer('text: HTTP body')).toEqual({ protocol: 'http', length: 25 });
    expect(lastLayer('text: SIP')).toMatchObject({ protocol: 'sip', line: 'INVITE sip:a@example.com SIP/2.0' });
  });

  it('of TFTP, syslog and SNMP', () => {
    expect(lastLayer('tftp: read')).toEqual({ protocol: 'tftp', operation: 1, file: 'boot.img' });
    expect(lastLayer('tftp: data')).toEqual({ protocol: 'tftp', operation: 3, block: 1 });
    expect(lastLayer('syslog: priority 13')).toMatchObject({ protocol: 'syslog', facility: 1, severity: 5 });
    expect(lastLayer('snmp: value: text')).toMatchObject({
      protocol: 'snmp',
      version: 'SNMPv2c',
      community: 'public',
      pdu: 'GetResponse',
      requestId: 0x1234,
      bindings: [{ object: '1.3.6.1.2.1.1.5.0', value: '"hive"' }],
    });
  });

  it('of IGMP, spanning tree and LLDP', () => {
    expect(lastLayer('igmp: report of version 3')).toEqual({
      protocol: 'igmp',
      type: 0x22,
      records: [
        { type: 4, group: '239.1.2.3', sources: [] },
        { type: 3, group: '239.1.2.3', sources: ['10.0.0.1', '10.0.0.2'] },
      ],
    });
    expect(lastLayer('stp: configuration')).toMatchObject({
      protocol: 'stp',
      bridgeId: '9001.02:00:00:00:00:02',
      rootPathCost: 4,
      maxAgeSeconds: 20,
    });
    expect(lastLayer('lldp: the usual')).toEqual({
      protocol: 'lldp',
      chassisId: { subtype: 4, value: '02:00:00:00:00:01' },
      portId: { subtype: 5, value: 'eth0' },
      timeToLiveSeconds: 120,
      portDescription: 'port',
      systemName: 'host',
      systemDescription: 'a station',
      capabilities: 0x14,
      enabledCapabilities: 0x10,
    });
  });

  it('of tunnels, and of what is inside', () => {
    const packet = corpus.find(({ name }) => name === 'vxlan: in itself')!;
    const { layers } = createPrinter().json(printable(1, packet));
    expect(layers.map(layer => layer.protocol)).toEqual([
      ...['ethernet', 'ip', 'udp', 'vxlan'],
      ...['ethernet', 'ip', 'udp', 'vxlan'],
      ...['ethernet', 'ip', 'udp'],
    ]);
    expect(layers[3]).toMatchObject({ networkIdentifier: 42 });
  });
});

describe('packets changed at random', () => {
  it('give the same fields with every flag, and never an error', { timeout: 30_000 }, () => {
    const plain = createPrinter({ numeric: true });
    const quiet = createPrinter({ quiet: 1 });
    const wordy = createPrinter({ verbosity: 3, linkHeader: true, names });
    const lines = createPrinter({ verbosity: 3, linkHeader: true, names, time: 'none' });
    const next = randomNumbers(77);
    for (const packet of corpus) {
      for (let i = 0; i < 6; i++) {
        const changed = printable(1, mutate(packet, next));
        const json = wordy.json(changed);
        expect(json.layers, packet.name).toEqual(plain.json(changed).layers);
        expect(json.layers, packet.name).toEqual(quiet.json(changed).layers);
        expect(json.text, packet.name).toBe(lines.line(changed));
        expect(JSON.stringify(json).length).toBeLessThan(200_000);
      }
    }
  });

  it('of the example captures print in bounded time', () => {
    const folder = new URL('../../examples/captures/', import.meta.url);
    const packets: PrintablePacket[] = [];
    for (const file of readdirSync(folder).filter(name => /\.pcap(ng)?$/.test(name)))
      for (const packet of readCaptureFileSync(new URL(file, folder).pathname)) packets.push(packet);
    const lines = createPrinter({ verbosity: 3, linkHeader: true, time: 'none' });
    const objects = createPrinter({ verbosity: 3, linkHeader: true });
    const next = randomNumbers(5);
    const start = performance.now();
    for (const packet of packets) {
      const data = packet.data.slice();
      for (let i = 0; i < 4; i++) data[next(data.length)] = next(256);
      expect(objects.json({ ...packet, data }).text).toBe(lines.line({ ...packet, data }));
    }
    expect((performance.now() - start) / packets.length).toBeLessThan(20);
  });

  it('nested as deep as a packet can hold end with a word', () => {
    // 16,000 options, each inside the one before.
    const size = 64_000;
    const data = new Uint8Array(14 + 40 + 8 + 4 + size);
    const view = new DataView(data.buffer);
    view.setUint16(12, 0x86dd);
    view.setUint32(14, 0x60000000);
    view.setUint16(18, data.length - 54);
    data[20] = 17;
    view.setUint16(56, 547);
    view.setUint16(58, data.length - 54);
    data[62] = 1;
    for (let at = 66; at + 4 <= data.length; at += 4) {
      view.setUint16(at, 45);
      view.setUint16(at + 2, data.length - at - 4);
    }
    const packet = { data, originalLength: data.length, timeSeconds: 0, timeNanoseconds: 0 };
    const text = createPrinter({ verbosity: 1 }).line(packet);
    expect(text).toContain('nested too deeply');
    expect(text.length).toBeLessThan(10_000);
  });
});
