// Instruction by instruction as libbpf makes them: bpf2bpf, globals, CO-RE against the running kernel.

import { describe, expect, it } from 'vitest';
import { decode, type Instruction } from '../../src/isa/extended/index.js';
import { Btf, linkElf, loadObject, type ProgramSpec, readElf, relocate, writeElf } from '../../src/object/index.js';
import { libbpf } from './support/libbpf.js';
import { objectBytes, vmlinuxBytes } from './support/objects.js';

const oracle = libbpf();
if (typeof oracle === 'string') console.warn(`SKIPPED: comparison with libbpf: ${oracle}`);
const vmlinux = vmlinuxBytes('comparison with libbpf');
const kernel = vmlinux && Btf.parse(vmlinux);

/** File descriptors are the kernel's: not compared. */
function withoutDescriptors(program: ProgramSpec, instructions: readonly Instruction[]): Instruction[] {
  const maps = new Set(
    program.references.flatMap(({ kind, slot }) => (kind === 'map' || kind === 'map-value' ? [slot] : [])),
  );
  return instructions.map((instruction, slot) => (maps.has(slot) ? { ...instruction, imm: 0 } : instruction));
}

const objects: [string, () => Uint8Array][] = ['calls', 'core', 'direct', 'legacy', 'types'].map(name => [
  name,
  () => objectBytes(name),
]);
objects.push(['link-a + link-b', () => writeElf(linkElf([objectBytes('link-a'), objectBytes('link-b')].map(readElf)))]);

describe.skipIf(typeof oracle === 'string' || !kernel)('as libbpf', () => {
  it.each(objects)('%s', (name, bytes) => {
    if (typeof oracle === 'string' || !kernel) return;
    const object = bytes();
    const ours = relocate(loadObject(object), kernel);
    // Old maps sections are no longer read by libbpf 1.0.
    if (name === 'legacy') {
      expect(() => oracle.open(object)).toThrow();
      return;
    }
    const theirs = oracle.open(object);
    // The kernel takes it, which says that BTF, functions and lines are right as well.
    expect(theirs.loadResult).toBe(0);
    expect(theirs.programs.map(program => program.name).sort()).toEqual([...ours.programs.keys()].sort());
    for (const { name: program, bytes: encoded } of theirs.programs) {
      const spec = ours.programs.get(program)!;
      expect(withoutDescriptors(spec, spec.instructions), program).toEqual(withoutDescriptors(spec, decode(encoded)));
    }
  });
});
