// `skep run` and `skep build` as people type them.

import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCaptureFileSync } from '../../src/capture/node/index.js';
import { findCompiler } from '../../src/lang/node/index.js';
import { loadObject } from '../../src/object/index.js';
import { buildCli, type Cli } from '../support/cli.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const objects = `${root}examples/testing/objects`;
const captures = `${root}examples/captures`;

let cli: Cli;
beforeAll(async () => {
  cli = await buildCli();
});
afterAll(() => cli?.remove());

const packets = (path: string) => [...readCaptureFileSync(path)].filter(item => item.kind === 'packet');

describe('skep run over a capture', () => {
  it.each(['auto', 'interp', 'wasm'])('drops ICMP, writes what passes (%s)', engine => {
    const out = `${cli.folder}/out-${engine}.pcap`;
    const result = cli.run([
      'run',
      `${objects}/drop_icmp.o`,
      '--pcap',
      `${captures}/icmp.pcap`,
      '-w',
      out,
      '--engine',
      engine,
    ]);
    expect(result.stderr).toBe('');
    expect(result.status).toBe(0);
    expect(result.stdout).toMatch(/drop_icmp \(xdp\), 33 packets/);
    expect(result.stdout).toMatch(/XDP_DROP +31\n +XDP_PASS +2\n/);
    const passed = packets(out);
    expect(passed).toHaveLength(2);
    const all = packets(`${captures}/icmp.pcap`);
    for (const packet of passed) {
      expect(
        all.some(one => Buffer.compare(one.data, packet.data) === 0 && one.timeNanoseconds === packet.timeNanoseconds),
      ).toBe(true);
    }
  });

  it('writes packets as the program left them', () => {
    const out = `${cli.folder}/ttl.pcap`;
    const result = cli.run([
      'run',
      `${objects}/set_ttl.o`,
      '--pcap',
      `${captures}/icmp.pcap`,
      '-w',
      out,
      '--set',
      'ttl=9',
    ]);
    expect(result.status).toBe(0);
    expect(result.stdout).toContain('33 packets written');
    for (const { data } of packets(out)) {
      expect(data[22]).toBe(9);
      expect(headerSum(data)).toBe(0xffff);
    }
  });

  it('gives the same through pcapng and gzip as through pcap', () => {
    for (const name of ['out.pcapng', 'out.pcap.gz']) {
      const out = `${cli.folder}/${name}`;
      const result = cli.run([
        'run',
        `${objects}/set_ttl.o`,
        '--pcap',
        `${captures}/http.pcap`,
        '-w',
        out,
        '--set',
        'ttl=9',
      ]);
      expect(result.stderr).toBe('');
      const plain = `${cli.folder}/plain.pcap`;
      cli.run(['run', `${objects}/set_ttl.o`, '--pcap', `${captures}/http.pcap`, '-w', plain, '--set', 'ttl=9']);
      expect(packets(out).map(({ data }) => Buffer.from(data).toString('hex'))).toEqual(
        packets(plain).map(({ data }) => Buffer.from(data).toString('hex')),
      );
    }
  });

  it('shows maps by their types', () => {
    const result = cli.run(['run', `${objects}/count_by_source.o`, '--pcap', `${captures}/icmp.pcap`]);
    expect(result.stdout).toMatch(/map sources \(hash\), 3 of 65536/);
    expect(result.stdout).toMatch(/\{ packets: \d+, bytes: \d+ \}/);
  });

  it('answers in JSON', () => {
    const result = cli.run([
      'run',
      `${objects}/count_by_source.o`,
      '--pcap',
      `${captures}/icmp.pcap`,
      '--json',
      '--coverage',
    ]);
    const report = JSON.parse(result.stdout);
    expect(report.verdicts).toEqual({ XDP_PASS: 33 });
    expect(report.packets).toEqual({ packets: 33, passed: 33, changed: 0 });
    expect(report.maps.sources.count).toBe(3);
    expect(report.coverage.some(({ count }: { count: number }) => count === 33)).toBe(true);
  });

  it('counts lines of source', () => {
    const lcov = `${cli.folder}/x.info`;
    const args = ['run', `${objects}/drop_icmp.o`, '--pcap', `${captures}/icmp.pcap`];
    expect(cli.run([...args, '--coverage'], { cwd: `${root}examples/xdp` }).stdout).toMatch(
      /33: +25: \t\tif \(\(void \*\)\(ip \+ 1\) > end\)/,
    );
    cli.run([...args, '--lcov', lcov]);
    expect(readFileSync(lcov, 'utf8')).toMatch(/^DA:25,33$/m);
    expect(readFileSync(lcov, 'utf8')).toMatch(/^FNDA:33,drop_icmp$/m);
  });
});

describe('skep run on one packet', () => {
  const packet = '000000000000 000000000000 0800 4500001c 00000000 4001 0000 0a000001 0a000002';

  it('prints the verdict', () => {
    expect(cli.run(['run', `${objects}/drop_icmp.o`, '--data', packet]).stdout).toMatch(/XDP_DROP +1/);
  });

  it('prints the packet that a program changed', () => {
    const result = cli.run(['run', `${objects}/set_ttl.o`, '--data', packet, '--set', 'ttl=1']);
    expect(result.stdout).toMatch(/^packet {2}0{24}08004500001c0000000001/m);
  });

  it('traces', () => {
    const result = cli.run(['run', `${objects}/drop_icmp.o`, '--data', packet, '--trace']);
    expect(result.stdout).toMatch(/drop_icmp\.c:22 +if \(eth->h_proto/);
    expect(result.stdout).toMatch(/^ +\d+: exit/m);
  });

  it('lists what its compilers make', () => {
    expect(cli.run(['run', `${objects}/drop_icmp.o`, '--dump-wat']).stdout).toMatch(/^\(module/);
    expect(cli.run(['run', `${objects}/drop_icmp.o`, '--dump-jit']).stdout).toMatch(/push rbp/);
  });

  it.each([
    [['run', 'nowhere.o'], 1, 'nowhere.o: no such file'],
    [['run', `${objects}/drop_icmp.o`, '--prog', 'x', '--data', '00'], 2, 'there is no program x'],
    [['run', `${objects}/drop_icmp.o`, '--data', '0'], 2, 'two digits each'],
    [['run', `${objects}/drop_icmp.o`, '--data', '00'], 1, 'at least 14 bytes'],
    [['run', `${objects}/drop_icmp.o`, '-w', 'x.pcap'], 2, '-w needs --pcap'],
    [['run', `${objects}/set_ttl.o`, '--data', packet, '--set', 'tll=1'], 1, 'did you mean ttl?'],
    [['run', `${objects}/set_ttl.o`, '--data', packet, '--set', 'ttl=300'], 1, 'ttl'],
    [['run', `${objects}/drop_icmp.o`, '--data', packet, '--ctx', '{"nothing": 1}'], 1, 'no field nothing'],
    [['run', `${objects}/drop_icmp.o`, '--pcap', `${captures}/raw.pcap`], 1, 'Ethernet'],
  ])('%j is refused', (args, status, message) => {
    const result = cli.run(args as string[]);
    expect(result.stderr).toContain(message);
    expect(result.status).toBe(status);
  });
});

describe('skep build', () => {
  let compiler: string | undefined;
  try {
    compiler = findCompiler().name;
  } catch {
    console.warn('SKIPPED: skep build: there is no clang with a BPF back end');
  }

  it.runIf(compiler).each(['drop_icmp', 'set_ttl', 'count_by_source'])('compiles %s, which then runs', name => {
    copyFileSync(`${root}examples/xdp/${name}.c`, `${cli.folder}/${name}.c`);
    const built = cli.run(['build', `${name}.c`], { cwd: cli.folder });
    expect(built.stderr).toBe('');
    expect(built.status).toBe(0);
    const result = cli.run(['run', `${name}.o`, '--pcap', `${captures}/icmp.pcap`], { cwd: cli.folder });
    expect(result.stdout).toContain('33 packets');
    // What is committed was built from this source: the same instructions, if by another version of clang not the same bytes.
    const committed = loadObject(readFileSync(`${objects}/${name}.o`));
    expect(loadObject(readFileSync(`${cli.folder}/${name}.o`)).maps.size).toBe(committed.maps.size);
  });

  it.runIf(compiler)('shows errors under the source', () => {
    writeFileSync(`${cli.folder}/bad.c`, '#include <linux/bpf.h>\n\nint f(void) { return undefined_thing; }\n');
    const result = cli.run(['build', 'bad.c'], { cwd: cli.folder });
    expect(result.status).toBe(1);
    expect(result.stderr).toContain("use of undeclared identifier 'undefined_thing'");
    expect(result.stderr).toMatch(/bad\.c:3:22/);
    expect(existsSync(`${cli.folder}/bad.o`)).toBe(false);
  });

  it.runIf(compiler)('shows a wild access in the source', () => {
    const source = [
      '#include <linux/bpf.h>',
      '#include <bpf/bpf_helpers.h>',
      'SEC("xdp") int peek(struct xdp_md *ctx)',
      '{',
      '\tchar *data = (void *)(long)ctx->data;',
      '\treturn data[100];',
      '}',
      'char LICENSE[] SEC("license") = "GPL";',
    ];
    writeFileSync(`${cli.folder}/wild.c`, source.join('\n'));
    expect(cli.run(['build', 'wild.c'], { cwd: cli.folder }).stderr).toBe('');
    const result = cli.run(['run', 'wild.o', '--data', '00'.repeat(60)], { cwd: cli.folder });
    expect(result.status).toBe(1);
    expect(result.stderr).toContain('40 bytes past the end of the packet, which has 60 bytes');
    expect(result.stderr).toMatch(/wild\.c:6:\d+/);
    expect(result.stderr).toContain('return data[100];');
  });

  it.runIf(compiler)('says how to get a compiler', () => {
    const result = cli.run(['build', 'wild.c'], { cwd: cli.folder, env: { PATH: '/nowhere' } });
    expect(result.status).toBe(1);
    expect(result.stderr).toMatch(/no C compiler with a BPF back end: .*apt install clang/);
  });

  it.runIf(compiler && existsSync('/sys/kernel/btf/vmlinux'))('makes vmlinux.h', () => {
    const source = [
      '#include "vmlinux.h"',
      '#include <bpf/bpf_helpers.h>',
      '#include <bpf/bpf_core_read.h>',
      '#include <bpf/bpf_tracing.h>',
      'SEC("tp_btf/sched_switch") int BPF_PROG(on_switch, bool preempt, struct task_struct *prev, struct task_struct *next)',
      '{',
      '\tbpf_printk("%d -> %d", prev->pid, BPF_CORE_READ(next, group_leader, pid));',
      '\treturn 0;',
      '}',
      'char LICENSE[] SEC("license") = "GPL";',
    ];
    writeFileSync(`${cli.folder}/trace.c`, source.join('\n'));
    const result = cli.run(['build', 'trace.c', '--vmlinux', '-'], { cwd: cli.folder });
    expect(result.stderr).toBe('');
    expect(
      loadObject(readFileSync(`${cli.folder}/trace.o`)).programs.get('on_switch')?.coreRelocations.length,
    ).toBeGreaterThan(1);
  });
});

/** The one's complement sum of an IPv4 header, 0xffff when its checksum is right. */
function headerSum(frame: Uint8Array): number {
  let sum = 0;
  const length = (frame[14]! & 15) * 4;
  for (let at = 14; at < 14 + length; at += 2) sum += (frame[at]! << 8) | frame[at + 1]!;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}
