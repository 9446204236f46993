/** 2xxx: classic BPF programs: decoding, assembling, validating. */
export const CLASSIC_CODES = {
  SKEP2001: 'an instruction mnemonic that does not exist',
  SKEP2002: 'bytes that end within an instruction',
} as const;
