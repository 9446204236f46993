// docs/helpers.md is the tables as text. `npx vitest run test/helpers/docs.test.ts -u` writes it anew.

import { expect, it } from 'vitest';
import { HELPERS, type HelperRow, KFUNCS, PROGRAM_TYPES } from '../../src/helpers/index.js';

const link = (text: string): string => text.replaceAll('|', '\\|');
const code = (text: string): string => `\`${text}\``;

function programTypes({ programTypes }: HelperRow): string {
  if (programTypes === '*') return 'all';
  const missing = PROGRAM_TYPES.filter(type => !programTypes.includes(type));
  return missing.length > programTypes.length ? programTypes.join(', ') : `all but ${missing.join(', ')}`;
}

const notes = (row: HelperRow): string =>
  [
    row.gplOnly && 'GPL',
    row.mightSleep && 'sleeps',
    row.changesPacket && 'packet pointers end',
    !row.run && 'not simulated',
  ]
    .filter(Boolean)
    .join(', ');

function render(): string {
  const simulated = HELPERS.filter(row => row.run).length;
  return `${[
    '# Helpers and kernel functions',
    '',
    'What programs may call, as the tables of `src/helpers` have it. Numbers, argument types and program types are those of Linux',
    `6.18; ${simulated} of ${HELPERS.length} helpers run in skep's simulated kernel. The others end a run with an error that names them.`,
    '',
    'Notes: **GPL**: only programs with a GPL-compatible licence may call it. **sleeps**: only programs that may sleep. **packet',
    'pointers end**: pointers into the packet must be fetched again after the call. An `ext` program may call what the program that',
    'it replaces may.',
    '',
    '## Helpers',
    '',
    '| # | declaration | since | program types | what it does | notes |',
    '|---|---|---|---|---|---|',
    ...HELPERS.map(
      row =>
        `| ${row.id} | ${code(link(row.declaration))} | ${row.since} | ${programTypes(row)} | ${row.meaning} | ${notes(row)} |`,
    ),
    '',
    '## Kernel functions',
    '',
    'Called by name; their numbers are BTF ids of the kernel that runs. Flags are those of `include/linux/btf.h` without `KF_`.',
    '',
    '| declaration | since | flags | what it does | notes |',
    '|---|---|---|---|---|',
    ...KFUNCS.map(
      row =>
        `| ${code(link(row.declaration))} | ${row.since} | ${row.flags.join(', ')} | ${row.meaning} | ${row.run ? '' : 'not simulated'} |`,
    ),
  ].join('\n')}\n`;
}

it('docs/helpers.md is the table', async () => {
  await expect(render()).toMatchFileSnapshot('../../docs/helpers.md');
});
