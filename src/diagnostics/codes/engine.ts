/** 5xxx: programs that are made executable, and what becomes of them. */
export const ENGINE_CODES = {
  SKEP5001: 'a reference of a program that was not put in, or that its instruction cannot hold',
} as const;
