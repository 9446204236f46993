// Slots <-> bytes, either byte order (RFC 9669, section 3: the register nibbles change places too).

import { SkepError } from '../../diagnostics/index.js';
import type { Instruction, Program } from './instruction.js';

/** Bytes of a slot. */
export const SLOT_BYTES = 8;

export interface ByteOrderOptions {
  /** Default false: little endian, as compilers write for bpfel and every common machine runs. */
  readonly bigEndian?: boolean;
}

/** The program's bytes. */
export function encode(program: Program, { bigEndian = false }: ByteOrderOptions = {}): Uint8Array {
  const bytes = new Uint8Array(program.length * SLOT_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [index, { opcode, dst, src, offset, imm }] of program.entries()) {
    const at = index * SLOT_BYTES;
    bytes[at] = opcode;
    bytes[at + 1] = bigEndian ? (dst << 4) | src : (src << 4) | dst;
    view.setInt16(at + 2, offset, !bigEndian);
    view.setInt32(at + 4, imm, !bigEndian);
  }
  return bytes;
}

/**
 * The slots of a program's bytes. Any byte string of a whole number of slots decodes: an opcode without a row stays a
 * slot with that opcode, and survives encoding again. Throws SkepError (SKEP2501) when the length is not a multiple of 8.
 */
export function decode(bytes: Uint8Array, { bigEndian = false }: ByteOrderOptions = {}): Program {
  const rest = bytes.length % SLOT_BYTES;
  if (rest !== 0) {
    throw new SkepError({
      code: 'SKEP2501',
      severity: 'error',
      message: `an eBPF program is a whole number of ${SLOT_BYTES}-byte instructions, and ${rest} bytes are left over`,
      span: { start: bytes.length - rest, end: bytes.length },
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const program: Instruction[] = [];
  for (let at = 0; at < bytes.length; at += SLOT_BYTES) {
    const registers = bytes[at + 1]!;
    const high = registers >> 4;
    const low = registers & 15;
    program.push({
      opcode: bytes[at]!,
      dst: bigEndian ? high : low,
      src: bigEndian ? low : high,
      offset: view.getInt16(at + 2, !bigEndian),
      imm: view.getInt32(at + 4, !bigEndian),
    });
  }
  return program;
}
