// Every diagnostic's code, in one numbered table. A code never changes its meaning and is never used again.
// A room has a range: 1xxx the filter language, 2xxx classic BPF, 25xx extended BPF, 3xxx capture files, 4xxx objects, 5xxx engines, 6xxx maps, helpers and kernels, 7xxx languages, 9xxx the command line.
// The rooms' rows stand in files of their own; this is the whole.

import { CAPTURE_CODES } from './codes/capture.js';
import { CLASSIC_CODES } from './codes/classic.js';
import { ENGINE_CODES } from './codes/engine.js';
import { EXTENDED_CODES } from './codes/extended.js';
import { FILTER_CODES } from './codes/filter.js';
import { KERNEL_CODES } from './codes/kernel.js';
import { LANG_CODES } from './codes/lang.js';
import { OBJECT_CODES } from './codes/object.js';

/** code -> what it means, one line. */
export const DIAGNOSTIC_CODES = {
  ...FILTER_CODES,
  ...CLASSIC_CODES,
  ...EXTENDED_CODES,
  ...CAPTURE_CODES,
  ...OBJECT_CODES,
  ...ENGINE_CODES,
  ...KERNEL_CODES,
  ...LANG_CODES,
} as const;

export type DiagnosticCode = keyof typeof DIAGNOSTIC_CODES;
