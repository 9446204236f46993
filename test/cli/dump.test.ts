// `skep dump` as people run it, beside the real tcpdump where it is installed.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCli, type Cli } from '../support/cli.js';

const captures = fileURLToPath(new URL('../../examples/captures/', import.meta.url));
const MIXED = `${captures}mixed.pcapng`;
const HTTP = `${captures}http.pcap`;

let cli: Cli;
beforeAll(async () => {
  cli = await buildCli();
});
afterAll(() => cli.remove());

/** Local time is the machine's: both tools are told the same zone. */
const env = { TZ: 'Europe/Zurich' };
const skep = (...args: string[]) => cli.run(['dump', ...args], { env, encoding: 'latin1' });
const tcpdump = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync('tcpdump', args, {
    encoding: 'latin1',
    env: { ...process.env, ...env },
    maxBuffer: 1 << 28,
  });
  return { status, stdout, stderr };
};

const hasTcpdump = spawnSync('tcpdump', ['--version']).status === 0;
if (!hasTcpdump) console.warn('SKIPPED: tcpdump is not installed: skep dump is not compared with it');

/** Command lines that both tools understand: the same output, byte for byte. */
const SAME: readonly (readonly string[])[] = [
  ['-n', '-r', HTTP],
  ['-nn', '-r', HTTP, 'tcp port 80'],
  ['-r', HTTP, '-n', '-c', '5', 'tcp', 'port', '80'],
  ['-nr', HTTP, '-c3', '-#'],
  ['-n', '-t', '-r', HTTP, '-c', '4'],
  ['-n', '-tt', '-r', HTTP, '-c', '4'],
  ['-n', '-ttt', '-r', HTTP, '-c', '4'],
  ['-n', '-tttt', '-r', HTTP, '-c', '4'],
  ['-n', '-ttttt', '-r', HTTP, '-c', '4'],
  ['-ne', '-r', HTTP, '-c', '4'],
  ['-nvv', '-r', HTTP, '-c', '20'],
  ['-nq', '-r', HTTP, '-c', '20'],
  ['-nx', '-r', HTTP, '-c', '3'],
  ['-nxx', '-r', HTTP, '-c', '3'],
  ['-nX', '-r', HTTP, '-c', '3'],
  ['-nXX', '-r', HTTP, '-c', '3'],
  ['-nA', '-r', HTTP, '-c', '12'],
  ['-nS', '-r', HTTP, '-c', '12'],
  ['-nvK', '-r', HTTP, '-c', '12'],
  ['--count', '-r', HTTP, 'tcp[tcpflags] & tcp-syn != 0'],
  ['--count', '-r', `${captures}dns.pcap`, 'udp'],
  ['-n', '-r', `${captures}vlan.pcap`, 'vlan 10'],
  ['-nv', '-r', `${captures}icmp6-nd.pcap`],
  ['-n', '-r', `${captures}sll2.pcap`, 'icmp'],
  ['-n', '-r', `${captures}nanosecond.pcap`],
  ['-n', '--time-stamp-precision=nano', '-r', `${captures}nanosecond.pcap`],
  ['-y', 'EN10MB', '-d', 'tcp', 'and', 'port', '80'],
  ['-y', 'EN10MB', '-dd', 'tcp', 'and', 'port', '80'],
  ['-y', 'EN10MB', '-ddd', 'tcp', 'and', 'port', '80'],
  ['-y', 'RAW', '-d', 'icmp'],
  ['-r', `${captures}raw.pcap`, '-d', 'icmp'],
];

describe.skipIf(!hasTcpdump)('beside tcpdump', () => {
  it.each(SAME.map(args => [args.join(' ').replaceAll(captures, ''), args] as const))('%s', (_, args) => {
    const ours = skep(...args);
    const theirs = tcpdump(...args);
    expect(ours.stdout).toBe(theirs.stdout);
    expect(ours.status).toBe(theirs.status);
  });

  it.each(['http.pcap', 'dns.pcap', 'sll2.pcap', 'snaplen.pcap'])('writes the same file of %s', name => {
    const [a, b] = [`${cli.folder}/ours-${name}`, `${cli.folder}/theirs-${name}`];
    expect(skep('-r', captures + name, '-w', a, 'tcp or udp').status).toBe(0);
    expect(tcpdump('-r', captures + name, '-w', b, 'tcp or udp').status).toBe(0);
    expect(readFileSync(a)).toEqual(readFileSync(b));
  });

  it('rotates by size into files of the same names and sizes', () => {
    const files = (tool: typeof skep, prefix: string): (readonly [string, number])[] => {
      expect(tool('-r', bigFile(), '-w', `${cli.folder}/${prefix}`, '-C', '1', '-W', '2').status).toBe(0);
      const names = readdirSync(cli.folder).filter(name => name.startsWith(prefix));
      return names.sort().map(name => [name.slice(prefix.length), statSync(`${cli.folder}/${name}`).size]);
    };
    const ours = files(skep, 'rotated-a-');
    expect(ours.length).toBe(2);
    // tcpdump gives up root before it opens the second file, unless told not to.
    expect(ours).toEqual(files((...args) => tcpdump('-Z', 'root', ...args), 'rotated-b-'));
  });
});

/** A file of more than three million bytes: http.pcap many times over. */
function bigFile(): string {
  const file = `${cli.folder}/big.pcap`;
  if (existsSync(file)) return file;
  const bytes = readFileSync(HTTP);
  const records = bytes.subarray(24);
  const times = Math.ceil(3_500_000 / records.length);
  writeFileSync(file, Buffer.concat([bytes.subarray(0, 24), ...Array.from({ length: times }, () => records)]));
  return file;
}

describe('reading', () => {
  it('takes a file from standard input, and gzip by what it holds', () => {
    const plain = skep('-n', '-r', HTTP).stdout;
    const input = readFileSync(HTTP);
    expect(cli.run(['dump', '-n', '-r', '-'], { input, env, encoding: 'latin1' }).stdout).toBe(plain);
    expect(skep('-n', '-r', `${HTTP}.gz`).stdout).toBe(plain);
  });

  it('reads the files of a list', () => {
    writeFileSync(`${cli.folder}/list`, `${HTTP}\n${captures}dns.pcap\n`);
    const both = Number(/^(\d+)/.exec(skep('-V', `${cli.folder}/list`, '--count').stdout)![1]);
    expect(both).toBe(packetsOf('http.pcap') + packetsOf('dns.pcap'));
  });

  it('reads one file with several link types, which tcpdump refuses', () => {
    const file = `${captures}link-types.pcapng`;
    const all = skep('-n', '-r', file);
    expect(all.status).toBe(0);
    expect(all.stdout.split('\n').length - 1).toBe(packetsOf('link-types.pcapng'));
    expect(Number.parseInt(skep('--count', '-r', file, 'icmp').stdout, 10)).toBeGreaterThan(0);
  });

  it('leaves out a link type that the expression has no meaning for, and says so', () => {
    const { status, stderr } = skep('--count', '-r', `${captures}link-types.pcapng`, 'ether host 02:00:00:00:00:01');
    expect(stderr).toMatch(/warning\[SKEP\d+\]/);
    expect(stderr).toContain('LINUX_SLL interfaces are left out');
    expect(status).toBe(0);
  });

  it('skips and stops', () => {
    const lines = skep('-nS', '-r', HTTP).stdout.split('\n');
    expect(skep('-nS', '-r', HTTP, '--skip', '3', '-c', '2').stdout.split('\n').slice(0, 2)).toEqual(lines.slice(3, 5));
    expect(skep('--count', '-r', HTTP, '-c', '7').stdout).toBe('7 packets\n');
  });

  it('delivers what stands before damage, then says where it is', () => {
    const cut = `${cli.folder}/cut.pcap`;
    const bytes = readFileSync(HTTP);
    writeFileSync(cut, bytes.subarray(0, bytes.length - 10));
    const { status, stdout, stderr } = skep('-n', '-r', cut);
    expect(status).toBe(1);
    expect(stdout.split('\n').length - 1).toBe(packetsOf('http.pcap') - 1);
    expect(stderr).toMatch(/error\[SKEP3003\]: .*cut\.pcap: truncated .* at byte \d+/);
    const copy = `${cli.folder}/copy.pcap`;
    expect(skep('-r', cut, '-w', copy).status).toBe(1);
    expect(skep('--count', '-r', copy).stdout).toBe(`${packetsOf('http.pcap') - 1} packets\n`);
  });
});

/** Packets of an example capture, as its README counts them. */
function packetsOf(name: string): number {
  const row = new RegExp(`\\[\`${name}\`\\]\\(${name}\\) \\| (\\d+) \\|`).exec(
    readFileSync(`${captures}README.md`, 'utf8'),
  );
  return Number(row![1]);
}

describe('writing', () => {
  it('goes by the name: pcapng, gzip, or pcap', () => {
    const magic = (name: string): string => {
      expect(skep('-r', MIXED, '-w', `${cli.folder}/${name}`, 'icmp').status).toBe(0);
      return readFileSync(`${cli.folder}/${name}`).subarray(0, 4).toString('hex');
    };
    expect(magic('out.pcapng')).toBe('0a0d0d0a');
    // The file has nanoseconds, and so has the copy.
    expect(magic('out.pcap')).toBe('4d3cb2a1');
    expect(magic('out.pcap.gz').slice(0, 4)).toBe('1f8b');
    const counts = ['out.pcapng', 'out.pcap', 'out.pcap.gz'].map(
      name => skep('--count', '-r', `${cli.folder}/${name}`).stdout,
    );
    expect(new Set(counts).size).toBe(1);
  });

  it('never over the file that is being read', () => {
    const file = `${cli.folder}/same.pcap`;
    writeFileSync(file, readFileSync(HTTP));
    const { status, stderr } = skep('-r', file, '-w', file);
    expect(status).toBe(1);
    expect(stderr).toContain('is being read');
    expect(statSync(file).size).toBe(statSync(HTTP).size);
  });

  it('prints too with --print', () => {
    const file = `${cli.folder}/printed.pcap`;
    expect(skep('-n', '-r', HTTP, '-c', '3', '-w', file, '--print').stdout.split('\n').length - 1).toBe(3);
    expect(skep('--count', '-r', file).stdout).toBe('3 packets\n');
  });

  it('writes to standard output', () => {
    expect(skep('-r', HTTP, '-w', '-', '-c', '2').stdout.slice(0, 4)).toBe('\xd4\xc3\xb2\xa1');
  });
});

describe('fields', () => {
  it('come as one JSON object a line', () => {
    const lines = skep('--json', '-r', HTTP, '-c', '6')
      .stdout.trimEnd()
      .split('\n')
      .map(line => JSON.parse(line));
    expect(lines.length).toBe(6);
    for (const packet of lines) expect(packet).toMatchObject({ length: expect.any(Number), layers: expect.any(Array) });
  });
});

describe('refusals', () => {
  it.each([
    [['-r', MIXED, 'tcp prt 80'], 1, 'did you mean `port`?'],
    [['-r', 'nosuch.pcap'], 1, 'no such file'],
    [['-r', captures], 1, 'directory'],
    [['-i', 'lo'], 2, 'live capture comes in a later version'],
    [['tcp'], 2, 'live capture comes in a later version'],
    [['--bogus'], 2, "unknown option '--bogus'"],
    [['-c', '0', '-r', MIXED], 2, 'whole number from 1'],
    [['-y', 'FOO', '-d', 'tcp'], 2, 'skep dump -L'],
    [['-F', 'x', '-r', MIXED, 'tcp'], 2, 'not both'],
  ] as const)('%j ends with %i', (args, status, message) => {
    const result = skep(...args);
    expect(result.stderr).toContain(message);
    expect(result.status).toBe(status);
    expect(result.stdout).toBe('');
  });
});

describe('lists', () => {
  it('the link types that filters can be compiled for', () => {
    const { stdout } = skep('-L');
    expect(stdout).toContain('  EN10MB (Ethernet)\n');
    expect(stdout.split('\n').length - 1).toBeGreaterThanOrEqual(60);
  });

  it.skipIf(!existsSync('/sys/class/net/lo'))('the interfaces of this machine', () => {
    expect(skep('-D').stdout).toMatch(/^\d+\.lo \[Up, Running, Loopback\]$/m);
  });
});
