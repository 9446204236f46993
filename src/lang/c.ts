// C through clang: which arguments it is given, and what it says, as diagnostics. Nothing here runs it: see node/.

import type { Diagnostic, Severity } from '../diagnostics/index.js';

/** `bpfel` and `bpfeb` are the byte orders; `bpf` is the machine's own, which on all common machines is bpfel. */
export type BpfTarget = 'bpfel' | 'bpfeb';
/** Instruction set version, as clang's -mcpu takes it. */
export type BpfCpu = 'v1' | 'v2' | 'v3' | 'v4';

export interface CompileCOptions {
  readonly source: string;
  readonly output: string;
  /** Default bpfel. */
  readonly target?: BpfTarget;
  /** Default v3 (Linux 5.1). */
  readonly cpu?: BpfCpu;
  /** `NAME` or `NAME=VALUE`. */
  readonly defines?: readonly string[];
  /** Folders to look for headers in, before those that come with skep. */
  readonly includes?: readonly string[];
  /** The folder of the headers that come with skep, and other ones that stand in for the system's. */
  readonly systemIncludes: readonly string[];
  /** Folder that paths in the debug information are relative to. Default: that of the compiler's process. */
  readonly debugFolder?: string;
  /** More arguments, as they are. */
  readonly extra?: readonly string[];
}

/** Architectures that bpf_tracing.h asks about: whose registers a pt_regs has. The simulated machine is x86-64. */
const TARGET_ARCHITECTURE = '__TARGET_ARCH_x86';

/** The arguments of clang: BPF code with BTF, no headers of the machine it runs on. */
export function clangArguments(options: CompileCOptions): string[] {
  const { source, output, target = 'bpfel', cpu = 'v3', defines = [], includes = [], systemIncludes } = options;
  const own = defines.map(define => define.split('=')[0]);
  return [
    ...['-target', target, `-mcpu=${cpu}`, '-O2', '-g', '-c'],
    ...['-Wall', '-Wno-unused-value', '-Wno-pointer-sign', '-Wno-compare-distinct-pointer-types'],
    ...['-fno-stack-protector', '-fno-asynchronous-unwind-tables', '-fno-color-diagnostics', '-fno-caret-diagnostics'],
    ...['-fdiagnostics-print-source-range-info', '-nostdlibinc'],
    ...(options.debugFolder === undefined ? [] : [`-fdebug-compilation-dir=${options.debugFolder}`]),
    ...(own.some(name => name?.startsWith('__TARGET_ARCH_')) ? [] : [`-D${TARGET_ARCHITECTURE}`]),
    ...defines.map(define => `-D${define}`),
    ...includes.flatMap(folder => ['-I', folder]),
    ...systemIncludes.flatMap(folder => ['-isystem', folder]),
    ...(options.extra ?? []),
    ...[source, '-o', output],
  ];
}

/** A finding of the compiler, with its place. */
export interface CDiagnostic extends Diagnostic {
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
  readonly column?: number;
}

const SEVERITIES: Readonly<Record<string, Severity>> = {
  'fatal error': 'error',
  error: 'error',
  warning: 'warning',
  note: 'note',
  remark: 'note',
};

/**
 * What clang printed -> diagnostics, in order. Its notes become notes of the finding before them. `sources` gives the text of a file, for
 * spans; without it a finding has a line and a column only.
 */
export function parseClangOutput(output: string, sources?: (file: string) => string | undefined): CDiagnostic[] {
  const found: { -readonly [K in keyof CDiagnostic]: CDiagnostic[K] }[] = [];
  const loose: string[] = [];
  for (const line of output.split('\n')) {
    const match =
      /^(?:(.+?):(\d+):(\d+):)?((?:\{\d+:\d+-\d+:\d+\})*:)? ?(fatal error|error|warning|note|remark): (.*)$/.exec(line);
    if (!match) {
      const summary = /^\d+ (?:error|warning)s?(?: and \d+ errors?)? generated\.$/.test(line);
      const include = /^(?:In file included from|\s+from) /.test(line);
      if (line.trim() !== '' && !summary && !include) loose.push(line);
      continue;
    }
    const [, file, lineText, columnText, ranges, word, text] = match;
    const severity = SEVERITIES[word!]!;
    const at = file === undefined ? '' : `${file}:${lineText}:${columnText}: `;
    const last = found.at(-1);
    if (severity === 'note' && last) {
      last.notes = [...(last.notes ?? []), `${at}${text!}`];
      continue;
    }
    const message = text!.replace(/ \[-W[^\]]*\]$/, '');
    const flag = / \[(-W[^\]]*)\]$/.exec(text!)?.[1];
    found.push({
      code: 'SKEP7001',
      severity,
      message,
      ...(flag !== undefined && { notes: [flag] }),
      ...(file !== undefined && { file, line: Number(lineText), column: Number(columnText) }),
      ...spanOf(file, Number(lineText), Number(columnText), ranges, sources),
    });
  }
  if (found.length === 0 && loose.length > 0) {
    return [
      {
        code: 'SKEP7003',
        severity: 'error',
        message: loose[0]!.replace(/^clang(?:-\d+)?: /, ''),
        notes: loose.slice(1),
      },
    ];
  }
  return found;
}

/** The range that clang names, or the word that begins at the place. */
function spanOf(
  file: string | undefined,
  line: number,
  column: number,
  ranges: string | undefined,
  sources?: (file: string) => string | undefined,
): { span?: Diagnostic['span'] } {
  const source = file === undefined ? undefined : sources?.(file);
  if (source === undefined) return {};
  const start = offsetOf(source, line, column);
  const range = ranges && /\{(\d+):(\d+)-(\d+):(\d+)\}/.exec(ranges);
  if (range) {
    const from = offsetOf(source, Number(range[1]), Number(range[2]));
    const to = offsetOf(source, Number(range[3]), Number(range[4]));
    if (from <= start && start < to) return { span: { start: from, end: to } };
  }
  const word = /^\w+/.exec(source.slice(start, start + 100));
  return { span: { start, end: start + (word?.[0].length ?? 1) } };
}

/** Columns count bytes of UTF-8; lines that are ASCII, as nearly all are, need no conversion. */
function offsetOf(source: string, line: number, column: number): number {
  let start = 0;
  for (let n = 1; n < line; n++) {
    const next = source.indexOf('\n', start);
    if (next === -1) break;
    start = next + 1;
  }
  const end = source.indexOf('\n', start);
  const text = source.slice(start, end === -1 ? source.length : end);
  let bytes = 0;
  let units = 0;
  for (const character of text) {
    if (bytes >= column - 1) break;
    const code = character.codePointAt(0)!;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    units += character.length;
  }
  return start + units;
}
