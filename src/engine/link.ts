// Instructions and what a kernel knows -> a program that engines take: the last step of loading, kernel/bpf/verifier.c's
// resolve_pseudo_ldimm64() and add_kfunc_call(), with addresses of the simulated kernel's memory.

import { type Diagnostic, SkepError } from '../diagnostics/index.js';
import {
  BPF_PSEUDO_CALL,
  BPF_PSEUDO_FUNC,
  BPF_PSEUDO_KFUNC_CALL,
  type Instruction,
  type Program as Instructions,
  insn,
  LDDW_OPCODE,
  rowOf,
} from '../isa/extended/index.js';
import type { LinkedProgram } from './engine.js';
import { FRAME_BYTES } from './machine.js';

/** What stands at a slot in place of a reference. */
export type Resolution =
  /** A 64-bit load: its constant, an address most of the time. */
  | { readonly value: number | bigint }
  /** A 64-bit load: the address of the function that begins at a slot. */
  | { readonly functionSlot: number }
  /** A call: the BTF id of a kernel function, as the engine's `targets` will be asked for it. */
  | { readonly kfuncId: number };

export interface LinkOptions {
  readonly name: string;
  readonly instructions: Instructions;
  /** First slot of each instruction that refers to something -> what to put there. */
  readonly resolutions?: ReadonlyMap<number, Resolution>;
  /** First slots of functions. Those that calls and function addresses lead to need not be named. */
  readonly functionStarts?: Iterable<number>;
}

/**
 * Puts in what references stand for, and finds the functions. Throws SkepError (SKEP5001) for a 64-bit load that still refers to
 * something, and for a resolution that its instruction cannot hold. Nothing else about the program is checked.
 */
export function linkProgram(options: LinkOptions): LinkedProgram {
  const { name, resolutions } = options;
  const instructions = [...options.instructions];
  const findings: Diagnostic[] = [];
  const report = (slot: number, message: string): void => {
    findings.push({
      code: 'SKEP5001',
      severity: 'error',
      message: `instruction ${slot} of ${name} ${message}`,
      span: { start: slot, end: slot + 1 },
    });
  };
  for (const [slot, resolution] of resolutions ?? []) {
    const replaced = resolve(instructions, slot, resolution);
    if (!replaced) report(slot, 'cannot hold what it is to refer to');
    else instructions.splice(slot, replaced.length, ...replaced);
  }
  const starts = new Set([0, ...(options.functionStarts ?? [])]);
  for (let slot = 0; slot < instructions.length; slot++) {
    const instruction = instructions[slot]!;
    const row = rowOf(instruction);
    if (row?.mnemonic === 'call_local' || row?.mnemonic === 'lddw_func') starts.add(slot + 1 + instruction.imm);
    if (instruction.opcode !== LDDW_OPCODE) continue;
    if (instruction.src !== 0 && instruction.src !== BPF_PSEUDO_FUNC) {
      report(slot, `refers to something that nothing was put in for (${row?.mnemonic ?? 'lddw'})`);
    }
    slot++;
  }
  if (findings.length > 0) throw new SkepError(findings);
  const functionStarts = [...starts].filter(start => start === 0 || (start > 0 && start < instructions.length));
  return { name, instructions, functionStarts: functionStarts.sort((a, b) => a - b), stackBytes: FRAME_BYTES };
}

/** The slots that replace those at `slot`; undefined when the instruction there is of another kind. */
function resolve(instructions: Instructions, slot: number, resolution: Resolution): Instruction[] | undefined {
  const instruction = instructions[slot];
  if (!instruction) return undefined;
  const { opcode, dst, src } = instruction;
  if ('kfuncId' in resolution) {
    const row = rowOf(instruction);
    if (row?.kind !== 'call' || src === BPF_PSEUDO_CALL) return undefined;
    return [insn(opcode, dst, BPF_PSEUDO_KFUNC_CALL, 0, resolution.kfuncId)];
  }
  if (opcode !== LDDW_OPCODE || !instructions[slot + 1]) return undefined;
  if ('functionSlot' in resolution) {
    return [insn(opcode, dst, BPF_PSEUDO_FUNC, 0, resolution.functionSlot - slot - 1), insn(0)];
  }
  const value = BigInt.asUintN(64, BigInt(resolution.value));
  return [insn(opcode, dst, 0, 0, Number(value & 0xffff_ffffn)), insn(0, 0, 0, 0, Number(value >> 32n))];
}
