// A program's machine code as text: each BPF instruction with the x86-64 code that was made of it.

import { kernelDialect, list } from '../../isa/extended/index.js';
import type { CallTarget, CompileOptions, LinkedProgram } from '../engine.js';
import type { AssembledInstruction } from './assembler.js';
import { compileProgram } from './compile.js';

/** An instruction of a listing, and the text of the BPF instruction that it belongs to. */
export interface ListedCode extends AssembledInstruction {
  /** In the kernel's notation; undefined for what is shared by all (slot -1). */
  readonly source: string | undefined;
}

export interface ListingOptions extends Partial<CompileOptions> {
  /** Helpers that exist; without it, all do. */
  readonly targets?: (id: number, kind: 'helper' | 'kfunc') => CallTarget | undefined;
}

/** Stands for a helper where a listing was asked for without any. */
const ANY_HELPER: CallTarget = {
  name: 'helper',
  signature: { count: 5, wideMask: 0x1f, result: 'u64' },
  call: () => 0,
};

/** The instructions of a program's machine code, in the order of their addresses. Needs no x86-64. */
export function listCode(program: LinkedProgram, options: ListingOptions = {}): ListedCode[] {
  const { targets = () => ANY_HELPER, checked = false, ...rest } = options;
  const { assembler } = compileProgram(program, targets, { checked, ...rest });
  const sources = new Map(list(program.instructions, kernelDialect).map(({ slot, text }) => [slot, text]));
  return assembler.listing().map(each => ({ ...each, source: sources.get(each.slot) }));
}

/**
 * The listing as text: offset, bytes and Intel's notation of each instruction, under the BPF instruction it was made of.
 *
 *     ; 0: (b7) r0 = 1
 *        5d: b8 01 00 00 00                   mov eax,0x1
 */
export function listing(program: LinkedProgram, options: ListingOptions = {}): string {
  const lines: string[] = [];
  let slot: number | undefined;
  for (const { offsetBytes, bytes, text, slot: own, source } of listCode(program, options)) {
    if (own !== slot) {
      lines.push(own < 0 ? '; entry, exits and checks' : `; ${own}: ${source ?? 'not an instruction'}`);
      slot = own;
    }
    const hex = Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join(' ');
    lines.push(`${offsetBytes.toString(16).padStart(6)}: ${hex.padEnd(32)} ${text}`);
  }
  return `${lines.join('\n')}\n`;
}
