// Puts a CO-RE relocation's number into its instruction (libbpf's bpf_core_patch_insn): the constant of an ALU instruction or 64-bit
// load, the offset of a load or store, whose size may change with the field's.

import { SkepError } from '../../diagnostics/index.js';
import { BPF_ATOMIC, BPF_CALL, type Instruction, insn, LDDW_OPCODE } from '../../isa/extended/index.js';
import type { CoreValue } from './value.js';

/** 0xbad2310, "bad relo": the imm of the call that takes the place of an instruction whose field does not exist. */
export const POISON_IMM = 195896080;

/** A call of a helper that no kernel has: allowed while it is dead code, refused by the verifier otherwise. */
export const POISON: Instruction = insn(0x05 | BPF_CALL, 0, 0, 0, POISON_IMM);

/** Whether an instruction stands where a field or enumerator does not exist. */
export function isPoisoned({ opcode, src, imm }: Instruction): boolean {
  return opcode === POISON.opcode && src === 0 && imm === POISON_IMM;
}

/** Bytes of BPF_W, BPF_H, BPF_B, BPF_DW, by the two size bits. */
const SIZES = [4, 2, 1, 8] as const;

/** Changes `instructions[slot]`. `what` names the relocation for the error (SKEP4303). */
export function patchInstruction(
  instructions: Instruction[],
  slot: number,
  local: CoreValue,
  target: CoreValue,
  what: string,
): void {
  const instruction = instructions[slot]!;
  const { opcode, imm, offset } = instruction;
  const fail = (why: string): SkepError =>
    new SkepError({
      code: 'SKEP4303',
      severity: 'error',
      message: `instruction ${slot} does not fit its relocation to '${what}': ${why}`,
    });
  const isWide = opcode === LDDW_OPCODE;
  const poisonHere = (): void => {
    instructions[slot] = POISON;
    if (isWide && slot + 1 < instructions.length) instructions[slot + 1] = POISON;
  };
  if (target.value === undefined) {
    poisonHere();
    return;
  }
  const before = local.value ?? 0n;
  const value = target.value;

  switch (opcode & 7) {
    case 4:
    case 7:
      if ((opcode & 8) !== 0) throw fail('it takes a register, not a constant');
      if (local.comparable && BigInt(imm) !== BigInt.asIntN(32, before)) throw fail(`it holds ${imm}, not ${before}`);
      instructions[slot] = { ...instruction, imm: Number(BigInt.asIntN(32, value)) };
      return;
    case 1:
    case 2:
    case 3: {
      if (local.comparable && BigInt(offset) !== before) throw fail(`its offset is ${offset}, not ${before}`);
      if (value > 0x7fffn) throw fail(`the field is at byte ${value}, which no load or store reaches`);
      const size = loadSize(opcode, local, target, fail);
      if (size === 'unsafe') {
        poisonHere();
        return;
      }
      instructions[slot] = { ...instruction, opcode: (opcode & ~0x18) | (size << 3), offset: Number(value) };
      return;
    }
    default: {
      const second = instructions[slot + 1];
      if (!isWide || instruction.src !== 0 || !second || second.opcode !== 0) throw fail('it holds no constant');
      const wide = (BigInt(second.imm) << 32n) | BigInt(imm >>> 0);
      if (local.comparable && BigInt.asUintN(64, wide) !== BigInt.asUintN(64, before))
        throw fail(`it holds ${wide}, not ${before}`);
      instructions[slot] = { ...instruction, imm: Number(BigInt.asIntN(32, value)) };
      instructions[slot + 1] = { ...second, imm: Number(BigInt.asIntN(32, value >> 32n)) };
    }
  }
}

/**
 * The size bits that a load or store needs when the field's size differs from the local one. Pointers and unsigned integers may
 * differ; for the others the load would read nonsense.
 */
function loadSize(
  opcode: number,
  local: CoreValue,
  target: CoreValue,
  fail: (why: string) => SkepError,
): number | 'unsafe' {
  const present = (opcode >> 3) & 3;
  const [a, b] = [local.field, target.field];
  if (!a || !b || a.sizeBytes === b.sizeBytes) return present;
  const bothPointers = a.type.kind === 'ptr' && b.type.kind === 'ptr';
  const bothUnsigned = a.type.kind === 'int' && b.type.kind === 'int' && !a.type.signed && !b.type.signed;
  if (!bothPointers && !bothUnsigned) return 'unsafe';
  if (SIZES[present] !== a.sizeBytes) throw fail(`it reads ${SIZES[present]} bytes of a field of ${a.sizeBytes}`);
  const size = (SIZES as readonly number[]).indexOf(b.sizeBytes);
  if (size === -1 || ((opcode & 0xe0) === BPF_ATOMIC && b.sizeBytes < 4)) {
    throw fail(`the field has ${b.sizeBytes} bytes, which one instruction does not read`);
  }
  return size;
}
