// What the load instructions of a program are in a dialect: where they read, how many bytes, in which byte order.

import { type ByteOrder, type ClassicProgram, instructionRow, SKF_AD_OFF } from '../../isa/index.js';
import type { DialectRow } from '../dialect.js';

/**
 * - `constant`: at k. `index`: at X + k, which does not wrap.
 * - `address`: at an offset from a header that ancillary data knows. `wrapping`: at X + k modulo 2^32, which can be either.
 * - `ancillary`: not from the packet. `reject`: from nowhere; the program ends. `none`: no load from a packet.
 */
export type LoadKind = 'constant' | 'index' | 'address' | 'wrapping' | 'ancillary' | 'reject' | 'none';

const LOAD_BYTES: Readonly<Record<string, 1 | 2 | 4>> = { ld: 4, ldh: 2, ldb: 1, ldxb: 1 };

export class Loads {
  private readonly program: ClassicProgram;
  private readonly dialect: DialectRow;
  private readonly byteOrder: ByteOrder;
  private readonly noAncillary: boolean;

  constructor(program: ClassicProgram, dialect: DialectRow, byteOrder: ByteOrder, noAncillary: boolean) {
    this.program = program;
    this.dialect = dialect;
    this.byteOrder = byteOrder;
    this.noAncillary = noAncillary;
  }

  bytes(pc: number): 1 | 2 | 4 {
    return LOAD_BYTES[instructionRow(this.program[pc]!.code)!.mnemonic]!;
  }

  kind(pc: number): LoadKind {
    const { code, k } = this.program[pc]!;
    const { operand } = instructionRow(code)!;
    switch (operand) {
      case 'abs':
        if (k <= 0x7fffffff) return 'constant';
        if (this.dialect.ancillary(k, this.bytes(pc))) return 'ancillary';
        return this.dialect.headerOffsets && k < SKF_AD_OFF && !this.noAncillary ? 'address' : 'reject';
      case 'msh':
        if (k <= 0x7fffffff) return 'constant';
        return this.dialect.headerOffsets && !this.noAncillary ? 'address' : 'reject';
      case 'ind':
        if (this.dialect.indexWraps) return 'wrapping';
        return k <= 0x7fffffff ? 'index' : 'reject';
      default:
        return 'none';
    }
  }

  /** A word in the order of a little-endian machine: seccomp's. */
  isLittleWord(pc: number): boolean {
    return this.dialect.words === 'host' && this.byteOrder === 'little' && this.bytes(pc) === 4;
  }

  /** Bytes of a big-endian number that the instruction loads into A; 0 for anything else. */
  bigEndianBytes(pc: number): number {
    const kind = this.kind(pc);
    if (kind === 'none' || kind === 'ancillary' || kind === 'reject') return 0;
    return instructionRow(this.program[pc]!.code)!.operand === 'msh' || this.isLittleWord(pc) ? 0 : this.bytes(pc);
  }
}
