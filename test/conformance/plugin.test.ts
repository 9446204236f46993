// skep-conformance as the suite runs it: a process, hexadecimal in and out.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runPlugin } from '../../src/cli/conformance/plugin.js';
import { engineNamed } from '../../src/engine/index.js';
import { assemble, encode } from '../../src/isa/extended/index.js';
import { toHex } from '../support/conformance.js';
import { FAMILIES } from './cases.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const OBJECT = new URL('../object/c/calls.le.o', import.meta.url);

let folder: string;
let main: string;
beforeAll(async () => {
  mkdirSync(`${root}node_modules/.cache`, { recursive: true });
  folder = mkdtempSync(`${root}node_modules/.cache/skep-plugin-`);
  main = `${folder}/conformance.cjs`;
  await build({
    absWorkingDir: root,
    entryPoints: ['src/cli/conformance.ts'],
    outfile: main,
    bundle: true,
    format: 'cjs',
    target: 'node20',
    platform: 'node',
    packages: 'external',
    define: { __SKEP_VERSION__: '"0.0.0"', 'import.meta.url': '"file:///"' },
    logLevel: 'error',
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const hexOf = (asm: string): string =>
  [...encode(assemble(asm))].map(byte => byte.toString(16).padStart(2, '0')).join(' ');

function plugin(args: readonly string[], input: string | Uint8Array) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { input, encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** In this process: the same without the start of Node. */
const here = (args: readonly string[], input: string | Uint8Array) =>
  runPlugin(args, () => (typeof input === 'string' ? new TextEncoder().encode(input) : input));

describe('skep-conformance', () => {
  it('prints r0 of the program on standard input', () => {
    expect(plugin([], hexOf('r0 = 0x123456789abcdef0 ll\nexit'))).toEqual({
      status: 0,
      stdout: '123456789abcdef0\n',
      stderr: '',
    });
  });

  it('gives the program its memory and its size', () => {
    const asm = 'r0 = *(u32 *)(r1 + 1)\nr0 <<= 8\nr0 |= r2\nexit';
    expect(plugin(['11 22 33 44 55'], hexOf(asm)).stdout).toBe('5544332205\n');
    expect(plugin(['1122334455', '--engine', 'interp'], hexOf(asm)).stdout).toBe('5544332205\n');
  });

  it('runs a program of an object file, as bytes and in hexadecimal', async () => {
    const object = new Uint8Array(readFileSync(OBJECT));
    const names = (await here(['--elf', '--program', 'nobody'], object)).stderr;
    expect(names).toContain('there is no program nobody; there are ');
    // Its first program has global variables.
    expect((await here(['--elf'], object)).stderr).toContain('there is no kernel');
    for (const order of ['le', 'be']) {
      const returnsTwo = new Uint8Array(readFileSync(new URL(`../object/c/maps.${order}.o`, import.meta.url)));
      expect(plugin(['--elf'], returnsTwo)).toEqual({ status: 0, stdout: '2\n', stderr: '' });
      expect(await here(['--elf'], toHex(returnsTwo))).toEqual({ exitCode: 0, stdout: '2\n', stderr: '' });
    }
  });

  it.each([
    [['--engine', 'abacus'], 'exit', 2, '--engine abacus'],
    [['--what'], 'exit', 2, '--what'],
    [['11', '22'], 'exit', 2, 'more than one MEMORY'],
    [['1'], 'exit', 1, 'MEMORY: bytes in hexadecimal'],
    [[], 'r1 = 0\nr0 = *(u8 *)(r1 + 0)\nexit', 1, 'instruction 1'],
    [[], 'r0 = 0\nagain: goto again', 1, 'did not end'],
    [[], 'call 1\nexit', 1, 'there is no helper 1'],
  ] as const)('%j of %j ends with %i', async (args, asm, exitCode, message) => {
    const result = await here(args, hexOf(asm));
    expect(result.exitCode).toBe(exitCode);
    expect(result.stdout).toBe('');
    expect(result.stderr).toContain(message);
  });

  it.each([
    ['', 'there is no program'],
    ['b7 zz', 'bytes in hexadecimal'],
    ['b7 00', 'whole number'],
  ])('refuses %j', async (input, message) => {
    expect(await here([], input)).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(message) });
  });

  it('--help says how', async () => {
    const { exitCode, stdout } = await here(['--help'], '');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Usage: skep-conformance');
  });

  const suitable = FAMILIES['programs']!.filter(
    ({ fixture, r0 }) => r0 !== undefined && !fixture.maps && !fixture.packet && !/callback/.test(fixture.name),
  );
  it.each(['interp', 'wasm', 'x64'])('--engine %s runs the programs of the suite', async name => {
    const engine = await engineNamed(name === 'interp' ? 'interpreter' : (name as 'wasm' | 'x64'));
    if (engine.available !== true) {
      console.warn(`SKIPPED: skep-conformance --engine ${name}: ${engine.available}`);
      return;
    }
    for (const { fixture, memory, r0 } of suitable) {
      const result = await here(
        ['--engine', name, toHex(memory ?? new Uint8Array())],
        toHex(encode(fixture.instructions)),
      );
      expect(result, fixture.name).toEqual({ exitCode: 0, stdout: `${r0!.toString(16)}\n`, stderr: '' });
    }
    expect(suitable.length).toBeGreaterThan(40);
  });
});
