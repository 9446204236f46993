import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kernelDialect, list } from '../../src/isa/extended/index.js';
import {
  type CollectionSpec,
  codecOf,
  linkElf,
  linkObjects,
  loadObject,
  readElf,
  writeElf,
} from '../../src/object/index.js';
import { hasTool, ORDERS, objectBytes, objectPath } from './support/objects.js';

const halves = (order: (typeof ORDERS)[number]): Uint8Array[] => [
  objectBytes('link-a', order),
  objectBytes('link-b', order),
];

/** Programs as text, with what they refer to by name, so that places of variables do not matter. */
function programs(spec: CollectionSpec): unknown {
  const variableAt = (map: string, offset: number): string =>
    [...spec.variables.values()].find(variable => variable.map === map && variable.offsetBytes === offset)?.name ??
    '(another static)';
  return [...spec.programs.values()].map(({ name, instructions, references, functions }) => {
    const moving = new Set(references.filter(({ kind }) => kind === 'map-value').map(({ slot }) => slot));
    return {
      name,
      functions: functions.map(({ name: function_, startSlot, linkage }) => [function_, startSlot, linkage]),
      references: references.map(reference =>
        reference.kind === 'map-value' ? [reference.slot, variableAt(reference.map, reference.offsetBytes)] : reference,
      ),
      text: list(instructions, kernelDialect).map(({ slot, text }) => (moving.has(slot) ? '' : text)),
    };
  });
}

describe.each(ORDERS)('two halves (%s)', order => {
  const spec = linkObjects(halves(order));

  it('are one: programs, maps, variables', () => {
    expect([...spec.programs.keys()]).toEqual(['a', 'b']);
    expect([...spec.maps.keys()]).toEqual(['table', '.data']);
    expect(spec.maps.get('table')).toMatchObject({ type: 'hash', maxEntries: 16, valueSizeBytes: 16 });
    const value = (name: string): unknown => {
      const { offsetBytes, btfTypeId } = spec.variables.get(name)!;
      return codecOf(spec.btf!, btfTypeId).decode(
        spec.maps.get('.data')!.contents[0]!.value as Uint8Array,
        offsetBytes,
      );
    };
    expect(value('from_a')).toBe(11n);
    expect(value('threshold')).toBe(9);
    expect(value('first_byte')).toBe(3);
  });

  it('call each other; the strong definition wins over the weak; statics stay apart', () => {
    const { functions, references } = spec.programs.get('a')!;
    expect(functions.map(({ name }) => name)).toEqual(['a', 'local', 'choose', 'add', 'local']);
    // `choose` of link-b doubles; the weak one only returns.
    const { instructions } = spec.programs.get('a')!;
    const choose = functions.find(({ name }) => name === 'choose')!;
    const text = list(instructions.slice(choose.startSlot, choose.endSlot), kernelDialect).map(line => line.text);
    expect(text.join(' ')).toMatch(/<<= 1|\*= 2|w0 \+= w/);
    // Each `local` counts in its own `private_count`.
    const counters = references.flatMap(reference =>
      reference.kind === 'map-value' &&
      functions.some(
        ({ name, startSlot, endSlot }) => name === 'local' && reference.slot >= startSlot && reference.slot < endSlot,
      )
        ? [reference.offsetBytes]
        : [],
    );
    expect(new Set(counters).size).toBe(2);
  });

  it('have one of each type, and definitions for the declarations', () => {
    const { btf } = spec;
    const named = (name: string) => [...btf!.types()].filter(type => type.name === name);
    expect(named('shared')).toHaveLength(1);
    expect(
      named('table')
        .map(({ kind }) => kind)
        .sort(),
    ).toEqual(['struct', 'var']);
    expect(named('add')).toMatchObject([{ kind: 'func', linkage: 'global' }]);
    expect(named('threshold')).toMatchObject([{ kind: 'var', linkage: 'global' }]);
    expect(named('private_count')).toHaveLength(2);
    for (const program of spec.programs.values()) {
      for (const { name, btfTypeId } of program.functions) expect(btf!.nameOf(btfTypeId)).toBe(name);
      expect(program.lines.some(({ file }) => file === './link-b.c')).toBe(true);
    }
  });

  it('are the same when the linked file is written and read', () => {
    const written = loadObject(writeElf(linkElf(halves(order).map(readElf))));
    expect(programs(written)).toEqual(programs(spec));
    expect(written.btf!.bytes).toEqual(spec.btf!.bytes);
  });

  it("are what bpftool's linker makes of them", () => {
    if (order === 'be' || !hasTool('bpftool', "comparison with bpftool's linker")) return;
    const folder = mkdtempSync(join(tmpdir(), 'skep-link-'));
    try {
      const file = join(folder, 'linked.o');
      const { status } = spawnSync('bpftool', ['gen', 'object', file, objectPath('link-a'), objectPath('link-b')]);
      expect(status).toBe(0);
      expect(programs(loadObject(new Uint8Array(readFileSync(file))))).toEqual(programs(spec));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('what cannot be linked', () => {
  it.each<[string, Uint8Array[], string]>([
    ['nothing', [], 'there is nothing to link'],
    [
      'two byte orders',
      [objectBytes('link-a', 'le'), objectBytes('link-b', 'be')],
      'object 1 is little endian, and object 2 is not',
    ],
    ['two definitions', [objectBytes('calls'), objectBytes('calls')], 'is defined by object 1 and by object 2'],
    ['two licenses', [objectBytes('calls'), objectBytes('legacy')], 'the objects have different licenses'],
  ])('%s', (_, objects, message) => {
    expect(() => linkObjects(objects)).toThrow(
      expect.objectContaining({ code: 'SKEP4401', message: expect.stringContaining(message) }),
    );
  });

  it('alone, a half misses what the other defines', () => {
    expect(() => loadObject(objectBytes('link-a'))).toThrow(
      expect.objectContaining({
        code: expect.stringMatching(/SKEP420[23]/),
        message: expect.stringContaining("'table'"),
      }),
    );
  });
});
