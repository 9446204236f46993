// The printer as a library: fields, names, options, what it remembers, and that nothing makes it fail.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { NameSource, PacketJson, PrinterOptions } from '../../src/capture/print/index.js';
import { createPrinter } from '../../src/capture/print/index.js';
import { LINK_TYPE_DECODERS } from '../../src/capture/print/registry.js';
import { SequenceTable } from '../../src/capture/print/tcp-sequences.js';
import { civilDate } from '../../src/capture/print/time.js';
import {
  arp,
  ascii,
  bytes,
  ethernet,
  icmp,
  icmpv6,
  ieee8023,
  ip6,
  ipv4,
  ipv6,
  mac,
  tcp,
  u16,
  u32,
  udp,
  vlanTag,
  zeros,
} from '../support/packets.js';
import { corpus } from './corpus.js';
import { printable } from './tcpdump.js';

function json(data: Uint8Array, options: PrinterOptions = {}, linkType = 1): PacketJson {
  return createPrinter({ numeric: true, ...options }).json(printable(linkType, { data, timeSeconds: 1700000000 }));
}

describe('fields', () => {
  it('of a TCP segment in a tagged frame', () => {
    const options = bytes(2, 4, u16(1460), 4, 2, 8, 10, u32(5), u32(6), 1, 3, 3, 7);
    const segment = tcp(ascii('hi'), { flags: 'SA', sequence: 9, acknowledgment: 8, options });
    const frame = ethernet(vlanTag(7, 0x0800, ipv4(segment, { protocol: 6, dontFragment: true }), 5), { type: 0x8100 });
    const packet = json(frame);
    expect(packet).toMatchObject({
      time: '2023-11-14T22:13:20.000000000Z',
      capturedLength: frame.length,
      length: frame.length,
      interface: 0,
      text: 'IP 10.0.0.1.40000 > 10.0.0.2.7777: Flags [S.], seq 9:11, ack 8, win 512, options [mss 1460,sackOK,TS val 5 ecr 6,nop,wscale 7], length 2',
    });
    expect(packet.layers).toEqual([
      { protocol: 'ethernet', source: '02:00:00:00:00:01', destination: '02:00:00:00:00:02', etherType: 0x8100 },
      { protocol: 'vlan', id: 7, priority: 5, dropEligible: false, etherType: 0x0800 },
      {
        protocol: 'ip',
        source: '10.0.0.1',
        destination: '10.0.0.2',
        headerLength: 20,
        typeOfService: 0,
        totalLength: 62,
        id: 1,
        dontFragment: true,
        moreFragments: false,
        fragmentOffset: 0,
        ttl: 64,
        payloadProtocol: 6,
        checksum: expect.any(Number),
      },
      {
        protocol: 'tcp',
        sourcePort: 40000,
        destinationPort: 7777,
        sequence: 9,
        acknowledgment: 8,
        headerLength: 40,
        flags: ['syn', 'ack'],
        window: 512,
        checksum: expect.any(Number),
        urgentPointer: 0,
        options: [
          { kind: 2, name: 'mss', value: 1460 },
          { kind: 4, name: 'sackOK' },
          { kind: 8, name: 'TS', value: { value: 5, echo: 6 } },
          { kind: 1, name: 'nop' },
          { kind: 3, name: 'wscale', value: 7 },
        ],
        payloadLength: 2,
      },
    ]);
  });

  it('do not depend on the flags of the text', () => {
    for (const { name, linkType, data } of corpus) {
      const plain = createPrinter({ numeric: true }).json(printable(linkType, { data }));
      for (const options of [
        { numeric: true, verbosity: 3, linkHeader: true },
        { numeric: true, quiet: 2 },
        { absoluteSequence: true, verifyChecksums: false },
      ]) {
        const other = createPrinter(options).json(printable(linkType, { data }));
        expect(other.layers, name).toEqual(plain.layers);
      }
    }
  });

  it('stand beside the text that the line has', () => {
    for (const options of [{}, { verbosity: 2, linkHeader: true }] satisfies PrinterOptions[]) {
      const lines = createPrinter({ ...options, time: 'none' });
      const objects = createPrinter(options);
      for (const { name, linkType, data, originalLength } of corpus) {
        const packet = printable(linkType, originalLength === undefined ? { data } : { data, originalLength });
        expect(objects.json(packet).text, name).toBe(lines.line(packet));
      }
    }
  });

  it('of a packet that an ICMP error quotes', () => {
    const quoted = ipv4(udp(zeros(4), { destinationPort: 53 }), { destination: '192.0.2.1' });
    const packet = json(ethernet(ipv4(icmp(3, 3, u32(0), quoted), { protocol: 1 })));
    expect(packet.layers.map(layer => layer.protocol)).toEqual(['ethernet', 'ip', 'icmp']);
    expect(packet.layers[2]).toMatchObject({
      type: 3,
      code: 3,
      quoted: [
        { protocol: 'ip', destination: '192.0.2.1' },
        { protocol: 'udp', destinationPort: 53 },
      ],
    });
  });

  it('of neighbour discovery', () => {
    const message = icmpv6(135, 0, bytes(u32(0), ip6('2001:db8::2'), 1, 1, mac('02:00:00:00:00:01')));
    const packet = json(ethernet(ipv6(message, { nextHeader: 58 }), { type: 0x86dd }));
    expect(packet.layers[2]).toEqual({
      protocol: 'icmp6',
      type: 135,
      code: 0,
      target: '2001:db8::2',
      options: [{ type: 1, name: 'source link-address', address: '02:00:00:00:00:01' }],
    });
  });

  it('of ARP', () => {
    expect(json(ethernet(arp(), { type: 0x0806 })).layers[1]).toEqual({
      protocol: 'arp',
      hardwareType: 1,
      protocolType: 0x0800,
      operation: 1,
      senderHardware: '02:00:00:00:00:01',
      senderProtocol: '10.0.0.1',
      targetHardware: '00:00:00:00:00:00',
      targetProtocol: '10.0.0.2',
    });
  });

  it('of an 802.3 frame: its length', () => {
    const packet = json(ieee8023(bytes(0x04, 0x04, 0xf3, 1, 2)));
    expect(packet.layers).toEqual([
      { protocol: 'ethernet', source: '02:00:00:00:00:01', destination: '02:00:00:00:00:02', length: 5 },
      { protocol: 'llc', destinationSap: 4, sourceSap: 4, control: 0xf3 },
    ]);
  });

  it('say that the capture ended early, and hold the bytes when a dump is wanted', () => {
    const whole = ethernet(ipv4(udp(zeros(40))));
    const printer = createPrinter({ hex: 1 });
    const packet = printer.json(printable(1, { data: arpCut(), originalLength: 60 }));
    expect(packet.truncated).toBe(true);
    expect(packet.data).toBe(Buffer.from(arpCut()).toString('hex'));
    expect(printer.json(printable(1, { data: whole })).truncated).toBeUndefined();
    expect(createPrinter().json(printable(1, { data: whole })).data).toBeUndefined();
  });

  it('are JSON: nothing is lost in writing and reading', () => {
    const printer = createPrinter({ verbosity: 1 });
    for (const { linkType, data } of corpus) {
      const packet = printer.json(printable(linkType, { data }));
      expect(JSON.parse(JSON.stringify(packet))).toEqual(packet);
    }
  });

  it('have the interface by name, by number, or not at all', () => {
    const data = ipv4(udp(zeros(1)));
    const packet = { data, originalLength: data.length, timeSeconds: 0, timeNanoseconds: 0, hasTime: false };
    const printer = createPrinter({ linkType: 101 });
    expect(printer.json(packet)).toMatchObject({ interface: null, time: null });
    expect(printer.json({ ...packet, interface: { linkType: 101, index: 3 } }).interface).toBe(3);
    expect(printer.json({ ...packet, interface: { linkType: 101, index: 3, name: 'eth0' } }).interface).toBe('eth0');
  });
});

function arpCut(): Uint8Array {
  return ethernet(arp(), { type: 0x0806 }).slice(0, 30);
}

describe('names', () => {
  const names: NameSource = {
    host: address => ({ '10.0.0.1': 'client.example', '2001:db8::1': 'client6.example' })[address],
    service: (port, transport) => (port === 7777 ? `game-${transport}` : undefined),
    ether: address => (address === '02:00:00:00:00:01' ? 'station' : undefined),
    interface: index => (index === 5 ? 'wan' : undefined),
  };
  const line = (data: Uint8Array, options: PrinterOptions = {}, linkType = 1): string =>
    createPrinter({ names, time: 'none', ...options }).line(printable(linkType, { data }));

  it('stand for addresses and ports', () => {
    expect(line(ethernet(ipv4(udp(zeros(3)))))).toBe('IP client.example.40000 > 10.0.0.2.game-udp: UDP, length 3');
    expect(line(ethernet(ipv6(udp(zeros(3))), { type: 0x86dd }))).toBe(
      'IP6 client6.example.40000 > 2001:db8::2.game-udp: UDP, length 3',
    );
    expect(line(ethernet(ipv4(tcp(zeros(0)), { protocol: 6 })))).toContain('10.0.0.2.game-tcp: Flags [.]');
  });

  it('lose their domain on demand', () => {
    expect(line(ethernet(ipv4(udp(zeros(3)))), { noDomains: true })).toContain('IP client.40000 > 10.0.0.2');
  });

  it('give way to numbers', () => {
    expect(line(ethernet(ipv4(udp(zeros(3)))), { numeric: true })).toBe(
      'IP 10.0.0.1.40000 > 10.0.0.2.7777: UDP, length 3',
    );
  });

  it('stand for stations and interfaces', () => {
    const frame = ethernet(arp(), { type: 0x0806, destination: 'ff:ff:ff:ff:ff:ff' });
    expect(line(frame, { linkHeader: true })).toContain('station > Broadcast, ethertype ARP');
    const cooked = bytes(
      u16(0x0800),
      u16(0),
      u32(5),
      u16(1),
      4,
      6,
      mac('02:00:00:00:00:09'),
      0,
      0,
      ipv4(udp(zeros(1))),
    );
    expect(line(cooked, {}, 276)).toContain('wan   Out IP');
  });

  it('are asked for once', () => {
    let asked = 0;
    const counting: NameSource = {
      host: () => {
        asked++;
        return undefined;
      },
    };
    const printer = createPrinter({ names: counting });
    for (let i = 0; i < 50; i++) printer.line(printable(1, { data: ethernet(ipv4(udp(zeros(1)))) }));
    expect(asked).toBe(2);
  });
});

describe('the printer', () => {
  it('takes the link type of each packet from its interface', () => {
    const printer = createPrinter({ numeric: true, time: 'none' });
    const datagram = ipv4(udp(zeros(1)));
    const expected = 'IP 10.0.0.1.40000 > 10.0.0.2.7777: UDP, length 1';
    expect(printer.line(printable(1, { data: ethernet(datagram) }))).toBe(expected);
    expect(printer.line(printable(101, { data: datagram }))).toBe(expected);
    expect(printer.line(printable(0, { data: bytes(2, 0, 0, 0, datagram) }))).toBe(expected);
  });

  it('writes local time by the offset it is given', () => {
    const data = ipv4(udp(zeros(1)));
    const summer = (seconds: number): number => (seconds >= 1711846800 ? 7200 : 3600);
    const printer = createPrinter({ linkType: 101, time: 'date', utcOffsetSeconds: summer });
    const at = (timeSeconds: number): string => printer.line(printable(101, { data, timeSeconds })).slice(0, 26);
    expect(at(1711846799)).toBe('2024-03-31 01:59:59.000000');
    expect(at(1711846800)).toBe('2024-03-31 03:00:00.000000');
    expect(at(1735689599)).toBe('2025-01-01 01:59:59.000000');
  });

  it('forgets nothing between packets of one connection and knows nothing of another printer', () => {
    const packet = (sequence: number) =>
      printable(101, { data: ipv4(tcp(zeros(1), { sequence, acknowledgment: 5 }), { protocol: 6 }) });
    const printer = createPrinter({ numeric: true });
    expect(printer.line(packet(100))).toContain('seq 100:101, ack 5,');
    expect(printer.line(packet(101))).toContain('seq 1:2, ack 1,');
    expect(createPrinter({ numeric: true }).line(packet(101))).toContain('seq 101:102, ack 5,');
  });
});

describe('dates', () => {
  it('are those of the Gregorian calendar', () => {
    for (let days = -719_000; days < 2_900_000; days += 997) {
      expect(civilDate(days)).toBe(new Date(days * 86_400_000).toISOString().replace(/T.*/, '').replace(/^\+00/, ''));
    }
  });
});

describe('the table of connections', () => {
  it('finds what it stored, however large it grows', () => {
    const table = new SequenceTable(3);
    const keys = 50_000;
    const set = (i: number): void => {
      table.key[0] = Math.imul(i, 2654435761);
      table.key[1] = i;
      table.key[2] = i & 7;
    };
    let wrong = 0;
    for (let i = 0; i < keys; i++) {
      set(i);
      if (table.find()) wrong++;
      table.store(i, -i);
    }
    for (let i = 0; i < keys; i++) {
      set(i);
      if (!table.find() || table.sequence !== i || table.acknowledgment !== -i >>> 0) wrong++;
    }
    expect(wrong).toBe(0);
    set(7);
    table.find();
    table.store(1, 2);
    expect(table.find() && table.sequence === 1 && table.acknowledgment === 2).toBe(true);
  });
});

describe('no packet', () => {
  const linkTypes = [...LINK_TYPE_DECODERS.map(([linkType]) => linkType), 147];
  const optionSets: readonly PrinterOptions[] = [
    {},
    { verbosity: 3, linkHeader: true },
    { quiet: 1, hexAscii: 2 },
    { verbosity: 1, ascii: 1, absoluteSequence: true },
  ];
  const printers = optionSets.map(options => createPrinter(options));

  function check(linkType: number, data: Uint8Array, originalLength = data.length): void {
    const packet = printable(linkType, { data, originalLength });
    for (const printer of printers) {
      expect(typeof printer.line(packet)).toBe('string');
      JSON.stringify(printer.json(packet));
    }
  }

  it('of random bytes makes it fail', () => {
    let state = 7;
    const random = (below: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 4294967296) * below);
    };
    for (let i = 0; i < 3000; i++) {
      const data = Uint8Array.from({ length: 1 + random(120) }, () => (random(3) === 0 ? 0 : random(256)));
      check(linkTypes[random(linkTypes.length)]!, data, data.length + random(2) * random(100));
    }
  });

  it('of the corpus with bytes changed makes it fail', () => {
    let state = 99;
    const random = (below: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 4294967296) * below);
    };
    for (const packet of corpus) {
      for (let copy = 0; copy < 6; copy++) {
        const data = packet.data.slice(0, packet.data.length - random(2) * random(20));
        for (let i = random(6); i >= 0; i--) data[random(data.length)] = random(256);
        check(packet.linkType, data, packet.data.length);
      }
    }
  });

  it('nests deeper than it follows', () => {
    let inner = ipv4(udp(zeros(1)));
    for (let i = 0; i < 2000; i++)
      inner = ipv4(inner, { protocol: 4, totalLength: Math.min(65535, inner.length + 20) });
    const line = createPrinter({ numeric: true }).line(printable(101, { data: inner }));
    expect(line).toContain('[nested too deeply]');
    let quoted = ipv4(udp(zeros(1)));
    for (let i = 0; i < 300; i++) quoted = ipv4(icmp(3, 1, u32(0), quoted), { protocol: 1 });
    let tagged: Uint8Array = ipv4(udp(zeros(1)));
    for (let i = 0; i < 1000; i++) tagged = vlanTag(1, i === 0 ? 0x0800 : 0x8100, tagged);
    const labels = bytes(...Array.from({ length: 5000 }, () => u32(16 << 12)));
    let gre = ipv4(udp(zeros(1)));
    for (let i = 0; i < 300; i++) gre = ipv4(bytes(u16(0), u16(0x0800), gre), { protocol: 47 });
    for (const data of [inner, quoted, gre]) check(101, data);
    check(1, ethernet(tagged, { type: 0x8100 }));
    check(1, ethernet(labels, { type: 0x8847 }));
  });
});

describe('docs/dump-json.md', () => {
  it('names every layer and field that the corpus has', () => {
    const text = readFileSync(new URL('../../docs/dump-json.md', import.meta.url), 'utf8');
    const documented = new Map<string, string>();
    for (const row of text.matchAll(/^\| (`[^|]*`) \| (.*) \|$/gm)) {
      for (const name of row[1]!.matchAll(/`([^`]+)`/g)) documented.set(name[1]!, row[2]!);
    }
    const printer = createPrinter({ numeric: true });
    for (const { linkType, data } of corpus) {
      for (const { protocol, ...fields } of printer.json(printable(linkType, { data })).layers) {
        const row = documented.get(protocol);
        expect(row, `layer ${protocol}`).toBeDefined();
        for (const field of Object.keys(fields)) expect(row, `${protocol}.${field}`).toContain(`\`${field}\``);
      }
    }
  });
});
