// Classic BPF programs: check them, run them, watch them run. What a program is, and its text and bytes, is in isa.

export { ABSENT, type Ancillary, loadAncillary } from './ancillary.js';
export { DIALECTS, type Dialect, type DialectRow } from './dialect.js';
export { interpret, type PreparedProgram, prepare } from './interpret.js';
export * from './jit/index.js';
export { MAX_LINUX_INSTRUCTIONS, RULES, type Rule, type RuleSet } from './rules.js';
export { DEFAULT_STEP_BUDGET, type RunOptions } from './run-options.js';
export {
  describeCall,
  encodeSeccompData,
  type SeccompAction,
  type SeccompData,
  type SeccompFilter,
  type SystemCall,
  seccompAction,
  seccompByteOrder,
  seccompData,
  seccompFilter,
} from './seccomp.js';
export { type Outcome, type Step, trace } from './trace.js';
export { isAccepted, type ProgramDiagnostic, type ValidateOptions, validate } from './validate.js';
