// The checks that need one instruction alone, in the words of the set: unknown opcodes, fields that must be zero, register
// numbers, constants out of range. RFC 9669, section 3; kernel/bpf/verifier.c: check_alu_op(), check_cond_jmp_op(), do_check_insn().
// What depends on the program around it (jump targets, reachability, types) is the verifier's.

import type { Diagnostic } from '../../diagnostics/index.js';
import { type Instruction, LDDW_OPCODE, type Program } from './instruction.js';
import { FRAME_POINTER, REGISTER_COUNT } from './opcodes.js';
import { type Field, type InstructionRow, rowOf, rowsOfOpcode } from './table.js';

const FIELDS: readonly Field[] = ['dst', 'src', 'offset', 'imm'];

/** Kinds whose `dst` is written (so that r10, the frame pointer, is refused there). */
const WRITES_DST = new Set(['alu', 'neg', 'mov', 'movsx', 'end', 'addr-space', 'lddw', 'load', 'load-acquire']);

/** Findings about one program, in order; empty when every instruction is well formed. Spans are slot numbers: [slot, slot + 1). */
export function checkInstructions(program: Program): Diagnostic[] {
  const findings: Diagnostic[] = [];
  const report = (slot: number, code: Diagnostic['code'], message: string): void => {
    findings.push({
      code,
      severity: 'error',
      message: `instruction ${slot}: ${message}`,
      span: { start: slot, end: slot + 1 },
    });
  };
  for (let slot = 0; slot < program.length; slot++) {
    const instruction = program[slot]!;
    const row = rowOf(instruction);
    if (!row) {
      report(slot, 'SKEP2502', unknown(instruction));
      continue;
    }
    for (const field of FIELDS) {
      if (row.uses.includes(field) || (field !== 'dst' && row.selects[field] !== undefined)) continue;
      if (instruction[field] !== 0)
        report(
          slot,
          'SKEP2503',
          `${row.mnemonic} does not use its ${field} field, which must be 0, not ${instruction[field]}`,
        );
    }
    checkOperands(row, instruction, (code, message) => report(slot, code, message));
    if (instruction.opcode !== LDDW_OPCODE) continue;
    const second = program[++slot];
    if (!second) report(slot - 1, 'SKEP2506', `${row.mnemonic} needs a second slot, and the program ends`);
    else if (second.opcode !== 0 || second.dst !== 0 || second.src !== 0 || second.offset !== 0) {
      report(slot, 'SKEP2506', `the second slot of ${row.mnemonic} holds nothing but imm`);
    } else if (
      second.imm !== 0 &&
      (row.mnemonic === 'lddw_map_fd' || row.mnemonic === 'lddw_map_idx' || row.mnemonic === 'lddw_func')
    ) {
      report(slot, 'SKEP2503', `${row.mnemonic} does not use the second slot's imm, which must be 0`);
    }
  }
  return findings;
}

function checkOperands(
  row: InstructionRow,
  { dst, src, imm }: Instruction,
  report: (code: Diagnostic['code'], message: string) => void,
): void {
  if (row.uses.includes('dst') && dst >= REGISTER_COUNT) report('SKEP2504', `there is no register r${dst}`);
  if (row.uses.includes('src') && src >= REGISTER_COUNT) report('SKEP2504', `there is no register r${src}`);
  if (dst === FRAME_POINTER && WRITES_DST.has(row.kind)) report('SKEP2504', 'the frame pointer r10 is read only');
  if (row.kind === 'alu' && row.source === 'k') {
    if (
      (row.operation === 'lsh' || row.operation === 'rsh' || row.operation === 'arsh') &&
      (imm < 0 || imm >= row.bits)
    ) {
      report('SKEP2505', `a shift by ${imm} is not within 0 to ${row.bits - 1}`);
    }
    if (
      imm === 0 &&
      (row.operation === 'div' || row.operation === 'mod' || row.operation === 'sdiv' || row.operation === 'smod')
    ) {
      report('SKEP2505', `${row.mnemonic} by the constant 0`);
    }
  }
  if (row.kind === 'callx') report('SKEP2502', 'callx is decoded, but no kernel runs it');
}

/** Why no row fits: the opcode, or a selecting field. */
function unknown({ opcode, src, offset, imm }: Instruction): string {
  const rows = rowsOfOpcode(opcode);
  if (rows.length === 0) return `there is no opcode 0x${opcode.toString(16).padStart(2, '0')}`;
  const names = rows.map(({ mnemonic }) => mnemonic).join(', ');
  const fields = new Set(rows.flatMap(({ selects }) => Object.keys(selects)));
  const given = [...fields].map(field => `${field} ${field === 'src' ? src : field === 'offset' ? offset : imm}`);
  return `opcode 0x${opcode.toString(16).padStart(2, '0')} (${names}) has no form with ${given.join(', ')}`;
}
