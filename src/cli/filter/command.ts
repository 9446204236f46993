// The work of `skep filter`.

import type { CapturedPacket } from '../../capture/index.js';
import { readCaptureFileSync } from '../../capture/node/index.js';
import { filterSource, filterWat } from '../../classic/index.js';
import { SkepError } from '../../diagnostics/index.js';
import {
  compileFilter,
  type Filter,
  flowGraphToDot,
  flowGraphToJson,
  LINK_TYPES,
  type LinkType,
  linkTypeByDlt,
  linkTypeByName,
  linktypeToDlt,
} from '../../filter/index.js';
import { resolverFor, systemResolver } from '../../filter/node/index.js';
import { type FormatName, formatProgram, programToJson } from '../../isa/index.js';
import type { FilterFlags } from '../filter.js';
import { writeAll } from '../output.js';
import {
  EXIT_OK,
  InputError,
  printDiagnostics,
  readInput,
  reportError,
  type SourceText,
  UsageError,
} from '../terminal.js';

/** Does what the flags ask for and gives the exit code. Throws UsageError and InputError. */
export async function filter(words: string, flags: FilterFlags): Promise<number> {
  if (flags.listDlts) return print(linkTypeLines());
  const text = expressionText(words, flags);
  checkFlags(flags);
  const packet = flags.packet === undefined ? undefined : readPacket(flags.packet);
  const resolver = flags.dns ? await resolverFor(text.source) : systemResolver();
  let compiled: Filter;
  try {
    compiled = compileFilter(text.source, {
      linkType: packet ? linktypeToDlt(packet.interface.linkType) : linkTypeOf(flags.dlt).dlt,
      optimize: flags.optimize,
      snapLength: numberOf('--snaplen', flags.snaplen, 0xffffffff),
      ...(flags.netmask === undefined ? {} : { netmask: maskOf(flags.netmask) }),
      ...(flags.maxHeaders === undefined ? {} : { maxHeaders: numberOf('--max-headers', flags.maxHeaders, 100) }),
      target: flags.target,
      ip6Extensions: flags.ip6Extensions ?? false,
      transportOverIp6: flags.transportOverIp6 ?? false,
      resolver,
    });
    // Findings go to standard error: what is printed stays a program.
    if (!flags.json) printDiagnostics(compiled.warnings, text);
    return print(flags.json ? everything(compiled, packet) : output(compiled, packet, flags));
  } catch (error) {
    if (!(error instanceof SkepError)) throw error;
    // A link type that does not exist has no place in the expression.
    return reportError(error, error.diagnostics.some(({ span }) => span) ? text : undefined);
  }
}

function print(text: string): number {
  writeAll(1, new TextEncoder().encode(text));
  return EXIT_OK;
}

function expressionText(words: string, flags: FilterFlags): SourceText {
  if (flags.file === undefined) return { source: words, sourceName: '<expression>' };
  if (words !== '') throw new UsageError('the expression comes from -F FILE or from the command line, not both');
  return { source: new TextDecoder().decode(readInput(flags.file)), sourceName: flags.file };
}

function checkFlags(flags: FilterFlags): void {
  if (flags.json && flags.format !== undefined) throw new UsageError('--json prints everything: it takes no --format');
  if (flags.all && flags.packet === undefined) throw new UsageError('--all needs --packet');
}

function linkTypeOf(name: string): LinkType {
  if (/^\d+$/.test(name)) {
    const dlt = Number(name);
    return linkTypeByDlt(dlt) ?? { dlt, linktype: dlt, name, description: 'a number without a name' };
  }
  const found = linkTypeByName(name);
  if (!found) throw new UsageError(`there is no link type ${name}; \`skep filter --list-dlts\` lists them`);
  return found;
}

function linkTypeLines(): string {
  return LINK_TYPES.map(({ dlt, name, description, layout }) => {
    const only = layout ? '' : ' [link[n] and lengths only]';
    return `${String(dlt).padStart(3)}  ${name.padEnd(28)} ${description}${only}\n`;
  }).join('');
}

function numberOf(flag: string, text: string, maximum: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= maximum)) throw new UsageError(`${flag} takes a number from 0 to ${maximum}, not ${text}`);
  return value;
}

function maskOf(text: string): number {
  if (/^0x[0-9a-f]{1,8}$/i.test(text)) return Number(text);
  const octets = text.split('.');
  if (octets.length !== 4 || !octets.every(octet => /^\d{1,3}$/.test(octet) && Number(octet) <= 255)) {
    throw new UsageError(`--netmask takes a mask such as 255.255.255.0, not ${text}`);
  }
  return octets.reduce((mask, octet) => mask * 256 + Number(octet), 0);
}

/** Packet N of `FILE:N`. */
function readPacket(place: string): CapturedPacket {
  const match = /^(.+):(\d{1,15})$/s.exec(place);
  const wanted = Number(match?.[2] ?? 0);
  if (!match || wanted === 0) throw new UsageError(`--packet takes FILE:NUMBER, counting from 1, not ${place}`);
  let count = 0;
  for (const item of readCaptureFileSync(match[1]!).items()) {
    if (item.kind === 'packet' && ++count === wanted) return item;
  }
  throw new InputError(`${match[1]}: there is no packet ${wanted}: the file has ${count}`);
}

function output(compiled: Filter, packet: CapturedPacket | undefined, flags: FilterFlags): string {
  const parts: string[] = [];
  if (flags.explain) parts.push(String(compiled.explain()));
  if (packet) {
    const verdict = compiled.explain(packet.data, packet.originalLength);
    parts.push(verdict.toString({ bytes: packet.data, all: flags.all ?? false }));
  }
  if (parts.length === 0 || flags.format !== undefined) parts.push(program(compiled, flags.format ?? 'tcpdump'));
  return parts.join('\n');
}

function program(compiled: Filter, format: string): string {
  switch (format) {
    case 'dot':
      return flowGraphToDot(compiled.cfg, { title: compiled.expression });
    case 'cfg':
      return `${JSON.stringify(flowGraphToJson(compiled.cfg), null, 2)}\n`;
    case 'wat':
      return `${filterWat(compiled.program).trimEnd()}\n`;
    case 'js':
      return `${filterSource(compiled.program).trimEnd()}\n`;
    default:
      return `${formatProgram(compiled.program, format as FormatName).trimEnd()}\n`;
  }
}

/** What `--json` prints. */
function everything(compiled: Filter, packet: CapturedPacket | undefined): string {
  const { expression, linkType, warnings, program: instructions, cfg } = compiled;
  const data = {
    expression,
    linkType: { dlt: linkType.dlt, name: linkType.name },
    warnings,
    explanation: compiled.explain(),
    program: programToJson(instructions),
    cfg: flowGraphToJson(cfg),
    ...(packet ? { packet: compiled.explain(packet.data, packet.originalLength) } : {}),
  };
  return `${JSON.stringify(data, null, 2)}\n`;
}
