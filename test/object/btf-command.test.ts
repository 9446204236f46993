// `skep btf` and `skep link`, as people run them.

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCli, type Cli } from '../support/cli.js';
import { objectPath, VMLINUX, vmlinuxBytes } from './support/objects.js';

let cli: Cli;
beforeAll(async () => {
  cli = await buildCli();
});
afterAll(() => cli.remove());

describe('skep btf', () => {
  const types = objectPath('types');

  it('prints C', () => {
    const { stdout, status } = cli.run(['btf', types]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^#ifndef __VMLINUX_H__\n/);
    expect(stdout).toContain('struct node {');
  });

  it('prints a type and what it needs', () => {
    const { stdout } = cli.run(['btf', types, '--type', 'struct aligned']);
    expect(stdout).toContain('struct aligned {\n\t__u8 a;\n');
    expect(stdout).not.toContain('struct node {');
  });

  it('prints TypeScript, and raw', () => {
    expect(cli.run(['btf', types, '-f', 'ts', '-t', 'bits']).stdout).toContain('export interface bits {\n  a: __u32;');
    expect(cli.run(['btf', types, '-f', 'raw']).stdout).toMatch(/^\[\d+\] STRUCT 'node' size=\d+ vlen=\d+\n/m);
  });

  it('says what was meant', () => {
    const { stderr, status } = cli.run(['btf', types, '-t', 'alinged']);
    expect(status).toBe(2);
    expect(stderr).toContain("there is no type 'alinged'; did you mean 'aligned'?");
  });

  it("opens the running kernel's without being told", () => {
    if (!vmlinuxBytes(VMLINUX)) return;
    const { stdout } = cli.run(['btf', '-t', 'list_head']);
    expect(stdout).toContain('struct list_head {\n\tstruct list_head *next;\n\tstruct list_head *prev;\n};');
  });

  it('refuses what is no BTF', () => {
    const { stderr, status } = cli.run(['btf', objectPath('types').replace('.le.o', '.c')]);
    expect(status).toBe(1);
    expect(stderr).toContain('error[SKEP4101]');
    expect(cli.run(['btf', objectPath('legacy')]).stderr).toContain('has no BTF; compile with -g');
  });
});

describe('skep link', () => {
  it('writes an object that is read again', () => {
    const output = `${cli.folder}/linked.o`;
    expect(cli.run(['link', objectPath('link-a'), objectPath('link-b'), '-o', output])).toMatchObject({
      status: 0,
      stderr: '',
    });
    expect(readFileSync(output).subarray(0, 4).toString('latin1')).toBe('\x7fELF');
    expect(cli.run(['inspect', output]).stdout).toContain('programs (2)');
  });

  it('says what clashes, by file', () => {
    const twice = objectPath('calls');
    const { status, stderr } = cli.run(['link', twice, twice, '-o', `${cli.folder}/no.o`]);
    expect(status).toBe(1);
    expect(stderr).toContain("'sum' is defined by");
    expect(stderr).toContain('error[SKEP4401]');
  });
});
