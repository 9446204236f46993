// docs/maps.md shows the table of map types as it is. SKEP_UPDATE_DOCS=1 writes it anew.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { MAP_TYPES } from '../../src/maps/index.js';

const DOCS = fileURLToPath(new URL('../../docs/maps.md', import.meta.url));
const TABLE = /(<!-- table of map types -->\n)[\s\S]*?(<!-- end of table -->)/;

function table(): string {
  const rows = MAP_TYPES.map(row => {
    const helpers = row.helpers.map(name => `\`${name}\``).join(' ');
    const meaning = row.differs ? `${row.meaning} (differs: ${row.differs})` : row.meaning;
    return [row.number, `\`${row.name}\``, row.since, meaning, row.user.join(', '), helpers];
  });
  return [
    ['number', 'type', 'since', 'what it is', 'user space', 'helpers'],
    ['---:', '---', '---', '---', '---', '---'],
    ...rows,
  ]
    .map(cells => `| ${cells.join(' | ')} |\n`.replaceAll('  ', ' '))
    .join('');
}

it('docs/maps.md has the table of map types', () => {
  const text = readFileSync(DOCS, 'utf8');
  const expected = text.replace(TABLE, (_, begin, end) => `${begin}${table()}${end}`);
  if (process.env['SKEP_UPDATE_DOCS']) writeFileSync(DOCS, expected);
  else expect(text).toBe(expected);
});
