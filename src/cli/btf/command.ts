// The work of `skep btf`.

import { writeFileSync } from 'node:fs';
import { closestName } from '../../diagnostics/index.js';
import { Btf, isElf, loadBtf, readElf, writeC, writeRaw, writeTypeScript } from '../../object/index.js';
import type { BtfFlags } from '../btf.js';
import { writeAll } from '../output.js';
import { EXIT_OK, InputError, readInput, toInputError, UsageError } from '../terminal.js';

/** Prints types; answers the exit code. Throws SkepError for bytes that are no BTF, InputError, UsageError. */
export function printBtf(file: string, flags: BtfFlags): number {
  const base = flags.base === undefined ? undefined : open(flags.base);
  const btf = open(file, base);
  const bytes = new TextEncoder().encode(text(btf, flags));
  if (flags.output === undefined || flags.output === '-') {
    writeAll(1, bytes);
    return EXIT_OK;
  }
  try {
    writeFileSync(flags.output, bytes);
  } catch (error) {
    throw toInputError(error, flags.output);
  }
  return EXIT_OK;
}

function open(file: string, base?: Btf): Btf {
  const bytes = readInput(file);
  if (!isElf(bytes)) return Btf.parse(bytes, { base });
  const btf = loadBtf(readElf(bytes));
  if (!btf) throw new InputError(`${file}: has no BTF; compile with -g`);
  return btf;
}

function text(btf: Btf, { format, type: names }: BtfFlags): string {
  const ids = names?.map(name => idNamed(btf, name));
  switch (format) {
    case 'raw':
      if (ids) throw new UsageError('--type does not go with --format raw');
      return `${[...writeRaw(btf)].join('\n')}\n`;
    case 'ts':
      return writeTypeScript(btf, ids && { ids });
    default:
      return writeC(btf, ids && { ids });
  }
}

function idNamed(btf: Btf, name: string): number {
  const wanted = name.replace(/^(struct|union|enum) /, '');
  const type = btf.findByName(wanted);
  if (type) return type.id;
  const near = closestName(wanted, namesOf(btf));
  throw new UsageError(`there is no type '${wanted}'${near === undefined ? '' : `; did you mean '${near}'?`}`);
}

function* namesOf(btf: Btf): IterableIterator<string> {
  for (let id = 1; id < btf.typeCount; id++) {
    const name = btf.nameOf(id);
    if (name !== '') yield name;
  }
}
