// Programs come as text or as bytes: which.

/** Bytes of an instruction, in both sets. */
const INSTRUCTION_BYTES = 8;

/** Whether bytes are text: a program as bytes has zeros in nearly every instruction, text has none. */
export function isText(bytes: Uint8Array): boolean {
  if (bytes.length % INSTRUCTION_BYTES !== 0) return !bytes.includes(0);
  return !bytes.some(byte => byte < 9 || byte === 127 || (byte > 13 && byte < 32));
}
