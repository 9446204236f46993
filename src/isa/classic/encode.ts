// Programs as bytes: an array of `struct sock_filter` (Linux) or `struct bpf_insn` (BSD), 8 bytes each, in the byte order
// of the machine that runs them.

import { SkepError } from '../../diagnostics/index.js';
import type { ClassicInstruction, ClassicProgram } from './instruction.js';
import { instructionRow } from './table.js';

export type ByteOrder = 'little' | 'big';

/** sizeof(struct sock_filter). */
export const INSTRUCTION_BYTES = 8;

/** The bytes of a program. Every instruction fits, known or not. */
export function encodeProgram(program: ClassicProgram, byteOrder: ByteOrder = 'little'): Uint8Array {
  const bytes = new Uint8Array(program.length * INSTRUCTION_BYTES);
  const view = new DataView(bytes.buffer);
  const little = byteOrder === 'little';
  program.forEach((insn, index) => {
    const at = index * INSTRUCTION_BYTES;
    view.setUint16(at, insn.code, little);
    view.setUint8(at + 2, insn.jt);
    view.setUint8(at + 3, insn.jf);
    view.setUint32(at + 4, insn.k, little);
  });
  return bytes;
}

/**
 * The program in `bytes`. Any 8 bytes are an instruction, so unknown ones survive; encodeProgram gives the same bytes back.
 * Throws SkepError (SKEP2002) when the bytes end within an instruction.
 */
export function decodeProgram(bytes: Uint8Array, byteOrder: ByteOrder = 'little'): ClassicProgram {
  const rest = bytes.length % INSTRUCTION_BYTES;
  if (rest !== 0) {
    throw new SkepError({
      code: 'SKEP2002',
      severity: 'error',
      message: `the program ends within an instruction: ${bytes.length} bytes are not a multiple of ${INSTRUCTION_BYTES}`,
      span: { start: bytes.length - rest, end: bytes.length },
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = byteOrder === 'little';
  const program: ClassicInstruction[] = [];
  for (let at = 0; at < bytes.length; at += INSTRUCTION_BYTES) {
    program.push({
      code: view.getUint16(at, little),
      jt: view.getUint8(at + 2),
      jf: view.getUint8(at + 3),
      k: view.getUint32(at + 4, little),
    });
  }
  return program;
}

/** The byte order in which more of the opcodes have a name; little when both are alike. */
export function guessByteOrder(bytes: Uint8Array): ByteOrder {
  let score = 0;
  for (let at = 0; at + 1 < bytes.length; at += INSTRUCTION_BYTES) {
    const low = bytes[at]!;
    const high = bytes[at + 1]!;
    if (instructionRow(low | (high << 8))) score++;
    if (instructionRow((low << 8) | high)) score--;
  }
  return score < 0 ? 'big' : 'little';
}
