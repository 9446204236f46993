// The shape of `skep dump`: which of its jobs the flags ask for.

import { readCaptureFileSync } from '../../capture/node/index.js';
import { SkepError } from '../../diagnostics/index.js';
import { LINK_TYPES, linkTypeByName, linktypeToDlt } from '../../filter/index.js';
import { resolverFor } from '../../filter/node/index.js';
import { type ClassicProgram, formatProgram } from '../../isa/index.js';
import { writeOut } from '../output.js';
import { EXIT_OK, EXIT_REFUSED, printDiagnostics, readInput, type SourceText, UsageError } from '../terminal.js';
import { inputFiles } from './files.js';
import { Filters } from './filters.js';
import { interfaceLines } from './interfaces.js';
import type { DumpOptions } from './options.js';
import { runDump } from './run.js';

/** DLT_EN10MB. */
const ETHERNET_DLT = 1;

/** -d, -dd, -ddd. */
const CODE_FORMATS = ['tcpdump', 'c', 'decimal'] as const;

/** Does what the flags ask for; resolves with the exit code. Throws UsageError and InputError. */
export async function dump(options: DumpOptions): Promise<number> {
  if (options.listInterfaces) return print(interfaceLines());
  if (options.listLinkTypes) return print(linkTypeLines());
  const text = expressionText(options);
  const filters = new Filters(text, options, await resolverFor(text.source));
  const dlt = options.printCode > 0 ? codeLinkType(options) : undefined;
  try {
    if (dlt !== undefined) return printCode(filters.compile(dlt).program, options);
    return await runDump(inputFiles(options), options, filters);
  } catch (error) {
    if (!(error instanceof SkepError)) throw error;
    printDiagnostics(error.diagnostics, text);
    return EXIT_REFUSED;
  }
}

function print(lines: readonly string[]): number {
  writeOut(lines.map(line => `${line}\n`).join(''));
  return EXIT_OK;
}

/** The expression: of a file (-F; it may span lines) or of the command line. */
function expressionText(options: DumpOptions): SourceText {
  if (options.expressionFile === undefined) return { source: options.expression, sourceName: '<expression>' };
  if (options.expression !== '')
    throw new UsageError('the expression comes from -F FILE or from the command line, not both');
  return { source: new TextDecoder().decode(readInput(options.expressionFile)), sourceName: options.expressionFile };
}

function linkTypeLines(): string[] {
  return LINK_TYPES.filter(({ layout }) => layout !== undefined).map(
    ({ name, description }) => `  ${name} (${description})`,
  );
}

function printCode(program: ClassicProgram, options: DumpOptions): number {
  const format = CODE_FORMATS[Math.min(options.printCode, CODE_FORMATS.length) - 1]!;
  writeOut(`${formatProgram(program, format).trimEnd()}\n`);
  return EXIT_OK;
}

/** The DLT to print a program for: that of -y, or of the file's first interface. */
function codeLinkType(options: DumpOptions): number {
  if (options.linkTypeName !== undefined) {
    const row = linkTypeByName(options.linkTypeName);
    if (!row) throw new UsageError(`there is no link type ${options.linkTypeName}; skep dump -L lists them`);
    return row.dlt;
  }
  const file = options.readFile;
  if (file === undefined) return ETHERNET_DLT;
  const reader = readCaptureFileSync(file);
  for (const item of reader.items()) if (item.kind === 'interface') return linktypeToDlt(item.interface.linkType);
  return ETHERNET_DLT;
}
