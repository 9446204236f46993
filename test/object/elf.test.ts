import { describe, expect, it } from 'vitest';
import { type ElfFile, type ElfSymbol, linkElf, loadObject, readElf, writeElf } from '../../src/object/index.js';
import { ORDERS, objectBytes } from './support/objects.js';

describe.each(ORDERS)('an ELF file (%s)', order => {
  const bytes = objectBytes('calls', order);
  const elf = readElf(bytes);

  it('has sections, symbols and relocations', () => {
    expect(elf.byteOrder).toBe(order === 'le' ? 'little' : 'big');
    expect(elf.machine).toBe(247);
    expect(elf.sections.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['.text', 'socket', 'xdp.frags', '.BTF', '.BTF.ext']),
    );
    const named = (name: string) => elf.symbols.find(symbol => symbol.name === name)!;
    expect(named('overridable')).toMatchObject({ type: 'func', binding: 'weak' });
    expect(named('leaf')).toMatchObject({ type: 'func', binding: 'local' });
    expect(named('sum')).toMatchObject({ type: 'object', binding: 'global', sizeBytes: 8 });
    const socket = elf.sections.find(({ name }) => name === 'socket')!;
    expect(elf.relocations.get(socket.index)!.map(({ offset, type }) => [offset, type])).toEqual([
      [8, 10],
      [32, 10],
    ]);
  });

  it('is written as it is read', () => {
    const linked = linkElf([elf]);
    const again = readElf(writeElf(linked));
    const facts = ({ name, type, flags, bytes: contents, sizeBytes }: (typeof elf.sections)[number]) => ({
      name,
      type,
      flags,
      contents: [...contents],
      sizeBytes,
    });
    for (const section of linked.sections.slice(1)) {
      expect(facts(again.sections.find(({ name }) => name === section.name)!)).toEqual(facts(section));
    }
    const symbolFacts = ({ symbols }: typeof elf) =>
      symbols.map(({ index: _, ...symbol }) => symbol).sort((a, b) => (a.name < b.name ? -1 : 1));
    expect(symbolFacts(again)).toEqual(symbolFacts(linked));
  });
});

describe('bytes that are no object', () => {
  const object = objectBytes('calls');
  const changed = (change: (view: DataView) => void): Uint8Array => {
    const bytes = object.slice();
    change(new DataView(bytes.buffer));
    return bytes;
  };
  const sectionsAt = Number(new DataView(object.buffer).getBigUint64(40, true));

  it.each<[string, Uint8Array, string, number]>([
    ['nothing', new Uint8Array(0), 'SKEP4001', 0],
    ['text', new TextEncoder().encode('int main() {}'), 'SKEP4001', 0],
    ['a header that is cut off', object.subarray(0, 40), 'SKEP4001', 0],
    ['32 bits', changed(view => view.setUint8(4, 1)), 'SKEP4001', 4],
    ['no byte order', changed(view => view.setUint8(5, 7)), 'SKEP4001', 5],
    ['another machine', changed(view => view.setUint16(18, 62, true)), 'SKEP4001', 18],
    [
      'section headers behind the end',
      changed(view => view.setBigUint64(40, 1n << 40n, true)),
      'SKEP4002',
      object.length,
    ],
    ['section headers of another size', changed(view => view.setUint16(58, 40, true)), 'SKEP4003', 58],
    ['no section of names', changed(view => view.setUint16(62, 200, true)), 'SKEP4003', 62],
    [
      'a section behind the end',
      changed(view => view.setBigUint64(sectionsAt + 64 + 32, 1n << 60n, true)),
      'SKEP4002',
      0x40,
    ],
  ])('%s', (_, bytes, code, start) => {
    try {
      readElf(bytes);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code });
      const { span } = (error as { diagnostics: { span: { start: number } }[] }).diagnostics[0]!;
      if (code !== 'SKEP4002') expect(span.start).toBe(start);
    }
  });
});

describe('an object with thousands of functions', () => {
  /** One section of `count` functions, each calling the next; all of them are entries when they are global. */
  function chain(count: number, binding: 'local' | 'global'): ElfFile {
    const bytes = new Uint8Array(count * 16);
    const view = new DataView(bytes.buffer);
    const symbols: ElfSymbol[] = [
      { index: 0, name: '', type: 'notype', binding: 'local', hidden: false, section: 0, value: 0, sizeBytes: 0 },
    ];
    for (let index = 0; index < count; index++) {
      // call +1, which is the next function; exit
      view.setUint8(index * 16, index === count - 1 ? 0x95 : 0x85);
      view.setUint8(index * 16 + 1, index === count - 1 ? 0 : 0x10);
      view.setInt32(index * 16 + 4, index === count - 1 ? 0 : 1, true);
      view.setUint8(index * 16 + 8, 0x95);
      symbols.push({
        index: index + 1,
        name: `f${index}`,
        type: 'func',
        binding: index === 0 ? 'global' : binding,
        hidden: false,
        section: 1,
        value: index * 16,
        sizeBytes: 16,
      });
    }
    const none = { offset: 0, link: 0, info: 0, alignBytes: 8, entryBytes: 0 };
    const empty = { ...none, index: 0, name: '', type: 0, flags: 0, sizeBytes: 0, bytes: new Uint8Array(0) };
    const code = { ...none, index: 1, name: 'socket', type: 1, flags: 6, sizeBytes: bytes.length, bytes };
    return { byteOrder: 'little', machine: 247, sections: [empty, code], symbols, relocations: new Map() };
  }

  it('is one long program, without deep recursion', () => {
    const { programs } = loadObject(writeElf(chain(20_000, 'local')));
    expect([...programs.keys()]).toEqual(['f0']);
    expect(programs.get('f0')!.functions).toHaveLength(20_000);
  });

  it('is refused when every program would repeat all the others', () => {
    expect(() => loadObject(writeElf(chain(20_000, 'global')))).toThrow(expect.objectContaining({ code: 'SKEP4204' }));
  });
});
