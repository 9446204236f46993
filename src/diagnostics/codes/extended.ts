/** 25xx: extended BPF programs: decoding, assembling, checking instructions. */
export const EXTENDED_CODES = {
  SKEP2501: 'the bytes are not a whole number of instructions',
  SKEP2502: 'no such instruction',
  SKEP2503: 'a field that the instruction does not use is not zero',
  SKEP2504: 'a register that does not exist or may not be written',
  SKEP2505: 'a constant that the operation does not take',
  SKEP2506: 'a 64-bit load whose second slot is missing or not empty',
  SKEP2507: 'a line that is no instruction in the notation',
  SKEP2508: 'a value that does not fit its field',
  SKEP2509: 'a label that does not exist or stands twice',
  SKEP2510: 'a program in hexadecimal, C or JSON that is not well formed',
  SKEP2511: 'a classic instruction that no extended program of that kind can stand for',
} as const;
