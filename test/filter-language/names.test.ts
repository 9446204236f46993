// Names: the built-in tables, the machine's files, resolvers of callers, and what is said of unknown names.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SkepError } from '../../src/diagnostics/index.js';
import {
  addressBytes,
  builtInResolver,
  compileFilter,
  createResolver,
  hostNames,
  type NameResolver,
  parseEthers,
  parseHosts,
  parseNetworks,
  parseProtocols,
  parseServices,
} from '../../src/filter/index.js';
import { resolvePort } from '../../src/filter/names.js';
import { resolverFor, systemResolver } from '../../src/filter/node/index.js';
import { bytes as packet } from '../support/packets.js';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const errorOf = (run: () => unknown): SkepError => {
  try {
    run();
  } catch (error) {
    if (error instanceof SkepError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

describe('the built-in tables', () => {
  const resolver = builtInResolver();

  it.each([
    ['http', { tcp: 80 }],
    ['https', { tcp: 443, udp: 443 }],
    ['domain', { tcp: 53, udp: 53 }],
    ['ssh', { tcp: 22 }],
    ['ntp', { udp: 123 }],
    ['www', { tcp: 80 }],
    ['m3ua', { sctp: 2905 }],
    ['HTTP', undefined],
    ['toString', undefined],
  ])('service %s', (name, ports) => expect(resolver.service(name)).toEqual(ports));

  it.each([
    ['tcp', 6],
    ['TCP', 6],
    ['ipv6-icmp', 58],
    ['sctp', 132],
    ['Tcp', undefined],
    ['constructor', undefined],
  ])('protocol %s', (name, number) => expect(resolver.protocol(name)).toBe(number));

  it('numbers of transports', () => {
    expect(resolvePort(resolver, 'https')).toEqual({ port: 443 });
    expect(resolvePort(resolver, 'http')).toEqual({ port: 80, transport: 'tcp' });
    expect(resolvePort(resolver, 'ntp')).toEqual({ port: 123, transport: 'udp' });
    expect(resolvePort(resolver, 'http', 'udp')).toBeUndefined();
    expect(resolvePort(resolver, 'nothing')).toBeUndefined();
  });

  it('every service has a port and no name has a blank in it', () => {
    const names = [...resolver.names('service')];
    expect(names.length).toBeGreaterThan(250);
    for (const name of names) {
      const ports = Object.values(resolver.service(name)!);
      expect(ports.length).toBeGreaterThan(0);
      for (const port of ports) expect(port > 0 && port < 65536 && Number.isInteger(port)).toBe(true);
      expect(name).toMatch(/^[\w.-]+$/);
    }
  });
});

describe('name files', () => {
  it('hosts(5)', () => {
    const hosts = parseHosts(
      '127.0.0.1 localhost # comment\n::1\tlocalhost ip6-localhost\n\n10.0.0.1 A b\n10.0.0.2 a\n10.0.0.1 a\nnonsense c\n300.1.1.1 d\nfe80::1%eth0 e\n10.0.0.9\n',
    );
    expect(hosts.get('localhost')).toEqual([bytes(127, 0, 0, 1), addressBytes('::1')]);
    expect(hosts.get('a')).toEqual([bytes(10, 0, 0, 1), bytes(10, 0, 0, 2)]);
    expect(hosts.get('e')).toEqual([addressBytes('fe80::1')]);
    expect([...hosts.keys()]).toEqual(['localhost', 'ip6-localhost', 'a', 'b', 'e']);
  });

  it('services(5)', () => {
    const services = parseServices(
      'http 80/tcp www # web\ndomain 53/tcp\ndomain 53/udp\nrtmp 1/ddp\nx 99999/tcp\ny eighty/tcp\nhttp 81/tcp\n',
    );
    expect(Object.fromEntries(services)).toEqual({
      http: { tcp: 80 },
      www: { tcp: 80 },
      domain: { tcp: 53, udp: 53 },
    });
  });

  it('protocols(5)', () => {
    const protocols = parseProtocols('ip 0 IP\ntcp\t6\tTCP # c\nbad 256\nworse x\n');
    expect(Object.fromEntries(protocols)).toEqual({ ip: 0, IP: 0, tcp: 6, TCP: 6 });
  });

  it('networks(5): zeros at the end are no part of the number', () => {
    const networks = parseNetworks(
      'default 0.0.0.0\nloopback 127.0.0.0\nlink-local 169.254.0.0 LL\noffice 192.168.5\nbad 1.2.3.4.5\nworse 300\n',
    );
    expect(Object.fromEntries(networks)).toEqual({
      default: 0,
      loopback: 127,
      'link-local': 0xa9fe,
      ll: 0xa9fe,
      office: 0xc0a805,
    });
  });

  it('ethers(5)', () => {
    const ethers = parseEthers('00:11:22:aa:bb:cc Router\n0:1:2:3:4:5 pc # desk\n00-11-22-33-44-55 no\n1:2:3 no\n');
    expect(Object.fromEntries(ethers)).toEqual({
      router: bytes(0, 0x11, 0x22, 0xaa, 0xbb, 0xcc),
      pc: bytes(0, 1, 2, 3, 4, 5),
    });
  });

  it('any text is read without an error', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), text => {
        for (const parse of [parseHosts, parseServices, parseProtocols, parseNetworks, parseEthers]) parse(text);
      }),
    );
  });

  it.each([
    ['10.0.0.1', bytes(10, 0, 0, 1)],
    ['::ffff:10.0.0.1', addressBytes('::ffff:a00:1')],
    ['fe80::1%lo', addressBytes('fe80::1')],
    ['10.0.0', undefined],
    ['10.0.0.256', undefined],
    ['1:2', undefined],
    ['::1::', undefined],
    ['12345::', undefined],
    ['', undefined],
  ])('address %j', (text, expected) => expect(addressBytes(text)).toEqual(expected));
});

describe('the resolver of a machine', () => {
  let folder: string;
  let resolver: NameResolver;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'skep-names-'));
    const write = (name: string, text: string): string => {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    };
    resolver = systemResolver({
      files: {
        hosts: write('hosts', '10.0.0.1 router gw\n2001:db8::1 router\n10.0.0.7 pc\n'),
        services: write('services', 'web 8000/tcp\nhttp 8080/tcp\n'),
        networks: write('networks', 'office 192.168.0.0\n'),
        ethers: write('ethers', '00:11:22:33:44:55 router\n'),
        protocols: join(folder, 'does-not-exist'),
      },
    });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('answers from its files first, then from the tables', () => {
    expect(resolver.host('ROUTER')).toEqual([bytes(10, 0, 0, 1), addressBytes('2001:db8::1')]);
    expect(resolver.host('nobody')).toBeUndefined();
    expect(resolver.host('10.1.2.3')).toEqual([bytes(10, 1, 2, 3)]);
    expect(resolver.service('web')).toEqual({ tcp: 8000 });
    expect(resolver.service('http')).toEqual({ tcp: 8080 });
    expect(resolver.service('ntp')).toEqual({ udp: 123 });
    expect(resolver.network('office')).toBe(0xc0a8);
    expect(resolver.protocol('tcp')).toBe(6);
    expect(resolver.etherHost('router')).toEqual(bytes(0, 0x11, 0x22, 0x33, 0x44, 0x55));
    expect(resolver.etherProtocol('arp')).toBe(0x806);
    expect(resolver.llcProtocol('stp')).toBe(0x42);
    expect(resolver.isoProtocol('isis')).toBe(0x83);
    expect([...resolver.names('host')]).toEqual(['router', 'gw', 'pc']);
  });

  it('reads no folder, no device and nothing twice', () => {
    expect(systemResolver({ files: { hosts: folder } }).host('a')).toBeUndefined();
    expect(systemResolver({ files: { hosts: '/dev/zero' } }).host('a')).toBeUndefined();
    const path = join(folder, 'changing');
    writeFileSync(path, '10.0.0.1 a\n');
    const cached = systemResolver({ files: { hosts: path } });
    expect(cached.host('a')).toBeDefined();
    writeFileSync(path, '10.0.0.1 b\n');
    expect(cached.host('b')).toBeUndefined();
  });

  it('compiles names', () => {
    const names = (text: string, target: string): void => {
      expect(compileFilter(text, { resolver }).program).toEqual(compileFilter(target).program);
    };
    names('host pc', 'host 10.0.0.7');
    names('ip host router', 'ip host 10.0.0.1');
    names('ip6 host router', 'ip6 host 2001:db8::1');
    names('net office', 'net 192.168.0.0/16');
    names('tcp port web', 'tcp port 8000');
    names('portrange web-8080', 'portrange 8000-8080');
    names('ether host router', 'ether host 00:11:22:33:44:55');
    const gateway = compileFilter('gateway router', { resolver });
    const through = (source: number): Uint8Array =>
      packet('001122334455 020000000001 0800', '45000014 00000000 40110000', [10, 0, 0, source], '0a000009');
    expect(gateway.matches(through(7))).toBe(true);
    expect(gateway.matches(through(1))).toBe(false);
  });

  it('DNS is asked only for names that the files do not know', async () => {
    const same = await resolverFor('host pc and port 80', resolver);
    expect(same).toBe(resolver);
    const other = await resolverFor('host does-not-exist.invalid', resolver);
    expect(other.host('does-not-exist.invalid')).toBeUndefined();
  });
});

describe('names of an expression', () => {
  it.each([
    ['host a or b and src c', ['a', 'b', 'c']],
    ['gateway r or host r', ['r']],
    ['ether host e or net n or port http or ip proto \\tcp', []],
    ['ip host x and not y', ['x', 'y']],
    ['host 10.0.0.1', []],
    ['host (', []],
    ['', []],
  ])('%s', (text, expected) => expect(hostNames(text)).toEqual(expected));
});

describe('unknown names', () => {
  const resolver = createResolver({
    host: name => (name === 'printer' ? [bytes(10, 0, 0, 1)] : undefined),
    names: kind => (kind === 'host' ? ['printer'] : []),
  });

  it.each([
    ['host pritner', 'unknown host "pritner"', 'printer', 5],
    ['src host nobody', 'unknown host "nobody"', undefined, 9],
    ['port htpp', 'unknown service (port name) "htpp"', 'http', 5],
    ['tcp dst port domian', 'unknown service (port name) "domian"', 'domain', 13],
    ['net office', 'unknown network "office"', undefined, 4],
    ['ip proto ospff', 'unknown IP protocol "ospff"', 'ospf', 9],
    ['ether proto loopbak', 'unknown Ethernet protocol "loopbak"', 'loopback', 12],
    ['iso proto clpn', 'unknown OSI protocol "clpn"', 'clnp', 10],
    ['ether host router', 'unknown Ethernet host "router"', undefined, 11],
    ['portrange ftp-htpp', 'unknown service (port name) "htpp"', 'http', 10],
  ])('%s', (text, message, meant, start) => {
    const [diagnostic] = errorOf(() => compileFilter(text, { resolver })).diagnostics;
    expect(diagnostic).toMatchObject({ code: 'SKEP1060', message, span: { start } });
    expect(diagnostic!.fix?.replacement).toBe(meant);
  });
});
