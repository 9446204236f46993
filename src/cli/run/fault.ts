// A run that ended early, shown in the program's source.

import { existsSync, readFileSync } from 'node:fs';
import { renderDiagnostic } from '../../diagnostics/index.js';
import { HELPER_NAMES } from '../../helpers/index.js';
import { kernelDialect, list } from '../../isa/extended/index.js';
import type { ProgramError } from '../../kernel/index.js';
import type { ProgramSpec } from '../../object/index.js';
import { stderrColors } from '../terminal.js';

const FAULT_CODE = 'SKEP6002';

/** Prints the fault to standard error: the source line where it is known, the instruction where not. */
export function printFault(fault: ProgramError, spec: ProgramSpec): void {
  const { source } = fault;
  const instruction = list(spec.instructions, kernelDialect, { helper: id => HELPER_NAMES[id] }).find(
    one => one.slot === fault.slot,
  );
  const message = fault.message.replace(/^\S+: (?:\S+:\d+:\d+: )?/, '').replace(/^instruction \d+:? /, '');
  const notes = [
    ...(instruction ? [`instruction ${fault.slot} of ${spec.name}: ${instruction.text}`] : []),
    ...(fault.fault === 'wild-access' ? ['the program does not check what it is about to touch'] : []),
  ];
  if (!source) {
    const diagnostic = { code: FAULT_CODE, severity: 'error', message, notes } as const;
    process.stderr.write(`${renderDiagnostic(diagnostic, '', { colors: stderrColors() })}\n`);
    return;
  }
  // The file itself when it is there, else the one line that the object kept.
  const whole = existsSync(source.file) ? readFileSync(source.file, 'utf8') : undefined;
  const lines = whole?.split('\n');
  const text = lines && lines[source.line - 1]?.trim() === source.text.trim() ? whole! : undefined;
  const shown = text ?? `${'\n'.repeat(source.line - 1)}${source.text}`;
  const lineStart = shown
    .split('\n')
    .slice(0, source.line - 1)
    .reduce((sum, line) => sum + line.length + 1, 0);
  const start = lineStart + Math.max(0, source.column - 1);
  const span = { start, end: start + 1 };
  const diagnostic = { code: FAULT_CODE, severity: 'error', message, span, notes } as const;
  process.stderr.write(`${renderDiagnostic(diagnostic, shown, { sourceName: source.file, colors: stderrColors() })}\n`);
}
