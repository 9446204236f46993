// C: the arguments of the compiler, what it says, and the headers that come with skep, by compiling them.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HELPERS } from '../../src/helpers/index.js';
import { clangArguments, parseClangOutput } from '../../src/lang/index.js';
import { compileC, findCompiler, headersFolder } from '../../src/lang/node/index.js';
import { loadObject } from '../../src/object/index.js';

describe('arguments', () => {
  it('say target, instruction set, macros and folders in order', () => {
    const list = clangArguments({
      source: 'a.c',
      output: 'a.o',
      target: 'bpfeb',
      cpu: 'v4',
      defines: ['X=1'],
      includes: ['inc'],
      systemIncludes: ['sys'],
    });
    expect(list.join(' ')).toMatch(
      /^-target bpfeb -mcpu=v4 .* -D__TARGET_ARCH_x86 -DX=1 -I inc -isystem sys a\.c -o a\.o$/,
    );
  });

  it('leave the traced machine to who says it', () => {
    const list = clangArguments({ source: 'a.c', output: 'a.o', defines: ['__TARGET_ARCH_arm64'], systemIncludes: [] });
    expect(list).not.toContain('-D__TARGET_ARCH_x86');
  });
});

describe('what clang prints', () => {
  const source = 'int f(void)\n{\n\treturn undefined_thing;\n}\n';
  it('becomes diagnostics with spans', () => {
    const text = [
      'In file included from x.c:1:',
      "a.c:3:9: error: use of undeclared identifier 'undefined_thing'",
      'a.c:1:5: note: here',
      'a.c:3:9: warning: something odd [-Wodd]',
      '1 warning and 1 error generated.',
    ].join('\n');
    const found = parseClangOutput(text, file => (file === 'a.c' ? source : undefined));
    expect(found).toHaveLength(2);
    expect(found[0]).toMatchObject({ code: 'SKEP7001', severity: 'error', file: 'a.c', line: 3, column: 9 });
    expect(source.slice(found[0]!.span!.start, found[0]!.span!.end)).toBe('undefined_thing');
    expect(found[0]!.notes).toEqual(['a.c:1:5: here']);
    expect(found[1]).toMatchObject({ severity: 'warning', message: 'something odd', notes: ['-Wodd'] });
  });

  it('without a place is an error all the same', () => {
    expect(parseClangOutput("clang: error: no such file or directory: 'x.c'")).toMatchObject([{ severity: 'error' }]);
    expect(parseClangOutput('Segmentation fault')).toMatchObject([{ code: 'SKEP7003', message: 'Segmentation fault' }]);
    expect(parseClangOutput('')).toEqual([]);
  });
});

let compiler: string | undefined;
try {
  compiler = findCompiler().name;
} catch {
  console.warn('SKIPPED: headers are compiled: there is no clang with a BPF back end');
}

describe.runIf(compiler)('headers', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'skep-lang-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const compile = (text: string, more: object = {}): Uint8Array => {
    writeFileSync(join(folder, 'x.c'), text);
    const { warnings } = compileC({ source: 'x.c', output: 'x.o', cwd: folder, ...more });
    expect(warnings).toEqual([]);
    return readFileSync(join(folder, 'x.o'));
  };

  const all = readdirSync(headersFolder(), { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.h'));

  it.each(all)('%s stands alone', header => {
    const before = /helper_defs/.test(header) ? '#include <linux/types.h>\n' : '';
    compile(`${before}#include <${header}>\n#include <${header}>\nint x;\n`);
  });

  it('go together, for both byte orders and all instruction sets', () => {
    const text = `#include <linux/bpf.h>\n${all
      .filter(name => !name.startsWith('bpf/bpf_helper_defs'))
      .map(name => `#include <${name}>\n`)
      .join('')}int x;\n`;
    for (const target of ['bpfel', 'bpfeb']) for (const cpu of ['v1', 'v2', 'v3']) compile(text, { target, cpu });
  });

  it('number the helpers as the table does', () => {
    const calls = HELPERS.filter(({ id }) => id !== 6 && id !== 12);
    const text = `#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n${calls
      .map(({ name, id }) => `_Static_assert(BPF_FUNC_${name.replace(/^bpf_/, '')} == ${id}, "${name}");`)
      .join('\n')}\nSEC("xdp") int f(struct xdp_md *ctx) { return bpf_get_prandom_u32() + bpf_ktime_get_ns(); }\n`;
    const program = loadObject(compile(text)).programs.get('f')!;
    expect(program.instructions.filter(({ opcode }) => opcode === 0x85).map(({ imm }) => imm)).toEqual([7, 5]);
  });

  it('print, trace and read as libbpf does', () => {
    const spec = loadObject(
      compile(`
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct inner { int a; int b : 5; } __attribute__((preserve_access_index));
struct outer { struct inner *in; char name[16]; } __attribute__((preserve_access_index));
SEC("kprobe/f") int BPF_KPROBE(on_entry, struct outer *o, int n)
{
	char name[16];
	BPF_CORE_READ_STR_INTO(&name, o, name);
	bpf_printk("%s %d", name, BPF_CORE_READ(o, in, a) + n);
	bpf_printk("%d %d %d %d", 1, 2, 3, 4);
	return BPF_CORE_READ_BITFIELD_PROBED(o->in, b);
}
SEC("kretprobe/f") int BPF_KRETPROBE(on_return, long result) { return result; }
SEC("fentry/f") int BPF_PROG(on_fentry, int a, int b) { return bpf_core_field_exists(struct outer, name) ? a + b : 0; }
SEC("fentry/g") int BPF_PROG(nothing) { return 0; }
char LICENSE[] SEC("license") = "GPL";
`),
    );
    expect([...spec.programs.keys()]).toEqual(['on_entry', 'on_return', 'on_fentry', 'nothing']);
    expect(spec.programs.get('on_entry')!.coreRelocations.length).toBeGreaterThan(3);
    const calls = spec.programs
      .get('on_entry')!
      .instructions.filter(({ opcode }) => opcode === 0x85)
      .map(({ imm }) => imm);
    expect(calls).toContain(6);
    expect(calls).toContain(177);
  });
});
