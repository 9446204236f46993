// `skep filter` as people run it: a fresh bundle of the command line in processes of their own.

import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FILTER_FORMATS } from '../../src/cli/filter.js';
import { compileFilter } from '../../src/filter/index.js';
import { assembleProgram } from '../../src/isa/index.js';
import { buildCli, type Cli, type CliResult } from '../support/cli.js';
import { pcapFile } from '../support/packets.js';
import { PACKETS } from './packets.js';

let cli: Cli;
let folder: string;
let capture: string;

beforeAll(async () => {
  cli = await buildCli();
  ({ folder } = cli);
  capture = `${folder}/two.pcap`;
  const { http, arp } = PACKETS as Record<string, { data: Uint8Array }>;
  writeFileSync(capture, pcapFile(1, [{ data: http!.data }, { data: arp!.data }]));
});
afterAll(() => cli.remove());

const skep = (args: readonly string[], input = ''): CliResult => cli.run(['filter', ...args], { input });

describe('programs', () => {
  it('the listing of `tcp and port 80` has 20 instructions', () => {
    const { status, stdout, stderr } = skep(['tcp', 'and', 'port', '80']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.split('\n')).toHaveLength(21);
    expect(stdout).toMatch(/^\(000\) ldh {6}\[12\]\n/);
  });

  it.each(['tcpdump', 'c', 'decimal', 'asm', 'macros', 'json', 'hex'])(
    '--format %s is a program that can be read again',
    format => {
      const { status, stdout } = skep(['--format', format, 'udp port 53']);
      expect(status).toBe(0);
      expect(assembleProgram(stdout).program).toEqual(compileFilter('udp port 53').program);
    },
  );

  it.each([
    ['dot', /^digraph filter \{\n[\s\S]*label="arp";/],
    ['cfg', /^\{\n {2}"blocks": \[/],
    ['wat', /^\(module\n/],
    ['js', /^function /],
  ])('--format %s', (format, shape) => expect(skep(['-f', format, 'arp']).stdout).toMatch(shape));

  it('every format is in the help', () => {
    const { stdout } = skep(['--help']);
    for (const [name] of FILTER_FORMATS) expect(stdout).toContain(name);
  });

  it('options change the program', () => {
    const lines = (...args: string[]): number => skep(args).stdout.split('\n').length;
    expect(lines('--no-optimize', 'tcp port 80')).toBeGreaterThan(lines('tcp port 80'));
    expect(lines('-O', 'tcp port 80')).toBe(lines('--no-optimize', 'tcp port 80'));
    expect(skep(['--dlt', 'RAW', 'ip']).stdout).toContain('and      #0xf0');
    expect(skep(['-y', '12', 'ip']).stdout).toContain('and      #0xf0');
    expect(skep(['-s', '96', 'ip']).stdout).toContain('#96');
    expect(skep(['-m', '255.255.255.0', 'ip broadcast']).status).toBe(0);
    expect(skep(['--target', 'linux', 'vlan 5']).stdout).toContain('vlan_tci');
    expect(lines('--transport-over-ip6', 'tcp[0] = 1')).toBeGreaterThan(lines('tcp[0] = 1'));
    expect(lines('--ip6-extensions', 'tcp port 80')).toBeGreaterThan(lines('tcp port 80'));
  });

  it('the expression may come from a file or standard input', () => {
    const path = `${folder}/expression`;
    writeFileSync(path, 'tcp\n  and port 80\n');
    expect(skep(['-F', path]).stdout).toBe(skep(['tcp and port 80']).stdout);
    expect(skep(['-F', '-'], 'arp').stdout).toBe(skep(['arp']).stdout);
  });

  it('--list-dlts', () => {
    const { status, stdout } = skep(['-L']);
    expect(status).toBe(0);
    expect(stdout).toContain('  1  EN10MB                       Ethernet\n');
    expect(stdout.split('\n').length).toBeGreaterThan(150);
  });
});

describe('explanations', () => {
  it('of an expression', () => {
    expect(skep(['--explain', 'arp or not port 80'])).toEqual({
      status: 0,
      stderr: '',
      stdout: `any of:
  arp
      ARP
  not: port 80
      TCP, UDP or SCTP over IPv4 or IPv6: source or destination port is 80 (http)
      (of a fragmented IPv4 packet only the first fragment)
      (IPv6 only without extension headers before it)
`,
    });
  });

  it('of a packet', () => {
    const { status, stdout } = skep(['--packet', `${capture}:2`, 'tcp port 80']);
    expect(status).toBe(0);
    expect(stdout).toContain('the packet does not match: `tcp port 80` does not hold\n');
    expect(stdout).toContain('EtherType (bytes 12-13) is ARP (0x0806), not IPv4 (0x0800)\n');
    expect(skep(['-p', `${capture}:1`, '--all', 'tcp port 80']).stdout).toMatch(
      /the packet matches[\s\S]*tests in order:/,
    );
  });

  it('--json is everything', () => {
    const { status, stdout, stderr } = skep(['--json', '-p', `${capture}:1`, 'vlan and ip']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      expression: 'vlan and ip',
      linkType: { dlt: 1, name: 'EN10MB' },
      warnings: [{ code: 'SKEP1070', severity: 'note' }],
      explanation: { kind: 'all', terms: [{ expression: 'vlan' }, { expression: 'ip' }] },
      program: { isa: 'classic' },
      packet: { matches: false },
    });
  });

  it('warnings go to standard error, with a caret', () => {
    const { status, stdout, stderr } = skep(['vlan or tcp']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^\(000\)/);
    expect(stderr).toMatch(
      /^warning\[SKEP1150\]: .*\n --> <expression>:1:9\n {2}\|\n1 \| vlan or tcp\n {2}\| {9}\^\^\^\n/,
    );
  });
});

describe('exit codes', () => {
  it('1: the expression is refused', () => {
    const { status, stdout, stderr } = skep(['tcp prot 80']);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toBe(`error[SKEP1012]: \`prot\` is no keyword
 --> <expression>:1:5
  |
1 | tcp prot 80
  |     ^^^^
  = help: did you mean \`port\`?
`);
    expect(skep(['--dlt', 'RAW', 'vlan']).status).toBe(1);
    expect(skep(['host', 'no.such.host.invalid', '--no-dns'])).toMatchObject({ status: 1, stdout: '' });
  });

  it('1: a file that cannot be read', () => {
    expect(skep(['-F', `${folder}/nothing`])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('no such file'),
    });
    expect(skep(['-p', `${folder}/nothing:1`, 'ip']).status).toBe(1);
    expect(skep(['-p', `${capture}:3`, 'ip'])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('there is no packet 3: the file has 2'),
    });
    expect(skep(['-p', `${folder}/expression:1`, 'ip']).status).toBe(1);
  });

  it.each([
    [['--bogus', 'ip']],
    [['--format', 'pascal', 'ip']],
    [['--dlt', 'EN11MB', 'ip']],
    [['--snaplen', 'many', 'ip']],
    [['--netmask', '255.255', 'ip']],
    [['--target', 'windows', 'ip']],
    [['--packet', 'file', 'ip']],
    [['--packet', 'file:0', 'ip']],
    [['--max-headers', '101', 'ip']],
    [['--all', 'ip']],
    [['--json', '--format', 'c', 'ip']],
    [['-F', 'file', 'ip']],
  ])('2: wrong usage, %j', args => {
    const { status, stdout, stderr } = skep(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^error: /);
  });
});
