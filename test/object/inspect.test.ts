// `skep inspect`, as people run it.

import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCli, type Cli } from '../support/cli.js';
import { objectPath, VMLINUX } from './support/objects.js';

let cli: Cli;
beforeAll(async () => {
  cli = await buildCli();
});
afterAll(() => cli.remove());

const inspect = (...args: string[]) => cli.run(['inspect', ...args]);

describe('skep inspect', () => {
  it('shows programs, maps, globals and listings with their source lines', () => {
    const { status, stdout, stderr } = inspect(objectPath('globals'));
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toContain(
      '  globals  SEC("tp_btf/sys_enter")  tracing, trace_raw_tp, to sys_enter, btf, 82 instructions',
    );
    expect(stdout).toContain('  .data  array  key 4 bytes, value 12 bytes, at most 1, flags 0x400');
    expect(stdout).toContain('  struct point origin = {.x = -3, .y = 4}  .data+4');
    expect(stdout).toContain('  volatile const char device[16] = "eth0"  .rodata+2');
    expect(stdout).toContain('  __u32 CONFIG_HZ  0 when the kernel does not know it');
    expect(stdout).toContain(
      '    ; packets++;  ./globals.c:32\n      6: r1 = map[.bss][0]+0  ; packets\n      8: r2 = *(u64 *)(r1 +0)',
    );
    expect(stdout).toMatch(/35: call kernel-function#0 {2}; kernel function bpf_rcu_read_lock/);
    expect(stdout).not.toMatch(/\x1b/);
  });

  it('names helpers and called functions', () => {
    const { stdout } = inspect(objectPath('calls'), '--program', 'second');
    expect(stdout).toContain('call bpf_loop#181');
    expect(stdout).toContain('r2 = subprog[+10]  ; function each');
    expect(stdout).toContain('6: call pc+27  ; only_second');
    expect(stdout).toContain('\nleaf:\n');
    expect(stdout).not.toContain('overridable');
  });

  it('shows only the maps, with key and value types', () => {
    const { stdout } = inspect(objectPath('maps'), '--maps');
    expect(stdout).toContain(
      '  flows  hash  key struct flow (16 bytes), value struct counters (16 bytes), at most 1024',
    );
    expect(stdout).toContain('    [3] = second');
    expect(stdout).not.toContain('SEC(');
  });

  it('shows relocations and types', () => {
    const { stdout } = inspect(objectPath('core'), '--relocations');
    expect(stdout).toContain('CO-RE field_byte_offset of struct task_struct.comm[5]');
    expect(stdout).toContain('CO-RE enumval_value of enum pid_type::PIDTYPE_TGID');
    expect(inspect(objectPath('types'), '--btf').stdout).toContain('struct node {\n\tstruct node *next;');
  });

  it('applies CO-RE relocations', () => {
    if (!existsSync(VMLINUX)) {
      console.warn(`SKIPPED: --target-btf: there is no ${VMLINUX}`);
      return;
    }
    const { stdout } = inspect(objectPath('core'), '--target-btf', VMLINUX);
    expect(stdout).toContain('poisoned: what it needs does not exist in the target');
    expect(stdout).not.toContain('CO-RE');
  });

  it('writes JSON', () => {
    const { stdout } = inspect(objectPath('maps'), '--json');
    const spec = JSON.parse(stdout);
    expect(spec).toMatchObject({ byteOrder: 'little', license: 'GPL' });
    expect(spec.programs.map(({ name }: { name: string }) => name)).toEqual(['second_step', 'count']);
    expect(spec.programs[0].instructions[0]).toMatchObject({ slot: 0, text: 'w0 = 2', opcode: 0xb4 });
    const outer = spec.maps.find(({ name }: { name: string }) => name === 'outer');
    expect(outer).toMatchObject({
      keyType: '__u32',
      inner: { valueType: '__u64' },
      contents: [{ key: '01000000', value: { map: 'first' } }, { value: { map: 'second' } }],
    });
    const globals = JSON.parse(inspect(objectPath('globals'), '--json').stdout);
    expect(globals.variables.find(({ name }: { name: string }) => name === 'origin')).toMatchObject({
      type: 'struct point',
      value: { x: -3, y: 4 },
    });
  });

  it('links several files', () => {
    const { stdout, status } = inspect(objectPath('link-a'), objectPath('link-b'), '--maps');
    expect(status).toBe(0);
    expect(stdout).toContain('__u32 threshold = 9');
  });

  it.each<[string, string[], number, string]>([
    ['a file that is missing', ['/no/such/file.o'], 1, '/no/such/file.o: no such file'],
    ['a file that is no object', [objectPath('maps').replace('.le.o', '.c')], 1, 'not an ELF file'],
    [
      'a section that is not there',
      [objectPath('calls'), '--section', 'tc'],
      2,
      "no program of section 'tc'; there are: first (socket)",
    ],
    ['half a program', [objectPath('link-a')], 1, 'error[SKEP4203]'],
  ])('refuses %s', (_, args, status, message) => {
    const result = inspect(...args);
    expect(result.status).toBe(status);
    expect(result.stderr).toContain(message);
  });
});
