// The captures of examples/captures: every file reads to its end, README.md counts its packets rightly, the script that makes them lists
// the same files, and nobody's addresses are in them.

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readCaptureFileSync } from '../../src/capture/node/index.js';
import type { Layer } from '../../src/capture/print/index.js';
import { createPrinter } from '../../src/capture/print/index.js';

const FOLDER = fileURLToPath(new URL('../../examples/captures/', import.meta.url));
const SCRIPT = fileURLToPath(new URL('../../scripts/make-captures.sh', import.meta.url));
const README = readFileSync(join(FOLDER, 'README.md'), 'utf8');
const FILES = readdirSync(FOLDER)
  .filter(name => name !== 'README.md')
  .sort();

const MAX_FILE_BYTES = 300_000;
const MAX_TOTAL_BYTES = 1_500_000;

/** The packets of a file, all at once. */
function packetsOf(file: string) {
  return [...readCaptureFileSync(join(FOLDER, file))];
}

function layersOf(file: string): readonly Layer[] {
  const printer = createPrinter();
  return packetsOf(file).flatMap(packet => printer.json(packet).layers);
}

/** README.md's rows: file name to number of packets. */
const counted = new Map(
  [...README.matchAll(/^\| \[`([^`]+)`\]\(([^)]+)\) \| (\d+) \|/gm)].map(([, name, link, count]) => {
    expect(link).toBe(name);
    return [name!, Number(count)];
  }),
);

/** Address ranges for documentation and private use, links, groups and the loopback. */
const ADDRESSES = [
  /^(0|10|127|224|232|239|255)\.\d+\.\d+\.\d+$/,
  /^192\.0\.2\.\d+$/,
  /^198\.51\.100\.\d+$/,
  /^203\.0\.113\.\d+$/,
  /^2001:db8:[0-9a-f:]*$/,
  /^f[ef][0-9a-f]{2}:[0-9a-f:]*$/,
  /^::1?$/,
];
const ADDRESS_FIELDS = new Set([
  'source',
  'destination',
  'group',
  'clientAddress',
  'yourAddress',
  'serverAddress',
  'gatewayAddress',
]);

function looksLikeIp(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    (/^\d+\.\d+\.\d+\.\d+$/.test(value) || (value.includes(':') && !/^(..:){5}..$/.test(value)))
  );
}

describe('example captures', () => {
  it.each(FILES)('%s reads to its end, and README.md counts its packets', file => {
    const packets = packetsOf(file);
    expect(packets.length).toBeGreaterThan(0);
    expect(counted.get(file)).toBe(packets.length);
    for (const packet of packets) expect(packet.data.length).toBeLessThanOrEqual(packet.originalLength);
  });

  it('are those README.md lists, and small', () => {
    expect([...counted.keys()].sort()).toEqual(FILES);
    const sizes = FILES.map(file => statSync(join(FOLDER, file)).size);
    expect(Math.max(...sizes)).toBeLessThan(MAX_FILE_BYTES);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MAX_TOTAL_BYTES);
  });

  it('are those the script makes', context => {
    const listed = spawnSync('bash', [SCRIPT, '--list'], { encoding: 'utf8' });
    if (listed.error !== undefined) {
      console.warn('test/captures: SKIPPED the list of the script: there is no bash');
      context.skip();
    }
    expect(listed.stdout.trim().split('\n').sort()).toEqual(FILES);
  });

  it.each(FILES)('%s has example addresses only', file => {
    for (const layer of layersOf(file)) {
      for (const [field, value] of Object.entries(layer)) {
        if (ADDRESS_FIELDS.has(field) && looksLikeIp(value))
          expect(
            ADDRESSES.some(range => range.test(value)),
            `${layer.protocol} ${field} ${value}`,
          ).toBe(true);
      }
    }
  });

  it('hold the protocols their names promise', () => {
    const promised: Record<string, readonly string[]> = {
      'mixed.pcapng': [
        'arp',
        'ip',
        'ip6',
        'icmp',
        'icmp6',
        'tcp',
        'udp',
        'dns',
        'http',
        'ntp',
        'igmp',
        'dhcp',
        'dhcpv6',
        'vlan',
        'gre',
        'vxlan',
        'stp',
        'lldp',
      ],
      'http.pcap': ['http'],
      'dns.pcap': ['dns'],
      'mdns.pcap': ['mdns'],
      'dhcp.pcap': ['dhcp', 'dhcpv6'],
      'icmp.pcap': ['icmp'],
      'icmp6-nd.pcap': ['icmp6'],
      'ntp.pcap': ['ntp'],
      'igmp.pcap': ['igmp'],
      'stp.pcap': ['stp'],
      'rstp.pcap': ['stp'],
      'lldp.pcap': ['lldp'],
      'vlan.pcap': ['vlan'],
      'mpls.pcap': ['mpls'],
      'gre.pcap': ['gre'],
      'vxlan.pcap': ['vxlan'],
      'geneve.pcap': ['geneve'],
      'services.pcap': ['tftp', 'syslog', 'snmp'],
    };
    for (const [file, protocols] of Object.entries(promised)) {
      const found = new Set(layersOf(file).map(layer => layer.protocol));
      expect(
        protocols.filter(protocol => !found.has(protocol)),
        file,
      ).toEqual([]);
    }
  });

  it('are the same compressed and plain', () => {
    for (const file of FILES.filter(name => name.endsWith('.gz'))) {
      const contents = (name: string) =>
        packetsOf(name).map(({ data, originalLength, timeSeconds, timeNanoseconds }) => ({
          data: [...data],
          originalLength,
          timeSeconds,
          timeNanoseconds,
        }));
      expect(contents(file)).toEqual(contents(file.slice(0, -3)));
    }
  });

  it('have nanoseconds, several interfaces and several link types where their names say so', () => {
    expect(packetsOf('nanosecond.pcap').some(packet => packet.timeNanoseconds % 1000 !== 0)).toBe(true);
    const interfaces = (file: string) => new Set(packetsOf(file).map(packet => packet.interface.name));
    expect(interfaces('mixed.pcapng')).toEqual(new Set(['eth0', 'eth1', 'eth2', 'trunk']));
    expect(interfaces('link-types.pcapng')).toEqual(new Set(['eth0', 'eth1', 'any']));
    expect(new Set(packetsOf('link-types.pcapng').map(packet => packet.interface.linkType)).size).toBe(2);
    expect(packetsOf('snaplen.pcap').some(packet => packet.data.length === 64 && packet.originalLength > 64)).toBe(
      true,
    );
  });
});
