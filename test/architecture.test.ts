// The rooms of ARCHITECTURE.md, kept: who may import whom, through the door (index.ts) only, and where node:* is allowed.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../src', import.meta.url));

/** room -> the rooms it may import. A program flows one way: text, classic program, engine, tools. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  diagnostics: [],
  isa: ['diagnostics'],
  engine: ['diagnostics', 'isa'],
  classic: ['diagnostics', 'isa', 'engine'],
  filter: ['diagnostics', 'isa', 'classic'],
  capture: ['diagnostics', 'isa', 'classic', 'filter'],
  object: ['diagnostics', 'isa'],
  maps: ['diagnostics', 'engine'],
  helpers: ['diagnostics', 'engine', 'maps'],
  kernel: ['diagnostics', 'isa', 'engine', 'object', 'maps', 'helpers', 'capture'],
  lang: ['diagnostics', 'isa', 'object', 'helpers'],
  cli: ['diagnostics', 'isa', 'engine', 'classic', 'filter', 'capture', 'object', 'maps', 'helpers', 'kernel', 'lang'],
};

/** Folders inside a room that have a door of their own. */
const INNER_DOORS = [
  'capture/print',
  'capture/node',
  'filter/node',
  'engine/wasm',
  'isa/extended',
  'engine/node',
  'object/btf',
  'kernel/sim',
  'lang/node',
];

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.ts'));
const imports = (file: string): string[] =>
  [...readFileSync(join(SRC, file), 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(match => match[1]!);
const room = (file: string): string => file.split('/')[0]!;

describe('the rooms', () => {
  it('are all in the table', () => {
    expect(Object.keys(MAY_IMPORT)).toEqual(expect.arrayContaining([...new Set(files.map(room))]));
  });

  it.each(files)('%s imports only through doors it may use', file => {
    for (const specifier of imports(file)) {
      if (!specifier.startsWith('.')) continue;
      const target = relative(SRC, normalize(join(SRC, dirname(file), specifier))).replace(/\.js$/, '.ts');
      if (room(target) === room(file)) continue;
      expect(MAY_IMPORT[room(file)], `${room(file)} -> ${room(target)}`).toContain(room(target));
      const door = dirname(target);
      expect(target.endsWith('/index.ts') && (door === room(target) || INNER_DOORS.includes(door)), specifier).toBe(
        true,
      );
    }
  });

  it.each(files.filter(file => !/^cli\/|\/node\//.test(file)))('%s needs no Node', file => {
    expect(imports(file).filter(specifier => specifier.startsWith('node:'))).toEqual([]);
  });
});
