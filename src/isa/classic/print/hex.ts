// The bytes of a program as hexadecimal text, one instruction (16 digits) a line.

import { type ByteOrder, encodeProgram, INSTRUCTION_BYTES } from '../encode.js';
import type { ClassicProgram } from '../instruction.js';

export interface HexPrintOptions {
  readonly byteOrder?: ByteOrder;
}

/** Sixteen hexadecimal digits a line. */
export function printHex(program: ClassicProgram, { byteOrder = 'little' }: HexPrintOptions = {}): string {
  const bytes = encodeProgram(program, byteOrder);
  let text = '';
  bytes.forEach((byte, index) => {
    text += byte.toString(16).padStart(2, '0');
    if (index % INSTRUCTION_BYTES === INSTRUCTION_BYTES - 1) text += '\n';
  });
  return text;
}
