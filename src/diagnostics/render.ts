// Draws a diagnostic under its source line, as rustc does: message, position, the line, a caret, notes, a fix.

import type { Diagnostic, Span } from './diagnostic.js';

export interface RenderOptions {
  /** The name before the position: a file, `<expression>`. */
  readonly sourceName?: string;
  /** Colours the parts; absent: plain text. */
  readonly colors?: Colors;
  /** Columns that a source line may take before it is cut around the caret. Default 100. */
  readonly width?: number;
}

export interface Colors {
  readonly error: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly note: (text: string) => string;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
}

const plain = (text: string): string => text;
const NO_COLORS: Colors = { error: plain, warning: plain, note: plain, bold: plain, dim: plain };

/** 1-based line and column (UTF-16 units) of an offset in `source`. */
export function positionAt(source: string, offset: number): { line: number; column: number } {
  const at = Math.min(Math.max(offset, 0), source.length);
  let line = 1;
  let lineStart = 0;
  for (
    let newline = source.indexOf('\n');
    newline !== -1 && newline < at;
    newline = source.indexOf('\n', newline + 1)
  ) {
    line++;
    lineStart = newline + 1;
  }
  return { line, column: at - lineStart + 1 };
}

/** The whole picture of one diagnostic, lines joined by `\n`, without a trailing newline. */
export function renderDiagnostic(diagnostic: Diagnostic, source: string, options: RenderOptions = {}): string {
  const colors = options.colors ?? NO_COLORS;
  const tint = colors[diagnostic.severity];
  const lines = [`${tint(`${diagnostic.severity}[${diagnostic.code}]`)}${colors.bold(`: ${diagnostic.message}`)}`];
  if (diagnostic.span) lines.push(...drawSpan(diagnostic.span, source, options, colors, tint));
  for (const note of diagnostic.notes ?? []) lines.push(`  ${colors.dim('=')} ${note}`);
  if (diagnostic.fix) lines.push(`  ${colors.dim('=')} ${colors.note('help')}: ${diagnostic.fix.description}`);
  return lines.join('\n');
}

/** All of them, a blank line between. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], source: string, options?: RenderOptions): string {
  return diagnostics.map(diagnostic => renderDiagnostic(diagnostic, source, options)).join('\n\n');
}

function drawSpan(span: Span, source: string, options: RenderOptions, colors: Colors, tint: Colors['error']): string[] {
  const { line, column } = positionAt(source, span.start);
  const lineStart = span.start - (column - 1);
  const newline = source.indexOf('\n', lineStart);
  const text = source.slice(lineStart, newline === -1 ? source.length : newline).replaceAll('\t', ' ');
  const from = column - 1;
  const caretLength = Math.max(1, Math.min(span.end, lineStart + text.length) - span.start);

  // A long line is cut to a window around the caret.
  const width = options.width ?? 100;
  const left = text.length <= width ? 0 : Math.max(0, Math.min(from - Math.floor(width / 3), text.length - width));
  const shown = text.slice(left, left + width);
  const before = left > 0 ? '…' : '';
  const after = left + width < text.length ? '…' : '';
  const carets = '^'.repeat(Math.max(1, Math.min(caretLength, left + width - from)));

  const gutter = ' '.repeat(String(line).length);
  const bar = colors.dim('|');
  return [
    `${gutter}${colors.dim('-->')} ${options.sourceName ?? '<input>'}:${line}:${column}`,
    `${gutter} ${bar}`,
    `${colors.dim(String(line))} ${bar} ${before}${shown}${after}`,
    `${gutter} ${bar} ${' '.repeat(before.length + from - left)}${tint(carets)}`,
  ];
}
