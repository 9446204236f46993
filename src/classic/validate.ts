// Would this checker take the program? The rules are in rules.ts; this runs them and words their findings as diagnostics.

import type { Diagnostic, Span } from '../diagnostics/index.js';
import type { ClassicProgram, ValidatorName } from '../isa/index.js';
import { RULES, type RuleSet } from './rules.js';

/** A finding about a program: a diagnostic that also says which instruction it is about. */
export interface ProgramDiagnostic extends Diagnostic {
  /** Index of the instruction; absent when the finding is about the whole program. */
  readonly instruction?: number;
  /** The name of the rule in the table. */
  readonly rule: string;
}

export interface ValidateOptions {
  /** Where each instruction stands in the source, to give the findings a span: from assembleProgram(). */
  readonly spans?: readonly Span[];
}

/** At most so many findings: one is enough to refuse, and a file of noise would give millions. */
const MAX_FINDINGS = 100;

/**
 * Everything `validator` objects to, errors and warnings, in the order of the instructions. The program is accepted exactly
 * when no finding is an error.
 */
export function validate(
  program: ClassicProgram,
  validator: ValidatorName,
  options: ValidateOptions = {},
): ProgramDiagnostic[] {
  return applyRules(program, validator, options);
}

/** Whether the checker takes the program. */
export function isAccepted(program: ClassicProgram, validator: ValidatorName): boolean {
  return !applyRules(program, validator).some(({ severity }) => severity === 'error');
}

/** Like validate(), and for 'run': what keeps skep's engines from running the program. */
export function applyRules(program: ClassicProgram, set: RuleSet, options: ValidateOptions = {}): ProgramDiagnostic[] {
  const found: ProgramDiagnostic[] = [];
  for (const rule of RULES) {
    if (!rule.sets.includes(set)) continue;
    for (const { instruction, message, notes } of rule.check(program, set)) {
      const span = instruction === undefined ? undefined : options.spans?.[instruction];
      const place = instruction === undefined ? '' : `instruction ${instruction}: `;
      found.push({
        code: rule.code,
        severity: rule.severity ?? 'error',
        message: span ? message : place + message,
        rule: rule.name,
        ...(span && { span }),
        ...(notes && { notes }),
        ...(instruction !== undefined && { instruction }),
      });
    }
  }
  found.sort(
    (left, right) =>
      Number(left.severity !== 'error') - Number(right.severity !== 'error') ||
      (left.instruction ?? -1) - (right.instruction ?? -1),
  );
  return found.slice(0, MAX_FINDINGS);
}
