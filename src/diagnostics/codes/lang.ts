/** 7xxx: languages that are compiled to programs: 70xx C. */
export const LANG_CODES = {
  SKEP7001: 'the C compiler found something',
  SKEP7002: 'no C compiler with a BPF back end',
  SKEP7003: 'the C compiler failed without saying where',
} as const;
