/** 3xxx: capture files. */
export const CAPTURE_CODES = {
  SKEP3001: 'the file is not a capture file',
} as const;
