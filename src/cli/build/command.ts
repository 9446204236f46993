// What `skep build` does.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type Diagnostic, SkepError } from '../../diagnostics/index.js';
import type { BpfCpu, BpfTarget, CDiagnostic } from '../../lang/index.js';
import { compileC } from '../../lang/node/index.js';
import { Btf, isElf, readElf, writeC } from '../../object/index.js';
import { EXIT_OK, EXIT_REFUSED, InputError, printDiagnostics, readInput } from '../terminal.js';

export interface RawBuildOptions {
  readonly output?: string;
  readonly target: BpfTarget;
  readonly mcpu: BpfCpu;
  readonly D: readonly string[];
  readonly I: readonly string[];
  readonly vmlinux?: string;
}

/** The running kernel's types. */
const KERNEL_BTF = '/sys/kernel/btf/vmlinux';

export function buildCommand(source: string, options: RawBuildOptions): number {
  if (!existsSync(source)) throw new InputError(`${source}: no such file`);
  const output = options.output ?? `${basename(source).replace(/\.c$/, '')}.o`;
  const generated = options.vmlinux === undefined ? undefined : vmlinuxFolder(options.vmlinux);
  try {
    const { warnings } = compileC({
      source,
      output,
      target: options.target,
      cpu: options.mcpu,
      defines: options.D,
      includes: options.I,
      debugFolder: '.',
      ...(generated !== undefined && { systemIncludes: [generated] }),
    });
    print(warnings);
    return EXIT_OK;
  } catch (error) {
    if (!(error instanceof SkepError)) throw error;
    print(error.diagnostics);
    return EXIT_REFUSED;
  } finally {
    if (generated !== undefined) rmSync(generated, { recursive: true, force: true });
  }
}

/** A folder with vmlinux.h in it, for as long as the compiler runs. */
function vmlinuxFolder(path: string): string {
  const from = path === '-' ? KERNEL_BTF : path;
  const bytes = readInput(from);
  const types = isElf(bytes) ? readElf(bytes).sections.find(({ name }) => name === '.BTF')?.bytes : bytes;
  if (!types) throw new InputError(`${from}: an ELF file without BTF`);
  const folder = mkdtempSync(join(tmpdir(), 'skep-vmlinux-'));
  writeFileSync(join(folder, 'vmlinux.h'), writeC(Btf.parse(types), { guard: '__VMLINUX_H__' }));
  return folder;
}

/** Each finding under its source line. */
function print(findings: readonly (CDiagnostic | Diagnostic)[]): void {
  for (const finding of findings) {
    const file = 'file' in finding ? finding.file : undefined;
    if (file !== undefined && existsSync(file)) {
      printDiagnostics([finding], { source: readFileSync(file, 'utf8'), sourceName: file });
    } else printDiagnostics([finding]);
  }
}
