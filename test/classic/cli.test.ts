import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCli, type Cli, type CliResult } from '../support/cli.js';

let cli: Cli;
let folder: string;
beforeAll(async () => {
  cli = await buildCli();
  ({ folder } = cli);
});
afterAll(() => cli.remove());

const skep = (args: readonly string[], input: string | Uint8Array = '', env: Record<string, string> = {}): CliResult =>
  cli.run(args, { input, env, encoding: 'latin1' });

const ARP = 'ldh [12]\njneq #0x806, drop\nret #-1\ndrop: ret #0\n';
const DECIMAL = '4\n40 0 0 12\n21 0 1 2054\n6 0 0 4294967295\n6 0 0 0\n';

describe('skep asm', () => {
  it('prints decimal numbers', () => {
    expect(skep(['asm'], ARP)).toEqual({ status: 0, stdout: DECIMAL, stderr: '' });
    expect(skep(['asm', '-'], ARP).stdout).toBe(DECIMAL);
  });

  it('writes bytes to a file, and disasm reads them in either byte order', () => {
    for (const order of ['little', 'big']) {
      const file = `${folder}/arp-${order}.bin`;
      expect(skep(['asm', '-f', 'raw', '--byte-order', order, '-o', file], ARP)).toEqual({
        status: 0,
        stdout: '',
        stderr: '',
      });
      expect(readFileSync(file).length).toBe(32);
      expect(skep(['disasm', file, '--format', 'decimal']).stdout).toBe(DECIMAL);
    }
  });

  it('--json is a program that can be read again', () => {
    const { stdout } = skep(['asm', '--json'], ARP);
    expect(JSON.parse(stdout).instructions).toHaveLength(4);
    expect(skep(['asm'], stdout).stdout).toBe(DECIMAL);
  });

  it('shows every error under its line, on standard error, and exits with 1', () => {
    const { status, stdout, stderr } = skep(['asm'], 'ldx\nja nowhere\n');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain('error[SKEP2004]: `ldx` needs an operand\n --> <stdin>:1:4\n');
    expect(stderr).toContain('error[SKEP2006]: the label `nowhere` is not defined\n --> <stdin>:2:4\n');
    expect(stderr).not.toContain('\u001b');
  });

  it('colours errors only where that is wanted', () => {
    expect(skep(['asm'], 'ldx\n', { NO_COLOR: '', FORCE_COLOR: '1' }).stderr).toContain('\u001b[31m');
  });

  it.each([
    ['bsd', 0],
    ['linux', 1],
    ['seccomp', 1],
  ])('--check %s of a shift by 32 exits with %i', (validator, status) => {
    const result = skep(['asm', '--check', validator], 'ld #1\nlsh #32\nret a\n');
    expect(result.status).toBe(status);
    if (status === 1) expect(result.stderr).toContain('<stdin>:2:1');
  });

  it('--long-jumps lets jumps reach further', () => {
    const far = `jeq #1, yes\n${'tax\n'.repeat(300)}yes: ret #0\n`;
    expect(skep(['asm'], far).stderr).toContain('300 instructions ahead, 255 is the furthest');
    expect(skep(['asm', '--long-jumps'], far).stdout.split('\n').slice(0, 4)).toEqual([
      '303',
      '21 0 1 1',
      '5 0 0 300',
      '7 0 0 0',
    ]);
  });
});

describe('skep disasm', () => {
  it('prints a listing', () => {
    expect(skep(['disasm'], DECIMAL).stdout).toBe(
      '(000) ldh      [12]\n(001) jeq      #0x806           jt 2\tjf 3\n(002) ret      #-1\n(003) ret      #0\n',
    );
  });

  it('warns when a listing lost something', () => {
    const { status, stdout, stderr } = skep(['disasm', '-f', 'decimal'], '(000) unimp    0xff\n(001) ret      #0\n');
    expect({ status, stdout }).toEqual({ status: 0, stdout: '2\n255 0 0 0\n6 0 0 0\n' });
    expect(stderr).toContain('warning[SKEP2012]');
  });

  it('refuses bytes that end within an instruction', () => {
    const { status, stderr } = skep(['disasm'], new Uint8Array(13));
    expect(status).toBe(1);
    expect(stderr).toContain('13 bytes are not a multiple of 8');
  });

  it('--check names the instruction of a program that has no text', () => {
    const { status, stderr } = skep(
      ['disasm', '--check', 'linux'],
      Uint8Array.from([0x64, 0, 0, 0, 99, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0]),
    );
    expect(status).toBe(1);
    expect(stderr).toContain('instruction 0: a shift by 99');
  });
});

describe('wrong usage exits with 2', () => {
  it.each([
    [['asm', '--format', 'nonsense']],
    [['asm', '--check', 'nobody']],
    [['disasm', '--arch', 'z80']],
    [['asm', '--nonsense']],
    [['asm', 'one', 'two']],
  ])('%j', args => {
    const { status, stdout, stderr } = skep(args, ARP);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('error: ');
  });

  it('a missing file exits with 1 and says so', () => {
    expect(skep(['asm', '/nonexistent'])).toEqual({
      status: 1,
      stdout: '',
      stderr: 'error: /nonexistent: no such file\n',
    });
  });

  it.each(['asm', 'disasm'])('%s --help has examples and the formats', command => {
    const { status, stdout } = skep([command, '--help']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/Examples:[\s\S]*\$ skep/);
    expect(stdout).toContain('seccomp-tools');
  });
});
