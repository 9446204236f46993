// `npm run bench [section...] [-- --json] [--quick]`: ours and the peer side by side in one run.

import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { renderSection } from './table.mjs';

// A section is a module that exports `description` and `run(context)`, which gives tables (see table.mjs).
const SECTIONS = ['engines', 'compile', 'dump', 'maps', 'ebpf'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const present = SECTIONS.filter(name =>
  readdirSync(new URL('.', import.meta.url)).some(file => file === `${name}.mjs` || file === name),
);
const load = name =>
  import(readdirSync(new URL('.', import.meta.url)).includes(`${name}.mjs`) ? `./${name}.mjs` : `./${name}/index.mjs`);

const unknown = positionals.filter(name => !present.includes(name));
if (values.help || unknown.length > 0) {
  if (unknown.length > 0) console.error(`there is no section ${unknown.join(', ')}`);
  console.error('usage: npm run bench [section...] [-- --json --quick]\n');
  for (const name of present) console.error(`  ${name.padEnd(10)} ${(await load(name)).description}`);
  process.exitCode = unknown.length > 0 ? 2 : 0;
} else {
  const log = text => console.error(`  ${text}`);
  const tables = [];
  for (const name of positionals.length > 0 ? positionals : present) {
    console.error(`section ${name}`);
    const { run } = await load(name);
    for (const table of await run({ log, quick: values.quick })) {
      tables.push({ section: name, ...table });
      if (!values.json) console.log(`\n${renderSection(table).join('\n')}`);
    }
  }
  if (values.json) console.log(JSON.stringify(tables, undefined, 2));
}
