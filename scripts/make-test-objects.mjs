// Compiles test/object/c/*.c to BPF objects of both byte orders, beside the sources: `node scripts/make-test-objects.mjs [CLANG]`.
// CLANG may be several words (`zig clang`); it has to be 15 or newer (bpf_core_type_matches). The objects are committed; this is run when a source changes.

import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../test/object/c/', import.meta.url));
const [command, ...first] = (process.argv[2] ?? 'clang').split(' ');
/** Without types, as old objects are. */
const WITHOUT_TYPES = new Set(['legacy.c']);

for (const source of readdirSync(folder).filter(name => name.endsWith('.c'))) {
  for (const target of ['bpfel', 'bpfeb']) {
    const object = source.replace(/\.c$/, `.${target === 'bpfel' ? 'le' : 'be'}.o`);
    const types = WITHOUT_TYPES.has(source) ? [] : ['-g'];
    const flags = ['-target', target, '-O2', '-mcpu=v3', '-Wall', '-Wno-unused-const-variable', '-Wno-unused-variable'];
    // Paths in the objects are relative, so that they do not depend on where they were made.
    const where = ['-fdebug-compilation-dir', '.'];
    execFileSync(command, [...first, ...flags, ...types, ...where, '-c', source, '-o', object], {
      cwd: folder,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    // Only the BPF types are wanted, not DWARF, which is most of the file.
    try {
      execFileSync('llvm-strip', ['-g', join(folder, object)]);
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
      console.warn(`llvm-strip is missing: ${object} keeps its DWARF`);
    }
  }
}
